//! What people own, as the land register, the vehicle register, banks, insurers, the clearing house, the market regulator and
//! agriculture state it.

use hedui_mock_sources::truth::{
    Account, AccountKind as TrueKind, AccountState as TrueState, Business, FirmState, Holding, House, HouseState,
    Person, Policy, PolicyState as TruePolicyState, Role, Vehicle, VehicleState as TrueVehicleState,
};

use super::Facts;
use crate::household::{
    AccountKind, AccountState, Area, BusinessRole, BusinessState, Detail, Fen, Mu, Obtained, PolicyKind, PolicyState,
    RealEstateUse, Share, VehicleKind, VehicleState, VehicleUse,
};

/// The bank that tells only whether its balances are over a limit, and the limit.
const TELLS_ONLY_OVER: (&str, Fen) = ("NXB", Fen(5_000_000));

pub(super) fn state(facts: &mut Facts, person: &Person) {
    facts.insert("real_estate", person.houses.iter().filter_map(house).collect());
    facts.insert("vehicles", person.vehicles.iter().filter_map(vehicle).collect());
    facts.insert("finance", accounts(person));
    facts.insert("insurance", person.policies.iter().filter_map(policy).collect());
    facts.insert("securities", person.holdings.iter().map(holding).collect());
    facts.insert("market_regulation", person.businesses.iter().map(firm).collect());
    facts.insert("agriculture", farm(person));
}

/// Land, what is paid for it, and machinery.
fn farm(person: &Person) -> Vec<Detail> {
    let lands = person.lands.iter().map(|land| Detail::ContractedLand {
        held: Some(land.held.to_string()),
        mu: Mu(land.mu_hundredths),
        from: Some(land.since),
    });
    let paid = person.farm_subsidies.iter().map(|paid| Detail::FarmSubsidy {
        item: paid.item.to_string(),
        amount: Fen(paid.amount_fen),
        paid_on: paid.paid,
    });
    let machines = person.machines.iter().map(|machine| Detail::FarmMachinery {
        machine: Some(machine.kind.to_string()),
        horsepower: machine.horsepower,
        price: Some(Fen(machine.price_fen)),
        subsidy: Some(Fen(machine.subsidy_fen)),
        bought_on: Some(machine.bought),
    });
    lands.chain(paid).chain(machines).collect()
}

fn house(house: &House) -> Option<Detail> {
    let used_as = match house.usage {
        11 => RealEstateUse::Dwelling,
        12 => RealEstateUse::Commercial,
        13 => RealEstateUse::Industrial,
        14 => RealEstateUse::Storage,
        _ => RealEstateUse::Other,
    };
    let obtained = match house.acquired {
        1 => Some(Obtained::Purchase),
        2 => Some(Obtained::Inheritance),
        3 => Some(Obtained::Gift),
        4 => Some(Obtained::Resettlement),
        _ => None,
    };
    Some(Detail::RealEstate {
        unit: Some(house.unit.as_str().into()),
        used_as,
        area: Area(house.area_hundredths),
        share: Share::new(house.share.0, house.share.1).ok()?,
        mortgaged: Some(house.mortgaged),
        obtained,
        registered_on: Some(house.registered),
        current: house.state == HouseState::Current,
    })
}

fn vehicle(vehicle: &Vehicle) -> Option<Detail> {
    let kind = match vehicle.kind.as_ref() {
        "K33" | "K39" => VehicleKind::Car,
        kind if kind.starts_with("K1") => VehicleKind::Bus,
        kind if kind.starts_with('H') => VehicleKind::Lorry,
        "M21" => VehicleKind::TwoWheeler,
        "M12" => VehicleKind::ThreeWheeler,
        "T11" => VehicleKind::Tractor,
        "N11" => VehicleKind::FarmVehicle,
        "D11" => VehicleKind::MobilityVehicle,
        _ => return None,
    };
    let used_as = match vehicle.usage.as_ref() {
        "A" => Some(VehicleUse::Private),
        "B" => Some(VehicleUse::CommercialPassenger),
        "F" => Some(VehicleUse::Goods),
        _ => None,
    };
    Some(Detail::Vehicle {
        plate: Some(vehicle.plate.as_str().into()),
        vehicle: kind,
        used_as,
        first_registered_on: Some(vehicle.first_registered),
        state: match vehicle.state {
            TrueVehicleState::Normal => VehicleState::Normal,
            TrueVehicleState::Cancelled => VehicleState::Cancelled,
            TrueVehicleState::Scrapped => VehicleState::Scrapped,
            TrueVehicleState::TransferredOut => VehicleState::TransferredOut,
            TrueVehicleState::Sold => VehicleState::Sold,
        },
        price: Some(Fen(vehicle.price_fen)),
    })
}

