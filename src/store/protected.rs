//! Rows of the tables that the log protects, each with the entry that it names or must have, and with what it points at in vain. Which
//! columns these are, and which are free and why, is held by a test of `audit` against the database's own catalogue.

use uuid::Uuid;

use super::columns::{Columns as _, Hash, int};
use super::db::{Builder, Row};
use super::{
    ApprovalKind, ApprovalState, ArtifactKind, BatchState, CaseState, DecisionKind, DocumentKind, LogSnapshot,
    StoreError, SubscriptionState, VersionReason, ids_sha256, report_document_id, until_sha256,
};
use crate::household::{AnswerKind, Purpose};

/// What a column says that the row's entry must say too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The case.
    Case(Uuid),
    /// The batch.
    Batch(Uuid),
    /// The registration.
    Registration(Uuid),
    /// The version of the report.
    Version(u32),
    /// The person's place in the case.
    Member(String),
    /// The source.
    Source(String),
    /// The programme.
    Purpose(Purpose),
    /// On behalf of whom.
    Organisation(String),
    /// Who.
    Actor(String),
    /// The hash.
    Detail(Hash),
    /// What waits, or waited, for a second person.
    Approval(Uuid),
    /// What was done.
    Action(&'static str),
}

/// Which entry a row goes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// None.
    None,
    /// The one whose index stands in a column, with its bytes if there is one.
    At {
        /// The column.
        column: &'static str,
        /// The index.
        index: u64,
        /// The leaf's bytes.
        bytes: Option<Vec<u8>>,
        /// The case in whose entries the right one is looked for, should this be another.
        of: Uuid,
    },
    /// Any one of this case or batch.
    Of(Uuid),
}

/// A row as the log sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedRow {
    /// Table.
    pub table: &'static str,
    /// Its key.
    pub key: String,
    /// The entry it goes with.
    pub entry: Entry,
    /// What that entry may be.
    pub actions: &'static [&'static str],
    /// What it must say.
    pub claims: Vec<(&'static str, Claim)>,
    /// Columns whose value nothing writes, or that point at nothing.
    pub wrong: Vec<&'static str>,
}

impl ProtectedRow {
    fn new(table: &'static str, key: String) -> Self {
        Self { table, key, entry: Entry::None, actions: &[], claims: Vec::new(), wrong: Vec::new() }
    }

    /// The value of a column; one that cannot be read is wrong.
    fn value<T>(&mut self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Corrupt { column }) => {
                self.wrong.push(column);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn must(&mut self, column: &'static str, holds: bool) {
        if !holds {
            self.wrong.push(column);
        }
    }

    /// The case or version or document a column names must be there: `there` is the name of a count of them.
    fn must_be_there(&mut self, row: &Row, column: &'static str, there: &'static str) -> Result<(), StoreError> {
        self.must(column, row.int(there)? > 0);
        Ok(())
    }

    fn claim(&mut self, column: &'static str, claim: Option<Claim>) {
        self.claims.extend(claim.map(|claim| (column, claim)));
    }

    fn at(&mut self, row: &Row, column: &'static str, of: Option<Uuid>) -> Result<(), StoreError> {
        let index = self.value(row.opt_index(column))?.flatten();
        let bytes = self.value(opt_bytes(row))?.flatten();
        if let (Some(index), Some(of)) = (index, of) {
            self.entry = Entry::At { column, index, bytes, of };
        }
        Ok(())
    }
}

/// The bytes of a leaf that may not be there.
fn opt_bytes(row: &Row) -> Result<Option<Vec<u8>>, StoreError> {
    if row.int("leaf_there")? > 0 { row.bytes("leaf_bytes").map(Some) } else { Ok(None) }
}

/// The key of the last row that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After(Vec<KeyPart>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum KeyPart {
    Text(String),
    Number(i64),
}

