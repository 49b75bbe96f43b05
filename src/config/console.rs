//! `[console]` of `hedui.toml`: who vouches for people, and where they find the console. Without the section there is none.

use std::path::Path;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use super::callback::checked;
use super::reader::{Reading, Section};
use super::secret_place::{self, ADVICE};

/// Algorithms of ID tokens that can be pinned.
const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];

/// Sign-in at an OpenID provider.
#[derive(Clone, Debug)]
pub struct ConsoleSettings {
    /// The provider's `issuer`, to the letter.
    pub issuer: String,
    /// What the provider calls this service.
    pub client_id: String,
    /// How this service proves to be it; none of a public client.
    pub client_secret: Option<SecretString>,
    /// The one algorithm of the provider's ID tokens that is accepted.
    pub algorithm: String,
    /// Scheme, host and port under which browsers reach the console.
    pub base_url: Url,
    /// A session nobody uses ends after this.
    pub idle: Duration,
    /// Every session ends after this.
    pub absolute: Duration,
}

/// Reads the section; nothing when it is left out or at fault.
pub(super) fn read_console(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Option<ConsoleSettings> {
    let mut section = root.table("console", reading);
    if section.origin() == Section::absent("console").origin() {
        return None;
    }
    let issuer = section.required_text("issuer", reading);
    let client_id = section.required_text("client_id", reading).value;
    let algorithm = section.text("algorithm", reading);
    if let Some(text) = algorithm.as_ref().filter(|text| !ALGORITHMS.contains(&text.value.as_str())) {
        reading.problem(&text.origin, "console.algorithm", "must be RS256 or ES256", None);
    }
    let base_url = section.required_text("base_url", reading);
    let idle = section.number("idle_minutes", 5..1441, 30, reading);
    let absolute = section.number("absolute_hours", 1..25, 10, reading);
    let client_secret = read_client_secret(&mut section, base, reading);
    let mut address = |text: &super::reader::Text, key: &str, origin_alone: bool, advice: &str| {
        let url = checked(&text.value).and_then(|url| match (url.query(), origin_alone && url.path() != "/") {
            (Some(_), _) => Err("holds a query"),
            (None, true) => Err("holds a path: the console has a host of its own"),
            (None, false) => Ok(url),
        });
        if let (Err(fault), false) = (&url, text.value.is_empty()) {
            reading.problem(&text.origin, &section.path(key), fault, Some(advice.to_owned()));
        }
        url.ok()
    };
    let provider = address(&issuer, "issuer", false, "https://sso.example.gov.cn");
    let base_url = address(&base_url, "base_url", true, "https://hedui.example.gov.cn");
    section.finish(reading);
    provider?;
    Some(ConsoleSettings {
        issuer: issuer.value,
        client_id,
        client_secret,
        algorithm: algorithm.map_or_else(|| ALGORITHMS[0].to_owned(), |text| text.value),
        base_url: base_url?,
        idle: Duration::from_secs(idle * 60),
        absolute: Duration::from_secs(absolute * 3600),
    })
}

fn read_client_secret(console: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Option<SecretString> {
    let path = console.path("client_secret");
    let (mut places, origin) = secret_place::named(console, "client_secret", base, reading);
    if places.is_empty() && origin == *console.origin() {
        return None;
    }
    let (Some((place, _)), true) = (places.pop(), places.is_empty()) else {
        reading.problem(&origin, &path, "must be in one place", Some(ADVICE.into()));
        return None;
    };
    let secret = place.read();
    if let Err(fault) = &secret {
        reading.problem(&origin, &path, &fault.to_string(), None);
    }
    secret.ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::config::Settings;

    fn read(text: &str, base: &Path) -> Result<Option<ConsoleSettings>, Vec<(usize, String, String)>> {
        match Settings::read("hedui.toml", text, base, &BTreeMap::new()) {
            Ok(settings) => Ok(settings.console),
            Err(found) => Err(found.into_iter().map(|fault| (fault.line, fault.key, fault.message)).collect()),
        }
    }

    const GOOD: &str = "[console]\nissuer = \"https://sso.example.gov.cn/realms/county\"\nclient_id = \"hedui\"\n\
                        base_url = \"https://hedui.example.gov.cn\"\n";

    #[test]
    fn a_section_says_who_vouches_and_where_the_console_is() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "geheim\n").unwrap();
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert!(read("", folder.path()).unwrap().is_none(), "no section, no console");
        let public = read(GOOD, folder.path()).unwrap().unwrap();
        assert_eq!(public.issuer, "https://sso.example.gov.cn/realms/county");
        assert_eq!((public.idle.as_secs(), public.absolute.as_secs()), (1_800, 36_000));
        assert_eq!(public.algorithm, "RS256");
        assert!(public.client_secret.is_none());
        let text = format!("{GOOD}client_secret = {{ file = \"secret\" }}\nalgorithm = \"ES256\"\n");
        let confidential = read(&text, folder.path()).unwrap().unwrap();
        assert_eq!(confidential.client_secret.as_ref().map(ExposeSecret::expose_secret), Some("geheim"));
        assert!(!format!("{confidential:?}").contains("geheim"));
    }

    #[test]
    fn faults_are_named_with_their_lines() {
        let table = [
            ("[console]\n".to_owned(), 1, "console.issuer", "is missing"),
            (GOOD.replace("https://sso", "http://sso"), 2, "console.issuer", "is not encrypted"),
            (GOOD.replace("county", "county?x=1"), 2, "console.issuer", "holds a query"),
            (GOOD.replace("https://hedui", "http://hedui"), 4, "console.base_url", "is not encrypted"),
            (
                GOOD.replace("gov.cn\"\n", "gov.cn/x\"\n").replace("county/x", "county"),
                4,
                "console.base_url",
                "holds a path",
            ),
            (format!("{GOOD}algorithm = \"HS256\"\n"), 5, "console.algorithm", "must be RS256 or ES256"),
            (format!("{GOOD}idle_minutes = 0\n"), 5, "console.idle_minutes", "must be a whole number"),
            (format!("{GOOD}client_secret = \"x\"\n"), 5, "console.client_secret", "must be a table"),
            (format!("{GOOD}client_secret = {{ file = \"nowhere\" }}\n"), 5, "console.client_secret", "nowhere"),
            (format!("{GOOD}client_secret = {{}}\n"), 5, "console.client_secret", "must be in one place"),
            (format!("{GOOD}realm = \"x\"\n"), 5, "console.realm", "unknown key"),
        ];
        for (text, line, key, message) in table {
            let faults = read(&text, Path::new(".")).unwrap_err();
            assert!(
                faults.iter().any(|(at, of, said)| (*at, of.as_str()) == (line, key) && said.contains(message)),
                "{text}: {faults:?}"
            );
        }
    }
}
