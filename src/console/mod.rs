//! The console's door and frame: sign-in at the office's OpenID provider, sessions, and the pages around them. Pages are whole without script.
//!
//! Whoever signed in is the same [`crate::auth::Caller`] as with a bearer token: `clients.toml` says what they may do, and is looked at
//! on each request.

mod cookies;
mod forms;
mod home;
mod language;
mod pages;
mod return_path;
mod router;
mod sessions;
mod sign_in;
mod state;
mod style;
mod user;
mod words;

pub use router::router;
pub use state::{Console, ConsoleParts};
pub use user::ConsoleUser;
