//! Envelope encryption of documents at rest: evidence, reports, uploads, requests. One random data key a document, used
//! once; the data key wrapped under a key encryption key. Erasing a document is erasing its wrapped data key.
//!
//! The data key is split by HKDF-SHA256 into a key of AES-256-GCM (or SM4-GCM, see `suite`) and a commitment that is stored beside the ciphertext:
//! without it, GCM would let a crafted ciphertext open under two keys. What a document is and whose it is are bound as
//! associated data, so that a row moved to another place does not open there.
//!
//! Sealed form: `form ‖ suite ‖ length of kek id ‖ kek id ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The kek id in it is the key
//! of the day the document was sealed, and is bound for good; the one beside the wrapped data key moves with re-wrapping.

mod suite;

use aws_lc_rs::aead::NONCE_LEN;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{KekId, KeyError, KeyRing, SecretKey};
use crate::store::AuditReceipt;

pub use suite::Suite;
use suite::split_data_key;

/// The version of the sealed form.
const FORM: u8 = 1;
const TAG_LEN: usize = 16;
/// Bytes of a key commitment.
pub const COMMITMENT_LEN: usize = 32;

/// What a document is and whose: bound to its ciphertext, so that it opens in its own place only. Not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentContext<'a> {
    /// The id of the document (of a report version, of an evidence record, of an upload).
    pub document_id: &'a str,
    /// What it is: `report`, `evidence`, `request`, ….
    pub kind: &'a str,
    /// Whose it is: the case.
    pub owner_id: &'a str,
}

/// A wrapped data key: the row that is replaced by re-wrapping and deleted by erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedDek {
    /// The key encryption key it is wrapped under now.
    pub kek_id: KekId,
    /// The wrapped bytes.
    pub wrapped_dek: Vec<u8>,
}

/// A document at rest. Nothing in it is secret; without the key ring nothing in it can be read.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedDocument {
    /// The id of the document.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// The id of its data key, which is used for this document alone.
    pub dek_id: Uuid,
    /// The key encryption key that the data key is wrapped under now.
    pub kek_id: KekId,
    /// The wrapped data key.
    pub wrapped_dek: Vec<u8>,
    /// The commitment to the data key.
    pub commitment: [u8; COMMITMENT_LEN],
    /// The sealed form.
    pub ciphertext: Vec<u8>,
}

impl std::fmt::Debug for SealedDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedDocument")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("dek_id", &self.dek_id)
            .field("kek_id", &self.kek_id)
            .field("ciphertext_bytes", &self.ciphertext.len())
            .finish_non_exhaustive()
    }
}

impl KeyRing {
    /// Seals a document under a fresh data key. No file is written, except once in 65,536 documents to keep the wrap count.
    ///
    /// # Errors
    /// [`KeyError::WrapBound`], [`KeyError::ContextTooLong`], [`KeyError::Io`], [`KeyError::Library`].
    pub fn seal_document(&self, context: &DocumentContext<'_>, plaintext: &[u8]) -> Result<SealedDocument, KeyError> {
        let dek = SecretKey::random()?;
        let (kek_id, wrapped_dek) = self.wrap(&dek)?;
        // In the order of time, so that keys sealed together stand together on disk.
        let dek_id = Uuid::now_v7();
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| KeyError::Library { doing: "draw random bytes" })?;

        let mut ciphertext = Vec::with_capacity(3 + kek_id.as_str().len() + NONCE_LEN + plaintext.len() + TAG_LEN);
        write_header(&mut ciphertext, self.suite(), &kek_id)?;
        let associated = associated_data(context, dek_id, &ciphertext)?;
        ciphertext.extend_from_slice(&nonce);
        let body = ciphertext.len();
        ciphertext.extend_from_slice(plaintext);

