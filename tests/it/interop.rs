//! Writes sealed reports for clients of other makers, which then open them with `tests/interop/open_with_*`.
//!
//! The files go to the directory named by `HEDUI_INTEROP_DIR`, or to `interop` under cargo's directory for test files:
//! `ec.jwe` and `largest.jwe` (32 KiB of report) with `ec.private.json`, the service's `jwks.json`, and a `NAME.jwe` for every
//! `NAME.public.json` that is already there. Beside each token stands `NAME.report`, what it must open to.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hedui::keys::{KeyRing, ReportSigner};
use hedui::report::jose::{RecipientKey, RecipientPrivateKey, VerifyingKeys, generate_recipient};
use hedui::report::open::{InclusionCheck, TrustedKeys, open};
use hedui::report::seal::{COMMON_CLIENT_REPORT_BYTES, seal};
use hedui::verification::ReportForm;
use hedui_mock_sources::Config;
use hedui_mock_sources::truth::RequestOptions;

use super::support::{PATIENCE, Setup, Stage};

const REPORT: &str = r#"{"body":{"number":"HN-2026-000123","title":"核对报告","total":"12000.00"}}"#;

fn directory() -> PathBuf {
    let dir = std::env::var_os("HEDUI_INTEROP_DIR")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop"), PathBuf::from);
    fs::create_dir_all(&dir).unwrap();
    dir
}

fn write_sealed(dir: &Path, name: &str, report: &str, signer: &ReportSigner, recipient: &RecipientKey) -> String {
    let token = seal(report.as_bytes(), signer, recipient).unwrap();
    fs::write(dir.join(format!("{name}.jwe")), &token).unwrap();
    fs::write(dir.join(format!("{name}.report")), report).unwrap();
    token
}

#[test]
fn sealed_reports_for_other_clients() {
    let dir = directory();
    let keys = tempfile::tempdir().unwrap();
    let ring = KeyRing::create(&keys.path().join("keys"), "interop.example/log", jiff::Timestamp::UNIX_EPOCH).unwrap();
    fs::write(dir.join("jwks.json"), ring.jwks().to_string()).unwrap();
    let signer = ring.report_signer();

    let pair = generate_recipient().unwrap();
    fs::write(dir.join("ec.private.json"), pair.private_jwk.as_str()).unwrap();
    let recipient = RecipientKey::parse(&pair.public_jwk).unwrap();
    let token = write_sealed(&dir, "ec", REPORT, &signer, &recipient);
    let padding = "0".repeat(COMMON_CLIENT_REPORT_BYTES - r#"{"pad":""}"#.len());
    write_sealed(&dir, "largest", &format!(r#"{{"pad":"{padding}"}}"#), &signer, &recipient);

    for entry in fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".public.json") else { continue };
        let jwk = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        write_sealed(&dir, name, REPORT, &signer, &RecipientKey::parse(&jwk).unwrap());
    }

    let key = RecipientPrivateKey::parse(&pair.private_jwk).unwrap();
    let trusted = TrustedKeys::Pinned(VerifyingKeys::from_value(&ring.jwks()).unwrap());
    let opened = open(&token, &key, &trusted, |_| InclusionCheck::NotChecked).unwrap();
    assert_eq!(&opened.bytes[..], REPORT.as_bytes());
    assert!(opened.signature.is_pinned());
}

/// Reports of the service itself, over mock departments, opened by PyPI joserfc and jwcrypto and npm jose with the recipient's key: the
/// demo's household of five, with a record at every department, and a generated household of six.
#[tokio::test]
async fn reports_of_the_service_are_opened_by_other_peoples_libraries() {
    let setup = Setup { mocks: Config { households: 200, ..Setup::default().mocks }, ..Setup::default() };
    let stage = Stage::start(setup).await;
    let generated = (0..200).filter_map(|index| stage.mocks.request_for(index, &RequestOptions::default()));
    let people = |request: &serde_json::Value| request["household"]["members"].as_array().map_or(0, Vec::len);
    let six = generated.into_iter().find(|request| people(request) == 6).expect("a household of six");
    let openers = openers();
    for (name, mut request) in [("sample", stage.mocks.sample_request()), ("six", six)] {
        request["recipient_key"] = stage.recipient_public.clone();
        let caller = stage.caller();
        let submitted = stage.verifier.submit(&caller, request.to_string().as_bytes(), None).await.expect("accepted");
        assert!(stage.verifier.wait_for_rest(&submitted.id, PATIENCE).await);
        let sealed = stage.verifier.report(&caller, &submitted.id, None, ReportForm::Sealed).await.expect("sealed");
        let opened = stage.verifier.report(&caller, &submitted.id, None, ReportForm::Json).await.expect("opened");
        let dir = directory().join(name);
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("report.jwe"), &sealed.bytes).unwrap();
        fs::write(dir.join("private.json"), &stage.recipient_private).unwrap();
        fs::write(dir.join("jwks.json"), stage.verifier.signing_keys().to_string()).unwrap();
        let (plain, token) = (opened.bytes.len(), sealed.bytes.len());
        say(&format!("interop: {name}, {} people: {plain} bytes of report, {token} bytes sealed", people(&request)));
        for opener in &openers {
            opener.open(&dir);
        }
    }
}

/// A program that opens `report.jwe` in a folder, or says why it does not.
struct Opener {
    program: &'static str,
    script: &'static str,
    /// Where its packages are found.
    from: Option<PathBuf>,
}

impl Opener {
    fn open(&self, dir: &Path) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(self.script);
        let files = ["report.jwe", "private.json", "jwks.json"].map(|name| dir.join(name));
        let mut command = Command::new(self.program);
        command.arg(&script).args(files).current_dir(self.from.as_deref().unwrap_or(dir));
        let run = command.output().expect("the program runs");
        assert!(run.status.success(), "{}: {}", self.script, String::from_utf8_lossy(&run.stderr));
    }
}

/// Whoever of them is installed; for each that is missing the test says so, which `.ci/run` does not allow.
fn openers() -> Vec<Opener> {
    let runs = |program: &str, arguments: &[&str], from: &Path| {
        let probe = Command::new(program).args(arguments).current_dir(from).output();
        probe.is_ok_and(|probe| probe.status.success())
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = ["python", "python3"].into_iter().find(|name| runs(name, &["-c", "import joserfc, jwcrypto"], here));
    let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("jose");
    let node = packages.is_dir() && runs("node", &["-e", "import('jose').catch(() => process.exit(1))"], &packages);
    let mut openers = Vec::new();
    for script in ["open_with_joserfc.py", "open_with_jwcrypto.py"] {
        openers.extend(python.map(|program| Opener { program, script, from: None }));
    }
    openers.extend(node.then_some(Opener { program: "node", script: "open_with_jose.mjs", from: Some(packages) }));
    for (found, what) in [
        (python.is_some(), "no Python with joserfc and jwcrypto (pip install joserfc jwcrypto)"),
        (node, "no Node with jose (npm install --prefix target/tmp/jose jose)"),
    ] {
        if !found {
            assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "{what}, and no skip is allowed");
            say(&format!("skipped: interop, {what}"));
        }
    }
    openers
}

/// Past the harness, which hides what a passing test prints.
fn say(words: &str) {
    writeln!(std::io::stderr(), "{words}").expect("standard error");
}
