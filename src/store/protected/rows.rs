//! What each table's row says that its entry says too.

use super::{Claim, Entry, ProtectedRow};
use crate::household::{AnswerKind, Purpose};
use crate::store::columns::Columns as _;
use crate::store::db::Row;
use crate::store::{
    ApprovalKind, ApprovalState, ArtifactKind, BatchState, CaseState, DecisionKind, DocumentKind, StoreError,
    SubscriptionState, VersionReason, ids_sha256, report_document_id, until_sha256,
};

pub(super) fn case(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("cases", key.clone());
    let id = kept.value(row.uuid("id"))?;
    kept.at(row, "accepted_leaf", id)?;
    kept.actions = &["accepted"];
    kept.claim("id", id.map(Claim::Case));
    kept.says("organisation", row.text("organisation"), Claim::Organisation)?;
    kept.says("client", row.text("client"), Claim::Actor)?;
    kept.says("purpose", row.must("purpose", Purpose::parse), Claim::Purpose)?;
    kept.must_be_there(row, "request_document", "request_there")?;
    kept.may_be_there(row, "batch_id", "batch_there")?;
    let state = kept.value(row.must("state", CaseState::parse))?;
    let mut rows = vec![kept];
    if let (Some(CaseState::Erased), Some(id)) = (state, id) {
        let mut erased = ProtectedRow::new("cases", key);
        (erased.entry, erased.actions) = (Entry::Of(id), &["erased"]);
        erased.claim("state", Some(Claim::Case(id)));
        rows.push(erased);
    }
    Ok(rows)
}

pub(super) fn version(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("versions", key);
    kept.actions = &["completed", "issued"];
    let case = kept.of_case(row)?;
    let number = kept.value(row.small("number"))?;
    kept.claim("number", number.map(Claim::Version));
    let body = kept.value(row.hash("body_hash"))?;
    kept.claim("body_hash", body.map(Claim::Detail));
    let report = kept.value(row.uuid("report_document"))?;
    if let (Some(case), Some(number), Some(body), Some(report)) = (case, number, body, report) {
        kept.must("report_document", report == report_document_id(case, number, &body));
    }
    let supersedes = kept.value(row.opt_small("supersedes"))?;
    let before = number.map(|number| number.checked_sub(1).filter(|before| *before > 0));
    kept.must("supersedes", supersedes.is_none() || supersedes == before);
    let reason = kept.value(row.must("reason", VersionReason::parse))?;
    kept.must(
        "reason",
        reason.is_none_or(|reason| number.is_none_or(|n| (n == 1) == (reason == VersionReason::First))),
    );
    kept.must_be_there(row, "case_id", "case_there")?;
    kept.must_be_there(row, "report_document", "report_there")?;
    kept.must_be_there(row, "evidence_document", "evidence_there")?;
    for (column, there) in [("change_document", "change_there"), ("compared_with", "compared_there")] {
        kept.may_be_there(row, column, there)?;
    }
    Ok(vec![kept])
}

pub(super) fn cell(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("cells", key);
    kept.actions = &["query_authorised", "query_reused"];
    kept.of_case(row)?;
    kept.says("member_ref", row.text("member_ref"), Claim::Member)?;
    kept.says("source", row.text("source"), Claim::Source)?;
    kept.value(row.word("kind", AnswerKind::parse))?;
    kept.must_be_there(row, "case_id", "case_there")?;
    kept.may_be_there(row, "evidence_document", "evidence_there")?;
    Ok(vec![kept])
}

pub(super) fn document(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("documents", key);
    kept.value(row.uuid("id"))?;
    kept.value(row.must("kind", DocumentKind::parse))?;
    kept.may_be_there(row, "case_id", "case_there")?;
    if kept.value(row.opt_index("locked_in"))?.flatten().is_some() {
        kept.must_be_there(row, "locked_in", "lock_there")?;
    }
    Ok(vec![kept])
}

pub(super) fn artifact(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    use sha2::{Digest as _, Sha256};
    let mut kept = ProtectedRow::new("artifacts", key);
    kept.value(row.must("kind", ArtifactKind::parse))?;
    let bytes = kept.value(row.bytes("bytes"))?.unwrap_or_default();
    let (stored, hash) = (kept.value(row.text("sha256"))?, hex::encode(Sha256::digest(bytes)));
    if stored.is_none_or(|stored| stored != hash) {
        kept.wrong.extend(["sha256", "bytes"]);
    }
    Ok(vec![kept])
}

