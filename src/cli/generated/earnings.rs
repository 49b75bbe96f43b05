//! What people live on, as tax, social security, employment, the housing fund, civil affairs and the veterans' office state it.

use hedui_mock_sources::Window;
use hedui_mock_sources::truth::{
    Assistance, AssistanceKind, Job, Pension, PensionScheme, Person, Receipt, ReturnedIncome, ReturnedItem, SpecialCare,
};

use super::{Facts, month};
use crate::household::{Detail, Fen, FundState, InsuranceScheme, Private, Programme, SpecialCareKind, TaxItem};

pub(super) fn state(facts: &mut Facts, person: &Person, window: &Window) {
    facts.insert("tax", tax(person, window));
    facts.insert("social_security", social_security(person, window));
    facts.insert("employment", employment(person));
    facts.insert("housing_fund", person.jobs.iter().filter_map(|job| fund(job, window)).collect());
    facts.insert("civil_assistance", person.assistance.iter().map(assistance).collect());
    facts.insert("veterans", person.special_care.iter().filter_map(special_care).collect());
}

fn named(name: &str) -> Option<Private> {
    Some(name.into())
}

/// A return for every month of a job within the window; what lies before it is not asked for.
fn tax(person: &Person, window: &Window) -> Vec<Detail> {
    let mut stated = Vec::new();
    for job in &person.jobs {
        let last = job.to.unwrap_or(window.last_month).min(window.last_month);
        stated.extend(job.from.max(window.first_month).through(last).map(|paid| Detail::TaxedIncome {
            item: TaxItem::Wage,
            from: paid.first_day(),
            to: paid.last_day(),
            gross: Fen(job.monthly_wage_fen),
            cost: Some(Fen::ZERO),
            tax: Some(Fen(job.monthly_tax_fen)),
            social_insurance: Some(Fen(job.own_contributions_fen())),
            paid_on: None,
            payer: named(&job.employer),
        }));
    }
    for firm in &person.businesses {
        stated.extend(firm.receipts.iter().map(|receipt| business(receipt, &firm.name)));
    }
    stated.extend(person.returned.iter().map(returned));
    stated
}

fn business(receipt: &Receipt, firm: &str) -> Detail {
    Detail::TaxedIncome {
        item: TaxItem::Business,
        from: receipt.from.first_day(),
        to: receipt.to.last_day(),
        gross: Fen(receipt.gross_fen),
        cost: Some(Fen(receipt.cost_fen)),
        tax: Some(Fen(receipt.tax_fen)),
        social_insurance: Some(Fen::ZERO),
        paid_on: None,
        payer: named(firm),
    }
}

fn returned(income: &ReturnedIncome) -> Detail {
    let item = match income.item {
        ReturnedItem::Labour => TaxItem::Labour,
        ReturnedItem::InterestDividend => TaxItem::InterestDividend,
        ReturnedItem::Rent => TaxItem::Rent,
        ReturnedItem::PropertySale => TaxItem::PropertySale,
        ReturnedItem::Chance => TaxItem::Chance,
    };
    Detail::TaxedIncome {
        item,
        from: income.from,
        to: income.to,
        gross: Fen(income.gross_fen),
        cost: Some(Fen(income.cost_fen)),
        tax: Some(Fen(income.tax_fen)),
        social_insurance: Some(Fen::ZERO),
        paid_on: None,
        payer: named(&income.payer),
    }
}

