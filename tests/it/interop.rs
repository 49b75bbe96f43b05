//! Writes sealed reports for clients of other makers, which then open them with `tests/interop/open_with_*`.
//!
//! The files go to the directory named by `HEDUI_INTEROP_DIR`, or to `interop` under cargo's directory for test files:
//! `ec.jwe` and `largest.jwe` (32 KiB of report) with `ec.private.json`, the service's `jwks.json`, and a `NAME.jwe` for every
//! `NAME.public.json` that is already there. Beside each token stands `NAME.report`, what it must open to.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hedui::auth::Caller;
use hedui::config::Disclosure;
use hedui::keys::{KeyRing, ReportSigner};
use hedui::report::jose::{RecipientKey, RecipientPrivateKey, VerifyingKeys, decrypt, generate_recipient, jwe};
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

/// Reports of the service itself, over mock departments, opened by PyPI joserfc and jwcrypto, npm jose and Debian's jose with the
/// recipient's key: the demo's household of five, with a record at every department, at every disclosure level and for both kinds of keys,
/// and a generated household of six. None of them opens one with a changed character, in any segment of either layer; nor do we.
#[tokio::test]
async fn reports_of_the_service_are_opened_by_other_peoples_libraries_and_altered_ones_by_none() {
    let setup = Setup { mocks: Config { households: 200, ..Setup::default().mocks }, ..Setup::default() };
    let stage = Stage::start(setup).await;
    let generated = (0..200).filter_map(|index| stage.mocks.request_for(index, &RequestOptions::default()));
    let people = |request: &serde_json::Value| request["household"]["members"].as_array().map_or(0, Vec::len);
    let six = generated.into_iter().find(|request| people(request) == 6).expect("a household of six");
    let openers = openers();
    let ec = (stage.recipient_public.clone(), stage.recipient_private.clone());
    let rsa = rsa_pair();
    let sample = stage.mocks.sample_request();
    let cases = [
        ("sample", &sample, &ec, Disclosure::Full),
        ("sample-conclusion", &sample, &ec, Disclosure::Conclusion),
        ("sample-amounts", &sample, &ec, Disclosure::Amounts),
        ("sample-rsa", &sample, &rsa, Disclosure::Full),
        ("sample-rsa-conclusion", &sample, &rsa, Disclosure::Conclusion),
        ("six", &six, &ec, Disclosure::Full),
    ];
    for (name, request, (public, private), level) in cases {
        let mut request = request.clone();
        request["recipient_key"] = public.clone();
        let caller = Caller { disclosure: level, ..stage.caller() };
        let submitted = stage.verifier.submit(&caller, request.to_string().as_bytes(), None).await.expect("accepted");
        assert!(stage.verifier.wait_for_rest(&submitted.id, PATIENCE).await);
        let sealed = stage.verifier.report(&caller, &submitted.id, None, ReportForm::Sealed).await.expect("sealed");
        let opened = stage.verifier.report(&caller, &submitted.id, None, ReportForm::Json).await.expect("opened");
        let dir = directory().join(name);
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("report.jwe"), &sealed.bytes).unwrap();
        fs::write(dir.join("private.json"), private).unwrap();
        fs::write(dir.join("jwks.json"), stage.verifier.signing_keys().to_string()).unwrap();
        fs::write(dir.join("report.json"), &opened.bytes).unwrap();
        let (plain, token) = (opened.bytes.len(), sealed.bytes.len());
        say(&format!("interop: {name}, {} people: {plain} bytes of report, {token} bytes sealed", people(&request)));
        refused_when_altered(&dir, public);
        for opener in openers.iter().filter(|opener| opener.has_rsa || public["kty"] == "EC") {
            opener.open(&dir);
        }
    }
}

/// What `hedui open` does: the report opens, and no altered one of either layer does.
fn refused_when_altered(dir: &Path, public: &serde_json::Value) {
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let key = RecipientPrivateKey::parse(&read("private.json")).unwrap();
    let trusted = TrustedKeys::Pinned(VerifyingKeys::parse(&read("jwks.json")).unwrap());
    let opens = |sealed: &str| open(sealed, &key, &trusted, |_| InclusionCheck::NotChecked);
    let sealed = read("report.jwe");
    let opened = opens(&sealed).unwrap();
    assert!(opened.signature.is_pinned());
    assert_eq!(opened.bytes.as_slice(), read("report.json").as_bytes());
    for changed in altered(&sealed) {
        assert!(opens(&changed).is_err(), "{changed}");
    }
    let signed = String::from_utf8(decrypt(&sealed, &key).unwrap().to_vec()).unwrap();
    let recipient = RecipientKey::parse(public).unwrap();
    for changed in altered(&signed) {
        assert!(opens(&jwe::encrypt(&changed, &opened.kid, &recipient).unwrap()).is_err(), "{changed}");
    }
}

/// One changed character at several places of every segment; as in `tests/interop/altered.py`.
fn altered(token: &str) -> Vec<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut all = Vec::new();
    let mut start = 0;
    for segment in token.split('.') {
        let last = segment.len() - 1;
        for place in [0, last / 3, last / 2, last] {
            let character = ALPHABET.find(&segment[place..=place]).expect("base64url");
            let mut changed = token.to_owned();
            let another = &ALPHABET[character ^ 32..=character ^ 32];
            changed.replace_range(start + place..=start + place, another);
            all.push(changed);
        }
        start += segment.len() + 1;
    }
    all
}

/// An RSA key pair of a recipient, public and private, as JWK.
fn rsa_pair() -> (serde_json::Value, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    let private = fs::read_to_string(folder.join("test-rsa.private.json")).unwrap();
    let mut public: serde_json::Value = serde_json::from_str(&private).unwrap();
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        public.as_object_mut().unwrap().remove(member);
    }
    (public, private)
}

/// A program that opens `report.jwe` in a folder, or says why it does not.
struct Opener {
    program: &'static str,
    script: &'static str,
    /// Where its packages are found.
    from: Option<PathBuf>,
    /// Whether it knows RSA-OAEP-256.
    has_rsa: bool,
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
        openers.extend(python.map(|program| Opener { program, script, from: None, has_rsa: true }));
    }
    let debian = python.filter(|_| runs("jose", &["alg"], here));
    // José of Debian 12 is built without RSA-OAEP: `jose alg` lists what it knows
    let has_rsa = Command::new("jose").arg("alg").output().is_ok_and(|listed| {
        String::from_utf8_lossy(&listed.stdout).lines().any(|algorithm| algorithm.trim() == "RSA-OAEP-256")
    });
    let script = "open_with_debian_jose.py";
    openers.extend(debian.map(|program| Opener { program, script, from: None, has_rsa }));
    openers.extend(node.then_some(Opener {
        program: "node",
        script: "open_with_jose.mjs",
        from: Some(packages),
        has_rsa: true,
    }));
    for (found, what) in [
        (python.is_some(), "no Python with joserfc and jwcrypto (pip install joserfc jwcrypto)"),
        (debian.is_some(), "no José command line (apt-get install jose)"),
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
