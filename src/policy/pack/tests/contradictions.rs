//! Values that cannot hold together are found at their place; the same values on days of their own are not.

use super::*;

/// An entry of the test's county.
fn entry(key: &str, from: &str, value: &str) -> String {
    let unit = spec(key).expect("a key").unit;
    format!("[[{key}]]\nfrom = \"{from}\"\nvalue = {value}\nunit = \"{unit}\"\nbasis = \"assumed\"\nnote = \"a\"\n")
}

/// Keys with their values, what is said of them, and where: the line after the county's 23 of its own.
#[test]
fn what_cannot_hold_together_is_named_with_both_places() {
    for (lines, place, said) in [
        (&[("screening.marginal.multiple", "\"99%\"")][..], 24, "below the dibao line"),
        (
            &[("property.marginal.financial_multiple", "\"1/2\"")],
            24,
            "narrower than dibao's limit: property.dibao.financial_multiple = 2 (config/policy/national.toml:",
        ),
        (&[("property.marginal.dwellings", "0")], 24, "narrower than dibao's limit"),
        // The nation's marginal limit is right until a county raises dibao's: shown where the county did.
        (&[("property.dibao.cars", "5")], 24, "narrower than dibao's limit: property.dibao.cars = 5"),
        (&[("property.dibao.companies", "5"), ("property.marginal.companies", "4")], 30, "jingyuan.toml:24"),
        (
            &[("deduction.disability_nursing.grade_1", "\"10%\""), ("deduction.disability_nursing.grade_2", "\"11%\"")],
            30,
            "more than grade 1",
        ),
        (&[("deduction.employment_cost.share_disabled", "\"1%\"")], 24, "less than any other"),
        (&[("deduction.nutrition.child_under", "150")], 24, "a child and old"),
        (&[("screening.tekun.child_under", "60")], 24, "without ability to work"),
        (
            &[("screening.single.grade_up_to", "3"), ("screening.single.mental_grade_up_to", "2")],
            30,
            "asks more of intellectual",
        ),
        (&[("amount.dibao.method", "\"tiers\"")], 24, "amount.dibao.tiers has no value on 2025-01-01"),
        (
            &[("amount.dibao.tiers", "[{ up_to = \"700.00\", ratio = \"50%\" }, { ratio = \"10%\" }]")],
            24,
            "unreachable tier: above 700.00, and the highest standard is 700.00",
        ),
        (&[("screening.single.grade_up_to", "5")], 26, "out of bounds"),
    ] {
        let body: String = lines.iter().map(|(key, value)| entry(key, "2024-01-01", value)).collect();
        let found = messages(&body);
        let at = format!("jingyuan.toml:{place}:");
        assert!(found.iter().any(|m| m.starts_with(&at) && m.contains(said)), "{lines:?} at {at}: {found:#?}");
    }
}

#[test]
fn what_touches_but_does_not_cross_is_no_contradiction() {
    for lines in [
        &[("screening.marginal.multiple", "\"1/1\"")][..],
        &[("deduction.disability_nursing.grade_1", "\"20%\""), ("deduction.disability_nursing.grade_2", "\"20%\"")],
        &[("screening.tekun.child_under", "59")],
        &[("deduction.nutrition.child_under", "60")],
        &[("amount.dibao.tiers", "[{ up_to = \"699.99\", ratio = \"50%\" }, { ratio = \"10%\" }]")],
        &[("amount.dibao.method", "\"tiers\""), ("amount.dibao.tiers", "[{ ratio = \"10%\" }]")],
        &[("screening.single.grade_up_to", "4"), ("screening.single.mental_grade_up_to", "4")],
    ] {
        let body: String = lines.iter().map(|(key, value)| entry(key, "2024-01-01", value)).collect();
        assert_eq!(messages(&body), [""; 0], "{lines:?}");
    }
    // A published value may carry a note that speaks of assuming.
    let noted = "[[amount.single.share]]\nfrom = \"2024-01-01\"\nvalue = \"50%\"\nunit = \"ratio\"\nbasis = \"published\"\n\
                 law = { document = \"x\" }\nnote = \"assumed before\"\n";
    assert_eq!(messages(noted), [""; 0]);
}

/// Two values clash only on days on which both are in force.
#[test]
fn days_decide() {
    let ended =
        |key, value, to: &str| entry(key, "2024-01-01", value).replace("\nvalue", &format!("\nto = \"{to}\"\nvalue"));
    let (one, two) = ("deduction.disability_nursing.grade_1", "deduction.disability_nursing.grade_2");
    let apart = ended(one, "\"10%\"", "2025-12-31") + &entry(one, "2026-01-01", "\"50%\"");
    let meets =
        |day: &str| messages(&(apart.clone() + &ended(two, "\"11%\"", "2025-06-30") + &entry(two, day, "\"20%\"")));
    assert!(meets("2025-07-01").iter().any(|m| m.contains("on 2025-07-01")), "{:?}", meets("2025-07-01"));
    // What lies before the day from which the packs are complete is nobody's concern.
    let before = ended(one, "\"10%\"", "2024-12-31")
        + &entry(one, "2025-01-01", "\"50%\"")
        + &ended(two, "\"11%\"", "2024-12-31")
        + &entry(two, "2025-01-01", "\"20%\"");
    assert_eq!(messages(&before), [""; 0]);
    let late = ended("amount.dibao.tiers", "[{ ratio = \"10%\" }]", "2026-06-30")
        + &entry("amount.dibao.method", "2024-01-01", "\"tiers\"");
    assert!(messages(&late).iter().any(|m| m.contains("has no value on 2026-07-01")), "{:?}", messages(&late));
}

/// What cannot be read leaves a gap, and one fault is told once.
#[test]
fn an_unreadable_value_is_one_problem() {
    let text = county("").replace("\"700.00\"", "700");
    let found = problems_of(&[("jingyuan.toml", &text)]);
    assert_eq!(found.iter().map(|problem| problem.line).collect::<Vec<_>>(), [8], "{found:?}");
}

#[test]
fn an_operators_files_replace_the_built_in_packs_of_their_regions_and_no_other() {
    let text = county("");
    let packs = Packs::over_embedded(&[("jingyuan.toml", text.as_str())]).unwrap();
    assert_eq!(packs.counties().len(), 2, "Huining stays");
    let huining = embedded::PACKS[3].1.replace("623.00", "700.00");
    let packs = Packs::over_embedded(&[("mine.toml", huining.as_str())]).unwrap();
    let pack = packs.resolve(&super::huining(), date(2026, 11, 1)).unwrap();
    assert_eq!((pack.rules().standard_urban.value, packs.counties().len()), (Fen::from_yuan(700), 1));
    assert_eq!(pack.rules().standard_urban.origin.pack, "mine");
    assert!(Packs::over_embedded(&[("broken.toml", "[pack]\nregion = 1\n")]).is_err());
}

#[test]
fn a_wrong_key_names_what_it_may_stand_for() {
    for (wrong, meant) in [
        ("standard.dibao.urbn", "standard.dibao.urban"),
        ("illness", "deduction.illness.tiers"),
        ("deduction.ilness.tiers", "deduction.illness.tiers"),
        ("financial_multiple", "property.dibao.financial_multiple"),
    ] {
        assert!(nearest_keys(wrong).contains(&meant), "{wrong}: {:?}", nearest_keys(wrong));
    }
    assert_eq!(nearest_keys("qqqqqqqqqqqq"), [""; 0]);
    assert!(nearest_keys("property").len() <= 5);
}
