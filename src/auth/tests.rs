//! Hand-made tokens: every way in which one can be wrong is a refusal of its own.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{AuthError, Authenticator};
use crate::config::{AuthSettings, CertificateHash, Client, Clients, IssuerSettings, KeySource};
use crate::telemetry::Clock;

const NOW: &str = "2026-11-01T00:00:00Z";

mod fetched;

/// A key of an issuer, and tokens by it.
struct Signer {
    pair: EcdsaKeyPair,
    kid: &'static str,
}

impl Signer {
    fn new(kid: &'static str) -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap(), kid }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "crv": "P-256", "kid": self.kid, "x": part(&point[1..33]), "y": part(&point[33..65])})
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = signing_input(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn signing_input(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "JWT", "kid": "one"})
}

fn claims() -> Value {
    let now = NOW.parse::<jiff::Timestamp>().unwrap().as_second();
    json!({"iss": "sso", "aud": "hedui", "sub": "township", "nbf": now - 10, "exp": now + 600, "org": "o",
        "regions": ["620400"], "roles": ["client"], "scope": ""})
}

/// Claims with one of them changed, or taken away by null.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let fields = claims.as_object_mut().unwrap();
    match value {
        Value::Null => drop(fields.remove(name)),
        value => drop(fields.insert(name.to_owned(), value)),
    }
    claims
}

fn client() -> Client {
    Client {
        id: "township".into(),
        organisation: "o".into(),
        regions: vec!["62".into()],
        roles: vec!["client".into()],
        disclosure: crate::config::Disclosure::Full,
        ..Client::default()
    }
}

fn authenticator(folder: &std::path::Path, keys: &[Value], clock: Clock) -> Authenticator {
    let jwks_file = folder.join("jwks.json");
    std::fs::write(&jwks_file, json!({"keys": keys}).to_string()).unwrap();
    let issuer = IssuerSettings { issuer: "sso".into(), algorithm: "ES256".into(), keys: KeySource::File(jwks_file) };
    let settings = AuthSettings { audience: "hedui".into(), issuers: vec![issuer], ..AuthSettings::default() };
    let officer = Client { id: "officer".into(), roles: vec!["supervisor".into()], ..client() };
    Authenticator::new(&settings, Clients::new(vec![client(), officer]), clock).unwrap()
}

#[test]
fn claims_that_are_missing_or_of_another_type_refuse_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let door = authenticator(folder.path(), &[signer.jwk()], Clock::fixed(NOW.parse().unwrap()));
    let caller = door.caller(Some(&signer.token(&header(), &claims()))).unwrap();
    assert_eq!(caller.regions, ["6204"], "the zeros of a whole city are no part of the prefix");
    let now = claims()["nbf"].as_i64().unwrap();
    let table = [
        ("nbf", Value::Null, AuthError::Invalid),
        ("nbf", json!("soon"), AuthError::Invalid),
        ("nbf", json!(now.to_string()), AuthError::Invalid),
        ("nbf", json!(now + 3600), AuthError::NotYet),
        ("exp", Value::Null, AuthError::Invalid),
        ("exp", json!("never"), AuthError::Invalid),
        ("exp", json!(true), AuthError::Invalid),
        ("exp", json!(now - 600), AuthError::Expired),
        ("exp", json!(i64::MIN), AuthError::Invalid),
        ("aud", Value::Null, AuthError::Invalid),
        ("aud", json!(7), AuthError::Invalid),
        ("aud", json!([]), AuthError::Audience),
        ("aud", json!("hedui2"), AuthError::Audience),
        ("sub", Value::Null, AuthError::Invalid),
        ("sub", json!(["township"]), AuthError::Invalid),
        ("sub", json!("stranger"), AuthError::Unregistered),
        ("nbf", json!({}), AuthError::Invalid),
        ("nbf", json!([now]), AuthError::Invalid),
        ("nbf", json!(false), AuthError::Invalid),
        ("nbf", json!(now - 10).to_string().into(), AuthError::Invalid),
        ("exp", json!((now + 600).to_string()), AuthError::Invalid),
        ("iss", json!(["sso"]), AuthError::Invalid),
        ("iss", Value::Null, AuthError::Invalid),
        ("iss", json!("other"), AuthError::Invalid),
        ("org", json!("another"), AuthError::Unregistered),
        ("sub", json!("620422-110105491231002"), AuthError::PersonalSubject),
        ("sub", json!("13800138000"), AuthError::PersonalSubject),
        ("client_id", json!("app-13800138000"), AuthError::PersonalSubject),
        ("azp", json!("11010519491231002X"), AuthError::PersonalSubject),
        ("iat", json!(now + 610 - 86_401), AuthError::TooLong),
        ("iat", json!("now"), AuthError::Invalid),
        ("exp", json!(now + 86_401), AuthError::TooLong),
        ("exp", json!(i64::MAX), AuthError::TooLong),
    ];
    for (name, value, refusal) in table {
        let token = signer.token(&header(), &with(name, value.clone()));
        assert_eq!(door.caller(Some(&token)).map(|caller| caller.subject), Err(refusal), "{name} = {value}");
    }
    let several = signer.token(&header(), &with("aud", json!(["other", "hedui"])));
    assert!(door.caller(Some(&several)).is_ok());
    let a_day = signer.token(&header(), &with("exp", json!(now + 86_400)));
    assert!(door.caller(Some(&a_day)).is_ok());
    for (claim, of, system) in [
        ("client_id", "another-program", false),
        ("client_id", "officer", true),
        ("azp", "officer", true),
        ("sid", "officer", false),
    ] {
        let mut claims = with("sub", json!("officer"));
        claims["roles"] = json!(["supervisor"]);
        claims[claim] = json!(of);
        let caller = door.caller(Some(&signer.token(&header(), &claims))).unwrap();
        assert_eq!(
            caller.is_system, system,
            "{claim} = {of}: a token issued to the program itself has nobody behind it"
        );
    }
    assert!(caller.is_system, "registered as a system");
    for regions in [json!(["0000"]), json!([""]), json!(["620"]), json!(["61"])] {
        let caller = door.caller(Some(&signer.token(&header(), &with("regions", regions.clone())))).unwrap();
        assert!(caller.regions.is_empty() && !caller.covers_region("620422"), "{regions}");
    }
}

