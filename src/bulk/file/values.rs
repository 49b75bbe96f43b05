//! What stands in a cell of a table, as the request document writes it. A value that cannot be read is handed on as it is: the
//! document's own checks name it, at its place.

use jiff::civil::Date;

use crate::household::{IdKind, LegalBasisKind, Purpose, RegisteredAs};

/// A cell as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text.
    Text(String),
    /// A number of a spreadsheet, in its shortest decimal form.
    Number(String),
    /// A date of a spreadsheet.
    Day(Date),
}

impl Cell {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.clone(),
            Self::Day(day) => day.to_string(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// Digits that a spreadsheet's number keeps.
const KEPT_DIGITS: usize = 15;

/// What a spreadsheet did to an identity number that it took for a number. Such a number cannot be mended: its last digits are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// `6.2042E+17`.
    Exponent,
    /// Fifteen digits, and zeros in place of the rest.
    Zeros,
}

/// Whether an identity number went through a spreadsheet as a number.
pub(super) fn damage(cell: &Cell) -> Option<Damage> {
    let text = cell.text();
    if let Some((mantissa, exponent)) = text.split_once(['E', 'e']) {
        let is_mantissa = mantissa.contains(|c: char| c.is_ascii_digit())
            && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        let is_exponent = !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit());
        return (is_mantissa && is_exponent).then_some(Damage::Exponent);
    }
    let digits = text.strip_suffix(".0").unwrap_or(&text);
    let is_long = digits.len() > KEPT_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let lost = match cell {
        // whatever stood there, a number of the sheet does not hold it any more
        Cell::Number(_) => is_long,
        _ => is_long && digits.ends_with("000") && crate::identity::ResidentNumber::parse(digits).is_err(),
    };
    lost.then_some(Damage::Zeros)
}

/// A day as `2026-11-01`, from the ways in which tables write one.
pub(super) fn day(cell: &Cell) -> String {
    let text = cell.text();
    let text = text.split_once([' ', 'T']).map_or(text.as_str(), |(day, _)| day);
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if compact {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect()
    };
    let read = || {
        let [year, month, day] = parts[..] else { return None };
        let year = (year.len() == 4).then(|| year.parse().ok())??;
        Date::new(year, month.trim().parse().ok()?, day.trim().parse().ok()?).ok()
    };
    read().map_or_else(|| text.to_owned(), |day| day.to_string())
}

/// An amount of yuan as a decimal string: separators of thousands and the currency are left out.
pub(super) fn yuan(cell: &Cell) -> String {
    let text: String = cell.text().chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '¥' | '￥')).collect();
    text.strip_suffix('元').unwrap_or(&text).to_owned()
}

