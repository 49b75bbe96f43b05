//! A household of three with a wage by monthly returns and a residents' pension: four departments a person have answered.

use hedui::household::evidence::{Evidence, MemberFacts};
use hedui::household::{
    Attributed, Cell, CellOutcome, Coverage, Declared, Detail, Fen, InfoClass, InsuranceScheme, MemberRef, Purpose,
    Reach, Record, Region, RegisteredAs, Relation, SourceKey, Subject, TaxItem, Verdict,
};
use jiff::civil::{Date, date};

pub(crate) const AS_OF: Date = date(2026, 11, 1);
const MEMBERS: [(&str, &str, Date); 3] =
    [("m1", "01", date(1971, 3, 2)), ("m2", "10", date(1972, 8, 9)), ("m3", "20", date(2010, 5, 30))];
const SOURCES: [(&str, &[InfoClass]); 4] = [
    ("tax", &[InfoClass::Wage, InfoClass::Business, InfoClass::PropertyIncome]),
    ("social_security", &[InfoClass::Wage, InfoClass::Transfer]),
    ("real_estate", &[InfoClass::RealEstate]),
    ("vehicles", &[InfoClass::Vehicle]),
];

pub(crate) fn evidence() -> Evidence {
    let members = MEMBERS.map(|(reference, relation, born)| MemberFacts {
        reference: MemberRef(reference.into()),
        relation: Relation(relation.into()),
        birth_date: Some(born),
        sex: None,
        can_work: None,
        self_care_lost: None,
        absence: None,
        declared: Declared::default(),
    });
    let cell = |(member, _, _): (&str, &str, Date)| {
        SOURCES.map(|(source, classes)| Cell {
            member: MemberRef(member.into()),
            source: source_key(source),
            speaks_for: classes.to_vec(),
            outcome: CellOutcome::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } },
            asked_on: Some(AS_OF),
            answered_on: Some(AS_OF),
        })
    };
    Evidence {
        purpose: Purpose::DibaoApplication,
        region: Region("620422".into()),
        as_of: AS_OF,
        registered_as: RegisteredAs::Urban,
        applicant: MemberRef("m1".into()),
        members: members.into(),
        obligors: Vec::new(),
        cells: MEMBERS.into_iter().flat_map(cell).collect(),
        records: records(),
    }
}

fn records() -> Vec<Attributed> {
    let wages = (1..=10).map(|month| {
        let from = date(2026, month, 1);
        let detail = Detail::TaxedIncome {
            item: TaxItem::Wage,
            from,
            to: from.last_of_month(),
            gross: Fen::from_yuan(1_600),
            cost: None,
            tax: None,
            social_insurance: Some(Fen::from_yuan(128)),
            paid_on: None,
            payer: None,
        };
        attributed("m1", "tax", format!("GS-{month:02}"), detail)
    });
    let pension = Detail::Pension {
        scheme: InsuranceScheme::ResidentPension,
        from: "2025-10".parse().expect("a month"),
        to: None,
        monthly: Fen(21_300),
        basic_monthly: Some(Fen(16_300)),
    };
    wages.chain([attributed("m2", "social_security", "YL-1".into(), pension)]).collect()
}

fn attributed(member: &str, source: &str, number: String, detail: Detail) -> Attributed {
    Attributed {
        member: MemberRef(member.into()),
        source: source_key(source),
        record: Record { number, subject: Subject::default(), detail, as_of: None },
        verdict: Verdict::Match,
        reasons: Vec::new(),
        weight_centibits: 3_000,
        probability_ppm: 999_999,
        reviewed: None,
    }
}

fn source_key(key: &str) -> SourceKey {
    SourceKey::new(key).expect("a sound key")
}
