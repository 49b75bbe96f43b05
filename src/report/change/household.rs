//! The household of two reports side by side: who came, left, died, was renamed; a spouse on record; the number of members; what was
//! declared against what was found.

use std::collections::BTreeMap;

use super::reasons::Reason;
use super::sides::Sides;
use super::what::{Direction, State, What, Who};
use super::{Compared, ItemChange};
use crate::household::MemberRef;
use crate::policy::assessment::Comparison;
use crate::report::body::Body;
use crate::report::household::FoundMember;

/// The finding that nobody counts as a member: a number of members that is none.
const NO_SIZE: &str = "household_size";

impl Sides<'_> {
    /// Everything about who they are.
    pub fn household(&self) -> Vec<ItemChange> {
        let mut changes: Vec<ItemChange> = Vec::new();
        for who in self.people.members() {
            changes.extend(self.member(who));
            changes.extend(self.spouse(who));
        }
        changes.extend(self.size(&changes));
        changes.extend(self.declared());
        changes
    }

    fn member(&self, who: &Who) -> Option<ItemChange> {
        let before = who.before.as_ref().and_then(|reference| person(self.before, reference));
        let after = who.after.as_ref().and_then(|reference| person(self.after, reference));
        if before == after {
            return None;
        }
        let died = |state: &Option<State>| matches!(state, Some(State::Person { died: true, .. }));
        let is_applicant = who.before.as_ref().is_some_and(|reference| *reference == self.before.request.applicant);
        let direction = match (&before, &after) {
            // the programme ends with whom it was granted to
            (Some(_), Some(_)) if died(&after) && !died(&before) && is_applicant => Direction::MayNoLongerFit,
            (Some(_), Some(_)) if died(&after) && !died(&before) => Direction::MayNeedMore,
            (Some(_), None) => Direction::MayNoLongerFit,
            (None, Some(_)) => Direction::MayNeedMore,
            _ => Direction::Neutral,
        };
        // a death that is no longer on record may only be a register that did not answer
        let compared = self.vanished(who, died(&before), died(&after));
        Some(ItemChange { compared, ..ItemChange::new(What::Member, Some(who.clone()), before, after, direction) })
    }

    fn spouse(&self, who: &Who) -> Option<ItemChange> {
        let on_record = |body: &Body, reference: &Option<MemberRef>| {
            reference.as_ref().and_then(|reference| found(body, reference)).is_some_and(|found| found.undeclared_spouse)
        };
        let (before, after) = (on_record(self.before, &who.before), on_record(self.after, &who.after));
        let compared = self.vanished(who, before, after);
        let direction = if after { Direction::MayNoLongerFit } else { Direction::Neutral };
        (before != after).then(|| ItemChange {
            compared,
            officer_only: true,
            ..ItemChange::new(
                What::Spouse,
                Some(who.clone()),
                Some(State::OnRecord(before)),
                Some(State::OnRecord(after)),
                direction,
            )
        })
    }

    /// What is found now is certain; what is no longer found is so only where the same departments answered.
    fn vanished(&self, who: &Who, before: bool, after: bool) -> Compared {
        if before && !after && self.is_silent_anew(who) { Compared::NotComparable } else { Compared::Certain }
    }

    /// The number of members is certain where those who came, left and died make it up; else a register may have been silent.
    fn size(&self, people: &[ItemChange]) -> Option<ItemChange> {
        let (before, after) = (self.before.totals.members, self.after.totals.members);
        let is_open = |body: &Body| body.open_facts.iter().any(|fact| fact.fact == NO_SIZE);
        let counts = |state: &Option<State>| i64::from(matches!(state, Some(State::Person { died: false, .. })));
        let members = people.iter().filter(|change| change.what == What::Member);
        let sure = members.clone().all(|change| change.compared == Compared::Certain);
        let expected: i64 = members.map(|change| counts(&change.after) - counts(&change.before)).sum();
        let same_answers = || !self.people.members().iter().any(|who| self.is_silent_anew(who));
        let explained = sure && expected == i64::from(after) - i64::from(before) || same_answers();
        let certain = explained && !is_open(self.before) && !is_open(self.after);
        let direction = match certain {
            false => Direction::Neutral,
            true if before < after => Direction::MayNeedMore,
            true => Direction::MayNoLongerFit,
        };
        let state = |number: u32| Some(State::Count { at_least: number, at_most: Some(number) });
        (before != after).then(|| ItemChange {
            compared: if certain { Compared::Certain } else { Compared::NotComparable },
            reasons: people
                .iter()
                .any(|change| change.what == What::Member)
                .then(|| Reason::Follows(vec![What::Member]))
                .into_iter()
                .collect(),
            ..ItemChange::new(What::Size, None, state(before), state(after), direction)
        })
    }

    /// Lines of declared against found that agree on one side alone.
    fn declared(&self) -> Vec<ItemChange> {
        let mut both: BTreeMap<(Who, String), [Option<Comparison>; 2]> = BTreeMap::new();
        for (at, body) in [self.before, self.after].into_iter().enumerate() {
            for line in &body.declared {
                let who = if at == 0 { self.people.before(&line.member) } else { self.people.after(&line.member) };
                both.entry((who, line.class.clone())).or_default()[at] = Some(line.comparison);
            }
        }
        let agrees = |comparison: &Option<Comparison>| comparison.is_none_or(Comparison::agrees);
        let differing = both.into_iter().filter(|(_, [before, after])| agrees(before) != agrees(after));
        differing
            .map(|((who, class), [before, after])| ItemChange {
                compared: match after {
                    Some(Comparison::AgreesSoFar | Comparison::Undetermined) => Compared::NotComparable,
                    _ => Compared::Certain,
                },
                ..ItemChange::new(
                    What::Declared(class),
                    Some(who),
                    before.map(State::Compared),
                    after.map(State::Compared),
                    Direction::Neutral,
                )
            })
            .collect()
    }
}

fn person(body: &Body, reference: &MemberRef) -> Option<State> {
    let person = body.household.members.iter().find(|person| person.reference == *reference)?;
    let died = found(body, reference).is_some_and(|found| found.death_recorded);
    Some(State::Person { name: person.name.clone(), died })
}

fn found<'b>(body: &'b Body, reference: &MemberRef) -> Option<&'b FoundMember> {
    body.household.found.iter().find(|found| found.member == *reference)
}
