//! What a provider, or somebody between, must not get away with; and how sessions end.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hedui::audit::Action;
use hedui::auth::LocalIssuer;
use hedui::keys::DetailKind;
use hedui::telemetry::Clock;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::browser::Browser;
use super::provider::StandIn;
use super::{Door, entered, pairs, place, settings, stage};

const PEOPLE: &[(&str, &str)] = &[("wang-li", "supervisor")];

fn segment(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn an_id_token_that_is_not_right_signs_nobody_in() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), PEOPLE).await;
    let now = jiff::Timestamp::now().as_second();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut claims = provider.claims("NONCE");
        change(&mut claims);
        claims
    };
    let half = |text: &str| {
        use sha2::Digest as _;
        URL_SAFE_NO_PAD.encode(&sha2::Sha256::digest(text)[..16])
    };
    type Change<'a> = Box<dyn Fn(&mut Value) + 'a>;
    let set = |name: &'static str, value: Value| -> Change<'_> { Box::new(move |claims| claims[name] = value.clone()) };
    let refused: Vec<(&str, Change<'_>)> = vec![
        ("another audience", set("aud", json!("elsewhere"))),
        ("audiences without an authorised party", set("aud", json!(["hedui", "elsewhere"]))),
        ("another authorised party", set("azp", json!("elsewhere"))),
        ("another issuer", set("iss", json!("http://127.0.0.1:1"))),
        ("another nonce", set("nonce", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))),
        ("a nonce of another type", set("nonce", json!(1))),
        ("no nonce", Box::new(|claims| drop(claims.as_object_mut().unwrap().remove("nonce")))),
        ("expired", set("exp", json!(now - 120))),
        ("of tomorrow", set("iat", json!(now + 86_400))),
        ("of yesterday", set("iat", json!(now - 86_400))),
        ("not valid yet", set("nbf", json!(now + 600))),
        ("another access token", set("at_hash", json!(half("another")))),
        ("nobody", set("sub", json!(""))),
        ("somebody unregistered", set("sub", json!("zhang-san"))),
        ("a number of a person", set("sub", json!("13800138000"))),
    ];
    let mut denied = 0;
    for (what, change) in &refused {
        let mut browser = Browser::new();
        let make = |nonce: &str| {
            let claims = changed(&|claims| {
                if claims["nonce"] == "NONCE" {
                    claims["nonce"] = json!(nonce);
                }
                change(claims);
            });
            provider.keys.signed(&claims).unwrap()
        };
        let page = provider.sign_in(&mut browser, &door, make).await;
        assert_eq!(page.status, 403, "{what}");
        assert!(browser.cookie(&base, "hedui-session").is_none(), "{what}");
        denied += 1;
    }
    let details: Vec<_> = stage.entries().await.iter().map(|entry| entry.event.detail_sha256).collect();
    let plain = |word: &str| Some(<[u8; 32]>::from(Sha256::digest(word)));
    let last = [Some(stage.keys.detail_mac(DetailKind::SignIn, b"zhang-san").bytes()), plain("personal_subject")];
    assert!(details.ends_with(&last), "a number is not entered in any form, a name only with the ring's key");
    let stranger = LocalIssuer::new(Clock::system()).unwrap();
    let point = provider.keys.key_set()["keys"][0].to_string();
    type Make<'a> = Box<dyn Fn(&str) -> String + 'a>;
    let forged: [(&str, Make<'_>); 4] = [
        (
            "alg none",
            Box::new(|nonce| format!("{}.{}.", segment(&json!({"alg": "none"})), segment(&provider.claims(nonce)))),
        ),
        (
            "HS256 with the public key",
            Box::new(|nonce| {
                let signed = format!(
                    "{}.{}",
                    segment(&json!({"alg": "HS256", "kid": "demo"})),
                    segment(&provider.claims(nonce))
                );
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, point.as_bytes()), signed.as_bytes());
                format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
            }),
        ),
        ("a stranger's key under the same id", Box::new(|nonce| stranger.signed(&provider.claims(nonce)).unwrap())),
        ("rubbish", Box::new(|_| "a.b.c".to_owned())),
    ];
    for (what, make) in &forged {
        let mut browser = Browser::new();
        let page = provider.sign_in(&mut browser, &door, make).await;
        assert_eq!(page.status, 403, "{what}");
        assert!(browser.cookie(&base, "hedui-session").is_none(), "{what}");
        denied += 1;
    }
    let mut expected = vec![("sign_in", "denied"); denied];
    assert_eq!(entered(&stage).await, pairs(&expected));

    let mut browser = Browser::new();
    let make = |nonce: &str| {
        let mut claims = provider.claims(nonce);
        claims["at_hash"] = json!(half(super::provider::ACCESS_TOKEN));
        claims["aud"] = json!(["hedui", "elsewhere"]);
        claims["azp"] = json!("hedui");
        provider.keys.signed(&claims).unwrap()
    };
    let page = provider.sign_in(&mut browser, &door, make).await;
    assert_eq!(browser.follow(page).await.status, 200, "the right one is believed");
    expected.push(("sign_in", "allowed"));
    assert_eq!(entered(&stage).await, pairs(&expected));
}

