//! Rosters of several people at once: nobody's uploads keep another waiting, nobody's results take another's away.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::approvals::Office;
use super::browser::Page;
use super::link::{HEADINGS, REASON, ended, left, right, send};
use super::provider::StandIn;
use super::{entered_as, stage};

const PEOPLE: [(&str, &str); 5] = [
    ("wang-wu", "supervisor"),
    ("sun-qi", "supervisor"),
    ("zheng-shi", "supervisor"),
    ("feng-er", "supervisor"),
    ("chen-san", "supervisor"),
];

/// Two small rosters.
async fn small(office: &mut Office, who: &str) -> Page {
    send(office, who, &REASON, &[("left", "a.csv", &left()), ("right", "b.csv", &right())]).await
}

/// A run of them that has ended.
async fn done(office: &mut Office, who: &str) -> String {
    let page = small(office, who).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let at = page.url.path().to_owned();
    ended(office, who, &at).await;
    at
}

const OWN: &str = "您有一次比对尚未结束";

/// An upload that has its place and does not go on.
async fn hold(office: &mut Office, who: &str) -> JoinHandle<Page> {
    for _ in 0..100 {
        let fields = office.get(who, "/").await.form().1;
        let url = office.door.url("/link").parse().expect("an address");
        let mut browser = office.of(who).clone();
        let held = tokio::spawn(async move { browser.upload_without_end(&url, &fields, "left").await });
        tokio::task::yield_now().await;
        let page = small(office, who).await;
        if page.status == 422 {
            assert!(page.body.contains(OWN), "{}", page.body);
            return held;
        }
        // it came first
        held.abort();
        ended(office, who, page.url.path()).await;
    }
    panic!("no upload is held");
}

/// Sends small rosters until there is room for them.
async fn at_last(office: &mut Office, who: &str) {
    for _ in 0..600 {
        let page = small(office, who).await;
        if page.status == 200 {
            ended(office, who, page.url.path()).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("there is no room");
}

#[tokio::test]
async fn uploads_that_do_not_go_on_keep_nobody_else_waiting_until_four_people_have_one_each() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open_for(&stage, &provider, &PEOPLE).await;
    let mut held = vec![hold(&mut office, "wang-wu").await];
    for _ in 0..4 {
        assert_eq!(small(&mut office, "wang-wu").await.status, 422, "one a person");
    }
    done(&mut office, "sun-qi").await;
    for who in ["sun-qi", "zheng-shi", "feng-er"] {
        held.push(hold(&mut office, who).await);
    }
    let before = entered_as(&stage, "rosters_linked").await;
    let page = small(&mut office, "chen-san").await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("排队的比对较多") && !page.body.contains(OWN), "{}", page.body);
    assert_eq!(entered_as(&stage, "rosters_linked").await, before, "nothing is matched");
    held.into_iter().for_each(|held| held.abort());
    for who in ["chen-san", "wang-wu"] {
        at_last(&mut office, who).await;
    }
}

#[tokio::test]
async fn whoever_sends_a_second_set_is_led_to_the_one_under_way() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open_for(&stage, &provider, &PEOPLE).await;
    // eight million pairs of one birthday and surname: far longer than a form takes
    let mut many = HEADINGS.to_owned();
    for at in 0..4_000_u32 {
        let given = char::from_u32(0x4e00 + at).expect("a sign");
        let _ = writeln!(many, "{at},,王{given},1968-05-13,{},1399301{at:04},", ["男", "女"][at as usize % 2]);
    }
    let page = send(&mut office, "wang-wu", &REASON, &[("left", "many.csv", many.as_bytes())]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let at = page.url.path().to_owned();
    let busy = small(&mut office, "wang-wu").await;
    assert_eq!(busy.status, 422);
    assert!(busy.body.contains(OWN), "{}", busy.body);
    assert!(busy.body.contains(&format!("<a href=\"{at}\">查看进行中的比对</a>")), "{}", busy.body);
    let other = small(&mut office, "sun-qi").await;
    assert_eq!(other.status, 200, "another person's waits its turn");
    assert!(!other.body.contains(&at));
    // deleted, it is stopped, and lets both go on
    office.send("wang-wu", &format!("{at}/delete"), &[]).await;
    ended(&mut office, "sun-qi", other.url.path()).await;
    at_last(&mut office, "wang-wu").await;
}

#[tokio::test]
async fn a_persons_runs_take_the_place_of_their_own_results_and_of_nobody_elses() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open_for(&stage, &provider, &PEOPLE).await;
    let mut others = vec![("sun-qi", done(&mut office, "sun-qi").await)];
    let mut own = Vec::new();
    for _ in 0..9 {
        own.push(done(&mut office, "wang-wu").await);
    }
    for (place, at) in own.iter().enumerate() {
        let expected = if place < 7 { 404 } else { 200 };
        assert_eq!(office.get("wang-wu", at).await.status, expected, "of nine the last two stay: {place}");
    }
    for who in ["sun-qi", "zheng-shi", "zheng-shi", "feng-er", "feng-er"] {
        others.push((who, done(&mut office, who).await));
    }
    let before = entered_as(&stage, "rosters_linked").await;
    let page = small(&mut office, "chen-san").await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("保留他人结果的内存已满"), "{}", page.body);
    assert_eq!(entered_as(&stage, "rosters_linked").await, before, "nothing is matched");
    // whoever has results here gives up the oldest of them
    done(&mut office, "wang-wu").await;
    for (who, at) in &others {
        assert_eq!(office.get(who, at).await.status, 200, "{who}");
    }
    let left = format!("{}/delete", others[0].1);
    office.send("sun-qi", &left, &[]).await;
    done(&mut office, "chen-san").await;
}
