//! Households that generated evidence found once, after hundreds of thousands: each broke a property, and must not again.

use super::generated::{AS_OF, Given, PACK, attributed, bill, evidence, member};
use super::{all_within, assess};
use crate::household::evidence::MemberFacts;
use crate::household::*;
use crate::policy::assessment::{Assessment, Certainty};

fn of(born: &[i16]) -> Vec<MemberFacts> {
    born.iter().enumerate().map(|(place, born)| member(place, *born, None)).collect()
}

fn found(members: Vec<MemberFacts>, records: Vec<(usize, Given, Verdict)>) -> Assessment {
    let whose = |place: usize| MemberRef(format!("m{place}"));
    let attributed = |(number, (place, given, verdict))| attributed(&whose(place), number, given, verdict);
    let records = records.into_iter().enumerate().map(attributed).collect();
    assess(&evidence(members, records, RegisteredAs::Rural), &PACK)
}

/// What the last record is in doubt about lies within the bounds, whether it is theirs or not.
fn stays_within(born: &[i16], known: &[(usize, Given)], doubted: (usize, Given)) {
    let with = |verdict| {
        let mut records: Vec<_> = known.iter().map(|(place, given)| (*place, given.clone(), Verdict::Match)).collect();
        records.push((doubted.0, doubted.1.clone(), verdict));
        found(of(born), records).totals
    };
    let doubtful = with(Verdict::Review);
    for verdict in [Verdict::Match, Verdict::No] {
        all_within(&doubtful, &with(verdict)).unwrap_or_else(|broken| panic!("{verdict:?}: {broken}"));
    }
}

fn contribution(employer: Option<&str>, from: &str, to: &str, base: &str) -> Given {
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    let scheme = InsuranceScheme::EmployeePension;
    let (employer, base_monthly) = (employer.map(Into::into), Some(yuan(base)));
    ("social_security", Detail::Contribution { scheme, employer, from, to, base_monthly, personal_monthly: None })
}

fn fund(employer: Option<&str>, base: &str, paid_to: &str) -> Given {
    let (employer, base_monthly) = (employer.map(Into::into), Some(yuan(base)));
    let (balance, state, paid_to) = (Fen::ZERO, FundState::Active, Some(paid_to.parse().unwrap()));
    ("housing_fund", Detail::HousingFund { employer, base_monthly, deposit_monthly: None, balance, state, paid_to })
}

fn returned(item: TaxItem, payer: Option<&str>, gross: &str, tax: &str) -> Given {
    let (from, to) = ("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap());
    let (payer, tax) = (payer.map(Into::into), Some(yuan(tax)));
    (
        "tax",
        Detail::TaxedIncome {
            item,
            from,
            to,
            gross: yuan(gross),
            cost: None,
            tax,
            social_insurance: None,
            paid_on: None,
            payer,
        },
    )
}

/// Paid since January 2026, its basic part included.
fn residents_pension(monthly: &str, basic: &str) -> Given {
    let (scheme, from) = (InsuranceScheme::ResidentPension, "2026-01".parse().unwrap());
    let (monthly, basic_monthly) = (yuan(monthly), Some(yuan(basic)));
    ("social_security", Detail::Pension { scheme, from, to: None, monthly, basic_monthly })
}

fn yuan(text: &str) -> Fen {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
}

#[test]
fn a_wage_in_doubt_opens_what_it_may_show_to_be_a_second_job() {
    // The contribution names no employer, so it hides the fund's wage; a return of another payer would take its month.
    let known = [(0, contribution(None, "2026-10", "2026-10", "0.00")), (0, fund(Some("甲"), "541.91", "2026-10"))];
    stays_within(&[1980], &known, (0, returned(TaxItem::Wage, Some("乙"), "0.00", "0.00")));
}

#[test]
fn months_that_may_be_paid_hide_no_other_record() {
    let known = [(0, fund(None, "0.00", "2026-12")), (0, fund(None, "0.01", "2026-07"))];
    stays_within(&[1980], &known, (0, contribution(None, "2026-12", "2026-11", "0.00")));
}

#[test]
fn who_may_be_no_member_leaves_what_others_pay_away() {
    let benefit = Detail::UnemploymentBenefit { from: "2026-10".parse().unwrap(), to: None, monthly: yuan("0.01") };
    let known = [(0, ("social_security", benefit)), (1, returned(TaxItem::Business, None, "0.09", "0.01"))];
    stays_within(&[1980, 1980], &known, (0, ("health", Detail::Death { on: Some(AS_OF) })));
}

#[test]
fn a_reading_that_decides_whether_illness_cost_more_than_income_is_named() {
    let known = vec![
        (0, residents_pension("2510.00", "10.00"), Verdict::Match),
        (0, bill("2026-05-05".parse().unwrap(), yuan("25050.00")), Verdict::Match),
    ];
    let assessment = found(of(&[1940]), known);
    let single = assessment.screening.iter().find(|screening| screening.outcome == "dibao_single").unwrap();
    assert_eq!((single.state, single.decides.as_deref()), (Certainty::Open, Some("successor_rule")));
}

#[test]
fn a_basic_pension_that_tekun_leaves_out_is_taken_off_once() {
    let assessment = found(of(&[1940]), vec![(0, residents_pension("647.68", "32.48"), Verdict::Match)]);
    let tekun = assessment.screening.iter().find(|screening| screening.outcome == "tekun").unwrap();
    let living = tekun.conditions.iter().find(|condition| condition.ground.rule.starts_with("not_income.tekun"));
    assert_ne!(living.unwrap().state, Certainty::Open, "both readings of the law leave the same");
}
