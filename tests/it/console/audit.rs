//! The log's pages: what an auditor finds, one entry with its proof, one person's trail, what stands out, and whether the log is whole.

use hedui::audit::Checkpoint;

use super::browser::{Browser, Page};
use super::provider::StandIn;
use super::{Door, client, entered_as, place, settings, stage};
use crate::support::{PATIENCE, Stage};

struct Auditor {
    door: Door,
    browser: Browser,
    token: Vec<(String, String)>,
}

impl Auditor {
    async fn at(stage: &Stage, provider: &StandIn) -> Self {
        let (listener, base) = place().await;
        let mut somebody = client("wang-li", "auditor");
        somebody.organisation = stage.caller().organisation;
        let door = Door::open_for(stage, listener, settings(&provider.issuer, &base), vec![somebody]).await;
        let mut browser = Browser::new();
        let home = provider.vouch(&mut browser, &door).await;
        Self { door, browser, token: home.form().1 }
    }

    async fn get(&mut self, path: &str) -> Page {
        self.browser.get(&self.door.url(path)).await
    }

    async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let given = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let sent: Vec<_> = self.token.iter().cloned().chain(given).collect();
        let page = self.browser.submit(&self.door.url(path).parse().unwrap(), &sent).await;
        self.browser.follow(page).await
    }

    /// Asks again until the check has ended.
    async fn checked(&mut self) -> Page {
        let begun = std::time::Instant::now();
        loop {
            let page = self.get("/audit/verify").await;
            if !page.body.contains("校验进行中") {
                return page;
            }
            assert!(begun.elapsed() < PATIENCE, "the check does not end");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

async fn case(stage: &Stage) -> String {
    let body = stage.mocks.sample_request().to_string();
    let submitted = stage.verifier.submit(&stage.caller(), body.as_bytes(), None).await.expect("accepted");
    assert!(stage.verifier.wait_for_rest(&submitted.id, PATIENCE).await);
    submitted.id
}

#[tokio::test]
async fn entries_are_found_shown_with_their_proof_and_handed_out_as_files_each_look_with_its_own_entry() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case(&stage).await;
    let mut auditor = Auditor::at(&stage, &provider).await;

    let before = entered_as(&stage, "search").await;
    let page = auditor.get(&format!("/audit?case={case}&kind=completed")).await;
    assert_eq!(page.status, 200);
    assert_eq!(entered_as(&stage, "search").await, before + 1, "the search is an entry");
    assert!(page.body.contains("生成报告") && page.body.contains(&case), "{}", page.body);
    assert_eq!(page.body.matches("<tr role=\"row\">").count(), 2, "the heading, and the one version");
    let whole = auditor.get(&format!("/audit?case={case}")).await;
    assert!(whole.body.matches("<tr role=\"row\">").count() > 10, "every query is an entry");
    let none = auditor.get(&format!("/audit?case={case}&to=2020-01-01")).await;
    assert!(none.body.contains("没有符合条件的条目"), "{}", none.body);
    // a number that no report has is answered as one of a case that the auditor may not see
    let unknown = auditor.get("/audit?case=HD-620422-2026-999999").await;
    assert!(unknown.status == 200 && unknown.body.contains("没有符合条件的条目"), "{}", unknown.body);

    let place = stage.entries().await.iter().position(|leaf| leaf.event.action.as_str() == "completed").unwrap();
    let entry = auditor.get(&format!("/audit/entries/{place}")).await;
    assert_eq!(entry.status, 200);
    let told = ["生成报告", "已验证：由本条的哈希", "c2sp.org/tlog-proof@v1", "hedui audit prove", &case];
    assert!(told.iter().all(|told| entry.body.contains(told)), "{}", entry.body);
    assert_eq!(auditor.get("/audit/entries/99999999").await.status, 404);
    assert_eq!(auditor.get("/audit/entries/x").await.status, 404);

    let exported = entered_as(&stage, "log_exported").await;
    let csv = auditor.get(&format!("/audit/export?case={case}&form=csv")).await;
    assert!(csv.body.starts_with("\u{feff}序号,时间,动作") && csv.body.lines().count() > 10, "{}", csv.body);
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"audit-log.csv\"");
    let lines = auditor.get(&format!("/audit/export?case={case}&form=jsonl")).await;
    assert!(lines.body.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["case"] == case));
    assert_eq!(lines.body.lines().count(), csv.body.lines().count(), "no heading, but the entry of the first file");
    assert_eq!(entered_as(&stage, "log_exported").await, exported + 2);
    assert_eq!(auditor.get("/audit/export?form=exe").await.status, 404);
}

#[tokio::test]
async fn a_search_that_is_wrong_says_what_is_wrong_and_searches_nothing() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut auditor = Auditor::at(&stage, &provider).await;
    let before = entered_as(&stage, "search").await;
    for (query, field) in [
        ("actor=13800138000", "actor"),
        ("case=1", "case"),
        ("kind=nonsense", "kind"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
    ] {
        let page = auditor.get(&format!("/audit?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.body.contains(&format!("href=\"#{field}\"")), "{query}: {}", page.body);
    }
    let markup = auditor.get("/audit?actor=%22%3E%3Cscript%3E").await;
    assert!(markup.status == 200 && !markup.body.contains("<script"), "{}", markup.body);
    assert_eq!(entered_as(&stage, "search").await, before + 1, "what is no search is no entry of one");
    assert!(!markup.body.contains("name=\"subject\""), "a person's tag is typed nowhere");
}

