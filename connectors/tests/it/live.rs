//! Every definition against its live mock, over real sockets: what the departments hold arrives, whole, and no fault of theirs
//! becomes more than a failure of its own cell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use hedui_connectors::health::{Change, SourceHealth};
use hedui_connectors::records::{Answer, AnswerKind, Failure, Gap, SourceKey};
use hedui_connectors::settings::SourceSettings;
use hedui_connectors::source::{ExchangeKey, Lane, Query, Reply, Source, window_start};
use hedui_connectors::{Registry, SourcesConfig};
use hedui_mock_sources::faults::{FaultPlan, triggers};
use hedui_mock_sources::{Config, Dirt, DirtKind, Key, MockSources};

use crate::room::key;
use crate::truth::told;

/// Departments that are asked about a period and leave out what lies before it.
const BY_PERIOD: [&str; 5] = ["tax", "social_security", "health", "medical_insurance", "education"];

/// The mocks' published credentials, by how each department knows who asks.
fn credential(source: &SourceKey) -> String {
    let kind = match source.as_str() {
        "health" | "employment" | "finance" | "tax" | "justice" => "secret",
        "education" | "market_regulation" | "real_estate" | "insurance" | "disability" | "medical_insurance"
        | "veterans" => "key",
        _ => "token",
    };
    format!("mock-{source}-{kind}")
}

async fn departments(households: u32, dirt: Dirt) -> MockSources {
    let config = Config { households, dirt, ticket_delay: Duration::from_millis(50), ..Config::default() };
    MockSources::start(config).await.unwrap()
}

fn registry(mocks: &MockSources, change: impl Fn(&mut SourceSettings)) -> Registry {
    let mut config = SourcesConfig::shipped();
    config.set_base_url_for_all(&mocks.base_url());
    config.set_secret_for_all(|key| credential(key).into());
    for settings in config.sources.values_mut() {
        settings.rate_per_second = 0;
        settings.cache = Duration::ZERO;
        settings.timeout = Duration::from_secs(20);
        settings.total_timeout = Duration::from_secs(60);
        settings.poll_interval = Duration::from_millis(20);
        change(settings);
    }
    Registry::load(&config).unwrap()
}

fn query(mocks: &MockSources, name: &str, id: &str, born: Option<jiff::civil::Date>) -> Query {
    let as_of = mocks.population().as_of();
    Query {
        name: name.into(),
        id_number: Some(id.into()),
        birth_date: born,
        sex: None,
        as_of,
        window_from: window_start(as_of),
        asked_for: String::new(),
        exchange_key: ExchangeKey::random(),
        entry: None,
        lane: Lane::default(),
        anew: false,
    }
}

