//! A person and everything true about them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Account, Assistance, Business, Custody, Disability, FarmSubsidy, Holding, Hospital, House, Informal, Insured, Job,
    Land, Machine, Marriage, Maternity, Pension, Policy, ReturnedIncome, SeriousIllness, Settlement, SpecialCare,
    Study, Subsidy, UnemploymentBenefit, Vehicle,
};
use crate::calendar::years_between;

/// Sex as registered (GB/T 2261.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// A second ID number of the same person, and the departments that hold them under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondNumber {
    /// The other number, valid too.
    pub id_number: String,
    /// Keys of the departments whose rows carry it.
    pub departments: Vec<String>,
}

/// A person. Amounts are fen; a list that is empty means there is nothing of the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Number of the person: `household index × 32 + position`.
    pub id: u32,
    /// Reference in a request, `m1`, `m2` …; empty for outsiders.
    pub reference: String,
    /// Name.
    pub name: String,
    /// Former name (曾用名).
    pub former_name: Option<String>,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub born: Date,
    /// ID number, 18 characters, valid (GB 11643).
    pub id_number: String,
    /// A second number, when the person has one.
    pub second_number: Option<SecondNumber>,
    /// Whether the ID number was also issued to somebody else.
    pub shares_number: bool,
    /// Relation to the applicant (GB/T 4761): `01` the applicant.
    pub relation: String,
    /// Number of the household book the person is registered in (outsiders may be in another).
    pub book: String,
    /// Mobile number; empty when there is none.
    pub phone: String,
    /// Day of death.
    pub died: Option<Date>,
    /// Day of moving out of the book.
    pub moved_out: Option<Date>,
    /// Whether the person can work.
    pub can_work: bool,
    /// Basic medical insurance.
    pub insured: Insured,
    /// Marriages and their ends; the newest rules.
    pub marriages: Vec<Marriage>,
    /// Jobs that departments know.
    pub jobs: Vec<Job>,
    /// Income no department knows: farming, casual work, help from kin.
    pub informal: Vec<Informal>,
    /// Other income in tax returns: labour service, dividends, rent, sales, chance. Business receipts stand in `businesses`.
    pub returned: Vec<ReturnedIncome>,
    /// Firms.
    pub businesses: Vec<Business>,
    /// Pensions drawn.
    pub pensions: Vec<Pension>,
    /// What the person pays into the residents' pension, fen a month (0: nothing).
    pub resident_contribution_fen: i64,
    /// Unemployment benefit.
    pub unemployment: Vec<UnemploymentBenefit>,
    /// Days of registration as unemployed, and of its end.
    pub registered_unemployed: Option<(Date, Option<Date>)>,
    /// Employment subsidies.
    pub subsidies: Vec<Subsidy>,
    /// Special care (优待抚恤).
    pub special_care: Vec<SpecialCare>,
    /// Social assistance and welfare.
    pub assistance: Vec<Assistance>,
    /// Schooling.
    pub studies: Vec<Study>,
    /// Disability certificate.
    pub disability: Option<Disability>,
    /// Hospital stays.
    pub hospital: Vec<Hospital>,
    /// Listed serious illnesses.
    pub serious_illness: Vec<SeriousIllness>,
    /// Pregnancies on file.
    pub maternity: Vec<Maternity>,
    /// Medical settlements.
    pub settlements: Vec<Settlement>,
    /// Immovables.
    pub houses: Vec<House>,
    /// Vehicles.
    pub vehicles: Vec<Vehicle>,
    /// Accounts at banks and payment institutions.
    pub accounts: Vec<Account>,
    /// Insurance policies.
    pub policies: Vec<Policy>,
    /// Securities accounts.
    pub holdings: Vec<Holding>,
    /// Prison, compulsory rehabilitation, community correction.
    pub custody: Vec<Custody>,
    /// Contracted land.
    pub lands: Vec<Land>,
    /// Subsidies paid for it.
    pub farm_subsidies: Vec<FarmSubsidy>,
    /// Farm machinery.
    pub machines: Vec<Machine>,
}

impl Person {
    /// A person of whom nothing but identity is known yet.
    pub fn bare(id: u32, name: String, sex: Sex, born: Date, id_number: String) -> Self {
        Self {
            id,
            reference: String::new(),
            name,
            former_name: None,
            sex,
            born,
            id_number,
            second_number: None,
            shares_number: false,
            relation: String::new(),
            book: String::new(),
            phone: String::new(),
            died: None,
            moved_out: None,
            can_work: false,
            insured: Insured::Resident,
            marriages: Vec::new(),
            jobs: Vec::new(),
            informal: Vec::new(),
            returned: Vec::new(),
            businesses: Vec::new(),
            pensions: Vec::new(),
            resident_contribution_fen: 0,
            unemployment: Vec::new(),
            registered_unemployed: None,
            subsidies: Vec::new(),
            special_care: Vec::new(),
            assistance: Vec::new(),
            studies: Vec::new(),
            disability: None,
            hospital: Vec::new(),
            serious_illness: Vec::new(),
            maternity: Vec::new(),
            settlements: Vec::new(),
            houses: Vec::new(),
            vehicles: Vec::new(),
            accounts: Vec::new(),
            policies: Vec::new(),
            holdings: Vec::new(),
            custody: Vec::new(),
            lands: Vec::new(),
            farm_subsidies: Vec::new(),
            machines: Vec::new(),
        }
    }

    /// Age in full years on a day.
    pub fn age_on(&self, day: Date) -> i64 {
        years_between(self.born, day)
    }

    /// Whether it is somebody elsewhere with a member's name.
    pub fn is_namesake(&self) -> bool {
        self.relation == "99" && !self.shares_number
    }

    /// The number a department holds the person under.
    pub fn number_at(&self, department: &str) -> &str {
        match &self.second_number {
            Some(second) if second.departments.iter().any(|key| key == department) => &second.id_number,
            _ => &self.id_number,
        }
    }
}
