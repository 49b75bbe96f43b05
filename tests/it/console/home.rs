//! What home shows to whom: the lists of the interface, by the same roles and in the same scope.

use super::browser::Browser;
use super::provider::StandIn;
use super::{Door, entered_as, place, settings, stage};

const TABS: [&str; 6] = ["cases", "due", "alerts", "reviews", "approvals", "callbacks"];

#[tokio::test]
async fn each_role_sees_its_lists_and_is_refused_the_others() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    for (role, sees) in [
        ("caseworker", &["cases", "due", "alerts", "reviews", "approvals"][..]),
        ("supervisor", &["cases", "due", "alerts", "reviews", "approvals"]),
        ("auditor", &["approvals"]),
        ("security_admin", &["approvals"]),
        ("system_admin", &["callbacks"]),
    ] {
        let (listener, base) = place().await;
        let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", role)]).await;
        let mut browser = Browser::new();
        let home = provider.vouch(&mut browser, &door).await;
        assert_eq!(home.status, 200, "{role}");
        let before = entered_as(&stage, "access_denied").await;
        let mut refused = 0;
        for tab in TABS {
            let offered = home.body.contains(&format!("href=\"/?tab={tab}\""));
            assert_eq!(offered, sees.contains(&tab), "{role} {tab}");
            let page = browser.get(&door.url(&format!("/?tab={tab}"))).await;
            assert_eq!(page.status, if offered { 200 } else { 403 }, "{role} {tab}");
            assert!(page.body.contains("wang-li"), "{role} {tab}: the header stays");
            refused += usize::from(!offered);
        }
        assert_eq!(
            entered_as(&stage, "access_denied").await,
            before + refused,
            "{role}: each refusal stands in the log"
        );
        assert_eq!(browser.get(&door.url("/?tab=nothing")).await.status, 404, "{role}");
    }
}

#[tokio::test]
async fn cases_of_another_organisation_are_not_there() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    stage.verify(&stage.mocks.sample_request()).await;
    let of_case = stage.caller();
    for (organisation, sees) in [(of_case.organisation.as_str(), true), ("another office", false)] {
        let (listener, base) = place().await;
        let mut somebody = super::client("wang-li", "supervisor");
        somebody.organisation = organisation.into();
        let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), vec![somebody]).await;
        let mut browser = Browser::new();
        let home = provider.vouch(&mut browser, &door).await;
        assert_eq!(home.body.contains("<table"), sees, "{organisation}");
        let reviews = browser.get(&door.url("/?tab=reviews")).await;
        assert_eq!(reviews.body.contains("<table"), sees, "{organisation}: a held record waits");
    }
}

#[tokio::test]
async fn a_filter_that_is_wrong_says_what_is_wrong_and_where() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "caseworker")]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    let none = browser.get(&door.url("/?tab=cases&reference=HN-1&status=final")).await;
    assert_eq!(none.status, 200);
    assert!(none.body.contains("没有符合条件的案件") && none.body.contains("value=\"HN-1\""), "{}", none.body);
    let other = browser.get(&door.url("/?tab=cases&number=HD-620422-2026-000001")).await;
    assert!(other.status == 200 && other.body.contains("没有符合条件的案件"), "{}", other.body);
    let other = browser.get(&door.url("/?tab=cases&number=0190c7e2-1111")).await;
    assert!(other.status == 422 && other.body.contains("href=\"#number\""), "{}", other.body);
    let long = "x".repeat(65);
    let wrong = browser.get(&door.url(&format!("/?tab=cases&reference={long}&status=nonsense"))).await;
    assert_eq!(wrong.status, 422);
    for told in ["href=\"#reference\"", "id=\"reference-error\"", "href=\"#status\"", "aria-invalid=\"true\"", "错误："]
    {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    let personal = browser.get(&door.url("/?tab=cases&reference=13800138000")).await;
    assert_eq!(personal.status, 422);
    assert!(personal.body.contains("不要使用身份证号码或手机号码"), "{}", personal.body);
    let markup = browser.get(&door.url("/?tab=cases&reference=%22%3E%3Cscript%3E")).await;
    assert!(!markup.body.contains("<script"), "{}", markup.body);
    assert!(none.body.contains("href=\"?tab=cases&#38;reference=HN-1&#38;status=final&#38;lang=en\""), "{}", none.body);
}

#[tokio::test]
async fn whoever_has_to_sign_in_comes_back_to_the_page_they_wanted_and_to_no_other_host() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "caseworker")]).await;
    let good = |nonce: &str| provider.keys.signed(&provider.claims(nonce)).unwrap();
    for (to, leads) in [
        ("/cases/1?tab=x", "/cases/1?tab=x"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/signin/callback?code=c", "/"),
    ] {
        let mut browser = Browser::new();
        let callback = provider.begin_to(&mut browser, &door, Some(to), good).await;
        let back = browser.get(&callback).await;
        assert_eq!(back.status, 303, "{to}");
        assert_eq!(back.headers["location"], leads, "{to}");
        // What a browser's own cookie says is not believed either.
        let attempt = {
            let mut browser = Browser::new();
            let callback = provider.begin_to(&mut browser, &door, None, good).await;
            let kept = browser.cookie(&base, "hedui-signin").unwrap().to_owned();
            browser.set_cookie(&base, "hedui-signin", &format!("{kept}{}", encoded(to)));
            browser.get(&callback).await
        };
        assert_eq!(attempt.headers["location"], leads, "{to}");
    }
}

fn encoded(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

#[tokio::test]
async fn a_browser_has_one_session_and_a_system_or_another_issuers_person_none() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "caseworker")]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    let mut former = browser.clone();
    provider.vouch(&mut browser, &door).await;
    assert_eq!(former.get(&door.url("/")).await.status, 401, "the former session ended with the new one");
    assert_eq!(browser.get(&door.url("/")).await.status, 200);

    let mut elsewhere = super::client("wang-li", "caseworker");
    elsewhere.issuer = Some("https://another.example".into());
    let mut here = super::client("wang-li", "caseworker");
    here.issuer = Some(provider.issuer.clone());
    for (who, status) in [(super::client("wang-li", "client"), 403), (elsewhere, 403), (here, 200)] {
        let (listener, base) = place().await;
        let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), vec![who]).await;
        let page = provider.vouch(&mut Browser::new(), &door).await;
        assert_eq!(page.status, status);
    }
}
