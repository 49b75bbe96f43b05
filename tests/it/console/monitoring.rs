//! Who is due, what monitoring found, and which households are watched.

use super::approvals::Office;
use super::entered_as;
use super::provider::StandIn;
use super::reviews::case_with_held;
use super::stage;
use hedui_mock_sources::truth::RequestOptions;

#[tokio::test]
async fn a_household_is_watched_and_no_more() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let mut office = Office::open(&stage, &provider).await;
    let wrong = [("cases", "<script>"), ("every_days", "0"), ("until", "soon")];
    let wrong = office.send("li-si", "/watches/new", &wrong).await;
    assert_eq!(wrong.status, 422);
    for field in ["#cases", "#every_days", "#until"] {
        assert!(wrong.body.contains(&format!("href=\"{field}\"")), "{field}: {}", wrong.body);
    }
    assert!(!wrong.body.contains("<script>"), "what is sent stays text");
    let number = stage.verifier.numbers([case.as_str()]).await.expect("a number").remove(&case).expect("its own");
    let wanted = [("cases", number.as_str()), ("every_days", "20")];
    let told = office.send("li-si", "/watches/new", &wanted).await;
    assert!(told.body.contains("新增 1 户") && told.body.contains("20 天"), "{}", told.body);
    assert!(office.send("li-si", "/watches/new", &wanted).await.body.contains("已在监测 1 户"));
    let end = told.body.split("href=\"/watches/").nth(1).and_then(|_| {
        let place = told.body.find("/end\"")?;
        let start = told.body[..place].rfind('"')? + 1;
        Some(told.body[start..place + 4].to_owned())
    });
    let end = end.expect("a way to end it");
    assert!(office.get("li-si", &end).await.body.contains(&number));
    let ended = office.send("li-si", &end, &[]).await;
    assert!(ended.body.contains("监测已结束") && ended.body.contains("没有监测中的家庭"), "{}", ended.body);
    let all = office.get("li-si", "/watches?status=ended").await;
    assert!(all.body.contains("人工结束"), "{}", all.body);
    assert_eq!(office.get("li-si", "/watches?status=nonsense").await.status, 404);
}

#[tokio::test]
async fn what_is_due_is_listed_until_a_day_and_an_alert_is_its_offices() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let mut office = Office::open(&stage, &provider).await;
    let due = office.get("li-si", "/due?until=2099-12-31").await;
    assert!(due.body.contains(&format!("href=\"/cases/{case}\"")), "{}", due.body);
    let wrong = office.get("li-si", "/due?until=soon").await;
    assert!(wrong.status == 422 && wrong.body.contains("href=\"#until\""), "{}", wrong.body);
    assert!(office.get("li-si", "/alerts").await.body.contains("没有未处理的预警"));
    let missing = format!("/alerts/{case}");
    assert_eq!(office.get("li-si", &missing).await.status, 404);
    assert_eq!(office.get("li-si", &format!("{missing}/acknowledge")).await.status, 404);
    for who in ["zhao-liu", "zhou-ba", "wu-jiu"] {
        let before = entered_as(&stage, "access_denied").await;
        assert_eq!(office.get(who, &missing).await.status, 403, "{who}");
        assert_eq!(office.send(who, &format!("{missing}/acknowledge"), &[]).await.status, 403, "{who}");
        assert_eq!(entered_as(&stage, "access_denied").await, before + 2, "{who}");
    }
}

/// The address of the first alert of the list.
fn first_alert(page: &str) -> Option<String> {
    let rest = page.split("href=\"/alerts/").nth(1)?;
    Some(format!("/alerts/{}", rest.split('"').next()?))
}

#[tokio::test]
async fn an_alert_says_what_changed_and_leaves_the_list_with_a_note() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let options = RequestOptions { purpose: "monitoring".into(), ..RequestOptions::default() };
    let mut alert = None;
    for index in 0..20 {
        stage.verify(&stage.mocks.request_for(index, &options).expect("a household")).await;
        alert = first_alert(&office.get("li-si", "/alerts").await.body);
        if alert.is_some() {
            break;
        }
    }
    let alert = alert.expect("something changed in one of twenty households");
    let opened = entered_as(&stage, "names_opened").await;
    let page = office.get("li-si", &alert).await;
    assert_eq!(entered_as(&stage, "names_opened").await, opened + 1, "opening it stands in the log");
    assert!(page.body.contains("预警是线索，不是结论") && page.body.contains("待处理"), "{}", page.body);
    let acknowledge = format!("{alert}/acknowledge");
    assert!(office.get("li-si", &acknowledge).await.body.contains("处理预警"));
    let long = "长".repeat(1001);
    assert_eq!(office.send("li-si", &acknowledge, &[("note", &long)]).await.status, 422);
    let seen = office.send("li-si", &acknowledge, &[("note", "已入户走访 <b>")]).await;
    for told in ["预警已处理", "已处理", "已入户走访 &#60;b&#62;", "li-si"] {
        assert!(seen.body.contains(told), "{told}: {}", seen.body);
    }
    assert!(!office.get("li-si", "/alerts").await.body.contains(&alert), "it is open no more");
    assert!(office.get("li-si", "/alerts?status=all").await.body.contains(&alert));
}
