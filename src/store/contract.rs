//! What every backend must keep. Each function takes a backend that can be opened again; a backend lists them all with `suite!`.

mod accepting;
mod answering;
mod batching;
mod crossing;
mod deciding;
mod erasing;
mod failing;
mod kin;
mod logging;
mod reporting;
mod sessions;
mod sharing;
mod working;

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    AuditReceipt, CellAnswer, CellRow, CellWrite, Created, DocumentKind, Lease, NewCase, NewCell, NewVersion, Plan,
    SealedDocument, Store, StoreError, Tag, VersionReason,
};
use crate::household::{AnswerKind, Lane, MemberRef, Purpose, Region, SourceKey};

/// A store that can be closed and opened again.
pub(super) trait Backend {
    /// Opens it.
    fn open(&self) -> impl Future<Output = Store>;
    /// What a machine that lost its power now would find when it starts again.
    fn after_power_loss(&self) -> Self;
    /// Every byte of documents and keys that can be read at rest.
    fn bytes_at_rest(&self) -> impl Future<Output = Vec<u8>>;
    /// Whether what was deleted is gone from every file at once.
    fn deletes_at_once(&self) -> bool;
}

/// Lists tests for one backend; one that is not there is skipped, which its maker reports.
macro_rules! suite {
    ($backend:expr => $($room:ident :: { $($name:ident),* $(,)? })*) => {
        $(mod $room {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(backend) = $backend.await {
                    super::super::$room::$name(backend).await;
                }
            })*
        })*
    };
}

/// Lists the whole contract for one backend.
macro_rules! contract {
    ($backend:expr) => {
        suite! { $backend =>
            accepting::{
                a_case_is_found_as_it_was_accepted, the_same_key_and_body_is_the_same_case, an_expired_key_is_free_again,
                many_retries_at_once_make_one_case, a_key_is_found_under_every_epoch,
                a_household_keeps_its_tag_when_an_epoch_begins, a_receipt_of_another_case_is_refused,
                lists_keep_to_their_scope,
            }
            working::{
                the_longest_waiting_is_claimed_first, a_lease_that_ran_out_is_taken_and_lost, workers_never_share_a_case,
                a_case_at_rest_is_claimed_by_nobody, who_lost_a_case_changes_nothing, failures_in_a_row_are_counted,
                a_look_that_nobody_began_is_taken_again,
            }
            answering::{
                a_plan_may_be_repeated, an_ended_cell_never_changes, only_what_was_planned_is_answered,
                a_pending_cell_is_polled_and_wakes_its_case, a_ticket_stays_until_another_answer, answers_share_a_document,
                a_version_tells_of_what_ended_before_it, events_have_no_gaps,
            }
            batching::{
                a_file_is_kept_in_parts_until_it_is_whole, a_file_opens_no_more_when_its_batch_has_ended, the_same_file_under_the_same_key_is_the_same_batch,
                one_process_reads_a_file_at_a_time, a_row_read_twice_is_one_case, cases_are_let_in_a_few_at_a_time,
                a_paused_batch_holds_its_cases_back, a_cancelled_batch_ends_its_cases, the_counter_goes_before_the_batch,
                what_is_put_off_is_asked_later, faults_stay_in_order,
            }
            reporting::{
                versions_follow_each_other, what_reports_are_made_from_is_kept, two_workers_make_one_final_version,
                a_version_is_issued_once, a_callback_is_owed_until_it_arrives,
                a_callback_that_is_given_up_is_kept_until_its_case_is_erased, workers_never_share_a_callback,
            }
            deciding::{
                a_decision_has_its_case_worked_on_again, an_objection_has_its_departments_asked_anew,
                a_silent_source_is_asked_anew_and_no_answer_is_touched,
                a_withdrawn_number_is_known_in_its_organisation_alone,
                words_about_whoever_withdrew_go_and_that_they_were_said_stays,
                what_is_refused_stays_locked_until_it_is_asked_for_again, an_approval_closes_once, what_lapsed_is_agreed_to_by_nobody,
            }
            crossing::{ what_crosses_at_one_case_ends }
            erasing::{
                an_erased_case_opens_no_more, what_departments_answered_is_erased_with_the_case, nothing_of_an_erased_case_is_left, keys_are_wrapped_anew, nothing_is_wrapped_under_a_destroyed_key,
                only_a_case_at_rest_is_erased, a_row_of_a_file_that_is_being_read_is_not_erased,
                what_rests_is_found_with_what_keeps_it, what_was_taken_up_since_it_was_chosen_is_kept,
            }
            kin::{ whoever_is_registered_is_found_among_cases, evidence_about_whoever_is_registered_is_left_out, a_registration_takes_the_place_of_the_former, callers_with_one_own_number_are_one_person }
            sessions::{
                a_session_is_known_to_every_process_until_it_ends,
            }
            failing::{
                what_is_acknowledged_survives, a_failed_commit_is_unknown_and_whole, one_failure_takes_nothing_with_it,
                writers_share_commits, who_brings_too_much_waits, who_comes_as_it_closes_is_told,
            }
            logging::{
                a_dropped_append_leaves_nothing, leaves_follow_the_head, an_append_takes_the_queue_along,
                checkpoints_are_published_in_order,
            }
        }
    };
}

