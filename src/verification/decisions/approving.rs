//! What waits for a second person: asked for, agreed to, refused. Who asked never agrees, and nobody agrees twice: callers for whom the
//! same own number is registered (`kin`) are one person, and a system's account is none.
//!
//! | asked | by | agreed by |
//! |---|---|---|
//! | a decision that changes a total | caseworker, supervisor | another supervisor of the case's organisation |
//! | an erasure | caseworker, supervisor | another supervisor of the case's organisation |
//! | that evidence goes after a withdrawal | whoever entered it, or asks again after a refusal | another supervisor of the case's organisation (two, where a system's account entered or asked), or nobody refuses in time |
//! | an inspection | auditor | a supervisor **and** a security administrator of the case's organisation |

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::erasing::ErasureGrounds;
use super::inspecting::{self, Grounds};
use super::{DecideError, Kept};
use crate::audit::{Action, Event};
use crate::auth::{Caller, Role};
use crate::household::{Faults, MemberRef};
use crate::store::{
    ApprovalFilter, ApprovalKind, ApprovalRow, ApprovalState, CaseRow, CaseState, DocumentKind, Effect, Hand, Hands,
    NewApproval, Store, until_sha256,
};
use crate::verification::{VerificationError, Verifier, actor, sealing};

/// How long what was asked waits for others.
const WAITS: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Something that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Asked {
    /// Its id: `/v1/approvals/{id}`.
    pub approval: String,
    /// Until when others may agree.
    pub lapses_at: String,
}

/// What is asked and why, as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum AskedFor {
    /// Decisions on records.
    Review {
        decisions: Vec<Kept>,
        /// What they change, as it was when they were made.
        effects: serde_json::Value,
    },
    /// That a case is erased.
    Erasure { grounds: ErasureGrounds },
    /// That what was answered under an authorisation taken back is destroyed.
    Destruction {
        member: MemberRef,
        /// Whether a system's account took it back or asked, behind which anybody may stand.
        #[serde(default)]
        by_system: bool,
    },
    /// That an auditor opens a case's reports.
    Inspection { grounds: Grounds, document: String },
}

