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

/// A report of the service itself, over mock departments, opened by PyPI joserfc and jwcrypto with the recipient's key.
#[tokio::test]
async fn a_report_of_the_service_is_opened_by_other_peoples_libraries() {
    let Some(python) = python() else { return };
    let stage = Stage::start(Setup::default()).await;
    let options = RequestOptions::default();
    let requests = (0..20).filter_map(|index| stage.mocks.request_for(index, &options));
    let three =
        |request: &serde_json::Value| request["household"]["members"].as_array().is_some_and(|list| list.len() == 3);
    let mut request = requests.into_iter().find(three).expect("a household of three");
    request["recipient_key"] = stage.recipient_public.clone();
    let caller = stage.caller();
    let submitted = stage.verifier.submit(&caller, request.to_string().as_bytes(), None).await.expect("accepted");
    assert!(stage.verifier.wait_for_rest(&submitted.id, PATIENCE).await);
    let sealed = stage.verifier.report(&caller, &submitted.id, None, ReportForm::Sealed).await.expect("sealed");
    let dir = directory().join("real");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("report.jwe"), &sealed.bytes).unwrap();
    fs::write(dir.join("private.json"), &stage.recipient_private).unwrap();
    fs::write(dir.join("jwks.json"), stage.verifier.signing_keys().to_string()).unwrap();
    for script in ["open_with_joserfc.py", "open_with_jwcrypto.py"] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(script);
        let run = Command::new(python)
            .arg(&script)
            .args(["report.jwe", "private.json", "jwks.json"])
            .current_dir(&dir)
            .output();
        let run = run.expect("python runs");
        assert!(run.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&run.stderr));
    }
}

/// A Python with both libraries; without one the test says that it was skipped, which `.ci/run` does not allow.
fn python() -> Option<&'static str> {
    let has = |python: &&str| {
        let probe = Command::new(python).args(["-c", "import joserfc, jwcrypto"]).output();
        probe.is_ok_and(|probe| probe.status.success())
    };
    let found = ["python", "python3"].into_iter().find(has);
    if found.is_none() {
        assert!(
            std::env::var_os("HEDUI_NO_SKIP").is_none(),
            "no Python with joserfc and jwcrypto, and no skip is allowed"
        );
        // past the harness, which hides what a passing test prints
        let words = "skipped: interop, no Python with joserfc and jwcrypto (pip install joserfc jwcrypto)";
        writeln!(std::io::stderr(), "{words}").expect("standard error");
    }
    found
}
