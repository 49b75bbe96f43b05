//! Packs are read whole or refused with every fault; layers, dates and citations resolve as written.

mod contradictions;

use jiff::civil::date;

use super::*;
use crate::household::{Fen, Region};
use crate::policy::assessment::Basis;

fn huining() -> Region {
    Region("620422".to_owned())
}

/// The embedded packs with more files on top.
fn problems_of(extra: &[(&str, &str)]) -> Vec<Problem> {
    let files: Vec<_> = embedded::PACKS.iter().copied().chain(extra.iter().copied()).collect();
    Packs::load(&files).err().unwrap_or_default()
}

/// A county of its own, next to Huining, with these lines after its header.
fn county(body: &str) -> String {
    let header = "[pack]\nregion = \"620421\"\nname_zh = \"靖远县\"\nname_en = \"Jingyuan County\"\n";
    let standards = r#"
[[standard.dibao.urban]]
from = "2024-01-01"
value = "700.00"
unit = "yuan_per_head_month"
basis = "assumed"
note = "for the test"
[[standard.dibao.rural]]
from = "2024-01-01"
value = "500.00"
unit = "yuan_per_head_month"
basis = "assumed"
note = "for the test"
[[minimum_wage.monthly]]
from = "2024-01-01"
value = "1910.00"
unit = "yuan_per_month"
basis = "assumed"
note = "for the test"
"#;
    format!("{header}{standards}{body}")
}

fn messages(body: &str) -> Vec<String> {
    let text = county(body);
    problems_of(&[("jingyuan.toml", &text)]).iter().map(ToString::to_string).collect()
}

#[test]
fn embedded_packs_resolve_for_huining() {
    let pack = Packs::embedded().resolve(&huining(), date(2026, 11, 1)).unwrap();
    assert_eq!(pack.rules().standard_urban.value, Fen::from_yuan(623));
    assert_eq!(pack.rules().standard_urban.origin.basis, Basis::Assumed);
    assert_eq!(pack.rules().standard_urban.origin.pack, "huining");
    assert_eq!(pack.rules().minimum_wage.latest().origin.basis, Basis::Published);
    assert_eq!(pack.hash().len(), 64);
    assert_eq!(Packs::embedded().counties()[0].chain, ["national", "gansu", "baiyin", "huining"]);
}

#[test]
fn basic_pension_lapses_month_by_month() {
    let packs = Packs::embedded();
    let of = |day| packs.resolve(&huining(), day).unwrap().rules().not_income_basic_pension.clone();
    let handlings: Vec<Handling> = of(date(2026, 11, 1)).0.iter().map(|param| param.value).collect();
    assert_eq!(handlings[..2], [Handling::Exempt, Handling::Exempt]);
    assert!(handlings[2..].iter().all(|handling| *handling == Handling::Open));
    assert!(of(date(2025, 12, 31)).0.iter().all(|param| param.value == Handling::Exempt));
    assert_eq!(of(date(2026, 1, 1)).0.last().unwrap().origin.law, "会民发[2022]63号");
    assert_eq!(of(date(2026, 2, 1)).latest().value, Handling::Open);
    assert_eq!(of(date(2026, 2, 1)).latest().origin.basis, Basis::Assumed);
}

#[test]
fn the_hash_covers_both_sides_of_a_date_and_restores() {
    let packs = Packs::embedded();
    let before = packs.resolve(&huining(), date(2025, 12, 31)).unwrap();
    let after = packs.resolve(&huining(), date(2026, 1, 1)).unwrap();
    assert_eq!(before.hash(), after.hash());
    let text = String::from_utf8(before.canonical().to_vec()).unwrap();
    assert!(text.contains("2025-12-31") && text.contains("2026-01-01"));
    let restored = Pack::from_canonical(before.canonical(), date(2026, 1, 1)).unwrap();
    assert_eq!(restored.hash(), before.hash());
    assert_eq!(restored.rules().standard_rural, after.rules().standard_rural);
    assert!(matches!(Pack::from_canonical(b"{}", date(2026, 1, 1)), Err(PolicyError::Unreadable { .. })));
}

