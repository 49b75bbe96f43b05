//! Reports in their copies, receipts, versions side by side, objections, what changed: as the console shows them.

use hedui::config::{Client, Disclosure};
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::provider::StandIn;
use super::{Door, client, entered_as, place, settings, stage};
use crate::support::{PATIENCE, Stage, household};

/// The county's first household, with somebody of the second as its obligor, whose office calls itself something that is no markup.
fn request(stage: &Stage) -> Value {
    let mut request = household(&stage.mocks, 0);
    let mut obligor = household(&stage.mocks, 1)["household"]["members"][0].clone();
    obligor["ref"] = json!("o1");
    obligor["obliged_to"] = request["applicant"].clone();
    obligor["basis"] = json!("成年子女赡养义务");
    request["household"]["obligors"] = json!([obligor]);
    request["commissioned_by"] = json!({"organisation": "<script>镇", "investigators": ["甲某", "乙某"]});
    request
}

async fn case(stage: &Stage, request: &Value) -> String {
    let submitted = stage.verifier.submit(&stage.caller(), request.to_string().as_bytes(), None).await;
    let id = submitted.expect("accepted").id;
    assert!(stage.verifier.wait_for_rest(&id, PATIENCE).await);
    id
}

fn of_the_office(stage: &Stage, id: &str, role: &str) -> Client {
    Client { organisation: stage.caller().organisation, ..client(id, role) }
}

/// A browser in which somebody is signed in, and the token of their forms.
async fn signed_in(stage: &Stage, somebody: Client) -> (Door, Browser, Vec<(String, String)>) {
    let provider = StandIn::start().await;
    let (listener, base) = place().await;
    let door = Door::open_for(stage, listener, settings(&provider.issuer, &base), vec![somebody]).await;
    let mut browser = Browser::new();
    let home = provider.vouch(&mut browser, &door).await;
    (door, browser, home.form().1)
}

fn policy(page: &Page) -> &str {
    page.headers["content-security-policy"].to_str().expect("ASCII")
}

#[tokio::test]
async fn a_report_is_read_in_its_copies_and_each_reading_is_counted() {
    let stage = stage().await;
    let request = request(&stage);
    let obligor = request["household"]["obligors"][0]["name"].as_str().expect("a name").to_owned();
    let id = case(&stage, &request).await;
    let (door, mut browser, _) = signed_in(&stage, of_the_office(&stage, "wang-li", "caseworker")).await;
    let path = |query: &str| door.url(&format!("/cases/{id}/report{query}"));
    let before = entered_as(&stage, "report_read").await;
    let officer = browser.get(&path("")).await;
    assert_eq!(officer.status, 200, "{}", officer.body);
    assert!(policy(&officer).contains("script-src 'self'") && policy(&officer).contains("style-src 'self' 'sha256-"));
    assert!(officer.body.contains(&obligor) && officer.body.contains("id=\"declared\""));
    for copy in ["applicant", "notice"] {
        assert!(officer.body.contains(&format!("href=\"/cases/{id}/report?copy={copy}\"")), "{copy}");
    }
    assert!(officer.body.contains("&#60;script&#62;镇") && !officer.body.contains("<script>镇"));
    assert!(officer.body.contains("第 1 次调阅"));
    let key = hedui::audit::VerifierKey::of(&stage.keys.log_signer());
    let proved = hedui::report::receipt::check(&officer.body, &[key]).expect("the code proves the report");
    let (_, versions) = stage.verifier.standing(&stage.caller(), &id).await.expect("there");
    let last = versions.last().expect("a version");
    assert_eq!(hex::encode(proved.body), last.body_sha256);

    let applicant = browser.get(&path(&format!("?version={}&copy=applicant", last.version))).await;
    assert_eq!(applicant.status, 200);
    assert!(!applicant.body.contains(&obligor), "an obligor is in the applicant's copy");
    assert!(applicant.body.contains("申请人件") && applicant.body.contains("第 2 次调阅"));
    assert_eq!(entered_as(&stage, "report_read").await, before + 2, "each reading is in the log");
    for (query, status) in [("?copy=everybody", 404), ("?version=x", 404), ("?version=99", 409)] {
        assert_eq!(browser.get(&path(query)).await.status, status, "{query}");
    }

    let receipt = browser.get(&door.url(&format!("/cases/{id}/receipt"))).await;
    assert_eq!(receipt.status, 200);
    assert!(receipt.body.contains("HEDUI1:") && receipt.body.contains(&format!("href=\"/cases/{id}\"")));
}

