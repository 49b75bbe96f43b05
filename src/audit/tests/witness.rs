//! A witness says yes to one history of a log, whoever signs another, whenever it dies, however many ask at once.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;

use super::{House, now, searches};
use crate::audit::merkle::{Frontier, consistency_path, leaf_hash};
use crate::audit::note::tests::TestSigner;
use crate::audit::tile::{Edge, Tiles};
use crate::audit::{AddCheckpoint, Checkpoint, Refusal, VerifierKey, Witness, WitnessError, WitnessKey, cosignatures};
use crate::store::Hash;

/// A log in memory, as its entries are told.
struct Told {
    tiles: Tiles,
    roots: Vec<Hash>,
    signer: TestSigner,
}

impl Told {
    fn of(entries: &[String]) -> Self {
        let (mut frontier, mut edge, mut tiles) = (Frontier::default(), Edge::default(), Tiles::default());
        let mut roots = vec![frontier.root()];
        for entry in entries {
            frontier.push(leaf_hash(entry.as_bytes()), |node, hash| edge.add(node, hash));
            roots.push(frontier.root());
        }
        edge.take_changed().into_iter().for_each(|tile| tiles.insert(tile));
        Self { tiles, roots, signer: TestSigner::new("log.example", 1) }
    }

    fn checkpoint(&self, size: usize) -> String {
        Checkpoint { origin: "log.example".into(), size: size as u64, root: self.roots[size] }.sign(&self.signer)
    }

    fn request(&self, old: usize, new: usize) -> String {
        let path = consistency_path(old as u64, new as u64).unwrap_or_default();
        let proof = path.into_iter().map(|range| self.tiles.hash(range).unwrap()).collect();
        AddCheckpoint { old: old as u64, proof, checkpoint: self.checkpoint(new) }.to_body()
    }
}

fn entries(count: usize, word: &str, from: usize) -> Vec<String> {
    (0..count).map(|index| format!("{}{index}", if index < from { "entry" } else { word })).collect()
}

struct Kept {
    folder: TempDir,
    key: WitnessKey,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = Witness::init(&folder.path().join("w"), "county.example/witness").unwrap();
        Self { folder, key }
    }

    fn directory(&self) -> PathBuf {
        self.folder.path().join("w")
    }

    fn open(&self) -> Witness {
        let log = VerifierKey::of(&TestSigner::new("log.example", 1));
        Witness::open(&self.directory(), vec![log]).unwrap()
    }
}

