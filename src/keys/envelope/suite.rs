//! The ciphers a document may be sealed with. Every suite opens, whichever new documents are sealed with.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{AesGcm, Nonce as GcmNonce, Tag};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hkdf::Hkdf;
use sha2::Sha256;
use sm4::Sm4;
use zeroize::Zeroizing;

use super::{COMMITMENT_LEN, TAG_LEN};
use crate::keys::{KeyError, SecretKey};

/// SM4-GCM as in RFC 8998.
type Sm4Gcm = AesGcm<Sm4, U12>;

/// A cipher for documents at rest. Delivered reports are AES-256-GCM whatever is set here: their recipients open them with JOSE libraries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suite {
    /// AES-256-GCM: hardware does it.
    #[default]
    Aes256Gcm,
    /// SM4-GCM (GB/T 32907, RFC 8998), for offices that must encrypt with commercial cryptography (商用密码). A 128-bit key.
    Sm4Gcm,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 2] = [Self::Aes256Gcm, Self::Sm4Gcm];

    /// The name in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Sm4Gcm => "sm4-gcm",
        }
    }

    /// The inverse of [`Suite::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.as_str() == text)
    }

    /// Its number in the sealed form.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::Sm4Gcm => 2,
        }
    }

    pub(super) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.number() == number)
    }
}

/// A cipher under the key of one document.
pub(super) enum Cipher {
    Aes256Gcm(LessSafeKey),
    Sm4Gcm(Box<Sm4Gcm>),
}

impl Cipher {
    /// Under a key of 32 bytes.
    #[cfg(test)]
    pub(super) fn aes_256_gcm(key: &[u8]) -> Self {
        Self::Aes256Gcm(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap()))
    }

    /// Under a key of 16 bytes.
    #[cfg(test)]
    pub(super) fn sm4_gcm(key: &[u8]) -> Self {
        Self::Sm4Gcm(Box::new(Sm4Gcm::new_from_slice(key).unwrap()))
    }

    /// Encrypts in place; the tag.
    pub(super) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        associated: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG_LEN], KeyError> {
        let failed = || KeyError::Library { doing: "encrypt a document" };
        match self {
            Self::Aes256Gcm(key) => {
                let tag = key.seal_in_place_separate_tag(Nonce::from(&nonce), Aad::from(associated), text);
                tag.map_err(|_| failed())?.as_ref().try_into().map_err(|_| failed())
            }
            Self::Sm4Gcm(cipher) => {
                let tag = cipher.encrypt_inout_detached(&GcmNonce::from(nonce), associated, text.into());
                Ok(tag.map_err(|_| failed())?.into())
            }
        }
    }

    /// Decrypts; none when key, nonce, associated data, ciphertext or tag is another.
    pub(super) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        associated: &[u8],
        ciphertext: &[u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Aes256Gcm(key) => {
                let mut text = Zeroizing::new(vec![0; ciphertext.len()]);
                key.open_separate_gather(Nonce::from(&nonce), Aad::from(associated), ciphertext, tag, &mut text)
                    .ok()?;
                Some(text)
            }
            Self::Sm4Gcm(cipher) => {
                let mut text = Zeroizing::new(ciphertext.to_vec());
                let buffer = text.as_mut_slice().into();
                cipher.decrypt_inout_detached(&GcmNonce::from(nonce), associated, buffer, &Tag::from(*tag)).ok()?;
                Some(text)
            }
        }
    }
}

/// HKDF-SHA256: the data key yields the cipher's key and, independent of it, the commitment.
pub(super) fn split_data_key(suite: Suite, dek: &SecretKey) -> Result<(Cipher, [u8; COMMITMENT_LEN]), KeyError> {
    let hkdf = Hkdf::<Sha256>::new(Some(b"hedui/document/v1"), dek.expose());
    let mut commitment = [0; COMMITMENT_LEN];
    let fits = "32 bytes are within what HKDF-SHA256 can expand to";
    hkdf.expand(b"commitment", &mut commitment).expect(fits);
    let cipher = match suite {
        Suite::Aes256Gcm => {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(b"AES-256-GCM", &mut key[..]).expect(fits);
            let key = UnboundKey::new(&AES_256_GCM, &key[..]);
            Cipher::Aes256Gcm(LessSafeKey::new(key.map_err(|_| KeyError::Library { doing: "take a data key" })?))
        }
        Suite::Sm4Gcm => {
            let mut key = Zeroizing::new([0; 16]);
            hkdf.expand(b"SM4-GCM", &mut key[..]).expect(fits);
            Cipher::Sm4Gcm(Box::new(Sm4Gcm::new((&*key).into())))
        }
    };
    Ok((cipher, commitment))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8998 appendix A.1.
    #[test]
    fn sm4_gcm_is_that_of_rfc_8998() {
        let bytes = |text: &str| hex::decode(text.replace(' ', "")).unwrap();
        let key: [u8; 16] = bytes("0123456789ABCDEFFEDCBA9876543210").try_into().unwrap();
        let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().unwrap();
        let associated = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let plaintext = bytes(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
             EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        );
        let cipher = Cipher::Sm4Gcm(Box::new(Sm4Gcm::new(&key.into())));
        let mut text = plaintext.clone();
        let tag = cipher.seal(nonce, &associated, &mut text).unwrap();
        assert_eq!(
            hex::encode_upper(&text),
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
             D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        );
        assert_eq!(hex::encode_upper(tag), "83DE3541E4C2B58177E065A9BF7B62EC");
        assert_eq!(cipher.open(nonce, &associated, &text, &tag).unwrap().as_slice(), plaintext);
        assert!(cipher.open(nonce, &associated[1..], &text, &tag).is_none());
        for index in 0..TAG_LEN {
            let mut altered = tag;
            altered[index] ^= 1;
            assert!(cipher.open(nonce, &associated, &text, &altered).is_none());
        }
    }

    #[test]
    fn suites_have_names_and_numbers_of_their_own() {
        for suite in Suite::ALL {
            assert_eq!((Suite::parse(suite.as_str()), Suite::numbered(suite.number())), (Some(suite), Some(suite)));
        }
        assert!(Suite::numbered(0).is_none() && Suite::numbered(3).is_none());
    }
}