fn accounts(person: &Person) -> Vec<Detail> {
    let (bank, limit) = TELLS_ONLY_OVER;
    let (told, full): (Vec<&Account>, Vec<&Account>) = person.accounts.iter().partition(|account| account.bank == bank);
    let mut stated: Vec<Detail> = full.into_iter().map(account).collect();
    if !told.is_empty() {
        let own = told.iter().filter(|account| account.kind != TrueKind::Loan);
        let sum = Fen(own.map(|account| account.balance_fen).sum());
        stated.push(Detail::Threshold { institution: bank.to_owned(), limit, exceeds: sum > limit });
    }
    stated
}

fn account(account: &Account) -> Detail {
    Detail::Account {
        institution: account.bank.to_string(),
        account: match account.kind {
            TrueKind::Deposit => AccountKind::Deposit,
            TrueKind::Wealth => AccountKind::Wealth,
            TrueKind::Fund => AccountKind::Fund,
            TrueKind::Wallet => AccountKind::Wallet,
            TrueKind::Loan => AccountKind::Loan,
        },
        balance: Fen(account.balance_fen),
        interest_12m: Some(Fen(account.interest_12m_fen)),
        outflow_12m: Some(Fen(account.outflow_12m_fen)),
        state: match account.state {
            TrueState::Open => AccountState::Open,
            TrueState::Dormant => AccountState::Dormant,
            TrueState::Closed => AccountState::Closed,
        },
    }
}

fn policy(policy: &Policy) -> Option<Detail> {
    let kind = match policy.kind.as_ref() {
        "寿险" => PolicyKind::Life,
        "年金" => PolicyKind::Annuity,
        "重疾" => PolicyKind::CriticalIllness,
        "医疗" => PolicyKind::Medical,
        "意外" => PolicyKind::Accident,
        "车险" => PolicyKind::Vehicle,
        _ => return None,
    };
    Some(Detail::InsurancePolicy {
        insurer: Some(policy.company.to_string()),
        policy: kind,
        premium_yearly: Some(Fen(policy.annual_premium_fen)),
        cash_value: Some(Fen(policy.cash_value_fen)),
        claims_12m: Some(Fen(policy.claims_12m_fen)),
        state: match policy.state {
            TruePolicyState::InForce => PolicyState::InForce,
            TruePolicyState::Lapsed => PolicyState::Lapsed,
            TruePolicyState::Terminated => PolicyState::Terminated,
        },
        from: Some(policy.effective),
    })
}

/// The clearing house writes thousandths of a yuan; a half fen goes up.
fn holding(holding: &Holding) -> Detail {
    Detail::Securities {
        account: Some(holding.account.as_str().into()),
        market_value: Fen(holding.value_milli_yuan).mul_ratio(1, 10),
        cash: Fen(holding.cash_milli_yuan).mul_ratio(1, 10),
    }
}

fn firm(firm: &Business) -> Detail {
    Detail::Business {
        role: match firm.role {
            Role::SoleTrader => BusinessRole::SoleTrader,
            Role::LegalRepresentative => BusinessRole::LegalRepresentative,
            Role::Shareholder => BusinessRole::Shareholder,
        },
        firm: Some(firm.name.as_str().into()),
        capital_registered: Some(Fen(firm.registered_fen)),
        capital_paid: Some(Fen(firm.paid_in_fen)),
        state: match firm.state {
            FirmState::Active => BusinessState::Active,
            FirmState::Revoked => BusinessState::Revoked,
            FirmState::Cancelled => BusinessState::Cancelled,
        },
        established_on: Some(firm.established),
        share: Share::new(firm.share_ppm, 1_000_000).ok(),
        employees: firm.employees,
    }
}
