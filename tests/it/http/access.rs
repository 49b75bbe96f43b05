//! Who may do what: every call of the router × every role × place, tokens, and that what is out of scope is as if it did not exist.

use std::collections::BTreeSet;
use std::time::Duration;

use hedui::audit::{Action, Leaf, Outcome};
use hedui::keys::DocumentContext;
use hedui::store::Store;
use hedui::telemetry::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Face;
use crate::client::{Client, Reply, send};
use crate::support::{PLACES, ROLES};

/// Whoever works with cases.
const OFFICE: &[&str] = &["client", "caseworker", "supervisor"];
/// Whoever runs batches.
const IN_BULK: &[&str] = &["client", "supervisor"];
/// Whoever looks after the departments, beside the office.
const OF_SOURCES: &[&str] = &["client", "caseworker", "supervisor", "system_admin"];

/// People of the office.
const OFFICERS: &[&str] = &["caseworker", "supervisor"];
/// Whoever reads the log.
const AUDITOR: &[&str] = &["auditor"];
/// Whoever may have asked for, or may agree to, what takes a second person.
const ASKERS: &[&str] = &["client", "caseworker", "supervisor", "auditor", "security_admin"];

/// What the variable part of a path names: whose it is decides who sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Nothing: a list, which shows what is the caller's, or what anybody with the role may do.
    Nothing,
    /// A county of the rules.
    County,
    /// Of an organisation and a region.
    Case,
    Batch,
    Subscription,
    Alert,
    /// Of a region alone: whoever looks after the service does so for every organisation there.
    Callback,
    /// An entry of the log: of the organisation and region of its case.
    Entry,
    /// Of the organisation of whoever did it: here of the auditor of the place that has everything, who was refused often by then.
    Finding,
    /// Hashes: of nobody.
    Tile,
    /// An auditor's inspection: seen by whoever asked, by supervisors of the case, and by security administrators of its organisation.
    Approval,
    /// Somebody of clients.toml: a security administrator sees those of the own organisation.
    Caller,
}

impl Of {
    /// Whether somebody sees what the path names.
    fn is_seen_by(self, role: &str, place: &str) -> bool {
        match (self, role) {
            (Self::Nothing | Self::County, _) => true,
            (Self::Tile, _) => true,
            (Self::Finding, _) => place != "@elsewhere",
            (Self::Callback, _) => place != "@other-region",
            (Self::Approval | Self::Caller, "security_admin") => place != "@elsewhere",
            (Self::Approval, "client" | "caseworker") => false,
            _ => place.is_empty(),
        }
    }
}