/// SQLite held to the contract.
mod sqlite {
    use super::Backend;
    use crate::store::Store;

    pub(super) struct Sqlite {
        directory: tempfile::TempDir,
    }

    impl Sqlite {
        fn new() -> Self {
            Self { directory: tempfile::tempdir().unwrap() }
        }
        fn data(&self) -> std::path::PathBuf {
            self.directory.path().join("data")
        }
    }

    impl Backend for Sqlite {
        async fn open(&self) -> Store {
            Store::open(self.data()).await.unwrap()
        }
        fn after_power_loss(&self) -> Self {
            use std::os::unix::fs::DirBuilderExt as _;
            let copy = Self::new();
            std::fs::DirBuilder::new().mode(0o700).create(copy.data()).unwrap();
            // What is durable is in the database and its write-ahead log; the shared memory does not survive.
            for file in ["hedui.sqlite", "hedui.sqlite-wal"] {
                std::fs::copy(self.data().join(file), copy.data().join(file)).unwrap();
            }
            copy
        }
        async fn bytes_at_rest(&self) -> Vec<u8> {
            ["hedui.sqlite", "hedui.sqlite-wal"]
                .iter()
                .flat_map(|file| std::fs::read(self.data().join(file)).unwrap_or_default())
                .collect()
        }
        fn deletes_at_once(&self) -> bool {
            true
        }
    }

    contract! { std::future::ready(Some(super::Sqlite::new())) }
}

/// PostgreSQL held to the contract, and to what several processes on one database need.
mod postgres {
    use std::sync::Mutex;

    use super::Backend;
    use crate::config::PostgresSettings;
    use crate::store::{Store, postgres::tests::server};

    /// A database, and the data directories of the processes that have it open: each has one of its own.
    pub(in crate::store) struct Postgres {
        url: String,
        directories: Mutex<Vec<tempfile::TempDir>>,
    }

    impl Postgres {
        /// A database of its own; none when there is no server.
        pub(in crate::store) async fn new() -> Option<Self> {
            Some(Self { url: server::database().await?, directories: Mutex::default() })
        }
        pub(in crate::store) fn settings(&self) -> PostgresSettings {
            PostgresSettings { url: self.url.clone().into(), connections: 4, allow_plaintext: false }
        }
        /// A session beside the service's.
        pub(in crate::store) async fn beside(&self) -> sqlx::PgConnection {
            <sqlx::PgConnection as sqlx::Connection>::connect(&self.url).await.unwrap()
        }
        /// A data directory of a new process.
        pub(in crate::store) fn directory(&self) -> std::path::PathBuf {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("data");
            self.directories.lock().unwrap().push(directory);
            path
        }
    }

