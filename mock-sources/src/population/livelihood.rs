//! What the members of a household live on: wages, fields, trade, pensions, benefits. Every amount is a whole number of fen.

use super::composition::Kind;
use super::maker::Maker;
use super::places;
use crate::calendar::Month;
use crate::truth::{
    Business, FirmState, HousingFund, Informal, InformalKind, Insured, Job, Pension, PensionScheme, Person, Receipt,
    ReturnedIncome, ReturnedItem, Role, Sex, SpecialCare, Subsidy, Text, UnemploymentBenefit,
};

/// Gives every member a living that fits the kind of household.
pub(crate) fn provide(maker: &mut Maker<'_>, kind: Kind) {
    for position in 0..maker.household.members.len() {
        let mut person = maker.household.members[position].clone();
        let age = person.age_on(maker.as_of);
        match age {
            ..16 => {}
            16..60 => working_age(maker, &mut person, kind, position),
            _ => old_age(maker, &mut person, kind),
        }
        maker.household.members[position] = person;
    }
    if kind == Kind::Veteran {
        special_care(maker, 0);
    }
}

/// A period a job covers: mostly the whole window, sometimes begun or ended within it.
fn period(maker: &mut Maker<'_>) -> (Month, Option<Month>) {
    let last = maker.window.last_month;
    let began = last.plus(-i32::try_from(maker.chance.between(12, 90)).unwrap_or(24));
    match maker.chance.below(100) {
        0..76 => (began, None),
        76..90 => (last.plus(-i32::try_from(maker.chance.between(0, 10)).unwrap_or(5)), None),
        _ => (began, Some(last.plus(-i32::try_from(maker.chance.between(1, 10)).unwrap_or(5)))),
    }
}

fn income_tax(monthly_wage_fen: i64, contributions_fen: i64) -> i64 {
    (monthly_wage_fen - contributions_fen - 500_000).max(0) * 3 / 100
}

/// A job in another province: tax knows it, the county's own departments do not.
pub(crate) fn distant_job(maker: &mut Maker<'_>) -> Job {
    let (from, to) = period(maker);
    let monthly_wage_fen = maker.chance.stepped(260_000, 720_000, 5_000);
    let (pension, medical) = (monthly_wage_fen * 8 / 100, monthly_wage_fen * 2 / 100);
    let unemployment = monthly_wage_fen * 3 / 1000;
    let insured = maker.chance.permille(400);
    let job = Job {
        employer: maker.chance.word(places::DISTANT_EMPLOYERS),
        from,
        to,
        monthly_wage_fen,
        own_pension_fen: if insured { pension } else { 0 },
        own_medical_fen: if insured { medical } else { 0 },
        own_unemployment_fen: if insured { unemployment } else { 0 },
        monthly_tax_fen: 0,
        in_social_security: false,
        in_employment: None,
        housing_fund: None,
    };
    Job { monthly_tax_fen: income_tax(monthly_wage_fen, job.own_contributions_fen()), ..job }
}

/// A job in the county: tax, social security, mostly the employment service, sometimes the housing fund.
fn local_job(maker: &mut Maker<'_>) -> Job {
    let (from, to) = period(maker);
    let monthly_wage_fen = maker.chance.stepped(191_000, 560_000, 1_000);
    let contributions = monthly_wage_fen * 8 / 100 + monthly_wage_fen * 2 / 100 + monthly_wage_fen * 3 / 1000;
    let in_employment = maker.chance.permille(850).then(|| maker.chance.permille(700));
    let housing_fund = (monthly_wage_fen > 280_000 && maker.chance.permille(550)).then(|| HousingFund {
        monthly_deposit_fen: monthly_wage_fen * 16 / 100,
        balance_fen: maker.chance.stepped(80_000, 4_500_000, 15),
        state: if to.is_some() { 2 } else { 1 },
    });
    Job {
        employer: maker.chance.word(places::LOCAL_EMPLOYERS),
        from,
        to,
        monthly_wage_fen,
        own_pension_fen: monthly_wage_fen * 8 / 100,
        own_medical_fen: monthly_wage_fen * 2 / 100,
        own_unemployment_fen: monthly_wage_fen * 3 / 1000,
        monthly_tax_fen: income_tax(monthly_wage_fen, contributions),
        in_social_security: true,
        in_employment,
        housing_fund,
    }
}

fn informal(maker: &mut Maker<'_>, kind: InformalKind, low_yuan: i64, high_yuan: i64) -> Informal {
    Informal { kind, annual_fen: maker.chance.stepped(low_yuan * 100, high_yuan * 100, 10_000) }
}

