//! `clients.toml`: who may call, and for whom.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use super::CertificateHash;
use super::callback::{self, Callback};
use super::disclosure::Disclosure;
use super::reader::{Origin, Problem, Reading, Section};

/// Roles of SECURITY's list, as written in files and tokens.
const ROLES: &[&str] = &["client", "caseworker", "supervisor", "auditor", "system_admin", "security_admin"];

/// The role of a caseworker system.
const SYSTEM: &str = "client";

/// What `oversees` holds for an auditor of the whole log.
pub const EVERY_ORGANISATION: &str = "all";

/// A caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The token's `sub`.
    pub id: String,
    /// The token's `org` must be the same.
    pub organisation: String,
    /// Region code prefixes.
    pub regions: Vec<String>,
    /// Roles granted.
    pub roles: Vec<String>,
    /// Organisations whose entries of the audit log an auditor sees beside those of the own one; [`EVERY_ORGANISATION`] for all.
    pub oversees: Vec<String>,
    /// Public key (JWK) reports are sealed for when a request names none.
    pub recipient_key: Option<serde_json::Value>,
    /// Where that key was read.
    pub recipient_key_file: Option<PathBuf>,
    /// How much of a report it is shown; the least where the file does not say.
    pub disclosure: Disclosure,
    /// Where it is called back; nowhere when it asks itself.
    pub callback: Option<Callback>,
    /// Whether final reports of its cases are issued (签发) at once, without a second person.
    pub issues_itself: bool,
    /// The one issuer whose tokens are the caller's; any that is configured where none is named.
    pub issuer: Option<String>,
    /// Calls a second, on average; the server's number where the file does not say.
    pub calls_per_second: Option<NonZeroU32>,
    /// Certificates of which a connection must present one for the client's tokens to count; none = tokens alone.
    pub certificates: Vec<CertificateHash>,
}

impl Client {
    /// Whether it is a caseworker system, not somebody.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.roles.iter().any(|role| role == SYSTEM)
    }
}

/// All callers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// From callers already known.
    #[must_use]
    pub fn new(clients: Vec<Client>) -> Self {
        Self(clients)
    }

    /// The caller with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.id == id)
    }

    /// Every caller, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.iter()
    }

    /// Reads the file's text. Key files are taken from `base`; `check_key` says what is wrong with a public key.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn read(file: &str, text: &str, base: &Path, check_key: &CheckKey<'_>) -> Result<Self, Vec<Problem>> {
        Self::read_for(
            file,
            text,
            base,
            &ClientChecks { key: check_key, is_personal: &|_| false, certificates: true, secrets: false },
        )
    }

    /// The same, for a service: what it lacks to serve a client is a fault as well.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn read_for(file: &str, text: &str, base: &Path, checks: &ClientChecks<'_>) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading::new(file, text);
        let Some(table) = reading.parse() else { return Err(reading.problems) };
        let span = table.span();
        let mut root = Section::new("", span, table.into_inner());
        let mut clients: Vec<Client> = Vec::new();
        for mut section in root.tables("client", &mut reading) {
            let (client, id_origin) = read_client(&mut section, base, checks, &mut reading);
            if clients.iter().any(|known| known.id == client.id) {
                reading.problem(&id_origin, &section.path("id"), "is listed twice", None);
            }
            section.finish(&mut reading);
            clients.push(client);
        }
        root.finish(&mut reading);
        if reading.problems.is_empty() { Ok(Self(clients)) } else { Err(reading.problems) }
    }
}

/// What clients are held against beside the file's own rules.
pub struct ClientChecks<'a> {
    /// Their keys.
    pub key: &'a CheckKey<'a>,
    /// Whether an id holds a number of a person.
    pub is_personal: &'a dyn Fn(&str) -> bool,
    /// Whether the service asks callers for certificates: else nobody can be bound to one.
    pub certificates: bool,
    /// Whether callbacks' secrets must be there.
    pub secrets: bool,
}

