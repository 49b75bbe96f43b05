//! People of different cases travel together: each gets their own answer, and whoever goes takes nothing from the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use hedui_connectors::records::{Answer, AnswerKind, Failure, SourceKey};
use hedui_connectors::settings::SourceSettings;
use hedui_connectors::source::{Admission, BoxFuture, ExchangeKey, Lane, Query, Source};
use hedui_connectors::{Registry, SystemClock};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::room::{config_at, failure, key, people, query, source};

/// Answers about everybody that the depository holds nothing, after so long.
async fn depository(delay: Duration) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let persons = body["persons"].as_array().unwrap();
        let results: Vec<Value> = persons.iter().map(|person| json!({"k": person["k"], "status": "none"})).collect();
        let body = json!({"ok": true, "asof": "2026-10-31", "results": results});
        ResponseTemplate::new(200).set_body_json(body).set_delay(delay)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// How many people each request asked about.
async fn sizes(server: &MockServer) -> Vec<usize> {
    let requests = server.received_requests().await.unwrap();
    let persons = |request: &Request| request.body_json::<Value>().unwrap()["persons"].as_array().unwrap().len();
    requests.iter().map(persons).collect()
}

/// People of so many cases, three in each.
fn cases(count: usize, lane: Lane) -> Vec<Vec<Query>> {
    let all: Vec<Query> = people(count * 3).into_iter().map(|query| Query { lane, ..query }).collect();
    all.chunks(3).map(<[Query]>::to_vec).collect()
}

/// Long enough for two callers to find each other.
const GATHER_MS: u64 = 30;

/// Waits so long for company, and for answers however slow this machine is.
fn gathers(settings: &mut SourceSettings, millis: u64) {
    settings.batch_window = Duration::from_millis(millis);
    settings.timeout = Duration::from_secs(20);
    settings.total_timeout = Duration::from_secs(60);
}

/// Three people, and two others.
fn two_callers() -> (Vec<Query>, Vec<Query>) {
    let mut all: Vec<Query> = people(5).into_iter().map(bulk).collect();
    let other = all.split_off(3);
    (all, other)
}

fn bulk(query: Query) -> Query {
    Query { lane: Lane::Bulk, ..query }
}

#[tokio::test]
async fn two_hundred_cases_travel_in_three_calls() {
    let server = depository(Duration::from_millis(5)).await;
    let source = source(&server.uri(), "securities", |s| gathers(s, 300));
    let cases = cases(200, Lane::Bulk);
    let replies = join_all(cases.iter().map(|case| source.submit(case))).await;
    for reply in replies.iter().flatten() {
        assert_eq!((reply.answer.kind(), reply.attempts), (AnswerKind::NoRecord, 1), "{:?}", reply.note);
        assert!(reply.reused.is_none(), "each query was sent as its own");
    }
    assert_eq!(sizes(&server).await, [200, 200, 200]);
}

#[tokio::test]
async fn whoever_is_pressed_leaves_at_once_and_takes_along_who_waits() {
    let server = depository(Duration::ZERO).await;
    let source = source(&server.uri(), "securities", |s| gathers(s, 600_000));
    let crowd = cases(2, Lane::Bulk);
    let waiting = join_all(crowd.iter().map(|case| source.submit(case)));
    let pressed = Query { id_number: Some("620422197103021230".into()), ..query() };
    let (waited, first) = tokio::join!(waiting, source.submit(std::slice::from_ref(&pressed)));
    assert!(waited.iter().flatten().chain(&first).all(|reply| reply.answer.kind() == AnswerKind::NoRecord));
    assert_eq!(sizes(&server).await, [7], "nobody waited ten minutes");
}

#[tokio::test]
async fn questions_gather_while_they_wait_for_a_place() {
    let server = depository(Duration::from_millis(50)).await;
    let source = source(&server.uri(), "securities", |s| {
        gathers(s, 0);
        s.concurrency = 1;
    });
    let everybody = people(40);
    let replies = join_all(everybody.iter().map(|one| source.submit(std::slice::from_ref(one)))).await;
    assert!(replies.iter().flatten().all(|reply| reply.answer.kind() == AnswerKind::NoRecord));
    let sizes = sizes(&server).await;
    assert!(sizes.len() <= 2, "the second call takes whoever waits for the first: {sizes:?}");
}

