//! Calls to the provider.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::SignInError;
use crate::auth::fetch::{self, FetchFault};

const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    fetch::client(TIMEOUT)
}

/// The body of an answer of 200, in time and not too long.
pub(super) async fn body(call: reqwest::RequestBuilder) -> Result<Vec<u8>, SignInError> {
    Ok(fetch::body(as_json(call)).await?)
}

/// The same of a token endpoint, which refuses a code with 400 or 401.
pub(super) async fn granted(call: reqwest::RequestBuilder) -> Result<Vec<u8>, SignInError> {
    match fetch::answered(as_json(call)).await? {
        (400 | 401, _) => Err(SignInError::Refused("the provider refused the code")),
        answer => Ok(fetch::good(answer)?),
    }
}

fn as_json(call: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    call.header("accept", "application/json")
}

/// What a body says.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, SignInError> {
    serde_json::from_slice(body)
        .map_err(|_| SignInError::Unreachable("its answer is not what the standard says".into()))
}

impl From<FetchFault> for SignInError {
    fn from(fault: FetchFault) -> Self {
        Self::Unreachable(fault.to_string())
    }
}
