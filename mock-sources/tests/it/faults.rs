//! Every fault as a caller meets it.

use std::time::{Duration, Instant};

use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule, Operation, triggers};
use hedui_mock_sources::{Config, Key, MockSources};
use reqwest::Method;

use crate::client::{Client, send, small, start, try_send};

async fn with(what: Fault) -> (MockSources, Client) {
    let faults = FaultPlan { seed: 1, faults: vec![FaultRule::always("*", what)] };
    let sources = start(Config { faults, ..small() }).await;
    let client = Client::new(&sources);
    (sources, client)
}

fn probe(client: &Client, key: Key) -> reqwest::RequestBuilder {
    client.query(key, triggers::PROBE, triggers::PROBE_NAME)
}

#[tokio::test]
async fn errors_come_in_the_departments_own_form() {
    let (_sources, client) = with(Fault::Error { status: 500 }).await;
    for key in Key::ALL {
        assert_eq!(send(probe(&client, key)).await.status, 500, "{key:?}");
    }
    let soap = send(probe(&client, Key::SocialSecurity)).await;
    assert!(soap.text(encoding_rs::GB18030).contains("<soap:Fault>"));
}

#[tokio::test]
async fn busy_and_refusal_are_said_in_the_departments_own_words() {
    let words = |key: Key| match key {
        Key::HouseholdRegistration => ("\"5003\"", "\"9999\""),
        Key::Education => ("\"status\":99", "\"status\":17"),
        Key::SocialSecurity => ("<q:appcode>2<", "<q:appcode>-1<"),
        Key::Health => ("\"BUSY\"", "\"success\":false"),
        Key::Employment => ("\"90\"", "\"99\""),
        Key::MarketRegulation => ("\"RESULT\":9", "\"RESULT\":5"),
        Key::Tax => ("<rtncode>503<", "<rtncode>500<"),
        Key::CivilMarriage => ("\"B\"", "\"flag\":\"E\""),
        Key::RealEstate => ("\"code\":503", "\"code\":500"),
        Key::Vehicles => ("\"code\":\"2\"", "\"code\":\"0\""),
        Key::HousingFund => ("<status>8<", "<status>9<"),
        Key::Finance => ("\"B1\"", "\"E1\""),
        Key::Insurance => ("系统繁忙", "系统错误"),
        Key::Securities => ("\"busy\"", "\"ok\":false"),
        Key::Disability => ("\"code\":3", "\"code\":9"),
        Key::MedicalInsurance => ("\"infcode\":7", "\"infcode\":-1"),
        Key::CivilAssistance => ("\"429\"", "\"500\""),
        Key::Veterans => ("ERR,BUSY,", "ERR,SYS,"),
        Key::Justice => ("<jgdm>98<", "<jgdm>99<"),
        Key::Agriculture => ("错误,忙,", "错误,系统,"),
    };
    for (what, busy) in [(Fault::Busy, true), (Fault::Refuse, false)] {
        let (_sources, client) = with(what).await;
        for key in Key::ALL {
            let answer = send(probe(&client, key)).await;
            let text =
                encoding_rs::GB18030.decode(&answer.bytes).0.into_owned() + &String::from_utf8_lossy(&answer.bytes);
            let (busy_word, error_word) = words(key);
            assert!(text.contains(if busy { busy_word } else { error_word }), "{key:?}: {text}");
            assert_eq!(
                answer.status,
                match (key, busy) {
                    (Key::Insurance, true) => 503,
                    (Key::Insurance, false) => 500,
                    _ => 200,
                }
            );
        }
    }
}

