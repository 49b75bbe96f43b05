//! Rows that entries brought about and somebody deleted, or forged beside them, are named; what came to nothing says so itself.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::House;
use super::running::{accepted, case};
use super::tables::{BATCH, CASE, ENDED, ERASED, KIN, REVIEW, furnished, id, open};
use crate::audit::{Action, Actor, Event, Leaf, Outcome};
use crate::store::{Created, IdempotencyKey, NewCase, Store, Tag};

async fn after(house: &House, statement: &str) -> Vec<String> {
    let house = house.copy();
    let pool = open(&house).await;
    let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&pool).await;
    assert!(done.unwrap_or_else(|error| panic!("{statement}: {error}")).rows_affected() > 0, "{statement}");
    pool.close().await;
    let report = house.verify(&[]).await;
    assert_eq!(report.faults, [], "{statement}");
    report.rows.faults.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_row_that_is_gone_is_named_by_table_and_row() {
    let house = furnished().await;
    for (statement, table, row, leaf) in [
        ("DELETE FROM cases WHERE state = 'final'", "cases", id(CASE), 0),
        ("DELETE FROM cases WHERE state = 'erased'", "cases", id(ERASED), 11),
        ("DELETE FROM cells WHERE source = 'bank'", "cells", format!("{} m1 bank", id(CASE)), 2),
        ("DELETE FROM versions WHERE number = 2", "versions", format!("{} 2", id(CASE)), 4),
        ("DELETE FROM batches", "batches", id(BATCH), 13),
        ("DELETE FROM decisions WHERE kind = 'review'", "decisions", format!("{} of leaf 8", id(CASE)), 8),
        ("DELETE FROM hearings", "hearings", format!("{} of leaf 5", id(CASE)), 5),
        ("DELETE FROM subscriptions", "subscriptions", format!("{} of leaf 6", id(CASE)), 6),
        ("DELETE FROM approvals WHERE kind = 'review'", "approvals", id(REVIEW), 9),
        ("DELETE FROM kin", "kin", id(KIN), 14),
        ("DELETE FROM approval_hands WHERE agrees", "approval_hands", format!("{} of leaf 10", id(REVIEW)), 10),
    ] {
        let said = after(&house, statement).await;
        let named = format!(
            "table {table}, row {row}: leaf {leaf} brought it about, it is gone and nothing in the log says why"
        );
        assert!(said.contains(&named), "{statement}: {said:?}");
    }
}

