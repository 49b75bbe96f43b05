//! What the parameters in force amount to month by month, reckoned once a pack.

use super::catalogue::Rules;
use super::typed::Param;
use super::value::{Handling, Ratio};
use crate::household::Fen;
use crate::policy::window::{MONTHS, Months};

/// The most that employment cost may take in each month of the income window, oldest first.
#[derive(Clone, Debug)]
pub struct Caps {
    /// Of people who are not disabled.
    pub employment: [Fen; MONTHS],
    /// Of people with a valid certificate.
    pub employment_disabled: [Fen; MONTHS],
    /// Months in which the basic part of the residents' pension is not income.
    pub basic_pension_exempt: Months,
    /// Months in which it is not settled whether it is.
    pub basic_pension_open: Months,
}

impl Caps {
    pub(super) fn of(rules: &Rules) -> Self {
        let by_month = |share: Ratio| {
            let mut caps = [Fen::ZERO; MONTHS];
            for (cap, Param { value, .. }) in caps.iter_mut().zip(&rules.minimum_wage.0) {
                *cap = share.of(*value);
            }
            caps
        };
        let months_with = |handling: Handling| {
            let rule = rules.not_income_basic_pension.0.iter().enumerate();
            let months = rule.filter(|(_, month)| month.value == handling).map(|(place, _)| Months(1 << place));
            months.fold(Months::default(), Months::with)
        };
        Self {
            basic_pension_exempt: months_with(Handling::Exempt),
            basic_pension_open: months_with(Handling::Open),
            employment: by_month(rules.employment_cost.value),
            employment_disabled: by_month(rules.employment_cost_disabled.value),
        }
    }
}
