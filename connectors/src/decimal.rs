//! Decimal numbers in text to whole numbers of a smaller unit: the one reader of decimals. Digits alone; no float, no locale.

/// What becomes of fractions of the smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// There must be none.
    Exact,
    /// Half away from zero.
    HalfUp,
}

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecimalFault {
    #[error("is not a decimal number")]
    NotDecimal,
    #[error("is too large")]
    TooLarge,
    #[error("has fractions of the smallest unit")]
    Fractions,
}

/// A decimal times ten to the `shift`, as a whole number.
pub(crate) fn scaled(text: &str, shift: usize, rounding: Rounding) -> Result<i64, DecimalFault> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(places) || (places.is_empty() && digits.contains('.')) {
        return Err(DecimalFault::NotDecimal);
    }
    let (kept, cut) = places.split_at(places.len().min(shift));
    let number: i64 = format!("{whole}{kept:0<shift$}").parse().map_err(|_| DecimalFault::TooLarge)?;
    let rest = cut.bytes().any(|byte| byte != b'0');
    let number = match rounding {
        Rounding::Exact if rest => return Err(DecimalFault::Fractions),
        Rounding::HalfUp if cut.bytes().next().is_some_and(|byte| byte >= b'5') => {
            number.checked_add(1).ok_or(DecimalFault::TooLarge)?
        }
        Rounding::Exact | Rounding::HalfUp => number,
    };
    // the digits made a number of no sign, so its negative fits
    Ok(if negative { -number } else { number })
}