impl AskedFor {
    fn kind(&self) -> ApprovalKind {
        match self {
            Self::Review { .. } => ApprovalKind::Review,
            Self::Erasure { .. } => ApprovalKind::Erasure,
            Self::Destruction { .. } => ApprovalKind::Destruction,
            Self::Inspection { .. } => ApprovalKind::Inspection,
        }
    }
}

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
    /// Why it was refused, where whoever refused said so.
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

    /// One of them, opened: the reading is in the log first.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn approval(&self, caller: &Caller, id: &str) -> Result<ApprovalDetail, DecideError> {
        let row = self.seen(caller, id).await?;
        must_be_shown(caller, &row)?;
        let asked = self.asked_for(caller, &row).await?;
        let asked = serde_json::to_value(&asked).map_err(|_| VerificationError::Unreadable { what: "approval" })?;
        let own = self.ids_of(caller).await?;
        let refused_because = match row.hands.iter().find_map(|hand| hand.reason) {
            Some(reason) => Some(self.opened_for(caller, &row, reason).await?),
            None => None,
        };
        Ok(ApprovalDetail { summary: summary(&row, caller, &own, self.0.clock.now()), asked, refused_because })
    }

    /// Agrees as the second person (of an inspection, as one of two). What was asked is done with the last of them.
    ///
    /// # Errors
    /// [`DecideError::SamePerson`], [`DecideError::OtherRole`], [`DecideError::NotOpen`]; [`DecideError::Moved`] when the report is
    /// another one by now.
    pub async fn agree(&self, caller: &Caller, id: &str) -> Result<ApprovalSummary, DecideError> {
        let row = self.seen(caller, id).await?;
        let (now, own) = (self.0.clock.now(), self.ids_of(caller).await?);
        let role = hand_of(&row, caller, &own, now)?;
        must_be_shown(caller, &row)?;
        let case = self.0.store.get_case(row.case_id).await?;
        let (by, role) = (caller.subject.clone(), role.as_str().to_owned());
        let hand = Hand { by, role, at: now, agrees: true, reason: None };
        let event = |action| about(caller, &case, action, row.id, row.version);
        let given = event(Action::ApprovalGiven);
        match row.kind {
            ApprovalKind::Review => {
                let AskedFor::Review { decisions, .. } = self.asked_for(caller, &row).await? else {
                    return Err(VerificationError::Unreadable { what: "approval" }.into());
                };
                let version = row.version.ok_or(DecideError::NoVersion)?;
                let asker = Caller { subject: row.asked_by.clone(), ..caller.clone() };
                let decision = self.review_decision(&asker, &case, version, &decisions)?;
                let then = Hands::Agree { until: None, decision: Some(Box::new(decision)) };
                let events = vec![event(Action::Reviewed), given];
                self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, then)).await?;
                self.go_on(&case);
            }
            ApprovalKind::Destruction => {
                let AskedFor::Destruction { by_system, .. } = self.asked_for(caller, &row).await? else {
                    return Err(VerificationError::Unreadable { what: "approval" }.into());
                };
                // whoever runs a system's account may be the one who agrees: there it takes one more
                if row.hands.is_empty() && by_system {
                    self.0.ledger.decided(vec![given], Store::raising_hand(row.clone(), hand, Hands::More)).await?;
                } else {
                    let events = vec![event(Action::EvidenceDestroyed), given];
                    self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, Hands::Destroy)).await?;
                    self.erased(&case).await?;
                }
            }
            ApprovalKind::Erasure => {
                let events = vec![event(Action::Erased), given];
                self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, Hands::Erase)).await?;
                self.erased(&case).await?;
            }
            ApprovalKind::Inspection => {
                let last = row.hands.iter().any(|other| other.agrees);
                let hours = SignedDuration::from_hours(i64::from(row.hours.unwrap_or(1)));
                let until = last.then(|| now.checked_add(hours).unwrap_or(Timestamp::MAX));
                let then = match until {
                    Some(_) => Hands::Agree { until, decision: None },
                    None => Hands::More,
                };
                let granted = until.map(|until| event(Action::InspectionGranted).detail(until_sha256(until)));
                let events = granted.into_iter().chain([given]).collect();
                self.0.ledger.decided(events, Store::raising_hand(row.clone(), hand, then)).await?;
            }
        }
        Ok(summary(&self.0.store.approval(row.id).await?, caller, &own, now))
    }

    /// Refuses, or takes back what the caller asked. One refusal closes it; an inspection that was agreed to ends with it. What was to be destroyed
    /// stays locked, for a reason, until that is asked for again.
    ///
    /// # Errors
    /// As [`Verifier::agree`]; whoever asked may take it back. [`DecideError::Faults`] where a destruction is refused without a reason.
    pub async fn refuse_approval(
        &self,
        caller: &Caller,
        id: &str,
        reason: Option<&str>,
    ) -> Result<ApprovalSummary, DecideError> {
        let row = self.seen(caller, id).await?;
        let (now, own) = (self.0.clock.now(), self.ids_of(caller).await?);
        if inspecting::lasts(&row, now) {
            self.end_inspection(caller, &row).await?;
            return Ok(summary(&self.0.store.approval(row.id).await?, caller, &own, now));
        }
        // whoever took an authorisation back does not keep what was had under it
        let takes_back = row.kind != ApprovalKind::Destruction && own.contains(&row.asked_by) && row.is_open(now);
        let role = match takes_back {
            true => caller.roles.first().copied().ok_or(DecideError::OtherRole)?,
            false => hand_of(&row, caller, &own, now)?,
        };
        if row.kind == ApprovalKind::Destruction && reason.is_none() {
            let mut faults = Faults::default();
            let remedy =
                ["写明不同意销毁的理由，1 至 1000 字", "say why it is not to be destroyed, in 1 to 1,000 characters"];
            faults.add("/reason", "reason", "理由缺失", "the reason is missing", remedy);
            return Err(DecideError::Faults(faults.0));
        }
        let case = self.0.store.get_case(row.case_id).await?;
        let sealed = reason.map(|reason| {
            let bytes = serde_json::to_vec(reason).map_err(|_| VerificationError::Unreadable { what: "reason" })?;
            sealing::seal(&self.0.keys, case.id, DocumentKind::Approval, &bytes)
        });
        let sealed = sealed.transpose()?.map(Box::new);
        let (by, role) = (caller.subject.clone(), role.as_str().to_owned());
        let hand = Hand { by, role, at: now, agrees: false, reason: sealed.as_ref().map(|sealed| sealed.id) };
        let event = about(caller, &case, Action::ApprovalRefused, row.id, row.version);
        self.0.ledger.decided(vec![event], Store::raising_hand(row.clone(), hand, Hands::Refuse(sealed))).await?;
        Ok(summary(&self.0.store.approval(row.id).await?, caller, &own, now))
    }

    /// Asks again that what a withdrawal locked is destroyed, after a second person refused: whoever may take an authorisation back may. The time
    /// for a refusal begins anew.
    ///
    /// # Errors
    /// [`DecideError::NotOpen`] where nothing was refused; [`DecideError::AlreadyAsked`]; as [`Verifier::approval`].
    pub async fn ask_again(&self, caller: &Caller, id: &str) -> Result<Asked, DecideError> {
        let row = self.seen(caller, id).await?;
        if row.kind != ApprovalKind::Destruction {
            return Err(DecideError::NotOpen);
        }
        let case = self.0.store.get_case(row.case_id).await?;
        let AskedFor::Destruction { member, by_system } = self.asked_for(caller, &row).await? else {
            return Err(VerificationError::Unreadable { what: "approval" }.into());
        };
        let asked = AskedFor::Destruction { member, by_system: by_system || caller.is_system };
        let approval = NewApproval { withdrawn_in: row.withdrawn_in, ..self.new_approval(caller, &case, &asked)? };
        self.put_to_others(caller, &case, approval, Store::asking_again).await
    }

    /// Asks for something that takes a second person.
    pub(super) async fn ask_second(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: Option<u32>,
        hours: Option<u32>,
        asked: &AskedFor,
    ) -> Result<Asked, DecideError> {
        let approval = NewApproval { version, hours, ..self.new_approval(caller, case, asked)? };
        self.put_to_others(caller, case, approval, Store::asking).await
    }

    async fn put_to_others(
        &self,
        caller: &Caller,
        case: &CaseRow,
        approval: NewApproval,
        effect: fn(NewApproval) -> Effect<()>,
    ) -> Result<Asked, DecideError> {
        let (id, lapses_at) = (approval.id, approval.lapses_at);
        let event = about(caller, case, Action::ApprovalAsked, id, approval.version);
        self.0.ledger.decided(vec![event], effect(approval)).await?;
        Ok(Asked { approval: id.to_string(), lapses_at: lapses_at.to_string() })
    }

    /// Something that is asked of others now, sealed. A destruction waits for as long as others may refuse it, the rest until others have agreed.
    pub(super) fn new_approval(
        &self,
        caller: &Caller,
        case: &CaseRow,
        asked: &AskedFor,
    ) -> Result<NewApproval, VerificationError> {
        let bytes = serde_json::to_vec(asked).map_err(|_| VerificationError::Unreadable { what: "approval" })?;
        let (kind, at) = (asked.kind(), self.0.clock.now());
        let waits = match kind {
            ApprovalKind::Destruction => SignedDuration::try_from(self.0.settings.withdrawn_wait).unwrap_or(WAITS),
            _ => WAITS,
        };
        Ok(NewApproval {
            id: Uuid::now_v7(),
            kind,
            case_id: case.id,
            version: None,
            asked_by: caller.subject.clone(),
            asked_for: caller.organisation.clone(),
            at,
            lapses_at: at.checked_add(waits).unwrap_or(Timestamp::MAX),
            hours: None,
            withdrawn_in: None,
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Approval, &bytes)?,
        })
    }

    /// An approval that the caller may see.
    async fn seen(&self, caller: &Caller, id: &str) -> Result<ApprovalRow, DecideError> {
        let id = Uuid::parse_str(id).map_err(|_| DecideError::NotFound)?;
        let row = self.0.store.approval(id).await?;
        let covers = caller.covers(&row.organisation, row.region.as_str());
        let office = row.kind != ApprovalKind::Inspection && caller.roles.contains(&Role::Caseworker);
        let supervises = (caller.roles.contains(&Role::Supervisor) || office) && covers;
        let guards = caller.roles.contains(&Role::SecurityAdmin)
            && row.kind == ApprovalKind::Inspection
            && row.organisation == caller.organisation;
        let asked = row.asked_by == caller.subject && (covers || row.kind == ApprovalKind::Inspection);
        if !(supervises || guards || asked) {
            self.denied(caller, Some(row.case_id), "scope").await?;
            return Err(DecideError::NotFound);
        }
        self.must_stand_apart_from(caller, row.case_id).await?;
        Ok(row)
    }

    async fn asked_for(&self, caller: &Caller, row: &ApprovalRow) -> Result<AskedFor, DecideError> {
        self.opened_for(caller, row, row.document).await
    }

    /// One of an approval's documents, opened for somebody.
    async fn opened_for<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        row: &ApprovalRow,
        document: Uuid,
    ) -> Result<T, DecideError> {
        let case = self.0.store.get_case(row.case_id).await?;
        if case.state == CaseState::Erased {
            return Err(DecideError::State(case.state));
        }
        let receipt = self.0.ledger.looked_at(caller, &case).await?;
        let sealed = sealing::open(&self.0.store, &self.0.keys, &receipt, case.id, document).await?;
        let unreadable = |_| VerificationError::Unreadable { what: "approval" };
        Ok(serde_json::from_slice(&sealed).map_err(unreadable)?)
    }
}

