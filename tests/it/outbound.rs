//! The service connects to nobody but whom its settings name: seen from the kernel, under strace.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hedui_mock_sources::{Config, MockSources};

use super::binary::{DEFAULTS, Installation};

/// Whether system calls can be watched here; where they cannot, and no skip is allowed, that is a failure.
fn strace() -> bool {
    let works = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output();
    let works = works.is_ok_and(|run| run.status.success());
    if !works {
        let why = "no strace that may watch a process (apt-get install strace)";
        assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "{why}, and no skip is allowed");
        writeln!(std::io::stderr(), "skipped: {why}").expect("standard error");
    }
    works
}

/// A server that answers every call alike and counts them.
struct Answering {
    address: SocketAddr,
    calls: Arc<AtomicU32>,
}

impl Answering {
    fn start(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (address, calls) = (listener.local_addr().expect("an address"), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (mut stream, mut asked) = (stream, [0; 65_536]);
                drop(stream.set_read_timeout(Some(Duration::from_secs(2))));
                drop(stream.read(&mut asked));
                drop(stream.write_all(answer.as_bytes()));
            }
        });
        Self { address, calls }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Every internet address that was connected to, and how many other connects there were.
fn connected(trace: &str) -> (BTreeSet<String>, Vec<&str>) {
    let (mut internet, mut others) = (BTreeSet::new(), Vec::new());
    let between = |line: &str, before: &str, after: &str| {
        let (_, rest) = line.split_once(before)?;
        Some(rest.split_once(after)?.0.to_owned())
    };
    for line in trace.lines().filter(|line| line.contains("connect(")) {
        let port = between(line, "port=htons(", ")");
        let address = between(line, "inet_addr(\"", "\"").or_else(|| between(line, "inet_pton(AF_INET6, \"", "\""));
        match port.zip(address) {
            Some((port, address)) => drop(internet.insert(format!("{address}:{port}"))),
            None => others.push(line),
        }
    }
    (internet, others)
}

#[test]
fn the_trace_is_read() {
    let trace = "7 connect(9, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr(\"10.0.0.1\")}, 16) = 0\n\
                 7 connect(9, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr), sin6_scope_id=0}, 28) = -1\n\
                 8 connect(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0\n";
    let (internet, others) = connected(trace);
    assert_eq!(internet, ["10.0.0.1:53".to_owned(), "2001:db8::1:443".to_owned()].into());
    assert_eq!(others.len(), 1);
}

/// Departments, one of which sends on to elsewhere; a client that is called back and sends on too; an environment that names a proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_connected_to_but_whom_the_settings_name() {
    if !strace() {
        return;
    }
    let elsewhere = Answering::start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned());
    let sends_on = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{}/taken\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        elsewhere.address
    );
    let (tax, client_system) = (Answering::start(sends_on.clone()), Answering::start(sends_on));
    let mocks =
        MockSources::start(Config { households: 10, ..Config::default() }).await.expect("the departments start");
    let base = mocks.base_url();
    let installation = Installation::new(&base, DEFAULTS, "");
    let replace = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(installation.path(file)).expect("a file");
        assert!(text.contains(from), "{file} holds {from}");
        std::fs::write(installation.path(file), text.replacen(from, to, 1)).expect("a file");
    };
    replace("sources.toml", &format!("\"{base}/tax\""), &format!("\"http://{}/tax\"", tax.address));
    installation.write_secret("callback.secret", &"c".repeat(40));
    let callback = format!(
        "disclosure = \"full\"\ncallback = {{ url = \"http://{}/called\", secret = {{ file = \"callback.secret\" }} }}\n",
        client_system.address
    );
    replace("clients.toml", "disclosure = \"full\"\n", &callback);
    let trace = installation.path("trace.txt");
    let proxy = format!("http://{}", elsewhere.address);
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let environment: Vec<(&str, &str)> = names.into_iter().map(|name| (name, proxy.as_str())).collect();
    let starter = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", trace.to_str().expect("a path")];
    let service = installation.serve_under("data", &starter, &environment).await;
    let client = installation.client(&service);
    let id = client.verify(&mocks.sample_request()).await;
    let status = client.wait_for_final(&id).await;
    let cells = status["cells"].as_array().expect("cells");
    let of_tax: Vec<_> = cells.iter().filter(|cell| cell["source"] == "tax").collect();
    assert!(of_tax.iter().any(|cell| cell["answer"] == "unavailable"), "a redirect is no answer: {of_tax:?}");
    assert!(cells.iter().any(|cell| cell["answer"] == "found"), "others answer");
    for _ in 0..300 {
        if client_system.calls() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    service.stop_what_it_started();
    let trace = std::fs::read_to_string(&trace).expect("the trace");
    let (internet, others) = connected(&trace);
    let named =
        [base.trim_start_matches("http://").to_owned(), tax.address.to_string(), client_system.address.to_string()];
    assert_eq!(internet, named.into(), "departments and the client, and nobody else");
    assert_eq!(others, [""; 0], "no resolver, no daemon of this machine");
    assert!(tax.calls() > 0 && client_system.calls() > 0, "those who sent on were asked");
    assert_eq!(elsewhere.calls(), 0, "where they sent to was not, nor was the proxy");
}
