//! Calls to the provider. No proxy, no redirect, an end to time and length; what it answers is told to nobody.

use std::time::Duration;

use reqwest::redirect;
use serde::de::DeserializeOwned;

use super::SignInError;

/// A longer answer is none.
const MOST_BYTES: usize = 256 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .user_agent(concat!("hedui/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The status and the JSON of an answer, which must be an answer in time, not too long, and of 200 or of 400 and 401 (what a token endpoint
/// says when it refuses).
pub(super) async fn json<T: DeserializeOwned>(call: reqwest::RequestBuilder) -> Result<T, SignInError> {
    let sent = call.header("accept", "application/json").send().await;
    let mut answer = sent.map_err(|error| match error.is_timeout() {
        true => SignInError::Unreachable("no answer in time"),
        false => SignInError::Unreachable("no connection"),
    })?;
    match answer.status().as_u16() {
        200 => {}
        400 | 401 => return Err(SignInError::Refused("the provider refused the code")),
        300..400 => return Err(SignInError::Unreachable("it sends elsewhere: redirects are not followed")),
        _ => return Err(SignInError::Unreachable("it answers with another status than 200")),
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| SignInError::Unreachable("its answer broke off"))? {
        if body.len() + piece.len() > MOST_BYTES {
            return Err(SignInError::Unreachable("its answer is too long"));
        }
        body.extend_from_slice(&piece);
    }
    serde_json::from_slice(&body).map_err(|_| SignInError::Unreachable("its answer is not what the standard says"))
}
