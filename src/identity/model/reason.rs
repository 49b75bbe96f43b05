//! Why a model counts something as it does, in the words of whoever wrote it: in Chinese and in English, or once for both.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::checking::Checking;
use crate::household::Lang;

/// A reason in both languages; one that was given once stands in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Reason {
    /// In a language.
    #[must_use]
    pub fn said(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self { zh: text.to_owned(), en: text.to_owned() }
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

/// `reason = "…"` or `reason = { zh = "…", en = "…" }`.
struct Either;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    zh: String,
    en: String,
}

impl<'de> Visitor<'de> for Either {
    type Value = Reason;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, or a text in two languages: { zh = \"…\", en = \"…\" }")
    }

    fn visit_str<E>(self, text: &str) -> Result<Reason, E> {
        Ok(Reason::from(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reason, A::Error> {
        let Both { zh, en } = Both::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Reason { zh, en })
    }
}

impl Checking<'_> {
    /// A reason that says something.
    pub(crate) fn reason(&mut self, key: &str, reason: &Spanned<Reason>, message: &str) -> Reason {
        let Reason { zh, en } = reason.get_ref();
        if zh.trim().is_empty() || en.trim().is_empty() {
            self.fault(Some(reason.span()), key, message);
        }
        reason.get_ref().clone()
    }
}