/// A table that the log protects.
#[derive(Clone, Copy, Debug)]
pub struct ProtectedTable {
    name: &'static str,
    /// The columns of its key, in the order of which it is read.
    key: &'static [&'static str],
    rows: &'static str,
    read: fn(&Row, String) -> Result<Vec<ProtectedRow>, StoreError>,
}

/// Every one.
pub const PROTECTED: &[ProtectedTable] = &[
    ProtectedTable {
        name: "cases",
        key: &["c.id"],
        rows: "SELECT c.*, l.bytes AS leaf_bytes, CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM documents d WHERE d.id = c.request_document AND d.case_id = c.id AND d.kind = 'request') AS request_there,
                      (SELECT count(*) FROM batches b WHERE b.id = c.batch_id) AS batch_there
               FROM cases c LEFT JOIN log_leaves l ON l.idx = c.accepted_leaf",
        read: case,
    },
    ProtectedTable {
        name: "versions",
        key: &["v.case_id", "v.number"],
        rows: "SELECT v.*, l.bytes AS leaf_bytes,
                      CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM cases c WHERE c.id = v.case_id) AS case_there,
                      (SELECT count(*) FROM cases c WHERE c.id = v.compared_with) AS compared_there,
                      (SELECT count(*) FROM documents d WHERE d.id = v.report_document AND d.case_id = v.case_id AND d.kind = 'report') AS report_there,
                      (SELECT count(*) FROM documents d WHERE d.id = v.evidence_document AND d.case_id = v.case_id AND d.kind = 'version_evidence') AS evidence_there,
                      (SELECT count(*) FROM documents d WHERE d.id = v.change_document AND d.case_id = v.case_id AND d.kind = 'change') AS change_there
               FROM versions v LEFT JOIN log_leaves l ON l.idx = v.leaf_index",
        read: version,
    },
    ProtectedTable {
        name: "cells",
        key: &["e.case_id", "e.member_ref", "e.source"],
        rows: "SELECT e.*, l.bytes AS leaf_bytes,
                      CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM cases c WHERE c.id = e.case_id) AS case_there,
                      (SELECT count(*) FROM documents d WHERE d.id = e.evidence_document AND d.case_id = e.case_id) AS evidence_there
               FROM cells e LEFT JOIN log_leaves l ON l.idx = e.leaf_index",
        read: cell,
    },
    ProtectedTable {
        name: "documents",
        key: &["d.id"],
        rows: "SELECT d.id, d.kind, d.case_id, d.locked_in,
                      (SELECT count(*) FROM decisions w WHERE w.case_id = d.case_id AND w.kind = 'withdrawal' AND w.leaf_index = d.locked_in) AS lock_there,
                      (SELECT count(*) FROM cases c WHERE c.id = d.case_id) + (SELECT count(*) FROM batches b WHERE b.id = d.case_id)
                      + (SELECT count(*) FROM log_leaves l WHERE d.kind = 'kin' AND l.case_id = d.case_id AND l.action = 'kin_registered') AS case_there
               FROM documents d",
        read: document,
    },
    ProtectedTable {
        name: "artifacts",
        key: &["a.sha256", "a.kind"],
        rows: "SELECT a.* FROM artifacts a",
        read: artifact,
    },
    ProtectedTable {
        name: "batches",
        key: &["b.id"],
        rows: "SELECT b.*, (SELECT count(*) FROM documents d WHERE d.id = b.terms_document AND d.kind = 'batch_terms') AS terms_there
               FROM batches b",
        read: batch,
    },
    ProtectedTable {
        name: "batch_parts",
        key: &["p.batch_id", "p.number"],
        rows: "SELECT p.batch_id, p.number, p.document_id,
                      (SELECT count(*) FROM batches b WHERE b.id = p.batch_id) AS batch_there,
                      (SELECT count(*) FROM documents d WHERE d.id = p.document_id AND d.kind = 'upload') AS document_there
               FROM batch_parts p",
        read: batch_document,
    },
    ProtectedTable {
        name: "batch_faults",
        key: &["f.batch_id", "f.read_rows"],
        rows: "SELECT f.batch_id, f.read_rows, f.document_id,
                      (SELECT count(*) FROM batches b WHERE b.id = f.batch_id) AS batch_there,
                      (SELECT count(*) FROM documents d WHERE d.id = f.document_id AND d.kind = 'batch_faults') AS document_there
               FROM batch_faults f",
        read: batch_document,
    },
    ProtectedTable {
        name: "hearings",
        key: &["h.document_id"],
        rows: "SELECT h.*, l.bytes AS leaf_bytes, CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM documents d WHERE d.id = h.document_id AND d.case_id = h.case_id) AS document_there
               FROM hearings h LEFT JOIN log_leaves l ON l.idx = h.leaf_index",
        read: hearing,
    },
    ProtectedTable {
        name: "decisions",
        key: &["x.document_id"],
        rows: "SELECT x.*, l.bytes AS leaf_bytes, CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM documents d WHERE d.id = x.document_id AND d.case_id = x.case_id) AS document_there,
                      (SELECT string_agg(d.id, ' ') FROM documents d WHERE d.case_id = x.case_id AND d.locked_in = x.leaf_index) AS locked
               FROM decisions x LEFT JOIN log_leaves l ON l.idx = x.leaf_index",
        read: decision,
    },
    ProtectedTable {
        name: "approvals",
        key: &["a.id"],
        rows: "SELECT a.*, (SELECT count(*) FROM cases c WHERE c.id = a.case_id AND c.organisation = a.organisation) AS organisation_there,
                      (SELECT count(*) FROM cases c WHERE c.id = a.case_id AND c.region = a.region) AS region_there,
                      (SELECT count(*) FROM documents d WHERE d.id = a.document_id AND d.case_id = a.case_id) AS document_there,
                      (SELECT count(*) FROM decisions w WHERE w.case_id = a.case_id AND w.kind = 'withdrawal' AND w.leaf_index = a.withdrawn_in) AS withdrawal_there,
                      (SELECT count(*) FROM approval_hands h WHERE h.approval_id = a.id AND NOT h.agrees) AS refusals
               FROM approvals a",
        read: approval,
    },
    ProtectedTable {
        name: "approval_hands",
        key: &["h.approval_id", "h.by_subject"],
        rows: "SELECT h.*, a.case_id, l.bytes AS leaf_bytes, CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM documents d WHERE d.id = h.reason_document AND d.case_id = a.case_id AND d.kind = 'approval') AS reason_there
               FROM approval_hands h LEFT JOIN approvals a ON a.id = h.approval_id LEFT JOIN log_leaves l ON l.idx = h.leaf_index",
        read: hand,
    },
    ProtectedTable {
        name: "kin",
        key: &["k.client"],
        rows: "SELECT k.*, (SELECT count(*) FROM documents d WHERE d.id = k.document_id AND d.case_id = k.id AND d.kind = 'kin') AS document_there
               FROM kin k",
        read: kin,
    },
    ProtectedTable {
        name: "subscriptions",
        key: &["s.id"],
        rows: "SELECT s.*, l.bytes AS leaf_bytes, CAST(CASE WHEN l.idx IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leaf_there,
                      (SELECT count(*) FROM cases c WHERE c.id = s.case_id) AS case_there,
                      (SELECT count(*) FROM cases c WHERE c.id = s.case_id AND c.organisation = s.organisation) AS organisation_there,
                      (SELECT count(*) FROM cases c WHERE c.id = s.case_id AND c.client = s.client) AS client_there,
                      (SELECT count(*) FROM cases c WHERE c.id = s.case_id AND c.region = s.region) AS region_there
               FROM subscriptions s LEFT JOIN log_leaves l ON l.idx = s.leaf_index",
        read: subscription,
    },
    ProtectedTable {
        name: "alerts",
        key: &["a.id"],
        rows: "SELECT a.*, (SELECT count(*) FROM cases c WHERE c.id = a.case_id) AS case_there,
                      (SELECT count(*) FROM cases c WHERE c.id = a.case_id AND c.organisation = a.organisation) AS organisation_there,
                      (SELECT count(*) FROM cases c WHERE c.id = a.case_id AND c.region = a.region) AS region_there,
                      (SELECT count(*) FROM documents d WHERE d.id = a.document_id AND d.case_id = a.case_id) AS document_there,
                      (SELECT count(*) FROM documents d WHERE d.id = a.note_document AND d.case_id = a.case_id) AS note_there
               FROM alerts a",
        read: alert,
    },
];

