//! From a model file to a model: every value is checked, every fault collected.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use toml::Spanned;

use super::checking::Checking;
use super::cost::ThresholdsFile;
use super::fault::ModelFaults;
use super::file::{
    Basis, Decimal, DependenceFile, FrequencyBasis, FrequencyFile, LevelFile, ModelFile, ProfileBasis, ProfileFile,
    UseFile,
};
use super::frequency::NameFrequencies;
use super::{Dependence, Field, FieldWeights, Model, Thresholds, Weights};
use crate::household::{SourceKey, canonical_json};
use crate::identity::bits::{ONE, log_odds_centibits, weight_centibits};
use crate::identity::characters::fold;
use crate::identity::levels::Level;
use crate::identity::name::levels::NameLevel;

const SCHEMA: &str = "hedui-identity-model/1";

/// Columns must sum to one within this (parts per trillion).
const SUM_TOLERANCE: u64 = ONE / 10_000;

/// A level as checked: m and u in parts per trillion.
#[derive(Clone, Copy)]
struct Pair {
    m: u64,
    u: u64,
}

/// A field as checked: the levels that the file lists.
struct CheckedField {
    field: Field,
    listed: Vec<String>,
    pairs: Vec<Pair>,
    frequency_percent: Vec<i32>,
}

struct Checker<'a> {
    checking: Checking<'a>,
}

pub(super) fn check(file: &str, text: &str) -> Result<Model, ModelFaults> {
    let (checking, read) = Checking::read(file, text)?;
    let mut checker = Checker { checking };
    let model = checker.model(read, canonical(text));
    checker.checking.end(model)
}

/// The file's values as canonical JSON (RFC 8785).
fn canonical(text: &str) -> Vec<u8> {
    let table: toml::Table = toml::from_str(text).expect("it was read just before");
    canonical_json(&table)
}

