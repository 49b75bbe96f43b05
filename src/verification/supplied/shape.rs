//! The published schema, read once into what a walk needs at each place. A schema that says something else than is known here fails in a
//! test, not in a call.

use std::sync::LazyLock;

use serde_json::Value;

use super::schema::EVIDENCE;

/// What stands at a place.
pub(super) enum Shape {
    /// An object with these fields.
    Object(Fields),
    /// An object whose kind is told by a field.
    Tagged { tag: &'static str, kinds: Vec<(&'static str, Fields)> },
    /// A list, or else the other.
    ListOr { list: Box<Self>, other: Box<Self> },
    /// A list of these.
    List(Box<Self>),
    /// One of these words.
    Word(Vec<&'static str>),
    /// A whole number within these bounds.
    Integer { least: i64, most: i64 },
    /// Yes or no.
    Boolean,
    /// A text.
    Text(Text),
}

/// Forms of text.
#[derive(Clone, Copy)]
pub(super) enum Text {
    Money,
    Area,
    Share,
    Month,
    Day,
    Source,
    Reference,
    Relation,
    Region,
    Plain,
}

/// A field of an object.
pub(super) struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// Whether `null` is the same as leaving it out.
    pub nullable: bool,
}

/// Fields by name.
pub(super) struct Fields(pub Vec<Field>);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.binary_search_by(|field| field.name.cmp(name)).ok().map(|place| &self.0[place])
    }
}

/// The shape of the whole document.
pub(super) static WHOLE: LazyLock<Shape> = LazyLock::new(|| shape(&EVIDENCE, "").0);

fn text_of(schema: &'static Value, key: &str) -> &'static str {
    schema.get(key).and_then(Value::as_str).unwrap_or("")
}

/// A definition by a reference, with its name.
fn definition(schema: &'static Value) -> (&'static str, &'static Value) {
    match text_of(schema, "$ref").strip_prefix("#/$defs/") {
        Some(name) => (name, &EVIDENCE["$defs"][name]),
        None => ("", schema),
    }
}

/// The shape of a field's value, and whether it may be null.
fn shape(schema: &'static Value, field: &str) -> (Shape, bool) {
    let (name, schema) = definition(schema);
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        return choice(choices, field);
    }
    let kinds: Vec<_> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        one => Vec::from_iter(one.as_str()),
    };
    let nullable = kinds.contains(&"null");
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return (Shape::Word(words.iter().filter_map(Value::as_str).collect()), nullable);
    }
    let shape = match kinds.first().copied() {
        Some("object") => Shape::Object(fields(schema)),
        Some("array") => Shape::List(Box::new(shape(&schema["items"], field).0)),
        Some("integer") => integer(schema),
        Some("boolean") => Shape::Boolean,
        Some("string") => Shape::Text(text(name, schema, field)),
        other => panic!("the schema of evidence has a {other:?} at {field}"),
    };
    (shape, nullable)
}

fn choice(choices: &'static [Value], field: &str) -> (Shape, bool) {
    if let Some(tag) = tag_of(choices) {
        let name = |kind: &'static Value| kind["properties"][tag]["enum"][0].as_str().unwrap_or("");
        return (Shape::Tagged { tag, kinds: choices.iter().map(|kind| (name(kind), fields(kind))).collect() }, false);
    }
    let (nulls, others): (Vec<_>, Vec<_>) = choices.iter().partition(|choice| choice["type"] == "null");
    let mut shapes: Vec<Shape> = others.into_iter().map(|choice| shape(choice, field).0).collect();
    shapes.sort_by_key(|shape| matches!(shape, Shape::List(_)));
    match (shapes.pop(), shapes.pop()) {
        (Some(one), None) => (one, !nulls.is_empty()),
        (Some(list), Some(other)) => {
            (Shape::ListOr { list: Box::new(list), other: Box::new(other) }, !nulls.is_empty())
        }
        _ => panic!("the schema of evidence has an empty choice at {field}"),
    }
}

/// The field that tells the kinds of a list apart, if one does.
fn tag_of(choices: &'static [Value]) -> Option<&'static str> {
    let tags = |choice: &'static Value| {
        let fields = choice["properties"].as_object().into_iter().flatten();
        fields.filter(|(_, field)| field["enum"].as_array().is_some_and(|words| words.len() == 1)).map(|(name, _)| name)
    };
    let mut first = choices.first().into_iter().flat_map(tags);
    first.find(|tag| choices.iter().all(|choice| tags(choice).any(|own| own == *tag))).map(String::as_str)
}

/// A schema's fields, which stand in the order of their names.
fn fields(schema: &'static Value) -> Fields {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut fields: Vec<Field> = properties
        .map(|(name, field)| {
            let (shape, nullable) = shape(field, name);
            Field { name, shape, required: required(name), nullable }
        })
        .collect();
    fields.sort_by_key(|field| field.name);
    Fields(fields)
}

fn integer(schema: &Value) -> Shape {
    let least = schema.get("minimum").and_then(Value::as_i64);
    let widest = if least.is_some() { i64::from(u32::MAX) } else { i64::from(i32::MAX) };
    let most = schema.get("maximum").and_then(Value::as_i64).unwrap_or(widest);
    Shape::Integer { least: least.unwrap_or(i64::from(i32::MIN)), most }
}

fn text(name: &str, schema: &'static Value, field: &str) -> Text {
    match (name, text_of(schema, "format"), field) {
        ("Fen", ..) => Text::Money,
        ("Area" | "Mu", ..) => Text::Area,
        ("Share", ..) => Text::Share,
        ("YearMonth", ..) => Text::Month,
        ("SourceKey", ..) => Text::Source,
        ("MemberRef", ..) => Text::Reference,
        (_, "date", _) => Text::Day,
        _ if text_of(schema, "pattern").is_empty() => Text::Plain,
        (.., "relation") => Text::Relation,
        (.., "region") => Text::Region,
        _ => panic!("the schema of evidence has a pattern of its own at {field}"),
    }
}
