//! Documents between `keys`, which seals them, and `store`, which keeps them. Bound to their case: a row in another's place does not open.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::VerificationError;
use crate::keys::{self, DocumentContext, KekId, KeyRing};
use crate::store::{AuditReceipt, DocumentKind, SealedDocument, Store, StoredDocument};

/// Seals a document of a case under a data key of its own.
pub(crate) fn seal(
    keys: &KeyRing,
    case: Uuid,
    kind: DocumentKind,
    plaintext: &[u8],
) -> Result<SealedDocument, VerificationError> {
    let id = Uuid::now_v7();
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
