//! Whether a registered spouse was declared. Departments write one person in many ways; only whether two writings may be the same
//! is asked here, never whose record something is.

use super::people::Person;
use crate::household::{Detail, Evidence, MaritalState, MemberRef, Record, SourceKey, Subject, Verdict};

pub(super) fn undeclared_spouses<'a>(
    people: &[Person<'a>],
    evidence: &'a Evidence,
) -> Vec<(&'a MemberRef, &'a SourceKey)> {
    let mut found = Vec::new();
    for person in people.iter().filter(|person| person.is_member()) {
        let newest = person
            .counting()
            .filter_map(|item| match item.detail() {
                Detail::Marriage { state, spouse_name, spouse_id_number, registered_on } => {
                    Some((*registered_on, *state, item, spouse_name.as_ref(), spouse_id_number.as_ref()))
                }
                _ => None,
            })
            .max_by(|a, b| (a.0, a.2.number).cmp(&(b.0, b.2.number)));
        let Some((_, MaritalState::Married, item, name, id)) = newest else { continue };
        let spouse = Spouse { name: name.map(|n| plain(n.expose())), id: id.map(|n| plain_id(n.expose())) };
        if !is_declared(people, evidence, person, &spouse) {
            found.push((person.reference(), item.source));
        }
    }
    found
}

struct Spouse {
    name: Option<String>,
    id: Option<String>,
}

/// Narrow, upper case, without spaces and separators: enough to tell whether two departments wrote the same person
/// or employer.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '・' | '.'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// The narrow form of a full-width letter, digit or sign.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    }
}

/// Weights of the digits of a number (GB 11643).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// A number as [`plain`] writes it; an old one of 15 digits in its form of 18 (GB 11643: the century, then the check character).
fn plain_id(text: &str) -> String {
    let id = plain(text);
    if id.len() != 15 || !id.bytes().all(|b| b.is_ascii_digit()) {
        return id;
    }
    let century = if matches!(&id[12..], "996" | "997" | "998" | "999") { "18" } else { "19" };
    let body = format!("{}{century}{}", &id[..6], &id[6..]);
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"];
    body + check[usize::try_from(sum % 11).unwrap_or(0)]
}

/// The spouse is somebody whose own records carry that number or name; failing both, the declared relations decide.
fn is_declared(people: &[Person<'_>], evidence: &Evidence, person: &Person<'_>, spouse: &Spouse) -> bool {
    let others =
        evidence.records.iter().filter(|row| row.verdict == Verdict::Match && row.member != *person.reference());
    let mut id_seen = false;
    for Record { subject: Subject { name, former_name, id_number, .. }, .. } in others.map(|row| &row.record) {
        let same = |ours: &Option<String>, theirs: Option<String>| ours.is_some() && *ours == theirs;
        if same(&spouse.id, id_number.as_ref().map(|n| plain_id(n.expose())))
            || same(&spouse.name, name.as_ref().map(|n| plain(n.expose())))
            || same(&spouse.name, former_name.as_ref().map(|n| plain(n.expose())))
        {
            return true;
        }
        id_seen |= id_number.is_some() || name.is_some();
    }
    let nothing_to_compare = !id_seen || (spouse.id.is_none() && spouse.name.is_none());
    nothing_to_compare && related_as_spouse(people, person)
}

/// Head and spouse by their declared relation (GB/T 4761: 01 self, 02 head, 10-12 spouse).
fn related_as_spouse(people: &[Person<'_>], person: &Person<'_>) -> bool {
    let is_head = |relation: &str| matches!(relation, "01" | "02");
    let is_spouse = |relation: &str| matches!(relation, "10" | "11" | "12");
    let own = person.facts.relation.0.as_str();
    people.iter().filter(|other| other.reference() != person.reference()).any(|other| {
        let theirs = other.facts.relation.0.as_str();
        (is_head(own) && is_spouse(theirs)) || (is_spouse(own) && is_head(theirs))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_two_lengths_and_widths_are_one() {
        for (one, other, same) in [
            ("11010119900307003X", "11010119900307003x", true),
            ("110101900307003", "110101199003070038", true),
            ("１１０１０１９００３０７００３", "110101199003070038", true),
            ("110101900307003", "11010119900307003X", false),
            ("11010190030700A", "110101199003070038", false),
        ] {
            assert_eq!(plain_id(one) == plain_id(other), same, "{one} {other}");
        }
        assert_eq!(plain("欧阳 Ａｂ·．c"), "欧阳ABC");
    }
}
