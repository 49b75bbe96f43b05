//! What the parameters in force amount to month by month, reckoned once a pack.

use super::catalogue::Rules;
use super::typed::Param;
use super::value::Ratio;
use crate::household::Fen;
use crate::policy::window::MONTHS;

/// The most that employment cost may take in each month of the income window, oldest first.
#[derive(Clone, Debug)]
pub struct Caps {
    /// Of people who are not disabled.
    pub employment: [Fen; MONTHS],
    /// Of people with a valid certificate.
    pub employment_disabled: [Fen; MONTHS],
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
        Self {
            employment: by_month(rules.employment_cost.value),
            employment_disabled: by_month(rules.employment_cost_disabled.value),
        }
    }
}
