//! The language of pages: Chinese, or English where `?lang=en` asked for it; a cookie remembers.

use axum::http::request::Parts;

use super::cookies::Cookie;

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Language {
    /// 中文
    #[default]
    Zh,
    /// English.
    En,
}

/// The language of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) language: Language,
    /// Whether the address asks for it, so that it is to be remembered.
    pub(super) asked: bool,
}

impl Language {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// As pages name it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Of two wordings the one in this language.
    pub(super) fn say<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

impl Spoken {
    pub(super) fn of(parts: &Parts, secure: bool) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::parse);
        let kept = Cookie::Language.of(&parts.headers, secure).and_then(Language::parse);
        Self { language: asked.or(kept).unwrap_or_default(), asked: asked.is_some() }
    }
}
