//! Birth dates, sex, telephones and addresses as rosters write them. Pure but for the stream of chance handed in.

use jiff::civil::Date;

use super::homes::Home;
use super::people::telephone;
use super::rates::{Kind, Rates, Side};
use super::written_number::other_digit;
use crate::chance::Chance;
use crate::truth::Sex;

/// The birth date as written; adds what was done.
pub(crate) fn birth(chance: &mut Chance, (rates, side): (&Rates, Side), born: Date, done: &mut Vec<Kind>) -> String {
    let swappable = born.day() <= 12 && born.day() != born.month();
    let kinds = [
        (Kind::BirthMissing, true),
        (Kind::BirthSwapped, swappable),
        (Kind::BirthDigit, true),
        (Kind::BirthYear, true),
    ];
    let damage = rates.draw(chance, side, &kinds);
    done.extend(damage);
    let (mut year, mut month, mut day) = (born.year(), born.month(), born.day());
    match damage {
        Some(Kind::BirthMissing) => return String::new(),
        Some(Kind::BirthSwapped) => (month, day) = (day, month),
        Some(Kind::BirthDigit) => (year, month, day) = one_digit(chance, born),
        Some(Kind::BirthYear) => year += if chance.permille(500) { 1 } else { -1 },
        _ => {}
    }
    let forms = [(Kind::BirthCompact, true), (Kind::BirthChinese, true), (Kind::BirthSlashes, true)];
    let form = rates.draw(chance, side, &forms);
    done.extend(form);
    match form {
        Some(Kind::BirthCompact) => format!("{year:04}{month:02}{day:02}"),
        Some(Kind::BirthChinese) => format!("{year}年{month}月{day}日"),
        Some(Kind::BirthSlashes) => format!("{year}/{month}/{day}"),
        _ => format!("{year:04}-{month:02}-{day:02}"),
    }
}

/// Another date that differs in one digit of the eight.
fn one_digit(chance: &mut Chance, born: Date) -> (i16, i8, i8) {
    let digits: Vec<char> = format!("{:04}{:02}{:02}", born.year(), born.month(), born.day()).chars().collect();
    for _ in 0..40 {
        let (at, mut wrong) = (2 + chance.index(6), digits.clone());
        wrong[at] = other_digit(chance, wrong[at]);
        let text: String = wrong.into_iter().collect();
        let parts = (text[..4].parse().ok(), text[4..6].parse().ok(), text[6..].parse().ok());
        if let (Some(year), Some(month), Some(day)) = parts
            && Date::new(year, month, day).is_ok()
            && year <= 2026
        {
            return (year, month, day);
        }
    }
    (born.year(), born.month(), if born.day() == 1 { 2 } else { born.day() - 1 })
}

/// The sex as written; adds what was done.
pub(crate) fn sex(chance: &mut Chance, (rates, side): (&Rates, Side), sex: Sex, done: &mut Vec<Kind>) -> &'static str {
    let damage = rates.draw(chance, side, &[(Kind::SexMissing, true), (Kind::SexWrong, true)]);
    done.extend(damage);
    match (damage, sex) {
        (Some(Kind::SexMissing), _) => "",
        (Some(_), Sex::Female) | (None, Sex::Male) => "男",
        (Some(_), Sex::Male) | (None, Sex::Female) => "女",
    }
}

/// The telephone as written, of a person or of the `relative` whose number may stand there instead; adds what was done.
pub(crate) fn phone(
    chance: &mut Chance,
    (rates, side): (&Rates, Side),
    truth: u64,
    relative: Option<u64>,
    done: &mut Vec<Kind>,
) -> String {
    let kinds = [(Kind::PhoneMissing, true), (Kind::PhoneChanged, true), (Kind::PhoneRelative, relative.is_some())];
    let damage = rates.draw(chance, side, &kinds);
    done.extend(damage);
    let number = match damage {
        Some(Kind::PhoneMissing) => return String::new(),
        Some(Kind::PhoneChanged) => telephone(chance),
        Some(_) => relative.unwrap_or(truth),
        None => truth,
    };
    let written = format!("{number:011}");
    let form = rates.draw(chance, side, &[(Kind::PhoneSpaces, true), (Kind::PhonePrefix, true)]);
    done.extend(form);
    match form {
        Some(Kind::PhoneSpaces) => {
            let blank = if chance.permille(600) { ' ' } else { '-' };
            format!("{}{blank}{}{blank}{}", &written[..3], &written[3..7], &written[7..])
        }
        Some(_) => format!("+86{written}"),
        None => written,
    }
}

/// The address as written; adds what was done.
pub(crate) fn address(
    chance: &mut Chance,
    (rates, side): (&Rates, Side),
    (home, counties): (Home, u64),
    done: &mut Vec<Kind>,
) -> String {
    let damage = rates.draw(chance, side, &[(Kind::AddressMissing, true), (Kind::AddressMoved, true)]);
    done.extend(damage);
    let home = match damage {
        Some(Kind::AddressMissing) => return String::new(),
        // half of those who move stay in the township
        Some(_) if chance.permille(500) => Home::within(chance, home.county, home.town),
        Some(_) => Home::somewhere(chance, counties),
        None => home,
    };
    let form = rates.draw(chance, side, &[(Kind::AddressShort, true), (Kind::AddressVillage, true)]);
    done.extend(form);
    match form {
        Some(Kind::AddressShort) => home.short(chance.permille(600)),
        Some(_) => home.village_only(),
        None => home.full(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_wrong_digit_leaves_a_date() {
        let mut chance = Chance::new(1, "digit", 0);
        for day in 1..=28 {
            let born = date(2004, 2, day);
            let (year, month, wrong) = one_digit(&mut chance, born);
            assert!(Date::new(year, month, wrong).is_ok_and(|other| other != born));
        }
    }
}
