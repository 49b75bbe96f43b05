//! Mutual TLS: the client certificate of the settings, the authorities of the settings, and nothing else.
//!
//! `tls/` holds certificates for 127.0.0.1 made for this test alone; their authority's key was thrown away.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use hedui_connectors::records::{AnswerKind, Failure};
use hedui_connectors::settings::SourceSettings;
use hedui_connectors::{Registry, install_crypto_provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::room::{ask, config_at, failure, key};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

/// A department that speaks only to holders of a certificate of its authority, and always says "nothing held".
fn department() -> String {
    install_crypto_provider();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let secret = PrivateKeyDer::from_pem_file(file("server.pem")).unwrap();
    let config = ServerConfig::builder().with_client_cert_verifier(verifier).with_single_cert(chain, secret).unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut tls = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            let mut request = [0; 4096];
            if tls.read(&mut request).is_ok_and(|read| read > 0) {
                let body = r#"{"infcode":0,"output":null}"#;
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = tls.write_all(format!("{head}{body}").as_bytes());
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    format!("https://{address}")
}

async fn asked(change: impl Fn(&mut SourceSettings)) -> hedui_connectors::source::Reply {
    let mut config = config_at("http://127.0.0.1:1");
    let settings = config.source_mut(&key("medical_insurance"));
    settings.base_url = Some(department());
    settings.retries = 0;
    settings.timeout = std::time::Duration::from_secs(5);
    change(settings);
    ask(&Registry::load(&config).unwrap().get(&key("medical_insurance")).unwrap()).await
}

#[tokio::test]
async fn the_right_certificate_is_let_in() {
    let reply = asked(|settings| {
        settings.client_identity = Some(file("client.pem"));
        settings.ca_file = Some(file("ca.pem"));
    })
    .await;
    assert_eq!(reply.answer.kind(), AnswerKind::NoRecord, "{:?}", reply.note);
}

#[tokio::test]
async fn without_it_or_with_an_unknown_authority_nothing_is_said() {
    let certless = asked(|settings| settings.ca_file = Some(file("ca.pem"))).await;
    assert_eq!(failure(&certless), Some(Failure::Connection));
    let distrusted = asked(|settings| {
        settings.client_identity = Some(file("client.pem"));
        settings.ca_file = Some(file("client.pem"));
    })
    .await;
    assert_eq!(failure(&distrusted), Some(Failure::Connection));
}

#[tokio::test]
async fn an_unusable_file_is_named() {
    let reply = asked(|settings| settings.client_identity = Some(file("absent.pem"))).await;
    assert_eq!(failure(&reply), Some(Failure::NotConfigured));
    let note = reply.note.unwrap();
    assert!(note.starts_with("medical_insurance: client_identity_file: ") && note.contains("absent.pem"), "{note}");
}
