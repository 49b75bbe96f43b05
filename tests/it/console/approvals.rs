//! What takes a second person: who sees it, who may agree, refuse or take it back, and what each is told.

use super::browser::{Browser, Page};
use super::provider::StandIn;
use super::reviews::{case_with_held, of_office};
use super::{Door, entered_as, place, settings, stage};
use crate::support::Stage;

const PEOPLE: &[(&str, &str)] = &[
    ("li-si", "caseworker"),
    ("wang-wu", "supervisor"),
    ("sun-qi", "supervisor"),
    ("zhao-liu", "auditor"),
    ("zhou-ba", "security_admin"),
    ("wu-jiu", "system_admin"),
];

/// Everybody of the office, signed in.
pub struct Office {
    pub door: Door,
    browsers: Vec<(&'static str, Browser)>,
}

impl Office {
    pub async fn open(stage: &Stage, provider: &StandIn) -> Self {
        Self::open_for(stage, provider, PEOPLE).await
    }

    /// The same, with these people.
    pub async fn open_for(stage: &Stage, provider: &StandIn, people: &[(&'static str, &str)]) -> Self {
        let (listener, base) = place().await;
        let register = people.iter().map(|(id, role)| {
            let mut person = of_office(stage, id, role);
            if *role == "auditor" {
                person.oversees = vec!["*".into()];
            }
            person
        });
        let door = Door::open_for(stage, listener, settings(&provider.issuer, &base), register.collect()).await;
        let mut browsers = Vec::new();
        for (id, _) in people {
            let mut browser = Browser::new();
            provider.vouch_for(&mut browser, &door, id).await;
            browsers.push((*id, browser));
        }
        Self { door, browsers }
    }

    pub async fn get(&mut self, who: &str, path: &str) -> Page {
        let url = self.door.url(path);
        self.of(who).get(&url).await
    }

    /// Sends the form of a page with these fields, and goes on to what is shown then.
    pub async fn send(&mut self, who: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let url = self.door.url(path);
        let home = self.door.url("/");
        let browser = self.of(who);
        let mut sent = browser.get(&home).await.form().1;
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = browser.submit(&url.parse().unwrap(), &sent).await;
        browser.follow(answer).await
    }

    /// The door, and somebody's browser before it.
    pub fn door_and(&mut self, who: &str) -> (&Door, &mut Browser) {
        let found = self.browsers.iter_mut().find(|(id, _)| *id == who);
        (&self.door, &mut found.expect("somebody of the office").1)
    }

    pub fn of(&mut self, who: &str) -> &mut Browser {
        &mut self.browsers.iter_mut().find(|(id, _)| *id == who).expect("somebody of the office").1
    }

    /// What was asked last.
    fn approval(page: &Page) -> String {
        let id = page.url.path().rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(id.len(), 36, "{} {}", page.url, page.body);
        format!("/approvals/{id}")
    }
}

#[tokio::test]
async fn an_inspection_takes_a_supervisor_and_a_security_administrator_and_each_is_told_in_words() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let mut office = Office::open(&stage, &provider).await;
    let wrong = office.send("zhao-liu", "/inspections/new", &[("case", "13800138000"), ("hours", "99")]).await;
    assert_eq!(wrong.status, 422);
    for field in ["#case", "#grounds", "#document", "#hours"] {
        assert!(wrong.body.contains(&format!("href=\"{field}\"")), "{field}: {}", wrong.body);
    }
    let terms = [("case", &*case), ("grounds", "complaint"), ("document", "<script>信访〔2026〕7号"), ("hours", "8")];
    let asked = office.send("zhao-liu", "/inspections/new", &terms).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let approval = Office::approval(&asked);
    for told in ["申请已提交", "收到投诉举报", "&#60;script&#62;信访〔2026〕7号", "8 小时", "尚无人表态", "撤回申请"]
    {
        assert!(asked.body.contains(told), "{told}: {}", asked.body);
    }
    assert!(!asked.body.contains("{&#34;") && !asked.body.contains("complaint"), "no raw JSON");
    let listed = office.get("zhou-ba", "/approvals").await;
    assert!(
        listed.body.contains(&format!("href=\"{approval}\"")) && listed.body.contains("等您复核"),
        "{}",
        listed.body
    );

    // A caseworker does not see inspections; a system administrator sees nothing that waits for a second person.
    assert_eq!(office.get("li-si", &approval).await.status, 404);
    let before = entered_as(&stage, "access_denied").await;
    assert_eq!(office.get("wu-jiu", &approval).await.status, 403);
    assert!(entered_as(&stage, "access_denied").await > before);
    // Whoever asked is neither of the two, and is offered no such thing.
    assert!(!asked.body.contains("/agree\""));
    assert_eq!(office.send("zhao-liu", &format!("{approval}/agree"), &[]).await.status, 403);

    let first = office.send("wang-wu", &format!("{approval}/agree"), &[]).await;
    assert!(first.body.contains("您的意见已记录") && first.body.contains("wang-wu"), "{}", first.body);
    assert!(!first.body.contains("/agree\"") && first.body.contains("您不能复核此事项"), "nobody agrees twice");
    let report = format!("/cases/{case}/report");
    assert_eq!(office.get("zhao-liu", &report).await.status, 404, "one hand is not enough");
    let second = office.send("zhou-ba", &format!("{approval}/agree"), &[]).await;
    assert!(second.body.contains("可查阅至") && second.body.contains("提前终止查阅"), "{}", second.body);
    let granted = office.get("zhao-liu", &approval).await;
    assert!(granted.body.contains(&format!("href=\"{report}\"")), "{}", granted.body);
    assert!(!second.body.contains(&format!("href=\"{report}\"")), "it is the auditor's");
    let read = entered_as(&stage, "report_read").await;
    let opened = office.get("zhao-liu", &report).await;
    assert!(opened.status == 200 && opened.body.contains("家庭经济状况核对报告"), "{}", opened.status);
    assert!(
        opened.body.contains("href=\"/approvals\"") && !opened.body.contains("/versions\""),
        "only where one may go"
    );
    assert_eq!(entered_as(&stage, "report_read").await, read + 1);
    let ended = office.send("wang-wu", &format!("{approval}/refuse"), &[]).await;
    assert_eq!(office.get("zhao-liu", &report).await.status, 404, "it has ended");
    assert!(ended.body.contains("查阅已终止") && ended.body.contains("已提前终止"), "{}", ended.body);
}

#[tokio::test]
async fn an_erasure_is_refused_with_a_reason_taken_back_or_agreed_to() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let mut office = Office::open(&stage, &provider).await;
    let erase = format!("/cases/{case}/erase");
    let latest = async |office: &mut Office| {
        let list = office.get("wang-wu", "/approvals").await;
        let id = list.body.split("href=\"/approvals/").nth(1).and_then(|rest| rest.split('"').next());
        format!("/approvals/{}", id.expect("an approval"))
    };
    office.send("wang-wu", &erase, &[("grounds", "mistaken")]).await;
    let approval = latest(&mut office).await;
    let page = office.get("sun-qi", &approval).await;
    for told in ["复核销毁案件数据的申请", "误报", "不能恢复", "/agree\"", "/refuse\""] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let ask = office.get("sun-qi", &format!("{approval}/agree")).await;
    assert!(ask.body.contains("button-bad"), "what cannot be undone looks so");
    let long = "x".repeat(1_001);
    assert_eq!(office.send("sun-qi", &format!("{approval}/refuse"), &[("reason", &long)]).await.status, 422);
    let refused = office.send("sun-qi", &format!("{approval}/refuse"), &[("reason", "<b>应当保存</b>")]).await;
    assert!(refused.body.contains("&#60;b&#62;应当保存") && refused.body.contains("未同意"), "{}", refused.body);
    assert_eq!(office.send("sun-qi", &format!("{approval}/agree"), &[]).await.status, 409, "it is settled");
    let all = office.get("sun-qi", "/approvals?status=all").await;
    assert!(all.body.contains(&approval) && !office.get("sun-qi", "/approvals").await.body.contains(&approval));

