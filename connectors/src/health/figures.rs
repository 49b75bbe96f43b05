//! What is counted of a source over a time, and rings that forget: the last hour in slots of five minutes, the last day in hours.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::KINDS;
use super::latency::Latencies;
use crate::records::{Answer, AnswerKind};
use crate::source::Reply;

/// What a source did over a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// Answers, by kind. An answer that was reused is not counted again.
    pub answers: BTreeMap<String, u64>,
    /// Exchanges in which people were asked about; looks for results are none.
    pub exchanges: u64,
    /// People asked about in them: by exchange, how far batching goes.
    pub people: u64,
    /// Requests sent: attempts, pages, looks for results.
    pub requests: u64,
    /// Half of the exchanges and looks took at most so long, from the first byte sent to the last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<u64>,
    /// 95 of a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<u64>,
    /// 99 of a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<u64>,
    /// Age in days of the oldest data among answers that state a day their data stand at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_data_days: Option<u32>,
}

/// What a source did in one slot of a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Slot {
    /// Answers of any kind.
    pub answers: u64,
    /// Those of them that said that the department could not be asked.
    pub unavailable: u64,
    /// Half of the exchanges and looks took at most so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<u64>,
}

/// Running counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    answers: [u64; 6],
    exchanges: u64,
    people: u64,
    requests: u64,
    latencies: Latencies,
    oldest_data_days: Option<u32>,
}

impl Tally {
    pub(super) fn answered(&mut self, reply: &Reply, today: Date) {
        if let Some(at) = KINDS.iter().position(|known| *known == reply.answer.kind()) {
            self.answers[at] += 1;
        }
        self.oldest_data_days = self.oldest_data_days.max(age_days(&reply.answer, today));
    }

    pub(super) fn oldest_data_days(&self) -> Option<u32> {
        self.oldest_data_days
    }

    /// An exchange about so many people, or a look for a result (about nobody anew).
    pub(super) fn exchanged(&mut self, people: usize, requests: u32, elapsed: Duration) {
        self.exchanges += u64::from(people > 0);
        self.people += u64::try_from(people).unwrap_or(u64::MAX);
        self.requests += u64::from(requests);
        if requests > 0 {
            self.latencies.record(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        }
    }

    fn add(&mut self, other: &Self) {
        for (count, more) in self.answers.iter_mut().zip(other.answers) {
            *count += more;
        }
        self.exchanges += other.exchanges;
        self.people += other.people;
        self.requests += other.requests;
        self.latencies.add(&other.latencies);
        self.oldest_data_days = self.oldest_data_days.max(other.oldest_data_days);
    }

    fn slot(&self) -> Slot {
        let unavailable = KINDS.iter().zip(self.answers).filter(|(kind, _)| **kind == AnswerKind::Unavailable);
        Slot {
            answers: self.answers.iter().sum(),
            unavailable: unavailable.map(|(_, count)| count).sum(),
            p50_ms: self.latencies.percentile(50),
        }
    }

    pub(super) fn figures(&self) -> Figures {
        let answers = KINDS.iter().zip(self.answers).map(|(kind, count)| (kind.as_str().to_owned(), count));
        Figures {
            answers: answers.collect(),
            exchanges: self.exchanges,
            people: self.people,
            requests: self.requests,
            p50_ms: self.latencies.percentile(50),
            p95_ms: self.latencies.percentile(95),
            p99_ms: self.latencies.percentile(99),
            oldest_data_days: self.oldest_data_days,
        }
    }
}

/// How old an answer's data are, where it states the day they stand at.
fn age_days(answer: &Answer, today: Date) -> Option<u32> {
    let of_records = answer.records().iter().filter_map(|record| record.as_of).min();
    let stands_at = match answer {
        Answer::NoRecord { reach } => reach.as_of,
        _ => of_records,
    }?;
    let days = today.since(stands_at).ok()?.get_days();
    // data of a later day than ours are as fresh as can be
    Some(u32::try_from(days).unwrap_or(0))
}

/// A time in slots, of which the oldest is forgotten when a new one begins.
pub(super) struct Ring<const SLOTS: usize> {
    slot: Duration,
    slots: [(u64, Tally); SLOTS],
}

impl<const SLOTS: usize> Ring<SLOTS> {
    pub(super) fn new(slot: Duration) -> Self {
        Self { slot, slots: std::array::from_fn(|_| (0, Tally::default())) }
    }

