//! A bare client: reqwest and the wires as mock-sources/WIRES.md describes them. It makes the calls a case makes, in parallel,
//! parses every body whole, and forgets it. No retries, limits, matching, rules, log, store or report.

use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{GB18030, GBK};
use futures_util::future::join_all;
use futures_util::join;
use hedui_mock_sources::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::bodies;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The client.
pub(crate) struct Bare {
    pub(crate) http: Client,
    base_url: String,
    /// Makes nonces, batch numbers and file names.
    count: AtomicU64,
}

struct Person<'a> {
    id: &'a str,
    name: &'a str,
}

impl Bare {
    pub(crate) fn new(base_url: &str) -> Self {
        hedui::verification::install_crypto_provider();
        let http = Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { http, base_url: base_url.to_owned(), count: AtomicU64::new(0) }
    }

    /// All calls of one case.
    pub(crate) async fn verify(&self, request: &Value) {
        let members = request["household"]["members"].as_array().expect("members");
        let text = |value: &'static str| move |member: &'_ Value| member[value].as_str().map(str::to_owned);
        let (ids, names): (Vec<_>, Vec<_>) =
            members.iter().map(|member| (text("id_number")(member), text("name")(member))).unzip();
        let people: Vec<Person<'_>> =
            ids.iter().flatten().zip(names.iter().flatten()).map(|(id, name)| Person { id, name }).collect();
        let each = join_all(people.iter().map(|person| self.person(person)));
        join!(
            each,
            self.finance(&people),
            self.insurance(&people),
            self.securities(&people),
            self.civil_assistance(&people),
            self.agriculture(&people)
        );
    }

    /// The departments that are asked about one person at a time.
    async fn person(&self, person: &Person<'_>) {
        let Person { id, name } = person;
        let birth = &id[6..14];
        let household =
            self.json_call(Key::HouseholdRegistration, "/v1/query", json!({"gmsfhm": id, "xm": name, "csrq": birth}));
        let health = self.signed_json(
            Key::Health,
            "/api/person/health",
            json!({"idNo": id, "name": name, "start": "2025-11-02", "end": "2026-11-01"}),
        );
        let employment = self.signed_json(Key::Employment, "/api/employment/query", json!({"idNo": id, "name": name}));
        let market = self.json_call(Key::MarketRegulation, "/entities/search", json!({"CERNO": id, "NAME": name}));
        let marriage = self.json_call(Key::CivilMarriage, "/marriage/query", json!({"sfzh": id, "xm": name}));
        let medical = json!({"certno": id, "psn_name": name, "begndate": "2025-11-02", "enddate": "2026-11-01"});
        let medical = self.json_call(Key::MedicalInsurance, "/fixmedins/settle/query", medical);
        join!(
            household,
            health,
            employment,
            market,
            marriage,
            medical,
            self.education(person),
            self.social_security(person),
            self.tax(person),
            self.real_estate(person),
            self.vehicles(person),
            self.housing_fund(person),
            self.disability(person),
            self.veterans(person),
            self.justice(person)
        );
    }

    async fn education(&self, person: &Person<'_>) {
        let mut cursor = String::new();
        loop {
            let (id, name) = (percent(person.id.as_bytes()), percent(person.name.as_bytes()));
            let path =
                format!("/students?idcard={id}&name={name}&year=2026&size=2&cursor={}", percent(cursor.as_bytes()));
            let page = bodies::json(&send(self.get(Key::Education, &path)).await);
            match page["next"].as_str() {
                Some(next) if !next.is_empty() => cursor = next.to_owned(),
                _ => return,
            }
        }
    }

    async fn social_security(&self, person: &Person<'_>) {
        let Person { id, name } = person;
        let token = Key::SocialSecurity.credential();
        let envelope = format!(
            "<?xml version=\"1.0\" encoding=\"GB18030\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\
             <soap:Header><auth:Token xmlns:auth=\"urn:auth\">{token}</auth:Token></soap:Header><soap:Body><q:queryPerson \
             xmlns:q=\"urn:hrss\"><q:AAC002>{id}</q:AAC002><q:AAC003>{name}</q:AAC003><q:from>202511</q:from><q:to>202610</q:to>\
             </q:queryPerson></soap:Body></soap:Envelope>"
        );
        let request = self.post(Key::SocialSecurity, "/ws/SocialService").header("SOAPAction", "\"urn:queryPerson\"");
        let request = request.header("Content-Type", "text/xml; charset=GB18030");
        let body = send(request.body(GB18030.encode(&envelope).0.into_owned())).await;
        bodies::xml(&GB18030.decode(&body).0);
    }

