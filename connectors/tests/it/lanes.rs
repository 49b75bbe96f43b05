//! Thousands of bulk questions beside somebody at the counter, and a department that goes down under them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use hedui_connectors::records::{AnswerKind, Failure};
use hedui_connectors::settings::{Hours, SourceSettings};
use hedui_connectors::source::{Lane, Query, Reply};
use hedui_connectors::{Clock, LocalAdmission, Registry};
use jiff::Timestamp;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::room::{config_at, failure, key, people, query, source};

const SOURCE: &str = "household_registration";

/// What is counted here is requests; how fast this machine is has no part in it.
fn patient(settings: &mut SourceSettings) {
    settings.timeout = Duration::from_secs(20);
    settings.total_timeout = Duration::from_secs(60);
}

fn nothing_held() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"code": "1001"}))
}

async fn server(answer: impl Fn(u64) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let (server, count) = (MockServer::start().await, AtomicU64::new(0));
    Mock::given(any())
        .respond_with(move |_: &Request| answer(count.fetch_add(1, Ordering::SeqCst)))
        .mount(&server)
        .await;
    server
}

async fn asked_about(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let number = |request: &Request| request.body_json::<Value>().unwrap()["gmsfhm"].as_str().unwrap().to_owned();
    requests.iter().map(number).collect()
}

fn crowd(count: usize) -> Vec<Query> {
    people(count).into_iter().map(|query| Query { lane: Lane::Bulk, ..query }).collect()
}

#[tokio::test]
async fn somebody_at_the_counter_overtakes_five_hundred() {
    for rate in [0, 100] {
        let server = server(|_| nothing_held().set_delay(Duration::from_millis(10))).await;
        let source = source(&server.uri(), SOURCE, |s| {
            s.concurrency = 4;
            s.rate_per_second = rate;
            patient(s);
        });
        let crowd = crowd(500);
        let mut waiting = join_all(crowd.iter().map(|one| source.submit(std::slice::from_ref(one)))).boxed();
        assert!((&mut waiting).now_or_never().is_none(), "all of them are in the queue");
        let ours = [query()];
        let counter = tokio::select! {
            biased;
            _ = &mut waiting => panic!("all of them were before"),
            counter = source.submit(&ours) => counter,
        };
        let counter = &counter[0];
        assert_eq!(counter.answer.kind(), AnswerKind::NoRecord);
        let before = asked_about(&server).await.iter().position(|id| id == crate::room::ID).unwrap();
        // four were under way, and three may have set out in the same moment
        assert!(before <= 7, "nobody waits behind queued bulk questions: {before} were asked about before");
        drop(waiting);
        let after = asked_about(&server).await.len();
        assert_eq!(source.submit(&[query()]).await[0].answer.kind(), AnswerKind::NoRecord);
        assert_eq!(asked_about(&server).await.len(), after + 1, "those who went are out of the queue");
    }
}

#[tokio::test]
async fn bulk_waits_longer_than_the_counter_does() {
    let server = server(|_| nothing_held().set_delay(Duration::from_millis(100))).await;
    let source = source(&server.uri(), SOURCE, |s| {
        s.concurrency = 1;
        s.queue_timeout = Duration::from_millis(20);
        patient(s);
    });
    let replies = source.submit(&crowd(4)).await;
    assert!(replies.iter().all(|reply| reply.answer.kind() == AnswerKind::NoRecord), "nobody was sent away");
}

#[tokio::test]
async fn all_lanes_leave_a_department_alone_that_asks_for_it() {
    let server = server(|_| ResponseTemplate::new(429).insert_header("Retry-After", "3600")).await;
    let source = source(&server.uri(), SOURCE, |s| s.concurrency = 1);
    let mut everybody = crowd(50);
    everybody.extend(people(60).split_off(50));
    let replies = source.submit(&everybody).await;
    assert!(replies.iter().all(|reply| failure(reply) == Some(Failure::RateLimited)));
    assert_eq!(replies.iter().filter(|reply| reply.attempts > 0).count(), 1);
    assert_eq!(asked_about(&server).await.len(), 1);
}

