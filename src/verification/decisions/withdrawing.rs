//! A member takes the authorisation back (撤回授权; Personal Information Protection Law, art. 15, 47): nobody is asked about them under its
//! number any more, in this case or another, nobody opens what was answered, and the next version leaves them open.
//!
//! What was answered is destroyed when a second person agrees, or when the time for a refusal is over (`retention.withdrawn_hours`): one person
//! alone cannot have evidence destroyed, and nobody reads it meanwhile.
//!
//! What was done before the withdrawal stays lawful (art. 15): a version that was issued is the record of an administrative act and is kept
//! until the case is erased. Drafts are locked, with the evidence they were made from, and so are the words of people about it (`words`).

mod words;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::approving::AskedFor;
use super::{DecideError, Decided};
use crate::audit::{Action, AuthorisationRef, Event, Label};
use crate::auth::Caller;
use crate::household::{AnswerKind, Member, MemberRef, Request};
use crate::store::{
    ApprovalKind, AuditReceipt, CaseRow, CaseState, DecisionKind, DocumentKind, NewApproval, NewDecision, Shredding,
    Store, StoreError, Tag,
};
use crate::verification::answers::SealedAnswer;
use crate::verification::case_work::Work;
use crate::verification::{VerificationError, Verifier, actor, plan, sealing};

/// Domain of the tags of numbers of authorisations, each with the person it is of.
const WHOSE_AUTHORISATION: &str = "authorisation-of";
/// Cases that are read at a time.
const A_PAGE: u32 = 100;
/// Times that it is tried when a version comes in between.
const TRIES: u32 = 5;

/// What followed from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Withdrawn {
    /// Whose.
    pub member: String,
    /// Whether another version of the report is made.
    pub another_version: bool,
    /// When what was answered is destroyed, unless somebody else agrees before, or refuses: `/v1/approvals`.
    pub destroyed_at: String,
}

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    member: MemberRef,
    reason: String,
    /// Whether a system's account entered it, behind which anybody may stand.
    #[serde(default)]
    by_system: bool,
}

