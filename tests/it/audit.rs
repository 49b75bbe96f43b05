//! The log as auditors meet it over HTTP: what they find, what they do not, and that every look stands in the log first.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::client::{Client, Reply, send};
use super::support::{Served, Setup, Stage};
use hedui::audit::{Action, Checkpoint, InclusionProof, Leaf, VerifierKey, read_entry_bundle};
use hedui::keys::{DetailKind, MacUse};
use hedui::telemetry::Clock;

struct Office {
    stage: Stage,
    served: Served,
}

impl Office {
    async fn open() -> Self {
        let stage = Stage::start(Setup::default()).await;
        let served = stage.serve().await;
        Self { stage, served }
    }

    fn client(&self, who: &str) -> Client {
        Client::new(&self.served.url(""), Some(self.served.token(who, "report:read")))
    }

    fn household(&self, index: u32) -> Value {
        self.stage.mocks.request_for(index, &Default::default()).expect("a household")
    }

    /// A case with its final report, by the caseworker.
    async fn verified(&self, request: &Value) -> String {
        self.client("caseworker").verified(request).await
    }

    async fn last(&self) -> Leaf {
        self.stage.entries().await.pop().expect("an entry")
    }
}

fn items(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["items"].as_array().expect("items").clone()
}

async fn trail(client: &Client, body: Value, accept: &str) -> Reply {
    let call = client.call(Method::POST, "/v1/audit/subjects").header("accept", accept);
    send(call.header("content-type", "application/json").body(body.to_string())).await
}

#[tokio::test]
async fn every_search_stands_in_the_log_before_it_is_answered() {
    let office = Office::open().await;
    let id = office.verified(&office.household(0)).await;
    let auditor = office.client("auditor");
    let page = auditor.get(&format!("/v1/audit/events?case={id}&kind=query_authorised&limit=500")).await;
    let found = items(&page);
    assert!(
        found.len() > 5
            && found.iter().all(|entry| entry["kind"] == "query_authorised" && entry["case"] == id.as_str())
    );
    assert!(
        found.iter().all(|entry| entry["case_organisation"] == "huishi-township" && entry["authorisation"].is_string())
    );
    let last = office.last().await;
    assert_eq!((last.event.action, last.event.actor.subject.as_str()), (Action::Search, "auditor"));
    assert_eq!(
        last.event.case.map(|case| case.to_string()),
        Some(id.clone()),
        "a look at a case's entries is found by its case"
    );
    assert_eq!(page.json()["logged_as"], office.stage.entries().await.len() - 1);
    let same = auditor.get(&format!("/v1/audit/events?kind=query_authorised&case={id}")).await;
    assert_eq!(same.status, 200);
    assert_eq!(office.last().await.event.detail_sha256, last.event.detail_sha256, "the same search has the same hash");
    for (path, accept, action) in [
        ("/v1/audit/events", "text/csv", Action::LogExported),
        ("/v1/audit/events", "application/x-ndjson", Action::LogExported),
        ("/v1/audit/events/0", "application/json", Action::Search),
        ("/v1/audit/findings", "application/json", Action::Search),
    ] {
        assert_eq!(auditor.get_as(path, accept).await.status, 200, "{path}");
        let last = office.last().await;
        assert_eq!((last.event.action, last.event.actor.subject.as_str()), (action, "auditor"), "{path} {accept}");
    }
    let one = auditor.get("/v1/audit/events/0").await.json();
    let by_id = auditor.get(&format!("/v1/audit/events/{}", one["id"].as_str().unwrap())).await.json();
    assert_eq!((&one["index"], &one), (&json!(0), &by_id));
    auditor.get("/v1/audit/events/999999").await.assert_problem(404, "not-found");
}

