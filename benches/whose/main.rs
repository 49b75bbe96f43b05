//! Whose record is it, end to end and at large: thousands of generated households verified over departments with dirty copies, every
//! record held against the truth. `cargo bench --bench whose [-- HOUSEHOLDS [SEED]] [profiles]`; `profiles` prints the error profiles that
//! follow, for `config/identity/person.toml`. No test depends on it; `tests/it/whose.rs` does the same for a few hundred.

#[path = "../../tests/it/whose/county.rs"]
mod county;
#[path = "../../tests/it/whose/judged.rs"]
mod judged;
#[path = "../../tests/it/whose/profiles.rs"]
mod profiles;
#[path = "../../tests/it/oracle/rows.rs"]
#[expect(dead_code, reason = "the oracle uses the rest")]
mod rows;
#[path = "../../tests/it/oracle/rules.rs"]
#[expect(dead_code, reason = "the oracle uses the rest")]
mod rules;
#[path = "../../tests/it/whose/table.rs"]
mod table;

use std::io::Write as _;
use std::time::Instant;

use hedui_mock_sources::Dirt;

use county::County;
use judged::Judged;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Households, unless given.
const HOUSEHOLDS: u32 = 4_000;
/// Seed, unless given: none of the tests'.
const SEED: u64 = 21;
/// Households between two words of progress.
const STEP: u32 = 500;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let mut numbers = words.iter().filter_map(|word| word.parse::<u32>().ok());
    let households = numbers.next().unwrap_or(HOUSEHOLDS);
    let seed = numbers.next().map_or(SEED, u64::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let judged = runtime.block_on(judged(seed, households));
    say(&format!("seed {seed}: {}", table::drawn(&judged)));
    if words.iter().any(|word| word == "profiles") {
        say(&profiles::learnt(&judged, include_str!("../../config/identity/person.toml")));
    }
}

async fn judged(seed: u64, households: u32) -> Judged {
    let (begun, county) = (Instant::now(), County::start(seed, households, Dirt::dirty()).await);
    let mut sum = Judged::default();
    for first in (0..households).step_by(STEP as usize) {
        let next = (first + STEP).min(households);
        sum = sum.and(county.judge(first..next).await);
        let progress = format!("{:>6.0?}  {next} of {households} households\n", begun.elapsed());
        // nobody may be reading standard error
        let _unread = std::io::stderr().write_all(progress.as_bytes());
    }
    county.stop().await;
    sum
}

/// Writes a line of the result.
fn say(text: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "{text}").and_then(|()| output.flush()).expect("standard output is open");
}
