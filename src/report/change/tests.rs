//! Two dated reports of one household: what is listed, why, which way it points, and what may follow.

use jiff::civil::{Date, date};

use super::*;
use crate::household::*;
use crate::policy::Packs;
use crate::policy::assessment::Certainty;
use crate::policy::notice;
use crate::report::body::Period;
use crate::report::fixture::{self, Case, who};
use crate::report::render::terminal::{Style, render_change};

mod drawn;

pub(super) const FIRST: Date = date(2026, 11, 1);

/// The fixture's household with every department heard and nothing in doubt.
pub(super) fn settled() -> Case {
    let mut case = fixture::case();
    case.request.purpose = Purpose::PeriodicReview;
    case.evidence.purpose = Purpose::PeriodicReview;
    case.request.household.obligors.clear();
    case.evidence.obligors.clear();
    case.evidence.cells.retain(|cell| cell.member != who("o1"));
    case.evidence.records.retain(|record| {
        record.verdict == Verdict::Match && !["HY-9", "ZQ-0001"].contains(&record.record.number.as_str())
    });
    let reach = Reach { coverage: Coverage::National, as_of: None };
    for cell in &mut case.evidence.cells {
        if !cell.outcome.speaks() {
            cell.outcome = CellOutcome::NoRecord { reach: reach.clone() };
        }
    }
    on_dibao(&mut case, 1_500);
    case
}

fn on_dibao(case: &mut Case, yuan: i64) {
    let detail = Detail::Assistance {
        programme: Programme::Dibao,
        amount: Fen::from_yuan(yuan),
        from: "2025-01".parse().unwrap(),
        to: None,
    };
    enter(case, "m1", "civil_assistance", "MZ-DB", detail);
}

pub(super) fn enter(case: &mut Case, member: &str, source: &str, number: &str, detail: Detail) {
    let like = case.evidence.records.iter().find(|record| record.verdict == Verdict::Match).unwrap().clone();
    let record = Attributed {
        member: who(member),
        source: fixture::key(source),
        record: Record { number: number.to_owned(), detail, ..like.record },
        ..like
    };
    case.evidence.records.push(record);
    case.evidence.records.sort_by_key(Attributed::key);
}

fn car() -> Detail {
    Detail::Vehicle {
        plate: None,
        vehicle: VehicleKind::Car,
        used_as: None,
        first_registered_on: Some(date(2026, 9, 1)),
        state: VehicleState::Normal,
        price: Some(Fen::from_yuan(60_000)),
    }
}

fn wage(gross_yuan: i64, from: Date, to: Date) -> Detail {
    Detail::TaxedIncome {
        item: TaxItem::Wage,
        from,
        to,
        gross: Fen::from_yuan(gross_yuan),
        cost: None,
        tax: None,
        social_insurance: None,
        paid_on: None,
        payer: Some("会宁县某厂".into()),
    }
}

fn job(from: Date, to: Option<Date>) -> Detail {
    Detail::Job { employer: Some("会宁县某厂".into()), from, to, wage_monthly: None }
}

/// The body of a case on a day, its period moved along.
pub(super) fn body_on(mut case: Case, as_of: Date) -> Body {
    case.request.as_of = as_of;
    case.evidence.as_of = as_of;
    case.assessment = fixture::assess(&case.evidence);
    let mut body = case.body();
    let last = YearMonth::of(as_of).plus_months(-1);
    body.request.period = Period { from: last.plus_months(-11).first_day(), to: last.first_day().last_of_month() };
    body
}

pub(super) fn limits() -> Limits {
    let pack = Packs::embedded().resolve(&Region("620422".into()), FIRST).unwrap();
    Limits::of(pack.rules())
}

pub(super) fn known<'a>() -> Known<'a> {
    Known { limits: limits(), packs: None, clock: None }
}

fn changed(edit: impl FnOnce(&mut Case)) -> Change {
    let mut case = settled();
    edit(&mut case);
    compare(&body_on(settled(), FIRST), &body_on(case, FIRST), &known())
}

