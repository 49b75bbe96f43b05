//! Cookies: out of reach of scripts, for this host alone where it is reached over TLS (`__Host-`), not sent along by other sites' forms.

use axum::http::{HeaderMap, HeaderValue, header};

/// The cookies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The secret of a session.
    Session,
    /// The attempt to sign in that this browser has begun.
    Attempt,
    /// The language of pages.
    Language,
}

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-hedui-session",
            (Self::Session, false) => "hedui-session",
            (Self::Attempt, true) => "__Host-hedui-signin",
            (Self::Attempt, false) => "hedui-signin",
            (Self::Language, true) => "__Host-hedui-lang",
            (Self::Language, false) => "hedui-lang",
        }
    }

    /// Its value, as a browser sends it.
    pub(super) fn of(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.name(secure)).map(|(_, value)| value)
    }

    /// Has a browser keep a value, for so many seconds or as long as it is open; 0 seconds for no longer.
    pub(super) fn set(self, value: &str, seconds: Option<i64>, secure: bool) -> HeaderValue {
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let tls = if secure { "; Secure" } else { "" };
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{tls}", self.name(secure));
        HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// Has a browser forget it.
    pub(super) fn forget(self, secure: bool) -> HeaderValue {
        self.set("", Some(0), secure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_a_cookie_is_the_hosts_alone() {
        let set = Cookie::Session.set("x", None, true);
        assert_eq!(set.to_str().unwrap(), "__Host-hedui-session=x; Path=/; HttpOnly; SameSite=Lax; Secure");
        let gone = Cookie::Attempt.forget(false);
        assert_eq!(gone.to_str().unwrap(), "hedui-signin=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; hedui-session=1; __Host-hedui-session=2"));
        assert_eq!((Cookie::Session.of(&headers, true), Cookie::Session.of(&headers, false)), (Some("2"), Some("1")));
        assert_eq!(Cookie::Attempt.of(&headers, true), None);
    }
}
