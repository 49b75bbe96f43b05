//! Departments that answer later: banks by ticket, insurers by files.

use std::time::Duration;

use hedui_mock_sources::faults::triggers;
use hedui_mock_sources::{Config, Key};
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::client::{Answer, Client, send, small, start};

async fn get(client: &Client, target: &str) -> Answer {
    send(client.signed(Method::GET, Key::Finance, target, b"")).await
}

async fn ticket(client: &Client, batch: &str, people: &[(&str, &str)]) -> String {
    let answer = send(client.submit(batch, people)).await.json();
    answer["ticket"].as_str().expect("a ticket").to_owned()
}

#[tokio::test]
async fn a_ticket_is_polled_until_its_file_is_there() {
    let sources = start(Config { ticket_delay: Duration::from_millis(150), ..small() }).await;
    let client = Client::new(&sources);
    let members = &sources.sample_household().members;
    let people: Vec<(&str, &str)> =
        members.iter().map(|person| (person.id_number.as_str(), person.name.as_str())).collect();
    let ticket = ticket(&client, "B-1", &people).await;
    let status = format!("/batch/status?ticket={ticket}");
    assert_eq!(get(&client, &status).await.json()["state"], "PROCESSING");
    assert_eq!(get(&client, "/batch/status?ticket=T0").await.status, 404);
    let mut state = Value::Null;
    for _ in 0..100 {
        state = get(&client, &status).await.json()["state"].clone();
        if state == "DONE" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(state, "DONE");
    let answer = get(&client, &format!("/batch/result?ticket={ticket}")).await;
    assert!(answer.content_type.starts_with("application/x-ndjson"));
    whole_and_right(&answer, members.len());
}

fn whole_and_right(answer: &Answer, people: usize) {
    let text = answer.text(encoding_rs::UTF_8);
    let lines: Vec<&str> = text.lines().collect();
    let trailer: Value = serde_json::from_str(lines[lines.len() - 1]).expect("a trailer");
    let before: String = lines[..lines.len() - 1].iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(trailer["rows"].as_u64(), Some(lines.len() as u64 - 1));
    assert_eq!(trailer["sha256"].as_str(), Some(hex::encode(Sha256::digest(before)).as_str()));
    let rows: Vec<Value> =
        lines[..lines.len() - 1].iter().map(|line| serde_json::from_str(line).expect("a row")).collect();
    let of = |seq: u64| rows.iter().filter(move |row| row["seq"] == seq);
    assert!((1..=people as u64).all(|seq| of(seq).count() > 0), "everybody has a line");
    assert!(of(1).any(|row| row["bank"] == "NXB"
        && row["exceeds"] == false
        && row["limit"] == 5_000_000
        && row.get("balance").is_none()));
    assert!(of(1).any(|row| row["bank"] == "GSB" && row["balance"] == 682_055 && row["kind"] == "deposit"));
    assert!(of(5).any(|row| row["none"] == true), "the daughter has no account");
}

#[tokio::test]
async fn submitting_again_is_safe_and_another_batch_of_the_same_number_is_not() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let first = ticket(&client, "B-7", &[("110101199003070038", "甲")]).await;
    assert_eq!(ticket(&client, "B-7", &[("110101199003070038", "甲")]).await, first);
    assert_eq!(send(client.submit("B-7", &[("110101199003070038", "乙")])).await.json()["code"], "D1");
    let many = vec![("", "甲"); 101];
    assert_eq!(send(client.submit("B-8", &many)).await.status, 400);
}

#[tokio::test]
async fn trigger_people_spoil_a_batch_in_their_way() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let state = async |number: &str| {
        let ticket = ticket(&client, number, &[(number, "某")]).await;
        let state = get(&client, &format!("/batch/status?ticket={ticket}")).await.json()["state"].clone();
        let file = get(&client, &format!("/batch/result?ticket={ticket}")).await;
        (state, file.text(encoding_rs::UTF_8))
    };
    assert_eq!(state(triggers::NEVER_TICKET).await.0, "PROCESSING");
    assert_eq!(state(triggers::LATE_TICKET).await.0, "PROCESSING");
    assert_eq!(state(triggers::FAILED_TICKET).await.0, "FAILED");
    let (done, file) = state(triggers::MISSING_BANK).await;
    assert_eq!(done, "DONE");
    assert!(file.contains("\"missing\":true") && file.contains("\"LZB\"") && file.contains("\"none\":true"));
}

#[tokio::test]
async fn insurers_read_a_file_and_leave_another() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let members = &sources.sample_household().members;
    let mut csv = "序号,姓名,证件号码\r\n".to_owned();
    for (index, person) in members.iter().enumerate() {
        csv.push_str(&format!("{},{},{}\r\n", index + 1, person.name, person.id_number));
    }
    let put = |name: &str, bytes: Vec<u8>| {
        client.request(Method::PUT, Key::Insurance, name).header("X-Api-Key", "mock-insurance-key").body(bytes)
    };
    let get = |name: &str| client.request(Method::GET, Key::Insurance, name).header("X-Api-Key", "mock-insurance-key");
    assert_eq!(send(get("/outbox/a-1.csv")).await.status, 404);
    assert_eq!(send(put("/inbox/a-1.csv", encoding_rs::GB18030.encode(&csv).0.into_owned())).await.status, 201);
    let text = send(get("/outbox/a-1.csv")).await.text(encoding_rs::GB18030);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        lines[0].join(","),
        "序号,流水号,姓名,证件号码,保险公司,险种,年缴保费,现金价值,近12月理赔,保单状态,生效日期"
    );
    let life = lines.iter().find(|row| row[0] == "1").expect("the husband's policy");
    assert_eq!(life[5..], ["寿险", "1200.00", "5310.00", "0.00", "有效", "2021/9/1"]);
    let none = lines.iter().find(|row| row[0] == "5").expect("the daughter");
    assert_eq!((none[1], none[5]), ("", "无"));
    assert_eq!(send(get("/outbox/a-1.err")).await.status, 404);

    assert_eq!(send(put("/inbox/a-2.csv", b"no,header\r\n".to_vec())).await.status, 201);
    assert_eq!(send(get("/outbox/a-2.csv")).await.status, 404);
    let error = send(get("/outbox/a-2.err")).await.text(encoding_rs::GB18030);
    assert_eq!(error.lines().count(), 1);
    assert_eq!(send(put("/inbox/a_2.csv", Vec::new())).await.status, 400);
}
