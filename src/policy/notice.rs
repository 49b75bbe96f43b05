//! Before anything adverse is passed on, the person is heard (社会救助法 art. 45, 48): until when they may speak, from which day it may be
//! passed on, and in which words they are told. Pure: whoever keeps the dates says on which day somebody was heard.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pack::Rules;
use crate::household::{Lang, day};

/// What is adverse about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Adverse {
    /// 减少: less would be paid.
    Reduction,
    /// 终止: the programme may end.
    End,
    /// 不一致: what was declared and what was found differ.
    Difference,
}

/// Where the hearing of a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NoticeState)]
pub enum State {
    /// 无须听取: nothing is adverse.
    None,
    /// 待定: somebody has not answered, so that nobody can say yet whether anything is adverse.
    Open,
    /// 待听取: the person is still to be heard.
    ToBeHeard,
    /// 已听取: they were heard.
    Heard,
    /// 已移送: it was passed on.
    PassedOn,
}

/// What the law asks before a finding goes further.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Whether anything is adverse.
    pub adverse: bool,
    /// Whether that cannot be said yet, because somebody has not answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Adverse>,
    /// Last day on which the person may speak, calendar days counted; none where nothing is adverse, or the pack sets no number of
    /// days: then there is no day after which it may be passed on unheard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub hear_until: Option<Date>,
    /// First day on which it may be passed on although the person said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub passed_on_from: Option<Date>,
}

impl Notice {
    /// What a finding made on a day asks for. The day itself does not count: on `made_on` + `hearing_days` they may still speak.
    #[must_use]
    pub fn of(about: impl IntoIterator<Item = Adverse>, made_on: Date, hearing_days: Option<i64>) -> Self {
        let mut about: Vec<Adverse> = about.into_iter().collect();
        about.sort_unstable();
        about.dedup();
        if about.is_empty() {
            return Self::default();
        }
        let hear_until = hearing_days.and_then(|days| made_on.checked_add(days.days()).ok());
        let passed_on_from = hear_until.and_then(|last| last.tomorrow().ok());
        Self { adverse: true, open: false, about, hear_until, passed_on_from }
    }

    /// Where nobody can say yet whether anything is adverse.
    #[must_use]
    pub fn not_yet() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Where it stands, given the days on which the person was heard and it was passed on, where they were.
    #[must_use]
    pub fn state(&self, heard_on: Option<Date>, passed_on: Option<Date>) -> State {
        match (self.adverse, heard_on, passed_on) {
            (false, ..) if !self.open => State::None,
            (false, None, None) => State::Open,
            (_, _, Some(_)) => State::PassedOn,
            (_, Some(_), None) => State::Heard,
            (true, None, None) => State::ToBeHeard,
        }
    }

    /// Whether it may be passed on on a day: it is known and nothing of it is adverse, the person was heard by then, or had their days to speak.
    #[must_use]
    pub fn may_be_passed_on(&self, on: Date, heard_on: Option<Date>) -> bool {
        let calls_for_nothing = !self.adverse && !self.open;
        calls_for_nothing
            || heard_on.is_some_and(|day| day <= on)
            || self.passed_on_from.is_some_and(|first| first <= on)
    }

    /// What the family is told; nothing where nothing is adverse. Never an accusation: something waits for their explanation.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        if !self.adverse {
            return String::new();
        }
        let about: Vec<&str> = self.about.iter().map(|adverse| adverse.words(lang)).collect();
        let until = match (self.hear_until.map(|last| day(last, lang)), lang) {
            (Some(day), Lang::Zh) => format!("请于{day}前（含当日）向经办人员说明情况或补充材料"),
            (None, Lang::Zh) => "请向经办人员说明情况或补充材料".to_owned(),
            (Some(day), Lang::En) => format!("please explain or add papers by {day}, that day included"),
            (None, Lang::En) => "please explain or add papers".to_owned(),
        };
        match lang {
            Lang::Zh => format!("{}。{until}；说明之前不作处理。本结果只核对、不认定。", about.join("；")),
            Lang::En => {
                let about = about.join("; ");
                let mut letters = about.chars();
                let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
                let rest = letters.as_str();
                format!("{first}{rest}. Before anything is done, {until}. This verifies and decides nothing.")
            }
        }
    }
}

