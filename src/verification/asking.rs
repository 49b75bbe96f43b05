//! How a case's cells are asked, polled and ended. Every planned cell ends, or waits with a ticket: one that can be asked no more, one
//! whose source said nothing and one whose source fell over are gaps with a reason, never open for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use hedui_connectors::source::{ExchangeKey, Query, Reply, Source};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use super::answers::{self, CellState, SealedAnswer};
use super::case_work::Work;
use super::fanout::{Ask, FanOut, Landed, Look};
use super::plan::{self, PlannedCell, PlannedSource};
use super::{VerificationError, Verifier, sealing};
use crate::household::{Answer, Failure, IdNumber, Lane, MemberRef, Request, Skip, SourceKey};
use crate::store::{
    AuditReceipt, CaseRow, CellWrite, DecisionKind, DocumentKind, Effect, NewCell, Plan, PutOff, SealedDocument, Store,
    StoreError,
};

/// When departments that were too slow for the first version of an urgent case are asked again.
const AFTER_FIRST_VERSION: SignedDuration = SignedDuration::from_secs(1);

/// Answers that are being written.
pub(super) struct Recording {
    keys: Vec<Key>,
    write: JoinHandle<Result<Vec<CellWrite>, StoreError>>,
}

/// Which cell.
type Key = (MemberRef, SourceKey);
/// A query that may go out once its entry is in the log.
type Question = (Key, Arc<dyn Source>, Query);

impl Verifier {
    /// Plans what is not planned, if `anew`, and asks what is planned and has no answer.
    pub(super) async fn ask(&self, work: &mut Work, anew: bool) -> Result<(), VerificationError> {
        let now = self.0.clock.now();
        let is_open = |state: &CellState| state.answer.is_none() && !state.is_put_off(now);
        let open: BTreeSet<Key> =
            work.cells.iter().filter(|(_, state)| is_open(state)).map(|(key, _)| key.clone()).collect();
        if !anew && open.is_empty() {
            return Ok(());
        }
        let (mut new, mut decided) = (Vec::new(), BTreeMap::new());
        for cell in self.plan(&work.case, &work.request).await? {
            let key = (cell.member.clone(), cell.source.clone());
            if open.contains(&key) {
                decided.insert(key, cell.decision);
            } else if anew && !work.cells.contains_key(&key) {
                new.push(cell);
            }
        }
        let (mut questions, mut ended, mut later) = (Vec::new(), Vec::new(), Vec::new());
        let asked_now = new.iter().filter(|cell| cell.decision.is_ok()).map(|cell| &cell.source);
        let planned_for = self.turns(work.case.lane, asked_now, false);
        let asked_again = open.iter().filter(|key| decided.get(*key).is_some_and(Result::is_ok)).map(|key| &key.1);
        let put_off_to = self.turns(work.case.lane, asked_again, true);
        for cell in &new {
            if planned_for.contains_key(&cell.source) {
                continue;
            }
            if let (Ok(query), Some(source)) = (&cell.decision, self.0.departments.source(&cell.source)) {
                questions.push(((cell.member.clone(), cell.source.clone()), source, query.clone()));
            }
        }
        for key in open {
            if let (Some(ask_at), Some(state)) = (put_off_to.get(&key.1), work.cells.get(&key)) {
                later.push(PutOff {
                    ask_at: *ask_at,
                    asks: state.asks,
                    attempts: state.attempts,
                    elapsed_ms: state.elapsed_ms,
                    member_ref: key.0,
                    source: key.1,
                });
                continue;
            }
            // What has been switched off, has run out or has gone since it was planned is not asked, and says so.
            let decision = decided.remove(&key);
            match (decision, self.0.departments.source(&key.1)) {
                (Some(Ok(query)), Some(source)) => {
                    let query = of_round(work, &key.0, query);
                    questions.push((key, source, query));
                }
                (Some(Err(why)), _) => ended.push(without_asking(key, Answer::Skipped { why })),
                _ => ended.push(without_asking(key, Answer::Unavailable { why: Failure::NotConfigured })),
            }
        }
        let asks = self.enter(work, new, questions, &planned_for).await?;
        self.put_off(work, later).await?;
        self.record(work, ended).await?;
        let limit = self.limit_of(work);
        if !self.collect(work, FanOut::submit(asks), limit).await? {
            self.leave_for_later(work).await?;
        }
        Ok(())
    }

