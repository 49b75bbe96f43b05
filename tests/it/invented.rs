//! A department by files alone that the binary has never heard of: forest subsidies and machinery, as a county's forestry bureau might offer them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use hedui::household::AnswerKind;
use hedui::verification::Departments;
use hedui_mock_sources::{Config, MockSources};

use super::binary::{DEFAULTS, Installation};
use super::support::{Setup, Stage, quick_sources};

/// CSV with Chinese headings in GB18030; amounts in 万元, days as 2026年3月5日; one row says what it is.
const DEFINITION: &str = r#"# 林业: subsidies paid and machinery bought with one.
key = "forestry"
title_zh = "林业补贴与机械"
title_en = "Forest subsidies and machinery"
law = "《最低生活保障审核确认办法》"
purposes = ["all"]
speaks_for = ["transfer"]
never_covers = ["未申请补贴的机械"]
coverage = "county"

[auth]
kind = "bearer"

[request]
method = "POST"
path = "/forest/query"
json = { sfzh = "{id_number}", xm = "{name}" }

[answer]
codec = "csv"
encoding = "GB18030"
header = ["编号", "类别", "姓名", "身份证号", "名称", "金额", "日期"]
lists = ["$.rows"]

[subject]
name = "@.姓名"
id_number = "@.身份证号"

[[records]]
kind = "farm_subsidy"
at = "$.rows[*]"
number = "@.编号"
when = [{ path = "@.类别", in = ["补贴"] }]

[records.fields]
item = "@.名称"
amount = { path = "@.金额", type = "money", unit = "wan_yuan" }
paid_on = { path = "@.日期", type = "date", formats = ["yyyy年M月d日"] }

[[records]]
kind = "farm_machinery"
at = "$.rows[*]"
number = "@.编号"
when = [{ path = "@.类别", in = ["农机"] }]

[records.fields]
price = { path = "@.金额", type = "money", unit = "wan_yuan" }
bought_on = { path = "@.日期", type = "date", formats = ["yyyy年M月d日"] }

[probe]
name = "测试员"
id_number = "110101199003070038"
"#;

const HEADINGS: &str = "编号,类别,姓名,身份证号,名称,金额,日期\r\n";

/// A folder with the definition and a sample of it.
fn definition(folder: &Path) -> PathBuf {
    let place = folder.join("definitions/forestry");
    std::fs::create_dir_all(place.join("samples")).expect("a folder");
    std::fs::write(place.join("definition.toml"), DEFINITION).expect("the definition");
    let sample = format!("{HEADINGS}N1,补贴,王建国,62042219710302123X,公益林生态补偿,0.12345,2026年3月5日\r\n");
    std::fs::write(place.join("samples/found.csv"), gb18030(&sample)).expect("a sample");
    let expected = serde_json::json!({"answers": [{"answer": "found", "records": [{
        "number": "N1", "subject": {"name": "王建国", "id_number": "62042219710302123X"},
        "detail": {"kind": "farm_subsidy", "item": "公益林生态补偿", "amount": "1234.50", "paid_on": "2026-03-05"},
    }]}]});
    std::fs::write(place.join("samples/found.expected.json"), expected.to_string()).expect("what it means");
    folder.join("definitions")
}

/// The few characters of the answers, from the national standard's table.
fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// The forestry bureau: knows one person, and counts who asks.
struct Bureau {
    url: String,
    calls: Arc<Mutex<Vec<bool>>>,
}

impl Bureau {
    async fn open(known: &str, name: &str) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let rows = format!(
            "{HEADINGS}N1,补贴,{name},{known},公益林生态补偿,0.12345,2026年3月5日\r\nN2,农机,{name},{known},拖拉机,2.5,2025年11月20日\r\n"
        );
        let (known, heard) = (known.to_owned(), calls.clone());
        let answer = move |headers: HeaderMap, body: String| async move {
            let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            if token != Some("Bearer forest-token") {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            heard.lock().expect("no thread panicked").push(body.contains(&known));
            let text = if body.contains(&known) { rows } else { HEADINGS.to_owned() };
            ([(header::CONTENT_TYPE, "text/csv; charset=GB18030")], gb18030(&text)).into_response()
        };
        let routes = axum::Router::new()
            .route("/forest/query", axum::routing::post(answer.clone()))
            .route("/forestry/forest/query", axum::routing::post(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, calls }
    }
}

#[tokio::test]
async fn a_definition_and_a_setting_make_a_department_and_its_records_reach_the_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let mocks = MockSources::start(Config { households: 1, ..Config::default() }).await.expect("departments");
    let request = mocks.sample_request();
    let applicant = &request["household"]["members"][0];
    let bureau =
        Bureau::open(applicant["id_number"].as_str().expect("a number"), applicant["name"].as_str().expect("a name"))
            .await;
    let more = format!("[source.forestry]\nbase_url = \"{}\"\nsecret = {{ file = \"forest.token\" }}\n", bureau.url);
    let token = folder.path().join("forest.token");
    std::fs::write(&token, "forest-token").expect("a token");
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
    let definitions = definition(folder.path());
    let installation = Installation::new(
        &mocks.base_url(),
        DEFAULTS,
        &more.replace("{ file = \"forest.token\" }", "{ env = \"HEDUI_FORESTRY_SECRET\" }"),
    );
    drop(definition(&installation.path("")));
    let service = installation.serve().await;
    let client = installation.client(&service);
    let id = client.verified(&request).await;
    let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
    let report: hedui::report::Report = serde_json::from_slice(&report.body).expect("a report");
    assert_eq!(report.body.sources.len(), 21);
    let line = report.body.sources.iter().find(|line| line.source.as_str() == "forestry").expect("the invented one");
    assert_eq!(line.title.zh, "林业补贴与机械");
    let cell = line.cell(&report.body.request.applicant).expect("the applicant's cell");
    assert_eq!((cell.answer, cell.records), (AnswerKind::Found, 2));
    let income = serde_json::to_value(&report.body.income).expect("JSON").to_string();
    assert!(income.contains("\"forestry\"") && income.contains("1234.50"), "the subsidy is a line of income: {income}");
    assert!(bureau.calls.lock().expect("no thread panicked").iter().any(|known| *known));
    let page = client.get_as(&format!("/v1/verifications/{id}/report"), "text/html").await.text();
    assert!(page.contains("林业补贴与机械"));
    drop(definitions);
}

