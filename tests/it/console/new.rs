//! A new verification by form and by file: filled in as a browser without script does it, sent once, refused with every fault at its field.

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::provider::StandIn;
use super::{Door, client, entered_as, place, settings, stage};
use crate::support::{PATIENCE, Stage};

/// A request as the form's fields: its JSON by pointer.
fn fields_of(request: &Value) -> Vec<(String, String)> {
    fn walk(at: &str, value: &Value, fields: &mut Vec<(String, String)>) {
        match value {
            Value::Object(inside) => {
                for (name, value) in inside {
                    walk(&format!("{at}/{name}"), value, fields);
                }
            }
            Value::Array(items) if at.ends_with("/purposes") => walk(at, &items[0], fields),
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    walk(&format!("{at}/{place}"), item, fields);
                }
            }
            Value::Bool(yes) => fields.push((at.to_owned(), if *yes { "yes" } else { "no" }.to_owned())),
            Value::String(text) => fields.push((at.to_owned(), text.clone())),
            Value::Number(number) => fields.push((at.to_owned(), number.to_string())),
            Value::Null => {}
        }
    }
    let mut fields = Vec::new();
    walk("", request, &mut fields);
    // a choice of the form that the JSON writes as an object
    let guardians: Vec<_> =
        fields.iter().filter_map(|(name, _)| Some(name.strip_suffix("/guardian")?.to_owned())).collect();
    fields.extend(guardians.into_iter().map(|name| (name, "guardian".to_owned())));
    fields
}

struct Office {
    stage: Stage,
    door: Door,
    browser: Browser,
}

impl Office {
    async fn open() -> Self {
        let stage = stage().await;
        let provider = StandIn::start().await;
        let (listener, base) = place().await;
        let mut somebody = client("wang-li", "caseworker");
        somebody.organisation = stage.caller().organisation;
        somebody.recipient_key = Some(stage.recipient_public.clone());
        let door = Door::open_for(&stage, listener, settings(&provider.issuer, &base), vec![somebody]).await;
        let mut browser = Browser::new();
        provider.vouch(&mut browser, &door).await;
        Self { stage, door, browser }
    }

    /// The token and key that the page at hand carries.
    async fn carried(&mut self, path: &str) -> Vec<(String, String)> {
        let page = self.browser.get(&self.door.url(path)).await;
        let form = page.body.split("<form").find(|form| form.contains("name=\"key\"")).expect("a form").to_owned();
        ["form_token", "key"].map(|name| (name.to_owned(), value_of(&form, name))).to_vec()
    }

    async fn send(&mut self, path: &str, fields: &[(String, String)]) -> Page {
        let url = self.door.url(path).parse().expect("an address");
        self.browser.submit(&url, fields).await
    }

    fn cases(&self) -> impl Future<Output = usize> + use<> {
        let (verifier, caller) = (self.stage.verifier.clone(), self.stage.caller());
        async move {
            let filter = hedui::verification::ListFilter { limit: 50, ..Default::default() };
            verifier.list(&caller, &filter).await.expect("a list").items.len()
        }
    }
}

/// The value of a page's input.
fn value_of(page: &str, name: &str) -> String {
    let tag = page.split("<input").find(|tag| tag.contains(&format!("name=\"{name}\""))).expect("the field");
    let value = tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    value.to_owned()
}

