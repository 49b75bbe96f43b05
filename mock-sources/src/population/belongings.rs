//! What the members own: dwellings, vehicles, accounts, policies, securities.

use super::composition::Kind;
use super::maker::Maker;
use super::places;
use crate::truth::{
    Account, AccountKind, AccountState, Case, Holding, House, HouseState, Person, Policy, PolicyState, Sex, Text,
    Vehicle, VehicleState,
};

/// Fills in what the members own.
pub(crate) fn endow(maker: &mut Maker<'_>, kind: Kind) {
    dwellings(maker, kind);
    for position in 0..maker.household.members.len() {
        let mut person = maker.household.members[position].clone();
        let age = person.age_on(maker.as_of);
        if age >= 18 {
            vehicles(maker, &mut person, kind);
            accounts(maker, &mut person, age);
            policies(maker, &mut person, age);
            if maker.chance.permille(if maker.urban() { 40 } else { 8 }) {
                person.holdings.push(holding(maker));
            }
        }
        maker.household.members[position] = person;
    }
}

fn unit_number(maker: &mut Maker<'_>) -> String {
    format!(
        "{}{:06}GB{:05}F{:08}",
        places::REGION,
        maker.chance.below(900_000),
        maker.chance.below(90_000),
        maker.chance.below(90_000_000)
    )
}

fn dwelling(maker: &mut Maker<'_>, share: (u32, u32), unit: String, address: String) -> House {
    let years = maker.chance.between(1, 22);
    House {
        unit,
        address,
        usage: 11,
        area_hundredths: maker.chance.stepped(5_200, 14_800, 10),
        share,
        mortgaged: maker.urban() && maker.chance.permille(180),
        registered: maker.day_in_window().saturating_sub(jiff::Span::new().years(years)),
        acquired: *maker.chance.weighted(&[(1, 78), (2, 10), (3, 4), (4, 8)]),
        state: HouseState::Current,
    }
}

/// Dwellings somebody lets.
pub(super) fn let_houses(maker: &mut Maker<'_>, count: usize) -> Vec<House> {
    let town = maker.household.town.clone();
    let house = |maker: &mut Maker<'_>| {
        let (unit, address) = (unit_number(maker), places::urban_address(&mut maker.chance, &town));
        dwelling(maker, (1, 1), unit, address)
    };
    (0..count).map(|_| house(maker)).collect()
}

/// Urban households mostly own their flat, half of the couples in two shares; village houses are mostly unregistered.
fn dwellings(maker: &mut Maker<'_>, kind: Kind) {
    let registered = if maker.urban() { 780 } else { 240 };
    let address = maker.household.address.clone();
    if maker.chance.permille(registered) {
        let unit = unit_number(maker);
        let couple =
            maker.household.members.get(1).is_some_and(|person| matches!(person.relation.as_str(), "11" | "12"));
        if couple && maker.chance.permille(450) {
            let house = dwelling(maker, (1, 2), unit, address.clone());
            maker.household.members[1].houses.push(house.clone());
            maker.household.members[0].houses.push(house);
        } else {
            let house = dwelling(maker, (1, 1), unit, address.clone());
            maker.household.members[0].houses.push(house);
        }
    }
    if maker.chance.permille(if kind == Kind::Traders { 160 } else { 30 }) {
        let unit = unit_number(maker);
        let town = maker.household.town.clone();
        let other = places::urban_address(&mut maker.chance, &town);
        let mut house = dwelling(maker, (1, 1), unit, other);
        house.usage = *maker.chance.weighted(&[(11, 60), (12, 25), (14, 15)]);
        if maker.chance.permille(300) {
            house.state = HouseState::History;
        }
        maker.household.members[0].houses.push(house);
    }
    if maker.chance.permille(25) {
        let unit = unit_number(maker);
        let mut share = dwelling(maker, (1, 3), unit, address);
        share.acquired = 2;
        maker.household.members[0].houses.push(share);
    }
}

fn plate(maker: &mut Maker<'_>) -> String {
    let letters = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K"];
    format!("甘D{}{:04}", maker.chance.pick(&letters), maker.chance.below(10_000))
}

fn vehicle(maker: &mut Maker<'_>, kind: &'static str, price_low: i64, price_high: i64) -> Vehicle {
    let years = maker.chance.between(0, 11);
    Vehicle {
        plate: plate(maker),
        usage: Text::Borrowed(if kind.starts_with('H') { "F" } else { "A" }),
        kind: Text::Borrowed(kind),
        first_registered: maker.day_in_window().saturating_sub(jiff::Span::new().years(years)),
        state: VehicleState::Normal,
        price_fen: maker.chance.stepped(price_low * 100, price_high * 100, 10_000),
    }
}

