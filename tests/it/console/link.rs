//! Two rosters sent with a form: what is found and why, what is wrong with a file, who sees it and for how long, what the log holds.

use std::process::Command;
use std::time::Duration;

use encoding_rs::GB18030;
use hedui::audit::Action;

use super::approvals::Office;
use super::browser::{Browser, Page};
use super::provider::StandIn;
use super::{entered_as, stage};
use crate::support::until;

pub const HEADINGS: &str = "id,id_number,name,birth_date,sex,phone,address\n";
/// As one office writes it, in GB18030.
const LEFT: &str = "L1,620422196805130033,王建国,1968-05-13,男,13993012345,甘肃省白银市会宁县会师镇南关村12号\n\
                    L2,６２０４２２197109220021,李 秀英,1971年9月22日,女,,会宁县会师镇南关村12号\n\
                    L3,,张小娟,1993-06-17,女,138-8430-1122,会宁县郭城驿镇新堡村三社\n\
                    L4,620422198503040058,<script>alert(1)</script>,1985-03-04,男,,会宁县中川镇\n\
                    L5,620422196011110049,赵玉兰,1960-11-11,女,,会宁县柴家门镇\n";
/// As another does, in UTF-8.
const RIGHT: &str = "R1,620422196805130033,王建國,19680513,1,,会宁县会师镇南关村\n\
                     R2,620422197109220012,李秀英,1971/9/22,2,09433212345,会师镇南关村12号\n\
                     R3,620422199306170018,张晓娟,1993-06-17,女,13884301122,会宁县郭城驿镇新堡村\n\
                     R4,620422198503040058,<script>alert(1)</script>,1985/3/4,M,,会宁县中川镇\n\
                     R6,620422200102200014,孙强,2001-02-20,男,,会宁县太平店镇\n";

pub fn left() -> Vec<u8> {
    GB18030.encode(&format!("{HEADINGS}{LEFT}")).0.into_owned()
}

pub fn right() -> Vec<u8> {
    format!("\u{FEFF}{HEADINGS}{RIGHT}").into_bytes()
}

/// Sends the form and goes on to what is shown then.
pub async fn send(office: &mut Office, who: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
    let mut all = office.get(who, "/").await.form().1;
    all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let url = office.door.url("/link").parse().unwrap();
    let answer = office.of(who).upload_all(&url, &all, files).await;
    office.of(who).follow(answer).await
}

