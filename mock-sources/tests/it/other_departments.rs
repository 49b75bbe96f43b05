//! Departments that answer in XML, SOAP or CSV.

use hedui_mock_sources::Key;
use reqwest::Method;

use crate::client::{Client, between, send, small, start};

#[tokio::test]
async fn social_security_is_soap_in_gb18030() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let people = &sources.sample_household().members;
    let answer = client.ask(Key::SocialSecurity, &people[0]).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/xml; charset=GB18030"));
    assert!(String::from_utf8(answer.bytes.clone()).is_err());
    let text = answer.text(encoding_rs::GB18030);
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"GB18030\"?><soap:Envelope"));
    let rows = between(&text, "q:jfxx");
    assert_eq!(rows.len(), 3, "three schemes");
    let pension = rows.iter().find(|row| row.contains("<q:AAE140>110</q:AAE140>")).expect("the pension scheme");
    for part in [
        "<q:aae041>202203</q:aae041>",
        "<q:aae042>202610</q:aae042>",
        "<q:aac040>2850.00</q:aac040>",
        "<q:grjf>228.00</q:grjf>",
    ] {
        assert!(pension.contains(part), "{part} in {pension}");
    }
    let text = client.ask(Key::SocialSecurity, &people[2]).await.text(encoding_rs::GB18030);
    let row = between(&text, "q:dyxx")[0];
    for part in
        ["<q:AAE140>170</q:AAE140>", "<q:aae042></q:aae042>", "<q:yjje>193.40</q:yjje>", "<q:jcyl>148.00</q:jcyl>"]
    {
        assert!(row.contains(part), "{part} in {row}");
    }
}

#[tokio::test]
async fn soap_faults_say_what_is_wrong_in_the_same_encoding() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let wrong = send(client.soap("1", "甲", "wrong")).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text(encoding_rs::GB18030).contains("<soap:Fault><faultcode>soap:Client</faultcode>"));
    let request = client
        .request(Method::POST, Key::SocialSecurity, "/ws/SocialService")
        .header("Content-Type", "text/xml; charset=GB18030");
    let unreadable = send(request.header("SOAPAction", "\"urn:queryPerson\"").body("<a")).await;
    assert_eq!(unreadable.status, 400);
}

#[tokio::test]
async fn escaped_names_are_understood() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let husband = &sources.sample_household().members[0];
    let escaped: String = husband.name.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    let text =
        send(client.soap(&husband.id_number, &escaped, "mock-social_security-token")).await.text(encoding_rs::GB18030);
    assert_eq!(between(&text, "q:jfxx").len(), 3);
}

#[tokio::test]
async fn tax_returns_carry_separators_and_the_months_of_the_window() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let text = client.ask(Key::Tax, &sources.sample_household().members[0]).await.text(encoding_rs::UTF_8);
    assert!(text.contains("<rtncode>000</rtncode>"));
    let rows = between(&text, "sbxx");
    assert_eq!(rows.len(), 12);
    assert!(rows.iter().all(|row| row.contains("<sdxm>0101</sdxm>")
        && row.contains("<sre>2,850.00</sre>")
        && row.contains("<shbx>293.55</shbx>")));
    let mut starts: Vec<&str> = rows.iter().flat_map(|row| between(row, "skssqq")).collect();
    starts.sort_unstable();
    assert_eq!((starts[0], starts[11]), ("2025-11-01", "2026-10-01"));
}

#[tokio::test]
async fn the_housing_fund_agrees_with_the_wage() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let text = client.ask(Key::HousingFund, &sources.sample_household().members[0]).await.text(encoding_rs::UTF_8);
    for part in [
        "<status>0</status>",
        "<jcjs>2850.00</jcjs>",
        "<yjce>456.00</yjce>",
        "<grzhye>18236.40</grzhye>",
        "<zhzt>1</zhzt>",
        "<jzny>202610</jzny>",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn veterans_are_csv_with_a_byte_order_mark() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let answer = client.ask(Key::Veterans, &sources.sample_household().members[2]).await;
    assert!(answer.bytes.starts_with(&[0xEF, 0xBB, 0xBF]));
    let text = answer.text(encoding_rs::UTF_8);
    let row: Vec<&str> = text.lines().nth(1).expect("a row").split(',').collect();
    assert_eq!(
        &row[1..],
        ["李桂贞", sources.sample_household().members[2].id_number.as_str(), "21", "1250.00", "2016-08", ""]
    );
}