#[test]
fn a_changed_value_changes_the_hash() {
    let text = county("");
    let other = text.replace("500.00", "500.01");
    let hash = |text: &str| {
        let files: Vec<_> = embedded::PACKS.iter().copied().chain([("jingyuan.toml", text)]).collect();
        let packs = Packs::load(&files).unwrap();
        packs.resolve(&Region("620421".to_owned()), date(2026, 11, 1)).unwrap().hash().to_owned()
    };
    assert_ne!(hash(&text), hash(&other));
    assert_eq!(hash(&text), hash(&text.replace("\"500.00\"", "\"500\"")), "written otherwise, the same value");
}

#[test]
fn every_law_is_cited_and_nothing_assumed_is_silent_about_it() {
    let pack = Packs::embedded().resolve(&huining(), date(2026, 11, 1)).unwrap();
    for explanation in pack.explain_all() {
        for entry in explanation.history {
            let cited = entry.law.is_some() || entry.note.is_some();
            assert!(cited, "{} of {} cites nothing", explanation.key, entry.pack);
            assert!(entry.basis == Basis::Assumed || entry.law.is_some(), "{}", explanation.key);
        }
    }
}

#[test]
fn explain_shows_history_and_law() {
    let pack = Packs::embedded().resolve(&huining(), date(2026, 11, 1)).unwrap();
    let guide = pack.explain("standard.guide.urban").unwrap();
    let values: Vec<&str> = guide.history.iter().map(|entry| entry.value.as_str()).collect();
    assert_eq!(values, ["524.00", "577.00", "623.00", "623.00"]);
    assert_eq!(guide.in_force.unwrap().value, "623.00");
    assert!(pack.explain("standard.dibao.urbn").is_none());
}

#[test]
fn unknown_regions_and_early_days_are_refused() {
    let packs = Packs::embedded();
    let unknown = packs.resolve(&Region("110101".to_owned()), date(2026, 11, 1));
    assert!(matches!(unknown, Err(PolicyError::UnknownRegion { .. })));
    let early = packs.resolve(&huining(), date(2023, 6, 1));
    let Err(PolicyError::NotCovered { keys, .. }) = early else { panic!("too early") };
    assert!(keys.iter().any(|key| key == "income.order"));
    let said = packs.resolve(&huining(), date(2023, 6, 1)).unwrap_err().to_string();
    assert!(said.contains("more; they cover days from 2025-01-01 on") && said.len() < 250, "{said}");
    // The first as-of date whose twelve months are all covered, as `covers_from` says.
    assert!(packs.resolve(&huining(), date(2025, 1, 1)).is_ok());
    assert!(matches!(packs.resolve(&huining(), date(2024, 12, 31)), Err(PolicyError::NotCovered { .. })));
}

#[test]
fn a_county_states_only_what_differs() {
    let text = county("");
    let files: Vec<_> = embedded::PACKS.iter().copied().chain([("jingyuan.toml", text.as_str())]).collect();
    let packs = Packs::load(&files).unwrap();
    let pack = packs.resolve(&Region("620421".to_owned()), date(2026, 11, 1)).unwrap();
    assert_eq!(pack.rules().standard_urban.value, Fen::from_yuan(700));
    assert_eq!(pack.rules().illness_tiers.origin.pack, "national");
}

#[test]
fn every_fault_is_reported_at_once_with_its_place() {
    let found = messages(
        r#"
[[standard.dibao.urbann]]
from = "2024-01-01"
[[deduction.nutrition.share]]
from = "2024-01-01"
value = 10
unit = "yuan"
basis = "published"
remark = "?"
[[amount.single.share]]
from = "2024-01-01"
value = "50%"
unit = "ratio"
law = { document = "民函〔2024〕1号" }
[[deduction.illness.tiers]]
from = "2024-01-01"
value = [{ up_to = "500.00", ratio = "50%" }, { up_to = "100.00", ratio = "70%" }, { ratio = "1/0" }]
unit = "tiers"
basis = "guessed"
"#,
    );
    let all = found.join("\n");
    for part in [
        "jingyuan.toml:25:18",
        "unknown key; did you mean standard.dibao.urban?",
        "the value is of the wrong kind",
        "wrong unit; write unit = \"ratio\"",
        "unknown field remark",
        "published, but no document is cited",
        "unreachable tier",
        "ratio is not a ratio",
        "unknown basis",
        "amount.single.share: basis is missing",
    ] {
        assert!(all.contains(part), "{part:?} is missing from\n{all}");
    }
}

