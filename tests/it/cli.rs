//! The built program at its command line: what it prints, what it writes, how it ends.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use hedui::household::AnswerKind;
use hedui::policy::assessment::Treatment;
use hedui::report::Report;
use hedui_mock_sources::{Config, MockSources};
use serde_json::Value;

use super::binary::{DEFAULTS, Installation};

pub fn hedui(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("RUST_LOG");
    command.output().expect("the program runs")
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
pub fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", out(output), err(output));
}

async fn departments() -> MockSources {
    let config = Config { households: 20, ticket_delay: std::time::Duration::from_millis(50), ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

#[test]
fn the_demo_shows_what_it_promises_and_its_report_opens_offline() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("demo");
    let path = |name: &str| home.join(name).display().to_string();
    let shown = hedui(&["demo", "--once", "--json", "--households", "20", "--data", &home.display().to_string()]);
    assert_code(&shown, 0);
    let report: Report = serde_json::from_slice(&shown.stdout).expect("stdout is the report and nothing else");
    let body = &report.body;
    assert!(body.is_final && report.is_of_its_body());
    assert_eq!(body.sources.len(), 20);
    for source in &body.sources {
        let answered = |answer| matches!(answer, AnswerKind::Found | AnswerKind::NoRecord);
        assert!(source.cells.iter().any(|cell| answered(cell.answer)), "{:?} did not answer", source.source);
    }
    let law_of = |ground: u32| body.ground(ground).and_then(|ground| ground.law).and_then(|law| body.law(law));
    let exempt = body.income.iter().filter(|line| line.treatment == Treatment::Exempt);
    assert!(
        exempt.clone().any(|line| law_of(line.ground).is_some_and(|law| law.contains('《'))),
        "an exemption, its law"
    );
    assert!(body.deductions.iter().any(|line| line.amount.0 > 0), "a deduction");
    assert!(body.property.iter().any(|line| line.treatment == Treatment::Exempt), "an exempt property");
    assert!(!body.held_for_review.is_empty(), "a record held for a person");

    let key = path("recipient.jwk");
    let (sealed, jwks) = (path("report.jwe"), path("service-jwks.json"));
    let log_key = std::fs::read_to_string(path("service.log-key")).expect("the log's key");
    let opened = hedui(&["open", &sealed, "--key", &key, "--jwks", &jwks, "--log-key", &log_key, "--json"]);
    assert_code(&opened, 0);
    assert_eq!(serde_json::from_slice::<Report>(&opened.stdout).expect("a report").body.number, body.number);
    assert_code(&hedui(&["open", &sealed, "--key", &key]), 1);
    assert_code(&hedui(&["open", &sealed, "--key", &key, "--jwks", &jwks]), 1);
    assert_code(&hedui(&["open", &sealed, "--key", &key, "--unpinned"]), 0);

    let data = path("data");
    assert_code(&hedui(&["audit", "verify", "--data", &data, "--keys", &path("keys")]), 0);
    let by_key = hedui(&["audit", "verify", "--data", &data, "--log-key", &log_key, "--json"]);
    assert_code(&by_key, 0);
    assert_eq!(serde_json::from_slice::<Value>(&by_key.stdout).expect("JSON")["sound"], true);
    assert_code(&hedui(&["audit", "verify", "--data", &data, "--log-key", "rubbish"]), 2);
}

#[test]
fn wrong_usage_ends_with_2_and_every_command_shows_an_example() {
    for arguments in [
        &["verify", "household.json", "--out", "report.pdf"][..],
        &["open", "report.jwe", "--key", "k", "--out", "report.jwe"],
        &["sources", "test", "fortune_telling"],
        &["verify", "h.json", "--server", "http://hedui.example", "--token-file", "t"],
        &["nonsense"],
        &["serve", "--port", "1"],
    ] {
        let household = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/household.json");
        let arguments: Vec<_> = arguments.iter().map(|text| if *text == "h.json" { household } else { text }).collect();
        assert_code(&hedui(&arguments), 2);
    }
    let commands: [&[&str]; 42] = [
        &[],
        &["demo"],
        &["serve"],
        &["verify"],
        &["open"],
        &["audit"],
        &["audit", "verify"],
        &["audit", "witness"],
        &["audit", "witness", "init"],
        &["audit", "witness", "serve"],
        &["audit", "search"],
        &["audit", "show"],
        &["audit", "checkpoint"],
        &["audit", "prove"],
        &["audit", "subject"],
        &["audit", "findings"],
        &["audit", "receipt"],
        &["audit", "detail"],
        &["sources"],
        &["sources", "list"],
        &["sources", "check"],
        &["sources", "test"],
        &["keys"],
        &["keys", "init"],
        &["keys", "list"],
        &["keys", "rotate"],
        &["keys", "roll"],
        &["keys", "epoch"],
        &["keys", "destroy"],
        &["keys", "export"],
        &["keys", "restore"],
        &["retention"],
        &["check-config"],
        &["screen"],
        &["report"],
        &["report", "recompute"],
        &["policy"],
        &["policy", "simulate"],
        &["policy", "check"],
        &["policy", "test"],
        &["policy", "explain"],
        &["policy", "assess"],
    ];
    for command in commands {
        let help = hedui(&[command, &["--help"]].concat());
        assert_code(&help, 0);
        assert!(out(&help).contains("Example"), "{command:?}");
    }
}

/// Commands of a command, as its help lists them.
fn commands_of(help: &str) -> Vec<String> {
    let listed = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_that_answers_does_so_for_programs_too() {
    // what serves answers nobody here; a key that stands alone, or is JSON already, needs no other form
    const WITHOUT: &[&str] = &["serve", "audit witness serve", "audit witness init", "keys recipient"];
    let (mut open, mut seen) = (vec![Vec::new()], Vec::new());
    while let Some(command) = open.pop() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let help = out(&hedui(&arguments));
        let beneath = commands_of(&help);
        if beneath.is_empty() {
            let name = command.join(" ");
            assert_eq!(help.contains("--json"), !WITHOUT.contains(&name.as_str()), "{name}: {help}");
            seen.push(name);
        }
        open.extend(beneath.into_iter().map(|name| [command.clone(), vec![name]].concat()));
    }
    assert!(seen.len() > 40, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_household_is_verified_here_and_at_a_service() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let write = |name: &str, request: &Value| {
        let path = place.path(name);
        std::fs::write(&path, request.to_string()).expect("a file");
        path.display().to_string()
    };
    let mut good = mocks.request_for(1, &Default::default()).expect("a household");
    good["recipient_key"] =
        serde_json::from_slice(&std::fs::read(place.path("recipient.jwk")).expect("a key")).expect("a JWK");
    let file = write("household.json", &good);
    let report = place.path("report.html").display().to_string();
    assert_code(&place.run(&["verify", &file, "--out", &report]), 0);
    assert!(std::fs::read_to_string(&report).expect("a page").to_lowercase().starts_with("<!doctype html>"));
    assert_eq!(mode(&report), 0o600, "a report is about people");
    let printed = place.run(&["verify", &file, "--json"]);
    assert_code(&printed, 0);
    assert!(serde_json::from_slice::<Report>(&printed.stdout).is_ok(), "{}", out(&printed));

    let mut wrong = good.clone();
    wrong["region"] = "6204".into();
    let wrong = write("wrong.json", &wrong);
    let (zh, en) = (place.run(&["verify", &wrong]), place.run(&["verify", &wrong, "--lang", "en"]));
    assert_code(&zh, 1);
    assert!(err(&zh).contains("/region: 行政区划代码应为六位数字（例如 620422）"), "{}", err(&zh));
    assert!(err(&en).contains("/region: a region is a GB/T 2260 code of six digits (e.g. 620422)"), "{}", err(&en));

    let service = place.serve().await;
    let token = place.path("token.txt");
    std::fs::write(&token, place.token()).expect("a file");
    let token = token.display().to_string();
    let sealed = place.path("report.jwe").display().to_string();
    let at_service = ["verify", &file, "--server", service.url(), "--token-file", &token];
    let remote = |more: &[&str]| place.run(&[&at_service[..], more].concat());
    let delivered = remote(&["--out", &sealed]);
    assert_code(&delivered, 0);
    assert!(err(&delivered).contains("  "), "progress, department by department: {}", err(&delivered));
    assert_eq!(std::fs::read_to_string(&sealed).expect("a token").split('.').count(), 5);
    let again = remote(&["--json"]);
    assert_code(&again, 0);
    let id =
        |output: &Output| err(output).lines().find_map(|line| line.strip_prefix("accepted as ")).map(str::to_owned);
    assert!(id(&again).is_some_and(|case| Some(case) == id(&delivered)), "the same file is the same case");
    let refused = place.run(&["verify", &wrong, "--server", service.url(), "--token-file", &token, "--lang", "en"]);
    assert_code(&refused, 1);
    assert!(err(&refused).contains("/region: a region is"), "{}", err(&refused));
}

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn departments_are_listed_tested_and_probed() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let listed = place.run(&["sources", "list", "--json"]);
    assert_code(&listed, 0);
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).expect("JSON").as_array().map(Vec::len), Some(20));
    let table = place.run(&["sources", "list"]);
    assert!(out(&table).contains("vehicles"), "{}", out(&table));
    assert_code(&place.run(&["sources", "test"]), 0);
    let probed = place.run(&["sources", "check", "vehicles"]);
    assert_code(&probed, 0);
    assert!(out(&probed).starts_with('✓'), "{}", out(&probed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_is_made_once_and_configuration_says_what_is_in_force() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    assert_code(&place.run(&["keys", "init"]), 1);
    let listed = place.run(&["keys", "list", "--json"]);
    assert_code(&listed, 0);
    assert!(!out(&listed).contains("\"d\""), "never a secret");
    assert_eq!(mode(place.path("keys")), 0o700);

    let checked = place.run(&["check-config"]);
    assert_code(&checked, 0);
    assert!(out(&checked).contains("rules: 620422") && out(&checked).contains("built in"), "{}", out(&checked));

    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy");
    let mine = place.path("policy");
    std::fs::create_dir(&mine).expect("a folder");
    for file in std::fs::read_dir(shipped).expect("packs").flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), mine.join(file.file_name())).expect("a pack");
    }
    let settings = place.path("hedui.toml");
    let former = std::fs::read_to_string(&settings).expect("settings");
    std::fs::write(&settings, format!("{former}[policy]\ndirectory = \"policy\"\n")).expect("settings");
    let checked = place.run(&["check-config", "--json"]);
    assert_code(&checked, 0);
    let said = serde_json::from_slice::<Value>(&checked.stdout).expect("JSON");
    assert_eq!(said["problems"], serde_json::json!([]));
    assert!(
        said["in_force"][0].as_str().is_some_and(|line| line.contains("policy") && line.contains("sha256")),
        "{said}"
    );

    // A console whose provider is another than the tokens' issuer: each caller must say whose it is.
    let with = std::fs::read_to_string(&settings).expect("settings");
    let console = "[console]\nissuer = \"https://sso.example.gov.cn\"\nclient_id = \"hedui\"\nbase_url = \"https://hedui.example.gov.cn\"\n";
    std::fs::write(&settings, format!("{with}{console}")).expect("settings");
    let checked = place.run(&["check-config"]);
    assert_code(&checked, 1);
    let said = format!("{}{}", out(&checked), String::from_utf8_lossy(&checked.stderr));
    assert!(said.contains("client township") && said.contains("names no issuer"), "{said}");
    std::fs::write(&settings, with).expect("settings");

    // Faults of every file at once: settings, packs, clients, departments, key set, certificate.
    std::fs::write(mine.join("huining.toml"), "[pack]\nregion = 1\n").expect("a pack");
    std::fs::write(place.path("clients.toml"), "[[client]]\nid = \"a\"\nregions = [\"620\"]\n").expect("clients");
    std::fs::write(place.path("sources.toml"), "[source.vehicles]\nbase_ulr = \"x\"\n").expect("sources");
    std::fs::create_dir_all(place.path("definitions/broken")).expect("a folder");
    std::fs::write(place.path("definitions/broken/definition.toml"), "key = 1\n").expect("a definition");
    std::fs::write(place.path("issuer-jwks.json"), "{}").expect("a key set");
    let server = "[server]\nlisen = 1\ntls_certificate = \"no.pem\"\ntls_key = \"no.pem\"\n";
    let text = std::fs::read_to_string(&settings).expect("settings").replace("[server]\n", server);
    std::fs::write(&settings, text).expect("settings");
    let checked = place.run(&["check-config"]);
    assert_code(&checked, 1);
    for file in [
        "hedui.toml:2:",
        "huining.toml:",
        "clients.toml:1:",
        "sources.toml:2:",
        "definition.toml",
        "issuer-jwks.json",
        "no.pem",
    ] {
        assert!(out(&checked).contains(file), "{file} is not named:\n{}", out(&checked));
    }
    assert_code(&place.run(&["serve"]), 1);
    let by_number =
        "[[client]]\norganisation = \"o\"\nid = \"13800138000\"\nregions = [\"62\"]\nroles = [\"client\"]\n";
    std::fs::write(place.path("clients.toml"), by_number).expect("clients");
    let checked = place.run(&["check-config"]);
    let told = "clients.toml:3:6: client[0].id: holds an ID number or a mobile number";
    assert!(out(&checked).contains(told) && !out(&checked).contains("13800138000"), "{}", out(&checked));
}

