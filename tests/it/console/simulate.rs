//! "What if": other values for a county's parameters, tried on a made-up county and on kept cases; what is wrong with them, who may, what the log says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hedui::audit::Action;
use hedui::auth::Caller;
use hedui::config::Clients;
use hedui::verification::{HandIn, MadeUp};
use hedui_mock_sources::Config;
use serde_json::json;

use super::approvals::Office;
use super::browser::Page;
use super::provider::StandIn;
use super::reviews::of_office;
use super::{Door, client, entered_as, place, settings, stage};
use crate::support::{Setup, Stage, until};

const PAGE: &str = "/policy/simulate";
/// Two standards that move many, in a county of five hundred.
const HIGHER: &[(&str, &str)] = &[
    ("region", "620422"),
    ("as_of", "2026-11-01"),
    ("on", "made_up"),
    ("households", "500"),
    ("seed", "7"),
    ("standard.dibao.urban", "1000.00"),
    ("standard.dibao.rural", "800"),
];

/// The fields with some of them filled in otherwise.
fn but<'a>(fields: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| !other.iter().any(|(own, _)| own == name));
    kept.chain(other).copied().collect()
}

/// The text of every cell of the table with this caption.
fn cells(page: &Page, caption: &str) -> Vec<Vec<String>> {
    let from =
        page.body.split(&format!("<caption>{caption}</caption>")).nth(1).unwrap_or_else(|| panic!("{}", page.body));
    let rows = from.split("</table>").next().unwrap().split("<tr").skip(2);
    let text = |cell: &str| {
        let inside = cell.split_once('>').unwrap().1.split("</td>").next().unwrap();
        let pieces = inside.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        pieces.collect::<String>().replace("&#60;", "<").trim().to_owned()
    };
    rows.map(|row| row.split("<td").skip(1).map(text).collect()).collect()
}

/// The file that a page's link holds, and what it is called.
fn csv(page: &Page) -> (String, String) {
    let link = page.body.split("href=\"data:text/csv;charset=utf-8;base64,").nth(1).expect("a link");
    let (held, rest) = link.split_once("\" download=\"").expect("it is downloaded");
    let bytes = STANDARD.decode(held).expect("base64");
    (String::from_utf8(bytes).expect("UTF-8"), rest.split('"').next().expect("a name").to_owned())
}

