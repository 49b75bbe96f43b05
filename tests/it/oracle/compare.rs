//! A report's totals against what they must be.

use super::household::{Expected, State, dibao_amount, screening};
use super::reading::{Range, Reading};
use super::rules::divided;

/// Names a total that differs, with both values.
pub type Difference = String;

fn differ<T: PartialEq + std::fmt::Debug>(name: &str, reported: &T, expected: &T, found: &mut Vec<Difference>) {
    if reported != expected {
        found.push(format!("{name}: reported {reported:?}, expected {expected:?}"));
    }
}

/// What stands now: the sums of what is known, to the fen.
pub fn so_far(reading: &Reading, expected: &Expected) -> Vec<Difference> {
    let mut found = Vec::new();
    differ("members", &reading.members(), &expected.members, &mut found);
    for (class, amount) in [
        ("wage", expected.wage),
        ("business", expected.business),
        ("property", expected.property),
        ("transfer", expected.transfer),
    ] {
        differ(class, &reading.class(class), &amount, &mut found);
    }
    let heads = expected.heads();
    let net = expected.net_so_far();
    for (name, amount) in [
        ("income", expected.income.0),
        ("deductions", expected.deductions),
        ("net_income", net),
        ("per_head_yearly", divided(net, heads)),
        ("per_head_monthly", divided(net, heads * 12)),
        ("financial", expected.financial.0),
        ("financial_per_head", divided(expected.financial.0, heads)),
        ("rigid_spending", expected.spending),
    ] {
        differ(name, &reading.total(name).so_far, &amount, &mut found);
    }
    let standard = super::reading::fen(reading.body["totals"]["standard_monthly"].as_str().expect("an amount"));
    differ("standard", &(standard * 12), &expected.standard, &mut found);
    for (name, count) in
        [("dwellings", expected.dwellings), ("cars", expected.cars.0), ("companies", expected.companies)]
    {
        // While somebody may be missing, or may be no member, nothing is confirmed.
        let (least, most) = reading.count(name);
        differ(name, &least, &if most.is_some() { count } else { 0 }, &mut found);
    }
    found
}

/// The ends of every interval and the screening, with every department heard and no record in doubt.
pub fn ends(reading: &Reading, expected: &Expected) -> Vec<Difference> {
    let mut found = Vec::new();
    let bounded = |most: i64| expected.settled.then_some(most);
    let (least, most) = (if expected.settled { expected.net_so_far() } else { 0 }, expected.net_at_most());
    let heads = expected.heads();
    let mut whole = |name: &str, at_least: i64, at_most: Option<i64>| {
        let Range { at_least: low, at_most: high, .. } = reading.total(name);
        differ(name, &(low, high), &(at_least, at_most), &mut found);
    };
    // Whoever turns out to be no member takes all of theirs away.
    let sure = |least: i64| if expected.settled { least } else { 0 };
    whole("income", sure(expected.income.0), bounded(expected.income.1));
    whole("deductions", sure(expected.deductions), bounded(expected.deductions));
    whole("net_income", least, bounded(most));
    whole("per_head_yearly", divided(least, heads), bounded(divided(most, heads)));
    whole("per_head_monthly", divided(least, heads * 12), bounded(divided(most, heads * 12)));
    whole("financial", sure(expected.financial.0), expected.financial.1.filter(|_| expected.settled));
    let count = |name: &str, least: i64, most: i64, found: &mut Vec<Difference>| {
        differ(name, &reading.count(name), &(sure(least), bounded(most)), found);
    };
    count("dwellings", expected.dwellings, expected.dwellings, &mut found);
    count("cars", expected.cars.0, expected.cars.1, &mut found);
    count("companies", expected.companies, expected.companies, &mut found);
    let (dibao, marginal, single) = screening(expected);
    differ("dibao", &reading.screening("dibao").as_str(), &dibao.word(), &mut found);
    differ("dibao_marginal", &reading.screening("dibao_marginal").as_str(), &marginal.word(), &mut found);
    let stated = reading.screening("dibao_single");
    let waits_for_application = single == State::Met && !expected.alone && stated == State::Open.word();
    if !waits_for_application {
        differ("dibao_single", &stated.as_str(), &single.word(), &mut found);
    }
    differ("none", &reading.screening("none").as_str(), &none_of_the_others(reading), &mut found);
    // What may be paid where an outcome is open is an estimate; where it is met, the sum is known.
    for (name, expected) in [("dibao", dibao_amount(expected)), ("dibao_single", expected.standard / 12)] {
        if reading.screening(name) != State::Met.word() || expected == 0 {
            continue;
        }
        let stated = reading.amount(name);
        if !stated.is_some_and(|(least, most)| (least..=most).contains(&expected)) {
            found.push(format!("amount of {name}: reported {stated:?}, expected {expected}"));
        }
    }
    found
}

/// None applies when every other outcome is not met; it does not when one is met.
fn none_of_the_others(reading: &Reading) -> &'static str {
    let others = || reading.outcomes().filter(|(outcome, _)| *outcome != "none").map(|(_, state)| state);
    if others().any(|state| state == "met") {
        "not_met"
    } else if others().any(|state| state == "open") {
        "open"
    } else {
        "met"
    }
}

/// Whether the truth lies within every interval that records in doubt left open.
pub fn holds(reading: &Reading, truth: &Expected) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut within = |name: &str, low: i64, high: Option<i64>, least: i64, most: Option<i64>| {
        let above = high.is_some_and(|high| most.is_none_or(|most| most > high));
        if low > least || above {
            found.push(format!("{name}: {low}..{high:?} does not hold {least}..{most:?}"));
        }
    };
    let (least, most) = (truth.net_so_far(), truth.net_at_most());
    for (name, least, most) in [
        ("income", truth.income.0, Some(truth.income.1)),
        ("deductions", truth.deductions, Some(truth.deductions)),
        ("net_income", least, Some(most)),
        ("financial", truth.financial.0, truth.financial.1),
    ] {
        let range = reading.total(name);
        within(name, range.at_least, range.at_most, least, most);
    }
    for (name, least, most) in [
        ("dwellings", truth.dwellings, truth.dwellings),
        ("cars", truth.cars.0, truth.cars.1),
        ("companies", truth.companies, truth.companies),
    ] {
        let (low, high) = reading.count(name);
        within(name, low, high, least, Some(most));
    }
    found
}
