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
mod tests;