pub(super) fn batch(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("batches", key);
    kept.actions = &["batch_received"];
    if let Some(id) = kept.value(row.uuid("id"))? {
        kept.entry = Entry::Of(id);
        kept.claim("id", Some(Claim::Batch(id)));
    }
    kept.says("organisation", row.text("organisation"), Claim::Organisation)?;
    kept.says("client", row.text("client"), Claim::Actor)?;
    kept.value(row.must("state", BatchState::parse))?;
    kept.must_be_there(row, "terms_document", "terms_there")?;
    Ok(vec![kept])
}

pub(super) fn batch_document(table: &'static str, row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new(table, key);
    kept.must_be_there(row, "batch_id", "batch_there")?;
    kept.must_be_there(row, "document_id", "document_there")?;
    Ok(vec![kept])
}

pub(super) fn hearing(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("hearings", key);
    kept.actions = &["heard"];
    kept.of_case(row)?;
    kept.says("version", row.small("version"), Claim::Version)?;
    kept.must_be_there(row, "document_id", "document_there")?;
    Ok(vec![kept])
}

pub(super) fn kin(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    use sha2::{Digest as _, Sha256};
    let mut kept = ProtectedRow::new("kin", key);
    kept.actions = &["kin_registered"];
    if let Some(id) = kept.value(row.uuid("id"))? {
        kept.entry = Entry::Of(id);
        kept.claim("id", Some(Claim::Registration(id)));
    }
    let client = kept.value(row.text("client"))?.map(|client| Claim::Detail(Sha256::digest(client).into()));
    kept.claim("client", client);
    kept.says("organisation", row.text("organisation"), Claim::Organisation)?;
    kept.says("registered_by", row.text("registered_by"), Claim::Actor)?;
    kept.must_be_there(row, "document_id", "document_there")?;
    Ok(vec![kept])
}

pub(super) fn decision(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("decisions", key);
    let case = kept.of_case(row)?;
    kept.actions = match kept.value(row.must("kind", DecisionKind::parse))? {
        Some(DecisionKind::Review) => &["reviewed"],
        Some(DecisionKind::Objection) => &["objected"],
        Some(DecisionKind::Withdrawal) => &["authorisation_withdrawn"],
        Some(DecisionKind::AskedAgain) => &["asked_again"],
        None => &["reviewed", "objected", "authorisation_withdrawn", "asked_again"],
    };
    kept.must_be_there(row, "document_id", "document_there")?;
    if kept.actions != ["authorisation_withdrawn"] {
        return Ok(vec![kept]);
    }
    // What it locked is locked still, or gone: the entry holds the hash of the documents' ids.
    let locked = kept.value(row.opt_text("locked"))?.flatten().unwrap_or_default();
    let mut lock = ProtectedRow::new("documents", case.map_or_else(String::new, |case| format!("of case {case}")));
    (lock.entry, lock.actions) = (kept.entry.clone(), kept.actions);
    lock.claim("locked_in", Some(Claim::Detail(ids_sha256(locked.split_whitespace().map(str::to_owned).collect()))));
    Ok(vec![kept, lock])
}

