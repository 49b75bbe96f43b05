//! Rules as an operator meets them: at the command line over a folder of packs, and in a running service whose folder changes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::binary::{DEFAULTS, Installation};
use super::cli::{assert_code, err, hedui, out};
use super::client::Client;

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A folder with Huining's pack, changed.
fn folder_with(from: &str, to: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = shipped("config/policy/huining.toml");
    assert!(text.contains(from));
    std::fs::write(folder.path().join("huining.toml"), text.replace(from, to)).expect("a pack");
    let shown = folder.path().display().to_string();
    (folder, shown)
}

fn json_of(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", out(output), err(output)))
}

fn evidence() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/evidence.json").display().to_string()
}

#[test]
fn check_names_every_problem_with_its_place_or_says_what_is_in_force() {
    let (_folder, good) = folder_with("623.00", "700.00");
    let checked = hedui(&["policy", "check", "--packs", &good]);
    assert_code(&checked, 0);
    for part in ["620422 会宁县 (Huining County): national → gansu → baiyin → huining", "published", "assumed", "✓"]
    {
        assert!(out(&checked).contains(part), "{part}: {}", out(&checked));
    }
    let said = json_of(&hedui(&["policy", "check", "--packs", &good, "--json"]));
    assert_eq!((&said["problems"], &said["regions"][0]["region"]), (&json!([]), &json!("620422")));
    assert!(said["regions"][0]["assumed"].as_u64().is_some_and(|count| count > 50), "{said}");

    let wrong = "[[deduction.ilness.tiers]]\nfrom = \"2024-01-01\"\n[[deduction.nutrition.child_under]]\nfrom = \"2024-01-01\"\n\
                 value = 150\nunit = \"years\"\nbasis = \"published\"\n[[alert.months]]\nfrom = \"2024-01-01\"\n";
    let (folder, bad) =
        folder_with("name_en = \"Huining County\"\n", &format!("name_en = \"Huining County\"\n{wrong}"));
    let checked = hedui(&["policy", "check", "--packs", &bad]);
    assert_code(&checked, 1);
    let file = folder.path().join("huining.toml").display().to_string();
    for part in [
        format!("✕ {file}:7:20: deduction.ilness.tiers: unknown key (did you mean deduction.illness.tiers?)"),
        format!("✕ {file}:9:1: deduction.nutrition.child_under: published, but no document is cited"),
        format!("✕ {file}:14:1: alert.months: value is missing"),
    ] {
        assert!(out(&checked).contains(&part), "{part}\n{}", out(&checked));
    }
    let said = json_of(&hedui(&["policy", "check", "--packs", &bad, "--json"]));
    assert_eq!((said["problems"][0]["line"].as_u64(), &said["regions"]), (Some(7), &json!([])));
    let (_folder, contrary) = folder_with(
        "name_en = \"Huining County\"\n",
        "name_en = \"Huining County\"\n[[screening.marginal.multiple]]\nfrom = \"2024-01-01\"\nvalue = \"1/2\"\nunit = \"ratio\"\nbasis = \"assumed\"\nnote = \"x\"\n",
    );
    let checked = hedui(&["policy", "check", "--packs", &contrary]);
    assert_code(&checked, 1);
    assert!(out(&checked).contains("below the dibao line"), "{}", out(&checked));
    assert_code(&hedui(&["policy", "check", "--packs", "/nonexistent"]), 1);
}