    async fn tax(&self, person: &Person<'_>) {
        let now =
            jiff::tz::Offset::constant(8).to_datetime(jiff::Timestamp::now()).strftime("%Y%m%d%H%M%S").to_string();
        let mut parameters = [
            ("appid", "hedui"),
            ("method", "grsds.query"),
            ("nsrxm", person.name),
            ("sfzjhm", person.id),
            ("sksq", "2025-11"),
            ("sksz", "2026-10"),
            ("timestamp", &now),
        ];
        parameters.sort_unstable();
        let joined = |value: fn(&str) -> String| {
            parameters.iter().map(|(key, text)| format!("{key}={}", value(text))).collect::<Vec<_>>().join("&")
        };
        let secret = Key::Tax.credential();
        let sign = hex::encode_upper(Sha256::digest(format!("{secret}{}{secret}", joined(str::to_owned))));
        let form = format!("{}&sign={sign}", joined(|text| percent(text.as_bytes())));
        let body = send(self.post(Key::Tax, "/gateway").header(FORM.0, FORM.1).body(form)).await;
        bodies::xml(std::str::from_utf8(&body).expect("UTF-8"));
    }

    async fn real_estate(&self, person: &Person<'_>) {
        let mut page = 1;
        loop {
            let body = json!({"qlrmc": person.name, "zjh": person.id, "page": page, "pageSize": 20});
            let answer = self.json_call(Key::RealEstate, "/bdc/query", body).await;
            if answer["pages"].as_u64().is_none_or(|pages| pages <= page) {
                return;
            }
            page += 1;
        }
    }

    async fn vehicles(&self, person: &Person<'_>) {
        let name = percent(&GBK.encode(person.name).0);
        let form = format!("sfzmhm={}&syr={name}&token={}", person.id, Key::Vehicles.credential());
        let request = self.http.post(self.url(Key::Vehicles, "/jdc/query")).header(FORM.0, FORM.1);
        bodies::json_in(GBK, &send(request.body(form)).await);
    }

    async fn housing_fund(&self, person: &Person<'_>) {
        let path = format!("/gjj?zjhm={}&xingming={}", person.id, percent(person.name.as_bytes()));
        let body = send(self.get(Key::HousingFund, &path)).await;
        bodies::xml(std::str::from_utf8(&body).expect("UTF-8"));
    }

    async fn disability(&self, person: &Person<'_>) {
        let path = format!("/cert?idcard={}&name={}", person.id, percent(person.name.as_bytes()));
        bodies::json(&send(self.get(Key::Disability, &path)).await);
    }

    async fn veterans(&self, person: &Person<'_>) {
        let path = format!("/tyjr?sfz={}&xm={}", person.id, percent(person.name.as_bytes()));
        let body = send(self.get(Key::Veterans, &path)).await;
        bodies::csv(std::str::from_utf8(&body).expect("UTF-8"));
    }

