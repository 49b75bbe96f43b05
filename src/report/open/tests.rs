//! Opening: trusted, announced and unknown keys, and every altered character.

use aws_lc_rs::encoding::AsDer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::super::jose::{
    PrivateKeyError, RecipientKey, RecipientKeyPair, VerifyingKeysError, generate_recipient, jwe, jws,
};
use super::super::seal::seal;
use super::*;
use crate::keys::ReportSigner;
use crate::keys::signing::generate_p256;

const REPORT: &[u8] = br#"{"body":{"total":"1.00"}}"#;

struct Parties {
    signer: ReportSigner,
    pair: RecipientKeyPair,
}

impl Parties {
    fn new() -> Self {
        let signer = ReportSigner::from_private(&generate_p256().unwrap()).unwrap();
        Self { signer, pair: generate_recipient().unwrap() }
    }

    fn recipient(&self) -> RecipientKey {
        RecipientKey::parse(&self.pair.public_jwk).unwrap()
    }

    fn key(&self) -> RecipientPrivateKey {
        RecipientPrivateKey::parse(&self.pair.private_jwk).unwrap()
    }

    fn pinned(&self) -> TrustedKeys {
        TrustedKeys::Pinned(VerifyingKeys::from_value(&self.signer.public_key().to_signing_jwk()).unwrap())
    }

    fn sealed(&self) -> String {
        seal(REPORT, &self.signer, &self.recipient()).unwrap()
    }

    fn open(&self, token: &str) -> Result<Opened, OpenError> {
        open(token, &self.key(), &self.pinned(), |_| InclusionCheck::NotChecked)
    }

    /// Seals any text in the place of a signed report.
    fn seal_inner(&self, inner: &str) -> String {
        jwe::encrypt(inner, self.signer.kid(), &self.recipient()).unwrap()
    }
}

fn b64(value: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(value)
}

#[test]
fn an_opened_report_says_by_which_key_it_was_verified() {
    let parties = Parties::new();
    let token = parties.sealed();
    let opened = parties.open(&format!("{token}\n")).unwrap();
    let thumbprint = parties.signer.kid().to_owned();
    assert_eq!(&opened.bytes[..], REPORT);
    assert_eq!(opened.report["body"]["total"], "1.00");
    assert_eq!(opened.signature, SignatureCheck::Pinned { thumbprint: thumbprint.clone() });
    assert!(opened.signature.is_pinned());

    let announced = open(&token, &parties.key(), &TrustedKeys::Announced, |_| InclusionCheck::Absent).unwrap();
    assert_eq!(announced.signature, SignatureCheck::Announced { thumbprint: thumbprint.clone() });
    assert_eq!(announced.inclusion, InclusionCheck::Absent);
    assert!(!announced.signature.is_pinned());

    let unknown = open(&token, &parties.key(), &Parties::new().pinned(), |_| InclusionCheck::NotChecked).unwrap();
    assert_eq!(unknown.signature, SignatureCheck::UnknownKey { kid: thumbprint });
    assert!(!format!("{unknown:?}").contains("1.00"));
}

#[test]
fn the_inclusion_check_sees_the_report() {
    let parties = Parties::new();
    let opened = open(&parties.sealed(), &parties.key(), &parties.pinned(), |report| InclusionCheck::Refuted {
        reason: report["body"]["total"].to_string(),
    });
    assert_eq!(opened.unwrap().inclusion, InclusionCheck::Refuted { reason: "\"1.00\"".into() });
}

/// Every character of every segment, replaced by another of the alphabet.
#[test]
fn one_changed_character_anywhere_is_refused() {
    let parties = Parties::new();
    let token = parties.sealed();
    for (index, character) in token.char_indices() {
        let other = if character == 'A' { 'B' } else { 'A' };
        let mut altered = token.clone();
        altered.replace_range(index..=index, &other.to_string());
        assert!(parties.open(&altered).is_err(), "character {index}");
    }
}

