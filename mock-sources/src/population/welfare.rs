//! Schooling, illness, disability, pregnancy, and the benefits that follow from them.

use jiff::civil::Date;

use super::composition::Kind;
use super::maker::Maker;
use super::places;
use crate::calendar::Month;
use crate::truth::{
    Assistance, AssistanceKind, Case, Disability, Hospital, InformalKind, Maternity, Person, SeriousIllness,
    Settlement, Sex, Study, StudyState, Text,
};

/// Fills in what befalls the members.
pub(crate) fn befall(maker: &mut Maker<'_>, kind: Kind) {
    for position in 0..maker.household.members.len() {
        let mut person = maker.household.members[position].clone();
        let age = person.age_on(maker.as_of);
        schooling(maker, &mut person, age);
        disability(maker, &mut person, age);
        illness(maker, &mut person, age);
        if person.sex == Sex::Female
            && (22..40).contains(&age)
            && !person.marriages.is_empty()
            && maker.chance.permille(45)
        {
            let days = maker.chance.between(20, 200);
            person.maternity.push(Maternity { due: maker.as_of.saturating_add(jiff::Span::new().days(days)) });
        }
        if age >= 80 {
            let from = Month::of(person.born).plus(80 * 12 + 1);
            person.assistance.push(Assistance { kind: AssistanceKind::OldAge, amount_fen: 10_000, from, to: None });
        }
        if kind == Kind::OrphanWithGrandparent && age < 18 {
            let from = maker.window.first_month.plus(-i32::try_from(maker.chance.between(3, 30)).unwrap_or(3));
            person.assistance.push(Assistance { kind: AssistanceKind::Orphan, amount_fen: 130_000, from, to: None });
        }
        maker.household.members[position] = person;
    }
    allowance(maker, kind);
}

/// Stage by age; those of 18 to 23 study on in part.
fn stage(maker: &mut Maker<'_>, age: i64) -> Option<u8> {
    let share = |maker: &mut Maker<'_>, permille, stage| maker.chance.permille(permille).then_some(stage);
    match age {
        3..6 => share(maker, 820, 10),
        6..12 => Some(20),
        12..15 => Some(30),
        15..18 => {
            if maker.chance.permille(680) {
                Some(40)
            } else {
                share(maker, 850, 41)
            }
        }
        18..22 => {
            if maker.chance.permille(380) {
                Some(60)
            } else {
                share(maker, 420, 50)
            }
        }
        22..24 => share(maker, 60, 70),
        _ => None,
    }
}

/// Yearly price at a public school of a stage, fen.
pub(crate) const fn public_fee_fen(stage: u8) -> i64 {
    match stage {
        10 => 240_000,
        40 => 160_000,
        50 => 520_000,
        60 => 500_000,
        70 => 800_000,
        _ => 0,
    }
}

fn schooling(maker: &mut Maker<'_>, person: &mut Person, age: i64) {
    let Some(stage) = stage(maker, age) else { return };
    let public = maker.chance.permille(910);
    let public_fee_fen = public_fee_fen(stage);
    let fee_fen =
        if public { public_fee_fen } else { public_fee_fen + maker.chance.stepped(180_000, 1_200_000, 20_000) };
    let aid_fen = if stage >= 30 && maker.chance.permille(350) {
        *maker.chance.pick(&[100_000, 150_000, 200_000, 330_000])
    } else {
        0
    };
    let (first_age, years) = match stage {
        10 => (3, 3),
        20 => (6, 6),
        30 => (12, 3),
        40 | 41 => (15, 3),
        50 | 70 => (if stage == 50 { 18 } else { 22 }, 3),
        _ => (18, 4),
    };
    let begun = i16::try_from((age - first_age).max(0)).unwrap_or(0);
    let school_year = if maker.as_of.month() >= 9 { maker.as_of.year() } else { maker.as_of.year() - 1 };
    let enrolled = Month::new(school_year - begun, 9).day(1);
    let leaves = Month::new(school_year - begun + years, 7).day(1);
    let state = if maker.chance.permille(15) { StudyState::Suspended } else { StudyState::Attending };
    person.studies.push(Study {
        school: places::school(&mut maker.chance, stage, public),
        stage,
        public,
        fee_fen,
        public_fee_fen,
        aid_fen,
        enrolled,
        leaves,
        state,
    });
    person.can_work = false;
}

