//! Two fixed households, made by hand and the same whatever the seed: the demonstration's family, and strangers whose records look
//! like the family's. Their names occur nowhere else in the population and departments never spoil their rows, except the one that
//! is meant to be held for review.

use jiff::civil::{Date, date};

use super::id_numbers;
use super::maker::{PEOPLE_PER_HOUSEHOLD, RESERVED_RUNNING};
use crate::calendar::Month;
use crate::truth::{
    Account, AccountKind, AccountState, Assistance, AssistanceKind, Business, Case, Disability, FirmState, Holding,
    Hospital, House, HouseState, Household, HousingFund, Informal, InformalKind, Insured, Job, Marriage, MarriageState,
    Pension, PensionScheme, Person, Policy, PolicyState, Registered, Role, SeriousIllness, Settlement, Sex,
    SpecialCare, Study, StudyState, Text, Vehicle, VehicleState,
};

/// Index of the demonstration's household.
pub const SAMPLE_INDEX: u32 = 4_000_000;
/// Index of the household of strangers beside it.
pub const STRANGERS_INDEX: u32 = SAMPLE_INDEX + 1;

const STRANGER_WITH_CAR: u32 = STRANGERS_INDEX * PEOPLE_PER_HOUSEHOLD;
/// What the vehicle register holds as the car owner's number: the end is lost.
const DAMAGED_NUMBER: &str = "6204221983";

/// What a department wrote of a fixed person in place of the truth.
pub(crate) fn scripted(department: &str, person: u32, ordinal: u32) -> Option<&'static str> {
    (department == "vehicles" && person == STRANGER_WITH_CAR && ordinal == 0).then_some(DAMAGED_NUMBER)
}

fn person(index: u32, position: u32, name: &str, sex: Sex, born: Date) -> Person {
    let number = id_numbers::build("620422", born, sex, RESERVED_RUNNING + 1 + position);
    let mut person = Person::bare(index * PEOPLE_PER_HOUSEHOLD + position, name.to_owned(), sex, born, number);
    person.book = format!("6204229{index:07}");
    person.reference = format!("m{}", position + 1);
    person
}

fn monthly(kind: AssistanceKind, amount_fen: i64, from: Month) -> Assistance {
    Assistance { kind, amount_fen, from, to: None }
}

fn account(bank: &'static str, kind: AccountKind, balance_fen: i64, interest_12m_fen: i64) -> Account {
    Account {
        bank: Text::Borrowed(bank),
        kind,
        balance_fen,
        interest_12m_fen,
        outflow_12m_fen: 0,
        state: AccountState::Open,
    }
}

/// The husband: one wage that tax, social security, housing fund and employment agree on; the dwelling; a small portfolio.
fn husband() -> Person {
    let mut p = person(SAMPLE_INDEX, 0, "赵守田", Sex::Male, date(1983, 4, 12));
    p.relation = "01".into();
    p.phone = "13809430001".into();
    p.can_work = true;
    p.insured = Insured::Employee;
    p.jobs.push(Job {
        employer: "会宁县宏达物流有限公司".into(),
        from: Month::new(2022, 3),
        to: None,
        monthly_wage_fen: 285_000,
        own_pension_fen: 22_800,
        own_medical_fen: 5_700,
        own_unemployment_fen: 855,
        monthly_tax_fen: 0,
        in_social_security: true,
        in_employment: Some(true),
        housing_fund: Some(HousingFund { monthly_deposit_fen: 45_600, balance_fen: 1_823_640, state: 1 }),
    });
    p.informal.push(Informal { kind: InformalKind::CasualWork, annual_fen: 360_000 });
    p.assistance.push(Assistance {
        kind: AssistanceKind::Temporary,
        amount_fen: 150_000,
        from: Month::new(2026, 3),
        to: Some(Month::new(2026, 3)),
    });
    p.businesses.push(Business {
        name: "会宁县会师镇赵家面馆".into(),
        credit_code: "92620422MA0000001A".into(),
        role: Role::SoleTrader,
        registered_fen: 3_000_000,
        paid_in_fen: 0,
        share_ppm: 1_000_000,
        state: FirmState::Cancelled,
        established: date(2018, 5, 3),
        employees: Some(0),
        receipts: Vec::new(),
    });
    p.houses.push(House {
        unit: "620422001001GB00012F00020301".into(),
        address: "甘肃省白银市会宁县会师镇祖厉路12号2幢3单元301室".into(),
        usage: 11,
        area_hundredths: 8_640,
        share: (1, 1),
        mortgaged: false,
        registered: date(2015, 6, 30),
        acquired: 4,
        state: HouseState::Current,
    });
    p.vehicles.push(vehicle("甘D8T116", "M21", date(2021, 4, 8), 320_000));
    p.accounts.push(account("GSB", AccountKind::Deposit, 682_055, 2_310));
    p.accounts.push(account("NXB", AccountKind::Deposit, 210_000, 900));
    p.accounts.push(account("NYB", AccountKind::Wallet, 31_827, 214));
    p.policies.push(policy("中盛人寿保险", "寿险", 120_000, 531_000, 0, date(2021, 9, 1)));
    p.holdings.push(Holding { account: "A620422001".into(), value_milli_yuan: 4_512_345, cash_milli_yuan: 87_650 });
    p
}

