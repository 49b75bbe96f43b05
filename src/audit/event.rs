//! The closed catalogue of what is logged. By its type an event can hold no name, number or amount of a person.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::label::{AuthorisationRef, Label};
use crate::config::Disclosure;
use crate::household::{AnswerKind, LegalBasisKind, Purpose, SourceKey};
use crate::store::{Hash, Tag, words};

words! {
    /// What was done, or is about to be: an entry is durable before its effect.
    Action {
        /// A request passed its checks and becomes a case.
        Accepted = "accepted",
        /// A request was refused; nothing of it is kept.
        Refused = "refused",
        /// One source may be asked about one member.
        QueryAuthorised = "query_authorised",
        /// An identical query in flight serves this one; the detail names the first leaf.
        QueryReused = "query_reused",
        /// A version of the report stands; the detail is its body's hash.
        Completed = "completed",
        /// The service gave a case up.
        CaseFailed = "case_failed",
        /// A case that failed or needs a re-check goes on.
        Reopened = "reopened",
        /// A client stopped a case.
        Cancelled = "cancelled",
        /// A member took the authorisation back; the detail is the hash of the ids of the documents that nobody opens any more.
        AuthorisationWithdrawn = "authorisation_withdrawn",
        /// A person decided on a record that was held.
        Reviewed = "reviewed",
        /// The applicant objected (异议).
        Objected = "objected",
        /// A department that gave no answer is asked once more.
        AskedAgain = "asked_again",
        /// The family was heard about what changed.
        Heard = "heard",
        /// A second person signed off (签发).
        Issued = "issued",
        /// A report was opened on the server.
        ReportRead = "report_read",
        /// A report was sealed for its recipient.
        ReportSealed = "report_sealed",
        /// Which departments have records of whom was read in a case's state or followed in its events.
        AnswersRead = "answers_read",
        /// Names were opened in a list.
        NamesOpened = "names_opened",
        /// A stored document was opened for the service's own work.
        DocumentOpened = "document_opened",
        /// Something left the service as a file.
        Exported = "exported",
        /// A callback was sent.
        CallbackSent = "callback_sent",
        /// Somebody had a callback sent anew that had been given up; the detail is the hash of its id.
        CallbackRedelivered = "callback_redelivered",
        /// A case's data keys are destroyed.
        Erased = "erased",
        /// What was answered under an authorisation that was taken back is destroyed, with the drafts that tell of it.
        EvidenceDestroyed = "evidence_destroyed",
        /// A report was made again from what is kept of it; the detail is its body's hash.
        Recomputed = "recomputed",
        /// Rules are tried on the kept evidence of so many cases; the detail is the hash of which rules and which cases.
        RulesTried = "rules_tried",
        /// Rules were run on supplied evidence: a caller's calls of a second, with the root over the MACs of what was sent.
        Assessed = "assessed",
        /// Supplied identities were compared: a caller's calls of a second, with the root over the MACs of what was sent.
        Matched = "matched",
        /// Two rosters of so many rows are about to be matched; the detail is the MAC of both files' hashes, the model's, the way and why.
        RostersLinked = "rosters_linked",
        /// A file of households is about to come.
        BatchReceived = "batch_received",
        /// The file is whole and becomes a batch; the detail is the MAC of its SHA-256.
        BatchAccepted = "batch_accepted",
        /// No more cases of a batch begin.
        BatchPaused = "batch_paused",
        /// A paused batch goes on.
        BatchResumed = "batch_resumed",
        /// A batch is stopped, or its file did not come whole.
        BatchCancelled = "batch_cancelled",
        /// The last case of a batch came to rest.
        BatchFinished = "batch_finished",
        /// A household is watched from now on.
        Subscribed = "subscribed",
        /// A household is watched no more.
        Unsubscribed = "unsubscribed",
        /// Somebody has seen what monitoring found.
        AlertAcknowledged = "alert_acknowledged",
        /// Whom a caller stands apart from (回避) is registered anew; the detail is the hash of the caller's id.
        KinRegistered = "kin_registered",
        /// Nobody is registered for a caller any more; the detail is the hash of the caller's id.
        KinRemoved = "kin_removed",
        /// Somebody signed in, or was refused: then the detail is the MAC of the subject, or the hash of a closed word.
        SignIn = "sign_in",
        /// So many sign-ins of a minute came to nothing before anybody was known; the detail is the hash of why, a closed word.
        SignInRefused = "sign_in_refused",
        /// So many bearer tokens of a minute were not believed; the detail is the hash of why, a closed word.
        TokenRefused = "token_refused",
        /// Somebody ended a session.
        SignOut = "sign_out",
        /// Somebody was refused at sign-in or for want of a role, or stands apart from a case.
        AccessDenied = "access_denied",
        /// An auditor searched the log; the detail is the hash of what for.
        Search = "search",
        /// Entries of the log left the service as a file; the detail is the hash of which.
        LogExported = "log_exported",
        /// The log shows what an auditor should look at.
        FindingRaised = "finding_raised",
        /// An auditor has seen a finding; the detail is the MAC of a note.
        FindingAcknowledged = "finding_acknowledged",
        /// A receipt of a report's version was handed out.
        ReceiptGiven = "receipt_given",
        /// A key was made.
        KeyCreated = "key_created",
        /// A key was rotated, its data keys wrapped anew.
        KeyRotated = "key_rotated",
        /// A key was destroyed.
        KeyDestroyed = "key_destroyed",
        /// A sealed copy of the key ring was made; the detail is the hash of its id.
        KeysExported = "keys_exported",
        /// The key ring was put together from such a copy.
        KeysRestored = "keys_restored",
        /// Settings, clients or packs changed; the detail is the hash of the new ones.
        SettingsChanged = "settings_changed",
        /// Something was asked that takes a second person.
        ApprovalAsked = "approval_asked",
        /// A second person agreed.
        ApprovalGiven = "approval_given",
        /// Somebody refused, or whoever asked took it back.
        ApprovalRefused = "approval_refused",
        /// A case-bound inspection was granted.
        InspectionGranted = "inspection_granted",
        /// An inspection was ended before its time.
        InspectionEnded = "inspection_ended",
        /// The service started; the detail is the hash of its settings.
        Started = "started",
        /// The log goes on after a restore; the detail is the MAC of the last published checkpoint and of the reason.
        LogResumed = "log_resumed",
    }
    /// In what capacity.
    ActorRole {
        /// 经办
        Caseworker = "caseworker",
        /// 审核
        Supervisor = "supervisor",
        /// 审计
        Auditor = "auditor",
        /// 系统管理员
        SystemAdmin = "system_admin",
        /// 安全管理员
        SecurityAdmin = "security_admin",
        /// A caseworker system.
        Client = "client",
        /// The service itself.
        Service = "service",
    }
    /// How it ended, as far as is known when it is logged.
    Outcome {
        /// Allowed.
        Allowed = "allowed",
        /// Refused.
        Denied = "denied",
        /// Done.
        Done = "done",
        /// Failed.
        Failed = "failed",
    }
}

