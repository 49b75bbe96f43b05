//! Long answers: cursors and page numbers, and what is left when a page cannot be had.

use hedui_connectors::records::{Answer, AnswerKind, Gap};
use hedui_connectors::{Registry, SourcesConfig};
use serde_json::{Value, json};
use wiremock::matchers::{any, body_partial_json, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::room::{ask, key, query, source};

fn pupil(number: &str) -> Value {
    json!({"jlbh": number, "name": "王建国", "stage": "20", "state": "在读"})
}

fn pupils(numbers: &[&str], next: Option<&str>) -> ResponseTemplate {
    let items: Vec<Value> = numbers.iter().map(|number| pupil(number)).collect();
    ResponseTemplate::new(200).set_body_json(json!({"status": 0, "items": items, "next": next}))
}

fn numbers(answer: &Answer) -> Vec<&str> {
    answer.records().iter().map(|record| record.number.as_str()).collect()
}

#[tokio::test]
async fn cursors_are_followed_to_the_end() {
    let server = MockServer::start().await;
    Mock::given(query_param("cursor", "")).respond_with(pupils(&["1", "2"], Some("a/b="))).mount(&server).await;
    Mock::given(query_param("cursor", "a/b=")).respond_with(pupils(&["3"], None)).mount(&server).await;
    let reply = ask(&source(&server.uri(), "education", |_| ())).await;
    assert_eq!(reply.answer.kind(), AnswerKind::Found);
    assert_eq!((numbers(&reply.answer), reply.attempts), (vec!["1", "2", "3"], 2));
}

#[tokio::test]
async fn a_cursor_that_leads_in_a_circle_ends() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(pupils(&["1"], Some("same"))).mount(&server).await;
    let reply = ask(&source(&server.uri(), "education", |_| ())).await;
    assert!(matches!(reply.answer, Answer::Partial { why: Gap::PageMissing, .. }));
    assert_eq!(reply.attempts, 2);
}

#[tokio::test]
async fn a_page_that_cannot_be_had_leaves_a_partial_answer() {
    let house = |number: &str| json!({"jlbh": number, "ghyt": "11", "jzmj": "98.5", "qszt": "1"});
    let page = |number: u32, rows: Vec<Value>| {
        ResponseTemplate::new(200)
            .set_body_json(json!({"code": 200, "total": 2, "page": number, "pages": 2, "data": rows}))
    };
    let server = MockServer::start().await;
    let on = |number: u32| Mock::given(body_partial_json(json!({"page": number})));
    on(1).respond_with(page(1, vec![house("A")])).mount(&server).await;
    on(2).respond_with(ResponseTemplate::new(500)).up_to_n_times(2).with_priority(1).mount(&server).await;
    on(2).respond_with(page(2, vec![house("B")])).with_priority(2).mount(&server).await;
    let impatient = source(&server.uri(), "real_estate", |s| s.retries = 1);
    let reply = ask(&impatient).await;
    assert!(matches!(reply.answer, Answer::Partial { why: Gap::PageMissing, .. }));
    assert_eq!(numbers(&reply.answer), ["A"]);
    assert_eq!(reply.note.as_deref(), Some("real_estate: status: HTTP 500"));
    assert_eq!(numbers(&ask(&impatient).await.answer), ["A", "B"]);
}

#[tokio::test]
async fn fewer_rows_than_stated_are_partial() {
    let server = MockServer::start().await;
    let short = json!({"code": "1", "count": 3, "vehs": [{"jlbh": "1", "cllx": "K33", "zt": "A"}]});
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(short)).mount(&server).await;
    let reply = ask(&source(&server.uri(), "vehicles", |_| ())).await;
    assert!(matches!(reply.answer, Answer::Partial { why: Gap::PageMissing, .. }));
}

/// A department of numbered pages that has a code for "nothing".
const ARCHIVE: &str = r#"
title_zh = "档案"
title_en = "Archive"
law = "test"
purposes = ["all"]
speaks_for = ["household"]
coverage = "county"
auth = { kind = "open" }
request = { method = "GET", path = "/archive", query = { page = "{page}", id = "{id_number}" } }
paging = { kind = "pages", pages = "$.pages", page = "$.page" }
answer = { codec = "json", code = "$.code", ok = ["0"], no_record = ["1"], lists = ["$.rows"] }

[[records]]
kind = "death"
at = "$.rows[*]"
number = "@.id"
fields = { on = { path = "@.on", type = "date", formats = ["iso"] } }
"#;

#[tokio::test]
async fn what_no_later_page_may_say_leaves_a_partial_answer() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("more/archive");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("definition.toml"), ARCHIVE).unwrap();
    let row = |id: &str, on: &str| json!({"id": id, "on": on});
    let page = |number: u32, rows: Value| json!({"code": "0", "page": number, "pages": 2, "rows": rows});
    for (what, second, why, records) in [
        ("the same rows again", page(2, json!([row("1", "2026-01-01")])), Gap::PageMissing, 1),
        ("the same page again", page(1, json!([row("2", "2026-01-01")])), Gap::PageMissing, 1),
        ("no page number", json!({"code": "0", "pages": 2, "rows": [row("2", "2026-01-01")]}), Gap::PageMissing, 1),
        ("that nothing is held", json!({"code": "1"}), Gap::PageMissing, 1),
        ("another row under a number", page(2, json!([row("1", "2026-02-02")])), Gap::RowUnreadable, 1),
    ] {
        let server = MockServer::start().await;
        let first = ResponseTemplate::new(200).set_body_json(page(1, json!([row("1", "2026-01-01")])));
        Mock::given(query_param("page", "1")).respond_with(first).mount(&server).await;
        let second = ResponseTemplate::new(200).set_body_json(second);
        Mock::given(query_param("page", "2")).respond_with(second).mount(&server).await;
        let file = folder.path().join("sources.toml");
        let text =
            format!("definitions_dir = \"more\"\n[source.archive]\nbase_url = \"{}\"\nretries = 0\n", server.uri());
        std::fs::write(&file, text).unwrap();
        let registry = Registry::load(&SourcesConfig::read(&file).unwrap()).unwrap();
        let reply = registry.get(&key("archive")).unwrap().submit(&[query()]).await.remove(0);
        let Answer::Partial { records: got, why: gap } = &reply.answer else {
            panic!("{what}: {:?} {:?}", reply.answer.kind(), reply.note)
        };
        assert_eq!((*gap, got.len()), (why, records), "{what}: {:?}", reply.note);
    }
}

#[tokio::test]
async fn all_pages_share_the_retries_of_an_exchange() {
    let house = |number: &str| json!({"jlbh": number, "ghyt": "11", "jzmj": "98.5", "qszt": "1"});
    let page = |number: u32, row: Value| {
        let body = json!({"code": 200, "total": 2, "page": number, "pages": 2, "data": [row]});
        ResponseTemplate::new(200).set_body_json(body)
    };
    let server = MockServer::start().await;
    let on = |number: u32| Mock::given(body_partial_json(json!({"page": number})));
    on(1).respond_with(ResponseTemplate::new(500)).up_to_n_times(1).with_priority(1).mount(&server).await;
    on(1).respond_with(page(1, house("A"))).with_priority(2).mount(&server).await;
    on(2).respond_with(ResponseTemplate::new(500)).mount(&server).await;
    let reply = ask(&source(&server.uri(), "real_estate", |s| s.retries = 1)).await;
    assert_eq!((reply.answer.kind(), reply.attempts), (AnswerKind::Partial, 3));
}
