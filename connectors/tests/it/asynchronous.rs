//! Submit now, poll later: tickets and files.

use std::sync::Arc;
use std::time::Duration;

use hedui_connectors::records::{Answer, AnswerKind, Failure, Ticket};
use hedui_connectors::settings::SourceSettings;
use hedui_connectors::source::{Query, Reply, Source};
use serde_json::json;
use sha2::{Digest, Sha256};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::room::{failure, people, query, source};

/// Every look is one of its own.
fn no_memory(settings: &mut SourceSettings) {
    settings.retries = 0;
    settings.result_kept = Duration::ZERO;
}

fn tickets(replies: &[Reply]) -> Vec<(Ticket, Query)> {
    let ticket = |reply: &Reply| match &reply.answer {
        Answer::Pending { ticket } => ticket.clone(),
        other => panic!("not pending: {:?}", other.kind()),
    };
    replies.iter().map(|reply| (ticket(reply), query())).collect()
}

fn result_file(rows: &[serde_json::Value]) -> Vec<u8> {
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let hash = hex::encode(Sha256::digest(&rows));
    let trailer = json!({"trailer": true, "rows": rows.lines().count(), "sha256": hash});
    format!("{rows}{trailer}\n").into_bytes()
}

async fn on(server: &MockServer, at: &str, template: ResponseTemplate, times: u64) {
    Mock::given(path(format!("/finance{at}"))).respond_with(template).up_to_n_times(times).mount(server).await;
}

