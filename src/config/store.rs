//! `[store]` of `hedui.toml`: which database. A URL holds a password: it is never written there, only where it is to be found.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::reader::{Origin, Reading, Section};
use super::secret_place::{self, ADVICE, SecretPlace};

/// Mebibytes of the disk kept free, unless set.
const RESERVE_MIB: u64 = 64;
/// Connections that read, unless set.
const CONNECTIONS: u64 = 8;

/// Which database.
#[derive(Clone, Debug)]
pub enum StoreSettings {
    /// SQLite in the data directory: one process.
    Sqlite {
        /// Bytes of the disk kept free for what was accepted; 0: none.
        reserve: u64,
    },
    /// A PostgreSQL database: as many processes as there are machines.
    Postgres(PostgresSettings),
}

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresSettings {
    /// `postgres://user:password@host:5432/name?sslmode=verify-full`; not shown by `Debug`.
    pub url: SecretString,
    /// Connections of this process that read; one more writes.
    pub connections: u32,
    /// Whether a link that is not `verify-full` may leave this machine: encrypted by other means.
    pub allow_plaintext: bool,
}

/// Reads the section; SQLite when there is none.
pub(super) fn read_store(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> StoreSettings {
    let mut section = root.table("store", reading);
    let backend = section.text("backend", reading);
    let connections = section.number("connections", 1..1001, CONNECTIONS, reading);
    let connections = u32::try_from(connections).unwrap_or(1);
    let reserve_mib = section.number("reserve_mib", 0..65_537, RESERVE_MIB, reading);
    let sqlite = StoreSettings::Sqlite { reserve: reserve_mib << 20 };
    let (places, _) = secret_place::named(&mut section, "url", base, reading);
    let allow_plaintext = section.flag("allow_plaintext", reading).unwrap_or(false);
    let settings = match backend.as_ref().map(|text| text.value.as_str()) {
        None | Some("sqlite") => {
            if let Some((_, origin)) = places.first() {
                let message = "is for backend = \"postgres\" only";
                reading.problem(origin, "store.url", message, None);
            }
            sqlite
        }
        Some("postgres") => {
            let url = read_url(&section, places, allow_plaintext, reading).unwrap_or_default();
            StoreSettings::Postgres(PostgresSettings { url: url.into(), connections, allow_plaintext })
        }
        Some(_) => {
            let origin = backend.map_or_else(|| section.origin().clone(), |text| text.origin);
            reading.problem(&origin, "store.backend", "must be sqlite or postgres", None);
            sqlite
        }
    };
    section.finish(reading);
    settings
}

/// The URL from where the settings say; none, with a fault, when it is not there. What it holds is told to nobody.
fn read_url(
    section: &Section<'_>,
    mut places: Vec<(SecretPlace, Origin)>,
    allow_plaintext: bool,
    reading: &mut Reading<'_>,
) -> Option<String> {
    let advice = Some(ADVICE.to_owned());
    let (place, origin) = match (places.pop(), places.pop()) {
        (Some(place), None) => place,
        (Some((_, origin)), Some(_)) => {
            reading.problem(&origin, "store.url", "names two places", advice);
            return None;
        }
        (None, _) => {
            reading.problem(section.origin(), "store.url", "is missing: a postgres store needs it", advice);
            return None;
        }
    };
    let url = match place.read() {
        Ok(secret) => secret.expose_secret().to_owned(),
        Err(fault) => {
            reading.problem(&origin, "store.url", &fault.to_string(), advice);
            return None;
        }
    };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        if !allow_plaintext && may_leave_in_the_clear(&url) {
            let message = "leaves this machine, and its sslmode is not verify-full: another could read it, or be taken for the server";
            let instead = "add ?sslmode=verify-full (and sslrootcert=...), or set allow_plaintext = true where the line is encrypted by other means";
            reading.problem(&origin, "store.url", message, Some(instead.into()));
        }
        return Some(url);
    }
    let message = "does not begin with postgres:// (its value is not shown: it may hold a password)";
    reading.problem(&origin, "store.url", message, None);
    None
}