/// An entry about what waits, or waited, for a second person.
pub(super) fn about(caller: &Caller, case: &CaseRow, action: Action, approval: Uuid, version: Option<u32>) -> Event {
    let event = Event::new(&actor(caller), action).case(case.id).purpose(case.purpose).approval(approval);
    match version {
        Some(version) => event.version(version),
        None => event,
    }
}

/// Decisions on records tell what the whole report says: they are shown, and agreed to, by whoever is shown that.
fn must_be_shown(caller: &Caller, row: &ApprovalRow) -> Result<(), DecideError> {
    let shown = caller.sees_answers();
    if shown || row.kind != ApprovalKind::Review { Ok(()) } else { Err(DecideError::Undisclosed) }
}

/// Fails for a system's account: where two persons are needed it is neither of them.
pub(super) fn must_be_a_person(caller: &Caller) -> Result<(), DecideError> {
    if caller.is_system { Err(DecideError::NotAPerson) } else { Ok(()) }
}

/// In which role a caller may raise a hand now.
fn hand_of(row: &ApprovalRow, caller: &Caller, own: &BTreeSet<String>, now: Timestamp) -> Result<Role, DecideError> {
    if !row.is_open(now) {
        return Err(DecideError::NotOpen);
    }
    must_be_a_person(caller)?;
    let has_hand = own.contains(&row.asked_by) || row.hands.iter().any(|hand| own.contains(&hand.by));
    if has_hand || row.withdrawn_by.iter().any(|by| own.contains(by)) {
        return Err(DecideError::SamePerson);
    }
    let has = |role: Role| caller.roles.contains(&role);
    let raised = |role: Role| row.hands.iter().any(|hand| hand.role == role.as_str());
    let supervises = has(Role::Supervisor) && caller.covers(&row.organisation, row.region.as_str());
    let guards =
        has(Role::SecurityAdmin) && row.kind == ApprovalKind::Inspection && row.organisation == caller.organisation;
    match (supervises, guards) {
        (true, _) if row.kind == ApprovalKind::Destruction || !raised(Role::Supervisor) => Ok(Role::Supervisor),
        (_, true) if !raised(Role::SecurityAdmin) => Ok(Role::SecurityAdmin),
        _ => Err(DecideError::OtherRole),
    }
}

fn summary(row: &ApprovalRow, caller: &Caller, own: &BTreeSet<String>, now: Timestamp) -> ApprovalSummary {
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
