//! The board of departments: each in a word, with figures and series that are those of `/v1/sources`.

use hedui_mock_sources::faults::{Fault, FaultPlan, FaultRule};

use super::browser::Browser;
use super::provider::StandIn;
use super::{Door, place, settings, stage};

#[tokio::test]
async fn every_department_is_on_the_board_with_what_it_answered() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "system_admin")]).await;
    let mut browser = Browser::new();
    let home = provider.vouch(&mut browser, &door).await;
    assert!(home.body.contains("href=\"/sources\""), "the navigation has it");
    let before = browser.get(&door.url("/sources")).await;
    let sources = stage.verifier.sources();
    assert_eq!(before.body.matches("class=\"spark\"").count(), 2 * sources.len(), "two series a department");
    assert_eq!(before.body.matches("正常，尚未查询").count(), sources.len() + 1, "nobody asked one: {}", before.body);

    stage.verify(&stage.mocks.sample_request()).await;
    let sources = stage.verifier.sources();
    let tax = sources.iter().find(|source| source.descriptor.key.as_str() == "tax").unwrap();
    let answers: u64 = tax.health.last_hour.answers.values().sum();
    assert!(answers > 0);
    let slots = [&tax.health.by_five_minutes, &tax.health.by_hour];
    assert!(slots.iter().all(|slots| slots.iter().map(|slot| slot.answers).sum::<u64>() == answers), "{slots:?}");
    let board = browser.get(&door.url("/sources")).await;
    assert!(board.body.contains("✓ 正常</strong>") && board.body.len() < 100_000, "{}", board.body.len());
    let department = browser.get(&door.url("/sources/tax")).await;
    assert_eq!(department.status, 200);
    for told in [&tax.descriptor.title_zh, &tax.descriptor.law, &tax.descriptor.hash, "反馈数由早到近", "图中数据"]
    {
        assert!(department.body.contains(told), "{told}: {}", department.body);
    }
    assert!(department.body.contains(&format!(">{answers}</span>")), "{}", department.body);
    assert!(!department.body.contains("style="), "the page's policy allows none");
    assert_eq!(browser.get(&door.url("/sources/nobody")).await.status, 404);
}

#[tokio::test]
async fn why_a_department_failed_is_told_and_drawn_apart() {
    let stage = stage().await;
    let unreadable = FaultRule::always("tax", Fault::Malformed);
    stage.mocks.set_faults(FaultPlan { seed: 1, faults: vec![unreadable] }).expect("a plan");
    stage.verify(&stage.mocks.sample_request()).await;
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open(&stage, listener, settings(&provider.issuer, &base), &[("wang-li", "caseworker")]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    let department = browser.get(&door.url("/sources/tax")).await;
    assert!(department.body.contains("最近一次失败："), "{}", department.body);
    assert!(department.body.contains("class=\"failed\""), "what failed is drawn apart: {}", department.body);
}
