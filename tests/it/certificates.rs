//! Callers' certificates, and the register and TLS files that change while the service runs: the built program, over real connections, with curl
//! beside the client of the other tests.

pub mod made;

use std::process::{Command, Stdio};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hedui::audit::Action;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::binary::{DEFAULTS, Installation, Service};
use super::client::send;
use super::support::{ORGANISATION, PATIENCE, entries};
use made::{Authority, Issued};

/// As OpenSSL prints it, but for the colons.
fn fingerprint(issued: &Issued) -> String {
    hex::encode(Sha256::digest(&issued.der))
}

/// As tokens name it (RFC 8705).
fn thumbprint(issued: &Issued) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(&issued.der))
}

/// A service with its authority.
struct Place {
    installation: Installation,
    authority: Authority,
}

/// A caller as `clients.toml` has it.
fn client(id: &str, more: &str) -> String {
    format!(
        "[[client]]\nid = \"{id}\"\norganisation = \"{ORGANISATION}\"\nregions = [\"620422\"]\nroles = [\"caseworker\"]\n{more}\n"
    )
}

impl Place {
    /// Over TLS; callers' certificates are taken, `server` adds to the settings of the listener.
    fn new(server: &str) -> Self {
        let installation = Installation::new("http://127.0.0.1:9", DEFAULTS, "");
        let authority = Authority::new("office");
        let own = authority.issue(1, 2090);
        let write = |name: &str, text: &str| installation.write_secret(name, text);
        write("own.pem", &own.pem);
        write("own-key.pem", &own.key);
        write("ca.pem", &authority.pem);
        write("crl.pem", &authority.revoking(&[], 2090));
        let settings = std::fs::read_to_string(installation.path("hedui.toml")).expect("settings");
        let tls = format!(
            "[server]\ntls_certificate = \"own.pem\"\ntls_key = \"own-key.pem\"\nclient_ca = \"ca.pem\"\nclient_crl = \"crl.pem\"\n{server}"
        );
        write("hedui.toml", &settings.replacen("[server]\n", &tls, 1));
        Self { installation, authority }
    }

    fn write(&self, name: &str, text: &str) {
        // As editors and package managers do: a new file in the place of the old one.
        self.installation.write_secret(&format!("{name}.new"), text);
        std::fs::rename(self.installation.path(&format!("{name}.new")), self.installation.path(name)).expect("renamed");
    }

    fn register(&self, clients: &[String]) {
        self.write("clients.toml", &clients.concat());
    }

    /// A token of a caller, bound to a certificate if one is given.
    fn token(&self, id: &str, bound: Option<&Issued>) -> String {
        let now = hedui::telemetry::Clock::system().now().as_second();
        let mut claims = json!({
            "iss": "hedui-demo", "aud": "hedui", "sub": id, "org": ORGANISATION, "nbf": now, "exp": now + 3600,
            "regions": ["620422"], "roles": ["caseworker"], "scope": "report:read",
        });
        if let Some(issued) = bound {
            claims["cnf"] = json!({ "x5t#S256": thumbprint(issued) });
        }
        self.installation.signed(&claims)
    }

    fn client(&self, with: Option<&Issued>) -> reqwest::Client {
        trusting(&self.authority.pem, with)
    }

    /// What the log of the program says so far.
    fn said(&self) -> String {
        std::fs::read_to_string(self.installation.path("log.txt")).unwrap_or_default()
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            assert!(begun.elapsed() < PATIENCE, "{what}: {}", self.said());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// The same call by curl: its status, 0 where there was no connection. None where there is no curl.
    fn curl(&self, url: &str, token: &str, with: Option<&Issued>) -> Option<u16> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--output", "/dev/null", "--write-out", "%{http_code}"]);
        curl.arg("--cacert").arg(self.installation.path("ca.pem"));
        if let Some(issued) = with {
            self.installation.write_secret("curl.pem", &format!("{}{}", issued.pem, issued.key));
            curl.arg("--cert").arg(self.installation.path("curl.pem"));
        }
        curl.args(["--header", &format!("Authorization: Bearer {token}"), url]).stdin(Stdio::null());
        let output = curl.output().ok()?;
        String::from_utf8_lossy(&output.stdout).parse().ok()
    }
}

