//! A household of three assessed with its citing trace under the real pack, beside serde_json reading and writing the same
//! evidence once: what any service in front of the rules has to do anyway.

use std::hint::black_box;

use criterion::Criterion;
use hedui::household::Evidence;
use hedui::policy::{Packs, assess, outcomes};

use super::household::{AS_OF, evidence};
use super::turns::measure;

pub(crate) fn run(criterion: &mut Criterion) {
    let packs = Packs::embedded();
    let evidence = evidence();
    let pack = packs.resolve(&evidence.region, AS_OF).unwrap_or_else(|_| panic!("a pack covers the county"));
    let part = || drop(black_box(assess(black_box(&evidence), &pack)));
    let peer = || {
        let text = serde_json::to_vec(black_box(&evidence)).expect("evidence is plain data");
        drop(black_box(serde_json::from_slice::<Evidence>(&text).expect("as written")));
    };
    let short = || {
        black_box(outcomes(black_box(&evidence), &pack));
    };
    measure(criterion, ["outcomes of households of three", "their full assessments"], short, part);
    measure(criterion, ["households of three assessed", "serde_json round trip of the evidence"], part, peer);
}