#[tokio::test]
async fn a_higher_standard_moves_a_made_up_county_and_small_numbers_are_not_shown() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    for path in ["/policy", "/policy/620422?as_of=2026-11-01"] {
        let offered = office.get("wang-wu", path).await;
        assert!(offered.body.contains("href=\"/policy/simulate"), "{path}: {}", offered.body);
        assert!(!office.get("li-si", path).await.body.contains(PAGE), "{path}: whoever may not sees no link");
    }
    let form = office.get("wang-wu", "/policy/simulate?region=620422&as_of=2026-11-01").await;
    assert!(form.body.len() < 100_000, "{}", form.body.len());
    for told in ["id=\"standard.dibao.urban\"", "623.00 元/人·月", "? 假定", "id=\"deduction.schooling.ceiling\""]
    {
        assert!(form.body.contains(told), "{told}: {}", form.body);
    }
    assert!(!form.body.contains("id=\"income.window.months\""), "what the rules know one value of is not offered");

    let found = office.send("wang-wu", PAGE, HIGHER).await;
    assert_eq!(found.status, 200, "{}", found.body);
    assert!(found.body.len() < 100_000, "{}", found.body.len());
    let changed = cells(&found, "改动的参数");
    let said: Vec<_> = changed.iter().map(|row| (row[1].as_str(), row[2].as_str())).collect();
    assert_eq!(said, [("623.00 元/人·月", "1000.00 元/人·月"), ("460.00 元/人·月", "800.00 元/人·月")]);

    // the table and the file are one; what is small stands in neither
    let (file, name) = csv(&found);
    assert!(name.starts_with("simulate-620422-") && name.ends_with(".csv"), "{name}");
    let rows: Vec<Vec<&str>> = file.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let drawn = cells(&found, "图中数据");
    assert_eq!(rows.len(), drawn.len());
    let mut left_out = 0;
    for (row, drawn) in rows.iter().zip(&drawn) {
        assert_eq!(row[3], drawn[2], "{row:?}");
        match row[3].parse::<u64>() {
            Ok(households) => assert!(households >= 10, "{row:?}"),
            Err(_) => {
                assert_eq!((row[3], row[4], drawn[3].as_str()), ("<10", "", "–"));
                left_out += 1;
            }
        }
    }
    assert!(left_out > 0 && found.body.contains(&format!("不足 10 户的 {left_out} 格")), "{}", found.body);
    let shown: u64 = rows.iter().filter_map(|row| row[3].parse::<u64>().ok()).sum();
    assert!(found.body.contains(&format!("虚拟县：至少 {shown} 户、")), "totals are of what is shown: {}", found.body);
    let sum = |wanted: &dyn Fn(&Vec<&str>) -> bool| -> u64 {
        rows.iter().filter(|row| wanted(row)).filter_map(|row| row[3].parse::<u64>().ok()).sum()
    };
    let is_open = |row: &Vec<&str>| row[1] == "open" || row[2] == "open";
    let (moved, open) = (sum(&|row| row[1] != row[2] && !is_open(row)), sum(&is_open));
    assert!(moved > 0 && open > 0, "{moved} {open}");
    // whoever is open counts with nothing, so that no total is told as all there is
    for told in [
        format!("至少 {moved} 户；另有 "),
        format!("{open} 户在调整前或调整后待定，是否变动未定"),
        "每月至少 ".to_owned(),
        " 元 → 至少 ".to_owned(),
        "（已计入者每月 +".to_owned(),
        "合计（至少）".to_owned(),
        "各项金额为至少数".to_owned(),
    ] {
        assert!(found.body.contains(&told), "{told}: {}", found.body);
    }

    assert!(found.body.contains("待定者最优可能为") && found.body.contains("<li>现行规则："), "{}", found.body);

    // the drawing is one, with words, and carries nothing that the page's policy forbids
    let svg = found.body.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(
        svg.contains("role=\"img\" aria-labelledby=\"moves-title moves-desc\"")
            && svg.contains("<desc id=\"moves-desc\">")
    );
    for inline in ["<script", "<style", " style=", "href=", " onclick"] {
        assert!(!svg.contains(inline), "{inline}");
    }
    // the form stands beneath, as it was filled in
    assert!(found.body.contains("id=\"standard.dibao.rural\" name=\"standard.dibao.rural\" value=\"800\""));
    assert!(
        found.body.contains("name=\"on\" value=\"made_up\" checked")
            && found.body.contains("name=\"seed\" value=\"7\"")
    );
    assert_eq!(entered_as(&stage, "rules_tried").await, 0, "nobody's evidence was opened");
    assert_eq!(csv(&office.send("wang-wu", PAGE, HIGHER).await).0, file, "the same again");
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_nothing_is_lost() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let pack = "[pack]\nregion = \"620422\"\n[[standard.dibao.urban]]\nfrom = \"2024-01-01\"\nvalue = 7\n";
    for (other, field, told) in [
        (&[("region", "110101")][..], "region", "请从列表中选择县（区）"),
        (&[("as_of", "1990-01-01")], "as_of", "该日没有政策参数"),
        (&[("as_of", "yesterday")], "as_of", "请按年-月-日填写"),
        (&[("standard.dibao.urban", "a lot")], "standard.dibao.urban", "城市低保标准：请填金额（元）"),
        (&[("standard.dibao.urban", "100")], "standard.dibao.urban", "100.00 低于省级指导标准 623.00"),
        (&[("standard.dibao.urban", "1000000001")], "standard.dibao.urban", "不超过 1000000000.00"),
        (&[("property.dibao.cars", "1.5")], "property.dibao.cars", "请填不小于零的整数"),
        (&[("property.dibao.cars", "5")], "property.dibao.cars", "低保边缘的上限不得低于低保的上限"),
        (&[("deduction.schooling.above", "150%")], "deduction.schooling.above", "比例不超过 100%"),
        (&[("standard.dibao.urban", ""), ("standard.dibao.rural", "")], "figures", "没有改动"),
        (&[("standard.dibao.urban", "623"), ("standard.dibao.rural", "460.00")], "figures", "没有改动"),
        (&[("pack", pack)], "pack", "第 3 行：standard.dibao.urban：取值不符"),
        (&[("pack", "standard = ")], "pack", "不符合 TOML 语法"),
        (
            &[("pack", "[pack]\nregion = \"620422\"\n[[standard.dibao.urbane]]\n")],
            "pack",
            "是否为 standard.dibao.urban",
        ),
        (&[("on", "")], "on", "请选择用哪些家庭试算"),
        (&[("households", "99")], "households", "100 至 2000"),
        (&[("households", "2001")], "households", "100 至 2000"),
        (&[("seed", "-1")], "seed", "最多九位"),
    ] {
        let fields = but(HIGHER, other);
        let wrong = office.send("wang-wu", PAGE, &fields).await;
        assert_eq!(wrong.status, 422, "{other:?} {}", wrong.body);
        let summary = wrong.body.split("class=\"errors\"").nth(1).unwrap().split("</ul>").next().unwrap();
        assert!(summary.contains(&format!("href=\"#{field}\"")) && summary.contains(told), "{other:?}: {summary}");
        assert!(wrong.body.contains(&format!(" id=\"{field}\"")), "{other:?}: there is such a field");
        let below = wrong.body.split("</ul>\n</div>").nth(1).unwrap();
        assert!(below.contains(told), "{other:?}: at the field too");
        for (name, value) in fields.iter().filter(|(name, value)| name.contains('.') && !value.is_empty()) {
            let kept = format!("name=\"{name}\" value=\"{value}\"");
            assert!(
                field == "region" || wrong.body.contains(&kept),
                "{other:?} {kept}: another place's county lists nothing"
            );
        }
    }
    let other_day = office.send("wang-wu", PAGE, &[HIGHER, &[("as", "list")]].concat()).await;
    assert_eq!(other_day.status, 200, "{}", other_day.body);
    assert!(
        !other_day.body.contains("试算结果") && other_day.body.contains("name=\"standard.dibao.rural\" value=\"800\"")
    );
    let two = but(HIGHER, &[("standard.dibao.urban", "<script>"), ("seed", "x")]);
    let wrong = office.send("wang-wu", PAGE, &two).await;
    let summary = wrong.body.split("class=\"errors\"").nth(1).unwrap().split("</ul>").next().unwrap();
    let order = ["#standard.dibao.urban", "#seed"].map(|field| summary.find(field).expect("both"));
    assert!(order[0] < order[1], "in the order of the page");
    assert!(!wrong.body.contains("<script>") && wrong.body.contains("value=\"&#60;script&#62;\""), "it stays text");
    let browser = office.door.url("/policy/simulate?region=%22%3E%3Cscript%3E&lang=en");
    let markup = office.of("wang-wu").get(&browser).await;
    assert!(markup.status == 422 && !markup.body.contains("<script>"), "{}", markup.body);
    let wrong = office.send("wang-wu", PAGE, &but(HIGHER, &[("property.dibao.cars", "many")])).await;
    assert!(wrong.body.contains("write a whole number that is not negative"), "{}", wrong.body);
}

