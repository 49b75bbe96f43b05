//! A kept report made again from what it was made from: bit by bit, noticed when something was altered, explained under other rules.

use std::process::Output;

use hedui::audit::{Action, Leaf};
use hedui_mock_sources::{Config, MockSources};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::binary::{DEFAULTS, Installation};
use super::support::entries;

/// A verified household: where, and the number of its report.
struct Kept {
    place: Installation,
    number: String,
}

impl Kept {
    async fn new() -> Self {
        let config = Config { households: 20, ticket_delay: std::time::Duration::from_millis(50), ..Config::default() };
        let mocks = MockSources::start(config).await.expect("the departments start");
        let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
        let file = place.path("household.json");
        std::fs::write(&file, mocks.sample_request().to_string()).expect("a file");
        let verified = place.run(&["verify", &file.display().to_string(), "--json"]);
        assert!(verified.status.success(), "{}", err(&verified));
        let number = json(&verified)["body"]["number"].as_str().expect("a number").to_owned();
        mocks.shutdown().await;
        Self { place, number }
    }

    fn recompute(&self, more: &[&str]) -> Output {
        self.place.run(&[&["report", "recompute", &self.number], more].concat())
    }

    async fn entries(&self) -> Vec<Leaf> {
        entries(&self.place.path("data")).await
    }

