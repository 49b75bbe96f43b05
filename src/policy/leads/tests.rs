//! Who is a lead, who is not, and of whom it is not known.

use super::*;
use crate::household::{DisabilityCategory, Region, RegisteredAs, Relation, Verdict, evidence::Attributed};
use crate::policy::properties::generated::{Given, PACK, attributed, bill, evidence, member};
use crate::policy::{Packs, assess};

/// Which departments serve a screening, as their definitions say.
fn serve(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::ChildScreening => &["household_registration", "justice", "health", "disability", "civil_assistance"],
        Purpose::DisabilityScreening => &["disability", "civil_assistance"],
        _ => &["medical_insurance", "civil_assistance"],
    }
}

/// People as relation and year of birth, records as whose and what, departments that do not answer.
fn screened(
    purpose: Purpose,
    people: &[(&str, i16)],
    records: &[(usize, Given)],
    silent: &[&str],
) -> Vec<(String, Vec<String>, Certainty)> {
    let evidence = evidence_of(purpose, people, records, silent);
    let assessment = assess(&evidence, &PACK);
    assert!(assessment.screening.is_empty() && assessment.amounts.is_empty() && assessment.income.is_empty());
    assert_eq!(assessment.totals.income.at_most, None, "nothing is said of income");
    let lead = |lead: Referral| {
        let members = lead.members.iter().map(|who| who.as_str().to_owned()).collect();
        (lead.code.into_owned(), members, lead.state)
    };
    assessment.referrals.into_iter().map(lead).collect()
}

fn evidence_of(purpose: Purpose, people: &[(&str, i16)], records: &[(usize, Given)], silent: &[&str]) -> Evidence {
    let members = people.iter().enumerate().map(|(position, (relation, born))| {
        let mut member = member(position, *born, None);
        member.relation = Relation((*relation).to_owned());
        member
    });
    let records = records.iter().enumerate().map(|(number, (whose, given))| -> Attributed {
        attributed(&MemberRef(format!("m{whose}")), number, given.clone(), Verdict::Match)
    });
    let mut evidence = evidence(members.collect(), records.collect(), RegisteredAs::Rural);
    evidence.purpose = purpose;
    for cell in &mut evidence.cells {
        if !serve(purpose).contains(&cell.source.as_str()) {
            cell.outcome = CellOutcome::Skipped { why: Skip::NotNeededForPurpose };
        } else if silent.contains(&cell.source.as_str()) {
            cell.outcome = CellOutcome::Pending;
        }
    }
    evidence
}

fn certificate(grade: u8) -> Given {
    let category = DisabilityCategory::Limb;
    ("disability", Detail::DisabilityCertificate { category, grade, valid_until: None, valid: true })
}

fn help(programme: Programme) -> Given {
    let from = YearMonth::of(PACK.as_of()).plus_months(-6);
    let amount = crate::household::Fen::from_yuan(300);
    ("civil_assistance", Detail::Assistance { programme, amount, from, to: None })
}

const DEATH: Given = ("health", Detail::Death { on: None });

fn lead(code: &str, members: &[&str], state: Certainty) -> (String, Vec<String>, Certainty) {
    (code.to_owned(), members.iter().map(|who| (*who).to_owned()).collect(), state)
}

#[test]
fn a_child_is_a_lead_when_no_parent_can_care() {
    const FAMILY: &[(&str, i16)] = &[("01", 1950), ("21", 1980), ("38", 1982), ("41", 2015)];
    const MENTAL: Given = (
        "disability",
        Detail::DisabilityCertificate {
            category: DisabilityCategory::Mental,
            grade: 4,
            valid_until: None,
            valid: true,
        },
    );
    let leads =
        |records: &[(usize, Given)], silent: &[&str]| screened(Purpose::ChildScreening, FAMILY, records, silent);
    let one = || lead("unattended_children", &["m3"], Certainty::Met);
    let open = || lead("unattended_children", &["m3"], Certainty::Open);
    assert_eq!(leads(&[], &[]), []);
    assert_eq!(leads(&[(1, DEATH)], &[]), [], "the other parent cares");
    assert_eq!(leads(&[(1, DEATH), (2, certificate(1))], &[]), [one()]);
    assert_eq!(leads(&[(1, DEATH), (2, certificate(3))], &[]), [], "not a grave disability");
    assert_eq!(leads(&[(1, DEATH), (2, MENTAL)], &[]), [one()], "of the mind, to grade 4");
    for department in ["disability", "health", "household_registration"] {
        assert_eq!(leads(&[(1, DEATH)], &[department]), [open()], "{department} is silent about the other");
    }
    assert_eq!(leads(&[(1, DEATH), (2, certificate(1)), (3, help(Programme::Orphan))], &[]), [], "is helped already");
    assert_eq!(leads(&[(1, DEATH)], &["justice"]), [open()], "the other may be in prison: silence is no no");
    assert_eq!(leads(&[(1, DEATH), (2, certificate(1))], &["civil_assistance"]), [open()], "may be helped already");
}

