//! The callers' file: what is read, and where faults are.

use super::*;

fn read(text: &str, base: &Path) -> Result<Clients, Vec<Problem>> {
    let no_private = |jwk: &serde_json::Value| match jwk.get("d") {
        Some(_) => vec!["holds a private key".to_owned()],
        None => Vec::new(),
    };
    Clients::read("clients.toml", text, base, &no_private)
}

fn found(text: &str) -> Vec<(usize, String, String)> {
    let problems = read(text, Path::new(".")).unwrap_err();
    problems.into_iter().map(|p| (p.line, p.key, p.message.split(';').next().unwrap_or("").to_owned())).collect()
}

fn at(line: usize, key: &str, message: &str) -> (usize, String, String) {
    (line, format!("client[0].{key}"), message.to_owned())
}

#[test]
fn faults_are_found_where_they_stand() {
    let text = "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\n \"62\",\n \"620\",\n \"\", \"0000\"]\n\
                roles = [\"auditor\",\n \"client\",\n \"boss\"]\n";
    let prefixes = "must be prefixes of GB/T 2260 codes";
    let expected = [
        at(6, "regions", prefixes),
        at(7, "regions", prefixes),
        at(7, "regions", prefixes),
        at(10, "roles", "unknown role"),
        at(8, "roles", "these roles must not be held together"),
    ];
    assert_eq!(found(text), expected);
    let nothing = "[[client]]\nid = \"\"\norganisation = \"o\"\nregions = []\nroles = []\n";
    let expected = [
        at(2, "id", "is empty"),
        at(4, "regions", "names no region: the caller could see nothing"),
        at(5, "roles", "names no role: the caller could do nothing"),
    ];
    assert_eq!(found(nothing), expected);
}

#[test]
fn a_system_has_no_persons_role() {
    for (role, faulty) in [("caseworker", true), ("supervisor", true), ("client", false)] {
        let text = format!(
            "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\", \"{role}\"]\n"
        );
        match faulty {
            true => {
                assert!(read(&text, Path::new(".")).unwrap_err()[0].message.contains("is a system's role"), "{role}")
            }
            false => assert!(read(&text, Path::new(".")).unwrap().get("a").unwrap().is_system()),
        }
    }
}

#[test]
fn only_an_auditor_oversees_others() {
    let with = |role: &str, line: &str| {
        format!(
            "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"{role}\"]\noversees = {line}\n"
        )
    };
    for overseen in [vec!["all"], vec!["甲镇", "乙镇"], vec![]] {
        let clients = read(&with("auditor", &format!("{overseen:?}")), Path::new(".")).unwrap();
        assert_eq!(clients.get("a").unwrap().oversees, overseen);
    }
    let nobody = at(6, "oversees", "is for auditors: nobody else reads the audit log");
    assert_eq!(found(&with("caseworker", "[\"all\"]")), [nobody]);
    let both = at(6, "oversees", "names every organisation and single ones");
    assert_eq!(found(&with("auditor", "[\"all\", \"甲镇\"]")), [both]);
}

#[test]
fn a_callback_has_an_address_and_a_secret_that_is_kept_elsewhere() {
    let client = "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\n";
    let with = |callback: &str| format!("{client}callback = {callback}\n");
    let good = with("{ url = \"https://host/hedui\", secret = { file = \"secret\" } }");
    let clients = read(&good, Path::new("/etc/hedui")).unwrap();
    let callback = clients.get("a").and_then(|client| client.callback.clone()).unwrap();
    assert_eq!(callback.url.as_str(), "https://host/hedui");
    assert_eq!(callback.secret, crate::config::SecretPlace::File("/etc/hedui/secret".into()));
    assert_eq!(read(client, Path::new(".")).unwrap().get("a").unwrap().callback, None);
    for (callback, key, message) in [
        ("{ secret = { env = \"X\" } }", "callback.url", "is missing"),
        (
            "{ url = \"http://host/\", secret = { env = \"X\" } }",
            "callback.url",
            "is not encrypted: https, or http on this machine alone",
        ),
        ("{ url = \"https://host/\" }", "callback.secret", "must be in one place"),
        (
            "{ url = \"https://host/\", secret = { env = \"X\", file = \"y\" } }",
            "callback.secret",
            "must be in one place",
        ),
        ("{ url = \"https://host/\", secret = \"inline\" }", "callback.secret", "must be a table"),
        ("{ url = \"https://host/\", secret = { env = \"X\" }, retries = 3 }", "callback.retries", "unknown key"),
    ] {
        let faults = found(&with(callback));
        assert!(faults.contains(&at(6, key, message)), "{callback}: {faults:?}");
    }
}

#[test]
fn region_codes_become_prefixes() {
    for (code, prefix) in [
        ("62", Some("62")),
        ("6204", Some("6204")),
        ("620422", Some("620422")),
        ("620400", Some("6204")),
        ("620000", Some("62")),
        ("6200", Some("62")),
        ("100000", Some("10")),
        ("", None),
        ("0", None),
        ("00", None),
        ("0000", None),
        ("620", None),
        ("62042", None),
        ("620022", None),
        ("6204221", None),
        ("62o422", None),
        ("６２", None),
    ] {
        assert_eq!(region_prefix(code).as_deref(), prefix, "{code}");
    }
}

#[test]
fn a_caller_is_shown_the_least_unless_the_file_grants_more() {
    let text = |line: &str| {
        format!("[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\n{line}")
    };
    for (line, level) in [
        ("", Disclosure::Conclusion),
        ("disclosure = \"conclusion\"", Disclosure::Conclusion),
        ("disclosure = \"amounts\"", Disclosure::Amounts),
        ("disclosure = \"full\"", Disclosure::Full),
    ] {
        let clients = read(&text(line), Path::new(".")).unwrap();
        assert_eq!(clients.get("a").map(|client| client.disclosure), Some(level), "{line}");
    }
    assert_eq!(found(&text("disclosure = \"all\"")), [at(6, "disclosure", "unknown level")]);
}

#[test]
fn a_key_that_cannot_be_used_is_refused_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key.jwk"), "{\"d\": \"x\"}").unwrap();
    let text = |file: &str| {
        format!(
            "[[client]]\nid = \"a\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\nrecipient_key_file = \"{file}\"\n"
        )
    };
    for (file, message) in [("key.jwk", "holds a private key"), ("none.jwk", "cannot be read as a JWK")] {
        let problems = read(&text(file), folder.path()).unwrap_err();
        assert_eq!((problems.len(), problems[0].line), (1, 6));
        assert!(problems[0].message.contains(message), "{}", problems[0]);
    }
}

#[test]
fn the_shipped_file_names_nobody_until_its_example_is_uncommented() {
    let shipped = crate::config::DEFAULT_CLIENTS;
    assert_eq!(read(shipped, Path::new(".")).unwrap(), Clients::default());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("huishi.jwk"), "{}").unwrap();
    let (_, example) = shipped.split_once("#\n").expect("an empty comment before the example");
    let lines = example.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let uncommented = lines.collect::<Vec<_>>().join("\n");
    let clients = read(&uncommented, folder.path()).unwrap();
    assert_eq!(clients.get("huishi-township").map(|client| client.regions.clone()), Some(vec!["620422".to_owned()]));
    let kept = format!("{shipped}\n{uncommented}");
    assert!(read(&kept, folder.path()).is_ok(), "nothing of the shipped file stands in the way");
}
