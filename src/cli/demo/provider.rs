//! An OpenID provider for `hedui demo` alone: on the loopback, without passwords, its people are the demo's. Nothing outside of `cli::demo`
//! can name it, so no setting brings it into a service.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::grants::{Grant, Grants};
use super::people::{PEOPLE, Person};
use crate::auth::LocalIssuer;
use crate::config::ServerLimits;
use crate::telemetry::Clock;

/// What it calls the console.
pub(super) const CLIENT_ID: &str = "hedui-console";
/// Its page looks like the console's.
const SHEET: &str = include_str!("../../../templates/console/console.css");

/// The provider, listening until it is dropped.
pub(super) struct Provider {
    /// Its `issuer`.
    pub issuer: String,
    stop: CancellationToken,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Inner {
    issuer: String,
    redirect_uri: Url,
    keys: Arc<LocalIssuer>,
    clock: Clock,
    grants: Grants,
}

/// What a browser is sent with, and who was chosen then.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    ui_locales: String,
    person: String,
}

#[derive(Template)]
#[template(path = "console/demo_provider.html")]
struct Chooser<'a> {
    asked: &'a Asked,
    english: bool,
    people: &'a [Person],
}

/// Starts it on a free port of the loopback, for a console at this address.
pub(super) async fn start(keys: Arc<LocalIssuer>, console: SocketAddr, clock: Clock) -> anyhow::Result<Provider> {
    anyhow::ensure!(console.ip().is_loopback(), "the demo's people sign in without a password: on the loopback alone");
    let loopback = SocketAddr::from((IpAddr::V4(Ipv4Addr::LOCALHOST), 0));
    let listener = TcpListener::bind(loopback).await.context("cannot listen on the loopback")?;
    let issuer = format!("http://{}", listener.local_addr()?);
    let redirect_uri = Url::parse(&format!("http://{console}/signin/callback"))?;
    let inner = Inner { issuer: issuer.clone(), redirect_uri, keys, clock, grants: Grants::default() };
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/authorize", get(choose).post(chosen))
        .route("/token", post(token))
        .route("/style.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], SHEET)))
        .with_state(Arc::new(inner));
    let stop = CancellationToken::new();
    let limits = ServerLimits::default();
    tokio::spawn(crate::web::serve(listener, None, crate::web::guard(routes, &limits), limits, stop.clone()));
    Ok(Provider { issuer, stop })
}

async fn discovery(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let issuer = &inner.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn jwks(State(inner): State<Arc<Inner>>) -> Json<Value> {
    Json(inner.keys.key_set().clone())
}

impl Inner {
    /// What is wrong with a request. The browser goes nowhere then: nobody is known to have sent it.
    fn fault(&self, asked: &Asked) -> Option<&'static str> {
        match asked {
            _ if asked.client_id != CLIENT_ID => Some("client_id"),
            _ if asked.redirect_uri != self.redirect_uri.as_str() => Some("redirect_uri"),
            _ if asked.response_type != "code" => Some("response_type"),
            _ if !asked.scope.split(' ').any(|scope| scope == "openid") => Some("scope"),
            _ if asked.code_challenge_method != "S256" || asked.code_challenge.len() != 43 => {
                Some("code_challenge: PKCE with S256 is required")
            }
            _ => None,
        }
    }
}

async fn choose(State(inner): State<Arc<Inner>>, Query(asked): Query<Asked>) -> Response {
    if let Some(fault) = inner.fault(&asked) {
        return (StatusCode::BAD_REQUEST, fault).into_response();
    }
    let english = asked.ui_locales.starts_with("en");
    let Ok(text) = (Chooser { asked: &asked, english, people: &PEOPLE }).render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // The form leads back to the console: browsers hold the redirect after it to the policy.
    let console = inner.redirect_uri.origin().ascii_serialization();
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self' {console}; frame-ancestors 'none'"
    );
    let mut response = Html(text).into_response();
    let policy = HeaderValue::from_str(&policy).ok().map(|policy| (header::CONTENT_SECURITY_POLICY, policy));
    response.headers_mut().extend(policy);
    response
}

async fn chosen(State(inner): State<Arc<Inner>>, Form(asked): Form<Asked>) -> Response {
    if let Some(fault) = inner.fault(&asked) {
        return (StatusCode::BAD_REQUEST, fault).into_response();
    }
    let Some(person) = PEOPLE.iter().find(|person| person.id == asked.person) else {
        return (StatusCode::BAD_REQUEST, "person").into_response();
    };
    let grant = Grant { person: person.id, nonce: asked.nonce, challenge: asked.code_challenge };
    let Some(code) = inner.grants.code(grant, inner.clock.now()) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let mut back = inner.redirect_uri.clone();
    back.query_pairs_mut().extend_pairs([("code", &code), ("state", &asked.state), ("iss", &inner.issuer)]);
    Redirect::to(back.as_str()).into_response()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    client_id: String,
    code_verifier: String,
}

async fn token(State(inner): State<Arc<Inner>>, Form(asked): Form<Exchange>) -> Response {
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": why}))).into_response();
    if asked.grant_type != "authorization_code" {
        return refused("unsupported_grant_type");
    }
    let now = inner.clock.now();
    // Whatever comes of it, a code counts once.
    let grant = inner.grants.redeem(&asked.code, &asked.code_verifier, now);
    let fits = asked.client_id == CLIENT_ID && asked.redirect_uri == inner.redirect_uri.as_str();
    let Some(grant) = grant.filter(|_| fits) else { return refused("invalid_grant") };
    let Some(access_token) = super::grants::random() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let now = now.as_second();
    let mut claims = json!({
        "iss": inner.issuer, "aud": CLIENT_ID, "sub": grant.person, "iat": now, "exp": now + 300,
        "at_hash": super::grants::half_hash(&access_token),
    });
    if !grant.nonce.is_empty() {
        claims["nonce"] = grant.nonce.into();
    }
    match inner.keys.signed(&claims) {
        Ok(id_token) => Json(json!({
            "token_type": "Bearer", "access_token": access_token, "expires_in": 300, "id_token": id_token,
        }))
        .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests;