#[test]
fn test_runs_the_cases_of_the_packs_and_those_beside_them() {
    let (folder, packs) = folder_with("623.00", "623.00");
    let ran = hedui(&["policy", "test", "--packs", &packs]);
    assert_code(&ran, 0);
    assert!(out(&ran).contains("(shipped) config/policy/cases/income.toml"), "{}", out(&ran));
    let said = json_of(&hedui(&["policy", "test", "--packs", &packs, "--json"]));
    let all = said["run"].as_u64().expect("a count");
    assert!(all > 200 && said["failed"] == 0, "{said}");

    // An operator's own cases are run too; one of a built-in name stands in its place.
    let cases = folder.path().join("cases");
    std::fs::create_dir(&cases).expect("a folder");
    let own = "# ours\n\n[[case]]\nname = \"本县一例\"\nas_of = \"2026-11-01\"\nmembers = [{ ref = \"m1\" }]\n\
               expect.screening = { dibao = \"not_met\" }\n";
    std::fs::write(cases.join("ours.toml"), own).expect("a case");
    std::fs::write(cases.join("income.toml"), "").expect("no case");
    let ran = hedui(&["policy", "test", "--packs", &packs]);
    assert_code(&ran, 1);
    let text = out(&ran);
    assert!(text.contains(&format!("✕ {}:3: 本县一例", cases.join("ours.toml").display())), "{text}");
    assert!(text.contains("screening dibao: expected not_met, found met"), "{text}");
    assert!(!text.contains("(shipped) config/policy/cases/income.toml"), "{text}");
    let file = cases.join("ours.toml").display().to_string();
    let said = json_of(&hedui(&["policy", "test", "--packs", &packs, "--json", &file]));
    assert_eq!(
        (&said["run"], &said["failed"], &said["files"][0]["failures"][0]["line"]),
        (&json!(1), &json!(1), &json!(3))
    );
    std::fs::write(cases.join("ours.toml"), own.replace("not_met", "met")).expect("a case");
    assert_code(&hedui(&["policy", "test", "--packs", &packs, &file]), 0);
    std::fs::write(cases.join("ours.toml"), "[[case]]\nnane = \"x\"\n").expect("no case");
    let ran = hedui(&["policy", "test", "--packs", &packs, &cases.display().to_string()]);
    assert_code(&ran, 1);
    assert!(out(&ran).contains("ours.toml:2"), "{}", out(&ran));
    assert_code(&hedui(&["policy", "test", "--packs", &packs, "/nonexistent.toml"]), 1);
}

#[test]
fn explain_tells_a_rule_with_its_law_and_names_what_a_wrong_one_may_mean() {
    let (_folder, packs) = folder_with("623.00", "623.00");
    let explain = |more: &[&str]| hedui(&[&["policy", "explain", "--packs", &packs], more].concat());
    let one = explain(&["standard.guide.urban", "--as-of", "2026-11-01"]);
    assert_code(&one, 0);
    for part in
        ["省级城市低保指导标准", "623.00 元/人·月", "2019-01-01 – 2019-12-31   524.00", "gansu", "有公布文本", "假定"]
    {
        assert!(out(&one).contains(part), "{part}: {}", out(&one));
    }
    let english = explain(&["standard.guide.urban", "--lang", "en", "--region", "620422", "--as-of", "2026-11-01"]);
    assert!(
        out(&english).contains("provincial urban guide standard") && out(&english).contains("yuan a head and month")
    );
    let said = json_of(&explain(&["not_income.dibao.basic_pension", "--json", "--as-of", "2025-06-01"]));
    assert_eq!((&said["in_force"]["value"], &said["in_force"]["pack"]), (&json!("exempt"), &json!("huining")));
    assert_eq!(said["history"].as_array().map(Vec::len), Some(2));
    let below = json_of(&explain(&["deduction", "--json"]));
    let keys: Vec<_> = below.as_array().expect("a list").iter().filter_map(|rule| rule["key"].as_str()).collect();
    assert!(keys.len() > 10 && keys.iter().all(|key| key.starts_with("deduction.")), "{keys:?}");
    let all = explain(&[]);
    assert_code(&all, 0);
    assert!(out(&all).contains("\nproperty\n") && out(&all).contains("declared.tolerance"), "{}", out(&all));
    let wrong = explain(&["standard.dibao.urbn"]);
    assert_code(&wrong, 1);
    assert!(err(&wrong).contains("standard.dibao.urban"), "{}", err(&wrong));
    assert_code(&explain(&["standard", "--region", "110101"]), 2);
    assert_code(&explain(&["standard", "--as-of", "yesterday"]), 2);
    let early = explain(&["standard", "--as-of", "2019-01-01"]);
    assert_code(&early, 1);
    assert!(err(&early).contains("they cover days from 2025-01-01 on"), "{}", err(&early));
}