    /// The slot of a time since the start.
    pub(super) fn at(&mut self, since_start: Duration) -> &mut Tally {
        let number = self.number(since_start);
        let index = usize::try_from(number % SLOTS as u64).unwrap_or(0);
        let (held, tally) = &mut self.slots[index];
        if *held != number {
            (*held, *tally) = (number, Tally::default());
        }
        tally
    }

    /// All slots that are not forgotten at that time.
    pub(super) fn sum(&self, since_start: Duration) -> Tally {
        let number = self.number(since_start);
        let mut sum = Tally::default();
        for (held, tally) in &self.slots {
            if held + SLOTS as u64 > number {
                sum.add(tally);
            }
        }
        sum
    }

    /// Each slot that is not forgotten at that time, the oldest first; of a time before the start there is none.
    pub(super) fn series(&self, since_start: Duration) -> Vec<Slot> {
        let number = self.number(since_start);
        let of = |number: u64| {
            let (held, tally) = &self.slots[usize::try_from(number % SLOTS as u64).unwrap_or(0)];
            if *held == number { tally.slot() } else { Slot::default() }
        };
        (number.saturating_sub(SLOTS as u64 - 1)..=number).map(of).collect()
    }

    fn number(&self, since_start: Duration) -> u64 {
        since_start.as_secs() / self.slot.as_secs().max(1)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::records::{Coverage, Reach};

    fn reply(as_of: Option<Date>) -> Reply {
        let answer = Answer::NoRecord { reach: Reach { coverage: Coverage::County, as_of } };
        Reply { answer, attempts: 1, elapsed: Duration::from_millis(10), note: None, reused: None }
    }

    #[test]
    fn a_ring_forgets_what_is_older_than_it_is_long() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let mut hour = Ring::<12>::new(minutes(5));
        for minute in [0, 4, 5, 59, 61] {
            hour.at(minutes(minute)).exchanged(3, 1, Duration::ZERO);
        }
        for (now, exchanges) in [(61, 3), (64, 3), (65, 2), (114, 2), (115, 1), (119, 1), (120, 0)] {
            let sum = hour.sum(minutes(now)).figures();
            assert_eq!((sum.exchanges, sum.people), (exchanges, 3 * exchanges), "after {now} minutes");
        }
    }

    #[test]
    fn a_series_has_the_oldest_slot_first_and_none_before_the_start() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let mut hour = Ring::<12>::new(minutes(5));
        let answers = |ring: &Ring<12>, now: u64| -> Vec<u64> {
            ring.series(minutes(now)).iter().map(|slot| slot.answers).collect()
        };
        assert_eq!(answers(&hour, 0), [0]);
        for minute in [0, 4, 6, 61] {
            hour.at(minutes(minute)).answered(&reply(None), date(2026, 11, 2));
        }
        assert_eq!(answers(&hour, 4).len(), 1, "one slot has begun");
        assert_eq!(answers(&hour, 61), [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "the first five minutes are forgotten");
        assert_eq!(answers(&hour, 130), [0; 12]);
        let failed = Reply { answer: Answer::Unavailable { why: crate::records::Failure::Timeout }, ..reply(None) };
        hour.at(minutes(131)).answered(&failed, date(2026, 11, 2));
        hour.at(minutes(131)).exchanged(1, 1, Duration::from_millis(40));
        let last = hour.series(minutes(131)).pop().unwrap();
        assert_eq!((last.answers, last.unavailable), (1, 1));
        assert!(last.p50_ms.is_some_and(|ms| ms >= 40));
    }

    #[test]
    fn looks_send_requests_and_are_no_exchanges() {
        let mut tally = Tally::default();
        tally.exchanged(200, 2, Duration::from_millis(300));
        tally.exchanged(0, 2, Duration::from_millis(100));
        let figures = tally.figures();
        assert_eq!((figures.exchanges, figures.people, figures.requests), (1, 200, 4));
    }

    #[test]
    fn the_oldest_data_count() {
        let mut tally = Tally::default();
        let today = date(2026, 11, 2);
        assert_eq!(tally.figures().oldest_data_days, None);
        tally.answered(&reply(None), today);
        assert_eq!(tally.figures().oldest_data_days, None);
        for (as_of, oldest) in [(date(2026, 11, 3), 0), (date(2026, 10, 31), 2), (date(2026, 11, 1), 2)] {
            tally.answered(&reply(Some(as_of)), today);
            assert_eq!(tally.figures().oldest_data_days, Some(oldest));
        }
        assert_eq!(tally.figures().answers["no_record"], 4);
    }
}