/// What is wrong with a recipient's public key, one line each; nothing when it can be used.
pub type CheckKey<'a> = dyn Fn(&serde_json::Value) -> Vec<String> + 'a;

/// The prefix by which a region code of 2, 4 or 6 digits covers those below it: `620400` → `6204`, `620000` → `62`. None for what is
/// no GB/T 2260 code.
#[must_use]
pub fn region_prefix(code: &str) -> Option<String> {
    let digits = code.bytes().all(|b| b.is_ascii_digit()) && matches!(code.len(), 2 | 4 | 6);
    if !digits || !(b'1'..=b'8').contains(code.as_bytes().first()?) {
        return None;
    }
    let pairs: Vec<&str> = [code.get(..2), code.get(2..4), code.get(4..6)].into_iter().flatten().collect();
    let used = pairs.iter().rposition(|pair| *pair != "00")?;
    // A zero pair within, as in 620022, is the code of no city.
    (!pairs[..used].contains(&"00")).then(|| pairs[..=used].concat())
}

fn read_client(
    section: &mut Section<'_>,
    base: &Path,
    checks: &ClientChecks<'_>,
    reading: &mut Reading<'_>,
) -> (Client, Origin) {
    let id = section.required_text("id", reading);
    if (checks.is_personal)(&id.value) {
        let remedy = "name the account instead: ids stand in the audit log and in lists".to_owned();
        reading.problem(&id.origin, &section.path("id"), "holds an ID number or a mobile number", Some(remedy));
    }
    let organisation = section.required_text("organisation", reading).value;
    let regions = read_regions(section, reading);
    let roles = read_roles(section, reading);
    let oversees = read_oversees(section, &roles, reading);
    let key_file = section.text("recipient_key_file", reading).map(|name| (base.join(name.value), name.origin));
    let recipient_key =
        key_file.as_ref().and_then(|(path, origin)| read_key(path, origin, section, checks.key, reading));
    let disclosure = read_disclosure(section, reading);
    let callback = callback::read(section, base, checks.secrets, reading);
    let issues_itself = section.flag("issues_itself", reading).unwrap_or(false);
    let issuer = section.text("issuer", reading).map(|text| text.value);
    let calls_per_second = read_calls(section, reading);
    let certificates = read_certificates(section, checks.certificates, reading);
    let client = Client {
        id: id.value,
        organisation,
        regions,
        roles,
        oversees,
        recipient_key,
        recipient_key_file: key_file.map(|(path, _)| path),
        disclosure,
        callback,
        issues_itself,
        issuer,
        calls_per_second,
        certificates,
    };
    (client, id.origin)
}

fn read_calls(section: &mut Section<'_>, reading: &mut Reading<'_>) -> Option<NonZeroU32> {
    // Nought stands for a key that was left out; it cannot be written.
    NonZeroU32::new(u32::try_from(section.number("calls_per_second", 1..100_001, 0, reading)).unwrap_or(0))
}

fn read_certificates(section: &mut Section<'_>, asked: bool, reading: &mut Reading<'_>) -> Vec<CertificateHash> {
    let (hashes, list) = section.text_or_texts("certificate_sha256", reading);
    let path = section.path("certificate_sha256");
    let written = list != *section.origin();
    if written && !asked {
        let advice = "set server.client_ca in hedui.toml";
        let message = "binds the caller to a certificate, and the service asks nobody for one";
        reading.problem(&list, &path, message, Some(advice.into()));
    } else if written && hashes.is_empty() {
        let message = "names no certificate";
        reading.problem(&list, &path, message, Some("leave it out for a caller with tokens alone".into()));
    }
    let mut certificates = Vec::new();
    for text in hashes {
        match CertificateHash::parse(&text.value) {
            Some(hash) => certificates.push(hash),
            None => {
                let advice = "openssl x509 -in client.pem -noout -fingerprint -sha256";
                let message = "must be the SHA-256 of the certificate (DER), 64 hexadecimal digits";
                reading.problem(&text.origin, &path, message, Some(advice.into()));
            }
        }
    }
    certificates
}