/// Columns that are numbers among those of keys.
const NUMBERS: [&str; 2] = ["number", "read_rows"];

impl ProtectedTable {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The names of its key's columns, without the alias.
    fn key_columns(&self) -> impl Iterator<Item = &'static str> {
        self.key.iter().filter_map(|column| column.split_once('.')).map(|(_, column)| column)
    }

    fn key_of(&self, row: &Row) -> Result<After, StoreError> {
        let part = |column: &'static str| match NUMBERS.contains(&column) {
            true => row.int(column).map(KeyPart::Number),
            false => row.text(column).map(KeyPart::Text),
        };
        self.key_columns().map(part).collect::<Result<_, _>>().map(After)
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, part) in self.0.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            match part {
                KeyPart::Text(text) => f.write_str(text)?,
                KeyPart::Number(number) => write!(f, "{number}")?,
            }
        }
        Ok(())
    }
}

impl LogSnapshot {
    /// At most `limit` rows of a table after a key, and the last one's key; none when there are no more. A row may come as several, when
    /// several entries go with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn protected(
        &mut self,
        table: &ProtectedTable,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<ProtectedRow>, Option<After>), StoreError> {
        let key = table.key.join(", ");
        let mut statement = Builder::new(table.rows);
        if let Some(After(parts)) = after {
            statement.push(" WHERE (").push(&key).push(") > (");
            let mut parts_of = statement.separated(", ");
            for part in parts {
                match part {
                    KeyPart::Text(text) => parts_of.push_bind(text.as_str()),
                    KeyPart::Number(number) => parts_of.push_bind(*number),
                };
            }
            statement.push(")");
        }
        statement.push(" ORDER BY ").push(&key).push(" LIMIT ").push_bind(i64::from(limit));
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        let last = rows.last().map(|row| table.key_of(row)).transpose()?;
        let mut read = Vec::with_capacity(rows.len());
        for row in &rows {
            let key = table.key_of(row)?.to_string();
            read.extend((table.read)(row, key)?);
        }
        Ok((read, last))
    }

    /// The entries of these cases or batches that say one of these actions, in the log's order: whose, index, bytes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entries_of(
        &mut self,
        cases: &[Uuid],
        actions: &[&'static str],
    ) -> Result<Vec<(Uuid, u64, Vec<u8>)>, StoreError> {
        let mut statement = Builder::new("SELECT case_id, idx, bytes FROM log_leaves WHERE case_id IN (");
        let mut ids = statement.separated(", ");
        for case in cases {
            ids.push_bind(case.to_string());
        }
        if !actions.is_empty() {
            statement.push(") AND action IN (");
            let mut words = statement.separated(", ");
            for action in actions {
                words.push_bind(*action);
            }
        }
        statement.push(") ORDER BY case_id, idx");
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        rows.iter().map(|row| Ok((row.uuid("case_id")?, row.index("idx")?, row.bytes("bytes")?))).collect()
    }

    /// The entries from `from` on that say one of these actions, whatever they are about, in the log's order: index, bytes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entries_that(
        &mut self,
        actions: &[&'static str],
        from: u64,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let mut statement = Builder::new("SELECT idx, bytes FROM log_leaves WHERE idx >= ");
        statement.push_bind(int(from)).push(" AND action IN (");
        let mut words = statement.separated(", ");
        for action in actions {
            words.push_bind(*action);
        }
        statement.push(") ORDER BY idx");
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        rows.iter().map(|row| Ok((row.index("idx")?, row.bytes("bytes")?))).collect()
    }
}

