//! Serving over TLS (rustls, aws-lc-rs), required off the loopback; callers' certificates where settings name an authority for them.
//! Files that were changed are put in force while the service runs.

mod revocation;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use secrecy::ExposeSecret as _;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::config::{CertificateHash, ClientCertificates, TlsFiles};

/// How often the certificate of an open connection is looked at again, if no file changes: it and the lists may have run out.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Why TLS could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {cause}")]
pub struct TlsFault {
    /// Which file.
    pub file: String,
    /// Setting that names it.
    pub key: &'static str,
    /// Why.
    pub cause: String,
}

/// What connections are made with. Clones share it.
#[derive(Clone)]
pub struct Tls {
    files: TlsFiles,
    current: watch::Sender<TlsMade>,
}

/// What the files came to when they were read.
#[derive(Clone)]
pub struct TlsMade {
    config: Arc<ServerConfig>,
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    hash: [u8; 32],
    lists_until: Option<Timestamp>,
}

impl TlsMade {
    /// SHA-256 of the files that were read: certificate, authority, revocation lists; the private key is left out.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

impl Tls {
    /// Reads the PEM files.
    ///
    /// # Errors
    /// What is wrong with the files, and their fit.
    pub fn read(files: &TlsFiles, now: Timestamp) -> Result<Self, TlsFault> {
        Ok(Self { files: files.clone(), current: watch::Sender::new(made(files, now)?) })
    }

    /// Reads the files again; none when they hold what is in force.
    ///
    /// # Errors
    /// As [`Tls::read`]; what is in force stays.
    pub fn read_again(&self, now: Timestamp) -> Result<Option<TlsMade>, TlsFault> {
        let made = made(&self.files, now)?;
        let same = made.hash == self.current.borrow().hash;
        Ok((!same).then_some(made))
    }

    /// Puts in force what was read: for all further connections. Open ones go on, but for those whose certificate is refused now.
    pub fn replace(&self, made: TlsMade) {
        self.current.send_replace(made);
    }

    /// The files it is made from.
    #[must_use]
    pub fn files(&self) -> &TlsFiles {
        &self.files
    }

    /// When the first of the revocation lists in force runs out; from then on callers with certificates are refused.
    #[must_use]
    pub fn lists_until(&self) -> Option<Timestamp> {
        self.current.borrow().lists_until
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.borrow().config.clone())
    }

    /// The certificate by which a caller is known, of those that a connection presented.
    pub(super) fn presented(&self, chain: Option<&[CertificateDer<'static>]>) -> Option<Presented> {
        chain.filter(|chain| !chain.is_empty()).map(|chain| Presented { tls: self.clone(), chain: chain.to_vec() })
    }
}

/// A certificate that was good when its connection was made.
pub(super) struct Presented {
    tls: Tls,
    chain: Vec<CertificateDer<'static>>,
}

impl Presented {
    pub(super) fn hash(&self) -> CertificateHash {
        CertificateHash::of(&self.chain[0])
    }