fn item<'c>(change: &'c Change, what: &What) -> &'c ItemChange {
    let found = change.items.iter().find(|item| item.what == *what);
    found.unwrap_or_else(|| panic!("{what:?} is not among {:?}", codes(change)))
}

fn codes(change: &Change) -> Vec<String> {
    change.items.iter().map(|item| item.what.code()).collect()
}

#[test]
fn nothing_changed_says_so() {
    let change = changed(|_| ());
    assert!(change.is_empty(), "{:?}", codes(&change));
    assert_eq!((&change.consequence, change.direction()), (&Consequence::Nothing, Direction::Neutral));
    assert!(!change.notice(FIRST, Some(10)).adverse);
    let drawn = render_change(&change, None, Style::default());
    assert!(drawn.contains("与上次核对相比未见变化"), "{drawn}");
}

#[test]
fn a_car_ends_what_was_and_names_its_record() {
    let change = changed(|case| enter(case, "m2", "vehicles", "CL-777", car()));
    let car = item(&change, &What::Property(PropertyClass::Vehicle));
    assert_eq!((car.compared, car.direction), (Compared::Certain, Direction::MayNoLongerFit));
    let [Reason::Line(line)] = &car.reasons[..] else { panic!("{:?}", car.reasons) };
    assert_eq!((line.is, &line.new_records[..]), (LineIs::New, &["CL-777".to_owned()][..]));
    let dibao = item(&change, &What::Outcome("dibao".into()));
    assert_eq!(dibao.direction, Direction::MayNoLongerFit);
    let fails = |reason: &Reason| {
        matches!(reason, Reason::Condition { rules, after: Some(Certainty::NotMet), .. }
            if rules.iter().any(|rule| rule == "property.dibao.cars"))
    };
    assert!(dibao.reasons.iter().any(fails), "{:?}", dibao.reasons);
    assert!(matches!(&change.consequence, Consequence::MayEnd { outcome, .. } if outcome == "dibao"));
    let notice = change.notice(date(2026, 11, 5), notice::hearing_days(pack().rules()));
    assert_eq!(notice.about[..], [notice::Adverse::End, notice::Adverse::Difference][..], "nobody declared the car");
    assert_eq!(notice.hear_until, Some(date(2026, 11, 15)));
}

fn pack() -> std::sync::Arc<Pack> {
    Packs::embedded().resolve(&Region("620422".into()), FIRST).unwrap()
}

fn silence(case: &mut Case, source: &str) {
    for cell in case.evidence.cells.iter_mut().filter(|cell| cell.source.as_str() == source) {
        cell.outcome = CellOutcome::Unavailable { why: Failure::Timeout };
    }
    case.evidence.records.retain(|record| record.source.as_str() != source);
}

#[test]
fn a_department_that_fell_silent_is_no_fall_to_nothing() {
    let change = changed(|case| silence(case, "tax"));
    for what in [What::Income(IncomeClass::Wage), What::IncomePerHead] {
        let item = item(&change, &what);
        assert_eq!((item.compared, item.difference), (Compared::NotComparable, None), "{what:?}");
        assert_eq!(item.direction, Direction::Neutral);
    }
    let wage = item(&change, &What::Income(IncomeClass::Wage));
    assert!(wage.reasons.iter().all(|reason| !matches!(reason, Reason::Line(line) if line.is == LineIs::Gone)));
    let tax = fixture::key("tax");
    let told = wage.reasons.iter().any(|reason| matches!(reason, Reason::Silent { source, .. } if *source == tax));
    assert!(told, "{:?}", wage.reasons);
    let silent = item(&change, &What::Silence(tax));
    assert_eq!((&silent.before, &silent.after), (&Some(State::Silent(0)), &Some(State::Silent(4))));
    assert!(matches!(change.consequence, Consequence::Open { .. }), "{:?}", change.consequence);
    assert!(!change.notice(FIRST, Some(10)).about.contains(&notice::Adverse::Reduction));
}

fn raise(case: &mut Case, to: i64) {
    let record = case.evidence.records.iter_mut().find(|record| record.record.number == "GS-2026-0031").unwrap();
    if let Detail::TaxedIncome { gross, .. } = &mut record.record.detail {
        *gross = Fen::from_yuan(to);
    }
}

