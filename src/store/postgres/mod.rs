//! What is PostgreSQL's own: connections and their settings, what is demanded of the server, the schema, what processes settle among
//! themselves.
//!
//! Several processes write at once here. Transactions are READ COMMITTED: whoever reads to decide locks the rows it read (`Lock::Rows`), a case's row
//! before anything of the case; appends to the audit log hold its head. Two that wait for each other are found by the server, which breaks
//! one off; the writer does that piece of work again in its next transaction. Replication and failover are PostgreSQL's own.

mod replicas;
mod schema;
mod server;
mod source_turns;
mod turn;

use std::str::FromStr as _;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};

use super::StoreError;
use crate::config::{PostgresSettings, is_this_machine};

pub(super) use replicas::Presence;
pub use replicas::Replica;
pub use source_turns::SourceTurns;
pub(super) use turn::Turn;

/// A connection that was idle for longer is asked whether it is alive before it is used.
const IDLE: Duration = Duration::from_secs(2);
/// How long a free connection is waited for.
const ACQUIRE: Duration = Duration::from_secs(20);

/// Settings of every session. A process whose machine was lost holds its locks no longer than ten seconds, and none waits for a lock
/// longer than twenty.
const SESSION: [(&str, &str); 6] = [
    ("idle_in_transaction_session_timeout", "10s"),
    ("lock_timeout", "20s"),
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("client_min_messages", "warning"),
];

/// The connections of a process.
pub(super) struct Connections {
    /// The one that writes.
    pub(super) writing: PgPool,
    /// Those that read, and write what need not be durable.
    pub(super) reading: PgPool,
}

/// Connects for writing, on a database brought to the present schema.
pub(super) async fn open(settings: &PostgresSettings) -> Result<Connections, StoreError> {
    let options = options(settings)?;
    if leaves_in_the_clear(&options) {
        tracing::warn!(
            "the link to the database is not verify-full and leaves this machine (store.allow_plaintext): it must be encrypted by other means"
        );
    }
    let writing = pool(1).connect_with(options.clone()).await?;
    server::check(&writing).await?;
    schema::migrate(&writing).await?;
    Ok(Connections { writing, reading: readers(settings, options).await? })
}

/// Connects for reading a database that has the present schema.
pub(super) async fn open_read_only(settings: &PostgresSettings) -> Result<PgPool, StoreError> {
    let options = options(settings)?.options([("default_transaction_read_only", "on")]);
    let reading = readers(settings, options).await?;
    schema::check(&reading).await?;
    Ok(reading)
}

async fn readers(settings: &PostgresSettings, options: PgConnectOptions) -> Result<PgPool, StoreError> {
    let options = options.options([("synchronous_commit", "off")]);
    Ok(pool(settings.connections).connect_with(options).await?)
}

fn options(settings: &PostgresSettings) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(settings.url.expose_secret()).map_err(|_| StoreError::DatabaseUrl)?;
    if !settings.allow_plaintext && leaves_in_the_clear(&options) {
        return Err(StoreError::DatabaseInTheClear);
    }
    Ok(options.application_name("hedui").statement_cache_capacity(256).options(SESSION))
}

/// As the driver reads the URL and the variables `PG…`: less than verify-full tells nobody that it is the server.
fn leaves_in_the_clear(options: &PgConnectOptions) -> bool {
    let beyond = options.get_socket().is_none() && !is_this_machine(options.get_host());
    beyond && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, age| {
            Box::pin(async move { Ok(age.idle_for < IDLE || connection.ping().await.is_ok()) })
        })
}

#[cfg(test)]
pub(crate) mod tests;
