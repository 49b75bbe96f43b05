//! Who sees which page and may send which form: every page of the console × every role × place, held to the console's router.

use std::collections::BTreeSet;

use super::browser::Browser;
use super::provider::StandIn;
use super::{Door, client, entered_as, place, settings, stage};
use crate::support::{PATIENCE, Stage};
use hedui::monitoring::Wanted;

/// People of the office.
const OFFICERS: &[&str] = &["caseworker", "supervisor"];
/// Who looks after the log.
const AUDITOR: &[&str] = &["auditor"];
const ROLES: [&str; 5] = ["caseworker", "supervisor", "auditor", "system_admin", "security_admin"];

/// What is there for everybody, signed in or not.
const OPEN: &[(&str, &str)] =
    &[("GET", "/"), ("GET", "/signin"), ("POST", "/signin"), ("GET", "/signin/callback"), ("POST", "/signout")];

/// Every other page, and the roles it is for. `{id}` is a case of the office.
const CLOSED: &[(&str, &str, &[&str])] = &[
    ("GET", "/new", OFFICERS),
    ("POST", "/new", OFFICERS),
    ("POST", "/new/check", OFFICERS),
    ("POST", "/new/send", OFFICERS),
    ("GET", "/new/file", OFFICERS),
    ("POST", "/new/file", OFFICERS),
    ("GET", "/cases/{id}", OFFICERS),
    ("GET", "/cases/{id}/events", OFFICERS),
    ("GET", "/cases/{id}/report", OFFICERS),
    ("GET", "/cases/{id}/receipt", OFFICERS),
    ("GET", "/cases/{id}/versions", OFFICERS),
    ("GET", "/cases/{id}/change", OFFICERS),
    ("POST", "/cases/{id}/change", OFFICERS),
    ("GET", "/cases/{id}/objections", OFFICERS),
    ("POST", "/cases/{id}/objections", OFFICERS),
    ("GET", "/cases/{id}/issue", &["supervisor"]),
    ("POST", "/cases/{id}/issue", &["supervisor"]),
    ("GET", "/cases/{id}/ask-again", OFFICERS),
    ("POST", "/cases/{id}/ask-again", OFFICERS),
    ("GET", "/cases/{id}/cancel", OFFICERS),
    ("POST", "/cases/{id}/cancel", OFFICERS),
    ("GET", "/cases/{id}/withdraw", OFFICERS),
    ("POST", "/cases/{id}/withdraw", OFFICERS),
    ("GET", "/cases/{id}/erase", OFFICERS),
    ("POST", "/cases/{id}/erase", OFFICERS),
    ("GET", "/cases/{id}/reviews", OFFICERS),
    ("POST", "/cases/{id}/reviews", OFFICERS),
    ("GET", "/reviews", OFFICERS),
    ("GET", "/approvals", &["caseworker", "supervisor", "auditor", "security_admin"]),
    ("GET", "/inspections/new", &["auditor"]),
    ("POST", "/inspections/new", &["auditor"]),
    ("GET", "/batches", OFFICERS),
    ("GET", "/batches/new", &["supervisor"]),
    ("POST", "/batches/new", &["supervisor"]),
    ("GET", "/batches/template", &["supervisor"]),
    ("GET", "/batches/{batch}", OFFICERS),
    ("GET", "/batches/{batch}/results", OFFICERS),
    ("GET", "/batches/{batch}/changes", OFFICERS),
    ("GET", "/batches/{batch}/referrals", OFFICERS),
    ("GET", "/batches/{batch}/faults", OFFICERS),
    ("GET", "/batches/{batch}/export", OFFICERS),
    ("GET", "/batches/{batch}/pause", &["supervisor"]),
    ("POST", "/batches/{batch}/pause", &["supervisor"]),
    ("GET", "/batches/{batch}/resume", &["supervisor"]),
    ("POST", "/batches/{batch}/resume", &["supervisor"]),
    ("GET", "/batches/{batch}/cancel", &["supervisor"]),
    ("POST", "/batches/{batch}/cancel", &["supervisor"]),
    ("GET", "/link", &["supervisor"]),
    ("POST", "/link", &["supervisor"]),
    ("GET", "/link/example", &["supervisor"]),
    ("GET", "/link/{run}", &["supervisor"]),
    ("GET", "/link/{run}/pairs/{pair}", &["supervisor"]),
    ("GET", "/link/{run}/export", &["supervisor"]),
    ("POST", "/link/{run}/delete", &["supervisor"]),
    ("GET", "/due", OFFICERS),
    ("GET", "/alerts", OFFICERS),
    ("GET", "/watches", OFFICERS),
    ("GET", "/watches/new", OFFICERS),
    ("POST", "/watches/new", OFFICERS),
    ("GET", "/watches/{watch}/end", OFFICERS),
    ("POST", "/watches/{watch}/end", OFFICERS),
    ("GET", "/audit", AUDITOR),
    ("GET", "/audit/export", AUDITOR),
    ("GET", "/audit/entries/{n}", AUDITOR),
    ("GET", "/audit/subjects", AUDITOR),
    ("POST", "/audit/subjects", AUDITOR),
    ("GET", "/audit/findings", AUDITOR),
    ("GET", "/audit/findings/{id}", AUDITOR),
    ("POST", "/audit/findings/{id}", AUDITOR),
    ("GET", "/policy", &ROLES),
    ("GET", "/policy/simulate", &["supervisor"]),
    ("POST", "/policy/simulate", &["supervisor"]),
    ("GET", "/policy/{region}", &ROLES),
    ("GET", "/policy/{region}/changes", &ROLES),
    ("GET", "/sources", &["caseworker", "supervisor", "system_admin"]),
    ("GET", "/sources/{key}", &["caseworker", "supervisor", "system_admin"]),
    ("GET", "/audit/verify", AUDITOR),
    ("POST", "/audit/verify", AUDITOR),
];

