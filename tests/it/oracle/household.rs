//! A household: what its members' facts add up to, and what the screening makes of it.

use std::collections::BTreeSet;

use hedui_mock_sources::DirtKind;
use hedui_mock_sources::truth::{HouseState, Household, MarriageState, Registered, VehicleState};

use super::member::{Deductions, Member};
use super::rows::Fact;
use super::rules::{self, Year};

/// What a report's totals must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub members: i64,
    pub settled: bool,
    pub wage: i64,
    pub business: i64,
    pub property: i64,
    pub transfer: i64,
    pub income: (i64, i64),
    pub deductions: i64,
    pub spending: i64,
    pub financial: (i64, Option<i64>),
    pub dwellings: i64,
    pub room: i64,
    pub cars: (i64, i64),
    pub companies: i64,
    pub standard: i64,
    /// Members with a valid certificate, for the rise of the amount.
    pub disabled: i64,
    pub registered: Registered,
    /// Whether somebody may be a household alone.
    pub single: State,
    /// Whether the request names one person.
    pub alone: bool,
}

impl Expected {
    pub fn net_so_far(&self) -> i64 {
        (self.income.0 - self.deductions).max(0)
    }

    pub fn net_at_most(&self) -> i64 {
        (self.income.1 - self.deductions).max(0)
    }

    pub fn heads(&self) -> i64 {
        self.members.max(1)
    }
}

