//! From bytes to an accepted case: checked, entered in the log, stored; only then is the caller told.

use std::sync::{Arc, OnceLock};

use jiff::ToSpan;
use uuid::Uuid;

use super::answers::Cells;
use super::decisions::Decided;
use super::in_batch::InBatch;
use super::intake::{IntakeContext, read_request};
use super::memory::Known;
use super::{SubmitError, VerificationError, Verifier, plan, sealing};
use crate::auth::Caller;
use crate::household::{Declared, Fault, IdNumber, Lane, Region, Request, is_emergency_relief};
use crate::keys::{BodyMac, DetailKind};
use crate::policy::missing_rule;
use crate::store::{Created, DocumentKind, Hash, IdempotencyKey, NewCase, StoreError, Tag};

/// Hours an idempotency key is remembered: 30 days.
const IDEMPOTENCY_HOURS: i64 = 30 * 24;

/// An accepted case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Id.
    pub id: String,
    /// Whether an earlier request with the same Idempotency-Key made it.
    pub replayed: bool,
}

impl Verifier {
    /// Accepts a household to be verified. When this returns, nothing that was accepted can be lost.
    ///
    /// # Errors
    /// [`SubmitError`]; every fault of the request at once. Nothing is asked and nothing stored but the refusal's entry in the log.
    pub async fn submit(&self, caller: &Caller, body: &[u8], key: Option<&str>) -> Result<Submitted, SubmitError> {
        let inner = &self.0;
        let now = inner.clock.now();
        let idempotency = key.map(|key| IdempotencyKey {
            key_tags: self.tags("idempotency-key", &format!("{}\n{key}", caller.subject)),
            body_macs: inner.keys.body_macs(body).iter().map(BodyMac::bytes).collect(),
            expires_at: now.saturating_add(IDEMPOTENCY_HOURS.hours()).unwrap_or(now),
        });
        if let Some(key) = &idempotency {
            match inner.store.find_idempotent(&caller.subject, key, now).await {
                Ok(None) => {}
                Ok(Some(case)) => return Ok(Submitted { id: case.to_string(), replayed: true }),
                Err(StoreError::IdempotencyConflict) => return self.conflict(caller).await,
                Err(error) => return Err(error.into()),
            }
        }
        let request = match self.read(caller, body) {
            Ok(request) => request,
            Err(faults) => {
                self.refuse(caller, "invalid").await?;
                return Err(SubmitError::Faults(faults));
            }
        };
        if !caller.covers_region(request.region.as_str()) {
            self.refuse(caller, "region").await?;
            return Err(SubmitError::Forbidden);
        }
        let kin = self.kin_within(&request, &self.kin_tags(caller).await?);
        if !kin.is_empty() {
            self.denied(caller, None, "kin").await?;
            return Err(SubmitError::Barred(kin));
        }
        match self.accept(caller, request, idempotency).await {
            // Another call with the same key and other bytes was faster.
            Err(SubmitError::IdempotencyConflict) => self.conflict(caller).await,
            other => other,
        }
    }

    /// Every fault of a request, as [`Verifier::submit`] would tell them; nothing is sent by it, nothing kept, and no entry made.
    ///
    /// # Errors
    /// The faults.
    pub fn check_request(&self, caller: &Caller, body: &[u8]) -> Result<(), Vec<Fault>> {
        self.read(caller, body).map(drop)
    }

    /// Enters in the log that something was refused to a caller, before the caller is told. `why` is a closed word, of which only
    /// the hash is entered: `invalid`, `region`, `idempotency_conflict`, `too_large`, `media_type`, `idempotency_key`.
    ///
    /// # Errors
    /// [`VerificationError::Audit`]: the log cannot be written.
    pub async fn refuse(&self, caller: &Caller, why: &'static str) -> Result<(), VerificationError> {
        self.0.ledger.refused(caller, why).await?;
        metrics::counter!("hedui_requests_refused_total", "why" => why).increment(1);
        Ok(())
    }

    async fn conflict(&self, caller: &Caller) -> Result<Submitted, SubmitError> {
        self.refuse(caller, "idempotency_conflict").await?;
        Err(SubmitError::IdempotencyConflict)
    }

    pub(super) fn read(&self, caller: &Caller, body: &[u8]) -> Result<Request, Vec<Fault>> {
        let today = self.0.clock.today();
        let sources = self.0.departments.keys();
        let packs = self.0.rules.packs();
        let knows_region = |region: &Region| packs.resolve(region, today).is_ok();
        let covers_day = |region: &Region, day| packs.resolve(region, day).is_ok();
        let lacks = |region: &Region, day, purpose| {
            packs.resolve(region, day).ok().and_then(|pack| missing_rule(purpose, &pack))
        };
        let context = IntakeContext {
            today,
            knows_region: &knows_region,
            covers_day: &covers_day,
            lacks: &lacks,
            sources: &sources,
            has_registered_key: caller.recipient_key.is_some(),
        };
        let mut request = read_request(body, &context)?;
        if request.purpose.is_screening() {
            // it rests on the duty alone, and reckons nothing
            for member in &mut request.household.members {
                (member.authorisation, member.declared) = (None, Declared::default());
            }
        }
        if request.recipient_key.is_none() {
            request.recipient_key.clone_from(&caller.recipient_key);
        }
        Ok(request)
    }