    /// Ends when the certificate is good no longer: it, or a list, ran out, or other files refuse it.
    pub(super) async fn refused(&self) {
        let mut changes = self.tls.current.subscribe();
        // Files may have changed between handshake and here.
        while self.is_good(&changes.borrow_and_update()) {
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    fn is_good(&self, under: &TlsMade) -> bool {
        let checked = |verifier: &Arc<dyn ClientCertVerifier>| {
            verifier.verify_client_cert(&self.chain[0], &self.chain[1..], UnixTime::now()).is_ok()
        };
        under.verifier.as_ref().is_some_and(checked)
    }
}

fn fault(file: &Path, key: &'static str, cause: impl ToString) -> TlsFault {
    TlsFault { file: file.display().to_string(), key, cause: cause.to_string() }
}

/// Every item of one kind in a PEM file, at least one; its bytes are added to the hash.
fn items<T: PemObject>(file: &Path, key: &'static str, what: &str, hash: &mut Sha256) -> Result<Vec<T>, TlsFault> {
    let text = std::fs::read(file).map_err(|error| fault(file, key, format!("cannot be read: {error}")))?;
    hash.update(Sha256::digest(&text));
    let items: Result<Vec<T>, _> = T::pem_slice_iter(&text).collect();
    let items = items.map_err(|error| fault(file, key, format!("is not PEM: {error}")))?;
    if items.is_empty() { Err(fault(file, key, format!("holds no {what} (PEM)"))) } else { Ok(items) }
}

fn private_key(files: &TlsFiles) -> Result<PrivateKeyDer<'static>, TlsFault> {
    let key = "server.tls_key";
    let nameless =
        |cause: &dyn std::fmt::Display| TlsFault { file: "hedui.toml".into(), key, cause: cause.to_string() };
    let path = files.key.path().map_err(|error| nameless(&error))?.unwrap_or_default();
    let text = files.key.read().map_err(|error| fault(&path, key, error))?;
    // What the reader says is left out: it could quote the key.
    PrivateKeyDer::from_pem_slice(text.expose_secret().as_bytes())
        .map_err(|_| fault(&path, key, "holds no private key (PEM)"))
}

fn made(files: &TlsFiles, now: Timestamp) -> Result<TlsMade, TlsFault> {
    let mut hash = Sha256::new();
    let chain: Vec<CertificateDer<'static>> =
        items(&files.certificate, "server.tls_certificate", "certificate", &mut hash)?;
    let private = private_key(files)?;
    let of_certificate = |cause: String| fault(&files.certificate, "server.tls_certificate", cause);
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| of_certificate(error.to_string()))?;
    let (verifier, lists_until) = match &files.clients {
        None => (None, None),
        Some(clients) => {
            let (verifier, until) = verifier(clients, now, &mut hash)?;
            (Some(verifier), until)
        }
    };
    let builder = match &verifier {
        None => builder.with_no_client_auth(),
        Some(verifier) => builder.with_client_cert_verifier(Arc::clone(verifier)),
    };
    let mut config = builder
        .with_single_cert(chain, private)
        .map_err(|error| of_certificate(format!("certificate and key do not fit each other: {error}")))?;
    if verifier.is_some() {
        // A resumed session is not held against the lists again.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(TlsMade { config: Arc::new(config), verifier, hash: hash.finalize().into(), lists_until })
}

/// Who checks callers' certificates, and until when the lists reach. With revocation lists, a certificate is refused whose authority has none
/// among them, or one that has run out.
fn verifier(
    clients: &ClientCertificates,
    now: Timestamp,
    hash: &mut Sha256,
) -> Result<(Arc<dyn ClientCertVerifier>, Option<Timestamp>), TlsFault> {
    let (ca, ca_key, crl_key) = (&clients.authority, "server.client_ca", "server.client_crl");
    let mut roots = RootCertStore::empty();
    for certificate in items::<CertificateDer<'static>>(ca, ca_key, "certificate", hash)? {
        roots.add(certificate).map_err(|error| fault(ca, ca_key, error))?;
    }
    let (mut lists, mut until) = (Vec::new(), None::<Timestamp>);
    for file in &clients.revoked {
        let held: Vec<CertificateRevocationListDer<'static>> = items(file, crl_key, "revocation list", hash)?;
        for list in &held {
            let ends = revocation::in_date(list, now).map_err(|cause| fault(file, crl_key, cause))?;
            until = Some(until.map_or(ends, |until| until.min(ends)));
        }
        lists.extend(held);
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
    let builder = builder.with_crls(lists).enforce_revocation_expiration();
    let builder = if clients.required { builder } else { builder.allow_unauthenticated() };
    let list = clients.revoked.first().unwrap_or(ca);
    let verifier = builder.build().map_err(|error| fault(list, crl_key, error))?;
    Ok((verifier, until))
}
