//! Lines of two reports side by side, by person, department and item: which records are new, gone, or count otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::reasons::{LineIs, LineReason, Reason};
use super::sides::Sides;
use super::what::{State, Who};
use crate::household::{Fen, IncomeClass, MemberRef, PropertyClass, SourceKey, YearMonth};
use crate::policy::assessment::Treatment;
use crate::report::body::{Body, Period, Words};

/// Lines that are one thing in both reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    who: Who,
    source: Option<SourceKey>,
    item: Words,
}

/// What stood of them on one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Side {
    least: Fen,
    most: Fen,
    /// Things that count against a limit on numbers.
    number: u32,
    records: BTreeSet<String>,
    months: Option<(YearMonth, YearMonth)>,
}

type Both = BTreeMap<Key, [Option<Side>; 2]>;

/// A line of whichever list.
struct Line<'a> {
    member: &'a MemberRef,
    source: Option<&'a SourceKey>,
    item: Words,
    least: Fen,
    most: Fen,
    counts: bool,
    records: Vec<&'a str>,
    computation: &'a str,
}

impl Sides<'_> {
    /// Why a class of income moved.
    pub fn income_reasons(&self, class: IncomeClass) -> Vec<Reason> {
        let of = |body: &'_ Body, both: &mut Both, at: usize| {
            for line in body.income.iter().filter(|line| line.class == class) {
                let line = Line {
                    member: &line.member,
                    source: line.source.as_ref(),
                    item: Words::new(&*line.item_zh, &*line.item_en),
                    least: line.counted,
                    most: line.counted_at_most.unwrap_or(line.counted),
                    counts: false,
                    records: line.records.iter().map(String::as_str).collect(),
                    computation: &line.computation,
                };
                self.enter(both, at, &line);
            }
        };
        self.reasons(of)
    }

    /// Why deductions moved.
    pub fn deduction_reasons(&self) -> Vec<Reason> {
        self.reasons(|body, both, at| {
            for line in &body.deductions {
                let line = Line {
                    member: &line.member,
                    source: line.source.as_ref(),
                    item: Words::new(&*line.item_zh, &*line.item_en),
                    least: line.amount,
                    most: line.amount,
                    counts: false,
                    records: line.records.iter().map(String::as_str).collect(),
                    computation: &line.computation,
                };
                self.enter(both, at, &line);
            }
        })
    }

    /// Why property of a class, or all of it, moved.
    pub fn property_reasons(&self, class: Option<PropertyClass>) -> Vec<Reason> {
        self.reasons(|body, both, at| {
            let wanted = body.property.iter().filter(|line| class.is_none_or(|class| line.class == class));
            for line in wanted.filter(|line| line.treatment != Treatment::Duplicate) {
                let line = Line {
                    member: &line.member,
                    source: line.source.as_ref(),
                    item: Words::new(&*line.item_zh, &*line.item_en),
                    least: line.counted,
                    most: line.counted,
                    counts: line.counts,
                    records: line.record.iter().map(String::as_str).collect(),
                    computation: "",
                };
                self.enter(both, at, &line);
            }
        })
    }

    fn enter(&self, both: &mut Both, at: usize, line: &Line<'_>) {
        let who = if at == 0 { self.people.before(line.member) } else { self.people.after(line.member) };
        let key = Key { who, source: line.source.cloned(), item: line.item.clone() };
        let side = both.entry(key).or_default()[at].get_or_insert_default();
        side.least += line.least;
        side.most += line.most;
        side.number += u32::from(line.counts);
        side.records.extend(line.records.iter().map(|record| (*record).to_owned()));
        side.months = joined(side.months, months_named(line.computation));
    }

    fn reasons(&self, enter: impl Fn(&Body, &mut Both, usize)) -> Vec<Reason> {
        let mut both = Both::new();
        enter(self.before, &mut both, 0);
        enter(self.after, &mut both, 1);
        both.into_iter().flat_map(|(key, [before, after])| self.reason(&key, before, after)).collect()
    }

    fn reason(&self, key: &Key, before: Option<Side>, after: Option<Side>) -> Vec<Reason> {
        let is = match (&before, &after) {
            (None, None) => return Vec::new(),
            (None, Some(_)) => LineIs::New,
            (Some(_), None) => LineIs::Gone,
            (Some(one), Some(other)) => {
                if (one.least, one.most, one.number) == (other.least, other.most, other.number) {
                    return Vec::new();
                }
                LineIs::Changed
            }
        };
        if let (LineIs::Gone, Some(source)) = (is, &key.source)
            && self.silent_after.contains_key(&(source.clone(), key.who.clone()))
        {
            // not known to be gone: the department says nothing, which stands among the reasons as a silence
            return Vec::new();
        }
        let records = |side: &Option<Side>| side.as_ref().map(|side| side.records.clone()).unwrap_or_default();
        let (first, second) = (records(&before), records(&after));
        let held = self.held(key, &first);
        let gone = first.difference(&second).filter(|record| !held.contains(*record));
        let amount = |side: &Option<Side>| {
            side.as_ref().map(|side| State::Yuan { at_least: side.least, at_most: Some(side.most), so_far: side.least })
        };
        let mut reasons: Vec<Reason> = Vec::new();
        if !(is == LineIs::Gone && held.len() == first.len() && !first.is_empty()) {
            reasons.push(Reason::Line(LineReason {
                is,
                who: key.who.clone(),
                source: key.source.clone(),
                item: key.item.clone(),
                before: amount(&before),
                after: amount(&after),
                new_records: second.difference(&first).cloned().collect(),
                gone_records: gone.cloned().collect(),
                left_window: self.left_window(before.as_ref()),
            }));
        }
        let source = key.source.iter();
        reasons.extend(source.flat_map(|source| {
            held.iter().map(|record| Reason::Held {
                who: key.who.clone(),
                source: source.clone(),
                record: record.clone(),
            })
        }));
        reasons
    }

    /// Records of these that the later report holds for a person and the earlier did not.
    fn held(&self, key: &Key, records: &BTreeSet<String>) -> Vec<String> {
        let Some(source) = &key.source else { return Vec::new() };
        let is_held = |body: &Body, record: &str| {
            body.held_for_review.iter().any(|held| held.source == *source && held.record == record)
        };
        let newly = |record: &&String| is_held(self.after, record) && !is_held(self.before, record);
        records.iter().filter(newly).cloned().collect()
    }

    /// Months of a line that the later report's twelve months no longer hold.
    fn left_window(&self, before: Option<&Side>) -> Option<(YearMonth, YearMonth)> {
        let (first, last) = before?.months?;
        let Period { from: then, .. } = self.before.request.period;
        let Period { from: now, .. } = self.after.request.period;
        let left_to = YearMonth::of(now).plus_months(-1);
        let (from, to) = (first.max(YearMonth::of(then)), last.min(left_to));
        (from <= to).then_some((from, to))
    }
}