#[tokio::test]
async fn maintenance_and_rate_limits_say_when_to_come_back() {
    let (_sources, client) = with(Fault::Maintenance { retry_after_secs: Some(7) }).await;
    let answer = send(probe(&client, Key::Tax)).await;
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("7")));
    let (_sources, client) = with(Fault::RateLimit { per_second: 2, retry_after_secs: 3 }).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(send(probe(&client, Key::Health)).await.status);
    }
    assert_eq!(statuses[..2], [200, 200]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn a_hung_department_does_not_answer_and_does_not_stop_the_shutdown() {
    let (sources, client) = with(Fault::Timeout).await;
    let waited = Instant::now();
    let error =
        try_send(probe(&client, Key::Vehicles).timeout(Duration::from_millis(150))).await.expect_err("no answer");
    assert!(error.is_timeout() && waited.elapsed() >= Duration::from_millis(150));
    tokio::time::timeout(Duration::from_secs(2), sources.shutdown()).await.expect("the shutdown ends");
}

#[tokio::test]
async fn a_cut_connection_ends_in_the_middle_of_the_body() {
    let (_sources, client) = with(Fault::Cut).await;
    for key in [Key::Tax, Key::Veterans, Key::HouseholdRegistration] {
        let error = try_send(probe(&client, key)).await.expect_err("the body is not whole");
        assert!(!error.is_timeout(), "{key:?}: {error:?}");
    }
}

#[tokio::test]
async fn malformed_and_wrongly_encoded_bodies_cannot_be_read() {
    let (_sources, client) = with(Fault::Malformed).await;
    for key in [Key::HouseholdRegistration, Key::Health, Key::CivilAssistance] {
        let answer = send(probe(&client, key)).await;
        assert_eq!(answer.status, 200);
        assert!(serde_json::from_slice::<serde_json::Value>(&answer.bytes).is_err(), "{key:?}");
    }
    let (_sources, client) = with(Fault::WrongEncoding).await;
    for (key, encoding) in [
        (Key::Tax, encoding_rs::UTF_8),
        (Key::HouseholdRegistration, encoding_rs::UTF_8),
        (Key::SocialSecurity, encoding_rs::GB18030),
        (Key::Vehicles, encoding_rs::GBK),
    ] {
        let answer = send(probe(&client, key)).await;
        assert!(encoding.decode_without_bom_handling_and_without_replacement(&answer.bytes).is_none(), "{key:?}");
    }
}

#[tokio::test]
async fn oversized_bodies_arrive_whole_and_drips_take_their_time() {
    let (_sources, client) = with(Fault::Oversized { bytes: 3 << 20 }).await;
    let answer = send(probe(&client, Key::Health)).await;
    assert!(answer.bytes.len() > 3 << 20);
    assert_eq!(answer.json()["success"], true, "still valid JSON: only a cap on the body notices");
    let (_sources, client) = with(Fault::SlowDrip { bytes: 4, every_ms: 5 }).await;
    let begun = Instant::now();
    let answer = send(probe(&client, Key::Education)).await;
    assert!(begun.elapsed() >= Duration::from_millis(5) * u32::try_from(answer.bytes.len() / 4).expect("small"));
    assert_eq!(answer.json()["status"], 0);
}

#[tokio::test]
async fn a_body_in_another_charset_is_whole_and_unlike_what_it_promises() {
    let (sources, client) = with(Fault::OtherCharset).await;
    let person = &sources.sample_household().members[0];
    for (key, promised, real) in [
        (Key::Vehicles, encoding_rs::GBK, encoding_rs::UTF_8),
        (Key::SocialSecurity, encoding_rs::GB18030, encoding_rs::UTF_8),
        (Key::HousingFund, encoding_rs::UTF_8, encoding_rs::GB18030),
    ] {
        let answer = client.ask(key, person).await;
        assert!(answer.text(real).contains(&person.name), "{key:?}");
        let read = promised.decode_without_bom_handling_and_without_replacement(&answer.bytes);
        assert!(read.is_none_or(|text| !text.contains(&person.name)), "{key:?}");
    }
}

#[tokio::test]
async fn one_step_of_a_later_answer_can_fail_alone() {
    for (step, statuses) in [
        (Operation::Submit, [500, 200, 200]),
        (Operation::Status, [200, 500, 200]),
        (Operation::Result, [200, 200, 500]),
    ] {
        let rule = FaultRule { operation: Some(step), ..FaultRule::always("*", Fault::Error { status: 500 }) };
        let sources = start(small()).await;
        let client = Client::new(&sources);
        let ticket = send(client.submit("B-1", &[(triggers::PROBE, "甲")])).await.json()["ticket"].clone();
        let ticket = ticket.as_str().expect("a ticket");
        sources.set_faults(FaultPlan { seed: 0, faults: vec![rule] }).expect("a sound plan");
        let get = |target: String| client.signed(Method::GET, Key::Finance, &target, b"");
        let asked = [
            send(client.submit("B-2", &[(triggers::PROBE, "甲")])).await.status,
            send(get(format!("/batch/status?ticket={ticket}"))).await.status,
            send(get(format!("/batch/result?ticket={ticket}"))).await.status,
        ];
        assert_eq!(asked, statuses, "{step:?}");
        assert_eq!(send(probe(&client, Key::Tax)).await.status, 200, "a department that answers at once has no steps");
    }
}

#[tokio::test]
async fn looking_for_an_insurers_file_is_its_poll() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let rule =
        |step| FaultRule { operation: Some(step), ..FaultRule::always("insurance", Fault::Error { status: 502 }) };
    let look = |name: &str| {
        let path = format!("/outbox/{name}.csv");
        client.request(Method::GET, Key::Insurance, &path).header("X-Api-Key", "mock-insurance-key")
    };
    let put = client.request(Method::PUT, Key::Insurance, "/inbox/here.csv").header("X-Api-Key", "mock-insurance-key");
    let csv = encoding_rs::GB18030.encode("序号,姓名,证件号码\r\n1,甲,110101199003070038\r\n").0.into_owned();
    assert_eq!(send(put.body(csv)).await.status, 201);
    for (step, statuses) in [(Operation::Status, [502, 200]), (Operation::Result, [404, 502])] {
        sources.set_faults(FaultPlan { seed: 0, faults: vec![rule(step)] }).expect("a sound plan");
        assert_eq!([send(look("absent")).await.status, send(look("here")).await.status], statuses, "{step:?}");
    }
}