/// Pages of things that some roles see in part alone: who sees which is told where they are tested.
const IN_PART: &[(&str, &str)] = &[
    // monitoring.rs
    ("GET", "/alerts/{alert}"),
    ("GET", "/alerts/{alert}/acknowledge"),
    ("POST", "/alerts/{alert}/acknowledge"),
    // approvals.rs
    ("GET", "/approvals/{approval}"),
    ("GET", "/approvals/{approval}/agree"),
    ("POST", "/approvals/{approval}/agree"),
    ("GET", "/approvals/{approval}/refuse"),
    ("POST", "/approvals/{approval}/refuse"),
    ("GET", "/approvals/{approval}/ask-again"),
    ("POST", "/approvals/{approval}/ask-again"),
];

/// Of what is nowhere, whoever may look is told that it is not there.
const NOWHERE: &[&str] =
    &["/audit/findings/{id}", "/link/{run}", "/link/{run}/pairs/{pair}", "/link/{run}/export", "/link/{run}/delete"];

/// Forms with files.
const WITH_FILES: &[&str] = &["/new/file", "/batches/new", "/link"];

/// What auditors find while an inspection lasts (approvals.rs), and not otherwise.
const INSPECTED: &[&str] = &["/cases/{id}/report"];

/// Whether it is about something of the office: another office's people do not find it.
fn is_of_place(path: &str) -> bool {
    ["{id}", "{n}", "{batch}", "{watch}"].iter().any(|part| path.contains(part))
}

