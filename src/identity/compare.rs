//! Two people compared: the level of every field, their weights, and the verdict with its reasons.
//!
//! [`Model::levels`] and [`Model::weigh`] are the bare matcher, symmetric and without opinion; [`Model::compare`] adds the rules of
//! verification.

use super::address::compare_addresses;
use super::birth_date::{BirthDateLevel, compare_birth_dates};
use super::bits::probability_ppm;
use super::document::{IdLevel, compare_documents};
use super::levels::Level;
use super::model::{Dependence, Field, Model};
use super::name::Name;
use super::name::levels::{NameLevel, compare_names};
use super::person::Person;
use super::phone::compare_phones;
use super::rules::{Facts, Rule};
use super::sex::{SexLevel, compare_sex};
use super::{address::AddressLevel, phone::PhoneLevel};
use crate::household::{MatchReason, SourceKey, Subject, Verdict};

/// The level of every field of one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Levels {
    /// Document number.
    pub id_number: IdLevel,
    /// Name.
    pub name: NameLevel,
    /// Birth date.
    pub birth_date: BirthDateLevel,
    /// Sex.
    pub sex: SexLevel,
    /// Telephone.
    pub phone: PhoneLevel,
    /// Address.
    pub address: AddressLevel,
}

impl Levels {
    /// A field's level by its index.
    #[must_use]
    pub fn index(&self, field: Field) -> usize {
        match field {
            Field::IdNumber => self.id_number.index(),
            Field::Name => self.name.index(),
            Field::BirthDate => self.birth_date.index(),
            Field::Sex => self.sex.index(),
            Field::Phone => self.phone.index(),
            Field::Address => self.address.index(),
        }
    }

    /// What an officer reads about a field; nothing when it is missing and nobody would expect it.
    fn reason(&self, field: Field, weight_centibits: i32) -> Option<MatchReason> {
        fn texts<L: Level>(level: L) -> (&'static str, &'static str, &'static str, bool) {
            (level.key(), level.zh(), level.en(), level == L::MISSING)
        }
        let (level, zh, en, missing) = match field {
            Field::IdNumber => texts(self.id_number),
            Field::Name => texts(self.name),
            Field::BirthDate => texts(self.birth_date),
            Field::Sex => texts(self.sex),
            Field::Phone => texts(self.phone),
            Field::Address => texts(self.address),
        };
        let expected = matches!(field, Field::IdNumber | Field::Name);
        (!missing || expected).then(|| MatchReason {
            field: field.key().to_owned(),
            level: level.to_owned(),
            weight_centibits,
            zh: zh.to_owned(),
            en: en.to_owned(),
        })
    }
}

/// The weights of one comparison, in centibits, by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// In the order of [`Field::ALL`].
    pub by_field: [i32; 6],
    /// Their sum.
    pub total: i32,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Whether the record is the person's.
    pub verdict: Verdict,
    /// Sum of the fields' weights, in hundredths of a bit; the prior is not in it.
    pub weight_centibits: i32,
    /// Probability that the two are one, in parts per million, with the prior.
    pub probability_ppm: u32,
    /// The rule that decided (and those that overruled it), then every field; never a value.
    pub reasons: Vec<MatchReason>,
    /// The level of every field.
    pub levels: Levels,
    /// The rule that decided.
    pub rule: Rule,
}

impl Comparison {
    /// Overrules the verdict; the rule's reason is put first.
    pub(super) fn overrule(&mut self, rule: Rule) {
        self.overrule_because(rule, rule.reason());
    }

    /// As `overrule`, with a reason that says more.
    pub(super) fn overrule_because(&mut self, rule: Rule, reason: MatchReason) {
        self.verdict = rule.verdict();
        self.rule = rule;
        self.reasons.insert(0, reason);
    }
}

impl Model {
    /// Whether a record's subject is the person known, under the rules of verification. `profile` is the source that wrote the record.
    #[must_use]
    pub fn compare(&self, known: &Person, claimed: &Subject, profile: Option<&SourceKey>) -> Comparison {
        self.compare_prepared(known, &Person::prepare(claimed), profile)
    }

