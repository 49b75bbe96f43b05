//! A final version held against the last report of the same household: what changed, sealed beside it, and when it is looked at again.
//!
//! The last report is found by the applicant within the organisation, by tags alone. It is opened for this after an entry of its own case;
//! where it cannot be read, the version stands without a comparison: a report is never held up by an older one.

use uuid::Uuid;

use super::case_work::Work;
use super::{VerificationError, Verifier, sealing};
use crate::household::{Evidence, Purpose, Request};
use crate::policy;
use crate::policy::assessment::{Assessment, Certainty};
use crate::policy::due::{Due, LastLook, next_due};
use crate::policy::{Pack, Packs};
use crate::report::Body;
use crate::report::change::{self, Change, Clock, Known, Limits};
use crate::store::{CaseRow, Compared, DocumentKind, SealedDocument, VersionRow};
use crate::telemetry::china_date;

/// Outcomes that put, or keep, a household on the rolls.
const ON_THE_ROLLS: [&str; 6] =
    ["tekun", "dibao", "dibao_single", "dibao_marginal", "rigid_expenditure", "gradual_exit"];

/// What a final version has beside its report.
#[derive(Default)]
pub(super) struct News {
    /// The comparison with the household's last report.
    pub(super) compared: Option<Compared>,
    /// What monitoring found.
    pub(super) alerts: Vec<SealedDocument>,
}

/// The household's last report.
struct Earlier {
    case: Uuid,
    body: Body,
    /// What its own comparison left running.
    clock: Option<Clock>,
    /// What it was made from.
    evidence: Option<Evidence>,
}

/// Whether two reports mean the same people by the same references: what is known of each is set side by side by these.
fn are_the_same(earlier: &Body, later: &Body) -> bool {
    let of = |body: &Body| {
        let people = body.household.members.iter();
        let mut people: Vec<_> = people
            .map(|person| (person.reference.clone(), person.name.expose().to_owned(), person.id_number_masked.clone()))
            .collect();
        people.sort();
        people
    };
    of(earlier) == of(later)
}

impl Verifier {
    /// The comparison of a final version with the household's last report, and of monitoring what it found. No comparison where there is no
    /// earlier report, or it cannot be read.
    pub(super) async fn news(
        &self,
        work: &Work,
        evidence: &[u8],
        body: &Body,
        packs: &Packs,
        pack: &Pack,
    ) -> Result<News, VerificationError> {
        let watched = work.case.purpose == Purpose::Monitoring;
        let Some(Earlier { case: before, body: earlier, clock, evidence: known_then }) = self.last_report(work).await?
        else {
            let alerts = if watched { self.alerts_of(work.case.id, None, body, &[], None)? } else { Vec::new() };
            return Ok(News { compared: None, alerts });
        };
        let earlier_pack = packs.resolve(&earlier.request.region, earlier.request.as_of).ok();
        // only the very pack of that report says what was other in it
        let earlier_pack = earlier_pack.filter(|pack| pack.hash() == earlier.provenance.pack.sha256);
        let known = Known {
            limits: Limits::of(pack.rules()),
            packs: earlier_pack.as_ref().map(|earlier| (&**earlier, pack)),
            clock: clock.as_ref(),
        };
        let change = change::compare(&earlier, body, &known);
        let alerts = match watched {
            true => {
                let known_now = serde_json::from_slice::<Evidence>(evidence);
                let known = known_then.as_ref().zip(known_now.as_ref().ok()).filter(|_| are_the_same(&earlier, body));
                let told = known.map(|(then, now)| policy::alerts_between(then, now, pack)).unwrap_or_default();
                self.alerts_of(work.case.id, Some(&earlier), body, &told, Some(&change))?
            }
            false => Vec::new(),
        };
        let change = match change.is_empty() && change.clock.is_none() {
            true => None,
            false => Some(self.seal_change(work.case.id, &change)?),
        };
        Ok(News { compared: Some(Compared { with: before, change }), alerts })
    }

    /// The household's last report before this case.
    async fn last_report(&self, work: &Work) -> Result<Option<Earlier>, VerificationError> {
        let tags = self.household_tags(&work.case.organisation, &work.request);
        if tags.is_empty() {
            return Ok(None);
        }
        let before = self.0.store.report_before(&work.case.organisation, &tags, work.case.id).await?;
        let Some((before, version)) = before else { return Ok(None) };
        match self.earlier(&before, &version, work.case.purpose == Purpose::Monitoring).await {
            Ok(earlier) => Ok(Some(earlier)),
            Err(error) => {
                tracing::warn!(case = %work.case.id, %error, "the household's last report cannot be compared with");
                Ok(None)
            }
        }
    }

    fn seal_change(&self, case: Uuid, change: &Change) -> Result<SealedDocument, VerificationError> {
        let bytes = serde_json::to_vec(change).map_err(|_| VerificationError::Unreadable { what: "change" })?;
        sealing::seal(&self.0.keys, case, DocumentKind::Change, &bytes)
    }

    /// An earlier report; with its evidence where that is asked for.
    async fn earlier(
        &self,
        case: &CaseRow,
        version: &VersionRow,
        with_evidence: bool,
    ) -> Result<Earlier, VerificationError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let receipt = self.0.ledger.resumed(case.id, case.purpose).await?;
        let unreadable = || VerificationError::Unreadable { what: "earlier report" };
        let body = self.earlier_body(&receipt, version).await?;
        let mut earlier = Earlier { case: case.id, body, clock: None, evidence: None };
        if let Some(document) = version.change_document {
            let sealed = sealing::open(store, keys, &receipt, case.id, document).await?;
            earlier.clock = serde_json::from_slice::<Change>(&sealed).map_err(|_| unreadable())?.clock;
        }
        if with_evidence {
            // without it the report is compared all the same
            let sealed = sealing::open(store, keys, &receipt, case.id, version.evidence_document).await;
            earlier.evidence = sealed.ok().and_then(|sealed| serde_json::from_slice(&sealed).ok());
        }
        Ok(earlier)
    }

    /// When a household is looked at again; none of one that is not on the rolls.
    pub(super) fn due(&self, request: &Request, assessment: &Assessment, pack: &Pack) -> Option<Due> {
        let reviewed =
            matches!(request.purpose, Purpose::PeriodicReview | Purpose::ReportedChange | Purpose::Monitoring);
        let mut may_fit = assessment
            .screening
            .iter()
            .filter(|outcome| outcome.state != Certainty::NotMet && ON_THE_ROLLS.contains(&outcome.outcome.as_ref()));
        let first = may_fit.next();
        if !reviewed && first.is_none() {
            return None;
        }
        let mut last = LastLook::of(&assessment.review, china_date(self.0.clock.now()));
        last.term_until = first.and_then(|outcome| outcome.term.as_ref()).map(|term| term.until);
        Some(next_due(&last, pack.rules()))
    }
}