    office.send("wang-wu", &erase, &[("grounds", "ordered")]).await;
    let approval = latest(&mut office).await;
    let own = office.get("wang-wu", &format!("{approval}/refuse")).await;
    assert!(own.body.contains("撤回申请"), "{}", own.body);
    let back = office.send("wang-wu", &format!("{approval}/refuse"), &[]).await;
    assert!(back.body.contains("已撤回"), "{}", back.body);

    office.send("wang-wu", &erase, &[("grounds", "retention_over")]).await;
    let approval = latest(&mut office).await;
    assert_eq!(office.get("li-si", &format!("{approval}/agree")).await.status, 403, "a caseworker is no second person");
    assert_eq!(office.send("wang-wu", &format!("{approval}/agree"), &[]).await.status, 403, "nor is whoever asked");
    let erased = office.send("sun-qi", &format!("{approval}/agree"), &[]).await;
    assert!(erased.body.contains("案件数据已销毁"), "{}", erased.body);
    assert!(office.get("li-si", &format!("/cases/{case}")).await.body.contains("已销毁"));
    assert_eq!(office.get("li-si", "/approvals?status=nonsense").await.status, 404);
}

#[tokio::test]
async fn a_destruction_is_refused_for_a_reason_and_may_be_asked_for_again() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let case = case_with_held(&stage).await;
    let mut office = Office::open(&stage, &provider).await;
    let member = stage.mocks.sample_request()["household"]["members"][0]["ref"].as_str().unwrap().to_owned();
    let told =
        office.send("li-si", &format!("/cases/{case}/withdraw"), &[("member", &member), ("reason", "本人撤回")]).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let list = office.get("wang-wu", "/approvals").await;
    let id = list.body.split("href=\"/approvals/").nth(1).and_then(|rest| rest.split('"').next()).expect("an approval");
    let approval = format!("/approvals/{id}");
    let ask = office.get("wang-wu", &format!("{approval}/refuse")).await;
    assert!(ask.body.contains("须写明理由"), "{}", ask.body);
    assert_eq!(office.send("wang-wu", &format!("{approval}/refuse"), &[("reason", " ")]).await.status, 422);
    let refused = office.send("wang-wu", &format!("{approval}/refuse"), &[("reason", "诉讼需要")]).await;
    assert!(refused.body.contains("诉讼需要"), "{}", refused.body);
    let again = office.get("li-si", &format!("{approval}/ask-again")).await;
    assert!(again.body.contains("重新申请销毁"), "{}", again.body);
    let asked = office.send("li-si", &format!("{approval}/ask-again"), &[]).await;
    assert!(asked.body.contains("申请已提交") && Office::approval(&asked) != approval, "{}", asked.body);
    assert_eq!(office.get("zhou-ba", &format!("{approval}/ask-again")).await.status, 403);
}
