//! Typed settings: `hedui.toml`, `clients.toml`, environment overrides. Every fault is reported at once, with file, line and key.
//!
//! Knows nothing of what the settings are for; sources and packs have readers of their own in their rooms. Reads files, nothing else.

mod audit;
mod auth;
mod callback;
mod certificate;
mod clients;
mod console;
mod disclosure;
mod limits;
mod reader;
mod register;
mod retention;
mod secret_place;
mod settings;
mod store;
mod tls;
mod witnesses;

pub use audit::{AuditSettings, FindingSettings};
pub use auth::{AuthSettings, IssuerSettings, KeySource};
pub use callback::{Callback, checked as safe_address};
pub use certificate::CertificateHash;
pub use clients::{CheckKey, Client, ClientChecks, Clients, EVERY_ORGANISATION, region_prefix};
pub use console::ConsoleSettings;
pub use disclosure::Disclosure;
pub use limits::ServerLimits;
pub use reader::Problem;
pub use register::Register;
pub use retention::{PURPOSES, RetentionSettings};
pub use secret_place::{SecretFault, SecretPlace};
pub use settings::{BulkSettings, LogFormat, SealingSuite, Settings, VerificationSettings};
pub use store::{PostgresSettings, StoreSettings, is_this_machine};
pub use tls::{ClientCertificates, TlsFiles};

/// The settings file the binary carries, used where no file is named.
pub const DEFAULT_SETTINGS: &str = include_str!("../../config/hedui.toml");
/// How the name of a text begins that is built into the program.
pub const SHIPPED: &str = "(shipped)";
/// The clients file the binary carries: nobody.
pub const DEFAULT_CLIENTS: &str = include_str!("../../config/clients.toml");
/// The sources file the binary carries.
pub const DEFAULT_SOURCES: &str = include_str!("../../config/sources.toml");
pub use witnesses::WitnessSettings;