#[tokio::test]
async fn delays_hold_answers_back() {
    let (_sources, client) = with(Fault::Delay(Delay::FixedMs(120))).await;
    let begun = Instant::now();
    send(probe(&client, Key::Disability)).await;
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn shares_are_the_same_in_every_run() {
    let rule = FaultRule { share_permille: Some(400), ..FaultRule::always("disability", Fault::Error { status: 502 }) };
    let mut runs = Vec::new();
    for _ in 0..2 {
        let faults = FaultPlan { seed: 9, faults: vec![rule.clone()] };
        let sources = start(Config { faults, ..small() }).await;
        let client = Client::new(&sources);
        let mut statuses = Vec::new();
        for person in sources.population().households().flat_map(|household| &household.members).take(25) {
            statuses.push(client.ask(Key::Disability, person).await.status);
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|status| **status == 502).count();
    assert!((3..=18).contains(&failed), "{failed} of 25 at four in ten");
}

#[tokio::test]
async fn trigger_people_misbehave_at_every_department() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    for key in Key::ALL {
        let ask = |number: &str| client.query(key, number, "某某");
        assert_eq!(send(ask(triggers::SERVER_ERROR)).await.status, 500, "{key:?}");
        let maintenance = send(ask(triggers::MAINTENANCE)).await;
        assert_eq!((maintenance.status, maintenance.retry_after.as_deref()), (503, Some("2")), "{key:?}");
        assert_eq!(send(ask(triggers::RATE_LIMITED)).await.status, 429, "{key:?}");
        assert!(send(ask(triggers::RATE_LIMITED)).await.status < 300, "{key:?}");
        assert!(try_send(ask(triggers::CUT)).await.is_err() || key == Key::Insurance, "{key:?}");
    }
    let busy = async || send(client.query(Key::Disability, triggers::BUSY_TWICE, "某某")).await.json()["code"].clone();
    assert_eq!([busy().await, busy().await, busy().await], [3, 3, 2]);
    let securities = async || {
        send(client.query(Key::Securities, triggers::BUSY_TWICE, "某某")).await.json()["results"][0]["status"].clone()
    };
    assert_eq!([securities().await, securities().await, securities().await], ["busy", "busy", "none"]);
    let missing = send(client.query(Key::CivilAssistance, triggers::REFUSED, "某某")).await.json();
    assert_eq!((missing["code"].as_str(), missing["data"].as_array().map(Vec::len)), (Some("200"), Some(0)));
}

#[tokio::test]
async fn faults_change_while_running_and_are_counted() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let put = |text: &str| client.absolute(Method::PUT, "/control/faults").body(text.to_owned());
    let plan = "[[fault]]\ndepartment = \"tax\"\nfirst_requests = 1\nwhat = { error = { status = 503 } }\n";
    assert_eq!(send(put(plan)).await.status, 204);
    assert_eq!([send(probe(&client, Key::Tax)).await.status, send(probe(&client, Key::Tax)).await.status], [503, 200]);
    let shown = send(client.absolute(Method::GET, "/control/faults")).await;
    assert_eq!(FaultPlan::from_toml(&shown.text(encoding_rs::UTF_8)), FaultPlan::from_toml(plan));
    let wrong = send(put("[[fault]]\ndepartment = \"nowhere\"\nwhat = \"busy\"\n")).await;
    assert!(wrong.status == 422 && wrong.text(encoding_rs::UTF_8).contains("fault 1, department"));
    let statistics = send(client.absolute(Method::GET, "/control/stats")).await.json();
    assert_eq!(
        statistics["tax"],
        serde_json::json!({ "requests": 2, "people": 2, "answers": { "no_record": 1 }, "faults": { "error": 1 } })
    );
    assert_eq!(send(client.absolute(Method::POST, "/control/reset-stats")).await.status, 204);
    assert_eq!(send(client.absolute(Method::GET, "/control/stats")).await.json(), serde_json::json!({}));
    assert_eq!(send(client.absolute(Method::DELETE, "/control/faults")).await.status, 204);
}