#[test]
fn overlaps_gaps_and_reversed_dates_are_found() {
    let overlap = messages(
        "[[amount.single.share]]\nfrom = \"2025-01-01\"\nvalue = \"50%\"\nunit = \"ratio\"\nbasis = \"assumed\"\nnote = \"a\"\n\
         [[amount.single.share]]\nfrom = \"2024-01-01\"\nto = \"2025-01-01\"\nvalue = \"50%\"\nunit = \"ratio\"\nbasis = \"assumed\"\nnote = \"b\"\n",
    );
    assert!(overlap.iter().any(|m| m.contains("overlaps") && m.contains("2024-12-31")), "{overlap:?}");
    let reversed = messages(
        "[[amount.single.share]]\nfrom = \"2025-01-02\"\nto = \"2025-01-01\"\nvalue = \"50%\"\nunit = \"ratio\"\nbasis = \"assumed\"\nnote = \"a\"\n",
    );
    assert!(reversed.iter().any(|m| m.contains("ends before it begins")), "{reversed:?}");
    let text = county("").replacen("from = \"2024-01-01\"", "from = \"2025-01-02\"", 1);
    let gap: Vec<String> = problems_of(&[("jingyuan.toml", &text)]).iter().map(ToString::to_string).collect();
    assert!(
        gap.iter()
            .any(|m| m
                .starts_with("jingyuan.toml:6:1: standard.dibao.urban: Jingyuan County has no value on 2025-01-01")),
        "{gap:?}"
    );
    // A value read month by month is needed a year earlier: the first as-of date looks back on twelve months.
    let wages = county("")
        .replace("[[minimum_wage.monthly]]\nfrom = \"2024-01-01\"", "[[minimum_wage.monthly]]\nfrom = \"2024-02-01\"");
    let gap = problems_of(&[("jingyuan.toml", &wages)]);
    assert!(gap.iter().any(|p| p.key == "minimum_wage.monthly" && p.message.contains("2024-01-01")), "{gap:?}");
    let ended = county("").replacen("from = \"2024-01-01\"", "from = \"2024-01-01\"\nto = \"2026-12-31\"", 1);
    let gap = problems_of(&[("jingyuan.toml", &ended)]);
    assert!(gap.iter().any(|problem| problem.message.contains("2027-01-01")), "{gap:?}");
}

#[test]
fn contradictions_are_found() {
    let text = county("").replace("700.00", "622.99");
    let below = problems_of(&[("jingyuan.toml", &text)]);
    assert!(below.iter().any(|problem| problem.message.contains("below the province's guide")), "{below:?}");
    let fixed = messages(
        "[[income.window.months]]\nfrom = \"2024-01-01\"\nvalue = 6\nunit = \"months\"\nbasis = \"assumed\"\nnote = \"a\"\n",
    );
    assert!(fixed.iter().any(|m| m.contains("income.window.months") && m.contains("12")), "{fixed:?}");
    let unread = messages(
        "[[not_income.dibao.bravery]]\nfrom = \"2024-01-01\"\nvalue = \"counted\"\nunit = \"choice\"\nbasis = \"assumed\"\nnote = \"a\"\n",
    );
    assert!(unread.iter().any(|m| m.contains("must be exempt")), "{unread:?}");
    let twice = problems_of(&[("again.toml", embedded::PACKS[3].1)]);
    assert!(twice.iter().any(|problem| problem.message.contains("already has a pack")), "{twice:?}");
}

