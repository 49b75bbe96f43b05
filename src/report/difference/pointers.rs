//! Where two JSON documents differ, as RFC 6901 pointers: places, never values.

use serde_json::Value;

/// The first `limit` pointers at which two documents differ, in the order of the first.
#[must_use]
pub fn differing_pointers(one: &Value, other: &Value, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    walk(one, other, &mut String::new(), limit, &mut found);
    found
}

fn walk(one: &Value, other: &Value, at: &mut String, limit: usize, found: &mut Vec<String>) {
    if found.len() >= limit || one == other {
        return;
    }
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            let new = right.keys().filter(|name| !left.contains_key(*name));
            for name in left.keys().chain(new) {
                let token = name.replace('~', "~0").replace('/', "~1");
                let (a, b) = (left.get(name), right.get(name));
                step(a, b, &token, at, limit, found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for place in 0..left.len().max(right.len()) {
                step(left.get(place), right.get(place), &place.to_string(), at, limit, found);
            }
        }
        _ => found.push(at.clone()),
    }
}

/// Below a name or place; one that only one side has differs there, whatever it holds.
fn step(
    one: Option<&Value>,
    other: Option<&Value>,
    token: &str,
    at: &mut String,
    limit: usize,
    found: &mut Vec<String>,
) {
    let length = at.len();
    at.push('/');
    at.push_str(token);
    match (one, other) {
        (Some(one), Some(other)) => walk(one, other, at, limit, found),
        _ if found.len() < limit => found.push(at.clone()),
        _ => {}
    }
    at.truncate(length);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differing_pointers;

    #[test]
    fn places_are_named_and_values_are_not() {
        let one = json!({"a": {"b": [1, 2, {"c": "王芳"}]}, "x/y": 1, "same": [1], "gone": null});
        let other = json!({"a": {"b": [1, 3, {"c": "李明"}, 4]}, "x/y": 2, "same": [1], "~new": {"deep": 1}});
        let found = differing_pointers(&one, &other, 10);
        assert_eq!(found, ["/a/b/1", "/a/b/2/c", "/a/b/3", "/gone", "/x~1y", "/~0new"]);
        assert_eq!(differing_pointers(&one, &other, 2), ["/a/b/1", "/a/b/2/c"]);
        assert!(differing_pointers(&one, &one.clone(), 10).is_empty());
        assert_eq!(differing_pointers(&json!(1), &json!("1"), 10), [""]);
    }
}
