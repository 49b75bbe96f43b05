//! A certificate's name: the SHA-256 of its DER.

use sha2::{Digest, Sha256};

/// SHA-256 of a certificate's DER, as in RFC 8705.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CertificateHash([u8; 32]);

impl CertificateHash {
    /// Of a certificate.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// From 64 hexadecimal digits, with or without colons between them, as OpenSSL prints them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.trim().chars().filter(|digit| *digit != ':').collect();
        let mut hash = [0; 32];
        hex::decode_to_slice(digits, &mut hash).ok().map(|()| Self(hash))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for CertificateHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_tools_print_it() {
        let hash = CertificateHash::of(b"");
        let plain = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(format!("{hash:?}"), plain);
        let pairs: Vec<&str> = (0..32).map(|at| &plain[2 * at..2 * at + 2]).collect();
        for text in [plain.to_owned(), plain.to_uppercase(), pairs.join(":"), pairs.join(":").to_uppercase()] {
            assert_eq!(CertificateHash::parse(&text), Some(hash), "{text}");
        }
        for text in ["", "e3b0", &plain[1..], &format!("{plain}00"), &plain.replace('e', "g")] {
            assert_eq!(CertificateHash::parse(text), None, "{text}");
        }
    }
}
