//! One member: what known rows and the declaration make of income, deductions and property.

use std::collections::BTreeSet;

use hedui_mock_sources::DirtKind;
use hedui_mock_sources::truth::{
    AccountKind, AccountState, FirmState, Job, PensionScheme, Person, PolicyState, ReturnedItem, Role, Settlement,
    Study, StudyState,
};
use serde_json::Value;

use super::rows::{Fact, Row};
use super::rules::{self, Year, index};

/// A declared income.
#[derive(Clone, Debug)]
pub struct Declared {
    pub class: String,
    pub amount: i64,
    pub informal: bool,
}

/// A member with the rows that are known to be theirs, each fact once.
pub struct Member<'a> {
    pub person: &'a Person,
    pub rows: Vec<&'a Row<'a>>,
    pub declared: Vec<Declared>,
    /// Alive, and not in prison or compulsory rehabilitation.
    pub counts: bool,
}

/// Income by class over the year; `open` is what the unknown law may add to transfers, and a second job to wages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Income {
    pub wage: i64,
    pub business: i64,
    pub property: i64,
    pub transfer: i64,
    pub paid: i64,
    pub open: i64,
    pub by_month: [i64; 12],
}

/// What is deducted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deductions {
    pub illness: i64,
    pub schooling: i64,
    pub nursing: i64,
    pub nutrition: i64,
    pub employment: i64,
    pub spending: i64,
    /// Medical cost left to the member.
    pub ill: i64,
}

impl Deductions {
    pub fn sum(&self) -> i64 {
        self.illness + self.schooling + self.nursing + self.nutrition + self.employment
    }
}

/// Reads what the request declares of a member.
pub fn declared(request: &Value, reference: &str) -> Vec<Declared> {
    let members = request["household"]["members"].as_array().expect("members");
    let member = members.iter().find(|member| member["ref"] == reference).expect("a member");
    let lines = member["declared"]["income"].as_array().expect("declared income");
    let line = |line: &Value| Declared {
        class: line["class"].as_str().expect("a class").to_owned(),
        amount: super::reading::fen(line["annual_yuan"].as_str().expect("an amount")),
        informal: line["informal"] == Value::Bool(true),
    };
    lines.iter().map(line).collect()
}