#[derive(Default)]
struct HandClock(Mutex<Duration>, OnceLock<Instant>);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        *self.1.get_or_init(Instant::now) + *self.0.lock().unwrap()
    }
}

const NEEDED: usize = 400;
const OPEN: Duration = Duration::from_secs(30);

/// Asks those again whose failure may pass, as the service does, and says who still has no answer.
async fn ask_again(source: &Arc<dyn hedui_connectors::source::Source>, open: Vec<Query>) -> Vec<Query> {
    let replies: Vec<Reply> =
        join_all(open.iter().map(|one| source.submit(std::slice::from_ref(one)))).await.into_iter().flatten().collect();
    let passing = |reply: &Reply| failure(reply).is_some_and(Failure::is_passing);
    assert!(replies.iter().all(|reply| reply.answer.kind() == AnswerKind::NoRecord || passing(reply)));
    open.into_iter().zip(replies).filter(|(_, reply)| passing(reply)).map(|(query, _)| query).collect()
}

#[tokio::test]
async fn a_department_that_goes_down_under_bulk_is_hardly_asked_more_than_needed() {
    // it answers a hundred, is down, and comes back with the fourth probe
    let down = Arc::new(Mutex::new(0_usize));
    let failing = down.clone();
    let server = server(move |request| {
        let mut down = failing.lock().unwrap();
        if request >= 100 && *down != usize::MAX {
            *down += 1;
            return ResponseTemplate::new(503);
        }
        nothing_held()
    })
    .await;
    let config = {
        let mut config = config_at(&server.uri());
        for settings in config.sources.values_mut() {
            settings.breaker_open = OPEN;
            patient(settings);
        }
        config
    };
    let clock = Arc::new(HandClock::default());
    let registry = Registry::load_with(&config, Arc::new(LocalAdmission::new(&config)), clock.clone()).unwrap();
    let source = registry.get(&key(SOURCE)).unwrap();
    let mut open = ask_again(&source, crowd(NEEDED)).await;
    assert_eq!(open.len(), NEEDED - 100);
    let mut probes = 0;
    for _ in 0..3 {
        // asked again and again while it is spared: nothing is sent
        let before = asked_about(&server).await.len();
        for _ in 0..5 {
            open = ask_again(&source, open).await;
        }
        assert_eq!(asked_about(&server).await.len(), before);
        *clock.0.lock().unwrap() += OPEN;
        open = ask_again(&source, open).await;
        let sent = asked_about(&server).await.len() - before;
        assert!(sent >= 1, "it is tried whether it is back");
        probes += sent;
    }
    *down.lock().unwrap() = usize::MAX;
    *clock.0.lock().unwrap() += OPEN;
    while !open.is_empty() {
        open = ask_again(&source, open).await;
    }
    let sent = asked_about(&server).await.len();
    assert!(probes <= 6, "one exchange probes: {probes} requests in three openings");
    assert!(sent - probes <= NEEDED + NEEDED / 5, "{sent} requests for {NEEDED} questions, {probes} of them probes");
}

#[test]
fn each_lane_has_its_hours() {
    let mut config = config_at("http://127.0.0.1:1");
    let settings = config.source_mut(&key(SOURCE));
    settings.hours = Hours::of(["08:00-18:00"]).unwrap();
    settings.bulk_hours = Some(Hours::of(["22:00-06:00"]).unwrap());
    let registry = Registry::load(&config).unwrap();
    let at = |time: &str| -> Timestamp { format!("2026-11-02T{time}+08:00").parse().unwrap() };
    for (lane, now, opens) in [
        (Lane::Interactive, "09:00:00", None),
        (Lane::Urgent, "07:00:00", Some("08:00:00")),
        (Lane::Bulk, "09:00:00", Some("22:00:00")),
        (Lane::Bulk, "23:00:00", None),
    ] {
        assert_eq!(registry.opens(&key(SOURCE), lane, at(now)), opens.map(at), "{lane:?} at {now}");
    }
    assert_eq!(registry.opens(&key("tax"), Lane::Bulk, at("09:00:00")), None, "no hours are round the clock");
}