impl Checker<'_> {
    fn model(&mut self, file: ModelFile, canonical: Vec<u8>) -> Model {
        if file.schema.get_ref() != SCHEMA {
            self.checking.fault(Some(file.schema.span()), "schema", &format!("must be \"{SCHEMA}\""));
        }
        let read = [
            (Field::IdNumber, &file.field.id_number),
            (Field::Name, &file.field.name),
            (Field::BirthDate, &file.field.birth_date),
            (Field::Sex, &file.field.sex),
            (Field::Phone, &file.field.phone),
            (Field::Address, &file.field.address),
        ];
        let fields = read.map(|(field, levels)| self.field(field, levels));
        let exact_name_u = fields[Field::Name as usize].pairs.first().map_or(ONE, |pair| pair.u);
        let base = Weights(fields.each_ref().map(weights_of));
        let profiles = self.profiles(&file.profile, &fields);
        let all_trained = file.basis == Basis::Trained && file.profile.iter().all(|p| p.basis == ProfileBasis::Trained);
        Model {
            name: file.name,
            hash: hex::encode(Sha256::digest(&canonical)),
            canonical,
            assumed: !all_trained,
            source: file.source,
            tolerance: file.sound,
            base,
            profiles,
            dependences: file.dependence.iter().filter_map(|d| self.dependence(d)).collect(),
            frequencies: self.frequencies(&file.name_frequency),
            exact_name_u,
            verification: self.thresholds("use.verification", &file.uses.verification),
            household_books: file
                .household_books
                .iter()
                .filter_map(|key| self.source_key("household_books", key))
                .collect(),
        }
    }

    fn field(&mut self, field: Field, levels: &Spanned<Vec<LevelFile>>) -> CheckedField {
        let key = format!("field.{}", field.key());
        let mut expected = field.levels();
        expected.pop(); // missing weighs nothing
        let listed: Vec<String> = levels.get_ref().iter().map(|l| l.level.get_ref().clone()).collect();
        let before = self.checking.found();
        let places: Vec<Option<usize>> = listed.iter().map(|level| expected.iter().position(|e| e == level)).collect();
        let ordered = places.iter().all(Option::is_some) && places.is_sorted_by(|one, other| one < other);
        if !ordered || places.last() != Some(&Some(expected.len() - 1)) {
            let message =
                format!("must list levels of these, in this order, the last among them: {}", expected.join(", "));
            self.checking.fault(Some(levels.span()), &key, &message);
        }
        let mut checked = CheckedField { field, listed, pairs: Vec::new(), frequency_percent: Vec::new() };
        for (place, level) in levels.get_ref().iter().enumerate() {
            let m = self.checking.positive(&format!("{key}[{place}].m"), &level.m);
            let u = self.checking.positive(&format!("{key}[{place}].u"), &level.u);
            checked.pairs.push(Pair { m, u });
            checked.frequency_percent.push(self.frequency_percent(field, &format!("{key}[{place}]"), level));
        }
        if self.checking.found() == before {
            self.sums_and_order(&key, levels, &checked.pairs);
        }
        checked
    }

    fn frequency_percent(&mut self, field: Field, key: &str, level: &LevelFile) -> i32 {
        let Some(percent) = &level.frequency_percent else { return 0 };
        let key = format!("{key}.frequency_percent");
        if field != Field::Name {
            self.checking.fault(Some(percent.span()), &key, "only names have frequencies");
        } else if level.level.get_ref() == NameLevel::Different.key() {
            self.checking.fault(Some(percent.span()), &key, "a name that differs has no frequency in common");
        }
        self.checking.percent(&key, percent)
    }

    /// Both columns sum to one, and no level weighs more than a stronger one.
    fn sums_and_order(&mut self, key: &str, levels: &Spanned<Vec<LevelFile>>, pairs: &[Pair]) {
        for (column, sum) in [("m", pairs.iter().map(|p| p.m).sum::<u64>()), ("u", pairs.iter().map(|p| p.u).sum())] {
            if sum.abs_diff(ONE) > SUM_TOLERANCE {
                let message =
                    format!("{column} must sum to 1 over the levels (missing left out), not to {}", decimal(sum));
                self.checking.fault(Some(levels.span()), key, &message);
            }
        }
        for (place, pair) in pairs.windows(2).enumerate() {
            if weight_centibits(pair[1].m, pair[1].u) > weight_centibits(pair[0].m, pair[0].u) {
                let level = &levels.get_ref()[place + 1].level;
                let message = "weighs more (m / u) than the stronger level before it";
                self.checking.fault(Some(level.span()), &format!("{key}[{}]", place + 1), message);
            }
        }
    }

    /// The weights of every source that has a profile.
    fn profiles(&mut self, files: &[ProfileFile], base: &[CheckedField; 6]) -> HashMap<String, Weights> {
        let mut profiles = HashMap::new();
        for file in files {
            let weights = self.profile(file, base);
            if file.sources.get_ref().is_empty() {
                self.checking.fault(Some(file.sources.span()), "profile.sources", "must name at least one source");
            }
            for source in file.sources.get_ref() {
                let Some(key) = self.source_key("profile.sources", source) else { continue };
                if profiles.insert(key.as_str().to_owned(), weights.clone()).is_some() {
                    let message = "has a profile already: a source has one at most";
                    self.checking.fault(Some(source.span()), "profile.sources", message);
                }
            }
        }
        profiles
    }

    fn profile(&mut self, profile: &ProfileFile, base: &[CheckedField; 6]) -> Weights {
        self.checking.reason("profile.reason", &profile.reason, "must say why these sources err otherwise");
        let mut weights = Weights(base.each_ref().map(weights_of));
        for (field_key, columns) in &profile.m {
            let key = format!("profile.m.{}", field_key.get_ref());
            let Some(field) = Field::parse(field_key.get_ref()) else {
                self.checking.fault(Some(field_key.span()), &key, "is no field of the model");
                continue;
            };
            let levels = &base[field as usize].listed;
            let find = |level: &str| columns.iter().find(|(k, _)| k.get_ref() == level);
            if columns.len() != levels.len() || levels.iter().any(|level| find(level).is_none()) {
                self.checking.fault(
                    Some(field_key.span()),
                    &key,
                    &format!("must give m of every level: {}", levels.join(", ")),
                );
                continue;
            }
            let pairs: Vec<Pair> = levels
                .iter()
                .zip(&base[field as usize].pairs)
                .filter_map(|(level, pair)| {
                    find(level).map(|(_, m)| Pair { m: self.checking.positive(&key, m), u: pair.u })
                })
                .collect();
            if pairs.iter().map(|p| p.m).sum::<u64>().abs_diff(ONE) > SUM_TOLERANCE {
                self.checking.fault(Some(field_key.span()), &key, "m must sum to 1 over the levels");
            }
            let weight = |pair: &Pair| weight_centibits(pair.m, pair.u);
            if let Some(place) = pairs.windows(2).position(|next| weight(&next[1]) > weight(&next[0])) {
                let message = format!("{} weighs more (m / u) than the stronger level before it", levels[place + 1]);
                self.checking.fault(Some(field_key.span()), &key, &message);
            }
            let (listed, frequency_percent) = (levels.clone(), base[field as usize].frequency_percent.clone());
            weights.0[field as usize] = weights_of(&CheckedField { field, listed, pairs, frequency_percent });
        }
        weights
    }

    fn dependence(&mut self, file: &DependenceFile) -> Option<Dependence> {
        let mut field = |key: &str, name: &Spanned<String>| {
            let field = Field::parse(name.get_ref());
            if field.is_none() {
                self.checking.fault(Some(name.span()), key, "is no field of the model");
            }
            field
        };
        let (of, given) = (field("dependence.field", &file.field), field("dependence.given", &file.given));
        let why = "must say why one follows from the other";
        let reason = self.checking.reason("dependence.reason", &file.reason, why);
        let keep_percent = self.checking.percent("dependence.keep_percent", &file.keep_percent);
        let (of, given) = (of?, given?);
        if of == given {
            self.checking.fault(Some(file.given.span()), "dependence.given", "must be another field");
        }
        let levels = given.levels();
        for level in file.when.iter().filter(|level| !levels.contains(&level.get_ref().as_str())) {
            self.checking.fault(
                Some(level.span()),
                "dependence.when",
                &format!("must be among: {}", levels.join(", ")),
            );
        }
        let when = levels.iter().map(|level| file.when.iter().any(|w| w.get_ref() == level)).collect();
        Some(Dependence { field: of, given, when, keep_percent, reason })
    }

    fn frequencies(&mut self, file: &FrequencyFile) -> NameFrequencies {
        let folded = |text: &str| text.chars().map(fold).collect::<Box<[char]>>();
        let mut surname = HashMap::new();
        for (text, share) in &file.surname {
            surname.insert(folded(text), self.checking.positive(&format!("name_frequency.surname.{text}"), share));
        }
        let mut characters = |table: &str, shares: &std::collections::BTreeMap<String, Decimal>| {
            let mut by_character = HashMap::new();
            for (text, share) in shares {
                let key = format!("name_frequency.{table}.{text}");
                let parts = self.checking.positive(&key, share);
                match *folded(text) {
                    [only] => {
                        by_character.insert(only, parts);
                    }
                    _ => self.checking.fault(Some(share.span()), &key, "the key must be one character"),
                }
            }
            by_character
        };
        let (single, double) = (characters("single", &file.single), characters("double", &file.double));
        let mut share =
            |key: &str, decimal: &Decimal| self.checking.positive(&format!("name_frequency.{key}"), decimal);
        let frequencies = NameFrequencies {
            are_counted: file.basis == FrequencyBasis::Counted,
            surname,
            other_surname: share("other_surname", &file.other_surname),
            single,
            other_single: share("other_single", &file.other_single),
            double,
            other_double: share("other_double", &file.other_double),
            smallest_share: share("smallest_share", &file.smallest_share),
            rare_share: share("rare_share", &file.rare_share),
            bounds_centibits: (*file.least_centibits.get_ref(), *file.most_centibits.get_ref()),
        };
        if frequencies.bounds_centibits.0 > 0 || frequencies.bounds_centibits.1 < 0 {
            let span = Some(file.least_centibits.span());
            self.checking.fault(
                span,
                "name_frequency.least_centibits",
                "must not be above 0, nor most_centibits below 0",
            );
            return NameFrequencies { bounds_centibits: (0, 0), ..frequencies };
        }
        frequencies
    }

    fn thresholds(&mut self, key: &str, file: &Spanned<UseFile>) -> Thresholds {
        let (span, file) = (file.span(), file.get_ref());
        let prior_centibits = log_odds_centibits(self.checking.positive(&format!("{key}.prior"), &file.prior));
        let written = ThresholdsFile {
            cost: file.cost.as_ref(),
            match_at: file.match_at.as_ref(),
            review_at: file.review_at.as_ref(),
            beside: span,
        };
        let ([match_centibits, review_centibits], cost) = self.checking.thresholds(&format!("{key}."), &written);
        let margin = *file.margin_bits.get_ref();
        if !(0..=60).contains(&margin) {
            self.checking.fault(Some(file.margin_bits.span()), &format!("{key}.margin_bits"), "must be from 0 to 60");
        }
        Thresholds {
            prior_centibits,
            match_centibits,
            review_centibits,
            margin_centibits: margin.clamp(0, 60) * 100,
            cost,
        }
    }

    fn source_key(&mut self, key: &str, text: &Spanned<String>) -> Option<SourceKey> {
        SourceKey::new(text.get_ref().as_str())
            .map_err(|message| self.checking.fault(Some(text.span()), key, &message))
            .ok()
    }
}

/// The weight of every level of a field, the missing one's zero at the end. A level that is not listed weighs what the next weaker one
/// does: models from before it was known stay readable.
fn weights_of(checked: &CheckedField) -> FieldWeights {
    let levels = checked.field.levels();
    let place_of = |at: usize| levels[at..].iter().find_map(|level| checked.listed.iter().position(|own| own == level));
    let (mut centibits, mut frequency_percent) = (Vec::new(), Vec::new());
    for at in 0..levels.len() {
        let place = place_of(at).filter(|place| *place < checked.pairs.len());
        centibits.push(place.map_or(0, |place| weight_centibits(checked.pairs[place].m, checked.pairs[place].u)));
        frequency_percent.push(place.map_or(0, |place| checked.frequency_percent[place]));
    }
    FieldWeights { centibits, frequency_percent }
}

/// Parts per trillion as a decimal text.
fn decimal(parts: u64) -> String {
    format!("{}.{:06}", parts / ONE, parts % ONE / 1_000_000)
}
