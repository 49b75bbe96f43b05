//! Who lives together: the county's kinds of household with their weights. Only people and kinship here; what they live on comes after.

use jiff::civil::Date;

use super::maker::Maker;
use super::{family, names};
use crate::truth::{Case, Person, Sex};

/// Kind of household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two old people on basic pensions.
    OldCouple,
    /// One old person.
    OldAlone,
    /// The husband works in another province, the rest stay.
    Migrant,
    /// A couple on its own fields.
    Smallholders,
    /// Wages in the county town.
    TownWorkers,
    /// A shop or a stall.
    Traders,
    /// One parent and children.
    SingleParent,
    /// Grandparents, parents, children.
    ThreeGenerations,
    /// A veteran, old.
    Veteran,
    /// A grandparent and an orphan.
    OrphanWithGrandparent,
    /// One adult.
    AdultAlone,
}

const KINDS: &[(Kind, u32)] = &[
    (Kind::OldCouple, 19),
    (Kind::OldAlone, 8),
    (Kind::Migrant, 19),
    (Kind::Smallholders, 16),
    (Kind::TownWorkers, 12),
    (Kind::Traders, 6),
    (Kind::SingleParent, 5),
    (Kind::ThreeGenerations, 8),
    (Kind::Veteran, 2),
    (Kind::OrphanWithGrandparent, 1),
    (Kind::AdultAlone, 4),
];

/// Fills a household with people.
pub(crate) fn populate(maker: &mut Maker<'_>) -> Kind {
    let kind = *maker.chance.weighted(KINDS);
    match kind {
        Kind::OldCouple => drop(couple(maker, 61, 84)),
        Kind::Veteran => veteran(maker),
        Kind::OldAlone => old_alone(maker),
        Kind::AdultAlone => {
            let sex = either(maker);
            let person = maker.stranger(sex, 24, 58);
            let position = maker.add(person, "01");
            if maker.chance.permille(200) {
                family::undeclared_spouse(maker, position);
            }
        }
        Kind::Migrant | Kind::TownWorkers | Kind::Traders => parents_and_children(maker, 27, 48),
        Kind::Smallholders => parents_and_children(maker, 38, 59),
        Kind::SingleParent => single_parent(maker),
        Kind::ThreeGenerations => three_generations(maker),
        Kind::OrphanWithGrandparent => orphan(maker),
    }
    kind
}

fn either(maker: &mut Maker<'_>) -> Sex {
    if maker.chance.permille(500) { Sex::Male } else { Sex::Female }
}

/// Husband and wife, married; gives back the husband's family name and the wife's birth date.
fn couple(maker: &mut Maker<'_>, low: i64, high: i64) -> (String, Date) {
    let husband = maker.stranger(Sex::Male, low, high);
    let age = husband.age_on(maker.as_of);
    let wife = maker.stranger(Sex::Female, (age - 5).max(20), age + 1);
    let (surname, wife_born) = (names::surname_of(&husband.name).to_owned(), wife.born);
    let applicant_is_wife = maker.chance.permille(200);
    let (first, second, relation) = if applicant_is_wife { (wife, husband, "11") } else { (husband, wife, "12") };
    let (a, b) = (maker.add(first, "01"), maker.add(second, relation));
    family::marry(maker, a, b);
    (surname, wife_born)
}

fn veteran(maker: &mut Maker<'_>) {
    let soldier = maker.stranger(Sex::Male, 64, 84);
    let age = soldier.age_on(maker.as_of);
    let soldier = maker.add(soldier, "01");
    if maker.chance.permille(700) {
        let wife = maker.stranger(Sex::Female, age - 6, age);
        let wife = maker.add(wife, "12");
        family::marry(maker, soldier, wife);
    }
}

fn old_alone(maker: &mut Maker<'_>) {
    let sex = either(maker);
    let person = maker.stranger(sex, 62, 88);
    let position = maker.add(person, "01");
    if maker.chance.permille(600) {
        family::widow(maker, position);
    }
}