/// Whether a host is this machine: its loopback, or the folder of a socket.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a URL names a host beyond this machine without a certificate that is checked. One that cannot be read is refused where it is opened.
fn may_leave_in_the_clear(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let (mut hosts, mut mode) = (Vec::new(), None);
    hosts.extend(
        url.host_str().filter(|host| !host.is_empty()).map(|host| host.replace("%2F", "/").replace("%2f", "/")),
    );
    for (key, value) in url.query_pairs() {
        match &*key {
            "host" | "hostaddr" => hosts.push(value.into_owned()),
            "sslmode" | "ssl-mode" => mode = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
    mode.as_deref() != Some("verify-full") && hosts.iter().any(|host| !is_this_machine(host))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use secrecy::ExposeSecret as _;

    use super::StoreSettings;
    use crate::config::Settings;

    fn read(text: &str, base: &Path) -> Result<StoreSettings, Vec<(usize, String, String)>> {
        match Settings::read("hedui.toml", text, base, &BTreeMap::new()) {
            Ok(settings) => Ok(settings.store),
            Err(found) => Err(found.into_iter().map(|fault| (fault.line, fault.key, fault.message)).collect()),
        }
    }

    #[test]
    fn a_url_is_found_where_the_settings_say_and_shown_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("url"), "postgres://u:geheim@db/hedui?sslmode=verify-full\n").unwrap();
        std::fs::write(folder.path().join("wrong"), "mysql://u:geheim@db/hedui").unwrap();
        for file in ["url", "wrong"] {
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(folder.path().join(file), mode).unwrap();
        }
        let text = "[store]\nbackend = \"postgres\"\nconnections = 3\nurl = { file = \"url\" }\n";
        let StoreSettings::Postgres(found) = read(text, folder.path()).unwrap() else { panic!("postgres") };
        assert_eq!(
            (found.url.expose_secret(), found.connections),
            ("postgres://u:geheim@db/hedui?sslmode=verify-full", 3)
        );
        assert!(!format!("{found:?}").contains("geheim"));
        let wrong = text.replace("\"url\"", "\"wrong\"");
        let faults = read(&wrong, folder.path()).unwrap_err();
        assert_eq!((faults[0].0, faults[0].1.as_str()), (4, "store.url"));
        assert!(!faults[0].2.contains("geheim"), "{faults:?}");
        let size = |text: &str| match read(text, folder.path()) {
            Ok(StoreSettings::Sqlite { reserve }) => reserve,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            (size(""), size("[store]\nreserve_mib = 0\n"), size("[store]\nreserve_mib = 3\n")),
            (64 << 20, 0, 3 << 20)
        );
    }

    #[test]
    fn a_link_that_leaves_the_machine_has_a_certificate_that_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let read_url = |url: &str, more: &str| {
            let file = folder.path().join("url");
            std::fs::write(&file, url).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
            read(&format!("[store]\nbackend = \"postgres\"\nurl = {{ file = \"url\" }}\n{more}"), folder.path())
        };
        for clear in [
            "postgres://u:geheim@db/hedui",
            "postgres://u:geheim@db/hedui?sslmode=prefer",
            "postgres://u:geheim@db/hedui?sslmode=require",
            "postgres://u:geheim@db/hedui?sslmode=verify-ca",
            "postgres://u:geheim@db/hedui?sslmode=verify-full&sslmode=disable",
            "postgres://u:geheim@localhost/hedui?host=10.1.2.3",
            "postgres://u:geheim@10.1.2.3/hedui?ssl-mode=disable",
        ] {
            let faults = read_url(clear, "").unwrap_err();
            assert_eq!((faults.len(), faults[0].0, faults[0].1.as_str()), (1, 3, "store.url"), "{clear}");
            assert!(faults[0].2.contains("verify-full") && !faults[0].2.contains("geheim"), "{faults:?}");
            let StoreSettings::Postgres(allowed) = read_url(clear, "allow_plaintext = true\n").unwrap() else {
                panic!()
            };
            assert!(allowed.allow_plaintext);
        }
        for fits in [
            "postgres://u:p@db/hedui?sslmode=verify-full&sslrootcert=/ca.pem",
            "postgres://u:p@db/hedui?ssl-mode=VERIFY-FULL",
            "postgres://u:p@localhost/hedui",
            "postgres://u:p@127.0.0.1:5433/hedui?sslmode=disable",
            "postgres://u:p@[::1]/hedui",
            "postgres://u:p@%2Frun%2Fpostgresql/hedui",
            "postgres:///hedui?host=/run/postgresql&user=u",
        ] {
            assert!(read_url(fits, "").is_ok(), "{fits}");
        }
    }

    #[test]
    fn faults_are_named_with_their_lines() {
        let table = [
            ("[store]\n\nbackend = \"oracle\"\n", 3, "store.backend", "must be sqlite or postgres"),
            ("[store]\nbackend = \"postgres\"\n", 1, "store.url", "is missing"),
            ("[store]\nbackend = \"postgres\"\nurl = \"postgres://u:p@h/d\"\n", 3, "store.url", "must be a table"),
            ("[store]\nbackend = \"postgres\"\n\nurl = { file = \"nowhere\" }\n", 4, "store.url", "nowhere"),
            ("[store]\nbackend = \"postgres\"\nurl = { env = \"HEDUI_NOT_SET_1\" }\n", 3, "store.url", "not set"),
            ("[store]\nbackend = \"postgres\"\nurl = { env = \"A\", file = \"b\" }\n", 3, "store.url", "two places"),
            ("[store]\nurl = { env = \"A\" }\n", 2, "store.url", "is for backend"),
            ("[store]\nconnections = 0\n", 2, "store.connections", "must be a whole number"),
            ("[store]\nbackend = \"sqlite\"\npath = \"x\"\n", 3, "store.path", "unknown key"),
        ];
        for (text, line, key, message) in table {
            let faults = read(text, Path::new(".")).unwrap_err();
            let (found_line, found_key, found) = &faults[0];
            assert_eq!((*found_line, found_key.as_str()), (line, key), "{text}");
            assert!(found.contains(message), "{text}: {found}");
        }
    }
}
