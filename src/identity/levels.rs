//! What a comparison of one field can come to: an ordered list of levels, strongest first, `missing` last.
//!
//! The order is the one a model must respect: a weaker level never weighs more. The texts are what an officer reads.

/// A field's ordered levels.
pub trait Level: Copy + Ord + Send + Sync + 'static {
    /// The field's name in reasons and in model files.
    const FIELD: &'static str;
    /// Every level, strongest first, `missing` last.
    const ALL: &'static [Self];
    /// The level that says nothing, because one side has no value.
    const MISSING: Self;
    /// Place in `ALL`.
    fn index(self) -> usize;
    /// Name in reasons and in model files.
    fn key(self) -> &'static str;
    /// What an officer reads, in Chinese.
    fn zh(self) -> &'static str;
    /// What an officer reads, in English.
    fn en(self) -> &'static str;
}

/// Defines a field's levels, strongest first; the last must be `Missing`.
macro_rules! levels {
    ($(#[$doc:meta])* $name:ident of $field:literal {
        $($(#[$level_doc:meta])* $level:ident = $key:literal, $zh:literal, $en:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$level_doc])* $level),* }

        impl $crate::identity::levels::Level for $name {
            const FIELD: &'static str = $field;
            const ALL: &'static [Self] = &[$(Self::$level),*];
            const MISSING: Self = Self::Missing;

            fn index(self) -> usize {
                self as usize
            }
            fn key(self) -> &'static str {
                match self { $(Self::$level => $key),* }
            }
            fn zh(self) -> &'static str {
                match self { $(Self::$level => $zh),* }
            }
            fn en(self) -> &'static str {
                match self { $(Self::$level => $en),* }
            }
        }
    };
}
pub(crate) use levels;