#[test]
fn faults_are_named_by_segment() {
    let parties = Parties::new();
    let token = parties.sealed();
    let segments: Vec<_> = token.split('.').collect();
    let with = |index: usize, text: &str| {
        let mut changed = segments.clone();
        changed[index] = text;
        parties.open(&changed.join(".")).unwrap_err()
    };
    for index in 0..5 {
        let OpenError::Seal(error) = with(index, "!") else { panic!("segment {index}") };
        assert!(matches!(error, JweError::Segment { segment, .. } if segment == index + 1), "{error}");
    }
    assert_eq!(with(2, &b64([0; 11])), JweError::Segment { segment: 3, name: "initialization vector" }.into());
    assert_eq!(with(4, &b64([0; 15])), JweError::Segment { segment: 5, name: "authentication tag" }.into());
    assert_eq!(with(1, &b64([0; 32])), JweError::Segment { segment: 2, name: "encrypted key" }.into());
    assert_eq!(with(1, &b64([0; 40])), JweError::ContentKey.into());
    assert_eq!(with(3, &b64([0; 40])), JweError::Content.into());
    assert_eq!(parties.open("a.b.c").unwrap_err(), JweError::Segments { segments: 3 }.into());
    assert_eq!(parties.open(&format!("{token}.x.y")).unwrap_err(), JweError::Segments { segments: 7 }.into());
    let huge = "x".repeat(MAX_TOKEN_BYTES + 1);
    assert_eq!(parties.open(&huge).unwrap_err(), JweError::TooLarge { bytes: MAX_TOKEN_BYTES + 1 }.into());
}

#[test]
fn foreign_headers_are_refused_before_any_key_is_used() {
    let parties = Parties::new();
    let token = parties.sealed();
    let (header, rest) = token.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with = |member: &str, value: Value| {
        let mut header = header.clone();
        header[member] = value;
        parties.open(&format!("{}.{rest}", b64(header.to_string()))).unwrap_err()
    };
    assert_eq!(with("zip", json!("DEF")), JweError::Forbidden { member: "zip" }.into());
    assert_eq!(with("crit", json!(["exp"])), JweError::Forbidden { member: "crit" }.into());
    for (member, value) in [
        ("alg", json!("dir")),
        ("alg", json!("RSA-OAEP-256")),
        ("alg", json!("ECDH-ES")),
        ("enc", json!("A128GCM")),
        ("cty", json!("json")),
        ("p2c", json!(1)),
        ("apu", json!("!")),
        ("apv", json!(null)),
    ] {
        assert_eq!(with(member, value), JweError::Header.into(), "{member}");
    }
    let OpenError::Seal(JweError::OtherKey { sealed_to, given }) = with("kid", json!("other")) else { panic!() };
    assert_eq!((sealed_to.as_str(), given), ("other", parties.pair.thumbprint.clone()));
    let off_curve = json!({ "kty": "EC", "crv": "P-256", "x": b64([1; 32]), "y": b64([2; 32]) });
    let mut with_private = header["epk"].clone();
    with_private["d"] = json!("AA");
    for epk in [json!(null), json!({}), off_curve, with_private] {
        assert_eq!(with("epk", epk), JweError::EphemeralKey.into());
    }
    let doubled = format!(r#"{{"alg":"none",{}"#, &header.to_string()[1..]);
    assert_eq!(parties.open(&format!("{}.{rest}", b64(doubled))).unwrap_err(), JweError::Header.into());
}

#[test]
fn another_recipient_is_told_whose_it_is() {
    let (parties, other) = (Parties::new(), Parties::new());
    let error = open(&parties.sealed(), &other.key(), &parties.pinned(), |_| InclusionCheck::NotChecked).unwrap_err();
    assert!(
        matches!(error, OpenError::Seal(JweError::OtherKey { sealed_to, .. }) if sealed_to == parties.pair.thumbprint)
    );
}

#[test]
fn what_is_inside_must_be_signed_by_the_key_it_names() {
    let (parties, other) = (Parties::new(), Parties::new());
    let signed = jws::sign(REPORT, &parties.signer).unwrap();
    let [header, payload, signature]: [&str; 3] = signed.split('.').collect::<Vec<_>>().try_into().unwrap();
    let kid = parties.signer.kid().to_owned();
    let refused = |inner: &str| {
        let token = parties.seal_inner(inner);
        let pinned = parties.open(&token).unwrap_err();
        let announced = open(&token, &parties.key(), &TrustedKeys::Announced, |_| InclusionCheck::NotChecked);
        assert_eq!(announced.unwrap_err(), pinned);
        pinned
    };
    let false_signature = OpenError::FalseSignature { kid: kid.clone() };
    assert_eq!(refused(&format!("{header}.{}.{signature}", b64(b"{}"))), false_signature);
    assert_eq!(refused(&format!("{header}.{payload}.{}", b64([0; 64]))), false_signature);
    assert_eq!(refused(&format!("{header}.{payload}.")), false_signature);
    assert_eq!(refused(&format!("{header}.{payload}")), JwsError::Form.into());
    assert_eq!(refused("not signed"), JwsError::Form.into());
    assert_eq!(refused(""), JwsError::Form.into());

    let other_signed = jws::sign(REPORT, &other.signer).unwrap();
    let other_signature = other_signed.rsplit_once('.').unwrap().1;
    assert_eq!(refused(&format!("{header}.{payload}.{other_signature}")), false_signature);

    let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with = |member: &str, value: Value| {
        let mut head = head.clone();
        head[member] = value;
        refused(&format!("{}.{payload}.{signature}", b64(head.to_string())))
    };
    assert_eq!(with("alg", json!("none")), JwsError::Header.into());
    assert_eq!(with("alg", json!("HS256")), JwsError::Header.into());
    assert_eq!(with("typ", json!("JWT")), JwsError::Header.into());
    assert_eq!(with("b64", json!(false)), JwsError::Header.into());
    assert_eq!(with("kid", json!(other.signer.kid())), JwsError::EmbeddedKey.into());
    assert_eq!(with("jwk", other.signer.public_key().to_jwk()), JwsError::EmbeddedKey.into());
    assert_eq!(with("jwk", json!({})), JwsError::EmbeddedKey.into());
}

#[test]
fn the_attested_key_must_be_the_signing_key() {
    let parties = Parties::new();
    let attesting = |thumbprint: Value| {
        let report = json!({ "attestation": { "signing_key": { "jwk_thumbprint": thumbprint } } }).to_string();
        parties.open(&seal(report.as_bytes(), &parties.signer, &parties.recipient()).unwrap())
    };
    attesting(json!(parties.signer.kid())).unwrap();
    for other in [json!("another"), json!(null), json!(7)] {
        assert!(matches!(attesting(other), Err(OpenError::AttestedKey { .. })));
    }
    let not_json = seal(b"not json", &parties.signer, &parties.recipient()).unwrap();
    assert_eq!(parties.open(&not_json).unwrap_err(), OpenError::NotJson);
}

#[test]
fn rsa_recipients_open_theirs() {
    let (private_jwk, public_jwk) = rsa_pair();
    let key = RecipientPrivateKey::parse(&private_jwk.to_string()).unwrap();
    let parties = Parties::new();
    let token = seal(REPORT, &parties.signer, &RecipientKey::parse(&public_jwk).unwrap()).unwrap();
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header["alg"], "RSA-OAEP-256");
    assert!(header.get("epk").is_none() && header.get("apu").is_none());
    let opened = open(&token, &key, &parties.pinned(), |_| InclusionCheck::NotChecked).unwrap();
    assert_eq!(&opened.bytes[..], REPORT);

    let mut segments: Vec<_> = token.split('.').map(str::to_owned).collect();
    let other = if &segments[1][9..10] == "A" { "B" } else { "A" };
    segments[1].replace_range(9..10, other);
    let error = open(&segments.join("."), &key, &parties.pinned(), |_| InclusionCheck::NotChecked).unwrap_err();
    assert_eq!(error, JweError::ContentKey.into());

    let mut without_factors = private_jwk.clone();
    without_factors.as_object_mut().unwrap().remove("qi");
    let refused = RecipientPrivateKey::parse(&without_factors.to_string());
    assert_eq!(refused.unwrap_err(), PrivateKeyError::Inconsistent);
}

