//! Who sees which page and may send which form: every page of the console × every role × place, held to the console's router.

use std::collections::BTreeSet;

use super::browser::Browser;
use super::provider::StandIn;
use super::{Door, client, entered_as, place, settings, stage};
use crate::support::{PATIENCE, Stage};

/// People of the office.
const OFFICERS: &[&str] = &["caseworker", "supervisor"];
const ROLES: [&str; 5] = ["caseworker", "supervisor", "auditor", "system_admin", "security_admin"];

/// What is there for everybody, signed in or not.
const OPEN: &[(&str, &str)] =
    &[("GET", "/"), ("GET", "/signin"), ("POST", "/signin"), ("GET", "/signin/callback"), ("POST", "/signout")];

/// Every other page, and the roles it is for. `{id}` is a case of the office.
const CLOSED: &[(&str, &str, &[&str])] = &[
    ("GET", "/cases/{id}", OFFICERS),
    ("GET", "/cases/{id}/events", OFFICERS),
    ("GET", "/cases/{id}/issue", &["supervisor"]),
    ("POST", "/cases/{id}/issue", &["supervisor"]),
    ("GET", "/cases/{id}/cancel", OFFICERS),
    ("POST", "/cases/{id}/cancel", OFFICERS),
    ("GET", "/cases/{id}/withdraw", OFFICERS),
    ("POST", "/cases/{id}/withdraw", OFFICERS),
    ("GET", "/cases/{id}/erase", OFFICERS),
    ("POST", "/cases/{id}/erase", OFFICERS),
];

/// A form's fields; of a form that is sent to a case where it changes nothing.
fn fields(path: &str) -> Vec<(String, String)> {
    let pairs: &[(&str, &str)] = match path {
        "/cases/{id}/issue" => &[("version", "99")],
        _ => &[],
    };
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
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
        CLOSED.iter().map(|(method, path, _)| (*method, *path)).chain(OPEN.iter().copied()).collect();
    assert_eq!(known, hedui::console::pages().into_iter().collect(), "the table and the router differ");
    assert_eq!(known.len(), CLOSED.len() + OPEN.len(), "a row stands twice");
}

#[tokio::test]
async fn each_page_is_for_its_roles_and_its_place_alone() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case(&stage).await;
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
                let url = door.url(&path.replace("{id}", &case));
                let before = entered_as(&stage, "access_denied").await;
                let page = if *method == "GET" {
                    browser.get(&url).await
                } else {
                    let sent = token.iter().cloned().chain(fields(path)).collect::<Vec<_>>();
                    browser.submit(&url.parse().unwrap(), &sent).await
                };
                let what = format!("{role} {here} {method} {path}: {}", page.status);
                match (roles.contains(&role), here) {
                    // What a form without its fields, or about another version, is told: not that it may not.
                    (true, true) => assert!([200, 303, 409, 422].contains(&page.status.as_u16()), "{what}"),
                    (true, false) => assert_eq!(page.status, 404, "{what}"),
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
    let case = case(&stage).await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "supervisor")]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    for (method, path, _) in CLOSED.iter().filter(|(method, ..)| *method == "POST") {
        let url = door.url(&path.replace("{id}", &case));
        let page = browser.submit(&url.parse().unwrap(), &fields(path)).await;
        assert_eq!(page.status, 403, "{method} {path}");
        assert!(page.body.contains("操作未执行"), "{method} {path}");
        let nobody = Browser::new().submit(&url.parse().unwrap(), &fields(path)).await;
        assert_eq!(nobody.location().map(|to| to.path().to_owned()), Some("/signin".into()), "{method} {path}");
    }
}