/// Every call that needs a token, what its path names, and the roles that may make it. Calls that destroy come last.
const CLOSED: &[(&str, &str, Of, &[&str])] = &[
    ("POST", "/v1/verifications", Of::Nothing, OFFICE),
    ("GET", "/v1/verifications", Of::Nothing, OFFICE),
    ("GET", "/v1/verifications/{id}", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/events", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/versions", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/report", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/receipt", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/change", Of::Case, OFFICE),
    ("POST", "/v1/verifications/{id}/heard", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/objections", Of::Case, OFFICE),
    ("POST", "/v1/verifications/{id}/objections", Of::Case, OFFICE),
    ("POST", "/v1/verifications/{id}/ask-again", Of::Case, OFFICE),
    ("GET", "/v1/verifications/{id}/reviews", Of::Case, OFFICERS),
    ("POST", "/v1/verifications/{id}/reviews", Of::Case, OFFICERS),
    ("POST", "/v1/verifications/{id}/issue", Of::Case, &["supervisor"]),
    ("POST", "/v1/verifications/{id}/cancel", Of::Case, OFFICE),
    ("GET", "/v1/reviews", Of::Nothing, OFFICERS),
    ("POST", "/v1/inspections", Of::Nothing, &["auditor"]),
    ("GET", "/v1/approvals", Of::Nothing, ASKERS),
    ("GET", "/v1/approvals/{id}", Of::Approval, ASKERS),
    ("PUT", "/v1/callers/{id}/kin", Of::Caller, &["security_admin"]),
    ("GET", "/v1/callers/{id}/kin", Of::Caller, &["security_admin"]),
    ("GET", "/v1/due", Of::Nothing, OFFICE),
    ("POST", "/v1/batches", Of::Nothing, IN_BULK),
    ("GET", "/v1/batches", Of::Nothing, OFFICE),
    ("GET", "/v1/batches/{id}", Of::Batch, OFFICE),
    ("GET", "/v1/batches/{id}/results", Of::Batch, OFFICE),
    ("GET", "/v1/batches/{id}/referrals", Of::Batch, OFFICE),
    ("GET", "/v1/batches/{id}/changes", Of::Batch, OFFICE),
    ("GET", "/v1/batches/{id}/faults", Of::Batch, OFFICE),
    ("POST", "/v1/batches/{id}/pause", Of::Batch, IN_BULK),
    ("POST", "/v1/batches/{id}/resume", Of::Batch, IN_BULK),
    ("POST", "/v1/batches/{id}/cancel", Of::Batch, IN_BULK),
    ("POST", "/v1/subscriptions", Of::Nothing, OFFICE),
    ("GET", "/v1/subscriptions", Of::Nothing, OFFICE),
    ("GET", "/v1/alerts", Of::Nothing, OFFICE),
    ("POST", "/v1/alerts/{id}/acknowledge", Of::Alert, OFFICE),
    ("GET", "/v1/callbacks", Of::Nothing, &["system_admin"]),
    ("POST", "/v1/callbacks/{id}/redeliver", Of::Callback, &["system_admin"]),
    ("GET", "/v1/audit/events", Of::Nothing, AUDITOR),
    ("GET", "/v1/audit/events/{id}", Of::Entry, AUDITOR),
    ("POST", "/v1/audit/subjects", Of::Nothing, AUDITOR),
    ("GET", "/v1/audit/findings", Of::Nothing, AUDITOR),
    ("POST", "/v1/audit/findings/{id}/acknowledge", Of::Finding, AUDITOR),
    ("GET", "/v1/audit/checkpoint", Of::Nothing, AUDITOR),
    ("GET", "/v1/audit/proofs/inclusion", Of::Nothing, AUDITOR),
    ("GET", "/v1/audit/proofs/consistency", Of::Nothing, AUDITOR),
    ("GET", "/v1/audit/tile/{*path}", Of::Tile, AUDITOR),
    ("GET", "/v1/sources", Of::Nothing, OF_SOURCES),
    ("GET", "/v1/policies/{region}", Of::County, &ROLES),
    ("POST", "/v1/assessments", Of::Nothing, OFFICE),
    ("POST", "/v1/matches", Of::Nothing, OFFICE),
    ("DELETE", "/v1/callers/{id}/kin", Of::Caller, &["security_admin"]),
    ("DELETE", "/v1/subscriptions/{id}", Of::Subscription, OFFICE),
    ("POST", "/v1/verifications/{id}/withdraw-authorisation", Of::Case, OFFICE),
    ("DELETE", "/v1/verifications/{id}", Of::Case, &["caseworker", "supervisor"]),
    ("POST", "/v1/approvals/{id}/ask-again", Of::Approval, OFFICE),
    ("POST", "/v1/approvals/{id}/agree", Of::Approval, &["supervisor", "security_admin"]),
    ("POST", "/v1/approvals/{id}/refuse", Of::Approval, ASKERS),
];

/// Lists: each shows what there is to whom it belongs, and nothing to others.
const LISTS: &[(&str, &str)] = &[
    ("/v1/verifications", "caseworker"),
    ("/v1/batches", "caseworker"),
    ("/v1/subscriptions", "caseworker"),
    ("/v1/alerts", "caseworker"),
    ("/v1/due?until=2099-12-31", "caseworker"),
    ("/v1/callbacks", "system_admin"),
    ("/v1/approvals", "supervisor"),
];

/// Every call that anybody may make: nothing about anybody, and nothing that changes.
const OPEN: &[&str] = &[
    "/.well-known/jwks.json",
    "/schemas/report.json",
    "/schemas/report-view.json",
    "/schemas/request.json",
    "/schemas/evidence.json",
    "/schemas/match.json",
    "/openapi.json",
    "/docs",
    "/docs/{tag}",
    "/healthz",
    "/readyz",
    "/metrics",
];

/// What is sent where `{}` would be refused before anybody looks for what the path names.
const BODIES: &[(&str, &str)] = &[
    ("/heard", r#"{"statement": "\u5df2\u6089"}"#),
    ("/objections", r#"{"version": 99, "sources": [], "statement": ""}"#),
    ("/ask-again", r#"{"source": "nobody"}"#),
    ("/reviews", r#"{"version": 99, "decisions": []}"#),
    ("/issue", r#"{"version": 99}"#),
    ("/withdraw-authorisation", r#"{"member": "m1", "reason": "\u672c\u4eba\u7533\u8bf7"}"#),
];

async fn call(client: &Client, method: &str, path: &str) -> Reply {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let kind = if path == "/v1/batches" { "application/x-ndjson" } else { "application/json" };
    let path = &if method == "DELETE" { format!("{path}?grounds=mistaken") } else { path.to_owned() };
    let body = BODIES.iter().find(|(end, _)| path.ends_with(end)).map_or("{}", |(_, body)| body);
    send(client.call(method, path).header("content-type", kind).body(body)).await
}

/// A service with one of each thing: whose they are is the first of the places.
pub(super) struct World {
    pub(super) face: Face,
    pub(super) case: String,
    pub(super) batch: String,
    pub(super) subscription: String,
    pub(super) alert: String,
    callback: String,
    pub(super) approval: String,
    finding: String,
    /// The same database, to read the log in.
    log: Store,
}

impl World {
    pub(super) async fn up() -> Self {
        let face = Face::up().await;
        let owner = face.client("supervisor", "report:read");
        let mut all = (0..20).map(|index| face.household(index));
        let is_family = |one: &Value| one["household"]["members"].as_array().is_some_and(|members| members.len() > 2);
        let mut household = all.find(is_family).expect("a family");
        let first = owner.verify(&household).await;
        owner.wait_for_final(&first).await;
        // somebody has left it: the second case has a change
        household["household"]["members"].as_array_mut().expect("members").pop();
        let case = owner.verify(&household).await;
        owner.wait_for_final(&case).await;
        let file = owner.call(Method::POST, "/v1/batches?format=ndjson").body(format!("{}\n", face.household(0)));
        let batch = send(file).await.json()["id"].as_str().expect("an id").to_owned();
        let status = async || owner.get(&format!("/v1/batches/{batch}")).await.json()["status"].clone();
        while status().await != "finished" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let wanted = owner.call(Method::POST, "/v1/subscriptions").header("content-type", "application/json");
        send(wanted.body(json!({"cases": [case]}).to_string())).await;
        let watched = owner.get("/v1/subscriptions").await.json();
        let subscription = watched["items"][0]["id"].as_str().expect("an id").to_owned();
        let (alert, callback) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
        let log = Store::open_read_only(&face.stage.folder.path().join("data")).await.expect("the store");
        let terms = json!({"case": case, "grounds": "sample", "document": "1", "hours": 1});
        let auditor = face.client("auditor", "").call(Method::POST, "/v1/inspections");
        let asked = send(auditor.header("content-type", "application/json").body(terms.to_string())).await.json();
        let approval = asked["approval"].as_str().expect("an id").to_owned();
        let today = Clock::system().today();
        let named = Sha256::digest(format!("hedui/finding/v2\nmany_denials\nauditor\n{today}\n0"));
        let finding =
            uuid::Builder::from_custom_bytes(named[..16].try_into().expect("16 bytes")).into_uuid().to_string();
        let world = Self { face, case, batch, subscription, alert, callback, approval, finding, log };
        world.insert().await;
        world
    }

    /// What only time and misfortune bring about: an alert, and a callback that never arrived.
    async fn insert(&self) {
        let pool = self.database().await;
        let document = Uuid::now_v7().to_string();
        let context = DocumentContext { document_id: &document, kind: "alert", owner_id: &self.case };
        let found = json!({"code": "job_lost", "points": "more_help", "words": {"zh": "失业", "en": "a job was lost"}});
        let sealed = self.face.stage.keys.seal_document(&context, found.to_string().as_bytes()).expect("sealed");
        let now = jiff::Timestamp::now().as_millisecond();
        let statements = [
            sqlx::query("INSERT INTO deks (id, kek_id, wrapped) VALUES (?, ?, ?)")
                .bind(sealed.dek_id.to_string())
                .bind(sealed.kek_id.0)
                .bind(sealed.wrapped_dek),
            sqlx::query(
                "INSERT INTO documents (id, case_id, kind, dek_id, commitment, ciphertext)
                 VALUES (?, ?, 'alert', ?, ?, ?)",
            )
            .bind(&document)
            .bind(&self.case)
            .bind(sealed.dek_id.to_string())
            .bind(sealed.commitment.to_vec())
            .bind(sealed.ciphertext),
            sqlx::query(
                "INSERT INTO alerts (id, case_id, organisation, region, created_at, document_id)
                 SELECT ?, id, organisation, region, ?, ? FROM cases WHERE id = ?",
            )
            .bind(&self.alert)
            .bind(now)
            .bind(&document)
            .bind(&self.case),
            sqlx::query(
                "INSERT INTO outbox (id, case_id, client, topic, created_at, given_up_at)
                 VALUES (?, ?, 'client', 'version', ?, ?)",
            )
            .bind(&self.callback)
            .bind(&self.case)
            .bind(now)
            .bind(now),
        ];
        for statement in statements {
            statement.execute(&pool).await.expect("a row");
        }
        pool.close().await;
    }

    /// Gives the callback up once more: somebody has had it sent anew.
    async fn give_up(&self) {
        let pool = self.database().await;
        let again = sqlx::query("UPDATE outbox SET given_up_at = 1, next_attempt_at = NULL WHERE id = ?");
        again.bind(&self.callback).execute(&pool).await.expect("a row");
        pool.close().await;
    }

    async fn database(&self) -> sqlx::SqlitePool {
        let file = self.face.stage.folder.path().join("data/hedui.sqlite");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(30));
        sqlx::SqlitePool::connect_with(options).await.expect("the database")
    }

    /// A path with its variable part filled in.
    fn path(&self, template: &str, of: Of) -> String {
        self.named(of).map_or_else(|| template.to_owned(), |id| named(template, id))
    }

    fn named(&self, of: Of) -> Option<&str> {
        Some(match of {
            Of::Nothing => return None,
            Of::County => "620422",
            Of::Case => &self.case,
            Of::Batch => &self.batch,
            Of::Subscription => &self.subscription,
            Of::Alert => &self.alert,
            Of::Callback => &self.callback,
            Of::Entry => "0",
            Of::Finding => &self.finding,
            Of::Tile => "0/000.p/1",
            Of::Approval => &self.approval,
            Of::Caller => "caseworker",
        })
    }

    async fn entries(&self) -> u64 {
        self.log.log_head().await.expect("the log's head").size
    }

    /// How many refusals stand in the log from this entry on.
    async fn denials_since(&self, first: u64) -> usize {
        let mut denied = 0;
        for index in first..self.entries().await {
            let stored = self.log.leaf(index).await.expect("the store").expect("an entry");
            let event = Leaf::parse(&stored.leaf.bytes).expect("an entry of this log").event;
            denied += usize::from((event.action, event.outcome) == (Action::AccessDenied, Outcome::Denied));
        }
        denied
    }
}

fn named(template: &str, id: &str) -> String {
    let (before, rest) = template.split_once('{').expect("a variable part");
    let (_, after) = rest.split_once('}').expect("a variable part");
    format!("{before}{id}{after}")
}

#[test]
fn every_call_of_the_router_is_in_the_table() {
    let open = OPEN.iter().map(|path| ("GET", *path));
    let tabled: BTreeSet<_> = CLOSED.iter().map(|(method, path, ..)| (*method, *path)).chain(open).collect();
    let routed: BTreeSet<_> = hedui::api::routes().into_iter().collect();
    assert_eq!(routed.difference(&tabled).collect::<Vec<_>>(), [&("", ""); 0], "a call was added: say who may make it");
    assert_eq!(tabled.difference(&routed).collect::<Vec<_>>(), [&("", ""); 0], "a call is there no more");
    assert_eq!(tabled.len(), CLOSED.len() + OPEN.len(), "a call stands there twice");
    for (method, path, of, _) in CLOSED {
        assert_eq!(path.contains('{'), *of != Of::Nothing, "{method} {path}: say what its path names");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_in_every_place_is_held_to_the_table() {
    let world = World::up().await;
    let unknown = Uuid::now_v7().to_string();
    for (method, template, of, may) in CLOSED {
        let path = world.path(template, *of);
        // the owners last: what they do may end what others are then refused
        for place in PLACES.iter().rev() {
            for role in ROLES {
                let who = format!("{role}{place}");
                let client = world.face.client(&who, "report:read");
                if *of == Of::Callback {
                    world.give_up().await;
                }
                let before = world.entries().await;
                let reply = call(&client, method, &path).await;
                let status = reply.status.as_u16();
                let denied = world.denials_since(before).await;
                let sees = of.is_seen_by(role, place);
                if !may.contains(&role) {
                    reply.assert_problem(403, "forbidden");
                    assert_eq!(denied, 1, "{who} {method} {template}: the refusal stands in the log");
                } else if sees {
                    let refused = [401, 403, 404, 405, 500].contains(&status);
                    assert!(!refused && denied == 0, "{who} {method} {template}: {status} {}", reply.text());
                } else {
                    let theirs = reply.assert_problem(404, "not-found");
                    let nobodys = call(&client, method, &named(template, &unknown)).await;
                    assert_eq!(theirs, nobodys.assert_problem(404, "not-found"), "{who} {method} {template}");
                    call(&client, method, &named(template, "no-id")).await.assert_problem(404, "not-found");
                    // a look at the log is entered as such
                    let entered = usize::from(![Of::Entry, Of::Finding].contains(of));
                    assert_eq!(denied, entered, "{who} {method} {template}: that it was asked for stands in the log");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_show_to_each_what_is_theirs() {
    let world = World::up().await;
    for (path, role) in LISTS {
        for place in PLACES {
            let list = world.face.client(&format!("{role}{place}"), "report:read").get(path).await.json();
            let items = list.as_array().or_else(|| list["items"].as_array()).expect("items").len();
            let sees = place.is_empty() || (*path == "/v1/callbacks" && place == "@elsewhere");
            assert_eq!(items > 0, sees, "{role}{place} {path}: {list}");
        }
    }
    for (place, expected) in [("@elsewhere", 0), ("@other-region", 0)] {
        let client = world.face.client(&format!("supervisor{place}"), "report:read");
        for body in [json!({"batch": world.batch}), json!({"cases": [world.case]})] {
            let call = client.call(Method::POST, "/v1/subscriptions").header("content-type", "application/json");
            let before = world.entries().await;
            let counted = send(call.body(body.to_string())).await.json();
            assert_eq!(world.denials_since(before).await, 1, "{place} {body}: that it was tried stands in the log");
            assert_eq!((&counted["watched"], &counted["already"]), (&json!(expected), &json!(expected)), "{counted}");
            let passed_over = i32::from(body["batch"].is_null());
            assert_eq!(counted["passed_over"], passed_over, "not even a batch's size is told: {counted}");
        }
    }
}

#[tokio::test]
async fn without_a_valid_token_every_call_is_401() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.household(0)).await;
    let forged = hedui::auth::LocalIssuer::new(hedui::telemetry::Clock::system()).expect("an issuer");
    let forged = forged.token(&face.served.clients[1], "hedui", "report:read", 600).expect("a token");
    let other_audience = face.served.issuer.token(&face.served.clients[1], "elsewhere", "", 600).expect("a token");
    let expired = face.served.issuer.token(&face.served.clients[1], "hedui", "", -3600).expect("a token");
    let tokens = [None, Some("rubbish".to_owned()), Some(forged), Some(other_audience), Some(expired)];
    for token in tokens {
        let client = Client::new(&face.served.url(""), token);
        for (method, path, of, _) in CLOSED {
            let path = if *of == Of::Nothing { (*path).to_owned() } else { named(path, &id) };
            let reply = call(&client, method, &path).await;
            reply.assert_problem(401, "unauthorised");
            assert!(reply.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
        }
    }
    for path in OPEN {
        let path = path.replace("{tag}", "verifications");
        assert_eq!(face.stranger().get(&path).await.status, 200, "{path}");
    }
    let statuses = face.stage.mocks.statistics();
    let list = face.caseworker().get("/v1/verifications").await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{statuses}");
}

#[tokio::test]
async fn opening_on_the_server_needs_the_scope_sealed_reports_do_not() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.household(0)).await;
    let path = format!("/v1/verifications/{id}/report");
    let client = face.client("caseworker", "");
    for form in ["application/json", "text/html"] {
        client.get_as(&path, form).await.assert_problem(403, "forbidden");
    }
    assert_eq!(client.get(&path).await.status, 200);
}