    pub(super) async fn plan(&self, case: &CaseRow, request: &Request) -> Result<Vec<PlannedCell>, StoreError> {
        let withdrawn = self.withdrawn_members(case, request).await?;
        let departments = &self.0.departments;
        let sources: Vec<_> = departments.descriptors().collect();
        let sources: Vec<_> = sources
            .iter()
            .map(|descriptor| PlannedSource { descriptor, enabled: departments.is_enabled(&descriptor.key) })
            .collect();
        let today = self.0.clock.today();
        Ok(plan::plan(case.id, case.lane, request, &case.organisation, &sources, &withdrawn, today))
    }

    /// Enters every query in the log and plans the new cells, all in one commit. What comes out may be asked.
    async fn enter(
        &self,
        work: &mut Work,
        new: Vec<PlannedCell>,
        questions: Vec<Question>,
        planned_for: &BTreeMap<SourceKey, Timestamp>,
    ) -> Result<Vec<Ask>, VerificationError> {
        let asked: Vec<_> = questions.iter().map(|((member, source), ..)| (member, source)).collect();
        let entry_of: BTreeMap<_, usize> = asked.iter().copied().zip(0..).collect();
        let now = self.0.clock.now();
        let mut cells = Vec::with_capacity(new.len());
        for cell in &new {
            let plan = match (&cell.decision, entry_of.get(&(&cell.member, &cell.source))) {
                (Err(why), _) => Plan::Skip { why: answers::word(why)? },
                (Ok(_), Some(entry)) => Plan::Ask { entry: *entry },
                // a department that has gone meanwhile is found missing when the cell is asked
                (Ok(_), None) => Plan::Later { at: planned_for.get(&cell.source).copied().unwrap_or(now) },
            };
            let (member_ref, source) = (cell.member.clone(), cell.source.clone());
            cells.push(NewCell { member_ref, source, plan, speaks_for: cell.speaks_for.clone() });
        }
        let plans: Vec<Plan> = cells.iter().map(|cell| cell.plan.clone()).collect();
        let plan = (!cells.is_empty()).then(|| Store::planning(work.lease.clone(), cells, now));
        let receipts = match plan {
            Some(plan) if asked.is_empty() => {
                self.0.store.apply(plan, vec![work.receipt.clone()]).await?;
                Vec::new()
            }
            None if asked.is_empty() => Vec::new(),
            plan => self.enter_queries(work, &asked, plan).await?,
        };
        if receipts.len() != questions.len() {
            return Err(VerificationError::Uneven { what: "entries of queries" });
        }
        for (cell, planned) in new.iter().zip(plans) {
            let ask_at = if let Plan::Later { at } = planned { Some(at) } else { None };
            let state = CellState { ask_at, ..CellState::planned(cell, now) };
            work.cells.insert((cell.member.clone(), cell.source.clone()), state);
        }
        if !new.is_empty() {
            self.0.hub.tell(work.case.id);
        }
        let asks = questions.into_iter().zip(receipts);
        let ask = |(((member, _), source, query), receipt): (Question, AuditReceipt)| {
            let query = Query { entry: Some(*receipt.leaf_hash()), ..query };
            Ask { source, member, query, receipt }
        };
        Ok(asks.map(ask).collect())
    }

    async fn enter_queries(
        &self,
        work: &Work,
        asked: &[(&MemberRef, &SourceKey)],
        plan: Option<Effect<u64>>,
    ) -> Result<Vec<AuditReceipt>, VerificationError> {
        // what is asked again was planned by another commit: whoever lost the case asks nobody
        let plan = plan.unwrap_or_else(|| Store::holding(work.lease.clone()));
        let subject = |number: &IdNumber| self.subject_tag(number);
        let authorisation = |number: &str| self.tag("authorisation", number);
        self.0.ledger.queried(&work.case, &work.request, asked, plan, subject, authorisation).await
    }

    /// Polls the tickets that are due, a last time those whose deadline has passed, which end if they still wait. Goes by the cells
    /// alone: a definition that is gone keeps nobody waiting. Whether there was anything to do.
    pub(super) async fn poll(&self, work: &mut Work) -> Result<bool, VerificationError> {
        let now = self.0.clock.now();
        let (mut looks, mut late) = (Vec::new(), Vec::new());
        self.end_tickets_without_consent(work).await?;
        for (key, state) in &work.cells {
            let Some(Answer::Pending { ticket }) = &state.answer else { continue };
            let expired = state.deadline.is_none_or(|deadline| deadline <= now);
            if expired {
                late.push(key.clone());
            }
            let due = expired || state.next_poll_at.is_none_or(|due| due <= now);
            if let (true, Some(source), Some(query)) = (due, self.0.departments.source(&key.1), query_of(work, &key.0))
            {
                looks.push(Look { source, member: key.0.clone(), ticket: ticket.clone(), query });
            }
        }
        let polled = !looks.is_empty() || !late.is_empty();
        self.collect(work, FanOut::poll(looks), None).await?;
        late.retain(|key| work.cells.get(key).is_some_and(CellState::is_pending));
        let passed = |key| without_asking(key, Answer::Unavailable { why: Failure::DeadlinePassed });
        self.record(work, late.into_iter().map(passed).collect()).await?;
        Ok(polled)
    }

