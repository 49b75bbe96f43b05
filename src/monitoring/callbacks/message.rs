//! What a callback says, and how a receiver knows that it is ours. Pure.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::Sha256;
use uuid::Uuid;

use crate::store::OutboxRow;

/// The body: ids, a word, a number and a time, nothing about anybody.
#[derive(Serialize)]
struct Message {
    id: Uuid,
    case: Uuid,
    topic: &'static str,
    version: Option<u32>,
    /// When it came to be owed.
    at: Timestamp,
}

/// The bytes of a callback's body; the same at every attempt.
pub(super) fn body(row: &OutboxRow) -> Vec<u8> {
    let message =
        Message { id: row.id, case: row.case_id, topic: row.topic.as_str(), version: row.version, at: row.created_at };
    serde_json::to_vec(&message).expect("ids, words and times are JSON")
}

/// The value of `Hedui-Signature`: `t=SECONDS,v1=HEX` with HMAC-SHA256 over `SECONDS.BODY`.
pub(super) fn signature(secret: &SecretString, at: Timestamp, body: &[u8]) -> String {
    let seconds = at.as_second();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes any key");
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_the_readme_shows() {
        // printf '1761955200.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let secret = SecretString::from("0123456789abcdef0123456789abcdef");
        let at = Timestamp::from_second(1_761_955_200).unwrap();
        assert_eq!(signature(&secret, at, b"{}"), EXPECTED);
    }

    const EXPECTED: &str = "t=1761955200,v1=e6bb4402dd49ef831b36dfadcdbfd6925d8cf066bef51925ab9e849f7b795af9";
}