#[tokio::test]
async fn auditors_see_their_organisations_and_regions_and_nobody_a_name() {
    let office = Office::open().await;
    let request = office.household(0);
    let id = office.verified(&request).await;
    let of_case = |page: &Reply| items(page).iter().filter(|entry| entry["case"] == id.as_str()).count();
    let path = "/v1/audit/events?limit=500";
    let own = office.client("auditor").get(path).await;
    assert!(of_case(&own) > 5, "what the service did about the case is found");
    assert!(items(&own).iter().any(|entry| entry["actor"]["organisation"] == "hedui"));
    for who in ["auditor@elsewhere", "auditor@other-region"] {
        let theirs = office.client(who).get(path).await;
        assert_eq!(of_case(&theirs), 0, "{who}");
        assert_eq!(items(&office.client(who).get(&format!("{path}&case={id}")).await), [json!(null); 0], "{who}");
        let index = items(&own)[0]["index"].clone();
        office.client(who).get(&format!("/v1/audit/events/{index}")).await.assert_problem(404, "not-found");
    }
    let chief = office.client("chief-auditor");
    assert!(of_case(&chief.get(path).await) > 5);
    let theirs = items(&chief.get(&format!("{path}&organisation=other-township")).await);
    assert!(theirs.iter().all(|entry| entry["kind"] == "search"), "what they did is that they looked in vain");
    assert!(of_case(&chief.get(&format!("{path}&organisation=huishi-township")).await) > 5);
    assert_eq!(
        items(&office.client("auditor").get(&format!("{path}&organisation=other-township")).await),
        [json!(null); 0]
    );
    let everything = own.text() + &office.client("auditor").get_as("/v1/audit/events", "text/csv").await.text();
    for member in request["household"]["members"].as_array().unwrap() {
        for secret in ["name", "id_number", "phone"] {
            let secret = member[secret].as_str().unwrap_or("\u{0}");
            assert!(!everything.contains(secret), "{secret}");
        }
    }
    // opened, a report is shown to an auditor after an inspection was granted; sealed, never
    for (form, status, kind) in [
        ("application/json", 404, "not-found"),
        ("text/html", 404, "not-found"),
        ("application/jose", 403, "forbidden"),
    ] {
        let report = office.client("auditor").get_as(&format!("/v1/verifications/{id}/report"), form).await;
        report.assert_problem(status, kind);
    }
}

