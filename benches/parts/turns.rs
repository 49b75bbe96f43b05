//! A part and its peer measured in turns, so that the machine's other work falls on both alike.

use std::time::{Duration, Instant};

use criterion::Criterion;

/// What one side took for how many operations.
#[derive(Default)]
struct Tally {
    time: Duration,
    operations: u64,
}

impl Tally {
    fn per_second(&self, batch: u64) -> u128 {
        u128::from(self.operations) * u128::from(batch) * 1_000_000_000 / self.time.as_nanos().max(1)
    }
}

/// Measures `part` with Criterion and `peer` as often in between; prints both rates and their ratio.
pub(crate) fn measure(criterion: &mut Criterion, names: [&str; 2], part: impl FnMut(), peer: impl FnMut()) {
    measure_batches(criterion, names, 1, part, peer);
}

/// As [`measure`], of operations that do `batch` things each: the rates are of things.
pub(crate) fn measure_batches(
    criterion: &mut Criterion,
    names: [&str; 2],
    batch: u64,
    mut part: impl FnMut(),
    mut peer: impl FnMut(),
) {
    let (mut ours, mut theirs) = (Tally::default(), Tally::default());
    criterion.bench_function(names[0], |bencher| {
        bencher.iter_custom(|count| {
            let time = run(&mut ours, count, &mut part);
            run(&mut theirs, count, &mut peer);
            time
        });
    });
    if ours.operations > 0 {
        let [our_rate, their_rate] = [&ours, &theirs].map(|tally| tally.per_second(batch));
        let hundredths = our_rate * 100 / their_rate.max(1);
        say(&format!(
            "  {}: {}/s   {}: {}/s   ratio {}.{:02}\n",
            names[0],
            our_rate,
            names[1],
            their_rate,
            hundredths / 100,
            hundredths % 100
        ));
    }
}

fn run(tally: &mut Tally, count: u64, operation: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    (0..count).for_each(|_| operation());
    let time = begun.elapsed();
    tally.time += time;
    tally.operations += count;
    time
}

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