#[test]
fn private_keys_are_checked_and_cannot_print() {
    let pair = generate_recipient().unwrap();
    let private: Value = serde_json::from_str(&pair.private_jwk).unwrap();
    let d = private["d"].as_str().unwrap();
    let key = RecipientPrivateKey::parse(&pair.private_jwk).unwrap();
    assert_eq!(key.public().thumbprint(), pair.thumbprint);
    assert!(!format!("{key:?} {pair:?}").contains(&d[..8]));
    assert!(!pair.public_jwk.to_string().contains(d));

    let with = |member: &str, value: Value| {
        let mut changed = private.clone();
        changed[member] = value;
        RecipientPrivateKey::parse(&changed.to_string())
    };
    with("key_ops", json!(["deriveKey"])).unwrap();
    let other = generate_recipient().unwrap();
    let other: Value = serde_json::from_str(&other.private_jwk).unwrap();
    for wrong in [other["d"].clone(), json!("AAAA"), json!(b64([0; 32])), json!(null)] {
        assert_eq!(with("d", wrong).unwrap_err(), PrivateKeyError::Inconsistent);
    }
    assert!(matches!(with("crv", json!("P-384")), Err(PrivateKeyError::Faults(_))));
    assert_eq!(RecipientPrivateKey::parse(&pair.public_jwk.to_string()).unwrap_err(), PrivateKeyError::Public);
    assert_eq!(RecipientPrivateKey::parse("[]").unwrap_err(), PrivateKeyError::NotJson);
}