    impl Backend for Postgres {
        async fn open(&self) -> Store {
            Store::open_shared(self.directory(), &self.settings()).await.unwrap()
        }
        /// The server's own recovery is not tried here; what another process sees is what was committed.
        fn after_power_loss(&self) -> Self {
            Self { url: self.url.clone(), directories: Mutex::default() }
        }
        async fn bytes_at_rest(&self) -> Vec<u8> {
            let all = "SELECT string_agg(bytes, ''::bytea) FROM (SELECT wrapped FROM deks UNION ALL
                       SELECT ciphertext FROM documents) AS held (bytes)";
            sqlx::query_scalar::<_, Option<Vec<u8>>>(all).fetch_one(&mut self.beside().await).await.unwrap().unwrap()
        }
        fn deletes_at_once(&self) -> bool {
            false
        }
    }

    contract! { super::Postgres::new() }

    suite! { super::Postgres::new() =>
        sharing::{
            two_processes_never_share_a_case, appends_of_two_processes_follow_each_other,
            retries_at_two_processes_make_one_case, one_of_two_publishes, a_lost_connection_is_replaced,
            who_waits_for_each_other_is_done_again, an_aborted_transaction_is_never_acknowledged,
            processes_know_of_each_other, turns_are_given_once, a_running_process_outlives_an_upgrade,
            processes_that_cross_at_one_case_never_lock_each_other, whoever_waits_for_a_case_holds_nothing_of_it,
        }
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_793_491_200 + seconds).unwrap()
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn receipt(case: Uuid) -> AuditReceipt {
    AuditReceipt::for_test(Some(case))
}

/// The lease of the worker that [`running`] claims for.
fn lease(case: Uuid) -> Lease {
    Lease { case_id: case, worker: "worker".into(), fence: 1, until: at(60) }
}

/// A cell to be asked, with the entry of its query.
fn ask(case: Uuid, key: &str, leaf: u64) -> (NewCell, Option<AuditReceipt>) {
    let entry = AuditReceipt::for_test_at(leaf, Some(case));
    let speaks_for = vec!["wage".into(), "financial".into()];
    let plan = Plan::Ask { entry: usize::MAX };
    (NewCell { member_ref: member("m1"), source: source(key), plan, speaks_for }, Some(entry))
}

/// Plans cells as what follows from their entries.
async fn plan(
    store: &Store,
    receipt: &AuditReceipt,
    lease: &Lease,
    cells: Vec<(NewCell, Option<AuditReceipt>)>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut entries = vec![receipt.clone()];
    let mut planned = Vec::new();
    for (mut cell, entry) in cells {
        if let Some(own) = entry {
            cell.plan = Plan::Ask { entry: entries.len() };
            entries.push(own);
        }
        planned.push(cell);
    }
    store.apply(Store::planning(lease.clone(), planned, now), entries).await
}

async fn create(store: &Store, receipt: AuditReceipt, case: NewCase) -> Result<Created, StoreError> {
    store.apply(Store::accepting(case), vec![receipt]).await
}

async fn cancel(store: &Store, case: Uuid, now: Timestamp) -> Result<(), StoreError> {
    store.apply(Store::stopping(case, now), vec![receipt(case)]).await
}

/// Erases a case as an agreed approval does: whatever keeps it.
async fn erase(store: &Store, case: Uuid, now: Timestamp) -> Result<u64, StoreError> {
    store.write(move |tx| Box::pin(super::erasure::erase(tx, case, now))).await
}

/// Records answers, with the documents they name.
async fn record(
    store: &Store,
    receipt: &AuditReceipt,
    lease: &Lease,
    answers: Vec<CellAnswer>,
) -> Result<Vec<CellWrite>, StoreError> {
    let evidence = answers.iter().filter_map(|answer| answer.evidence).map(evidence).collect();
    store.record_answers(receipt, lease, answers, evidence).await
}

/// The document of this id that answers are sealed in.
fn evidence(id: Uuid) -> SealedDocument {
    let (wrapped_dek, ciphertext) = (id.as_bytes().repeat(2), id.as_bytes().repeat(20));
    SealedDocument { id, dek_id: id, wrapped_dek, ciphertext, ..document(DocumentKind::Evidence) }
}

