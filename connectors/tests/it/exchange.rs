//! The guards of an exchange: each fault ends in its own failure, within its bounds, and costs nobody else anything.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hedui_connectors::records::{Answer, AnswerKind, Failure, Skip};
use hedui_connectors::{BreakerState, Clock, LocalAdmission, Registry};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::room::{ask, config_at, failure, key, people, query, raw_server, registry_at, source, write};

const SOURCE: &str = "household_registration";

fn nothing_held() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"code": "1001"}))
}

async fn server(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    server
}

/// Answers `first` to so many requests, then says that nothing is held.
async fn recovering(first: ResponseTemplate, times: u64) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(first).up_to_n_times(times).with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(nothing_held()).with_priority(2).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for status in [500, 502, 503] {
        let server = recovering(ResponseTemplate::new(status), 2).await;
        let reply = ask(&source(&server.uri(), SOURCE, |_| ())).await;
        assert_eq!((reply.answer.kind(), reply.attempts), (AnswerKind::NoRecord, 3), "{status}");
    }
    let server = recovering(ResponseTemplate::new(200).set_body_json(json!({"code": "5003"})), 1).await;
    assert_eq!(ask(&source(&server.uri(), SOURCE, |_| ())).await.attempts, 2);
}

#[tokio::test]
async fn what_will_not_pass_is_not() {
    for (status, why) in [
        (401, Failure::Unauthorised),
        (403, Failure::Unauthorised),
        (400, Failure::SourceError),
        (404, Failure::SourceError),
        (413, Failure::SourceError),
    ] {
        let server = server(ResponseTemplate::new(status)).await;
        let reply = ask(&source(&server.uri(), SOURCE, |_| ())).await;
        assert_eq!((failure(&reply), reply.attempts), (Some(why), 1), "{status}");
        assert_eq!(reply.note.unwrap(), format!("{SOURCE}: status: HTTP {status}"));
    }
}

#[tokio::test]
async fn retries_are_bounded() {
    for (status, why) in [(503, Failure::Busy), (429, Failure::RateLimited), (500, Failure::SourceError)] {
        let server = server(ResponseTemplate::new(status)).await;
        let reply = ask(&source(&server.uri(), SOURCE, |s| s.retries = 2)).await;
        assert_eq!((failure(&reply), reply.attempts), (Some(why), 3));
        assert_eq!(requests(&server).await, 3);
    }
}

#[tokio::test]
async fn retry_after_is_honoured_and_capped_by_the_budget() {
    let server = recovering(ResponseTemplate::new(429).insert_header("Retry-After", "1"), 1).await;
    let started = Instant::now();
    let reply = ask(&source(&server.uri(), SOURCE, |_| ())).await;
    assert_eq!(reply.answer.kind(), AnswerKind::NoRecord);
    assert!(started.elapsed() >= Duration::from_secs(1));

    let server = recovering(ResponseTemplate::new(503).insert_header("Retry-After", "3600"), 1).await;
    let reply = ask(&source(&server.uri(), SOURCE, |_| ())).await;
    assert_eq!((failure(&reply), reply.attempts), (Some(Failure::Busy), 1));
}

#[tokio::test]
async fn a_department_that_asks_to_be_left_alone_is_left_alone_by_everybody() {
    for (status, why) in [(429, Failure::RateLimited), (503, Failure::Busy)] {
        let server = recovering(ResponseTemplate::new(status).insert_header("Retry-After", "3600"), 1).await;
        let source = source(&server.uri(), SOURCE, |_| ());
        assert_eq!(failure(&ask(&source).await), Some(why));
        let next = source.submit(&people(2)).await;
        assert!(next.iter().all(|reply| (failure(reply), reply.attempts) == (Some(why), 0)), "{status}");
        assert_eq!(requests(&server).await, 1, "{status}");
    }
}