#[test]
fn a_child_without_parents_on_the_roster_is_open() {
    let leads = |people: &[(&str, i16)]| screened(Purpose::ChildScreening, people, &[], &[]);
    assert_eq!(leads(&[("01", 1950), ("41", 2015)]), [lead("unattended_children", &["m1"], Certainty::Open)]);
    assert_eq!(leads(&[("01", 2012)]), [lead("unattended_children", &["m0"], Certainty::Open)], "heads its own book");
    assert_eq!(leads(&[("01", 2012), ("51", 1980)]), [], "a parent is there");
    assert_eq!(
        leads(&[("01", 2010), ("51", 1980), ("52", 1982), ("73", 2015)]),
        [],
        "a younger brother of the same parents"
    );
}

#[test]
fn an_uncle_is_no_parent() {
    let leads =
        |people: &[(&str, i16)], records: &[(usize, Given)]| screened(Purpose::ChildScreening, people, records, &[]);
    let open = |who: &str| [lead("unattended_children", &[who], Certainty::Open)];
    let with_uncle: &[(&str, i16)] = &[("01", 1950), ("21", 1980), ("41", 2015)];
    assert_eq!(leads(with_uncle, &[]), open("m2"), "father or uncle");
    let with_uncles: &[(&str, i16)] = &[("01", 1950), ("21", 1980), ("22", 1982), ("41", 2015)];
    assert_eq!(leads(with_uncles, &[(1, DEATH), (2, DEATH)]), open("m3"), "nobody's death makes it certain");
    let couple = |child, its_spouse, grandchild| {
        leads(&[("01", 1950), (child, 1980), (its_spouse, 1982), (grandchild, 2015)], &[])
    };
    // 38 is a son's wife, 28 a daughter's husband
    for [child, its_spouse, grandchild] in
        [["22", "38", "41"], ["22", "38", "40"], ["32", "28", "44"], ["30", "28", "49"]]
    {
        assert_eq!(
            couple(child, its_spouse, grandchild),
            [],
            "{child}, {its_spouse}: a couple, able, and of {grandchild}"
        );
    }
    let others = [["22", "28", "41"], ["32", "38", "44"], ["22", "38", "43"], ["32", "28", "42"], ["22", "38", "47"]];
    for [child, its_spouse, grandchild] in others {
        assert_eq!(
            couple(child, its_spouse, grandchild),
            open("m3"),
            "{child}, {its_spouse}: no couple of {grandchild}"
        );
    }
}

#[test]
fn a_department_that_is_not_asked_has_not_said_no() {
    let family = [("01", 1980), ("10", 1982), ("21", 2015)];
    let mut evidence = evidence_of(Purpose::ChildScreening, &family, &[], &[]);
    assert_eq!(assess(&evidence, &PACK).referrals, []);
    for department in ["justice", "disability", "health"] {
        let before = evidence.cells.clone();
        for cell in evidence.cells.iter_mut().filter(|cell| cell.source.as_str() == department) {
            cell.outcome = CellOutcome::Skipped { why: Skip::NotNeededForPurpose };
        }
        let leads = assess(&evidence, &PACK).referrals;
        assert!(leads.len() == 1 && leads[0].state == Certainty::Open, "{department}: {leads:?}");
        evidence.cells = before;
    }
}

#[test]
fn a_record_under_review_leaves_a_lead_open() {
    let held = |purpose, people: &[(&str, i16)], given: Given| {
        let mut evidence = evidence_of(purpose, people, &[(0, given)], &[]);
        evidence.records[0].verdict = Verdict::Review;
        let states = assess(&evidence, &PACK).referrals.into_iter().map(|lead| lead.state);
        states.collect::<Vec<_>>()
    };
    let two = [("01", 1980), ("10", 1982)];
    assert_eq!(held(Purpose::DisabilityScreening, &two, certificate(1)), [Certainty::Open], "perhaps a namesake's");
    let large = bill(PACK.as_of(), crate::household::Fen(2_000_000));
    assert_eq!(held(Purpose::MedicalScreening, &two, large), [Certainty::Open]);
    let mut evidence = evidence_of(
        Purpose::MedicalScreening,
        &two,
        &[
            (0, bill(PACK.as_of(), crate::household::Fen(1_200_000))),
            (0, bill(PACK.as_of(), crate::household::Fen(-500_000))),
        ],
        &[],
    );
    evidence.records[1].verdict = Verdict::Review;
    assert_eq!(assess(&evidence, &PACK).referrals[0].state, Certainty::Open, "perhaps taken back");
}