    async fn justice(&self, person: &Person<'_>) {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"GBK\"?><cx><zjhm>{}</zjhm><xm>{}</xm></cx>",
            person.id, person.name
        );
        let body = GBK.encode(&text).0.into_owned();
        let request = self.signed(Key::Justice, "POST", "/sfxt/ry/query", body);
        let body = send(request.header("Content-Type", "text/xml; charset=GBK")).await;
        bodies::xml(&GBK.decode(&body).0);
    }

    async fn agriculture(&self, people: &[Person<'_>]) {
        let row = |(index, person): (usize, &Person<'_>)| format!("{},{},{}\r\n", index + 1, person.name, person.id);
        let rows: String = people.iter().enumerate().map(row).collect();
        let body = GB18030.encode(&format!("序号,姓名,证件号码\r\n{rows}")).0.into_owned();
        let body = send(self.post(Key::Agriculture, "/hnbt/batch").body(body)).await;
        bodies::csv(&GB18030.decode(&body).0);
    }

    async fn finance(&self, people: &[Person<'_>]) {
        let item =
            |(index, person): (usize, &Person<'_>)| json!({"seq": index + 1, "idNo": person.id, "name": person.name});
        let items: Vec<Value> = people.iter().enumerate().map(item).collect();
        let body = json!({"batchNo": self.unique(), "asOf": "2026-11-01", "items": items});
        let receipt = self.signed_json(Key::Finance, "/batch/submit", body).await;
        let ticket = receipt["ticket"].as_str().expect("a ticket");
        let state = format!("/batch/status?ticket={ticket}");
        bodies::json(&send(self.signed(Key::Finance, "GET", &state, Vec::new())).await);
        let result = format!("/batch/result?ticket={ticket}");
        bodies::lines(&send(self.signed(Key::Finance, "GET", &result, Vec::new())).await);
    }

    async fn insurance(&self, people: &[Person<'_>]) {
        let rows: String = people
            .iter()
            .enumerate()
            .map(|(index, person)| format!("{},{},{}\r\n", index + 1, person.name, person.id))
            .collect();
        let file = GB18030.encode(&format!("序号,姓名,证件号码\r\n{rows}")).0.into_owned();
        let name = self.unique();
        let put = self.http.put(self.url(Key::Insurance, &format!("/inbox/{name}.csv"))).body(file);
        send(put.header("X-Api-Key", Key::Insurance.credential())).await;
        let body = send(self.get(Key::Insurance, &format!("/outbox/{name}.csv"))).await;
        bodies::csv(&GB18030.decode(&body).0);
    }

    async fn securities(&self, people: &[Person<'_>]) {
        let person = |(index, person): (usize, &Person<'_>)| json!({"k": (index + 1).to_string(), "id": person.id, "name": person.name});
        let persons: Vec<Value> = people.iter().enumerate().map(person).collect();
        self.json_call(Key::Securities, "/holdings/batch", json!({"date": "2026-11-01", "persons": persons})).await;
    }

    async fn civil_assistance(&self, people: &[Person<'_>]) {
        let person = |(index, person): (usize, &Person<'_>)| json!({"no": (index + 1).to_string(), "idno": person.id, "name": person.name});
        let list: Vec<Value> = people.iter().enumerate().map(person).collect();
        self.json_call(Key::CivilAssistance, "/assist/batch", json!({"list": list})).await;
    }

    fn url(&self, key: Key, path: &str) -> String {
        format!("{}/{}{path}", self.base_url, key.as_str())
    }

    fn get(&self, key: Key, path: &str) -> RequestBuilder {
        authenticated(self.http.get(self.url(key, path)), key)
    }

    fn post(&self, key: Key, path: &str) -> RequestBuilder {
        authenticated(self.http.post(self.url(key, path)), key)
    }

    async fn json_call(&self, key: Key, path: &str, body: Value) -> Value {
        bodies::json(&send(self.post(key, path).header(JSON.0, JSON.1).body(body.to_string())).await)
    }

    async fn signed_json(&self, key: Key, path: &str, body: Value) -> Value {
        bodies::json(&send(self.signed(key, "POST", path, body.to_string().into_bytes()).header(JSON.0, JSON.1)).await)
    }

    fn signed(&self, key: Key, method: &str, path: &str, body: Vec<u8>) -> RequestBuilder {
        let (time, nonce) = (jiff::Timestamp::now().as_second(), self.unique());
        let text = format!("{method}\n{path}\n{time}\n{nonce}\n{}", hex::encode(Sha256::digest(&body)));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.credential().as_bytes()).expect("a key of any length");
        mac.update(text.as_bytes());
        let url = self.url(key, path);
        let request = if method == "GET" { self.http.get(url) } else { self.http.post(url) };
        let request = request.header("X-App-Id", "hedui").header("X-Timestamp", time).header("X-Nonce", nonce);
        request.header("X-Signature", hex::encode(mac.finalize().into_bytes())).body(body)
    }

    fn unique(&self) -> String {
        format!("bare-{}", self.count.fetch_add(1, Ordering::Relaxed))
    }
}

fn authenticated(request: RequestBuilder, key: Key) -> RequestBuilder {
    let credential = key.credential();
    match key {
        Key::HouseholdRegistration
        | Key::CivilMarriage
        | Key::HousingFund
        | Key::Securities
        | Key::CivilAssistance
        | Key::Agriculture => request.header("Authorization", format!("Bearer {credential}")),
        Key::MarketRegulation => request.header("apikey", credential),
        _ => request.header("X-Api-Key", credential),
    }
}

#[expect(clippy::disallowed_methods, reason = "the mock departments of this bench send small bodies")]
async fn send(request: RequestBuilder) -> Vec<u8> {
    let response = request.send().await.expect("an answer");
    assert!(
        response.status().is_success() && response.status() != StatusCode::NO_CONTENT,
        "HTTP {}",
        response.status()
    );
    response.bytes().await.expect("a whole answer").into()
}

fn percent(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
