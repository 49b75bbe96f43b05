//! Two reports side by side: who is who, and which departments are silent about whom on either side.

use std::collections::{BTreeMap, BTreeSet};

use super::people::People;
use super::reasons::Reason;
use super::what::{State, What, Who};
use super::{Compared, Direction, ItemChange};
use crate::household::{AnswerKind, Skip, SourceKey};
use crate::report::body::Body;
use crate::report::cells::WhyNot;
use crate::report::totals::Silent;

/// Two reports, and what is reckoned once of both.
pub(super) struct Sides<'a> {
    pub before: &'a Body,
    pub after: &'a Body,
    pub people: People,
    /// Departments that are silent, by whom they are silent about.
    pub silent_before: BTreeMap<(SourceKey, Who), AnswerKind>,
    pub silent_after: BTreeMap<(SourceKey, Who), AnswerKind>,
}

impl<'a> Sides<'a> {
    pub fn of(before: &'a Body, after: &'a Body) -> Self {
        let people = People::of(before, after);
        let silent_before = silent(before, |reference| people.before(reference));
        let silent_after = silent(after, |reference| people.after(reference));
        Self { before, after, people, silent_before, silent_after }
    }

    /// Departments that are silent on one side about people whom both reports know: a newcomer's answers are not those that went.
    pub fn silences(&self) -> Vec<ItemChange> {
        let known = |who: &Who| who.before.is_some() && who.after.is_some();
        let of = |side: &BTreeMap<(SourceKey, Who), AnswerKind>, source: &SourceKey| -> BTreeSet<Who> {
            side.keys().filter(|(key, who)| key == source && known(who)).map(|(_, who)| who.clone()).collect()
        };
        let sources: BTreeSet<&SourceKey> =
            self.silent_before.keys().chain(self.silent_after.keys()).map(|(source, _)| source).collect();
        let mut changes = Vec::new();
        for source in sources {
            let (before, after) = (of(&self.silent_before, source), of(&self.silent_after, source));
            if before == after {
                continue;
            }
            let number = |people: &BTreeSet<Who>| u32::try_from(people.len()).unwrap_or(u32::MAX);
            let mut reasons = Vec::new();
            let newly: Vec<Who> = after.difference(&before).cloned().collect();
            if let Some(answer) = newly.first().and_then(|who| self.silent_after.get(&(source.clone(), who.clone()))) {
                reasons.push(Reason::Silent { source: source.clone(), who: newly.clone(), answer: *answer });
            }
            let again: Vec<Who> = before.difference(&after).cloned().collect();
            if !again.is_empty() {
                reasons.push(Reason::Spoke { source: source.clone(), who: again });
            }
            changes.push(ItemChange {
                reasons,
                compared: Compared::NotComparable,
                ..ItemChange::new(
                    What::Silence(source.clone()),
                    None,
                    Some(State::Silent(number(&before))),
                    Some(State::Silent(number(&after))),
                    Direction::Neutral,
                )
            });
        }
        changes
    }

    /// Why a total is open, or no longer: departments that it waits for on one side alone.
    pub fn waits(&self, before: &Silent, after: &Silent) -> Vec<Reason> {
        let cells = |silent: &Silent, who: &dyn Fn(&crate::household::MemberRef) -> Who| -> BTreeSet<(String, Who)> {
            let all = silent.iter().flat_map(|(source, people)| people.iter().map(move |one| (source, one)));
            all.map(|(source, one)| (source.clone(), who(one))).collect()
        };
        let first = cells(before, &|reference| self.people.before(reference));
        let second = cells(after, &|reference| self.people.after(reference));
        let mut reasons = Vec::new();
        for (source, who) in by_source(second.difference(&first)) {
            let answer = who.first().and_then(|one| self.silent_after.get(&(source.clone(), one.clone())));
            let answer = answer.copied().unwrap_or(AnswerKind::Pending);
            reasons.push(Reason::Silent { source, who, answer });
        }
        let spoke = by_source(first.difference(&second).filter(|(_, who)| who.after.is_some()));
        reasons.extend(spoke.into_iter().map(|(source, who)| Reason::Spoke { source, who }));
        reasons
    }

    /// Whether a department says nothing about somebody on one side and did on the other.
    pub fn is_silent_anew(&self, who: &Who) -> bool {
        let about = |side: &BTreeMap<(SourceKey, Who), AnswerKind>| -> BTreeSet<SourceKey> {
            side.keys().filter(|(_, known)| known == who).map(|(source, _)| source.clone()).collect()
        };
        about(&self.silent_after) != about(&self.silent_before)
    }
}

fn by_source<'s>(cells: impl Iterator<Item = &'s (String, Who)>) -> Vec<(SourceKey, Vec<Who>)> {
    let mut grouped: BTreeMap<SourceKey, Vec<Who>> = BTreeMap::new();
    for (source, who) in cells {
        if let Ok(source) = SourceKey::new(source) {
            grouped.entry(source).or_default().push(who.clone());
        }
    }
    grouped.into_iter().collect()
}

/// Cells that do not speak. What a purpose does not need is no silence.
fn silent(body: &Body, who: impl Fn(&crate::household::MemberRef) -> Who) -> BTreeMap<(SourceKey, Who), AnswerKind> {
    let mut silent = BTreeMap::new();
    for line in &body.sources {
        for cell in line.cells.iter().filter(|cell| !cell.answer.speaks()) {
            if cell.why_not == Some(WhyNot::Skip(Skip::NotNeededForPurpose)) {
                continue;
            }
            for reference in &cell.members {
                silent.insert((line.source.clone(), who(reference)), cell.answer);
            }
        }
    }
    silent
}
