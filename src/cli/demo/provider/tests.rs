//! Each refusal of the provider, and that it serves the loopback alone.

use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CONSOLE: &str = "127.0.0.1:8443";
const CALLBACK: &str = "http://127.0.0.1:8443/signin/callback";

struct Stage {
    provider: Provider,
    http: reqwest::Client,
    ahead: Arc<AtomicI64>,
}

impl Stage {
    async fn start() -> Self {
        crate::verification::install_crypto_provider();
        let ahead = Arc::new(AtomicI64::new(0));
        let shown = Arc::clone(&ahead);
        let clock =
            Clock::of(move || jiff::Timestamp::from_second(1_795_000_000 + shown.load(Ordering::SeqCst)).unwrap());
        let keys = Arc::new(LocalIssuer::new(clock.clone()).unwrap());
        let provider = start(keys, CONSOLE.parse().unwrap(), clock).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { provider, http, ahead }
    }

    /// Sends a form, some of whose fields are changed.
    async fn form(&self, path: &str, fields: &[(&str, &str)], changed: &[(&str, &str)]) -> reqwest::Response {
        let value = |name: &str, given: &str| {
            changed.iter().find(|(other, _)| *other == name).map_or(given, |(_, value)| value).to_owned()
        };
        let fields = fields.iter().map(|(name, given)| (*name, value(name, given)));
        let mut carrier = Url::parse("form:/").unwrap();
        carrier.query_pairs_mut().extend_pairs(fields);
        let call = self.http.post(format!("{}{path}", self.provider.issuer));
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        call.body(carrier.query().unwrap().to_owned()).send().await.unwrap()
    }

    async fn choose(&self, changed: &[(&str, &str)]) -> reqwest::Response {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let fields = [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "a state"),
            ("nonce", "a nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("person", "demo-auditor"),
        ];
        self.form("/authorize", &fields, changed).await
    }

    async fn code(&self) -> String {
        let answer = self.choose(&[]).await;
        assert_eq!(answer.status(), 303);
        let to = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        assert_eq!(format!("{}{}", to.origin().ascii_serialization(), to.path()), CALLBACK);
        let said: std::collections::HashMap<_, _> = to.query_pairs().into_owned().collect();
        assert_eq!((said["state"].as_str(), said["iss"].as_str()), ("a state", self.provider.issuer.as_str()));
        said["code"].clone()
    }

    async fn exchange(&self, code: &str, changed: &[(&str, &str)]) -> (u16, Value) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", CLIENT_ID),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.form("/token", &fields, changed).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let status = answer.status().as_u16();
        let mut answer = answer;
        let body = answer.chunk().await.unwrap().unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute_and_with_its_verifier() {
    let stage = Stage::start().await;
    let code = stage.code().await;
    let (status, tokens) = stage.exchange(&code, &[]).await;
    assert_eq!(status, 200);
    let claims = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["nonce"]),
        (&json!("demo-auditor"), &json!(CLIENT_ID), &json!("a nonce"))
    );
    assert_eq!(claims["iss"], stage.provider.issuer);
    assert_eq!(stage.exchange(&code, &[]).await, (400, json!({"error": "invalid_grant"})), "a second time");

    for changed in [
        ("code_verifier", "another-verifier-another-verifier-another-v"),
        ("code_verifier", ""),
        ("redirect_uri", "http://127.0.0.1:8443/signin"),
        ("client_id", "another"),
        ("code", "another"),
    ] {
        let code = stage.code().await;
        assert_eq!(stage.exchange(&code, &[changed]).await, (400, json!({"error": "invalid_grant"})), "{changed:?}");
        let after = stage.exchange(&code, &[]).await.0;
        assert_eq!(after, if changed.0 == "code" { 200 } else { 400 }, "{changed:?}: whoever tried has used it up");
    }
    let wrong = stage.exchange("x", &[("grant_type", "password")]).await;
    assert_eq!(wrong, (400, json!({"error": "unsupported_grant_type"})));

    let code = stage.code().await;
    stage.ahead.store(59, Ordering::SeqCst);
    assert_eq!(stage.exchange(&code, &[]).await.0, 200);
    let code = stage.code().await;
    stage.ahead.store(120, Ordering::SeqCst);
    assert_eq!(stage.exchange(&code, &[]).await.0, 400, "after a minute");
}

#[tokio::test]
async fn a_request_that_is_not_the_consoles_leads_nowhere() {
    let stage = Stage::start().await;
    for changed in [
        ("redirect_uri", "http://evil.example/signin/callback"),
        ("redirect_uri", "http://127.0.0.1:8443/signin/callback/"),
        ("redirect_uri", ""),
        ("client_id", "another"),
        ("response_type", "token"),
        ("scope", "profile"),
        ("code_challenge_method", "plain"),
        ("code_challenge", ""),
        ("person", "demo-nobody"),
    ] {
        let answer = stage.choose(&[changed]).await;
        assert_eq!(answer.status(), 400, "{changed:?}");
        assert!(answer.headers().get("location").is_none(), "{changed:?}");
    }
}

#[tokio::test]
async fn it_serves_the_loopback_alone() {
    let clock = Clock::system();
    let keys = Arc::new(LocalIssuer::new(clock.clone()).unwrap());
    for elsewhere in ["0.0.0.0:8443", "192.0.2.1:8443", "[::]:8443"] {
        assert!(start(Arc::clone(&keys), elsewhere.parse().unwrap(), clock.clone()).await.is_err(), "{elsewhere}");
    }
    let provider = start(keys, CONSOLE.parse().unwrap(), clock).await.unwrap();
    assert!(provider.issuer.starts_with("http://127.0.0.1:"));
}