#[tokio::test]
async fn a_notice_names_nobody_but_an_applicant_of_age_and_is_refused_in_words() {
    let stage = stage().await;
    let (door, mut browser, _) = signed_in(&stage, of_the_office(&stage, "wang-li", "supervisor")).await;
    let (mut put_up, mut refused) = (0, 0);
    for index in 0..20 {
        if put_up > 0 && refused > 0 {
            break;
        }
        let request = household(&stage.mocks, index);
        let id = case(&stage, &request).await;
        let page = browser.get(&door.url(&format!("/cases/{id}/report?copy=notice"))).await;
        if page.status == 409 {
            assert!(page.body.contains("不出具公示摘要") && page.body.contains("公示"), "{}", page.body);
            refused += 1;
            continue;
        }
        assert_eq!(page.status, 200);
        assert!(page.body.contains("核对报告摘要") && page.body.contains("未签发，不得张贴"));
        let applicant = request["applicant"].as_str();
        for person in request["household"]["members"].as_array().expect("members") {
            let name = person["name"].as_str().expect("a name");
            assert!(person["ref"].as_str() == applicant || !page.body.contains(name), "{name}");
            if let Some(number) = person["id_number"].as_str() {
                assert!(!page.body.contains(&number[..6]) || !page.body.contains(&number[14..]), "{number}");
            }
        }
        put_up += 1;
    }
    assert!(put_up > 0 && refused > 0, "the county has both: {put_up} {refused}");
}

#[tokio::test]
async fn whoever_is_shown_less_has_no_applicants_copy_and_no_comparison() {
    let stage = stage().await;
    let request = request(&stage);
    let id = case(&stage, &request).await;
    let mut somebody = of_the_office(&stage, "wang-li", "caseworker");
    somebody.disclosure = Disclosure::Conclusion;
    let (door, mut browser, _) = signed_in(&stage, somebody).await;
    let view = browser.get(&door.url(&format!("/cases/{id}/report"))).await;
    assert_eq!(view.status, 200, "{}", view.body);
    assert!(!view.body.contains("copy=applicant") && !view.body.contains("/versions\""));
    for path in ["report?copy=applicant", "change"] {
        let before = entered_as(&stage, "refused").await;
        let page = browser.get(&door.url(&format!("/cases/{id}/{path}"))).await;
        assert_eq!(page.status, 403, "{path}");
        assert_eq!(entered_as(&stage, "refused").await, before + 1, "{path}: no entry");
    }
    let versions = browser.get(&door.url(&format!("/cases/{id}/versions"))).await;
    assert!(versions.status == 200 && !versions.body.contains("<select"), "{}", versions.body);
    let objections = browser.get(&door.url(&format!("/cases/{id}/objections"))).await;
    assert!(objections.status == 200 && !objections.body.contains("id=\"list-title\""), "others' objections are shown");
}