/// The wife: disabled, ill in the year, with a mobility vehicle.
fn wife() -> Person {
    let mut p = person(SAMPLE_INDEX, 1, "马玉洁", Sex::Female, date(1985, 9, 3));
    p.relation = "12".into();
    p.phone = "15209430002".into();
    p.disability =
        Some(Disability { category: 4, grade: 2, valid_until: date(2029, 12, 31), valid: true, reissue: "".into() });
    p.assistance.push(monthly(AssistanceKind::DisabilityLiving, 11_000, Month::new(2023, 1)));
    p.assistance.push(monthly(AssistanceKind::DisabilityNursing, 12_000, Month::new(2023, 1)));
    p.hospital.push(Hospital { admitted: date(2026, 1, 24), discharged: Some(date(2026, 2, 3)), serious: true });
    p.serious_illness.push(SeriousIllness { since: date(2026, 1, 20), listed: true });
    p.settlements.push(settlement(date(2026, 2, 3), "10:22:31", [4_862_000, 2_917_200, 350_000], true));
    p.settlements.push(settlement(date(2026, 5, 18), "09:05:12", [126_000, 63_000, 0], false));
    p.vehicles.push(vehicle("甘D6C022", "D11", date(2022, 8, 19), 580_000));
    p.accounts.push(account("NYB", AccountKind::Deposit, 320_400, 1_102));
    p.policies.push(policy("华安祥财产保险", "医疗", 68_000, 0, 240_000, date(2025, 7, 1)));
    p
}

/// The husband's mother: a basic pension, an old-age allowance, and care as a martyr's dependant.
fn grandmother() -> Person {
    let mut p = person(SAMPLE_INDEX, 2, "李桂贞", Sex::Female, date(1944, 1, 19));
    p.relation = "52".into();
    p.pensions.push(Pension {
        scheme: PensionScheme::Resident,
        from: Month::new(2012, 1),
        to: None,
        monthly_fen: 19_340,
        basic_monthly_fen: 14_800,
    });
    p.assistance.push(monthly(AssistanceKind::OldAge, 10_000, Month::new(2024, 2)));
    p.special_care.push(SpecialCare { kind: "21".into(), from: Month::new(2016, 8), to: None, monthly_fen: 125_000 });
    p.accounts.push(account("LZB", AccountKind::Deposit, 1_240_000, 10_500));
    p.hospital.push(Hospital { admitted: date(2026, 6, 2), discharged: Some(date(2026, 6, 9)), serious: false });
    p.settlements.push(settlement(date(2026, 6, 9), "15:40:08", [386_000, 262_480, 50_000], false));
    p
}

fn study(school: &'static str, stage: u8, fees: [i64; 2], enrolled: Date, leaves: Date) -> Study {
    Study {
        school: school.into(),
        stage,
        public: true,
        fee_fen: fees[0],
        public_fee_fen: fees[0],
        aid_fen: fees[1],
        enrolled,
        leaves,
        state: StudyState::Attending,
    }
}

