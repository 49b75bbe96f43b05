//! A plain HTTP client of the service, as a caseworker's system would be: no knowledge of the service's types.

use std::sync::LazyLock;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// No answer of the service is as long.
const MOST_BYTES: usize = 16 << 20;

/// A caller at one address with one token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// Calls `base` with a token, or without any.
    pub fn new(base: &str, token: Option<String>) -> Self {
        hedui::verification::install_crypto_provider();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client");
        Self { http, base: base.to_owned(), token }
    }

    /// A call not sent yet.
    pub fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let call = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => call.bearer_auth(token),
            None => call,
        }
    }

    /// Reads a resource.
    pub async fn get(&self, path: &str) -> Reply {
        send(self.call(Method::GET, path)).await
    }

    /// Reads a resource in a form.
    pub async fn get_as(&self, path: &str, accept: &str) -> Reply {
        send(self.call(Method::GET, path).header("accept", accept)).await
    }

    /// A household about to be sent.
    pub fn submission(&self, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.call(Method::POST, "/v1/verifications").header("content-type", "application/json").body(body)
    }

    /// Sends a household.
    pub async fn submit(&self, body: impl Into<reqwest::Body>) -> Reply {
        send(self.submission(body)).await
    }

    /// Sends a household and waits for the first version of its report; the case's id.
    pub async fn verify(&self, request: &Value) -> String {
        let reply = send(self.submission(request.to_string()).header("prefer", "wait=50")).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Sends a household and waits until its report is final; the case's id.
    pub async fn verified(&self, request: &Value) -> String {
        let id = self.verify(request).await;
        self.wait_for_final(&id).await;
        id
    }

    /// Waits until a case is final; its status.
    pub async fn wait_for_final(&self, id: &str) -> Value {
        for _ in 0..600 {
            let status = self.get(&format!("/v1/verifications/{id}")).await.json();
            if status["status"] == "final" {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the case does not become final");
    }
}

/// Sends a call and reads the answer.
pub async fn send(call: reqwest::RequestBuilder) -> Reply {
    let (http, request) = call.build_split();
    let request = request.expect("a request");
    let (method, path) = (request.method().as_str().to_lowercase(), request.url().path().to_owned());
    let response = http.execute(request).await.expect("an answer");
    let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    assert_described(&method, &path, response.status().as_u16(), &kind);
    let (status, headers) = (response.status(), response.headers().clone());
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        body.extend_from_slice(&piece.expect("a whole body"));
        assert!(body.len() < MOST_BYTES, "an answer without end");
    }
    Reply { status, headers, body }
}

/// Holds every answer that a test sees to the published description: its status, and its content type.
#[track_caller]
fn assert_described(method: &str, path: &str, status: u16, kind: &str) {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(hedui::api::openapi_document);
    let fits = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(path).all(|(t, p)| *t == p || (t.starts_with('{') && !p.is_empty()))
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let Some((_, item)) = paths.iter().find(|(template, _)| fits(template)) else { return };
    let Some(operation) = item.get(method) else { return };
    // What has not changed is not sent again.
    if status == 304 && operation["responses"]["304"].is_object() {
        return;
    }
    let response = &operation["responses"][status.to_string()];
    let content = &response["content"];
    let essence = kind.split(';').next().unwrap_or("");
    // an answer without a body has no kind
    if essence.is_empty() && response.is_object() && content.is_null() {
        return;
    }
    assert!(content.get(essence).is_some(), "{method} {path}: {status} {kind} is not described: {content}");
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// Holds the answer to be a problem document (RFC 9457) of this status and kind, in both languages.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:hedui:problem:{kind}"));
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["title_zh"].is_string());
        problem
    }
}