fn case(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("cases", key.clone());
    let id = kept.value(row.uuid("id"))?;
    kept.at(row, "accepted_leaf", id)?;
    kept.actions = &["accepted"];
    kept.claim("id", id.map(Claim::Case));
    let organisation = kept.value(row.text("organisation"))?.map(Claim::Organisation);
    kept.claim("organisation", organisation);
    let client = kept.value(row.text("client"))?.map(Claim::Actor);
    kept.claim("client", client);
    let purpose = kept.value(row.must("purpose", Purpose::parse))?.map(Claim::Purpose);
    kept.claim("purpose", purpose);
    kept.must_be_there(row, "request_document", "request_there")?;
    if kept.value(row.opt_text("batch_id"))?.flatten().is_some() {
        kept.must_be_there(row, "batch_id", "batch_there")?;
    }
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

fn version(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("versions", key);
    let case = kept.value(row.uuid("case_id"))?;
    kept.at(row, "leaf_index", case)?;
    kept.actions = &["completed", "issued"];
    kept.claim("case_id", case.map(Claim::Case));
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
        if kept.value(row.opt_text(column))?.flatten().is_some() {
            kept.must_be_there(row, column, there)?;
        }
    }
    Ok(vec![kept])
}

fn cell(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("cells", key);
    let case = kept.value(row.uuid("case_id"))?;
    kept.at(row, "leaf_index", case)?;
    kept.actions = &["query_authorised", "query_reused"];
    kept.claim("case_id", case.map(Claim::Case));
    let member = kept.value(row.text("member_ref"))?.map(Claim::Member);
    kept.claim("member_ref", member);
    let source = kept.value(row.text("source"))?.map(Claim::Source);
    kept.claim("source", source);
    kept.value(row.word("kind", AnswerKind::parse))?;
    kept.must_be_there(row, "case_id", "case_there")?;
    if kept.value(row.opt_text("evidence_document"))?.flatten().is_some() {
        kept.must_be_there(row, "evidence_document", "evidence_there")?;
    }
    Ok(vec![kept])
}

