//! Marriages and their ends, with the other spouse where the household does not have them.

use jiff::civil::Date;

use super::maker::Maker;
use crate::calendar::Month;
use crate::truth::{
    Account, AccountKind, AccountState, Assistance, AssistanceKind, Case, Marriage, MarriageState, Person, Sex, Text,
};

/// A wedding day: when the younger of the two was about 22 to 27, and never after the as-of date.
fn wedding_day(maker: &mut Maker<'_>, younger_born: Date) -> Date {
    let months = i32::try_from(maker.chance.between(22 * 12, 27 * 12)).unwrap_or(264);
    let latest = Month::of(maker.as_of).plus(-3);
    let day = i8::try_from(maker.chance.between(1, 28)).unwrap_or(1);
    Month::of(younger_born).plus(months).min(latest).day(day)
}

fn entry(state: MarriageState, other: &Person, registered: Date) -> Marriage {
    Marriage { state, spouse_name: other.name.clone(), spouse_id_number: other.id_number.clone(), registered }
}

/// Marries two members. Of old couples a third never registered: the registry knows nothing of them.
pub(crate) fn marry(maker: &mut Maker<'_>, a: usize, b: usize) {
    let younger = maker.household.members[a].born.max(maker.household.members[b].born);
    if younger < Date::constant(1965, 1, 1) && maker.chance.permille(330) {
        return;
    }
    let day = wedding_day(maker, younger);
    let (first, second) = (maker.household.members[a].clone(), maker.household.members[b].clone());
    maker.household.members[a].marriages.push(entry(MarriageState::Married, &second, day));
    maker.household.members[b].marriages.push(entry(MarriageState::Married, &first, day));
}

fn other_sex(sex: Sex) -> Sex {
    if sex == Sex::Male { Sex::Female } else { Sex::Male }
}

fn spouse_of(maker: &mut Maker<'_>, position: usize) -> Person {
    let (sex, age) = (maker.household.members[position].sex, maker.household.members[position].age_on(maker.as_of));
    maker.stranger(other_sex(sex), (age - 4).max(21), age + 4)
}

/// Makes a member a widow or widower. The dead spouse stays in the book; one in three still has an account.
pub(crate) fn widow(maker: &mut Maker<'_>, position: usize) {
    let mut dead = spouse_of(maker, position);
    let age = dead.age_on(maker.as_of);
    let years = maker.chance.between(1, 12.min((age - 27).max(1)));
    let died = maker.day_in_window().saturating_sub(jiff::Span::new().years(years - 1));
    dead.died = Some(died);
    dead.can_work = false;
    dead.phone.clear();
    let member = maker.household.members[position].clone();
    let wed = wedding_day(maker, member.born.max(dead.born)).min(died.saturating_sub(jiff::Span::new().days(400)));
    dead.marriages.push(entry(MarriageState::Married, &member, wed));
    if died > Date::constant(2019, 1, 1) {
        dead.assistance.push(Assistance {
            kind: AssistanceKind::Funeral,
            amount_fen: 0,
            from: Month::of(died),
            to: Some(Month::of(died)),
        });
    }
    if maker.chance.permille(330) {
        let balance_fen = maker.chance.stepped(30_000, 900_000, 100);
        dead.accounts.push(Account {
            bank: Text::Borrowed("LZB"),
            kind: AccountKind::Deposit,
            balance_fen,
            interest_12m_fen: balance_fen / 400,
            outflow_12m_fen: 0,
            state: AccountState::Open,
        });
        maker.mark(Case::DeadAccountHolder);
    }
    let survivor = &mut maker.household.members[position];
    survivor.marriages.push(entry(MarriageState::Married, &dead, wed));
    survivor.marriages.push(entry(MarriageState::Widowed, &dead, died));
    let relation = if dead.sex == Sex::Male { "11" } else { "12" };
    maker.add_outsider(dead, relation, true);
}

/// Divorces a member: the former spouse lives elsewhere, in a book of their own.
pub(crate) fn divorce(maker: &mut Maker<'_>, position: usize) {
    let former = spouse_of(maker, position);
    let wed = wedding_day(maker, former.born.max(maker.household.members[position].born))
        .min(Month::of(maker.as_of).plus(-40).day(9));
    let days = maker.chance.between(500, 1100);
    let parted = wed.saturating_add(jiff::Span::new().days(days));
    let member = &mut maker.household.members[position];
    member.marriages.push(entry(MarriageState::Married, &former, wed));
    member.marriages.push(entry(MarriageState::Divorced, &former, parted));
}

/// Gives a member a spouse whom the request does not name, with a wage of their own.
pub(crate) fn undeclared_spouse(maker: &mut Maker<'_>, position: usize) {
    let mut spouse = spouse_of(maker, position);
    let member = maker.household.members[position].clone();
    let wed = wedding_day(maker, member.born.max(spouse.born));
    spouse.marriages.push(entry(MarriageState::Married, &member, wed));
    let job = super::livelihood::distant_job(maker);
    spouse.jobs.push(job);
    maker.household.members[position].marriages.push(entry(MarriageState::Married, &spouse, wed));
    let same_book = maker.chance.permille(450);
    maker.mark(Case::UndeclaredSpouse);
    if same_book {
        maker.mark(Case::UndeclaredSpouseSameBook);
    }
    let relation = if spouse.sex == Sex::Male { "11" } else { "12" };
    maker.add_outsider(spouse, relation, same_book);
}
