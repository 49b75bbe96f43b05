//! What goes, and what stays although it is old.

use super::*;
use crate::household::{Purpose, Region};
use crate::store::AuditReceipt;

fn now() -> Timestamp {
    "2026-11-27T02:00:00Z".parse().unwrap()
}

fn case(purpose: Purpose, state: CaseState, since: &str) -> RestingCase {
    RestingCase {
        id: Uuid::nil(),
        purpose,
        organisation: "township-1".into(),
        region: Region("620422".into()),
        state,
        since: format!("{since}T02:00:00Z").parse().unwrap(),
        watched: false,
        last: false,
    }
}

#[test]
fn nothing_goes_unless_a_number_stands_there() {
    let settings = RetentionSettings::default();
    assert!(!settings.is_anything());
    assert_eq!(horizon(&settings, now()), None);
    for state in [CaseState::Final, CaseState::Cancelled, CaseState::Failed] {
        assert_eq!(fate(&case(Purpose::DibaoApplication, state, "1990-01-01"), &settings, now()), Fate::Young);
    }
}

#[test]
fn each_case_goes_by_its_programme_and_its_end() {
    let settings = RetentionSettings {
        months: 12,
        by_purpose: [("temporary_relief", 24)].into(),
        unfinished_months: 1,
        last_report_months: 36,
        batch_months: 0,
        ..RetentionSettings::default()
    };
    assert_eq!(horizon(&settings, now()), Some("2026-10-27T02:00:00Z".parse().unwrap()));
    let (dibao, relief) = (Purpose::DibaoApplication, Purpose::TemporaryRelief);
    for (purpose, state, since, expected) in [
        (dibao, CaseState::Final, "2025-11-26", Fate::Goes),
        (dibao, CaseState::Final, "2025-11-27", Fate::Young),
        (dibao, CaseState::Final, "2025-11-28", Fate::Young),
        (relief, CaseState::Final, "2025-11-26", Fate::Young),
        (relief, CaseState::Final, "2024-11-26", Fate::Goes),
        (dibao, CaseState::Cancelled, "2026-10-26", Fate::Goes),
        (dibao, CaseState::Failed, "2026-10-27", Fate::Young),
    ] {
        assert_eq!(fate(&case(purpose, state, since), &settings, now()), expected, "{purpose:?} {state} {since}");
    }
    let watched = RestingCase { watched: true, last: true, ..case(dibao, CaseState::Final, "2000-01-01") };
    assert_eq!(fate(&watched, &settings, now()), Fate::Watched);
    let last = |since| RestingCase { last: true, ..case(dibao, CaseState::Final, since) };
    assert_eq!(fate(&last("2023-11-28"), &settings, now()), Fate::Last);
    assert_eq!(fate(&last("2023-11-26"), &settings, now()), Fate::Goes);
    let no_limit = RetentionSettings { last_report_months: 0, ..settings };
    assert_eq!(fate(&last("2000-01-01"), &no_limit, now()), Fate::Last, "never, unless a number stands there");
}

#[test]
fn a_nought_of_its_own_is_never() {
    let told = [("HEDUI__RETENTION__MONTHS", "24"), ("HEDUI__RETENTION__PURPOSE__DIBAO_APPLICATION", "0")];
    let environment = told.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let base = std::path::Path::new("config");
    let settings =
        crate::config::Settings::read("hedui.toml", crate::config::DEFAULT_SETTINGS, base, &environment).unwrap();
    let of = |purpose| fate(&case(purpose, CaseState::Final, "2000-01-01"), &settings.retention, now());
    assert_eq!((of(Purpose::DibaoApplication), of(Purpose::TekunApplication)), (Fate::Young, Fate::Goes));
}

#[test]
fn every_programme_may_have_a_number_of_its_own() {
    let names: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect();
    assert_eq!(names.len(), crate::config::PURPOSES.len());
    assert!(names.iter().all(|name| crate::config::PURPOSES.contains(name)), "{names:?}");
}