#[test]
fn the_algorithm_is_the_issuers_and_keys_of_the_token_count_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (signer, stranger) = (Signer::new("one"), Signer::new("one"));
    let door = authenticator(folder.path(), &[signer.jwk()], Clock::fixed(NOW.parse().unwrap()));
    let none = json!({"alg": "none", "typ": "JWT", "kid": "one"});
    let unsigned = format!("Bearer {}.", signing_input(&none, &claims()));
    let hs256 = json!({"alg": "HS256", "typ": "JWT", "kid": "one"});
    let by_public_key = |key: &[u8]| {
        let signed = signing_input(&hs256, &claims());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
        format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    };
    let mut jwk = header();
    jwk["jwk"] = stranger.jwk();
    let mut jku = header();
    jku["jku"] = json!("https://attacker.example/jwks.json");
    let mut x5u = header();
    x5u["x5u"] = json!("https://attacker.example/chain.pem");
    let mut x5c = header();
    x5c["x5c"] = json!(["MIIB"]);
    let mut crit = header();
    crit["crit"] = json!(["exp"]);
    let mut nothing_critical = header();
    nothing_critical["crit"] = json!([]);
    let es384 = json!({"alg": "ES384", "typ": "JWT", "kid": "one"});
    let typ = |typ: &str| json!({"alg": "ES256", "typ": typ, "kid": "one"});
    for access in ["JWT", "at+jwt", "application/at+JWT"] {
        assert!(door.caller(Some(&signer.token(&typ(access), &claims()))).is_ok(), "{access}");
    }
    let table = [
        ("a token that ends sessions", signer.token(&typ("logout+jwt"), &claims())),
        ("a proof of possession", signer.token(&typ("dpop+jwt"), &claims())),
        ("alg none", unsigned),
        ("HS256 with the public point", by_public_key(signer.pair.public_key().as_ref())),
        ("HS256 with the key set", by_public_key(signer.jwk().to_string().as_bytes())),
        ("key in the header", stranger.token(&jwk, &claims())),
        ("address of keys in the header", stranger.token(&jku, &claims())),
        ("address of a chain in the header", stranger.token(&x5u, &claims())),
        ("chain in the header", stranger.token(&x5c, &claims())),
        ("an extension that must be understood", signer.token(&crit, &claims())),
        ("an empty list of extensions", signer.token(&nothing_critical, &claims())),
        ("another algorithm of the family", signer.token(&es384, &claims())),
        ("no header", signer.token(&json!({}), &claims())),
        ("a stranger's key under a known id", stranger.token(&header(), &claims())),
    ];
    for (what, token) in table {
        assert_eq!(door.caller(Some(&token)).map(|caller| caller.subject), Err(AuthError::Invalid), "{what}");
    }
    let own_key_repeated = signer.token(&jwk, &claims());
    assert!(door.caller(Some(&own_key_repeated)).is_ok(), "what the header carries is ignored, not trusted");
}

