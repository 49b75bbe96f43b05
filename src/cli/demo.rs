//! `hedui demo`: everything in one process, over real sockets: mock departments, key ring, store, log, service, one household.

mod grants;
mod people;
mod provider;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hedui_mock_sources::{Config, Key, MockSources};

use super::arguments::{Demo, Language};
use super::{compose, configured, output, progress, serve, show};
use crate::audit::VerifierKey;
use crate::auth::{Authenticator, Caller, LocalIssuer};
use crate::config::{Client, Clients, ConsoleSettings, DEFAULT_SETTINGS, Register, Settings};
use crate::identity::Model;
use crate::keys::KeyRing;
use crate::policy::Packs;
use crate::report::jose::generate_recipient;
use crate::report::view::Document;
use crate::telemetry::Clock;
use crate::verification::{Departments, OneAddress};

/// Longest wait for the sample household's report.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the demo's asynchronous departments take.
const TICKET_DELAY: Duration = Duration::from_millis(400);

/// Runs the demo.
pub(super) async fn run(arguments: Demo) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let home = Home::prepare(arguments.data.as_deref(), &clock)?;
    let settings = home.settings(arguments.port)?;
    crate::telemetry::start_logs("warn", settings.log_format);
    let mocks = MockSources::start(Config {
        seed: arguments.seed,
        households: arguments.households,
        ticket_delay: TICKET_DELAY,
        ..Config::default()
    })
    .await?;
    let base_url = mocks.base_url();
    let secret = |key: &str| Key::parse(key).map(Key::credential).unwrap_or_default();
    let address = OneAddress { base_url: &base_url, secret: &secret, poll_interval: Duration::from_millis(150) };
    let departments = Departments::load_at(None, None, &address).map_err(configured::Faulty)?;
    let running = compose::running(
        &settings,
        Packs::embedded(),
        Model::person(),
        departments,
        clock.clone(),
        Register::default(),
        false,
    )
    .await?;
    let outcome = present(&arguments, &home, &settings, &mocks, &running, clock).await;
    running.stop().await;
    mocks.shutdown().await;
    outcome
}

