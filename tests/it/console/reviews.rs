//! Held records: the queue, both sides of each, and a word on whose they are, from the page to the second person's.

use hedui::config::Client;

use super::approvals::Office;
use super::browser::{Browser, Page};
use super::provider::StandIn;
use super::{Door, client, place, settings, stage};
use crate::support::{PATIENCE, Stage};

/// A case of the office with a record that is held.
pub async fn case_with_held(stage: &Stage) -> String {
    let body = stage.mocks.sample_request().to_string();
    let submitted = stage.verifier.submit(&stage.caller(), body.as_bytes(), None).await.expect("accepted");
    assert!(stage.verifier.wait_for_rest(&submitted.id, PATIENCE).await);
    submitted.id
}

/// Somebody of the office that the stage's cases are of.
pub fn of_office(stage: &Stage, id: &str, role: &str) -> Client {
    Client { organisation: stage.caller().organisation, ..client(id, role) }
}

/// The form of the page with a word on its first record.
pub fn word(page: &Page, belongs: &str, reason: &str) -> Vec<(String, String)> {
    let form = page.body.split("<main").nth(1).expect("a page");
    let hidden = form.split("<input type=\"hidden\" ").skip(1).map(|rest| rest.split('>').next().expect("a tag"));
    let value = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!("{name}=\""))?.1;
        Some(rest.split('"').next()?.to_owned())
    };
    let mut fields: Vec<_> = hidden.filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?))).collect();
    fields.extend([("belongs-1".into(), belongs.into()), ("reason-1".into(), reason.into())]);
    fields
}

#[tokio::test]
async fn a_held_record_stands_beside_the_person_and_goes_to_a_second_person_when_a_total_changes() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let people = [("li-si", "caseworker"), ("wang-wu", "supervisor")];
    let (listener, base) = place().await;
    let register = people.iter().map(|(id, role)| of_office(&stage, id, role)).collect();
    let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), register).await;
    let mut browser = Browser::new();
    provider.vouch_for(&mut browser, &door, "li-si").await;

    let queue = browser.get(&door.url("/reviews")).await;
    assert!(queue.body.contains(&format!("href=\"/cases/{case}/reviews\"")), "{}", queue.body);
    let url = door.url(&format!("/cases/{case}/reviews"));
    let page = browser.get(&url).await;
    assert_eq!(page.status, 200);
    let request = stage.mocks.sample_request();
    let sides = page.body.split("<h3>本人与部门记录逐项对照</h3>").nth(1).expect("both sides");
    let sides = sides.split("</table>").next().unwrap();
    let members = request["household"]["members"].as_array().unwrap();
    let stated = members.iter().find(|member| sides.contains(member["name"].as_str().unwrap())).expect("a member");
    assert!(sides.contains(stated["id_number"].as_str().unwrap()), "{sides}");
    for told in ["申请中的本人", "部门记录所载", "支持", "姓名", "证件号码", "出生日期", "联系电话", "住址"]
    {
        assert!(sides.contains(told), "{told}: {sides}");
    }
    for told in ["role=\"img\"", "weights-1-title", "以表格查看权重", "比对之前", "若属于本人", "若属于他人"]
    {
        assert!(page.body.contains(told), "{told}");
    }
    assert!(page.body.contains("另一名审核人员复核同意方才生效"));
    assert!(!page.body.contains("{&#34;") && !page.body.contains("centibits"), "no raw JSON");

    // Nothing decided; decided without grounds: what is wrong, where, and what was filled in.
    let none = browser.submit(&url.parse().unwrap(), &word(&page, "later", "")).await;
    assert_eq!(none.status, 422);
    assert!(none.body.contains("请至少对一条记录作出判定"));
    let wrong = browser.submit(&url.parse().unwrap(), &word(&page, "yes", "  ")).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("href=\"#reason-1\"") && wrong.body.contains("value=\"yes\" checked"),
        "{}",
        wrong.body
    );
    let markup = format!("<script>alert(1)</script>{}", "x".repeat(1_000));
    let long = browser.submit(&url.parse().unwrap(), &word(&page, "no", &markup)).await;
    assert_eq!(long.status, 422);
    assert!(
        long.body.contains("&#60;script&#62;alert(1)") && !long.body.contains("<script>"),
        "what is sent stays text"
    );

    let sent = browser.submit(&url.parse().unwrap(), &word(&page, "no", "<script>同名</script>")).await;
    assert_eq!(sent.status, 303);
    let told = browser.follow(sent).await;
    assert!(told.body.contains("判定已提交") && told.body.contains("role=\"alert\""), "{}", told.body);
    let approval = told.body.split("href=\"/approvals/").nth(1).and_then(|rest| rest.split('"').next());
    let approval = approval.filter(|id| id.len() == 36).expect("a link to the approval").to_owned();
    assert!(!told.body.contains("name=\"belongs-1\""), "nothing can be sent twice");
    let again = browser.submit(&url.parse().unwrap(), &word(&page, "yes", "再次")).await;
    assert_eq!(again.status, 409);

    // The second person is told in words, sees both sides, and agrees; the next version is made with it.
    let mut second = Browser::new();
    provider.vouch_for(&mut second, &door, "wang-wu").await;
    let url = door.url(&format!("/approvals/{approval}"));
    let asked = second.get(&url).await;
    assert_eq!(asked.status, 200);
    for told in ["复核记录归属的判定", "属于他人，不计入报告", "&#60;script&#62;同名", "li-si", "同意后报告的变化"]
    {
        assert!(asked.body.contains(told), "{told}: {}", asked.body);
    }
    assert!(!asked.body.contains("{&#34;") && !asked.body.contains("record_sha256"), "no raw JSON");
    let ask = second.get(&format!("{url}/agree")).await;
    let agreed = second.submit(&format!("{url}/agree").parse().unwrap(), &word(&ask, "", "")).await;
    let agreed = second.follow(agreed).await;
    assert!(agreed.body.contains("您的意见已记录") && agreed.body.contains("wang-wu"), "{}", agreed.body);
    assert!(stage.verifier.wait_for_rest(&case, PATIENCE).await);
    let after = browser.get(&door.url(&format!("/cases/{case}/reviews"))).await;
    assert!(after.body.contains("本案没有待核实的记录"), "{}", after.body);
}