#[tokio::test]
async fn the_library_picks_it_up_and_runs_its_samples() {
    let folder = tempfile::tempdir().expect("a folder");
    let definitions = definition(folder.path());
    let settings = quick_sources(
        folder.path(),
        "[source.forestry]\nbase_url = \"http://127.0.0.1:1\"\nsecret = { env = \"NOBODY\" }\n",
    );
    let departments = Departments::load(Some(&settings), Some(&definitions)).expect("sound settings");
    let keys: Vec<_> = departments.keys().iter().map(ToString::to_string).collect();
    assert_eq!(keys.len(), 21);
    assert!(keys.contains(&"forestry".to_owned()));
    let stage =
        Stage::start(Setup { sources_file: Some(settings), definitions: Some(definitions), ..Setup::default() }).await;
    assert_eq!(stage.verifier.sources().len(), 21);
}

#[tokio::test]
async fn the_commands_list_it_and_test_its_samples() {
    let installation = Installation::new(
        "http://127.0.0.1:1",
        DEFAULTS,
        "[source.forestry]\nbase_url = \"http://127.0.0.1:1\"\nsecret = { env = \"HEDUI_FORESTRY_SECRET\" }\n",
    );
    drop(definition(&installation.path("")));
    let said = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let listed = installation.run(&["sources", "list"]);
    assert!(listed.status.success() && said(&listed).contains("林业补贴与机械"), "{}", said(&listed));
    let tested = installation.run(&["sources", "test", "forestry"]);
    assert!(tested.status.success(), "{}", said(&tested));
    let sample = installation.path("definitions/forestry/samples/found.expected.json");
    let wrong = std::fs::read_to_string(&sample).expect("the sample").replace("1234.50", "12345.00");
    std::fs::write(&sample, wrong).expect("the sample");
    let tested = installation.run(&["sources", "test", "forestry"]);
    assert_eq!(tested.status.code(), Some(1), "a sample that does not hold fails: {}", said(&tested));
}

#[tokio::test]
async fn a_broken_definition_is_refused_with_every_fault_at_its_line() {
    let installation = Installation::new(
        "http://127.0.0.1:1",
        DEFAULTS,
        "[source.forestry]\nbase_url = \"http://127.0.0.1:1\"\nsecret = { env = \"HEDUI_FORESTRY_SECRET\" }\n",
    );
    let definitions = definition(&installation.path(""));
    let broken = DEFINITION
        .replace("coverage = \"county\"", "coverage = \"village\"")
        .replace("codec = \"csv\"", "codex = \"csv\"")
        .replace("unit = \"wan_yuan\" }\npaid_on", "unit = \"mu\" }\npaid_on")
        .replace("speaks_for = [\"transfer\"]", "speaks_for = [\"weather\"]");
    let place = definitions.join("forestry/definition.toml");
    std::fs::write(&place, &broken).expect("the definition");
    let line = |needle: &str| broken.lines().position(|line| line.contains(needle)).expect("a line") + 1;
    for command in [&["sources", "list"][..], &["check-config"], &["serve"]] {
        let refused = installation.run(command);
        let said = String::from_utf8_lossy(&refused.stdout).into_owned() + &String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {said}");
        for (needle, key) in
            [("village", "coverage"), ("codex", "codex"), ("\"mu\"", "unit"), ("weather", "speaks_for")]
        {
            let at = format!("definition.toml:{}:", line(needle));
            let stated = said.lines().any(|text| text.contains(&at) && text.contains(key));
            assert!(stated, "{command:?} does not say {at} {key}: {said}");
        }
    }
}
