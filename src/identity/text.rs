//! Words of any language (a foreign given name, a street): compared by edit distance and by how alike they begin.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::levels::levels;

levels! {
    /// How two texts compare.
    TextLevel of "text" {
        /// The same, but for case, accents, spaces and punctuation.
        Exact = "exact", "文字一致", "the text agrees";
        /// Two columns have changed places: given name and surname.
        Swapped = "swapped", "与另一栏互换", "two columns have changed places";
        /// One character wrong, missing, added, or two neighbours swapped.
        OneEdit = "one_edit", "文字有一处录入差异", "the text differs by one slip";
        /// Very much alike: Jaro-Winkler from 0.92.
        Close = "close", "文字非常相近", "the text is very much alike";
        /// Alike: Jaro-Winkler from 0.80.
        Near = "near", "文字相近", "the text is alike";
        /// Another text.
        Different = "different", "文字不同", "the text differs";
        /// Not stated on one side.
        Missing = "missing", "缺文字", "text not stated";
    }
}

/// Jaro-Winkler similarity from which two texts are [`TextLevel::Close`], and [`TextLevel::Near`].
const CLOSE: f64 = 0.92;
const NEAR: f64 = 0.80;
/// Shorter texts are another word after one edit.
const SHORTEST_WITH_EDIT: usize = 4;

/// A text prepared for comparison. Does not print.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct TextKey(Box<str>);

impl fmt::Debug for TextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextKey(redacted)")
    }
}

impl TextKey {
    /// Reads any text: lower case, without accents, spaces and punctuation.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let kept = text.nfkd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
        Self(kept.flat_map(char::to_lowercase).collect::<String>().into())
    }

    /// What is left of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.0.is_empty()
    }
}

/// Compares; symmetric. That two columns have changed places is seen by whoever sees both.
#[must_use]
pub fn compare_texts(a: &TextKey, b: &TextKey) -> TextLevel {
    if a.is_missing() || b.is_missing() {
        return TextLevel::Missing;
    }
    if a == b {
        return TextLevel::Exact;
    }
    let (a, b) = (a.as_str(), b.as_str());
    let long = a.chars().count().max(b.chars().count());
    if long >= SHORTEST_WITH_EDIT && strsim::osa_distance(a, b) == 1 {
        return TextLevel::OneEdit;
    }
    match strsim::jaro_winkler(a, b) {
        close if close >= CLOSE => TextLevel::Close,
        near if near >= NEAR => TextLevel::Near,
        _ => TextLevel::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_placed() {
        for (a, b, level) in [
            ("Müller-Straße 5", "MULLER STRASSE 5", TextLevel::Close),
            ("Müller", "muller", TextLevel::Exact),
            ("jackson", "jakcson", TextLevel::OneEdit),
            ("jackson", "jacksn", TextLevel::OneEdit),
            ("wanye", "wayne", TextLevel::OneEdit),
            ("isabella", "isabelle anna", TextLevel::Close),
            ("elizabeth", "elizabethann", TextLevel::Close),
            ("ann", "anna", TextLevel::OneEdit),
            ("ann", "amn", TextLevel::Different),
            ("smith", "brown", TextLevel::Different),
            ("", "brown", TextLevel::Missing),
            ("-", "brown", TextLevel::Missing),
        ] {
            let (a, b) = (TextKey::read(a), TextKey::read(b));
            assert_eq!(compare_texts(&a, &b), level, "{} {}", a.as_str(), b.as_str());
            assert_eq!(compare_texts(&b, &a), level, "symmetric");
        }
    }
}
