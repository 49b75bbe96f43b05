//! The form as it was filled in, and the trial that it asks for. What packs may say is for the packs' own reader to judge; here its faults find their
//! fields.

use jiff::civil::Date;

use crate::console::words::policy::PolicyWords;
use crate::console::words::simulate::{self as words, SimulateWords};
use crate::household::{Lang, Region};
use crate::policy::pack::{KeySpec, figures, index_of, spec, tried_values};
use crate::policy::{PackInfo, Packs, Problem};
use crate::report::difference::{ParameterChange, changes};

/// Faults of a pack that are named.
const NAMED: usize = 5;
/// How many households a made-up county has.
const HOUSEHOLDS: std::ops::RangeInclusive<u32> = 100..=2_000;
/// Longest seed.
const SEED_DIGITS: usize = 9;

/// The form.
pub(super) struct Form {
    pub(super) region: String,
    pub(super) as_of: String,
    /// `kept` or `made_up`.
    pub(super) on: String,
    pub(super) households: String,
    pub(super) seed: String,
    pub(super) pack: String,
    /// Parameters with what was written beside them, in the catalogue's order.
    pub(super) figures: Vec<(&'static KeySpec, String)>,
}

/// What is wrong: the field, and what to do.
pub(super) type Faults = Vec<(String, String)>;

/// A trial that may be had.
pub(super) struct Plan {
    pub(super) region: Region,
    pub(super) as_of: Option<Date>,
    pub(super) before: Packs,
    pub(super) after: Packs,
    /// What differs between them.
    pub(super) changes: Vec<ParameterChange>,
    /// The made-up county's households and seed; none of kept cases.
    pub(super) made_up: Option<(u32, u64)>,
}

impl Form {
    /// Before anything is filled in.
    pub(super) fn empty(region: String, as_of: String) -> Self {
        Self {
            region,
            as_of,
            on: "kept".into(),
            households: "1000".into(),
            seed: "1".into(),
            pack: String::new(),
            figures: Vec::new(),
        }
    }

    /// As it was sent.
    pub(super) fn of(sent: &[(String, String)]) -> Self {
        let field = |name: &str| sent.iter().find(|(own, _)| own == name).map(|(_, text)| text.trim().to_owned());
        let or_empty = |name: &str| field(name).unwrap_or_default();
        let written = |spec: &'static KeySpec| Some((spec, field(spec.key).filter(|text| !text.is_empty())?));
        Self {
            region: or_empty("region"),
            as_of: or_empty("as_of"),
            on: or_empty("on"),
            households: or_empty("households"),
            seed: or_empty("seed"),
            pack: or_empty("pack").replace("\r\n", "\n"),
            figures: figures().filter_map(written).collect(),
        }
    }

    /// The trial that it asks for; else what is wrong, in the order of the page.
    pub(super) fn plan(
        &self,
        in_force: &Packs,
        counties: &[PackInfo],
        today: Date,
        lang: Lang,
    ) -> Result<Plan, Faults> {
        self.planned(in_force, counties, today, lang).map_err(|mut faults| {
            faults.sort_by_key(|(name, _)| place(name));
            faults.dedup();
            faults
        })
    }

