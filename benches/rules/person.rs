//! One person of whom all twenty departments have answered: a wage, a deposit and a dwelling.

use hedui::household::evidence::{Evidence, MemberFacts};
use hedui::household::{
    AccountKind, AccountState, Area, Attributed, Cell, CellOutcome, Coverage, Declared, Detail, Fen, InfoClass,
    MemberRef, Purpose, Reach, RealEstateUse, Record, Region, RegisteredAs, Relation, Share, SourceKey, Subject,
    TaxItem, Verdict,
};
use jiff::civil::{Date, date};

pub(crate) const AS_OF: Date = date(2026, 11, 1);

const DEPARTMENTS: [(&str, &[InfoClass]); 20] = {
    use InfoClass as C;
    [
        ("household_registration", &[C::Household]),
        ("education", &[C::Education]),
        ("social_security", &[C::Wage, C::Transfer]),
        ("health", &[C::Medical, C::Household]),
        ("employment", &[C::Wage, C::Transfer]),
        ("market_regulation", &[C::Company]),
        ("tax", &[C::Wage, C::Business, C::PropertyIncome, C::Transfer]),
        ("civil_marriage", &[C::Household]),
        ("real_estate", &[C::RealEstate]),
        ("vehicles", &[C::Vehicle]),
        ("housing_fund", &[C::Wage, C::Financial]),
        ("finance", &[C::Financial, C::PropertyIncome]),
        ("insurance", &[C::Financial, C::PropertyIncome, C::Transfer, C::Medical]),
        ("securities", &[C::Financial]),
        ("disability", &[C::Disability]),
        ("medical_insurance", &[C::Medical]),
        ("civil_assistance", &[C::Transfer, C::Household]),
        ("veterans", &[C::Transfer]),
        ("justice", &[C::Household]),
        ("agriculture", &[C::Transfer]),
    ]
};

pub(crate) fn evidence() -> Evidence {
    let applicant = MemberRef("m1".into());
    let cells = DEPARTMENTS.iter().map(|(source, classes)| Cell {
        member: applicant.clone(),
        source: SourceKey::new(*source).expect("a sound key"),
        speaks_for: classes.to_vec(),
        outcome: CellOutcome::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } },
        asked_on: Some(AS_OF),
        answered_on: Some(AS_OF),
    });
    let facts = MemberFacts {
        reference: applicant.clone(),
        relation: Relation("01".into()),
        birth_date: Some(date(1985, 3, 2)),
        sex: None,
        can_work: None,
        self_care_lost: None,
        absence: None,
        declared: Declared::default(),
    };
    Evidence {
        purpose: Purpose::DibaoApplication,
        region: Region("620422".into()),
        as_of: AS_OF,
        registered_as: RegisteredAs::Urban,
        applicant: applicant.clone(),
        members: vec![facts],
        obligors: Vec::new(),
        cells: cells.collect(),
        records: records().map(|(source, detail)| attributed(&applicant, source, detail)).into(),
    }
}

fn records() -> [(&'static str, Detail); 3] {
    let deposit = Detail::Account {
        institution: "GSB".into(),
        account: AccountKind::Deposit,
        balance: Fen::from_yuan(3_000),
        interest_12m: None,
        outflow_12m: None,
        state: AccountState::Open,
    };
    let dwelling = Detail::RealEstate {
        unit: None,
        used_as: RealEstateUse::Dwelling,
        area: Area(6_000),
        share: Share::new(1, 1).expect("the whole"),
        mortgaged: None,
        obtained: None,
        registered_on: None,
        current: true,
    };
    let wage = Detail::TaxedIncome {
        item: TaxItem::Wage,
        from: date(2025, 11, 1),
        to: date(2026, 10, 31),
        gross: Fen::from_yuan(9_600),
        cost: None,
        tax: None,
        social_insurance: None,
        paid_on: None,
        payer: None,
    };
    [("finance", deposit), ("real_estate", dwelling), ("tax", wage)]
}

fn attributed(member: &MemberRef, source: &str, detail: Detail) -> Attributed {
    Attributed {
        member: member.clone(),
        source: SourceKey::new(source).expect("a sound key"),
        record: Record { number: "1".into(), subject: Subject::default(), detail, as_of: None },
        verdict: Verdict::Match,
        reasons: Vec::new(),
        weight_centibits: 0,
        probability_ppm: 0,
        reviewed: None,
    }
}
