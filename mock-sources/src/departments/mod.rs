//! The twenty departments. Each file is one department: which of a person's facts it holds, what it accepts and what it answers,
//! byte for byte as in `WIRES.md`. Departments know the truth's types and their own copy, not the server, and not each other.

mod agriculture;
mod civil_assistance;
mod civil_marriage;
mod credential;
mod credentials;
mod disability;
mod education;
mod employment;
mod finance;
mod health;
mod household_registration;
mod housing_fund;
mod insurance;
mod justice;
mod market_regulation;
mod medical_insurance;
mod real_estate;
mod securities;
mod social_security;
mod tax;
mod vehicles;
mod veterans;
pub(crate) mod wire;

use std::time::{Duration, Instant};

use crate::calendar::Window;
use crate::copies::{Asked, Copies, RowHead};
use crate::faults::{Gate, Operation};
use crate::truth::{Household, Person};
use credentials::Nonces;
use wire::{Outcome, Problem, Reply, Request};

/// A department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// 户籍
    HouseholdRegistration,
    /// 教育
    Education,
    /// 社保
    SocialSecurity,
    /// 健康
    Health,
    /// 就业
    Employment,
    /// 市场监管
    MarketRegulation,
    /// 税务
    Tax,
    /// 婚姻登记
    CivilMarriage,
    /// 不动产
    RealEstate,
    /// 车辆
    Vehicles,
    /// 公积金
    HousingFund,
    /// 金融
    Finance,
    /// 保险
    Insurance,
    /// 证券
    Securities,
    /// 残联
    Disability,
    /// 医保
    MedicalInsurance,
    /// 民政
    CivilAssistance,
    /// 退役军人
    Veterans,
    /// 司法
    Justice,
    /// 农业农村
    Agriculture,
}

/// Dispatches to the department's file.
macro_rules! at_department {
    ($key:expr, $function:ident($($argument:expr),*)) => {
        match $key {
            Key::HouseholdRegistration => household_registration::$function($($argument),*),
            Key::Education => education::$function($($argument),*),
            Key::SocialSecurity => social_security::$function($($argument),*),
            Key::Health => health::$function($($argument),*),
            Key::Employment => employment::$function($($argument),*),
            Key::MarketRegulation => market_regulation::$function($($argument),*),
            Key::Tax => tax::$function($($argument),*),
            Key::CivilMarriage => civil_marriage::$function($($argument),*),
            Key::RealEstate => real_estate::$function($($argument),*),
            Key::Vehicles => vehicles::$function($($argument),*),
            Key::HousingFund => housing_fund::$function($($argument),*),
            Key::Finance => finance::$function($($argument),*),
            Key::Insurance => insurance::$function($($argument),*),
            Key::Securities => securities::$function($($argument),*),
            Key::Disability => disability::$function($($argument),*),
            Key::MedicalInsurance => medical_insurance::$function($($argument),*),
            Key::CivilAssistance => civil_assistance::$function($($argument),*),
            Key::Veterans => veterans::$function($($argument),*),
            Key::Justice => justice::$function($($argument),*),
            Key::Agriculture => agriculture::$function($($argument),*),
        }
    };
}

impl Key {
    /// How many there are.
    pub const COUNT: usize = 20;

    /// All of them, in the order of `WIRES.md`.
    pub const ALL: [Self; Self::COUNT] = [
        Self::HouseholdRegistration,
        Self::Education,
        Self::SocialSecurity,
        Self::Health,
        Self::Employment,
        Self::MarketRegulation,
        Self::Tax,
        Self::CivilMarriage,
        Self::RealEstate,
        Self::Vehicles,
        Self::HousingFund,
        Self::Finance,
        Self::Insurance,
        Self::Securities,
        Self::Disability,
        Self::MedicalInsurance,
        Self::CivilAssistance,
        Self::Veterans,
        Self::Justice,
        Self::Agriculture,
    ];

