//! What an operator writes: settings, callers, packs, models. And packs as they are kept with old reports.

use std::collections::BTreeMap;

use hedui::config::{Clients, Settings};
use hedui::identity::Model;
use hedui::linkage::LinkageModel;
use hedui::policy::{Pack, Packs};

use super::damage::{files, try_all};
use super::{corpus, root};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines(text: &str) -> usize {
    text.split('\n').count()
}

#[test]
fn settings_and_callers_are_read_or_refused_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = std::fs::read(root("config/hedui.toml")).expect("settings");
    let uncommented = |bytes: &[u8]| {
        let text = text(bytes);
        text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect::<Vec<_>>().join("\n").into_bytes()
    };
    let clients = std::fs::read(root("config/clients.toml")).expect("clients");
    let callers = uncommented(&clients);
    try_all(&corpus("settings", vec![settings.clone(), uncommented(&settings)]), |bytes| {
        let text = text(bytes);
        let (read, problems) = Settings::read_all("hedui.toml", &text, folder.path(), &BTreeMap::new());
        assert!(read.is_some() || !problems.is_empty());
        for problem in &problems {
            assert!(problem.line <= lines(&text) + 1 && !problem.message.is_empty(), "{problem}");
        }
        read.is_some()
    });
    try_all(&corpus("clients", vec![clients, callers]), |bytes| {
        let text = text(bytes);
        let read = Clients::read("clients.toml", &text, folder.path(), &|_| Vec::new());
        if let Err(problems) = &read {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|problem| (1..=lines(&text) + 1).contains(&problem.line)), "{problems:?}");
        }
        read.is_ok()
    });
}

#[test]
fn packs_are_read_or_refused_by_line() {
    let real = files(&root("config/policy"), &["huining.toml", "gansu.toml", "baiyin.toml"]);
    try_all(&corpus("packs", real), |bytes| {
        let text = text(bytes);
        let read = Packs::over_embedded(&[("huining.toml", &text)]);
        if let Err(problems) = &read {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|problem| problem.line >= 1 && !problem.message.is_empty()), "{problems:?}");
        }
        read.is_ok()
    });
}

#[test]
fn kept_packs_are_read_or_refused() {
    let as_of = "2026-11-01".parse().expect("a day");
    let region = hedui::household::Region("620422".into());
    let pack = Packs::embedded().resolve(&region, as_of).expect("a pack");
    try_all(&corpus("kept-packs", vec![pack.canonical().to_vec()]), |bytes| {
        let Ok(pack) = Pack::from_canonical(bytes, as_of) else { return false };
        let again = Pack::from_canonical(pack.canonical(), as_of).expect("its own bytes");
        assert_eq!(again.hash(), pack.hash());
        true
    });
}

#[test]
fn models_are_read_or_refused_by_line() {
    let real = files(&root("config/identity"), &[".toml"]);
    try_all(&corpus("identity-models", real), |bytes| {
        let read = Model::parse("person.toml", &text(bytes));
        if let Err(faults) = &read {
            assert!(faults.to_string().contains("person.toml:"), "{faults}");
        }
        read.is_ok()
    });
    let mut real = files(&root("config/linkage"), &[".toml"]);
    real.extend(files(&root("examples"), &["linkage-febrl.toml"]));
    try_all(&corpus("linkage-models", real), |bytes| match LinkageModel::parse("model.toml", &text(bytes)) {
        Ok(model) => {
            let written = model.to_toml();
            let again =
                LinkageModel::parse("model.toml", &written).expect("what was read is written so that it is read");
            assert_eq!(again.to_toml(), written);
            true
        }
        Err(faults) => {
            assert!(faults.to_string().contains("model.toml:"), "{faults}");
            false
        }
    });
}
