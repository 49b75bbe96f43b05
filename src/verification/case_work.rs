//! One claimed case: planned if it is new, asked what is still to be asked, polled what is due, and a version made of what came.
//!
//! Every step stands in the store before the next begins, so that another worker can go on from any point: a cell is planned after
//! its entry is in the log, asked after it is planned, and ended once. How cells are asked is in `asking`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::answers::{CellState, Cells, SealedAnswer};
use super::asking::Recording;
use super::decisions::Decided;
use super::lease_keeper::LeaseKeeper;
use super::memory::Known;
use super::{VerificationError, Verifier, sealing, setbacks};
use crate::household::{Lane, Request};
use crate::store::{
    AuditReceipt, CaseRow, CaseState, CellRow, ClaimedCase, DecisionKind, Lease, StoreError, VersionReason,
};

/// When a case is looked at again that waits for something nobody can ask about now (a source whose definition is gone).
const IDLE_LOOK: SignedDuration = SignedDuration::from_secs(30);

/// When a case that is asked about again is looked at again, whatever its tickets say.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// How work on a case came to rest.
enum Rest {
    /// The lease went with the version.
    Given,
    /// The lease is still held; when to look again, where the store does not know.
    Held(Option<Timestamp>),
}

/// A case in hand.
pub(super) struct Work {
    pub(super) case: CaseRow,
    /// The right to work on it, asked for by everything that is written.
    pub(super) lease: Lease,
    pub(super) request: Request,
    /// Proof that working on the case stands in the log: opens its documents, records its answers.
    pub(super) receipt: AuditReceipt,
    pub(super) cells: Cells,
    /// What was decided about its records.
    pub(super) decided: Decided,
    /// Answers that are in `cells` and not yet known to stand in the store.
    pub(super) recording: Option<Recording>,
}

impl Verifier {
    /// Runs a claimed case to its next rest. Whatever goes wrong, a panic included, ends here.
    pub(super) async fn run_claimed(&self, claimed: ClaimedCase) {
        let inner = &self.0;
        let (case, lease) = (claimed.case.id, claimed.lease.clone());
        let taken_away = inner.in_hand.take(case);
        let mut keeper =
            LeaseKeeper::start(inner.store.clone(), inner.clock.clone(), lease.clone(), inner.settings.lease);
        let advance = AssertUnwindSafe(self.advance(claimed)).catch_unwind();
        let outcome = tokio::select! {
            outcome = advance => outcome.unwrap_or(Err(VerificationError::Panicked)),
            () = keeper.lost() => Err(StoreError::LeaseLost { case }.into()),
            () = taken_away.cancelled() => Err(StoreError::LeaseLost { case }.into()),
        };
        inner.in_hand.lay_down(case, &taken_away);
        drop(keeper);
        match outcome {
            Ok(Rest::Given) => {}
            // Where that fails, the case is taken up when its lease has run out.
            Ok(Rest::Held(wake_at)) => drop(inner.store.release(lease, wake_at).await),
            Err(error) => {
                inner.memory.forget(case);
                self.set_back(lease, error).await;
            }
        }
    }

    /// Has a case tried again later, or gives it up.
    async fn set_back(&self, lease: Lease, error: VerificationError) {
        let case = lease.case_id;
        if matches!(
            error,
            VerificationError::Store(StoreError::LeaseLost { .. } | StoreError::VersionOutOfOrder { .. })
        ) {
            tracing::info!(%case, "another worker has the case, or it came to rest");
            return;
        }
        let now = self.0.clock.now();
        let failures = self.0.store.get_case(case).await.map_or(0, |case| case.failures).saturating_add(1);
        match setbacks::lasting(&error) {
            Some(why) if setbacks::is_enough(failures) => self.give_up(&lease, why, &error).await,
            _ => {
                let next = setbacks::next_try(now, failures);
                tracing::error!(%case, %error, failures, %next, "work on a case was broken off; it is taken up again");
                // Where this fails too, the case is taken up when its lease has run out.
                drop(self.0.store.break_off(lease, next).await);
            }
        }
    }

    async fn give_up(&self, lease: &Lease, why: &'static str, error: &VerificationError) {
        let case = lease.case_id;
        tracing::error!(%case, %error, why, "a case cannot be completed");
        let Ok(receipt) = self.0.ledger.failed(case).await else { return };
        let now = self.0.clock.now();
        if let Err(error) = self.0.store.fail_case(&receipt, lease, why, now).await {
            tracing::error!(%case, %error, "a case could not be given up; it is tried again");
        }
        self.0.hub.tell_turn(case);
    }