#[tokio::test]
async fn a_decision_that_came_to_nothing_is_told_where_the_records_wait() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let mut office = Office::open(&stage, &provider).await;
    let held = format!("/cases/{case}/reviews");
    let url: reqwest::Url = office.door.url(&held).parse().unwrap();
    let send = async |office: &mut Office| {
        let page = office.get("li-si", &held).await;
        assert!(page.body.contains("name=\"belongs-1\""), "it can be decided: {}", page.body);
        let browser = office.of("li-si");
        let sent = browser.submit(&url, &word(&page, "no", "同名")).await;
        let told = browser.follow(sent).await;
        assert!(told.body.contains("判定已提交"), "{}", told.body);
        let id = told.body.split("href=\"/approvals/").nth(1).and_then(|rest| rest.split('"').next());
        format!("/approvals/{}", id.expect("a link to the approval"))
    };
    let approval = send(&mut office).await;
    let refused = office.send("wang-wu", &format!("{approval}/refuse"), &[("reason", "请先入户")]).await;
    assert!(refused.body.contains("未同意"), "{}", refused.body);
    let page = office.get("li-si", &held).await;
    assert!(page.body.contains("此前提交的判定未获同意") && page.body.contains(&approval), "{}", page.body);

    // Another version is made while a decision about the one before waits.
    let approval = send(&mut office).await;
    assert!(!approval.is_empty());
    let form = office.get("li-si", &format!("/cases/{case}/objections")).await;
    let version = form.body.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let version = version.expect("the version that is objected to").to_owned();
    let says = [("version", version.as_str()), ("sources", "vehicles"), ("statement", "车辆已报废")];
    let objected = office.send("li-si", &format!("/cases/{case}/objections"), &says).await;
    assert!(objected.body.contains("异议已登记"), "{}", objected.body);
    assert!(stage.verifier.wait_for_rest(&case, PATIENCE).await);
    let page = office.get("li-si", &held).await;
    for told in ["此前提交的判定已作废", &approval, "name=\"belongs-1\""] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let row = office.get("wang-wu", "/approvals?status=all").await;
    assert!(row.body.contains("已作废"), "{}", row.body);
}

#[tokio::test]
async fn whoever_is_shown_less_than_the_whole_report_sees_no_record() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let (listener, base) = place().await;
    let mut little = of_office(&stage, "wang-li", "caseworker");
    little.disclosure = hedui::config::Disclosure::Amounts;
    let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), vec![little]).await;
    let mut browser = Browser::new();
    provider.vouch(&mut browser, &door).await;
    let page = browser.get(&door.url(&format!("/cases/{case}/reviews"))).await;
    assert_eq!(page.status, 403);
    let of_case = browser.get(&door.url(&format!("/cases/{case}"))).await;
    assert!(!of_case.body.contains(&format!("/cases/{case}/reviews")), "what is refused is not linked");
}