/// A form's fields; of a form that is sent to a case where it changes nothing.
fn fields(path: &str) -> Vec<(String, String)> {
    let pairs: &[(&str, &str)] = match path {
        "/cases/{id}/issue" => &[("version", "99")],
        "/cases/{id}/ask-again" => &[("source", "nobody")],
        "/cases/{id}/reviews" => {
            &[("version", "99"), ("record-1", "m1/vehicles/1"), ("belongs-1", "yes"), ("reason-1", "已核实")]
        }
        _ => &[],
    };
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What paths name, of the office.
struct Things {
    case: String,
    batch: String,
    watch: String,
    /// An entry of the log that speaks of the case.
    entry: usize,
}

impl Things {
    async fn of(stage: &Stage) -> Self {
        let case = case(stage).await;
        let caller = stage.caller();
        let batch = super::batches::sent(stage, &stage.mocks.sample_request()).await;
        let wanted = Wanted { cases: vec![case.to_owned()], batch: None, every_days: 30, until: None };
        stage.monitoring.subscribe(&caller, &wanted).await.expect("watched");
        let watched = stage.monitoring.watched(&caller, None, None).await.expect("a list");
        let of_case = |leaf: &hedui::audit::Leaf| leaf.event.case.is_some_and(|id| id.to_string() == case);
        let entry = stage.entries().await.iter().position(of_case).expect("the case is in the log");
        Self { case, batch, watch: watched.items[0].id.clone(), entry }
    }

    fn path(&self, path: &str) -> String {
        let path = path.replace("{id}", &self.case).replace("{batch}", &self.batch).replace("{watch}", &self.watch);
        let path = path.replace("{n}", &self.entry.to_string()).replace("{key}", "tax").replace("{region}", "620422");
        let path = path.replace("{run}", "4dd58f5c-6e53-4b4c-9b05-1f6b7d0f2a31").replace("{pair}", "1");
        match path.as_str() {
            "/audit/export" => path + "?form=csv",
            text if text.starts_with("/link/") => path,
            text if text.ends_with("/export") => path + "?sheet=faults&form=csv",
            _ => path,
        }
    }
}

/// A case of the office, at rest.
async fn case(stage: &Stage) -> String {
    let body = stage.mocks.sample_request().to_string();
    let submitted = stage.verifier.submit(&stage.caller(), body.as_bytes(), None).await.expect("accepted");
    assert!(stage.verifier.wait_for_rest(&submitted.id, PATIENCE).await);
    submitted.id
}

#[test]
fn every_page_is_in_the_table() {
    let known: BTreeSet<_> =
        CLOSED.iter().map(|(method, path, _)| (*method, *path)).chain(OPEN.iter().chain(IN_PART).copied()).collect();
    assert_eq!(known, hedui::console::pages().into_iter().collect(), "the table and the router differ");
    assert_eq!(known.len(), CLOSED.len() + OPEN.len() + IN_PART.len(), "a row stands twice");
}

#[tokio::test]
async fn each_page_is_for_its_roles_and_its_place_alone() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let things = Things::of(&stage).await;
    for role in ROLES {
        for here in [true, false] {
            let (listener, base) = place().await;
            let mut somebody = client("wang-li", role);
            somebody.organisation = if here { stage.caller().organisation } else { "another office".into() };
            let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), vec![somebody]).await;
            let mut browser = Browser::new();
            let home = provider.vouch(&mut browser, &door).await;
            let token = home.form().1;
            for (method, path, roles) in CLOSED {
                let url = door.url(&things.path(path));
                let before = entered_as(&stage, "access_denied").await;
                let page = if *method == "GET" {
                    browser.get(&url).await
                } else {
                    let sent = token.iter().cloned().chain(fields(path)).collect::<Vec<_>>();
                    let url = url.parse().unwrap();
                    if WITH_FILES.contains(path) {
                        browser.upload(&url, &sent, ("", b"")).await
                    } else {
                        browser.submit(&url, &sent).await
                    }
                };
                let what = format!("{role} {here} {method} {path}: {}", page.status);
                match (roles.contains(&role), here || !is_of_place(path)) {
                    (true, true) if NOWHERE.contains(path) => assert_eq!(page.status, 404, "{what}"),
                    // What a form without its fields, or about another version, is told: not that it may not.
                    (true, true) => assert!([200, 303, 409, 422].contains(&page.status.as_u16()), "{what}"),
                    (true, false) => assert_eq!(page.status, 404, "{what}"),
                    (false, _) if role == "auditor" && INSPECTED.contains(path) => {
                        assert_eq!(page.status, 404, "{what}");
                    }
                    (false, _) => {
                        assert_eq!(page.status, 403, "{what}");
                        assert!(entered_as(&stage, "access_denied").await > before, "{what}: no entry");
                    }
                }
                assert!(page.status == 303 || page.headers["content-type"] != "application/problem+json", "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_form_without_its_session_token_does_nothing() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let things = Things::of(&stage).await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "supervisor")]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    for (method, path, _) in CLOSED.iter().filter(|(method, ..)| *method == "POST") {
        let url = door.url(&things.path(path));
        let page = if WITH_FILES.contains(path) {
            browser.upload(&url.parse().unwrap(), &fields(path), ("", b"")).await
        } else {
            browser.submit(&url.parse().unwrap(), &fields(path)).await
        };
        assert_eq!(page.status, 403, "{method} {path}");
        assert!(page.body.contains("操作未执行"), "{method} {path}");
        let nobody = Browser::new().submit(&url.parse().unwrap(), &fields(path)).await;
        assert_eq!(nobody.location().map(|to| to.path().to_owned()), Some("/signin".into()), "{method} {path}");
    }
}
