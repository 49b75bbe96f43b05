//! Requests, supplied evidence, supplied identities, reports.

use hedui::household::{Fault, SourceKey};
use hedui::policy::{Packs, missing_rule};
use hedui::report::change;
use hedui::report::view::{Document, View};
use hedui::verification::intake::{IntakeContext, document_of, read_request};
use hedui::verification::{SubmitError, supplied};
use hedui_mock_sources::Key;

use super::damage::{files, try_all};
use super::{corpus, root};
use crate::support::{Setup, Stage};

/// Faults stand in the order of the document, each with a JSON pointer or, of the whole, none.
fn named(faults: &[Fault]) -> bool {
    assert!(!faults.is_empty(), "a refusal says why");
    for fault in faults {
        assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'), "{}", fault.pointer);
        assert!(!fault.detail.is_empty() && !fault.detail_zh.is_empty());
    }
    false
}

async fn requests() -> Vec<Vec<u8>> {
    let stage = Stage::start(Setup::default()).await;
    let generated = (0..12).filter_map(|index| stage.mocks.request_for(index, &Default::default()));
    let mut all: Vec<Vec<u8>> = generated.map(|request| request.to_string().into_bytes()).collect();
    all.push(stage.mocks.sample_request().to_string().into_bytes());
    all.extend(files(&root("examples"), &["household.json"]));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_read_or_refused() {
    let packs = Packs::embedded();
    let sources: Vec<SourceKey> = Key::ALL.iter().filter_map(|key| SourceKey::new(key.as_str()).ok()).collect();
    let context = IntakeContext {
        today: "2026-11-01".parse().expect("a day"),
        knows_region: &|region| packs.counties().iter().any(|county| county.region == region.as_str()),
        covers_day: &|region, day| packs.resolve(region, day).is_ok(),
        lacks: &|region, day, purpose| packs.resolve(region, day).ok().and_then(|pack| missing_rule(purpose, &pack)),
        sources: &sources,
        has_registered_key: true,
    };
    try_all(&corpus("requests", requests().await), |bytes| match read_request(bytes, &context) {
        Ok(request) => {
            let written = document_of(&request).to_string();
            let again =
                read_request(written.as_bytes(), &context).expect("what was read is written so that it is read");
            assert_eq!(document_of(&again).to_string(), written);
            true
        }
        Err(faults) => named(&faults),
    });
}

#[test]
fn supplied_evidence_is_read_or_refused() {
    let packs = Packs::embedded();
    let real = corpus("evidence", files(&root("examples"), &["evidence.json"]));
    try_all(&real, |bytes| match supplied::read(bytes, &packs) {
        Ok((evidence, pack)) => {
            drop(supplied::assess(&evidence, &pack, &packs));
            true
        }
        Err(faults) => named(&faults),
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn supplied_identities_are_compared_or_refused() {
    let stage = Stage::start(Setup::default()).await;
    let (verifier, caller) = (stage.verifier.clone(), stage.caller());
    let real = corpus("matches", files(&root("examples"), &["match.json"]));
    try_all(&real, |bytes| match verifier.compare_supplied(&caller, bytes) {
        Ok(_) => true,
        Err(SubmitError::Faults(faults)) => named(&faults),
        Err(_) => false,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_every_level_are_read_or_refused() {
    let stage = Stage::start(Setup::default()).await;
    let report = stage.verify(&stage.mocks.sample_request()).await;
    let (body, whole) = (report.body.bytes(), report.bytes());
    let levels = [hedui::config::Disclosure::Conclusion, hedui::config::Disclosure::Amounts].map(|level| {
        assert!(View::of(&report.body, level).is_some());
        Document::at(report.clone(), level, report.attestation.signing_key.clone()).bytes()
    });
    try_all(&corpus("reports", levels.into_iter().chain([whole]).collect()), |bytes| {
        let read = Document::read(bytes);
        assert!(read.as_ref().is_ok_and(|read| Document::read(&read.bytes()).as_ref() == Ok(read)) || read.is_err());
        read.is_ok()
    });
    try_all(&corpus("bodies", vec![body]), |bytes| change::read(bytes).is_ok());
}
