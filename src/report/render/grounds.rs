//! Rules with their law (依据), as a numbered list that lines cite: `[3]`.

use super::super::entries::{GroundEntry, IncomeEntry};
use super::super::text::Lang;
use super::names::Reading;
use crate::policy::assessment::{Basis, Treatment};
use crate::policy::pack::spec;

/// Rules that leave kinds of money out of income.
const NOT_INCOME: &str = "not_income.";
/// How rules begin that do not say what they are about.
const BY_THE_RULES: [&str; 2] = ["按规定", "按参数"];

/// How a line cites its rule.
pub(super) fn cite(number: u32) -> String {
    format!("[{number}]")
}

/// Whether a line is one that people look up the law of: something left out, or not settled.
pub(super) fn wants_its_law(treatment: Treatment) -> bool {
    matches!(treatment, Treatment::Exempt | Treatment::PartlyExempt | Treatment::Open)
}

impl<'a> Reading<'a> {
    /// The law of a rule, marked where the figures are assumed.
    pub fn law(self, ground: &'a GroundEntry) -> String {
        match ground.law.and_then(|number| self.body.law(number)) {
            None => self.t("假定，尚无公布文本", "assumed, no published text").to_owned(),
            Some(law) if ground.basis == Basis::Published => law.to_owned(),
            Some(law) => format!("{law}{}", self.bracketed(self.t("数值假定", "figures assumed"))),
        }
    }

    /// A rule in words. One that leaves kinds of money out without naming them names them here, and what the law calls them.
    pub fn rule(self, number: u32, ground: &'a GroundEntry) -> String {
        let words = self.t(&ground.zh, &ground.en);
        let names_nothing = BY_THE_RULES.iter().any(|beginning| ground.zh.starts_with(beginning));
        let Some(rule) = ground.rules.iter().find(|rule| names_nothing && rule.starts_with(NOT_INCOME)) else {
            return words.to_owned();
        };
        let mut items: Vec<&IncomeEntry> = Vec::new();
        for line in self.body.income.iter().filter(|line| line.ground == number) {
            if items.iter().all(|item| item.item_zh != line.item_zh) {
                items.push(line);
            }
        }
        let kind = spec(rule).filter(|spec| items.iter().all(|item| item.item_zh != spec.zh));
        let kind = kind.map_or_else(String::new, |spec| self.bracketed(self.lang.pick(spec.zh, spec.en)));
        let items: Vec<&str> = items.into_iter().map(|item| self.t(&item.item_zh, &item.item_en)).collect();
        if items.is_empty() {
            return words.to_owned();
        }
        format!("{}{kind}{}{words}", self.list(&items), self.t("：", ": "))
    }

    /// A rule and its law, as a line that is left out shows them.
    pub fn rule_and_law(self, number: u32) -> Option<String> {
        let ground = self.body.ground(number)?;
        Some(format!("{} {}", self.rule(number, ground), self.law(ground)))
    }

    /// The list of rules with their law, each once: the numbers of those that read alike stand together.
    pub fn grounds(self) -> Vec<(Vec<u32>, &'a GroundEntry, String, String)> {
        let mut list: Vec<(Vec<u32>, &GroundEntry, String, String)> = Vec::new();
        // whoever was on a roster that was screened is not looked at again for it
        let roster = self.body.request.purpose.is_screening();
        let of_leads = |number: u32| self.body.referrals.iter().any(|line| line.ground == number);
        for (number, ground) in (1..).zip(&self.body.grounds).filter(|(number, _)| !roster || of_leads(*number)) {
            let (words, law) = (self.rule(number, ground), self.law(ground));
            match list.iter_mut().find(|known| (&known.2, &known.3) == (&words, &law)) {
                Some(known) => known.0.push(number),
                None => list.push((vec![number], ground, words, law)),
            }
        }
        list
    }

    /// The records a line rests on, by number where they are few.
    pub fn records(self, numbers: &[String], computation: &str) -> Option<String> {
        match numbers {
            [] => None,
            [_] | [_, _] => Some(format!("{}{}", self.t("记录 ", "record "), numbers.join(self.t("、", ", ")))),
            [first, ..] => match (self.number_of_records(numbers.len(), computation), self.lang) {
                (Some(number), Lang::Zh) => Some(format!("记录 {first} 等，{number}")),
                (None, Lang::Zh) => Some(format!("记录 {first} 等")),
                (Some(number), Lang::En) => Some(format!("record {first} and others, {number}")),
                (None, Lang::En) => Some(format!("record {first} and others")),
            },
        }
    }

    /// How many records a line is the sum of, where it is not one and how it was computed does not say so.
    pub fn number_of_records(self, number: usize, computation: &str) -> Option<String> {
        (number > 1 && !computation.contains("条记录")).then(|| match self.lang {
            Lang::Zh => format!("{number} 条记录"),
            Lang::En => format!("{number} records"),
        })
    }
}