fn ok(body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

async fn bank() -> (MockServer, Arc<dyn Source>) {
    let server = MockServer::start().await;
    on(&server, "/batch/submit", ok(json!({"code": "0", "ticket": "T 1&x"})), 9).await;
    let source = source(&server.uri(), "finance", no_memory);
    (server, source)
}

fn account(seq: u32, number: &str) -> serde_json::Value {
    json!({"seq": seq, "jlbh": number, "bank": "GSB", "kind": "deposit", "balance": 100, "state": "open"})
}

#[tokio::test]
async fn a_ticket_is_polled_until_its_result_is_there() {
    let (server, source) = bank().await;
    let held = tickets(&source.submit(&people(3)).await);
    assert_eq!(
        held.iter().map(|(ticket, _)| ticket.0.as_str()).collect::<Vec<_>>(),
        ["1/3:T 1&x", "2/3:T 1&x", "3/3:T 1&x"]
    );
    on(&server, "/batch/status", ok(json!({"code": "0", "state": "PROCESSING"})), 1).await;
    on(&server, "/batch/status", ok(json!({"code": "0", "state": "DONE"})), 9).await;
    let rows = [account(1, "A"), json!({"seq": 2, "none": true}), json!({"seq": 3, "bank": "LZB", "missing": true})];
    on(&server, "/batch/result", ResponseTemplate::new(200).set_body_bytes(result_file(&rows)), 9).await;
    let waiting = source.poll(&held).await;
    assert_eq!(tickets(&waiting), held, "pending answers carry the same tickets");
    for _ in 0..2 {
        let replies = source.poll(&held).await;
        let kinds: Vec<AnswerKind> = replies.iter().map(|reply| reply.answer.kind()).collect();
        assert_eq!(kinds, [AnswerKind::Found, AnswerKind::NoRecord, AnswerKind::Partial]);
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1 + 1 + 2 * 2, "people of one ticket are looked for together");
    assert_eq!(requests[1].url.query(), Some("ticket=T%201%26x"));
}

#[tokio::test]
async fn a_failed_look_leaves_the_ticket_waiting_and_a_lost_ticket_does_not() {
    let (server, source) = bank().await;
    let held = tickets(&source.submit(&[query()]).await);
    on(&server, "/batch/status", ResponseTemplate::new(503), 1).await;
    on(&server, "/batch/status", ok(json!({"code": "B1"})), 1).await;
    on(&server, "/batch/status", ok(json!({"code": "0", "state": "FAILED"})), 1).await;
    for _ in 0..2 {
        let reply = source.poll(&held).await.remove(0);
        assert_eq!(reply.answer.kind(), AnswerKind::Pending);
        assert!(reply.note.is_some());
    }
    assert_eq!(failure(&source.poll(&held).await[0]), Some(Failure::SourceError));
    let lost = source.poll(&held).await.remove(0);
    assert_eq!(failure(&lost), Some(Failure::SourceError));
    assert_eq!(lost.note.as_deref(), Some("finance: ticket: the department does not know it"));
    let foreign = source.poll(&[(Ticket("nonsense".into()), query())]).await.remove(0);
    assert_eq!((failure(&foreign), foreign.attempts), (Some(Failure::SourceError), 0));
}

#[tokio::test]
async fn nothing_that_goes_wrong_with_a_look_ends_a_ticket() {
    let at_state = [
        ("refused credentials", ResponseTemplate::new(401)),
        ("forbidden", ResponseTemplate::new(403)),
        ("unreadable request", ResponseTemplate::new(400)),
        ("trouble", ResponseTemplate::new(500)),
        ("rate", ResponseTemplate::new(429)),
        ("another error", ok(json!({"code": "E1"}))),
        ("no JSON", ResponseTemplate::new(200).set_body_string("<html>")),
        ("no state", ok(json!({"code": "0"}))),
        ("unknown state", ok(json!({"code": "0", "state": "ARCHIVING"}))),
        ("too large", ResponseTemplate::new(200).set_body_string("x".repeat(5000))),
    ];
    let whole = result_file(&[account(1, "A")]);
    let at_result = [
        ("not there", ResponseTemplate::new(404)),
        ("refused credentials", ResponseTemplate::new(401)),
        ("not ready", ok(json!({"code": "W1"}))),
        ("cut off", ResponseTemplate::new(200).set_body_bytes(whole[..whole.len() / 2].to_vec())),
        ("too large", ResponseTemplate::new(200).set_body_string("x".repeat(5000))),
    ];
    let done = || ok(json!({"code": "0", "state": "DONE"}));
    let cases = at_state.into_iter().map(|(what, template)| (what, template, None));
    let later = at_result.into_iter().map(|(what, template)| (what, done(), Some(template)));
    for (what, state, result) in cases.chain(later) {
        let server = MockServer::start().await;
        on(&server, "/batch/status", state, 9).await;
        if let Some(result) = result {
            on(&server, "/batch/result", result, 9).await;
        }
        let bank = source(&server.uri(), "finance", |s| {
            s.retries = 0;
            s.body_limit = 4096;
        });
        let held = Ticket("1:T1".into());
        let reply = bank.poll(&[(held.clone(), query())]).await.remove(0);
        assert_eq!(reply.answer, Answer::Pending { ticket: held }, "{what}");
        assert!(reply.note.is_some(), "{what}");
    }
}

#[tokio::test]
async fn a_look_that_does_not_come_about_leaves_the_ticket() {
    let server = MockServer::start().await;
    let slow = ok(json!({"code": "0", "state": "PROCESSING"})).set_delay(std::time::Duration::from_millis(150));
    on(&server, "/batch/status", slow, 9).await;
    let held = [(Ticket("1:T1".into()), query()), (Ticket("1:T2".into()), query())];
    let notes = async |change: &dyn Fn(&mut hedui_connectors::settings::SourceSettings)| {
        let replies = source(&server.uri(), "finance", change).poll(&held).await;
        for (reply, (ticket, _)) in replies.iter().zip(&held) {
            assert_eq!(reply.answer, Answer::Pending { ticket: ticket.clone() });
        }
        replies.into_iter().filter_map(|reply| reply.note).collect::<Vec<_>>()
    };
    let crowded = notes(&|s| {
        s.concurrency = 1;
        s.queue_timeout = std::time::Duration::from_millis(20);
    });
    assert_eq!(crowded.await, ["finance: queue: no free place within queue_timeout_ms"]);
    let secretless = notes(&|s| s.secret = None).await;
    assert_eq!(secretless.len(), 2);
    assert!(secretless[0].contains("secret is missing"));
    let sent = server.received_requests().await.unwrap().len();
    let off = notes(&|s| s.enabled = false).await;
    assert!(off[0].contains("switched off"));
    assert_eq!(server.received_requests().await.unwrap().len(), sent, "a source that is switched off is not called");
}

#[tokio::test]
async fn two_who_wait_for_the_same_person_both_get_the_answer() {
    let (server, source) = bank().await;
    let held = tickets(&source.submit(&[query()]).await);
    on(&server, "/batch/status", ok(json!({"code": "0", "state": "DONE"})), 9).await;
    on(&server, "/batch/result", ResponseTemplate::new(200).set_body_bytes(result_file(&[account(1, "A")])), 9).await;
    let replies = source.poll(&[held[0].clone(), held[0].clone()]).await;
    assert!(replies.iter().all(|reply| reply.answer.kind() == AnswerKind::Found));
}

#[tokio::test]
async fn a_submission_repeated_after_a_crash_is_the_same_submission() {
    let (server, _) = bank().await;
    let people = people(2);
    for asked in [&people[..], &people[..], &people[..1]] {
        // a registry of its own each time: nothing is remembered in the process
        source(&server.uri(), "finance", |s| s.retries = 0).submit(asked).await;
    }
    let bodies: Vec<Vec<u8>> = server.received_requests().await.unwrap().into_iter().map(|one| one.body).collect();
    assert_eq!(bodies[0], bodies[1], "the department takes the same number with the same contents alone");
    let number = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap()["batchNo"].clone();
    assert_ne!(number(&bodies[0]), number(&bodies[2]));
}

#[tokio::test]
async fn a_ticket_is_short_and_printable() {
    for (ticket, taken) in [("T".repeat(512), true), ("T".repeat(513), false), ("T\u{7}1".into(), false)] {
        let server = MockServer::start().await;
        on(&server, "/batch/submit", ok(json!({"code": "0", "ticket": ticket})), 9).await;
        let reply = source(&server.uri(), "finance", |s| s.retries = 0).submit(&[query()]).await.remove(0);
        assert_eq!(reply.answer.kind() == AnswerKind::Pending, taken, "{:?}", reply.note);
    }
}

#[tokio::test]
async fn a_file_is_laid_down_and_its_answer_found() {
    let server = MockServer::start().await;
    let insurers = source(&server.uri(), "insurance", no_memory);
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(201)).mount(&server).await;
    let held = tickets(&insurers.submit(&people(2)).await);
    assert_eq!(insurers.poll(&held).await[0].answer.kind(), AnswerKind::Pending, "neither answer nor refusal is there");
    let text = "序号,流水号,姓名,证件号码,保险公司,险种,年缴保费,现金价值,近12月理赔,保单状态,生效日期\r\n\
                1,B1,王建国,x,人保,医疗,300.00,,,有效,2024/1/9\r\n2,,王建国,x,,无,,,,,\r\n";
    let mut bytes = encoding_rs::GB18030.encode(text).0.into_owned();
    let last = format!("合计,2,{},,,,,,,,\r\n", hex::encode(Sha256::digest(&bytes)));
    bytes.extend_from_slice(&encoding_rs::GB18030.encode(&last).0);
    let answer = ResponseTemplate::new(200).set_body_bytes(bytes);
    Mock::given(path_regex(r"\.csv$")).respond_with(answer).mount(&server).await;
    let kinds: Vec<AnswerKind> = insurers.poll(&held).await.iter().map(|reply| reply.answer.kind()).collect();
    assert_eq!(kinds, [AnswerKind::Found, AnswerKind::NoRecord]);
}

#[tokio::test]
async fn a_refused_file_is_an_error() {
    let server = MockServer::start().await;
    let insurers = source(&server.uri(), "insurance", no_memory);
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(201)).mount(&server).await;
    let held = tickets(&insurers.submit(&[query()]).await);
    let refusal = ResponseTemplate::new(200).set_body_string("bad file of 王建国");
    Mock::given(path_regex(r"\.err$")).respond_with(refusal).mount(&server).await;
    let reply = insurers.poll(&held).await.remove(0);
    assert_eq!(failure(&reply), Some(Failure::SourceError));
    assert_eq!(reply.note.as_deref(), Some("insurance: refusal: the department refused the file"));
}
