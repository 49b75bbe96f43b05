//! What an answer's headers say.

use std::time::Duration;

use http::{HeaderMap, header};

/// `charset=…` of a content type.
pub(super) fn charset(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let parameters = text.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.next().map(|(_, label)| label.trim().trim_matches(['"', '\'']).to_owned())
}

/// `Retry-After` in seconds or as a date.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until.duration_since(jiff::Timestamp::now())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let after = |text: &'static str| {
            retry_after(&HeaderMap::from_iter([(header::RETRY_AFTER, http::HeaderValue::from_static(text))]))
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert!(after("Tue, 31 Dec 2199 23:59:59 GMT").is_some_and(|wait| wait > Duration::from_secs(3600)));
        assert_eq!(after("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn the_charset_of_a_content_type_is_read() {
        let of = |text: &'static str| {
            charset(&HeaderMap::from_iter([(header::CONTENT_TYPE, http::HeaderValue::from_static(text))]))
        };
        assert_eq!(of("application/json; Charset=\"GBK\"").as_deref(), Some("GBK"));
        assert_eq!(of("text/xml;version=1;charset=utf-8").as_deref(), Some("utf-8"));
        assert_eq!(of("application/json"), None);
    }
}
