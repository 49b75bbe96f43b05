//! What waits for a second person: asked for, agreed to, refused. Who asked never agrees, and nobody agrees twice: callers for whom the
//! same own number is registered (`kin`) are one person, and a system's account is none. What is put to others is in `asked`, how it is
//! shown in `shown`.
//!
//! | asked | by | agreed by |
//! |---|---|---|
//! | a decision that changes a total | caseworker, supervisor | another supervisor of the case's organisation |
//! | an erasure | caseworker, supervisor | another supervisor of the case's organisation |
//! | that evidence goes after a withdrawal | whoever entered it, or asks again after a refusal | another supervisor of the case's organisation (two, where a system's account entered or asked), or nobody refuses in time |
//! | an inspection | auditor | a supervisor **and** a security administrator of the case's organisation |

mod asked;
mod shown;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{DecideError, inspecting};
use crate::audit::{Action, Event};
use crate::auth::{Caller, Role};
use crate::household::Faults;
use crate::store::{ApprovalKind, ApprovalRow, CaseRow, CaseState, DocumentKind, Hand, Hands, Store, until_sha256};
use crate::verification::{VerificationError, Verifier, actor, sealing};

pub use asked::Asked;
pub(super) use asked::AskedFor;
use shown::summary;
pub use shown::{ApprovalDetail, ApprovalHand, ApprovalPage, ApprovalSummary};