fn read_regions(section: &mut Section<'_>, reading: &mut Reading<'_>) -> Vec<String> {
    let (regions, list) = section.texts("regions", reading);
    let path = section.path("regions");
    if regions.is_empty() {
        reading.problem(&list, &path, "names no region: the caller could see nothing", None);
    }
    let mut prefixes = Vec::new();
    for region in regions {
        match region_prefix(&region.value) {
            Some(prefix) => prefixes.push(prefix),
            None => {
                let advice = "2, 4 or 6 digits: \"62\", \"6204\", \"620422\"";
                reading.problem(&region.origin, &path, "must be prefixes of GB/T 2260 codes", Some(advice.into()));
            }
        }
    }
    prefixes
}

fn read_roles(section: &mut Section<'_>, reading: &mut Reading<'_>) -> Vec<String> {
    let (roles, list) = section.texts("roles", reading);
    let path = section.path("roles");
    if roles.is_empty() {
        let advice = format!("one of {}", ROLES.join(", "));
        reading.problem(&list, &path, "names no role: the caller could do nothing", Some(advice));
    }
    for role in roles.iter().filter(|role| !ROLES.contains(&role.value.as_str())) {
        reading.problem(&role.origin, &path, &format!("unknown role; known: {}", ROLES.join(", ")), None);
    }
    let holds = |wanted: &[&str]| roles.iter().any(|role| wanted.contains(&role.value.as_str()));
    let data = holds(&["client", "caseworker", "supervisor"]);
    let apart = [data, holds(&["auditor"]), holds(&["system_admin"]), holds(&["security_admin"])];
    if apart.into_iter().filter(|held| *held).count() > 1 {
        let advice = "data, audit, system and security are four separate hands (等保三级)";
        reading.problem(&list, &path, "these roles must not be held together", Some(advice.into()));
    }
    if holds(&[SYSTEM]) && holds(&["caseworker", "supervisor"]) {
        let advice = "register the people who work with the system by ids of their own";
        let message =
            "\"client\" is a system's role: together with a person's, one account would count as two hands (双人复核)";
        reading.problem(&list, &path, message, Some(advice.into()));
    }
    roles.into_iter().map(|role| role.value).collect()
}

fn read_disclosure(section: &mut Section<'_>, reading: &mut Reading<'_>) -> Disclosure {
    let Some(word) = section.text("disclosure", reading) else { return Disclosure::default() };
    Disclosure::parse(&word.value).unwrap_or_else(|| {
        let advice =
            "the screening's outcome alone, sums by person and class, or the whole report; without it, \"conclusion\"";
        let known = Disclosure::ALL.map(Disclosure::as_str).join(", ");
        let message = format!("unknown level; known: {known}");
        reading.problem(&word.origin, &section.path("disclosure"), &message, Some(advice.into()));
        Disclosure::default()
    })
}

/// What only an auditor can oversee.
fn read_oversees(section: &mut Section<'_>, roles: &[String], reading: &mut Reading<'_>) -> Vec<String> {
    let (overseen, list) = section.texts("oversees", reading);
    let path = section.path("oversees");
    if !overseen.is_empty() && !roles.iter().any(|role| role == "auditor") {
        let advice = "give it to a client with roles = [\"auditor\"], or leave it out";
        reading.problem(&list, &path, "is for auditors: nobody else reads the audit log", Some(advice.into()));
    }
    if overseen.len() > 1 && overseen.iter().any(|name| name.value == EVERY_ORGANISATION) {
        let advice = format!("[\"{EVERY_ORGANISATION}\"] alone, or the organisations by name");
        reading.problem(&list, &path, "names every organisation and single ones", Some(advice));
    }
    overseen.into_iter().map(|name| name.value).collect()
}

