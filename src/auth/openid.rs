//! People sign in at an OpenID provider: authorisation code with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207).
//!
//! Of the provider only its discovery document is believed, and only where its `issuer` is the one in the settings, to the letter. The
//! provider says who somebody is and nothing else: what they may do stands in the clients' register.

mod attempt;
mod fetch;
mod id_token;
mod provider;

pub use attempt::Attempt;
pub use provider::{Answer, OpenIdProvider, SignInError};