/// A run's page once it has ended.
pub async fn ended(office: &mut Office, who: &str, path: &str) -> Page {
    for _ in 0..600 {
        let page = office.get(who, path).await;
        if !page.body.contains("data-every") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the run goes on");
}

pub const REASON: [(&str, &str); 1] = [("reason", "残疾人名册与低保名册核对")];

#[tokio::test]
async fn two_rosters_are_matched_and_each_pair_says_why() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let form = office.get("wang-wu", "/link").await;
    assert!(form.body.contains("GB18030") && form.body.contains("20 MB") && form.body.contains("birth_date"));
    assert!(form.body.contains("aria-current=\"page\">名册比对"), "it stands in the navigation");
    assert!(!office.get("li-si", "/").await.body.contains("href=\"/link\""), "and not where it is refused");
    let (lefts, rights) = (left(), right());
    let fields = [REASON[0], ("one_to_one", "yes")];
    let sent = [("left", "残疾人.csv", &*lefts), ("right", "低保.csv", &*rights), ("model", "", b"")];
    let page = send(&mut office, "wang-wu", &fields, &sent).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let at = page.url.path().to_owned();
    assert!(at.starts_with("/link/"), "{at}");
    let done = ended(&mut office, "wang-wu", &at).await;
    for told in
        ["残疾人.csv，5 行", "低保.csv，5 行", "一对一", "内置的人员模型", "残疾人名册与低保名册核对", "一小时后清除"]
    {
        assert!(done.body.contains(told), "{told}: {}", done.body);
    }
    assert!(done.body.contains("<svg") && done.body.contains("权重分布"), "{}", done.body);

    // the file says the same as the program does of the same files
    let folder = tempfile::tempdir().expect("a folder");
    for (name, contents) in [("left.csv", &lefts), ("right.csv", &rights)] {
        std::fs::write(folder.path().join(name), contents).expect("written");
    }
    let mut program = Command::new(env!("CARGO_BIN_EXE_hedui"));
    program.args(["link", "left.csv", "right.csv", "--one-to-one", "--out", "pairs.csv", "--explain", "--lang", "zh"]);
    assert!(program.current_dir(folder.path()).output().expect("it runs").status.success());
    let expected = std::fs::read_to_string(folder.path().join("pairs.csv")).expect("pairs");
    let before = entered_as(&stage, "exported").await;
    let file = office.get("wang-wu", &format!("{at}/export?what=pairs")).await;
    assert_eq!(file.body.strip_prefix('\u{FEFF}'), Some(expected.as_str()));
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(entered_as(&stage, "exported").await, before + 1, "what leaves as a file is entered");
    assert_eq!(office.get("wang-wu", &format!("{at}/export?what=persons")).await.status, 404, "of one roster alone");

    let matched: Vec<Vec<&str>> = expected.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let decided = |left: &str, right: &str| {
        let pair = matched.iter().find(|pair| pair[0] == left && pair[1] == right);
        pair.map(|pair| pair[4]).unwrap_or_else(|| panic!("{left} {right}: {expected}"))
    };
    assert_eq!([decided("L1", "R1"), decided("L2", "R2"), decided("L4", "R4")], ["match"; 3], "{expected}");
    assert!(["match", "review"].contains(&decided("L3", "R3")));
    assert_eq!(matched.len(), 4, "{expected}");
    for (place, pair) in matched.iter().enumerate() {
        let tab = office.get("wang-wu", &format!("{at}?tab={}", pair[4])).await;
        assert!(tab.body.contains(&format!("href=\"{at}/pairs/{}\"", place + 1)), "{pair:?}: {}", tab.body);
    }
    let why = office.get("wang-wu", &format!("{at}/pairs/1")).await;
    for told in [
        "王建国",
        "王建國",
        "620422196805130033",
        "证件号码一致",
        "因何成对",
        "<li>证件号码 <code>id_number</code></li>",
        "<li>姓名的读音、出生日期的年份 <code>name.sound, birth_date.year</code></li>",
        "证件号码已含，不重复计",
        "模型：人员名册（persons）",
        "L1（第 2 行）",
        "<svg",
    ] {
        assert!(why.body.contains(told), "{told}: {}", why.body);
    }
    let script = office.get("wang-wu", &format!("{at}/pairs/4")).await;
    assert!(
        script.body.contains("&#60;script&#62;alert(1)") && !script.body.contains("<script>alert"),
        "{}",
        script.body
    );
    for nowhere in ["/pairs/0", "/pairs/99", "/pairs/x", "/export?what=all"] {
        assert_eq!(office.get("wang-wu", &format!("{at}{nowhere}")).await.status, 404, "{nowhere}");
    }
    assert_eq!(office.get("wang-wu", &format!("{at}?tab=review&page=99")).await.status, 200);
}

#[tokio::test]
async fn the_log_holds_who_matched_how_many_rows_and_nothing_of_anybody() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let (lefts, rights) = (left(), right());
    let sent = [("left", "a.csv", &*lefts), ("right", "b.csv", &*rights)];
    let page = send(&mut office, "wang-wu", &REASON, &sent).await;
    let at = page.url.path().to_owned();
    let entries = stage.entries().await;
    let found: Vec<_> = entries.iter().filter(|leaf| leaf.event.action == Action::RostersLinked).collect();
    assert_eq!(found.len(), 1);
    let event = &found[0].event;
    assert_eq!((event.actor.subject.as_str(), event.count), ("wang-wu", Some(10)));
    let text = serde_json::to_string(event).expect("JSON");
    assert!(!text.contains("残疾人") && !text.contains("王") && !text.contains("a.csv"), "{text}");
    // the MAC of what the page tells, and of nothing else
    let shown = page.body.split("<pre").nth(1).and_then(|rest| rest.split_once('>')).expect("it is told").1;
    let said = shown.split("</pre>").next().expect("its end");
    assert_eq!((said.lines().count(), said.lines().last()), (5, Some("残疾人名册与低保名册核对")), "{said}");
    let mac = stage.keys.detail_mac(hedui::keys::DetailKind::Rosters, said.as_bytes());
    assert_eq!(event.detail_sha256, Some(mac.bytes()));
    // looking at pairs is no further entry: whoever sent the rosters has them
    ended(&mut office, "wang-wu", &at).await;
    let before = stage.entries().await.len();
    office.get("wang-wu", &format!("{at}/pairs/1")).await;
    assert_eq!(stage.entries().await.len(), before);
}

