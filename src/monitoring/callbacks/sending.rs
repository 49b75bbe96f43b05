//! One attempt at one callback: a signed POST to the client's address. No proxy, no redirect, and of the answer nothing but its status.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::redirect;
use secrecy::SecretString;

use super::message;
use crate::store::OutboxRow;

/// Where a client is called.
pub(super) struct Receiver {
    pub(super) url: reqwest::Url,
    pub(super) secret: SecretString,
}

/// Why a callback did not arrive. Says nothing of what the receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// No connection, or it broke.
    #[error("no connection")]
    Connection,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The receiver sends elsewhere: nobody but the configured host is called.
    #[error("status {0}: redirects are not followed")]
    Redirect(u16),
    /// Any other answer than 2xx.
    #[error("status {0}")]
    Status(u16),
}

/// The client that sends: callbacks go to the configured host and to no other.
pub(super) fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(timeout.min(Duration::from_secs(60)))
        .user_agent(concat!("hedui/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Posts a callback; `at` is when it is signed.
pub(super) async fn post(
    http: &reqwest::Client,
    receiver: &Receiver,
    row: &OutboxRow,
    at: Timestamp,
) -> Result<(), Failure> {
    let body = message::body(row);
    let request = http
        .post(receiver.url.clone())
        .header("Content-Type", "application/json")
        .header("Hedui-Delivery", row.id.to_string())
        .header("Hedui-Signature", message::signature(&receiver.secret, at, &body))
        .body(body);
    let answer = request.send().await.map_err(|error| match error.is_timeout() {
        true => Failure::Timeout,
        false => Failure::Connection,
    })?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(Failure::Redirect(status.as_u16())),
        status => Err(Failure::Status(status.as_u16())),
    }
}
