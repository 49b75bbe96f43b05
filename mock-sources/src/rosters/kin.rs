//! Families: couples, their children at home, the man's parents, and households of brothers near by. Children bear the father's surname;
//! siblings often share a character, twins nearly the whole name, some sons almost the father's.

use jiff::civil::Date;

use super::given;
use super::homes::Home;
use super::people::{AS_OF, Draft, People};
use crate::chance::Chance;
use crate::population::names;
use crate::truth::Sex;

/// Permille of births that are twins.
const TWINS: u64 = 25;

/// What the members of a family have in common.
struct Line {
    surname: &'static str,
    /// The family writes names with ·.
    dotted: bool,
}

/// One couple, or two or three brothers' ones, move in.
pub(crate) fn settle(chance: &mut Chance, people: &mut People) {
    let line = Line { surname: names::surname(chance), dotted: chance.permille(15) };
    let home = Home::somewhere(chance, people.counties());
    let brothers = if chance.permille(250) { chance.between(2, 3) } else { 1 };
    let year = year(chance.between(1942, 2002));
    let generation = (brothers > 1).then(|| given::generation(chance, Sex::Male, year));
    for brother in 0..brothers {
        let home = if brother == 0 { home } else { home.nearby(chance) };
        let born = year + i16::try_from(brother * 3 + chance.between(0, 2)).unwrap_or(0);
        let shared = generation.filter(|_| chance.permille(700));
        let drafts = household(chance, &line, born, shared);
        people.move_in(chance, home, drafts);
    }
}

fn household(chance: &mut Chance, line: &Line, year: i16, generation: Option<char>) -> Vec<Draft> {
    let man = person(chance, line, Sex::Male, year, generation, None);
    let mut drafts = Vec::new();
    if year > 1968 && chance.permille(300) {
        parents(chance, line, &man, &mut drafts);
    }
    let alone = chance.permille(if year > 1998 { 700 } else { 60 });
    let widowed = if year < 1956 { 180 } else { 25 };
    if !alone {
        let wife = wife(chance, line, year);
        let children = children(chance, line, &man, wife.born.year());
        let gone = chance.permille(widowed).then(|| chance.permille(650));
        drafts
            .extend([(man, gone == Some(true)), (wife, gone == Some(false))].into_iter().filter(|g| !g.1).map(|g| g.0));
        drafts.extend(children);
    } else {
        drafts.push(man);
    }
    drafts
}

/// The man's father and mother, those who are still there.
fn parents(chance: &mut Chance, line: &Line, man: &Draft, drafts: &mut Vec<Draft>) {
    let born = man.born.year() - year(chance.between(20, 32));
    let mut father = person(chance, line, Sex::Male, born, None, None);
    if chance.permille(40) && !line.dotted {
        father.name = names::alike(chance, &man.name);
    }
    let mother = wife(chance, line, born);
    let old = if born < 1940 { 450 } else { 800 };
    drafts.extend([father, mother].into_iter().filter(|_| chance.permille(old)));
}

/// A wife keeps her own surname.
fn wife(chance: &mut Chance, line: &Line, husband_born: i16) -> Draft {
    let own = Line { surname: names::surname(chance), dotted: line.dotted && chance.permille(900) };
    let born = husband_born + year(chance.between(-2, 5));
    person(chance, &own, Sex::Female, born.min(AS_OF.year() - 18), None, None)
}

/// The children at home, the eldest first; twins one after the other.
fn children(chance: &mut Chance, line: &Line, father: &Draft, mother_born: i16) -> Vec<Draft> {
    let most = if mother_born < 1968 { chance.between(2, 4) } else { chance.between(0, 3) };
    let generation = [Sex::Male, Sex::Female].map(|sex| {
        let named = chance.permille(if mother_born < 1975 { 550 } else { 250 });
        named.then(|| given::generation(chance, sex, mother_born + 25))
    });
    let mut at_home = Vec::new();
    let mut born = mother_born + year(chance.between(20, 29));
    for _ in 0..most {
        let sex = if chance.permille(525) { Sex::Male } else { Sex::Female };
        let child = child(chance, line, father, born, sex, generation[usize::from(sex == Sex::Female)]);
        let age = AS_OF.year() - child.born.year();
        let stays = child.born < AS_OF && (age < 22 || chance.permille(if age < 35 { 350 } else { 120 }));
        if stays {
            let twin = chance.permille(TWINS).then(|| twin_of(chance, line, father, &child));
            at_home.push(child);
            at_home.extend(twin);
        }
        born += year(chance.between(1, 5));
    }
    at_home
}

fn child(chance: &mut Chance, line: &Line, father: &Draft, born: i16, sex: Sex, generation: Option<char>) -> Draft {
    let mut child = person(chance, line, sex, born, generation, Some(father));
    if sex == Sex::Male && !line.dotted && chance.permille(40) {
        child.name = names::alike(chance, &father.name);
    }
    child
}

/// Born on the same day, usually of the same sex, the name alike in all but one character.
fn twin_of(chance: &mut Chance, line: &Line, father: &Draft, first: &Draft) -> Draft {
    let sex = match (chance.permille(700), first.sex) {
        (true, sex) => sex,
        (false, Sex::Male) => Sex::Female,
        (false, Sex::Female) => Sex::Male,
    };
    let year = first.born.year();
    let mut twin = person(chance, line, sex, year, None, Some(father));
    if !line.dotted {
        let kept: String = first.name.chars().take(first.name.chars().count() - 1).collect();
        let other = (0..9).map(|_| given::any(chance, sex, year)).find(|c| !first.name.ends_with(*c));
        twin.name = format!("{kept}{}", other.unwrap_or('双'));
    }
    Draft { born: first.born, twin: true, ..twin }
}

fn person(
    chance: &mut Chance,
    line: &Line,
    sex: Sex,
    year: i16,
    shared: Option<char>,
    father: Option<&Draft>,
) -> Draft {
    let year = year.max(1925);
    let name = if line.dotted {
        given::with_dot(chance, sex, father.and_then(|father| father.name.split('·').next()))
    } else {
        format!("{}{}", line.surname, given::given(chance, sex, year, shared))
    };
    Draft { name, sex, born: day_of(chance, year), twin: false }
}

/// A day of a year; of the old, one in thirty is registered as born on New Year's Day.
fn day_of(chance: &mut Chance, of: i16) -> Date {
    let new_year = of < 1955 && chance.permille(33);
    let month = if new_year { 1 } else { chance.between(1, 12) };
    let first = Date::new(of, i8::try_from(month).unwrap_or(1), 1).expect("every month has a first day");
    let day = if new_year { 1 } else { chance.between(1, i64::from(first.days_in_month())) };
    Date::new(of, first.month(), i8::try_from(day).unwrap_or(1)).expect("the day is one of its month's")
}

fn year(number: i64) -> i16 {
    i16::try_from(number).expect("years and ages fit 16 bits")
}
