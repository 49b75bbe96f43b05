//! Documents between `keys`, which seals them, and `store`, which keeps them. Bound to their case: a row in another's place does not open.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::VerificationError;
use crate::keys::{self, DocumentContext, KekId, KeyRing};
use crate::store::{AuditReceipt, DocumentKind, Hash, SealedDocument, Store, StoredDocument, report_document_id};

/// Seals a document of a case under a data key of its own.
pub(crate) fn seal(
    keys: &KeyRing,
    case: Uuid,
    kind: DocumentKind,
    plaintext: &[u8],
) -> Result<SealedDocument, VerificationError> {
    seal_as(Uuid::now_v7(), keys, case, kind, plaintext)
}

/// The same, as the report of a version: its id follows from the body's hash.
pub(crate) fn seal_report(
    keys: &KeyRing,
    case: Uuid,
    version: u32,
    body: &Hash,
    signed: &str,
) -> Result<SealedDocument, VerificationError> {
    seal_as(report_document_id(case, version, body), keys, case, DocumentKind::Report, signed.as_bytes())
}

fn seal_as(
    id: Uuid,
    keys: &KeyRing,
    case: Uuid,
    kind: DocumentKind,
    plaintext: &[u8],
) -> Result<SealedDocument, VerificationError> {
    let context = DocumentContext { document_id: &id.to_string(), kind: kind.as_str(), owner_id: &case.to_string() };
    let sealed = keys.seal_document(&context, plaintext)?;
    Ok(SealedDocument {
        id,
        kind,
        dek_id: sealed.dek_id,
        kek_id: sealed.kek_id.0,
        wrapped_dek: sealed.wrapped_dek,
        commitment: sealed.commitment,
        ciphertext: sealed.ciphertext,
    })
}

/// Opens a stored document of a case; the receipt proves that the reading stands in the log.
pub(crate) async fn open(
    store: &Store,
    keys: &KeyRing,
    receipt: &AuditReceipt,
    case: Uuid,
    document: Uuid,
) -> Result<Zeroizing<Vec<u8>>, VerificationError> {
    opened(keys, receipt, case, store.get_document(document).await?)
}

/// Opens a document of a case that was read already.
pub(crate) fn opened(
    keys: &KeyRing,
    receipt: &AuditReceipt,
    case: Uuid,
    stored: StoredDocument,
) -> Result<Zeroizing<Vec<u8>>, VerificationError> {
    let stored = stored.document;
    let id = stored.id.to_string();
    let context = DocumentContext { document_id: &id, kind: stored.kind.as_str(), owner_id: &case.to_string() };
    let sealed = keys::SealedDocument {
        id: id.clone(),
        kind: stored.kind.as_str().to_owned(),
        dek_id: stored.dek_id,
        kek_id: KekId(stored.kek_id),
        wrapped_dek: stored.wrapped_dek,
        commitment: stored.commitment,
        ciphertext: stored.ciphertext,
    };
    Ok(keys.open_document(receipt, &context, &sealed)?)
}