    /// As [`Model::compare`], of a subject already prepared.
    #[must_use]
    pub fn compare_prepared(&self, known: &Person, claimed: &Person, profile: Option<&SourceKey>) -> Comparison {
        let levels = self.levels(known, claimed);
        let weighed = self.weigh(known, claimed, &levels, profile);
        let thresholds = self.thresholds();
        let log_odds = thresholds.prior_centibits.saturating_add(weighed.total);
        let facts = Facts {
            levels,
            name_is_rare: self.frequencies.both_rare(&known.name, &claimed.name),
            rarity_is_proven: self.frequencies.prove_rare(&known.name, &claimed.name),
        };
        let rule = Rule::deciding(&facts);
        let mut comparison = Comparison {
            verdict: rule.verdict(),
            weight_centibits: weighed.total,
            probability_ppm: probability_ppm(log_odds),
            reasons: reasons(&levels, &weighed, rule),
            levels,
            rule,
        };
        if rule.verdict() == Verdict::Match && log_odds < thresholds.match_centibits {
            comparison.overrule(Rule::WeightTooLow);
        } else if rule == Rule::NearNameAlone && log_odds < thresholds.review_centibits {
            comparison.overrule(Rule::TooFaint);
        }
        comparison
    }

    /// The level of every field. Symmetric.
    #[must_use]
    pub fn levels(&self, a: &Person, b: &Person) -> Levels {
        Levels {
            id_number: compare_documents(&a.document, &b.document),
            name: self.name_level(a, b),
            birth_date: compare_birth_dates(a.birth_date, b.birth_date),
            sex: compare_sex(a.sex, b.sex),
            phone: compare_phones(a.phone.as_ref(), b.phone.as_ref()),
            address: compare_addresses(a.address.as_ref(), b.address.as_ref()),
        }
    }

    /// The names' level; a former name of either side may explain a difference.
    fn name_level(&self, a: &Person, b: &Person) -> NameLevel {
        let level = compare_names(&a.name, &b.name, self.tolerance);
        if level <= NameLevel::Former || (a.former_names.is_empty() && b.former_names.is_empty()) {
            return level;
        }
        let same = |x: &Name, y: &Name| compare_names(x, y, self.tolerance).is_same();
        let former = a.former_names.iter().any(|f| same(f, &b.name) || b.former_names.iter().any(|g| same(f, g)))
            || b.former_names.iter().any(|f| same(f, &a.name));
        if former { NameLevel::Former } else { level }
    }

    /// The weights of the levels: with names corrected for how common they are, and fields that follow from one another counted once.
    #[must_use]
    pub fn weigh(&self, a: &Person, b: &Person, levels: &Levels, profile: Option<&SourceKey>) -> Weighed {
        let weights = self.weights(profile);
        let mut by_field = Field::ALL.map(|field| weights.0[field as usize].centibits[levels.index(field)]);
        let percent = weights.0[Field::Name as usize].frequency_percent[levels.name.index()];
        if percent > 0 {
            let correction = self.frequencies.correction_centibits(&a.name, &b.name, self.exact_name_u);
            by_field[Field::Name as usize] += correction * percent / 100;
        }
        // what both numbers say of birth date and sex, the number's own level has said already
        if a.document.resident().is_some() && b.document.resident().is_some() {
            if a.birth_date_is_derived && b.birth_date_is_derived {
                by_field[Field::BirthDate as usize] = 0;
            }
            if a.sex_is_derived && b.sex_is_derived {
                by_field[Field::Sex as usize] = 0;
            }
        }
        for dependence in &self.dependences {
            let weight = &mut by_field[dependence.field as usize];
            if *weight > 0 && dependence.when[levels.index(dependence.given)] {
                *weight = *weight * dependence.keep_percent / 100;
            }
        }
        Weighed { by_field, total: by_field.iter().sum() }
    }

    /// Why agreement in a field counts only in part: what it follows from and stands at these levels.
    #[must_use]
    pub fn dimmed_by(&self, field: Field, levels: &Levels) -> Vec<&Dependence> {
        let own = self.dependences.iter().filter(|dependence| dependence.field == field);
        own.filter(|dependence| dependence.when[levels.index(dependence.given)]).collect()
    }
}

fn reasons(levels: &Levels, weighed: &Weighed, rule: Rule) -> Vec<MatchReason> {
    let fields = Field::ALL.into_iter().filter_map(|f| levels.reason(f, weighed.by_field[f as usize]));
    std::iter::once(rule.reason()).chain(fields).collect()
}