/// A log, and a case cancelled at each of these times.
async fn house(since: &[&str]) -> (tempfile::TempDir, Store, Log, Vec<Uuid>) {
    let folder = tempfile::tempdir().unwrap();
    let keys = crate::keys::KeyRing::create(&folder.path().join("keys"), "test-log", now()).unwrap();
    let store = Store::open(folder.path().join("data")).await.unwrap();
    let mut options = crate::audit::LogOptions::new(std::sync::Arc::new(keys.log_signer()), std::sync::Arc::new(now));
    options.publish_every = Duration::from_secs(86_400);
    let log = Log::open(store.clone(), options).await.unwrap();
    let mut cases = Vec::new();
    for since in since {
        let (id, since) = (Uuid::now_v7(), since.parse::<Timestamp>().unwrap());
        let context = crate::keys::DocumentContext { document_id: "d", kind: "request", owner_id: &id.to_string() };
        let sealed = keys.seal_document(&context, b"x").unwrap();
        let request = crate::store::SealedDocument {
            id: Uuid::now_v7(),
            kind: crate::store::DocumentKind::Request,
            dek_id: sealed.dek_id,
            kek_id: sealed.kek_id.0,
            wrapped_dek: sealed.wrapped_dek,
            commitment: sealed.commitment,
            ciphertext: sealed.ciphertext,
        };
        let case = crate::store::NewCase {
            id,
            organisation: "township-1".into(),
            client: "caseworkers".into(),
            purpose: Purpose::DibaoApplication,
            region: Region("620422".into()),
            reference_tag: None,
            created_at: since,
            as_of: "2026-01-01".parse().unwrap(),
            lane: crate::household::Lane::Interactive,
            batch: None,
            household_tags: Vec::new(),
            idempotency: None,
            subject_tags: Vec::new(),
            request,
        };
        let receipt = AuditReceipt::for_test(Some(id));
        store.apply(Store::accepting(case), vec![receipt.clone()]).await.unwrap();
        store.apply(Store::stopping(id, since), vec![receipt]).await.unwrap();
        cases.push(id);
    }
    (folder, store, log, cases)
}

#[tokio::test]
async fn two_sweeps_at_once_erase_each_case_once_and_the_log_says_so() {
    let (_folder, store, log, cases) = house(&["2026-01-01T00:00:00Z"; 5]).await;
    let settings = RetentionSettings { unfinished_months: 6, ..RetentionSettings::default() };
    let sweep = || sweep(&store, &log, &settings, now());
    let (one, other) = tokio::join!(sweep(), sweep());
    let mut erased = [one.unwrap().ids, other.unwrap().ids].concat();
    erased.sort();
    assert_eq!(erased, cases);
    let mut said = std::collections::BTreeMap::<Uuid, i64>::new();
    let mut failed = 0;
    for index in 0..store.log_head().await.unwrap().size {
        let event = crate::audit::Leaf::parse(&log.leaf(index).await.unwrap().leaf.bytes).unwrap().event;
        assert_eq!(event.action, Action::Erased);
        let fell_through = event.outcome == crate::audit::Outcome::Failed;
        failed += u64::from(fell_through);
        *said.entry(event.case.unwrap()).or_default() += if fell_through { -1 } else { 1 };
    }
    assert_eq!(failed, 5, "both had chosen all of them");
    assert!(said.len() == 5 && said.values().all(|times| *times == 1), "{said:?}");
}

/// Has an authorisation of a case taken back, so that its destruction is due at once.
async fn take_back(store: &Store, log: &Log, case: Uuid) {
    let sealed = |kind| {
        let id = Uuid::now_v7();
        crate::store::SealedDocument {
            id,
            kind,
            dek_id: Uuid::now_v7(),
            kek_id: "kek".into(),
            wrapped_dek: vec![1],
            commitment: [1; 32],
            ciphertext: vec![1],
        }
    };
    let seen = store.open_documents(case).await.unwrap();
    let locking = crate::store::Locking { whole: vec![seen[0].id], seen, replaced: Vec::new() };
    let event = Event::new(&Actor::service(), Action::AuthorisationWithdrawn).case(case).detail(locking.sha256());
    let withdrawal = crate::store::Withdrawal {
        decision: crate::store::NewDecision {
            kind: crate::store::DecisionKind::Withdrawal,
            case_id: case,
            version: 0,
            decided_by: "one".into(),
            at: now(),
            document: sealed(crate::store::DocumentKind::Withdrawal),
        },
        member: crate::household::MemberRef("m1".into()),
        organisation: "township-1".into(),
        number: crate::store::Tag::new(1, [1; 16]),
        locking,
        destruction: crate::store::NewApproval {
            id: Uuid::now_v7(),
            kind: crate::store::ApprovalKind::Destruction,
            case_id: case,
            version: None,
            asked_by: "one".into(),
            asked_for: "township-1".into(),
            at: now(),
            lapses_at: now(),
            hours: None,
            withdrawn_in: None,
            document: sealed(crate::store::DocumentKind::Approval),
        },
    };
    log.append_with(vec![event], Store::withdrawing(withdrawal)).await.unwrap().1.unwrap();
}