#[tokio::test]
async fn one_persons_trail_is_asked_for_by_a_form_and_names_them_in_no_address() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case(&stage).await;
    let number = stage.mocks.sample_request()["household"]["members"][0]["id_number"].as_str().unwrap().to_owned();
    let mut auditor = Auditor::at(&stage, &provider).await;
    assert_eq!(auditor.get("/audit/subjects").await.status, 200);

    let missing = auditor.send("/audit/subjects", &[("id_number", " ")]).await;
    assert_eq!(missing.status, 422);
    assert!(missing.body.contains("href=\"#id_number\""), "{}", missing.body);

    let trail = auditor.send("/audit/subjects", &[("id_number", &number)]).await;
    assert_eq!((trail.status.as_u16(), trail.url.path()), (200, "/audit/subjects"));
    assert!(trail.url.query().is_none() && trail.body.contains(&format!("/audit?case={case}")), "{}", trail.body);
    assert_eq!(trail.headers["cache-control"], "no-store");
    let addresses = trail.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    assert!(addresses.into_iter().all(|address| !address.contains(&number)));
    let last = stage.entries().await.pop().unwrap();
    assert_eq!(last.event.action.as_str(), "search");
    assert!(last.event.subject_tag.is_some(), "it is logged under the person's own tag");
    assert!(!String::from_utf8_lossy(&last.to_bytes()).contains(&number));

    let csv = auditor.send("/audit/subjects", &[("id_number", &number), ("form", "csv")]).await;
    assert!(csv.body.contains(&case) && !csv.body.contains(&number), "{}", csv.body);
    let nobody = auditor.send("/audit/subjects", &[("id_number", "<script>")]).await;
    assert!(nobody.body.contains("日志中没有此人的记录") && !nobody.body.contains("<script>"), "{}", nobody.body);
}

#[tokio::test]
async fn what_stands_out_is_listed_and_acknowledged_with_an_entry() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut auditor = Auditor::at(&stage, &provider).await;
    // what this auditor asks for is not for auditors; refusals of one page are counted together
    let case = "/cases/0198c0de-0000-7000-8000-000000000000";
    for page in ["", "/events", "/issue", "/cancel", "/withdraw", "/erase"] {
        assert_eq!(auditor.get(&format!("{case}{page}")).await.status, 403);
    }
    for tab in ["cases", "due", "alerts", "reviews", "callbacks"] {
        assert_eq!(auditor.get(&format!("/?tab={tab}")).await.status, 403);
    }
    let page = auditor.get("/audit/findings?days=7").await;
    let href = page.body.split("href=\"/audit/findings/").nth(1).and_then(|rest| rest.split('"').next());
    let path = format!("/audit/findings/{}", href.unwrap_or_else(|| panic!("a finding: {}", page.body)));
    assert!(page.body.contains("多次被拒绝") && page.body.contains("待处理"), "{}", page.body);
    let finding = auditor.get(&path).await;
    assert!(finding.body.contains("11次被拒绝") && finding.body.contains("href=\"/audit/entries/"), "{}", finding.body);
    let long = auditor.send(&path, &[("note", &"字".repeat(1001))]).await;
    assert_eq!(long.status, 422);
    assert_eq!(entered_as(&stage, "finding_acknowledged").await, 0);
    let done = auditor.send(&path, &[("note", "<script>")]).await;
    assert_eq!(done.url.path(), "/audit/findings");
    assert!(done.body.contains("已确认") && done.body.contains("已阅"), "{}", done.body);
    assert_eq!(entered_as(&stage, "finding_acknowledged").await, 1);
    assert!(!auditor.get(&path).await.body.contains("<textarea"), "it is acknowledged once");
    assert_eq!(auditor.get("/audit/findings?days=8").await.status, 422);
}

#[tokio::test]
async fn a_check_reads_the_whole_tree_beside_the_service_and_a_kept_checkpoint_of_another_history_is_told() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    case(&stage).await;
    stage.log.publish(hedui::telemetry::Clock::system().now()).await.expect("published");
    let mut auditor = Auditor::at(&stage, &provider).await;
    let standing = auditor.get("/audit/verify").await;
    assert!(standing.body.contains("一致性证明成立") && standing.body.contains("test-log"), "{}", standing.body);
    assert!(standing.body.contains("hedui audit verify"), "what is not checked here is said");

    let before = entered_as(&stage, "search").await;
    auditor.send("/audit/verify", &[]).await;
    assert_eq!(entered_as(&stage, "search").await, before + 1, "that it was begun is an entry");
    let sound = auditor.checked().await;
    assert!(sound.body.contains("✓ 未发现问题"), "{}", sound.body);

    // a checkpoint as whoever holds the key could have signed it over another history
    let other = Checkpoint { origin: "test-log".into(), size: 3, root: [7; 32] }.sign(&stage.keys.log_signer());
    let pasted = other.replace('\n', "\r\n");
    auditor.send("/audit/verify", &[("kept", &pasted)]).await;
    let altered = auditor.checked().await;
    assert!(
        altered.body.contains("✕ 日志已被改动") && altered.body.contains("href=\"/audit/entries/0\""),
        "{}",
        altered.body
    );

    let foreign = auditor.send("/audit/verify", &[("kept", "<script>not a checkpoint")]).await;
    assert_eq!(foreign.status, 422);
    assert!(foreign.body.contains("不是本日志签名的检查点") && !foreign.body.contains("<script>"), "{}", foreign.body);
}