#[test]
fn key_sets_are_checked() {
    let parties = Parties::new();
    let good = parties.signer.public_key().to_signing_jwk();
    let parse = |keys: Value| VerifyingKeys::from_value(&json!({ "keys": keys }));
    let rsa = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" });
    let set = parse(json!([rsa, good])).unwrap();
    assert_eq!(set.get(parties.signer.kid()), Some(parties.signer.public_key()));
    assert_eq!(set.get("other"), None);
    let with = |member: &str, value: Value| {
        let mut key = good.clone();
        key[member] = value;
        parse(json!([key])).unwrap_err()
    };
    assert_eq!(with("d", json!("AA")), VerifyingKeysError::Private { index: 0 });
    assert_eq!(with("x", json!("AA")), VerifyingKeysError::Key { index: 0 });
    assert_eq!(with("kid", json!("mine")), VerifyingKeysError::Kid { index: 0 });
    assert_eq!(with("use", json!("enc")), VerifyingKeysError::Empty);
    assert_eq!(VerifyingKeys::parse("{}").unwrap_err(), VerifyingKeysError::Form);
    assert_eq!(VerifyingKeys::parse("nothing").unwrap_err(), VerifyingKeysError::Form);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_sealed_opens(body in proptest::collection::btree_map(".{0,12}", ".{0,200}", 0..20)) {
        let parties = parties();
        let report = serde_json::to_vec(&body).unwrap();
        let opened = parties.open(&seal(&report, &parties.signer, &parties.recipient()).unwrap()).unwrap();
        prop_assert_eq!(&opened.bytes[..], &report[..]);
        prop_assert!(opened.signature.is_pinned());
    }

    #[test]
    fn foreign_text_is_refused_without_a_panic(text in "[A-Za-z0-9_.-]{0,200}", inner in "[A-Za-z0-9_.-]{0,200}") {
        let parties = parties();
        prop_assert!(parties.open(&text).is_err());
        prop_assert!(parties.open(&parties.seal_inner(&inner)).is_err());
    }

    #[test]
    fn foreign_keys_are_refused_without_a_panic(text in "\\PC{0,200}") {
        prop_assert!(RecipientPrivateKey::parse(&text).is_err());
        prop_assert!(VerifyingKeys::parse(&text).is_err());
    }
}

fn parties() -> &'static Parties {
    static PARTIES: std::sync::OnceLock<Parties> = std::sync::OnceLock::new();
    PARTIES.get_or_init(Parties::new)
}

/// An RSA key pair as JWKs: generated here, so that no private key lies in the repository.
fn rsa_pair() -> (Value, Value) {
    let key = aws_lc_rs::rsa::PrivateDecryptingKey::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
    let [_version, n, e, d, p, q, dp, dq, qi] = rsa_integers(der.as_ref()).try_into().unwrap();
    let public = json!({ "kty": "RSA", "n": b64(n), "e": b64(e) });
    let private = json!({
        "kty": "RSA", "n": public["n"], "e": public["e"], "d": b64(d), "p": b64(p), "q": b64(q), "dp": b64(dp), "dq": b64(dq),
        "qi": b64(qi),
    });
    (private, public)
}

/// The nine integers of the `RSAPrivateKey` inside a PKCS#8 document, without sign bytes.
fn rsa_integers(pkcs8: &[u8]) -> Vec<Vec<u8>> {
    fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
        let (length, start) = match der[1] {
            short @ 0..0x80 => (usize::from(short), 2),
            long => {
                let octets = usize::from(long & 0x7f);
                (der[2..2 + octets].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), 2 + octets)
            }
        };
        (der[0], &der[start..start + length], &der[start + length..])
    }
    let (_, info, _) = element(pkcs8);
    let (_, _version, rest) = element(info);
    let (_, _algorithm, rest) = element(rest);
    let (_, octets, _) = element(rest);
    let (_, mut rest, _) = element(octets);
    let mut integers = Vec::new();
    while !rest.is_empty() {
        let (tag, value, after) = element(rest);
        assert_eq!(tag, 2);
        integers.push(value.iter().copied().skip_while(|byte| *byte == 0).collect());
        rest = after;
    }
    integers
}
