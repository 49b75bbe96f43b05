//! What `api` and `console` share: problem documents (RFC 9457), limits, sign-in, TLS. No route, no rule, no storage.

mod call_rate;
mod limits;
mod path_text;
mod patient;
mod places;
mod problem;
mod server;
mod signed_in;
mod tls;

pub use call_rate::{TooMuch, take_turn};
pub use limits::{BodyFault, guard, only_over_tls, pieces, policy_of_page, read_body};
pub use path_text::PathText;
pub use places::Kind;
pub use problem::{Problem, ProblemKind};
pub use server::{Peer, serve};
pub use signed_in::{SignedIn, Watching};
pub use tls::{Tls, TlsFault, TlsMade};