fn disability(maker: &mut Maker<'_>, person: &mut Person, age: i64) {
    let share = if age >= 60 { 75 } else { 38 };
    if age < 3 || !maker.chance.permille(share) {
        return;
    }
    let category = *maker.chance.weighted(&[(1, 12), (2, 16), (3, 3), (4, 44), (5, 9), (6, 10), (7, 6)]);
    let grade = *maker.chance.weighted(&[(1, 16), (2, 26), (3, 30), (4, 28)]);
    let years = maker.chance.between(-1, 8);
    let issued = maker.as_of.saturating_add(jiff::Span::new().years(years));
    let valid = years >= 0;
    let valid_until =
        Month::of(issued).day(i8::try_from(maker.chance.between(1, 28)).unwrap_or(1)).min(Date::constant(2036, 12, 31));
    let reissue = Text::Borrowed(if maker.chance.permille(150) { "B1" } else { "" });
    person.disability = Some(Disability { category, grade, valid_until, valid, reissue });
    if grade <= 2 {
        person.can_work = false;
        if valid {
            let from = maker.window.first_month.plus(-i32::try_from(maker.chance.between(1, 40)).unwrap_or(1));
            person.assistance.push(Assistance {
                kind: AssistanceKind::DisabilityNursing,
                amount_fen: 12_000,
                from,
                to: None,
            });
        }
    }
}

fn illness(maker: &mut Maker<'_>, person: &mut Person, age: i64) {
    let chance = match age {
        ..18 => 60,
        18..45 => 55,
        45..65 => 160,
        _ => 340,
    };
    if !maker.chance.permille(chance) {
        return;
    }
    let serious = maker.chance.permille(180);
    if serious {
        let since = maker.day_in_window().saturating_sub(jiff::Span::new().months(maker.chance.between(0, 30)));
        person.serious_illness.push(SeriousIllness { since, listed: maker.chance.permille(850) });
    }
    let stays = maker.chance.between(1, if serious { 4 } else { 2 });
    for _ in 0..stays {
        let admitted = maker.day_in_window();
        let days = maker.chance.between(3, 24);
        let discharged = admitted.saturating_add(jiff::Span::new().days(days)).min(maker.as_of);
        person.hospital.push(Hospital { admitted, discharged: Some(discharged), serious });
        let settlement = settlement(maker, discharged, serious);
        person.settlements.push(settlement);
    }
    if maker.chance.permille(300) {
        let on = maker.day_in_window();
        let outpatient = settlement(maker, on, false);
        person.settlements.push(outpatient);
    }
    person.hospital.sort_by_key(|stay| stay.admitted);
    person.settlements.sort_by_key(|settlement| (settlement.on, settlement.total_fen));
}

fn settlement(maker: &mut Maker<'_>, on: Date, serious: bool) -> Settlement {
    let total_fen =
        if serious { maker.chance.between(900_000, 9_800_000) } else { maker.chance.between(30_000, 1_400_000) };
    let fund_fen = total_fen * maker.chance.between(45, 78) / 100;
    let aid_fen =
        if maker.chance.permille(250) { (total_fen - fund_fen) * maker.chance.between(20, 70) / 100 } else { 0 };
    let hour = maker.chance.between(8, 17);
    let (minute, second) = (maker.chance.between(0, 59), maker.chance.between(0, 59));
    Settlement {
        on,
        time: Text::Owned(format!("{hour:02}:{minute:02}:{second:02}")),
        total_fen,
        fund_fen,
        aid_fen,
        self_paid_fen: total_fen - fund_fen - aid_fen,
        catalogue: serious,
    }
}

/// Households already on the rolls: the allowance stands with the applicant, and the disabled among them draw a living subsidy.
fn allowance(maker: &mut Maker<'_>, kind: Kind) {
    let poor = matches!(
        kind,
        Kind::OldAlone | Kind::OldCouple | Kind::SingleParent | Kind::OrphanWithGrandparent | Kind::Smallholders
    );
    if !poor || !maker.chance.permille(170) {
        if maker.chance.permille(35) {
            let from = Month::of(maker.day_in_window());
            let amount_fen = maker.chance.stepped(50_000, 300_000, 10_000);
            maker.household.members[0].assistance.push(Assistance {
                kind: AssistanceKind::Temporary,
                amount_fen,
                from,
                to: Some(from),
            });
        }
        return;
    }
    let from = maker.window.last_month.plus(-i32::try_from(maker.chance.between(2, 50)).unwrap_or(12));
    let alone = kind == Kind::OldAlone
        && !maker.household.members[0].informal.iter().any(|i| i.kind == InformalKind::SupportFromKin);
    let heads = i64::try_from(maker.household.members.len()).unwrap_or(1);
    let (assistance, case, amount_fen) = if alone && maker.chance.permille(400) {
        (AssistanceKind::Tekun, Case::OnTekun, 60_000)
    } else {
        (AssistanceKind::Dibao, Case::OnDibao, maker.chance.stepped(12_000, 35_000, 1_000) * heads)
    };
    maker.household.members[0].assistance.push(Assistance { kind: assistance, amount_fen, from, to: None });
    maker.mark(case);
    for person in &mut maker.household.members {
        if person.disability.as_ref().is_some_and(|disability| disability.valid) {
            person.assistance.push(Assistance {
                kind: AssistanceKind::DisabilityLiving,
                amount_fen: 11_000,
                from,
                to: None,
            });
        }
    }
}
