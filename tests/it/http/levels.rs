//! Disclosure levels: who is shown how much of a report, in every form in which its content leaves.

use hedui::audit::Action;
use hedui::config::Disclosure;
use hedui::report::jose::{RecipientPrivateKey, VerifyingKeys};
use hedui::report::open::{InclusionCheck, TrustedKeys, open};
use hedui::report::proof::check_inclusion;
use hedui::report::view::Document;
use serde_json::Value;

use super::Face;
use crate::client::{Client, Reply};

/// Everybody who is granted a level.
const GRANTED: [(&str, Disclosure); 3] =
    [("township", Disclosure::Conclusion), ("county", Disclosure::Amounts), ("supervisor", Disclosure::Full)];

fn is_refused(reply: &Reply, asked: Disclosure) {
    let problem = reply.assert_problem(403, "forbidden");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(asked.as_str())), "{problem}");
}

/// Texts of a whole report that lower levels must not show: amounts, and numbers of records and documents.
fn secrets(report: &Value) -> (Vec<String>, Vec<String>) {
    let body = &report["body"];
    let texts = |pointer: &str, field: &str| -> Vec<String> {
        let lines = body.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        let values = lines.iter().map(|line| line[field].clone()).flat_map(|value| match value {
            Value::Array(items) => items,
            other => vec![other],
        });
        values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let mut details = texts("/income", "records");
    details.extend(texts("/property", "record"));
    details.extend(texts("/household/members", "id_number_masked"));
    let mut amounts = texts("/income", "gross");
    amounts.extend(texts("/property", "value"));
    amounts.push(body["totals"]["standard_monthly"].as_str().expect("a standard").to_owned());
    amounts.retain(|amount| amount != "0.00");
    assert!(amounts.len() > 2 && details.len() > 4, "there is something to hide");
    (amounts, details)
}

#[tokio::test]
async fn every_form_of_a_report_is_at_the_level_granted_or_a_lower_one() {
    let face = Face::up().await;
    let id = face.client("supervisor", "report:read").verify(&face.stage.mocks.sample_request()).await;
    let path = format!("/v1/verifications/{id}/report");
    let full = face.client("supervisor", "report:read").get_as(&path, "application/json").await.json();
    let (amounts, details) = secrets(&full);
    let key = RecipientPrivateKey::parse(&face.stage.recipient_private).expect("a key");
    let trusted = VerifyingKeys::from_value(&face.stage.verifier.signing_keys()).expect("keys");
    let log_key = face.stage.log_key();
    let schema = face.stranger().get("/schemas/report-view.json").await.json();
    let schema = jsonschema::validator_for(&schema).expect("a JSON Schema");
    for (who, granted) in GRANTED {
        let client = face.client(who, "report:read");
        for asked in [None].into_iter().chain(Disclosure::ALL.map(Some)) {
            let path = asked.map_or(path.clone(), |level| format!("{path}?level={}", level.as_str()));
            for kind in ["application/json", "text/html", "application/jose"] {
                let reply = client.get_as(&path, kind).await;
                let level = asked.unwrap_or(granted);
                if level > granted {
                    is_refused(&reply, level);
                    continue;
                }
                assert_eq!(reply.status, 200, "{who} {asked:?} {kind}");
                let shown = match kind {
                    "application/jose" => {
                        let trusted = TrustedKeys::Pinned(trusted.clone());
                        let check = |report: &Value| check_inclusion(report, Some(&log_key));
                        let opened = open(&reply.text(), &key, &trusted, check).expect("it opens");
                        assert!(opened.signature.is_pinned());
                        assert!(matches!(opened.inclusion, InclusionCheck::Proven { .. }), "{:?}", opened.inclusion);
                        String::from_utf8(opened.bytes.to_vec()).expect("text")
                    }
                    _ => reply.text(),
                };
                if kind != "text/html" {
                    assert_eq!(Document::read(shown.as_bytes()).expect("a report").level(), level);
                }
                if kind != "text/html" && level < Disclosure::Full {
                    let view: Value = serde_json::from_str(&shown).expect("JSON");
                    let faults: Vec<String> = schema.iter_errors(&view).map(|error| error.to_string()).collect();
                    assert_eq!(faults, [""; 0]);
                    assert_eq!(view["body"]["of"]["body_sha256"], full["attestation"]["body_sha256"]);
                }
                let shows = |texts: &[String]| texts.iter().any(|text| shown.contains(text.as_str()));
                assert_eq!(shows(&details), level == Disclosure::Full, "{who} {level:?} {kind}");
                if kind != "text/html" {
                    assert_eq!(shows(&amounts), level >= Disclosure::Amounts, "{who} {level:?} {kind}");
                }
            }
        }
    }
    face.client("county", "report:read").get(&format!("{path}?level=all")).await.assert_problem(422, "invalid-request");
    let leaves = face.stage.entries().await;
    let read = |action: Action, level: Disclosure| {
        leaves.iter().filter(|leaf| leaf.event.action == action && leaf.event.level == Some(level)).count()
    };
    // each level: by default by one client, by name by all who are granted as much; JSON and HTML are read, JOSE is sealed
    for (level, times) in [(Disclosure::Conclusion, 4), (Disclosure::Amounts, 3), (Disclosure::Full, 2)] {
        let once_more = usize::from(level == Disclosure::Full);
        assert_eq!(read(Action::ReportRead, level), 2 * times + once_more, "{level:?}");
        assert_eq!(read(Action::ReportSealed, level), times, "{level:?}");
    }
    let refused = leaves.iter().filter(|leaf| leaf.event.action == Action::Refused).count();
    assert_eq!(refused, 9, "three levels too high, in three forms");
}

#[tokio::test]
async fn files_of_a_batch_are_at_the_level_granted_and_changes_are_for_the_whole() {
    let face = Face::up().await;
    let supervisor = face.client("supervisor", "report:read");
    let lines: String = [face.stage.mocks.sample_request(), face.household(0)].map(|line| format!("{line}\n")).concat();
    let sent = supervisor
        .call(reqwest::Method::POST, "/v1/batches")
        .header("content-type", "application/x-ndjson")
        .header("idempotency-key", "levels")
        .body(lines);
    let sent = crate::client::send(sent).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
    let batch = format!("/v1/batches/{}", sent.json()["id"].as_str().expect("an id"));
    let mut rest = 600;
    while supervisor.get(&batch).await.json()["status"] != "finished" {
        rest -= 1;
        assert!(rest > 0, "the batch ends");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let fetch = async |client: &Client, what: &str, kind: &str| client.get_as(&format!("{batch}/{what}"), kind).await;
    let (table, ndjson) = ("text/csv", "application/x-ndjson");
    let whole = fetch(&supervisor, "results", ndjson).await.text();
    let first: Value = serde_json::from_str(whole.lines().next().expect("a line")).expect("JSON");
    let (amounts, details) = secrets(&first["report"]);
    for (who, granted) in GRANTED {
        let client = face.client(who, "report:read");
        for kind in [table, ndjson] {
            for what in ["results", "referrals"] {
                let text = fetch(&client, what, kind).await.text();
                let shows = |texts: &[String]| texts.iter().any(|text_| text.contains(text_.as_str()));
                // of a table, what decides may be a record
                assert!(!shows(&details) || granted == Disclosure::Full, "{who} {what} {kind}: {text}");
                let with_reports = what == "results" && kind == ndjson && granted == Disclosure::Full;
                assert!(shows(&details) || !with_reports, "{who} {what} {kind}");
                let with_amounts = what == "results" && granted >= Disclosure::Amounts;
                assert_eq!(shows(&amounts), with_amounts, "{who} {what} {kind}: {text}");
                if kind == table {
                    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
                    assert!(rows.records().all(|row| row.is_ok()), "every row has every column: {text}");
                }
            }
            if granted < Disclosure::Full {
                is_refused(&fetch(&client, "results?level=full", kind).await, Disclosure::Full);
                is_refused(&fetch(&client, "referrals?level=full", kind).await, Disclosure::Full);
                is_refused(&fetch(&client, "changes", kind).await, Disclosure::Full);
            } else {
                let lower = fetch(&client, "results?level=conclusion", kind).await.text();
                assert!(!amounts.iter().any(|amount| lower.contains(amount.as_str())), "{lower}");
                assert_eq!(fetch(&client, "changes", kind).await.status, 200);
            }
        }
        let case = first["case"].as_str().expect("a case");
        let change = client.get(&format!("/v1/verifications/{case}/change")).await;
        match granted {
            Disclosure::Full => assert_eq!(change.status, 404, "nothing changed"),
            _ => is_refused(&change, Disclosure::Full),
        }
    }
}

#[tokio::test]
async fn a_rolled_signing_key_leaves_former_reports_good() {
    let face = Face::up().await;
    let client = face.caseworker();
    let key = RecipientPrivateKey::parse(&face.stage.recipient_private).expect("a key");
    let log_key = face.stage.log_key();
    let fetch = async |path: &str| client.get_as(path, "application/jose").await.text();
    let path = async |request: &Value| {
        let id = client.verify(request).await;
        client.wait_for_final(&id).await;
        format!("/v1/verifications/{id}/report")
    };
    let former = path(&face.household(0)).await;
    let (sealed_before, jwks_before) = (fetch(&former).await, client.get("/.well-known/jwks.json").await.json());
    let kid = face.stage.keys.roll_report_signing_key(hedui::telemetry::Clock::system().now()).expect("a new key");
    let later = path(&face.household(1)).await;
    let jwks = client.get("/.well-known/jwks.json").await.json();
    let open_with = |jwks: &Value, sealed: &str| {
        let trusted = TrustedKeys::Pinned(VerifyingKeys::from_value(jwks).expect("keys"));
        let opened = open(sealed, &key, &trusted, |report| check_inclusion(report, Some(&log_key))).expect("it opens");
        (opened.signature.is_pinned(), opened.kid, matches!(opened.inclusion, InclusionCheck::Proven { .. }))
    };
    let before = jwks_before["keys"][0]["kid"].as_str().expect("a kid").to_owned();
    assert_ne!(before, kid);
    assert_eq!(open_with(&jwks, &sealed_before), (true, before.clone(), true), "what was handed over before");
    assert_eq!(open_with(&jwks, &fetch(&former).await), (true, before, true), "what was signed before, sealed now");
    let new = fetch(&later).await;
    assert_eq!(open_with(&jwks, &new), (true, kid.clone(), true), "what was signed since");
    assert!(!open_with(&jwks_before, &new).0, "who has the former keys alone is told");
    let view = fetch(&format!("{former}?level=conclusion")).await;
    assert_eq!(open_with(&jwks, &view), (true, kid, true), "a view is signed when it is handed over");
}

#[tokio::test]
async fn which_departments_have_records_of_whom_is_told_at_the_whole_level_alone() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.stage.mocks.sample_request()).await;
    face.caseworker().wait_for_final(&id).await;
    let path = format!("/v1/verifications/{id}");
    let tells = |text: &str| ["found", "no_record", "partial"].iter().any(|kind| text.contains(&format!("\"{kind}\"")));
    let below = [("township", "report:read"), ("county", "report:read"), ("supervisor", "")];
    for (who, scope) in below {
        for path in [path.clone(), format!("{path}/events")] {
            let text = face.client(who, scope).get(&path).await.text();
            assert!(text.contains("\"answered\"") && !tells(&text), "{who} {scope} {path}: {text}");
        }
    }
    let read = async |who: &str| {
        let leaves = face.stage.entries().await;
        let by = |leaf: &&hedui::audit::Leaf| leaf.event.actor.subject.to_string() == who;
        leaves.iter().filter(by).filter(|leaf| leaf.event.action == Action::AnswersRead).count()
    };
    assert_eq!((read("township").await, read("county").await, read("supervisor").await), (0, 0, 0));
    let whole = face.client("supervisor", "report:read");
    for entries in [1, 2] {
        assert!(tells(&whole.get(&path).await.text()) && tells(&whole.get(&format!("{path}/events")).await.text()));
        assert_eq!(read("supervisor").await, 1 + entries, "one for the state, one for each stream");
    }
}

#[tokio::test]
async fn requests_of_those_who_are_due_are_for_the_whole_level() {
    let face = Face::up().await;
    let (path, kind) = ("/v1/due?until=2099-12-31", "application/x-ndjson");
    for (who, granted) in GRANTED {
        let client = face.client(who, "report:read");
        assert_eq!(client.get(path).await.status, 200, "the list has no names");
        let before = face.stage.entries().await.len();
        let reply = client.get_as(path, kind).await;
        if granted == Disclosure::Full {
            assert_eq!(reply.status, 200);
            continue;
        }
        is_refused(&reply, Disclosure::Full);
        let leaves = face.stage.entries().await;
        assert_eq!((leaves.len(), leaves[before].event.action), (before + 1, Action::Refused), "{who}");
    }
}