#[tokio::test]
async fn a_household_is_filled_in_looked_at_once_more_and_sent_once() {
    let mut office = Office::open().await;
    let request = office.stage.mocks.sample_request();
    let carried = office.carried("/new").await;
    let fields = [carried, fields_of(&request)].concat();
    let checked = office.send("/new/check", &fields).await;
    assert_eq!(checked.status, 200, "{}", checked.body);
    let name = request["household"]["members"][0]["name"].as_str().unwrap();
    let number = request["household"]["members"][0]["id_number"].as_str().unwrap();
    assert!(checked.body.contains("请核对填写内容") && checked.body.contains(name) && checked.body.contains(number));
    assert_eq!(office.cases().await, 0, "nothing is sent yet");
    let sent = office.send("/new/send", &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let case = sent.location().unwrap();
    assert!(case.path().starts_with("/cases/") && case.query() == Some("done=sent"), "{case}");
    let again = office.send("/new/send", &fields).await;
    assert_eq!(again.location().unwrap().path(), case.path(), "a second press finds the same case");
    assert_eq!(office.cases().await, 1);
    let id = case.path().rsplit('/').next().unwrap().to_owned();
    assert!(office.stage.verifier.wait_for_rest(&id, PATIENCE).await);
    let by_form = office.stage.verifier.opened_report(&office.stage.caller(), &id).await.unwrap().1;
    let by_call = office.stage.verify(&request).await;
    assert_eq!(by_form.body.household, by_call.body.household, "the form sends what the interface is sent");
    assert_eq!(by_form.body.declared, by_call.body.declared);
    let mut other = fields.clone();
    other.iter_mut().find(|(name, _)| name == "/household/registered_as").unwrap().1 = "visitor".into();
    let other = office.send("/new/send", &other).await;
    assert_eq!(other.status, 409);
    assert!(other.body.contains("已经提交过"), "{}", other.body);
}

#[tokio::test]
async fn every_fault_stands_at_its_field_and_what_was_typed_stays() {
    let mut office = Office::open().await;
    let carried = office.carried("/new").await;
    let mut request = office.stage.mocks.sample_request();
    let member = &mut request["household"]["members"][0];
    member["id_number"] = json!("110105194912310021");
    member["name"] = json!("<script>alert(1)</script>");
    member["authorisation"]["signed_on"] = json!("2999-01-01");
    request["reference"] = json!("13800138000");
    request["commissioned_by"] = json!({"organisation": "会师镇", "investigators": ["张三"]});
    let fields = [carried, fields_of(&request)].concat();
    for path in ["/new/check", "/new/send"] {
        let page = office.send(path, &fields).await;
        assert_eq!(page.status, 422, "{path}");
        for at in [
            "/household/members/0/id_number",
            "/household/members/0/authorisation/signed_on",
            "/reference",
            "/commissioned_by/investigators/0",
        ] {
            assert!(page.body.contains(&format!("href=\"#{at}\"")), "{path}: {at} is not in the summary");
            assert!(page.body.contains(&format!("id=\"{at}-error\"")), "{path}: nothing stands at {at}");
        }
        assert!(page.body.contains("身份证号码校验码不符"), "{path}");
        assert!(page.body.contains("value=\"110105194912310021\""), "{path}: what was typed is gone");
        assert!(!page.body.contains("<script>alert"), "{path}: a name is markup");
        // what the script says of a number and a date is what the server says
        let rules = page.body.split("data-rules=\"").nth(1).unwrap().split('"').next().unwrap();
        for error in page.body.split("-error\">").filter(|rest| rest.starts_with("<span")) {
            let said = error.split("</span>").nth(1).unwrap().split("</p>").next().unwrap();
            if said.contains("校验码") || said.contains("签署日期在将来") {
                let heard: String = said.split(['，', '：']).next().unwrap().into();
                assert!(rules.contains(&heard), "{said}");
            }
        }
    }
    assert_eq!(office.cases().await, 0);
    assert_eq!(
        entered_as(&office.stage, "refused").await,
        1,
        "what was sent and refused stands in the log, a look does not"
    );
    let nothing = office.carried("/new").await;
    let empty = office.send("/new/check", &nothing).await;
    assert_eq!(empty.status, 422);
    assert!(empty.body.contains("href=\"#/purpose\""), "{}", empty.body);
}

#[tokio::test]
async fn people_and_lines_are_added_and_removed_without_anything_being_kept() {
    let mut office = Office::open().await;
    let mut fields = office.carried("/new").await;
    fields.push(("/household/members/0/ref".into(), "m1".into()));
    fields.push(("/household/members/0/name".into(), "张三".into()));
    let with = |more: (&str, &str)| {
        let mut fields = fields.clone();
        fields.push((more.0.into(), more.1.into()));
        fields
    };
    let added = office.send("/new", &with(("add", "/household/members"))).await;
    assert_eq!(added.status, 200);
    assert!(
        added.body.contains("name=\"/household/members/1/ref\" value=\"m2\"") && added.body.contains("value=\"张三\"")
    );
    let line = office.send("/new", &with(("add", "/household/members/0/declared/income"))).await;
    assert!(line.body.contains("name=\"/household/members/0/declared/income/0/annual_yuan\""), "{}", line.body);
    let removed = office.send("/new", &with(("remove", "/household/members/0"))).await;
    assert!(!removed.body.contains("value=\"张三\""));
    assert_eq!(office.cases().await, 0);
}

/// A form with a file, as browsers send it.
async fn upload(office: &Office, carried: &[(String, String)], file: &[u8]) -> reqwest::Response {
    let boundary = "----hedui";
    let mut body = Vec::new();
    for (name, value) in carried {
        let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"request.json\"\r\nContent-Type: application/json\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let session = office.browser.cookie(&office.door.base, "hedui-session").expect("signed in");
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let call = http.post(office.door.url("/new/file")).header("origin", &office.door.base);
    let call = call.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    call.header("cookie", format!("hedui-session={session}")).body(body).send().await.expect("an answer")
}

/// A page's text, which is not long.
async fn text(answer: reqwest::Response) -> String {
    let mut pieces = answer.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.expect("a whole body"));
        assert!(body.len() < 1 << 20, "a page without end");
    }
    String::from_utf8(body).expect("UTF-8")
}