#[tokio::test]
async fn a_pack_changes_what_no_field_does_and_a_field_wins_over_it() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let pack = "[pack]\r\nregion = \"620422\"\r\n[[standard.dibao.urban]]\r\nfrom = \"2020-01-01\"\r\nvalue = \"700.00\"\r\n\
                unit = \"yuan_per_head_month\"\r\nbasis = \"assumed\"\r\nnote = \"拟调整\"\r\n[[amount.disabled_rise.reading]]\r\n\
                from = \"2020-01-01\"\r\nvalue = \"own_amount\"\r\nunit = \"choice\"\r\nbasis = \"assumed\"\r\nnote = \"拟调整\"\r\n";
    let fields = but(HIGHER, &[("pack", pack), ("standard.dibao.rural", "")]);
    let found = office.send("wang-wu", PAGE, &fields).await;
    assert_eq!(found.status, 200, "{}", found.body);
    let changed = cells(&found, "改动的参数");
    let now = |key: &str| changed.iter().find(|row| row[0].ends_with(key)).map(|row| row[2].clone());
    assert_eq!(now("standard.dibao.urban").as_deref(), Some("1000.00 元/人·月"), "the field: {changed:?}");
    let before = stage.verifier.shown_rules("620422", None, "amount.disabled_rise.reading").unwrap();
    let own = before.parameters[0].in_force.as_ref().unwrap().value == "own_amount";
    assert_eq!(now("amount.disabled_rise.reading").is_some(), !own, "{changed:?}");
    assert!(found.body.contains("</textarea>") && found.body.contains("拟调整"), "the pack stands there still");
}

