//! Recipient keys: what is taken, and every way to be refused.

use serde_json::json;

use super::super::generate_recipient;
use super::*;

/// The key of RFC 7638 section 3.1, whose thumbprint is known.
const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn ec() -> Value {
    let public = generate_recipient().unwrap().public_jwk;
    json!({ "kty": "EC", "crv": "P-256", "x": public["x"], "y": public["y"] })
}

fn rsa() -> Value {
    json!({ "kty": "RSA", "n": RFC_7638_N, "e": "AQAB" })
}

fn with(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk[member] = value;
    jwk
}

fn without(mut jwk: Value, member: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(member);
    jwk
}

#[test]
fn good_keys_are_taken_whatever_else_they_carry() {
    let extras = json!({ "kid": "township-7", "ext": true, "x5t": "x" });
    for (mut jwk, algorithm) in [(ec(), "ECDH-ES+A256KW"), (rsa(), "RSA-OAEP-256")] {
        assert_eq!(RecipientKey::parse(&jwk).unwrap().algorithm(), algorithm);
        jwk.as_object_mut().unwrap().extend(extras.as_object().unwrap().clone());
        jwk["use"] = "enc".into();
        jwk["alg"] = algorithm.into();
        RecipientKey::parse(&jwk).unwrap();
    }
    for operations in [json!(["deriveKey"]), json!(["deriveBits", "deriveKey"]), json!(["wrapKey"]), json!([])] {
        RecipientKey::parse(&with(ec(), "key_ops", operations)).unwrap();
    }
    RecipientKey::parse(&with(rsa(), "key_ops", json!(["wrapKey"]))).unwrap();
}

#[test]
fn thumbprints_are_those_of_rfc_7638() {
    let key = RecipientKey::parse(&rsa()).unwrap();
    assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let zero_led = encode([&[0][..], &decode(RFC_7638_N).unwrap()].concat());
    assert_eq!(RecipientKey::parse(&with(rsa(), "n", zero_led.into())).unwrap().thumbprint(), key.thumbprint());
}

#[test]
fn every_fault_has_its_own_code_and_place() {
    let short = encode([1; 31]);
    let bit_2047 = encode([&[0x7f][..], &[0xff; 255]].concat());
    let even = encode([&[0x80][..], &[0xfe; 255]].concat());
    let huge = encode([&[0x80][..], &[0xff; 1024]].concat());
    let swapped = {
        let key = ec();
        json!({ "kty": "EC", "crv": "P-256", "x": key["y"], "y": key["x"] })
    };
    let cases = [
        (json!("text"), "recipient_key_form", "/recipient_key"),
        (json!(null), "recipient_key_form", "/recipient_key"),
        (json!({}), "recipient_key_type", "/recipient_key/kty"),
        (with(ec(), "kty", json!("OKP")), "recipient_key_type", "/recipient_key/kty"),
        (with(ec(), "kty", json!(1)), "recipient_key_type", "/recipient_key/kty"),
        (json!({ "kty": "oct", "k": "AAAA" }), "recipient_key_symmetric", "/recipient_key/kty"),
        (with(ec(), "k", json!("AAAA")), "recipient_key_symmetric", "/recipient_key/kty"),
        (with(ec(), "d", json!("AAAA")), "recipient_key_private", "/recipient_key/d"),
        (with(ec(), "d", json!(null)), "recipient_key_private", "/recipient_key/d"),
        (with(rsa(), "qi", json!("AAAA")), "recipient_key_private", "/recipient_key/qi"),
        (without(ec(), "crv"), "recipient_key_curve", "/recipient_key/crv"),
        (with(ec(), "crv", json!("P-384")), "recipient_key_curve", "/recipient_key/crv"),
        (with(ec(), "crv", json!("secp256k1")), "recipient_key_curve", "/recipient_key/crv"),
        (without(ec(), "x"), "recipient_key_missing", "/recipient_key/x"),
        (with(ec(), "y", json!(7)), "recipient_key_missing", "/recipient_key/y"),
        (with(ec(), "x", json!("not base64!")), "recipient_key_encoding", "/recipient_key/x"),
        (with(ec(), "x", json!("AA==")), "recipient_key_encoding", "/recipient_key/x"),
        (with(ec(), "x", json!(short)), "recipient_key_length", "/recipient_key/x"),
        (with(ec(), "y", json!("")), "recipient_key_length", "/recipient_key/y"),
        (swapped, "recipient_key_off_curve", "/recipient_key"),
        (with(ec(), "use", json!("sig")), "recipient_key_use", "/recipient_key/use"),
        (with(ec(), "use", json!(null)), "recipient_key_use", "/recipient_key/use"),
        (with(ec(), "key_ops", json!(["verify"])), "recipient_key_ops", "/recipient_key/key_ops"),
        (with(ec(), "key_ops", json!("deriveKey")), "recipient_key_ops", "/recipient_key/key_ops"),
        (with(rsa(), "key_ops", json!(["deriveKey"])), "recipient_key_ops", "/recipient_key/key_ops"),
        (with(ec(), "alg", json!("ECDH-ES")), "recipient_key_algorithm", "/recipient_key/alg"),
        (with(ec(), "alg", json!("none")), "recipient_key_algorithm", "/recipient_key/alg"),
        (with(rsa(), "alg", json!("RSA1_5")), "recipient_key_algorithm", "/recipient_key/alg"),
        (with(rsa(), "n", json!(bit_2047)), "recipient_key_size", "/recipient_key/n"),
        (with(rsa(), "n", json!("")), "recipient_key_size", "/recipient_key/n"),
        (with(rsa(), "n", json!(huge)), "recipient_key_size", "/recipient_key/n"),
        (with(rsa(), "n", json!(even)), "recipient_key_rsa", "/recipient_key"),
        (with(rsa(), "e", json!("Aw")), "recipient_key_exponent", "/recipient_key/e"),
        (with(rsa(), "e", json!("AQAC")), "recipient_key_exponent", "/recipient_key/e"),
    ];
    for (jwk, code, pointer) in cases {
        let mut faults = Faults::default();
        assert!(RecipientKey::from_request(&jwk, "/recipient_key", &mut faults).is_none(), "{code} at {pointer}");
        let found: Vec<_> = faults.0.iter().map(|fault| (fault.code.as_str(), fault.pointer.as_str())).collect();
        assert_eq!(found, [(code, pointer)]);
        assert!(!faults.0[0].detail.is_empty() && !faults.0[0].detail_zh.is_ascii() && !faults.0[0].remedy.is_empty());
    }
}

#[test]
fn all_faults_of_one_key_are_listed_and_none_repeats_its_value() {
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "SECRETS!", "y": "AAAA", "d": "SECRETD", "use": "sig", "alg": "SECRETALG" });
    let mut faults = Faults::default();
    assert!(RecipientKey::from_request(&jwk, "/recipient_key", &mut faults).is_none());
    let codes: Vec<_> = faults.0.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "recipient_key_private",
            "recipient_key_use",
            "recipient_key_algorithm",
            "recipient_key_encoding",
            "recipient_key_length"
        ]
    );
    assert!(!serde_json::to_string(&faults.0).unwrap().contains("SECRET"));
}

#[test]
fn a_generated_private_key_is_refused_as_a_recipient_key() {
    let pair = generate_recipient().unwrap();
    let private: Value = serde_json::from_str(&pair.private_jwk).unwrap();
    assert_eq!(RecipientKey::parse(&private).unwrap_err(), [RecipientKeyFault::Private { member: "d" }]);
    assert_eq!(RecipientKey::parse(&pair.public_jwk).unwrap().thumbprint(), pair.thumbprint);
}