#[tokio::test]
async fn a_case_that_cannot_be_destroyed_is_named_and_keeps_no_other_waiting() {
    let recent = "2026-11-20T00:00:00Z";
    let (folder, store, log, mut cases) =
        house(&[recent, recent, recent, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]).await;
    cases.sort();
    let (locked, stuck) = (&cases[..3], [cases[0], cases[3]]);
    for case in locked {
        take_back(&store, &log, *case).await;
    }
    let path = folder.path().join("data/hedui.sqlite");
    let database =
        sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(path)).await.unwrap();
    for case in stuck {
        let stubborn = format!(
            "CREATE TRIGGER stubborn_{} BEFORE DELETE ON deks
             WHEN OLD.id IN (SELECT dek_id FROM documents WHERE case_id = '{case}')
             BEGIN SELECT RAISE(ABORT, 'stubborn'); END",
            case.simple()
        );
        sqlx::query(sqlx::AssertSqlSafe(stubborn)).execute(&database).await.unwrap();
    }
    let settings = RetentionSettings { unfinished_months: 6, ..RetentionSettings::default() };
    let swept = sweep(&store, &log, &settings, now()).await.unwrap();
    assert_eq!((swept.withdrawn, swept.ids.as_slice(), swept.stuck.as_slice()), (2, &cases[4..], &stuck[..]));
    let later = |hours| now().checked_add(SignedDuration::from_hours(hours)).unwrap();
    let told = async |hours| would_sweep(&store, &settings, later(hours)).await.unwrap().stuck;
    assert_eq!((told(1).await, told(2).await), (Vec::new(), vec![cases[0]]), "as `hedui retention` shows it");
    for case in stuck {
        let free = format!("DROP TRIGGER stubborn_{}", case.simple());
        sqlx::query(sqlx::AssertSqlSafe(free)).execute(&database).await.unwrap();
    }
    let swept = sweep(&store, &log, &settings, now()).await.unwrap();
    assert_eq!((swept.withdrawn, swept.ids.as_slice(), swept.stuck.as_slice()), (1, &cases[3..4], &[][..]));
    assert!(told(9).await.is_empty());
}

#[tokio::test]
async fn an_entry_comes_before_each_erasure_and_nothing_goes_twice() {
    let (_folder, store, log, cases) = house(&["2026-01-01T00:00:00Z", "2026-11-20T00:00:00Z"]).await;
    let settings = RetentionSettings { unfinished_months: 6, ..RetentionSettings::default() };
    let shown = would_sweep(&store, &settings, now()).await.unwrap();
    assert_eq!(shown.ids, cases[..1]);
    assert_eq!(store.get_case(cases[0]).await.unwrap().state, CaseState::Cancelled, "a view changes nothing");

    store.plan_faults(&[crate::store::faults::Fault::Lost]);
    assert!(sweep(&store, &log, &settings, now()).await.is_err());
    assert_eq!(store.get_case(cases[0]).await.unwrap().state, CaseState::Cancelled, "no entry, no erasure");
    assert_eq!(sweep(&store, &log, &settings, now()).await.unwrap(), shown);
    let states = [store.get_case(cases[0]).await.unwrap().state, store.get_case(cases[1]).await.unwrap().state];
    assert_eq!(states, [CaseState::Erased, CaseState::Cancelled]);
    let size = store.log_head().await.unwrap().size;
    assert_eq!(size, 1);
    assert_eq!(sweep(&store, &log, &settings, now()).await.unwrap(), Sweep::default());
    assert_eq!(store.log_head().await.unwrap().size, size, "and the log is not filled with what is gone");
}
