//! `clients.toml`: who may call, and for whom.

use std::path::{Path, PathBuf};

use super::reader::{Problem, Reading, Section};

/// Roles of SECURITY's list, as written in files and tokens.
const ROLES: &[&str] = &["client", "caseworker", "supervisor", "auditor", "system_admin", "security_admin"];

/// A caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The token's `sub`.
    pub id: String,
    /// The token's `org` must be the same.
    pub organisation: String,
    /// Region code prefixes.
    pub regions: Vec<String>,
    /// Roles granted.
    pub roles: Vec<String>,
    /// Public key (JWK) reports are sealed for when a request names none.
    pub recipient_key: Option<serde_json::Value>,
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

    /// Reads the file's text. Key files are taken from `base`.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn read(file: &str, text: &str, base: &Path) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading::new(file, text);
        let Some(table) = reading.parse() else { return Err(reading.problems) };
        let span = table.span();
        let mut root = Section::new("", span, table.into_inner());
        let mut clients: Vec<Client> = Vec::new();
        for mut section in root.tables("client", &mut reading) {
            let client = read_client(&mut section, base, &mut reading);
            if clients.iter().any(|known| known.id == client.id) {
                reading.problem(&section.span().clone(), &section.path("id"), "is listed twice", None);
            }
            section.finish(&mut reading);
            clients.push(client);
        }
        root.finish(&mut reading);
        if reading.problems.is_empty() { Ok(Self(clients)) } else { Err(reading.problems) }
    }
}

fn read_client(section: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Client {
    let span = section.span().clone();
    let id = section.required_text("id", reading);
    let organisation = section.required_text("organisation", reading);
    let regions = section.texts("regions", reading);
    if regions.is_empty() {
        reading.problem(&span, &section.path("regions"), "names no region: the caller could see nothing", None);
    }
    for (region, at) in &regions {
        if region.len() > 6 || !region.bytes().all(|b| b.is_ascii_digit()) {
            reading.problem(
                at,
                &section.path("regions"),
                "must be prefixes of GB/T 2260 codes",
                Some("\"620422\"".into()),
            );
        }
    }
    let roles = section.texts("roles", reading);
    for (role, at) in &roles {
        if !ROLES.contains(&role.as_str()) {
            reading.problem(at, &section.path("roles"), &format!("unknown role; known: {}", ROLES.join(", ")), None);
        }
    }
    let holds = |wanted: &[&str]| roles.iter().any(|(role, _)| wanted.contains(&role.as_str()));
    let data = holds(&["client", "caseworker", "supervisor"]);
    let apart = [data, holds(&["auditor"]), holds(&["system_admin"]), holds(&["security_admin"])];
    if apart.into_iter().filter(|held| *held).count() > 1 {
        let advice = "data, audit, system and security are four separate hands (等保三级)";
        reading.problem(&span, &section.path("roles"), "these roles must not be held together", Some(advice.into()));
    }
    let recipient_key = section
        .text("recipient_key_file", reading)
        .and_then(|name| read_key(&base.join(name), &span, section, reading));
    Client {
        id,
        organisation,
        regions: regions.into_iter().map(|(region, _)| region).collect(),
        roles: roles.into_iter().map(|(role, _)| role).collect(),
        recipient_key,
    }
}

fn read_key(
    path: &PathBuf,
    span: &std::ops::Range<usize>,
    section: &Section<'_>,
    reading: &mut Reading<'_>,
) -> Option<serde_json::Value> {
    let read = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    match read {
        Some(key) if key.get("d").is_some() => {
            let advice = "give the public part only; the private key stays with the client";
            reading.problem(span, &section.path("recipient_key_file"), "holds a private key", Some(advice.into()));
            None
        }
        Some(key) => Some(key),
        None => {
            let message = format!("{} cannot be read as a JWK", path.display());
            reading.problem(span, &section.path("recipient_key_file"), &message, None);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_that_must_be_apart_are_refused_together() {
        let text = "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"auditor\", \"client\", \"boss\"]\n";
        let problems = Clients::read("clients.toml", text, Path::new(".")).unwrap_err();
        let messages: Vec<_> = problems.iter().map(|p| (p.line, p.message.as_str())).collect();
        assert_eq!(messages.len(), 2);
        assert!(messages[0].1.starts_with("unknown role"));
        assert_eq!(messages[1].1, "these roles must not be held together");
    }

    #[test]
    fn the_shipped_file_names_nobody() {
        let clients = Clients::read("clients.toml", super::super::DEFAULT_CLIENTS, Path::new(".")).unwrap();
        assert_eq!(clients, Clients::default());
    }
}
