//! Serving over TLS (rustls, aws-lc-rs): required off the loopback.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Why TLS could not be set up.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing or not PEM.
    #[error("{file}: {cause}")]
    File {
        /// Which file.
        file: String,
        /// Why.
        cause: String,
    },
    /// Certificate and key do not fit.
    #[error("certificate and key do not fit each other: {0}")]
    Pair(#[from] rustls::Error),
}

/// Reads a certificate chain and its key from PEM files.
///
/// # Errors
/// [`TlsError`] for the files and their fit.
pub fn tls_acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    Ok(TlsAcceptor::from(Arc::new(server_config(certificate, key)?)))
}

fn server_config(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let fault = |file: &Path, cause: String| TlsError::File { file: file.display().to_string(), cause };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(|error| fault(certificate, error.to_string()))?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|error| fault(certificate, error.to_string()))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| fault(key, error.to_string()))?;
    Ok(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, private)?)
}
