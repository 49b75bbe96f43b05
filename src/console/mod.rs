//! The console: sign-in at the office's OpenID provider, sessions, and pages. Pages are whole without script.
//!
//! Whoever signed in is the same [`crate::auth::Caller`] as with a bearer token: `clients.toml` says what they may do, and is looked at
//! on each request.
//!
//! A page is a file of routes here (`home.rs`), a template, a file of words (`words/home.rs`) and a line in `router` and `sections`. It takes a
//! [`ConsoleUser`], asks [`ConsoleUser`]'s `permit` for what it needs, calls one domain function, and answers with the user's frame; what a form
//! sends it takes as `forms::Sent`.

mod action;
mod approvals;
mod assets;
mod audit;
mod batches;
mod cases;
mod changes;
mod cookies;
mod effects;
mod forms;
mod frame;
mod home;
mod language;
mod link;
mod lists;
mod monitoring;
mod new;
mod notices;
mod objections;
mod parts;
mod path;
mod policy;
mod queues;
mod refusals;
mod reports;
mod return_path;
mod reviews;
mod router;
mod sections;
mod sessions;
mod sign_in;
mod sources;
mod state;
mod user;
mod weighing;
mod words;
mod written;

pub use router::{pages, router};
pub use state::{Console, ConsoleParts};
pub use user::ConsoleUser;
