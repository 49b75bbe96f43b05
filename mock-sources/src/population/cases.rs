//! The cases that matter, sown at fixed rates: near the lines, undeclared spouse, namesakes, numbers that are not one to one.

use super::maker::Maker;
use super::names;
use crate::calendar::Month;
use crate::truth::{
    AccountKind, AccountState, Assistance, AssistanceKind, Case, Hospital, Informal, InformalKind, PensionScheme,
    Person, SecondNumber, SeriousIllness, Settlement, Study, StudyState, Text,
};

/// Marks and changes the household where its turn comes.
pub(crate) fn sow(maker: &mut Maker<'_>) {
    let index = maker.household.index;
    if maker.chance.permille(12) {
        moved_out(maker);
    }
    if maker.chance.permille(3) && maker.household.members.len() > 1 {
        dead_member(maker);
    }
    if maker.chance.permille(40) {
        namesake(maker);
    }
    if index % 100 == 57 {
        namesake_of_many_houses(maker);
    }
    if index % 25 == 11 {
        changed_schools(maker);
    }
    if index % 3 == 1 {
        business_loss(maker);
    }
    if index % 10 == 9 {
        echo_bill(maker);
    }
    if maker.chance.permille(45) && maker.household.members[0].age_on(maker.as_of) >= 25 {
        former_name(maker);
    }
    if maker.chance.permille(3) {
        second_number(maker);
    }
    if index % 100 == 33 {
        shared_number(maker);
    }
    if maker.chance.permille(35) {
        near_the_deposit_limit(maker);
    }
    if maker.chance.permille(130) {
        near_a_line(maker);
    }
    remember(maker);
}

fn moved_out(maker: &mut Maker<'_>) {
    let head = &maker.household.members[0];
    let (sex, age) = (head.sex, head.age_on(maker.as_of));
    let mut sibling = maker.stranger(sex, (age - 6).max(18), age.max(20));
    let years = maker.chance.between(0, 6);
    sibling.moved_out = Some(maker.day_in_window().saturating_sub(jiff::Span::new().years(years)));
    maker.add_outsider(sibling, "70", true);
    maker.mark(Case::MovedOut);
}

/// The last member died within the window; the request still names them. Pensions and jobs ended the month they died.
fn dead_member(maker: &mut Maker<'_>) {
    let died = maker.day_in_window();
    let month = Month::of(died);
    let Some(person) = maker.household.members.last_mut() else { return };
    person.died = Some(died);
    person.can_work = false;
    person.jobs.retain(|job| job.from <= month);
    person.pensions.retain(|pension| pension.from <= month);
    person.assistance.retain(|benefit| benefit.from <= month);
    for job in &mut person.jobs {
        job.to = Some(job.to.map_or(month, |to| to.min(month)));
    }
    for pension in &mut person.pensions {
        pension.to = Some(month);
    }
    for benefit in &mut person.assistance {
        benefit.to = Some(benefit.to.map_or(month, |to| to.min(month)));
    }
    person.assistance.push(Assistance { kind: AssistanceKind::Funeral, amount_fen: 0, from: month, to: Some(month) });
    person.hospital.retain(|stay| stay.discharged.is_none_or(|day| day <= died));
    person.settlements.retain(|settlement| settlement.on <= died);
    person.studies.clear();
    person.maternity.clear();
    person.unemployment.clear();
    person.registered_unemployed = None;
    maker.mark(Case::DeadMemberDeclared);
}

/// Puts somebody elsewhere who has a name made earlier, some of them born on the same day. Those have been ill and gone to school, and every
/// third of them is dead: taken for the member's, each of these rows would change the case.
fn namesake(maker: &mut Maker<'_>) {
    let Some((_, name, sex, born, _)) = maker.registry.earlier.clone() else { return };
    let same_day = maker.chance.permille(400);
    let age = crate::calendar::years_between(born, maker.as_of);
    let other_born = if same_day { born } else { maker.born((age - 9).max(18), (age + 9).max(18)) };
    let mut person = maker.person(name, sex, other_born);
    if same_day {
        ill_and_schooled(maker, &mut person);
    }
    let lived_with = &maker.household.members[0];
    person.vehicles.clone_from(&lived_with.vehicles);
    person.policies.clone_from(&lived_with.policies);
    let mut house = lived_with.houses.first().cloned();
    if let Some(house) = &mut house {
        house.unit.push('N');
    }
    person.houses.extend(house);
    for vehicle in &mut person.vehicles {
        vehicle.plate.push('N');
    }
    maker.add_outsider(person, "99", false);
    maker.mark(if same_day { Case::NamesakeSameBirthDate } else { Case::Namesake });
}

