//! The Concat KDF of ECDH-ES: NIST SP 800-56A section 5.8.1 with SHA-256, parameters as RFC 7518 section 4.6.2.

use sha2::{Digest, Sha256};

/// Fills `key` from the shared secret `z`. `algorithm` is the `AlgorithmID`; `party_u` and `party_v` are the decoded `apu` and
/// `apv`; the length of `key` is `SuppPubInfo`.
pub fn derive(z: &[u8], algorithm: &str, party_u: &[u8], party_v: &[u8], key: &mut [u8]) {
    let key_bits = key.len() * 8;
    for (round, block) in (1_u32..).zip(key.chunks_mut(32)) {
        let mut hash = Sha256::new();
        hash.update(round.to_be_bytes());
        hash.update(z);
        for field in [algorithm.as_bytes(), party_u, party_v] {
            hash.update(length(field.len()));
            hash.update(field);
        }
        hash.update(length(key_bits));
        block.copy_from_slice(&hash.finalize()[..block.len()]);
    }
}

fn length(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("the parts of a token header are far below 4 GiB").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::agreement;

    use super::super::{decode, encode};
    use super::*;
    use crate::keys::EcPublicKey;

    /// RFC 7518 appendix C, key agreement included.
    #[test]
    fn derives_as_rfc_7518_appendix_c() {
        let alice_private = decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo").unwrap();
        let bob = EcPublicKey::from_coordinates(
            &decode("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ").unwrap().try_into().unwrap(),
            &decode("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck").unwrap().try_into().unwrap(),
        )
        .unwrap();
        let private = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &alice_private).unwrap();
        let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, bob.point());
        let z = agreement::agree(&private, peer, (), |z| Ok(z.to_vec())).unwrap();
        assert_eq!(
            z,
            [
                158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128,
                106, 72, 246, 218, 167, 121, 140, 254, 144, 196
            ]
        );
        let mut key = [0; 16];
        derive(&z, "A128GCM", b"Alice", b"Bob", &mut key);
        assert_eq!(encode(key), "VqqN6vgjbSBcIijNcacQGg");
    }

    #[test]
    fn every_input_matters() {
        let derived = |z: &[u8], algorithm, u: &[u8], v: &[u8]| {
            let mut key = [0; 48];
            derive(z, algorithm, u, v, &mut key);
            key
        };
        let base = derived(b"z", "A", b"u", b"v");
        assert_ne!(base[..32], base[16..]);
        for other in [
            derived(b"y", "A", b"u", b"v"),
            derived(b"z", "B", b"u", b"v"),
            derived(b"z", "A", b"", b"uv"),
            derived(b"z", "A", b"uv", b""),
            derived(b"z", "Au", b"", b"v"),
        ] {
            assert_ne!(base, other);
        }
        let mut shorter = [0; 32];
        derive(b"z", "A", b"u", b"v", &mut shorter);
        assert_ne!(shorter, base[..32]);
    }
}
