//! The tables, and the statements that read their rows with what they point at.

use super::ProtectedRow;
use super::rows::{
    alert, approval, artifact, batch, batch_document, case, cell, decision, document, hand, hearing, kin, subscription,
    version,
};
use crate::store::StoreError;
use crate::store::columns::Columns as _;
use crate::store::db::Row;

/// The key of the last row that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After(pub(super) Vec<KeyPart>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyPart {
    Text(String),
    Number(i64),
}

/// A table that the log protects.
#[derive(Clone, Copy, Debug)]
pub struct ProtectedTable {
    name: &'static str,
    /// The columns of its key, in the order of which it is read.
    pub(super) key: &'static [&'static str],
    pub(super) rows: &'static str,
    pub(super) read: fn(&Row, String) -> Result<Vec<ProtectedRow>, StoreError>,
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
        read: |row, key| batch_document("batch_parts", row, key),
    },
    ProtectedTable {
        name: "batch_faults",
        key: &["f.batch_id", "f.read_rows"],
        rows: "SELECT f.batch_id, f.read_rows, f.document_id,
                      (SELECT count(*) FROM batches b WHERE b.id = f.batch_id) AS batch_there,
                      (SELECT count(*) FROM documents d WHERE d.id = f.document_id AND d.kind = 'batch_faults') AS document_there
               FROM batch_faults f",
        read: |row, key| batch_document("batch_faults", row, key),
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

    pub(super) fn key_of(&self, row: &Row) -> Result<After, StoreError> {
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