    /// Does what is to be done now.
    async fn advance(&self, claimed: ClaimedCase) -> Result<Rest, VerificationError> {
        let mut work = self.take_up(claimed).await?;
        let first = work.case.latest_version.is_none();
        let reopened = work.decided.last_word().filter(|_| work.case.reopened_for.is_some());
        self.ask(&mut work, first).await?;
        // a ticket whose result is to be looked for at once is looked for before the first version
        let polled = self.poll(&mut work).await?;
        if !first && reopened.is_none() && !has_news(&work.cells) {
            self.settle(&mut work).await?;
            let idle = self.0.clock.now().checked_add(IDLE_LOOK).ok().filter(|_| !polled);
            self.0.memory.keep_work(work);
            return Ok(Rest::Held(idle));
        }
        // a household's report is followed by another one when all have answered again
        let asked_again =
            work.decided.awaits(DecisionKind::Objection) && !work.cells.values().all(CellState::has_ended);
        // who was asked once more and takes time has said nothing yet
        let asked_again = asked_again || work.decided.awaits(DecisionKind::AskedAgain) && !has_news(&work.cells);
        let waits = match first {
            true => self.waits_in_bulk(&work),
            false => asked_again.then(|| self.0.clock.now().saturating_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX)),
        };
        if let Some(latest) = waits {
            self.settle(&mut work).await?;
            let (lease, now) = (work.lease.clone(), self.0.clock.now());
            self.0.store.park(lease, latest, now).await?;
            return Ok(Rest::Given);
        }
        let reason = match reopened {
            _ if first => VersionReason::First,
            Some(word) => word.reason(),
            None => VersionReason::LateAnswer,
        };
        let (mut work, version, state) = self.make_version(work, reason).await?;
        self.0.hub.tell_turn(work.case.id);
        if state == CaseState::Waiting {
            work.cells.values_mut().filter(|state| state.has_ended()).for_each(|state| state.tell_in(version));
            self.0.memory.keep_work(work);
        }
        Ok(Rest::Given)
    }

    /// Until when a case of a batch waits for what is still to come before its first version is made without it. None when there is nothing
    /// to wait for any more, or somebody waits for the report.
    fn waits_in_bulk(&self, work: &Work) -> Option<Timestamp> {
        if work.case.lane != Lane::Bulk || work.cells.values().all(CellState::has_ended) {
            return None;
        }
        let wait = SignedDuration::try_from(self.0.settings.provisional_after).unwrap_or(SignedDuration::MAX);
        let begun = work.cells.values().map(|state| state.planned_at).min()?;
        let until = begun.checked_add(wait).unwrap_or(Timestamp::MAX);
        (self.0.clock.now() < until).then_some(until)
    }

    /// The request, and what stands of the case already.
    async fn take_up(&self, claimed: ClaimedCase) -> Result<Work, VerificationError> {
        let inner = &self.0;
        if let Some(Known { request, receipt, cells, decided, .. }) = inner.memory.take(&claimed)
            && let Some(receipt) = receipt.get().cloned()
        {
            return Ok(Work {
                case: claimed.case,
                lease: claimed.lease,
                request,
                receipt,
                cells,
                decided,
                recording: None,
            });
        }
        let ClaimedCase { case, lease, .. } = claimed;
        let receipt = inner.ledger.resumed(case.id, case.purpose).await?;
        let stored = sealing::open(&inner.store, &inner.keys, &receipt, case.id, case.request_document).await?;
        let request = serde_json::from_slice(&stored).map_err(|_| VerificationError::Unreadable { what: "request" })?;
        let rows = inner.store.cells(case.id).await?;
        let cells = self.read_cells(&receipt, &rows).await?;
        let decided = self.decided(&receipt, &case).await?;
        Ok(Work { case, lease, request, receipt, cells, decided, recording: None })
    }

    /// Cells of a case as they stand in the store, each document opened once.
    pub(super) async fn read_cells(
        &self,
        receipt: &AuditReceipt,
        rows: &[CellRow],
    ) -> Result<Cells, VerificationError> {
        let unreadable = || VerificationError::Unreadable { what: "answer" };
        let mut opened: HashMap<Uuid, Vec<SealedAnswer>> = HashMap::new();
        let mut cells = Cells::new();
        for row in rows {
            let mut state = CellState::of_row(row)?;
            if let Some(document) = row.evidence_document {
                let answers = match opened.entry(document) {
                    Entry::Occupied(opened) => opened.into_mut(),
                    Entry::Vacant(place) => {
                        let stored = sealing::open(&self.0.store, &self.0.keys, receipt, row.case_id, document).await?;
                        place.insert(serde_json::from_slice(&stored).map_err(|_| unreadable())?)
                    }
                };
                let of_cell = |sealed: &SealedAnswer| sealed.member == row.member_ref && sealed.source == row.source;
                let place = answers.iter().position(of_cell).ok_or_else(unreadable)?;
                state.answer = Some(answers.swap_remove(place).answer);
            }
            if state.answer.as_ref().map(crate::household::Answer::kind) != row.kind {
                return Err(unreadable());
            }
            cells.insert((row.member_ref.clone(), row.source.clone()), state);
        }
        Ok(cells)
    }

    /// The state a case has after a version.
    pub(super) fn state_after(work: &Work) -> CaseState {
        if work.cells.values().all(CellState::has_ended) { CaseState::Final } else { CaseState::Waiting }
    }
}

/// Whether a cell has ended that no version tells of: now, or before a worker died.
fn has_news(cells: &Cells) -> bool {
    cells.values().any(CellState::is_news)
}