fn working_age(maker: &mut Maker<'_>, person: &mut Person, kind: Kind, position: usize) {
    if person.age_on(maker.as_of) < 24 && person.relation != "01" && person.marriages.is_empty() {
        return;
    }
    let earner = person.sex == Sex::Male || position == 0;
    match kind {
        Kind::Migrant if earner => person.jobs.push(distant_job(maker)),
        Kind::TownWorkers => town_worker(maker, person, earner),
        Kind::Traders if earner => trader(maker, person),
        Kind::SingleParent | Kind::AdultAlone if maker.chance.permille(550) => person.jobs.push(local_job(maker)),
        Kind::ThreeGenerations if earner && maker.chance.permille(600) => person.jobs.push(distant_job(maker)),
        _ => fields_and_day_labour(maker, person),
    }
    after_a_job(maker, person);
    resident_contribution(maker, person);
}

fn town_worker(maker: &mut Maker<'_>, person: &mut Person, earner: bool) {
    if earner || maker.chance.permille(550) {
        person.jobs.push(local_job(maker));
    } else if maker.chance.permille(400) {
        person.informal.push(informal(maker, InformalKind::CasualWork, 3_000, 16_000));
    } else if maker.chance.permille(200) {
        let paid = maker.day_in_window();
        person.subsidies.push(Subsidy {
            item: Text::Borrowed("公益性岗位补贴"),
            amount_fen: maker.chance.stepped(60_000, 180_000, 10_000),
            paid,
        });
    }
}

fn fields_and_day_labour(maker: &mut Maker<'_>, person: &mut Person) {
    if !maker.urban() {
        person.informal.push(informal(maker, InformalKind::Farming, 1_500, 9_000));
    }
    if maker.chance.permille(450) {
        person.informal.push(informal(maker, InformalKind::CasualWork, 1_000, 12_000));
    }
    if maker.chance.permille(60) {
        labour_service(maker, person);
    }
}

fn labour_service(maker: &mut Maker<'_>, person: &mut Person) {
    let count = maker.chance.between(1, 3);
    for _ in 0..count {
        let month = Month::of(maker.day_in_window());
        person.returned.push(ReturnedIncome {
            item: ReturnedItem::Labour,
            from: month.first_day(),
            to: month.last_day(),
            gross_fen: maker.chance.stepped(50_000, 380_000, 5_000),
            cost_fen: 0,
            tax_fen: 0,
            payer: maker.chance.word(places::DISTANT_EMPLOYERS),
        });
    }
    person.returned.sort_by_key(|income| income.from);
}

fn trader(maker: &mut Maker<'_>, person: &mut Person) {
    let taxed = maker.chance.permille(550);
    let employees = maker
        .chance
        .permille(800)
        .then(|| if maker.chance.permille(750) { 0 } else { u32::try_from(maker.chance.between(1, 4)).unwrap_or(1) });
    let established = maker.day_in_window().saturating_sub(jiff::Span::new().years(maker.chance.between(1, 12)));
    let trade = *maker.chance.pick(&["小卖部", "面馆", "五金店", "理发店", "农资店", "修理铺", "服装店"]);
    let mut business = Business {
        name: format!("会宁县{}{}{trade}", maker.household.town, person.name.chars().last().unwrap_or('兴')),
        credit_code: format!(
            "92620422MA{:07}{}",
            maker.chance.below(10_000_000),
            maker.chance.pick(&["A", "K", "Q", "X", "3"])
        ),
        role: Role::SoleTrader,
        registered_fen: maker.chance.stepped(1_000_000, 20_000_000, 1_000_000),
        paid_in_fen: 0,
        share_ppm: 1_000_000,
        state: if maker.chance.permille(80) { FirmState::Cancelled } else { FirmState::Active },
        established,
        employees,
        receipts: Vec::new(),
    };
    if business.state == FirmState::Cancelled {
        person.informal.push(informal(maker, InformalKind::CasualWork, 4_000, 18_000));
    } else if taxed {
        for quarter in 0..4 {
            let from = maker.window.first_month.plus(quarter * 3);
            let gross_fen = maker.chance.stepped(1_200_000, 5_200_000, 12_345);
            let cost_fen = gross_fen * maker.chance.between(55, 82) / 100;
            business.receipts.push(Receipt {
                from,
                to: from.plus(2),
                gross_fen,
                cost_fen,
                tax_fen: (gross_fen - cost_fen) * 5 / 1000,
            });
        }
    } else {
        person.informal.push(informal(maker, InformalKind::PettyTrade, 6_000, 30_000));
    }
    person.businesses.push(business);
    if maker.chance.permille(60) {
        shareholder(maker, person);
    }
}