fn joined(
    one: Option<(YearMonth, YearMonth)>,
    other: Option<(YearMonth, YearMonth)>,
) -> Option<(YearMonth, YearMonth)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}

/// First and last month that a computation names, by itself or in a day: `2025-11 至 2026-10，12 个月 × 2850.00`. Bodies say it in no other
/// place.
fn months_named(computation: &str) -> Option<(YearMonth, YearMonth)> {
    let is_part = |c: char| c.is_ascii_digit() || c == '-' || c == '.';
    let words = computation.split(|c: char| !is_part(c));
    let day = |word: &str| word.parse().ok().map(YearMonth::of);
    let months: Vec<YearMonth> = words.filter_map(|word| word.parse().ok().or_else(|| day(word))).collect();
    Some((*months.iter().min()?, *months.iter().max()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_from_how_a_line_was_reckoned() {
        let month = |text: &str| text.parse::<YearMonth>().unwrap();
        for (computation, months) in [
            ("2025-11 至 2026-10，12 个月 × 2850.00", Some(("2025-11", "2026-10"))),
            ("2026-03 一次性发放 1500.00", Some(("2026-03", "2026-03"))),
            ("2025-11-01 至 2026-10-31：19200.00 × 6/12 个月", Some(("2025-11", "2026-10"))),
            ("近十二个月利息，2 条记录合计 25.24", None),
            ("申报每年 12000.00", None),
            ("2026-13，1 个月 × 1.00", None),
        ] {
            let expected = months.map(|(first, last)| (month(first), month(last)));
            assert_eq!(months_named(computation), expected, "{computation}");
        }
    }
}
