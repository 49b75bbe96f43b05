//! Files of households: sent with a form, looked at page by page, had as files, paused and cancelled.

use std::time::Duration;

use hedui::bulk::Terms;
use hedui::bulk::file::Format;
use serde_json::Value;

use super::approvals::Office;
use super::browser::Page;
use super::entered_as;
use super::provider::StandIn;
use super::stage;
use crate::support::Stage;

/// A batch of one household of the office, read and at rest.
pub async fn sent(stage: &Stage, request: &Value) -> String {
    let caller = stage.caller();
    let terms = Terms::plain(Format::Ndjson, stage.verifier.today());
    let mut file = stage.bulk.begin(&caller, terms, None).await.expect("begun");
    stage.bulk.more(&mut file, format!("{request}\n").as_bytes()).await.expect("taken");
    let batch = stage.bulk.whole(file).await.expect("accepted").id.to_string();
    finished(stage, &batch).await;
    batch
}

/// Yuan as pages write them.
fn grouped(yuan: &str) -> String {
    hedui::report::render::amounts::yuan(yuan.parse().expect("an amount"))
}

async fn finished(stage: &Stage, batch: &str) {
    for _ in 0..600 {
        if stage.bulk.status(&stage.caller(), batch).await.expect("a batch").status == "finished" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the batch goes on");
}

/// Sends the form of `/batches/new` with these fields and a file.
async fn upload(office: &mut Office, who: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Page {
    let form = office.get(who, "/batches/new").await;
    let hidden = form.body.split("<main").nth(1).expect("a page").split("<input type=\"hidden\" ").skip(1);
    let value = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!("{name}=\""))?.1;
        Some(rest.split('"').next()?.to_owned())
    };
    let mut all: Vec<_> = hidden.filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?))).collect();
    assert_eq!(all[0].0, "form_token", "it comes first");
    all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let url = office.door.url("/batches/new").parse().unwrap();
    let browser = office.of(who);
    let answer = browser.upload(&url, &all, file).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn a_file_is_sent_with_a_form_and_looked_at_page_by_page() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let mut household = stage.mocks.sample_request();
    household["recipient_key"] = stage.recipient_public.clone();
    let file = format!("{household}\n{{\"purpose\": \"<script>\"}}\n");
    for (fields, name, contents, told) in [
        (&[][..], "", "", "请选择批次文件"),
        (&[], "households.pdf", "x", "文件应为"),
        (&[("region", "6204")], "households.ndjson", &*file, "区划代码应为六位数字"),
        (&[("purpose", "nonsense")], "households.ndjson", &file, "请从列表中选择"),
        (&[], "households.csv", "a,b\n1,2\n", "href=\"#file\""),
    ] {
        let wrong = upload(&mut office, "wang-wu", fields, (name, contents.as_bytes())).await;
        assert_eq!(wrong.status, 422, "{name} {}", wrong.body);
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    let template = office.get("wang-wu", "/batches/template").await;
    assert!(template.status == 200 && template.body.contains("户编号,"), "{}", template.body);
    let form = office.get("wang-wu", "/batches/new").await;
    assert!(form.body.contains("各列说明") && form.body.contains("<code>legal_document</code>"), "{}", form.body);
    let empty = upload(&mut office, "wang-wu", &[], ("households.csv", template.body.as_bytes())).await;
    assert!(empty.status == 422 && empty.body.contains("文件中没有家庭"), "{}", empty.body);
    let page = upload(&mut office, "wang-wu", &[("region", "620422")], ("households.ndjson", file.as_bytes())).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("批次已接收") && page.body.contains("办理进度"), "{}", page.body);
    let batch = page.url.path().rsplit('/').next().unwrap().to_owned();
    finished(&stage, &batch).await;
    let at = format!("/batches/{batch}");
    let done = office.get("li-si", &at).await;
    assert!(done.body.contains("已完成") && !done.body.contains("data-every"), "{}", done.body);
    assert!(!done.body.contains(&format!("{at}/cancel")), "a caseworker runs no batches");
    assert!(office.get("li-si", "/batches").await.body.contains(&format!("href=\"{at}\"")));

    // Whoever looks at results stands in the log, a household an entry.
    let before = entered_as(&stage, "exported").await;
    let results = office.get("li-si", &format!("{at}/results")).await;
    assert!(results.body.contains("条件") || results.body.contains("待定"), "{}", results.body);
    assert_eq!(entered_as(&stage, "exported").await, before + 1);
    // the page says as much as the file: the state, between what an amount lies, who is silent
    let csv = office.get("li-si", &format!("{at}/export?sheet=results&form=csv")).await;
    let from_the_end: Vec<&str> = csv.body.lines().nth(1).expect("a household").rsplit(',').collect();
    let [silent, so_far, most, least] = [1, 8, 9, 10].map(|place| from_the_end[place]);
    let most_told = if most.is_empty() { "待定".to_owned() } else { grouped(most) };
    let range = if least == most { String::new() } else { format!("（{} – {most_told}）", grouped(least)) };
    for (heading, told) in [
        ("办理状态", "已完成".to_owned()),
        ("月人均收入（已核）", format!("<span class=\"whole\">{}{range}</span>", grouped(so_far))),
        ("未反馈部门", silent.to_owned()),
    ] {
        let cell = results.body.split(&format!("data-heading=\"{heading}\"")).nth(1).expect(heading);
        let cell = cell.split_once('>').expect("a cell").1.split("</td>").next().expect("its end");
        assert_eq!(cell, told, "{heading}: {}", csv.body);
    }
    let faults = office.get("li-si", &format!("{at}/faults")).await;
    assert!(faults.body.contains("办理意见") && faults.body.contains("<td"), "{}", faults.body);
    assert!(!faults.body.contains("<script>"), "no fault repeats a value");
    for sheet in ["changes", "referrals"] {
        assert_eq!(office.get("li-si", &format!("{at}/{sheet}")).await.status, 200, "{sheet}");
    }
    for (sheet, form, kind) in [
        ("results", "csv", "text/csv; charset=utf-8"),
        ("results", "jsonl", "application/x-ndjson"),
        ("changes", "csv", "text/csv; charset=utf-8"),
        ("referrals", "jsonl", "application/x-ndjson"),
        ("faults", "csv", "text/csv; charset=utf-8"),
    ] {
        let file = office.get("li-si", &format!("{at}/export?sheet={sheet}&form={form}")).await;
        assert_eq!(file.headers["content-type"], kind, "{sheet} {form}");
        let name = file.headers["content-disposition"].to_str().unwrap();
        assert_eq!(name, format!("attachment; filename=\"{batch}-{sheet}.{form}\""));
    }
    assert_eq!(office.get("li-si", &format!("{at}/export?sheet=faults&form=exe")).await.status, 404);
    let again = office.send("wang-wu", &format!("{at}/pause"), &[]).await;
    assert_eq!(again.status, 409, "it has ended");
}

#[tokio::test]
async fn a_file_without_its_sessions_token_or_from_whoever_may_send_none_is_not_taken() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let url: reqwest::Url = office.door.url("/batches/new").parse().unwrap();
    let token = office.get("wang-wu", "/").await.form().1;
    let file = ("households.csv", &b"x"[..]);
    let none = office.of("wang-wu").upload(&url, &[], file).await;
    assert!(none.status == 403 && none.body.contains("操作未执行"), "{}", none.body);
    let late = [("purpose".to_owned(), String::new())].into_iter().chain(token).collect::<Vec<_>>();
    assert_eq!(office.of("wang-wu").upload(&url, &late, file).await.status, 403, "the token comes first");
    for who in ["li-si", "zhao-liu", "wu-jiu"] {
        let token = office.get(who, "/").await.form().1;
        let before = entered_as(&stage, "access_denied").await;
        assert_eq!(office.of(who).upload(&url, &token, file).await.status, 403, "{who}");
        assert!(entered_as(&stage, "access_denied").await > before, "{who}");
    }
}
