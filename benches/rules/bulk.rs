//! A hundred thousand households of three: outcome and amount of each, beside OpenFisca's build and calculate on the same.

use std::time::Duration;

use hedui::household::{Fen, Region};
use hedui::policy::assessment::Certainty;
use hedui::policy::{OUTCOMES, Outcomes, Packs};

use super::cpu::{per_second, ratio, timed};
use super::peers;
use super::population::{AS_OF, Columns, Population, Sources};
use super::say;

const HOUSEHOLDS: usize = 100_000;
const RUNS: usize = 5;

/// The least that each part took of all runs.
struct Best {
    records: Duration,
    arranged: Duration,
    judged: Duration,
}

/// Whether every household came out alike.
pub(crate) fn run() -> bool {
    let columns = Columns::generated(HOUSEHOLDS);
    let (input, output) = (peers::scratch("rules-columns"), peers::scratch("rules-openfisca"));
    std::fs::write(&input, columns.bytes()).expect("target/tmp can be written");
    let printed = peers::run("openfisca.py", &[&input, &output]);
    let (best, ours) = measured(&columns);
    let number = columns.households();
    let whole = best.records + best.arranged + best.judged;
    say(&format!("bulk, {number} households of three, best of {RUNS}:"));
    for (name, time) in [
        ("  from columns: records made, arranged, judged", whole),
        ("  from records in memory: arranged, judged", best.arranged + best.judged),
        ("  judged under one more pack", best.judged),
    ] {
        say(&format!("{name}: {}/s", per_second(number, time)));
    }
    let Some(printed) = printed else {
        say(&format!("  OpenFisca: {}", peers::HOW));
        return true;
    };
    let calculate = peers::seconds(&printed, "calculate_cpu");
    let theirs = peers::seconds(&printed, "build_cpu") + calculate;
    say(&format!(
        "  OpenFisca from columns, built and calculated: {}/s (calculated alone {}/s); ours from columns {}, from records {} of it",
        per_second(number, theirs),
        per_second(number, calculate),
        ratio(per_second(number, whole), per_second(number, theirs)),
        ratio(per_second(number, best.arranged + best.judged), per_second(number, theirs)),
    ));
    say(&format!("  OpenFisca, yuan in, stored and printed: {}", printed["becomes"]));
    compared(&ours, &std::fs::read(&output).expect("OpenFisca's results"))
}

fn measured(columns: &Columns) -> (Best, Vec<Outcomes>) {
    let sources = Sources::named();
    let pack = Packs::embedded().resolve(&Region("620422".into()), AS_OF);
    let pack = pack.unwrap_or_else(|_| panic!("a pack covers the county"));
    let mut best = Best { records: Duration::MAX, arranged: Duration::MAX, judged: Duration::MAX };
    let mut found = Vec::with_capacity(columns.households());
    for _ in 0..RUNS {
        found.clear();
        let (records, population) = timed(|| Population::of(columns));
        let (arranged, roll) = timed(|| population.roll(&sources));
        let (judged, ()) = timed(|| found.extend(roll.outcomes(&pack)));
        best.records = best.records.min(records);
        best.arranged = best.arranged.min(arranged);
        best.judged = best.judged.min(judged);
    }
    (best, found)
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
