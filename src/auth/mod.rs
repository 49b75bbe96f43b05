//! Who is calling, and what they may do. Deny by default; scope by organisation and region.
//!
//! A call carries an OAuth 2 bearer token (JWT). The algorithm is pinned per issuer, keys come from the issuer's key set (a file, or
//! fetched from the issuer) and never from the token, and a caller may do only what the token **and** `clients.toml` grant.

mod caller;
mod fetch;
mod issuer;
mod issuer_keys;
mod key_set;
mod openid;
mod refusal;
mod roles;
mod token;

pub use caller::Caller;
pub use issuer::LocalIssuer;
pub use issuer_keys::KeysStanding;
pub use openid::{Answer, Attempt, OpenIdProvider, SignInError};
pub use refusal::AuthError;
pub use roles::{Permission, Role};
pub use token::Authenticator;

#[cfg(test)]
mod tests;
