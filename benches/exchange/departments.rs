//! The departments in a process of their own: this program again, told to be them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule};
use hedui_mock_sources::{Config, MockSources};

use super::CORES;
use super::households::{AS_OF, POPULATION, SEED};

/// First argument of the child.
pub(crate) const COMMAND: &str = "departments";

/// A running child; ends with its owner.
pub(crate) struct Departments {
    child: Child,
    pub(crate) base_url: String,
}

impl Departments {
    /// Starts the twenty departments that take `delay` for every request and `tickets` for every ticket.
    pub(crate) fn start(delay: Duration, tickets: Duration) -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let [delay, tickets] = [delay, tickets].map(|duration| duration.as_millis().to_string());
        let mut child = Command::new("taskset")
            .args(["-c", CORES[1]])
            .arg(program)
            .args([COMMAND, &delay, &tickets])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("taskset (util-linux) starts the departments");
        let mut base_url = String::new();
        let output = child.stdout.take().expect("standard output is a pipe");
        BufReader::new(output).read_line(&mut base_url).expect("the departments say where they are");
        Self { child, base_url: base_url.trim().to_owned() }
    }

    /// Has departments misbehave from now on, or not any more.
    #[expect(clippy::disallowed_methods, reason = "the mock departments of this bench send small bodies")]
    pub(crate) async fn misbehave(&self, client: &reqwest::Client, plan: &str) {
        let put = client.put(format!("{}/control/faults", self.base_url)).body(plan.to_owned());
        let response = put.send().await.expect("the departments listen");
        assert!(response.status().is_success(), "{}", response.text().await.unwrap_or_default());
    }

    /// Requests answered so far.
    pub(crate) async fn requests(&self, client: &reqwest::Client) -> u64 {
        sum(&self.statistics(client).await)
    }

    /// What each department counted so far.
    #[expect(clippy::disallowed_methods, reason = "the mock departments of this bench send small bodies")]
    pub(crate) async fn statistics(&self, client: &reqwest::Client) -> serde_json::Value {
        let response = client.get(format!("{}/control/stats", self.base_url)).send().await.expect("statistics");
        serde_json::from_slice(&response.bytes().await.expect("statistics")).expect("statistics are JSON")
    }
}

impl Drop for Departments {
    fn drop(&mut self) {
        drop(self.child.stdin.take()); // the child ends with its standard input
        drop(self.child.wait());
    }
}

/// The requests of every department.
fn sum(stats: &serde_json::Value) -> u64 {
    let departments = stats.as_object().into_iter().flat_map(serde_json::Map::values);
    departments.filter_map(|department| department["requests"].as_u64()).sum()
}

/// The child's life.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let millis = |place: usize| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let delay = FaultRule::always("*", Fault::Delay(Delay::FixedMs(millis(0))));
        let config = Config {
            seed: SEED,
            households: POPULATION,
            as_of: AS_OF,
            faults: FaultPlan { faults: Vec::from_iter((millis(0) > 0).then_some(delay)), ..FaultPlan::default() },
            ticket_delay: Duration::from_millis(millis(1)),
            ..Config::default()
        };
        let mocks = MockSources::start(config).await.expect("the departments start");
        let mut output = std::io::stdout();
        writeln!(output, "{}", mocks.base_url()).and_then(|()| output.flush()).expect("standard output is a pipe");
        let until_the_parent_ends = || std::io::stdin().read_to_end(&mut Vec::new());
        drop(tokio::task::spawn_blocking(until_the_parent_ends).await);
        mocks.shutdown().await;
    });
    ExitCode::SUCCESS
}