impl Adverse {
    /// In the words the family reads.
    #[must_use]
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Reduction => lang.pick(
                "本次核对的参考金额低于上次，待说明",
                "what would be paid is less than last time; you are to be heard",
            ),
            Self::End => lang.pick(
                "本次核对显示可能不再符合原救助项目的条件，待说明",
                "what was found may no longer fit the programme; you are to be heard",
            ),
            Self::Difference => lang.pick("申报与核对不一致，待说明", "declared and found differ; you are to be heard"),
        }
    }
}

impl State {
    /// In words.
    #[must_use]
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::None => lang.pick("无须听取", "nothing adverse"),
            Self::Open => lang.pick("信息未齐，暂不能判断", "cannot be said yet: not everybody has answered"),
            Self::ToBeHeard => lang.pick("待听取说明", "to be heard"),
            Self::Heard => lang.pick("已听取说明", "heard"),
            Self::PassedOn => lang.pick("已移送", "passed on"),
        }
    }
}

/// Calendar days in which the family is heard, as the pack sets them.
#[must_use]
pub fn hearing_days(rules: &Rules) -> Option<i64> {
    rules.notice_hearing_days.as_ref().map(|days| days.value)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const MADE: Date = date(2026, 11, 26);

    #[test]
    fn the_last_day_counts_and_the_day_after_is_free() {
        let notice = Notice::of([Adverse::End, Adverse::Difference, Adverse::End], MADE, Some(10));
        assert_eq!(notice.about, [Adverse::End, Adverse::Difference]);
        assert_eq!((notice.hear_until, notice.passed_on_from), (Some(date(2026, 12, 6)), Some(date(2026, 12, 7))));
        for (on, heard, may) in [
            (MADE, None, false),
            (date(2026, 12, 6), None, false),
            (date(2026, 12, 7), None, true),
            (date(2026, 11, 27), Some(date(2026, 11, 27)), true),
            (date(2026, 11, 27), Some(date(2026, 11, 28)), false),
        ] {
            assert_eq!(notice.may_be_passed_on(on, heard), may, "{on} {heard:?}");
        }
    }

    #[test]
    fn without_a_number_of_days_only_hearing_frees_it() {
        let notice = Notice::of([Adverse::Reduction], MADE, None);
        assert_eq!((notice.hear_until, notice.passed_on_from), (None, None));
        assert!(!notice.may_be_passed_on(date(2199, 1, 1), None));
        assert!(notice.may_be_passed_on(MADE, Some(MADE)));
    }

    #[test]
    fn nothing_adverse_waits_for_nobody() {
        let notice = Notice::of([], MADE, Some(10));
        assert_eq!(notice, Notice::default());
        assert!(notice.may_be_passed_on(MADE, None));
        assert_eq!(notice.state(Some(MADE), Some(MADE)), State::None);
        assert_eq!(notice.words(Lang::Zh), "");
    }

    #[test]
    fn what_nobody_can_say_yet_is_not_nothing_adverse_and_goes_nowhere_unheard() {
        let notice = Notice::not_yet();
        assert_eq!(notice.state(None, None), State::Open);
        assert!(!notice.may_be_passed_on(date(2199, 1, 1), None));
        assert!(notice.may_be_passed_on(MADE, Some(MADE)), "who was heard about it has spoken");
        assert_eq!(notice.words(Lang::Zh), "", "the family is told nothing that is not known");
    }

    #[test]
    fn states_follow_what_was_done() {
        let notice = Notice::of([Adverse::Reduction], MADE, Some(10));
        assert_eq!(notice.state(None, None), State::ToBeHeard);
        assert_eq!(notice.state(Some(MADE), None), State::Heard);
        assert_eq!(notice.state(Some(MADE), Some(MADE)), State::PassedOn);
        assert_eq!(notice.state(None, Some(MADE)), State::PassedOn, "after the days to speak");
    }

    #[test]
    fn the_family_reads_the_houses_words() {
        let notice = Notice::of([Adverse::Difference], MADE, Some(10));
        let zh = notice.words(Lang::Zh);
        assert!(zh.starts_with("申报与核对不一致，待说明。请于2026年12月6日前（含当日）"), "{zh}");
        let en = notice.words(Lang::En);
        assert!(en.starts_with("Declared and found differ; you are to be heard. Before anything is done"), "{en}");
    }
}
