//! One claimed case: planned if it is new, asked what is still to be asked, polled what is due, and a version made of what came.
//!
//! Every step stands in the store before the next begins, so that another worker can go on from any point: a cell is planned after
//! its entry is in the log, asked after it is planned, and ended once.

use hedui_connectors::source::{Query, window_start};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::answers::{self, CellState, Cells};
use super::fanout::{FanOut, Landed};
use super::plan::{self, PlannedCell, PlannedSource};
use super::{VerificationError, Verifier, sealing};
use crate::household::{Answer, Failure, IdNumber, MemberRef, Request, SourceKey};
use crate::store::{
    AuditReceipt, CaseRow, CaseState, CellRow, CellWrite, ClaimedCase, DocumentKind, Lease, NewCell, Plan, StoreError,
    VersionReason,
};

/// When a case is looked at again that waits for something nobody can ask about now (a source that was switched off).
const IDLE_LOOK: SignedDuration = SignedDuration::from_secs(30);

/// A case in hand.
pub(super) struct Work {
    pub(super) case: CaseRow,
    pub(super) request: Request,
    /// Proof that working on the case stands in the log: opens its documents, records its answers.
    pub(super) receipt: AuditReceipt,
    pub(super) cells: Cells,
}

impl Verifier {
    /// Runs a claimed case to its next rest. Failures leave it to be claimed again when the lease has run out.
    pub(super) async fn run_claimed(&self, claimed: ClaimedCase) {
        let case = claimed.case.id;
        let mut lease = claimed.lease.clone();
        let keep = self.keep_lease(&mut lease);
        let outcome = tokio::select! {
            outcome = self.advance(claimed) => outcome,
            () = keep => Ok(None),
        };
        match outcome {
            Ok(wake_at) => drop(self.0.store.release(lease, wake_at).await),
            Err(VerificationError::Store(
                StoreError::LeaseLost { .. } | StoreError::VersionOutOfOrder { .. } | StoreError::AlreadyFinal { .. },
            )) => {
                tracing::info!(%case, "another worker has the case");
            }
            Err(error @ (VerificationError::NoPack | VerificationError::Unreadable { .. })) => {
                self.give_up(case, &error).await
            }
            Err(error) => {
                tracing::error!(%case, %error, "a case was interrupted; it is taken up again when its lease has run out")
            }
        }
    }

    /// Renews a lease until it is lost.
    async fn keep_lease(&self, lease: &mut Lease) {
        let length = self.0.settings.lease;
        loop {
            tokio::time::sleep(length / 3).await;
            if self.0.store.renew_lease(lease, self.0.clock.now(), length).await.is_err() {
                return;
            }
        }
    }

    async fn give_up(&self, case: Uuid, error: &VerificationError) {
        tracing::error!(%case, %error, "a case cannot be completed");
        let why = if matches!(error, VerificationError::NoPack) { "no_pack" } else { "unreadable" };
        if let Ok(receipt) = self.0.ledger.failed(case).await {
            drop(self.0.store.fail_case(&receipt, case, why, self.0.clock.now()).await);
            self.0.hub.tell(case);
        }
    }

    /// Does what is to be done now. When to look again, where the store does not know.
    async fn advance(&self, claimed: ClaimedCase) -> Result<Option<Timestamp>, VerificationError> {
        let mut work = self.take_up(claimed).await?;
        let first = work.case.latest_version.is_none();
        if first {
            self.ask(&mut work).await?;
        } else {
            let polled = self.poll(&mut work).await?;
            if !self.has_news(&work).await? {
                let idle = self.0.clock.now().checked_add(IDLE_LOOK).ok().filter(|_| !polled);
                self.0.memory.keep(work);
                return Ok(idle);
            }
        }
        let reason = if first { VersionReason::First } else { VersionReason::LateAnswer };
        let state = self.make_version(&work, reason).await?;
        self.0.hub.tell(work.case.id);
        if state == CaseState::Waiting {
            self.0.memory.keep(work);
        }
        Ok(None)
    }

    /// The request, and what stands of the case already.
    async fn take_up(&self, claimed: ClaimedCase) -> Result<Work, VerificationError> {
        let inner = &self.0;
        if let Some(work) = inner.memory.take(&claimed) {
            return Ok(work);
        }
        let case = claimed.case;
        let receipt = inner.ledger.resumed(case.id, case.purpose).await?;
        let stored = sealing::open(&inner.store, &inner.keys, &receipt, case.id, case.request_document).await?;
        let request = serde_json::from_slice(&stored).map_err(|_| VerificationError::Unreadable { what: "request" })?;
        let mut cells = Cells::new();
        for row in inner.store.cells(case.id).await? {
            let state = self.read_cell(&receipt, &row).await?;
            cells.insert((row.member_ref, row.source), state);
        }
        Ok(Work { case, request, receipt, cells })
    }

