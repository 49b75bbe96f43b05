//! Every row the departments hold about a person, with the fact it states: the order of `mock-sources/POPULATION.md`, written
//! down a second time.

use hedui_mock_sources::truth::{
    Account, AccountKind, Assistance, AssistanceKind, Business, Custody, Disability, FarmSubsidy, Holding, Hospital,
    House, Job, Maternity, Pension, Person, Policy, Receipt, ReturnedIncome, SeriousIllness, Settlement, Study,
    UnemploymentBenefit, Vehicle,
};
use hedui_mock_sources::{DirtKind, Key, MockSources};

use super::rules::{Year, index};

/// The bank that tells only whether its balances are over a limit.
pub const TELLS_ONLY_OVER: &str = "NXB";

/// What a row states.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    Registration,
    Marriage,
    Study(&'a Study),
    /// One of a job's contributions: own part a month.
    Contribution(&'a Job, i64),
    ResidentContribution(i64),
    Pension(&'a Pension),
    Benefit(&'a UnemploymentBenefit),
    Stay(&'a Hospital),
    Serious(&'a SeriousIllness),
    Maternity(&'a Maternity),
    Death,
    /// A job on file, and whether its wage is stated.
    OnFile(&'a Job, bool),
    Firm(&'a Business),
    /// A month's wage in a tax return.
    WageReturn(&'a Job, i32),
    Receipt(&'a Receipt),
    Returned(&'a ReturnedIncome),
    House(&'a House),
    Vehicle(&'a Vehicle),
    Fund(&'a Job),
    Account(&'a Account),
    /// Balance at the bank that tells only over or under.
    Told(i64),
    Policy(&'a Policy),
    Holding(&'a Holding),
    Disability(&'a Disability),
    Settlement(&'a Settlement),
    Custody(&'a Custody),
    FarmSubsidy(&'a FarmSubsidy),
    /// A machine of the farm: named in a report, and nothing of it counts.
    Machine,
    /// Not income and not property, whatever it says.
    Nothing,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    pub department: Key,
    pub number: String,
    pub ordinal: u32,
    pub dirt: Vec<DirtKind>,
    /// Whether the department holds the owner under another valid number.
    pub under_second_number: bool,
    pub fact: Fact<'a>,
}

impl Row<'_> {
    pub fn is(&self, dirt: DirtKind) -> bool {
        self.dirt.contains(&dirt)
    }

    /// Whether it says what another row says: its second copy, or a bill alike in everything.
    pub fn repeats(&self, other: &Row<'_>) -> bool {
        match (self.fact, other.fact) {
            (Fact::Settlement(one), Fact::Settlement(another)) => one == another,
            _ => self.is(DirtKind::Duplicated) && (self.department, self.ordinal) == (other.department, other.ordinal),
        }
    }

    /// Nobody can know that the row is the member's: it carries another valid number, the owner's second one, a relative's or a stranger's.
    pub fn is_documented_loss(&self) -> bool {
        self.under_second_number || self.is(DirtKind::WronglyKeyed) || self.is(DirtKind::IdRelative)
    }

    /// Damaged in nothing but the form of number and name: no matcher may stumble over it.
    pub fn differs_in_form_only(&self) -> bool {
        let form = |kind: &DirtKind| {
            matches!(
                kind,
                DirtKind::IdFifteen
                    | DirtKind::IdLowerX
                    | DirtKind::IdFullWidth
                    | DirtKind::IdSpaces
                    | DirtKind::NameSeparator
                    | DirtKind::NameSpace
            )
        };
        let beside = |kind: &DirtKind| matches!(kind, DirtKind::Stale | DirtKind::Duplicated);
        !self.under_second_number
            && self.dirt.iter().any(form)
            && self.dirt.iter().all(|kind| form(kind) || beside(kind))
    }

    /// Whether name or number were damaged, so that nobody may know whose it is.
    pub fn identity_damaged(&self) -> bool {
        self.under_second_number
            || self.dirt.iter().any(|kind| !matches!(kind, DirtKind::Stale | DirtKind::Duplicated | DirtKind::Lost))
    }
}

/// Whether a department answers with a fact when asked for the window: the months, days or school year that WIRES.md names.
fn lies_within(fact: Fact<'_>, person: &Person, year: Year) -> bool {
    let (first, last) = (year.month(0), index(hedui_mock_sources::Month::of(year.as_of)));
    let months = |from: i32, to: Option<i32>| from <= last && to.is_none_or(|to| first <= to);
    let month = |day| index(hedui_mock_sources::Month::of(day));
    match fact {
        Fact::Study(study) => (study.enrolled.year()..=study.leaves.year()).contains(&year.as_of.year()),
        Fact::Contribution(job, _) => months(index(job.from), job.to.map(index)),
        Fact::ResidentContribution(_) => months(first, person.died.map(month)),
        Fact::Pension(pension) => months(index(pension.from), pension.to.map(index)),
        Fact::Benefit(benefit) => months(index(benefit.from), benefit.to.map(index)),
        Fact::Stay(stay) => stay.admitted <= year.as_of && stay.discharged.is_none_or(|out| year.first_day() <= out),
        Fact::WageReturn(_, paid) => months(paid, Some(paid)),
        Fact::Receipt(receipt) => months(index(receipt.from), Some(index(receipt.to))),
        Fact::Returned(returned) => months(month(returned.from), Some(month(returned.to))),
        Fact::Settlement(bill) => year.has(bill.on),
        _ => true,
    }
}

/// All rows about a person that a department can answer with, the lost ones and second copies too.
pub fn about<'a>(mocks: &MockSources, person: &'a Person, year: Year) -> Vec<Row<'a>> {
    let records = mocks.records_about(person.id);
    let row = |record: hedui_mock_sources::RecordTruth| {
        let department = Key::parse(&record.department).expect("a department of the mocks");
        let facts = facts(department, person, year);
        let fact = facts[usize::try_from(record.ordinal).expect("a small number")];
        let second = person.second_number.as_ref();
        Row {
            under_second_number: second.is_some_and(|second| second.departments.contains(&record.department)),
            department,
            number: record.jlbh,
            ordinal: record.ordinal,
            dirt: record.dirt,
            fact,
        }
    };
    records.into_iter().map(row).filter(|row| lies_within(row.fact, person, year)).collect()
}

fn facts(department: Key, person: &Person, year: Year) -> Vec<Fact<'_>> {
    match department {
        Key::HouseholdRegistration => vec![Fact::Registration],
        Key::Education => person.studies.iter().map(Fact::Study).collect(),
        Key::SocialSecurity => social_security(person),
        Key::Health => health(person),
        Key::Employment => employment(person),
        Key::MarketRegulation => person.businesses.iter().map(Fact::Firm).collect(),
        Key::Tax => tax(person, year),
        Key::CivilMarriage => person.marriages.iter().map(|_| Fact::Marriage).collect(),
        Key::RealEstate => person.houses.iter().map(Fact::House).collect(),
        Key::Vehicles => person.vehicles.iter().map(Fact::Vehicle).collect(),
        Key::HousingFund => person.jobs.iter().filter(|job| job.housing_fund.is_some()).map(Fact::Fund).collect(),
        Key::Finance => finance(person),
        Key::Insurance => person.policies.iter().map(Fact::Policy).collect(),
        Key::Securities => person.holdings.iter().map(Fact::Holding).collect(),
        Key::Disability => person.disability.iter().map(Fact::Disability).collect(),
        Key::MedicalInsurance => person.settlements.iter().map(Fact::Settlement).collect(),
        Key::CivilAssistance => person.assistance.iter().map(assistance).collect(),
        Key::Veterans => person.special_care.iter().map(|_| Fact::Nothing).collect(),
        Key::Justice => person.custody.iter().map(Fact::Custody).collect(),
        Key::Agriculture => {
            let land = person.lands.iter().map(|_| Fact::Nothing);
            let paid = person.farm_subsidies.iter().map(Fact::FarmSubsidy);
            land.chain(paid).chain(person.machines.iter().map(|_| Fact::Machine)).collect()
        }
    }
}

fn assistance(benefit: &Assistance) -> Fact<'_> {
    if benefit.kind == AssistanceKind::Funeral { Fact::Death } else { Fact::Nothing }
}

fn social_security(person: &Person) -> Vec<Fact<'_>> {
    let mut facts = Vec::new();
    for job in person.jobs.iter().filter(|job| job.in_social_security) {
        let parts = [job.own_pension_fen, job.own_medical_fen, job.own_unemployment_fen];
        facts.extend(parts.into_iter().filter(|own| *own > 0).map(|own| Fact::Contribution(job, own)));
    }
    if person.resident_contribution_fen > 0 {
        facts.push(Fact::ResidentContribution(person.resident_contribution_fen));
    }
    facts.extend(person.pensions.iter().map(Fact::Pension));
    facts.extend(person.unemployment.iter().map(Fact::Benefit));
    facts
}

fn health(person: &Person) -> Vec<Fact<'_>> {
    let mut facts: Vec<Fact<'_>> = person.hospital.iter().map(Fact::Stay).collect();
    facts.extend(person.serious_illness.iter().map(Fact::Serious));
    facts.extend(person.maternity.iter().map(Fact::Maternity));
    facts.extend(person.died.map(|_| Fact::Death));
    facts
}

fn employment(person: &Person) -> Vec<Fact<'_>> {
    let on_file = person.jobs.iter().filter_map(|job| Some(Fact::OnFile(job, job.in_employment?)));
    let rest = person.subsidies.len() + usize::from(person.registered_unemployed.is_some());
    on_file.chain(std::iter::repeat_n(Fact::Nothing, rest)).collect()
}

fn tax(person: &Person, year: Year) -> Vec<Fact<'_>> {
    let (before, last) = (year.month(0) - 12, year.month(11));
    let mut facts = Vec::new();
    for job in &person.jobs {
        let end = job.to.map_or(last, index).min(last);
        facts.extend((index(job.from).max(before)..=end).map(|month| Fact::WageReturn(job, month)));
    }
    facts.extend(person.businesses.iter().flat_map(|firm| &firm.receipts).map(Fact::Receipt));
    facts.extend(person.returned.iter().map(Fact::Returned));
    facts
}

fn finance(person: &Person) -> Vec<Fact<'_>> {
    let (told, full): (Vec<_>, Vec<_>) = person.accounts.iter().partition(|account| account.bank == TELLS_ONLY_OVER);
    let mut facts: Vec<Fact<'_>> = full.into_iter().map(Fact::Account).collect();
    if !told.is_empty() {
        let own = told.iter().filter(|account| account.kind != AccountKind::Loan);
        facts.push(Fact::Told(own.map(|account| account.balance_fen).sum()));
    }
    facts
}
