//! What must hold for every household: generated evidence, not examples.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::assessment::{Assessment, Certainty, CountInterval, Interval, Totals};
use super::cases::DEPARTMENTS;
use super::{Pack, Packs, assess};
use crate::household::evidence::MemberFacts;
use crate::household::*;

static PACK: LazyLock<std::sync::Arc<Pack>> =
    LazyLock::new(|| Packs::embedded().resolve(&Region("620422".to_owned()), AS_OF).expect("the embedded pack"));
const AS_OF: Date = date(2026, 11, 1);

/// A record with the department it comes from.
type Given = (&'static str, Detail);

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
            payer: None,
        };
        ("tax", detail)
    })
}

/// Income that no other record could be a second report of, and no tax on it.
fn plain_income() -> impl Strategy<Value = Given> {
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

fn account(account: AccountKind, balance: Fen, interest: Fen) -> Detail {
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
fn exempt() -> impl Strategy<Value = Given> {
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

fn spending() -> impl Strategy<Value = Given> {
    let medical = (day(), fen(40_000)).prop_map(|(settled_on, self_paid)| {
        let (total, reimbursed, aid) = (self_paid, Fen::ZERO, Fen::ZERO);
        (
            "medical_insurance",
            Detail::MedicalCost {
                settled_on,
                total,
                reimbursed,
                aid,
                self_paid,
                catalogue_illness: Some(false),
                insured: None,
            },
        )
    });
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
        ("tax", Detail::TaxedIncome { item, from, to, gross, cost, tax: None, social_insurance: None, payer: None })
    });
    let bill = (day(), fen(20_000)).prop_map(|(settled_on, amount)| {
        let (total, self_paid, none) = (-amount, -amount, Fen::ZERO);
        let (reimbursed, aid) = (none, none);
        (
            "medical_insurance",
            Detail::MedicalCost {
                settled_on,
                total,
                reimbursed,
                aid,
                self_paid,
                catalogue_illness: Some(false),
                insured: None,
            },
        )
    });
    prop_oneof![taxed, bill]
}

/// Who is a member at all, and of which kind of household.
fn membership() -> impl Strategy<Value = Given> {
    let death = day().prop_map(|on| ("health", Detail::Death { on: Some(on) }));
    let custody = day()
        .prop_map(|from| ("household_registration", Detail::Custody { custody: CustodyKind::Prison, from, to: None }));
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

fn any_record() -> impl Strategy<Value = Given> {
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

fn member(position: usize, born: i16, declared: Option<(IncomeClass, Fen, bool)>) -> MemberFacts {
    let income = declared.map(|(class, annual_yuan, informal)| DeclaredIncome { class, annual_yuan, informal });
    MemberFacts {
        reference: MemberRef(format!("m{position}")),
        relation: Relation("01".to_owned()),
        birth_date: Some(date(born, 6, 15)),
        sex: None,
        can_work: None,
        declared: Declared { income: income.into_iter().collect(), property: Vec::new() },
    }
}

fn attributed(member: &MemberRef, number: usize, (source, detail): Given, verdict: Verdict) -> Attributed {
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
fn household() -> impl Strategy<Value = Evidence> {
    let declared = (select(IncomeClass::ALL.to_vec()), fen(40_000), any::<bool>());
    let people = proptest::collection::vec((1940..2024_i16, proptest::option::of(declared)), 1..4);
    let verdict = prop_oneof![8 => Just(Verdict::Match), 1 => Just(Verdict::No)];
    let records = proptest::collection::vec((any::<Index>(), any_record(), verdict), 0..12);
    (people, records, any::<bool>()).prop_map(|(people, records, urban)| {
        let members: Vec<MemberFacts> =
            people.into_iter().enumerate().map(|(n, (born, declared))| member(n, born, declared)).collect();
        let references: Vec<MemberRef> = members.iter().map(|member| member.reference.clone()).collect();
        let records: Vec<Attributed> = records
            .into_iter()
            .enumerate()
            .map(|(n, (whose, given, verdict))| attributed(whose.get(&references), n, given, verdict))
            .collect();
        let cells = references.iter().flat_map(|reference| {
            DEPARTMENTS.iter().map(|(source, speaks_for)| Cell {
                member: reference.clone(),
                source: SourceKey::new(*source).expect("a key"),
                speaks_for: speaks_for.to_vec(),
                outcome: CellOutcome::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } },
                asked_on: None,
                answered_on: None,
            })
        });
        Evidence {
            purpose: Purpose::DibaoApplication,
            region: Region("620422".to_owned()),
            as_of: AS_OF,
            registered_as: if urban { RegisteredAs::Urban } else { RegisteredAs::Rural },
            applicant: references[0].clone(),
            cells: cells.collect(),
            obligors: Vec::new(),
            records,
            members,
        }
    })
}

/// The same household before one cell had answered.
fn without_cell(evidence: &Evidence, which: &Index) -> Evidence {
    let mut earlier = evidence.clone();
    let position = which.index(earlier.cells.len());
    let cell = &mut earlier.cells[position];
    cell.outcome = CellOutcome::Pending;
    let (member, source) = (cell.member.clone(), cell.source.clone());
    earlier.records.retain(|record| record.member != member || record.source != source);
    earlier
}

fn silence(evidence: &mut Evidence, source: &str) {
    for cell in evidence.cells.iter_mut().filter(|cell| cell.source.as_str() == source) {
        cell.outcome = CellOutcome::Unavailable { why: Failure::Timeout };
    }
}

fn state(assessment: &Assessment, outcome: &str) -> Certainty {
    assessment.screening.iter().find(|screening| screening.outcome == outcome).expect("an outcome").state
}

/// Outcomes that are certainly refused although nothing better certainly applies.
fn refused(assessment: &Assessment) -> Vec<&str> {
    let mut refused = Vec::new();
    for screening in &assessment.screening {
        let adverse = if screening.outcome == "none" { Certainty::Met } else { Certainty::NotMet };
        if screening.state == Certainty::Met && screening.outcome != "none" {
            break;
        }
        if screening.state == adverse {
            refused.push(screening.outcome.as_str());
        }
    }
    refused
}

fn holds(interval: &Interval, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(interval.at_least <= interval.so_far, "{name}: {interval:?}");
    prop_assert!(interval.at_most.is_none_or(|most| interval.so_far <= most), "{name}: {interval:?}");
    Ok(())
}

fn within(earlier: &Interval, later: &Interval, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(earlier.at_least <= later.at_least, "{name}: {earlier:?} then {later:?}");
    let below = match (earlier.at_most, later.at_most) {
        (None, _) => true,
        (Some(earlier), later) => later.is_some_and(|later| later <= earlier),
    };
    prop_assert!(below, "{name}: {earlier:?} then {later:?}");
    Ok(())
}

fn within_counts(earlier: &CountInterval, later: &CountInterval, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(earlier.at_least <= later.at_least, "{name}: {earlier:?} then {later:?}");
    let below = earlier.at_most.is_none_or(|most| later.at_most.is_some_and(|later| later <= most));
    prop_assert!(below, "{name}: {earlier:?} then {later:?}");
    Ok(())
}

/// Every class and total of a later state lies within what was published before.
fn all_within(earlier: &Totals, later: &Totals) -> Result<(), TestCaseError> {
    for (class, then) in earlier.income_by_class.iter().zip(&later.income_by_class) {
        let mut before = class.total.clone();
        if class.class == IncomeClass::Transfer && !earlier.income.silent.is_empty() {
            // Taxes on income that nobody has told yet have no bound of their own; the household's income has one.
            before.at_least = before.at_least.min(then.total.at_least);
        }
        within(&before, &then.total, class.class.as_str())?;
    }
    for (name, earlier, later) in [
        ("income", &earlier.income, &later.income),
        ("deductions", &earlier.deductions, &later.deductions),
        ("net", &earlier.net_income, &later.net_income),
        ("year", &earlier.per_head_yearly, &later.per_head_yearly),
        ("month", &earlier.per_head_monthly, &later.per_head_monthly),
        ("financial", &earlier.financial, &later.financial),
        ("financial a head", &earlier.financial_per_head, &later.financial_per_head),
        ("rigid", &earlier.rigid_spending, &later.rigid_spending),
    ] {
        within(earlier, later, name)?;
    }
    within_counts(&earlier.dwellings, &later.dwellings, "dwellings")?;
    within_counts(&earlier.cars, &later.cars, "cars")?;
    within_counts(&earlier.companies, &later.companies, "companies")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_of_records_and_cells_is_irrelevant(evidence in household(), by in any::<Index>()) {
        let mut other = evidence.clone();
        other.cells.reverse();
        if !other.records.is_empty() {
            let middle = by.index(other.records.len());
            other.records.rotate_left(middle);
            other.records.reverse();
        }
        prop_assert_eq!(assess(&evidence, &PACK), assess(&other, &PACK));
    }

    #[test]
    fn totals_are_the_sums_of_their_lines(evidence in household()) {
        let found = assess(&evidence, &PACK);
        let totals = &found.totals;
        prop_assert_eq!(totals.income.so_far, found.income.iter().map(|line| line.counted).sum::<Fen>());
        for class in &totals.income_by_class {
            let lines = found.income.iter().filter(|line| line.class == class.class);
            prop_assert_eq!(class.total.so_far, lines.map(|line| line.counted).sum::<Fen>());
            holds(&class.total, class.class.as_str())?;
        }
        prop_assert_eq!(totals.deductions.so_far, found.deductions.iter().map(|line| line.amount).sum::<Fen>());
        let financial = found.property.iter().filter(|line| line.class == PropertyClass::Financial);
        prop_assert_eq!(totals.financial.so_far, financial.map(|line| line.counted).sum::<Fen>());
        prop_assert_eq!(totals.net_income.so_far, (totals.income.so_far - totals.deductions.so_far).at_least_zero());
        prop_assert!(totals.income.so_far.0 >= 0);
        for (name, interval) in [
            ("income", &totals.income), ("deductions", &totals.deductions), ("net", &totals.net_income),
            ("month", &totals.per_head_monthly), ("financial", &totals.financial), ("rigid", &totals.rigid_spending),
        ] {
            holds(interval, name)?;
        }
    }

    #[test]
    fn adding_income_never_lowers_counted_income(evidence in household(), more in plain_income(), whose in any::<Index>()) {
        let before = assess(&evidence, &PACK).totals.income;
        let mut richer = evidence;
        let member = whose.get(&richer.members).reference.clone();
        richer.records.push(attributed(&member, 9_999, more, Verdict::Match));
        let after = assess(&richer, &PACK).totals.income;
        prop_assert!(after.so_far >= before.so_far && after.at_least >= before.at_least, "{before:?} then {after:?}");
    }

    #[test]
    fn an_exempt_record_never_changes_an_outcome(mut evidence in household(), more in exempt(), whose in any::<Index>()) {
        // What a family declared as income is explained by a record of it, exempt or not: that is another rule.
        for member in &mut evidence.members {
            member.declared.income.iter_mut().for_each(|declared| declared.informal = true);
        }
        let before = assess(&evidence, &PACK);
        let member = whose.get(&evidence.members).reference.clone();
        evidence.records.push(attributed(&member, 9_999, more, Verdict::Match));
        let after = assess(&evidence, &PACK);
        prop_assert_eq!(&before.screening, &after.screening);
        prop_assert_eq!(&before.totals, &after.totals);
        prop_assert_eq!(before.amounts, after.amounts);
    }

    #[test]
    fn a_silent_department_of_illness_schooling_or_household_leaves_nothing_refused(
        mut evidence in household(),
        source in select(vec!["medical_insurance", "education", "health", "household_registration", "civil_marriage"]),
    ) {
        silence(&mut evidence, source);
        let found = assess(&evidence, &PACK);
        prop_assert!(refused(&found).is_empty(), "{:?}", found.screening);
    }

    #[test]
    fn a_match_under_review_leaves_nothing_refused(evidence in household(), more in any_record(), whose in any::<Index>()) {
        let mut doubtful = evidence;
        let member = whose.get(&doubtful.members).reference.clone();
        doubtful.records.push(attributed(&member, 9_999, more, Verdict::Review));
        let found = assess(&doubtful, &PACK);
        prop_assert!(refused(&found).is_empty(), "{:?}", found.screening);
        prop_assert!(found.open_facts.iter().any(|fact| fact.fact.starts_with("review:")));
    }

    #[test]
    fn whatever_is_open_names_what_decides(evidence in household(), cell in any::<Index>(), more in any_record(), whose in any::<Index>(), how in 0..3_u8) {
        let mut evidence = if how == 1 { without_cell(&evidence, &cell) } else { evidence };
        if how == 2 {
            let member = whose.get(&evidence.members).reference.clone();
            evidence.records.push(attributed(&member, 9_999, more, Verdict::Review));
        }
        let found = assess(&evidence, &PACK);
        for screening in &found.screening {
            let open = screening.state == Certainty::Open;
            prop_assert_eq!(open, screening.decides.is_some(), "{:?} of {:?}", screening, found.open_facts);
        }
    }

    #[test]
    fn what_is_certain_before_an_answer_stays_so_after_it(evidence in household(), cell in any::<Index>()) {
        let (earlier, later) = (assess(&without_cell(&evidence, &cell), &PACK), assess(&evidence, &PACK));
        for screening in earlier.screening.iter().filter(|screening| screening.state != Certainty::Open) {
            let after = state(&later, &screening.outcome);
            prop_assert_eq!(screening.state, after, "{}", screening.outcome);
        }
        all_within(&earlier.totals, &later.totals)?;
    }

    #[test]
    fn a_doubt_resolved_either_way_stays_within_its_bounds(evidence in household(), more in any_record(), whose in any::<Index>(), theirs in any::<bool>()) {
        let member = whose.get(&evidence.members).reference.clone();
        let with = |verdict| {
            let mut copy = evidence.clone();
            copy.records.push(attributed(&member, 9_999, more.clone(), verdict));
            assess(&copy, &PACK).totals
        };
        let (doubtful, settled) = (with(Verdict::Review), with(if theirs { Verdict::Match } else { Verdict::No }));
        all_within(&doubtful, &settled)?;
    }

    #[test]
    fn absurd_amounts_silence_their_cell(evidence in household(), amount in select(vec![i64::MAX, i64::MIN, i64::MAX / 100])) {
        let mut absurd = evidence;
        // What somebody owns who is no member is not asked about.
        absurd.records.retain(|row| !matches!(row.record.detail, Detail::Death { .. } | Detail::Custody { .. }));
        let member = absurd.members[0].reference.clone();
        absurd.members[0].declared.income.push(DeclaredIncome { class: IncomeClass::Wage, annual_yuan: Fen(i64::MAX), informal: true });
        let given = ("finance", account(AccountKind::Deposit, Fen(amount), Fen(amount)));
        absurd.records.push(attributed(&member, 9_999, given, Verdict::Match));
        let found = assess(&absurd, &PACK);
        prop_assert_eq!(found.totals.financial.at_most, None);
        prop_assert!(found.open_facts.iter().any(|fact| fact.fact == "source:finance"));
    }
}