#[tokio::test]
async fn an_objection_is_entered_and_the_two_versions_stand_side_by_side() {
    let stage = stage().await;
    let request = request(&stage);
    let id = case(&stage, &request).await;
    let (door, mut browser, token) = signed_in(&stage, of_the_office(&stage, "wang-li", "caseworker")).await;
    let address = door.url(&format!("/cases/{id}/objections"));
    let page = browser.get(&address).await;
    assert!(page.status == 200 && page.body.contains("没有异议") && page.body.contains("value=\"vehicles\""));
    let (_, versions) = stage.verifier.standing(&stage.caller(), &id).await.expect("there");
    let version = versions.last().expect("a version").version.to_string();
    let fields = |more: &[(&str, &str)]| -> Vec<(String, String)> {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        token.iter().cloned().chain(more).collect()
    };
    let address: reqwest::Url = address.parse().expect("an address");
    let wrong = browser
        .submit(&address, &fields(&[("version", &version), ("sources", "none_such"), ("statement", "<script>")]))
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("href=\"#sources\"") && wrong.body.contains("&#60;script&#62;"), "{}", wrong.body);
    assert!(!wrong.body.contains("<script>"));
    let good = [
        ("version", version.as_str()),
        ("sources", "vehicles"),
        ("sources", "tax"),
        ("record", "m1/vehicles/1"),
        ("statement", "车已于<b>去年</b>报废"),
    ];
    let sent = browser.submit(&address, &fields(&good)).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(sent.location().expect("elsewhere").query() == Some("done=objected"));
    assert!(stage.verifier.wait_for_rest(&id, PATIENCE).await);
    let listed = browser.get(address.as_str()).await;
    assert!(listed.body.contains("车已于&#60;b&#62;去年&#60;/b&#62;报废") && listed.body.contains("m1/vehicles/1"));
    let moved = browser.submit(&address, &fields(&good)).await;
    assert_eq!(moved.status, 409, "an objection to a version that is not the latest");

    let page = browser.get(&door.url(&format!("/cases/{id}/versions"))).await;
    assert!(page.status == 200 && page.body.contains("申请人提出异议") && page.body.contains("<select"));
    let read = entered_as(&stage, "report_read").await;
    let latest = stage.verifier.standing(&stage.caller(), &id).await.expect("there").1.len();
    let pair = browser.get(&door.url(&format!("/cases/{id}/versions?from=1&to={latest}"))).await;
    assert!(pair.status == 200 && pair.body.contains("第 1 版"), "{}", pair.body);
    assert_eq!(entered_as(&stage, "report_read").await, read + 2, "both readings are in the log");
    assert_eq!(browser.get(&door.url(&format!("/cases/{id}/versions?from=1&to=99"))).await.status, 409);
}

#[tokio::test]
async fn what_changed_since_the_last_report_is_shown_and_the_family_heard() {
    let stage = stage().await;
    let request = request(&stage);
    let (door, mut browser, token) = signed_in(&stage, of_the_office(&stage, "wang-li", "caseworker")).await;
    let first = case(&stage, &request).await;
    let address = door.url(&format!("/cases/{first}/change"));
    let nothing = browser.get(&address).await;
    assert!(nothing.status == 200 && nothing.body.contains("没有可比的同一家庭上次核对报告"), "{}", nothing.body);
    assert!(!nothing.body.contains("<textarea"), "nobody is heard about nothing");
    let same = case(&stage, &request).await;
    let same = browser.get(&door.url(&format!("/cases/{same}/change"))).await;
    assert!(same.body.contains("与上次核对相比没有变化。"), "{}", same.body);

    let mut later = request.clone();
    later["household"]["members"][0]["declared"] =
        json!({"income": [{"class": "wage", "annual_yuan": "98000.00"}], "property": []});
    let second = case(&stage, &later).await;
    let address = door.url(&format!("/cases/{second}/change"));
    let changed = browser.get(&address).await;
    let latest = stage.verifier.standing(&stage.caller(), &second).await.expect("there").1.len();
    let carried = format!("name=\"version\" value=\"{latest}\"");
    assert!(changed.status == 200 && changed.body.contains(&carried), "{}", changed.body);
    let (latest, other) = (latest.to_string(), (latest + 1).to_string());
    let address: reqwest::Url = address.parse().expect("an address");
    let said = |version: &str, words: &str| {
        let own = [("version".to_owned(), version.to_owned()), ("statement".to_owned(), words.to_owned())];
        token.iter().cloned().chain(own).collect::<Vec<_>>()
    };
    let empty = browser.submit(&address, &said(&latest, "  ")).await;
    assert!(empty.status == 422 && empty.body.contains("href=\"#statement\""));
    let moved = browser.submit(&address, &said(&other, "已停工")).await;
    assert_eq!(moved.status, 409, "it was said of a version that is not the latest: {}", moved.body);
    let noted = browser.submit(&address, &said(&latest, "已<i>停工</i>")).await;
    assert_eq!(noted.status, 303, "{}", noted.body);
    let page = browser.follow(noted).await;
    assert!(page.body.contains("已登记家庭的说明") && page.body.contains("已&#60;i&#62;停工"), "{}", page.body);
}
