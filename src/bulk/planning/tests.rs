//! Plans of whole years.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::household::Lang;

fn alike(due: Date, members: u32, households: u32) -> Alike {
    Alike { due, township: "620422101".to_owned(), members, households }
}

fn quota(source: &str, most_a_day: u32) -> SourceQuota {
    SourceQuota {
        source: source.to_owned(),
        most_a_day: Some(most_a_day),
        hours_a_day: 8,
        calls_an_hour: 1_000,
        batch: 50,
    }
}

fn every_month(households: u32) -> Roll {
    Roll { households: (1..=12).map(|month| alike(date(2027, month, 28), 3, households)).collect() }
}

fn plan(roll: &Roll, quotas: &[SourceQuota]) -> Plan {
    plan_year(roll, quotas, Manner::of(2027)).unwrap()
}

#[test]
fn a_department_allows_the_least_of_its_limits() {
    for (most_a_day, hours, calls, batch, people) in [
        (None, 8, 60, 1, 480),
        (None, 8, 60, 50, 24_000),
        (Some(500), 8, 60, 50, 500),
        (Some(500), 2, 60, 1, 120),
        (None, 24, 0, 50, 0),
    ] {
        let quota =
            SourceQuota { source: "tax".to_owned(), most_a_day, hours_a_day: hours, calls_an_hour: calls, batch };
        assert_eq!(quota.people_a_day(), people, "{quota:?}");
    }
}

#[test]
fn everybody_is_on_time_and_the_year_is_even() {
    let plan = plan(&every_month(1_000), &[quota("finance", 900), quota("tax", 200)]);
    assert!(plan.on_time && plan.late == 0 && plan.without_a_day == 0, "{plan:?}");
    assert_eq!((plan.households, plan.people), (12_000, 36_000));
    assert_eq!(plan.bottleneck.as_deref(), Some("tax"));
    let names: Vec<&str> = plan.sources.iter().map(|source| source.source.as_str()).collect();
    assert_eq!(names, ["tax", "finance"], "the narrowest first");
    // 261 working days: 138 people on each, and January's deadline is met within them
    assert!(plan.most_a_day <= 153 && plan.most_a_day >= 138, "{}", plan.most_a_day);
    assert_eq!(plan.months.iter().map(|month| month.households).sum::<u64>(), 12_000);
    assert!(plan.days.iter().all(|day| !matches!(day.on.weekday().to_monday_zero_offset(), 5 | 6)));
}

#[test]
fn nobody_is_looked_at_earlier_than_the_days_ahead() {
    let roll = Roll { households: vec![alike(date(2027, 12, 31), 1, 500)] };
    let manner = Manner { days_ahead: 30, ..Manner::of(2027) };
    let plan = plan_year(&roll, &[], manner).unwrap();
    assert_eq!(plan.days.first().unwrap().on, date(2027, 12, 1));
    assert!(plan.on_time && plan.bottleneck.is_none());
    let late_in_the_day = Manner { days_ahead: 0, ..manner };
    assert_eq!(plan_year(&roll, &[], late_in_the_day).unwrap().days.len(), 1);
}

#[test]
fn what_cannot_be_on_time_names_the_department_and_what_it_would_have_to_allow() {
    let roll = Roll { households: vec![alike(date(2027, 3, 31), 2, 10_000)] };
    let narrow = plan(&roll, &[quota("finance", 10_000), quota("civil_marriage", 100)]);
    assert!(!narrow.on_time && narrow.late > 0);
    assert_eq!(narrow.bottleneck.as_deref(), Some("civil_marriage"));
    assert!(narrow.days.iter().all(|day| day.people <= 100));
    // 10,000 households, 50 on each day from the first possible one to the year's end
    assert_eq!(narrow.days.iter().map(|day| day.households).sum::<u64>() + narrow.without_a_day, 10_000);
    let wide = plan(&roll, &[quota("civil_marriage", u32::try_from(narrow.needed_a_day).unwrap() + 2)]);
    assert!(wide.on_time, "{} would have done: {} late", narrow.needed_a_day, wide.late);
}

#[test]
fn a_day_due_on_a_weekend_is_met_on_the_friday_before() {
    let sunday = date(2027, 5, 30);
    let roll = Roll { households: vec![alike(sunday, 1, 10)] };
    let manner = Manner { days_ahead: 1, ..Manner::of(2027) };
    let found = plan_year(&roll, &[], manner).unwrap();
    assert_eq!((found.days[0].on, found.on_time), (date(2027, 5, 28), true));
    let with = plan_year(&roll, &[], Manner { without_weekends: false, ..manner }).unwrap();
    assert_eq!(with.days[0].on, date(2027, 5, 29));
}

#[test]
fn overdue_households_come_first_and_later_years_are_left_out() {
    let roll = Roll {
        households: vec![alike(date(2026, 6, 1), 1, 7), alike(date(2028, 1, 1), 1, 9), alike(date(2027, 1, 4), 1, 5)],
    };
    let plan = plan(&roll, &[quota("tax", 3)]);
    assert_eq!((plan.overdue, plan.after_the_year, plan.households), (7, 9, 12));
    let first = &plan.days[0];
    assert_eq!((first.on, first.households), (date(2027, 1, 1), 3));
    assert_eq!(first.of.keys().collect::<Vec<_>>(), ["2026-06 620422101"]);
    assert_eq!((plan.late, plan.latest_by_days), (5, 2), "those due on the 4th wait for the overdue ones");
}

