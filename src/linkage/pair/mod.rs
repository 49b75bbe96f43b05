//! One pair in words: what each field says, what was counted once, what was added, and what decides. Neither values nor ids of rows are in it:
//! a roster may be named by citizens' numbers.

mod drawn;

use super::decision::{Because, Decision};
use super::explained::{Explained, Explainer, FieldExplained, Meeting, meetings};
use super::model::{Calibration, LinkageModel};
use super::scoring::Scorer;
use super::sheets;
use super::table::Table;
use crate::drawing::lettering::{per_cent, plain_bits};
use crate::household::Lang;
use crate::identity::bits::{plain_ppm, probability_ppm};
use crate::identity::model::Reason;

/// A pair with all that is said of it.
pub struct Told<'a> {
    /// What it was weighed by.
    pub model: &'a LinkageModel,
    /// In which language it is told.
    pub lang: Lang,
    /// Its weights.
    pub explained: Explained,
    /// What is decided of the pair alone; none below what is worth a look.
    pub decision: Option<Decision>,
    /// What each blocking rule makes of it.
    pub meetings: Vec<Meeting>,
}

/// What is decided, in words; none below what is worth a look.
#[must_use]
pub fn decision(decision: Option<Decision>, lang: Lang) -> &'static str {
    match decision {
        Some(Decision::Match) => lang.pick("认定", "match"),
        Some(Decision::Review) => lang.pick("待人工核实", "review"),
        None => lang.pick("不是同一人", "no match"),
    }
}

/// Why a person must look.
#[must_use]
pub fn why(model: &LinkageModel, because: Because, lang: Lang) -> &str {
    match because {
        Because::Conflict(rule) => model.conflicts[usize::from(rule)].reason.said(lang),
        Because::Weight | Because::Label => lang.pick("证据不足以认定", "the evidence is not enough for a match"),
        Because::Margin => lang.pick("另有一行同样相符", "another row fits almost as well"),
        Because::SharedNumber => {
            lang.pick("同一证件号码另有不同姓名的人", "the number stands on somebody of another name too")
        }
        Because::Apart => {
            lang.pick("会把不是同一人的行连在一起", "it would bring together rows that are not one person")
        }
    }
}

/// What rarer or commoner values add to a level's weight.
#[must_use]
pub fn rarity(field: &FieldExplained) -> i32 {
    if field.from_number { 0 } else { field.by_itself - field.of_level }
}

impl<'a> Told<'a> {
    /// Takes a pair of rows apart.
    #[must_use]
    pub fn of(model: &'a LinkageModel, table: &Table, (left, right): (u32, u32), lang: Lang) -> Self {
        let explained = Explainer::new(model, &Scorer::new(model, table)).explain(left, right);
        let decision = explained.decided(model);
        Self { model, lang, explained, decision, meetings: meetings(model, table, left, right) }
    }
}

