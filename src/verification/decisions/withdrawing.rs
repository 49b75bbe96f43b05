//! A member takes the authorisation back (撤回授权; Personal Information Protection Law, art. 15, 47): nobody is asked about them under its
//! number any more, in this case or another, nobody opens what was answered, and the next version leaves them open.
//!
//! What was answered is locked in the commit of the entry, and destroyed when a second person agrees, or when the time for a refusal is over
//! (`retention.withdrawn_hours`): one person alone cannot have evidence destroyed. What a second person refuses to have destroyed stays locked: what may
//! not be deleted yet is stored and protected, and nothing else is done with it (art. 47 para. 2).
//!
//! What was done before the withdrawal stays lawful (art. 15): a version that was issued is the record of an administrative act and is kept
//! until the case is erased. Drafts are locked, with the evidence they were made from, and so are the words of people about it (`words`).

mod words;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DecideError;
use super::approving::{AskedFor, about};
use crate::audit::{Action, AuthorisationRef, Event, Label};
use crate::auth::Caller;
use crate::household::{AnswerKind, Member, MemberRef, Request};
use crate::store::{
    AuditReceipt, CaseRow, CaseState, CellRow, DecisionKind, DocumentKind, Locking, NewDecision, Store, StoreError,
    Tag, Withdrawal,
};
use crate::verification::answers::SealedAnswer;
use crate::verification::{VerificationError, Verifier, actor, plan, sealing};

/// Domain of the tags of numbers of authorisations, each with the person it is of.
const WHOSE_AUTHORISATION: &str = "authorisation-of";
/// Times that it is tried when a version or an answer comes in between.
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
            if theirs.all(|cell| cell.kind == Some(AnswerKind::Skipped)) {
                return Err(DecideError::NothingToWithdraw);
            }
        }
        let kept = Kept { member: person.reference.clone(), reason: reason.to_owned() };
        let bytes = serde_json::to_vec(&kept).map_err(|_| VerificationError::Unreadable { what: "withdrawal" })?;
        let locking = self.locking(&receipt, &case, &person.reference).await?;
        let decision = NewDecision {
            kind: DecisionKind::Withdrawal,
            case_id: case.id,
            version: case.latest_version.unwrap_or(0),
            decided_by: caller.subject.clone(),
            at: self.0.clock.now(),
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Withdrawal, &bytes)?,
        };
        let reference = AuthorisationRef::new(&authorisation.number, |number| self.tag("authorisation", number));
        let mut event = Event::new(&actor(caller), Action::AuthorisationWithdrawn).case(case.id).purpose(case.purpose);
        event = event.authorisation(reference).detail(locking.sha256());
        if let Ok(label) = Label::new(person.reference.as_str()) {
            event = event.member(label);
        }
        if let Some(id_number) = &person.id_number {
            event = event.subject(self.subject_tag(id_number));
        }
        let member_ref = person.reference.clone();
        let asked = AskedFor::Destruction { member: member_ref.clone(), by_system: caller.is_system };
        let destruction = self.new_approval(caller, &case, &asked)?;
        let destroyed_at = destruction.lapses_at.to_string();
        let asked = about(caller, &case, Action::ApprovalAsked, destruction.id, None);
        let organisation = case.organisation.clone();
        let withdrawal = Withdrawal { decision, member: member_ref, organisation, number, locking, destruction };
        self.0.ledger.decided(vec![event, asked], Store::withdrawing(withdrawal)).await?;
        // as it stands now: it may have been cancelled meanwhile
        let case = self.0.store.get_case(case.id).await?;
        let another_version = !case.state.at_rest();
        if another_version {
            self.go_on(&case);
        }
        Ok(Withdrawn { member: member.to_owned(), another_version, destroyed_at })
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

    /// What a withdrawal leaves without a place: answers that no cell will name any more, what tells of everybody, and words about the member.
    /// Documents that others share are sealed again without it.
    async fn locking(
        &self,
        receipt: &AuditReceipt,
        case: &CaseRow,
        member: &MemberRef,
    ) -> Result<Locking, VerificationError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let seen = store.open_documents(case.id).await?;
        let mut cells = store.cells(case.id).await?;
        cells.retain(|cell| cell.member_ref != *member);
        let mut locking = self.words_about_who_withdrew(receipt, case, &cells, member).await?;
        locking.whole.extend(seen.iter().filter(|document| document.tells).map(|document| document.id));
        for document in seen.iter().filter(|document| document.kind == DocumentKind::Evidence).map(|one| one.id) {
            let naming: Vec<&CellRow> = cells.iter().filter(|cell| cell.evidence_document == Some(document)).collect();
            if naming.is_empty() {
                locking.whole.push(document);
                continue;
            }
            let sealed = sealing::open(store, keys, receipt, case.id, document).await?;
            let answers: Vec<SealedAnswer> =
                serde_json::from_slice(&sealed).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
            let all = answers.len();
            let named = |answer: &SealedAnswer| {
                naming.iter().any(|cell| cell.member_ref == answer.member && cell.source == answer.source)
            };
            let standing: Vec<SealedAnswer> = answers.into_iter().filter(named).collect();
            if standing.is_empty() {
                locking.whole.push(document);
            } else if standing.len() < all {
                let bytes =
                    serde_json::to_vec(&standing).map_err(|_| VerificationError::Unreadable { what: "answer" })?;
                locking.replaced.push((document, sealing::seal(keys, case.id, DocumentKind::Evidence, &bytes)?));
            }
        }
        Ok(Locking { seen, ..locking })
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
