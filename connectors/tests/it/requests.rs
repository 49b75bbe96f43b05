//! The bytes that go out, against the description of the wires; signatures are computed anew here.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::room::{ID, query, source};

async fn sent(name: &str) -> Request {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(400)).mount(&server).await;
    let mut asked = query();
    asked.name = "张三".into();
    source(&server.uri(), name, |_| ()).submit(&[asked]).await;
    server.received_requests().await.unwrap().remove(0)
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).unwrap().to_str().unwrap()
}

#[tokio::test]
async fn bearer_tokens_and_api_keys_go_into_headers() {
    let request = sent("household_registration").await;
    assert_eq!(request.url.path(), "/household_registration/v1/query");
    assert_eq!(header(&request, "authorization"), "Bearer secret-of-household_registration");
    assert_eq!(header(&request, "content-type"), "application/json");
    let request = sent("market_regulation").await;
    assert_eq!(header(&request, "apikey"), "secret-of-market_regulation");
    let request = sent("education").await;
    assert_eq!(header(&request, "x-api-key"), "secret-of-education");
    let query = request.url.query().unwrap();
    assert_eq!(query, format!("cursor=&idcard={ID}&name=%E5%BC%A0%E4%B8%89&size=2&year=2026"));
}

#[tokio::test]
async fn forms_are_in_the_departments_charset() {
    let request = sent("vehicles").await;
    let body = String::from_utf8(request.body).unwrap();
    assert_eq!(body, format!("sfzmhm={ID}&syr=%D5%C5%C8%FD&token=secret-of-vehicles"));
}

#[tokio::test]
async fn soap_is_gb18030_with_the_token_inside() {
    let request = sent("social_security").await;
    assert_eq!(header(&request, "soapaction"), "\"urn:queryPerson\"");
    assert_eq!(header(&request, "content-type"), "text/xml; charset=GB18030");
    let (body, _, broken) = encoding_rs::GB18030.decode(&request.body);
    assert!(!broken && body.starts_with("<?xml version=\"1.0\" encoding=\"GB18030\"?><soap:Envelope"));
    assert!(body.contains("<auth:Token xmlns:auth=\"urn:auth\">secret-of-social_security</auth:Token>"));
    assert!(body.contains("<q:AAC003>张三</q:AAC003><q:from>202511</q:from><q:to>202611</q:to>"));
}

#[tokio::test]
async fn hmac_signs_method_path_time_nonce_and_body() {
    for name in ["health", "employment", "finance"] {
        let request = sent(name).await;
        let path = request.url.path().strip_prefix(&format!("/{name}")).unwrap();
        let body = hex::encode(Sha256::digest(&request.body));
        let (time, nonce) = (header(&request, "x-timestamp"), header(&request, "x-nonce"));
        let text = format!("{}\n{path}\n{time}\n{nonce}\n{body}", request.method);
        let mut mac = Hmac::<Sha256>::new_from_slice(format!("secret-of-{name}").as_bytes()).unwrap();
        mac.update(text.as_bytes());
        assert_eq!(header(&request, "x-signature"), hex::encode(mac.finalize().into_bytes()));
        assert_eq!(header(&request, "x-app-id"), "hedui");
        assert_eq!(nonce.len(), 32);
    }
}

#[tokio::test]
async fn sorted_parameters_are_digested() {
    let request = sent("tax").await;
    let body = String::from_utf8(request.body).unwrap();
    let mut fields: Vec<(String, String)> = body
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), value.replace("%E5%BC%A0%E4%B8%89", "张三")))
        .collect();
    let at = fields.iter().position(|(key, _)| key == "sign").unwrap();
    let (_, sign) = fields.remove(at);
    fields.sort();
    let joined = fields.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&");
    assert!(joined.contains("&sksq=2025-11&sksz=2026-11&"), "{joined}");
    let text = format!("secret-of-tax{joined}secret-of-tax");
    assert_eq!(sign, hex::encode_upper(Sha256::digest(text)));
}

#[tokio::test]
async fn files_and_batches_carry_people_by_number() {
    let request = sent("insurance").await;
    assert_eq!(request.method.as_str(), "PUT");
    let name = request.url.path().strip_prefix("/insurance/inbox/").unwrap().strip_suffix(".csv").unwrap();
    assert!(name.len() == 36 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let (body, _, _) = encoding_rs::GB18030.decode(&request.body);
    assert_eq!(body, format!("序号,姓名,证件号码\r\n1,张三,{ID}\r\n"));
    let body: serde_json::Value = sent("securities").await.body_json().unwrap();
    assert_eq!(body, serde_json::json!({"date": "2026-11-01", "persons": [{"k": "1", "id": ID, "name": "张三"}]}));
    let body: serde_json::Value = sent("finance").await.body_json().unwrap();
    assert_eq!(body["items"], serde_json::json!([{"seq": 1, "idNo": ID, "name": "张三"}]));
}
