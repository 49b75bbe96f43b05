//! A process that appends is killed (SIGKILL) at any moment, and a disk fills up: what was acknowledged stands, and the log is whole.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::{House, searches};
use crate::audit::note::tests::TestSigner;
use crate::audit::{Log, LogOptions, published_checkpoint, verify_log};
use crate::store::Store;

/// Names the data directory to the process that is to be killed.
const CHILD: &str = "HEDUI_TEST_LOG_THAT_IS_KILLED";
const KILLS: usize = 10;

/// Appends from several tasks, publishes, and says each entry once it is acknowledged. Ends by being killed.
async fn append_until_killed(data: &Path) {
    let mut options = LogOptions::new(Arc::new(TestSigner::new("log.example", 1)), Arc::new(super::now));
    options.publish_every = std::time::Duration::from_millis(3);
    let log = Log::open(Store::open(data).await.unwrap(), options).await.unwrap();
    let tasks: Vec<_> = (1..=8)
        .map(|count| {
            let log = log.clone();
            tokio::spawn(async move {
                loop {
                    let mut said = String::new();
                    for receipt in log.append(searches(count)).await.unwrap() {
                        said.push_str(&format!("entry {} {}\n", receipt.index(), hex::encode(receipt.leaf_hash())));
                    }
                    let mut out = std::io::stdout().lock();
                    out.write_all(said.as_bytes()).and_then(|()| out.flush()).unwrap();
                }
            })
        })
        .collect();
    futures_util::future::join_all(tasks).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_at_any_moment_loses_nothing_it_acknowledged() {
    if let Some(data) = std::env::var_os(CHILD) {
        return append_until_killed(Path::new(&data)).await;
    }
    let house = House::new();
    let data = house.directory.path().join("data");
    let name = "audit::tests::killed::a_process_killed_at_any_moment_loses_nothing_it_acknowledged";
    let mut acknowledged = BTreeMap::new();
    for round in 0..KILLS {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([name, "--exact", "--nocapture"]).env(CHILD, &data);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let entries = 1 + round * 97 % 400;
        let (mut line, mut seen) = (String::new(), 0);
        loop {
            line.clear();
            if said.read_line(&mut line).unwrap() == 0 || !line.ends_with('\n') {
                break;
            }
            let mut words = line.split_whitespace().skip_while(|word| *word != "entry").skip(1);
            if let (Some(index), Some(hash)) = (words.next(), words.next()) {
                let index: u64 = index.parse().unwrap();
                assert_eq!(acknowledged.insert(index, hash.to_owned()), None, "one index, one entry");
                seen += 1;
            }
            if seen == entries {
                child.kill().unwrap(); // what it said before is still read
            }
        }
        assert!(!child.wait().unwrap().success() && seen >= entries, "it was killed after {seen} entries");
        let store = Store::open_read_only(&data).await.unwrap();
        let held = published_checkpoint(&store, None).await.unwrap();
        let report = verify_log(&store, &house.keys(), held.as_slice()).await.unwrap();
        assert!(report.sound(), "round {round}: {:?}", report.faults);
        for (index, hash) in &acknowledged {
            let stored = store.leaf(*index).await.unwrap().unwrap_or_else(|| panic!("entry {index} is lost"));
            assert_eq!(hex::encode(stored.leaf.hash), *hash, "entry {index}");
        }
        store.close().await;
    }
    let log = house.log().await;
    let size = log.store().log_head().await.unwrap().size;
    assert!(size >= acknowledged.len() as u64);
    assert_eq!(log.append(searches(1)).await.unwrap()[0].index(), size, "it goes on");
}

/// A small disk of its own, where that may be had.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs"]).arg(at).stderr(Stdio::null());
        mount.status().is_ok_and(|ended| ended.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Without the right to mount, `a_full_disk_stops_the_log_and_harms_nothing` is what tells: the database alone is then what is full.
#[tokio::test]
async fn a_disk_that_is_really_full_harms_nothing_and_the_log_goes_on_with_space() {
    let house = House::new();
    let data = house.directory.path().join("data");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&data).unwrap();
    let Some(disk) = SmallDisk::mount(&data) else { return };
    let ballast = data.join("ballast");
    std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();
    let mut acknowledged = Vec::new();
    let log = house.log().await;
    let error = loop {
        match log.append(searches(100)).await {
            Ok(receipts) => acknowledged.extend(receipts),
            Err(error) => break error,
        }
        let _may_fail = log.publish(super::now()).await;
    };
    assert!(matches!(error, crate::audit::AuditError::Store(_)), "{error}");
    assert!(log.append(searches(100)).await.is_err(), "still full");
    house.close(log).await;
    std::fs::remove_file(&ballast).unwrap();
    let log = house.log().await;
    acknowledged.extend(log.append(searches(100)).await.unwrap());
    log.publish(super::now()).await.unwrap();
    let held = published_checkpoint(log.store(), None).await.unwrap();
    let report = verify_log(log.store(), &house.keys(), held.as_slice()).await.unwrap();
    assert!(report.sound(), "{:?}", report.faults);
    for receipt in &acknowledged {
        assert_eq!(log.leaf(receipt.index()).await.unwrap().leaf.hash, *receipt.leaf_hash());
    }
    assert!(report.size >= acknowledged.len() as u64);
    house.close(log).await;
    drop(disk);
}