impl<'a> Member<'a> {
    fn facts(&self) -> impl Iterator<Item = Fact<'a>> {
        self.rows.iter().map(|row| row.fact)
    }

    /// A valid certificate: its grade.
    pub fn disability(&self, year: Year) -> Option<u8> {
        let grades = self.facts().filter_map(|fact| match fact {
            Fact::Disability(paper) if paper.valid && year.as_of <= paper.valid_until => Some(paper.grade),
            _ => None,
        });
        grades.min()
    }

    /// Grave disability (grades 1 and 2, of the mind also 3), or an illness of the serious-illness catalogue.
    pub fn is_gravely_ill_or_disabled(&self, year: Year) -> bool {
        self.facts().any(|fact| match fact {
            Fact::Disability(paper) if paper.valid && year.as_of <= paper.valid_until => {
                paper.grade <= 2 || (matches!(paper.category, 5 | 6) && paper.grade == 3)
            }
            Fact::Stay(stay) => stay.serious && stay.admitted <= year.as_of,
            Fact::Serious(illness) => illness.listed && illness.since <= year.as_of,
            _ => false,
        })
    }

    /// Wages by month: each month from the department that comes first: tax, social security, employment, housing fund. What a
    /// later one says of another employer may be a second job: it counts nothing, and opens the upper end by as much.
    fn wages(&self, year: Year) -> ([i64; 12], i64) {
        let (mut months, mut open) = ([0; 12], 0);
        let mut told: [Vec<&str>; 12] = Default::default();
        let sides: [fn(&Self, Year) -> Vec<Told<'a>>; 4] =
            [Self::wages_in_tax, Self::wages_in_social_security, Self::wages_on_file, Self::wages_in_fund];
        for side in sides {
            let before = told.clone();
            for Told { job, place, certain } in side(self, year) {
                if before[place].contains(&job.employer.as_ref()) {
                    continue;
                }
                if before[place].is_empty() && certain {
                    months[place] += job.monthly_wage_fen;
                } else {
                    open += job.monthly_wage_fen;
                }
                told[place].push(&job.employer);
            }
        }
        (months, open)
    }

    fn wages_in_tax(&self, year: Year) -> Vec<Told<'a>> {
        let returns = self.facts().filter_map(|fact| match fact {
            Fact::WageReturn(job, month) => year.place(month).map(|place| Told { job, place, certain: true }),
            _ => None,
        });
        returns.collect()
    }

    fn wages_in_social_security(&self, year: Year) -> Vec<Told<'a>> {
        let jobs = self.facts().filter_map(|fact| if let Fact::Contribution(job, _) = fact { Some(job) } else { None });
        spread(year, jobs.map(|job| (job, index(job.from), job.to.map(index))))
    }

    fn wages_on_file(&self, year: Year) -> Vec<Told<'a>> {
        let jobs = self.rows.iter().filter_map(|row| match row.fact {
            Fact::OnFile(job, true) => {
                Some((job, index(job.from), job.to.map(index).filter(|_| !row.is(DirtKind::Stale))))
            }
            _ => None,
        });
        spread(year, jobs)
    }

    /// The fund names only the last month paid: the first is known when another department holds the job. Where none does, the
    /// months before the last may or may not have been paid.
    fn wages_in_fund(&self, year: Year) -> Vec<Told<'a>> {
        let known = |wanted: &Job| {
            self.facts().any(|fact| match fact {
                Fact::Contribution(job, _) | Fact::OnFile(job, _) => std::ptr::eq(job, wanted),
                _ => false,
            })
        };
        let returned = |wanted: &Job| {
            let months = self.facts().filter_map(|fact| match fact {
                Fact::WageReturn(job, month) if std::ptr::eq(job, wanted) => year.place(month).map(|_| month),
                _ => None,
            });
            months.min()
        };
        let jobs = self.facts().filter_map(|fact| if let Fact::Fund(job) = fact { Some(job) } else { None });
        let mut told = Vec::new();
        for job in jobs {
            let from = if known(job) { Some(index(job.from)) } else { returned(job) };
            let run = spread(year, std::iter::once((job, from.unwrap_or(0), job.to.map(index))));
            let last = job.to.map_or(11, |to| year.place(index(to)).unwrap_or(12));
            told.extend(run.into_iter().map(|one| Told { certain: from.is_some() || one.place == last, ..one }));
        }
        told
    }

    pub fn income(&self, year: Year) -> Income {
        let (by_month, open) = self.wages(year);
        let mut income = Income { by_month, open, ..Income::default() };
        income.wage = income.by_month.iter().sum();
        let mut insured = [false; 12];
        for fact in self.facts() {
            self.add_recorded(year, fact, &mut income, &mut insured);
        }
        for fact in self.facts() {
            let (own, places) = match fact {
                Fact::Contribution(job, own) => (own, year.places(index(job.from), job.to.map(index))),
                Fact::ResidentContribution(own) => (own, 0..12),
                _ => continue,
            };
            income.paid += own * places.filter(|place| !insured[*place]).count() as i64;
        }
        income.transfer += self.claims() - self.offset(year);
        self.add_declared(&mut income);
        // A loss takes nothing from other income, nor from another member's.
        income.business = income.business.max(0);
        income.property = income.property.max(0);
        income
    }

    fn add_recorded(&self, year: Year, fact: Fact<'_>, income: &mut Income, insured: &mut [bool; 12]) {
        match fact {
            Fact::WageReturn(job, month) => {
                if let Some(place) = year.place(month) {
                    income.paid += job.monthly_tax_fen + job.own_contributions_fen();
                    insured[place] |= job.own_contributions_fen() > 0;
                }
            }
            Fact::Receipt(receipt) => {
                let (from, to) = (index(receipt.from), index(receipt.to));
                let part = |amount: i64| {
                    rules::divided(amount * year.places(from, Some(to)).len() as i64, i64::from(to - from + 1))
                };
                income.business += part(receipt.gross_fen) - part(receipt.cost_fen);
                income.paid += part(receipt.tax_fen);
            }
            Fact::Returned(returned) => {
                let inside = year.places_of_days(returned.from, returned.to).len() as i64;
                let part =
                    |amount: i64| rules::divided(amount * inside, Year::months_touched(returned.from, returned.to));
                let net = part(returned.gross_fen) - part(returned.cost_fen);
                if returned.item == ReturnedItem::Labour {
                    earned(&mut income.by_month, year.places_of_days(returned.from, returned.to), net);
                }
                *match returned.item {
                    ReturnedItem::Labour => &mut income.wage,
                    ReturnedItem::InterestDividend | ReturnedItem::Rent | ReturnedItem::PropertySale => {
                        &mut income.property
                    }
                    ReturnedItem::Chance => &mut income.transfer,
                } += net;
                income.paid += part(returned.tax_fen);
            }
            Fact::FarmSubsidy(subsidy) if year.has(subsidy.paid) => income.transfer += subsidy.amount_fen,
            Fact::Pension(pension) => {
                let places = year.places(index(pension.from), pension.to.map(index));
                income.transfer += pension.monthly_fen * places.len() as i64;
                if pension.scheme == PensionScheme::Resident {
                    let open = places.clone().filter(|place| year.basic_pension_is_open(*place)).count() as i64;
                    income.transfer -= pension.basic_monthly_fen * places.len() as i64;
                    income.open += pension.basic_monthly_fen * open;
                }
            }
            Fact::Benefit(benefit) => {
                let places = year.places(index(benefit.from), benefit.to.map(index));
                income.transfer += benefit.monthly_fen * places.len() as i64;
            }
            Fact::Account(account) if account.kind != AccountKind::Loan => {
                income.property += account.interest_12m_fen;
            }
            Fact::Policy(policy) if matches!(policy.kind.as_ref(), "寿险" | "年金") => {
                income.property += policy.claims_12m_fen;
            }
            _ => {}
        }
    }

    /// What no department knows counts as declared; of a declared wage, the part beyond what departments hold.
    fn add_declared(&self, income: &mut Income) {
        let wages = self.declared.iter().filter(|line| line.class == "wage" && !line.informal).map(|line| line.amount);
        let beyond = (wages.sum::<i64>() - income.wage).max(0);
        for line in self.declared.iter().filter(|line| line.informal) {
            if line.class == "wage" {
                earned(&mut income.by_month, 0..12, line.amount);
            }
            *match line.class.as_str() {
                "wage" => &mut income.wage,
                "business" => &mut income.business,
                "property" => &mut income.property,
                _ => &mut income.transfer,
            } += line.amount;
        }
        income.wage += beyond;
        earned(&mut income.by_month, 0..12, beyond);
    }

    /// Claims of insurance against illness and accidents.
    fn claims(&self) -> i64 {
        let claims = self.facts().filter_map(|fact| match fact {
            Fact::Policy(policy) if matches!(policy.kind.as_ref(), "医疗" | "重疾" | "意外") => {
                Some(policy.claims_12m_fen)
            }
            _ => None,
        });
        claims.sum()
    }

    fn self_paid(&self, year: Year) -> i64 {
        let mut bills: Vec<&Settlement> = Vec::new();
        for fact in self.facts() {
            // Bills alike in everything count once: most are one bill told twice.
            if let Fact::Settlement(bill) = fact
                && year.has(bill.on)
                && !bills.contains(&bill)
            {
                bills.push(bill);
            }
        }
        bills.into_iter().map(|bill| bill.self_paid_fen).sum()
    }

    /// Claims pay medical cost back first.
    fn offset(&self, year: Year) -> i64 {
        self.claims().min(self.self_paid(year))
    }

    pub fn deductions(&self, year: Year, standard: i64, by_month: &[i64; 12]) -> Deductions {
        let ill = self.self_paid(year) - self.offset(year);
        let school =
            self.facts().filter_map(|fact| if let Fact::Study(study) = fact { price(study, year) } else { None });
        let school = school.max_by_key(|(stage, price)| rules::schooling(*stage, *price));
        let disability = self.disability(year);
        let working = by_month.iter().filter(|wage| **wage > 0);
        Deductions {
            illness: rules::illness(ill),
            schooling: school.map_or(0, |(stage, price)| rules::schooling(stage, price)),
            nursing: disability.map_or(0, |grade| rules::nursing(grade, standard)),
            nutrition: if self.needs_nutrition(year) { rules::nutrition(standard) } else { 0 },
            employment: working.map(|wage| rules::employment_cost(*wage, disability.is_some())).sum(),
            spending: ill + school.map_or(0, |(_, price)| price),
            ill,
        }
    }

    fn needs_nutrition(&self, year: Year) -> bool {
        let months = |n: i64| jiff::Span::new().months(n);
        let mother = self.facts().any(|fact| match fact {
            Fact::Maternity(maternity) => {
                maternity.due.saturating_sub(months(10)) <= year.as_of
                    && year.as_of <= maternity.due.saturating_add(months(12))
            }
            _ => false,
        });
        mother || !(16..60).contains(&rules::age(self.person.born, year.as_of))
    }

    /// Financial property: at least, and at most unless a bank tells only that it is more than it says.
    pub fn financial(&self) -> (i64, Option<i64>) {
        let (mut least, mut room, mut bounded) = (0, 0, true);
        for fact in self.facts() {
            match fact {
                Fact::Account(account)
                    if account.kind != AccountKind::Loan && account.state != AccountState::Closed =>
                {
                    least += account.balance_fen;
                }
                Fact::Told(balance) if balance > rules::TOLD_LIMIT => {
                    least += rules::TOLD_LIMIT;
                    bounded = false;
                }
                Fact::Told(_) => room += rules::TOLD_LIMIT,
                Fact::Policy(policy) if policy.state == PolicyState::InForce => least += policy.cash_value_fen,
                // A policy that has lapsed may still be worth its cash value.
                Fact::Policy(policy) if policy.state == PolicyState::Lapsed => room += policy.cash_value_fen,
                Fact::Holding(holding) => {
                    least += rules::milli_yuan(holding.value_milli_yuan) + rules::milli_yuan(holding.cash_milli_yuan);
                }
                _ => {}
            }
        }
        (least, bounded.then_some(least + room))
    }

    /// Firms with paid-in capital, by name; a stale row still shows a dead one in business.
    pub fn firms(&self) -> impl Iterator<Item = &'a str> {
        self.rows.iter().filter_map(|row| match row.fact {
            Fact::Firm(firm) => {
                let active = firm.state == FirmState::Active || row.is(DirtKind::Stale);
                let alone = firm.role == Role::SoleTrader && firm.employees == Some(0);
                (active && firm.paid_in_fen > 0 && !alone).then_some(firm.name.as_str())
            }
            _ => None,
        })
    }
}