impl Verifier {
    /// Agrees as the second person (of an inspection, and of a destruction that a system's account brought about, as one of two). With the last of
    /// them what was asked is done: the decision stands, the case is erased, locked evidence is destroyed, the inspection begins.
    ///
    /// # Errors
    /// [`DecideError::SamePerson`], [`DecideError::OtherRole`], [`DecideError::NotOpen`]; [`DecideError::Moved`] when the report is
    /// another one by now.
    pub async fn agree(&self, caller: &Caller, id: &str) -> Result<ApprovalSummary, DecideError> {
        let row = self.seen(caller, id).await?;
        let (now, own) = (self.0.clock.now(), self.ids_of(caller).await?);
        let role = hand_of(&row, caller, &own, now)?;
        must_be_shown(caller, &row)?;
        let case = self.0.store.get_case(row.case_id).await?;
        let (by, role) = (caller.subject.clone(), role.as_str().to_owned());
        let hand = Hand { by, role, at: now, agrees: true, reason: None };
        let event = |action| about(caller, &case, action, row.id, row.version);
        let given = event(Action::ApprovalGiven);
        match row.kind {
            ApprovalKind::Review => {
                let AskedFor::Review { decisions, .. } = self.asked_for(caller, &row).await? else {
                    return Err(unreadable().into());
                };
                let version = row.version.ok_or(DecideError::NoVersion)?;
                let asker = Caller { subject: row.asked_by.clone(), ..caller.clone() };
                let decision = self.review_decision(&asker, &case, version, &decisions)?;
                let then = Hands::Agree { until: None, decision: Some(Box::new(decision)) };
                let events = vec![event(Action::Reviewed), given];
                self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, then)).await?;
                self.go_on(&case);
            }
            ApprovalKind::Destruction => {
                let AskedFor::Destruction { by_system, .. } = self.asked_for(caller, &row).await? else {
                    return Err(unreadable().into());
                };
                // whoever runs a system's account may be the one who agrees: there it takes one more
                if row.hands.is_empty() && by_system {
                    self.0.ledger.decided(vec![given], Store::raising_hand(row.clone(), hand, Hands::More)).await?;
                } else {
                    let events = vec![event(Action::EvidenceDestroyed), given];
                    self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, Hands::Destroy)).await?;
                    self.erased(&case).await?;
                }
            }
            ApprovalKind::Erasure => {
                let events = vec![event(Action::Erased), given];
                self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, Hands::Erase)).await?;
                self.erased(&case).await?;
            }
            ApprovalKind::Inspection => {
                let last = row.hands.iter().any(|other| other.agrees);
                let hours = SignedDuration::from_hours(i64::from(row.hours.unwrap_or(1)));
                let until = last.then(|| now.checked_add(hours).unwrap_or(Timestamp::MAX));
                let then = match until {
                    Some(_) => Hands::Agree { until, decision: None },
                    None => Hands::More,
                };
                let granted = until.map(|until| event(Action::InspectionGranted).detail(until_sha256(until)));
                let events = granted.into_iter().chain([given]).collect();
                self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, then)).await?;
            }
        }
        Ok(summary(&self.0.store.approval(row.id).await?, caller, &own, now))
    }

    /// Refuses, or takes back what the caller asked, but for a destruction. One refusal closes it; an inspection that was agreed to ends with it.
    /// What was to be destroyed stays locked, for a reason, until that is asked for again.
    ///
    /// # Errors
    /// As [`Verifier::agree`]; whoever asked may take it back, but for a destruction. [`DecideError::Faults`] where a destruction is refused
    /// without a reason.
    pub async fn refuse_approval(
        &self,
        caller: &Caller,
        id: &str,
        reason: Option<&str>,
    ) -> Result<ApprovalSummary, DecideError> {
        let row = self.seen(caller, id).await?;
        let (now, own) = (self.0.clock.now(), self.ids_of(caller).await?);
        if inspecting::lasts(&row, now) {
            if reason.is_some() {
                let mut faults = Faults::default();
                let remedy = ["不带 reason 重发", "send it without a reason"];
                faults.add(
                    "/reason",
                    "reason",
                    "结束查阅不保存理由",
                    "no reason is kept of an inspection's end",
                    remedy,
                );
                return Err(DecideError::Faults(faults.0));
            }
            self.end_inspection(caller, &row).await?;
            return Ok(summary(&self.0.store.approval(row.id).await?, caller, &own, now));
        }
        // whoever took an authorisation back does not keep what was had under it
        let takes_back = row.kind != ApprovalKind::Destruction && own.contains(&row.asked_by) && row.is_open(now);
        let role = match takes_back {
            true => caller.roles.first().copied().ok_or(DecideError::OtherRole)?,
            false => hand_of(&row, caller, &own, now)?,
        };
        if row.kind == ApprovalKind::Destruction && reason.is_none() {
            let mut faults = Faults::default();
            let remedy =
                ["写明不同意销毁的理由，1 至 1000 字", "say why it is not to be destroyed, in 1 to 1,000 characters"];
            faults.add("/reason", "reason", "理由缺失", "the reason is missing", remedy);
            return Err(DecideError::Faults(faults.0));
        }
        let case = self.0.store.get_case(row.case_id).await?;
        let sealed = reason.map(|reason| {
            let bytes = serde_json::to_vec(reason).map_err(|_| VerificationError::Unreadable { what: "reason" })?;
            sealing::seal(&self.0.keys, case.id, DocumentKind::Approval, &bytes)
        });
        let sealed = sealed.transpose()?.map(Box::new);
        let (by, role) = (caller.subject.clone(), role.as_str().to_owned());
        let hand = Hand { by, role, at: now, agrees: false, reason: sealed.as_ref().map(|sealed| sealed.id) };
        let event = about(caller, &case, Action::ApprovalRefused, row.id, row.version);
        self.0.ledger.decided(vec![event], Store::raising_hand(row.clone(), hand, Hands::Refuse(sealed))).await?;
        Ok(summary(&self.0.store.approval(row.id).await?, caller, &own, now))
    }

    /// An approval that the caller may see.
    async fn seen(&self, caller: &Caller, id: &str) -> Result<ApprovalRow, DecideError> {
        let id = Uuid::parse_str(id).map_err(|_| DecideError::NotFound)?;
        let row = self.0.store.approval(id).await?;
        let covers = caller.covers(&row.organisation, row.region.as_str());
        let office = row.kind != ApprovalKind::Inspection && caller.roles.contains(&Role::Caseworker);
        let supervises = (caller.roles.contains(&Role::Supervisor) || office) && covers;
        let guards = caller.roles.contains(&Role::SecurityAdmin)
            && row.kind == ApprovalKind::Inspection
            && row.organisation == caller.organisation;
        let asked = row.asked_by == caller.subject && (covers || row.kind == ApprovalKind::Inspection);
        if !(supervises || guards || asked) {
            self.denied(caller, Some(row.case_id), "scope").await?;
            return Err(DecideError::NotFound);
        }
        self.must_stand_apart_from(caller, row.case_id).await?;
        Ok(row)
    }

    async fn asked_for(&self, caller: &Caller, row: &ApprovalRow) -> Result<AskedFor, DecideError> {
        self.opened_for(caller, row, row.document).await
    }

    /// One of an approval's documents, opened for somebody.
    async fn opened_for<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        row: &ApprovalRow,
        document: Uuid,
    ) -> Result<T, DecideError> {
        let case = self.0.store.get_case(row.case_id).await?;
        if case.state == CaseState::Erased {
            return Err(DecideError::State(case.state));
        }
        let receipt = self.0.ledger.looked_at(caller, &case).await?;
        let sealed = sealing::open(&self.0.store, &self.0.keys, &receipt, case.id, document).await?;
        Ok(serde_json::from_slice(&sealed).map_err(|_| unreadable())?)
    }
}