fn shareholder(maker: &mut Maker<'_>, person: &mut Person) {
    let registered_fen = maker.chance.stepped(10_000_000, 100_000_000, 10_000_000);
    person.businesses.push(Business {
        name: format!("会宁县{}商贸有限公司", person.name.chars().last().unwrap_or('兴')),
        credit_code: format!("91620422MA{:07}7", maker.chance.below(10_000_000)),
        role: if maker.chance.permille(400) { Role::LegalRepresentative } else { Role::Shareholder },
        registered_fen,
        paid_in_fen: registered_fen * maker.chance.between(0, 100) / 100,
        share_ppm: u32::try_from(maker.chance.stepped(50_000, 600_000, 10_000)).unwrap_or(50_000),
        state: FirmState::Active,
        established: maker.day_in_window().saturating_sub(jiff::Span::new().years(3)),
        employees: None,
        receipts: Vec::new(),
    });
    let day = maker.day_in_window();
    let gross_fen = maker.chance.stepped(100_000, 900_000, 10_000);
    person.returned.push(ReturnedIncome {
        item: ReturnedItem::InterestDividend,
        from: day,
        to: day,
        gross_fen,
        cost_fen: 0,
        tax_fen: gross_fen / 5,
        payer: Text::Owned(person.businesses.last().map_or(String::new(), |business| business.name.clone())),
    });
}

/// A job that ended in the window may be followed by benefit and registration as unemployed.
fn after_a_job(maker: &mut Maker<'_>, person: &mut Person) {
    let Some(ended) = person.jobs.first().filter(|job| job.in_social_security).and_then(|job| job.to) else { return };
    let first = ended.plus(1);
    if maker.chance.permille(600) {
        let months = i32::try_from(maker.chance.between(2, 12)).unwrap_or(6);
        let to = first.plus(months - 1);
        let to = (to <= maker.window.last_month).then_some(to);
        person.unemployment.push(UnemploymentBenefit { from: first, to, monthly_fen: 152_800 });
        person.registered_unemployed = Some((first.day(8), to.map(|month| month.day(20))));
    }
}

fn resident_contribution(maker: &mut Maker<'_>, person: &mut Person) {
    let employee = person.jobs.iter().any(|job| job.own_pension_fen > 0);
    if employee {
        person.insured =
            if person.jobs.iter().any(|job| job.in_social_security) { Insured::Employee } else { Insured::Resident };
    } else if maker.chance.permille(700) {
        person.resident_contribution_fen = *maker.chance.pick(&[2_500, 2_500, 2_500, 5_000, 10_000]);
    }
}

fn old_age(maker: &mut Maker<'_>, person: &mut Person, kind: Kind) {
    let age = person.age_on(maker.as_of);
    let turned_sixty = Month::of(person.born).plus(60 * 12 + 1);
    let retired_worker = maker.chance.permille(if maker.urban() { 420 } else { 40 });
    if retired_worker {
        let from = turned_sixty;
        let monthly_fen = maker.chance.stepped(165_000, 390_000, 1_250);
        person.pensions.push(Pension {
            scheme: PensionScheme::Employee,
            from,
            to: None,
            monthly_fen,
            basic_monthly_fen: 0,
        });
        person.insured = Insured::Employee;
    } else if maker.chance.permille(940) {
        let basic = if age >= 75 { 15_300 } else { 14_800 };
        let own = maker.chance.stepped(300, 9_500, 13);
        let from = turned_sixty.max(Month::new(2012, 1));
        person.pensions.push(Pension {
            scheme: PensionScheme::Resident,
            from,
            to: None,
            monthly_fen: basic + own,
            basic_monthly_fen: basic,
        });
    }
    if !maker.urban() && age < 76 && maker.chance.permille(620) {
        person.informal.push(informal(maker, InformalKind::Farming, 600, 4_800));
    }
    let supported = matches!(kind, Kind::OldCouple | Kind::OldAlone) && maker.chance.permille(450);
    if supported {
        person.informal.push(informal(maker, InformalKind::SupportFromKin, 500, 4_500));
    }
    if maker.chance.permille(35) {
        rent(maker, person);
    }
}

/// Rent of a room or a strip of land, returned quarterly.
fn rent(maker: &mut Maker<'_>, person: &mut Person) {
    let gross_fen = maker.chance.stepped(60_000, 450_000, 5_000);
    for quarter in 0..4 {
        let from = maker.window.first_month.plus(quarter * 3);
        person.returned.push(ReturnedIncome {
            item: ReturnedItem::Rent,
            from: from.first_day(),
            to: from.plus(2).last_day(),
            gross_fen,
            cost_fen: gross_fen / 20,
            tax_fen: 0,
            payer: Text::Borrowed("个人承租"),
        });
    }
}

fn special_care(maker: &mut Maker<'_>, position: usize) {
    let kind = *maker.chance.pick(&["31", "31", "32", "11", "21"]);
    let from = Month::new(2016, 8);
    let monthly_fen = maker.chance.stepped(62_000, 168_000, 500);
    maker.household.members[position].special_care.push(SpecialCare {
        kind: Text::Borrowed(kind),
        from,
        to: None,
        monthly_fen,
    });
}