/// A month's wage that a department tells.
#[derive(Clone, Copy)]
struct Told<'a> {
    job: &'a Job,
    place: usize,
    certain: bool,
}

/// A wage in the months of its run, once a job.
fn spread<'j>(year: Year, jobs: impl Iterator<Item = (&'j Job, i32, Option<i32>)>) -> Vec<Told<'j>> {
    let mut told = Vec::new();
    let mut seen: BTreeSet<*const Job> = BTreeSet::new();
    for (job, from, to) in jobs {
        if seen.insert(std::ptr::from_ref(job)) {
            told.extend(year.places(from, to).map(|place| Told { job, place, certain: true }));
        }
    }
    told
}

/// Pay that is not told by month, in equal parts; what does not divide falls to later months.
fn earned(by_month: &mut [i64; 12], places: std::ops::Range<usize>, amount: i64) {
    let (first, number) = (places.start, places.len() as i64);
    for place in places {
        let nth = (place - first) as i64;
        by_month[place] += amount * (nth + 1) / number - amount * nth / number;
    }
}

/// The public price of a stage attended now, at most what is paid.
fn price(study: &Study, year: Year) -> Option<(u8, i64)> {
    let attends =
        study.state == StudyState::Attending && study.enrolled <= year.as_of && year.first_day() <= study.leaves;
    let price = if study.public { study.fee_fen.min(study.public_fee_fen) } else { study.public_fee_fen };
    (attends && price > 0).then_some((study.stage, price))
}