impl Verifier {
    /// Takes a member's authorisation back.
    ///
    /// # Errors
    /// [`DecideError::NothingToWithdraw`] of somebody without one; [`DecideError::NotFound`]; [`DecideError::State`] of an erased case.
    pub async fn withdraw(
        &self,
        caller: &Caller,
        id: &str,
        member: &str,
        reason: &str,
    ) -> Result<Withdrawn, DecideError> {
        let mut tries = 0;
        loop {
            match self.withdraw_once(caller, id, member, reason).await {
                Err(DecideError::Moved) if tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn withdraw_once(
        &self,
        caller: &Caller,
        id: &str,
        member: &str,
        reason: &str,
    ) -> Result<Withdrawn, DecideError> {
        let case = self.case(caller, id).await?;
        if case.state == CaseState::Erased {
            return Err(DecideError::State(case.state));
        }
        let receipt = self.0.ledger.looked_at(caller, &case).await?;
        let request = self.request_of(&receipt, &case).await?;
        let person = plan::people(&request).find(|person| person.reference.as_str() == member);
        let person = person.ok_or(DecideError::NotFound)?;
        let authorisation = person.authorisation.as_ref().ok_or(DecideError::NothingToWithdraw)?;
        let number = self.tag(WHOSE_AUTHORISATION, &name_of(person, &authorisation.number));
        let known = self.tags(WHOSE_AUTHORISATION, &name_of(person, &authorisation.number));
        if !self.0.store.withdrawn(&case.organisation, &known).await?.is_empty() {
            let cells = self.0.store.cells(case.id).await?;
            let mut theirs = cells.iter().filter(|cell| cell.member_ref == person.reference);
            // one that still bears its mark is not done yet
            let marked = case.reopened_for == Some(DecisionKind::Withdrawal);
            if !marked && theirs.all(|cell| cell.kind == Some(AnswerKind::Skipped)) {
                return Err(DecideError::NothingToWithdraw);
            }
        }
        let kept = Kept { member: person.reference.clone(), reason: reason.to_owned(), by_system: caller.is_system };
        let bytes = serde_json::to_vec(&kept).map_err(|_| VerificationError::Unreadable { what: "withdrawal" })?;
        let withdrawal = NewDecision {
            kind: DecisionKind::Withdrawal,
            case_id: case.id,
            version: case.latest_version.unwrap_or(0),
            decided_by: caller.subject.clone(),
            at: self.0.clock.now(),
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Withdrawal, &bytes)?,
        };
        let reference = AuthorisationRef::new(&authorisation.number, |number| self.tag("authorisation", number));
        let mut event = Event::new(&actor(caller), Action::AuthorisationWithdrawn).case(case.id).purpose(case.purpose);
        event = event.authorisation(reference);
        if let Ok(label) = Label::new(person.reference.as_str()) {
            event = event.member(label);
        }
        if let Some(id_number) = &person.id_number {
            event = event.subject(self.subject_tag(id_number));
        }
        let destruction = self.destruction(caller, &case, &person.reference)?;
        let destroyed_at = destruction.lapses_at.to_string();
        let asked = Event::new(&actor(caller), Action::ApprovalAsked)
            .case(case.id)
            .purpose(case.purpose)
            .approval(destruction.id);
        let organisation = case.organisation.clone();
        let effect = Store::withdrawing(withdrawal, person.reference.clone(), organisation, number, destruction);
        self.0.ledger.decided(vec![event, asked], effect).await?;
        // as it stands now: it may have been cancelled meanwhile
        let case = self.0.store.get_case(case.id).await?;
        let another_version = !case.state.at_rest();
        match another_version {
            true => self.go_on(&case),
            false => self.follow_at_rest(&receipt, &case).await?,
        }
        Ok(Withdrawn { member: member.to_owned(), another_version, destroyed_at })
    }

    /// What a second person may agree to, or refuse, until it is done without one.
    fn destruction(
        &self,
        caller: &Caller,
        case: &CaseRow,
        member: &MemberRef,
    ) -> Result<NewApproval, VerificationError> {
        let asked = AskedFor::Destruction { member: member.clone() };
        let bytes = serde_json::to_vec(&asked).map_err(|_| VerificationError::Unreadable { what: "approval" })?;
        let (at, wait) = (self.0.clock.now(), SignedDuration::try_from(self.0.settings.withdrawn_wait));
        Ok(NewApproval {
            id: Uuid::now_v7(),
            kind: ApprovalKind::Destruction,
            case_id: case.id,
            version: None,
            asked_by: caller.subject.clone(),
            asked_for: caller.organisation.clone(),
            at,
            lapses_at: at.checked_add(wait.unwrap_or(SignedDuration::ZERO)).unwrap_or(at),
            hours: None,
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Approval, &bytes)?,
        })
    }

    /// The people of a case whose authorisations were taken back, here or in another case of the organisation.
    pub(in crate::verification) async fn withdrawn_members(
        &self,
        case: &CaseRow,
        request: &Request,
    ) -> Result<BTreeSet<MemberRef>, StoreError> {
        let numbered = plan::people(request)
            .filter_map(|person| Some((person, &person.authorisation.as_ref()?.number)))
            .map(|(person, number)| (&person.reference, self.tags(WHOSE_AUTHORISATION, &name_of(person, number))));
        let numbered: Vec<(&MemberRef, Vec<Tag>)> = numbered.collect();
        let all: Vec<Tag> = numbered.iter().flat_map(|(_, tags)| tags.iter().copied()).collect();
        let withdrawn = self.0.store.withdrawn(&case.organisation, &all).await?;
        let gone = numbered.into_iter().filter(|(_, tags)| tags.iter().any(|tag| withdrawn.contains(tag)));
        Ok(gone.map(|(reference, _)| reference.clone()).collect())
    }

    /// Whether a system's account entered a withdrawal of the case.
    pub(super) async fn is_withdrawn_by_system(&self, caller: &Caller, case: &CaseRow) -> Result<bool, DecideError> {
        let receipt = self.0.ledger.looked_at(caller, case).await?;
        let decisions = self.0.store.decisions(case.id).await?;
        for withdrawal in decisions.iter().filter(|decision| decision.kind == DecisionKind::Withdrawal) {
            let sealed = sealing::open(&self.0.store, &self.0.keys, &receipt, case.id, withdrawal.document).await?;
            let kept: Kept =
                serde_json::from_slice(&sealed).map_err(|_| VerificationError::Unreadable { what: "withdrawal" })?;
            if kept.by_system {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a withdrawal left without a place, to be locked with the next version: answers that no cell names any more, and words about
    /// the member. Those that share a document with others are left out of it.
    pub(in crate::verification) async fn shredding(&self, work: &Work) -> Result<Option<Shredding>, VerificationError> {
        match work.decided.awaits(DecisionKind::Withdrawal) {
            true => self.without_a_place(&work.receipt, &work.case, &work.decided).await.map(Some),
            false => Ok(None),
        }
    }

    /// The same at once, of a case that no worker will make a version of; its mark is taken off.
    pub(super) async fn follow_at_rest(&self, receipt: &AuditReceipt, case: &CaseRow) -> Result<(), VerificationError> {
        let decided = self.decided(receipt, case).await?;
        let shredding = match decided.awaits(DecisionKind::Withdrawal) {
            true => Some(self.without_a_place(receipt, case, &decided).await?),
            false => None,
        };
        Ok(self.0.store.unmark_at_rest(receipt, case.id, shredding).await?)
    }

    /// Does for cases at rest what a process that died, or gave up, has left undone of a person's word.
    pub(in crate::verification) async fn follow_what_was_left(&self) -> Result<(), VerificationError> {
        let mut after = None;
        loop {
            let page = self.0.store.marked_at_rest(after, A_PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            for id in page.iter().filter(|id| !self.0.not_followed.contains_key(*id)) {
                // what cannot be done for one case keeps no other waiting
                if let Err(error) = self.follow_left(*id).await {
                    tracing::error!(case = %id, %error, "what was to follow from a person's word cannot be done; tried again in an hour");
                    self.0.not_followed.insert(*id, ());
                }
            }
        }
    }

    async fn follow_left(&self, id: Uuid) -> Result<(), VerificationError> {
        let case = self.0.store.get_case(id).await?;
        let receipt = self.0.ledger.resumed(id, case.purpose).await?;
        self.follow_at_rest(&receipt, &case).await
    }

    async fn without_a_place(
        &self,
        receipt: &AuditReceipt,
        case: &CaseRow,
        decided: &Decided,
    ) -> Result<Shredding, VerificationError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let cells = store.cells(case.id).await?;
        let mut shredding = self.words_about_who_withdrew(receipt, case, &cells, decided).await?;
        for document in store.documents_of(case.id, DocumentKind::Evidence).await? {
            if !cells.iter().any(|cell| cell.evidence_document == Some(document)) {
                shredding.gone.push(document);
                continue;
            }
            let sealed = sealing::open(store, keys, receipt, case.id, document).await?;
            let answers: Vec<SealedAnswer> =
                serde_json::from_slice(&sealed).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
            let all = answers.len();
            let named = |answer: &SealedAnswer| {
                cells.iter().any(|cell| {
                    cell.evidence_document == Some(document)
                        && cell.member_ref == answer.member
                        && cell.source == answer.source
                })
            };
            let standing: Vec<SealedAnswer> = answers.into_iter().filter(named).collect();
            if standing.is_empty() {
                shredding.gone.push(document);
            } else if standing.len() < all {
                let bytes =
                    serde_json::to_vec(&standing).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
                shredding.replaced.push((document, sealing::seal(keys, case.id, DocumentKind::Evidence, &bytes)?));
            }
        }
        Ok(shredding)
    }

    async fn request_of(&self, receipt: &AuditReceipt, case: &CaseRow) -> Result<Request, VerificationError> {
        let sealed = sealing::open(&self.0.store, &self.0.keys, receipt, case.id, case.request_document).await?;
        serde_json::from_slice(&sealed).map_err(|_| VerificationError::Unreadable { what: "request" })
    }
}

/// A number of an authorisation stands for one person's: a letter that several signed is taken back by each alone.
fn name_of(person: &Member, number: &str) -> String {
    let who = match (&person.id_number, person.birth_date) {
        (Some(id_number), _) => id_number.expose().to_owned(),
        (None, Some(born)) => format!("{}\n{born}", person.name.expose()),
        (None, None) => person.name.expose().to_owned(),
    };
    format!("{number}\n{who}")
}

/// Whose authorisation a sealed withdrawal is about.
pub(super) fn whose(sealed: &[u8]) -> Result<MemberRef, VerificationError> {
    let kept: Kept =
        serde_json::from_slice(sealed).map_err(|_| VerificationError::Unreadable { what: "withdrawal" })?;
    Ok(kept.member)
}
