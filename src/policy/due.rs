//! When a household on the rolls is looked at again: what the last report says, unless something came up since. Pure; no clock.
//!
//! A report that answers a change says `now` itself. Once it is final that look has been made: counting from it again would make the
//! household due every day, so the next look follows as for unstable circumstances.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assessment::{Review, ReviewClass};
use super::pack::Rules;
use crate::household::Lang;

/// What is known of a household since its last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastLook {
    /// How soon the last report wants it looked at again.
    pub class: ReviewClass,
    /// By which day, as that report says.
    pub due: Date,
    /// The day on which that report became final.
    pub final_on: Date,
    /// Last day of what holds for a time only: gradual exit, rigid expenditure.
    pub term_until: Option<Date>,
    /// The day of the latest change that somebody reported.
    pub reported_on: Option<Date>,
}

/// When it is looked at again, and why then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// By this day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Why then.
    pub why: Why,
}

/// Why a household is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DueWhy)]
pub enum Why {
    /// 报告变化: somebody reported a change that no final report has answered.
    ReportedChange,
    /// 监测发现: records show a change, and the look at it is not final yet.
    Noticed,
    /// 期限届满: gradual exit or a finding of rigid expenditure ends.
    TermEnds,
    /// 近期有变化: a change was looked into; the next look comes as for unstable circumstances.
    ChangedLately,
    /// 半年复核: income is unstable and a member can work.
    HalfYearly,
    /// 年度复核: circumstances are stable.
    Yearly,
}

impl Why {
    /// In words.
    #[must_use]
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::ReportedChange => lang.pick("家庭报告变化，立即复核", "a change was reported: at once"),
            Self::Noticed => lang.pick("发现情况变化，立即复核", "records show a change: at once"),
            Self::TermEnds => lang.pick("期限届满前复核", "before its term ends"),
            Self::ChangedLately => {
                lang.pick("近期有变化，按不稳定家庭复核", "changed lately: as for unstable circumstances")
            }
            Self::HalfYearly => lang.pick("每半年复核", "every half year"),
            Self::Yearly => lang.pick("每年复核", "every year"),
        }
    }
}

impl LastLook {
    /// From what the rules say of the next review.
    #[must_use]
    pub fn of(review: &Review, final_on: Date) -> Self {
        Self { class: review.class, due: review.due, final_on, term_until: None, reported_on: None }
    }
}

/// When the household is looked at again.
#[must_use]
pub fn next_due(last: &LastLook, rules: &Rules) -> Due {
    // a report that was final on that very day may have been made before the change came in
    if let Some(on) = last.reported_on.filter(|day| last.final_on <= *day) {
        return Due { on, why: Why::ReportedChange };
    }
    let regular = match last.class {
        ReviewClass::Yearly => Due { on: last.due, why: Why::Yearly },
        ReviewClass::HalfYearly => Due { on: last.due, why: Why::HalfYearly },
        ReviewClass::Now if last.final_on < last.due => Due { on: last.due, why: Why::Noticed },
        ReviewClass::Now => {
            let months = rules.review_unstable.value.months();
            Due { on: last.final_on.checked_add(months).unwrap_or(last.final_on), why: Why::ChangedLately }
        }
    };
    match last.term_until.filter(|until| last.final_on <= *until && *until < regular.on) {
        Some(on) => Due { on, why: Why::TermEnds },
        None => regular,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::policy::properties::generated::PACK;

    const FINAL: Date = date(2026, 11, 20);

    fn look(class: ReviewClass, due: Date) -> LastLook {
        LastLook { class, due, final_on: FINAL, term_until: None, reported_on: None }
    }

    fn due(last: LastLook) -> (String, Why) {
        let due = next_due(&last, PACK.rules());
        (due.on.to_string(), due.why)
    }

    #[test]
    fn regular_looks_come_on_the_reports_day() {
        let yearly = look(ReviewClass::Yearly, date(2027, 11, 1));
        assert_eq!(due(yearly), ("2027-11-01".to_owned(), Why::Yearly));
        let half = look(ReviewClass::HalfYearly, date(2027, 5, 1));
        assert_eq!(due(half), ("2027-05-01".to_owned(), Why::HalfYearly));
    }

    #[test]
    fn a_reported_change_comes_first_until_a_final_report_answers_it() {
        let yearly = look(ReviewClass::Yearly, date(2027, 11, 1));
        for (reported, expected) in [
            (date(2026, 11, 19), ("2027-11-01", Why::Yearly)),
            (FINAL, ("2026-11-20", Why::ReportedChange)),
            (date(2027, 1, 5), ("2027-01-05", Why::ReportedChange)),
        ] {
            let found = due(LastLook { reported_on: Some(reported), ..yearly });
            assert_eq!((found.0.as_str(), found.1), expected, "{reported}");
        }
    }

    #[test]
    fn a_look_at_once_that_is_final_is_not_due_again_the_next_day() {
        let now = |due| look(ReviewClass::Now, due);
        assert_eq!(due(now(date(2026, 11, 1))), ("2027-05-20".to_owned(), Why::ChangedLately));
        assert_eq!(due(now(FINAL)), ("2027-05-20".to_owned(), Why::ChangedLately));
        assert_eq!(due(now(date(2026, 11, 21))), ("2026-11-21".to_owned(), Why::Noticed));
    }

    #[test]
    fn what_holds_for_a_time_is_looked_at_before_it_ends() {
        let yearly = look(ReviewClass::Yearly, date(2027, 11, 1));
        let ends = |until| due(LastLook { term_until: Some(until), ..yearly });
        assert_eq!(ends(date(2027, 2, 14)), ("2027-02-14".to_owned(), Why::TermEnds));
        assert_eq!(ends(date(2027, 11, 1)), ("2027-11-01".to_owned(), Why::Yearly), "the review comes no later");
        assert_eq!(ends(date(2026, 11, 19)), ("2027-11-01".to_owned(), Why::Yearly), "it was over when looked at");
    }
}