#[tokio::test]
async fn nobody_else_sees_a_run_and_it_is_gone_when_it_should_be() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let (lefts, rights) = (left(), right());
    let sent = [("left", "a.csv", &*lefts), ("right", "b.csv", &*rights)];
    let mut runs = Vec::new();
    for _ in 0..2 {
        let page = send(&mut office, "wang-wu", &REASON, &sent).await;
        let at = page.url.path().to_owned();
        ended(&mut office, "wang-wu", &at).await;
        for path in [at.clone(), format!("{at}/pairs/1"), format!("{at}/export?what=pairs")] {
            assert_eq!(office.get("sun-qi", &path).await.status, 404, "another supervisor");
            assert_eq!(office.get("li-si", &path).await.status, 403, "no supervisor");
        }
        assert_eq!(office.send("sun-qi", &format!("{at}/delete"), &[]).await.status, 404);
        assert_eq!(office.get("wang-wu", &at).await.status, 200, "nor does anybody else delete it");
        runs.push(at);
    }
    assert!(!office.get("sun-qi", "/link").await.body.contains(&runs[0]));
    assert!(office.get("wang-wu", "/link").await.body.contains(&format!("href=\"{}\"", runs[0])));
    let deleted = office.send("wang-wu", &format!("{}/delete", runs[0]), &[]).await;
    assert!(deleted.body.contains("结果已删除") && !deleted.body.contains(&runs[0]), "{}", deleted.body);
    assert_eq!(office.get("wang-wu", &runs[0]).await.status, 404);
    assert_eq!(office.get("wang-wu", &runs[1]).await.status, 200);

    // signing out ends it; so does an hour
    office.send("wang-wu", "/signout", &[]).await;
    let (door, browser) = office.door_and("wang-wu");
    provider.vouch_for(browser, door, "wang-wu").await;
    assert_eq!(office.get("wang-wu", &runs[1]).await.status, 404, "it went with the session");
    let page = send(&mut office, "wang-wu", &REASON, &sent).await;
    let at = page.url.path().to_owned();
    ended(&mut office, "wang-wu", &at).await;
    for _ in 0..2 {
        office.door.put_ahead(25);
        assert_eq!(office.get("wang-wu", &at).await.status, 200, "within it");
    }
    office.door.put_ahead(15);
    assert_eq!(office.get("wang-wu", &at).await.status, 404, "an hour is over");
}

#[tokio::test]
async fn what_was_sent_in_a_session_goes_with_it_however_it_ends() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let (lefts, rights) = (left(), right());
    let sent = [("left", "a.csv", &*lefts), ("right", "b.csv", &*rights)];
    let run = async |office: &mut Office| {
        let page = send(office, "wang-wu", &REASON, &sent).await;
        let at = page.url.path().to_owned();
        ended(office, "wang-wu", &at).await;
        at
    };
    // the same person at another desk, whose session goes on
    let mut desk = Browser::new();
    provider.vouch_for(&mut desk, &office.door, "wang-wu").await;
    let replaced = run(&mut office).await;
    let url = office.door.url(&replaced);
    assert_eq!(desk.get(&url).await.status, 200, "a person's, not a browser's");
    // a sign-in ends the session that the browser had
    let (door, browser) = office.door_and("wang-wu");
    provider.vouch_for(browser, door, "wang-wu").await;
    until("its session was replaced", async || desk.get(&url).await.status == 404).await;

    let unused = run(&mut office).await;
    let url = office.door.url(&unused);
    assert_eq!(desk.get(&url).await.status, 200);
    office.door.put_ahead(20);
    assert_eq!(desk.get(&url).await.status, 200, "neither has ended");
    office.door.put_ahead(15);
    until("unused for half an hour it is gone", async || desk.get(&url).await.status == 404).await;
}