/// Values that would be read and then break the arithmetic, or make nonsense of a report.
#[test]
fn values_out_of_bounds_are_refused() {
    for (key, value, unit, fits) in [
        ("screening.gradual_exit.months", "120", "months", true),
        ("screening.gradual_exit.months", "121", "months", false),
        ("screening.gradual_exit.months", "9223372036854775807", "months", false),
        ("deduction.nutrition.nursing_months", "300000", "months", false),
        ("property.dibao.dwellings", "1001", "count", false),
        ("deduction.schooling.ceiling", "\"1000000000.00\"", "yuan_per_year", true),
        ("deduction.schooling.ceiling", "\"1000000000.01\"", "yuan_per_year", false),
        ("property.rigid.financial_multiple", "\"100/1\"", "ratio", true),
        ("property.rigid.financial_multiple", "\"101/1\"", "ratio", false),
        ("property.rigid.financial_multiple", "\"9223372036854775807/9223372036854775806\"", "ratio", false),
        ("deduction.nutrition.share", "\"100%\"", "ratio", true),
        ("deduction.nutrition.share", "\"101%\"", "ratio", false),
        ("deduction.illness.tiers", "[{ ratio = \"101%\" }]", "tiers", false),
        (
            "amount.dibao.tiers",
            "[{ up_to = \"92233720368547758.07\", ratio = \"50%\" }, { ratio = \"0%\" }]",
            "tiers",
            false,
        ),
        ("property.second_dwelling.area_per_head_below", "\"1000000.01\"", "square_metres", false),
    ] {
        let entry = format!(
            "[[{key}]]\nfrom = \"2024-01-01\"\nvalue = {value}\nunit = \"{unit}\"\nbasis = \"assumed\"\nnote = \"a\"\n"
        );
        let found = messages(&entry);
        assert_eq!(found.is_empty(), fits, "{key} = {value}: {found:?}");
        assert!(fits || found.iter().any(|m| m.contains("out of bounds")), "{key} = {value}: {found:?}");
    }
}

/// Fixed tiers are chosen on the household's whole year: an amount a head would be rounded into the wrong one.
#[test]
fn a_tier_is_chosen_exactly() {
    let (up_to, low, high) = (Some(Fen::from_yuan(100)), Ratio::ONE, Ratio::parse("50%").unwrap());
    let tiers = Tiers(vec![value::Tier { up_to, ratio: low }, value::Tier { up_to: None, ratio: high }]);
    let at = |net: i64| tiers.ratio_where(|bound| Fen(net) <= bound.mul_ratio(36, 1));
    assert_eq!((at(360_000), at(360_001)), (low, high));
}

/// The nation's layer cites no county's document, and a guide ends with its year.
#[test]
fn citations_stay_in_their_layer_and_year() {
    let pack = Packs::embedded().resolve(&huining(), date(2026, 11, 1)).unwrap();
    for explanation in pack.explain_all() {
        for entry in explanation.history {
            let county = entry.law.as_ref().is_some_and(|law| law.to_string().contains("会民发"));
            assert!(!county || entry.pack == "huining", "{} of {}", explanation.key, entry.pack);
        }
    }
    let packs = Packs::embedded();
    let guide = |day| {
        let pack = packs.resolve(&huining(), day).unwrap();
        pack.rules().guide_urban.as_ref().unwrap().origin.basis
    };
    assert_eq!(guide(date(2026, 11, 1)), Basis::Assumed);
}

#[test]
fn syntax_errors_have_a_line() {
    let broken = problems_of(&[("broken.toml", "[pack]\nregion = \nname_zh = 1\nname_en = \"x\"\n")]);
    assert!(broken.iter().any(|problem| problem.line == 2 && problem.message.starts_with("not TOML")), "{broken:?}");
    assert!(broken.iter().any(|problem| problem.line == 3 && problem.key == "pack"), "{broken:?}");
}

#[test]
fn tiers_and_ratios_are_exact() {
    let pack = Packs::embedded().resolve(&huining(), date(2026, 11, 1)).unwrap();
    let tiers = &pack.rules().illness_tiers.value;
    for (cost, amount) in [
        ("0.00", "0.00"),
        ("4999.99", "2500.00"),
        ("5000.00", "2500.00"),
        ("5000.01", "2500.01"),
        ("20000.00", "13000.00"),
        ("20000.01", "13000.01"),
        ("30000.00", "22000.00"),
    ] {
        assert_eq!(tiers.apply(cost.parse().unwrap()).to_string(), amount, "{cost}");
    }
    assert_eq!(Ratio::parse("12.5%"), Ratio::new(1, 8));
    assert_eq!(Ratio::parse("150%").unwrap().of(Fen(101)), Fen(152));
    assert!(Ratio::parse("1/0").is_none() && Ratio::parse("-1/2").is_none() && Ratio::parse("0.5").is_none());
    assert!(!Ratio::parse("60%").unwrap().exceeded_by(Fen(60), Fen(100)));
    assert!(Ratio::parse("60%").unwrap().exceeded_by(Fen(61), Fen(100)));
}