#[tokio::test]
async fn an_attempt_without_time_for_it_is_not_made() {
    let server = server(nothing_held()).await;
    let source = source(&server.uri(), SOURCE, |s| s.total_timeout = Duration::from_millis(10));
    let reply = ask(&source).await;
    assert_eq!((failure(&reply), reply.attempts), (Some(Failure::Timeout), 0));
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn a_silent_department_times_out() {
    let server = server(nothing_held().set_delay(Duration::from_secs(30))).await;
    let reply = ask(&source(&server.uri(), SOURCE, |s| s.retries = 1)).await;
    assert_eq!((failure(&reply), reply.attempts), (Some(Failure::Timeout), 2));
}

#[tokio::test]
async fn the_whole_exchange_has_a_limit_too() {
    let server = server(nothing_held().set_delay(Duration::from_secs(30))).await;
    let source = source(&server.uri(), SOURCE, |s| {
        s.retries = 10;
        s.total_timeout = Duration::from_millis(700);
    });
    let started = Instant::now();
    assert_eq!(failure(&ask(&source).await), Some(Failure::Timeout));
    assert!(started.elapsed() < Duration::from_millis(1500));
}

#[tokio::test]
async fn a_slow_drip_times_out() {
    let base = raw_server(|mut stream| async move {
        write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n").await;
        for _ in 0..100 {
            write(&mut stream, " ").await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let reply = ask(&source(&base, SOURCE, |s| s.retries = 0)).await;
    assert_eq!(failure(&reply), Some(Failure::Timeout));
    assert!(reply.elapsed < Duration::from_secs(1));
}

#[tokio::test]
async fn a_cut_connection_is_no_answer() {
    let base = raw_server(|mut stream| async move {
        write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"code\":\"1001\"}").await;
    })
    .await;
    let reply = ask(&source(&base, SOURCE, |s| s.retries = 1)).await;
    assert_eq!((failure(&reply), reply.attempts), (Some(Failure::Connection), 2));

    let closed = raw_server(|stream| async move { drop(stream) }).await;
    assert_eq!(failure(&ask(&source(&closed, SOURCE, |s| s.retries = 0)).await), Some(Failure::Connection));
    let nobody = "http://127.0.0.1:1";
    assert_eq!(failure(&ask(&source(nobody, SOURCE, |s| s.retries = 0)).await), Some(Failure::Connection));
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_whatever_it_says_of_its_length() {
    let large = ResponseTemplate::new(200).set_body_string("x".repeat(5000));
    let server = server(large).await;
    let reply = ask(&source(&server.uri(), SOURCE, |s| s.body_limit = 4096)).await;
    assert_eq!((failure(&reply), reply.attempts), (Some(Failure::TooLarge), 1));

    let endless = raw_server(|mut stream| async move {
        write(&mut stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        for _ in 0..1000 {
            write(&mut stream, &format!("400\r\n{}\r\n", "x".repeat(1024))).await;
        }
    })
    .await;
    assert_eq!(failure(&ask(&source(&endless, SOURCE, |s| s.body_limit = 4096)).await), Some(Failure::TooLarge));
}

#[tokio::test]
async fn a_body_in_the_wrong_charset_is_malformed() {
    let server = server(ResponseTemplate::new(200).set_body_bytes(b"{\"code\":\"\xff\xfe\"}".to_vec())).await;
    let reply = ask(&source(&server.uri(), SOURCE, |s| s.retries = 0)).await;
    assert_eq!(failure(&reply), Some(Failure::Malformed));
    assert_eq!(reply.note.unwrap(), "household_registration: body: is not UTF-8");
}

#[tokio::test]
async fn a_content_type_of_another_charset_is_malformed() {
    let nothing = json!({"code": "1001"}).to_string();
    let vehicles = json!({"code": "1", "count": 0}).to_string();
    for (name, body, content_type, expected) in [
        (SOURCE, &nothing, "application/json", AnswerKind::NoRecord),
        (SOURCE, &nothing, "application/json; charset=utf-8", AnswerKind::NoRecord),
        (SOURCE, &nothing, "application/json; charset=GBK", AnswerKind::Unavailable),
        (SOURCE, &nothing, "application/json; charset=nonsense", AnswerKind::Unavailable),
        ("vehicles", &vehicles, "application/json; charset=GB18030", AnswerKind::NoRecord),
        ("vehicles", &vehicles, "application/json; charset=UTF-8", AnswerKind::Unavailable),
    ] {
        let server = server(ResponseTemplate::new(200).set_body_raw(body.as_bytes(), content_type)).await;
        let reply = ask(&source(&server.uri(), name, |s| s.retries = 0)).await;
        assert_eq!(reply.answer.kind(), expected, "{name} {content_type}: {:?}", reply.note);
    }
}

#[tokio::test]
async fn more_rows_than_allowed_are_refused() {
    let row = |number: u32| json!({"jlbh": number.to_string(), "cllx": "K33", "zt": "A", "clje": "86000"});
    let body = json!({"code": "1", "count": 2, "vehs": [row(1), row(2)]});
    let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
    for (max_rows, expected) in [(2, None), (1, Some(Failure::TooLarge))] {
        let reply = ask(&source(&server.uri(), "vehicles", |s| s.max_rows = max_rows)).await;
        assert_eq!(failure(&reply), expected, "{max_rows}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = server(nothing_held()).await;
    let server = server(ResponseTemplate::new(307).insert_header("Location", elsewhere.uri().as_str())).await;
    assert_eq!(failure(&ask(&source(&server.uri(), SOURCE, |_| ())).await), Some(Failure::SourceError));
    assert_eq!(requests(&elsewhere).await, 0);
}

#[derive(Default)]
struct HandClock(Mutex<Duration>, std::sync::OnceLock<Instant>);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        *self.1.get_or_init(Instant::now) + *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn the_breaker_spares_a_failing_source_and_only_it() {
    let server = recovering(ResponseTemplate::new(500), 3).await;
    let mut config = config_at(&server.uri());
    for settings in config.sources.values_mut() {
        settings.retries = 0;
        settings.breaker_failures = 3;
        settings.breaker_open = Duration::from_secs(30);
    }
    let clock = Arc::new(HandClock::default());
    let registry = Registry::load_with(&config, Arc::new(LocalAdmission::new(&config)), clock.clone()).unwrap();
    let source = registry.get(&key(SOURCE)).unwrap();
    for _ in 0..3 {
        assert_eq!(failure(&ask(&source).await), Some(Failure::SourceError));
    }
    let spared = ask(&source).await;
    assert_eq!((failure(&spared), spared.attempts), (Some(Failure::BreakerOpen), 0));
    assert_eq!(requests(&server).await, 3);
    let states: Vec<_> = registry.health().into_iter().filter(|h| h.breaker == BreakerState::Open).collect();
    assert_eq!(states.len(), 1, "other sources are not concerned");
    assert_eq!(states[0].answers["unavailable"], 4);

    *clock.0.lock().unwrap() += Duration::from_secs(30);
    assert_eq!(ask(&source).await.answer.kind(), AnswerKind::NoRecord);
    assert_eq!(ask(&source).await.answer.kind(), AnswerKind::NoRecord);
}

#[tokio::test]
async fn an_exchange_counts_once_and_one_persons_trouble_not_at_all() {
    let breaker = async |template: ResponseTemplate, exchanges: usize| {
        let server = server(template).await;
        let registry = registry_at(&server.uri(), |s| {
            s.retries = 2;
            s.breaker_failures = 2;
        });
        for _ in 0..exchanges {
            ask(&registry.get(&key(SOURCE)).unwrap()).await;
        }
        registry.health().into_iter().find(|health| health.source == key(SOURCE)).unwrap().breaker
    };
    let json = |body: serde_json::Value| ResponseTemplate::new(200).set_body_json(body);
    assert_eq!(breaker(ResponseTemplate::new(500), 1).await, BreakerState::Closed, "three attempts, one exchange");
    assert_eq!(breaker(ResponseTemplate::new(500), 2).await, BreakerState::Open);
    assert_eq!(breaker(json(json!({"code": "5003"})), 2).await, BreakerState::Open, "busy is said of the department");
    for of_a_person in [json!({"code": "9999"}), json!({"code": "0000", "data": {"rows": 1}})] {
        assert_eq!(breaker(json(of_a_person), 4).await, BreakerState::Closed);
    }
}

#[tokio::test]
async fn without_a_cache_too_identical_questions_at_the_same_time_are_one_exchange() {
    let server = server(nothing_held().set_delay(Duration::from_millis(50))).await;
    let source = source(&server.uri(), SOURCE, |_| ());
    let queries: Vec<_> =
        (1..=5).map(|number| hedui_connectors::source::Query { entry: Some([number; 32]), ..query() }).collect();
    let replies = source.submit(&queries).await;
    assert_eq!(requests(&server).await, 1);
    let reused: Vec<_> = replies.iter().filter_map(|reply| reply.reused).collect();
    assert_eq!(reused.len(), 4, "whoever reuses an answer says since when it stands");
    assert!(reused.iter().all(|reused| reused.entry == Some([1; 32])), "and whose query brought it");
    assert!(ask(&source).await.reused.is_none());
    assert_eq!(requests(&server).await, 2, "nothing is kept");
}

#[tokio::test]
async fn identical_questions_at_the_same_time_are_one_exchange() {
    let server = server(nothing_held().set_delay(Duration::from_millis(100))).await;
    let source = source(&server.uri(), SOURCE, |s| s.cache = Duration::from_secs(60));
    let five = vec![query(); 5];
    let replies = source.submit(&five).await;
    assert!(replies.iter().all(|reply| reply.answer.kind() == AnswerKind::NoRecord));
    assert_eq!(replies.iter().filter(|reply| reply.attempts > 0).count(), 1, "a reuse says that nothing was sent");
    assert_eq!(requests(&server).await, 1);
    ask(&source).await;
    assert_eq!(requests(&server).await, 1);
    let mut other = query();
    other.id_number = Some("110101199003070038".into());
    source.submit(&[other]).await;
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn a_shared_failure_is_one_exchange_too() {
    let server = server(ResponseTemplate::new(400).set_delay(Duration::from_millis(100))).await;
    let source = source(&server.uri(), SOURCE, |s| s.cache = Duration::from_secs(60));
    let replies = source.submit(&vec![query(); 3]).await;
    assert!(replies.iter().all(|reply| failure(reply) == Some(Failure::SourceError)));
    assert_eq!(replies.iter().filter(|reply| reply.attempts > 0).count(), 1);
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn a_newborn_is_asked_about_by_name_and_birth_date() {
    let server = server(nothing_held()).await;
    let mut newborn = query();
    newborn.id_number = None;
    let replies = source(&server.uri(), SOURCE, |_| ()).submit(&[newborn]).await;
    assert_eq!(replies[0].answer.kind(), AnswerKind::NoRecord);
    let body: serde_json::Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body, json!({"gmsfhm": "", "xm": "王建国", "csrq": "19710302"}));
}

#[tokio::test]
async fn a_question_asked_anew_goes_to_the_department_although_its_answer_is_kept() {
    let server = server(nothing_held()).await;
    let source = source(&server.uri(), SOURCE, |s| s.cache = Duration::from_secs(60));
    assert!(ask(&source).await.reused.is_none());
    assert!(ask(&source).await.reused.is_some());
    let anew = hedui_connectors::source::Query { anew: true, ..query() };
    let replies = source.submit(&[anew]).await;
    assert!(replies[0].reused.is_none() && requests(&server).await == 2);
}

#[tokio::test]
async fn only_answers_that_speak_are_reused() {
    let server = recovering(ResponseTemplate::new(500), 1).await;
    let source = source(&server.uri(), SOURCE, |s| {
        s.cache = Duration::from_secs(60);
        s.retries = 0;
    });
    assert_eq!(failure(&ask(&source).await), Some(Failure::SourceError));
    assert_eq!(ask(&source).await.answer.kind(), AnswerKind::NoRecord);
}

#[tokio::test]
async fn a_dropped_question_leaves_nothing_running() {
    let server = server(nothing_held().set_delay(Duration::from_secs(30))).await;
    let registry = registry_at(&server.uri(), |s| {
        s.concurrency = 1;
        s.queue_timeout = Duration::from_millis(200);
        s.retries = 0;
    });
    let source = registry.get(&key(SOURCE)).unwrap();
    let cancelled = tokio::time::timeout(Duration::from_millis(100), source.submit(&[query()])).await;
    assert!(cancelled.is_err());
    let health = |registry: &Registry| registry.health().into_iter().find(|h| h.source == key(SOURCE)).unwrap();
    assert_eq!(health(&registry).in_flight, 0);
    assert_eq!(health(&registry).breaker, BreakerState::Closed);
    // its place is free again: the next question is sent, and times out at the department, not in the queue
    let next = ask(&source).await;
    assert_eq!((failure(&next), next.attempts), (Some(Failure::Timeout), 1));
}

#[tokio::test]
async fn no_more_questions_at_a_time_than_allowed() {
    let server = server(nothing_held().set_delay(Duration::from_millis(200))).await;
    let source = source(&server.uri(), SOURCE, |s| {
        s.concurrency = 1;
        s.queue_timeout = Duration::from_millis(50);
    });
    let replies = source.submit(&people(3)).await;
    let waited: Vec<_> = replies.iter().filter(|reply| reply.attempts == 0).collect();
    assert_eq!(waited.len(), 2);
    assert!(waited.iter().all(|reply| failure(reply) == Some(Failure::Timeout)));
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn the_rate_limit_spreads_requests() {
    let server = server(nothing_held()).await;
    let source = source(&server.uri(), SOURCE, |s| s.rate_per_second = 50);
    let started = Instant::now();
    source.submit(&people(13)).await;
    assert!(started.elapsed() >= Duration::from_millis(235), "one every 20 ms, none of them in advance");
    assert_eq!(requests(&server).await, 13);
}

#[tokio::test]
async fn what_is_not_to_be_sent_is_not() {
    let server = server(nothing_held()).await;
    let disabled = source(&server.uri(), SOURCE, |s| s.enabled = false);
    assert_eq!(ask(&disabled).await.answer, Answer::Skipped { why: Skip::Disabled });
    let mut nameless = query();
    nameless.id_number = None;
    let vehicles = source(&server.uri(), "vehicles", |_| ());
    assert_eq!(vehicles.submit(&[nameless.clone()]).await[0].answer, Answer::Skipped { why: Skip::NoIdentifier });
    nameless.birth_date = None;
    let by_birth = source(&server.uri(), SOURCE, |_| ());
    assert_eq!(by_birth.submit(&[nameless]).await[0].answer, Answer::Skipped { why: Skip::NoIdentifier });
    let secretless = source(&server.uri(), SOURCE, |s| s.secret = None);
    let reply = ask(&secretless).await;
    assert_eq!(failure(&reply), Some(Failure::NotConfigured));
    assert_eq!(
        reply.note.unwrap(),
        "household_registration: secret is missing: name an environment variable or a file"
    );
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn a_probe_asks_a_real_question() {
    let mock = server(nothing_held()).await;
    let registry = registry_at(&mock.uri(), |_| ());
    let day = jiff::civil::date(2026, 11, 1);
    let report = registry.probe(&key(SOURCE), day, Duration::from_secs(1)).await.unwrap();
    assert!(report.passed, "{report:?}");
    let body: serde_json::Value = mock.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body, json!({"gmsfhm": "110101199003070038", "xm": "测试员", "csrq": "19900307"}));

    let broken = server(ResponseTemplate::new(200).set_body_string("ok")).await;
    let registry = registry_at(&broken.uri(), |s| s.retries = 0);
    let report = registry.probe(&key(SOURCE), day, Duration::from_secs(1)).await.unwrap();
    assert!(!report.passed, "a connection is no proof");
}
