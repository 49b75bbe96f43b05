//! Room in memory, so that nobody's rosters keep another waiting or take another's result away: each person has one set under way at most,
//! and what a person sends takes the place of their own results alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::run::Run;
use crate::auth::Caller;

/// Most rosters that are received, wait or are matched.
const MOST_AT_ONCE: usize = 4;
/// Most runs that are kept of a person, the one that begins among them.
const MOST_OWN: usize = 2;
/// Most runs that are kept, and most rows of all of them.
const MOST_RUNS: usize = 8;
const MOST_KEPT_ROWS: usize = 800_000;

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// The same person's rosters are received, wait or are matched.
    Own,
    /// Too many are received, wait or are matched.
    Waiting,
    /// Results of others take the room.
    Full,
}

/// Whose a run is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Owner {
    organisation: String,
    subject: String,
}

impl Owner {
    pub(super) fn of(caller: &Caller) -> Self {
        Self { organisation: caller.organisation.clone(), subject: caller.subject.clone() }
    }
}

/// Whose rosters are received, wait or are matched.
#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Vec<Owner>>>);

/// Room in memory for what somebody sends, until it is matched.
pub struct Place {
    owner: Owner,
    among: UnderWay,
}

impl UnderWay {
    pub(super) fn place(&self, owner: Owner) -> Result<Place, Busy> {
        let mut owners = self.owners();
        if owners.contains(&owner) {
            return Err(Busy::Own);
        }
        if owners.len() >= MOST_AT_ONCE {
            return Err(Busy::Waiting);
        }
        owners.push(owner.clone());
        Ok(Place { owner, among: self.clone() })
    }

    fn owners(&self) -> MutexGuard<'_, Vec<Owner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.among.owners().retain(|owner| *owner != self.owner);
    }
}

/// Which runs go for one of so many rows: this person's that have ended, the oldest first, and no more than need be.
pub(super) fn giving_way(runs: &[Arc<Run>], owner: &Owner, rows: usize) -> Result<Vec<Uuid>, Busy> {
    let rows_of = |run: &Run| run.rows.iter().sum::<usize>();
    let (mut number, mut all) = (runs.len(), runs.iter().map(|run| rows_of(run)).sum::<usize>());
    let fits = |number: usize, all: usize| number < MOST_RUNS && all + rows <= MOST_KEPT_ROWS;
    let own: Vec<_> = runs.iter().filter(|run| run.owner == *owner && run.ended().is_some()).collect();
    let mut going = Vec::new();
    for run in &own {
        if own.len() - going.len() < MOST_OWN && fits(number, all) {
            break;
        }
        going.push(run.id);
        number -= 1;
        all -= rows_of(run);
    }
    if fits(number, all) { Ok(going) } else { Err(Busy::Full) }
}

#[cfg(test)]
mod tests {
    use super::super::run::Ended;
    use super::super::run::tests::run_of;
    use super::*;

    fn person(organisation: &str, subject: &str) -> Caller {
        Caller { organisation: organisation.into(), subject: subject.into(), ..Caller::operator("620422") }
    }

    #[test]
    fn each_person_has_one_place_and_gives_it_back() {
        let under_way = UnderWay::default();
        let place = |organisation: &str, subject: &str| under_way.place(Owner::of(&person(organisation, subject)));
        let first = place("one", "wang-wu");
        assert!(first.is_ok());
        assert_eq!(place("one", "wang-wu").err(), Some(Busy::Own));
        // another office's person of the same name is another person
        let others = [place("two", "wang-wu"), place("one", "sun-qi"), place("one", "zhao-liu")];
        assert!(others.iter().all(Result::is_ok));
        assert_eq!(place("one", "li-si").err(), Some(Busy::Waiting));
        drop(first);
        assert!(place("one", "li-si").is_ok());
    }

    #[test]
    fn a_run_takes_the_place_of_the_same_persons_results_alone() {
        let (one, other) = (person("one", "wang-wu"), person("one", "sun-qi"));
        let run = |caller: &Caller, rows: usize, has_ended: bool| {
            let mut run = run_of(caller);
            run.rows = [rows, 0];
            if has_ended {
                run.end(Ended::Failed);
            }
            Arc::new(run)
        };
        let going = |runs: &[&Arc<Run>], caller: &Caller, rows: usize| {
            let runs: Vec<_> = runs.iter().map(|run| Arc::clone(run)).collect();
            giving_way(&runs, &Owner::of(caller), rows)
        };
        let (old, new, others) = (run(&one, 10, true), run(&one, 10, true), run(&other, 10, true));
        assert_eq!(going(&[&others, &old], &one, 10), Ok(Vec::new()));
        assert_eq!(going(&[&others, &old, &new], &one, 10), Ok(vec![old.id]), "two of a person");
        let elsewhere = person("two", "wang-wu");
        assert_eq!(going(&[&others, &old, &new], &elsewhere, 10), Ok(Vec::new()), "another office's");

        let large = run(&other, 400_000, true);
        assert_eq!(going(&[&large, &old], &one, 399_990), Ok(Vec::new()));
        assert_eq!(going(&[&large, &old], &one, 400_000), Ok(vec![old.id]), "too many rows");
        let going_on = run(&one, 10, false);
        assert_eq!(going(&[&large, &going_on], &one, 400_000), Err(Busy::Full), "what goes on is no result yet");
        assert_eq!(going(&[&large, &large, &old], &one, 10), Err(Busy::Full), "nor is another's result in the way");
        assert_eq!(going(&[&others; 8], &one, 10), Err(Busy::Full));
    }
}
