//! The receipt of a report's version: from rows and the log alone, nothing is opened.

use std::collections::BTreeMap;

use super::report_number::report_number;
use super::{Delivered, ReadError, VerificationError, Verifier};
use crate::auth::Caller;
use crate::household::{AnswerKind, Lang};
use crate::report::receipt::{self, AskedDepartment, Receipt};
use crate::report::render::html::{Around, Bar};
use crate::store::StoreError;

/// How a receipt is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptForm {
    /// For programs.
    Json,
    /// To be printed.
    Html {
        /// In English.
        english: bool,
    },
}

impl Verifier {
    /// The receipt of a version, the latest unless given; above its page, a bar. That it is handed out is in the log first.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn receipt(
        &self,
        caller: &Caller,
        id: &str,
        version: Option<u32>,
        form: ReceiptForm,
        bar: Option<&Bar>,
    ) -> Result<Delivered, ReadError> {
        let case = self.case(caller, id).await?;
        let version = match self.0.store.get_version(case.id, version).await {
            Err(StoreError::NotFound { .. }) => return Err(ReadError::NoVersion),
            other => other?,
        };
        self.0.ledger.receipt_given(caller, &case, &version).await?;
        let (leaf, proof) = self.0.ledger.proof_of(version.leaf_index).await?;
        let unreadable = VerificationError::Unreadable { what: "log entry" };
        let code = receipt::encode(&leaf, &proof).ok_or(unreadable)?;
        let entered =
            crate::audit::Leaf::parse(&leaf).map_err(|_| VerificationError::Unreadable { what: "log entry" })?;
        let checkpoint = crate::audit::Checkpoint::read_unverified(&proof.checkpoint)
            .map_err(|_| VerificationError::Unreadable { what: "checkpoint" })?;
        let receipt = Receipt {
            format: receipt::FORMAT.to_owned(),
            number: report_number(&case),
            version: version.number,
            case: case.id.to_string(),
            is_final: version.is_final,
            issued: version.issued_at.is_some(),
            created_at: version.created_at.to_string(),
            entered_at: entered.at.to_string(),
            organisation: case.organisation.clone(),
            centre: self.0.settings.centre.clone(),
            purpose: case.purpose,
            body_sha256: hex::encode(version.body_hash),
            departments: self.asked(case.id).await?,
            leaf_index: version.leaf_index,
            log: checkpoint.origin,
            tree_size: checkpoint.size,
            code,
        };
        match form {
            ReceiptForm::Json => Ok(serde_json::to_vec(&receipt).expect("a receipt is plain data").into()),
            ReceiptForm::Html { english } => {
                let lang = if english { Lang::En } else { Lang::Zh };
                let around = Around { bar, reading: None };
                let page = receipt::render(&receipt, lang, &around);
                Ok(page.ok_or(VerificationError::Unreadable { what: "code" })?.into())
            }
        }
    }

    /// The departments that were asked about a case, each about how many people.
    async fn asked(&self, case: uuid::Uuid) -> Result<Vec<AskedDepartment>, ReadError> {
        let mut people: BTreeMap<String, u32> = BTreeMap::new();
        for cell in self
            .0
            .store
            .cells(case)
            .await?
            .iter()
            .filter(|cell| cell.kind.is_some_and(|kind| kind != AnswerKind::Skipped))
        {
            *people.entry(cell.source.to_string()).or_default() += 1;
        }
        let known = self.0.departments.status();
        let named = |(source, people): (String, u32)| {
            let status = known.iter().find(|status| status.descriptor.key.as_str() == source);
            let (title_zh, title) = match status {
                Some(status) => (status.descriptor.title_zh.clone(), status.descriptor.title_en.clone()),
                None => (source.clone(), source.clone()),
            };
            AskedDepartment { source, title_zh, title, people }
        };
        Ok(people.into_iter().map(named).collect())
    }
}
