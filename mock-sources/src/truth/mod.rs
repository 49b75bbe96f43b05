//! What is true: households, people and everything about them that a department could know, in integer fen and whole months. The
//! departments' copies are derived from this and may be wrong; this is not. `POPULATION.md` says which fact shows up in which
//! department. No I/O, no clock, no chance: plain data that serialises to JSON and back.

mod custody;
mod farm;
mod income;
mod life;
mod person;
mod property;
mod request;

use std::borrow::Cow;

pub use custody::{Custody, CustodyKind};
pub use farm::{FarmSubsidy, Land, Machine};
pub use income::{
    Assistance, AssistanceKind, Business, FirmState, HousingFund, Informal, InformalKind, Job, Pension, PensionScheme,
    Receipt, ReturnedIncome, ReturnedItem, Role, SpecialCare, Subsidy, UnemploymentBenefit,
};
pub use life::{
    Disability, Hospital, Insured, Marriage, MarriageState, Maternity, SeriousIllness, Settlement, Study, StudyState,
};
pub use person::{Person, SecondNumber, Sex};
pub use property::{
    Account, AccountKind, AccountState, Holding, House, HouseState, Policy, PolicyState, Vehicle, VehicleState,
};
pub(crate) use request::build as build_request;
pub use request::{Declaration, RequestOptions};

use serde::{Deserialize, Serialize};

/// Text that is mostly one of a few fixed ones (employers, schools, banks).
pub type Text = Cow<'static, str>;

/// A household: who applies together, and who stands close to it without applying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// Its number; generated ones count from 0.
    pub index: u32,
    /// Number of the household book (户口簿).
    pub book: String,
    /// Urban or rural registration.
    pub registered_as: Registered,
    /// Registered address.
    pub address: String,
    /// Township (乡镇).
    pub town: Text,
    /// Who applies: the members a request names; the first is the applicant.
    pub members: Vec<Person>,
    /// Who does not apply: an undeclared spouse, a dead registrant, one who moved out, other people with a member's name.
    pub outsiders: Vec<Person>,
    /// What is special about the household; empty for most.
    pub cases: Vec<Case>,
}

impl Household {
    /// Members and outsiders.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.members.iter().chain(&self.outsiders)
    }

    /// Whoever holds this record of a person.
    pub fn person(&self, id: u32) -> Option<&Person> {
        self.people().find(|person| person.id == id)
    }

    /// Whether the household is marked with a case.
    pub fn has(&self, case: Case) -> bool {
        self.cases.contains(&case)
    }
}

/// Kind of household registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// 城镇
    Urban,
    /// 农村
    Rural,
}

impl Registered {
    /// The yearly standard a head that generated incomes gather around, in fen: the 2021 guide for urban households
    /// (7,476 yuan), an assumed 5,520 yuan for rural ones.
    pub const fn yearly_standard_fen(self) -> i64 {
        match self {
            Self::Urban => 747_600,
            Self::Rural => 552_000,
        }
    }
}

/// What makes a household worth testing with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// Plain income a head just below the yearly standard.
    JustBelowStandard,
    /// Plain income a head just above the yearly standard.
    JustAboveStandard,
    /// Plain income a head just below one and a half times the standard.
    JustBelowMargin,
    /// Plain income a head just above one and a half times the standard.
    JustAboveMargin,
    /// Deposits just below twice the yearly standard a head.
    DepositsJustBelow,
    /// Deposits just above twice the yearly standard a head.
    DepositsJustAbove,
    /// A member is married, and the spouse is not in the request.
    UndeclaredSpouse,
    /// The undeclared spouse is registered in the same household book.
    UndeclaredSpouseSameBook,
    /// A member sold a car.
    SoldVehicle,
    /// Somebody registered in the book is dead and still has a bank account.
    DeadAccountHolder,
    /// A request names a member who is dead.
    DeadMemberDeclared,
    /// Two members are twins.
    Twins,
    /// Father and son whose names differ in one character.
    AlikeFatherAndSon,
    /// Somebody elsewhere has a member's name.
    Namesake,
    /// Somebody elsewhere has a member's name and birth date.
    NamesakeSameBirthDate,
    /// Somebody elsewhere has a member's name and more houses than fit a page.
    NamesakeManyHouses,
    /// A pupil changed schools within the year: three enrolments.
    ChangedSchools,
    /// A member's shop cost more than it took in.
    BusinessLoss,
    /// A member paid two bills of the same minute and the same amounts: they look like one bill told twice.
    EchoBill,
    /// A member has a second ID number under which some departments hold property.
    SecondIdNumber,
    /// A member's ID number was also issued to somebody in another household.
    SharedIdNumber,
    /// On the minimum living allowance (低保).
    OnDibao,
    /// On support for people in extreme hardship (特困).
    OnTekun,
    /// A child whose parents are both dead.
    Orphan,
    /// A member named in the request is in prison or compulsory rehabilitation.
    InCustody,
    /// Both parents of a child are.
    BothParentsInCustody,
    /// A registrant of the book moved out.
    MovedOut,
    /// The fixed household of the demonstration.
    Sample,
    /// The fixed strangers beside the demonstration's household.
    SampleStrangers,
}