#[test]
fn faults_say_what_to_do() {
    let fault =
        |roll: &Roll, quotas: &[SourceQuota], year| plan_year(roll, quotas, Manner::of(year)).unwrap_err().to_string();
    let roll = Roll { households: vec![alike(date(2027, 3, 31), 6, 1)] };
    assert!(fault(&roll, &[quota("tax", 0)], 2027).contains("tax can be asked about nobody"));
    assert!(fault(&roll, &[quota("tax", 5)], 2027).contains("a household of 6 is more than the 5 people a day"));
    assert!(fault(&roll, &[], 2500).contains("2500"));
}

fn large() -> Roll {
    // from the middle of January on: the first days of a year have no days ahead within it
    let due = |day: i64| date(2027, 1, 15).checked_add(jiff::Span::new().days(day % 351)).unwrap();
    let township = |number: i64| format!("6204221{:02}", number % 28);
    let one = |number: i64| Alike {
        due: due(number * 7_919),
        township: township(number * 31),
        members: u32::try_from(1 + number % 6).unwrap(),
        households: 1,
    };
    Roll { households: (0..100_000).map(one).collect() }
}

#[test]
fn a_hundred_thousand_households_are_planned_the_same_each_time() {
    let roll = large();
    let mut other = roll.clone();
    other.households.reverse();
    let quotas = [quota("finance", 2_000), quota("tax", 5_000)];
    let plan = plan(&roll, &quotas);
    assert_eq!(plan, plan_year(&other, &quotas, Manner::of(2027)).unwrap());
    assert!(plan.on_time && plan.households == 100_000, "{} late", plan.late);
    assert!(plan.most_a_day < 1_600, "{}: 350,000 people over 261 days are 1,341", plan.most_a_day);
}

#[test]
fn drawn_in_both_languages_and_without_blocks() {
    let plan = plan(&every_month(1_000), &[quota("finance", 900), quota("tax", 200)]);
    let drawn = |lang, plain| view(&plan, Look { lang, plain, width: 100 });
    let zh = drawn(Lang::Zh, false);
    assert!(zh.contains("全部按期；余量最小的部门：tax") && zh.contains('█'), "{zh}");
    let plain = drawn(Lang::En, true);
    assert!(plain.is_ascii() && plain.contains("####"), "{plain}");
    for lang in [Lang::Zh, Lang::En] {
        for width in [80, 100, 140] {
            let text = view(&plan, Look { lang, plain: false, width });
            for line in text.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{line}");
            }
        }
    }
    insta::assert_snapshot!(drawn(Lang::En, false));
}

#[test]
fn rows_hold_every_household_once_and_begin_no_formula() {
    let mut roll = every_month(100);
    roll.households[3].township = "=1+1".to_owned();
    let rows = csv_rows(&plan(&roll, &[quota("tax", 200)]));
    let households: u64 = rows.iter().map(|row| row[3].parse::<u64>().unwrap()).sum();
    assert_eq!(households, 1_200);
    assert!(rows.iter().any(|row| row[2] == "'=1+1" && row[1] == "2027-04"));
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with('=')));
}

#[test]
fn a_plan_is_read_back() {
    let plan = plan(&every_month(10), &[quota("tax", 200)]);
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    let strange = r#"{"source":"tax","hours_a_day":1,"calls_an_hour":1,"most":3}"#;
    assert!(serde_json::from_str::<SourceQuota>(strange).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_day_is_fuller_than_the_narrowest_allows_and_nobody_is_lost(
        groups in prop::collection::vec((0..420_i64, 1..7_u32, 1..80_u32), 1..40),
        most in 6..400_u32,
        days_ahead in 0..120_u16,
    ) {
        let day = |offset: i64| date(2026, 12, 20).checked_add(jiff::Span::new().days(offset)).unwrap();
        let roll = Roll {
            households: groups.iter().map(|(offset, members, number)| alike(day(*offset), *members, *number)).collect(),
        };
        let manner = Manner { days_ahead, ..Manner::of(2027) };
        let plan = plan_year(&roll, &[quota("tax", most), quota("finance", most + 1)], manner).unwrap();
        let all: u64 = groups.iter().map(|(_, _, number)| u64::from(*number)).sum();
        let planned: u64 = plan.days.iter().map(|day| day.households).sum();
        prop_assert_eq!(planned + plan.without_a_day + plan.after_the_year, all);
        prop_assert!(plan.days.iter().all(|day| day.people <= u64::from(most)));
        prop_assert_eq!(plan.months.iter().map(|month| month.people).sum::<u64>(),
            plan.days.iter().map(|day| day.people).sum::<u64>());
        // a department that allows what is needed, and room for one household more, has everybody on time
        let needed = u32::try_from(plan.needed_a_day).unwrap() + 6;
        let wide = plan_year(&roll, &[quota("tax", needed)], manner).unwrap();
        prop_assert!(wide.on_time, "{} late with {needed}", wide.late);
    }
}
