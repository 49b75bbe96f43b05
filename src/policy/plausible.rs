//! Amounts no household has. A record that states one cannot be read: its cell is silent, and arithmetic stays exact.
//!
//! Nothing is negative but a medical bill taken back (冲正、退费), which is set against the others, and what a loan or an
//! overdrawn account stands at.

use crate::household::{Detail, Fen};

/// One trillion yuan, either way: far above any household, far below what sums of 64-bit fen hold.
pub(super) const MOST: Fen = Fen::from_yuan(1_000_000_000_000);

/// Whether every amount of a record lies between nothing and [`MOST`]; what may be negative, on either side.
pub(super) fn is_plausible(detail: &Detail) -> bool {
    let within = |amount: Fen| (0..=MOST.0).contains(&amount.0);
    let either_way = |amount: Fen| amount.0.unsigned_abs() <= MOST.0.unsigned_abs();
    let known = |amounts: &[Option<Fen>]| amounts.iter().flatten().all(|amount| within(*amount));
    match detail {
        Detail::Enrolment { fee_yearly, public_fee_yearly, aid_yearly, .. } => {
            known(&[*fee_yearly, *public_fee_yearly, *aid_yearly])
        }
        Detail::Contribution { base_monthly, personal_monthly, .. } => known(&[*base_monthly, *personal_monthly]),
        Detail::Pension { monthly, basic_monthly, .. } => within(*monthly) && known(&[*basic_monthly]),
        Detail::UnemploymentBenefit { monthly, .. } | Detail::SpecialCare { monthly, .. } => within(*monthly),
        Detail::Job { wage_monthly, .. } => known(&[*wage_monthly]),
        Detail::EmploymentSubsidy { amount, .. }
        | Detail::Assistance { amount, .. }
        | Detail::FarmSubsidy { amount, .. } => within(*amount),
        Detail::Business { capital_registered, capital_paid, .. } => known(&[*capital_registered, *capital_paid]),
        Detail::TaxedIncome { gross, cost, tax, social_insurance, .. } => {
            within(*gross) && known(&[*cost, *tax, *social_insurance])
        }
        Detail::Vehicle { price, .. } => known(&[*price]),
        Detail::FarmMachinery { price, subsidy, .. } => known(&[*price, *subsidy]),
        Detail::HousingFund { base_monthly, deposit_monthly, balance, .. } => {
            within(*balance) && known(&[*base_monthly, *deposit_monthly])
        }
        Detail::Account { balance, interest_12m, outflow_12m, .. } => {
            either_way(*balance) && known(&[*interest_12m, *outflow_12m])
        }
        Detail::Threshold { limit, .. } => within(*limit),
        Detail::InsurancePolicy { premium_yearly, cash_value, claims_12m, .. } => {
            known(&[*premium_yearly, *cash_value, *claims_12m])
        }
        // Cash of a margin account may be owed.
        Detail::Securities { market_value, cash, .. } => within(*market_value) && either_way(*cash),
        Detail::MedicalCost { total, reimbursed, aid, self_paid, .. } => {
            [total, reimbursed, aid, self_paid].into_iter().all(|amount| either_way(*amount))
        }
        Detail::LandLease { rent_yearly, .. } => within(*rent_yearly),
        Detail::RealEstate { area, .. } => within(Fen(area.0)),
        Detail::ContractedLand { mu, .. } => within(Fen(mu.0)),
        Detail::Registration { .. }
        | Detail::Hospitalisation { .. }
        | Detail::SeriousIllness { .. }
        | Detail::Pregnancy { .. }
        | Detail::Death { .. }
        | Detail::UnemploymentRegistration { .. }
        | Detail::Marriage { .. }
        | Detail::DisabilityCertificate { .. }
        | Detail::Custody { .. } => true,
    }
}