#[tokio::test]
async fn pages_hold_still_while_the_log_grows() {
    let office = Office::open().await;
    office.verified(&office.household(0)).await;
    let chief = office.client("chief-auditor");
    let before = office.stage.entries().await.len();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = chief.get(&format!("/v1/audit/events?limit=7{cursor}")).await;
        seen.extend(items(&page).iter().map(|entry| entry["index"].as_u64().unwrap()));
        match page.json()["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<u64> = (0..before as u64).rev().collect();
    assert_eq!(seen, expected, "each entry once, though every page added one");
    let lines = chief.get_as("/v1/audit/events", "application/x-ndjson").await.text();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(lines.lines().count() as u64, first["index"].as_u64().unwrap() + 1, "all of it, as of its own entry");
}

#[tokio::test]
async fn times_and_words_narrow_a_search_and_wrong_ones_are_refused() {
    let office = Office::open().await;
    let id = office.verified(&office.household(0)).await;
    let auditor = office.client("auditor");
    let completed = items(&auditor.get(&format!("/v1/audit/events?case={id}&kind=completed")).await);
    let at = completed[0]["at"].as_str().unwrap();
    let from = items(&auditor.get(&format!("/v1/audit/events?case={id}&kind=completed,accepted&from={at}")).await);
    assert!(from.iter().all(|entry| entry["at"].as_str().unwrap() >= at) && from.contains(&completed[0]));
    let to = items(&auditor.get(&format!("/v1/audit/events?case={id}&kind=completed,accepted&to={at}")).await);
    assert!(!to.contains(&completed[0]) && to.iter().any(|entry| entry["kind"] == "accepted"));
    let by = items(&auditor.get("/v1/audit/events?actor=caseworker&kind=accepted").await);
    assert_eq!(by.len(), 1);
    for wrong in [
        "kind=gossip",
        "case=1",
        "subject=620422195203160089",
        "from=yesterday",
        "limit=0",
        "cursor=x",
        "name=x",
        "lang=fr",
    ] {
        let problem = auditor.get(&format!("/v1/audit/events?{wrong}")).await.assert_problem(422, "invalid-request");
        assert!(!problem.to_string().contains("620422195203160089"), "what was sent is not repeated");
    }
    auditor.get_as("/v1/audit/events", "image/png").await.assert_problem(406, "not-acceptable");
}

#[tokio::test]
async fn a_table_of_entries_holds_no_formula() {
    let office = Office::open().await;
    office.client("=cmd").submit("{}").await;
    let table = office.client("auditor").get_as("/v1/audit/events?lang=en", "text/csv").await;
    assert!(table.header("content-disposition").contains("audit-log.csv"));
    let text = table.text();
    assert!(text.starts_with("\u{feff}index,at,kind,"), "{text}");
    assert!(text.contains(",'=cmd,") && !text.contains(",=cmd,"), "{text}");
}

#[tokio::test]
async fn one_persons_whole_trail_goes_over_key_epochs_and_leaves_others_out() {
    let office = Office::open().await;
    let request = office.household(0);
    let person = request["household"]["members"][0]["id_number"].as_str().expect("an ID number").to_owned();
    let first = office.verified(&request).await;
    office.stage.keys.add_mac_epoch(MacUse::SubjectTag, Clock::system().now()).expect("another epoch");
    office.stage.keys.add_mac_epoch(MacUse::BlindIndex, Clock::system().now()).expect("another epoch");
    let second = office.verified(&request).await;
    let other = office.verified(&office.household(1)).await;
    let auditor = office.client("auditor");
    let body = json!({"id_number": format!(" {} ", person.to_lowercase()), "limit": 500});
    let page = trail(&auditor, body.clone(), "application/json").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let found = page.json();
    assert_eq!(found["subjects"].as_array().map(Vec::len), Some(2), "a tag an epoch");
    let last = office.last().await;
    assert_eq!(last.event.action, Action::Search);
    assert_eq!(last.event.subject_tag.map(|tag| tag.to_string()).as_deref(), found["subjects"][0].as_str());
    let cases = found["cases"].as_array().unwrap();
    let mut ids: Vec<&str> = cases.iter().map(|case| case["case"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [first.as_str(), second.as_str()], "and not {other}");
    for case in cases {
        assert_eq!(
            (&case["requested_by"]["subject"], &case["organisation"]),
            (&json!("caseworker"), &json!("huishi-township"))
        );
        assert_eq!((&case["purpose"], &case["status"]), (&request["purpose"], &json!("final")));
        let entries = case["entries"].as_array().unwrap();
        for kind in ["accepted", "query_authorised", "completed"] {
            assert!(entries.iter().any(|entry| entry["kind"] == kind), "{kind}");
        }
        assert!(
            entries
                .iter()
                .all(|entry| entry["member"].is_null() || entry["member"] == request["household"]["members"][0]["ref"])
        );
        assert!(entries.iter().any(|entry| entry["source"].is_string() && entry["authorisation"].is_string()));
    }
    let again = trail(&auditor, body.clone(), "application/json").await.json();
    assert_eq!(again["other"].as_array().map(Vec::len), Some(1), "who looked before is part of the trail");
    let table = trail(&auditor, body.clone(), "text/csv").await;
    assert!(table.text().lines().count() > 20 && !table.text().contains(&person));
    let short = trail(&auditor, json!({"id_number": person, "limit": 1}), "application/json").await.json();
    assert!(short["next"].is_string());
    let elsewhere = trail(&office.client("auditor@elsewhere"), body, "application/json").await.json();
    assert_eq!((&elsewhere["cases"], &elsewhere["other"]), (&json!([]), &json!([])));
    for wrong in [json!({}), json!({"id_number": ""}), json!({"id_number": "1", "name": "x"}), json!([])] {
        trail(&auditor, wrong, "application/json").await.assert_problem(422, "invalid-request");
    }
}

#[tokio::test]
async fn what_is_served_is_verified_by_somebody_elses_libraries() {
    let office = Office::open().await;
    office.verified(&office.household(0)).await;
    let chief = office.client("chief-auditor");
    let mut checkpoint = chief.get("/v1/audit/checkpoint").await;
    for _ in 0..100 {
        if checkpoint.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        checkpoint = chief.get("/v1/audit/checkpoint").await;
    }
    assert_eq!(
        (checkpoint.header("content-type"), checkpoint.header("cache-control")),
        ("text/plain; charset=utf-8", "no-store")
    );
    let key = VerifierKey::parse(&office.stage.log_key()).unwrap();
    let old = Checkpoint::open(&checkpoint.text(), std::slice::from_ref(&key)).expect("a signed checkpoint");
    let size = old.size;
    // the leaves as the bundle has them, hashed into another library's tree
    let path = format!("/v1/audit/tile/entries/000.p/{size}");
    assert!(size < 256, "a full bundle has another name");
    let bundle = chief.get(&path).await;
    let entries = read_entry_bundle(&bundle.body).expect("a bundle");
    let mut theirs = ct_merkle::mem_backed_tree::MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for entry in &entries {
        theirs.push(entry.to_vec());
    }
    assert_eq!(theirs.root().as_bytes().as_slice(), old.root, "the entries served are those under the checkpoint");
    let tile = chief.get(&format!("/v1/audit/tile/0/000.p/{size}")).await.body;
    assert_eq!(&tile[..32], Sha256::new().chain_update([0]).chain_update(entries[0]).finalize().as_slice());
    let newest = chief.get("/v1/audit/proofs/inclusion?index=3").await.json();
    let text = chief.get_as("/v1/audit/proofs/inclusion?index=3", "text/plain").await.text();
    let proof = InclusionProof::from_text(&text).expect("a tlog-proof");
    let new = proof.verify(entries[3], std::slice::from_ref(&key)).expect("a proof that holds");
    assert_eq!(newest["index"], 3);
    assert!(proof.verify(entries[4], &[key]).is_err());
    let consistency = chief.get(&format!("/v1/audit/proofs/consistency?old={size}&new={}", new.size)).await;
    let consistency: hedui::audit::ConsistencyProof = serde_json::from_slice(&consistency.body).unwrap();
    let hashes: Vec<tlog_tiles::Hash> = consistency.hashes.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect();
    tlog_tiles::check_tree(&hashes, new.size, tlog_tiles::Hash(new.root), size, tlog_tiles::Hash(old.root))
        .expect("the log only grew");
    for missing in
        ["proofs/inclusion?index=99999", "proofs/consistency?old=1&new=99999", "tile/0/001", "tile/0/x", "tile/9/000"]
    {
        chief.get(&format!("/v1/audit/{missing}")).await.assert_problem(404, "not-found");
    }
    office.client("auditor").get(&path).await.assert_problem(404, "not-found");
}

/// The modules of the code on a page, drawn as its SVG says.
fn modules(page: &str) -> (usize, Vec<Vec<bool>>) {
    let between =
        |from: &str, to: &str| page.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect("an SVG").0;
    let side: usize = between("viewBox=\"0 0 ", " ").parse().unwrap();
    let mut drawn = vec![vec![false; side]; side];
    for row in between(" d=\"", "\"").split('M').skip(1) {
        let runs = row.find(['h', 'm']).unwrap_or(row.len());
        let (x, y) = row[..runs].split_once(' ').unwrap();
        let (mut x, y): (usize, usize) = (x.parse().unwrap(), y.strip_suffix(".5").unwrap().parse().unwrap());
        // a stroke of so many modules is dark, a move is light
        for run in row[runs..].replace(" 0", "").replace('h', " h").replace('m', " m").split_whitespace() {
            let length: usize = run[1..].parse().unwrap();
            if run.starts_with('h') {
                drawn[y][x..x + length].fill(true);
            }
            x += length;
        }
    }
    (side, drawn)
}

#[tokio::test]
async fn a_receipt_is_read_by_somebody_elses_scanner_and_proves_its_report_offline() {
    let office = Office::open().await;
    let request = office.household(0);
    let id = office.verified(&request).await;
    let client = office.client("caseworker");
    let page = client.get_as(&format!("/v1/verifications/{id}/receipt"), "text/html").await;
    assert!(page.header("content-security-policy").contains("style-src 'sha256-"), "{}", page.text());
    assert_eq!(office.last().await.event.action, Action::ReceiptGiven);
    for member in request["household"]["members"].as_array().unwrap() {
        for secret in ["name", "id_number"] {
            assert!(!page.text().contains(member[secret].as_str().unwrap()), "{secret}");
        }
    }
    let (side, drawn) = modules(&page.text());
    let scale = 4;
    let grey = |x: usize, y: usize| if drawn[y / scale][x / scale] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * scale, side * scale, grey);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    let (_, scanned) = grids[0].decode().expect("a code that is read");
    let folder = office.stage.folder.path();
    let file = |name: &str, text: &[u8]| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name).display().to_string()
    };
    let json = client.get_as(&format!("/v1/verifications/{id}/receipt"), "application/json").await;
    assert!(json.json()["departments"].as_array().unwrap().len() > 5);
    let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await.body;
    let report = file("report.json", &report);
    let other = office.verified(&office.household(1)).await;
    let other = client.get_as(&format!("/v1/verifications/{other}/report"), "application/json").await.body;
    let other = file("other.json", &other);
    let run = |receipt: &str, key: &str, more: &[&str]| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_hedui"));
        let output = command.args(["audit", "receipt", receipt, "--log-key", key]).args(more).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let key = office.stage.log_key();
    let scanned_file = file("scanned.txt", scanned.as_bytes());
    for receipt in [scanned_file.clone(), file("receipt.html", &page.body), file("receipt.json", &json.body)] {
        let (code, told) = run(&receipt, &key, &["--report", &report, "--lang", "en"]);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(&id) && told.contains("the report given is this version"), "{told}");
    }
    assert_eq!(run(&scanned_file, &key, &["--report", &other]).0, Some(1), "another household's report");
    let altered = file("altered.txt", scanned.replacen("HEDUI1:", "HEDUI1:A", 1).as_bytes());
    assert_eq!(run(&altered, &key, &[]).0, Some(1));
    assert_eq!(run(&file("empty.txt", b""), &key, &["--json"]).0, Some(1));
    assert_eq!(run(&scanned_file, "rubbish", &[]).0, Some(2));
    if let Ok(place) = std::env::var("HEDUI_KEEP_PAGES") {
        let english = client.get_as(&format!("/v1/verifications/{id}/receipt?lang=en"), "text/html").await;
        std::fs::write(format!("{place}/receipt-zh.html"), &page.body).unwrap();
        std::fs::write(format!("{place}/receipt-en.html"), &english.body).unwrap();
    }
}