#[tokio::test]
async fn an_answer_counts_only_for_the_browser_and_the_attempt_it_is_of() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), PEOPLE).await;
    let good = |nonce: &str| provider.keys.signed(&provider.claims(nonce)).unwrap();

    let mut browser = Browser::new();
    let callback = provider.begin(&mut browser, &door, good).await;
    assert_eq!(Browser::new().get(&callback).await.status, 400, "no cookie of an attempt");
    let other = callback.replace("state=", "state=x");
    assert_eq!(browser.clone().get(&other).await.status, 400, "another state");
    let elsewhere = format!("{callback}&iss=http%3A%2F%2F127.0.0.1%3A1");
    assert_eq!(browser.clone().get(&elsewhere).await.status, 400, "another issuer answers");
    let error = callback.replace("code=c", "error=access_denied");
    assert_eq!(browser.clone().get(&error).await.status, 403, "somebody said no");
    let stale = browser.cookie(&base, "hedui-signin").unwrap().to_owned();
    let mut second = browser.clone();
    let newer = provider.begin(&mut second, &door, good).await;
    second.set_cookie(&base, "hedui-signin", &stale);
    assert_eq!(second.get(&newer).await.status, 400, "the cookie of another attempt");
    door.put_ahead(11);
    assert_eq!(browser.get(&callback).await.status, 400, "too late");
    assert_eq!(entered(&stage).await, [], "strangers' answers fill no log");

    let foreign = browser.submit_from("https://elsewhere.example", &door.url("/signin").parse().unwrap(), &[]).await;
    assert_eq!(foreign.status, 403, "a form of another page begins nothing");

    stage.verifier.stop().await;
    let entries = stage.entries().await;
    let refused = entries.iter().filter(|leaf| leaf.event.action == Action::SignInRefused);
    let refused: Vec<_> = refused.map(|leaf| (leaf.event.detail_sha256, leaf.event.count)).collect();
    let plain = |word: &str| Some(<[u8; 32]>::from(Sha256::digest(word)));
    assert_eq!(
        refused,
        [(plain("not_ours"), Some(5)), (plain("refused"), Some(1))],
        "an entry a reason, with their number"
    );
    assert!(entries.iter().all(|leaf| leaf.event.action != Action::SignIn));
}

