//! One more look at a household that is watched: its last request, as of today, for monitoring; and what such a look found that the last
//! report did not know.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::intake::document_of;
use super::{ReadError, SubmitError, VerificationError, Verifier, sealing};
use crate::auth::{Caller, Role};
use crate::household::{Lane, Lang, LegalBasisKind, Purpose, Request};
use crate::policy::assessment::{Alert, Points};
use crate::report::change::{Change, Consequence, Direction};
use crate::report::{AlertEntry, Body, Words};
use crate::store::{AlertRow, Created, DocumentKind, IdempotencyKey, SealedDocument, SubscriptionRow};

/// How long a look is remembered, so that it is begun once.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// What became of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It is a case now, or was one already.
    Begun(Uuid),
    /// An authorisation does not run any more, or does not cover monitoring: nothing was asked.
    NotAuthorised,
}

/// What monitoring found about a household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundAlert {
    /// `medical_cost`, `job_lost`, …: a code of the rules; `changed` where the whole points one way.
    pub code: String,
    /// Whether it may need more help, or may no longer fit.
    pub points: String,
    /// About whom, by the reference in the case's request; the household where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Which department's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// In words.
    pub words: Words,
}

impl Verifier {
    /// Begins a look at a watched household, once for each number of a look, however often it is tried.
    ///
    /// # Errors
    /// [`SubmitError::Closed`]; the store failed.
    pub async fn look_at(&self, watched: &SubscriptionRow) -> Result<Look, SubmitError> {
        let inner = &self.0;
        let case = inner.store.get_case(watched.case_id).await?;
        let receipt = inner.ledger.resumed(case.id, Purpose::Monitoring).await.map_err(VerificationError::from)?;
        let sealed = sealing::open(&inner.store, &inner.keys, &receipt, case.id, case.request_document).await?;
        let unreadable = |_| VerificationError::Unreadable { what: "request" };
        let mut request: Request = serde_json::from_slice(&sealed).map_err(unreadable)?;
        // monitoring rests on consent: a duty or an emergency that once was is none
        if request.legal_basis.kind != LegalBasisKind::Authorisation {
            return Ok(Look::NotAuthorised);
        }
        request.purpose = Purpose::Monitoring;
        request.as_of = self.today();
        let caller = Caller {
            subject: watched.client.clone(),
            organisation: watched.organisation.clone(),
            regions: vec![watched.region.as_str().to_owned()],
            roles: vec![Role::Client],
            is_system: true,
            oversees: Vec::new(),
            scopes: Vec::new(),
            token_hash: String::new(),
            recipient_key: request.recipient_key.clone(),
            disclosure: crate::config::Disclosure::Conclusion,
            calls_per_second: None,
            lasts: None,
            call: None,
        };
        // checked as if it came today: what has run out since is no authorisation any more
        let Ok(request) = self.check(&caller, document_of(&request).to_string().as_bytes()) else {
            return Ok(Look::NotAuthorised);
        };
        if !self.withdrawn_members(&case, &request).await?.is_empty() {
            return Ok(Look::NotAuthorised);
        }
        let name = format!("{}\n{}", watched.id, watched.looks);
        let key = IdempotencyKey {
            key_tags: self.tags("look", &name),
            body_macs: vec![inner.keys.body_macs(name.as_bytes())[0].bytes()],
            expires_at: inner.clock.now().checked_add(REMEMBERED).unwrap_or(Timestamp::MAX),
        };
        match self.accepted(&caller, request, Some(key), Lane::Bulk, None).await? {
            Created::New(id) | Created::Existing(id) => Ok(Look::Begun(id)),
        }
    }

    /// Whether a client is registered, in an organisation.
    pub(crate) fn is_registered(&self, client: &str, organisation: &str) -> bool {
        self.0.settings.register.has(client, |client| client.organisation == organisation)
    }

