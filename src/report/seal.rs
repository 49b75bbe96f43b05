//! Signs a report and seals it to its recipient.

use super::jose::{RecipientKey, jwe, jws};
use crate::keys::{KeyError, ReportSigner};

/// The largest report that ordinary clients open with their default settings. Sealing grows it by 16/9 and a header:
/// of joserfc it is known that 36,000 bytes open and 37,000 do not (it caps the ciphertext segment at 64 KiB). A larger report is
/// sealed all the same, but is to be given by its own link, to a client that was told so.
pub const COMMON_CLIENT_REPORT_BYTES: usize = 32 * 1024;

/// Whether ordinary clients open a report of this size without being configured for it.
#[must_use]
pub fn fits_common_clients(report_json: &[u8]) -> bool {
    report_json.len() <= COMMON_CLIENT_REPORT_BYTES
}

/// Signs the exact bytes of a report and seals the signed report to one recipient: a JWE in compact form around a JWS
/// in compact form. Two seals of one report differ: keys and nonces are fresh each time.
///
/// # Errors
/// [`KeyError::Library`] when the cryptographic library fails; nothing about the inputs can fail, they are checked types.
pub fn seal(report_json: &[u8], signer: &ReportSigner, recipient: &RecipientKey) -> Result<String, KeyError> {
    let signed = jws::sign(report_json, signer)?;
    jwe::encrypt(&signed, signer.kid(), recipient)
}

#[cfg(test)]
mod tests;
