//! What of a pack no published text backs, as reports name it: put in words once a pack.

use jiff::civil::Date;

use super::catalogue::CATALOGUE;
use super::resolved::ResolvedPack;
use crate::policy::assessment::{AssumedParameter, Basis};

/// Every assumed parameter in force on a day with its place in the catalogue, by key.
pub(super) fn parameters(pack: &ResolvedPack, day: Date) -> Vec<(usize, AssumedParameter)> {
    let in_force =
        CATALOGUE.iter().enumerate().filter_map(|(place, spec)| Some((place, spec, pack.on(spec.key, day)?)));
    let mut assumed: Vec<_> = in_force
        // whom to ask is no figure that anything is reckoned with
        .filter(|(_, _, entry)| entry.basis == Basis::Assumed && entry.unit != "office")
        .map(|(place, spec, entry)| {
            // a kind of value is no unit that a reader needs, nor one that the key says
            let says_itself =
                matches!(entry.unit.as_str(), "boolean" | "choice" | "codes" | "count" | "ratio" | "tiers")
                    || spec.key.ends_with(&entry.unit);
            let value = if says_itself { entry.value.to_string() } else { format!("{} {}", entry.value, entry.unit) };
            (place, AssumedParameter { key: spec.key.into(), value, pack: entry.pack.clone() })
        })
        .collect();
    assumed.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
    assumed
}