/// Asks, and waits for asynchronous answers.
async fn ask(source: &Arc<dyn Source>, queries: &[Query]) -> Vec<Reply> {
    let started = Instant::now();
    let mut replies = source.submit(queries).await;
    loop {
        let waiting: Vec<usize> =
            (0..replies.len()).filter(|index| replies[*index].answer.kind() == AnswerKind::Pending).collect();
        if waiting.is_empty() || started.elapsed() > Duration::from_secs(30) {
            return replies;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let held: Vec<_> = waiting
            .iter()
            .map(|index| match &replies[*index].answer {
                Answer::Pending { ticket } => (ticket.clone(), queries[*index].clone()),
                _ => unreachable!("only pending ones are waited for"),
            })
            .collect();
        for (index, reply) in waiting.into_iter().zip(source.poll(&held).await) {
            replies[index] = reply;
        }
    }
}

#[tokio::test]
async fn every_source_is_proved_by_its_probe() {
    let mocks = departments(5, Dirt::Clean).await;
    let registry = registry(&mocks, |_| ());
    for source in registry.sources() {
        let key = &source.descriptor().key;
        let report = registry.probe(key, mocks.population().as_of(), Duration::from_secs(10)).await.unwrap();
        assert!(report.passed, "{report:?}");
    }
}

#[tokio::test]
async fn everything_the_departments_hold_arrives() {
    let mocks = departments(60, Dirt::Clean).await;
    let registry = registry(&mocks, |_| ());
    let people: Vec<_> = mocks.population().households().flat_map(|household| household.people()).collect();
    let queries: Vec<Query> =
        people.iter().map(|person| query(&mocks, &person.name, &person.id_number, Some(person.born))).collect();
    let mut held: BTreeMap<(u32, String), BTreeSet<String>> = BTreeMap::new();
    for person in &people {
        for record in mocks.records_about(person.id) {
            held.entry((person.id, record.department)).or_default().insert(record.jlbh);
        }
    }
    let mut kinds = BTreeSet::new();
    for source in registry.sources() {
        let key = source.descriptor().key.as_str().to_owned();
        let mut found = 0;
        for (person, reply) in people.iter().zip(ask(&source, &queries).await) {
            assert!(reply.answer.kind().speaks(), "{key}: {:?} {:?}", reply.answer.kind(), reply.note);
            let numbers: BTreeSet<String> = reply.answer.records().iter().map(|record| record.number.clone()).collect();
            assert_eq!(numbers.len(), reply.answer.records().len(), "{key}: a record number is given once");
            for number in &numbers {
                assert!(mocks.record(Key::parse(&key).unwrap(), number).is_some(), "{key}: {number} is nobody's");
            }
            let second = person.second_number.as_ref().is_some_and(|second| second.departments.contains(&key));
            if let Some(expected) = held.get(&(person.id, key.clone()))
                && !second
                && !BY_PERIOD.contains(&key.as_str())
            {
                assert!(numbers.is_superset(expected), "{key}: {expected:?} is not all in {numbers:?}");
            }
            for record in reply.answer.records() {
                let owner = mocks.record(Key::parse(&key).unwrap(), &record.number).unwrap().owner;
                // what an answer says as a whole is said of the person asked about
                if owner == person.id {
                    let (kind, so) = told(person, &record.detail);
                    assert!(so, "{key}: {kind} {} says something else than is true", record.number);
                    kinds.insert(kind);
                }
            }
            found += usize::from(reply.answer.kind() == AnswerKind::Found);
        }
        assert!(found > 0, "{key} holds something about somebody");
    }
    assert!(kinds.len() >= 20, "most kinds of record were compared: {kinds:?}");
}

#[tokio::test]
async fn dirty_copies_are_read_all_the_same() {
    let mocks = departments(60, Dirt::dirty()).await;
    let registry = registry(&mocks, |_| ());
    let people: Vec<_> = mocks.population().households().flat_map(|household| household.people()).collect();
    let queries: Vec<Query> =
        people.iter().map(|person| query(&mocks, &person.name, &person.id_number, Some(person.born))).collect();
    let mut spoiled = 0;
    for source in registry.sources() {
        let key = source.descriptor().key.as_str();
        for reply in ask(&source, &queries).await {
            assert!(reply.answer.kind().speaks(), "{key}: {:?} {:?}", reply.answer.kind(), reply.note);
            for record in reply.answer.records() {
                let truth = mocks.record(Key::parse(key).unwrap(), &record.number).unwrap();
                assert!(!truth.dirt.contains(&DirtKind::Lost));
                spoiled += usize::from(!truth.dirt.is_empty());
            }
        }
    }
    assert!(spoiled > 0);
}

#[tokio::test]
async fn a_persons_faults_stay_in_that_persons_cell() {
    let mocks = departments(5, Dirt::Clean).await;
    let registry = registry(&mocks, |settings| {
        settings.timeout = Duration::from_millis(800);
        // shorter than the Retry-After of the trigger: whoever is told to wait gives up
        settings.total_timeout = Duration::from_millis(1900);
        settings.retries = 1;
        settings.breaker_failures = 0;
        settings.body_limit = 256 * 1024;
    });
    let expected = [
        (triggers::TIMEOUT, &[Failure::Timeout][..]),
        (triggers::CUT, &[Failure::Connection]),
        (triggers::MALFORMED, &[Failure::Malformed]),
        (triggers::WRONG_ENCODING, &[Failure::Malformed]),
        (triggers::OVERSIZED, &[Failure::TooLarge]),
        (triggers::SLOW_DRIP, &[Failure::Timeout]),
        (triggers::SERVER_ERROR, &[Failure::SourceError]),
        (triggers::REFUSED, &[Failure::SourceError]),
        (triggers::BUSY, &[Failure::Busy]),
        (triggers::SLOW, &[Failure::Timeout]),
    ];
    let fixture = query(&mocks, triggers::PROBE_NAME, triggers::PROBE, None);
    // a few departments at a time: limits of time are of this machine too
    let checks = registry.sources().into_iter().map(|source| {
        let (mocks, fixture, expected) = (&mocks, std::slice::from_ref(&fixture), &expected);
        async move {
            let name = source.descriptor().key.clone();
            // each in an exchange of their own: what happens to a batch happens to all who travel in it
            let apart = source.descriptor().batch_size > 1;
            let asked = expected.iter().map(async |(id, whys)| {
                let reply = source.submit(&[query(mocks, "某某", id, None)]).await.remove(0);
                (id, whys, reply)
            });
            let at_once = if apart { 1 } else { expected.len() };
            let asked = futures_util::stream::iter(asked).buffered(at_once).collect::<Vec<_>>();
            let (asked, neighbour) = if apart {
                (asked.await, ask(&source, fixture).await)
            } else {
                tokio::join!(asked, ask(&source, fixture))
            };
            assert_eq!(
                neighbour[0].answer.kind(),
                AnswerKind::NoRecord,
                "{name}: the neighbour {:?}",
                neighbour[0].note
            );
            for (id, whys, reply) in asked {
                match reply.answer {
                    Answer::Unavailable { why } => {
                        assert!(whys.contains(&why), "{name} {id}: {why:?} {:?}", reply.note)
                    }
                    // an inbox answers nothing that could be read wrongly or drip
                    Answer::Pending { .. }
                        if name.as_str() == "insurance"
                            && (*whys == [Failure::Malformed] || *id == triggers::SLOW_DRIP) => {}
                    other => panic!("{name} {id}: {:?}", other.kind()),
                }
                assert!(!reply.note.unwrap_or_default().contains(id));
            }
            // maintenance with a Retry-After is said of the department: afterwards it is left alone
            let down = source.submit(&[query(mocks, "某某", triggers::MAINTENANCE, None)]).await.remove(0);
            assert_eq!(down.answer, Answer::Unavailable { why: Failure::Busy }, "{name}: {:?}", down.note);
            let spared = source.submit(fixture).await.remove(0);
            assert_eq!((spared.answer, spared.attempts), (Answer::Unavailable { why: Failure::Busy }, 0), "{name}");
        }
    });
    futures_util::stream::iter(checks).buffer_unordered(4).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn passing_trouble_is_overcome() {
    let mocks = departments(5, Dirt::Clean).await;
    let registry = registry(&mocks, |settings| settings.retries = 3);
    let vehicles = registry.get(&key("vehicles")).unwrap();
    for id in [triggers::BUSY_TWICE, triggers::RATE_LIMITED] {
        let reply = vehicles.submit(&[query(&mocks, "某某", id, None)]).await.remove(0);
        assert_eq!(reply.answer.kind(), AnswerKind::NoRecord, "{id}: {:?}", reply.note);
        assert!(reply.attempts > 1);
    }
}

#[tokio::test]
async fn banks_and_insurers_may_be_late_fail_or_be_incomplete() {
    let mocks = departments(5, Dirt::Clean).await;
    let registry = registry(&mocks, |settings| settings.retries = 0);
    let ask_about = async |name: &str, id: &str| {
        let source = registry.get(&key(name)).unwrap();
        ask(&source, &[query(&mocks, "某某", id, None)]).await.remove(0)
    };
    for name in ["finance", "insurance"] {
        assert_eq!(ask_about(name, triggers::LATE_TICKET).await.answer.kind(), AnswerKind::NoRecord, "{name}");
        let failed = ask_about(name, triggers::FAILED_TICKET).await;
        assert_eq!(failed.answer, Answer::Unavailable { why: Failure::SourceError }, "{name}: {:?}", failed.note);
        let source = registry.get(&key(name)).unwrap();
        let submitted = source.submit(&[query(&mocks, "某某", triggers::NEVER_TICKET, None)]).await.remove(0);
        let Answer::Pending { ticket } = submitted.answer else { panic!("{name}: not accepted") };
        let polled = source.poll(&[(ticket, query(&mocks, "某某", triggers::NEVER_TICKET, None))]).await.remove(0);
        assert_eq!(polled.answer.kind(), AnswerKind::Pending, "{name}");
    }
    let incomplete = ask_about("finance", triggers::MISSING_BANK).await;
    assert!(matches!(incomplete.answer, Answer::Partial { why: Gap::InstitutionMissing, .. }), "{:?}", incomplete.note);
}

/// Requests that a department has had.
fn requests(mocks: &MockSources, key: &str) -> u64 {
    mocks.statistics()[key]["requests"].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn two_hundred_cases_take_a_fifth_of_the_calls_at_the_most() {
    const CASES: usize = 200;
    let mocks = departments(250, Dirt::Clean).await;
    let registry = registry(&mocks, |settings| settings.batch_window = Duration::from_millis(200));
    let people: Vec<Query> = mocks
        .population()
        .households()
        .flat_map(|household| household.people())
        .map(|person| Query { lane: Lane::Bulk, ..query(&mocks, &person.name, &person.id_number, Some(person.born)) })
        .take(CASES * 3)
        .collect();
    assert_eq!(people.len(), CASES * 3);
    for name in ["securities", "civil_assistance"] {
        let source = registry.get(&key(name)).unwrap();
        // what it takes when every case asks for itself
        for case in people.chunks(3).take(10) {
            source.submit(case).await;
        }
        let (alone, before) = (requests(&mocks, name) * 20, requests(&mocks, name));
        assert_eq!(alone, 200, "{name}: a call for each case");
        let replies = futures_util::future::join_all(people.chunks(3).map(|case| source.submit(case))).await;
        let together = requests(&mocks, name) - before;
        assert_eq!(mocks.statistics()[name]["people"], 30 + CASES * 3, "{name}: nobody twice, nobody left out");
        assert!(together * 5 <= alone, "{name}: {together} calls together, {alone} alone");
        for (asked, reply) in people.iter().zip(replies.iter().flatten()) {
            assert!(reply.answer.kind().speaks(), "{name}: {:?} {:?}", reply.answer.kind(), reply.note);
            for record in reply.answer.records() {
                let number = record.subject.id_number.as_ref().map(|number| number.expose().to_owned());
                let ours = asked.id_number.as_ref().map(|number| number.expose().to_owned());
                assert_eq!(number, ours, "{name}: a record in somebody else's answer");
            }
        }
    }
}

/// Puts a fault in force while the departments run.
fn fault(mocks: &MockSources, line: &str) {
    mocks.set_faults(FaultPlan { seed: 1, faults: vec![line.parse().unwrap()] }).unwrap();
}

#[tokio::test]
async fn a_result_file_that_lacks_its_end_is_not_half_read() {
    let mocks = departments(20, Dirt::Clean).await;
    let registry = registry(&mocks, |settings| {
        settings.result_kept = Duration::ZERO;
        settings.retries = 0;
    });
    let people: Vec<_> = mocks.population().households().flat_map(|household| household.people()).take(30).collect();
    let queries: Vec<Query> =
        people.iter().map(|person| query(&mocks, &person.name, &person.id_number, Some(person.born))).collect();
    for name in ["finance", "insurance"] {
        let source = registry.get(&key(name)).unwrap();
        mocks.set_faults(FaultPlan::default()).unwrap();
        let whole = ask(&source, &queries).await;
        assert!(whole.iter().all(|reply| reply.answer.kind().speaks()), "{name}");
        let again: Vec<Query> =
            queries.iter().map(|one| Query { exchange_key: ExchangeKey::random(), ..one.clone() }).collect();
        fault(&mocks, &format!("{name}: truncated operation=result first=2"));
        let mut cut = 0;
        let mut replies = source.submit(&again).await;
        let started = Instant::now();
        while replies.iter().any(|reply| reply.answer.kind() == AnswerKind::Pending) {
            assert!(started.elapsed() < Duration::from_secs(30), "{name}: {:?}", replies[0].note);
            let held: Vec<_> = replies
                .iter()
                .zip(&again)
                .map(|(reply, query)| match &reply.answer {
                    Answer::Pending { ticket } => (ticket.clone(), query.clone()),
                    other => panic!("{name}: some have an answer and some wait: {:?}", other.kind()),
                })
                .collect();
            replies = source.poll(&held).await;
            cut += usize::from(replies[0].note.as_deref().is_some_and(|note| note.contains("trailer")));
        }
        assert_eq!(cut, 2, "{name}: a file without its end says nothing about anybody");
        assert!(whole.iter().zip(&replies).all(|(first, second)| first.answer == second.answer), "{name}");
    }
}

#[tokio::test]
async fn a_change_of_form_is_noticed_and_nothing_else_is() {
    let mocks = departments(120, Dirt::dirty()).await;
    let registry = registry(&mocks, |_| ());
    let people: Vec<_> = mocks.population().households().flat_map(|household| household.people()).collect();
    let queries: Vec<Query> =
        people.iter().map(|person| query(&mocks, &person.name, &person.id_number, Some(person.born))).collect();
    let drift = || -> Vec<(String, String, Change)> {
        let of = |health: SourceHealth| {
            let source = health.source.to_string();
            health.drift.into_iter().map(move |one| (source.clone(), one.field, one.change)).collect::<Vec<_>>()
        };
        registry.health().into_iter().flat_map(of).collect()
    };
    for source in registry.sources() {
        ask(&source, &queries).await;
    }
    assert_eq!(drift(), [], "dirty departments keep their form");
    for (name, line) in [
        ("vehicles", "vehicles: missing_field=clje"),
        ("vehicles", "vehicles: extra_field=fdjh"),
        ("tax", "tax: extra_field=dkzt"),
    ] {
        fault(&mocks, line);
        ask(&registry.get(&key(name)).unwrap(), &queries).await;
    }
    let changes: Vec<(String, Change)> =
        drift().into_iter().map(|(_, field, change)| (field.rsplit(' ').next().unwrap().to_owned(), change)).collect();
    let expected =
        [("dkzt".to_owned(), Change::New), ("clje".to_owned(), Change::Vanished), ("fdjh".to_owned(), Change::New)];
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn the_quality_of_a_source_is_told_in_figures() {
    let mocks = departments(20, Dirt::Clean).await;
    let registry = registry(&mocks, |settings| settings.batch_window = Duration::from_millis(50));
    let people: Vec<_> = mocks.population().households().flat_map(|household| household.people()).take(30).collect();
    let queries: Vec<Query> = people
        .iter()
        .map(|person| Query { lane: Lane::Bulk, ..query(&mocks, &person.name, &person.id_number, Some(person.born)) })
        .collect();
    let securities = registry.get(&key("securities")).unwrap();
    futures_util::future::join_all(queries.chunks(3).map(|case| securities.submit(case))).await;
    let finance = registry.get(&key("finance")).unwrap();
    ask(&finance, &queries).await;
    let health = |name: &str| registry.health().into_iter().find(|one| one.source == key(name)).unwrap();
    let figures = health("securities").last_hour;
    assert_eq!((figures.exchanges, figures.people, figures.requests), (1, 30, 1));
    assert_eq!(figures.answers.values().sum::<u64>(), 30);
    assert!(figures.p50_ms.is_some() && figures.p50_ms <= figures.p99_ms);
    assert!(figures.oldest_data_days.is_some(), "the depository states the day of its data");
    let finance = health("finance");
    assert_eq!((finance.since_start.exchanges, finance.since_start.people), (1, 30));
    assert_eq!(finance.since_start.requests, requests(&mocks, "finance"), "looks are requests too");
    assert_eq!(health("tax").last_day, health("tax").since_start, "nobody asked it anything");
}