fn read_key(
    path: &Path,
    origin: &Origin,
    section: &Section<'_>,
    check_key: &CheckKey<'_>,
    reading: &mut Reading<'_>,
) -> Option<serde_json::Value> {
    let key = section.path("recipient_key_file");
    let read = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let Some(jwk) = read else {
        reading.problem(origin, &key, &format!("{} cannot be read as a JWK", path.display()), None);
        return None;
    };
    let faults = check_key(&jwk);
    for fault in &faults {
        let advice = "give the public key of the client; the private one stays with it (hedui keys recipient)";
        reading.problem(origin, &key, fault, Some(advice.into()));
    }
    faults.is_empty().then_some(jwk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, base: &Path) -> Result<Clients, Vec<Problem>> {
        let no_private = |jwk: &serde_json::Value| match jwk.get("d") {
            Some(_) => vec!["holds a private key".to_owned()],
            None => Vec::new(),
        };
        Clients::read("clients.toml", text, base, &no_private)
    }

    fn found(text: &str) -> Vec<(usize, String, String)> {
        let problems = read(text, Path::new(".")).unwrap_err();
        problems.into_iter().map(|p| (p.line, p.key, p.message.split(';').next().unwrap_or("").to_owned())).collect()
    }

    fn at(line: usize, key: &str, message: &str) -> (usize, String, String) {
        (line, format!("client[0].{key}"), message.to_owned())
    }

    #[test]
    fn faults_are_found_where_they_stand() {
        let text = "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\n \"62\",\n \"620\",\n \"\", \"0000\"]\n\
                    roles = [\"auditor\",\n \"client\",\n \"boss\"]\n";
        let prefixes = "must be prefixes of GB/T 2260 codes";
        let expected = [
            at(6, "regions", prefixes),
            at(7, "regions", prefixes),
            at(7, "regions", prefixes),
            at(10, "roles", "unknown role"),
            at(8, "roles", "these roles must not be held together"),
        ];
        assert_eq!(found(text), expected);
        let nothing = "[[client]]\nid = \"\"\norganisation = \"o\"\nregions = []\nroles = []\n";
        let expected = [
            at(2, "id", "is empty"),
            at(4, "regions", "names no region: the caller could see nothing"),
            at(5, "roles", "names no role: the caller could do nothing"),
        ];
        assert_eq!(found(nothing), expected);
    }

    #[test]
    fn a_system_has_no_persons_role() {
        for (role, faulty) in [("caseworker", true), ("supervisor", true), ("client", false)] {
            let text = format!(
                "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\", \"{role}\"]\n"
            );
            match faulty {
                true => assert!(
                    read(&text, Path::new(".")).unwrap_err()[0].message.contains("is a system's role"),
                    "{role}"
                ),
                false => assert!(read(&text, Path::new(".")).unwrap().get("a").unwrap().is_system()),
            }
        }
    }

    #[test]
    fn only_an_auditor_oversees_others() {
        let with = |role: &str, line: &str| {
            format!(
                "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"{role}\"]\noversees = {line}\n"
            )
        };
        for overseen in [vec!["all"], vec!["甲镇", "乙镇"], vec![]] {
            let clients = read(&with("auditor", &format!("{overseen:?}")), Path::new(".")).unwrap();
            assert_eq!(clients.get("a").unwrap().oversees, overseen);
        }
        let nobody = at(6, "oversees", "is for auditors: nobody else reads the audit log");
        assert_eq!(found(&with("caseworker", "[\"all\"]")), [nobody]);
        let both = at(6, "oversees", "names every organisation and single ones");
        assert_eq!(found(&with("auditor", "[\"all\", \"甲镇\"]")), [both]);
    }

    #[test]
    fn a_callback_has_an_address_and_a_secret_that_is_kept_elsewhere() {
        let client = "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\n";
        let with = |callback: &str| format!("{client}callback = {callback}\n");
        let good = with("{ url = \"https://host/hedui\", secret = { file = \"secret\" } }");
        let clients = read(&good, Path::new("/etc/hedui")).unwrap();
        let callback = clients.get("a").and_then(|client| client.callback.clone()).unwrap();
        assert_eq!(callback.url.as_str(), "https://host/hedui");
        assert_eq!(callback.secret, super::super::SecretPlace::File("/etc/hedui/secret".into()));
        assert_eq!(read(client, Path::new(".")).unwrap().get("a").unwrap().callback, None);
        for (callback, key, message) in [
            ("{ secret = { env = \"X\" } }", "callback.url", "is missing"),
            (
                "{ url = \"http://host/\", secret = { env = \"X\" } }",
                "callback.url",
                "is not encrypted: https, or http on this machine alone",
            ),
            ("{ url = \"https://host/\" }", "callback.secret", "must be in one place"),
            (
                "{ url = \"https://host/\", secret = { env = \"X\", file = \"y\" } }",
                "callback.secret",
                "must be in one place",
            ),
            ("{ url = \"https://host/\", secret = \"inline\" }", "callback.secret", "must be a table"),
            ("{ url = \"https://host/\", secret = { env = \"X\" }, retries = 3 }", "callback.retries", "unknown key"),
        ] {
            let faults = found(&with(callback));
            assert!(faults.contains(&at(6, key, message)), "{callback}: {faults:?}");
        }
    }

    #[test]
    fn region_codes_become_prefixes() {
        for (code, prefix) in [
            ("62", Some("62")),
            ("6204", Some("6204")),
            ("620422", Some("620422")),
            ("620400", Some("6204")),
            ("620000", Some("62")),
            ("6200", Some("62")),
            ("100000", Some("10")),
            ("", None),
            ("0", None),
            ("00", None),
            ("0000", None),
            ("620", None),
            ("62042", None),
            ("620022", None),
            ("6204221", None),
            ("62o422", None),
            ("６２", None),
        ] {
            assert_eq!(region_prefix(code).as_deref(), prefix, "{code}");
        }
    }

    #[test]
    fn a_caller_is_shown_the_least_unless_the_file_grants_more() {
        let text = |line: &str| {
            format!("[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\n{line}")
        };
        for (line, level) in [
            ("", Disclosure::Conclusion),
            ("disclosure = \"conclusion\"", Disclosure::Conclusion),
            ("disclosure = \"amounts\"", Disclosure::Amounts),
            ("disclosure = \"full\"", Disclosure::Full),
        ] {
            let clients = read(&text(line), Path::new(".")).unwrap();
            assert_eq!(clients.get("a").map(|client| client.disclosure), Some(level), "{line}");
        }
        assert_eq!(found(&text("disclosure = \"all\"")), [at(6, "disclosure", "unknown level")]);
    }

    #[test]
    fn a_key_that_cannot_be_used_is_refused_at_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.jwk"), "{\"d\": \"x\"}").unwrap();
        let text = |file: &str| {
            format!(
                "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\nrecipient_key_file = \"{file}\"\n"
            )
        };
        for (file, message) in [("key.jwk", "holds a private key"), ("none.jwk", "cannot be read as a JWK")] {
            let problems = read(&text(file), folder.path()).unwrap_err();
            assert_eq!((problems.len(), problems[0].line), (1, 6));
            assert!(problems[0].message.contains(message), "{}", problems[0]);
        }
    }

    #[test]
    fn the_shipped_file_names_nobody_until_its_example_is_uncommented() {
        let shipped = super::super::DEFAULT_CLIENTS;
        assert_eq!(read(shipped, Path::new(".")).unwrap(), Clients::default());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("huishi.jwk"), "{}").unwrap();
        let (_, example) = shipped.split_once("#\n").expect("an empty comment before the example");
        let lines = example.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        let uncommented = lines.collect::<Vec<_>>().join("\n");
        let clients = read(&uncommented, folder.path()).unwrap();
        assert_eq!(
            clients.get("huishi-township").map(|client| client.regions.clone()),
            Some(vec!["620422".to_owned()])
        );
        let kept = format!("{shipped}\n{uncommented}");
        assert!(read(&kept, folder.path()).is_ok(), "nothing of the shipped file stands in the way");
    }
}