#[tokio::test]
async fn findings_come_from_real_calls_and_are_raised_once() {
    let office = Office::open().await;
    let curious = office.client("caseworker");
    for index in 0..3 {
        let id = office.verified(&office.household(index)).await;
        curious.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
    }
    let supervisor = office.client("system-admin");
    let case = "/v1/verifications/01a21b46-906a-7254-82c6-ec532de926ad";
    let (state, versions) = (case.to_owned(), format!("{case}/versions"));
    let lists =
        ["verifications", "reviews", "due", "batches", "alerts", "subscriptions", "audit/events", "audit/findings"];
    for path in lists.map(|list| format!("/v1/{list}")).into_iter().chain([state, versions]) {
        supervisor.get(&path).await.assert_problem(403, "forbidden");
    }
    let auditor = office.client("auditor");
    let found = items(&auditor.get("/v1/audit/findings?days=2").await);
    let of = |kind: &str| {
        found.iter().find(|finding| finding["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {found:?}"))
    };
    let many = of("many_cases");
    assert_eq!((&many["actor"], &many["count"], &many["bound"]), (&json!("caseworker"), &json!(3), &json!(3)));
    let log = office.stage.entries().await;
    for index in many["entries"].as_array().unwrap() {
        let action = log[index.as_u64().unwrap() as usize].event.action;
        assert!([Action::ReportRead, Action::AnswersRead].contains(&action), "{action:?}");
    }
    assert!(many["why_zh"].as_str().unwrap().contains("3件") && many["why"].as_str().unwrap().contains("3 cases"));
    assert_eq!(of("many_denials")["actor"], "system-admin");
    assert!(office.stage.oversight.raise_new().await.unwrap() >= 2);
    assert_eq!(office.stage.oversight.raise_new().await.unwrap(), 0, "each is raised once");
    assert_eq!(items(&office.client("auditor@elsewhere").get("/v1/audit/findings").await), [json!(null); 0]);
    // an auditor of another region sees no entry about these cases, and so no finding of them
    let neighbour = office.client("auditor@other-region");
    let nearby = items(&neighbour.get("/v1/audit/findings?days=2").await);
    assert!(nearby.iter().all(|finding| finding["kind"] == "many_denials"), "{nearby:?}");
    let path = format!("/v1/audit/findings/{}/acknowledge", many["id"].as_str().unwrap());
    let seen = |client: &Client| {
        send(
            client
                .call(Method::POST, &path)
                .header("content-type", "application/json")
                .body(r#"{"note": "a campaign"}"#),
        )
    };
    for stranger in [&office.client("auditor@elsewhere"), &neighbour] {
        seen(stranger).await.assert_problem(404, "not-found");
    }
    assert_eq!(seen(&auditor).await.json()["acknowledged_by"], "auditor");
    let entry = office.last().await;
    assert_eq!(entry.event.action, Action::FindingAcknowledged);
    assert_eq!(entry.event.detail_sha256, Some(office.stage.keys.detail_mac(DetailKind::Note, b"a campaign").bytes()));
    assert_ne!(entry.event.detail_sha256, Some(Sha256::digest("a campaign").into()), "no guess can be tried");
    let again = items(&auditor.get("/v1/audit/findings?days=2").await);
    assert!(again.iter().any(|finding| finding["id"] == many["id"] && finding["acknowledged_by"] == "auditor"));

    // twice as many is another finding, which nobody has seen
    for index in 3..6 {
        let id = office.verified(&office.household(index)).await;
        curious.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
    }
    // In the evening the same readings are found to be out of hours too.
    assert!(office.stage.oversight.raise_new().await.unwrap() >= 1, "it is raised anew");
    let found = items(&auditor.get("/v1/audit/findings?days=2").await);
    let doubled = found.iter().find(|finding| finding["kind"] == "many_cases").expect("the finding");
    assert_eq!((&doubled["count"], &doubled["level"], doubled.get("acknowledged_by")), (&json!(6), &json!(1), None));
    let before = json!({"id": many["id"], "from": 3, "acknowledged_in": doubled["earlier"][0]["acknowledged_in"], "acknowledged_by": "auditor"});
    assert_eq!(doubled["earlier"], json!([before]));
    let entries = office.stage.entries().await.len();
    let again = seen(&auditor).await.json();
    assert_eq!(again["id"], doubled["id"], "an earlier level is found by its own name");
    assert_eq!(office.stage.entries().await.len(), entries + 1, "the look alone: it was acknowledged before");
    let path = format!("/v1/audit/findings/{}/acknowledge", doubled["id"].as_str().unwrap());
    let call = auditor.call(Method::POST, &path).header("content-type", "application/json").body("{}");
    assert_eq!(send(call).await.json()["acknowledged_by"], "auditor");
}

#[tokio::test]
async fn an_auditor_who_sees_a_part_of_a_finding_acknowledges_that_part_alone() {
    let office = Office::open().await;
    let id = office.verified(&office.household(0)).await;
    // about no case, and so for every auditor of the organisation; each call with a token of its own is an entry of its own
    let stranger = || office.client("caseworker@other-region");
    let forbidden = ["audit/events", "audit/findings", "audit/checkpoint", "audit/events/1", "callbacks"];
    for path in [forbidden; 3].concat() {
        stranger().get(&format!("/v1/{path}")).await.assert_problem(403, "forbidden");
    }
    // and about a case of one region
    stranger().get(&format!("/v1/verifications/{id}")).await.assert_problem(404, "not-found");
    let (auditor, neighbour) = (office.client("auditor"), office.client("auditor@other-region"));
    let seen = async |client: &Client| {
        let found = items(&client.get("/v1/audit/findings?days=2").await);
        let of = |finding: &&Value| finding["actor"] == "caseworker@other-region" && finding["kind"] == "many_denials";
        found.iter().find(of).expect("the finding").clone()
    };
    let path = |finding: &Value| format!("/v1/audit/findings/{}/acknowledge", finding["id"].as_str().unwrap());
    let acknowledge = async |client: &Client, finding: &Value| {
        send(client.call(Method::POST, &path(finding)).header("content-type", "application/json").body("{}")).await
    };
    let (whole, part) = (seen(&auditor).await, seen(&neighbour).await);
    assert!(whole["count"].as_u64() > part["count"].as_u64(), "{whole} {part}");
    let before = office.stage.entries().await.len();
    acknowledge(&neighbour, &whole).await.assert_problem(404, "not-found");
    acknowledge(&auditor, &part).await.assert_problem(404, "not-found");
    let since = office.stage.entries().await.split_off(before);
    assert!(since.iter().all(|leaf| leaf.event.action != Action::FindingAcknowledged), "{since:?}");
    assert_eq!(acknowledge(&neighbour, &part).await.json()["acknowledged_by"], "auditor@other-region");
    assert_eq!(seen(&neighbour).await["acknowledged_by"], "auditor@other-region");
    assert_eq!(seen(&auditor).await.get("acknowledged_by"), None, "the others have seen nothing yet");
    assert_eq!(acknowledge(&auditor, &whole).await.json()["acknowledged_by"], "auditor");
}
