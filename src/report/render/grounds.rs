//! Rules with their law (依据), as a numbered list that lines cite: `[3]`.

use super::super::lines::GroundEntry;
use super::super::text::Lang;
use super::names::Reading;
use crate::policy::assessment::{Basis, Treatment};

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

    /// A rule in words.
    pub fn rule(self, ground: &'a GroundEntry) -> &'a str {
        self.t(&ground.zh, &ground.en)
    }

    /// A rule and its law, as a line that is left out shows them.
    pub fn rule_and_law(self, number: u32) -> Option<String> {
        let ground = self.body.ground(number)?;
        Some(format!("{} {}", self.rule(ground), self.law(ground)))
    }

    /// How many records a line is the sum of, where it is not one and how it was computed does not say so.
    pub fn number_of_records(self, number: usize, computation: &str) -> Option<String> {
        (number > 1 && !computation.contains("条记录")).then(|| match self.lang {
            Lang::Zh => format!("{number} 条记录"),
            Lang::En => format!("{number} records"),
        })
    }
}
