//! Where a client is called back, and with which secret its callbacks are signed: `callback = { url, secret }` in `clients.toml`.

use std::net::IpAddr;
use std::path::Path;

use reqwest::Url;
use secrecy::SecretString;

use super::reader::{Reading, Section};
use super::secret_place::{self, SecretFault, SecretPlace};

/// A secret shorter than this is refused: 128 bits, as hexadecimal digits.
const SHORTEST_SECRET: usize = 32;

/// Where and how a client is called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The only address that is called: https, or http on this machine.
    pub url: Url,
    /// Where the secret is.
    pub secret: SecretPlace,
}

impl Callback {
    /// Reads the secret.
    ///
    /// # Errors
    /// When it is not there, or too short.
    pub fn secret(&self) -> Result<SecretString, SecretFault> {
        self.secret.read_long(SHORTEST_SECRET)
    }
}

/// Reads `callback` of a client; nothing when it is left out or at fault.
pub(super) fn read(
    client: &mut Section<'_>,
    base: &Path,
    secret_is_needed: bool,
    reading: &mut Reading<'_>,
) -> Option<Callback> {
    let path = client.path("callback");
    let mut section = client.table("callback", reading);
    if section.origin() == Section::absent(&path).origin() {
        return None;
    }
    let url = section.required_text("url", reading);
    let address = (!url.value.is_empty()).then(|| checked(&url.value));
    if let Some(Err(fault)) = &address {
        reading.problem(&url.origin, &section.path("url"), fault, Some("https://host/path".into()));
    }
    let secret = secret_place::read(&mut section, "secret", base, reading);
    let key = section.path("secret");
    section.finish(reading);
    let (secret, origin) = secret?;
    let callback = Callback { url: address?.ok()?, secret };
    if let Some(fault) = callback.secret().err().filter(|_| secret_is_needed) {
        reading.problem(&origin, &key, &fault.to_string(), None);
    }
    Some(callback)
}

/// The address, which may be called, or what is wrong with it: https, or http on this machine.
///
/// # Errors
/// What is wrong, in words.
pub fn checked(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is no address")?;
    let loopback = match url.host_str() {
        None | Some("") => return Err("names no host"),
        Some(host) => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
    };
    match url.scheme() {
        _ if is_of_the_link(&url) => Err("is an address of the link or of none, where a cloud's own services are"),
        _ if !url.username().is_empty() || url.password().is_some() => Err("holds credentials"),
        _ if url.fragment().is_some() => Err("holds a fragment, which no server sees"),
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err("is not encrypted: https, or http on this machine alone"),
        _ => Err("is neither https nor http"),
    }
}

/// Whether an address is link-local (where clouds answer questions about the machine itself), unspecified or broadcast.
fn is_of_the_link(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_link_local() || address.is_unspecified() || address.is_broadcast(),
        Ok(IpAddr::V6(address)) => address.is_unicast_link_local() || address.is_unspecified(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_safe_addresses_are_called() {
        for good in
            ["https://case.example.gov.cn/hedui", "http://127.0.0.1:8080/x", "http://[::1]/x", "http://localhost/"]
        {
            assert_eq!(checked(good).map(String::from), Ok(good.to_owned()), "{good}");
        }
        for bad in [
            "http://case.example.gov.cn/hedui",
            "http://127.0.0.1.example.com/",
            "https://user@host/",
            "https://user:word@host/",
            "https://host/#part",
            "ftp://host/",
            "https://169.254.169.254/latest/meta-data",
            "https://2852039166/",
            "https://0.0.0.0/",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
            "file:///etc/passwd",
            "/hedui",
            "",
        ] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_that_is_missing_or_short_is_refused_without_being_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let callback = Callback { url: Url::parse("https://host/").unwrap(), secret: SecretPlace::File(path.clone()) };
        assert!(matches!(callback.secret(), Err(SecretFault::NoFile { .. })));
        for (text, fault) in [("", true), ("too short\n", true), (&*format!("{}\n", "k".repeat(32)), false)] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert_eq!(callback.secret().is_err(), fault, "{text:?}");
        }
        let unset = Callback { secret: SecretPlace::Env("HEDUI_NO_SUCH_SECRET".into()), ..callback };
        assert_eq!(unset.secret().unwrap_err(), SecretFault::NoVariable("HEDUI_NO_SUCH_SECRET".into()));
        assert!(!format!("{:?}", SecretFault::TooShort(32)).contains("short\n"));
    }
}