fn trusting(authority: &str, with: Option<&Issued>) -> reqwest::Client {
    hedui::verification::install_crypto_provider();
    let trusted = reqwest::Certificate::from_pem(authority.as_bytes()).expect("a certificate");
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]);
    let identity = with.map(|issued| format!("{}{}", issued.key, issued.pem));
    let builder = match identity {
        None => builder,
        Some(pem) => builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).expect("an identity")),
    };
    builder.build().expect("a client")
}

fn cases(service: &Service) -> String {
    service.url().replacen("http://", "https://", 1) + "/v1/verifications"
}

/// The status of a call; 0 where there was no connection.
async fn status(client: &reqwest::Client, url: &str, token: &str) -> u16 {
    client.get(url).bearer_auth(token).send().await.map_or(0, |answer| answer.status().as_u16())
}

async fn ready(client: &reqwest::Client, url: &str) -> Value {
    let url = url.replace("/v1/verifications", "/readyz");
    send(client.get(url)).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_counts_if_the_authority_issued_it_and_did_not_take_it_back() {
    let place = Place::new("");
    let (own, other) = (place.authority.issue(10, 2090), place.authority.issue(11, 2090));
    let (revoked, over) = (place.authority.issue(12, 2090), place.authority.issue(13, 2021));
    let foreign = Authority::new("elsewhere").issue(10, 2090);
    place.write("crl.pem", &place.authority.revoking(&[12], 2090));
    place.register(&[client("bound", &format!("certificate_sha256 = \"{}\"", fingerprint(&own))), client("free", "")]);
    let service = place.installation.serve().await;
    let url = cases(&service);
    let (bound, free) = (place.token("bound", None), place.token("free", None));
    let confirmed = place.token("free", Some(&own));
    for (what, token, with, expected) in [
        ("its own certificate", &bound, Some(&own), 200),
        ("no certificate", &bound, None, 401),
        ("another caller's", &bound, Some(&other), 401),
        ("one of another authority", &bound, Some(&foreign), 0),
        ("one that ran out", &bound, Some(&over), 0),
        ("one that was revoked", &bound, Some(&revoked), 0),
        ("a caller who is bound to none, without", &free, None, 200),
        ("a caller who is bound to none, with one", &free, Some(&other), 200),
        ("a token bound to the certificate", &confirmed, Some(&own), 200),
        ("a token bound to another certificate", &confirmed, Some(&other), 401),
        ("a token bound to a certificate that is not shown", &confirmed, None, 401),
    ] {
        assert_eq!(status(&place.client(with), &url, token).await, expected, "{what}");
        if let Some(said) = place.curl(&url, token, with) {
            assert_eq!(said, expected, "curl: {what}");
        }
    }
    let problem = send(place.client(None).get(&url).bearer_auth(&bound)).await.json();
    for (key, word) in [("detail", "certificate"), ("detail_zh", "证书")] {
        assert!(problem[key].as_str().is_some_and(|text| text.contains(word)), "{problem}");
    }
    place.installation.verify_audit_beside(service);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_certificates_and_lists_are_put_in_force_and_open_connections_go_on() {
    let place = Place::new("");
    let (own, lost) = (place.authority.issue(10, 2090), place.authority.issue(11, 2090));
    place.register(&[client("free", "")]);
    let service = place.installation.serve().await;
    let (url, token) = (cases(&service), place.token("free", None));
    let (keeps, loses) = (place.client(Some(&own)), place.client(Some(&lost)));
    assert_eq!((status(&keeps, &url, &token).await, status(&loses, &url, &token).await), (200, 200));

    place.write("crl.pem", &place.authority.revoking(&[11], 2021));
    place.until("a list that ran out is refused", async || place.said().contains("ran out at 2021-01-01")).await;
    assert_eq!(status(&loses, &url, &token).await, 200, "what was loaded before stays in force");

    place.write("crl.pem", &place.authority.revoking(&[11], 2090));
    place.until("the lost one is refused", async || status(&loses, &url, &token).await == 0).await;
    assert_eq!(status(&keeps, &url, &token).await, 200);

    let elsewhere = Authority::new("elsewhere");
    let next = elsewhere.issue(1, 2090);
    let newcomer = trusting(&elsewhere.pem, Some(&own));
    assert_eq!(status(&newcomer, &url, &token).await, 0, "it does not know the service yet");
    place.write("own.pem", &next.pem);
    place.until("a certificate without its key is refused", async || place.said().contains("do not fit")).await;
    place.write("own-key.pem", &next.key);
    place.until("the new certificate is shown", async || status(&newcomer, &url, &token).await == 200).await;
    assert_eq!(status(&keeps, &url, &token).await, 200, "over the connection that was made with the former one");
    assert_eq!(status(&place.client(Some(&own)), &url, &token).await, 0, "a new one would be made with the new one");

    service.kill();
    let log = entries(&place.installation.path("data")).await;
    let changes = log.iter().filter(|entry| entry.event.action == Action::SettingsChanged).count();
    assert_eq!(changes, 2, "the list and the pair, each entered");
    place.installation.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_certificates_are_required_nobody_is_served_without_one() {
    let place = Place::new("require_client_certificate = true\n");
    place.register(&[client("free", "")]);
    let service = place.installation.serve().await;
    let (url, token) = (cases(&service), place.token("free", None));
    assert_eq!(status(&place.client(None), &url, &token).await, 0);
    assert_eq!(status(&place.client(Some(&place.authority.issue(10, 2090))), &url, &token).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_register_is_in_force_wholly_or_not_at_all() {
    let place = Place::new("");
    place.register(&[client("stays", ""), client("goes", "")]);
    let service = place.installation.serve().await;
    let url = cases(&service);
    let (stays, goes, comes) = (place.token("stays", None), place.token("goes", None), place.token("comes", None));
    let connection = place.client(None);
    for (token, expected) in [(&stays, 200), (&goes, 200), (&comes, 401)] {
        assert_eq!(status(&connection, &url, token).await, expected);
    }
    assert_eq!(ready(&connection, &url).await["clients"], "current");

    place.register(&[client("stays", ""), client("comes", "disclosure = \"everything\"")]);
    place.until("the fault is told", async || ready(&connection, &url).await["clients"] == "last_good").await;
    assert_eq!(ready(&connection, &url).await["clients_problems"], 1);
    assert!(place.said().contains("clients.toml:") && place.said().contains("unknown level"), "{}", place.said());
    for (token, expected) in [(&stays, 200), (&goes, 200), (&comes, 401)] {
        assert_eq!(status(&connection, &url, token).await, expected, "nothing of a faulty file is in force");
    }

    place.register(&[client("stays", ""), client("comes", "calls_per_second = 1")]);
    place.until("it is in force", async || status(&connection, &url, &goes).await == 401).await;
    assert_eq!(status(&connection, &url, &stays).await, 200, "over the same connection");
    assert_eq!(ready(&connection, &url).await["clients"], "current");

    // One call a second, two at once: a caller who floods is told so, and the other is not touched.
    let mut refused = None;
    for _ in 0..2000 {
        let answer = send(connection.get(&url).bearer_auth(&comes)).await;
        assert_eq!(status(&connection, &url, &stays).await, 200);
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status, 200);
    }
    let refused = refused.expect("more than one a second");
    let wait: u64 = refused.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=2).contains(&wait));
    let problem = refused.json();
    assert_eq!(problem["type"], "urn:hedui:problem:too-many-calls");
    assert!(problem["detail"].is_string() && problem["detail_zh"].is_string(), "{problem}");

    service.kill();
    let log = entries(&place.installation.path("data")).await;
    let of = |action: Action| log.iter().filter(|entry| entry.event.action == action).count();
    assert_eq!((of(Action::Started), of(Action::SettingsChanged)), (1, 1));
    place.installation.verify_audit();
}

#[test]
fn what_cannot_be_served_is_found_before_the_start() {
    let place = Place::new("");
    place.register(&[client("free", "")]);
    let check = || {
        let output = place.installation.run(&["check-config"]);
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (right, said) = check();
    assert!(right, "{said}");
    place.write("crl.pem", &place.authority.revoking(&[], 2021));
    let key = place.installation.path("own-key.pem");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    place.register(&[client("bound", "certificate_sha256 = [\"3a7f\"]"), client("slow", "calls_per_second = 0")]);
    let (right, said) = check();
    assert!(!right);
    for fault in [
        "server.client_crl: ran out at 2021-01-01",
        "clients.toml:6:23: client[0].certificate_sha256",
        "clients.toml:12:20: client[1].calls_per_second",
    ] {
        assert!(said.contains(fault), "{fault}: {said}");
    }
    std::fs::set_permissions(&key, open).expect("a mode");
    let (right, said) = check();
    assert!(!right && said.contains("server.tls_key") && said.contains("chmod 0600"), "{said}");
    let refused = place.installation.run(&["serve"]);
    assert!(!refused.status.success());
}
