//! A household of three assessed with its citing trace under the real pack, beside serde_json reading and writing the same
//! evidence once: what any service in front of the rules has to do anyway.

use std::hint::black_box;

use criterion::Criterion;
use hedui::household::evidence::{Evidence, MemberFacts};
use hedui::household::{
    Attributed, Cell, CellOutcome, Coverage, Declared, Detail, Fen, InfoClass, InsuranceScheme, MemberRef, Purpose,
    Reach, Record, Region, RegisteredAs, Relation, SourceKey, Subject, TaxItem, Verdict,
};
use hedui::policy::{Packs, assess, outcomes};
use jiff::civil::{Date, date};

use super::turns::measure;

const AS_OF: Date = date(2026, 11, 1);
const MEMBERS: [(&str, &str, Date); 3] =
    [("m1", "01", date(1971, 3, 2)), ("m2", "10", date(1972, 8, 9)), ("m3", "20", date(2010, 5, 30))];
const SOURCES: [(&str, &[InfoClass]); 4] = [
    ("tax", &[InfoClass::Wage, InfoClass::Business, InfoClass::PropertyIncome]),
    ("social_security", &[InfoClass::Wage, InfoClass::Transfer]),
    ("real_estate", &[InfoClass::RealEstate]),
    ("vehicles", &[InfoClass::Vehicle]),
];

pub(crate) fn run(criterion: &mut Criterion) {
    let packs = Packs::embedded();
    let evidence = evidence();
    let pack = packs.resolve(&evidence.region, AS_OF).unwrap_or_else(|_| panic!("a pack covers the county"));
    let part = || drop(black_box(assess(black_box(&evidence), &pack)));
    let peer = || {
        let text = serde_json::to_vec(black_box(&evidence)).expect("evidence is plain data");
        drop(black_box(serde_json::from_slice::<Evidence>(&text).expect("as written")));
    };
    let short = || {
        black_box(outcomes(black_box(&evidence), &pack));
    };
    measure(criterion, ["outcomes of households of three", "their full assessments"], short, part);
    measure(criterion, ["households of three assessed", "serde_json round trip of the evidence"], part, peer);
}

fn evidence() -> Evidence {
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