pub(super) fn approval(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("approvals", key.clone());
    kept.actions = &["approval_asked"];
    let case = kept.value(row.uuid("case_id"))?;
    if let Some(case) = case {
        kept.entry = Entry::Of(case);
        kept.claim("case_id", Some(Claim::Case(case)));
    }
    let id = kept.value(row.uuid("id"))?.map(Claim::Approval);
    kept.claim("id", id.clone());
    kept.says("asked_by", row.text("asked_by"), Claim::Actor)?;
    kept.says("asked_for", row.text("asked_for"), Claim::Organisation)?;
    let kind = kept.value(row.must("kind", ApprovalKind::parse))?;
    let state = kept.value(row.must("state", ApprovalState::parse))?;
    let until = kept.value(row.opt_time("until"))?.flatten();
    kept.must_be_there(row, "organisation", "organisation_there")?;
    kept.must_be_there(row, "region", "region_there")?;
    kept.must_be_there(row, "document_id", "document_there")?;
    let of_withdrawal = kept.value(row.opt_index("withdrawn_in"))?.flatten().is_some();
    kept.must("withdrawn_in", of_withdrawal == (kind == Some(ApprovalKind::Destruction)));
    if of_withdrawal {
        kept.must_be_there(row, "withdrawn_in", "withdrawal_there")?;
    }
    // one refusal closes it
    kept.must("state", row.int("refusals")? == 0 || state == Some(ApprovalState::Refused));
    let entry = kept.entry.clone();
    let mut rows = vec![kept];
    // Where it stands is what somebody's hand brought about, and the log says that too.
    let by_hand: &[&'static [&'static str]] = match (state, kind) {
        (Some(ApprovalState::Agreed), Some(ApprovalKind::Review)) => &[&["reviewed"]],
        (Some(ApprovalState::Agreed), Some(ApprovalKind::Erasure)) => &[&["erased"]],
        (Some(ApprovalState::Agreed), Some(ApprovalKind::Destruction)) => &[&["evidence_destroyed"]],
        (Some(ApprovalState::Agreed), Some(ApprovalKind::Inspection)) => &[&["inspection_granted"]],
        (Some(ApprovalState::Revoked), _) => &[&["inspection_granted"], &["inspection_ended"]],
        (Some(ApprovalState::Refused), _) => &[&["approval_refused"]],
        _ => return Ok(rows),
    };
    for actions in by_hand {
        let mut ending = ProtectedRow::new("approvals", key.clone());
        (ending.entry, ending.actions) = (entry.clone(), actions);
        ending.claim("state", id.clone());
        let granted = until.filter(|_| *actions == ["inspection_granted"]);
        ending.claim("until", granted.map(|until| Claim::Detail(until_sha256(until))));
        rows.push(ending);
    }
    Ok(rows)
}

pub(super) fn hand(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("approval_hands", key);
    let agrees = kept.value(row.flag("agrees"))?.unwrap_or_default();
    kept.actions = &["approval_given", "approval_refused"];
    kept.claim("agrees", Some(Claim::Action(kept.actions[usize::from(!agrees)])));
    match kept.value(row.opt_uuid("case_id"))?.flatten() {
        Some(case) => {
            kept.at(row, "leaf_index", Some(case))?;
            kept.claim("approval_id", Some(Claim::Case(case)));
        }
        None => kept.wrong.push("approval_id"),
    }
    kept.says("approval_id", row.uuid("approval_id"), Claim::Approval)?;
    kept.says("by_subject", row.text("by_subject"), Claim::Actor)?;
    kept.may_be_there(row, "reason_document", "reason_there")?;
    Ok(vec![kept])
}

pub(super) fn subscription(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("subscriptions", key);
    kept.actions = &["subscribed"];
    kept.of_case(row)?;
    kept.value(row.must("state", SubscriptionState::parse))?;
    kept.must_be_there(row, "case_id", "case_there")?;
    kept.must_be_there(row, "organisation", "organisation_there")?;
    // it is the case's client's, or, when that one is gone, whoever's the entry is
    if row.index("client_there")? == 0 {
        let client = kept.value(row.text("client"))?.map(Claim::Actor);
        kept.claim("client", client);
    }
    kept.must_be_there(row, "region", "region_there")?;
    Ok(vec![kept])
}

pub(super) fn alert(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("alerts", key);
    let case = kept.value(row.uuid("case_id"))?;
    kept.must_be_there(row, "case_id", "case_there")?;
    kept.must_be_there(row, "organisation", "organisation_there")?;
    kept.must_be_there(row, "region", "region_there")?;
    kept.must_be_there(row, "document_id", "document_there")?;
    kept.may_be_there(row, "note_document", "note_there")?;
    let by = kept.value(row.opt_text("acknowledged_by"))?.flatten();
    if let (Some(case), Some(by)) = (case, by) {
        (kept.entry, kept.actions) = (Entry::Of(case), &["alert_acknowledged"]);
        kept.claim("case_id", Some(Claim::Case(case)));
        kept.claim("acknowledged_by", Some(Claim::Actor(by)));
    }
    Ok(vec![kept])
}