#[tokio::test]
async fn a_caller_who_goes_disturbs_nobody() {
    let server = depository(Duration::from_millis(200)).await;
    let source = source(&server.uri(), "securities", |s| gathers(s, GATHER_MS));
    let (left, stays) = two_callers();
    let mut leaving = source.submit(&left).boxed();
    let mut staying = source.submit(&stays).boxed();
    assert!((&mut leaving).now_or_never().is_none() && (&mut staying).now_or_never().is_none());
    // under way
    while server.received_requests().await.unwrap().is_empty() {
        assert!(futures_util::poll!(&mut leaving).is_pending());
        tokio::task::yield_now().await;
    }
    drop(leaving);
    let replies = staying.await;
    assert!(replies.iter().all(|reply| reply.answer.kind() == AnswerKind::NoRecord && reply.attempts == 1));
    assert_eq!(sizes(&server).await, [5]);
}

#[tokio::test]
async fn who_goes_before_departure_is_not_asked_about() {
    let server = depository(Duration::ZERO).await;
    let source = source(&server.uri(), "securities", |s| gathers(s, 50));
    let (left, stays) = (cases(1, Lane::Bulk), bulk(people(9)[8].clone()));
    let mut leaving = source.submit(&left[0]).boxed();
    let mut staying = source.submit(std::slice::from_ref(&stays)).boxed();
    assert!((&mut leaving).now_or_never().is_none() && (&mut staying).now_or_never().is_none());
    drop(leaving);
    assert_eq!(staying.await[0].answer.kind(), AnswerKind::NoRecord);
    assert_eq!(sizes(&server).await, [1]);
}

#[tokio::test]
async fn a_question_of_two_cases_outlives_the_first() {
    let server = depository(Duration::from_millis(20)).await;
    let source = source(&server.uri(), "securities", |s| gathers(s, 50));
    let entry = |number: u8| Query { entry: Some([number; 32]), ..bulk(query()) };
    let (first, second, third) = ([entry(1)], [entry(2)], [entry(3)]);
    let mut leaving = source.submit(&first).boxed();
    assert!((&mut leaving).now_or_never().is_none());
    let mut staying = source.submit(&second).boxed();
    assert!((&mut staying).now_or_never().is_none());
    drop(leaving);
    let (second, third) = tokio::join!(staying, source.submit(&third));
    assert_eq!((second[0].attempts, second[0].reused), (1, None), "sent as the query of the first who still waits");
    assert_eq!(third[0].reused.unwrap().entry, Some([2; 32]));
    assert_eq!(sizes(&server).await, [1]);
}

#[tokio::test]
async fn with_the_last_caller_the_exchange_ends() {
    let server = depository(Duration::from_secs(30)).await;
    let mut config = config_at(&server.uri());
    for settings in config.sources.values_mut() {
        gathers(settings, GATHER_MS);
    }
    let registry = Registry::load(&config).unwrap();
    let source = registry.get(&key("securities")).unwrap();
    let health = || registry.health().into_iter().find(|one| one.source == key("securities")).unwrap();
    let (one, other) = two_callers();
    let mut both = vec![source.submit(&one).boxed(), source.submit(&other).boxed()];
    while health().in_flight == 0 {
        assert!(both.iter_mut().all(|call| call.now_or_never().is_none()));
        tokio::task::yield_now().await;
    }
    both.pop();
    assert_eq!(health().in_flight, 1, "somebody still waits");
    both.pop();
    assert_eq!((health().in_flight, health().queued["bulk"]), (0, 0));
}

/// An admission that falls over once.
struct Falls(AtomicBool);

impl Admission for Falls {
    fn admit<'a>(&'a self, _: &'a SourceKey) -> BoxFuture<'a, ()> {
        Box::pin(async move { assert!(!self.0.swap(false, Ordering::SeqCst), "falls over") })
    }
}

#[tokio::test]
async fn what_falls_over_ends_as_a_failure_of_its_own_cells() {
    let server = depository(Duration::ZERO).await;
    let mut config = config_at(&server.uri());
    config.sources.values_mut().for_each(|s| gathers(s, GATHER_MS));
    let falls = Arc::new(Falls(AtomicBool::new(true)));
    let registry = Registry::load_with(&config, falls, Arc::new(SystemClock)).unwrap();
    let source = registry.get(&key("securities")).unwrap();
    let (one, other) = two_callers();
    let (one, other) = tokio::join!(source.submit(&one), source.submit(&other));
    assert!(one.iter().chain(&other).all(|reply| failure(reply) == Some(Failure::SourceError)));
    assert_eq!(one[0].note.as_deref(), Some("securities: exchange: fell over"));
    assert_eq!(source.submit(&people(1)).await[0].answer.kind(), AnswerKind::NoRecord, "the next is sound");
}

