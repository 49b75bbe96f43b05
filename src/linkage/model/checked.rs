//! From a linkage model file to a model: every value is checked, every fault collected.

use toml::Spanned;

use super::file::{BlockFile, ConflictFile, DependenceFile, FieldFile, LevelFile, ModelFile, TogetherFile};
use super::{Block, Calibration, Conflict, Dependence, Field, LevelWeight, LinkageModel, Part, Together};
use crate::identity::bits::{ONE, log_odds_centibits, weight_centibits};
use crate::identity::model::checking::Checking;
use crate::identity::model::cost::ThresholdsFile;
use crate::identity::model::{ModelFaults, Reason};
use crate::identity::pinyin::Tolerance;
use crate::linkage::fields::{Kind, WHOLE};

const SCHEMA: &str = "hedui-linkage-model/1";
/// Columns must sum to one within this (parts per trillion).
const SUM_TOLERANCE: u64 = ONE / 1_000;
/// No model needs more.
const MOST_FIELDS: usize = 32;
const MOST_BLOCKS: usize = 32;
const MOST_CONFLICTS: usize = 64;

/// Sounds are kept apart where a model does not say.
const STRICT: Tolerance = Tolerance { n_ng: false, l_n: false, h_f: false, retroflex: false, keystroke: false };

struct Checker<'a> {
    checking: Checking<'a>,
}

pub(super) fn check(file: &str, text: &str) -> Result<LinkageModel, ModelFaults> {
    let (checking, read) = Checking::read(file, text)?;
    let mut checker = Checker { checking };
    let model = checker.model(&read);
    checker.checking.end(model)
}

