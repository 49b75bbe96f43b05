//! What changed between two bodies of the same household: between versions, or against the last review.
//!
//! A change of what the departments said, not of how often they were asked: dates and hashes are left out. Lines are paired by what
//! they are about (person, source, item or record), so that an amount that changed is one change and not two.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Words};
use super::render::amounts::{interval, yuan};
use super::text::{self, Lang};
use crate::household::{Fen, MemberRef};

/// The changes from one body to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Version compared with.
    pub from_version: u32,
    /// Version compared.
    pub to_version: u32,
    /// Change by change, in the order of a report.
    pub changes: Vec<Change>,
}

impl Difference {
    /// Whether an officer would notice nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Section: `answer`, `income`, `deduction`, `property`, `total`, `declared`, `finding`, `screening`, `amount`, `review`.
    pub section: String,
    /// About whom, where it is about one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberRef>,
    /// What it is about.
    pub what: Words,
    /// Before; missing when it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Words>,
    /// After; missing when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Words>,
}

/// Something comparable: what it is about and how it stands.
struct Entry {
    member: Option<MemberRef>,
    what: Words,
    state: Words,
}

/// Compares two bodies.
#[must_use]
pub fn difference(before: &Body, after: &Body) -> Difference {
    let mut changes = Vec::new();
    for (section, entries) in SECTIONS {
        compare(section, &entries(before), &entries(after), &mut changes);
    }
    Difference { from_version: before.version, to_version: after.version, changes }
}

type Entries = BTreeMap<String, Entry>;

/// A section's name, and what in a body belongs to it.
type Section = (&'static str, fn(&Body) -> Entries);

const SECTIONS: [Section; 10] = [
    ("answer", answers),
    ("income", income),
    ("deduction", deductions),
    ("property", property),
    ("total", totals),
    ("declared", declared),
    ("finding", findings),
    ("screening", screening),
    ("amount", amounts),
    ("review", held),
];

fn compare(section: &str, before: &Entries, after: &Entries, changes: &mut Vec<Change>) {
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let (old, new) = (before.get(key), after.get(key));
        if old.map(|e| &e.state) == new.map(|e| &e.state) {
            continue;
        }
        let Some(named) = new.or(old) else { continue };
        changes.push(Change {
            section: section.to_owned(),
            member: named.member.clone(),
            what: named.what.clone(),
            before: old.map(|entry| entry.state.clone()),
            after: new.map(|entry| entry.state.clone()),
        });
    }
}

/// Both languages of something that is worded per language.
fn both<T: Into<String>>(word: impl Fn(Lang) -> T) -> Words {
    Words::new(word(Lang::Zh), word(Lang::En))
}

/// Enters under a key; a second line about the same thing gets the next free number.
fn enter(entries: &mut Entries, key: String, member: Option<&MemberRef>, what: Words, state: Words) {
    let mut free = key.clone();
    let mut number = 1;
    while entries.contains_key(&free) {
        number += 1;
        free = format!("{key}#{number}");
    }
    entries.insert(free, Entry { member: member.cloned(), what, state });
}

fn answers(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for (order, source) in body.sources.iter().enumerate() {
        for cell in &source.cells {
            let state = both(|lang| {
                let word = text::answer(cell.answer, lang);
                match cell.why_not {
                    Some(why) => format!("{word}: {}", text::why_not(why, lang)),
                    None if cell.records > 0 => format!("{word} {}", cell.records),
                    None => word.to_owned(),
                }
            });
            for who in &cell.members {
                let key = format!("{order:03}/{who}");
                enter(&mut entries, key, Some(who), source.title.clone(), state.clone());
            }
        }
    }
    entries
}

fn treated(amount: Fen, treatment: crate::policy::assessment::Treatment) -> Words {
    both(|lang| format!("{} {}", text::treatment(treatment, lang), yuan(amount)))
}

fn income(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for line in &body.income {
        let source = line.source.as_ref().map_or("", |source| source.as_str());
        let key = format!("{}/{source}/{}", line.member, line.item_zh);
        let what = Words::new(&*line.item_zh, &*line.item_en);
        enter(&mut entries, key, Some(&line.member), what, treated(line.counted, line.treatment));
    }
    entries
}

fn deductions(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for line in &body.deductions {
        let what = Words::new(&*line.item_zh, &*line.item_en);
        let state = both(|_| yuan(line.amount));
        enter(&mut entries, format!("{}/{}", line.member, line.kind), Some(&line.member), what, state);
    }
    entries
}

fn property(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for line in &body.property {
        let source = line.source.as_ref().map_or("", |source| source.as_str());
        let key = format!("{}/{source}/{}/{}", line.member, line.record.as_deref().unwrap_or(""), line.item_zh);
        let what = Words::new(&*line.item_zh, &*line.item_en);
        enter(&mut entries, key, Some(&line.member), what, treated(line.counted, line.treatment));
    }
    entries
}

fn totals(body: &Body) -> Entries {
    let totals = &body.totals;
    let named = [
        ("1", "家庭收入", "household income", &totals.income),
        ("2", "扣减", "deductions", &totals.deductions),
        ("3", "人均月收入", "income per head and month", &totals.per_head_monthly),
        ("4", "人均金融资产", "financial property per head", &totals.financial_per_head),
    ];
    let mut entries = Entries::new();
    for (key, zh, en, total) in named {
        enter(&mut entries, key.to_owned(), None, Words::new(zh, en), both(|_| interval(total)));
    }
    entries
}

fn declared(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for line in &body.declared {
        let what = both(|lang| text::declared_class(&line.class, lang));
        let state = both(|lang| text::comparison(line.comparison, lang));
        enter(&mut entries, format!("{}/{}", line.member, line.class), Some(&line.member), what, state);
    }
    entries
}

fn findings(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for finding in &body.findings {
        let who = finding.member.as_ref();
        let key = format!("{}/{}", finding.code, who.map_or("", |member| member.as_str()));
        let words = Words::new(&*finding.zh, &*finding.en);
        enter(&mut entries, key, who, Words::new("提示", "finding"), words);
    }
    entries
}

fn screening(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for outcome in &body.screening {
        let what = Words::new(&*outcome.name_zh, &*outcome.name_en);
        let state = both(|lang| text::certainty(outcome.state, lang));
        enter(&mut entries, outcome.outcome.clone(), None, what, state);
    }
    entries
}

fn amounts(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for line in &body.amounts {
        let outcome = body.screening.iter().find(|o| o.outcome == line.outcome);
        let what = outcome
            .map_or_else(|| Words::new(&*line.outcome, &*line.outcome), |o| Words::new(&*o.name_zh, &*o.name_en));
        enter(&mut entries, line.outcome.clone(), None, what, both(|_| yuan(line.monthly)));
    }
    entries
}

fn held(body: &Body) -> Entries {
    let mut entries = Entries::new();
    for record in &body.held_for_review {
        let key = format!("{}/{}/{}", record.member, record.source, record.record);
        let state = Words::new("待人工核实", "under review");
        enter(&mut entries, key, Some(&record.member), record.what.clone(), state);
    }
    entries
}
