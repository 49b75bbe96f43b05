//! A document number whose kind is stated in a request: checked, and refused with what is wrong.

use jiff::civil::Date;
use thiserror::Error;

use super::{is_birth_certificate, is_foreign_permanent};
use crate::household::{IdKind, IdNumber};
use crate::identity::id_number::{IdFault, ResidentNumber, normalise};

/// What is wrong with a document number of a stated kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DocumentFault {
    /// A citizen number is wrong.
    #[error(transparent)]
    Resident(#[from] IdFault),
    /// The number does not have the shape of its kind.
    #[error("the number does not have the shape of this kind of document")]
    Shape(IdKind),
    /// A number was given although there is said to be no document.
    #[error("a number is given, but the kind of document says there is none")]
    NotExpected,
}

impl DocumentFault {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Resident(fault) => fault.code(),
            Self::Shape(_) => "id_number_shape",
            Self::NotExpected => "id_number_not_expected",
        }
    }

    /// In Chinese.
    #[must_use]
    pub fn zh(self) -> String {
        match self {
            Self::Resident(fault) => fault.zh(),
            Self::Shape(IdKind::HmtPermit) => {
                "不是港澳台居民居住证号码（18位，以810000、820000或830000开头）".to_owned()
            }
            Self::Shape(IdKind::ForeignPermanent) => {
                "不是外国人永久居留身份证号码（3位字母加12位数字，或以9开头的18位）".to_owned()
            }
            Self::Shape(_) => "不是出生医学证明编号（1位字母加9位数字）".to_owned(),
            Self::NotExpected => "证件类型为“无”，却填写了号码".to_owned(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Resident(fault) => fault.remedy(),
            Self::Shape(_) => "compare the number with the document, and the kind of document with what is held",
            Self::NotExpected => "leave the number out, or choose the kind of document it belongs to",
        }
    }
}

/// Checks a number of a stated kind and returns its normal form: of a citizen number always the 18 characters.
///
/// # Errors
/// What is wrong with it; never the number itself. Somebody born after `as_of` is a fault.
pub fn check_document(kind: IdKind, text: &str, as_of: Date) -> Result<IdNumber, DocumentFault> {
    let normal = normalise(text);
    let shaped = |fits: bool| if fits { Ok(IdNumber::new(normal.as_str())) } else { Err(DocumentFault::Shape(kind)) };
    match kind {
        IdKind::Resident | IdKind::HmtPermit => {
            let number = ResidentNumber::from_normalised(&normal)?;
            if number.birth_date() > as_of {
                return Err(IdFault::NotYetBorn.into());
            }
            if (kind == IdKind::HmtPermit) != number.is_hmt_permit() {
                return Err(if kind == IdKind::HmtPermit {
                    DocumentFault::Shape(kind)
                } else {
                    IdFault::Region.into()
                });
            }
            Ok(number.to_id_number())
        }
        IdKind::ForeignPermanent => shaped(is_foreign_permanent(&normal)),
        IdKind::BirthCertificate => shaped(is_birth_certificate(&normal)),
        IdKind::None => Err(DocumentFault::NotExpected),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn kinds_are_checked() {
        let day = date(2026, 7, 1);
        let check = |kind, text| check_document(kind, text, day);
        assert_eq!(check(IdKind::Resident, "110105491231002").unwrap().expose(), "11010519491231002X");
        assert_eq!(
            check_document(IdKind::Resident, "11010519491231002X", date(1940, 1, 1)),
            Err(DocumentFault::Resident(IdFault::NotYetBorn))
        );
        assert_eq!(check(IdKind::HmtPermit, "810000199003070031").unwrap().expose(), "810000199003070031");
        assert_eq!(check(IdKind::HmtPermit, "11010519491231002X"), Err(DocumentFault::Shape(IdKind::HmtPermit)));
        assert_eq!(check(IdKind::Resident, "810000199003070031"), Err(DocumentFault::Resident(IdFault::Region)));
        assert!(check(IdKind::ForeignPermanent, "can110108055001").is_ok());
        assert!(check(IdKind::ForeignPermanent, "CA110108055001").is_err());
        assert!(check(IdKind::BirthCertificate, "T620123456").is_ok());
        assert_eq!(check(IdKind::None, "1"), Err(DocumentFault::NotExpected));
    }
}
