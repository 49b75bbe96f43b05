//! The HTTP client of one source: no proxies, no redirects, only the configured address, its own TLS identity.

use std::sync::Once;
use std::time::Duration;

use reqwest::{Certificate, Client, Identity, Url, redirect};
use secrecy::SecretString;

use crate::secret_place::SecretFault;
use crate::settings::SourceSettings;

/// Makes aws-lc-rs the TLS provider of this process. May be called any number of times.
pub fn install_crypto_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // another part of the process may have installed one already: that one stays
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    });
}

/// What is missing before a source can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotConfigured {
    #[error("base_url is missing")]
    NoAddress,
    #[error("base_url is no address")]
    Address,
    #[error("secret is missing: name an environment variable or a file")]
    NoSecret,
    #[error("secret: {0}")]
    Secret(#[from] SecretFault),
    #[error("{key}: {path} cannot be used: {reason}")]
    File { key: &'static str, path: String, reason: String },
    #[error("the HTTP client cannot be built")]
    Client,
}

/// An address with the means to call it.
pub(crate) struct Line {
    pub(crate) client: Client,
    base_url: Url,
    pub(crate) secret: SecretString,
    pub(crate) app_id: String,
}

impl Line {
    pub(crate) fn new(settings: &SourceSettings, needs_secret: bool) -> Result<Self, NotConfigured> {
        let base_url = settings.base_url.clone().ok_or(NotConfigured::NoAddress)?;
        let secret = match &settings.secret {
            Some(secret) => secret.resolve()?,
            None if needs_secret => return Err(NotConfigured::NoSecret),
            None => SecretString::default(),
        };
        install_crypto_provider();
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(settings.timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("hedui/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &settings.ca_file {
            let certificates = read(path, "ca_file")?;
            let certificates = Certificate::from_pem_bundle(&certificates)
                .map_err(|_| unusable("ca_file", path, "it holds no PEM certificates"))?;
            builder = builder.tls_certs_only(certificates);
        } else if base_url.starts_with("http://") {
            // nothing is trusted because nothing is encrypted: spares reading the system's store
            builder = builder.tls_certs_only([]);
        }
        if let Some(path) = &settings.client_identity {
            let pem = read(path, "client_identity_file")?;
            let reason = "it does not hold a PEM certificate and its key";
            let identity = Identity::from_pem(&pem).map_err(|_| unusable("client_identity_file", path, reason))?;
            builder = builder.identity(identity);
        }
        let client = builder.build().map_err(|_| NotConfigured::Client)?;
        let base_url = Url::parse(&base_url).map_err(|_| NotConfigured::Address)?;
        Ok(Self { client, base_url, secret, app_id: settings.app_id.clone() })
    }

    /// The address of a path with its query, which begins with `/` and is percent-encoded.
    pub(crate) fn url(&self, path_and_query: &str) -> Url {
        let mut url = self.base_url.clone();
        let (path, query) =
            path_and_query.split_once('?').map_or((path_and_query, None), |(path, query)| (path, Some(query)));
        url.set_path(&[self.base_url.path().trim_end_matches('/'), path].concat());
        url.set_query(query);
        url
    }
}

fn read(path: &std::path::Path, key: &'static str) -> Result<Vec<u8>, NotConfigured> {
    std::fs::read(path).map_err(|error| unusable(key, path, &error.to_string()))
}

fn unusable(key: &'static str, path: &std::path::Path, reason: &str) -> NotConfigured {
    NotConfigured::File { key, path: path.display().to_string(), reason: reason.to_owned() }
}
