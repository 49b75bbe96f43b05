//! Forms come from the console's own pages or not at all: by what the browser says of their origin, and by a token of the session.

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// Whether a browser says that a form is from a page of the console. One that says nothing of it is not a browser's.
pub(super) fn is_of_own_page(headers: &HeaderMap, origin: &str) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    let (site, from) = (said("sec-fetch-site"), said(header::ORIGIN.as_str()));
    match (site, from) {
        (None, None) => false,
        (site, from) => site.is_none_or(|site| site == "same-origin") && from.is_none_or(|from| from == origin),
    }
}

/// The token that forms of a session carry.
pub(super) fn token(session: &[u8; 32]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, session);
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, b"hedui console form"))
}

/// Whether a form carries its session's token.
pub(super) fn carries_token(session: &[u8; 32], given: &str) -> bool {
    token(session).as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_page_is_refused() {
        let own = "https://hedui.example";
        for (site, from, good) in [
            (Some("same-origin"), Some(own), true),
            (Some("same-origin"), None, true),
            (None, Some(own), true),
            (None, None, false),
            (Some("cross-site"), None, false),
            (Some("same-site"), Some(own), false),
            (Some("none"), Some(own), false),
            (Some("same-origin"), Some("https://hedui.example.evil"), false),
            (None, Some("null"), false),
            (None, Some("http://hedui.example"), false),
        ] {
            let mut headers = HeaderMap::new();
            site.map(|site| headers.insert("sec-fetch-site", site.parse().unwrap()));
            from.map(|from| headers.insert(header::ORIGIN, from.parse().unwrap()));
            assert_eq!(is_of_own_page(&headers, own), good, "{site:?} {from:?}");
        }
    }

    #[test]
    fn a_forms_token_is_its_sessions() {
        assert!(carries_token(&[1; 32], &token(&[1; 32])));
        assert!(!carries_token(&[2; 32], &token(&[1; 32])) && !carries_token(&[1; 32], ""));
    }
}
