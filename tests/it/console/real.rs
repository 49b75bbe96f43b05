//! Against a provider of another maker: npm's oidc-provider, with its own pages.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::browser::{Browser, Page};
use super::{Door, entered, pairs, place, settings, stage};

struct Provider {
    child: Child,
    /// Kept open: it ends when it cannot say what it has to say.
    _said: BufReader<ChildStdout>,
    issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Provider {
    /// Starts it; none, with a word, where it is not installed.
    fn start(base: &str) -> Option<Self> {
        let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("jose");
        let probe = "for (const name of ['oidc-provider', 'jose']) import(name).catch(() => process.exit(1))";
        let probe = Command::new("node").args(["-e", probe]).current_dir(&packages).output();
        if !packages.is_dir() || !probe.is_ok_and(|probe| probe.status.success()) {
            let what = "no Node with oidc-provider (npm install --prefix target/tmp/jose jose oidc-provider)";
            assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "{what}, and no skip is allowed");
            writeln!(std::io::stderr(), "skipped: sign-in at a real provider, {what}").expect("standard error");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/oidc_provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(format!("{base}/signin/callback")).current_dir(&packages);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("node runs");
        let mut issuer = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("its output"));
        said.read_line(&mut issuer).expect("a line");
        Some(Self { child, _said: said, issuer: issuer.trim().to_owned() })
    }
}

/// Presses the button, signs in at the provider under a name, agrees, and ends where that leads.
async fn sign_in(browser: &mut Browser, door: &Door, name: &str) -> Page {
    let page = at_provider(browser, door, name).await;
    browser.follow(page).await
}

/// The same, up to the redirect that leads back.
async fn at_provider(browser: &mut Browser, door: &Door, name: &str) -> Page {
    let page = browser.get(&door.url("/signin")).await;
    let (action, fields) = page.form();
    let mut page = browser.submit(&action, &fields).await;
    for _ in 0..10 {
        if let Some(next) = page.location() {
            if next.as_str().starts_with(&door.url("/signin/callback")) {
                return page;
            }
            page = browser.get(next.as_str()).await;
            continue;
        }
        let (action, mut fields) = page.form();
        fields.push(("login".into(), name.into()));
        fields.push(("password".into(), "any".into()));
        page = browser.submit(&action, &fields).await;
    }
    panic!("the provider does not come to an end: {}", page.body);
}

#[tokio::test]
async fn people_sign_in_at_a_provider_of_another_maker_and_out_again() {
    let stage = stage().await;
    let (listener, base) = place().await;
    let Some(provider) = Provider::start(&base) else { return };
    let mut settings = settings(&provider.issuer, &base);
    settings.algorithm = "RS256".into();
    settings.client_secret = Some("a secret: with % and +".into());
    let door = Door::open(&stage, listener, settings, &[("wang-li", "caseworker")]).await;

    let mut browser = Browser::new();
    let first = browser.get(&door.url("/")).await;
    assert_eq!(first.location().unwrap().path(), "/signin");
    let page = browser.get(&door.url("/signin")).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains(&provider.issuer), "{policy}");

    let home = sign_in(&mut browser, &door, "wang-li").await;
    assert_eq!((home.url.path(), home.status.as_u16()), ("/", 200), "{}", home.body);
    for told in ["wang-li", "会师镇人民政府", "620422", "经办", "发起家庭核对"] {
        assert!(home.body.contains(told), "{told}: {}", home.body);
    }
    assert!(!home.body.contains("签发报告"), "a caseworker does not issue");
    assert!(browser.cookie(&base, "hedui-signin").is_none(), "an attempt counts once");
    let english = browser.get(&door.url("/?lang=en")).await;
    assert!(english.body.contains("start a verification of a household"), "{}", english.body);

    let (action, fields) = english.form();
    assert_eq!(action.path(), "/signout");
    let kept = browser.clone();
    let out = browser.submit(&action, &fields).await;
    let out = browser.follow(out).await;
    assert_eq!(out.status, 200);
    assert!(out.body.contains("You have signed out"), "the language stays: {}", out.body);
    let again = kept.clone().get(&door.url("/")).await;
    assert_eq!(again.status, 401, "a session that was ended is ended for whoever kept its cookie");
    assert_eq!(entered(&stage).await, pairs(&[("sign_in", "allowed"), ("sign_out", "allowed")]));
}

#[tokio::test]
async fn a_public_client_signs_in_too_and_a_code_counts_once() {
    let stage = stage().await;
    let (listener, base) = place().await;
    let Some(provider) = Provider::start(&base) else { return };
    let mut settings = settings(&provider.issuer, &base);
    settings.client_id = "hedui-public".into();
    let door = Door::open(&stage, listener, settings, &[("wang-li", "auditor")]).await;

    let mut browser = Browser::new();
    let back = at_provider(&mut browser, &door, "wang-li").await;
    let callback = back.location().unwrap();
    let mut thief = Browser::new();
    let stolen = thief.get(callback.as_str()).await;
    assert_eq!(stolen.status, 400, "another browser has no use for the code");
    let mut kept = browser.clone();
    let home = browser.follow(back).await;
    assert_eq!(home.status, 200, "{}", home.body);
    let replayed = kept.get(callback.as_str()).await;
    assert_eq!(replayed.status, 403, "{}", replayed.body);
    assert!(kept.cookie(&base, "hedui-session").is_none());
    assert_eq!(entered(&stage).await, pairs(&[("sign_in", "allowed")]));
}

#[tokio::test]
async fn somebody_who_is_not_registered_is_told_so_and_stands_in_the_log_without_a_name() {
    let stage = stage().await;
    let (listener, base) = place().await;
    let Some(provider) = Provider::start(&base) else { return };
    let mut settings = settings(&provider.issuer, &base);
    settings.client_id = "hedui-public".into();
    let door = Door::open(&stage, listener, settings, &[("wang-li", "auditor")]).await;
    let mut browser = Browser::new();
    let page = sign_in(&mut browser, &door, "stranger").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("您未在本系统登记"), "{}", page.body);
    assert!(browser.cookie(&base, "hedui-session").is_none());
    assert_eq!(entered(&stage).await, pairs(&[("sign_in", "denied")]));
    let leaves = stage.entries().await;
    assert!(leaves.iter().all(|leaf| !String::from_utf8_lossy(&leaf.to_bytes()).contains("stranger")));
}