#[test]
fn plain_http_is_served_to_this_machine_alone() {
    let place = Installation::new("http://127.0.0.1:9", DEFAULTS, "");
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.7:0"] {
        let refused = place.run_with(&["serve"], &[("HEDUI__SERVER__LISTEN", listen)]);
        assert!(!refused.status.success(), "{listen}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("plain HTTP is allowed on the loopback only"), "{listen}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn off_plain_http_the_service_speaks_tls() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls");
    let settings = place.path("hedui.toml");
    let text = std::fs::read_to_string(&settings).expect("settings");
    place.write_secret("key.pem", &std::fs::read_to_string(tls.join("key.pem")).expect("a key"));
    let server = format!("[server]\ntls_certificate = \"{}/certificate.pem\"\ntls_key = \"key.pem\"\n", tls.display());
    std::fs::write(&settings, text.replace("[server]\n", &server)).expect("settings");
    let service = place.serve().await;
    let address = service.url().trim_start_matches("http://").to_owned();
    let certificate = std::fs::read(tls.join("certificate.pem")).expect("a certificate");
    let trusted = reqwest::Certificate::from_pem(&certificate).expect("a certificate");
    hedui::verification::install_crypto_provider();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().expect("a client");
    let answer = client.get(format!("https://{address}/healthz")).send().await.expect("an answer over TLS");
    assert_eq!(answer.status(), 200);
    let stays = |answer: &reqwest::Response| answer.headers().contains_key("strict-transport-security");
    assert!(stays(&answer), "callers stay with TLS");
    for path in ["nowhere", "v1/verifications", "metrics"] {
        let answer = client.get(format!("https://{address}/{path}")).send().await.expect("an answer over TLS");
        assert!(stays(&answer) && answer.headers()["x-frame-options"] == "DENY", "{path}: errors too");
    }
    let stranger = reqwest::Client::builder().no_proxy().build().expect("a client");
    assert!(
        stranger.get(format!("https://{address}/healthz")).send().await.is_err(),
        "who does not know the certificate"
    );
    assert!(stranger.get(format!("http://{address}/healthz")).send().await.is_err(), "no plain HTTP beside it");
}
