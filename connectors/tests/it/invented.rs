//! A department more: a folder and an entry in the settings, no rebuild.

use std::fs;
use std::path::Path;

use hedui_connectors::records::AnswerKind;
use hedui_connectors::{Registry, SourcesConfig};
use serde_json::json;
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::room::{key, query};

const BORDER: &str = r#"
key = "border"
title_zh = "出入境管理"
title_en = "Border control"
law = "《最低生活保障审核确认办法》"
purposes = ["all"]
speaks_for = ["household"]
coverage = "province"

[auth]
kind = "api_key"
header = "X-Key"

[request]
method = "POST"
path = "/prison"
json = { sfz = "{id_number}" }

[answer]
codec = "json"
code = "$.code"
ok = ["0"]
lists = ["$.rows"]

[[records]]
kind = "custody"
at = "$.rows[*]"
number = "@.id"

[records.fields]
custody = { path = "@.kind", type = "code", codes = { jy = "prison" } }
from = { path = "@.since", type = "date", formats = ["yyyy.MM.dd"] }
"#;

fn install(folder: &Path, definition: &str) {
    let samples = folder.join("border/samples");
    fs::create_dir_all(&samples).unwrap();
    fs::write(folder.join("border/definition.toml"), definition).unwrap();
    fs::write(samples.join("none.json"), r#"{"code":"0","rows":[]}"#).unwrap();
    let expected = r#"{"answers":[{"answer":"no_record","reach":{"coverage":"province"}}]}"#;
    fs::write(samples.join("none.expected.json"), expected).unwrap();
}

fn settings(base: &str) -> String {
    let secret = "secret = { file = \"key.txt\" }";
    format!("definitions_dir = \"more\"\n[source.border]\nbase_url = \"{base}\"\n{secret}\n")
}

#[tokio::test]
async fn is_picked_up_tested_and_asked() {
    let server = MockServer::start().await;
    let held = json!({"code": "0", "rows": [{"id": "S1", "kind": "jy", "since": "2026.01.31"}]});
    Mock::given(path("/prison"))
        .and(header("X-Key", "k1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(held))
        .mount(&server)
        .await;
    let folder = tempfile::tempdir().unwrap();
    install(&folder.path().join("more"), BORDER);
    let secret = folder.path().join("key.txt");
    fs::write(&secret, "k1\n").unwrap();
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let file = folder.path().join("sources.toml");
    fs::write(&file, settings(&server.uri())).unwrap();
    let registry = Registry::load(&SourcesConfig::read(&file).unwrap()).unwrap();
    assert_eq!(registry.sources().len(), 21);
    assert!(registry.test_definition(&key("border")).unwrap().passed());
    let reply = registry.get(&key("border")).unwrap().submit(&[query()]).await.remove(0);
    assert_eq!(reply.answer.kind(), AnswerKind::Found, "{:?}", reply.note);
    assert!(!registry.settings(&key("vehicles")).unwrap().enabled, "what the settings do not name is off");
}

#[test]
fn its_faults_are_all_listed_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let broken = BORDER
        .replace("\"household\"", "\"houshold\"")
        .replace("{id_number}", "{id_nummer}")
        .replace("since\"", "since\", sicne = 1")
        .replace("\"prison\"", "\"jail\"")
        .replace("yyyy.MM.dd", "yyyy.MM")
        .replace("coverage = \"province\"\n", "");
    install(&folder.path().join("more"), &broken);
    let file = folder.path().join("sources.toml");
    fs::write(&file, settings("https://x.example")).unwrap();
    let Err(problems) = Registry::load(&SourcesConfig::read(&file).unwrap()) else { panic!("broken") };
    let shown: Vec<String> =
        problems.iter().map(|problem| problem.to_string().rsplit_once("border/").unwrap().1.to_owned()).collect();
    let expected = [
        "definition.toml:1:1: coverage: is missing: one of `county`, `city`, `province`, `national`",
        "definition.toml:7:15: speaks_for[0]: must be one of wage",
        "definition.toml:16:16: request.json.sfz: has an unknown placeholder `{id_nummer}`; did you mean `id_number`?",
        "definition.toml:30:11: records[0].fields.custody: does not make a record of kind `custody`: unknown variant `jail`",
        "definition.toml:31:28: records[0].fields.from.sicne: is not a known key",
        "definition.toml:31:65: records[0].fields.from.formats[0]: does not name a day",
    ];
    for line in expected {
        assert!(shown.iter().any(|one| one.starts_with(line)), "{line}\nis not among\n{}", shown.join("\n"));
    }
    assert_eq!(shown.len(), expected.len(), "{}", shown.join("\n"));
}

#[test]
fn settings_for_nobody_are_a_fault() {
    let text = "[source.vehicle]\nbase_url = 'https://x.example'\n";
    let config = SourcesConfig::parse("sources.toml", text, Path::new("")).unwrap();
    let Err(problems) = Registry::load(&config) else { panic!("no such department") };
    assert_eq!(
        problems[0].to_string(),
        "sources.toml:1:1: source.vehicle: has no definition; did you mean `vehicles`?"
    );
}

#[test]
fn a_folder_without_a_definition_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    install(&folder.path().join("more"), BORDER);
    fs::create_dir(folder.path().join("more/forgotten")).unwrap();
    fs::create_dir(folder.path().join("more/.git")).unwrap();
    fs::write(folder.path().join("more/notes.txt"), "").unwrap();
    let file = folder.path().join("sources.toml");
    fs::write(&file, settings("https://x.example")).unwrap();
    let Err(problems) = Registry::load(&SourcesConfig::read(&file).unwrap()) else { panic!("one is missing") };
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("forgotten") && shown[0].contains("without definition.toml"), "{shown:?}");
}
