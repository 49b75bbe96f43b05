//! Whether a record says of its owner what is true of them: one telling field of every kind, against the population itself.

use hedui_connectors::records::{Detail, Fen, InsuredKind, YearMonth};
use hedui_mock_sources::Month;
use hedui_mock_sources::truth::{AccountKind, Custody, Insured, Person};

/// The bank that tells whether a balance is over a limit, and the limit.
const THRESHOLD_BANK: &str = "NXB";
const THRESHOLD_FEN: i64 = 5_000_000;

fn any<T>(facts: &[T], says: impl Fn(&T) -> bool) -> bool {
    facts.iter().any(says)
}

fn month(text: YearMonth, truth: Month) -> bool {
    text.to_string() == truth.to_string()
}

/// The kind of the record, and whether what it states is so.
pub fn told(person: &Person, detail: &Detail) -> (&'static str, bool) {
    match detail {
        Detail::Registration { book, .. } => ("registration", book.expose() == person.book),
        Detail::Enrolment { fee_yearly, .. } => {
            ("enrolment", any(&person.studies, |study| *fee_yearly == Some(Fen(study.fee_fen))))
        }
        Detail::Contribution { base_monthly, personal_monthly, .. } => {
            let own = [person.resident_contribution_fen];
            let resident = any(&own, |_| *base_monthly == Some(Fen(0)) || base_monthly.is_none());
            let of = |fen: i64| *personal_monthly == Some(Fen(fen));
            let employed = any(&person.jobs, |job| {
                of(job.own_pension_fen) || of(job.own_medical_fen) || of(job.own_unemployment_fen)
            });
            ("contribution", resident || employed)
        }
        Detail::Pension { monthly, .. } => {
            ("pension", any(&person.pensions, |pension| *monthly == Fen(pension.monthly_fen)))
        }
        Detail::UnemploymentBenefit { monthly, .. } => {
            ("unemployment_benefit", any(&person.unemployment, |benefit| *monthly == Fen(benefit.monthly_fen)))
        }
        Detail::Hospitalisation { from, .. } => {
            ("hospitalisation", any(&person.hospital, |stay| *from == stay.admitted))
        }
        Detail::SeriousIllness { from, .. } => {
            ("serious_illness", any(&person.serious_illness, |illness| *from == Some(illness.since)))
        }
        Detail::Pregnancy { due_on } => ("pregnancy", any(&person.maternity, |maternity| *due_on == maternity.due)),
        Detail::Death { on } => ("death", person.died.is_some() && (on.is_none() || *on == person.died)),
        Detail::Job { employer, .. } => {
            let employer = employer.as_ref().map_or("", |employer| employer.expose());
            ("job", any(&person.jobs, |job| employer == &*job.employer))
        }
        Detail::UnemploymentRegistration { from, .. } => {
            ("unemployment_registration", person.registered_unemployed.is_some_and(|(since, _)| *from == since))
        }
        Detail::EmploymentSubsidy { amount, .. } => {
            ("employment_subsidy", any(&person.subsidies, |subsidy| *amount == Fen(subsidy.amount_fen)))
        }
        Detail::Business { capital_paid, share, .. } => {
            let so = any(&person.businesses, |firm| {
                let ppm = share.map(|share| share.of(Fen(1_000_000)));
                *capital_paid == Some(Fen(firm.paid_in_fen)) && ppm == Some(Fen(i64::from(firm.share_ppm)))
            });
            ("business", so)
        }
        Detail::TaxedIncome { gross, .. } => {
            let wages = person.jobs.iter().map(|job| job.monthly_wage_fen);
            let receipts = person.businesses.iter().flat_map(|firm| &firm.receipts).map(|receipt| receipt.gross_fen);
            let returned = person.returned.iter().map(|income| income.gross_fen);
            ("taxed_income", wages.chain(receipts).chain(returned).any(|fen| *gross == Fen(fen)))
        }
        Detail::Marriage { registered_on, .. } => {
            ("marriage", any(&person.marriages, |marriage| *registered_on == marriage.registered))
        }
        Detail::RealEstate { area, share, .. } => {
            let so = any(&person.houses, |house| {
                area.0 == house.area_hundredths && share.to_string() == format!("{}/{}", house.share.0, house.share.1)
            });
            ("real_estate", so)
        }
        Detail::Vehicle { price, .. } => ("vehicle", any(&person.vehicles, |car| *price == Some(Fen(car.price_fen)))),
        Detail::HousingFund { balance, .. } => {
            let funds = person.jobs.iter().filter_map(|job| job.housing_fund.as_ref());
            ("housing_fund", funds.into_iter().any(|fund| *balance == Fen(fund.balance_fen)))
        }
        Detail::Account { balance, institution, .. } => {
            let so = any(&person.accounts, |account| {
                *balance == Fen(account.balance_fen) && institution.as_str() == &*account.bank
            });
            ("account", so)
        }
        Detail::Threshold { limit, exceeds, .. } => {
            let held = person.accounts.iter().filter(|account| &*account.bank == THRESHOLD_BANK);
            let total: i64 =
                held.filter(|account| account.kind != AccountKind::Loan).map(|account| account.balance_fen).sum();
            ("threshold", *limit == Fen(THRESHOLD_FEN) && *exceeds == (total > THRESHOLD_FEN))
        }
        Detail::InsurancePolicy { cash_value, .. } => {
            ("insurance_policy", any(&person.policies, |policy| *cash_value == Some(Fen(policy.cash_value_fen))))
        }
        Detail::Securities { market_value, .. } => {
            ("securities", any(&person.holdings, |holding| *market_value == Fen((holding.value_milli_yuan + 5) / 10)))
        }
        Detail::DisabilityCertificate { grade, .. } => {
            ("disability_certificate", person.disability.as_ref().is_some_and(|held| *grade == held.grade))
        }
        Detail::MedicalCost { self_paid, catalogue_illness, insured, .. } => {
            let kind = match person.insured {
                Insured::Employee => InsuredKind::Employee,
                Insured::Resident => InsuredKind::Resident,
            };
            let so = any(&person.settlements, |settlement| {
                *self_paid == Fen(settlement.self_paid_fen) && *catalogue_illness == Some(settlement.catalogue)
            });
            ("medical_cost", so && *insured == Some(kind))
        }
        Detail::Assistance { amount, from, .. } => {
            let so = any(&person.assistance, |paid| *amount == Fen(paid.amount_fen) && month(*from, paid.from));
            ("assistance", so)
        }
        Detail::SpecialCare { monthly, .. } => {
            ("special_care", any(&person.special_care, |care| *monthly == Fen(care.monthly_fen)))
        }
        Detail::Custody { from, to, .. } => {
            let until = |stay: &Custody| stay.released.or(stay.ordered_until);
            ("custody", any(&person.custody, |stay| *from == stay.from && *to == until(stay)))
        }
        Detail::ContractedLand { mu, from, .. } => {
            ("contracted_land", any(&person.lands, |land| mu.0 == land.mu_hundredths && *from == Some(land.since)))
        }
        Detail::FarmSubsidy { item, amount, paid_on } => {
            let so = any(&person.farm_subsidies, |paid| {
                *item == paid.item && *amount == Fen(paid.amount_fen) && *paid_on == paid.paid
            });
            ("farm_subsidy", so)
        }
        Detail::FarmMachinery { machine, horsepower, price, subsidy, bought_on } => {
            let so = any(&person.machines, |owned| {
                machine.as_deref() == Some(&*owned.kind)
                    && *horsepower == owned.horsepower
                    && (*price, *subsidy) == (Some(Fen(owned.price_fen)), Some(Fen(owned.subsidy_fen)))
                    && *bought_on == Some(owned.bought)
            });
            ("farm_machinery", so)
        }
        Detail::LandLease { .. } => ("of no mock", false),
    }
}