#[tokio::test]
async fn an_approval_that_nobody_asked_for_or_gave_is_named() {
    let house = furnished().await;
    let forged = id(0x78);
    let copy = format!(
        "INSERT INTO approvals SELECT '{forged}', kind, state, case_id, organisation, region, version, asked_by, asked_for, asked_at, \
         lapses_at, hours, until, document_id, withdrawn_in FROM approvals WHERE kind = 'inspection' AND state = 'agreed'"
    );
    let said = after(&house, &copy).await;
    assert!(
        said.iter().any(|fault| fault.starts_with(&format!("table approvals, row {forged}, column id: "))),
        "{said:?}"
    );
    for (statement, column) in [
        ("UPDATE approvals SET state = 'agreed' WHERE kind = 'review'", "state"),
        ("UPDATE approvals SET state = 'refused' WHERE kind = 'review'", "state"),
        ("UPDATE approvals SET until = 99 WHERE kind = 'inspection'", "until"),
    ] {
        let said = after(&house, statement).await;
        assert!(said.iter().any(|fault| fault.contains(&format!("column {column}: "))), "{statement}: {said:?}");
    }
    let hand = format!("INSERT INTO approval_hands VALUES ('{}', 'li', 'security_admin', 1, 1, 10, NULL)", id(REVIEW));
    let said = after(&house, &hand).await;
    assert!(
        said.iter().any(|fault| fault.contains(&format!("approval_hands, row {} li, column by_subject", id(REVIEW)))),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_lock_or_an_end_that_is_set_back_is_named() {
    let house = furnished().await;
    let (locked, ended) = (format!("table documents, row of case {}, column locked_in: ", id(CASE)), id(ENDED));
    for (statement, named) in [
        (
            "UPDATE documents SET locked_in = NULL WHERE id = (SELECT max(id) FROM documents WHERE locked_in IS NOT NULL)",
            locked.clone(),
        ),
        ("UPDATE documents SET locked_in = 17 WHERE kind = 'request'", locked.clone()),
        ("DELETE FROM documents WHERE locked_in IS NOT NULL", locked),
        (
            "UPDATE approvals SET state = 'agreed' WHERE state = 'revoked'",
            format!("table approvals, row {ended} revoked: leaf 22 brought it about"),
        ),
        (
            "UPDATE approvals SET until = 99 WHERE state = 'revoked'",
            format!("table approvals, row {ended}, column until: "),
        ),
        (
            "UPDATE approvals SET state = 'revoked' WHERE kind = 'inspection'",
            format!("table approvals, row {}, column state: ", id(0x67)),
        ),
        (
            "UPDATE approvals SET state = 'open' WHERE kind = 'destruction'",
            format!("table approvals, row {}, column state: ", id(0x69)),
        ),
        (
            "UPDATE approvals SET withdrawn_in = NULL WHERE kind = 'destruction'",
            format!("table approvals, row {}, column withdrawn_in: ", id(0x69)),
        ),
    ] {
        let said = after(&house, statement).await;
        assert!(said.iter().any(|fault| fault.starts_with(&named)), "{statement}: {said:?}");
    }
}

#[tokio::test]
async fn what_came_to_nothing_says_so_in_the_same_commit() {
    let house = House::new();
    let log = house.log().await;
    let (first, again) = (Uuid::now_v7(), Uuid::now_v7());
    let key =
        IdempotencyKey { key_tags: vec![Tag::new(1, [1; 16])], body_macs: vec![[1; 32]], expires_at: Timestamp::MAX };
    for id in [first, again] {
        let case = NewCase { idempotency: Some(key.clone()), ..case(id) };
        let (_, created) = log.append_with(accepted(id), Store::accepting(case)).await.unwrap();
        let wanted = if id == first { Created::New(first) } else { Created::Existing(first) };
        assert_eq!(created.unwrap(), wanted);
    }
    let head = log.store().log_head().await.unwrap();
    assert_eq!(head.size, 3, "one entry more for what was accepted before");
    let said = Leaf::parse(&log.leaf(2).await.unwrap().leaf.bytes).unwrap().event;
    assert_eq!((said.action, said.case, said.outcome), (Action::Accepted, Some(again), Outcome::Failed));
    assert!(log.append_one(Event::new(&Actor::service(), Action::Search)).await.is_ok(), "the log goes on from there");
    house.close(log).await;
    let report = house.verify(&[]).await;
    let gone: Vec<_> = report.rows.faults.iter().filter(|fault| fault.row.contains(&again.to_string())).collect();
    assert!(report.faults.is_empty() && gone.is_empty(), "{report:?}");
}

#[tokio::test]
async fn one_failure_excuses_one_row_and_a_removal_its_registration() {
    let house = furnished().await;
    let log = house.log().await;
    let mut said = Vec::new();
    for leaf in [5, 14] {
        said.push(Leaf::parse(&log.leaf(leaf).await.unwrap().leaf.bytes).unwrap().event);
    }
    let (heard, registered) = (said[0].clone(), said[1].clone());
    log.append(vec![heard.clone(), heard.outcome(Outcome::Failed)]).await.unwrap();
    log.append_one(Event { action: Action::KinRemoved, ..registered }).await.unwrap();
    house.close(log).await;
    let without = |said: Vec<String>, table: &str| -> Vec<String> {
        said.into_iter().filter(|fault| fault.contains(&format!("table {table},")) && fault.contains("gone")).collect()
    };
    assert_eq!(without(after(&house, "DELETE FROM kin").await, "kin"), Vec::<String>::new(), "it was removed");
    assert_eq!(without(after(&house, "UPDATE kin SET at = 2").await, "hearings"), Vec::<String>::new());
    let gone = without(after(&house, "DELETE FROM hearings").await, "hearings");
    assert!(gone.len() == 1 && gone[0].contains("leaf 5 brought"), "{gone:?}");
}
