//! The English of what a report says in Chinese, so that a report carries it once: in the program and in the published schema, not in
//! each line. Pure.
//!
//! A report leaves out English that [`english`] gives back to the letter and carries any other, so that nothing is ever lost: a text
//! that is not here, or is worded otherwise, costs bytes and no more.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// `Chinese => English`, a line each.
const TEXT: &str = include_str!("lexicon.txt");

struct Lexicon {
    whole: BTreeMap<&'static str, &'static str>,
    /// Texts with figures or words in them.
    templates: Vec<(Vec<Part>, Vec<Part>)>,
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Literal(&'static str),
    /// `{name}`; unnamed ones are told apart by their place.
    Hole(String),
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { whole: BTreeMap::new(), templates: Vec::new() };
    for (zh, en) in entries() {
        if zh.contains('{') {
            lexicon.templates.push((parts(zh), parts(en)));
        } else {
            lexicon.whole.insert(zh, en);
        }
    }
    lexicon
});

/// Every text with its English, as they stand in the file.
pub(super) fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" => "))
}

/// The English of a text.
#[must_use]
pub fn english(zh: &str) -> Option<String> {
    if let Some(en) = LEXICON.whole.get(zh) {
        return Some((*en).to_owned());
    }
    LEXICON.templates.iter().find_map(|(from, to)| fill(to, &captured(from, zh)?))
}

/// Leaves out English that the lexicon gives.
pub(super) fn spare(zh: &str, en: &mut String) {
    if *en == zh || english(zh).is_some_and(|known| known == *en) {
        en.clear();
    }
}

/// Writes English that was left out; the Chinese where there is none.
pub(super) fn spell_out(zh: &str, en: &mut String) {
    if en.is_empty() {
        *en = english(zh).unwrap_or_else(|| zh.to_owned());
    }
}

fn parts(template: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut rest, mut place) = (template, 0);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        parts.push(Part::Literal(before));
        parts.push(Part::Hole(if name.is_empty() { place.to_string() } else { name.to_owned() }));
        place += usize::from(name.is_empty());
        rest = after;
    }
    parts.push(Part::Literal(rest));
    parts
}

/// What stands in the holes of a template; none when the text is not of its form.
fn captured<'t>(template: &'t [Part], text: &'t str) -> Option<BTreeMap<&'t str, &'t str>> {
    let mut holes = BTreeMap::new();
    let mut rest = text;
    let mut open: Option<&str> = None;
    for (place, part) in template.iter().enumerate() {
        let literal = match part {
            Part::Hole(name) => {
                open = Some(name);
                continue;
            }
            Part::Literal(literal) => *literal,
        };
        let Some(name) = open.take() else {
            rest = rest.strip_prefix(literal)?;
            continue;
        };
        let is_last = place + 1 == template.len();
        let (held, after) = if is_last { (rest.strip_suffix(literal)?, "") } else { rest.split_once(literal)? };
        if held.is_empty() || holes.insert(name, held).is_some_and(|before| before != held) {
            return None;
        }
        rest = after;
    }
    rest.is_empty().then_some(holes)
}

/// The English with its holes filled; words among them are translated in turn.
fn fill(template: &[Part], holes: &BTreeMap<&str, &str>) -> Option<String> {
    let mut text = String::new();
    for part in template {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Hole(name) => {
                let held = holes.get(name.as_str())?;
                text.push_str(&if held.is_ascii() { (*held).to_owned() } else { english(held)? });
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_texts_with_figures_have_their_english() {
        for (zh, en) in [
            ("存款", Some("Deposit")),
            ("除豁免车辆外，机动车不超过 0 辆。", Some("Cars beside those left out: at most 0.")),
            (
                "人均金融资产不超过年低保标准的 2 倍（14952.00）。",
                Some("Financial property a head is at most 2 yearly standards (14952.00)."),
            ),
            (
                "该银行只答复余额超过 50000.00，不告知数额：至少计 50000.00，上不封顶。",
                Some("The bank only says the balance is over 50000.00: at least that counts, with no upper bound."),
            ),
            // one name, two figures: not of the form
            ("该银行只答复余额超过 1.00，不告知数额：至少计 2.00，上不封顶。", None),
            ("残疾人专用代步车属于必需财产，不计。", Some("Mobility vehicle: necessary property, left out.")),
            ("不认识的东西属于必需财产，不计。", None),
            ("没有人写过的话", None),
        ] {
            assert_eq!(english(zh).as_deref(), en, "{zh}");
        }
    }

    #[test]
    fn only_english_that_comes_back_is_left_out() {
        for (zh, en, carried) in [
            ("存款", "Deposit", ""),
            ("存款", "Savings", "Savings"),
            ("没有人写过的话", "Nobody wrote it", "Nobody wrote it"),
            ("无译文", "无译文", ""),
        ] {
            let mut text = en.to_owned();
            spare(zh, &mut text);
            assert_eq!(text, carried, "{zh}");
            spell_out(zh, &mut text);
            assert_eq!(text, en, "{zh}");
        }
    }

    #[test]
    fn every_line_is_an_entry_and_no_text_has_two() {
        let lines = TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        let mut texts: Vec<&str> = entries().map(|(zh, _)| zh).collect();
        assert_eq!(texts.len(), lines);
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), lines);
    }
}