/// Yes or no.
pub(super) fn yes(cell: &Cell) -> Option<bool> {
    match cell.text().to_lowercase().as_str() {
        "有" | "是" | "有劳动能力" | "true" | "yes" | "y" | "1" => Some(true),
        "无" | "否" | "无劳动能力" | "没有" | "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// The closed word that a Chinese word stands for, as the document writes it; any other text as it is.
pub(super) fn word(key: &str, text: String) -> String {
    let meant = match key {
        "purpose" => PURPOSES.iter().find(|(zh, _)| *zh == text).map(|(_, purpose)| purpose.as_str()),
        "registered_as" => REGISTERED.iter().find(|(zh, _)| *zh == text).map(|(_, kind)| kind.as_str()),
        "legal_basis" => BASES.iter().find(|(zh, _)| *zh == text).map(|(_, kind)| kind.as_str()),
        "id_kind" => ID_KINDS.iter().find(|(zh, _)| *zh == text).map(|(_, kind)| kind.as_str()),
        "relation" => RELATIONS.iter().find(|(zh, _)| *zh == text).map(|(_, code)| *code),
        "sex" => SEXES.iter().find(|(zh, _)| *zh == text).map(|(_, sex)| *sex),
        _ => None,
    };
    meant.map_or(text, str::to_owned)
}

const PURPOSES: &[(&str, Purpose)] = &[
    ("低保申请", Purpose::DibaoApplication),
    ("最低生活保障申请", Purpose::DibaoApplication),
    ("特困申请", Purpose::TekunApplication),
    ("特困人员救助供养申请", Purpose::TekunApplication),
    ("低保边缘申请", Purpose::MarginalApplication),
    ("最低生活保障边缘家庭申请", Purpose::MarginalApplication),
    ("刚性支出困难申请", Purpose::RigidExpenditureApplication),
    ("刚性支出困难家庭申请", Purpose::RigidExpenditureApplication),
    ("临时救助", Purpose::TemporaryRelief),
    ("定期复核", Purpose::PeriodicReview),
    ("复核", Purpose::PeriodicReview),
    ("报告变化", Purpose::ReportedChange),
    ("动态监测", Purpose::Monitoring),
    ("儿童排查", Purpose::ChildScreening),
    ("残疾人排查", Purpose::DisabilityScreening),
    ("医疗费用排查", Purpose::MedicalScreening),
];

const REGISTERED: &[(&str, RegisteredAs)] = &[
    ("城镇", RegisteredAs::Urban),
    ("城市", RegisteredAs::Urban),
    ("非农业", RegisteredAs::Urban),
    ("农村", RegisteredAs::Rural),
    ("农业", RegisteredAs::Rural),
    ("持居住证", RegisteredAs::ResidencePermit),
    ("居住证", RegisteredAs::ResidencePermit),
    ("外来", RegisteredAs::Visitor),
];

const BASES: &[(&str, LegalBasisKind)] = &[
    ("授权", LegalBasisKind::Authorisation),
    ("法定职责", LegalBasisKind::StatutoryDuty),
    ("紧急", LegalBasisKind::Emergency),
];

const ID_KINDS: &[(&str, IdKind)] = &[
    ("居民身份证", IdKind::Resident),
    ("身份证", IdKind::Resident),
    ("港澳台居民居住证", IdKind::HmtPermit),
    ("外国人永久居留身份证", IdKind::ForeignPermanent),
    ("出生医学证明", IdKind::BirthCertificate),
    ("无", IdKind::None),
];

/// GB/T 4761-2008, of which the words are the ones tables use.
const RELATIONS: &[(&str, &str)] = &[
    ("本人", "01"),
    ("户主", "02"),
    ("配偶", "10"),
    ("夫", "11"),
    ("妻", "12"),
    ("子", "20"),
    ("儿子", "20"),
    ("养子", "27"),
    ("继子", "27"),
    ("女婿", "28"),
    ("女", "30"),
    ("女儿", "30"),
    ("儿媳", "38"),
    ("孙子", "40"),
    ("孙女", "40"),
    ("父母", "50"),
    ("父", "51"),
    ("父亲", "51"),
    ("母", "52"),
    ("母亲", "52"),
    ("祖父", "60"),
    ("祖母", "60"),
    ("兄弟姐妹", "70"),
    ("其他亲属", "80"),
    ("非亲属", "99"),
];

const SEXES: &[(&str, &str)] = &[("男", "male"), ("女", "female"), ("1", "male"), ("2", "female")];

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn a_number_that_was_a_number_is_known_by_what_it_lost() {
        let table = [
            ("6.2042E+17", Some(Damage::Exponent)),
            ("6.2042e17", Some(Damage::Exponent)),
            ("620422199003070000", Some(Damage::Zeros)),
            ("620422199003070000.0", Some(Damage::Zeros)),
            ("11010119900307003X", None),
            ("110101199003070038", None),
            ("E12345678", None),
            ("HE+17", None),
            ("", None),
        ];
        for (number, expected) in table {
            assert_eq!(damage(&text(number)), expected, "{number}");
        }
        assert_eq!(damage(&Cell::Number("110101199003070038".into())), Some(Damage::Zeros));
        assert_eq!(damage(&Cell::Number("110101900307003".into())), None, "fifteen digits are kept whole");
    }

    #[test]
    fn days_are_read_as_tables_write_them() {
        for written in ["2026-11-01", "2026/11/1", "20261101", "2026年11月1日", "2026.11.01", "2026-11-01 00:00:00"]
        {
            assert_eq!(day(&text(written)), "2026-11-01", "{written}");
        }
        for other in ["11/1/2026", "2026-13-01", "soon", "2026-11"] {
            assert_eq!(day(&text(other)), other, "left for the document's checks");
        }
    }

    #[test]
    fn amounts_lose_their_marks_and_nothing_else() {
        for (written, expected) in [("12,000.00", "12000.00"), ("¥3，600元", "3600"), ("-5", "-5"), ("abc", "abc")] {
            assert_eq!(yuan(&text(written)), expected);
        }
    }

    #[test]
    fn every_code_of_a_relation_has_two_digits() {
        assert!(RELATIONS.iter().all(|(_, code)| code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit())));
        assert_eq!(word("relation", "女".into()), "30");
        assert_eq!(word("sex", "女".into()), "female");
        assert_eq!(word("purpose", "定期复核".into()), "periodic_review");
        assert_eq!(word("purpose", "别的".into()), "别的");
    }
}
