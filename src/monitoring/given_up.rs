//! Callbacks that never arrived: listed, and sent anew when somebody says so.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::watching::Monitoring;
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::store::OutboxTopic;
use crate::verification::{ReadError, actor};

/// Most callbacks in a list.
const MOST_CALLBACKS: u32 = 200;

/// A callback that never arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenUp {
    /// Its own id.
    pub id: String,
    /// Whom it was for.
    pub client: String,
    /// version, alert or batch.
    pub topic: OutboxTopic,
    /// The case, or the batch.
    pub about: String,
    /// When it came to be owed.
    pub created_at: String,
    /// How often it was tried.
    pub attempts: u32,
}

impl Monitoring {
    /// Callbacks that were given up, of every organisation's cases and batches within the caller's regions: whoever looks after the service
    /// does so for all who use it there.
    ///
    /// # Errors
    /// The store failed.
    pub async fn given_up(&self, caller: &Caller) -> Result<Vec<GivenUp>, ReadError> {
        if caller.regions.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.0.store.outbox_given_up(&caller.regions, None, MOST_CALLBACKS).await?;
        let shown = |row: crate::store::OutboxRow| GivenUp {
            id: row.id.to_string(),
            client: row.client,
            topic: row.topic,
            about: row.case_id.to_string(),
            created_at: row.created_at.to_string(),
            attempts: row.attempts,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Makes a callback that was given up due again. Who wanted it stands in the log first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Closed`].
    pub async fn redeliver(&self, caller: &Caller, id: &str) -> Result<(), ReadError> {
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        if caller.regions.is_empty() || self.0.store.outbox_given_up(&caller.regions, Some(id), 1).await?.is_empty() {
            if !self.0.store.outbox_given_up(&[], Some(id), 1).await?.is_empty() {
                self.0.verifier.deny(caller, "scope").await?;
            }
            return Err(ReadError::NotFound);
        }
        let detail = Sha256::digest(id.to_string()).into();
        let event = Event::new(&actor(caller), Action::CallbackRedelivered).detail(detail);
        self.0.log.append_one(event).await?;
        Ok(self.0.store.outbox_redeliver(id, self.0.clock.now()).await?)
    }
}
