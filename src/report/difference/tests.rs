//! Differences of the fixture's household under packs with one number changed.

use super::*;
use crate::household::Evidence;
use crate::policy::Packs;
use crate::policy::assess;
use crate::policy::simulate::Headline;
use crate::report::fixture;

/// The shipped packs with texts of one file replaced.
fn changed(file: &str, edits: &[(&str, &str)]) -> Packs {
    let files: Vec<(String, String)> = (Packs::embedded_files().iter())
        .map(|(name, text)| {
            let mut text = (*text).to_owned();
            if name.ends_with(file) {
                for (from, to) in edits {
                    assert!(text.contains(from), "{from}");
                    text = text.replacen(from, to, 1);
                }
            }
            ((*name).to_owned(), text)
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Packs::load(&files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn difference(evidence: &Evidence, packs: &Packs) -> Difference {
    let pack = |packs: &Packs| packs.resolve(&evidence.region, evidence.as_of).unwrap();
    let (before, after) = (pack(&Packs::embedded()), pack(packs));
    Difference::between((&before, &assess(evidence, &before)), (&after, &assess(evidence, &after)))
}

const STANDARD: (&str, &str) = ("value = \"623.00\"", "value = \"1200.00\"");

#[test]
fn the_same_pack_changes_nothing() {
    let difference = difference(&fixture::case().evidence, &Packs::embedded());
    assert!(difference.is_nothing() && difference.parameters.is_empty());
    assert_eq!(difference.open_facts, WordsChange::default());
}

#[test]
fn a_higher_standard_is_named_with_its_law_and_moves_what_rests_on_it() {
    let difference = difference(&fixture::case().evidence, &changed("huining.toml", &[STANDARD]));
    let [parameter] = &difference.parameters[..] else { panic!("{:?}", difference.parameters) };
    let value = |setting: &Option<Setting>| setting.as_ref().map(|s| (s.value.clone(), s.pack.clone()));
    assert_eq!(parameter.key, "standard.dibao.urban");
    assert_eq!(value(&parameter.before), Some(("623.00".into(), "huining".into())));
    assert_eq!(value(&parameter.after), Some(("1200.00".into(), "huining".into())));
    assert!(parameter.after.as_ref().unwrap().law.as_ref().unwrap().contains("2021年"));
    let standard = difference.totals.iter().find(|change| change.total == "standard_monthly").unwrap();
    assert_eq!(standard.figure, Pair { before: Fen(62_300).into(), after: Fen(120_000).into() });
    let nutrition: Vec<_> = (difference.lines.iter())
        .filter(|line| line.section == Section::Deduction && line.item_zh.contains("营养"))
        .map(|line| (line.before.as_ref().unwrap().amount, line.after.as_ref().unwrap().amount))
        .collect();
    assert_eq!(nutrition, [(Fen(74_760), Fen(144_000)); 2], "a tenth of the yearly standard, for two old people");
    let untouched = difference.lines.iter().find(|line| line.item_zh.contains("就学"));
    assert!(untouched.is_none(), "what does not rest on it is left out");
}

#[test]
fn a_line_treated_otherwise_is_one_change_with_both_rules() {
    let national = ("[[not_income.dibao.old_age_allowance]]", "value = \"exempt\"");
    let text = Packs::embedded_files().iter().find(|(name, _)| name.ends_with("national.toml")).unwrap().1;
    let block = &text[text.find(national.0).unwrap()..];
    let block = &block[..block.find("\n\n").unwrap_or(block.len())];
    let counted = block.replace(national.1, "value = \"counted\"");
    let difference = difference(&fixture::case().evidence, &changed("national.toml", &[(block, &counted)]));
    let line = difference.lines.iter().find(|line| line.records == ["MZ-0103"]).unwrap();
    let side = |side: &Option<Side>| side.as_ref().map(|s| (s.amount, s.treatment.unwrap())).unwrap();
    use crate::policy::assessment::Treatment;
    assert_eq!(side(&line.before), (Fen::ZERO, Treatment::Exempt));
    assert_eq!(side(&line.after), (Fen(120_000), Treatment::Counted));
    assert!(difference.totals.iter().any(|change| change.total == "income"));
}

#[test]
fn another_multiple_changes_the_condition_and_what_it_says() {
    let evidence = fixture::case().evidence;
    let marginal = ("value = \"3/2\"", "value = \"5/4\"");
    let difference = difference(&evidence, &changed("national.toml", &[marginal]));
    assert_eq!(difference.parameters.len(), 1);
    assert!(difference.lines.is_empty() && difference.totals.is_empty(), "no line rests on it");
    let marginal = difference.outcomes.iter().find(|change| change.outcome == "dibao_marginal").unwrap();
    assert!(!marginal.conditions.is_empty(), "{marginal:?}");
    assert!(matches!(difference.standing.before.headline, Headline::Open | Headline::Dibao));
}
