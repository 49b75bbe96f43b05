//! Certificates, revocation lists and tokens, made for a test.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hedui::config::CertificateHash;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, RevokedCertParams, SerialNumber, date_time_ymd,
};
use serde_json::{Value, json};

/// An authority for certificates.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub struct Issued {
    pub pem: String,
    pub key: String,
    hash: CertificateHash,
}

impl Issued {
    /// As OpenSSL prints it, but for the colons.
    pub fn fingerprint(&self) -> String {
        hex::encode(self.hash.as_bytes())
    }

    /// As tokens name it (RFC 8705).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.hash.as_bytes())
    }
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate good until a year.
    pub fn issue(&self, serial: u64, until: i32) -> Issued {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, "caller");
        params.serial_number = Some(SerialNumber::from(serial));
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Issued { pem: certificate.pem(), key: key.serialize_pem(), hash: CertificateHash::of(certificate.der()) }
    }

    /// A list of the revoked, good until a year.
    pub fn revoking(&self, serials: &[u64], until: i32) -> String {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).expect("a list").pem().expect("PEM")
    }
}

/// Signs tokens in the name of the tests' issuer.
pub struct Signer(KeyPair);

impl Signer {
    pub fn new() -> Self {
        Self(KeyPair::generate().expect("a key"))
    }

    /// The public key, for the issuer's key set.
    pub fn jwk(&self) -> Value {
        let point = self.0.der_bytes();
        let [x, y] = [&point[1..33], &point[33..65]].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "test", "x": x, "y": y })
    }

    /// A caseworker's token.
    pub fn token(&self, id: &str, organisation: &str, cnf: Option<Value>) -> String {
        let now = hedui::telemetry::Clock::system().now().as_second();
        let mut claims = json!({
            "iss": "hedui-demo", "aud": "hedui", "sub": id, "org": organisation, "nbf": now, "exp": now + 3600,
            "regions": ["620422"], "roles": ["caseworker"], "scope": "report:read",
        });
        if let Some(cnf) = cnf {
            claims["cnf"] = cnf;
        }
        let header = Header { kid: Some("test".into()), ..Header::new(Algorithm::ES256) };
        let key = EncodingKey::from_ec_der(&self.0.serialize_der());
        jsonwebtoken::encode(&header, &claims, &key).expect("a token")
    }
}
