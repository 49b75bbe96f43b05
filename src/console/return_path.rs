//! The page somebody was going to when they had to sign in: a path of the console, never an address elsewhere.

use axum::http::Uri;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;

/// Longer ones lead home.
const LONGEST: usize = 512;

/// A path with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReturnPath(String);

impl ReturnPath {
    /// Reads one that a form or a cookie brought; none when it could lead off the console, or to the door itself.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // `//host` and `/\host` are addresses of other hosts to browsers, which also drop tabs and line ends within.
        let stays = text.starts_with('/') && !text.starts_with("//");
        let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let path = text.parse::<Uri>().ok().filter(|_| stays && plain)?;
        let door = path.path() == "/" || path.path().starts_with("/signin") || path.path().starts_with("/signout");
        (!door && path.host().is_none()).then(|| Self(text.to_owned()))
    }

    /// Where a request was going.
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        let asked = (parts.method == axum::http::Method::GET).then_some(parts.uri.path_and_query()?);
        Self::parse(asked?.as_str())
    }

    pub(super) fn of_cookie(text: &str) -> Option<Self> {
        Self::parse(&String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?)
    }

    pub(super) fn to_cookie(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page, from which it leads back here.
    pub(super) fn sign_in_page(path: Option<&Self>) -> String {
        let Some(path) = path else { return "/signin".to_owned() };
        let mut carrier = Url::parse("form:/signin").expect("an address");
        carrier.query_pairs_mut().append_pair("to", path.as_str());
        format!("/signin?{}", carrier.query().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leads_to_a_page_of_the_console_and_nowhere_else() {
        for good in ["/cases/0190", "/?tab=due", "/cases?status=final&lang=en", "/a//b"] {
            let path = ReturnPath::parse(good);
            // Home needs no return.
            assert_eq!(path.is_some(), good != "/?tab=due", "{good}");
            if let Some(path) = path {
                assert_eq!(ReturnPath::of_cookie(&path.to_cookie()), Some(path), "{good}");
            }
        }
        let long = format!("/{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "cases",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " /cases",
            "/cases evil",
            "/signin",
            "/signin/callback?code=x",
            "/signout",
            "/",
            "/案件",
            &long,
        ] {
            assert_eq!(ReturnPath::parse(bad), None, "{bad:?}");
        }
        let path = ReturnPath::parse("/cases?a=1&b=2").unwrap();
        assert_eq!(ReturnPath::sign_in_page(Some(&path)), "/signin?to=%2Fcases%3Fa%3D1%26b%3D2");
        assert_eq!(ReturnPath::sign_in_page(None), "/signin");
    }
}
