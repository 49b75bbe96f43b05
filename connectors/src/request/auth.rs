//! How a department knows who is asking: tokens, keys, signatures. Secrets come in from outside and go into the request alone.

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HeaderName};
use sha2::{Digest, Sha256};

use super::{Prepared, insert};
use crate::template::{Signing, Template, Values};

/// A definition's way of authentication. A client certificate is a matter of settings and goes with any of them.
#[derive(Clone, Debug)]
pub(crate) enum Auth {
    /// Nothing.
    Open,
    /// `Authorization: Bearer …`.
    Bearer,
    /// The key in a header.
    ApiKey { header: HeaderName },
    /// HMAC-SHA256 over a template, hex, with app id, time and nonce in headers.
    Hmac(Box<HmacSpec>),
    /// SHA-256 over the sorted form parameters, put among them.
    SignedParameters { parameter: String, text: Template, upper_case: bool },
    /// `{secret}` stands in the request's own template.
    InRequest,
}

/// Where an HMAC's parts go.
#[derive(Clone, Debug)]
pub(crate) struct HmacSpec {
    pub(crate) app_id_header: HeaderName,
    pub(crate) timestamp_header: HeaderName,
    pub(crate) nonce_header: HeaderName,
    pub(crate) signature_header: HeaderName,
    pub(crate) text: Template,
}

impl Auth {
    /// Whether a secret is needed.
    pub(crate) fn needs_secret(&self) -> bool {
        !matches!(self, Self::Open)
    }

    /// Adds the signature to a form, where signatures are parameters.
    pub(crate) fn sign_parameters(&self, fields: &mut Vec<(String, String)>, values: &Values<'_>) {
        let Self::SignedParameters { parameter, text, upper_case } = self else { return };
        fields.sort();
        let parameters = fields.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&");
        let signing = Signing { parameters, ..Signing::default() };
        let text = text.render(&Values { signing: Some(&signing), ..*values });
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        fields.push((parameter.clone(), if *upper_case { digest.to_uppercase() } else { digest }));
    }

    /// Adds what goes into headers. Called for each attempt: time and nonce are new every time.
    pub(crate) fn sign_headers(&self, prepared: &mut Prepared, values: &Values<'_>) {
        match self {
            Self::Open | Self::InRequest | Self::SignedParameters { .. } => {}
            Self::Bearer => insert(&mut prepared.headers, AUTHORIZATION, &format!("Bearer {}", values.secret)),
            Self::ApiKey { header } => insert(&mut prepared.headers, header.clone(), values.secret),
            Self::Hmac(spec) => {
                let signing = Signing {
                    method: prepared.method.to_string(),
                    path: prepared.path_and_query.clone(),
                    timestamp: jiff::Timestamp::now().as_second().to_string(),
                    nonce: hex::encode(rand::random::<[u8; 16]>()),
                    body_sha256: hex::encode(Sha256::digest(&prepared.body)),
                    parameters: String::new(),
                };
                let text = spec.text.render(&Values { signing: Some(&signing), ..*values });
                let mut mac = Hmac::<Sha256>::new_from_slice(values.secret.as_bytes()).expect("HMAC takes any key");
                mac.update(text.as_bytes());
                let headers = &mut prepared.headers;
                insert(headers, spec.app_id_header.clone(), values.app_id);
                insert(headers, spec.timestamp_header.clone(), &signing.timestamp);
                insert(headers, spec.nonce_header.clone(), &signing.nonce);
                insert(headers, spec.signature_header.clone(), &hex::encode(mac.finalize().into_bytes()));
            }
        }
    }
}
