//! A caller of the departments: signs, encodes and decodes as `WIRES.md` says, with nothing shared with the servers.

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hedui_mock_sources::truth::Person;
use hedui_mock_sources::{Config, Key, MockSources};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub retry_after: Option<String>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The text, which must be valid in its encoding.
    pub fn text(&self, encoding: &'static encoding_rs::Encoding) -> String {
        encoding
            .decode_without_bom_handling_and_without_replacement(&self.bytes)
            .expect("valid in its encoding")
            .into_owned()
    }
}

/// Starts the mocks; a small population unless said otherwise.
pub async fn start(config: Config) -> MockSources {
    MockSources::start(config).await.expect("the mocks start")
}

pub fn small() -> Config {
    Config { households: 60, ticket_delay: Duration::ZERO, ..Config::default() }
}

/// A caller of one running set of mocks.
pub struct Client {
    pub http: reqwest::Client,
    pub base: String,
}

static NONCE: AtomicU64 = AtomicU64::new(1);

impl Client {
    pub fn new(sources: &MockSources) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            rustls::crypto::aws_lc_rs::default_provider().install_default().expect("no provider was installed before");
        });
        let http =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().expect("a plain client");
        Self { http, base: sources.base_url() }
    }

    pub fn request(&self, method: Method, key: Key, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/{}{path}", self.base, key.as_str()))
    }

    pub fn absolute(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// HMAC signed, with a nonce of its own.
    pub fn signed(&self, method: Method, key: Key, target: &str, body: &[u8]) -> RequestBuilder {
        let nonce = format!("n{}", NONCE.fetch_add(1, Ordering::SeqCst));
        self.signed_with(method, key, target, body, &nonce, jiff::Timestamp::now().as_second())
    }

    pub fn signed_with(
        &self,
        method: Method,
        key: Key,
        target: &str,
        body: &[u8],
        nonce: &str,
        at: i64,
    ) -> RequestBuilder {
        let text = format!("{method}\n{target}\n{at}\n{nonce}\n{}", hex::encode(Sha256::digest(body)));
        let secret = format!("mock-{}-secret", key.as_str());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        mac.update(text.as_bytes());
        self.request(method, key, target)
            .header("X-App-Id", "hedui")
            .header("X-Timestamp", at.to_string())
            .header("X-Nonce", nonce)
            .header("X-Signature", hex::encode(mac.finalize().into_bytes()))
            .body(body.to_vec())
    }

    /// A request that the department would accept, about somebody; for asynchronous departments the submission.
    pub fn query(&self, key: Key, number: &str, name: &str) -> RequestBuilder {
        let token = format!("Bearer mock-{}-token", key.as_str());
        let api_key = format!("mock-{}-key", key.as_str());
        let post = |path: &str, body: Value| self.request(Method::POST, key, path).body(body.to_string());
        let parameter = |text: &str| percent(text.as_bytes());
        match key {
            Key::HouseholdRegistration => {
                post("/v1/query", json!({ "gmsfhm": number, "xm": name, "csrq": "" })).header("Authorization", token)
            }
            Key::Education => {
                let path = format!("/students?idcard={number}&name={}&year=2026&size=50&cursor=", parameter(name));
                self.request(Method::GET, key, &path).header("X-Api-Key", api_key)
            }
            Key::SocialSecurity => self.soap(number, name, "mock-social_security-token"),
            Key::Health => {
                let body = json!({ "idNo": number, "name": name, "start": "2025-11-02", "end": "2026-11-01" });
                self.signed(Method::POST, key, "/api/person/health", body.to_string().as_bytes())
            }
            Key::Employment => {
                let body = json!({ "idNo": number, "name": name });
                self.signed(Method::POST, key, "/api/employment/query", body.to_string().as_bytes())
            }
            Key::MarketRegulation => {
                post("/entities/search", json!({ "CERNO": number, "NAME": name })).header("apikey", api_key)
            }
            Key::Tax => self.tax(number, name, "mock-tax-secret"),
            Key::CivilMarriage => {
                post("/marriage/query", json!({ "sfzh": number, "xm": name })).header("Authorization", token)
            }
            Key::RealEstate => {
                let body = json!({ "qlrmc": name, "zjh": number, "page": 1, "pageSize": 50 });
                post("/bdc/query", body).header("X-Api-Key", api_key)
            }
            Key::Vehicles => self.vehicles(number, name, "mock-vehicles-token"),
            Key::HousingFund => {
                let path = format!("/gjj?zjhm={number}&xingming={}", parameter(name));
                self.request(Method::GET, key, &path).header("Authorization", token)
            }
            Key::Finance => self.submit(&format!("B{}", NONCE.fetch_add(1, Ordering::SeqCst)), &[(number, name)]),
            Key::Insurance => {
                let file = format!("/inbox/F{}.csv", NONCE.fetch_add(1, Ordering::SeqCst));
                let csv = format!("序号,姓名,证件号码\r\n1,{name},{number}\r\n");
                self.request(Method::PUT, key, &file)
                    .header("X-Api-Key", api_key)
                    .body(encoding_rs::GB18030.encode(&csv).0.into_owned())
            }
            Key::Securities => {
                let body = json!({ "date": "2026-11-01", "persons": [{ "k": "1", "id": number, "name": name }] });
                post("/holdings/batch", body).header("Authorization", token)
            }
            Key::Disability => {
                let path = format!("/cert?idcard={number}&name={}", parameter(name));
                self.request(Method::GET, key, &path).header("X-Api-Key", api_key)
            }
            Key::MedicalInsurance => {
                let body =
                    json!({ "certno": number, "psn_name": name, "begndate": "2025-11-02", "enddate": "2026-11-01" });
                post("/fixmedins/settle/query", body).header("X-Api-Key", api_key)
            }
            Key::CivilAssistance => {
                let body = json!({ "list": [{ "no": "1", "idno": number, "name": name }] });
                post("/assist/batch", body).header("Authorization", token)
            }
            Key::Veterans => {
                let path = format!("/tyjr?sfz={number}&xm={}", parameter(name));
                self.request(Method::GET, key, &path).header("X-Api-Key", api_key)
            }
            Key::Justice => self.justice(number, name),
            Key::Agriculture => self.agriculture(&[(number, name)]),
        }
    }

    pub fn justice(&self, number: &str, name: &str) -> RequestBuilder {
        let text = format!("<?xml version=\"1.0\" encoding=\"GBK\"?><cx><zjhm>{number}</zjhm><xm>{name}</xm></cx>");
        let body = encoding_rs::GBK.encode(&text).0.into_owned();
        let request = self.signed(Method::POST, Key::Justice, "/sfxt/ry/query", &body);
        request.header("Content-Type", "text/xml; charset=GBK")
    }

    pub fn agriculture(&self, people: &[(&str, &str)]) -> RequestBuilder {
        let rows = people.iter().zip(1..).map(|((number, name), place)| format!("{place},{name},{number}\r\n"));
        let text = format!("序号,姓名,证件号码\r\n{}", rows.collect::<String>());
        self.request(Method::POST, Key::Agriculture, "/hnbt/batch")
            .header("Content-Type", "text/csv; charset=GB18030")
            .header("Authorization", "Bearer mock-agriculture-token")
            .body(encoding_rs::GB18030.encode(&text).0.into_owned())
    }

    pub fn soap(&self, number: &str, name: &str, token: &str) -> RequestBuilder {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"GB18030\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header><auth:Token xmlns:auth=\"urn:auth\">{token}</auth:Token></soap:Header><soap:Body><q:queryPerson xmlns:q=\"urn:hrss\"><q:AAC002>{number}</q:AAC002><q:AAC003>{name}</q:AAC003><q:from>202511</q:from><q:to>202611</q:to></q:queryPerson></soap:Body></soap:Envelope>"
        );
        self.request(Method::POST, Key::SocialSecurity, "/ws/SocialService")
            .header("Content-Type", "text/xml; charset=GB18030")
            .header("SOAPAction", "\"urn:queryPerson\"")
            .body(encoding_rs::GB18030.encode(&text).0.into_owned())
    }

    pub fn tax(&self, number: &str, name: &str, secret: &str) -> RequestBuilder {
        let mut parameters = [
            ("appid", "hedui"),
            ("method", "grsds.query"),
            ("nsrxm", name),
            ("sfzjhm", number),
            ("sksq", "2025-11"),
            ("sksz", "2026-11"),
            ("timestamp", "20261101120000"),
        ];
        parameters.sort();
        let joined: Vec<String> = parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let sign = hex::encode_upper(Sha256::digest(format!("{secret}{}{secret}", joined.join("&"))));
        let form: Vec<String> =
            parameters.iter().map(|(key, value)| format!("{key}={}", percent(value.as_bytes()))).collect();
        self.request(Method::POST, Key::Tax, "/gateway")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("{}&sign={sign}", form.join("&")))
    }

    pub fn vehicles(&self, number: &str, name: &str, token: &str) -> RequestBuilder {
        let mut gbk = Vec::new();
        for character in name.chars() {
            let text = character.to_string();
            let (bytes, _, lost) = encoding_rs::GBK.encode(&text);
            gbk.extend_from_slice(if lost { b"?" } else { &bytes });
        }
        self.request(Method::POST, Key::Vehicles, "/jdc/query")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("sfzmhm={number}&syr={}&token={token}", percent(&gbk)))
    }

    pub fn submit(&self, batch: &str, people: &[(&str, &str)]) -> RequestBuilder {
        let items: Vec<Value> = people
            .iter()
            .enumerate()
            .map(|(index, (number, name))| json!({ "seq": index + 1, "idNo": number, "name": name }))
            .collect();
        let body = json!({ "batchNo": batch, "asOf": "2026-11-01", "items": items });
        self.signed(Method::POST, Key::Finance, "/batch/submit", body.to_string().as_bytes())
    }

    pub async fn execute(&self, request: reqwest::Request) -> Answer {
        read(self.http.execute(request).await.expect("an answer")).await.expect("a body")
    }

    pub async fn ask(&self, key: Key, person: &Person) -> Answer {
        send(self.query(key, &person.id_number, &person.name)).await
    }
}

/// Sends and reads the whole answer.
pub async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.expect("an answer")
}

pub async fn try_send(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    read(request.send().await?).await
}

async fn read(mut response: reqwest::Response) -> Result<Answer, reqwest::Error> {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (content_type, retry_after) = (header("content-type").unwrap_or_default(), header("retry-after"));
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(Answer { status, content_type, retry_after, bytes })
}

pub fn percent(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

/// Text between two tags, each time they occur.
pub fn between<'a>(text: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    text.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
}

/// Whether an absent value is written in one of the three ways.
pub fn absent(row: &Value, field: &str) -> bool {
    row.get(field).is_none_or(|value| value.is_null() || value == "")
}