    pub(super) async fn accept(
        &self,
        caller: &Caller,
        request: Request,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Submitted, SubmitError> {
        let lane = lane_of(&request);
        match self.accepted(caller, request, idempotency, lane, None).await? {
            Created::Existing(existing) => Ok(Submitted { id: existing.to_string(), replayed: true }),
            Created::New(id) => Ok(Submitted { id: id.to_string(), replayed: false }),
        }
    }

    /// Makes a case of a checked request.
    pub(super) async fn accepted(
        &self,
        caller: &Caller,
        request: Request,
        idempotency: Option<IdempotencyKey>,
        lane: Lane,
        batch: Option<InBatch>,
    ) -> Result<Created, SubmitError> {
        let inner = &self.0;
        // no entry says so: there is hardly room for those of what was accepted
        if let Err(full) = inner.store.must_have_room().await {
            return self.accepted_already(caller, idempotency.as_ref()).await?.ok_or_else(|| full.into());
        }
        let id = Uuid::now_v7();
        let stored = serde_json::to_vec(&request).map_err(|_| VerificationError::Unreadable { what: "request" })?;
        let sealed = sealing::seal(&inner.keys, id, DocumentKind::Request, &stored)?;
        let case = NewCase {
            id,
            organisation: caller.organisation.clone(),
            client: caller.subject.clone(),
            purpose: request.purpose,
            region: request.region.clone(),
            reference_tag: request
                .reference
                .as_deref()
                .map(|text| self.tag("reference", &of_organisation(caller, text))),
            created_at: inner.clock.now(),
            as_of: request.as_of,
            lane,
            batch: batch.map(|place| (place.batch, place.row)),
            household_tags: self.household_tags(&caller.organisation, &request),
            idempotency,
            subject_tags: self.person_tags(&request),
            request: sealed,
        };
        let basis = request.legal_basis.kind;
        if batch.is_some() {
            // it waits, perhaps for hours: nothing of it is kept in memory
            let (_, created) = inner.ledger.accepted(caller, case, basis).await?;
            if matches!(created, Created::New(_)) {
                metrics::counter!("hedui_cases_accepted_total", "lane" => lane.as_str()).increment(1);
            }
            return Ok(created);
        }
        // Known before it can be claimed, so that whoever claims it finds it.
        let receipt = Arc::new(OnceLock::new());
        let (cells, decided) = (Cells::new(), Decided::default());
        inner.memory.keep(id, Known { request, receipt: Arc::clone(&receipt), cells, decided, claims: 0 });
        let created = inner.ledger.accepted(caller, case, basis).await;
        if let Ok((entry, _)) = &created {
            receipt.get_or_init(|| entry.clone());
        }
        if !matches!(created, Ok((_, Created::New(_)))) {
            inner.memory.forget(id);
        }
        let created = created?.1;
        if matches!(created, Created::New(_)) {
            inner.bell.notify_one();
            metrics::counter!("hedui_cases_accepted_total", "lane" => lane.as_str()).increment(1);
        }
        Ok(created)
    }

    /// What was accepted under the same key is told whatever stands in the way of anything new.
    async fn accepted_already(
        &self,
        caller: &Caller,
        key: Option<&IdempotencyKey>,
    ) -> Result<Option<Created>, SubmitError> {
        let Some(key) = key else { return Ok(None) };
        let found = self.0.store.find_idempotent(&caller.subject, key, self.0.clock.now()).await?;
        Ok(found.map(Created::Existing))
    }

    /// A blind index for look-up.
    pub(super) fn tag(&self, domain: &str, text: &str) -> Tag {
        let tag = self.0.keys.blind_index(domain, text);
        Tag::new(tag.epoch(), tag.bytes())
    }

    /// The blind indexes of a text under every epoch of the ring, newest first: by any of them it may be found.
    pub(crate) fn tags(&self, domain: &str, text: &str) -> Vec<Tag> {
        self.0.keys.blind_indexes(domain, text).iter().map(|tag| Tag::new(tag.epoch(), tag.bytes())).collect()
    }

    /// What an entry of the log holds of something that could be guessed.
    pub(crate) fn log_detail(&self, kind: DetailKind, bytes: &[u8]) -> Hash {
        self.0.keys.detail_mac(kind, bytes).bytes()
    }

    /// Every blind index a caller's reference may stand under, apart for each organisation.
    pub(super) fn reference_tags(&self, caller: &Caller, reference: &str) -> Vec<Tag> {
        self.tags("reference", &of_organisation(caller, reference))
    }

    /// The log's tag of a person.
    pub(super) fn subject_tag(&self, number: &IdNumber) -> Tag {
        let tag = self.0.keys.subject_tag(number.expose());
        Tag::new(tag.epoch(), tag.bytes())
    }

    fn person_tags(&self, request: &Request) -> Vec<Tag> {
        let numbers = plan::people(request).filter_map(|person| person.id_number.as_ref());
        numbers.map(|number| self.tag("person", number.expose())).collect()
    }
}

fn of_organisation(caller: &Caller, reference: &str) -> String {
    format!("{}\n{reference}", caller.organisation)
}

fn lane_of(request: &Request) -> Lane {
    if is_emergency_relief(request.purpose, request.legal_basis.kind) { Lane::Urgent } else { Lane::Interactive }
}