impl Told<'_> {
    /// Log odds that it is one person, in centibits.
    #[must_use]
    pub fn log_odds(&self) -> i32 {
        self.model.log_odds(self.explained.weight)
    }

    /// How weights become log odds, where they are not simply added to the prior.
    #[must_use]
    pub fn calibration(&self) -> Option<Calibration> {
        let calibration = self.model.calibration;
        (calibration.scale_percent != 100 || calibration.shift_centibits != 0).then_some(calibration)
    }

    /// The conflict rule that keeps the pair from matching.
    #[must_use]
    pub fn held_by(&self) -> Option<&Reason> {
        let rule = self.explained.conflict.filter(|_| self.explained.is_held(self.model))?;
        Some(&self.model.conflicts[usize::from(rule)].reason)
    }

    fn said(&self, texts: [&'static str; 2]) -> &'static str {
        self.lang.pick(texts[0], texts[1])
    }

    fn decision(&self) -> &'static str {
        decision(self.decision, self.lang)
    }

    /// What to know about a field's weight beside its level.
    #[must_use]
    pub fn notes(&self, field: &FieldExplained) -> Vec<String> {
        let mut notes = Vec::new();
        let rarity = rarity(field);
        if field.from_number {
            notes.push(
                self.said([
                    "一方未载，由其证件号码得出，不另计",
                    "not stated on one side, its ID number says it: not counted beside it",
                ])
                .to_owned(),
            );
        }
        if rarity != 0 {
            let what = if rarity > 0 { ["少见", "rarer than most"] } else { ["常见", "commoner than most"] };
            notes.push(format!("{} {}", self.said(what), plain_bits(rarity)));
        }
        for dependence in field.dimmed_by.iter().map(|place| &self.model.dependences[*place]) {
            let (given, percent) = (self.model.field_said(dependence.given, self.lang), dependence.keep_percent);
            let reason = dependence.reason.said(self.lang);
            notes.push(match (self.lang, percent) {
                (Lang::Zh, 0) => format!("{given}已含，不重复计：{reason}"),
                (Lang::Zh, _) => format!("与{given}相关，只计 {percent}%：{reason}"),
                (Lang::En, 0) => format!("said by the {given} already: {reason}"),
                (Lang::En, _) => format!("follows from the {given}, {percent} % counts: {reason}"),
            });
        }
        notes
    }

    /// A level in words.
    #[must_use]
    pub fn words(&self, field: &FieldExplained) -> &'static str {
        sheets::words(&field.level, self.lang)
    }

    /// The probability, what it makes of the pair, and from where on.
    #[must_use]
    pub fn verdict(&self) -> String {
        let probability = per_cent(probability_ppm(self.log_odds()));
        let [matching, reviewing] =
            [self.model.match_centibits, self.model.review_centibits].map(|at| per_cent(plain_ppm(at)));
        let decision = self.decision();
        let held = self.held_by().map(|reason| reason.said(self.lang));
        let held = held.map(|reason| match self.lang {
            Lang::Zh => format!("概率足够，但按冲突规则须由人核实：{reason}。"),
            Lang::En => format!(" Probable enough, but a conflict rule asks for a look: {reason}."),
        });
        let held = held.unwrap_or_default();
        match self.lang {
            Lang::Zh => {
                format!(
                    "同一人的概率 {probability}：{decision}（{matching} 起认定，{reviewing} 起待人工核实）。{held}一对一时还看其他配对。"
                )
            }
            Lang::En => format!(
                "One person with a probability of {probability}: {decision} (match from {matching}, review from {reviewing}).{held} One-to-one, other pairs matter too."
            ),
        }
    }

    /// Blocking rules that make this of the two, each in words and as the model writes it.
    #[must_use]
    pub fn rules(&self, wanted: Meeting) -> Vec<(String, String)> {
        let rules = self.model.blocks.iter().zip(&self.meetings).filter(|(_, meeting)| **meeting == wanted);
        rules.map(|(block, _)| (self.model.block_said(block, self.lang), block.text.clone())).collect()
    }

    /// Which blocking rules bring the two together.
    #[must_use]
    pub fn met(&self) -> String {
        let named = |wanted: Meeting| {
            let both = |(said, code): (String, String)| match self.lang {
                Lang::Zh => format!("{said}（{code}）"),
                Lang::En => format!("{said} ({code})"),
            };
            self.rules(wanted).into_iter().map(both).collect::<Vec<_>>()
        };
        let (met, left_out) = (named(Meeting::Met), named(Meeting::LeftOut));
        let mut said = match (self.lang, met.is_empty()) {
            (Lang::Zh, true) => "没有分组规则使这两行成对：正常运行中不会比较。".to_owned(),
            (Lang::En, true) => "No blocking rule brings the two together: a run does not compare them.".to_owned(),
            (Lang::Zh, false) => format!("使这两行成对的分组规则：{}", met.join("；")),
            (Lang::En, false) => format!("Brought together by: {}", met.join("; ")),
        };
        if !left_out.is_empty() {
            said.push_str(&match self.lang {
                Lang::Zh => format!("（因组过大略去：{}）", left_out.join("；")),
                Lang::En => format!(" (left out, their blocks are too large: {})", left_out.join("; ")),
            });
        }
        said
    }
}