/// A bank that gives a ticket for each batch number, and says so in it.
async fn bank() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let body: Value = request.body_json().unwrap();
        ResponseTemplate::new(200).set_body_json(json!({"code": "0", "ticket": body["batchNo"]}))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn of_case(number: u8, member: u8) -> Query {
    let id = format!("62042219710302{number:02}{member:02}");
    let exchange_key = ExchangeKey::of(&[&[number], &[member]]);
    Query { id_number: Some(id.as_str().into()), exchange_key, lane: Lane::Bulk, ..query() }
}

fn ticket(reply: &hedui_connectors::source::Reply) -> (usize, String) {
    let Answer::Pending { ticket } = &reply.answer else { panic!("not pending: {:?}", reply.note) };
    let (seat, held) = ticket.0.split_once(':').unwrap();
    (seat.split('/').next().unwrap().parse().unwrap(), held.to_owned())
}

#[tokio::test]
async fn cases_share_a_submission_and_each_has_its_seats() {
    let server = bank().await;
    let cases: Vec<Vec<Query>> = (1..=20).map(|case| (1..=3).map(|member| of_case(case, member)).collect()).collect();
    let submit = async |cases: Vec<&Vec<Query>>| {
        // a registry of its own each time: nothing is remembered in the process
        let source: Arc<dyn Source> = source(&server.uri(), "finance", |s| gathers(s, 100));
        join_all(cases.into_iter().map(|case| source.submit(case))).await
    };
    let first = submit(cases.iter().collect()).await;
    let bodies = async || -> Vec<Value> {
        server.received_requests().await.unwrap().iter().map(|request| request.body_json().unwrap()).collect()
    };
    let body = bodies().await.remove(0);
    assert_eq!(body["items"].as_array().unwrap().len(), 60);
    for (case, replies) in cases.iter().zip(&first) {
        for (query, reply) in case.iter().zip(replies) {
            let (seat, _) = ticket(reply);
            let at_seat = &body["items"][seat - 1];
            assert_eq!(at_seat["seq"], seat);
            assert_eq!(at_seat["idNo"], query.id_number.as_ref().unwrap().expose(), "nobody sits in another's seat");
        }
    }
    // after a crash the same cases come in another order: the department recognises the submission
    let again = submit(cases.iter().rev().collect()).await;
    assert_eq!(
        again.into_iter().rev().map(|case| case.iter().map(ticket).collect::<Vec<_>>()).collect::<Vec<_>>(),
        first.iter().map(|case| case.iter().map(ticket).collect::<Vec<_>>()).collect::<Vec<_>>()
    );
    // fewer of them are another submission, under another number
    submit(cases.iter().take(19).collect()).await;
    let bodies = bodies().await;
    assert_eq!(bodies.len(), 3);
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[0]["batchNo"], bodies[2]["batchNo"]);
}

#[tokio::test]
async fn the_same_person_of_two_cases_is_submitted_once() {
    let server = bank().await;
    let source = source(&server.uri(), "finance", |s| gathers(s, 50));
    let entry = |number: u8| Query { entry: Some([number; 32]), ..bulk(query()) };
    let (one, two) = ([entry(1), of_case(1, 1)], [entry(2)]);
    let (one, two) = tokio::join!(source.submit(&one), source.submit(&two));
    assert_eq!(ticket(&one[0]), ticket(&two[0]));
    assert_eq!((one[0].reused, two[0].reused.unwrap().entry), (None, Some([1; 32])));
    let body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body["items"].as_array().unwrap().len(), 2);
    let mut elsewhere = entry(3);
    elsewhere.asked_for = "another county".into();
    let (three, four) = ([entry(4)], [elsewhere]);
    let (three, four) = tokio::join!(source.submit(&three), source.submit(&four));
    assert!(three[0].reused.is_none() && four[0].reused.is_none(), "answers stay within an organisation");
}

/// The person whom the department cannot stand.
const AT_FAULT: &str = "000000000000000033";