    fn planned(&self, in_force: &Packs, counties: &[PackInfo], today: Date, lang: Lang) -> Result<Plan, Faults> {
        let own = SimulateWords::of(lang);
        let mut faults = Faults::new();
        let mut fault = |name: &str, wrong: &str| faults.push((name.to_owned(), wrong.to_owned()));
        let region = Region(self.region.clone());
        let known = counties.iter().any(|county| county.region == self.region);
        if !known {
            fault("region", own.county_wrong);
        }
        let as_of = Some(self.as_of.as_str()).filter(|text| !text.is_empty()).map(str::parse::<Date>).transpose();
        let as_of = as_of.unwrap_or_else(|_| {
            fault("as_of", PolicyWords::of(lang).date_wrong);
            None
        });
        let day = as_of.unwrap_or(today);
        let before = in_force.resolve(&region, day);
        if known && before.is_err() {
            fault("as_of", PolicyWords::of(lang).date_not_covered);
        }
        let made_up = match self.on.as_str() {
            "kept" => None,
            "made_up" => {
                let households = self.households.parse().ok().filter(|count| HOUSEHOLDS.contains(count));
                let seed = self.seed.parse().ok().filter(|_| self.seed.len() <= SEED_DIGITS);
                if households.is_none() {
                    fault("households", own.households_wrong);
                }
                if seed.is_none() {
                    fault("seed", own.seed_wrong);
                }
                households.zip(seed)
            }
            _ => {
                fault("on", own.on_wrong);
                None
            }
        };
        if !known {
            return Err(faults);
        }
        let after = match self.laid_over(in_force, lang) {
            Ok(after) => after,
            Err(wrong) => return Err(faults.into_iter().chain(wrong).collect()),
        };
        let changes = match (&before, after.resolve(&region, day)) {
            (Ok(before), Ok(after)) => changed(changes(before, &after)),
            _ => Vec::new(),
        };
        if changes.is_empty() && before.is_ok() {
            faults.push(("figures".to_owned(), own.unchanged.to_owned()));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let as_of = as_of.or(made_up.map(|_| today));
        Ok(Plan { region, as_of, before: in_force.clone(), after, changes, made_up })
    }

    /// The packs in force with what is written laid over them: the pack first, and the figures over it.
    fn laid_over(&self, in_force: &Packs, lang: Lang) -> Result<Packs, Faults> {
        let mut packs = in_force.clone();
        if !self.pack.is_empty() {
            let text = format!("{}\n", self.pack);
            packs = packs.laid_over("pack", &text).map_err(|problems| vec![in_the_pack(&problems, lang)])?;
        }
        if !self.figures.is_empty() {
            let values = self.figures.iter().map(|(spec, value)| (*spec, value.as_str()));
            let text = tried_values(&self.region, values);
            packs = packs.laid_over("figures", &text).map_err(|problems| self.of_figures(&problems, lang))?;
        }
        Ok(packs)
    }

    /// What is wrong with figures, each at its field; what is wrong with others in their wake, above all of them.
    fn of_figures(&self, problems: &[Problem], lang: Lang) -> Faults {
        let fault = |problem: &Problem| {
            let named = spec(&problem.key);
            let name = named.map_or(problem.key.as_str(), |spec| lang.pick(spec.zh, spec.en));
            let written = self.figures.iter().find(|(spec, _)| spec.key == problem.key);
            let wrong = match written.filter(|_| problem.wrong_kind) {
                Some((spec, _)) => words::expected(spec.kind, lang).to_owned(),
                None => in_words(problem, lang),
            };
            let field = written.map_or("figures", |(spec, _)| spec.key);
            (field.to_owned(), words::at(name, &wrong, lang))
        };
        problems.iter().map(fault).collect()
    }
}

/// Where a field stands on the page.
fn place(name: &str) -> (usize, Option<usize>) {
    const BEFORE: [&str; 3] = ["region", "as_of", "figures"];
    const AFTER: [&str; 4] = ["pack", "on", "households", "seed"];
    let among = |names: &[&str]| names.iter().position(|own| *own == name);
    match (among(&BEFORE), among(&AFTER)) {
        (Some(place), _) => (place, None),
        (None, Some(place)) => (BEFORE.len() + 1 + place, None),
        (None, None) => (BEFORE.len(), index_of(name)),
    }
}

/// What is wrong with the pack, in one: the first few, each at its line.
fn in_the_pack(problems: &[Problem], lang: Lang) -> (String, String) {
    let said = |problem: &Problem| {
        let wrong = in_words(problem, lang);
        let wrong = if problem.key.is_empty() { wrong } else { words::at(&problem.key, &wrong, lang) };
        words::at_line(if problem.file == "pack" { problem.line } else { 0 }, &wrong, lang)
    };
    let mut all: Vec<String> = problems.iter().take(NAMED).map(said).collect();
    if problems.len() > NAMED {
        all.push(words::more(problems.len() - NAMED, lang));
    }
    ("pack".to_owned(), all.join(lang.pick("；", "; ")))
}

fn in_words(problem: &Problem, lang: Lang) -> String {
    match lang {
        Lang::Zh if !problem.zh.is_empty() => problem.zh.clone(),
        _ => format!("{}; {}", problem.message, problem.suggestion),
    }
}

/// Those whose value is another: that one is tried is no news of its law.
fn changed(all: Vec<ParameterChange>) -> Vec<ParameterChange> {
    let value = |setting: &Option<crate::report::difference::Setting>| setting.as_ref().map(|now| now.value.clone());
    all.into_iter().filter(|change| value(&change.before) != value(&change.after)).collect()
}