#[test]
fn growth_is_cosigned_and_every_other_request_refused_as_c2sp_says() {
    let (kept, log, fork) = (Kept::new(), Told::of(&entries(50, "entry", 0)), Told::of(&entries(50, "forked", 20)));
    let witness = kept.open();
    let add = |body: &str| witness.add_checkpoint(body, now());
    let good = add(&log.request(0, 10)).unwrap();
    let cosigned = format!("{}{good}", log.checkpoint(10));
    let found = cosignatures(&cosigned, std::slice::from_ref(&kept.key)).unwrap();
    assert_eq!((found.len(), found[0].at), (1, now()));

    assert_eq!(add(&log.request(0, 30)), Err(Refusal::Conflict { size: 10 }), "the size it goes on from");
    assert_eq!(add(&log.request(5, 30)), Err(Refusal::Conflict { size: 10 }));
    add(&log.request(10, 30)).unwrap();
    add(&log.request(30, 30)).unwrap();
    assert_eq!(add(&fork.request(30, 30)), Err(Refusal::Conflict { size: 30 }), "another root of the same size");
    assert_eq!(add(&fork.request(30, 50)), Err(Refusal::NotConsistent), "rewritten, and signed with the real key");
    assert_eq!(add(&fork.request(20, 50)), Err(Refusal::Conflict { size: 30 }));
    assert_eq!(add(&log.request(20, 25)), Err(Refusal::Conflict { size: 30 }), "nothing goes back");

    let shrinking = AddCheckpoint { old: 30, proof: Vec::new(), checkpoint: log.checkpoint(20) };
    assert_eq!(add(&shrinking.to_body()), Err(Refusal::Malformed), "old above new is a 400");
    let mut proof = AddCheckpoint::parse(&log.request(30, 50)).unwrap();
    proof.proof[0][0] ^= 1;
    assert_eq!(add(&proof.to_body()), Err(Refusal::NotConsistent));
    proof.proof.clear();
    assert_eq!(add(&proof.to_body()), Err(Refusal::NotConsistent));
    let altered = log.request(30, 50).replace("\n50\n", "\n51\n");
    assert_eq!(add(&altered), Err(Refusal::NotSigned));
    let foreign = log.request(30, 50).replace("log.example", "other.example");
    assert_eq!(add(&foreign), Err(Refusal::UnknownLog));
    let impostor = TestSigner::new("log.example", 9);
    let theirs = Checkpoint { origin: "log.example".into(), size: 50, root: log.roots[50] }.sign(&impostor);
    let theirs = AddCheckpoint { checkpoint: theirs, ..AddCheckpoint::parse(&log.request(30, 50)).unwrap() };
    assert_eq!(add(&theirs.to_body()), Err(Refusal::NotSigned));
    for body in ["", "old 30", "old 30\n\n", "old 30\n\nlog.example\n"] {
        assert_eq!(add(body), Err(Refusal::Malformed), "{body:?}");
    }
    let first = AddCheckpoint { old: 0, proof: vec![[0; 32]], ..AddCheckpoint::parse(&log.request(0, 10)).unwrap() };
    let fresh = Kept::new();
    let fresh = fresh.open();
    assert_eq!(fresh.add_checkpoint(&first.to_body(), now()), Err(Refusal::NotConsistent), "empty before the first");
    add(&log.request(30, 50)).unwrap();
}

#[test]
fn what_it_cosigned_holds_after_a_restart_and_altered_files_are_not_believed() {
    let (kept, log, fork) = (Kept::new(), Told::of(&entries(40, "entry", 0)), Told::of(&entries(40, "forked", 5)));
    let witness = kept.open();
    assert!(matches!(Witness::open(&kept.directory(), Vec::new()), Err(WitnessError::InUse { .. })));
    witness.add_checkpoint(&log.request(0, 20), now()).unwrap();
    drop(witness);
    let witness = kept.open();
    assert_eq!(witness.key(), kept.key);
    assert_eq!(witness.add_checkpoint(&fork.request(0, 40), now()), Err(Refusal::Conflict { size: 20 }));
    assert_eq!(witness.add_checkpoint(&fork.request(20, 40), now()), Err(Refusal::NotConsistent));
    let file = kept.directory().join("logs").read_dir().unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    for altered in [text.replacen("\n20\n", "\n19\n", 1), String::new(), log.checkpoint(20)] {
        std::fs::write(&file, altered).unwrap();
        assert!(matches!(witness.add_checkpoint(&log.request(20, 30), now()), Err(Refusal::Failed { .. })));
    }
    std::fs::write(&file, &text).unwrap();
    std::fs::set_permissions(kept.directory().join("logs"), std::fs::Permissions::from_mode(0o700)).unwrap();
    witness.add_checkpoint(&log.request(20, 30), now()).unwrap();
    drop(witness);
    let key = kept.directory().join("witness-key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Witness::open(&kept.directory(), Vec::new()), Err(WitnessError::Files(_))), "others may read it");
    assert!(matches!(Witness::init(&kept.directory(), "other"), Err(WitnessError::Files(_))), "a key is made once");
    assert!(matches!(Witness::init(&kept.folder.path().join("x"), "a b"), Err(WitnessError::Name)));
}

#[test]
fn what_strangers_add_to_a_checkpoint_is_not_kept() {
    use base64::Engine as _;
    let (kept, log) = (Kept::new(), Told::of(&entries(40, "entry", 0)));
    let witness = kept.open();
    let id = kept.key.to_string().split('+').nth(1).map(|id| hex::decode(id).unwrap()).unwrap();
    let junk = base64::engine::general_purpose::STANDARD.encode([id, vec![0; 72]].concat());
    for (old, new) in [(0, 20), (20, 20), (20, 30)] {
        let padding = "\u{2014} nobody AAAAAAAA\n".repeat(2000);
        let body = format!("{}\u{2014} county.example/witness {junk}\n{padding}", log.request(old, new));
        witness.add_checkpoint(&body, now()).unwrap();
    }
    let file = kept.directory().join("logs").read_dir().unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 6, "text, one signature, one cosignature");
    witness.add_checkpoint(&log.request(30, 40), now()).unwrap();
}

