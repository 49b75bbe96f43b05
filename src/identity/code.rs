//! Numbers and codes without a rule of their own (a postcode, a policy number): compared by edits.

use super::levels::levels;
use super::text::TextKey;

levels! {
    /// How two codes compare.
    CodeLevel of "code" {
        /// The same.
        Exact = "exact", "编码一致", "the code agrees";
        /// One character wrong, missing, added, or two neighbours swapped.
        OneEdit = "one_edit", "编码有一处录入差异", "the code differs by one slip";
        /// Two slips.
        TwoEdits = "two_edits", "编码有两处录入差异", "the code differs by two slips";
        /// Another code.
        Different = "different", "编码不同", "the code differs";
        /// Not stated on one side.
        Missing = "missing", "缺编码", "code not stated";
    }
}

/// The fewest characters of which two may be wrong.
const SHORTEST_WITH_TWO: usize = 6;

/// Compares; symmetric.
#[must_use]
pub fn compare_codes(a: &TextKey, b: &TextKey) -> CodeLevel {
    if a.is_missing() || b.is_missing() {
        return CodeLevel::Missing;
    }
    if a == b {
        return CodeLevel::Exact;
    }
    let (a, b) = (a.as_str(), b.as_str());
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if long - short > 2 || short < 2 {
        return CodeLevel::Different;
    }
    match strsim::osa_distance(a, b) {
        1 => CodeLevel::OneEdit,
        2 if short >= SHORTEST_WITH_TWO => CodeLevel::TwoEdits,
        _ => CodeLevel::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_placed() {
        for (a, b, level) in [
            ("4066625", "4066625 ", CodeLevel::Exact),
            ("4066625", "4066652", CodeLevel::OneEdit),
            ("4066625", "406625", CodeLevel::OneEdit),
            ("4066625", "4166652", CodeLevel::TwoEdits),
            ("4066625", "1234567", CodeLevel::Different),
            ("2150", "2105", CodeLevel::OneEdit),
            ("2150", "2006", CodeLevel::Different),
            ("", "2006", CodeLevel::Missing),
        ] {
            let (a, b) = (TextKey::read(a), TextKey::read(b));
            assert_eq!(compare_codes(&a, &b), level, "{a:?}");
            assert_eq!(compare_codes(&b, &a), level, "symmetric");
        }
    }
}
