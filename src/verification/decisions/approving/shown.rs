//! What waits for a second person, or did, as it is shown to whoever may see it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{hand_of, must_be_shown, unreadable};
use crate::auth::{Caller, Role};
use crate::store::{ApprovalFilter, ApprovalKind, ApprovalRow, ApprovalState};
use crate::verification::decisions::DecideError;
use crate::verification::{ReadError, VerificationError, Verifier};

/// Somebody who agreed or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovalHand {
    /// Who.
    pub by: String,
    /// In which role.
    pub role: String,
    /// When.
    pub at: String,
    /// Agreed or refused.
    pub agrees: bool,
}

/// What waits for a second person, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovalSummary {
    /// Id.
    pub id: String,
    /// `review`, `erasure`, `inspection` or `destruction`.
    pub kind: ApprovalKind,
    /// `open`, `agreed`, `refused`, `revoked` (an inspection that was ended), `lapsed`, or `void`: asked again since, or of an earlier version of
    /// the report.
    pub status: String,
    /// Case.
    pub case: String,
    /// The version it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who asked.
    pub asked_by: String,
    /// For which organisation they asked.
    pub asked_for: String,
    /// When.
    pub asked_at: String,
    /// Until when others may agree.
    pub lapses_at: String,
    /// For how many hours an inspection lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// Of an inspection that was agreed to: until when it opens reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who agreed or refused so far.
    pub hands: Vec<ApprovalHand>,
    /// Whether the caller may agree to it now.
    pub may_agree: bool,
    /// Whether the case is about the caller or registered kin (回避), who has no hand in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovalPage {
    /// The newest first.
    pub items: Vec<ApprovalSummary>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

/// One with what is asked and why.
#[derive(Serialize, ToSchema)]
pub struct ApprovalDetail {
    /// Summary.
    #[serde(flatten)]
    pub summary: ApprovalSummary,
    /// What is asked: decisions with what they change, a reason, or grounds with a document.
    #[schema(value_type = Object)]
    pub asked: serde_json::Value,
    /// Why it was refused, where whoever refused said so; of a destruction only for whoever is shown the whole report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_because: Option<String>,
}

impl Verifier {
    /// What waits for a second person and the caller may see: a supervisor what is asked about the cases in scope, a caseworker
    /// that but for inspections, a security administrator inspections of the organisation's cases, others what they asked themselves.
    ///
    /// # Errors
    /// The store failed.
    pub async fn approvals(
        &self,
        caller: &Caller,
        open: bool,
        cursor: Option<Uuid>,
        limit: u32,
    ) -> Result<ApprovalPage, VerificationError> {
        let now = self.0.clock.now();
        if caller.regions.is_empty() {
            return Ok(ApprovalPage { items: Vec::new(), next: None });
        }
        let scope = match () {
            () if caller.roles.contains(&Role::Supervisor) => ApprovalFilter {
                organisation: Some(caller.organisation.clone()),
                region_prefixes: caller.regions.clone(),
                ..ApprovalFilter::default()
            },
            () if caller.roles.contains(&Role::SecurityAdmin) => ApprovalFilter {
                organisation: Some(caller.organisation.clone()),
                kinds: vec![ApprovalKind::Inspection],
                ..ApprovalFilter::default()
            },
            () if caller.roles.contains(&Role::Caseworker) => ApprovalFilter {
                organisation: Some(caller.organisation.clone()),
                region_prefixes: caller.regions.clone(),
                kinds: vec![ApprovalKind::Review, ApprovalKind::Erasure, ApprovalKind::Destruction],
                ..ApprovalFilter::default()
            },
            () => ApprovalFilter { asked_by: Some(caller.subject.clone()), ..ApprovalFilter::default() },
        };
        let filter = ApprovalFilter { open_at: open.then_some(now), cursor, limit: limit + 1, ..scope };
        let mut rows = self.0.store.list_approvals(&filter).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let barred = self.barred(caller, &rows.iter().map(|row| row.case_id).collect::<Vec<_>>()).await?;
        let own = self.ids_of(caller).await?;
        let item = |row: &ApprovalRow| {
            let item = summary(row, caller, &own, now);
            let barred = barred.contains(&row.case_id);
            ApprovalSummary { may_agree: item.may_agree && !barred, barred, ..item }
        };
        Ok(ApprovalPage { items: rows.iter().map(item).collect(), next })
    }

    /// The last decision about a case's records that a second person was asked for, however it ended.
    ///
    /// # Errors
    /// [`ReadError::NotFound`].
    pub async fn last_review_asked(&self, caller: &Caller, id: &str) -> Result<Option<ApprovalSummary>, ReadError> {
        let case = self.case(caller, id).await?;
        let of_case = ApprovalFilter {
            case_id: Some(case.id),
            kinds: vec![ApprovalKind::Review],
            limit: 1,
            ..ApprovalFilter::default()
        };
        let rows = self.0.store.list_approvals(&of_case).await?;
        let own = self.ids_of(caller).await?;
        Ok(rows.first().map(|row| summary(row, caller, &own, self.0.clock.now())))
    }

    /// One of them, opened: the reading is in the log first.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn approval(&self, caller: &Caller, id: &str) -> Result<ApprovalDetail, DecideError> {
        let row = self.seen(caller, id).await?;
        must_be_shown(caller, &row)?;
        let asked = self.asked_for(caller, &row).await?;
        let asked = serde_json::to_value(&asked).map_err(|_| unreadable())?;
        let own = self.ids_of(caller).await?;
        // why evidence was not to be destroyed may tell of it: whoever may not see answers does not see that
        let tells = row.kind != ApprovalKind::Destruction || caller.sees_answers();
        let refused_because = match row.hands.iter().find_map(|hand| hand.reason).filter(|_| tells) {
            Some(reason) => Some(self.opened_for(caller, &row, reason).await?),
            None => None,
        };
        Ok(ApprovalDetail { summary: summary(&row, caller, &own, self.0.clock.now()), asked, refused_because })
    }
}

pub(super) fn summary(row: &ApprovalRow, caller: &Caller, own: &BTreeSet<String>, now: Timestamp) -> ApprovalSummary {
    let lapsed = row.state == ApprovalState::Open && now >= row.lapses_at;
    ApprovalSummary {
        id: row.id.to_string(),
        kind: row.kind,
        status: if lapsed { "lapsed" } else { row.state.as_str() }.to_owned(),
        case: row.case_id.to_string(),
        version: row.version,
        asked_by: row.asked_by.clone(),
        asked_for: row.asked_for.clone(),
        asked_at: row.asked_at.to_string(),
        lapses_at: row.lapses_at.to_string(),
        hours: row.hours,
        until: row.until.map(|until| until.to_string()),
        hands: row
            .hands
            .iter()
            .map(|hand| ApprovalHand {
                by: hand.by.clone(),
                role: hand.role.clone(),
                at: hand.at.to_string(),
                agrees: hand.agrees,
            })
            .collect(),
        may_agree: hand_of(row, caller, own, now).and_then(|_| must_be_shown(caller, row)).is_ok(),
        barred: false,
    }
}
