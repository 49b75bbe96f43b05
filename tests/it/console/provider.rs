//! A provider that says whatever a test has it say.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use hedui::auth::LocalIssuer;
use hedui::telemetry::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::browser::{Browser, Page};
use super::{Door, place};

/// The access token that comes with every ID token.
pub const ACCESS_TOKEN: &str = "access";

pub struct StandIn {
    pub issuer: String,
    pub keys: Arc<LocalIssuer>,
    said: Arc<Said>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Said {
    discovery: Mutex<Value>,
    keys: Mutex<Value>,
    id_token: Mutex<String>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl StandIn {
    pub async fn start() -> Self {
        let (listener, issuer) = place().await;
        let keys = Arc::new(LocalIssuer::new(Clock::system()).expect("a key"));
        let discovery = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
        });
        let said = Arc::new(Said {
            discovery: Mutex::new(discovery),
            keys: Mutex::new(keys.key_set().clone()),
            ..Said::default()
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&said)));
        Self { issuer, keys, said, server }
    }

    pub fn discover(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.said.discovery.lock().unwrap());
    }

    /// What an honest provider would say of somebody who answers this attempt.
    pub fn claims(&self, nonce: &str) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({"iss": self.issuer, "aud": "hedui", "sub": "wang-li", "iat": now, "exp": now + 300, "nonce": nonce})
    }

    /// Begins a sign-in and comes back with the ID token that `make` makes of the attempt's nonce.
    pub async fn sign_in(&self, browser: &mut Browser, door: &Door, make: impl FnOnce(&str) -> String) -> Page {
        let callback = self.begin(browser, door, make).await;
        browser.get(&callback).await
    }

    /// The same, up to the address that leads back.
    pub async fn begin(&self, browser: &mut Browser, door: &Door, make: impl FnOnce(&str) -> String) -> String {
        self.begin_to(browser, door, None, make).await
    }

    /// The same, from a page somebody was going to.
    pub async fn begin_to(
        &self,
        browser: &mut Browser,
        door: &Door,
        to: Option<&str>,
        make: impl FnOnce(&str) -> String,
    ) -> String {
        let to: Vec<_> = to.map(|to| ("to".to_owned(), to.to_owned())).into_iter().collect();
        let page = browser.submit(&door.url("/signin").parse().unwrap(), &to).await;
        let sent = page.location().unwrap_or_else(|| panic!("{} {}", page.status, page.body));
        assert!(sent.as_str().starts_with(&self.issuer), "{sent}");
        let parameter = |wanted: &str| {
            let found = sent.query_pairs().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned()).unwrap_or_else(|| panic!("{wanted}: {sent}"))
        };
        assert_eq!(parameter("code_challenge_method"), "S256");
        *self.said.id_token.lock().unwrap() = make(&parameter("nonce"));
        format!("{}?code=c&state={}", door.url("/signin/callback"), parameter("state"))
    }

    /// An honest sign-in.
    pub async fn vouch(&self, browser: &mut Browser, door: &Door) -> Page {
        self.vouch_for(browser, door, "wang-li").await
    }

    /// The same, of somebody.
    pub async fn vouch_for(&self, browser: &mut Browser, door: &Door, who: &str) -> Page {
        let claims = |nonce: &str| {
            let mut claims = self.claims(nonce);
            claims["sub"] = who.into();
            claims
        };
        let page = self.sign_in(browser, door, |nonce| self.keys.signed(&claims(nonce)).unwrap()).await;
        browser.follow(page).await
    }
}

async fn serve(listener: TcpListener, said: Arc<Said>) {
    let routes = Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(async |State(said): State<Arc<Said>>| Json(said.discovery.lock().unwrap().clone())),
        )
        .route("/jwks", get(async |State(said): State<Arc<Said>>| Json(said.keys.lock().unwrap().clone())))
        .route(
            "/token",
            post(async |State(said): State<Arc<Said>>| {
                let id_token = said.id_token.lock().unwrap().clone();
                Json(json!({"token_type": "Bearer", "access_token": ACCESS_TOKEN, "id_token": id_token}))
            }),
        )
        .with_state(said);
    axum::serve(listener, routes).await.expect("it serves");
}