#[test]
fn a_disabled_person_is_a_lead_without_a_programme() {
    let leads = |records: &[(usize, Given)], silent: &[&str]| {
        screened(Purpose::DisabilityScreening, &[("01", 1980), ("10", 1982)], records, silent)
    };
    let lead = |state| lead("disabled_unassisted", &["m0"], state);
    let alone = screened(Purpose::DisabilityScreening, &[("01", 1980)], &[(0, certificate(4))], &[]);
    assert_eq!(alone, [lead(Certainty::Open)], "may live on a dibao that stands under another's name");
    assert_eq!(leads(&[(0, certificate(4)), (1, help(Programme::Dibao))], &[]), [], "the household's dibao is theirs");
    assert_eq!(leads(&[(0, certificate(4))], &[]), [lead(Certainty::Met)]);
    assert_eq!(leads(&[], &[]), []);
    for programme in [Programme::Dibao, Programme::Tekun, Programme::DisabilityLiving, Programme::DisabilityNursing] {
        assert_eq!(leads(&[(0, certificate(4)), (0, help(programme))], &[]), [], "{programme:?}");
    }
    assert_eq!(leads(&[(0, certificate(4)), (1, help(Programme::DisabilityLiving))], &[]), [lead(Certainty::Met)]);
    let old_age = [(0, certificate(4)), (0, help(Programme::OldAge))];
    assert_eq!(leads(&old_age, &[]), [lead(Certainty::Met)], "an allowance for age is no programme of the disabled");
    let both = ("disabled_unassisted".to_owned(), vec!["m0".to_owned(), "m1".to_owned()], Certainty::Open);
    assert_eq!(leads(&[], &["disability"]), [both]);
    assert_eq!(leads(&[(0, certificate(4))], &["civil_assistance"]), [lead(Certainty::Open)]);
    assert_eq!(leads(&[], &["civil_assistance"]), [], "no certificate: whoever else is silent");
}

#[test]
fn high_medical_spending_is_a_lead_from_the_parameter_on() {
    let paid = |fen: i64| (0, bill(PACK.as_of(), crate::household::Fen(fen)));
    let leads = |records: &[(usize, Given)], silent: &[&str]| {
        screened(Purpose::MedicalScreening, &[("01", 1980)], records, silent)
    };
    let lead = |state| lead("medical_spending", &["m0"], state);
    assert_eq!(leads(&[paid(999_999)], &[]), []);
    assert_eq!(leads(&[paid(1_000_000)], &[]), [lead(Certainty::Met)]);
    assert_eq!(leads(&[paid(400_000), paid(600_000)], &[]), [lead(Certainty::Met)], "together");
    assert_eq!(leads(&[], &["medical_insurance"]), [lead(Certainty::Open)]);
    let long_ago = PACK.as_of().checked_sub(jiff::Span::new().months(14)).unwrap();
    assert_eq!(leads(&[(0, bill(long_ago, crate::household::Fen(2_000_000)))], &[]), [], "not of these twelve months");
}

#[test]
fn a_pack_says_what_its_screening_needs() {
    for purpose in [Purpose::ChildScreening, Purpose::DisabilityScreening, Purpose::MedicalScreening] {
        assert_eq!(missing_rule(purpose, &PACK), None, "{purpose:?}");
    }
    // a county that says of one alone who is in charge
    let cut = |(name, text): &(&'static str, &'static str)| {
        let from = text.find("[[referral.disabled_unassisted]]");
        let to = text.find("[[referral.workers_hardship]]");
        let text = from.zip(to).map_or_else(|| (*text).to_owned(), |(from, to)| [&text[..from], &text[to..]].concat());
        (*name, text)
    };
    let files: Vec<(&str, String)> = Packs::embedded_files().iter().map(cut).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let packs = Packs::load(&files).expect("packs");
    let pack = packs.resolve(&Region("620422".to_owned()), PACK.as_of()).expect("a pack");
    assert_eq!(missing_rule(Purpose::ChildScreening, &pack), None);
    assert_eq!(missing_rule(Purpose::DisabilityScreening, &pack), Some("referral.disabled_unassisted"));
    assert_eq!(missing_rule(Purpose::MedicalScreening, &pack), Some("referral.medical_spending"));
}