/// A child of somebody: family name of the father's side, born when the mother was 21 to 38 where that fits.
fn child(maker: &mut Maker<'_>, surname: &str, age_low: i64, age_high: i64) -> Person {
    let sex = either(maker);
    let born = maker.born(age_low.max(0), age_high.max(age_low).max(0));
    let surname = if surname.is_empty() { maker.surname().to_owned() } else { surname.to_owned() };
    let name = maker.name(&surname, sex, born);
    maker.person(name, sex, born)
}

fn children(maker: &mut Maker<'_>, surname: &str, mother_born: Date, most: u64) {
    let mother_age = crate::calendar::years_between(mother_born, maker.as_of);
    let count = maker.chance.below(most + 1);
    let (low, high) = ((mother_age - 38).max(0), (mother_age - 21).min(23));
    if high < 0 || low > high {
        return;
    }
    for _ in 0..count {
        let young = child(maker, surname, low, high);
        let relation = if young.sex == Sex::Male { "20" } else { "30" };
        let twins = maker.chance.permille(25);
        let (born, sex) = (young.born, young.sex);
        maker.add(young, relation);
        if twins {
            let name = maker.name(surname, sex, born);
            let twin = maker.person(name, sex, born);
            maker.add(twin, relation);
            maker.mark(Case::Twins);
        }
    }
}

fn parents_and_children(maker: &mut Maker<'_>, low: i64, high: i64) {
    let (surname, mother_born) = couple(maker, low, high);
    let most = if maker.urban() { 2 } else { 3 };
    children(maker, &surname, mother_born, most);
}

fn single_parent(maker: &mut Maker<'_>) {
    let sex = if maker.chance.permille(700) { Sex::Female } else { Sex::Male };
    let parent = maker.stranger(sex, 28, 46);
    let (own, born) = (names::surname_of(&parent.name).to_owned(), parent.born);
    let position = maker.add(parent, "01");
    let surname = if sex == Sex::Male { own } else { maker.surname().to_owned() };
    let before = maker.household.members.len();
    children(maker, &surname, born, 2);
    if maker.household.members.len() == before {
        let age = maker.household.members[0].age_on(maker.as_of);
        let young = child(maker, &surname, (age - 35).max(1), (age - 22).clamp(1, 17));
        let relation = if young.sex == Sex::Male { "20" } else { "30" };
        maker.add(young, relation);
    }
    if maker.chance.permille(120) {
        family::undeclared_spouse(maker, position);
    } else if maker.chance.permille(600) {
        family::divorce(maker, position);
    } else {
        family::widow(maker, position);
    }
}

fn three_generations(maker: &mut Maker<'_>) {
    let (surname, mother_born) = couple(maker, 30, 45);
    children(maker, &surname, mother_born, 2);
    let husband =
        maker.household.members.iter().find(|person| person.sex == Sex::Male).map(|person| person.age_on(maker.as_of));
    let age = husband.unwrap_or(40) + maker.chance.between(22, 28);
    let father_born = maker.born(age, age + 2);
    let name = if surname.is_empty() || maker.chance.permille(700) {
        maker.name(&surname, Sex::Male, father_born)
    } else {
        maker.mark(Case::AlikeFatherAndSon);
        let son =
            maker.household.members.iter().find(|person| person.sex == Sex::Male).map(|person| person.name.clone());
        names::alike(&mut maker.chance, &son.unwrap_or_default())
    };
    let father = maker.person(name, Sex::Male, father_born);
    let father = maker.add(father, "51");
    if maker.chance.permille(600) {
        let mother = maker.stranger(Sex::Female, (age - 4).max(48), age);
        let mother = maker.add(mother, "52");
        family::marry(maker, father, mother);
    } else {
        family::widow(maker, father);
    }
}

fn orphan(maker: &mut Maker<'_>) {
    let sex = either(maker);
    let grandparent = maker.stranger(sex, 60, 74);
    let surname = names::surname_of(&grandparent.name).to_owned();
    maker.add(grandparent, "01");
    let young = child(maker, &surname, 3, 16);
    maker.add(young, "40");
    maker.mark(Case::Orphan);
}