fn vehicles(maker: &mut Maker<'_>, person: &mut Person, kind: Kind) {
    let age = person.age_on(maker.as_of);
    if person.sex == Sex::Male && age < 72 {
        if !maker.urban() && maker.chance.permille(260) {
            let (code, low, high) = *maker.chance.pick(&[
                ("M12", 4_000, 9_000),
                ("M21", 2_500, 6_000),
                ("T11", 12_000, 45_000),
                ("N11", 9_000, 22_000),
            ]);
            person.vehicles.push(vehicle(maker, code, low, high));
        }
        let car = match kind {
            Kind::TownWorkers | Kind::Traders => 300,
            Kind::Migrant => 140,
            Kind::OldCouple | Kind::OldAlone | Kind::Veteran => 8,
            _ => 60,
        };
        if maker.chance.permille(car) {
            let (code, low, high) = *maker.chance.weighted(&[
                (("K33", 42_000, 138_000), 78),
                (("K39", 18_000, 42_000), 14),
                (("H31", 38_000, 72_000), 8),
            ]);
            person.vehicles.push(vehicle(maker, code, low, high));
        }
        if maker.chance.permille(35) {
            let mut sold = vehicle(maker, "K33", 30_000, 90_000);
            sold.state = *maker.chance.weighted(&[
                (VehicleState::Sold, 60),
                (VehicleState::Scrapped, 25),
                (VehicleState::Cancelled, 10),
                (VehicleState::TransferredOut, 5),
            ]);
            if sold.state == VehicleState::Sold {
                maker.mark(Case::SoldVehicle);
            }
            person.vehicles.push(sold);
        }
    }
    if person.disability.as_ref().is_some_and(|disability| disability.category == 4 && disability.grade <= 2)
        && maker.chance.permille(300)
    {
        person.vehicles.push(vehicle(maker, "D11", 3_800, 8_500));
    }
}

fn accounts(maker: &mut Maker<'_>, person: &mut Person, age: i64) {
    let most = if age > 70 { 1 } else { 3 };
    let count = maker.chance.between(i64::from(age < 75), most);
    let banks = ["GSB", "NYB", "LZB", "NXB"];
    let start = maker.chance.index(4);
    for offset in 0..usize::try_from(count).unwrap_or(0) {
        let bank = banks[(start + offset) % 4];
        let account = account(maker, bank);
        person.accounts.push(account);
    }
    if age < 65 && maker.chance.permille(620) {
        let balance_fen = maker.chance.between(0, 280_000);
        person.accounts.push(Account {
            bank: Text::Borrowed("NYB"),
            kind: AccountKind::Wallet,
            balance_fen,
            interest_12m_fen: balance_fen / 90,
            outflow_12m_fen: 0,
            state: AccountState::Open,
        });
    }
}

fn account(maker: &mut Maker<'_>, bank: &'static str) -> Account {
    let kind = *maker.chance.weighted(&[
        (AccountKind::Deposit, 88),
        (AccountKind::Wealth, 5),
        (AccountKind::Fund, 2),
        (AccountKind::Loan, 5),
    ]);
    let kind = if bank == "NXB" { AccountKind::Deposit } else { kind };
    let balance_fen = match maker.chance.below(100) {
        0..45 => maker.chance.between(100, 250_000),
        45..85 => maker.chance.between(250_000, 1_500_000),
        85..97 => maker.chance.between(1_500_000, 6_000_000),
        _ => maker.chance.between(6_000_000, 22_000_000),
    };
    let state =
        *maker.chance.weighted(&[(AccountState::Open, 92), (AccountState::Dormant, 5), (AccountState::Closed, 3)]);
    let balance_fen = if state == AccountState::Closed { 0 } else { balance_fen };
    let interest_12m_fen = match kind {
        AccountKind::Loan => 0,
        AccountKind::Wealth | AccountKind::Fund => balance_fen * 22 / 1000,
        _ => balance_fen * 9 / 1000,
    };
    let outflow_12m_fen =
        if maker.chance.permille(30) { maker.chance.stepped(1_000_000, 9_000_000, 100_000) } else { 0 };
    Account { bank: Text::Borrowed(bank), kind, balance_fen, interest_12m_fen, outflow_12m_fen, state }
}

fn policies(maker: &mut Maker<'_>, person: &mut Person, age: i64) {
    if !maker.chance.permille(if age < 66 { 260 } else { 90 }) {
        return;
    }
    let kind =
        *maker.chance.weighted(&[("意外", 30), ("医疗", 26), ("重疾", 16), ("寿险", 12), ("年金", 9), ("车险", 7)]);
    let saving = matches!(kind, "寿险" | "年金" | "重疾");
    let annual_premium_fen =
        if saving { maker.chance.stepped(80_000, 600_000, 5_000) } else { maker.chance.stepped(5_000, 120_000, 1_000) };
    let paid: i64 = person.settlements.iter().map(|settlement| settlement.self_paid_fen).sum();
    let claims_12m_fen = if kind == "医疗" && paid > 0 { paid * maker.chance.between(15, 50) / 100 } else { 0 };
    let years = maker.chance.between(0, 9);
    person.policies.push(Policy {
        company: maker.chance.word(places::INSURERS),
        kind: Text::Borrowed(kind),
        annual_premium_fen,
        cash_value_fen: if saving { annual_premium_fen * years * maker.chance.between(40, 85) / 100 } else { 0 },
        claims_12m_fen,
        state: *maker.chance.weighted(&[
            (PolicyState::InForce, 88),
            (PolicyState::Lapsed, 8),
            (PolicyState::Terminated, 4),
        ]),
        effective: maker.day_in_window().saturating_sub(jiff::Span::new().years(years)),
    });
}

fn holding(maker: &mut Maker<'_>) -> Holding {
    Holding {
        account: format!("A{:09}", maker.chance.below(1_000_000_000)),
        value_milli_yuan: maker.chance.between(100_000, 60_000_000),
        cash_milli_yuan: maker.chance.between(0, 4_000_000),
    }
}
