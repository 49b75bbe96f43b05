//! Which tokens are accepted: `[auth]` and its issuers.

use std::path::{Path, PathBuf};

use reqwest::Url;

use super::callback;
use super::reader::{Reading, Section};

/// Algorithms an issuer can be pinned to.
const ALGORITHMS: &[&str] = &["ES256", "RS256", "PS256", "EdDSA"];

/// A day. Assumed: no law gives a number.
const TOKEN_MINUTES: u32 = 1440;

/// Which tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthSettings {
    /// Required `aud`.
    pub audience: String,
    /// For how many minutes a token may be good, from its `iat` (or `nbf`) to its `exp`.
    pub token_minutes: u32,
    /// Issuers.
    pub issuers: Vec<IssuerSettings>,
}

impl Default for AuthSettings {
    /// Nobody's tokens.
    fn default() -> Self {
        Self { audience: String::new(), token_minutes: TOKEN_MINUTES, issuers: Vec::new() }
    }
}

/// An issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings {
    /// `iss`.
    pub issuer: String,
    /// The one algorithm accepted from it.
    pub algorithm: String,
    /// Where its public keys are.
    pub keys: KeySource,
}

/// Where an issuer's key set (JWKS) is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// In a file.
    File(PathBuf),
    /// At the issuer: https, or http on this machine.
    Url(Url),
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => url.fmt(f),
        }
    }
}

pub(super) fn read_auth(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> AuthSettings {
    let mut auth = root.table("auth", reading);
    let audience = auth.text("audience", reading).map_or_else(|| "hedui".to_owned(), |text| text.value);
    let minutes = auth.number("token_minutes", 1..43_201, u64::from(TOKEN_MINUTES), reading);
    let token_minutes = u32::try_from(minutes).unwrap_or(TOKEN_MINUTES);
    let mut issuers = Vec::new();
    for mut section in auth.tables("issuer", reading) {
        let issuer = section.required_text("issuer", reading);
        let algorithm = section.required_text("algorithm", reading);
        if !algorithm.value.is_empty() && !ALGORITHMS.contains(&algorithm.value.as_str()) {
            let message = format!("must be one of {}", ALGORITHMS.join(", "));
            reading.problem(&algorithm.origin, &section.path("algorithm"), &message, None);
        }
        let keys = read_keys(&mut section, base, reading);
        if issuers.iter().any(|known: &IssuerSettings| known.issuer == issuer.value) {
            reading.problem(&issuer.origin, &section.path("issuer"), "is listed twice", None);
        }
        section.finish(reading);
        // One at fault is left out: what it names cannot be looked for.
        if let Some(keys) = keys {
            issuers.push(IssuerSettings { issuer: issuer.value, algorithm: algorithm.value, keys });
        }
    }
    auth.finish(reading);
    AuthSettings { audience, token_minutes, issuers }
}

fn read_keys(issuer: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Option<KeySource> {
    let (file, url) = (issuer.text("jwks_file", reading), issuer.text("jwks_url", reading));
    match (file, url) {
        (Some(file), None) if !file.value.trim().is_empty() => Some(KeySource::File(base.join(file.value))),
        (None, Some(url)) => match callback::checked(&url.value) {
            Ok(address) => Some(KeySource::Url(address)),
            Err(fault) => {
                let advice = "the issuer's jwks_uri: https://host/path".to_owned();
                reading.problem(&url.origin, &issuer.path("jwks_url"), fault, Some(advice));
                None
            }
        },
        (file, url) => {
            let origin = file.or(url).map_or_else(|| issuer.origin().clone(), |text| text.origin);
            let advice = "jwks_file = \"path\" or jwks_url = \"https://…\"".to_owned();
            reading.problem(&origin, &issuer.path("jwks_file"), "the key set must be in one place", Some(advice));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Problem, Settings};

    fn read(keys: &str) -> Result<Settings, Vec<Problem>> {
        let text = format!("[[auth.issuer]]\nissuer = \"sso\"\nalgorithm = \"ES256\"\n{keys}\n");
        Settings::read("hedui.toml", &text, Path::new("/etc/hedui"), &BTreeMap::new())
    }

    #[test]
    fn a_key_set_is_in_a_file_or_at_the_issuer() {
        let keys = |text: &str| read(text).unwrap().auth.issuers[0].keys.clone();
        assert_eq!(keys("jwks_file = \"sso.json\""), KeySource::File("/etc/hedui/sso.json".into()));
        for address in ["https://sso.example.gov.cn/jwks", "http://127.0.0.1:9000/jwks", "http://localhost/jwks"] {
            assert_eq!(keys(&format!("jwks_url = \"{address}\"")), KeySource::Url(address.parse().unwrap()));
        }
    }

    #[test]
    fn a_key_set_in_two_places_or_in_clear_is_a_fault_at_its_line() {
        for (text, line, message) in [
            ("", 1, "the key set must be in one place"),
            ("jwks_file = \"\"", 4, "the key set must be in one place"),
            ("jwks_file = \"a\"\njwks_url = \"https://host/\"", 4, "the key set must be in one place"),
            ("jwks_url = \"http://sso.example.gov.cn/jwks\"", 4, "is not encrypted"),
            ("jwks_url = \"http://127.0.0.1.example/jwks\"", 4, "is not encrypted"),
            ("jwks_url = \"https://user:word@host/jwks\"", 4, "holds credentials"),
            ("jwks_url = \"https://169.254.169.254/jwks\"", 4, "is an address of the link"),
            ("jwks_url = \"file:///etc/passwd\"", 4, "names no host"),
            ("jwks_url = \"sso\"", 4, "is no address"),
        ] {
            let problems = read(text).unwrap_err();
            assert_eq!((problems.len(), problems[0].line), (1, line), "{text}: {problems:?}");
            assert!(problems[0].message.contains(message), "{text}: {}", problems[0]);
        }
    }
}
