//! Issuing (签发): a second person signs a version off. The body then says by whom and on which day, so it has another hash, which the
//! `issued` entry holds; report and attestation are signed anew around it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::DecideError;
use super::approving::must_be_a_person;
use crate::audit::{Action, Event};
use crate::auth::{Caller, Role};
use crate::report::{self, Attestation, Issue, Report, Status};
use crate::store::{ApprovalFilter, ApprovalKind, Hash, IssuedVersion};
use crate::telemetry::china_date;
use crate::verification::reading::read_report;
use crate::verification::{VerificationError, Verifier, actor, sealing, versions};

/// Approvals of a case that are looked through: one for each word on its records.
const MOST_APPROVALS: u32 = 10_000;

/// A version that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IssuedReport {
    /// Its number.
    pub version: u32,
    /// By whom.
    pub issued_by: String,
    /// SHA-256 of the body that says so, hex.
    pub body_sha256: String,
}

impl Verifier {
    /// Issues the latest version, which must be final. Whoever sent the case, or decided about a record of it, alone or as the second person, is not the one.
    /// The sender is the first hand: of a case that a system sent one person issues, for a system's account is none.
    ///
    /// # Errors
    /// [`DecideError::SamePerson`], [`DecideError::Moved`] when a later version stands or this one is provisional,
    /// [`DecideError::AlreadyIssued`].
    pub async fn issue(&self, caller: &Caller, id: &str, version: u32) -> Result<IssuedReport, DecideError> {
        must_be_a_person(caller)?;
        if !caller.roles.contains(&Role::Supervisor) {
            return Err(DecideError::OtherRole);
        }
        let case = self.case(caller, id).await?;
        let row = self.latest(&case).await?;
        if row.number != version || !row.is_final || case.reopened_for.is_some() {
            return Err(DecideError::Moved);
        }
        if row.issued_at.is_some() {
            return Err(DecideError::AlreadyIssued);
        }
        let decisions = self.0.store.decisions(case.id).await?;
        let own = self.ids_of(caller).await?;
        let has_a_hand = |by: &str| own.contains(by);
        let about_records = ApprovalFilter {
            case_id: Some(case.id),
            kinds: vec![ApprovalKind::Review],
            limit: MOST_APPROVALS,
            ..ApprovalFilter::default()
        };
        let agreed = self.0.store.list_approvals(&about_records).await?;
        let mut hands = agreed.iter().flat_map(|approval| &approval.hands).filter(|hand| hand.agrees);
        if hands.any(|hand| has_a_hand(&hand.by)) {
            return Err(DecideError::SamePerson);
        }
        if has_a_hand(&case.client) || decisions.iter().any(|decision| has_a_hand(&decision.decided_by)) {
            return Err(DecideError::SamePerson);
        }
        let receipt = self.0.ledger.opened(caller, &case, &row).await?;
        let signed = self.stored_report(&receipt, &row).await?;
        let Report { mut body, attestation } = read_report(&signed).map_err(|_| unreadable())?;
        let now = self.0.clock.now();
        body.status = Status::Issued;
        body.issued = Some(Issue { by: caller.subject.clone(), on: china_date(now) });
        let body = body.bytes();
        let body_hash: Hash = Sha256::digest(&body).into();
        let event = Event::new(&actor(caller), Action::Issued).case(case.id).version(version).purpose(case.purpose);
        let event = event.detail(body_hash);
        let (verifier, case, issued_by) = (self.clone(), case.id, caller.subject.clone());
        // a caller that stops waiting leaves no entry without its report, nor without the word that there is none
        let signed_off = tokio::spawn(async move {
            let (receipt, proved) = verifier.0.ledger.issued(event.clone()).await?;
            let signed_off = async {
                let attestation = Attestation { signing_key: verifier.signing_key(), ..attestation };
                let attestation = versions::placed_in_log(attestation, body_hash, proved)?;
                let report = Report::bytes_around(&attestation, &body);
                let keys = &verifier.0.keys;
                let signed =
                    report::jose::jws::sign(&report, &keys.report_signer()).map_err(VerificationError::from)?;
                let report = sealing::seal_report(keys, case, version, &body_hash, &signed)?;
                let (number, draft_hash, at) = (version, row.body_hash, now);
                let issue = IssuedVersion { case_id: case, number, draft_hash, issued_by, at, body_hash, report };
                Ok::<_, DecideError>(verifier.0.store.issue_version(&receipt, issue).await?)
            };
            let signed_off = signed_off.await;
            if signed_off.is_err() {
                verifier.0.ledger.not_done(event).await;
            }
            signed_off
        });
        signed_off.await.unwrap_or_else(|_| Err(VerificationError::Uneven { what: "issuing" }.into()))?;
        self.0.hub.tell(case);
        metrics::counter!("hedui_versions_issued_total").increment(1);
        Ok(IssuedReport { version, issued_by: caller.subject.clone(), body_sha256: hex::encode(body_hash) })
    }
}

fn unreadable() -> VerificationError {
    VerificationError::Unreadable { what: "report" }
}
