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

/// A query about the evidence of the cases of a region and an organisation; rosters that were screened hold nothing that rules could be tried on.
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
                AND (CAST($3 AS TEXT) IS NULL OR c.organisation = $3)",
            $more
        )
    };
}

impl Store {
    /// How many cases of an organisation, or of all, have evidence, in the regions whose code begins with `prefix`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_kept_evidence(&self, organisation: Option<&str>, prefix: &str) -> Result<u64, StoreError> {
        let row = query(of_kept!("count(*) AS cases", ""))
            .bind(int(prefix.len() as u64))
            .bind(prefix)
            .bind(organisation)
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
        organisation: Option<&str>,
        prefix: &str,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<KeptEvidence>, StoreError> {
        let page = of_kept!("c.id, c.region, v.evidence_document", " AND c.id > $4 ORDER BY c.id LIMIT $5");
        let rows = query(page)
            .bind(int(prefix.len() as u64))
            .bind(prefix)
            .bind(organisation)
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