fn student() -> Person {
    let mut p = person(SAMPLE_INDEX, 3, "赵梓航", Sex::Male, date(2006, 6, 21));
    p.relation = "20".into();
    p.phone = "17709430004".into();
    p.studies.push(study("西北师范大学", 60, [550_000, 330_000], date(2024, 9, 1), date(2028, 7, 1)));
    p.accounts.push(account("GSB", AccountKind::Deposit, 85_010, 120));
    p
}

fn daughter() -> Person {
    let mut p = person(SAMPLE_INDEX, 4, "赵念禾", Sex::Female, date(2016, 5, 8));
    p.relation = "30".into();
    p.studies.push(study("会宁县东关小学", 20, [0, 0], date(2022, 9, 1), date(2028, 7, 1)));
    p
}

fn vehicle(plate: &str, kind: &'static str, first_registered: Date, price_fen: i64) -> Vehicle {
    Vehicle {
        plate: plate.into(),
        kind: kind.into(),
        usage: "A".into(),
        first_registered,
        state: VehicleState::Normal,
        price_fen,
    }
}

fn policy(
    company: &'static str,
    kind: &'static str,
    premium: i64,
    cash_value: i64,
    claims: i64,
    effective: Date,
) -> Policy {
    Policy {
        company: company.into(),
        kind: kind.into(),
        annual_premium_fen: premium,
        cash_value_fen: cash_value,
        claims_12m_fen: claims,
        state: PolicyState::InForce,
        effective,
    }
}

fn settlement(on: Date, time: &'static str, [total, fund, aid]: [i64; 3], catalogue: bool) -> Settlement {
    Settlement {
        on,
        time: time.into(),
        total_fen: total,
        fund_fen: fund,
        aid_fen: aid,
        self_paid_fen: total - fund - aid,
        catalogue,
    }
}

fn marry(a: &mut Person, b: &mut Person, registered: Date) {
    let entry = |other: &Person| Marriage {
        state: MarriageState::Married,
        spouse_name: other.name.clone(),
        spouse_id_number: other.id_number.clone(),
        registered,
    };
    let (of_a, of_b) = (entry(b), entry(a));
    a.marriages.push(of_a);
    b.marriages.push(of_b);
}

/// The demonstration's household.
pub(crate) fn household() -> Household {
    let (mut a, mut b) = (husband(), wife());
    marry(&mut a, &mut b, date(2005, 10, 6));
    let members = vec![a, b, grandmother(), student(), daughter()];
    Household {
        index: SAMPLE_INDEX,
        book: members[0].book.clone(),
        registered_as: Registered::Urban,
        address: "甘肃省白银市会宁县会师镇祖厉路12号2幢3单元301室".into(),
        town: "会师镇".into(),
        members,
        outsiders: Vec::new(),
        cases: vec![Case::Sample, Case::Namesake],
    }
}

/// Strangers: a man with the husband's name whose car is on file under a damaged number, and a woman with the wife's name and a house.
pub(crate) fn strangers() -> Household {
    let mut driver = person(STRANGERS_INDEX, 0, "赵守田", Sex::Male, date(1983, 11, 23));
    driver.relation = "01".into();
    driver.vehicles.push(vehicle("甘D5K218", "K33", date(2019, 4, 8), 8_600_000));
    let mut owner = person(STRANGERS_INDEX, 1, "马玉洁", Sex::Female, date(1990, 2, 14));
    owner.relation = "99".into();
    owner.houses.push(House {
        unit: "620422017003GB00031F00010002".into(),
        address: "甘肃省白银市会宁县郭城驿镇新堡村3社41号".into(),
        usage: 11,
        area_hundredths: 12_600,
        share: (1, 1),
        mortgaged: false,
        registered: date(2019, 11, 11),
        acquired: 1,
        state: HouseState::Current,
    });
    Household {
        index: STRANGERS_INDEX,
        book: driver.book.clone(),
        registered_as: Registered::Rural,
        address: "甘肃省白银市会宁县郭城驿镇新堡村3社40号".into(),
        town: "郭城驿镇".into(),
        members: vec![driver, owner],
        outsiders: Vec::new(),
        cases: vec![Case::SampleStrangers, Case::Namesake],
    }
}
