//! Households for the properties: people, and records of every kind that could move something.

use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::*;
use crate::policy::cases::DEPARTMENTS;
use crate::policy::{Pack, Packs};

pub(in crate::policy) static PACK: LazyLock<Arc<Pack>> =
    LazyLock::new(|| Packs::embedded().resolve(&Region("620422".to_owned()), AS_OF).expect("the embedded pack"));
pub(super) const AS_OF: Date = date(2026, 11, 1);

/// A record with the department it comes from.
pub(in crate::policy) type Given = (&'static str, Detail);

fn fen(most_yuan: i64) -> impl Strategy<Value = Fen> {
    (0..=most_yuan * 100).prop_map(Fen)
}

fn month() -> impl Strategy<Value = YearMonth> {
    (0..16_i32).prop_map(|back| YearMonth::of(AS_OF).plus_months(1 - back))
}

fn day() -> impl Strategy<Value = Date> {
    (0..400_i64).prop_map(|back| AS_OF.checked_sub(jiff::Span::new().days(back)).expect("a day"))
}

fn taxed(items: &'static [TaxItem], most_tax_percent: i64) -> impl Strategy<Value = Given> {
    (select(items), month(), fen(20_000), 0..=most_tax_percent).prop_map(|(item, month, gross, percent)| {
        let to = month.plus_months(1).first_day().yesterday().expect("a day");
        let tax = Some(gross.mul_ratio(percent, 100));
        let detail = Detail::TaxedIncome {
            item,
            from: month.first_day(),
            to,
            gross,
            cost: None,
            tax,
            social_insurance: None,
            paid_on: None,
            payer: None,
        };
        ("tax", detail)
    })
}

/// Income that no other record could be a second report of, and no tax on it.
pub(super) fn plain_income() -> impl Strategy<Value = Given> {
    let benefit = (month(), fen(3_000))
        .prop_map(|(from, monthly)| ("social_security", Detail::UnemploymentBenefit { from, to: None, monthly }));
    let interest = fen(500).prop_map(|interest| ("finance", account(AccountKind::Deposit, Fen::ZERO, interest)));
    prop_oneof![
        taxed(
            &[TaxItem::Business, TaxItem::InterestDividend, TaxItem::Rent, TaxItem::PropertySale, TaxItem::Labour],
            0
        ),
        benefit,
        interest,
    ]
}

pub(super) fn account(account: AccountKind, balance: Fen, interest: Fen) -> Detail {
    Detail::Account {
        institution: "GSB".to_owned(),
        account,
        balance,
        interest_12m: Some(interest),
        outflow_12m: None,
        state: AccountState::Open,
    }
}

/// A pension of which a part is exempt, or open.
fn pension() -> impl Strategy<Value = Given> {
    (month(), fen(3_000), fen(200)).prop_map(|(from, monthly, basic)| {
        let basic_monthly = Some(basic);
        let scheme = InsuranceScheme::ResidentPension;
        ("social_security", Detail::Pension { scheme, from, to: None, monthly, basic_monthly })
    })
}

/// Not dibao itself: who receives it may leave it gradually.
pub(super) fn exempt() -> impl Strategy<Value = Given> {
    let programmes = [
        Programme::Tekun,
        Programme::Orphan,
        Programme::DisabilityLiving,
        Programme::OldAge,
        Programme::TemporaryRelief,
    ];
    let assistance = (select(programmes.to_vec()), fen(900), month()).prop_map(|(programme, amount, from)| {
        ("civil_assistance", Detail::Assistance { programme, amount, from, to: None })
    });
    let care = fen(2_000).prop_map(|monthly| {
        ("veterans", Detail::SpecialCare { care: SpecialCareKind::BattleVeteran, monthly, from: None, to: None })
    });
    prop_oneof![assistance, care]
}

fn wage_elsewhere() -> impl Strategy<Value = Given> {
    let base = (month(), fen(6_000)).prop_map(|(from, base)| {
        let detail = Detail::Contribution {
            scheme: InsuranceScheme::EmployeePension,
            employer: None,
            from,
            to: YearMonth::of(AS_OF),
            base_monthly: Some(base),
            personal_monthly: None,
        };
        ("social_security", detail)
    });
    let job = (day(), fen(6_000)).prop_map(|(from, wage)| {
        ("employment", Detail::Job { employer: None, from, to: None, wage_monthly: Some(wage) })
    });
    prop_oneof![base, job]
}

/// A bill that nobody reimbursed.
pub(in crate::policy) fn bill(settled_on: Date, paid: Fen) -> Given {
    let detail = Detail::MedicalCost {
        settled_on,
        total: paid,
        reimbursed: Fen::ZERO,
        aid: Fen::ZERO,
        self_paid: paid,
        catalogue_illness: Some(false),
        insured: None,
    };
    ("medical_insurance", detail)
}

fn spending() -> impl Strategy<Value = Given> {
    let medical = (day(), fen(40_000)).prop_map(|(settled_on, paid)| bill(settled_on, paid));
    let school = (select(vec![Stage::Primary, Stage::Bachelor]), fen(15_000)).prop_map(|(stage, fee)| {
        let detail = Detail::Enrolment {
            school: None,
            stage,
            school_kind: None,
            fee_yearly: None,
            public_fee_yearly: Some(fee),
            aid_yearly: None,
            from: None,
            to: None,
            state: EnrolmentState::Attending,
        };
        ("education", detail)
    });
    let certificate = (1..=4_u8).prop_map(|grade| {
        let category = DisabilityCategory::Intellectual;
        ("disability", Detail::DisabilityCertificate { category, grade, valid_until: None, valid: true })
    });
    let claims = fen(30_000).prop_map(|claims| {
        let detail = Detail::InsurancePolicy {
            insurer: None,
            policy: PolicyKind::CriticalIllness,
            premium_yearly: None,
            cash_value: Some(Fen::from_yuan(100)),
            claims_12m: Some(claims),
            state: PolicyState::InForce,
            from: None,
        };
        ("insurance", detail)
    });
    prop_oneof![medical, school, certificate, claims]
}

fn thing() -> impl Strategy<Value = Given> {
    let deposit = fen(60_000).prop_map(|balance| ("finance", account(AccountKind::Deposit, balance, Fen::ZERO)));
    let threshold = any::<bool>().prop_map(|exceeds| {
        ("finance", Detail::Threshold { institution: "NXB".to_owned(), limit: Fen::from_yuan(20_000), exceeds })
    });
    let kinds = vec![VehicleKind::Car, VehicleKind::TwoWheeler, VehicleKind::MobilityVehicle, VehicleKind::Lorry];
    let vehicle = (select(kinds), any::<bool>()).prop_map(|(vehicle, goods)| {
        let used_as = goods.then_some(VehicleUse::Goods);
        let state = VehicleState::Normal;
        ("vehicles", Detail::Vehicle { plate: None, vehicle, used_as, first_registered_on: None, state, price: None })
    });
    let house = (1_000..20_000_i64, any::<bool>()).prop_map(|(area, inherited)| {
        let detail = Detail::RealEstate {
            unit: None,
            used_as: RealEstateUse::Dwelling,
            area: Area(area),
            share: Share::new(1, 2).expect("a half"),
            mortgaged: Some(false),
            obtained: inherited.then_some(Obtained::Inheritance),
            registered_on: None,
            current: true,
        };
        ("real_estate", detail)
    });
    let firm = (select(vec![BusinessRole::SoleTrader, BusinessRole::Shareholder]), proptest::option::of(fen(100)))
        .prop_map(|(role, capital_paid)| {
            let detail = Detail::Business {
                role,
                firm: None,
                capital_registered: None,
                capital_paid,
                state: BusinessState::Active,
                established_on: None,
                share: None,
                employees: None,
            };
            ("market_regulation", detail)
        });
    prop_oneof![deposit, threshold, vehicle, house, firm]
}

/// A return whose costs may be more than it brings, and a bill that may have been taken back.
fn loss() -> impl Strategy<Value = Given> {
    let items = vec![TaxItem::Business, TaxItem::PropertySale, TaxItem::Rent, TaxItem::Labour];
    let taxed = (select(items), month(), fen(20_000), fen(30_000)).prop_map(|(item, month, gross, cost)| {
        let to = month.plus_months(1).first_day().yesterday().expect("a day");
        let (from, cost) = (month.first_day(), Some(cost));
        (
            "tax",
            Detail::TaxedIncome {
                item,
                from,
                to,
                gross,
                cost,
                tax: None,
                social_insurance: None,
                paid_on: None,
                payer: None,
            },
        )
    });
    let taken_back = (day(), fen(20_000)).prop_map(|(settled_on, amount)| bill(settled_on, -amount));
    prop_oneof![taxed, taken_back]
}

/// Who is a member at all, and of which kind of household.
fn membership() -> impl Strategy<Value = Given> {
    let death = day().prop_map(|on| ("health", Detail::Death { on: Some(on) }));
    let kinds = select(vec![CustodyKind::Prison, CustodyKind::Rehabilitation, CustodyKind::Community]);
    let custody = (kinds, day()).prop_map(|(custody, from)| ("justice", Detail::Custody { custody, from, to: None }));
    let registration = (any::<bool>(), any::<bool>()).prop_map(|(urban, current)| {
        let registered = Some(if urban { Registered::Urban } else { Registered::Rural });
        let status = if current { RegistrationStatus::Current } else { RegistrationStatus::MovedOut };
        let book = "B1".into();
        (
            "household_registration",
            Detail::Registration { book, relation: None, registered, status, died_on: None, moved_on: None },
        )
    });
    prop_oneof![death, custody, registration]
}

/// Two employers, one of them known by two departments.
fn second_job() -> impl Strategy<Value = Given> {
    let payer = select(vec![None, Some("甲"), Some("乙")]).prop_map(|name| name.map(|name: &str| name.into()));
    (payer, month(), fen(4_000), 0..4_u8).prop_map(|(employer, month, amount, which)| match which {
        0 => {
            let (from, to) = (month.first_day(), month.plus_months(1).first_day().yesterday().expect("a day"));
            let (item, social_insurance) = (TaxItem::Wage, Some(amount.mul_ratio(1, 10)));
            (
                "tax",
                Detail::TaxedIncome {
                    item,
                    from,
                    to,
                    gross: amount,
                    cost: None,
                    tax: None,
                    social_insurance,
                    paid_on: None,
                    payer: employer,
                },
            )
        }
        1 => {
            let (scheme, to) = (InsuranceScheme::EmployeePension, YearMonth::of(AS_OF));
            let personal_monthly = Some(amount.mul_ratio(1, 12));
            (
                "social_security",
                Detail::Contribution {
                    scheme,
                    employer,
                    from: month,
                    to,
                    base_monthly: Some(amount),
                    personal_monthly,
                },
            )
        }
        2 => ("employment", Detail::Job { employer, from: month.first_day(), to: None, wage_monthly: Some(amount) }),
        _ => (
            "housing_fund",
            Detail::HousingFund {
                employer,
                base_monthly: Some(amount),
                deposit_monthly: None,
                balance: Fen::ZERO,
                state: FundState::Active,
                paid_to: Some(month),
            },
        ),
    })
}

pub(super) fn any_record() -> impl Strategy<Value = Given> {
    prop_oneof![
        2 => loss(),
        1 => membership(),
        2 => second_job(),
        3 => plain_income(),
        2 => taxed(&[TaxItem::Wage, TaxItem::Chance, TaxItem::Business, TaxItem::Rent], 20),
        2 => wage_elsewhere(),
        1 => exempt(),
        1 => pension(),
        3 => spending(),
        3 => thing(),
    ]
}

pub(in crate::policy) fn member(position: usize, born: i16, declared: Option<(IncomeClass, Fen, bool)>) -> MemberFacts {
    let income = declared.map(|(class, annual_yuan, informal)| DeclaredIncome { class, annual_yuan, informal });
    MemberFacts {
        reference: MemberRef(format!("m{position}")),
        relation: Relation("01".to_owned()),
        birth_date: Some(date(born, 6, 15)),
        sex: None,
        can_work: None,
        self_care_lost: None,
        absence: None,
        declared: Declared { income: income.into_iter().collect(), property: Vec::new() },
    }
}

pub(in crate::policy) fn attributed(
    member: &MemberRef,
    number: usize,
    (source, detail): Given,
    verdict: Verdict,
) -> Attributed {
    Attributed {
        member: member.clone(),
        source: SourceKey::new(source).expect("a key"),
        record: Record { number: format!("{number:04}"), subject: Subject::default(), detail, as_of: None },
        verdict,
        reasons: Vec::new(),
        weight_centibits: 0,
        probability_ppm: 0,
        reviewed: None,
    }
}

/// A household in which every department has spoken.
pub(super) fn household() -> impl Strategy<Value = Evidence> {
    let declared = (select(IncomeClass::ALL.to_vec()), fen(40_000), any::<bool>());
    let people = proptest::collection::vec((1940..2024_i16, proptest::option::of(declared)), 1..4);
    let verdict = prop_oneof![8 => Just(Verdict::Match), 1 => Just(Verdict::No)];
    let records = proptest::collection::vec((any::<Index>(), any_record(), verdict), 0..12);
    let self_care = proptest::option::weighted(0.2, 0..=6_u8);
    (people, records, any::<bool>(), obligor(), self_care).prop_map(|(people, records, urban, obligor, self_care)| {
        let mut members: Vec<MemberFacts> =
            people.into_iter().enumerate().map(|(n, (born, declared))| member(n, born, declared)).collect();
        members[0].self_care_lost = self_care;
        let everybody = members.iter().chain(obligor.iter().map(|(obligor, _)| &obligor.person));
        let references: Vec<MemberRef> = everybody.map(|member| member.reference.clone()).collect();
        let records: Vec<Attributed> = records
            .into_iter()
            .enumerate()
            .map(|(n, (whose, given, verdict))| attributed(whose.get(&references), n, given, verdict))
            .collect();
        let mut evidence = evidence(members, records, if urban { RegisteredAs::Urban } else { RegisteredAs::Rural });
        if let Some((obligor, asked)) = obligor {
            evidence.cells.extend(asked.then(|| cells(&obligor.person)).into_iter().flatten());
            evidence.obligors.push(obligor);
        }
        evidence
    })
}

/// Sometimes somebody who owes support: as agreed, or as departments that were asked tell, or nobody knows.
fn obligor() -> impl Strategy<Value = Option<(ObligorFacts, bool)>> {
    let support = (proptest::option::of(fen(1_000)), proptest::option::of(1..4_u32), proptest::option::of(1..4_u32));
    proptest::option::weighted(
        0.3,
        (support, any::<bool>()).prop_map(|((agreed, size, supports), asked)| {
            let person = MemberFacts { reference: MemberRef("o1".to_owned()), ..member(9, 1980, None) };
            let support = Support { agreed_monthly_yuan: agreed, household_size: size, supports };
            (ObligorFacts { person, obliged_to: MemberRef("m0".to_owned()), support }, asked)
        }),
    )
}

/// Every department has spoken about somebody.
pub(super) fn cells(member: &MemberFacts) -> impl Iterator<Item = Cell> + use<'_> {
    DEPARTMENTS.iter().map(|(source, speaks_for)| Cell {
        member: member.reference.clone(),
        source: SourceKey::new(*source).expect("a key"),
        speaks_for: speaks_for.to_vec(),
        outcome: CellOutcome::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } },
        asked_on: None,
        answered_on: None,
    })
}

/// The row of the household register that makes somebody known, and says nothing more.
fn registered((position, member): (usize, &MemberFacts)) -> Attributed {
    let registration = Detail::Registration {
        book: "B0".into(),
        relation: None,
        registered: None,
        status: RegistrationStatus::Current,
        died_on: None,
        moved_on: None,
    };
    attributed(&member.reference, 100_000 + position, ("household_registration", registration), Verdict::Match)
}

/// What is known of these people once every department has spoken; the household register knows them all.
pub(in crate::policy) fn evidence(
    members: Vec<MemberFacts>,
    mut records: Vec<Attributed>,
    registered_as: RegisteredAs,
) -> Evidence {
    records.extend(members.iter().enumerate().map(registered));
    let cells = members.iter().flat_map(cells);
    Evidence {
        purpose: Purpose::DibaoApplication,
        region: Region("620422".to_owned()),
        as_of: AS_OF,
        registered_as,
        applicant: members[0].reference.clone(),
        cells: cells.collect(),
        obligors: Vec::new(),
        records,
        members,
    }
}