/// A stage with this many kept cases of its office.
async fn kept(cases: u32) -> Stage {
    let setup = Setup { mocks: Config { households: cases, ..Setup::default().mocks }, ..Setup::default() };
    let stage = Stage::start(setup).await;
    for index in 0..cases {
        let request = stage.mocks.request_for(index, &Default::default()).expect("a household");
        stage.verify(&request).await;
    }
    stage
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_cases_of_the_own_office_are_tried_after_an_entry_that_names_who_asked() {
    const CASES: u32 = 24;
    let stage = kept(CASES).await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let fields = but(
        HIGHER,
        &[("on", "kept"), ("as_of", ""), ("standard.dibao.urban", "5000"), ("standard.dibao.rural", "5000")],
    );
    let found = office.send("wang-wu", PAGE, &fields).await;
    assert_eq!(found.status, 200, "{}", found.body);
    assert!(found.body.contains("各案核对之日"), "{}", found.body);
    let shown: Vec<u64> = cells(&found, "图中数据").iter().filter_map(|row| row[2].parse().ok()).collect();
    assert!(
        !shown.is_empty() && shown.iter().all(|households| (10..=u64::from(CASES) + 2).contains(households)),
        "{shown:?}"
    );
    assert!(shown.iter().all(|households| households % 5 == 0), "in round numbers: {shown:?}");
    // the file is of that trial: nothing is opened for it, and nothing entered
    let (file, _) = csv(&found);
    let filed: Vec<u64> = file.lines().skip(1).filter_map(|line| line.split(',').nth(3)?.parse().ok()).collect();
    assert_eq!(filed, shown);
    assert!(!found.body.contains("value=\"csv\""), "no button tries it again");
    assert_eq!(entered_as(&stage, "rules_tried").await, 1);
    let entry =
        stage.entries().await.into_iter().find(|leaf| leaf.event.action == Action::RulesTried).expect("an entry");
    assert_eq!((&*entry.event.actor.subject.to_string(), entry.event.count), ("wang-wu", Some(u64::from(CASES))));
    for index in 0..CASES {
        let household = stage.mocks.population().household(index).expect("a household");
        assert!(household.members.iter().all(|person| !found.body.contains(person.name.as_str())), "nobody is named");
    }

    // another office has none of them, and another place not even the county
    let (listener, base) = place().await;
    let elsewhere = hedui::config::Client { organisation: "another office".into(), ..client("wang-li", "supervisor") };
    let far = hedui::config::Client { regions: vec!["6205".into()], ..client("far", "supervisor") };
    let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), vec![elsewhere, far]).await;
    for (who, status, told) in [("wang-li", 200, "没有可试算的家庭"), ("far", 422, "您的辖区内没有政策规则")]
    {
        let mut browser = super::browser::Browser::new();
        let home = provider.vouch_for(&mut browser, &door, who).await;
        let own = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let sent: Vec<_> = home.form().1.into_iter().chain(own).collect();
        let page = browser.submit(&door.url(PAGE).parse().unwrap(), &sent).await;
        assert_eq!(page.status, status, "{who}: {}", page.body);
        assert!(page.body.contains(told), "{who}: {}", page.body);
    }
    assert_eq!(entered_as(&stage, "rules_tried").await, 2, "of another place's county nothing is opened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_of_the_own_kin_are_left_out_and_the_page_does_not_say_whether_there_are_any() {
    let stage = kept(2).await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    stage.register.replace(Clients::new(vec![of_office(&stage, "wang-wu", "supervisor")]));
    let registrar = Caller { subject: "zhou-ba".into(), ..stage.caller() };
    let number = |index: u32| {
        let request = stage.mocks.request_for(index, &Default::default()).expect("a household");
        request["household"]["members"][0]["id_number"].as_str().expect("a number").to_owned()
    };
    let [first, second] = [number(0), number(1)];
    let fields = but(HIGHER, &[("on", "kept"), ("as_of", "")]);
    let about = "涉及您本人或已登记亲属的案件一律不用于试算";
    for (kin, tried, told) in [
        (&[][..], 2, "每一格都不足 10 户"),
        (&[&first], 1, "每一格都不足 10 户"),
        (&[&first, &second], 0, "没有可试算的家庭"),
    ] {
        if !kin.is_empty() {
            let people: Vec<_> = kin.iter().map(|number| json!({"relation": "sibling", "id_number": number})).collect();
            let body = json!({ "people": people }).to_string();
            stage.verifier.register_kin(&registrar, "wang-wu", body.as_bytes()).await.expect("registered");
        }
        let found = office.send("wang-wu", PAGE, &fields).await;
        assert_eq!(found.status, 200, "{}", found.body);
        assert!(found.body.contains(told), "{tried}: {}", found.body);
        assert!(found.body.contains(about), "the same is said whether or not there are any");
        let mut entries = stage.entries().await.into_iter().filter(|leaf| leaf.event.action == Action::RulesTried);
        assert_eq!(entries.next_back().and_then(|leaf| leaf.event.count), Some(tried), "so many are opened");
    }
    let other = office.send("sun-qi", PAGE, &fields).await;
    assert!(other.body.contains("每一格都不足 10 户") && other.body.contains(about), "another's kin are nobody's here");
    let made_up = office.send("wang-wu", PAGE, HIGHER).await;
    assert!(!made_up.body.contains(about), "nobody is kin of the invented");
}

