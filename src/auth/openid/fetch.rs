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

/// The body of an answer of 200, in time and not too long.
pub(super) async fn body(call: reqwest::RequestBuilder) -> Result<Vec<u8>, SignInError> {
    good(answered(call).await?)
}

/// The same of a token endpoint, which refuses a code with 400 or 401.
pub(super) async fn granted(call: reqwest::RequestBuilder) -> Result<Vec<u8>, SignInError> {
    match answered(call).await? {
        (400 | 401, _) => Err(SignInError::Refused("the provider refused the code")),
        answer => good(answer),
    }
}

fn good((status, body): (u16, Vec<u8>)) -> Result<Vec<u8>, SignInError> {
    match status {
        200 => Ok(body),
        300..400 => Err(SignInError::Unreachable("it sends elsewhere: redirects are not followed")),
        _ => Err(SignInError::Unreachable("it answers with another status than 200")),
    }
}

async fn answered(call: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), SignInError> {
    let sent = call.header("accept", "application/json").send().await;
    let mut answer = sent.map_err(|error| match error.is_timeout() {
        true => SignInError::Unreachable("no answer in time"),
        false => SignInError::Unreachable("no connection"),
    })?;
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| SignInError::Unreachable("its answer broke off"))? {
        if body.len() + piece.len() > MOST_BYTES {
            return Err(SignInError::Unreachable("its answer is too long"));
        }
        body.extend_from_slice(&piece);
    }
    Ok((answer.status().as_u16(), body))
}

/// What a body says.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, SignInError> {
    serde_json::from_slice(body).map_err(|_| SignInError::Unreachable("its answer is not what the standard says"))
}