    async fn database(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.place.path("data/hedui.sqlite"));
        SqlitePool::connect_with(options).await.expect("the database")
    }

    /// Flips a bit of the second version's document of a kind; gives the document as it was.
    async fn flip_last_byte(&self, kind: &str) -> (String, Vec<u8>) {
        let pool = self.database().await;
        let second = "SELECT d.id, d.ciphertext FROM documents d JOIN versions v ON d.id IN (v.report_document, v.evidence_document)
                      WHERE d.kind = $1 AND v.number = 2";
        let (id, former): (String, Vec<u8>) =
            sqlx::query_as(second).bind(kind).fetch_one(&pool).await.expect("a document");
        pool.close().await;
        let mut altered = former.clone();
        *altered.last_mut().expect("bytes") ^= 1;
        self.put_back((id.clone(), altered)).await;
        (id, former)
    }

    async fn put_back(&self, (id, ciphertext): (String, Vec<u8>)) {
        let pool = self.database().await;
        let put = sqlx::query("UPDATE documents SET ciphertext = $1 WHERE id = $2").bind(ciphertext).bind(id);
        assert_eq!(put.execute(&pool).await.expect("a document").rows_affected(), 1);
        pool.close().await;
    }

    /// Alters the database behind the program's back.
    async fn alter(&self, statement: &'static str) {
        let pool = self.database().await;
        let altered = sqlx::query(statement).execute(&pool).await.expect("a statement").rows_affected();
        assert!(altered > 0, "{statement}");
        pool.close().await;
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("JSON: {}", err(output)))
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_version_comes_out_bit_by_bit_and_the_reading_is_logged() {
    let kept = Kept::new().await;
    for version in ["1", "2"] {
        let again = kept.recompute(&["--version", version, "--json"]);
        assert_eq!(again.status.code(), Some(0), "{}{}", out(&again), err(&again));
        let said = json(&again);
        assert_eq!((&said["identical"], &said["sha256"]), (&Value::Bool(true), &said["recomputed_sha256"]));
        assert_eq!(said["version"].to_string(), version);
        assert_eq!((&said["differs_at"], &said["contradictions"]), (&serde_json::json!([]), &serde_json::json!([])));
        assert_eq!(said["made_by"], said["recomputed_by"]);
    }
    let shown = kept.recompute(&[]);
    assert!(out(&shown).contains("✓ 逐字节一致："), "{}", out(&shown));
    let english = kept.recompute(&["--lang", "en"]);
    assert!(out(&english).contains("✓ identical, "), "{}", out(&english));
    let entries = kept.entries().await;
    let read: Vec<_> = entries.iter().filter(|leaf| leaf.event.action == Action::Recomputed).collect();
    assert_eq!(read.iter().map(|leaf| leaf.event.version).collect::<Vec<_>>(), [Some(1), Some(2), Some(2), Some(2)]);
    assert!(read.iter().all(|leaf| leaf.event.case.is_some() && leaf.event.actor.subject.as_str() == "operator"));
    kept.place.verify_audit();
    let case = read[0].event.case.expect("a case").to_string();
    let by_id = kept.place.run(&["report", "recompute", &case, "--json"]);
    assert_eq!(json(&by_id)["number"], kept.number.as_str(), "a case's id will do");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_altered_is_noticed() {
    let kept = Kept::new().await;
    let refused = |more: &[&str]| {
        let again = kept.recompute(more);
        assert_eq!(again.status.code(), Some(1), "{}{}", out(&again), err(&again));
        out(&again) + &err(&again)
    };
    assert!(refused(&["--version", "9"]).contains("no such version"));
    let nobody = kept.place.run(&["report", "recompute", "HD-620422-2026-999999"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(err(&nobody).contains("no such case"), "{}", err(&nobody));

    // documents that were swapped or whose bytes were changed do not open
    for kind in ["report", "version_evidence"] {
        let former = kept.flip_last_byte(kind).await;
        assert!(refused(&["--version", "2"]).contains("was altered: what is stored does not open"), "{kind}");
        kept.put_back(former).await;
        assert_eq!(kept.recompute(&["--version", "2"]).status.code(), Some(0), "{kind} is as it was");
    }
    kept.alter("UPDATE artifacts SET bytes = CAST('{}' AS BLOB) WHERE kind = 'facts'").await;
    assert!(refused(&[]).contains("the facts about sources was altered"));
    kept.alter("DELETE FROM artifacts WHERE kind = 'pack'").await;
    assert!(refused(&[]).contains("the pack that the report names is not kept (sha256 "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_contradicts_its_hash_is_no_longer_the_report() {
    let kept = Kept::new().await;
    kept.alter("UPDATE versions SET body_hash = zeroblob(32) WHERE number = 2").await;
    let again = kept.recompute(&["--json"]);
    assert_eq!(again.status.code(), Some(1));
    let said = json(&again);
    assert_eq!(said["identical"], false);
    assert_eq!(said["contradictions"], serde_json::json!(["versions_hash"]));
    assert!(out(&kept.recompute(&["--lang", "en"])).contains("it was altered"));
    kept.alter("UPDATE versions SET leaf_index = 0 WHERE number = 1").await;
    let first = json(&kept.recompute(&["--version", "1", "--json"]));
    assert_eq!(first["contradictions"], serde_json::json!(["logged_hash"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_pack_is_explained_line_by_line() {
    let kept = Kept::new().await;
    let same = json(&kept.recompute(&["--current", "--json"]));
    assert_eq!(same["later"]["changes_nothing"], true);
    assert_eq!(same["later"]["difference"]["parameters"], serde_json::json!([]));

    let file = kept.place.path("proposal.toml");
    let entry = |key: &str, value: &str, unit: &str| {
        format!(
            "[[{key}]]\nfrom = \"2024-01-01\"\nvalue = \"{value}\"\nunit = \"{unit}\"\nbasis = \"assumed\"\nnote = \"a proposal\"\n"
        )
    };
    let text = "[pack]\nregion = \"620422\"\n".to_owned()
        + &entry("standard.dibao.urban", "700.00", "yuan_per_head_month")
        + &entry("screening.marginal.multiple", "2/1", "ratio");
    std::fs::write(&file, &text).expect("a file");
    let file = file.display().to_string();
    let later = kept.recompute(&["--packs", &file, "--json"]);
    assert_eq!(later.status.code(), Some(0), "the report is what it was: {}", err(&later));
    let said = json(&later)["later"]["difference"].clone();
    let keys: Vec<_> = said["parameters"].as_array().expect("a list").iter().map(|one| one["key"].clone()).collect();
    assert_eq!(keys, ["standard.dibao.urban", "screening.marginal.multiple"]);
    let standard = &said["parameters"][0];
    assert_eq!((&standard["before"]["value"], &standard["after"]["value"]), (&"623.00".into(), &"700.00".into()));
    assert_eq!((&standard["before"]["pack"], &standard["after"]["pack"]), (&"huining".into(), &"proposal".into()));
    assert!(standard["before"]["law"].as_str().is_some_and(|law| law.contains("2021年")), "{standard}");
    let nutrition: Vec<_> = (said["lines"].as_array().expect("a list").iter())
        .filter(|line| line["item_zh"].as_str().is_some_and(|item| item.contains("营养")))
        .map(|line| (line["before"]["amount"].clone(), line["after"]["amount"].clone()))
        .collect();
    assert!(
        !nutrition.is_empty() && nutrition.iter().all(|pair| *pair == ("747.60".into(), "840.00".into())),
        "{nutrition:?}"
    );
    let total = |code: &str| {
        let totals = said["totals"].as_array().expect("a list");
        totals
            .iter()
            .find(|total| total["total"] == code)
            .map(|total| (total["before"]["so_far"].clone(), total["after"]["so_far"].clone()))
    };
    assert_eq!(total("standard_monthly"), Some(("623.00".into(), "700.00".into())));
    assert!(total("deductions").is_some() && total("per_head_monthly").is_some());
    let shown = kept.recompute(&["--packs", &file]);
    for words in ["城市低保标准", "623.00 元/人·月 → 700.00 元/人·月", "747.60 → 840.00", "低保边缘收入线"]
    {
        assert!(out(&shown).contains(words), "{words}:\n{}", out(&shown));
    }
    std::fs::write(kept.place.path("proposal.toml"), text.replace("\"700.00\"", "\"a lot\"")).expect("a file");
    let faulty = kept.recompute(&["--packs", &file]);
    assert_eq!(faulty.status.code(), Some(1));
    assert!(err(&faulty).contains("proposal.toml:3:"), "{}", err(&faulty));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_number_is_opened_down_to_record_day_and_law() {
    let kept = Kept::new().await;
    let trace = json(&kept.recompute(&["--trace", "--json"]))["trace"].clone();
    let lines = trace["lines"].as_array().expect("a list");
    assert!(lines.iter().all(|line| line["rule"].is_string() && line["law"].is_string()));
    let wage = lines.iter().find(|line| line["item_zh"] == "工资薪金（个税申报）").expect("a wage");
    assert_eq!(wage["records"].as_array().map(Vec::len), Some(12));
    assert!(wage["records"][0]["as_of"].is_string() && wage["records"][0]["says"]["gross"].is_string(), "{wage}");
    let stated = lines.iter().flat_map(|line| line["records"].as_array().expect("a list"));
    assert!(stated.clone().any(|record| record["as_of_stated"] == true), "banks state the day of their balances");
    assert!(trace["totals"].as_array().expect("a list").iter().any(|total| total["total"] == "per_head_monthly"));
    let shown = out(&kept.recompute(&["--trace"]));
    for words in ["收入：每一笔从何而来", "算法", "部门数据截至", "《最低生活保障审核确认办法》", "÷ 12"]
    {
        assert!(shown.contains(words), "{words}:\n{shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_running_service_it_says_so() {
    let kept = Kept::new().await;
    let service = kept.place.serve().await;
    let refused = kept.recompute(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("in use by another process"), "{}", err(&refused));
    drop(service);
}