/// The lease of a worker that takes up the case that is due.
async fn taken_up(store: &Store, now: Timestamp) -> Lease {
    store.claim_next("worker", &Lane::ALL, now, std::time::Duration::from_secs(60)).await.unwrap().unwrap().lease
}

fn tag(byte: u8) -> Tag {
    Tag::new(1, [byte; 16])
}

fn source(key: &str) -> SourceKey {
    SourceKey::new(key).unwrap()
}

fn member(name: &str) -> MemberRef {
    MemberRef(name.to_owned())
}

fn document(kind: DocumentKind) -> SealedDocument {
    let dek_id = Uuid::new_v4();
    SealedDocument {
        id: Uuid::now_v7(),
        kind,
        dek_id,
        kek_id: "kek-1".into(),
        wrapped_dek: [dek_id.as_bytes().as_slice(), dek_id.as_bytes()].concat(),
        commitment: [4; 32],
        ciphertext: Uuid::new_v4().as_bytes().repeat(20),
    }
}

fn new_case(created_at: Timestamp) -> NewCase {
    NewCase {
        id: Uuid::now_v7(),
        organisation: "township-1".into(),
        client: "caseworkers".into(),
        purpose: Purpose::DibaoApplication,
        region: Region("620422".into()),
        reference_tag: Some(tag(9)),
        created_at,
        as_of: "2026-11-01".parse().unwrap(),
        lane: Lane::Interactive,
        batch: None,
        household_tags: Vec::new(),
        idempotency: None,
        subject_tags: vec![tag(1), tag(2), tag(1)],
        request: document(DocumentKind::Request),
    }
}

/// A case that stands accepted.
async fn accepted(store: &Store, created_at: Timestamp) -> Uuid {
    let case = new_case(created_at);
    let id = case.id;
    create(store, receipt(id), case).await.unwrap();
    id
}

/// A case that a worker has, with two cells to ask and one skipped.
async fn running(store: &Store, created_at: Timestamp) -> Uuid {
    let id = accepted(store, created_at).await;
    let claimed =
        store.claim_next("worker", &Lane::ALL, created_at, std::time::Duration::from_secs(60)).await.unwrap().unwrap();
    assert_eq!(claimed.case.id, id);
    let skipped = Plan::Skip { why: "no_identifier".into() };
    let skip =
        (NewCell { member_ref: member("m2"), source: source("bank"), plan: skipped, speaks_for: Vec::new() }, None);
    let cells = vec![ask(id, "bank", 1), ask(id, "tax", 2), skip];
    assert_eq!(plan(store, &receipt(id), &lease(id), cells, created_at).await.unwrap(), 3);
    id
}

fn answer(key: &str, kind: AnswerKind, answered_at: Timestamp) -> CellAnswer {
    CellAnswer {
        member_ref: member("m1"),
        source: source(key),
        kind,
        why: None,
        attempts: 1,
        elapsed_ms: 50,
        answered_at,
        evidence: Some(Uuid::now_v7()),
        polls: 0,
        next_poll_at: None,
        deadline: None,
    }
}

fn pending(key: &str, now: Timestamp) -> CellAnswer {
    CellAnswer {
        next_poll_at: Some(now + minutes(1)),
        deadline: Some(now + minutes(60)),
        ..answer(key, AnswerKind::Pending, now)
    }
}

fn version(number: u32, is_final: bool, reason: VersionReason, created_at: Timestamp) -> NewVersion {
    NewVersion {
        number,
        is_final,
        decided_early: !is_final,
        issued_by: None,
        reason,
        body_hash: [7; 32],
        report: document(DocumentKind::Report),
        evidence: document(DocumentKind::VersionEvidence),
        artifacts: Vec::new(),
        created_at,
        reviews_open: 0,
        callback: false,
        due_on: None,
        compared: None,
        alerts: Vec::new(),
    }
}

async fn cell(store: &Store, case: Uuid, key: &str) -> CellRow {
    let cells = store.cells(case).await.unwrap();
    cells.into_iter().find(|cell| cell.member_ref == member("m1") && cell.source == source(key)).unwrap()
}