#[test]
fn a_few_yuan_are_slight_and_nothing_follows() {
    let change = changed(|case| raise(case, 19_300));
    let wage = item(&change, &What::Income(IncomeClass::Wage));
    assert!(wage.slight && wage.direction == Direction::Neutral, "{wage:?}");
    assert_eq!(change.consequence, Consequence::ContinueAsIs);
    let obvious = changed(|case| raise(case, 26_000));
    let wage = item(&obvious, &What::Income(IncomeClass::Wage));
    assert_eq!((wage.slight, wage.direction), (false, Direction::MayNoLongerFit));
    let [Reason::Line(line)] = &wage.reasons[..] else { panic!("{:?}", wage.reasons) };
    assert_eq!((line.is, line.new_records.len(), line.left_window), (LineIs::Changed, 0, None));
    let per_head = item(&obvious, &What::IncomePerHead);
    assert_eq!(per_head.reasons, [Reason::Follows(vec![What::Income(IncomeClass::Wage)])]);
}

#[test]
fn less_would_be_paid_is_a_reduction_and_the_family_is_heard() {
    let change = changed(|case| raise(case, 30_000));
    let Consequence::RaiseOrLowerAmount { outcome, before: Some(before), after } = &change.consequence else {
        panic!("{:?} {:?}", change.consequence, change.items)
    };
    assert!(outcome == "dibao" && after < before, "{before} {after}");
    assert!(change.notice(FIRST, Some(10)).about.contains(&notice::Adverse::Reduction));
    // the other way round nobody need be heard about the amount
    let mut case = settled();
    raise(&mut case, 30_000);
    let raised = compare(&body_on(case, FIRST), &body_on(settled(), FIRST), &known());
    assert!(matches!(raised.consequence, Consequence::RaiseOrLowerAmount { before: Some(b), after, .. } if b < after));
    assert!(!raised.notice(FIRST, Some(10)).about.contains(&notice::Adverse::Reduction));
}

#[test]
fn members_who_came_left_died_and_were_renamed_are_told_apart() {
    let change = changed(|case| {
        case.request.household.members.retain(|member| member.reference != who("m3"));
        case.evidence.members.retain(|member| member.reference != who("m3"));
        case.evidence.cells.retain(|cell| cell.member != who("m3"));
        case.evidence.records.retain(|record| record.member != who("m3"));
        case.request.household.members[1].name = "王秀澜".into();
        enter(case, "m4", "civil_assistance", "SW-1", Detail::Death { on: Some(date(2026, 10, 2)) });
    });
    let members: Vec<(&str, &str)> = (change.items.iter().filter(|item| item.what == What::Member))
        .map(|item| (item.who.as_ref().unwrap().reference(), words::member(item, Lang::En)))
        .collect();
    assert_eq!(members, [("m2", "renamed"), ("m3", "no longer listed"), ("m4", "death on record")]);
    let size = item(&change, &What::Size);
    assert_eq!(
        (&size.before, size.compared),
        (&Some(State::Count { at_least: 4, at_most: Some(4) }), Compared::Certain)
    );
    assert_eq!(size.after, Some(State::Count { at_least: 2, at_most: Some(2) }));
    let dead = change.items.iter().find(|item| item.who.as_ref().is_some_and(|who| who.reference() == "m4")).unwrap();
    assert_eq!(dead.direction, Direction::MayNeedMore, "she was not whom it was granted to");
    assert!(!format!("{change:?}").contains("王秀"), "Debug redacts names");
}

#[test]
fn a_death_that_a_silent_register_no_longer_tells_is_not_taken_back() {
    let death = |case: &mut Case| {
        enter(case, "m4", "civil_assistance", "SW-1", Detail::Death { on: Some(date(2026, 10, 2)) });
    };
    let mut before = settled();
    death(&mut before);
    let mut silent = settled();
    silence(&mut silent, "civil_assistance");
    let change = compare(&body_on(before, FIRST), &body_on(silent, FIRST), &known());
    assert_eq!(item(&change, &What::Member).compared, Compared::NotComparable);
    assert_eq!(item(&change, &What::Size).compared, Compared::NotComparable);
}

