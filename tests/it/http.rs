//! The interface as callers meet it: over a socket, with tokens, as bytes.

mod access;
mod assessing;
mod bad_input;
mod deciding;
mod kin;
mod levels;
mod limits;
mod matching;
mod patience;
mod published;
mod reading;
mod submitting;

use serde_json::Value;

use super::client::Client;
use super::support::{Served, Setup, Stage};

/// A service with its interface up, and a caseworker's client.
struct Face {
    stage: Stage,
    served: Served,
}

impl Face {
    async fn up() -> Self {
        Self::over(Setup::default()).await
    }

    async fn over(setup: Setup) -> Self {
        let stage = Stage::start(setup).await;
        let served = stage.serve().await;
        Self { stage, served }
    }

    /// A client with a role's token and scope.
    fn client(&self, who: &str, scope: &str) -> Client {
        Client::new(&self.served.url(""), Some(self.served.token(who, scope)))
    }

    /// A caseworker who may open reports.
    fn caseworker(&self) -> Client {
        self.client("caseworker", "report:read")
    }

    /// A caller without a token.
    fn stranger(&self) -> Client {
        Client::new(&self.served.url(""), None)
    }

    /// The request of a generated household.
    fn household(&self, index: u32) -> Value {
        self.stage.mocks.request_for(index, &Default::default()).expect("a household")
    }
}
