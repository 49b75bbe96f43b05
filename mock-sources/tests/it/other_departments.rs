//! Departments that answer in XML, SOAP or CSV.

use hedui_mock_sources::truth::Household;
use hedui_mock_sources::{Config, Key};
use jiff::civil::Date;
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
async fn justice_is_xml_in_gbk_and_says_dates_alone() {
    let sources = start(Config { households: 600, ..small() }).await;
    let client = Client::new(&sources);
    let mut kinds = std::collections::BTreeSet::new();
    for person in sources.population().households().flat_map(Household::people) {
        let Some(custody) = person.custody.first().filter(|_| !person.shares_number && !person.name.contains('·'))
        else {
            continue;
        };
        let answer = client.ask(Key::Justice, person).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/xml; charset=GBK"));
        let text = answer.text(encoding_rs::GBK);
        assert!(text.contains("<jgdm>00</jgdm>"), "{text}");
        let day = |day: Date| format!("{:04}.{:02}.{:02}", day.year(), day.month(), day.day());
        let last = custody.ordered_until.map_or("9999.12.31".to_owned(), day);
        let row = format!(
            "<rylx>{}</rylx><ksrq>{}</ksrq><jsrq>{last}</jsrq><sfrq>{}</sfrq></ry>",
            custody.kind.code(),
            day(custody.from),
            custody.released.map(day).unwrap_or_default()
        );
        assert!(text.contains(&row), "{row} in {text}");
        kinds.insert(custody.kind.code());
    }
    assert_eq!(kinds.len(), 3, "a prison, a rehabilitation and a supervision among six hundred households");
}

#[tokio::test]
async fn agriculture_answers_many_at_once_in_their_order() {
    let sources = start(Config { households: 60, ..small() }).await;
    let client = Client::new(&sources);
    let farms = |person: &&hedui_mock_sources::truth::Person| !person.machines.is_empty() && !person.shares_number;
    let farmer = sources.population().households().flat_map(Household::people).find(farms).expect("a machine's owner");
    let nobody = &sources.sample_household().members[0];
    let asked = [(nobody.id_number.as_str(), nobody.name.as_str()), (&farmer.id_number, &farmer.name)];
    let answer = send(client.agriculture(&asked)).await;
    assert_eq!(answer.content_type, "text/csv; charset=GB18030");
    let text = answer.text(encoding_rs::GB18030);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0].join(","), "序号,流水号,姓名,证件号码,类别,名称,年度,面积,马力,金额,补贴,日期");
    assert_eq!((rows[1][0], rows[1][1], rows[1][4]), ("1", "", "无"));
    let of = |kind: &str| rows.iter().filter(|row| row[4] == kind).collect::<Vec<_>>();
    assert_eq!((of("承包地").len(), of("补贴").len()), (farmer.lands.len(), farmer.farm_subsidies.len()));
    let paid = farmer.farm_subsidies[0].paid;
    let mut days = of("补贴").into_iter().map(|row| row[11]);
    assert!(days.any(|day| day == format!("{}年{}月{}日", paid.year(), paid.month(), paid.day())));
    let machine = &of("农机")[0];
    assert_eq!((machine[0], machine[9]), ("2", fen(farmer.machines[0].price_fen).as_str()));
    let crowd = vec![asked[0]; 101];
    assert_eq!(send(client.agriculture(&crowd)).await.status, 400);
}

fn fen(amount: i64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
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