#[tokio::test]
async fn a_requests_file_is_sent_as_it_is_or_shown_with_its_faults_by_place() {
    let mut office = Office::open().await;
    let mut request = office.stage.mocks.sample_request();
    let carried = office.carried("/new/file").await;
    let good = request.to_string();
    let sent = upload(&office, &carried, good.as_bytes()).await;
    assert_eq!(sent.status(), 303);
    let case = sent.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(upload(&office, &carried, good.as_bytes()).await.headers()["location"].to_str().unwrap(), case);
    assert_eq!(office.cases().await, 1, "the same page sends once");

    let carried = office.carried("/new/file").await;
    request["household"]["members"][0]["id_number"] = json!("110105194912310021");
    request["unknown"] = json!(1);
    let faulty = upload(&office, &carried, request.to_string().as_bytes()).await;
    assert_eq!(faulty.status(), 422);
    let body = text(faulty).await;
    for told in ["/household/members/0/id_number", "/unknown", "身份证号码校验码不符", "逐位核对"] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(!body.contains("110105194912310021"), "a fault repeats no number");
    for (what, file, said) in [
        ("nothing", Vec::new(), "请选择一个 JSON 文件"),
        ("no JSON", b"name,id\n".to_vec(), "不是有效的 JSON"),
        ("too much", vec![b' '; 300 * 1024], "文件超过 256 KiB"),
        ("far too much", vec![b' '; 3 * 1024 * 1024], "文件超过 256 KiB"),
    ] {
        let page = upload(&office, &carried, &file).await;
        assert_eq!(page.status(), 422, "{what}");
        assert!(text(page).await.contains(said), "{what}");
    }
    let foreign = upload(&office, &[("form_token".into(), "another".into())], good.as_bytes()).await;
    assert_eq!(foreign.status(), 403, "a form without its session's token does nothing");
    assert_eq!(office.cases().await, 1);
}

/// What a browser sends of the page's form, as it stands.
fn as_it_stands(page: &Page) -> Vec<(String, String)> {
    let form = page.body.split("<main").nth(1).expect("a page");
    let tags = form.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("select"));
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!(" {name}=\""))?.1;
        Some(rest.split('"').next()?.replace("&#38;", "&"))
    };
    let mut fields = Vec::new();
    for tag in tags {
        let Some(name) = attribute(tag, "name") else { continue };
        if tag.starts_with("select") {
            let choices =
                form.split(&format!("<select id=\"{name}\"")).nth(1).and_then(|rest| rest.split("</select>").next());
            let chosen = choices.expect("the choices").split("<option").find(|choice| choice.contains(" selected"));
            fields.push((name, chosen.and_then(|choice| attribute(choice, "value")).unwrap_or_default()));
        } else if !tag.contains("type=\"radio\"") && !tag.contains("type=\"checkbox\"") || tag.contains(" checked") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    fields
}

#[tokio::test]
async fn a_large_household_is_folded_and_nothing_of_it_is_lost() {
    let mut office = Office::open().await;
    let mut request = office.stage.mocks.sample_request();
    let first = request["household"]["members"][0].clone();
    let all = 30 - request["household"]["obligors"].as_array().map_or(0, Vec::len);
    let members = request["household"]["members"].as_array_mut().unwrap();
    while members.len() < all {
        let mut one = first.clone();
        one["ref"] = json!(format!("m{}", members.len() + 1));
        one["name"] = json!(format!("第{}人", members.len() + 1));
        one["relation"] = json!("20");
        members.push(one);
    }
    let carried = office.carried("/new").await;
    let fields = [carried, fields_of(&request)].concat();
    let edit = [fields.clone(), vec![("edit".into(), "/household/members/7".into())]].concat();
    let page = office.send("/new", &edit).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.len() < 100_000, "{} bytes", page.body.len());
    assert!(
        page.body.contains("id=\"/household/members/7/name\"")
            && !page.body.contains("id=\"/household/members/6/name\"")
    );
    // what the page sends is what was typed, open or folded
    let sorted = |fields: &[(String, String)]| {
        // what is not ticked is not sent
        let unticked = |name: &str, value: &str| value == "no" && !name.ends_with("/can_work");
        let is_sent = |name: &str, value: &str| name.starts_with('/') && !value.is_empty() && !unticked(name, value);
        let mut fields: Vec<_> = fields.iter().filter(|(name, value)| is_sent(name, value)).cloned().collect();
        fields.sort();
        fields
    };
    let (sent, typed) = (as_it_stands(&page), sorted(&fields));
    let folded = sent.iter().filter(|(name, _)| name == "folded").flat_map(|(_, value)| {
        let (at, lines) = value.split_once('\n').expect("a place");
        lines
            .lines()
            .map(move |line| line.split_once('=').expect("a field"))
            .map(move |(rest, value)| (format!("{at}/{rest}"), value.to_owned()))
    });
    let whole: Vec<_> = sent.iter().cloned().chain(folded).collect();
    for field in &typed {
        assert!(whole.contains(field), "{field:?} is lost");
    }
    let next = [sent.clone(), vec![("edit".into(), "/household/members/20".into())]].concat();
    let next = office.send("/new", &next).await;
    assert!(next.body.contains("value=\"第21人\""), "somebody who was folded is opened: {}", next.body);
    // the same person so often is wrong in many places: the page says so, stays small, and every link leads somewhere
    let wrong = office.send("/new/check", &sent).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.len() < 100_000, "{} bytes", wrong.body.len());
    let errors = wrong.body.split("class=\"errors\"").nth(1).and_then(|rest| rest.split("</div>").next());
    for link in errors.expect("errors").split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(wrong.body.contains(&format!("id=\"{link}\"")), "{link} leads nowhere");
    }
}
