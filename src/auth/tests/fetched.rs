//! Key sets that are fetched, from an issuer that is a real server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::*;
use crate::auth::KeysStanding;

/// What the issuer answers.
type Answer = Arc<Mutex<Box<dyn Fn() -> Response + Send>>>;

/// An issuer's server, its calls counted, and the service's clock.
struct Issuer {
    address: std::net::SocketAddr,
    answer: Answer,
    calls: Arc<AtomicU32>,
    elsewhere: Arc<AtomicU32>,
    seconds: Arc<Mutex<i64>>,
}

impl Issuer {
    async fn up() -> Self {
        let answer: Answer = Arc::new(Mutex::new(Box::new(|| StatusCode::NOT_FOUND.into_response())));
        let (calls, elsewhere) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (shown, counted, strayed) = (answer.clone(), calls.clone(), elsewhere.clone());
        let routes = Router::new()
            .route(
                "/jwks",
                get(async move || {
                    counted.fetch_add(1, Ordering::SeqCst);
                    (shown.lock().unwrap())()
                }),
            )
            .fallback(async move || {
                strayed.fetch_add(1, Ordering::SeqCst);
            });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let limits = crate::config::ServerLimits::default();
        tokio::spawn(crate::web::serve(listener, None, routes, limits, tokio_util::sync::CancellationToken::new()));
        Self { address, answer, calls, elsewhere, seconds: Arc::default() }
    }