    async fn read_cell(&self, receipt: &AuditReceipt, row: &CellRow) -> Result<CellState, VerificationError> {
        let mut state = CellState::of_row(row);
        if let Some(document) = row.evidence_document {
            let stored = sealing::open(&self.0.store, &self.0.keys, receipt, row.case_id, document).await?;
            let answer =
                serde_json::from_slice(&stored).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
            state.answer = Some(answer);
        }
        Ok(state)
    }

    /// Whether a cell has ended since the last version: now, or before a worker died.
    async fn has_news(&self, work: &Work) -> Result<bool, VerificationError> {
        let last = self.0.store.get_version(work.case.id, None).await?;
        let ended_since =
            |state: &CellState| !state.is_pending() && state.answered_at.is_some_and(|at| at > last.created_at);
        Ok(!last.is_final && (pending(&work.cells) == 0 || work.cells.values().any(ended_since)))
    }

    /// Plans what is not planned, asks what is planned and has no answer.
    async fn ask(&self, work: &mut Work) -> Result<(), VerificationError> {
        let plan = self.plan(&work.case, &work.request);
        self.enter_plan(work, &plan).await?;
        let mut asks = Vec::new();
        for cell in plan {
            let known = work.cells.get(&(cell.member.clone(), cell.source.clone()));
            let open = known.is_some_and(|state| state.answer.is_none());
            if let (true, Ok(query), Some(source)) = (open, cell.decision, self.0.departments.source(&cell.source)) {
                asks.push((source, cell.member, query));
            }
        }
        self.collect(work, FanOut::submit(asks)).await
    }

    pub(super) fn plan(&self, case: &CaseRow, request: &Request) -> Vec<PlannedCell> {
        let departments = &self.0.departments;
        let sources: Vec<_> = departments.descriptors().collect();
        let sources: Vec<_> = sources
            .iter()
            .map(|descriptor| PlannedSource { descriptor, enabled: departments.is_enabled(&descriptor.key) })
            .collect();
        plan::plan(case.id, request, &case.organisation, &sources, self.0.clock.today())
    }

    /// Enters every query in the log, all in one commit, then plans the cells.
    async fn enter_plan(&self, work: &mut Work, plan: &[PlannedCell]) -> Result<(), VerificationError> {
        let is_new = |cell: &&PlannedCell| !work.cells.contains_key(&(cell.member.clone(), cell.source.clone()));
        let new: Vec<&PlannedCell> = plan.iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        let asked: Vec<_> =
            new.iter().filter(|cell| cell.decision.is_ok()).map(|cell| (&cell.member, &cell.source)).collect();
        let receipts = self.enter_queries(work, &asked).await?;
        let mut leaves = receipts.iter().map(AuditReceipt::index);
        let now = self.0.clock.now();
        let mut cells = Vec::with_capacity(new.len());
        for cell in new {
            let plan = match &cell.decision {
                Ok(_) => Plan::Ask { leaf_index: leaves.next().unwrap_or_default() },
                Err(why) => Plan::Skip { why: answers::word(why).unwrap_or_default() },
            };
            cells.push(NewCell { member_ref: cell.member.clone(), source: cell.source.clone(), plan });
            work.cells.insert((cell.member.clone(), cell.source.clone()), planned(cell, now));
        }
        self.0.store.plan_cells(&work.receipt, work.case.id, cells, now).await?;
        self.0.hub.tell(work.case.id);
        Ok(())
    }

    async fn enter_queries(
        &self,
        work: &Work,
        asked: &[(&MemberRef, &SourceKey)],
    ) -> Result<Vec<AuditReceipt>, VerificationError> {
        let subject = |number: &IdNumber| self.subject_tag(number);
        let authorisation = |number: &str| self.tag("authorisation", number);
        Ok(self.0.ledger.queried(&work.case, &work.request, asked, subject, authorisation).await?)
    }

    /// Polls the tickets that are due; ends those whose deadline has passed. Whether there was anything to do.
    async fn poll(&self, work: &mut Work) -> Result<bool, VerificationError> {
        let now = self.0.clock.now();
        let mut tickets = Vec::new();
        let mut expired = Vec::new();
        for cell in self.plan(&work.case, &work.request) {
            let Some(state) = work.cells.get(&(cell.member.clone(), cell.source.clone())) else { continue };
            let Some(Answer::Pending { ticket }) = &state.answer else { continue };
            if state.deadline.is_some_and(|deadline| deadline <= now) {
                expired.push((cell.member, cell.source));
                continue;
            }
            let due = state.next_poll_at.is_none_or(|due| due <= now);
            if let Some(source) = self.0.departments.source(&cell.source).filter(|_| due) {
                let query = cell.decision.unwrap_or_else(|_| query_of(work, &cell.member));
                tickets.push((source, cell.member, ticket.clone(), query));
            }
        }
        let expired: Vec<_> = expired.into_iter().map(|(member, source)| deadline_passed(member, source)).collect();
        let polled = !tickets.is_empty() || !expired.is_empty();
        self.record(work, expired).await?;
        self.collect(work, FanOut::poll(tickets)).await?;
        Ok(polled)
    }