#[test]
fn assess_reads_evidence_and_refuses_it_with_pointers() {
    let (folder, packs) = folder_with("623.00", "700.00");
    let told = hedui(&["policy", "assess", &evidence(), "--packs", &packs]);
    assert_code(&told, 0);
    for part in ["规则试算", "不是核对报告", "700.00", "商业保险"] {
        assert!(out(&told).contains(part), "{part}: {}", out(&told));
    }
    let english = hedui(&["policy", "assess", &evidence(), "--packs", &packs, "--lang", "en"]);
    assert!(out(&english).contains("no verification report"), "{}", out(&english));
    let said = json_of(&hedui(&["policy", "assess", &evidence(), "--packs", &packs, "--json"]));
    assert_eq!(said["assessment"]["totals"]["standard_monthly"], "700.00");
    assert_eq!(said["region"], "620422");

    let mut wrong: Value = serde_json::from_str(&shipped("examples/evidence.json")).expect("JSON");
    wrong["applicant"] = json!("m9");
    wrong["records"][3]["record"]["detail"]["grade"] = json!(7);
    let file = folder.path().join("wrong.json");
    std::fs::write(&file, wrong.to_string()).expect("a file");
    let file = file.display().to_string();
    for (lang, texts) in [
        (
            "zh",
            [
                "/applicant: 申请人不在家庭成员中（填写某位成员的 ref）",
                "/records/3/record/detail/grade: 应为 1 至 4 的整数",
            ],
        ),
        (
            "en",
            [
                "/applicant: names no member (use the ref of a member)",
                "/records/3/record/detail/grade: is no whole number from 1 to 4",
            ],
        ),
    ] {
        let refused = hedui(&["policy", "assess", &file, "--packs", &packs, "--lang", lang]);
        assert_code(&refused, 1);
        assert!(texts.iter().all(|text| err(&refused).contains(text)), "{}", err(&refused));
        assert_eq!(out(&refused), "");
    }
    assert_code(&hedui(&["policy", "assess", "/nonexistent.json"]), 1);
}

/// Waits until the service says what is waited for.
async fn until(client: &Client, path: &str, reached: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let said = client.get(path).await.json();
        if reached(&said) {
            return said;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come: {said}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_service_loads_changed_packs_and_keeps_the_last_good_ones() {
    let place = Installation::new("http://127.0.0.1:9", DEFAULTS, "");
    let pack: PathBuf = place.path("policy/huining.toml");
    std::fs::create_dir(place.path("policy")).expect("a folder");
    let shipped = shipped("config/policy/huining.toml");
    let save = |text: &str| std::fs::write(&pack, text).expect("a pack");
    save("[pack]\nregion = 1\n");
    let settings = place.path("hedui.toml");
    let former = std::fs::read_to_string(&settings).expect("settings");
    std::fs::write(&settings, format!("{former}[policy]\ndirectory = \"policy\"\n")).expect("settings");
    let refused = place.run(&["serve"]);
    assert_code(&refused, 1);
    assert!(err(&refused).contains("huining.toml:2:10: pack"), "a bad pack refuses to start: {}", err(&refused));

    save(&shipped);
    let service = place.serve().await;
    let client = place.client(&service);
    let rules = "/v1/policies/620422?as_of=2026-11-01&rule=standard.dibao.urban";
    let value = |said: &Value| said["parameters"][0]["in_force"]["value"].as_str().unwrap_or("").to_owned();
    assert_eq!(value(&client.get(rules).await.json()), "623.00");
    assert_eq!(client.get("/readyz").await.json()["policy"], "current");

    save(&shipped.replace("value = \"623.00\"", "value = \"650.00\""));
    let changed = until(&client, rules, |said| value(said) == "650.00").await;

    save(&shipped.replace("value = \"623.00\"", "value = 650"));
    let ready = until(&client, "/readyz", |said| said["policy"] == "last_good").await;
    assert_eq!((&ready["status"], &ready["policy_problems"]), (&json!("ready"), &json!(1)));
    let first = ready["policy_first_problems"][0].as_str().expect("a problem");
    assert!(first.contains("huining.toml:10:9: standard.dibao.urban: "), "{first}");
    assert_eq!(client.get(rules).await.json(), changed, "the last good rules go on");
    assert!(client.get("/metrics").await.text().contains("hedui_policy_problems 1"));
    let log = std::fs::read_to_string(place.path("log.txt")).expect("the log");
    assert!(log.contains("the packs were not loaded") && log.contains("huining.toml:10:9"), "{log}");

    // SIGHUP loads without waiting for the next look.
    save(&shipped.replace("value = \"623.00\"", "value = \"660.00\""));
    service.signal("HUP");
    until(&client, rules, |said| value(said) == "660.00").await;
    let ready = json!({"status": "ready", "reasons": [], "policy": "current", "clients": "current"});
    assert_eq!(client.get("/readyz").await.json(), ready);
    assert!(client.get("/metrics").await.text().contains("hedui_policy_problems 0"));
    // A folder that is gone is a problem like any other.
    std::fs::remove_file(&pack).expect("the pack");
    service.signal("HUP");
    until(&client, "/readyz", |said| said["policy"] == "last_good").await;
    assert_eq!(value(&client.get(rules).await.json()), "660.00");
    drop(service);
    place.verify_audit();
}
