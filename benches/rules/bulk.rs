//! A hundred thousand households of three: outcome and amount of each, beside OpenFisca's build and calculate on the same.

use std::ops::Range;
use std::time::Duration;

use hedui::household::{Fen, Region};
use hedui::policy::assessment::Certainty;
use hedui::policy::{OUTCOMES, Outcomes, Pack, Packs};
use serde_json::Value;

use super::cpu::{per_second, ratio, timed};
use super::peers;
use super::population::{AS_OF, Columns, Population, Sources};
use super::say;

const HOUSEHOLDS: usize = 100_000;
/// Rounds, in each of which both sides run; and runs of a round, as `openfisca.py` has them too.
const ROUNDS: usize = 4;
const RUNS: usize = 5;

/// Households that are arranged, judged and let go together: what they need stays in the cache, and memory flat.
const TOGETHER: usize = 512;

/// The least that a run of ours took: from columns, from records in memory, and to judge what is arranged already.
struct Ours {
    from_columns: Duration,
    from_records: Duration,
    arranged: Duration,
}

/// The least that the peer took to build and calculate, and to calculate in the run of that.
struct Theirs {
    whole: Duration,
    calculate: Duration,
    becomes: Value,
}

/// Whether every household came out alike.
pub(crate) fn run() -> bool {
    let columns = Columns::generated(HOUSEHOLDS);
    let (input, output) = (peers::scratch("rules-columns"), peers::scratch("rules-openfisca"));
    std::fs::write(&input, columns.bytes()).expect("target/tmp can be written");
    let pack = Packs::embedded().resolve(&Region("620422".into()), AS_OF);
    let pack = pack.unwrap_or_else(|_| panic!("a pack covers the county"));
    let sources = Sources::named();
    let mut ours = Ours { from_columns: Duration::MAX, from_records: Duration::MAX, arranged: Duration::MAX };
    let mut theirs: Option<Theirs> = None;
    let mut found = Vec::with_capacity(columns.households());
    // in turns: what else the machine does falls on both sides
    for _ in 0..ROUNDS {
        if let Some(printed) = peers::run("openfisca.py", &[&input, &output]) {
            theirs = Some(theirs_of(&printed, theirs));
        }
        for _ in 0..RUNS {
            ours.once(&columns, &sources, &pack, &mut found);
        }
    }
    told(columns.households(), &ours, theirs.as_ref());
    theirs.is_none() || compared(&found, &std::fs::read(&output).expect("OpenFisca's results"))
}

impl Ours {
    fn once(&mut self, columns: &Columns, sources: &Sources, pack: &Pack, found: &mut Vec<Outcomes>) {
        let households = columns.households();
        found.clear();
        let (from_columns, ()) = timed(|| {
            for together in groups(households) {
                let population = Population::of(columns, together.clone());
                found.extend(population.roll(sources, 0..together.len()).outcomes(pack));
            }
        });
        let all = Population::of(columns, 0..households);
        let before = std::mem::take(found);
        found.reserve(households);
        let (from_records, ()) = timed(|| {
            for together in groups(households) {
                found.extend(all.roll(sources, together).outcomes(pack));
            }
        });
        assert!(*found == before, "from columns and from records the same");
        let roll = all.roll(sources, 0..households);
        found.clear();
        let (arranged, ()) = timed(|| found.extend(roll.outcomes(pack)));
        self.from_columns = self.from_columns.min(from_columns);
        self.from_records = self.from_records.min(from_records);
        self.arranged = self.arranged.min(arranged);
    }
}

/// All households, by groups that go together.
fn groups(households: usize) -> impl Iterator<Item = Range<usize>> {
    (0..households).step_by(TOGETHER).map(move |first| first..households.min(first + TOGETHER))
}

fn theirs_of(printed: &Value, before: Option<Theirs>) -> Theirs {
    let calculate = peers::seconds(printed, "calculate_cpu");
    let whole = peers::seconds(printed, "build_cpu") + calculate;
    match before {
        Some(before) if before.whole <= whole => before,
        _ => Theirs { whole, calculate, becomes: printed["becomes"].clone() },
    }
}

fn told(number: usize, ours: &Ours, theirs: Option<&Theirs>) {
    say(&format!("bulk, {number} households of three, best of {ROUNDS} times {RUNS}:"));
    for (name, time) in [
        ("  from columns: records made, arranged, judged", ours.from_columns),
        ("  from records in memory: arranged, judged", ours.from_records),
        ("  judged under one more pack, all arranged before", ours.arranged),
    ] {
        say(&format!("{name}: {}/s", per_second(number, time)));
    }
    let Some(theirs) = theirs else {
        say(&format!("  OpenFisca: {}", peers::HOW));
        return;
    };
    say(&format!(
        "  OpenFisca from columns, built and calculated: {}/s (calculated alone {}/s); ours from columns {}, from records {} of it",
        per_second(number, theirs.whole),
        per_second(number, theirs.calculate),
        ratio(per_second(number, ours.from_columns), per_second(number, theirs.whole)),
        ratio(per_second(number, ours.from_records), per_second(number, theirs.whole)),
    ));
    say(&format!("  OpenFisca, yuan in, stored and printed: {}", theirs.becomes));
}

/// Dibao or not, marginal or not, and the amount to the fen (their floats hold no more), household by household.
fn compared(ours: &[Outcomes], theirs: &[u8]) -> bool {
    let met = |outcomes: &Outcomes, name: &str| {
        let place = OUTCOMES.iter().position(|outcome| *outcome == name);
        place.is_some_and(|place| outcomes.states[place] == Certainty::Met)
    };
    let number = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
    let (mut differ, mut dibao, mut open) = (0_usize, 0_usize, 0_usize);
    for (place, (household, pair)) in ours.iter().zip(theirs.chunks_exact(8)).enumerate() {
        let (outcome, amount) = (number(&pair[..4]), number(&pair[4..]));
        let own = if met(household, "dibao") {
            "2"
        } else if met(household, "dibao_marginal") {
            "1"
        } else {
            "0"
        };
        let paid = if own == "2" { household.monthly } else { Fen::ZERO };
        let said: Fen = format!("{amount:.2}").parse().expect("an amount");
        let alike = format!("{outcome:.0}") == own && (said - paid).0.abs() <= 1;
        if !alike && differ < 5 {
            say(&format!("  household {place}: {own}, {paid}; OpenFisca {outcome:.0}, {said}"));
        }
        differ += usize::from(!alike);
        dibao += usize::from(own == "2");
        open += usize::from(household.states[1] == Certainty::Open);
    }
    let same_number = ours.len() * 8 == theirs.len();
    say(&format!("  {dibao} on dibao, {open} open, {differ} unlike OpenFisca's outcome or amount (to the fen)"));
    differ == 0 && open == 0 && same_number
}
