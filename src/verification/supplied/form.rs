//! Walks supplied evidence beside its shape and lists every fault of form: what is missing, unknown, of a wrong type or no value of its
//! kind. What a well-formed value cannot mean is `meaning`'s affair. No fault repeats a value.

use serde_json::{Map, Value};

use super::meaning::{self, Place};
use super::shape::{Fields, Shape, Text, WHOLE};
use crate::household::{Area, Faults, Fen, Share, SourceKey, YearMonth};
use crate::verification::intake::place::At;
use crate::verification::intake::shape::{is_date, shown, wrong_type};

/// Most characters of a text.
const MOST_CHARACTERS: usize = 512;

/// Checks a document.
pub(super) fn check(document: &Value, faults: &mut Faults) {
    let as_of = document.get("as_of").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let mut walk = Walk { faults, place: Place { as_of, kind: None } };
    walk.value(&WHOLE, document, &At::WHOLE);
}

struct Walk<'a> {
    faults: &'a mut Faults,
    place: Place,
}

impl Walk<'_> {
    fn value(&mut self, shape: &'static Shape, value: &Value, at: &At<'_>) {
        match (shape, value) {
            (Shape::Object(fields), Value::Object(given)) => self.object(fields, given, at),
            (Shape::Tagged { tag, kinds }, Value::Object(given)) => self.tagged(tag, kinds, given, at),
            (Shape::Object(_) | Shape::Tagged { .. }, _) => self.wrong_type(at, "object", "对象"),
            (Shape::ListOr { list, .. }, Value::Array(_)) => self.value(list, value, at),
            (Shape::ListOr { other, .. }, _) => self.value(other, value, at),
            (Shape::List(each), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(each, item, &at.item(index));
                }
            }
            (Shape::List(_), _) => self.wrong_type(at, "array", "数组"),
            (Shape::Word(words), _) if value.as_str().is_some_and(|word| words.contains(&word)) => {}
            (Shape::Word(words), _) => self.unknown_word(at, words),
            (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Boolean, _) => self.wrong_type(at, "boolean", "true 或 false"),
            (Shape::Integer { least, most }, _) => self.integer(*least, *most, value, at),
            (Shape::Text(form), Value::String(text)) => self.text(*form, text, at),
            (Shape::Text(_), _) => self.wrong_type(at, "text", "文本"),
        }
    }

    fn tagged(
        &mut self,
        tag: &'static str,
        kinds: &'static [(&'static str, Fields)],
        given: &Map<String, Value>,
        at: &At<'_>,
    ) {
        let Some(named) = given.get(tag).filter(|named| !named.is_null()) else { return self.missing(&at.field(tag)) };
        match kinds.iter().find(|(name, _)| named.as_str() == Some(name)) {
            Some((name, fields)) => {
                let outer = self.place.kind;
                self.place.kind = if tag == "kind" { Some(name) } else { outer };
                self.object(fields, given, at);
                self.place.kind = outer;
            }
            None => self.unknown_word(&at.field(tag), &kinds.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
        }
    }

    fn object(&mut self, fields: &'static Fields, given: &Map<String, Value>, at: &At<'_>) {
        for field in fields.0.iter().filter(|field| field.required && !given.contains_key(field.name)) {
            self.missing(&at.field(field.name));
        }
        for (name, value) in given {
            match fields.get(name) {
                Some(field) if value.is_null() && field.nullable => {}
                Some(field) => self.value(&field.shape, value, &at.field(name)),
                None => self.unknown_field(fields, name, at),
            }
        }
        meaning::periods(given, at, self.faults);
    }

    fn integer(&mut self, least: i64, most: i64, value: &Value, at: &At<'_>) {
        if !value.as_i64().is_some_and(|number| (least..=most).contains(&number)) {
            let zh = format!("应为 {least} 至 {most} 的整数");
            let en = format!("is no whole number from {least} to {most}");
            self.faults.add(&at.to_string(), "out_of_range", &zh, &en, ["更正数值", "correct the number"]);
        }
    }

    fn text(&mut self, form: Text, text: &str, at: &At<'_>) {
        match form {
            Text::Money => self.amount(text.parse::<Fen>().ok(), at),
            Text::Area => self.amount(text.parse::<Area>().ok().map(|area| Fen(area.0)), at),
            Text::Reference => meaning::reference(text, at, self.faults),
            Text::Month => match text.parse::<YearMonth>() {
                Ok(month) => meaning::month(month, self.place, at, self.faults),
                Err(_) => {
                    let remedy = ["格式为 yyyy-MM，例如 2026-10", "write yyyy-MM, e.g. 2026-10"];
                    self.unless(false, at, ("month", "月份格式不正确", "is not a month"), remedy);
                }
            },
            Text::Day => match text.parse() {
                Ok(day) if is_date(text) => meaning::day(day, self.place, at, self.faults),
                _ => {
                    let remedy = ["格式为 yyyy-MM-dd，例如 2026-11-01", "write yyyy-MM-dd, e.g. 2026-11-01"];
                    self.unless(false, at, ("date", "日期格式不正确", "is not a calendar date"), remedy);
                }
            },
            Text::Share => {
                let remedy = ["写作 n/m，大于 0 且不超过 1，例如 1/2", "write n/m, above 0 and at most 1, e.g. 1/2"];
                let fault = ("share", "份额不正确", "is not a share above 0 and at most 1");
                self.unless(text.parse::<Share>().is_ok(), at, fault, remedy);
            }
            Text::Source => {
                let remedy = ["使用 hedui sources list 所列的部门", "use a department of `hedui sources list`"];
                let fault = ("source", "部门代码格式不正确", "is not the key of a department: a-z, 0-9 and _");
                self.unless(SourceKey::new(text).is_ok(), at, fault, remedy);
            }
            Text::Relation => {
                let remedy = [
                    "填写 GB/T 4761 两位代码：01 本人、10 配偶、20 子、30 女、51 父、52 母……",
                    "two digits of GB/T 4761: 01 self, 10 spouse, 20 son, 30 daughter, 51 father, 52 mother, …",
                ];
                let fault = ("relation", "家庭关系代码不正确", "is not a GB/T 4761 code");
                self.unless(are_digits(text, 2) && text != "00", at, fault, remedy);
            }
            Text::Region => {
                let fault = ("region_shape", "行政区划代码应为六位数字", "a region is a GB/T 2260 code of six digits");
                self.unless(are_digits(text, 6), at, fault, ["例如 620422", "e.g. 620422"]);
            }
            Text::Plain => {
                let fits = text.chars().count() <= MOST_CHARACTERS && !text.chars().any(char::is_control);
                let fault = ("text", "内容过长或含有控制字符", "is too long or holds a control character");
                self.unless(fits, at, fault, ["缩短，并删除换行符和制表符", "shorten it; remove line breaks and tabs"]);
            }
        }
    }

    fn amount(&mut self, read: Option<Fen>, at: &At<'_>) {
        match read {
            Some(amount) => meaning::amount(amount, self.place, at, self.faults),
            None => {
                let remedy = [
                    "填写十进制文本，至多两位小数，不带分隔符：\"12000.00\"",
                    "write a decimal text with at most two decimals and no separators: \"12000.00\"",
                ];
                self.unless(false, at, ("amount", "数额格式不正确", "is not an amount"), remedy);
            }
        }
    }

    fn unless(&mut self, fits: bool, at: &At<'_>, (code, zh, en): (&str, &str, &str), remedy: [&str; 2]) {
        if !fits {
            self.faults.add(&at.to_string(), code, zh, en, remedy);
        }
    }

    fn wrong_type(&mut self, at: &At<'_>, wanted: &str, wanted_zh: &str) {
        wrong_type(&at.to_string(), wanted, wanted_zh, self.faults);
    }

    fn missing(&mut self, at: &At<'_>) {
        self.unless(false, at, ("required", "缺少必填项", "is required"), ["请补填", "add it"]);
    }

    fn unknown_word(&mut self, at: &At<'_>, words: &[&str]) {
        let (zh, en) = (format!("应为其中之一：{}", words.join("、")), format!("is none of: {}", words.join(", ")));
        let code = format!("unknown_{}", at.name());
        self.unless(false, at, (&code, &zh, &en), ["使用所列取值之一", "use one of the listed values"]);
    }

    fn unknown_field(&mut self, fields: &'static Fields, name: &str, at: &At<'_>) {
        let distance = |field: &str| strsim::damerau_levenshtein(field, name);
        let near = fields.0.iter().map(|field| field.name).min_by_key(|field| distance(field));
        let remedy = match near.filter(|near| distance(near) <= 2) {
            None => ["请删除".to_owned(), "remove it".to_owned()],
            Some(near) => [format!("请删除，或是否应为 `{near}`？"), format!("remove it, or did you mean `{near}`?")],
        };
        let fault = ("unknown_field", "未知字段", "is not a field of this object");
        self.unless(false, &at.field(shown(name)), fault, [&remedy[0], &remedy[1]]);
    }
}

fn are_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}