fn unreadable() -> VerificationError {
    VerificationError::Unreadable { what: "approval" }
}

/// An entry about what waits, or waited, for a second person.
pub(super) fn about(caller: &Caller, case: &CaseRow, action: Action, approval: Uuid, version: Option<u32>) -> Event {
    let event = Event::new(&actor(caller), action).case(case.id).purpose(case.purpose).approval(approval);
    match version {
        Some(version) => event.version(version),
        None => event,
    }
}

/// Decisions on records tell what the whole report says: they are shown, and agreed to, by whoever is shown that.
fn must_be_shown(caller: &Caller, row: &ApprovalRow) -> Result<(), DecideError> {
    let shown = caller.sees_answers();
    if shown || row.kind != ApprovalKind::Review { Ok(()) } else { Err(DecideError::Undisclosed) }
}

/// Fails for a system's account: where two persons are needed it is neither of them.
pub(super) fn must_be_a_person(caller: &Caller) -> Result<(), DecideError> {
    if caller.is_system { Err(DecideError::NotAPerson) } else { Ok(()) }
}

/// In which role a caller may raise a hand now.
fn hand_of(row: &ApprovalRow, caller: &Caller, own: &BTreeSet<String>, now: Timestamp) -> Result<Role, DecideError> {
    if !row.is_open(now) {
        return Err(DecideError::NotOpen);
    }
    must_be_a_person(caller)?;
    let has_hand = own.contains(&row.asked_by) || row.hands.iter().any(|hand| own.contains(&hand.by));
    if has_hand || row.withdrawn_by.iter().any(|by| own.contains(by)) {
        return Err(DecideError::SamePerson);
    }
    let has = |role: Role| caller.roles.contains(&role);
    let raised = |role: Role| row.hands.iter().any(|hand| hand.role == role.as_str());
    let supervises = has(Role::Supervisor) && caller.covers(&row.organisation, row.region.as_str());
    let guards =
        has(Role::SecurityAdmin) && row.kind == ApprovalKind::Inspection && row.organisation == caller.organisation;
    match (supervises, guards) {
        (true, _) if row.kind == ApprovalKind::Destruction || !raised(Role::Supervisor) => Ok(Role::Supervisor),
        (_, true) if !raised(Role::SecurityAdmin) => Ok(Role::SecurityAdmin),
        _ => Err(DecideError::OtherRole),
    }
}