#[test]
fn a_spouse_on_record_is_for_officers_alone() {
    let marriage = Detail::Marriage {
        state: MaritalState::Married,
        spouse_name: Some("赵老汉".into()),
        spouse_id_number: Some("620422194203036615".into()),
        registered_on: date(2026, 6, 1),
    };
    let mut with = settled();
    enter(&mut with, "m4", "civil_marriage", "HY-9", marriage);
    let (before, after) = (body_on(settled(), FIRST), body_on(with, FIRST));
    let change = compare(&before, &after, &known());
    let spouse = item(&change, &What::Spouse);
    assert!(spouse.officer_only && spouse.direction == Direction::MayNoLongerFit);
    let copy = crate::report::disclosure::applicant_copy;
    let theirs = compare(&copy(&before), &copy(&after), &known());
    assert!(theirs.items.iter().all(|item| !item.officer_only), "{:?}", codes(&theirs));
    let text = serde_json::to_string(&theirs).unwrap();
    for hidden in ["undeclared_spouse", "登记配偶", "赵老汉"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
}

#[test]
fn months_that_left_the_twelve_are_named() {
    let later = date(2027, 5, 1);
    let without_job = || {
        // the employment register would tell of the months that the tax return no longer does
        let mut case = settled();
        case.evidence.records.retain(|record| record.record.number != "JY-0007");
        case
    };
    let change = compare(&body_on(without_job(), FIRST), &body_on(without_job(), later), &known());
    let wage = item(&change, &What::Income(IncomeClass::Wage));
    let left = wage.reasons.iter().find_map(|reason| match reason {
        Reason::Line(line) if line.source.as_ref().is_some_and(|source| source.as_str() == "tax") => line.left_window,
        _ => None,
    });
    let month = |text: &str| text.parse::<YearMonth>().unwrap();
    assert_eq!(left, Some((month("2025-11"), month("2026-04"))), "{:?}", wage.reasons);
}

#[test]
fn a_record_held_for_a_person_is_neither_gone_nor_silent() {
    let change = changed(|case| {
        let record = case.evidence.records.iter_mut().find(|record| record.record.number == "GS-2026-0031").unwrap();
        record.verdict = Verdict::Review;
    });
    let wage = item(&change, &What::Income(IncomeClass::Wage));
    let held = |reason: &Reason| matches!(reason, Reason::Held { record, .. } if record == "GS-2026-0031");
    assert!(wage.reasons.iter().any(held), "{:?}", wage.reasons);
    assert_ne!(wage.compared, Compared::Certain);
}

fn raised_standard() -> Packs {
    let files: Vec<(String, String)> = (Packs::embedded_files().iter())
        .map(|(name, text)| ((*name).to_owned(), text.replacen("value = \"623.00\"", "value = \"900.00\"", 1)))
        .collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Packs::load(&files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

#[test]
fn a_rule_that_changed_is_named() {
    let mut case = settled();
    let before = body_on(settled(), FIRST);
    let (first, second) = (pack(), raised_standard().resolve(&Region("620422".into()), FIRST).unwrap());
    case.assessment = crate::policy::assess(&case.evidence, &second);
    let mut after = case.body();
    after.request.period = before.request.period;
    after.provenance.pack.sha256 = second.hash().to_owned();
    let change = compare(&before, &after, &Known { packs: Some((&first, &second)), ..known() });
    let keys: Vec<&str> = change.parameters.iter().map(|parameter| parameter.key.as_str()).collect();
    assert_eq!(keys, ["standard.dibao.urban"]);
    let standard = item(&change, &What::Standard);
    assert_eq!((standard.difference, standard.direction), (Some(Fen(27_700)), Direction::MayNeedMore));
    assert!(
        matches!(&standard.reasons[..], [Reason::Parameter(one)] if one.after.as_deref() == Some("900.00 yuan_per_head_month"))
    );
    // without the packs the bodies alone tell of what is assumed, and else that the pack is another
    let alone = compare(&before, &after, &known());
    let told = item(&alone, &What::Standard).reasons.iter();
    let told = told.filter(|reason| matches!(reason, Reason::Parameter(_) | Reason::Pack { .. }));
    assert_eq!(told.count(), 1, "{:?}", item(&alone, &What::Standard).reasons);
}

/// Above the line by a job begun on a day, beside what `settled` has.
fn at_work(from: Date, as_of: Date, another: Option<Date>) -> Body {
    let mut case = settled();
    let first_ended = another.map(|day| day.yesterday().unwrap());
    enter(&mut case, "m1", "employment", "JY-NEW", job(from, first_ended));
    if let Some(day) = another {
        enter(&mut case, "m1", "employment", "JY-NEWER", job(day, None));
    }
    let to = as_of.first_of_month().yesterday().unwrap();
    enter(&mut case, "m1", "tax", "GS-NEW", wage(60_000, from.first_of_month().min(to), to));
    body_on(case, as_of)
}

#[test]
fn the_clock_of_gradual_exit_is_carried_and_runs_out() {
    let started = date(2026, 12, 10);
    let (first, second) = (body_on(settled(), FIRST), at_work(started, date(2027, 2, 1), None));
    let one = compare(&first, &second, &known());
    let until = date(2027, 6, 9);
    assert_eq!(one.consequence, Consequence::GradualExit { from: started, until }, "{:?}", codes(&one));
    let clock = one.clock.clone().unwrap();
    assert_eq!((clock.months_left, &*clock.started_by), (5, &*second.number));
    assert!(!one.notice(date(2027, 2, 2), Some(10)).about.contains(&notice::Adverse::End), "the amount goes on");

    // another job meanwhile: the later report's own term begins anew, the clock does not
    let third = at_work(started, date(2027, 5, 1), Some(date(2027, 4, 1)));
    let own = screening::outcome(&third, "gradual_exit").unwrap().term.unwrap();
    assert_eq!(own.until, date(2027, 9, 30));
    let two = compare(&second, &third, &Known { clock: Some(&clock), ..known() });
    assert_eq!(two.consequence, Consequence::GradualExit { from: started, until });
    assert_eq!(two.clock.as_ref().unwrap().months_left, 2);

    let fourth = at_work(started, date(2027, 7, 1), Some(date(2027, 4, 1)));
    let three = compare(&third, &fourth, &Known { clock: two.clock.as_ref(), ..known() });
    let Consequence::MayEnd { outcome, ran_out_on, .. } = &three.consequence else { panic!("{:?}", three.consequence) };
    assert_eq!((&**outcome, *ran_out_on, three.clock.as_ref().unwrap().months_left), ("dibao", Some(until), 0));
    assert!(three.notice(date(2027, 7, 2), Some(10)).about.contains(&notice::Adverse::End));

    // back below the line: nothing is left of it
    let back = compare(&third, &body_on(settled(), date(2027, 6, 1)), &Known { clock: two.clock.as_ref(), ..known() });
    assert_eq!(back.clock, None);
}

#[test]
fn the_last_day_of_grace_is_still_within() {
    let started = date(2026, 12, 10);
    let before = at_work(started, date(2027, 2, 1), None);
    for (as_of, over) in [(date(2027, 6, 9), false), (date(2027, 6, 10), true)] {
        let change = compare(&before, &at_work(started, as_of, None), &known());
        assert_eq!(matches!(change.consequence, Consequence::MayEnd { .. }), over, "{as_of}: {:?}", change.consequence);
    }
}

#[test]
fn refs_dealt_anew_change_nothing() {
    let mut case = settled();
    let swap = |reference: &mut MemberRef| {
        let other = match reference.as_str() {
            "m3" => "m4",
            "m4" => "m3",
            same => same,
        };
        *reference = who(other);
    };
    case.request.household.members.iter_mut().for_each(|member| swap(&mut member.reference));
    case.evidence.members.iter_mut().for_each(|member| swap(&mut member.reference));
    case.evidence.cells.iter_mut().for_each(|cell| swap(&mut cell.member));
    case.evidence.records.iter_mut().for_each(|record| swap(&mut record.member));
    let change = compare(&body_on(settled(), FIRST), &body_on(case, FIRST), &known());
    assert!(change.is_empty(), "{:?}", change.items);
}
