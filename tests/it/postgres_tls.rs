//! The link to PostgreSQL over TLS: a server with a certificate, which takes nobody without; the right authority, and every way in which it is not.

use std::process::Child;

use sqlx::{Connection as _, PgConnection};

use super::binary::{DEFAULTS, Installation};
use super::certificates::made::Authority;
use super::cli::{assert_code, err, out};
use super::client::Client;
use super::postgres_server::{binaries, say, start};

/// Only over TLS, but for whoever is on the socket.
const LET_IN: &str = "local all all trust\nhostssl all all 127.0.0.0/8 trust\n";

/// A server that shows the certificate of an authority.
struct Server {
    port: u16,
    /// Kept, so that its standard input stays open; let go before its folder.
    _child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    /// None, with a word about it, where no PostgreSQL is installed: where no skip is allowed, that is a failure.
    async fn new(authority: &Authority, valid_until: i32) -> Option<Self> {
        let Some(binaries) = binaries() else {
            assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "no PostgreSQL, and no skip is allowed");
            say("skipped: no PostgreSQL is installed");
            return None;
        };
        let own = authority.issue(1, valid_until);
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let folder = tempfile::tempdir().expect("a folder");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).expect("the server's user looks into it");
        let place = folder.path().join("server");
        let within = place.display();
        let options = format!(
            "-c listen_addresses=127.0.0.1,127.0.0.2 -c port={port} -c hba_file={within}/hba.conf -c ssl=on \
             -c ssl_cert_file={within}/own.pem -c ssl_key_file={within}/own-key.pem"
        );
        let files = [("own.pem", own.pem.as_str()), ("own-key.pem", own.key.as_str()), ("hba.conf", LET_IN)];
        let child = start(&binaries, &place, &options, &files).expect("a server over TLS");
        let server = Self { port, _child: child, folder };
        let mut admin = server.beside("postgres").await;
        sqlx::raw_sql("CREATE DATABASE hedui").execute(&mut admin).await.expect("a database");
        Some(server)
    }

    /// A session over the socket.
    async fn beside(&self, database: &str) -> PgConnection {
        let folder = self.folder.path().join("server");
        let url = format!("postgres:///{database}?host={}&port={}&user=postgres", folder.display(), self.port);
        PgConnection::connect(&url).await.expect("the server")
    }

    /// The URL of its database, by a host and with what it says of TLS.
    fn url(&self, host: &str, tls: &str) -> String {
        format!("postgres://postgres:geheim@{host}:{}/hedui?{tls}", self.port)
    }
}

/// An installation over a database, and where to put another URL.
fn installation(url: &str, trusted: &Authority) -> Installation {
    let installation = Installation::new("http://127.0.0.1:9", DEFAULTS, "");
    installation.share(url);
    installation.write_secret("database-ca.pem", &trusted.pem);
    installation
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_reached_over_tls_by_its_own_authority_alone() {
    let (authority, elsewhere) = (Authority::new("the office"), Authority::new("elsewhere"));
    let Some(server) = Server::new(&authority, 2090).await else { return };
    let place = installation("postgres://unset@localhost/unset", &authority);
    place.write_secret("other-ca.pem", &elsewhere.pem);
    let trusting = |ca: &str| format!("sslmode=verify-full&sslrootcert={}", place.path(ca).display());

    for (what, url, said) in [
        ("another authority", server.url("127.0.0.1", &trusting("other-ca.pem")), "UnknownIssuer"),
        ("another name", server.url("127.0.0.2", &trusting("database-ca.pem")), "not valid for name \"127.0.0.2\""),
        ("the machine's own authorities", server.url("127.0.0.1", "sslmode=verify-full"), "UnknownIssuer"),
        ("no TLS at all", server.url("127.0.0.1", "sslmode=disable"), "no encryption"),
    ] {
        place.write_secret("database-url", &url);
        let refused = place.run(&["serve"]);
        assert_code(&refused, 1);
        let log = out(&refused) + &err(&refused);
        assert!(log.contains(said), "{what}: {log}");
        assert!(!log.contains("geheim"), "{what}: {log}");
    }

    for host in ["127.0.0.1", "localhost"] {
        place.write_secret("database-url", &server.url(host, &trusting("database-ca.pem")));
        assert_code(&place.run(&["check-config"]), 0);
        let service = place.serve().await;
        assert_eq!(Client::new(service.url(), None).get("/readyz").await.status, 200);
        let sessions =
            "SELECT count(*) FILTER (WHERE s.ssl), count(*) FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
                        WHERE a.datname = 'hedui' AND a.pid <> pg_backend_pid()";
        let mut beside = server.beside("hedui").await;
        let (encrypted, all): (i64, i64) = sqlx::query_as(sessions).fetch_one(&mut beside).await.expect("sessions");
        assert!(all > 0 && encrypted == all, "{encrypted} of {all} sessions are encrypted");
        drop(service);
        place.verify_audit();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_whose_certificate_ran_out_is_not_spoken_to() {
    let authority = Authority::new("the office");
    let Some(server) = Server::new(&authority, 2021).await else { return };
    let place = installation("postgres://unset@localhost/unset", &authority);
    let trusting = format!("sslmode=verify-full&sslrootcert={}", place.path("database-ca.pem").display());
    place.write_secret("database-url", &server.url("127.0.0.1", &trusting));
    let refused = place.run(&["serve"]);
    assert_code(&refused, 1);
    assert!(err(&refused).contains("expired") || out(&refused).contains("expired"), "{}", err(&refused));
}

#[test]
fn a_link_that_leaves_the_machine_below_verify_full_is_refused_with_its_line() {
    let place = installation("postgres://hedui:geheim@db.example/hedui?sslmode=require", &Authority::new("the office"));
    let settings = std::fs::read_to_string(place.path("hedui.toml")).expect("the settings");
    let line = settings.lines().position(|line| line.starts_with("url = ")).expect("the URL's line") + 1;
    for url in ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca&sslrootcert=/ca.pem"] {
        place.write_secret("database-url", &format!("postgres://hedui:geheim@db.example/hedui{url}"));
        for command in ["check-config", "serve"] {
            let refused = place.run(&[command]);
            assert!(!refused.status.success(), "{command} {url}");
            let said = out(&refused) + &err(&refused);
            assert!(said.contains(&format!("hedui.toml:{line}:")) && said.contains("store.url"), "{command}: {said}");
            assert!(said.contains("verify-full") && !said.contains("geheim"), "{command}: {said}");
        }
    }
}