fn social_security(person: &Person, window: &Window) -> Vec<Detail> {
    let mut stated = Vec::new();
    for job in person.jobs.iter().filter(|job| job.in_social_security) {
        let schemes = [
            (InsuranceScheme::EmployeePension, job.own_pension_fen),
            (InsuranceScheme::Medical, job.own_medical_fen),
            (InsuranceScheme::Unemployment, job.own_unemployment_fen),
        ];
        stated.extend(schemes.into_iter().filter(|(_, own)| *own > 0).map(|(scheme, own)| Detail::Contribution {
            scheme,
            employer: named(&job.employer),
            from: month(job.from),
            to: month(job.to.unwrap_or(window.last_month)),
            base_monthly: Some(Fen(job.monthly_wage_fen)),
            personal_monthly: Some(Fen(own)),
        }));
    }
    if person.resident_contribution_fen > 0 {
        stated.push(Detail::Contribution {
            scheme: InsuranceScheme::ResidentPension,
            employer: None,
            from: month(window.first_month.plus(-10)),
            to: month(person.died.map_or(window.last_month, hedui_mock_sources::Month::of)),
            base_monthly: Some(Fen::ZERO),
            personal_monthly: Some(Fen(person.resident_contribution_fen)),
        });
    }
    stated.extend(person.pensions.iter().map(pension));
    stated.extend(person.unemployment.iter().map(|benefit| Detail::UnemploymentBenefit {
        from: month(benefit.from),
        to: benefit.to.map(month),
        monthly: Fen(benefit.monthly_fen),
    }));
    stated
}

fn pension(pension: &Pension) -> Detail {
    let resident = pension.scheme == PensionScheme::Resident;
    Detail::Pension {
        scheme: if resident { InsuranceScheme::ResidentPension } else { InsuranceScheme::EmployeePension },
        from: month(pension.from),
        to: pension.to.map(month),
        monthly: Fen(pension.monthly_fen),
        basic_monthly: resident.then_some(Fen(pension.basic_monthly_fen)),
    }
}

fn employment(person: &Person) -> Vec<Detail> {
    let jobs = person.jobs.iter().filter_map(|job| {
        let wage_stated = job.in_employment?;
        Some(Detail::Job {
            employer: named(&job.employer),
            from: job.from.first_day(),
            to: job.to.map(hedui_mock_sources::Month::last_day),
            wage_monthly: wage_stated.then_some(Fen(job.monthly_wage_fen)),
        })
    });
    let unemployed = person.registered_unemployed.map(|(from, to)| Detail::UnemploymentRegistration { from, to });
    let subsidies = person.subsidies.iter().map(|subsidy| Detail::EmploymentSubsidy {
        item: subsidy.item.to_string(),
        amount: Fen(subsidy.amount_fen),
        paid_on: subsidy.paid,
    });
    jobs.chain(unemployed).chain(subsidies).collect()
}

fn fund(job: &Job, window: &Window) -> Option<Detail> {
    let fund = job.housing_fund.as_ref()?;
    Some(Detail::HousingFund {
        employer: named(&job.employer),
        base_monthly: Some(Fen(job.monthly_wage_fen)),
        deposit_monthly: Some(Fen(fund.monthly_deposit_fen)),
        balance: Fen(fund.balance_fen),
        state: match fund.state {
            1 => FundState::Active,
            2 => FundState::Sealed,
            _ => FundState::Closed,
        },
        paid_to: Some(month(job.to.unwrap_or(window.last_month).min(window.last_month))),
    })
}

fn assistance(benefit: &Assistance) -> Detail {
    let programme = match benefit.kind {
        AssistanceKind::Dibao => Programme::Dibao,
        AssistanceKind::Tekun => Programme::Tekun,
        AssistanceKind::Temporary => Programme::TemporaryRelief,
        AssistanceKind::Orphan => Programme::Orphan,
        AssistanceKind::DisabilityLiving => Programme::DisabilityLiving,
        AssistanceKind::DisabilityNursing => Programme::DisabilityNursing,
        AssistanceKind::OldAge => Programme::OldAge,
        AssistanceKind::Funeral => return Detail::Death { on: None },
    };
    Detail::Assistance {
        programme,
        amount: Fen(benefit.amount_fen),
        from: month(benefit.from),
        to: benefit.to.map(month),
    }
}

fn special_care(care: &SpecialCare) -> Option<Detail> {
    let kind = match care.kind.as_ref() {
        "11" => SpecialCareKind::DisabledSoldier,
        "21" => SpecialCareKind::MartyrDependant,
        "31" => SpecialCareKind::RetiredSoldier,
        "32" => SpecialCareKind::BattleVeteran,
        _ => return None,
    };
    Some(Detail::SpecialCare {
        care: kind,
        monthly: Fen(care.monthly_fen),
        from: Some(month(care.from)),
        to: care.to.map(month),
    })
}
