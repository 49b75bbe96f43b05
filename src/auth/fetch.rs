//! Calls to issuers of tokens and to the provider that people sign in at. No proxy, no redirect, an end to time and length; what is answered
//! is told to nobody.

use std::time::Duration;

use reqwest::redirect;

/// A longer answer is none.
const MOST_BYTES: usize = 256 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FetchFault {
    #[error("no answer in time")]
    TooSlow,
    #[error("no connection")]
    NoConnection,
    #[error("the answer broke off")]
    BrokeOff,
    #[error("the answer is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("status {0}: redirects are not followed")]
    Elsewhere(u16),
    #[error("status {0}")]
    Status(u16),
}

/// One that calls whom the settings name and nobody else; an answer is whole within `timeout`.
pub(super) fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    // Another part of the process may have installed one already: that one stays.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .user_agent(concat!("hedui/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The body of an answer of 200.
pub(super) async fn body(call: reqwest::RequestBuilder) -> Result<Vec<u8>, FetchFault> {
    good(answered(call).await?)
}

/// The body, if the status is 200.
pub(super) fn good((status, body): (u16, Vec<u8>)) -> Result<Vec<u8>, FetchFault> {
    match status {
        200 => Ok(body),
        300..400 => Err(FetchFault::Elsewhere(status)),
        _ => Err(FetchFault::Status(status)),
    }
}

/// Status and body, whatever the status.
pub(super) async fn answered(call: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), FetchFault> {
    let fault = |error: &reqwest::Error, other| if error.is_timeout() { FetchFault::TooSlow } else { other };
    let mut answer = call.send().await.map_err(|error| fault(&error, FetchFault::NoConnection))?;
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| fault(&error, FetchFault::BrokeOff))? {
        if body.len() + piece.len() > MOST_BYTES {
            return Err(FetchFault::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok((answer.status().as_u16(), body))
}
