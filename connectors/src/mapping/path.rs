//! Paths into a tree: JSONPath (RFC 9535) from the answer's root (`$`), or from the row at hand (`@`).

use serde_json::Value;
use serde_json_path::{JsonPath, PathElement};

use crate::codec::Unreadable;

/// A parsed path.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    text: String,
    from_row: bool,
    parsed: JsonPath,
}

/// A row (or an item of a batch) within its answer.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) root: &'a Value,
    pub(crate) node: &'a Value,
    /// Where the node lies, as `$.vehs[0]`.
    pub(crate) location: &'a str,
}

impl Path {
    /// # Errors
    /// What is wrong with the path.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (from_row, rooted) = match text.strip_prefix('@') {
            Some(rest) => (true, format!("${rest}")),
            None => (false, text.to_owned()),
        };
        let parsed =
            JsonPath::parse(&rooted).map_err(|error| format!("`{text}` is not a path: {}", error.message()))?;
        Ok(Self { text: text.to_owned(), from_row, parsed })
    }

    /// Whether it starts at the row.
    pub(crate) fn starts_at_row(&self) -> bool {
        self.from_row
    }

    /// The path as written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn base<'a>(&self, place: Place<'a>) -> &'a Value {
        if self.from_row { place.node } else { place.root }
    }

    /// The path with the row's own place in front: `$.vehs[0].ccdjrq`.
    pub(crate) fn shown(&self, place: Place<'_>) -> String {
        if self.from_row { format!("{}{}", place.location, &self.text[1..]) } else { self.text.clone() }
    }

    /// The single value at the path; missing and `null` are `None`.
    pub(crate) fn value<'a>(&self, place: Place<'a>) -> Result<Option<&'a Value>, Unreadable> {
        match self.parsed.query(self.base(place)).at_most_one() {
            Ok(found) => Ok(found.filter(|value| !value.is_null())),
            Err(_) => Err(Unreadable::new(self.shown(place), "stands more than once")),
        }
    }

    /// Whether exactly `null` stands at the path: something missing does not count.
    pub(crate) fn is_null(&self, place: Place<'_>) -> bool {
        matches!(self.parsed.query(self.base(place)).exactly_one(), Ok(Value::Null))
    }

    /// Every node at the path.
    pub(crate) fn each<'a>(&self, place: Place<'a>) -> impl Iterator<Item = &'a Value> {
        self.parsed.query(self.base(place)).all().into_iter()
    }

    /// How many nodes lie at the path.
    pub(crate) fn count(&self, place: Place<'_>) -> usize {
        self.parsed.query(self.base(place)).len()
    }

    /// The single scalar at the path as trimmed text; missing, `null` and empty are `None`.
    pub(crate) fn scalar(&self, place: Place<'_>) -> Result<Option<String>, Unreadable> {
        let text = match self.value(place)? {
            None => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(_) => return Err(Unreadable::new(self.shown(place), "is not a single value")),
        };
        Ok((!text.is_empty()).then_some(text))
    }

    /// Every node at the path with its place.
    pub(crate) fn nodes<'a>(&self, place: Place<'a>) -> Vec<(String, &'a Value)> {
        let prefix = if self.from_row { place.location } else { "$" };
        self.parsed
            .query_located(self.base(place))
            .iter()
            .map(|located| {
                let mut location = prefix.to_owned();
                for element in located.location().iter() {
                    match element {
                        PathElement::Index(index) => location.push_str(&format!("[{index}]")),
                        // a name that the definition does not spell out is the department's, and may be anything
                        PathElement::Name(name) if self.text.contains(name) => location.push_str(&format!(".{name}")),
                        PathElement::Name(_) => location.push_str("[*]"),
                    }
                }
                (location, located.node())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_three_manners_of_absence_are_one() {
        for row in [json!({"a": ""}), json!({"a": null}), json!({}), json!({"a": "  "})] {
            let place = Place { root: &row, node: &row, location: "$.rows[0]" };
            assert_eq!(Path::parse("@.a").unwrap().scalar(place).unwrap(), None, "{row}");
        }
    }

    #[test]
    fn places_show_indices_and_only_names_of_the_definition() {
        let root = json!({"list": {"张三": {"x": 1}}, "rows": [{"x": 1}, {"x": [2]}]});
        let place = Place { root: &root, node: &root, location: "$" };
        assert_eq!(Path::parse("$.list[*]").unwrap().nodes(place)[0].0, "$.list[*]");
        let rows = Path::parse("$.rows[*]").unwrap().nodes(place);
        let row = Place { root: &root, node: rows[1].1, location: &rows[1].0 };
        let error = Path::parse("@.x").unwrap().scalar(row).unwrap_err();
        assert_eq!((error.place.as_str(), error.reason.as_str()), ("$.rows[1].x", "is not a single value"));
    }
}