#[tokio::test]
async fn what_is_wrong_is_told_by_file_and_line_and_nothing_is_matched() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let good = left();
    let cut = format!("{HEADINGS}{LEFT}L7,620422196805130033,王建国\n");
    let twice = format!("{HEADINGS}{LEFT}L1,,孙强,,,,\n");
    let nameless = format!("{HEADINGS},,孙强,,,,\n");
    let large = vec![b'x'; 20 * 1024 * 1024 + 1];
    let many = format!("{HEADINGS}{}", (0..200_001).map(|row| format!("{row},,,,,,\n")).collect::<String>());
    let none: (&str, &str, &[u8]) = ("right", "", b"");
    for (files, reason, told) in [
        (&[("left", "", &b""[..]), none][..], "查重", "请选择左侧名册"),
        (&[("left", "a.csv", &good), none], "", "请写明比对事由"),
        (&[("left", "a.csv", cut.as_bytes()), none], "查重", "a.csv 第 7 行：此行有 3 个值，表头有 7 栏"),
        (
            &[("left", "a.csv", &good), ("right", "b.csv", twice.as_bytes())],
            "核对",
            "b.csv 第 7 行：此行的“id”与第 2 行相同",
        ),
        (&[("left", "a.csv", nameless.as_bytes()), none], "查重", "a.csv 第 2 行：此行没有“id”"),
        (&[("left", "a.csv", "id,name\n1,x\n".as_bytes()), none], "查重", "没有名为“id_number”、“birth_date”"),
        (
            &[("left", "a.csv", b"id,id_number,name,birth_date,sex,phone,address\n1,,\xff\xff,,,,\n"), none],
            "查重",
            "a.csv 第 2 行：文字编码",
        ),
        (&[("left", "a.csv", &large), none], "查重", "文件超过 20 MB"),
        (&[("left", "a.csv", many.as_bytes()), none], "查重", "a.csv 第 200002 行：本页每份名册至多 200000 行"),
        (&[("left", "a.csv", &good), none, ("model", "own.toml", b"schema = 1")], "查重", "own.toml:1"),
        (&[("left", "<script>.csv", b"id\n"), none], "查重", "&#60;script&#62;.csv"),
    ] {
        let page = send(&mut office, "wang-wu", &[("reason", reason)], files).await;
        assert_eq!(page.status, 422, "{told}: {}", page.body);
        assert!(page.body.contains(told), "{told}: {}", page.body);
        assert!(page.body.contains("class=\"errors\"") && !page.body.contains("<script>."), "{told}");
    }
    assert_eq!(entered_as(&stage, "rosters_linked").await, 0, "nothing was matched");
    assert!(entered_as(&stage, "refused").await > 0);
}

#[tokio::test]
async fn totals_are_not_told_as_exact_while_pairs_wait_for_somebody() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let certain = "A1,620422196805130033,王建国,1968-05-13,男,13993012345,会宁县会师镇南关村12号\n\
                   A2,620422196805130033,王建国,1968-05-13,男,13993012345,会宁县会师镇南关村12号\n";
    // one number of two people
    let open = "B1,620422198503040058,孙强,1985-03-04,男,,会宁县中川镇\nB2,620422198503040058,周敏,1985-03-04,男,,会宁县中川镇\n";
    for (rows, is_open) in [(certain.to_owned(), false), (format!("{certain}{open}"), true)] {
        let roster = format!("{HEADINGS}{rows}");
        let page = send(&mut office, "wang-wu", &REASON, &[("left", "a.csv", roster.as_bytes())]).await;
        let at = page.url.path().to_owned();
        let done = ended(&mut office, "wang-wu", &at).await;
        let pairs = office.get("wang-wu", &format!("{at}/export?what=pairs")).await;
        assert_eq!(pairs.body.contains(",review"), is_open, "{}", pairs.body);
        let counts =
            done.body.split("counts-title").nth(2).and_then(|rest| rest.split("</section>").next()).expect("counts");
        for told in ["至少 1<", "至多 3<", "1（只按已认定的对）<"] {
            assert_eq!(counts.contains(told), is_open, "{told}: {counts}");
        }
    }
}

#[tokio::test]
async fn one_roster_is_searched_for_rows_of_one_person_with_an_own_model_too() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let roster = format!("{HEADINGS}{LEFT}{RIGHT}");
    let model = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/linkage/person.toml"));
    let model = model.expect("a model").replace("name = \"persons\"", "name = \"本县模型\"");
    let sent = [("left", "全县.csv", roster.as_bytes()), ("model", "own.toml", model.as_bytes())];
    let page = send(&mut office, "wang-wu", &[REASON[0], ("one_to_one", "yes")], &sent).await;
    let at = page.url.path().to_owned();
    let done = ended(&mut office, "wang-wu", &at).await;
    for told in ["在一份名册内查重", "本县模型", "归并后人数", "全县.csv，10 行"] {
        assert!(done.body.contains(told), "{told}: {}", done.body);
    }
    let persons = office.get("wang-wu", &format!("{at}/export?what=persons")).await;
    let cluster = |row: &str| {
        let line = persons.body.lines().find(|line| line.ends_with(&format!(",{row}")));
        line.and_then(|line| line.split(',').next()).unwrap_or_else(|| panic!("{row}: {}", persons.body)).to_owned()
    };
    assert_eq!(cluster("L1"), cluster("R1"));
    assert_ne!(cluster("L5"), cluster("R6"));
    let example = office.get("wang-wu", "/link/example?side=right").await;
    assert!(example.body.starts_with("\u{FEFF}id,id_number,name") && example.body.contains("H-17"), "{}", example.body);
}
