//! What a case enters in the audit log, in one place: every effect of this room takes a receipt that one of these functions returned.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{ReportForm, plan};
use crate::audit::{
    Action, Actor, ActorRole, AuditError, AuthorisationRef, Event, InclusionProof, Label, Log, Outcome,
};
use crate::auth::{Caller, Role};
use crate::household::{IdNumber, MemberRef, Purpose, Request, SourceKey};
use crate::store::{AuditReceipt, CaseRow, Hash, StoredLeaf, Tag, VersionRow};

/// The log as a case uses it.
#[derive(Clone)]
pub(super) struct Ledger(Arc<Log>);

impl Ledger {
    pub(super) fn new(log: Log) -> Self {
        Self(Arc::new(log))
    }

    /// Whether entries can be made.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// Publishes the newest checkpoint: what is published is what a later start is compared with.
    pub(super) async fn stop(&self, now: Timestamp) {
        if let Err(error) = self.0.publish(now).await {
            tracing::warn!(%error, "the last checkpoint was not published");
        }
    }

    /// A request that passed its checks becomes a case.
    pub(super) async fn accepted(
        &self,
        caller: &Caller,
        case: Uuid,
        request: &Request,
    ) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), Action::Accepted).case(case).purpose(request.purpose);
        self.0.append_one(event.basis(request.legal_basis.kind)).await
    }

    /// A request that was refused; `why` is a closed word, of which only the hash is entered.
    pub(super) async fn refused(&self, caller: &Caller, why: &'static str) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), Action::Refused).outcome(Outcome::Denied);
        self.0.append_one(event.detail(Sha256::digest(why).into())).await
    }

    /// One entry for every person × source that will be asked, all in one commit, in the order of `asked`.
    pub(super) async fn queried(
        &self,
        case: &CaseRow,
        request: &Request,
        asked: &[(&MemberRef, &SourceKey)],
        subject: impl Fn(&IdNumber) -> Tag,
        number: impl Fn(&str) -> Tag,
    ) -> Result<Vec<AuditReceipt>, AuditError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let service = Actor::service();
        let people: Vec<_> = plan::people(request).collect();
        let event = |(member, source): &(&MemberRef, &SourceKey)| {
            let mut event = Event::new(&service, Action::QueryAuthorised)
                .case(case.id)
                .purpose(request.purpose)
                .basis(request.legal_basis.kind)
                .source((*source).clone());
            if let Ok(label) = Label::new(member.as_str()) {
                event = event.member(label);
            }
            let Some(person) = people.iter().find(|person| person.reference == **member) else { return event };
            if let Some(id_number) = &person.id_number {
                event = event.subject(subject(id_number));
            }
            match &person.authorisation {
                Some(authorisation) => event.authorisation(AuthorisationRef::new(&authorisation.number, &number)),
                None => event,
            }
        };
        self.0.append(asked.iter().map(event).collect()).await
    }

    /// A worker takes a case up again and opens what is stored of it.
    pub(super) async fn resumed(&self, case: Uuid, purpose: Purpose) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&Actor::service(), Action::DocumentOpened).case(case).purpose(purpose)).await
    }

    /// The service gives a case up.
    pub(super) async fn failed(&self, case: Uuid) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&Actor::service(), Action::CaseFailed).case(case).outcome(Outcome::Failed)).await
    }

    /// A version of a report stands; the entry holds its body's hash.
    pub(super) async fn completed(&self, case: &CaseRow, version: u32, body: Hash) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&Actor::service(), Action::Completed).case(case.id).version(version);
        self.0.append_one(event.purpose(case.purpose).detail(body).outcome(Outcome::Done)).await
    }

    /// Somebody is about to read a report.
    pub(super) async fn report_read(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: &VersionRow,
        form: ReportForm,
    ) -> Result<AuditReceipt, AuditError> {
        let action = if form == ReportForm::Sealed { Action::ReportSealed } else { Action::ReportRead };
        let event = Event::new(&actor(caller), action).case(case.id).version(version.number).purpose(case.purpose);
        self.0.append_one(event.detail(version.body_hash)).await
    }

    /// Proof that an entry is in the log, against the checkpoint signed with it.
    pub(super) async fn prove(&self, receipt: &AuditReceipt) -> Result<(StoredLeaf, InclusionProof), AuditError> {
        let leaf = self.0.leaf(receipt.index()).await?;
        Ok((leaf, self.0.prove_inclusion(receipt.index()).await?))
    }
}

/// The caller as the log names it.
fn actor(caller: &Caller) -> Actor {
    Actor {
        subject: label(&caller.subject),
        organisation: label(&caller.organisation),
        role: caller.roles.first().map_or(ActorRole::Client, |role| actor_role(*role)),
        token_sha256: hex::decode(&caller.token_hash).ok().and_then(|bytes| bytes.try_into().ok()),
    }
}

/// A machine name as it is; a name in words by the beginning of its hash.
fn label(name: &str) -> Label {
    let hashed = || format!("sha256:{}", &hex::encode(Sha256::digest(name))[..32]);
    Label::new(name).or_else(|_| Label::new(hashed())).unwrap_or_else(|_| Actor::service().subject)
}

fn actor_role(role: Role) -> ActorRole {
    match role {
        Role::Client => ActorRole::Client,
        Role::Caseworker => ActorRole::Caseworker,
        Role::Supervisor => ActorRole::Supervisor,
        Role::Auditor => ActorRole::Auditor,
        Role::SystemAdmin => ActorRole::SystemAdmin,
        Role::SecurityAdmin => ActorRole::SecurityAdmin,
    }
}