fn ill_and_schooled(maker: &mut Maker<'_>, person: &mut Person) {
    let admitted = maker.day_in_window();
    let discharged = admitted.saturating_add(jiff::Span::new().days(3)).min(maker.as_of);
    person.hospital.push(Hospital { admitted, discharged: Some(discharged), serious: true });
    person.serious_illness.push(SeriousIllness { since: admitted, listed: true });
    let year = maker.as_of.year();
    person.studies.push(Study {
        school: Text::Borrowed("白银市职业技术学院"),
        stage: 50,
        public: true,
        fee_fen: 500_000,
        public_fee_fen: 500_000,
        aid_fen: 0,
        enrolled: Month::new(year - 1, 9).day(1),
        leaves: Month::new(year + 2, 7).day(1),
        state: StudyState::Attending,
    });
    if maker.chance.permille(333) {
        person.died = Some(maker.as_of.yesterday().unwrap_or(maker.as_of).max(discharged));
    }
}

/// Somebody elsewhere with a name made earlier owns more houses than departments put on a page.
fn namesake_of_many_houses(maker: &mut Maker<'_>) {
    let Some((_, name, sex, born, _)) = maker.registry.earlier.clone() else { return };
    let age = crate::calendar::years_between(born, maker.as_of);
    let other_born = maker.born((age - 9).max(18), (age + 9).max(18));
    let mut person = maker.person(name, sex, other_born);
    person.houses = super::belongings::let_houses(maker, 25);
    maker.add_outsider(person, "99", false);
    maker.mark(Case::NamesakeManyHouses);
}

/// The first pupil at a school changed twice within the year: the register keeps all three enrolments.
fn changed_schools(maker: &mut Maker<'_>) {
    let year = maker.as_of.year();
    let attends = |study: &Study| study.stage >= 20 && study.state == StudyState::Attending;
    let Some(person) = maker.household.members.iter_mut().find(|person| person.studies.iter().any(attends)) else {
        return;
    };
    let Some(now) = person.studies.first().cloned() else { return };
    let left = |enrolled, leaves| Study { state: StudyState::Left, enrolled, leaves, ..now.clone() };
    let before = [
        left(Month::new(year - 2, 9).day(1), Month::new(year, 2).day(20)),
        left(Month::new(year, 3).day(1), Month::new(year, 6).day(30)),
    ];
    person.studies.splice(0..0, before);
    maker.mark(Case::ChangedSchools);
}

/// A shop that is in the tax returns cost more than it took in: in half of its quarters, or in all.
fn business_loss(maker: &mut Maker<'_>) {
    let all = maker.household.index.is_multiple_of(2);
    let firms = maker.household.members.iter_mut().flat_map(|person| &mut person.businesses);
    let Some(firm) = firms.into_iter().find(|firm| !firm.receipts.is_empty()) else { return };
    for (quarter, receipt) in firm.receipts.iter_mut().enumerate().filter(|(quarter, _)| all || quarter % 2 == 0) {
        let share = 110 + 10 * i64::try_from(quarter).unwrap_or(0);
        (receipt.cost_fen, receipt.tax_fen) = (receipt.gross_fen * share / 100, 0);
    }
    maker.mark(Case::BusinessLoss);
}

/// Two bills that nothing tells apart but their numbers.
fn echo_bill(maker: &mut Maker<'_>) {
    let bills = maker.household.members.iter_mut().map(|person| &mut person.settlements);
    let own_part = |bills: &&mut Vec<Settlement>| bills.first().is_some_and(|bill| bill.self_paid_fen > 0);
    let Some(bills) = bills.into_iter().find(own_part) else { return };
    let twin = bills[0].clone();
    bills.insert(1, twin);
    maker.mark(Case::EchoBill);
}

/// The head of the household once had another given name.
fn former_name(maker: &mut Maker<'_>) {
    let (sex, born) = (maker.household.members[0].sex, maker.household.members[0].born);
    let surname = names::surname_of(&maker.household.members[0].name).to_owned();
    if !surname.is_empty() {
        let former = maker.name(&surname, sex, born);
        let person = &mut maker.household.members[0];
        person.former_name = (former != person.name).then_some(former);
    }
}

fn second_number(maker: &mut Maker<'_>) {
    let person = maker.household.members[0].clone();
    let other = maker.person(person.name.clone(), person.sex, person.born);
    let departments = ["real_estate", "vehicles", "insurance"].map(str::to_owned).to_vec();
    maker.household.members[0].second_number = Some(SecondNumber { id_number: other.id_number, departments });
    maker.mark(Case::SecondIdNumber);
}

/// Gives a member the number of somebody made earlier, as two offices once issued it twice.
fn shared_number(maker: &mut Maker<'_>) {
    let Some((_, _, sex, born, number)) = maker.registry.earlier.clone() else { return };
    let mut twin: Person = {
        let surname = maker.surname();
        let name = maker.name(surname, sex, born);
        maker.person(name, sex, born)
    };
    twin.id_number = number;
    twin.shares_number = true;
    let job = super::livelihood::distant_job(maker);
    twin.jobs.push(job);
    maker.add_outsider(twin, "99", false);
    maker.mark(Case::SharedIdNumber);
}