    /// What a look found that the report before it does not say, sealed for the case.
    pub(super) fn alerts_of(
        &self,
        case: Uuid,
        before: Option<&Body>,
        after: &Body,
        told: &[Alert],
        change: Option<&Change>,
    ) -> Result<Vec<SealedDocument>, VerificationError> {
        let key = |alert: &AlertEntry| (alert.code.clone(), alert.member.clone(), alert.record.clone(), alert.on);
        let known: Vec<_> = before.iter().flat_map(|body| &body.alerts).map(key).collect();
        let fresh = after.alerts.iter().filter(|alert| !known.contains(&key(alert)));
        let mut found: Vec<FoundAlert> = fresh.clone().map(|alert| of_entry(alert, after)).collect();
        // what no record dates: a certificate that is new, deposits that grew
        let is_told = |alert: &&Alert| {
            let same = |entry: &AlertEntry| {
                entry.code == alert.code && entry.member == alert.member && entry.record == alert.record
            };
            !fresh.clone().any(same)
        };
        found.extend(told.iter().filter(is_told).map(of_alert));
        if found.is_empty()
            && let Some(change) = change.filter(|change| change.direction() != Direction::Neutral)
        {
            found.push(of_change(change));
        }
        let seal = |alert: &FoundAlert| {
            let bytes = serde_json::to_vec(alert).map_err(|_| VerificationError::Unreadable { what: "alert" })?;
            sealing::seal(&self.0.keys, case, DocumentKind::Alert, &bytes)
        };
        found.iter().map(seal).collect()
    }

    /// Alerts opened for somebody, with what was noted when they were acknowledged: an entry each, all in one commit, before any is opened.
    ///
    /// # Errors
    /// [`ReadError::Closed`]; the store failed.
    pub async fn opened_alerts(
        &self,
        caller: &Caller,
        alerts: &[AlertRow],
    ) -> Result<Vec<(FoundAlert, Option<String>)>, ReadError> {
        let mut cases = Vec::with_capacity(alerts.len());
        for alert in alerts {
            cases.push(self.0.store.get_case(alert.case_id).await?);
        }
        let receipts = self.0.ledger.opened_by(caller, cases.iter()).await?;
        let mut opened = Vec::with_capacity(alerts.len());
        for (alert, receipt) in alerts.iter().zip(receipts) {
            let (store, keys) = (&self.0.store, &self.0.keys);
            let sealed = sealing::open(store, keys, &receipt, alert.case_id, alert.document).await?;
            let found = serde_json::from_slice(&sealed).map_err(|_| VerificationError::Unreadable { what: "alert" })?;
            let mut note = None;
            if let Some(document) = alert.note {
                let words = sealing::open(store, keys, &receipt, alert.case_id, document).await?;
                note = Some(
                    String::from_utf8(words.to_vec()).map_err(|_| VerificationError::Unreadable { what: "note" })?,
                );
            }
            opened.push((found, note));
        }
        Ok(opened)
    }
}

fn of_alert(alert: &Alert) -> FoundAlert {
    FoundAlert {
        code: alert.code.clone().into_owned(),
        points: points_word(alert.points).to_owned(),
        member: Some(alert.member.to_string()),
        source: alert.source.as_ref().map(ToString::to_string),
        words: Words { zh: alert.ground.zh.clone().into_owned(), en: alert.ground.en.clone().into_owned() },
    }
}

fn points_word(points: Points) -> &'static str {
    match points {
        Points::MayNeedHelp => "may_need_more",
        Points::MayNoLongerFit => "may_no_longer_fit",
    }
}

fn of_entry(alert: &AlertEntry, body: &Body) -> FoundAlert {
    let words = body.ground(alert.ground).map_or_else(
        || Words { zh: alert.code.clone(), en: alert.code.clone() },
        |ground| Words { zh: ground.zh.clone(), en: ground.en.clone() },
    );
    FoundAlert {
        code: alert.code.clone(),
        points: points_word(alert.points).to_owned(),
        member: Some(alert.member.to_string()),
        source: alert.source.as_ref().map(ToString::to_string),
        words,
    }
}

fn of_change(change: &Change) -> FoundAlert {
    // that it may continue as it is says nothing of what was found
    let words = |lang: Lang| match change.consequence {
        Consequence::Nothing | Consequence::ContinueAsIs => {
            let points = change.direction().words(lang);
            format!("{}{points}", lang.pick("与上次核对相比有变化，", "something changed since the last report: "))
        }
        _ => change.consequence.words(lang).to_owned(),
    };
    FoundAlert {
        code: "changed".to_owned(),
        points: change.direction().code().to_owned(),
        member: None,
        source: None,
        words: Words { zh: words(Lang::Zh), en: words(Lang::En) },
    }
}