/// A depository and a bank that refuse every call in which that person travels, or every call.
async fn refusing(everybody: bool, status: u16) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let text = String::from_utf8(request.body.clone()).unwrap();
        if everybody || text.contains(AT_FAULT) {
            return ResponseTemplate::new(status);
        }
        let body: Value = request.body_json().unwrap();
        if body["batchNo"].is_string() {
            return ResponseTemplate::new(200).set_body_json(json!({"code": "0", "ticket": body["batchNo"]}));
        }
        let persons = body["persons"].as_array().unwrap();
        let results: Vec<Value> = persons.iter().map(|person| json!({"k": person["k"], "status": "none"})).collect();
        ResponseTemplate::new(200).set_body_json(json!({"ok": true, "asof": "2026-10-31", "results": results}))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn one_person_at_fault_spoils_no_other_answer() {
    for (name, fine, status) in [
        ("securities", AnswerKind::NoRecord, 400),
        ("securities", AnswerKind::NoRecord, 500),
        ("finance", AnswerKind::Pending, 400),
    ] {
        let server = refusing(false, status).await;
        let source = source(&server.uri(), name, |s| {
            gathers(s, 100);
            s.retries = 0;
        });
        let cases = cases(30, Lane::Bulk);
        let replies = join_all(cases.iter().map(|case| source.submit(case))).await;
        for (query, reply) in cases.iter().flatten().zip(replies.iter().flatten()) {
            let at_fault = query.id_number.as_ref().unwrap().expose() == AT_FAULT;
            let expected = if at_fault { AnswerKind::Unavailable } else { fine };
            assert_eq!(reply.answer.kind(), expected, "{name} {status}: {:?}", reply.note);
        }
        let requests = server.received_requests().await.unwrap().len();
        assert!(requests <= 1 + 2 * 7, "{name}: {requests} requests to find one among ninety");
    }
}

#[tokio::test]
async fn a_department_that_refuses_everybody_is_not_searched_for_somebody_at_fault() {
    for name in ["securities", "finance"] {
        let server = refusing(true, 400).await;
        let source = source(&server.uri(), name, |s| s.retries = 0);
        let replies = source.submit(&people(80)).await;
        assert!(replies.iter().all(|reply| failure(reply) == Some(Failure::SourceError)));
        assert_eq!(server.received_requests().await.unwrap().len(), 3, "{name}: the whole, and its halves");
    }
}

/// Holds something about everybody, under their own number.
async fn telling() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let about = |person: &Value| {
            let row = json!({"jlbh": person["id"], "account": "A", "value": "1.000", "cash": "0.000"});
            json!({"k": person["k"], "status": "hit", "rows": [row]})
        };
        // in another order than asked, as far as the wire allows
        let results: Vec<Value> = body["persons"].as_array().unwrap().iter().rev().map(about).collect();
        let delay = Duration::from_millis(u64::try_from(results.len() % 7).unwrap());
        let body = json!({"ok": true, "asof": "2026-10-31", "results": results});
        ResponseTemplate::new(200).set_body_json(body).set_delay(delay)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_comes_and_goes_everybody_gets_their_own_answer() {
    let server = telling().await;
    let source = source(&server.uri(), "securities", |s| {
        gathers(s, 10);
        s.concurrency = 3;
    });
    // two hundred people, in four hundred cases: many are asked about in several at once
    let all = people(200);
    let cases = (0..400_usize).map(|case| {
        let lane = Lane::ALL[case % 3];
        let members: Vec<Query> =
            [case, case * 7 + 1, case * 13 + 5].iter().map(|at| Query { lane, ..all[at % 200].clone() }).collect();
        let source = source.clone();
        tokio::spawn(async move {
            let asked = source.submit(&members);
            // some go again: before they set out, under way, or hardly at all
            let replies = match case % 5 {
                0 => tokio::time::timeout(Duration::from_millis(u64::try_from(case % 16).unwrap()), asked).await.ok(),
                _ => Some(asked.await),
            };
            (members, replies)
        })
    });
    let mut answered = 0;
    for case in join_all(cases.collect::<Vec<_>>()).await {
        let (members, Some(replies)) = case.unwrap() else { continue };
        assert_eq!(members.len(), replies.len());
        for (member, reply) in members.iter().zip(replies) {
            let [record] = reply.answer.records() else { panic!("one record: {:?}", reply.note) };
            assert_eq!(record.number, member.id_number.as_ref().unwrap().expose(), "somebody else's answer");
            answered += 1;
        }
    }
    assert!(answered >= 320 * 3, "whoever stayed has answers");
}
