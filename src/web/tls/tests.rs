//! Callers with certificates, over real connections.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use axum::Router;
use axum::routing::get;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::{Authenticator, LocalIssuer};
use crate::config::{AuthSettings, Client, Clients, SecretPlace, ServerLimits};
use crate::telemetry::Clock;
use crate::web::SignedIn;

#[path = "../../../tests/it/certificates/made.rs"]
mod made;

use made::{Authority, Issued};

fn hash(issued: &Issued) -> CertificateHash {
    CertificateHash::of(&issued.der)
}

/// Files of a service that takes certificates of an authority.
struct Files {
    folder: tempfile::TempDir,
    files: TlsFiles,
}

impl Files {
    fn new(authority: &Authority, required: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| -> PathBuf { folder.path().join(name) };
        let own = authority.issue(1, 2090);
        let files = TlsFiles {
            certificate: path("own.pem"),
            key: SecretPlace::File(path("key.pem")),
            clients: Some(ClientCertificates { authority: path("ca.pem"), revoked: vec![path("crl.pem")], required }),
        };
        let made = Self { folder, files };
        made.write("own.pem", &own.pem);
        made.write("key.pem", &own.key);
        made.write("ca.pem", &authority.pem);
        made.write("crl.pem", &authority.revoking(&[], 2090));
        made
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn read(&self) -> Result<Tls, TlsFault> {
        Tls::read(&self.files, Timestamp::now())
    }
}

/// A service with one client, bound to a certificate.
struct Service {
    url: String,
    token: String,
    trusted: String,
}

impl Service {
    async fn up(authority: &Authority, tls: Tls, bound: Vec<CertificateHash>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuer = LocalIssuer::new(Clock::system()).unwrap();
        let client = Client {
            id: "township".into(),
            organisation: "o".into(),
            regions: vec!["62".into()],
            roles: vec!["client".into()],
            certificates: bound,
            ..Client::default()
        };
        let settings = AuthSettings {
            audience: "hedui".into(),
            issuers: vec![issuer.publish(folder.path()).unwrap()],
            ..AuthSettings::default()
        };
        let token = issuer.token(&client, "hedui", "", 3600).unwrap();
        let door = Authenticator::new(&settings, Clients::new(vec![client]), Clock::system()).unwrap();
        let routes = Router::new().route("/who", get(async |SignedIn(caller): SignedIn| caller.subject));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://127.0.0.1:{}/who", listener.local_addr().unwrap().port());
        let routes = routes.with_state(Arc::new(door));
        tokio::spawn(crate::web::serve(listener, Some(tls), routes, ServerLimits::default(), CancellationToken::new()));
        Self { url, token, trusted: authority.pem.clone() }
    }

    fn client(&self, certificate: Option<&Issued>) -> reqwest::Client {
        crate::verification::install_crypto_provider();
        let trusted = reqwest::Certificate::from_pem(self.trusted.as_bytes()).unwrap();
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]);
        let builder = match certificate {
            None => builder,
            Some(issued) => {
                let pem = format!("{}{}", issued.key, issued.pem);
                builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
            }
        };
        builder.build().unwrap()
    }

    /// The status of a call by this client; none when there was no connection.
    async fn said(&self, client: &reqwest::Client) -> Option<u16> {
        let answer = client.get(&self.url).bearer_auth(&self.token).send().await;
        answer.ok().map(|answer| answer.status().as_u16())
    }
}

#[tokio::test]
async fn a_bound_client_is_let_in_with_its_own_certificate_alone() {
    let (authority, stranger) = (Authority::new("office"), Authority::new("office"));
    let (own, next, other) = (authority.issue(10, 2090), authority.issue(11, 2090), authority.issue(12, 2090));
    let files = Files::new(&authority, false);
    let service = Service::up(&authority, files.read().unwrap(), vec![hash(&own), hash(&next)]).await;
    for (what, certificate, said) in [
        ("its own", Some(&own), Some(200)),
        ("its next one", Some(&next), Some(200)),
        ("none", None, Some(401)),
        ("another client's", Some(&other), Some(401)),
        ("one of another authority", Some(&stranger.issue(10, 2090)), None),
        ("one that has run out", Some(&authority.issue(13, 2021)), None),
    ] {
        assert_eq!(service.said(&service.client(certificate)).await, said, "{what}");
    }
}

#[tokio::test]
async fn where_certificates_are_required_nobody_is_served_without() {
    let authority = Authority::new("office");
    let own = authority.issue(10, 2090);
    let files = Files::new(&authority, true);
    let service = Service::up(&authority, files.read().unwrap(), Vec::new()).await;
    assert_eq!(service.said(&service.client(Some(&own))).await, Some(200));
    assert_eq!(service.said(&service.client(None)).await, None);
}

#[tokio::test]
async fn a_certificate_revoked_while_serving_is_good_no_longer_not_even_on_an_open_connection() {
    let authority = Authority::new("office");
    let (own, other) = (authority.issue(10, 2090), authority.issue(11, 2090));
    let files = Files::new(&authority, false);
    let tls = files.read().unwrap();
    let service = Service::up(&authority, tls.clone(), vec![hash(&own), hash(&other)]).await;
    let (open, beside) = (service.client(Some(&own)), service.client(Some(&other)));
    assert_eq!((service.said(&open).await, service.said(&beside).await), (Some(200), Some(200)));
    assert!(tls.read_again(Timestamp::now()).unwrap().is_none(), "nothing has changed");
    files.write("crl.pem", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
    assert!(tls.read_again(Timestamp::now()).is_err());
    assert_eq!(service.said(&open).await, Some(200), "a faulty list changes nothing");
    files.write("crl.pem", &authority.revoking(&[10], 2090));
    tls.replace(tls.read_again(Timestamp::now()).unwrap().unwrap());
    assert_eq!(service.said(&open).await, None, "not even once more");
    assert_eq!(service.said(&service.client(Some(&own))).await, None);
    assert_eq!(service.said(&beside).await, Some(200), "others come again");
}

#[test]
fn lists_and_authorities_that_cannot_be_used_are_faults() {
    let authority = Authority::new("office");
    for (file, text, key, cause) in [
        ("crl.pem", authority.revoking(&[], 2021), "server.client_crl", "ran out at 2021-01-01"),
        ("crl.pem", authority.pem.clone(), "server.client_crl", "holds no revocation list"),
        ("crl.pem", String::new(), "server.client_crl", "holds no revocation list"),
        ("ca.pem", authority.revoking(&[], 2090), "server.client_ca", "holds no certificate"),
        ("own.pem", String::new(), "server.tls_certificate", "holds no certificate"),
    ] {
        let files = Files::new(&authority, false);
        files.write(file, &text);
        let fault = files.read().err().unwrap();
        assert_eq!(fault.key, key);
        assert!(fault.cause.contains(cause), "{file}: {fault}");
    }
    let files = Files::new(&authority, false);
    std::fs::remove_file(files.folder.path().join("crl.pem")).unwrap();
    assert!(files.read().err().unwrap().cause.contains("cannot be read"));
}