#[test]
fn of_many_that_ask_at_once_with_two_histories_one_history_wins() {
    let kept = Kept::new();
    let witness = Arc::new(kept.open());
    let logs = [Told::of(&entries(64, "left", 0)), Told::of(&entries(64, "right", 0))];
    let roots: Vec<Vec<Hash>> = logs.iter().map(|log| log.roots.clone()).collect();
    let tasks: Vec<_> = logs
        .into_iter()
        .enumerate()
        .flat_map(|(side, log)| (1..64).map(move |new| (side, log.request(new / 2, new))).collect::<Vec<_>>())
        .map(|(side, body)| {
            let witness = Arc::clone(&witness);
            std::thread::spawn(move || {
                let checkpoint = AddCheckpoint::parse(&body).unwrap().checkpoint;
                let said = witness.add_checkpoint(&body, Timestamp::UNIX_EPOCH);
                said.is_ok().then(|| (side, Checkpoint::read_unverified(&checkpoint).unwrap()))
            })
        })
        .collect();
    let cosigned: Vec<_> = tasks.into_iter().filter_map(|task| task.join().unwrap()).collect();
    let sides: BTreeSet<usize> = cosigned.iter().map(|(side, _)| *side).collect();
    assert_eq!(sides.len(), 1, "one history: {cosigned:?}");
    for (side, checkpoint) in cosigned {
        assert_eq!(checkpoint.root, roots[side][usize::try_from(checkpoint.size).unwrap()]);
    }
}

/// The witness sees a real log grow; then one who has its key and its database rewrites an entry.
#[tokio::test]
async fn a_log_that_was_rewritten_with_the_real_key_is_refused() {
    let (kept, house) = (Kept::new(), House::new());
    let witness = kept.open();
    let log = house.log().await;
    log.append(searches(300)).await.unwrap();
    let request = |old, proof: Vec<Hash>, checkpoint| AddCheckpoint { old, proof, checkpoint }.to_body();
    let checkpoint = log.checkpoint().await.unwrap().unwrap();
    witness.add_checkpoint(&request(0, Vec::new(), checkpoint), now()).unwrap();
    log.append(searches(100)).await.unwrap();
    let proof = log.prove_consistency(300, 400).await.unwrap().hashes.iter().map(|hash| hash.0).collect();
    let checkpoint = log.checkpoint().await.unwrap().unwrap();
    let line = witness.add_checkpoint(&request(300, proof, checkpoint.clone()), now()).unwrap();
    let cosigned = format!("{checkpoint}{line}");
    let proof = log.prove_inclusion_under(7, cosigned.clone()).await.unwrap();
    let leaf = log.leaf(7).await.unwrap().leaf;
    assert_eq!(proof.verify(&leaf.bytes, &house.keys()).unwrap().size, 400);
    assert_eq!(
        cosignatures(&proof.checkpoint, std::slice::from_ref(&kept.key)).unwrap().len(),
        1,
        "the proof carries it along"
    );
    house.close(log).await;

    let forged = House::new();
    let log = forged.log().await;
    log.append(searches(500)).await.unwrap();
    let proof = log.prove_consistency(400, 500).await.unwrap().hashes.iter().map(|hash| hash.0).collect();
    let body = request(400, proof, log.checkpoint().await.unwrap().unwrap());
    assert_eq!(witness.add_checkpoint(&body, now()), Err(Refusal::NotConsistent));
}