impl Checker<'_> {
    fn model(&mut self, file: &ModelFile) -> LinkageModel {
        if file.schema.get_ref() != SCHEMA {
            self.checking.fault(Some(file.schema.span()), "schema", &format!("must be \"{SCHEMA}\""));
        }
        for (key, number, most) in [("field", file.field.len(), MOST_FIELDS), ("block", file.block.len(), MOST_BLOCKS)]
        {
            if number == 0 || number > most {
                self.checking.fault(None, key, &format!("a model has from 1 to {most} of them, not {number}"));
            }
        }
        if file.conflict.len() > MOST_CONFLICTS {
            let message = format!("a model has at most {MOST_CONFLICTS} of them, not {}", file.conflict.len());
            self.checking.fault(None, "conflict", &message);
        }
        let fields = self.fields(&file.field);
        let prior = log_odds_centibits(self.checking.positive("prior", &file.prior));
        let written = ThresholdsFile {
            cost: file.cost.as_ref(),
            match_at: file.match_at.as_ref(),
            review_at: file.review_at.as_ref(),
            beside: file.prior.span(),
        };
        let ([matches, review], cost) = self.checking.thresholds("", &written);
        if let Some(none) = file.prior_rows.as_ref().filter(|rows| *rows.get_ref() == 0) {
            self.checking.fault(Some(none.span()), "prior_rows", "must be above 0");
        }
        let margin = *file.margin_bits.get_ref();
        if !(0..=60).contains(&margin) {
            self.checking.fault(Some(file.margin_bits.span()), "margin_bits", "must be from 0 to 60");
        }
        let (scale, shift) = (*file.calibration.scale_percent.get_ref(), *file.calibration.shift_centibits.get_ref());
        if !(10..=200).contains(&scale) {
            let span = Some(file.calibration.scale_percent.span());
            self.checking.fault(span, "calibration.scale_percent", "must be from 10 to 200");
        }
        if !(-6_000..=6_000).contains(&shift) {
            let span = Some(file.calibration.shift_centibits.span());
            self.checking.fault(span, "calibration.shift_centibits", "must be from -6000 to 6000");
        }
        LinkageModel {
            calibration: Calibration { scale_percent: scale.clamp(10, 200), shift_centibits: shift },
            name: file.name.clone(),
            basis: file.basis,
            source: file.source.clone(),
            id: file.id.get_ref().clone(),
            blocks: file.block.iter().map(|block| self.block(&fields, block)).collect(),
            dependences: file.dependence.iter().filter_map(|d| self.dependence(&fields, d)).collect(),
            together: file.together.iter().map(|together| self.together(&fields, together)).collect(),
            conflicts: file.conflict.iter().map(|conflict| self.conflict(&fields, conflict)).collect(),
            fields,
            tolerance: file.sound.unwrap_or(STRICT),
            prior_centibits: prior,
            prior_rows: file.prior_rows.as_ref().map(|rows| *rows.get_ref()),
            match_centibits: matches,
            review_centibits: review,
            cost,
            margin_centibits: margin.clamp(0, 60) * 100,
        }
    }

    fn fields(&mut self, files: &[Spanned<FieldFile>]) -> Vec<Field> {
        let names: Vec<&str> = files.iter().map(|field| field.get_ref().column.get_ref().as_str()).collect();
        let mut fields = Vec::with_capacity(files.len());
        for (place, file) in files.iter().enumerate() {
            let file = file.get_ref();
            let name = file.column.get_ref();
            let key = format!("field.{name}");
            if names[..place].contains(&name.as_str()) {
                self.checking.fault(Some(file.column.span()), &key, "this column is listed already");
            }
            let mut other = |named: &Option<Spanned<String>>, what: &str, wanted: Kind| {
                let named = named.as_ref()?;
                let found = names.iter().position(|other| other == named.get_ref());
                let fits = found.is_some_and(|found| found != place && files[found].get_ref().kind == wanted);
                if !fits {
                    let message = format!("must be the column of another field of kind {}", wanted.key());
                    self.checking.fault(Some(named.span()), &format!("{key}.{what}"), &message);
                }
                found.filter(|_| fits)
            };
            let swapped_with = other(&file.swapped_with, "swapped_with", Kind::Text);
            let derived_from = other(&file.derived_from, "derived_from", Kind::IdNumber);
            if file.swapped_with.is_some() && file.kind != Kind::Text {
                self.checking.fault(Some(file.column.span()), &key, "only texts change places");
            }
            if file.derived_from.is_some() && !matches!(file.kind, Kind::BirthDate | Kind::Sex) {
                self.checking.fault(Some(file.column.span()), &key, "a number says birth date and sex, nothing else");
            }
            let headings = [&file.left, &file.right].map(|own| own.clone().unwrap_or_else(|| name.clone()));
            let (levels, place_of) = self.levels(&key, file.kind, &file.levels);
            fields.push(Field {
                name: name.clone(),
                kind: file.kind,
                headings,
                swapped_with,
                derived_from,
                levels,
                place_of,
            });
        }
        fields
    }

    /// The levels a model lists, and where each level of the kind counts: a level left out, as the next weaker one listed.
    fn levels(
        &mut self,
        key: &str,
        kind: Kind,
        files: &Spanned<Vec<LevelFile>>,
    ) -> (Vec<LevelWeight>, Vec<Option<usize>>) {
        let mut known: Vec<&str> = kind.levels().iter().map(|level| level.key).collect();
        known.pop(); // missing weighs nothing
        let listed: Vec<&str> = files.get_ref().iter().map(|file| file.level.get_ref().as_str()).collect();
        let places: Vec<Option<usize>> = listed.iter().map(|level| known.iter().position(|k| k == level)).collect();
        let ordered = places.iter().all(Option::is_some) && places.is_sorted_by(|one, other| one < other);
        if !ordered || places.last() != Some(&Some(known.len() - 1)) {
            let message =
                format!("must list levels of these, in this order, the last among them: {}", known.join(", "));
            self.checking.fault(Some(files.span()), key, &message);
        }
        let before = self.checking.found();
        let levels: Vec<LevelWeight> = files
            .get_ref()
            .iter()
            .map(|file| {
                let key = format!("{key}.{}", file.level.get_ref());
                let (m, u) = (
                    self.checking.positive(&format!("{key}.m"), &file.m),
                    self.checking.positive(&format!("{key}.u"), &file.u),
                );
                let frequency_percent = file
                    .frequency_percent
                    .as_ref()
                    .map_or(0, |percent| self.checking.percent(&format!("{key}.frequency_percent"), percent));
                let frequency_of = self.frequency_of(&key, kind, file);
                LevelWeight {
                    level: file.level.get_ref().clone(),
                    m,
                    u,
                    centibits: weight_centibits(m, u),
                    frequency_percent,
                    frequency_of,
                }
            })
            .collect();
        if self.checking.found() == before {
            self.sums_and_order(key, files, &levels);
        }
        let place_of = known.iter().map(|level| {
            let own = known.iter().position(|k| k == level);
            places.iter().position(|place| *place >= own)
        });
        (levels, place_of.chain([None]).collect())
    }

    fn frequency_of(&mut self, key: &str, kind: Kind, file: &LevelFile) -> String {
        let Some(part) = &file.frequency_of else { return WHOLE.to_owned() };
        if !kind.parts().contains(&part.get_ref().as_str()) {
            let message = format!("a {} has these parts: {}", kind.key(), kind.parts().join(", "));
            self.checking.fault(Some(part.span()), &format!("{key}.frequency_of"), &message);
            return WHOLE.to_owned();
        }
        part.get_ref().clone()
    }

    /// Both columns sum to one, and no level weighs more than a stronger one.
    fn sums_and_order(&mut self, key: &str, files: &Spanned<Vec<LevelFile>>, levels: &[LevelWeight]) {
        for (column, sum) in [("m", levels.iter().map(|l| l.m).sum::<u64>()), ("u", levels.iter().map(|l| l.u).sum())] {
            if sum.abs_diff(ONE) > SUM_TOLERANCE {
                let message = format!("{column} must sum to 1 over the levels (missing left out)");
                self.checking.fault(Some(files.span()), key, &message);
            }
        }
        for (place, pair) in levels.windows(2).enumerate() {
            if pair[1].centibits > pair[0].centibits {
                let message = "weighs more (m / u) than the stronger level before it";
                self.checking.fault(
                    Some(files.get_ref()[place + 1].level.span()),
                    &format!("{key}.{}", pair[1].level),
                    message,
                );
            }
        }
    }

    fn block(&mut self, fields: &[Field], file: &Spanned<BlockFile>) -> Block {
        let on = &file.get_ref().on;
        if on.is_empty() {
            self.checking.fault(Some(file.span()), "block.on", "must name at least one column");
        }
        let parts = on.iter().filter_map(|text| {
            let (name, part) = text.get_ref().split_once('.').unwrap_or((text.get_ref(), WHOLE));
            let found = fields.iter().position(|field| field.name == name);
            let Some(field) = found else {
                self.checking.fault(Some(text.span()), "block.on", "is no column of the model");
                return None;
            };
            let parts = fields[field].kind.parts();
            if !parts.contains(&part) {
                let message = format!("a {} has these parts: {}", fields[field].kind.key(), parts.join(", "));
                self.checking.fault(Some(text.span()), "block.on", &message);
                return None;
            }
            Some(Part { field, part: part.to_owned() })
        });
        let on: Vec<Part> = parts.collect();
        let text = file.get_ref().on.iter().map(|text| text.get_ref().as_str()).collect::<Vec<_>>().join(", ");
        let largest = file.get_ref().largest.as_ref();
        if let Some(none) = largest.filter(|largest| *largest.get_ref() == 0) {
            self.checking.fault(
                Some(none.span()),
                "block.largest",
                "must be above 0: a rule whose every block is left out does nothing",
            );
        }
        Block { text, on, estimate: file.get_ref().estimate, largest: largest.map(|largest| *largest.get_ref()) }
    }

    fn named(&mut self, fields: &[Field], key: &str, name: &Spanned<String>) -> Option<usize> {
        let found = fields.iter().position(|field| field.name == *name.get_ref());
        if found.is_none() {
            self.checking.fault(Some(name.span()), key, "is no column of the model");
        }
        found
    }

    /// Which of a field's levels are named; after them `missing` and, of a number, `left_out`.
    fn which(&mut self, field: &Field, key: &str, named: &[Spanned<String>]) -> Vec<bool> {
        let mut which = vec![false; field.levels.len() + 2];
        for name in named {
            let place = field.levels.iter().position(|level| level.level == *name.get_ref());
            let beside = || match name.get_ref().as_str() {
                "missing" => Some(field.missing()),
                "left_out" if field.kind == Kind::IdNumber => Some(field.left_out()),
                _ => None,
            };
            match place.or_else(beside) {
                Some(place) => which[place] = true,
                None => self.checking.fault(Some(name.span()), key, "is no level that the model lists for this column"),
            }
        }
        which
    }

    fn reason(&mut self, key: &str, reason: &Spanned<Reason>) -> Reason {
        self.checking.reason(key, reason, "must say why")
    }

    fn dependence(&mut self, fields: &[Field], file: &DependenceFile) -> Option<Dependence> {
        let field = self.named(fields, "dependence.field", &file.field);
        let given = self.named(fields, "dependence.given", &file.given);
        let reason = self.reason("dependence.reason", &file.reason);
        let keep_percent = self.checking.percent("dependence.keep_percent", &file.keep_percent);
        let (field, given) = (field?, given?);
        if field == given {
            self.checking.fault(Some(file.given.span()), "dependence.given", "must be another column");
        }
        let when = self.which(&fields[given], "dependence.when", &file.when);
        Some(Dependence { field, given, when, keep_percent, reason })
    }

    fn together(&mut self, fields: &[Field], file: &TogetherFile) -> Together {
        let mut when = Vec::new();
        for (name, levels) in file.when.get_ref() {
            if let Some(field) = self.named(fields, "together.when", name) {
                when.push((field, self.which(&fields[field], "together.when", levels)));
            }
        }
        if when.len() < 2 && file.when.get_ref().len() < 2 {
            self.checking.fault(Some(file.when.span()), "together.when", "must name levels of at least two columns");
        }
        let centibits = *file.centibits.get_ref();
        if !(-6_000..=6_000).contains(&centibits) {
            self.checking.fault(Some(file.centibits.span()), "together.centibits", "must be from -6000 to 6000");
        }
        Together { when, centibits, reason: self.reason("together.reason", &file.reason) }
    }

    fn conflict(&mut self, fields: &[Field], file: &ConflictFile) -> Conflict {
        let mut when = Vec::new();
        for (name, levels) in file.when.get_ref() {
            if levels.is_empty() {
                self.checking.fault(Some(name.span()), "conflict.when", "must name at least one level of this column");
            }
            if let Some(field) = self.named(fields, "conflict.when", name) {
                when.push((field, self.which(&fields[field], "conflict.when", levels)));
            }
        }
        if file.when.get_ref().is_empty() {
            let message = "must name levels of at least one column: without any, every pair would be held";
            self.checking.fault(Some(file.when.span()), "conflict.when", message);
        }
        Conflict { when, reason: self.reason("conflict.reason", &file.reason) }
    }
}