async fn present(
    arguments: &Demo,
    home: &Home,
    settings: &Settings,
    mocks: &MockSources,
    running: &compose::Running,
    clock: Clock,
) -> anyhow::Result<ExitCode> {
    let verifier = &running.verifier;
    let issuer = Arc::new(LocalIssuer::new(clock.clone())?);
    let people = people::register(&home.recipient);
    let client = people[0].clone();
    let mut settings = settings.clone();
    settings.auth.issuers = vec![issuer.publish(&home.directory)?];
    let served = match arguments.once {
        true => None,
        false => Some(served(settings.clone(), running, people, Arc::clone(&issuer), clock).await?),
    };

    let caller = home.caller(&client);
    let mut request = mocks.sample_request();
    compose::write_private(&home.directory.join(SAMPLE), serde_json::to_string_pretty(&request)?.as_bytes())?;
    request["recipient_key"] = home.recipient.clone();
    let submitted = verifier
        .submit(&caller, request.to_string().as_bytes(), None)
        .await
        .map_err(|error| show::submit_error(error, arguments.lang))?;
    let events = verifier.events(&caller, &submitted.id, 0).await?;
    progress::follow(events, &verifier.sources(), progress::people(&request), arguments.lang, PATIENCE).await;

    let (_, report) = verifier.opened_report(&caller, &submitted.id).await?;
    let report = Document::Full(Box::new(report));
    output::say(&show::report(&report, arguments.lang, arguments.json));
    let sealed = verifier.report(&caller, &submitted.id, None, crate::verification::ReportForm::Sealed).await?;
    show::sealed_size(sealed.sealed);
    std::fs::write(home.directory.join("report.jwe"), sealed.bytes)?;
    std::fs::write(home.directory.join("service-jwks.json"), verifier.signing_keys().to_string())?;
    std::fs::write(home.directory.join("service.log-key"), home.log_key()?)?;
    if !arguments.json {
        home.explain(arguments.lang);
    }
    let Some((service, _provider)) = served else { return Ok(ExitCode::SUCCESS) };
    let token = issuer.token(&client, &settings.auth.audience, "report:read", 8 * 3600)?;
    std::fs::write(home.directory.join("token.txt"), &token)?;
    if arguments.json {
        output::tell(&format!("{}   Ctrl-C", service.url()));
    } else {
        output::say(&slowed(arguments.lang, &mocks.base_url()));
        invite(arguments.lang, &service.url(), &home.directory, &submitted.id);
    }
    tokio::signal::ctrl_c().await?;
    service.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The service with its console, and the provider at which the demo's people sign in.
async fn served(
    mut settings: Settings,
    running: &compose::Running,
    people: Vec<Client>,
    issuer: Arc<LocalIssuer>,
    clock: Clock,
) -> anyhow::Result<(serve::Service, provider::Provider)> {
    let listener = serve::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let provider = provider::start(issuer, address, clock.clone()).await?;
    settings.console = Some(ConsoleSettings {
        issuer: provider.issuer.clone(),
        client_id: provider::CLIENT_ID.into(),
        client_secret: None,
        algorithm: "ES256".into(),
        base_url: format!("http://{address}").parse()?,
        idle: Duration::from_secs(30 * 60),
        absolute: Duration::from_secs(10 * 3600),
    });
    let authenticator = Authenticator::new(&settings.auth, Clients::new(people), clock).map_err(configured::Faulty)?;
    let service = serve::listen_on(listener, &settings, running, authenticator, None)?;
    Ok((service, provider))
}

/// The sample household's request, to be sent once more.
const SAMPLE: &str = "request.json";

/// The demo's folder: data, keys, and the recipient's key pair.
struct Home {
    directory: PathBuf,
    recipient: serde_json::Value,
}

impl Home {
    fn prepare(given: Option<&Path>, clock: &Clock) -> anyhow::Result<Self> {
        let directory = match given {
            Some(directory) => directory.to_owned(),
            None => std::env::temp_dir().join(format!("hedui-demo-{}", uuid::Uuid::now_v7().simple())),
        };
        crate::keys::file_access::create_dir(&directory).with_context(|| directory.display().to_string())?;
        let keys = directory.join("keys");
        if !keys.exists() {
            KeyRing::create(&keys, "hedui-demo", clock.now())?;
        }
        let recipient_file = directory.join("recipient.jwk");
        let public_file = directory.join("recipient.public.jwk");
        if !recipient_file.exists() {
            let pair = generate_recipient()?;
            compose::write_private(&recipient_file, pair.private_jwk.as_bytes())?;
            std::fs::write(&public_file, pair.public_jwk.to_string())?;
        }
        let recipient = serde_json::from_str(&std::fs::read_to_string(&public_file)?)?;
        Ok(Self { directory, recipient })
    }

    fn settings(&self, port: u16) -> anyhow::Result<Settings> {
        let mut environment: BTreeMap<_, _> =
            std::env::vars().filter(|(name, _)| name.starts_with("HEDUI__")).collect();
        environment.insert("HEDUI__SERVER__LISTEN".to_owned(), format!("127.0.0.1:{port}"));
        Ok(Settings::read("(shipped) hedui.toml", DEFAULT_SETTINGS, &self.directory, &environment)
            .map_err(configured::Faulty)?)
    }

    fn caller(&self, client: &Client) -> Caller {
        Caller { subject: client.id.clone(), organisation: client.organisation.clone(), ..Caller::operator("620422") }
    }

    /// The log's public key, for whoever checks a report's place in it.
    fn log_key(&self) -> anyhow::Result<String> {
        let keys = KeyRing::load(&self.directory.join("keys"))?;
        Ok(VerifierKey::of(compose::log_signer(&keys).as_ref()).to_string())
    }

    fn explain(&self, language: Language) {
        let folder = self.directory.display();
        let open = format!(
            "hedui open {folder}/report.jwe --key {folder}/recipient.jwk --jwks {folder}/service-jwks.json --log-key \"$(cat {folder}/service.log-key)\""
        );
        let audit = format!("hedui audit verify --data {folder}/data --keys {folder}/keys");
        match language {
            Language::Zh => {
                output::say(&format!("数据目录：{folder}"));
                output::say(&format!("离线打开加密报告：{open}"));
                output::say(&format!("离线核验审计日志：{audit}"));
                output::say(&format!("示例家庭的请求：{folder}/{SAMPLE}（可在控制台“发起核对”中上传）"));
            }
            Language::En => {
                output::say(&format!("Data folder: {folder}"));
                output::say(&format!("Open the sealed report offline: {open}"));
                output::say(&format!("Check the audit log offline: {audit}"));
                output::say(&format!("The sample household's request: {folder}/{SAMPLE} (upload it in the console)"));
            }
        }
    }
}

/// Where the departments are, and how one sees a case fill in, or a department fail.
fn slowed(language: Language, departments: &str) -> String {
    let (title, about) = match language {
        Language::Zh => ("模拟部门", "使各部门反馈变慢，以便观察核对过程："),
        Language::En => ("Departments", "to make them slow, so that one sees a case fill in:"),
    };
    let plan = r#"[[fault]]\ndepartment = "*"\nwhat = { delay = { uniform_ms = [300, 6000] } }"#;
    format!(
        "{title}: {departments}   {about}\n  printf '{plan}' | curl -X PUT --data-binary @- {departments}/control/faults"
    )
}

fn invite(language: Language, url: &str, folder: &Path, case: &str) {
    let folder = folder.display();
    let (console, serving, stop) = match language {
        Language::Zh => ("控制台（在浏览器中打开，选择一名演示人员登录）", "接口", "按 Ctrl-C 结束"),
        Language::En => {
            ("Console (open it in a browser and choose one of the demo's people)", "Interface", "Ctrl-C ends it")
        }
    };
    output::say(&format!("{console}: {url}/"));
    output::say(&format!("{serving}: {url}/v1   ({url}/openapi.json)   {stop}"));
    output::say(&format!(
        "  curl -H \"Authorization: Bearer $(cat {folder}/token.txt)\" -H 'Accept: text/html' {url}/v1/verifications/{case}/report -o report.html"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five people with a record at every department: room for a sixth within the 32 KiB that clients open by default.
    const AT_MOST: usize = 31_600;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_sample_households_report_says_nothing_twice() {
        let clock = Clock::system();
        let home = Home::prepare(None, &clock).unwrap();
        let settings = home.settings(0).unwrap();
        let mocks = MockSources::start(Config { ticket_delay: TICKET_DELAY, ..Config::default() }).await.unwrap();
        let base_url = mocks.base_url();
        let secret = |key: &str| Key::parse(key).map(Key::credential).unwrap_or_default();
        let address = OneAddress { base_url: &base_url, secret: &secret, poll_interval: Duration::from_millis(150) };
        let departments = Departments::load_at(None, None, &address).map_err(configured::Faulty).unwrap();
        let running = compose::running(
            &settings,
            Packs::embedded(),
            Model::person(),
            departments,
            clock,
            Register::default(),
            false,
        )
        .await
        .unwrap();
        let verifier = &running.verifier;
        let caller = home.caller(&people::register(&home.recipient)[0]);
        let mut request = mocks.sample_request();
        request["recipient_key"] = home.recipient.clone();
        let submitted = verifier.submit(&caller, request.to_string().as_bytes(), None).await.unwrap();
        let events = verifier.events(&caller, &submitted.id, 0).await.unwrap();
        progress::follow(events, &verifier.sources(), progress::people(&request), Language::En, PATIENCE).await;

        let (version, report) = verifier.opened_report(&caller, &submitted.id).await.unwrap();
        running.stop().await;
        mocks.shutdown().await;
        std::fs::remove_dir_all(&home.directory).unwrap();
        assert!(version.is_final);
        let bytes = report.bytes().len();
        assert!(bytes < AT_MOST, "{bytes} bytes");
        let wages = report.body.income.iter().filter(|line| line.records.len() == 12 && line.counted.0 > 0).count();
        assert_eq!(wages, 1, "twelve monthly returns are one line");
        let english = show::report(&Document::Full(Box::new(report.clone())), Language::En, false);
        assert!(!english.contains(" 个月") && !english.contains("条记录"), "computations are in English");
    }
}
