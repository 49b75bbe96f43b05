//! What a case enters in the audit log, in one place: every effect of this room takes a receipt that one of these functions returned.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{ReportForm, VerificationError, plan};
use crate::audit::{
    Action, Actor, ActorRole, AuditError, AuthorisationRef, Event, InclusionProof, Label, Log, Outcome, Proved,
};
use crate::auth::{Caller, Role};
use crate::household::{IdNumber, LegalBasisKind, MemberRef, Purpose, Request, SourceKey};
use crate::store::{AuditReceipt, CaseRow, Created, Effect, Hash, NewCase, Store, Tag, VersionRow};

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

    /// A request that passed its checks becomes a case, in the entry's own commit.
    pub(super) async fn accepted(
        &self,
        caller: &Caller,
        case: NewCase,
        basis: LegalBasisKind,
    ) -> Result<(AuditReceipt, Created), VerificationError> {
        let event = Event::new(&actor(caller), Action::Accepted).case(case.id).purpose(case.purpose).basis(basis);
        let (receipts, created) = self.0.append_with(vec![event], Store::accepting(case)).await?;
        let created = created?;
        let receipt = receipts.into_iter().next().ok_or(VerificationError::Uneven { what: "entries of a case" })?;
        Ok((receipt, created))
    }

    /// A request that was refused; `why` is a closed word, of which only the hash is entered.
    pub(super) async fn refused(&self, caller: &Caller, why: &'static str) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), Action::Refused).outcome(Outcome::Denied);
        self.0.append_one(event.detail(Sha256::digest(why).into())).await
    }

    /// One entry for every person × source that will be asked, in the order of `asked`, with the cells that are planned, or with the
    /// case still held: all in one commit.
    pub(super) async fn queried(
        &self,
        case: &CaseRow,
        request: &Request,
        asked: &[(&MemberRef, &SourceKey)],
        plan: Effect<u64>,
        subject: impl Fn(&IdNumber) -> Tag,
        number: impl Fn(&str) -> Tag,
    ) -> Result<Vec<AuditReceipt>, VerificationError> {
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
        let events = asked.iter().map(event).collect();
        let (receipts, planned) = self.0.append_with(events, plan).await?;
        planned?;
        Ok(receipts)
    }

    /// Answers that were had for queries of other entries, with the hash of each.
    pub(super) async fn reused(
        &self,
        case: &CaseRow,
        reused: impl Iterator<Item = (MemberRef, SourceKey, Option<Hash>)>,
    ) -> Result<(), AuditError> {
        let service = Actor::service();
        let event = |(member, source, first): (MemberRef, SourceKey, Option<Hash>)| {
            let mut event =
                Event::new(&service, Action::QueryReused).case(case.id).purpose(case.purpose).source(source);
            if let Ok(label) = Label::new(member.as_str()) {
                event = event.member(label);
            }
            first.map_or(event.clone(), |first| event.detail(first))
        };
        self.0.append(reused.map(event).collect()).await.map(drop)
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
    pub(super) async fn completed(
        &self,
        case: &CaseRow,
        version: u32,
        body: Hash,
    ) -> Result<(AuditReceipt, Proved), AuditError> {
        let event = Event::new(&Actor::service(), Action::Completed).case(case.id).version(version);
        self.0.append_proved(event.purpose(case.purpose).detail(body).outcome(Outcome::Done)).await
    }

    /// A report is about to be made again from what is kept of it.
    pub(super) async fn recomputed(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: &VersionRow,
    ) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), Action::Recomputed).case(case.id).version(version.number);
        self.0.append_one(event.purpose(case.purpose).detail(version.body_hash)).await
    }

    /// Rules are about to be tried on the kept evidence of so many cases; `which` is the hash of the rules and of the cases chosen.
    pub(super) async fn rules_tried(
        &self,
        caller: &Caller,
        count: u64,
        which: Hash,
    ) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&actor(caller), Action::RulesTried).count(count).detail(which)).await
    }

    /// Rosters of so many rows are about to be matched, or what came of it is about to leave as a file.
    pub(super) async fn linked(
        &self,
        caller: &Caller,
        action: Action,
        rows: Option<u64>,
        detail: Hash,
    ) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), action).detail(detail);
        self.0.append_one(rows.map_or(event.clone(), |rows| event.count(rows))).await
    }

    /// Rules, callers or certificates in force are about to be others.
    pub(super) async fn settings_changed(&self, hash: Hash) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&Actor::service(), Action::SettingsChanged).detail(hash)).await
    }

    /// A service begins.
    pub(super) async fn started(&self, hash: Hash) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&Actor::service(), Action::Started).detail(hash)).await
    }

    /// Rules were run on what callers supplied.
    pub(super) async fn assessed(&self, events: Vec<Event>) -> Result<(), AuditError> {
        self.0.append(events).await.map(drop)
    }

    /// Somebody is about to have the requests of cases opened: an entry each, all in one commit.
    pub(super) async fn opened_by<'a>(
        &self,
        caller: &Caller,
        cases: impl Iterator<Item = &'a CaseRow>,
    ) -> Result<Vec<AuditReceipt>, AuditError> {
        let actor = actor(caller);
        let event = |case: &CaseRow| Event::new(&actor, Action::NamesOpened).case(case.id).purpose(case.purpose);
        self.0.append(cases.map(event).collect()).await
    }

    /// A family was heard about a version, with what is kept of it in the entry's own commit.
    pub(super) async fn heard(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: &VersionRow,
        hearing: Effect<()>,
    ) -> Result<(), VerificationError> {
        let event = Event::new(&actor(caller), Action::Heard).case(case.id).version(version.number);
        self.decided(vec![event.purpose(case.purpose).detail(version.body_hash)], hearing).await
    }

    /// Somebody is about to look at what a version was made from.
    pub(super) async fn opened(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: &VersionRow,
    ) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), Action::DocumentOpened).case(case.id).version(version.number);
        self.0.append_one(event.purpose(case.purpose).detail(version.body_hash)).await
    }

    /// Somebody is about to look at something else of a case.
    pub(super) async fn looked_at(&self, caller: &Caller, case: &CaseRow) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&actor(caller), Action::DocumentOpened).case(case.id).purpose(case.purpose)).await
    }

    /// Somebody is about to be told which departments have records of whom.
    pub(super) async fn answers_read(&self, caller: &Caller, case: &CaseRow) -> Result<AuditReceipt, AuditError> {
        self.0.append_one(Event::new(&actor(caller), Action::AnswersRead).case(case.id).purpose(case.purpose)).await
    }

    /// A person's word on a case, and what follows from it in the store.
    pub(super) async fn decided<T: Send + 'static>(
        &self,
        events: Vec<Event>,
        effect: Effect<T>,
    ) -> Result<T, VerificationError> {
        let (_, outcome) = self.0.append_with(events, effect).await?;
        Ok(outcome?)
    }

    /// Entries of what is about to be done outside the log's own commit.
    pub(super) async fn entered(&self, events: Vec<Event>) -> Result<Vec<AuditReceipt>, AuditError> {
        self.0.append(events).await
    }

    /// A second person signs a version off; the entry holds the hash of the body that says so.
    pub(super) async fn issued(&self, event: Event) -> Result<(AuditReceipt, Proved), AuditError> {
        self.0.append_proved(event.outcome(Outcome::Done)).await
    }

    /// What an entry said was not done after all.
    pub(super) async fn not_done(&self, event: Event) {
        self.0.append_failed(vec![event]).await;
    }

    /// The reports of cases are about to leave the service in a file: an entry each, all in one commit.
    pub(super) async fn exported<'a>(
        &self,
        caller: &Caller,
        reports: impl Iterator<Item = (&'a CaseRow, &'a VersionRow)>,
    ) -> Result<Vec<AuditReceipt>, AuditError> {
        let actor = actor(caller);
        let event = |(case, version): (&CaseRow, &VersionRow)| {
            let event = Event::new(&actor, Action::Exported).case(case.id).version(version.number);
            event.purpose(case.purpose).detail(version.body_hash).level(caller.disclosure)
        };
        self.0.append(reports.map(event).collect()).await
    }

    /// A receipt of a version is about to be handed out.
    pub(super) async fn receipt_given(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: &VersionRow,
    ) -> Result<AuditReceipt, AuditError> {
        let event = Event::new(&actor(caller), Action::ReceiptGiven).case(case.id).version(version.number);
        self.0.append_one(event.purpose(case.purpose).detail(version.body_hash)).await
    }

    /// The bytes of an entry, with the proof that it is under the newest checkpoint.
    pub(super) async fn proof_of(&self, index: u64) -> Result<(Vec<u8>, InclusionProof), AuditError> {
        Ok((self.0.leaf(index).await?.leaf.bytes, self.0.prove_inclusion(index).await?))
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
        self.0.append_one(event.detail(version.body_hash).level(caller.disclosure)).await
    }
}

/// The caller as the log names it.
pub(crate) fn actor(caller: &Caller) -> Actor {
    Actor {
        subject: Label::of_name(&caller.subject),
        organisation: Label::of_name(&caller.organisation),
        role: caller.roles.first().map_or(ActorRole::Client, |role| actor_role(*role)),
        token_sha256: hex::decode(&caller.token_hash).ok().and_then(|bytes| bytes.try_into().ok()),
    }
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
