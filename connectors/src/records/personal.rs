//! Types for personal data: they compare, hash and serialise, but do not print.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! personal {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself. Every call is a place where personal data leaves its wrapper: never into a log or an error.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[redacted]")
            }
        }

        super::text_schema!($name, r"", "personal data");

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

personal! {
    /// A person's name, as written by whoever wrote it.
    PersonName;
    /// A document number, as written; checked and normalised by `identity`.
    IdNumber;
    /// A telephone number.
    Phone;
    /// A postal or registered address.
    Address;
    /// Anything else that identifies a person or their things: employer, plate, account, certificate number.
    Private;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_types_do_not_print() {
        macro_rules! held {
            ($($name:ident)*) => {$(
                let text = $name::new("110101199003070038");
                assert_eq!(format!("{text:?} {text}"), concat!(stringify!($name), "(redacted) [redacted]"));
            )*};
        }
        held!(PersonName IdNumber Phone Address Private);
    }
}
