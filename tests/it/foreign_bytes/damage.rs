//! Damaged copies of real inputs: what a parser of foreign bytes is tried on.
//!
//! `HEDUI_FUZZ_CASES` says how many damaged copies a parser is given (300 unless said); with it the copies are others each time, without
//! it always the same. What fails is made small and printed as hex: put it into `corpus/NAME/` and it is tried first from then on.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// What parsers stumble over.
const TRICKS: &[&[u8]] = &[
    b"\"",
    b"'",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"&",
    b";",
    b",",
    b"\n",
    b"\r\n",
    b"\0",
    b"=",
    b"-",
    b"+",
    b".",
    b"0",
    b"-0",
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b"true",
    b"[[",
    b"]]",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"340282366920938463463374607431768211456",
    b"0.001",
    b"1e-7",
    b"\\u0000",
    b"\\ud800",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x81\x30\x81\x30",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"&#x0;",
    b"<![CDATA[",
    b"-->",
    b"<?xml version=\"1.1\"?>",
    b"9999-12-31",
    b"0000-00-00",
    b"2026-02-29",
    b"\xe2\x80\xae",
    b"\xf0\xa0\xae\xb7",
    b"=1+1",
    b"PK\x03\x04",
    b"\"\"\"",
    b"#",
    b"../",
];
/// The largest damaged copy.
const LARGEST: usize = 96 * 1024;

/// One change.
#[derive(Clone, Debug)]
enum Damage {
    Byte(Index, u8),
    Trick(Index, Index),
    Cut(Index, u16),
    Repeat(Index, u8, u16),
    From(Index, Index, Index),
    End(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (any::<Index>(), any::<Index>()).prop_map(|(at, which)| Damage::Trick(at, which)),
        2 => (any::<Index>(), 1..64_u16).prop_map(|(at, length)| Damage::Cut(at, length)),
        1 => (any::<Index>(), 1..40_u8, 1..600_u16).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        1 => (any::<Index>(), any::<Index>(), any::<Index>()).prop_map(|(at, which, from)| Damage::From(at, which, from)),
        1 => any::<Index>().prop_map(Damage::End),
    ]
}

fn damaged(corpus: &[Vec<u8>], mut bytes: Vec<u8>, all: &[Damage]) -> Vec<u8> {
    for one in all {
        let place = |index: &Index| index.index(bytes.len() + 1);
        match one {
            Damage::Byte(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Damage::Trick(at, which) => {
                let at = place(at);
                bytes.splice(at..at, TRICKS[which.index(TRICKS.len())].iter().copied());
            }
            Damage::Cut(at, length) => {
                let at = place(at);
                let end = (at + usize::from(*length)).min(bytes.len());
                bytes.drain(at..end);
            }
            Damage::Repeat(at, length, times) => {
                let at = place(at);
                let end = (at + usize::from(*length)).min(bytes.len());
                let again = bytes[at..end].repeat(usize::from(*times));
                bytes.splice(at..at, again);
            }
            Damage::From(at, which, from) => {
                let other = &corpus[which.index(corpus.len())];
                let (at, from) = (place(at), from.index(other.len() + 1));
                let end = (from + 200).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            Damage::End(at) => bytes.truncate(place(at)),
        }
        bytes.truncate(LARGEST);
    }
    bytes
}

/// Gives a parser every input of the corpus as it is, of which it must take some, then damaged copies of them. `read` says whether it took
/// what it was given.
pub fn try_all(corpus: &[Vec<u8>], read: impl Fn(&[u8]) -> bool) {
    assert!(!corpus.is_empty() && corpus.iter().any(|input| !input.is_empty()), "there is something to damage");
    let taken = corpus.iter().filter(|input| read(input)).count();
    assert!(taken > 0, "something of the corpus is what the parser is for");
    let given: Option<u32> = std::env::var("HEDUI_FUZZ_CASES").ok().and_then(|text| text.parse().ok());
    let config =
        Config { cases: given.unwrap_or(300), failure_persistence: None, max_shrink_iters: 4096, ..Config::default() };
    let mut runner = match given {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32])),
    };
    let inputs = (any::<Index>(), prop::collection::vec(damage(), 1..8));
    let outcome = runner.run(&inputs, |(which, all)| {
        let bytes = damaged(corpus, corpus[which.index(corpus.len())].clone(), &all);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&bytes)));
        caught.map(drop).map_err(|_| TestCaseError::fail(format!("panics on {}", hex(&bytes))))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file of a folder and of the folders in it whose name ends in one of `endings` (any where there are none).
pub fn files(folder: &Path, endings: &[&str]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(files(&path, endings));
        } else if endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending)) {
            all.push(std::fs::read(&path).expect("a file"));
        }
    }
    all
}