impl Action {
    /// Whether its detail is the hash of a report's body: a version was made, or signed off with another body that says so.
    #[must_use]
    pub fn holds_body(self) -> bool {
        matches!(self, Self::Completed | Self::Issued)
    }
}

/// Who acts. Here and below, fields stand in the order of their names: so they are written in their canonical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Organisation.
    pub organisation: Label,
    /// Role.
    pub role: ActorRole,
    /// Subject of the token.
    pub subject: Label,
    /// SHA-256 of the token's id.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "opt_hex")]
    pub token_sha256: Option<Hash>,
}

impl Actor {
    /// The service itself.
    #[must_use]
    pub fn service() -> Self {
        let own = || Label::new("hedui").expect("a machine name");
        Self { subject: own(), organisation: own(), role: ActorRole::Service, token_sha256: None }
    }

    /// Somebody at this machine, who shows no token.
    #[must_use]
    pub fn local(subject: Label, role: ActorRole) -> Self {
        let organisation = Label::new("local").expect("a machine name");
        Self { subject, organisation, role, token_sha256: None }
    }
}

/// Something to be logged. Made with [`Event::new`] and the functions named after its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What.
    pub action: Action,
    /// Who.
    pub actor: Actor,
    /// Kind of answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerKind>,
    /// What waits, or waited, for a second person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Uuid>,
    /// Authorisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<AuthorisationRef>,
    /// Legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<LegalBasisKind>,
    /// Batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Uuid>,
    /// Case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Uuid>,
    /// How many cases or calls it stands for, where it stands for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// SHA-256 of the encrypted detail, or of what the action says; of what could be guessed a MAC under the ring's key.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "opt_hex")]
    pub detail_sha256: Option<Hash>,
    /// How much of a report was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Disclosure>,
    /// Finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Uuid>,
    /// The person's place in the case, `m1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Label>,
    /// How it ended.
    pub outcome: Outcome,
    /// Programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Registration of those whom a caller stands apart from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Uuid>,
    /// Source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Person concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_tag: Option<Tag>,
    /// Version of the case's report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// Defines `fn field(self, value) -> Self` for optional fields.
