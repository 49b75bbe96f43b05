//! `[server]`: certificate, key, and whose certificates callers may come with.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::SecretPlace;
use super::reader::{Origin, Reading, Section};
use super::secret_place;
use super::settings::path_in;

/// PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Where the private key is: a file or a credential.
    pub key: SecretPlace,
    /// Callers' certificates; none = they are not asked for one.
    pub clients: Option<ClientCertificates>,
}

/// Whose certificates callers may come with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificates {
    /// The authority that issues them.
    pub authority: PathBuf,
    /// Its revocation lists, and those of authorities between.
    pub revoked: Vec<PathBuf>,
    /// Whether nobody is served without one.
    pub required: bool,
}

impl TlsFiles {
    /// Every file.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.certificate.clone()];
        paths.extend(self.key.path().ok().flatten());
        if let Some(clients) = &self.clients {
            paths.push(clients.authority.clone());
            paths.extend(clients.revoked.iter().cloned());
        }
        paths
    }
}

/// Reads the files' names; they are there off the loopback.
pub(super) fn read_tls(
    server: &mut Section<'_>,
    (listen, listen_origin): (SocketAddr, &Origin),
    base: &Path,
    reading: &mut Reading<'_>,
) -> Option<TlsFiles> {
    let certificate = path_in(server, "tls_certificate", base, reading);
    let key = read_key(server, base, reading);
    let clients = read_client_certificates(server, base, reading);
    if let Some((_, origin)) = clients.as_ref().filter(|_| certificate.is_none()) {
        let message = "goes together with server.tls_certificate, which is missing";
        reading.problem(origin, "server.client_ca", message, None);
    }
    let clients = clients.map(|(clients, _)| clients);
    let alone = |origin: &Origin, one: &str, other: &str, reading: &mut Reading<'_>| {
        let message = format!("goes together with server.{other}, which is missing");
        reading.problem(origin, &format!("server.{one}"), &message, None);
    };
    match (certificate, key) {
        (Some((certificate, _)), Some((key, _))) => return Some(TlsFiles { certificate, key, clients }),
        (None, None) if listen.ip().is_loopback() => {}
        (None, None) => {
            let advice = "set server.tls_certificate and server.tls_key, or listen on 127.0.0.1 behind a proxy";
            let message = "plain HTTP is allowed on the loopback only";
            reading.problem(listen_origin, "server.listen", message, Some(advice.into()));
        }
        (Some((_, origin)), None) => alone(&origin, "tls_certificate", "tls_key", reading),
        (None, Some((_, origin))) => alone(&origin, "tls_key", "tls_certificate", reading),
    }
    None
}

/// `tls_key = "path"`, or `{ credential = "name" }`.
fn read_key(server: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Option<(SecretPlace, Origin)> {
    if !server.holds_table("tls_key") {
        return path_in(server, "tls_key", base, reading).map(|(path, origin)| (SecretPlace::File(path), origin));
    }
    let (place, origin) = secret_place::read(server, "tls_key", base, reading)?;
    if matches!(place, SecretPlace::Env(_)) {
        reading.problem(&origin, "server.tls_key", "must be in a file or a credential", None);
        return None;
    }
    Some((place, origin))
}

fn read_client_certificates(
    server: &mut Section<'_>,
    base: &Path,
    reading: &mut Reading<'_>,
) -> Option<(ClientCertificates, Origin)> {
    let authority = path_in(server, "client_ca", base, reading);
    let (lists, lists_at) = server.text_or_texts("client_crl", reading);
    let required = server.flag("require_client_certificate", reading).unwrap_or(false);
    let Some((authority, origin)) = authority else {
        let message = "goes together with server.client_ca, which is missing";
        if !lists.is_empty() {
            reading.problem(&lists_at, "server.client_crl", message, None);
        }
        if required {
            reading.problem(&server.origin().clone(), "server.require_client_certificate", message, None);
        }
        return None;
    };
    let revoked = lists.into_iter().map(|list| base.join(list.value)).collect();
    Some((ClientCertificates { authority, revoked, required }, origin))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Problem, Settings};

    fn read(server: &str) -> Result<Option<TlsFiles>, Vec<Problem>> {
        let text = format!("[server]\n{server}\n");
        Settings::read("hedui.toml", &text, Path::new("/etc/hedui"), &BTreeMap::new()).map(|settings| settings.tls)
    }

    #[test]
    fn callers_certificates_are_read_with_one_list_or_several() {
        let pair = "tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n";
        let own = |clients| TlsFiles {
            certificate: "/etc/hedui/c.pem".into(),
            key: SecretPlace::File("/etc/hedui/k.pem".into()),
            clients,
        };
        assert_eq!(read(pair).unwrap(), Some(own(None)));
        for (lists, read_as) in [("\"a.pem\"", vec!["a.pem"]), ("[\"a.pem\", \"b.pem\"]", vec!["a.pem", "b.pem"])] {
            let text = format!("{pair}client_ca = \"ca.pem\"\nclient_crl = {lists}\nrequire_client_certificate = true");
            let clients = ClientCertificates {
                authority: "/etc/hedui/ca.pem".into(),
                revoked: read_as.iter().map(|name| Path::new("/etc/hedui").join(name)).collect(),
                required: true,
            };
            assert_eq!(read(&text).unwrap(), Some(own(Some(clients))));
        }
        let credential = "tls_certificate = \"c.pem\"\ntls_key = { credential = \"tls_key\" }\n";
        assert_eq!(read(credential).unwrap().unwrap().key, SecretPlace::Credential("tls_key".into()));
    }

    #[test]
    fn what_does_not_go_together_is_a_fault_at_its_line() {
        let pair = "tls_certificate = \"c\"\ntls_key = \"k\"\n";
        for (text, line, key) in [
            ("client_ca = \"ca\"".to_owned(), 2, "server.client_ca"),
            (format!("{pair}client_crl = \"x\""), 4, "server.client_crl"),
            (format!("{pair}require_client_certificate = true"), 1, "server.require_client_certificate"),
            (format!("{pair}client_ca = \"ca\"\nclient_crl = 3"), 5, "server.client_crl"),
            ("tls_certificate = \"c\"".to_owned(), 2, "server.tls_certificate"),
            ("tls_key = \"k\"".to_owned(), 2, "server.tls_key"),
            ("tls_certificate = \"c\"\ntls_key = { env = \"K\" }".to_owned(), 3, "server.tls_key"),
            ("tls_certificate = \"c\"\ntls_key = { credential = \"../k\" }".to_owned(), 3, "server.tls_key.credential"),
        ] {
            let problems = read(&text).unwrap_err();
            assert!(problems.iter().any(|p| (p.line, p.key.as_str()) == (line, key)), "{text}: {problems:?}");
        }
    }
}
