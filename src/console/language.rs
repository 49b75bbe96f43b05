//! The language of pages: Chinese, or English where `?lang=en` asked for it; a cookie remembers.

use axum::http::request::Parts;

use super::cookies::Cookie;
use crate::household::Lang;

/// The language of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) lang: Lang,
    /// Whether the address asks for it, so that it is to be remembered.
    pub(super) asked: bool,
}

fn parse(text: &str) -> Option<Lang> {
    match text {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// As addresses and the cookie name it.
pub(super) fn code(lang: Lang) -> &'static str {
    lang.pick("zh", "en")
}

/// The address of the same page in the other language.
pub(super) fn switch(parts: &Parts, lang: Lang) -> String {
    let query = parts.uri.query().unwrap_or_default();
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let other = format!("lang={}", lang.pick("en", "zh"));
    format!("?{}", kept.chain([other.as_str()]).collect::<Vec<_>>().join("&"))
}

impl Spoken {
    pub(super) fn of(parts: &Parts, secure: bool) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(parse);
        let kept = Cookie::Language.of(&parts.headers, secure).and_then(parse);
        Self { lang: asked.or(kept).unwrap_or_default(), asked: asked.is_some() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_language_is_of_the_same_page() {
        for (here, there) in [("/", "?lang=en"), ("/?tab=due&lang=zh&cursor=a_b", "?tab=due&cursor=a_b&lang=en")] {
            let (parts, ()) = axum::http::Request::get(here).body(()).unwrap().into_parts();
            assert_eq!(switch(&parts, Lang::Zh), there);
        }
    }
}