#[tokio::test]
async fn a_session_ends_by_itself_by_its_owner_and_by_the_register() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), PEOPLE).await;
    let home = door.url("/");

    let mut browser = Browser::new();
    let page = provider.vouch(&mut browser, &door).await;
    assert_eq!(page.status, 200);
    let secret = browser.cookie(&base, "hedui-session").unwrap().to_owned();
    assert_eq!(URL_SAFE_NO_PAD.decode(&secret).unwrap().len(), 32);

    // Another process over the same database knows the session, under its own register.
    let (listener, beside) = place().await;
    let mut its_settings = settings(&provider.issuer, &beside);
    its_settings.idle = std::time::Duration::from_secs(1_800);
    let with = Door::open(&stage, listener, its_settings, PEOPLE).await;
    let mut there = Browser::new();
    there.set_cookie(&beside, "hedui-session", &secret);
    assert_eq!(there.get(&with.url("/")).await.status, 200);
    let (listener, beside) = place().await;
    let without = Door::open(&stage, listener, settings(&provider.issuer, &beside), &[("somebody", "client")]).await;
    there.set_cookie(&beside, "hedui-session", &secret);
    assert_eq!(there.get(&without.url("/")).await.status, 401, "who is registered no more is out");

    for forged in ["", "AAAA", &"A".repeat(43)] {
        let mut guessing = Browser::new();
        guessing.set_cookie(&base, "hedui-session", forged);
        assert_eq!(guessing.get(&home).await.status, 401, "{forged}");
    }

    // Signing out takes the session's token and a page of the console.
    let (action, fields) = page.form();
    assert_eq!(browser.clone().submit(&action, &[]).await.status, 403);
    let wrong = [("form_token".to_owned(), "x".repeat(43))];
    assert_eq!(browser.clone().submit(&action, &wrong).await.status, 403);
    assert_eq!(browser.clone().submit_from("null", &action, &fields).await.status, 403);
    assert_eq!(browser.get(&home).await.status, 200, "nothing of that ended it");

    // In use it lasts, for ten hours; unused half an hour.
    for _ in 0..20 {
        door.put_ahead(29);
        assert_eq!(browser.get(&home).await.status, 200);
    }
    door.put_ahead(21);
    let ended = browser.get(&home).await;
    assert_eq!(ended.status, 401, "ten hours and a minute");
    assert!(ended.body.contains("登录已失效") && browser.cookie(&base, "hedui-session").is_none());

    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), PEOPLE).await;
    let mut browser = Browser::new();
    assert_eq!(provider.vouch(&mut browser, &door).await.status, 200);
    door.put_ahead(31);
    assert_eq!(browser.get(&door.url("/")).await.status, 401, "half an hour and a minute unused");
}

#[tokio::test]
async fn pages_are_whole_without_script_and_carry_nothing_inline() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), PEOPLE).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    for (path, status) in [("/", 200), ("/signin", 200), ("/nowhere", 404), ("/signin/callback", 400)] {
        let page = browser.get(&door.url(path)).await;
        assert_eq!(page.status, status, "{path}");
        for inline in ["<script>", "<style", " style=", " onclick", "javascript:"] {
            assert!(!page.body.contains(inline), "{path}: {inline}");
        }
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with(
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
            ),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(page.headers["cache-control"], "no-store");
        let sheet = page.body.split("<link rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let sheet = browser.get(&door.url(sheet)).await;
        assert_eq!(
            (sheet.status.as_u16(), sheet.headers["content-type"].to_str().unwrap()),
            (200, "text/css; charset=utf-8")
        );
        assert!(sheet.headers["cache-control"].to_str().unwrap().contains("immutable"));
    }
    let machine = reqwest::get(door.url("/v1/verifications")).await.unwrap();
    assert_eq!(machine.status(), 401, "the interface is behind the console, and has its own door");
    assert_eq!(machine.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_provider_that_cannot_be_believed_is_not_used() {
    let stage = stage().await;
    for (what, change) in [
        ("another issuer", json!({"issuer": "http://127.0.0.1:1"})),
        ("a token endpoint in clear", json!({"token_endpoint": "http://sso.example.gov.cn/token"})),
        ("a page in clear", json!({"authorization_endpoint": "http://sso.example.gov.cn/a"})),
        ("not even a document", json!({"issuer": 1})),
        ("a document that is too long", json!({"more": "x".repeat(300_000)})),
    ] {
        let provider = StandIn::start().await;
        provider.discover(|document| {
            for (name, value) in change.as_object().unwrap() {
                document[name] = value.clone();
            }
        });
        let (listener, base) = place().await;
        let door = Door::open(&stage, listener, settings(&provider.issuer, &base), PEOPLE).await;
        let page = Browser::new().submit(&door.url("/signin").parse().unwrap(), &[]).await;
        assert_eq!(page.status, 503, "{what}");
        assert!(page.body.contains("统一身份认证暂时无法使用"), "{what}");
    }
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings("http://127.0.0.1:1", &base), PEOPLE).await;
    let page = Browser::new().submit(&door.url("/signin").parse().unwrap(), &[]).await;
    assert_eq!(page.status, 503, "nobody is there");
}