    async fn collect(&self, work: &mut Work, mut answers: FanOut) -> Result<(), VerificationError> {
        loop {
            let landed = answers.next().await;
            if landed.is_empty() {
                return Ok(());
            }
            self.record(work, landed).await?;
        }
    }

    /// Seals and stores answers, all in one commit, and tells whoever watches.
    async fn record(&self, work: &mut Work, landed: Vec<Landed>) -> Result<(), VerificationError> {
        if landed.is_empty() {
            return Ok(());
        }
        let now = self.0.clock.now();
        let mut rows = Vec::with_capacity(landed.len());
        for one in &landed {
            let Some(before) = work.cells.get(&(one.member.clone(), one.source.clone())) else { continue };
            let polling = self.0.departments.polling(&one.source);
            let evidence = self.seal_answer(work.case.id, &one.reply.answer)?;
            rows.push(answers::row(one, before, evidence, &polling, now));
        }
        let stored = rows.clone();
        let writes = self.0.store.record_answers(&work.receipt, work.case.id, rows).await?;
        for ((one, row), write) in landed.into_iter().zip(stored).zip(writes) {
            if write == CellWrite::AlreadyEnded {
                continue;
            }
            report_failure(&one, work.case.id);
            let key = (one.member, one.source);
            if let Some(state) = work.cells.get_mut(&key) {
                state.attempts = row.attempts;
                state.elapsed_ms = row.elapsed_ms;
                state.answered_at = Some(now);
                state.deadline = row.deadline.or(state.deadline);
                state.next_poll_at = row.next_poll_at;
                state.answer = Some(one.reply.answer);
            }
        }
        self.0.hub.tell(work.case.id);
        Ok(())
    }

    fn seal_answer(
        &self,
        case: Uuid,
        answer: &Answer,
    ) -> Result<Option<crate::store::SealedDocument>, VerificationError> {
        if !answers::has_contents(answer) {
            return Ok(None);
        }
        let bytes = serde_json::to_vec(answer).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
        sealing::seal(&self.0.keys, case, DocumentKind::Evidence, &bytes).map(Some)
    }

    /// The state a case has after a version.
    pub(super) fn state_after(work: &Work) -> CaseState {
        if pending(&work.cells) == 0 { CaseState::Final } else { CaseState::Waiting }
    }
}

fn planned(cell: &PlannedCell, now: Timestamp) -> CellState {
    let answer = cell.decision.as_ref().err().map(|why| Answer::Skipped { why: *why });
    CellState {
        answered_at: answer.as_ref().map(|_| now),
        answer,
        attempts: 0,
        elapsed_ms: 0,
        planned_at: now,
        next_poll_at: None,
        deadline: None,
    }
}

fn pending(cells: &Cells) -> usize {
    cells.values().filter(|state| state.is_pending()).count()
}

fn deadline_passed(member: MemberRef, source: SourceKey) -> Landed {
    let answer = Answer::Unavailable { why: Failure::DeadlinePassed };
    let reply = hedui_connectors::source::Reply {
        answer,
        attempts: 0,
        elapsed: std::time::Duration::ZERO,
        note: None,
        reused: None,
    };
    Landed { member, source, reply }
}

/// What a ticket was asked with; its answer is read by position, so only the dates matter.
fn query_of(work: &Work, member: &MemberRef) -> Query {
    let request = &work.request;
    let members = request.household.members.iter();
    let mut people = members.chain(request.household.obligors.iter().map(|obligor| &obligor.person));
    let person = people.find(|person| person.reference == *member);
    Query {
        name: person.map(|person| person.name.clone()).unwrap_or_default(),
        id_number: person.and_then(|person| person.id_number.clone()),
        birth_date: person.and_then(|person| person.birth_date),
        sex: person.and_then(|person| person.sex),
        as_of: request.as_of,
        window_from: window_start(request.as_of),
        asked_for: work.case.organisation.clone(),
        exchange_key: plan::exchange_key(work.case.id, member),
    }
}

/// A failure in words that name source, place and reason, never the person.
fn report_failure(landed: &Landed, case: Uuid) {
    match (&landed.reply.answer, landed.reply.note.as_deref()) {
        (Answer::Unavailable { why }, note) => {
            let note = note.unwrap_or("");
            tracing::warn!(%case, source = %landed.source, ?why, note, "a source gave no usable answer");
        }
        // the cell waits on, so nobody would hear of it before its deadline
        (Answer::Pending { .. }, Some(note)) => {
            tracing::warn!(%case, source = %landed.source, note, "a result could not be looked for");
        }
        _ => {}
    }
}