fn document(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("documents", key);
    kept.value(row.uuid("id"))?;
    kept.value(row.must("kind", DocumentKind::parse))?;
    if kept.value(row.opt_text("case_id"))?.flatten().is_some() {
        kept.must_be_there(row, "case_id", "case_there")?;
    }
    if kept.value(row.opt_index("locked_in"))?.flatten().is_some() {
        kept.must_be_there(row, "locked_in", "lock_there")?;
    }
    Ok(vec![kept])
}

fn artifact(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
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

fn batch(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("batches", key);
    kept.actions = &["batch_received"];
    if let Some(id) = kept.value(row.uuid("id"))? {
        kept.entry = Entry::Of(id);
        kept.claim("id", Some(Claim::Batch(id)));
    }
    let organisation = kept.value(row.text("organisation"))?.map(Claim::Organisation);
    kept.claim("organisation", organisation);
    let client = kept.value(row.text("client"))?.map(Claim::Actor);
    kept.claim("client", client);
    kept.value(row.must("state", BatchState::parse))?;
    kept.must_be_there(row, "terms_document", "terms_there")?;
    Ok(vec![kept])
}

fn batch_document(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let of_parts = row.opt_int("number").is_ok();
    let mut kept = ProtectedRow::new(if of_parts { "batch_parts" } else { "batch_faults" }, key);
    kept.must_be_there(row, "batch_id", "batch_there")?;
    kept.must_be_there(row, "document_id", "document_there")?;
    Ok(vec![kept])
}

fn hearing(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("hearings", key);
    kept.actions = &["heard"];
    let case = kept.value(row.uuid("case_id"))?;
    kept.at(row, "leaf_index", case)?;
    kept.claim("case_id", case.map(Claim::Case));
    let version = kept.value(row.small("version"))?.map(Claim::Version);
    kept.claim("version", version);
    kept.must_be_there(row, "document_id", "document_there")?;
    Ok(vec![kept])
}

fn kin(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    use sha2::{Digest as _, Sha256};
    let mut kept = ProtectedRow::new("kin", key);
    kept.actions = &["kin_registered"];
    if let Some(id) = kept.value(row.uuid("id"))? {
        kept.entry = Entry::Of(id);
        kept.claim("id", Some(Claim::Registration(id)));
    }
    let client = kept.value(row.text("client"))?.map(|client| Claim::Detail(Sha256::digest(client).into()));
    kept.claim("client", client);
    let organisation = kept.value(row.text("organisation"))?.map(Claim::Organisation);
    kept.claim("organisation", organisation);
    let by = kept.value(row.text("registered_by"))?.map(Claim::Actor);
    kept.claim("registered_by", by);
    kept.must_be_there(row, "document_id", "document_there")?;
    Ok(vec![kept])
}

fn decision(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("decisions", key);
    let case = kept.value(row.uuid("case_id"))?;
    kept.at(row, "leaf_index", case)?;
    kept.claim("case_id", case.map(Claim::Case));
    kept.actions = match kept.value(row.must("kind", DecisionKind::parse))? {
        Some(DecisionKind::Review) => &["reviewed"],
        Some(DecisionKind::Objection) => &["objected"],
        Some(DecisionKind::Withdrawal) => &["authorisation_withdrawn"],
        None => &["reviewed", "objected", "authorisation_withdrawn"],
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

fn approval(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("approvals", key.clone());
    kept.actions = &["approval_asked"];
    let case = kept.value(row.uuid("case_id"))?;
    if let Some(case) = case {
        kept.entry = Entry::Of(case);
        kept.claim("case_id", Some(Claim::Case(case)));
    }
    let id = kept.value(row.uuid("id"))?.map(Claim::Approval);
    kept.claim("id", id.clone());
    let by = kept.value(row.text("asked_by"))?.map(Claim::Actor);
    kept.claim("asked_by", by);
    let asked_for = kept.value(row.text("asked_for"))?.map(Claim::Organisation);
    kept.claim("asked_for", asked_for);
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

fn hand(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
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
    let id = kept.value(row.uuid("approval_id"))?.map(Claim::Approval);
    kept.claim("approval_id", id);
    let by = kept.value(row.text("by_subject"))?.map(Claim::Actor);
    kept.claim("by_subject", by);
    if kept.value(row.opt_text("reason_document"))?.flatten().is_some() {
        kept.must_be_there(row, "reason_document", "reason_there")?;
    }
    Ok(vec![kept])
}

fn subscription(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("subscriptions", key);
    kept.actions = &["subscribed"];
    let case = kept.value(row.uuid("case_id"))?;
    kept.at(row, "leaf_index", case)?;
    kept.claim("case_id", case.map(Claim::Case));
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

fn alert(row: &Row, key: String) -> Result<Vec<ProtectedRow>, StoreError> {
    let mut kept = ProtectedRow::new("alerts", key);
    let case = kept.value(row.uuid("case_id"))?;
    kept.must_be_there(row, "case_id", "case_there")?;
    kept.must_be_there(row, "organisation", "organisation_there")?;
    kept.must_be_there(row, "region", "region_there")?;
    kept.must_be_there(row, "document_id", "document_there")?;
    if kept.value(row.opt_text("note_document"))?.flatten().is_some() {
        kept.must_be_there(row, "note_document", "note_there")?;
    }
    let by = kept.value(row.opt_text("acknowledged_by"))?.flatten();
    if let (Some(case), Some(by)) = (case, by) {
        (kept.entry, kept.actions) = (Entry::Of(case), &["alert_acknowledged"]);
        kept.claim("case_id", Some(Claim::Case(case)));
        kept.claim("acknowledged_by", Some(Claim::Actor(by)));
    }
    Ok(vec![kept])
}