#[tokio::test]
async fn one_trial_runs_at_a_time_and_who_comes_meanwhile_keeps_the_form() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let mut office = Office::open(&stage, &provider).await;
    let somebody = stage.verifier.trial().expect("nobody tries anything");
    let busy = office.send("wang-wu", PAGE, HIGHER).await;
    assert_eq!(busy.status, 503, "{}", busy.body);
    assert!(busy.body.contains("另一项试算正在进行") && busy.headers.contains_key("retry-after"), "{}", busy.body);
    assert!(busy.body.contains("name=\"standard.dibao.urban\" value=\"1000.00\""), "nothing is lost");
    drop(somebody);
    assert_eq!(office.send("wang-wu", PAGE, HIGHER).await.status, 200);
    until("the place is given back", async || stage.verifier.trial().is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_dropped_ends_its_trial() {
    let stage = stage().await;
    let provider = StandIn::start().await;
    let (begun, made) = (Arc::new(AtomicBool::new(false)), hedui::cli::make_up(stage.verifier.sources()));
    let seen = Arc::clone(&begun);
    let without_end = Arc::new(move |county: MadeUp, hand_in: &mut HandIn<'_>| {
        let mut wanted = true;
        while wanted {
            made(county.clone(), &mut |evidence| {
                wanted = hand_in(evidence);
                seen.store(true, Ordering::SeqCst);
                wanted
            });
        }
    });
    let (listener, base) = place().await;
    let register = vec![client("wang-li", "supervisor")];
    let door = Door::open_making(&stage, listener, settings(&provider.issuer, &base), register, without_end).await;
    let mut browser = super::browser::Browser::new();
    let mut sent = provider.vouch(&mut browser, &door).await.form().1;
    sent.extend(HIGHER.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let url = door.url(PAGE).parse().unwrap();
    let waiting = tokio::spawn(async move { browser.submit(&url, &sent).await });
    until("the trial begins", async || begun.load(Ordering::SeqCst)).await;
    assert!(stage.verifier.trial().is_none(), "it goes on");
    waiting.abort();
    until("nobody waits, and it ends", async || stage.verifier.trial().is_some()).await;
}