    /// Tickets about members whose authorisation was taken back, in this case or another, are not looked for any more.
    async fn end_tickets_without_consent(&self, work: &mut Work) -> Result<(), VerificationError> {
        if !work.cells.values().any(CellState::is_pending) {
            return Ok(());
        }
        let withdrawn = self.withdrawn_members(&work.case, &work.request).await?;
        let pending = work.cells.iter().filter(|((member, _), state)| state.is_pending() && withdrawn.contains(member));
        let ended = pending.map(|(key, _)| without_asking(key.clone(), Answer::Skipped { why: Skip::Withdrawn }));
        let ended = ended.collect();
        self.record(work, ended).await
    }

    /// Records answers as they land, until `limit` if there is one; whether all of them came. The last of them are still being written when
    /// this returns: see [`Work::recording`].
    async fn collect(
        &self,
        work: &mut Work,
        mut answers: FanOut,
        limit: Option<Instant>,
    ) -> Result<bool, VerificationError> {
        loop {
            let landed = match limit {
                None => answers.next().await,
                Some(limit) => match tokio::time::timeout_at(limit, answers.next()).await {
                    Ok(landed) => landed,
                    // dropped, the exchanges under way end: whoever is still to answer is asked again later
                    Err(_) => {
                        let landed = answers.gathered();
                        drop(answers);
                        self.record(work, landed).await?;
                        return Ok(false);
                    }
                },
            };
            if landed.is_empty() {
                return Ok(true);
            }
            self.record(work, landed).await?;
        }
    }

    /// Until when the first version of an urgent case (救急难) waits for departments: help does not wait for a slow one.
    fn limit_of(&self, work: &Work) -> Option<Instant> {
        let waits = work.case.lane != Lane::Urgent || work.case.latest_version.is_some();
        (!waits).then(|| Instant::now() + self.0.settings.urgent_patience)
    }

    /// Has cells without an answer asked again once the first version stands.
    async fn leave_for_later(&self, work: &mut Work) -> Result<(), VerificationError> {
        let now = self.0.clock.now();
        let ask_at = now.checked_add(AFTER_FIRST_VERSION).unwrap_or(now);
        let open = work.cells.iter().filter(|(_, state)| state.answer.is_none() && !state.is_put_off(now));
        let put_off = |((member_ref, source), state): (&Key, &CellState)| PutOff {
            member_ref: member_ref.clone(),
            source: source.clone(),
            ask_at,
            asks: state.asks,
            attempts: state.attempts,
            elapsed_ms: state.elapsed_ms,
        };
        let later = open.map(put_off).collect();
        self.put_off(work, later).await
    }

    /// Seals answers in one document and has them written in one commit, which is waited for by [`Verifier::settle`]: what follows from
    /// them is reckoned meanwhile.
    async fn record(&self, work: &mut Work, landed: Vec<Landed>) -> Result<(), VerificationError> {
        let landed: Vec<_> = landed
            .into_iter()
            .map(|one| ((one.member.clone(), one.source.clone()), one))
            .filter(|(key, _)| work.cells.contains_key(key))
            .collect();
        let (landed, later) = self.part(work, landed);
        self.put_off(work, later).await?;
        if landed.is_empty() {
            return Ok(());
        }
        self.settle(work).await?;
        // An answer that was had for somebody else's query is entered, with the entry of that query, before it is kept.
        let reused = landed.iter().filter_map(|((member, source), one)| {
            one.reply.reused.map(|first| (member.clone(), source.clone(), first.entry))
        });
        self.0.ledger.reused(&work.case, reused).await?;
        let now = self.0.clock.now();
        let evidence = self.seal_answers(work, &landed)?;
        let (mut keys, mut rows) = (Vec::with_capacity(landed.len()), Vec::with_capacity(landed.len()));
        for (key, one) in landed {
            let Some(state) = work.cells.get_mut(&key) else { continue };
            let sealed = evidence.as_ref().map(|document| document.id).filter(|_| is_sealed(state, &one.reply.answer));
            let mut row = answers::row(&one, state, sealed, &self.0.departments.polling(&one.source), now)?;
            if let Some(at) = row.next_poll_at
                && let Some(opens) = self.0.departments.opens(&key.1, work.case.lane, at)
            {
                // nobody is there to be asked for a result
                row.next_poll_at = Some(row.deadline.map_or(opens, |deadline| opens.min(deadline)));
            }
            report_failure(&one, work.case.id, work.case.lane);
            *state = state.after(&row, one.reply.answer);
            keys.push(key);
            rows.push(row);
        }
        let (store, receipt, lease) = (self.0.store.clone(), work.receipt.clone(), work.lease.clone());
        let evidence = evidence.into_iter().collect();
        let hub = self.0.hub.clone();
        // Whoever watches hears of them as soon as they stand, however long the next answer takes.
        let write = tokio::spawn(async move {
            let writes = store.record_answers(&receipt, &lease, rows, evidence).await?;
            hub.tell(lease.case_id);
            Ok(writes)
        });
        work.recording = Some(Recording { keys, write });
        Ok(())
    }

