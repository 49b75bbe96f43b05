//! Two prepared people compared over all fields, beside Jaro-Winkler over the name and Damerau-Levenshtein over the number alone
//! (strsim): what a matcher of strings does before it weighs anything.

use std::hint::black_box;

use criterion::Criterion;
use hedui::household::{IdNumber, PersonName, Subject};
use hedui::identity::{Model, Person};

use super::turns::measure;

pub(crate) fn run(criterion: &mut Criterion) {
    let model = Model::person();
    let [known, claimed] = [("王建国", "620422197103020014"), ("王健国", "620422197103020041")];
    let subject = |(name, number): (&str, &str)| Subject {
        name: Some(PersonName::from(name)),
        id_number: Some(IdNumber::from(number)),
        ..Subject::default()
    };
    let people = [known, claimed].map(|person| Person::prepare(&subject(person)));
    let part = || drop(black_box(model.compare_prepared(black_box(&people[0]), black_box(&people[1]), None)));
    let peer = || {
        black_box(strsim::jaro_winkler(black_box(known.0), black_box(claimed.0)));
        black_box(strsim::damerau_levenshtein(black_box(known.1), black_box(claimed.1)));
    };
    measure(criterion, ["people compared with reasons", "strsim on name and number"], part, peer);
}
