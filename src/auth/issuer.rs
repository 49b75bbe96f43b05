//! An issuer of tokens inside the process, for `hedui demo` on the loopback and for tests. Never part of `serve`.

use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use crate::config::{IssuerSettings, KeySource};
use crate::telemetry::Clock;

/// Signs tokens with a key that lives as long as the process.
pub struct LocalIssuer {
    key: EncodingKey,
    jwks: serde_json::Value,
    clock: Clock,
}

/// `iss` of the tokens.
const ISSUER: &str = "hedui-demo";

impl LocalIssuer {
    /// Makes a key.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn new(clock: Clock) -> anyhow::Result<Self> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref())?;
        let point = pair.public_key().as_ref();
        let jwks = serde_json::json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "demo",
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..65]),
        }]});
        Ok(Self { key: EncodingKey::from_ec_der(document.as_ref()), jwks, clock })
    }

    /// Writes the public key set and returns the setting that accepts its tokens.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn publish(&self, directory: &Path) -> std::io::Result<IssuerSettings> {
        let file: PathBuf = directory.join("issuer-jwks.json");
        std::fs::write(&file, self.jwks.to_string())?;
        Ok(IssuerSettings { issuer: ISSUER.into(), algorithm: "ES256".into(), keys: KeySource::File(file) })
    }

    /// The public key set.
    #[must_use]
    pub fn key_set(&self) -> &serde_json::Value {
        &self.jwks
    }

    /// Claims, signed.
    ///
    /// # Errors
    /// When signing fails.
    pub fn signed(&self, claims: &serde_json::Value) -> anyhow::Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("demo".into());
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }

    /// A token for a client, valid for `lifetime_secs`.
    ///
    /// # Errors
    /// When signing fails.
    pub fn token(
        &self,
        client: &crate::config::Client,
        audience: &str,
        scope: &str,
        lifetime_secs: i64,
    ) -> anyhow::Result<String> {
        let now = self.clock.now().as_second();
        let claims = serde_json::json!({
            "iss": ISSUER, "aud": audience, "sub": client.id, "nbf": now, "iat": now, "exp": now + lifetime_secs,
            "jti": uuid::Uuid::now_v7().to_string(), "org": client.organisation, "regions": client.regions,
            "roles": client.roles, "scope": scope,
        });
        self.signed(&claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{AuthError, Authenticator, Permission};
    use crate::config::{AuthSettings, Client, Clients};

    fn client() -> Client {
        Client {
            id: "township".into(),
            organisation: "会宁县会师镇人民政府".into(),
            regions: vec!["620422".into()],
            roles: vec!["client".into()],
            disclosure: crate::config::Disclosure::Full,
            ..Client::default()
        }
    }

    fn authenticator(issuer: &LocalIssuer, directory: &Path, at: &str) -> Authenticator {
        let settings = AuthSettings {
            audience: "hedui".into(),
            issuers: vec![issuer.publish(directory).unwrap()],
            ..AuthSettings::default()
        };
        let clock = Clock::fixed(at.parse().unwrap());
        Authenticator::new(&settings, Clients::new(vec![client()]), clock).unwrap()
    }

    #[test]
    fn a_token_is_good_for_its_time_audience_and_client_only() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = LocalIssuer::new(Clock::fixed("2026-11-01T00:00:00Z".parse().unwrap())).unwrap();
        let token = |client: &Client, audience| format!("Bearer {}", issuer.token(client, audience, "", 600).unwrap());
        let good = token(&client(), "hedui");
        let then = authenticator(&issuer, directory.path(), "2026-11-01T00:05:00Z");
        let caller = then.caller(Some(&good)).unwrap();
        assert!(caller.may(Permission::SubmitCase) && caller.covers_region("620422"));
        assert_eq!(then.caller(None).unwrap_err(), AuthError::Missing);
        assert_eq!(then.caller(Some("Basic abc")).unwrap_err(), AuthError::Missing);
        assert_eq!(then.caller(Some("Bearer abc.def.ghi")).unwrap_err(), AuthError::Invalid);
        assert_eq!(then.caller(Some(&token(&client(), "other"))).unwrap_err(), AuthError::Audience);
        let stranger = Client { id: "stranger".into(), ..client() };
        assert_eq!(then.caller(Some(&token(&stranger, "hedui"))).unwrap_err(), AuthError::Unregistered);
        let mut wider = client();
        wider.roles.push("supervisor".into());
        wider.regions = vec!["62".into(), "620422".into()];
        let narrowed = then.caller(Some(&token(&wider, "hedui"))).unwrap();
        assert_eq!(
            (narrowed.roles.len(), narrowed.regions.len()),
            (1, 1),
            "a token cannot grant what the register does not"
        );
        let late = authenticator(&issuer, directory.path(), "2026-11-01T00:12:00Z");
        assert_eq!(late.caller(Some(&good)).unwrap_err(), AuthError::Expired);
        let early = authenticator(&issuer, directory.path(), "2026-10-31T23:00:00Z");
        assert_eq!(early.caller(Some(&good)).unwrap_err(), AuthError::NotYet);
    }

    #[test]
    fn a_changed_token_and_another_issuers_key_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::fixed("2026-11-01T00:00:00Z".parse().unwrap());
        let issuer = LocalIssuer::new(clock.clone()).unwrap();
        let then = authenticator(&issuer, directory.path(), "2026-11-01T00:05:00Z");
        let forged = LocalIssuer::new(clock).unwrap().token(&client(), "hedui", "", 600).unwrap();
        assert_eq!(then.caller(Some(&format!("Bearer {forged}"))).unwrap_err(), AuthError::Invalid);
        let token = issuer.token(&client(), "hedui", "", 600).unwrap();
        let (rest, signature) = token.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { 'B' } else { 'A' };
        let changed = format!("Bearer {rest}.{first}{}", &signature[1..]);
        assert_eq!(then.caller(Some(&changed)).unwrap_err(), AuthError::Invalid);
    }
}