    /// Waits until what was recorded last stands in the store. Whether a cell had ended otherwise: then what was reckoned from it is void.
    pub(super) async fn settle(&self, work: &mut Work) -> Result<bool, VerificationError> {
        let Some(Recording { keys, write }) = work.recording.take() else { return Ok(false) };
        let writes = write.await.map_err(|_| VerificationError::Panicked)??;
        if writes.len() != keys.len() {
            return Err(VerificationError::Uneven { what: "answers recorded" });
        }
        let outcomes = keys.into_iter().zip(writes);
        let ended_before =
            outcomes.filter(|(_, write)| *write == CellWrite::AlreadyEnded).map(|(key, _)| key).collect();
        self.read_again(work, &ended_before).await?;
        Ok(!ended_before.is_empty())
    }

    /// What stands in the store is what the version is made of: cells that had ended otherwise are taken from there.
    async fn read_again(&self, work: &mut Work, keys: &BTreeSet<Key>) -> Result<(), VerificationError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut rows = self.0.store.cells(work.case.id).await?;
        rows.retain(|row| keys.contains(&(row.member_ref.clone(), row.source.clone())));
        let cells = self.read_cells(&work.receipt, &rows).await?;
        work.cells.extend(cells);
        Ok(())
    }

    /// One document with every answer that must be had again; none when there is none.
    fn seal_answers(&self, work: &Work, landed: &[(Key, Landed)]) -> Result<Option<SealedDocument>, VerificationError> {
        let sealed: Vec<_> = landed
            .iter()
            .filter(|(key, one)| is_sealed(&work.cells[key], &one.reply.answer))
            .map(|((member, source), one)| SealedAnswer {
                member: member.clone(),
                source: source.clone(),
                answer: &one.reply.answer,
            })
            .collect();
        if sealed.is_empty() {
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&sealed).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
        sealing::seal(&self.0.keys, work.case.id, DocumentKind::Evidence, &bytes).map(Some)
    }
}

/// Whether an answer is to be sealed: one with contents, but for a ticket that is sealed already.
fn is_sealed(before: &CellState, answer: &Answer) -> bool {
    let same_ticket = before.is_pending() && before.answer.as_ref() == Some(answer);
    !same_ticket && answers::has_contents(answer)
}

fn without_asking((member, source): Key, answer: Answer) -> Landed {
    Landed { member, source, reply: Reply { answer, attempts: 0, elapsed: Duration::ZERO, note: None, reused: None } }
}

/// What a ticket was asked with.
fn query_of(work: &Work, member: &MemberRef) -> Option<Query> {
    let person = plan::people(&work.request).find(|person| person.reference == *member)?;
    let query = plan::query(work.case.id, work.case.lane, &work.request, &work.case.organisation, person);
    Some(of_round(work, member, query))
}

/// A query as it is put to a department. After an objection, or when somebody has it asked once more, the department itself must answer, and what it
/// was handed before is no repeat.
fn of_round(work: &Work, member: &MemberRef, query: Query) -> Query {
    if !work.decided.awaits(DecisionKind::Objection) && !work.decided.awaits(DecisionKind::AskedAgain) {
        return query;
    }
    let round = work.case.latest_version.unwrap_or(0).to_be_bytes();
    let exchange_key = ExchangeKey::of(&[work.case.id.as_bytes(), member.as_str().as_bytes(), &round]);
    Query { anew: true, exchange_key, ..query }
}

/// A failure in words that name source, place and reason, never the person.
fn report_failure(landed: &Landed, case: Uuid, lane: Lane) {
    if lane == Lane::Bulk {
        // thousands of lines would say the same: a department's state tells it once
        tracing::debug!(%case, source = %landed.source, note = landed.reply.note.as_deref().unwrap_or(""), "an answer in bulk");
        return;
    }
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
