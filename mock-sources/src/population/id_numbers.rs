//! ID numbers after GB 11643: check character, 15-digit forms, what counts as valid, and how a department normalises one.

use jiff::civil::Date;

use crate::truth::Sex;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// The check character of the first 17 digits.
pub fn check_character(digits: &str) -> Option<char> {
    let values: Vec<u32> = digits.chars().take(17).map_while(|c| c.to_digit(10)).collect();
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    (values.len() == 17).then(|| CHECKS[(sum % 11) as usize])
}

/// Whether `number` is a valid 18-character number: shape, birth date, check character.
pub fn is_valid(number: &str) -> bool {
    number.len() == 18
        && number.is_ascii()
        && check_character(number).is_some_and(|check| number.ends_with(check))
        && birth_date(number).is_some()
}

/// The birth date an 18-character number states.
pub fn birth_date(number: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<i16>().ok();
    Date::new(part(6..10)?, i8::try_from(part(10..12)?).ok()?, i8::try_from(part(12..14)?).ok()?).ok()
}

/// Builds a number from region, birth date, sex and a running number below 500.
pub(crate) fn build(region: &str, born: Date, sex: Sex, running: u32) -> String {
    let sequence = running * 2 + u32::from(sex == Sex::Male);
    let head = format!("{region}{:04}{:02}{:02}{:03}", born.year(), born.month(), born.day(), sequence % 1000);
    let check = check_character(&head).expect("the parts are 17 digits");
    format!("{head}{check}")
}

/// The 15-digit form of a number of somebody born in 19xx.
pub(crate) fn to_fifteen(number: &str) -> Option<String> {
    let (region, century, rest) = (number.get(..6)?, number.get(6..8)?, number.get(8..17)?);
    (century == "19").then(|| format!("{region}{rest}"))
}

/// What a department makes of an ID number before comparing: trimmed, upper case, 15 digits made 18.
pub(crate) fn normalised(number: &str) -> String {
    let upper = number.trim().to_ascii_uppercase();
    if upper.len() != 15 || !upper.bytes().all(|b| b.is_ascii_digit()) {
        return upper;
    }
    let head = format!("{}19{}", &upper[..6], &upper[6..]);
    check_character(&head).map_or(upper, |check| format!("{head}{check}"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn numbers_are_checked_as_the_standard_says() {
        for valid in ["110101199003070038", "11010519491231002X"] {
            assert!(is_valid(valid), "{valid}");
        }
        for wrong in [
            "110101199003070037",
            "11010519491231002x",
            "110101199002300038",
            "",
            "１１０１０１１９９００３０７００３８",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn built_numbers_are_valid_and_carry_the_sex() {
        for (sex, odd) in [(Sex::Male, 1), (Sex::Female, 0)] {
            let number = build("620422", date(1951, 2, 28), sex, 37);
            assert!(is_valid(&number));
            assert_eq!(number[16..17].parse::<u32>().unwrap() % 2, odd);
            assert_eq!(normalised(&to_fifteen(&number).unwrap()), number);
        }
    }

    proptest::proptest! {
        #[test]
        fn one_wrong_digit_or_one_swap_is_noticed(running in 0_u32..500, at in 0_usize..17, shift in 1_u32..10) {
            let number = build("620422", date(1974, 8, 21), Sex::Male, running);
            let mut wrong: Vec<char> = number.chars().collect();
            let digit = wrong[at].to_digit(10).expect("the first 17 are digits");
            wrong[at] = char::from_digit((digit + shift) % 10, 10).expect("a digit");
            proptest::prop_assert!(!is_valid(&wrong.into_iter().collect::<String>()));
            let mut swapped: Vec<char> = number.chars().collect();
            if at < 16 && swapped[at] != swapped[at + 1] {
                swapped.swap(at, at + 1);
                proptest::prop_assert!(!is_valid(&swapped.into_iter().collect::<String>()));
            }
        }

        #[test]
        fn anything_is_normalised_without_panic(text in ".{0,20}") {
            proptest::prop_assert_eq!(normalised(&normalised(&text)), normalised(&text));
            let _valid = is_valid(&text);
        }
    }

    #[test]
    fn only_blanks_case_and_length_are_normalised() {
        assert_eq!(normalised(" 11010519491231002x "), "11010519491231002X");
        assert_eq!(normalised("1101 05194912310"), "1101 05194912310");
        assert_eq!(to_fifteen("620422201003070038"), None);
    }
}
