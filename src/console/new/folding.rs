//! A large household's form: whoever is not filled in now is folded to a line, and their fields go along unseen.

use super::draft::Draft;
use super::sheet::{Person, Sheet};
use crate::console::parts::Errors;

/// People that a form shows whole, and that it shows whole where there are many: whoever is folded takes room as well, and a page has 100 KB.
const WHOLE: usize = 4;
const WHOLE_OF_MANY: usize = 2;
const MANY: usize = 12;

impl Sheet {
    /// Folds people where there are more than a form shows whole. `at` is somebody's place, or one within it, who stays open; so do those with
    /// whom something is wrong, as many as there is room for. What is wrong with the others leads to where they are opened.
    pub(super) fn fold(&mut self, draft: &Draft, at: &str, errors: &mut Errors) {
        let people = self.members.len() + self.obligors.len();
        if people <= WHOLE {
            return;
        }
        let mut room = if people > MANY { WHOLE_OF_MANY } else { WHOLE };
        let (first, others): (Vec<&mut Person>, Vec<&mut Person>) =
            self.members.iter_mut().chain(&mut self.obligors).partition(|person| is_within(at, &person.at));
        for person in first.into_iter().chain(others) {
            let open = is_within(at, &person.at) || person.fields().any(|field| field.error.is_some());
            if open && room > 0 {
                room -= 1;
            } else {
                let wrong = errors.faults.iter_mut().filter(|(field, _)| is_within(field, &person.at));
                wrong.for_each(|(field, _)| field.clone_from(&person.at));
                person.folded = Some(unseen(draft, &person.at));
            }
        }
    }
}

fn is_within(at: &str, person: &str) -> bool {
    at.strip_prefix(person).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What was filled in of somebody, as one field of the form: their place, and a line each of what stands there.
fn unseen(draft: &Draft, person: &str) -> String {
    let fields = draft.fields().iter().filter(|(name, value)| is_within(name, person) && !value.is_empty());
    let lines = fields.filter_map(|(name, value)| {
        let rest = name.strip_prefix(person)?.strip_prefix('/')?;
        // one line each: no field of a person has several
        Some(format!("\n{rest}={}", value.replace(['\r', '\n'], " ")))
    });
    std::iter::once(person.to_owned()).chain(lines).collect()
}

/// The fields of somebody who was folded, as they were sent before.
pub(super) fn unfolded(folded: &str) -> impl Iterator<Item = (String, String)> {
    let mut lines = folded.lines();
    let person = lines.next().unwrap_or_default();
    lines.filter_map(move |line| {
        let (rest, value) = line.split_once('=')?;
        Some((format!("{person}/{rest}"), value.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_who_is_folded_comes_back_as_they_were() {
        let at = "/household/members/12";
        let all = [
            ("/region", "620422"),
            ("/household/members/1/name", "别人"),
            ("/household/members/12/ref", "m13"),
            ("/household/members/12/name", "张三 a=b & <c> \"d\""),
            ("/household/members/12/phone", ""),
            ("/household/members/12/authorisation/sources/only", "tax"),
            ("/household/members/12/authorisation/sources/only", "vehicles"),
            ("/household/members/12/declared/income/0/class", "wage"),
        ];
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let folded = unseen(&Draft::of(&all), at);
        let expected: Vec<_> =
            all.iter().filter(|(name, value)| is_within(name, at) && !value.is_empty()).cloned().collect();
        // browsers send line ends as CR LF
        assert_eq!(unfolded(&folded.replace('\n', "\r\n")).collect::<Vec<_>>(), expected);
        assert_eq!(unfolded("").count(), 0);
        let sent = [("folded".to_owned(), folded), ("folded".to_owned(), "/x/y\nz=1\nref".to_owned())];
        assert_eq!(Draft::of(&sent).all("/household/members/12/authorisation/sources/only").count(), 2);
    }
}