/// Adds up what is known.
pub fn expected(household: &Household, members: &[Member<'_>], settled: bool, year: Year) -> Expected {
    let standard = rules::standard(household.registered_as);
    let counting = || members.iter().filter(|member| member.counts);
    let (mut sum, mut paid, mut open) = ([0_i64; 4], 0, 0);
    let mut deductions = Deductions::default();
    let (mut deducted, mut financial) = (0, (0, Some(0)));
    for member in counting() {
        let income = member.income(year);
        for (total, part) in sum.iter_mut().zip([income.wage, income.business, income.property, income.transfer]) {
            *total += part;
        }
        (paid, open) = (paid + income.paid, open + income.open);
        let own = member.deductions(year, standard, &income.by_month);
        deducted += own.sum();
        deductions.spending += own.spending;
        let (least, most) = member.financial();
        financial = (financial.0 + least, financial.1.zip(most).map(|(a, b)| a + b));
    }
    // Costs do not make a class negative.
    sum[1] = sum[1].max(0);
    let all: i64 = sum.iter().sum::<i64>() - paid;
    // What was paid away does not make the household's income negative: less of it is taken off.
    let lifted = (-all).max(0);
    let (dwellings, room) = dwellings(members);
    let income = (all.max(0), (all + open).max(0));
    Expected {
        members: i64::try_from(counting().count()).expect("few"),
        settled,
        wage: sum[0],
        business: sum[1],
        property: sum[2],
        transfer: sum[3] - paid + lifted,
        income,
        deductions: deducted,
        spending: deductions.spending,
        financial,
        dwellings,
        room,
        cars: cars(members, year),
        companies: i64::try_from(counting().flat_map(Member::firms).collect::<BTreeSet<_>>().len()).expect("few"),
        standard,
        disabled: i64::try_from(counting().filter(|member| member.disability(year).is_some()).count()).expect("few"),
        registered: household.registered_as,
        single: single(members, year, income, settled),
        alone: members.len() == 1,
    }
}

/// 单人户: a gravely disabled or seriously ill member, or one whose own medical cost is more than the household's income.
fn single(members: &[Member<'_>], year: Year, income: (i64, i64), settled: bool) -> State {
    let own_cost_over = |member: &Member<'_>, income: i64| member.deductions(year, 0, &[0; 12]).ill > income;
    let counting = || members.iter().filter(|member| member.counts);
    let qualifies =
        |member: &Member<'_>| member.is_gravely_ill_or_disabled(year) || (settled && own_cost_over(member, income.1));
    match (counting().any(qualifies), counting().any(|member| own_cost_over(member, income.0))) {
        (true, _) => State::Met,
        (false, true) => State::Open,
        (false, false) => State::NotMet,
    }
}

/// Dwellings by unit, and the room of all shares in them. An inherited part is necessary and left out.
fn dwellings(members: &[Member<'_>]) -> (i64, i64) {
    let (mut units, mut room) = (BTreeSet::new(), 0);
    for row in members.iter().filter(|member| member.counts).flat_map(|member| &member.rows) {
        let Fact::House(house) = row.fact else { continue };
        let (part, whole) = (i64::from(house.share.0), i64::from(house.share.1));
        let current = house.state == HouseState::Current || row.is(DirtKind::Stale);
        if house.usage == 11 && current && !(house.acquired == 2 && part < whole) {
            units.insert(house.unit.as_str());
            room += rules::divided(house.area_hundredths * part, whole);
        }
    }
    (i64::try_from(units.len()).expect("few"), room)
}

/// Cars that certainly count, and those that may: what carries goods or passengers is for an officer to judge.
fn cars(members: &[Member<'_>], year: Year) -> (i64, i64) {
    let disabled = members.iter().any(|member| member.counts && member.disability(year).is_some());
    let (mut least, mut perhaps) = (0, 0);
    for row in members.iter().filter(|member| member.counts).flat_map(|member| &member.rows) {
        let Fact::Vehicle(vehicle) = row.fact else { continue };
        if vehicle.state != VehicleState::Normal && !row.is(DirtKind::Stale) {
            continue;
        }
        match (vehicle.kind.as_ref(), vehicle.usage.as_ref()) {
            ("K33" | "K39" | "K11" | "H11" | "H31", "A") => least += 1,
            ("K33" | "K39" | "K11" | "H11" | "H31", _) => perhaps += 1,
            ("D11", _) if !disabled => least += 1,
            _ => {}
        }
    }
    (least, least + perhaps)
}

/// Whether the size of the household is settled: nobody undeclared in its book, no spouse undeclared.
pub fn is_settled(household: &Household) -> bool {
    let registered = household
        .outsiders
        .iter()
        .any(|person| person.book == household.book && person.died.is_none() && person.moved_out.is_none());
    let spouse_elsewhere = household.members.iter().filter(|person| person.died.is_none()).any(|person| {
        let newest = person.marriages.iter().max_by_key(|marriage| marriage.registered);
        newest.is_some_and(|marriage| {
            marriage.state == MarriageState::Married
                && !household.members.iter().any(|other| other.id_number == marriage.spouse_id_number)
        })
    });
    !registered && !spouse_elsewhere
}

/// Met, not met or open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    NotMet,
    Open,
    Met,
}

impl State {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotMet => "not_met",
            Self::Open => "open",
            Self::Met => "met",
        }
    }

    const fn inverse(self) -> Self {
        match self {
            Self::NotMet => Self::Met,
            Self::Open => Self::Open,
            Self::Met => Self::NotMet,
        }
    }

    /// Whether something between two ends is at most a limit.
    fn at_most(limit: i64, least: i64, most: Option<i64>) -> Self {
        match most {
            Some(most) if most <= limit => Self::Met,
            _ if least > limit => Self::NotMet,
            _ => Self::Open,
        }
    }
}

/// 低保, a month: what is missing to the standard, and in towns a rise for the disabled.
pub fn dibao_amount(expected: &Expected) -> i64 {
    let monthly = expected.standard / 12;
    let gap = monthly * expected.members - rules::divided(expected.net_so_far(), 12);
    let rise = if expected.registered == Registered::Urban { rules::hundredths(monthly, 20) } else { 0 };
    if gap > 0 { gap + rise * expected.disabled } else { 0 }
}

/// 低保 and 低保边缘 with every department heard and no record in doubt; and 单人户 as far as it does not rest on an application of one's
/// own, which a household of several has not made.
pub fn screening(expected: &Expected) -> (State, State, State) {
    let line = expected.standard * expected.members;
    let bounded = |most: i64| expected.settled.then_some(most);
    let least = if expected.settled { expected.net_so_far() } else { 0 };
    let income = |line: i64| State::at_most(line - 1, least, bounded(expected.net_at_most()));
    let dwellings = State::at_most(1, expected.dwellings, bounded(expected.dwellings));
    let cramped = expected.room < rules::ROOM_A_HEAD * expected.members;
    let dwellings = if cramped {
        dwellings.max(State::at_most(2, expected.dwellings, bounded(expected.dwellings)))
    } else {
        dwellings
    };
    let property = [
        State::at_most(2 * line, expected.financial.0, expected.financial.1.filter(|_| expected.settled)),
        dwellings,
        State::at_most(0, expected.cars.0, bounded(expected.cars.1)),
        State::at_most(0, expected.companies, bounded(expected.companies)),
    ];
    let household = if expected.settled { State::Met } else { State::Open };
    let judge = |conditions: &[State]| {
        let worst = conditions.iter().chain(&property).copied().min().unwrap_or(State::Met).min(household);
        if worst == State::NotMet && !expected.settled { State::Open } else { worst }
    };
    let dibao = judge(&[income(line)]);
    let marginal = judge(&[income(line + line / 2), dibao.inverse()]);
    let single = marginal.min(expected.single);
    let single = if single == State::NotMet && !expected.settled { State::Open } else { single };
    (dibao, marginal, single)
}