/// Income as it stands before any exemption by programme or deduction: what the lines are approached with.
pub fn plain_income_fen(person: &Person, window: &crate::calendar::Window) -> i64 {
    let wages = person.jobs.iter().map(|job| {
        (job.monthly_wage_fen - job.own_contributions_fen() - job.monthly_tax_fen)
            * window.months_within(job.from, job.to)
    });
    let pensions = person.pensions.iter().map(|pension| {
        let exempt = if pension.scheme == PensionScheme::Resident { pension.basic_monthly_fen } else { 0 };
        (pension.monthly_fen - exempt) * window.months_within(pension.from, pension.to)
    });
    let benefit =
        person.unemployment.iter().map(|benefit| benefit.monthly_fen * window.months_within(benefit.from, benefit.to));
    let returned = person.returned.iter().map(|income| income.gross_fen - income.cost_fen - income.tax_fen);
    let trade =
        person.businesses.iter().flat_map(|business| &business.receipts).map(|r| r.gross_fen - r.cost_fen - r.tax_fen);
    let informal = person.informal.iter().map(|income| income.annual_fen);
    let interest =
        person.accounts.iter().filter(|account| account.bank != "NXB").map(|account| account.interest_12m_fen);
    let farm =
        person.farm_subsidies.iter().filter(|subsidy| window.start <= subsidy.paid && subsidy.paid <= window.end);
    let farm = farm.map(|subsidy| subsidy.amount_fen);
    let paid = person.resident_contribution_fen * 12;
    let income = wages.chain(pensions).chain(benefit).chain(returned).chain(trade).chain(informal).chain(interest);
    income.chain(farm).sum::<i64>() - paid
}

/// Moves the household's informal income so that plain income a head comes to lie within two per cent of a line.
fn near_a_line(maker: &mut Maker<'_>) {
    let heads = i64::try_from(maker.household.members.len()).unwrap_or(1);
    let standard = maker.household.registered_as.yearly_standard_fen();
    let (line, below, above) = if maker.chance.permille(600) {
        (standard, Case::JustBelowStandard, Case::JustAboveStandard)
    } else {
        (standard * 3 / 2, Case::JustBelowMargin, Case::JustAboveMargin)
    };
    let under = maker.chance.permille(500);
    let distance = line * maker.chance.between(1, 20) / 1000;
    let target = (if under { line - distance } else { line + distance }) * heads;
    let window = maker.window;
    let known: i64 = maker.household.members.iter().map(|person| plain_income_fen(person, &window)).sum();
    let informal: i64 =
        maker.household.members.iter().flat_map(|person| &person.informal).map(|income| income.annual_fen).sum();
    let needed = target - (known - informal);
    if needed < 0 {
        return;
    }
    let kind = if maker.urban() { InformalKind::CasualWork } else { InformalKind::Farming };
    for person in &mut maker.household.members {
        person.informal.clear();
    }
    maker.household.members[0].informal.push(Informal { kind, annual_fen: needed });
    maker.mark(if under { below } else { above });
}

/// Moves one deposit so that the household's visible deposits lie within one per cent of twice the yearly standard a head.
fn near_the_deposit_limit(maker: &mut Maker<'_>) {
    let heads = i64::try_from(maker.household.members.len()).unwrap_or(1);
    let limit = maker.household.registered_as.yearly_standard_fen() * 2 * heads;
    let under = maker.chance.permille(500);
    let distance = limit * maker.chance.between(1, 10) / 1000;
    let target = if under { limit - distance } else { limit + distance };
    for person in &mut maker.household.members {
        person.accounts.retain(|account| account.kind == AccountKind::Loan);
        person.holdings.clear();
        person.policies.retain(|policy| policy.cash_value_fen == 0);
    }
    maker.household.members[0].accounts.push(crate::truth::Account {
        bank: "GSB".into(),
        kind: AccountKind::Deposit,
        balance_fen: target,
        interest_12m_fen: 0,
        outflow_12m_fen: 0,
        state: AccountState::Open,
    });
    maker.mark(if under { Case::DepositsJustBelow } else { Case::DepositsJustAbove });
}

/// Remembers one adult in three households for later namesakes and shared numbers.
fn remember(maker: &mut Maker<'_>) {
    let index = maker.household.index;
    if index.is_multiple_of(3) {
        let person = &mut maker.household.members[0];
        if person.second_number.is_none() && !person.shares_number {
            maker.registry.earlier =
                Some((index, person.name.clone(), person.sex, person.born, person.id_number.clone()));
        }
    }
}