    /// The key, as in paths and credentials.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HouseholdRegistration => "household_registration",
            Self::Education => "education",
            Self::SocialSecurity => "social_security",
            Self::Health => "health",
            Self::Employment => "employment",
            Self::MarketRegulation => "market_regulation",
            Self::Tax => "tax",
            Self::CivilMarriage => "civil_marriage",
            Self::RealEstate => "real_estate",
            Self::Vehicles => "vehicles",
            Self::HousingFund => "housing_fund",
            Self::Finance => "finance",
            Self::Insurance => "insurance",
            Self::Securities => "securities",
            Self::Disability => "disability",
            Self::MedicalInsurance => "medical_insurance",
            Self::CivilAssistance => "civil_assistance",
            Self::Veterans => "veterans",
            Self::Justice => "justice",
            Self::Agriculture => "agriculture",
        }
    }

    /// The department of a key.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == text)
    }

    /// Its place in [`Key::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What its record numbers begin with.
    pub(crate) const fn record_prefix(self) -> &'static str {
        const PREFIXES: [&str; Key::COUNT] = [
            "HJ", "JY", "SB", "JK", "JU", "SC", "SW", "HY", "BD", "CL", "GJ", "JR", "BX", "ZQ", "CJ", "YB", "MZ", "TY",
            "SF", "NY",
        ];
        PREFIXES[self.index()]
    }

    /// Whether it finds rows by name whatever their ID number.
    pub(crate) const fn searches_by_name(self) -> bool {
        matches!(self, Self::RealEstate | Self::Vehicles | Self::MarketRegulation | Self::Insurance)
    }

    /// Whether its rows state birth dates.
    pub(crate) const fn states_birth_dates(self) -> bool {
        matches!(self, Self::HouseholdRegistration | Self::Education | Self::Health)
    }

    /// How carelessly it writes names and numbers, in per cent of the usual. Banks and securities firms read the card with a machine;
    /// townships and hospitals type what they are told.
    pub(crate) const fn carelessness_percent(self) -> u16 {
        match self {
            Self::Finance | Self::Securities | Self::HouseholdRegistration => 50,
            Self::CivilAssistance | Self::Disability | Self::Veterans | Self::Health => 200,
            _ => 100,
        }
    }

    /// Whether names are compared after they lost what the encoding lacks.
    pub(crate) const fn compares_in_its_encoding(self) -> bool {
        matches!(self, Self::Vehicles)
    }

    /// A name as this department compares it.
    pub(crate) fn comparable(self, squeezed_name: &str) -> String {
        if self.compares_in_its_encoding() { vehicles::as_stored(squeezed_name) } else { squeezed_name.to_owned() }
    }

    /// How many of a person's facts it holds.
    pub(crate) fn facts(self, window: &Window, person: &Person) -> usize {
        at_department!(self, count(window, person))
    }

    /// Whether a fact has a former state that a stale row could still show.
    pub(crate) fn has_former_state(self, window: &Window, person: &Person, ordinal: usize) -> bool {
        match self {
            Self::HouseholdRegistration => household_registration::has_former_state(person),
            Self::Employment => employment::has_former_state(window, person, ordinal),
            Self::MarketRegulation => market_regulation::has_former_state(person, ordinal),
            Self::RealEstate => real_estate::has_former_state(person, ordinal),
            Self::Vehicles => vehicles::has_former_state(person, ordinal),
            Self::Justice => justice::has_former_state(person, ordinal),
            _ => false,
        }
    }

    /// Answers a request.
    pub(crate) fn answer(self, desk: &Desk<'_>, request: &Request) -> Reply {
        at_department!(self, answer(desk, request))
    }

    /// Which step of asking it a request was, where there are several.
    pub(crate) fn operation(self, path: &str, outcome: Outcome) -> Option<Operation> {
        match self {
            Self::Finance => finance::operation(path),
            Self::Insurance => insurance::operation(path, outcome),
            _ => None,
        }
    }

    /// What it says about a problem, in its own words and encoding.
    pub(crate) fn problem(self, problem: Problem) -> Reply {
        at_department!(self, problem(problem))
    }
}

/// What a department has at hand when it answers.
pub(crate) struct Desk<'a> {
    pub(crate) key: Key,
    pub(crate) copies: &'a Copies,
    pub(crate) gate: &'a Gate,
    pub(crate) state: &'a State,
    /// Unix time, seconds: for signed requests.
    pub(crate) now: i64,
    /// For tickets and files.
    pub(crate) instant: Instant,
    /// How long asynchronous departments take.
    pub(crate) ticket_delay: Duration,
}

/// What departments remember between requests.
#[derive(Debug, Default)]
pub(crate) struct State {
    nonces: Nonces,
    tickets: finance::Tickets,
    files: insurance::Files,
}

/// A row found, with whose it truly is (the department itself would not know).
pub(crate) struct Found<'a> {
    pub(crate) head: RowHead,
    pub(crate) household: &'a Household,
    pub(crate) person: &'a Person,
}

impl<'a> Desk<'a> {
    /// The rows found for somebody.
    fn find(&self, asked: &Asked) -> Vec<Found<'a>> {
        self.with_truth(self.copies.find(self.key, asked))
    }

    /// Record numbers that a search for somebody comes upon, whatever the period asked about.
    pub(crate) fn search(&self, asked: &Asked, born: jiff::civil::Date) -> Vec<String> {
        match self.key {
            Key::HouseholdRegistration => household_registration::search(self, asked, born),
            _ => self.copies.find(self.key, asked).into_iter().map(|head| head.record_number).collect(),
        }
    }

    fn with_truth(&self, heads: Vec<RowHead>) -> Vec<Found<'a>> {
        let population = self.copies.population();
        let found = heads.into_iter().filter_map(|head| {
            let (household, person) = population.person(head.owner)?;
            Some(Found { head, household, person })
        });
        found.collect()
    }

    fn window(&self) -> Window {
        self.copies.population().window()
    }

    /// Whether the request carries a valid signature with a fresh nonce.
    fn signed(&self, request: &Request) -> bool {
        credentials::signed(self.key, request, &self.state.nonces, self.now)
    }
}
