//! How a department is, in a word and a reason; its series as small charts.

use crate::console::parts::{Cell, Tag, Tone};
use crate::console::words::sources::{SourceWords, series};
use crate::drawing::Sparkline;
use crate::household::Lang;
use crate::report::text;
use crate::verification::{BreakerState, SourceSlot, SourceStatus};

/// Slots of the last hour and of the last day.
pub(super) const ROOM: [usize; 2] = [12, 24];

/// How a department is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Paused,
    Probing,
    NotConfigured,
    Well,
    Idle,
    Disabled,
}

impl Standing {
    pub(super) const ALL: [Self; 6] =
        [Self::Paused, Self::Probing, Self::NotConfigured, Self::Well, Self::Idle, Self::Disabled];

    pub(super) fn of(source: &SourceStatus) -> Self {
        let health = &source.health;
        match health.breaker {
            _ if !health.enabled => Self::Disabled,
            _ if health.not_configured.is_some() => Self::NotConfigured,
            BreakerState::Open => Self::Paused,
            BreakerState::HalfOpen => Self::Probing,
            BreakerState::Closed if health.since_start.requests == 0 => Self::Idle,
            BreakerState::Closed => Self::Well,
        }
    }

    pub(super) fn tag(self, words: &SourceWords) -> Tag {
        let (tone, sign, text) = match self {
            Self::Paused => (Tone::Bad, "✕", words.paused),
            Self::Probing => (Tone::Waiting, "…", words.probing),
            Self::NotConfigured => (Tone::Waiting, "!", words.not_configured),
            Self::Well => (Tone::Good, "✓", words.well),
            Self::Idle => (Tone::Plain, "✓", words.idle),
            Self::Disabled => (Tone::Plain, "–", words.disabled),
        };
        Tag::of(tone, format!("{sign} {text}"))
    }
}

/// The word and why.
pub(super) fn cell(source: &SourceStatus, words: &SourceWords, lang: Lang) -> Cell {
    let standing = Standing::of(source);
    let failed = source.health.last_failure.map(|why| format!("{}{}", words.last_failed, text::failure(why, lang)));
    let why = match standing {
        Standing::Paused => Some(match failed {
            Some(failed) => format!("{}{}{failed}", words.paused_why, lang.pick("。", ". ")),
            None => words.paused_why.to_owned(),
        }),
        Standing::NotConfigured => source.health.not_configured.clone(),
        Standing::Disabled => Some(words.disabled_why.to_owned()),
        Standing::Well | Standing::Idle | Standing::Probing => failed,
    };
    match why {
        Some(why) => Cell::Stated(standing.tag(words), why),
        None => Cell::Tag(standing.tag(words)),
    }
}

/// Answers of a slot, and how many of them were none.
pub(super) fn counts(slots: &[SourceSlot]) -> Vec<(u64, u64)> {
    slots.iter().map(|slot| (slot.answers, slot.unavailable)).collect()
}

/// A series as a small chart.
pub(super) fn chart(id: &str, title: &str, slots: &[SourceSlot], room: usize, lang: Lang) -> String {
    let slots = counts(slots);
    Sparkline { id, title, description: &series(lang, &slots), slots: &slots, room }.svg()
}
