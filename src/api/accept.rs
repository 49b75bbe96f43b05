//! Which of several forms a caller prefers, by its Accept header.

use axum::http::{HeaderMap, header};

/// The place of the media type that a caller prefers (RFC 9110, 12.5.1): by weight, then by how exactly it is named, then in the order named;
/// the first for a caller who names none. None when nothing that is offered is acceptable.
pub(super) fn preferred(headers: &HeaderMap, offered: &[&str]) -> Option<usize> {
    let named = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<_> = named.flat_map(|value| value.split(',')).map(range).collect();
    if ranges.is_empty() {
        return Some(0);
    }
    let rank = |kind: &str| {
        let group = format!("{}/*", kind.split('/').next().unwrap_or(""));
        let exact = |name: &str| match name {
            name if name == kind => 3,
            name if name == group => 2,
            "*/*" => 1,
            _ => 0,
        };
        // The most exact range that names a kind decides its weight.
        let best = ranges.iter().enumerate().max_by_key(|(index, (name, _))| (exact(name), usize::MAX - index))?;
        let (index, (name, weight)) = best;
        (exact(name) > 0 && *weight > 0).then_some((*weight, exact(name), usize::MAX - index))
    };
    let ranked = offered.iter().enumerate().filter_map(|(place, kind)| Some((rank(kind)?, place))).rev();
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, place)| place)
}

/// A media range in lower case and its weight in thousandths.
fn range(text: &str) -> (String, u32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or("").to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, weight.map_or(Some(1000), thousandths).unwrap_or(0))
}

/// `0.25` → 250. None for what is no weight.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let (whole, digits) = (whole.parse::<u32>().ok()?, format!("{part:0<3}"));
    (digits.len() == 3 && whole <= 1).then(|| digits.parse::<u32>().ok().map(|part| (whole * 1000 + part).min(1000)))?
}