        let (cipher, commitment) = split_data_key(self.suite(), &dek)?;
        let tag = cipher.seal(nonce, &associated, &mut ciphertext[body..])?;
        ciphertext.extend_from_slice(&tag);
        Ok(SealedDocument {
            id: context.document_id.to_owned(),
            kind: context.kind.to_owned(),
            dek_id,
            kek_id,
            wrapped_dek,
            commitment,
            ciphertext,
        })
    }

    /// Opens a document, once the access to it stands in the audit log: only a committed append makes a receipt, and a
    /// receipt that speaks of another case, or of none, opens nothing; one that rules are tried opens the evidence of versions.
    ///
    /// # Errors
    /// [`KeyError::WrongReceipt`];
    /// [`KeyError::Unwrap`], [`KeyError::Commitment`] or [`KeyError::Altered`] when a column was altered or the row stands
    /// in the place of another; [`KeyError::UnknownKek`], [`KeyError::DestroyedKek`]; [`KeyError::UnknownForm`].
    pub fn open_document(
        &self,
        receipt: &AuditReceipt,
        context: &DocumentContext<'_>,
        sealed: &SealedDocument,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = || sealed.id.clone();
        // That the receipt exists proves that the entry is durable. Here: that it is about this very case, or about trying rules.
        if !receipt.opens(context.owner_id, context.kind) {
            return Err(KeyError::WrongReceipt { document: document() });
        }
        if sealed.id != context.document_id || sealed.kind != context.kind {
            return Err(KeyError::Altered { document: document() });
        }
        let form =
            SealedForm::parse(&sealed.ciphertext).ok_or_else(|| KeyError::UnknownForm { document: document() })?;
        let dek = self
            .unwrap(&sealed.kek_id, &sealed.wrapped_dek)?
            .ok_or_else(|| KeyError::Unwrap { document: document(), kek: sealed.kek_id.clone() })?;
        let (cipher, commitment) = split_data_key(form.suite, &dek)?;
        if !bool::from(commitment.ct_eq(&sealed.commitment)) {
            return Err(KeyError::Commitment { document: document() });
        }
        let associated = associated_data(context, sealed.dek_id, form.header)?;
        cipher
            .open(form.nonce, &associated, form.ciphertext, form.tag)
            .ok_or_else(|| KeyError::Altered { document: document() })
    }

    /// Wraps a data key under the active key encryption key; the ciphertext stays as it is. None when the bytes do not unwrap: the row was
    /// altered.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`], [`KeyError::DestroyedKek`]; as [`KeyRing::seal_document`] for the new wrap.
    pub fn rewrap(&self, wrapped: &WrappedDek) -> Result<Option<WrappedDek>, KeyError> {
        let Some(dek) = self.unwrap(&wrapped.kek_id, &wrapped.wrapped_dek)? else { return Ok(None) };
        let (kek_id, wrapped_dek) = self.wrap(&dek)?;
        Ok(Some(WrappedDek { kek_id, wrapped_dek }))
    }
}

/// The parts of a sealed form.
struct SealedForm<'a> {
    suite: Suite,
    header: &'a [u8],
    nonce: [u8; NONCE_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> SealedForm<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let [FORM, suite, kek_id_len, ..] = *bytes else { return None };
        let suite = Suite::numbered(suite)?;
        let (header, rest) = bytes.split_at_checked(3 + usize::from(kek_id_len))?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        Some(Self { suite, header, nonce: *nonce, ciphertext, tag })
    }
}

fn write_header(out: &mut Vec<u8>, suite: Suite, kek_id: &KekId) -> Result<(), KeyError> {
    let length = u8::try_from(kek_id.as_str().len()).map_err(|_| KeyError::ContextTooLong)?;
    out.extend_from_slice(&[FORM, suite.number(), length]);
    out.extend_from_slice(kek_id.as_str().as_bytes());
    Ok(())
}

/// `header ‖ document id ‖ data key id ‖ kind ‖ owner`, the texts behind their lengths: no two contexts read alike.
fn associated_data(context: &DocumentContext<'_>, dek_id: Uuid, header: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut bytes = header.to_vec();
    bytes.extend_from_slice(dek_id.as_bytes());
    for text in [context.document_id, context.kind, context.owner_id] {
        let length = u16::try_from(text.len()).map_err(|_| KeyError::ContextTooLong)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