    fn answers(&self, answer: impl Fn() -> Response + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    fn publishes(&self, keys: &[Value]) {
        let text = json!({ "keys": keys }).to_string();
        self.answers(move || text.clone().into_response());
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    fn later(&self, seconds: i64) {
        *self.seconds.lock().unwrap() += seconds;
    }

    /// A service that knows of the issuer.
    fn door(&self) -> Authenticator {
        let (start, seconds): (jiff::Timestamp, _) = (NOW.parse().unwrap(), self.seconds.clone());
        let clock = Clock::of(move || start + SignedDuration::from_secs(*seconds.lock().unwrap()));
        let url = format!("http://{}/jwks", self.address).parse().unwrap();
        let issuer = IssuerSettings { issuer: "sso".into(), algorithm: "ES256".into(), keys: KeySource::Url(url) };
        let settings = AuthSettings { audience: "hedui".into(), issuers: vec![issuer], token_minutes: u32::MAX };
        Authenticator::new(&settings, Clients::new(vec![client()]), clock).unwrap()
    }
}

/// What a door says to a token.
async fn said(door: &Authenticator, token: &str) -> Result<String, AuthError> {
    door.sign_in(Some(token), None).await.map(|caller| caller.subject)
}

fn standing(door: &Authenticator) -> KeysStanding {
    door.issuers()["sso"]
}

/// A token by a signer under its own key's name, good for days.
fn lasting(signer: &Signer) -> String {
    let exp = claims()["exp"].as_i64().unwrap() + 30 * 86_400;
    signer.token(&json!({"alg": "ES256", "kid": signer.kid}), &with("exp", json!(exp)))
}

#[tokio::test]
async fn keys_are_fetched_with_the_first_token_and_rolled_keys_with_the_first_that_needs_them() {
    let issuer = Issuer::up().await;
    let (old, new) = (Signer::new("one"), Signer::new("two"));
    issuer.publishes(&[old.jwk()]);
    let door = issuer.door();
    assert_eq!((standing(&door), issuer.calls()), (KeysStanding::None, 0), "nothing is fetched to start");
    assert_eq!(said(&door, &lasting(&old)).await, Ok("township".into()));
    assert_eq!(said(&door, &lasting(&old)).await, Ok("township".into()));
    assert_eq!((standing(&door), issuer.calls()), (KeysStanding::Current, 1));
    issuer.publishes(&[new.jwk()]);
    issuer.later(61);
    assert_eq!(said(&door, &lasting(&new)).await, Ok("township".into()), "the roll is noticed by the token");
    assert_eq!(said(&door, &lasting(&old)).await, Err(AuthError::UnknownKey), "the old key is good no longer");
    assert_eq!(issuer.calls(), 2);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_is_one_fetch_a_minute() {
    let issuer = Issuer::up().await;
    let (known, stranger) = (Signer::new("one"), Signer::new("unknown"));
    issuer.publishes(&[known.jwk()]);
    let door = issuer.door();
    assert!(said(&door, &lasting(&known)).await.is_ok());
    for minute in 1..=3 {
        issuer.later(60);
        let token = lasting(&stranger);
        let storm = join_all((0..200).map(|_| said(&door, &token))).await;
        assert!(storm.iter().all(|said| *said == Err(AuthError::UnknownKey)));
        assert_eq!(issuer.calls(), 1 + minute);
    }
    assert!(said(&door, &lasting(&known)).await.is_ok(), "nobody else is kept out");
}

#[tokio::test]
async fn while_the_issuer_is_down_its_keys_are_good_for_a_day() {
    let issuer = Issuer::up().await;
    let signer = Signer::new("one");
    issuer.answers(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
    let door = issuer.door();
    assert_eq!(said(&door, &lasting(&signer)).await, Err(AuthError::IssuerSilent), "there were none yet");
    issuer.publishes(&[signer.jwk()]);
    assert_eq!(said(&door, &lasting(&signer)).await, Err(AuthError::IssuerSilent), "it was asked a moment ago");
    issuer.later(60);
    assert!(said(&door, &lasting(&signer)).await.is_ok());
    issuer.answers(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
    issuer.later(86_000);
    door.issuer("sso").renew(door.now()).await;
    assert_eq!(standing(&door), KeysStanding::Kept);
    assert!(said(&door, &lasting(&signer)).await.is_ok());
    issuer.later(401);
    assert_eq!(standing(&door), KeysStanding::None);
    assert_eq!(said(&door, &lasting(&signer)).await, Err(AuthError::IssuerSilent), "remembered tokens too");
    issuer.publishes(&[signer.jwk()]);
    issuer.later(60);
    assert!(said(&door, &lasting(&signer)).await.is_ok());
    assert_eq!(standing(&door), KeysStanding::Current);
}

#[tokio::test]
async fn keys_are_renewed_without_being_asked_for() {
    let issuer = Issuer::up().await;
    let (old, new) = (Signer::new("one"), Signer::new("two"));
    issuer.publishes(&[old.jwk(), new.jwk()]);
    let door = issuer.door();
    for (later, calls) in [(0, 1), (599, 1), (1, 2), (600, 3)] {
        issuer.later(later);
        door.issuer("sso").renew(door.now()).await;
        assert_eq!(issuer.calls(), calls);
    }
    assert!(said(&door, &lasting(&old)).await.is_ok());
    issuer.publishes(&[new.jwk()]);
    issuer.later(600);
    door.issuer("sso").renew(door.now()).await;
    assert_eq!(said(&door, &lasting(&old)).await, Err(AuthError::UnknownKey), "a key taken back is good no longer");
}

#[tokio::test]
async fn the_service_fetches_by_itself_until_it_is_stopped() {
    let issuer = Issuer::up().await;
    let signer = Signer::new("one");
    issuer.publishes(&[signer.jwk()]);
    let door = Arc::new(issuer.door());
    let stop = tokio_util::sync::CancellationToken::new();
    let (kept, until) = (door.clone(), stop.clone());
    let task = tokio::spawn(async move { kept.keep_keys(until).await });
    while standing(&door) != KeysStanding::Current {
        tokio::task::yield_now().await;
    }
    assert!(door.caller(Some(&lasting(&signer))).is_ok());
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn what_is_no_key_set_of_the_issuers_own_is_not_taken() {
    let issuer = Issuer::up().await;
    let signer = Signer::new("one");
    issuer.publishes(&[signer.jwk()]);
    let door = issuer.door();
    assert!(said(&door, &lasting(&signer)).await.is_ok());
    let set = json!({"keys": [signer.jwk()]}).to_string();
    let mut private = signer.jwk();
    private["d"] = json!("AQ");
    let private = json!({"keys": [private]}).to_string();
    let padded = format!("{set}{}", " ".repeat(256 * 1024));
    let answers: [Box<dyn Fn() -> Response + Send>; 5] = [
        Box::new(|| (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response()),
        Box::new(move || padded.clone().into_response()),
        Box::new(move || private.clone().into_response()),
        Box::new(|| "<html>".into_response()),
        Box::new(move || (StatusCode::ACCEPTED, set.clone()).into_response()),
    ];
    for (number, answer) in (2..).zip(answers) {
        issuer.answers(answer);
        issuer.later(600);
        door.issuer("sso").renew(door.now()).await;
        assert_eq!((issuer.calls(), standing(&door)), (number, KeysStanding::Kept));
        assert!(said(&door, &lasting(&signer)).await.is_ok(), "the keys from before stand");
    }
    assert_eq!(issuer.elsewhere.load(Ordering::SeqCst), 0, "redirects are not followed");
}