macro_rules! with {
    ($($(#[$doc:meta])* $name:ident -> $field:ident: $type:ty),* $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.$field = Some($name);
            self
        }
    )*};
}

impl Event {
    /// An event about nothing in particular yet; its outcome is `Allowed`.
    #[must_use]
    pub fn new(actor: &Actor, action: Action) -> Self {
        Self {
            actor: actor.clone(),
            action,
            approval: None,
            outcome: Outcome::Allowed,
            batch: None,
            case: None,
            count: None,
            finding: None,
            version: None,
            subject_tag: None,
            level: None,
            member: None,
            purpose: None,
            registration: None,
            basis: None,
            authorisation: None,
            source: None,
            answer: None,
            detail_sha256: None,
        }
    }

    /// Sets how it ended.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The same, with the outcome that what it announces did not come about.
    pub(super) fn failed(self) -> Self {
        self.outcome(Outcome::Failed)
    }

    with! {
        /// Names what waits, or waited, for a second person.
        approval -> approval: Uuid,
        /// Names the case; its receipt speaks of this case alone.
        case -> case: Uuid,
        /// Names the batch; without a case, its receipt speaks of this batch alone.
        batch -> batch: Uuid,
        /// Says how many cases or calls it stands for.
        count -> count: u64,
        /// Names the finding; its receipt speaks of this finding alone.
        finding -> finding: Uuid,
        /// Names the version of the report.
        version -> version: u32,
        /// Names the person.
        subject -> subject_tag: Tag,
        /// Says how much of a report is shown.
        level -> level: Disclosure,
        /// Names the person's place in the case.
        member -> member: Label,
        /// Names the programme.
        purpose -> purpose: Purpose,
        /// Names the registration; its receipt speaks of this one alone.
        registration -> registration: Uuid,
        /// Names the legal basis.
        basis -> basis: LegalBasisKind,
        /// Names the authorisation.
        authorisation -> authorisation: AuthorisationRef,
        /// Names the source.
        source -> source: SourceKey,
        /// Names the kind of answer.
        answer -> answer: AnswerKind,
        /// Names the hash of the detail.
        detail -> detail_sha256: Hash,
    }
}

/// A hash as 64 hexadecimal digits.
mod opt_hex {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Hash;

    #[expect(clippy::ref_option, reason = "the signature serde calls")]
    pub(super) fn serialize<S: Serializer>(hash: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
        match hash {
            Some(hash) => {
                let mut digits = [0; 64];
                hex::encode_to_slice(hash, &mut digits).map_err(S::Error::custom)?;
                serializer.serialize_str(std::str::from_utf8(&digits).map_err(S::Error::custom)?)
            }
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| D::Error::custom("a hash is 64 hexadecimal digits"))?;
        Ok(Some(hash))
    }
}
