//! A made-up household against what a verification over HTTP finds of it.

use std::time::Duration;

use hedui_mock_sources::{Dirt, Key, MockSources};

use super::*;
use crate::auth::Caller;
use crate::config::{DEFAULT_SETTINGS, Register, Settings};
use crate::identity::Model;
use crate::keys::KeyRing;
use crate::policy::{Packs, assess};
use crate::telemetry::Clock;
use crate::verification::{Archive, Departments, OneAddress};

use super::super::compose;

const HOUSEHOLDS: u32 = 24;

fn made_up(seed: u64, households: u32) -> MadeUp {
    MadeUp { seed, households, as_of: None, region: Region("620422".into()) }
}

/// Every household of a county verified over HTTP and made up here: the rules say the same of both, so nothing is lost in the making.
#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_household_is_what_a_verification_finds() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    drop(KeyRing::create(&folder.path().join("keys"), "test-log", clock.now()).unwrap());
    let settings = Settings::read("(shipped) hedui.toml", DEFAULT_SETTINGS, folder.path(), &BTreeMap::new()).unwrap();
    let mocks = Config {
        households: HOUSEHOLDS,
        dirt: Dirt::Clean,
        ticket_delay: Duration::from_millis(20),
        ..Config::default()
    };
    let mocks = MockSources::start(mocks).await.unwrap();
    let base_url = mocks.base_url();
    let secret = |key: &str| Key::parse(key).map(Key::credential).unwrap_or_default();
    let address = OneAddress { base_url: &base_url, secret: &secret, poll_interval: Duration::from_millis(30) };
    let departments = Departments::load_at(None, None, &address).unwrap();
    let (packs, model) = (Packs::embedded(), Model::person());
    let running =
        compose::running(&settings, packs.clone(), model, departments, clock.clone(), Register::default(), false)
            .await
            .unwrap();
    let verifier = &running.verifier;
    let caller = Caller {
        recipient_key: Some(crate::report::jose::generate_recipient().unwrap().public_jwk),
        ..Caller::operator("620422")
    };
    let mut cases = Vec::new();
    for index in 0..HOUSEHOLDS {
        let request = mocks.request_for(index, &Default::default()).unwrap().to_string();
        cases.push(verifier.submit(&caller, request.as_bytes(), None).await.unwrap().id);
    }
    for case in &cases {
        assert!(verifier.wait_for_rest(case, Duration::from_secs(60)).await);
    }
    let sources = verifier.sources();
    running.stop().await;
    drop(running);
    mocks.shutdown().await;

    let archive: Archive = compose::archive(&settings, clock).await.unwrap();
    let county = County::new(&made_up(Config::default().seed, HOUSEHOLDS), &sources);
    let mut compared = 0;
    for (index, (case, made)) in (0..).zip(cases.iter().zip(county.evidence())) {
        let found = archive.recompute(&caller, case, None).await.unwrap();
        assert_eq!(found.stored, found.recomputed);
        let pack = packs.resolve(&made.region, made.as_of).unwrap();
        let (ours, theirs) = (assess(&made, &pack), &found.assessment);
        // a namesake or a second number is the matcher's affair: there the verification may hold back
        if found.evidence.records.iter().any(|filed| filed.verdict == Verdict::Review)
            || county.population.household(index).is_some_and(|h| h.people().any(|p| p.second_number.is_some()))
        {
            continue;
        }
        let shape = |assessment: &crate::policy::assessment::Assessment| {
            let outcomes: Vec<_> = assessment.screening.iter().map(|s| (s.outcome.clone(), s.state)).collect();
            let amounts: Vec<_> = assessment.amounts.iter().map(|a| (a.outcome.clone(), a.amount)).collect();
            (assessment.totals.clone(), outcomes, amounts)
        };
        assert_eq!(shape(&ours), shape(theirs), "household {index}");
        compared += 1;
    }
    assert!(compared >= HOUSEHOLDS / 2, "only {compared} could be compared");
}

#[test]
fn the_same_seed_makes_the_same_county() {
    let sources = Departments::load(None, None).unwrap().status();
    let county = |seed| County::new(&made_up(seed, 20), &sources);
    let all = |county: &County| county.evidence().collect::<Vec<_>>();
    assert_eq!(all(&county(3)), all(&county(3)));
    assert_ne!(all(&county(3)), all(&county(4)));
    let first = all(&county(3));
    assert_eq!(first.len(), 20);
    assert!(first.iter().all(|evidence| evidence.cells.iter().all(|cell| cell.outcome.speaks())));
    assert!(first.iter().all(|evidence| evidence.cells.len() == evidence.members.len() * 20));
}
