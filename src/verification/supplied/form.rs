//! Walks supplied evidence beside its schema and lists every fault of form: what is missing, unknown, of a wrong type or no value of its
//! kind. What a well-formed value cannot mean is `meaning`'s affair. No fault repeats a value.

use serde_json::{Map, Value};

use super::meaning::{self, Place};
use super::schema::EVIDENCE;
use crate::household::{Area, Faults, Fen, Share, SourceKey, YearMonth};
use crate::verification::intake::shape::{escaped, is_date, shown, wrong_type};

/// Most characters of a text.
const MOST_CHARACTERS: usize = 512;

/// Checks a document.
pub(super) fn check(document: &Value, faults: &mut Faults) {
    let as_of = document.get("as_of").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let mut walk = Walk { faults, place: Place { as_of, kind: None } };
    walk.value(&EVIDENCE, document, "", "");
}

struct Walk<'a> {
    faults: &'a mut Faults,
    place: Place<'a>,
}

/// A definition by a reference, with its name.
fn definition(schema: &'static Value) -> (&'static str, &'static Value) {
    let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/")) else {
        return ("", schema);
    };
    (name, &EVIDENCE["$defs"][name])
}

fn text_of(schema: &'static Value, key: &str) -> &'static str {
    schema.get(key).and_then(Value::as_str).unwrap_or("")
}

impl<'a> Walk<'a> {
    /// `field` is the name under which the value stands.
    fn value(&mut self, schema: &'static Value, value: &'a Value, at: &str, field: &str) {
        let (name, schema) = definition(schema);
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return self.choice(choices, value, at, field);
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return self.word(words, value, at, field);
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            one => Vec::from_iter(one.as_str()),
        };
        if value.is_null() && kinds.contains(&"null") {
            return;
        }
        match kinds.first().copied().unwrap_or("") {
            "object" => self.object(schema, value, at),
            "array" => self.array(schema, value, at, field),
            "integer" => self.integer(schema, value, at),
            "boolean" if !value.is_boolean() => wrong_type(at, "boolean", "true 或 false", self.faults),
            "string" => self.text(name, schema, value, at, field),
            _ => {}
        }
    }

    /// Either a kind told by a tag, or a value that may be null, or one of several types.
    fn choice(&mut self, choices: &'static [Value], value: &'a Value, at: &str, field: &str) {
        if let Some(tag) = tag_of(choices) {
            return self.tagged(choices, tag, value, at);
        }
        let is_null = |choice: &&Value| choice["type"] == "null";
        if value.is_null() && choices.iter().any(|choice| is_null(&choice)) {
            return;
        }
        let mut others = choices.iter().filter(|choice| !is_null(choice));
        let fitting = others.clone().find(|choice| {
            let kind = text_of(definition(choice).1, "type");
            (kind == "array") == value.is_array()
        });
        if let Some(choice) = fitting.or_else(|| others.next()) {
            self.value(choice, value, at, field);
        }
    }

    fn tagged(&mut self, choices: &'static [Value], tag: &'static str, value: &'a Value, at: &str) {
        let Value::Object(fields) = value else { return wrong_type(at, "object", "对象", self.faults) };
        let pointer = format!("{at}/{tag}");
        let Some(named) = fields.get(tag).filter(|named| !named.is_null()) else { return self.missing(&pointer) };
        let name = |choice: &'static Value| choice["properties"][tag]["enum"][0].as_str().unwrap_or("");
        match choices.iter().find(|choice| named.as_str() == Some(name(choice))) {
            Some(choice) => {
                let outer = self.place.kind;
                self.place.kind = (tag == "kind").then(|| name(choice)).or(outer);
                self.object(choice, value, at);
                self.place.kind = outer;
            }
            None => self.unknown_word(&pointer, tag, &choices.iter().map(name).collect::<Vec<_>>()),
        }
    }

    fn object(&mut self, schema: &'static Value, value: &'a Value, at: &str) {
        let Value::Object(fields) = value else { return wrong_type(at, "object", "对象", self.faults) };
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in required.filter(|name| !fields.contains_key(*name)) {
            self.missing(&format!("{at}/{name}"));
        }
        let Some(known) = schema["properties"].as_object() else { return };
        for (name, value) in fields {
            match known.get(name) {
                Some(schema) => self.value(schema, value, &format!("{at}/{}", escaped(name)), name),
                None => self.unknown_field(known, name, at),
            }
        }
        meaning::periods(fields, at, self.faults);
    }

    fn array(&mut self, schema: &'static Value, value: &'a Value, at: &str, field: &str) {
        let Value::Array(items) = value else { return wrong_type(at, "array", "数组", self.faults) };
        for (index, item) in items.iter().enumerate() {
            self.value(&schema["items"], item, &format!("{at}/{index}"), field);
        }
    }

    fn integer(&mut self, schema: &'static Value, value: &Value, at: &str) {
        let least = schema.get("minimum").and_then(Value::as_i64);
        let widest = if least.is_some() { i64::from(u32::MAX) } else { i64::from(i32::MAX) };
        let most = schema.get("maximum").and_then(Value::as_i64).unwrap_or(widest);
        let least = least.unwrap_or(i64::from(i32::MIN));
        if !value.as_i64().is_some_and(|number| (least..=most).contains(&number)) {
            let (zh, en) =
                (format!("应为 {least} 至 {most} 的整数"), format!("is no whole number from {least} to {most}"));
            self.faults.add(at, "out_of_range", &zh, &en, ["更正数值", "correct the number"]);
        }
    }

    fn word(&mut self, words: &'static [Value], value: &Value, at: &str, field: &str) {
        if !words.contains(value) {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            self.unknown_word(at, field, &words);
        }
    }

    fn text(&mut self, name: &str, schema: &'static Value, value: &Value, at: &str, field: &str) {
        let Value::String(text) = value else { return wrong_type(at, "text", "文本", self.faults) };
        match (name, text_of(schema, "format")) {
            ("Fen" | "Area", _) => self.amount(name, text, at, field),
            ("MemberRef", _) => meaning::reference(text, at, self.faults),
            ("YearMonth", _) => match text.parse::<YearMonth>() {
                Ok(month) => meaning::month(month, self.place, at, field, self.faults),
                Err(_) => {
                    let remedy = ["格式为 yyyy-MM，例如 2026-10", "write yyyy-MM, e.g. 2026-10"];
                    self.faults.add(at, "month", "月份格式不正确", "is not a month", remedy);
                }
            },
            (_, "date") => match text.parse() {
                Ok(day) if is_date(text) => meaning::day(day, self.place, at, self.faults),
                _ => {
                    let remedy = ["格式为 yyyy-MM-dd，例如 2026-11-01", "write yyyy-MM-dd, e.g. 2026-11-01"];
                    self.faults.add(at, "date", "日期格式不正确", "is not a calendar date", remedy);
                }
            },
            ("Share", _) => {
                let remedy = ["写作 n/m，大于 0 且不超过 1，例如 1/2", "write n/m, above 0 and at most 1, e.g. 1/2"];
                let fault = ("share", "份额不正确", "is not a share above 0 and at most 1");
                self.unless(text.parse::<Share>().is_ok(), at, fault, remedy);
            }
            ("SourceKey", _) => {
                let remedy = ["使用 hedui sources list 所列的部门", "use a department of `hedui sources list`"];
                let fault = ("source", "部门代码格式不正确", "is not the key of a department: a-z, 0-9 and _");
                self.unless(SourceKey::new(text.as_str()).is_ok(), at, fault, remedy);
            }
            _ => self.plain(text, text_of(schema, "pattern"), at, field),
        }
    }

    fn unless(&mut self, fits: bool, at: &str, (code, zh, en): (&str, &str, &str), remedy: [&str; 2]) {
        if !fits {
            self.faults.add(at, code, zh, en, remedy);
        }
    }

    fn amount(&mut self, name: &str, text: &str, at: &str, field: &str) {
        let read = if name == "Fen" { text.parse::<Fen>() } else { text.parse::<Area>().map(|area| Fen(area.0)) };
        match read {
            Ok(amount) => meaning::amount(amount, self.place, at, field, self.faults),
            Err(_) => {
                let remedy = [
                    "填写十进制文本，至多两位小数，不带分隔符：\"12000.00\"",
                    "write a decimal text with at most two decimals and no separators: \"12000.00\"",
                ];
                self.faults.add(at, "amount", "数额格式不正确", "is not an amount", remedy);
            }
        }
    }

    /// A text of no form of its own, or a code of digits.
    fn plain(&mut self, text: &str, pattern: &str, at: &str, field: &str) {
        let digits = |count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        match (pattern, field) {
            ("", _) => {
                let fits = text.chars().count() <= MOST_CHARACTERS && !text.chars().any(char::is_control);
                let fault = ("text", "内容过长或含有控制字符", "is too long or holds a control character");
                self.unless(fits, at, fault, ["缩短，并删除换行符和制表符", "shorten it; remove line breaks and tabs"]);
            }
            (_, "relation") => {
                let remedy = [
                    "填写 GB/T 4761 两位代码：01 本人、10 配偶、20 子、30 女、51 父、52 母……",
                    "two digits of GB/T 4761: 01 self, 10 spouse, 20 son, 30 daughter, 51 father, 52 mother, …",
                ];
                let fault = ("relation", "家庭关系代码不正确", "is not a GB/T 4761 code");
                self.unless(digits(2) && text != "00", at, fault, remedy);
            }
            _ => {
                let fault = ("region_shape", "行政区划代码应为六位数字", "a region is a GB/T 2260 code of six digits");
                self.unless(digits(6), at, fault, ["例如 620422", "e.g. 620422"]);
            }
        }
    }

    fn missing(&mut self, at: &str) {
        self.faults.add(at, "required", "缺少必填项", "is required", ["请补填", "add it"]);
    }

    fn unknown_word(&mut self, at: &str, field: &str, words: &[&str]) {
        let (zh, en) = (format!("应为其中之一：{}", words.join("、")), format!("is none of: {}", words.join(", ")));
        let remedy = ["使用所列取值之一", "use one of the listed values"];
        self.faults.add(at, &format!("unknown_{field}"), &zh, &en, remedy);
    }

    fn unknown_field(&mut self, known: &'static Map<String, Value>, name: &str, at: &str) {
        let near = known.keys().min_by_key(|key| strsim::damerau_levenshtein(key, name));
        let near = near.filter(|key| strsim::damerau_levenshtein(key, name) <= 2);
        let remedy = match near {
            None => ["请删除".to_owned(), "remove it".to_owned()],
            Some(near) => [format!("请删除，或是否应为 `{near}`？"), format!("remove it, or did you mean `{near}`?")],
        };
        let remedy = [remedy[0].as_str(), remedy[1].as_str()];
        let pointer = format!("{at}/{}", escaped(shown(name)));
        self.faults.add(&pointer, "unknown_field", "未知字段", "is not a field of this object", remedy);
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
