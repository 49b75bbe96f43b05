//! The rules in force: those of `/v1/policies`, with their law and history, on a day that is chosen.

use super::browser::Browser;
use super::provider::StandIn;
use super::{Door, place, settings, stage};

#[tokio::test]
async fn rules_of_a_day_are_shown_with_law_basis_and_history_and_two_days_are_compared() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "security_admin")]).await;
    let mut browser = Browser::new();
    let home = provider.vouch(&mut browser, &door).await;
    assert!(home.body.contains("href=\"/policy\""), "the navigation has it");
    let list = browser.get(&door.url("/policy")).await;
    assert!(list.body.contains("href=\"/policy/620422\""), "{}", list.body);
    let layers = "<span>全国 → 甘肃省 → 白银市 → 会宁县<code>national → gansu → baiyin → huining</code></span>";
    assert!(list.body.contains(layers), "packs have names: {}", list.body);

    let day = "2026-11-01".parse().unwrap();
    let rules = stage.verifier.shown_rules("620422", Some(day), "").unwrap();
    let page = browser.get(&door.url("/policy/620422?as_of=2026-11-01")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.len() < 100_000, "{}", page.body.len());
    for rule in &rules.parameters {
        assert!(page.body.contains(&format!("<code>{}</code>", rule.key)), "{}", rule.key);
    }
    assert!(page.body.contains("§ 有公布文本") && page.body.contains("? 假定"), "a sign and a word each");
    assert!(page.body.contains(&rules.sha256) && page.body.contains(layers));

    let guide = browser.get(&door.url("/policy/620422?as_of=2026-11-01&rule=standard.guide.urban")).await;
    let history = &stage.verifier.shown_rules("620422", Some(day), "standard.guide.urban").unwrap().parameters[0];
    assert!(history.history.len() > 1);
    assert!(guide.body.contains("<span>甘肃省<code>gansu</code></span>"), "{}", guide.body);
    for entry in &history.history {
        let law = entry.law.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(guide.body.contains(&entry.value) && guide.body.contains(&law), "{law}: {}", guide.body);
    }

    let changed = stage.verifier.shown_rules("620422", Some(day), "not_income.dibao.basic_pension").unwrap();
    let since = changed.parameters[0].history.last().unwrap().from;
    let before = since.yesterday().unwrap();
    let changes = browser.get(&door.url(&format!("/policy/620422/changes?from={before}&to={since}"))).await;
    assert!(changes.body.contains("<code>not_income.dibao.basic_pension</code>"), "{}", changes.body);
    let same = browser.get(&door.url("/policy/620422/changes?from=2026-11-01&to=2026-11-01")).await;
    assert!(same.body.contains("两个日期适用的规则相同"), "{}", same.body);
}

#[tokio::test]
async fn a_day_or_county_without_rules_is_told() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "auditor")]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    for (path, status, told) in [
        ("/policy/620422?as_of=yesterday", 422, "href=\"#as_of\""),
        ("/policy/620422?as_of=1990-01-01", 422, "该日没有政策参数"),
        ("/policy/620422/changes?from=x", 422, "href=\"#from\""),
        ("/policy/620422/changes?from=1990-01-01", 422, "该日没有政策参数"),
        ("/policy/000000", 404, "nothing"),
        ("/policy/620422?rule=no.such.rule", 404, "nothing"),
    ] {
        let page = browser.get(&door.url(path)).await;
        assert_eq!(page.status, status, "{path}");
        assert!(told == "nothing" || page.body.contains(told), "{path}: {}", page.body);
    }
    let markup = browser.get(&door.url("/policy/620422?as_of=%22%3E%3Cscript%3E")).await;
    assert!(markup.status == 422 && !markup.body.contains("<script>"), "{}", markup.body);
}
