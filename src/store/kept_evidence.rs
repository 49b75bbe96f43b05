//! The evidence that the latest versions of cases were made from: found page by page, so that rules can be tried on all of it.

use uuid::Uuid;

use super::columns::{Columns as _, int};
use super::db::{Row, query};
use super::{Store, StoreError};

/// The evidence of a case's latest version: what rules are tried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEvidence {
    /// Case.
    pub case_id: Uuid,
    /// Its county.
    pub region: String,
    /// The sealed evidence.
    pub evidence_document: Uuid,
}

/// Which cases' evidence is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeptCases<'a> {
    /// Of which organisation; of all where there is none.
    pub organisation: Option<&'a str>,
    /// What the code of their region begins with; empty for all.
    pub prefix: &'a str,
    /// A caller's id: cases about those who are registered for that caller are left out (回避).
    pub apart_from: Option<&'a str>,
}

/// A query about the evidence of [`KeptCases`]; rosters that were screened hold nothing that rules could be tried on.
macro_rules! of_kept {
    ($what:literal, $more:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM cases c JOIN versions v ON v.case_id = c.id
                             AND v.number = (SELECT max(n.number) FROM versions n WHERE n.case_id = c.id)
              WHERE c.state <> 'erased'
                AND c.purpose NOT IN ('child_screening', 'disability_screening', 'medical_screening')
                AND substr(c.region, 1, CAST($1 AS INTEGER)) = $2
                AND (CAST($3 AS TEXT) IS NULL OR c.organisation = $3)
                AND (CAST($4 AS TEXT) IS NULL OR NOT EXISTS (
                     SELECT 1 FROM kin_tags k JOIN case_subjects s ON s.subject_tag = k.subject_tag
                      WHERE k.client = $4 AND s.case_id = c.id))",
            $more
        )
    };
}

impl Store {
    /// How many of these cases have evidence.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_kept_evidence(&self, of: KeptCases<'_>) -> Result<u64, StoreError> {
        let row = query(of_kept!("count(*) AS cases", ""))
            .bind(int(of.prefix.len() as u64))
            .bind(of.prefix)
            .bind(of.organisation)
            .bind(of.apart_from)
            .fetch_one(self.reader())
            .await?;
        row.index("cases")
    }

    /// At most `limit` of them after a case, in the order of cases.
    ///
    /// # Errors
    /// The database failed.
    pub async fn kept_evidence(
        &self,
        of: KeptCases<'_>,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<KeptEvidence>, StoreError> {
        let page = of_kept!("c.id, c.region, v.evidence_document", " AND c.id > $5 ORDER BY c.id LIMIT $6");
        let rows = query(page)
            .bind(int(of.prefix.len() as u64))
            .bind(of.prefix)
            .bind(of.organisation)
            .bind(of.apart_from)
            .bind(after.map_or_else(String::new, |case| case.to_string()))
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        let kept = |row: &Row| {
            Ok(KeptEvidence {
                case_id: row.uuid("id")?,
                region: row.text("region")?,
                evidence_document: row.uuid("evidence_document")?,
            })
        };
        rows.iter().map(kept).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::household::Purpose;

    #[test]
    fn every_screening_is_left_out() {
        let query = of_kept!("c.id", "");
        for purpose in Purpose::ALL.iter().filter(|purpose| purpose.is_screening()) {
            assert!(query.contains(&format!("'{}'", purpose.as_str())), "{purpose:?}: {query}");
        }
    }
}