#[tokio::test]
async fn a_key_set_is_read_again_for_a_new_key_but_not_for_every_stranger() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (Signer::new("one"), Signer::new("two"));
    let start: jiff::Timestamp = NOW.parse().unwrap();
    let token = new.token(&json!({"alg": "ES256", "kid": "two"}), &claims());
    let door = |seconds: i64| {
        let now = std::sync::Arc::new(std::sync::Mutex::new(start));
        let shown = now.clone();
        let clock = Clock::of(move || *shown.lock().unwrap());
        let door = authenticator(folder.path(), &[old.jwk()], clock);
        std::fs::write(folder.path().join("jwks.json"), json!({"keys": [old.jwk(), new.jwk()]}).to_string()).unwrap();
        *now.lock().unwrap() = start + jiff::SignedDuration::from_secs(seconds);
        door
    };
    let early = door(5).sign_in(Some(&token), None).await;
    assert_eq!(early.map(|caller| caller.subject), Err(AuthError::UnknownKey), "read a moment ago");
    assert!(door(61).sign_in(Some(&token), None).await.is_ok(), "the issuer has a new key");
}

#[tokio::test]
async fn a_token_that_was_good_is_looked_at_again_on_every_call() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (Signer::new("one"), Signer::new("two"));
    let start: jiff::Timestamp = NOW.parse().unwrap();
    let now = std::sync::Arc::new(std::sync::Mutex::new(start));
    let shown = now.clone();
    let door = authenticator(folder.path(), &[old.jwk()], Clock::of(move || *shown.lock().unwrap()));
    let later = |seconds| *now.lock().unwrap() = start + jiff::SignedDuration::from_secs(seconds);
    let token = old.token(&header(), &claims());
    let said = || door.caller(Some(&token)).map(|caller| caller.lasts.unwrap().as_secs());
    assert_eq!((said(), said()), (Ok(660), Ok(660)));
    later(40);
    assert_eq!(said(), Ok(620));
    std::fs::write(folder.path().join("jwks.json"), json!({"keys": [new.jwk()]}).to_string()).unwrap();
    assert_eq!(said(), Ok(620), "nobody has come with another key");
    later(660);
    assert_eq!(said(), Err(AuthError::Expired));
    later(70);
    let renewed = new.token(&json!({"alg": "ES256", "kid": "two"}), &claims());
    assert!(door.sign_in(Some(&renewed), None).await.is_ok());
    assert_eq!(said(), Err(AuthError::UnknownKey), "its key is there no more");
}

#[test]
fn a_key_set_with_a_private_or_a_shared_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = Signer::new("one").jwk();
    let with = |part: &str| {
        let mut key = good.clone();
        key[part] = json!("AAAA");
        json!({"keys": [good, key]}).to_string()
    };
    let file = folder.path().join("jwks.json");
    let issuer =
        IssuerSettings { issuer: "sso".into(), algorithm: "ES256".into(), keys: KeySource::File(file.clone()) };
    let settings = AuthSettings { audience: "hedui".into(), issuers: vec![issuer], ..AuthSettings::default() };
    let read = || Authenticator::new(&settings, Clients::new(Vec::new()), Clock::fixed(NOW.parse().unwrap()));
    for (set, refused) in [(with("d"), true), (with("k"), true), (json!({"keys": [good]}).to_string(), false)] {
        std::fs::write(&file, &set).unwrap();
        assert_eq!(read().is_err(), refused, "{set}");
    }
}

#[tokio::test]
async fn a_token_bound_to_a_certificate_counts_only_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let door = authenticator(folder.path(), &[signer.jwk()], Clock::fixed(NOW.parse().unwrap()));
    let (own, other) = (CertificateHash::of(b"own"), CertificateHash::of(b"other"));
    let name = URL_SAFE_NO_PAD.encode(own.as_bytes());
    let bound = signer.token(&header(), &with("cnf", json!({ "x5t#S256": name })));
    let said = async |token: &str, hash| door.sign_in(Some(token), hash).await.map(|caller| caller.subject);
    assert_eq!(said(&bound, Some(own)).await, Ok("township".into()));
    assert_eq!(said(&bound, Some(other)).await, Err(AuthError::Certificate));
    assert_eq!(said(&bound, None).await, Err(AuthError::Certificate));
    for cnf in
        [json!({"jkt": "x"}), json!({"x5t#S256": 7}), json!({}), json!("x"), json!({"x5t#S256": name, "jkt": "x"})]
    {
        let token = signer.token(&header(), &with("cnf", cnf.clone()));
        assert_eq!(said(&token, Some(own)).await, Err(AuthError::Invalid), "{cnf}");
    }
}
