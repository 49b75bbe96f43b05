//! A JSON object of which every field must be taken; what is left over is unknown.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::household::{Faults, Fen};

/// An object at a JSON pointer.
pub(in crate::verification) struct Object {
    pointer: String,
    fields: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Object {
    pub(in crate::verification) fn new(pointer: &str, value: Value, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self { pointer: pointer.to_owned(), fields, known: Vec::new() }),
            _ => {
                wrong_type(pointer, "object", "对象", faults);
                None
            }
        }
    }

    /// Its own pointer.
    pub(in crate::verification) fn pointer(&self) -> String {
        self.pointer.clone()
    }

    /// The pointer of a field.
    pub(in crate::verification) fn at(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, escaped(key))
    }

    /// Takes a field; `null` is the same as absent.
    pub(in crate::verification) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.fields.remove(key).filter(|value| !value.is_null())
    }

    fn required(&mut self, key: &'static str, faults: &mut Faults) -> Option<Value> {
        let value = self.take(key);
        if value.is_none() {
            faults.add(&self.at(key), "required", "缺少必填项", "is required", ["请补填", "add it"]);
        }
        value
    }

    pub(in crate::verification) fn object(&mut self, key: &'static str, faults: &mut Faults) -> Option<Self> {
        let value = self.take(key)?;
        Self::new(&self.at(key), value, faults)
    }

    pub(in crate::verification) fn required_object(&mut self, key: &'static str, faults: &mut Faults) -> Option<Self> {
        let value = self.required(key, faults)?;
        Self::new(&self.at(key), value, faults)
    }

    pub(in crate::verification) fn array(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(String, Value)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        self.items(key, value, faults)
    }

    pub(in crate::verification) fn required_array(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
    ) -> Vec<(String, Value)> {
        let Some(value) = self.required(key, faults) else { return Vec::new() };
        self.items(key, value, faults)
    }

    fn items(&self, key: &str, value: Value, faults: &mut Faults) -> Vec<(String, Value)> {
        let pointer = self.at(key);
        match value {
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)).collect()
            }
            _ => {
                wrong_type(&pointer, "array", "数组", faults);
                Vec::new()
            }
        }
    }

    pub(in crate::verification) fn text(
        &mut self,
        key: &'static str,
        most: usize,
        faults: &mut Faults,
    ) -> Option<String> {
        let value = self.take(key)?;
        read_text(&self.at(key), value, most, faults)
    }

    pub(in crate::verification) fn required_text(
        &mut self,
        key: &'static str,
        most: usize,
        faults: &mut Faults,
    ) -> String {
        let value = self.required(key, faults);
        value.and_then(|value| read_text(&self.at(key), value, most, faults)).unwrap_or_default()
    }

    pub(in crate::verification) fn boolean(&mut self, key: &'static str, faults: &mut Faults) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(value) => Some(value),
            _ => {
                wrong_type(&self.at(key), "boolean", "true 或 false", faults);
                None
            }
        }
    }

    pub(in crate::verification) fn integer(&mut self, key: &'static str, faults: &mut Faults) -> Option<u32> {
        let value = self.take(key)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            wrong_type(&self.at(key), "whole number", "非负整数", faults);
        }
        number
    }

    pub(in crate::verification) fn money(&mut self, key: &'static str, faults: &mut Faults) -> Option<Fen> {
        let value = self.take(key)?;
        let amount = value.as_str().and_then(|text| text.parse::<Fen>().ok()).filter(|amount| amount.0 >= 0);
        if amount.is_none() {
            let remedy = [
                "以元为单位填写十进制文本，不带分隔符：\"12000.00\"",
                "write yuan as a decimal text without separators: \"12000.00\"",
            ];
            faults.add(
                &self.at(key),
                "amount",
                "金额格式不正确",
                "is not an amount of yuan from 0 up with at most two decimals",
                remedy,
            );
        }
        amount
    }

    pub(in crate::verification) fn date(&mut self, key: &'static str, faults: &mut Faults) -> Option<Date> {
        let value = self.take(key)?;
        read_date(&self.at(key), &value, faults)
    }

    pub(in crate::verification) fn required_date(&mut self, key: &'static str, faults: &mut Faults) -> Option<Date> {
        let value = self.required(key, faults)?;
        read_date(&self.at(key), &value, faults)
    }

    /// A required value of a closed list.
    pub(in crate::verification) fn named<T>(
        &mut self,
        key: &'static str,
        parse: fn(&str) -> Option<T>,
        names: impl Iterator<Item = &'static str>,
        faults: &mut Faults,
    ) -> Option<T> {
        let value = self.required(key, faults)?;
        self.one_of(key, &value, parse, names, faults)
    }

    /// The same, where the field may be left out.
    pub(in crate::verification) fn optional_named<T>(
        &mut self,
        key: &'static str,
        parse: fn(&str) -> Option<T>,
        names: impl Iterator<Item = &'static str>,
        faults: &mut Faults,
    ) -> Option<T> {
        let value = self.take(key)?;
        self.one_of(key, &value, parse, names, faults)
    }

    fn one_of<T>(
        &self,
        key: &'static str,
        value: &Value,
        parse: fn(&str) -> Option<T>,
        names: impl Iterator<Item = &'static str>,
        faults: &mut Faults,
    ) -> Option<T> {
        let read = value.as_str().and_then(parse);
        if read.is_none() {
            let detail = format!("is none of: {}", names.collect::<Vec<_>>().join(", "));
            faults.add(
                &self.at(key),
                &format!("unknown_{key}"),
                "取值不在规定范围内",
                &detail,
                ["使用所列取值之一", "use one of the listed values"],
            );
        }
        read
    }

    /// Reports every field nobody took.
    pub(in crate::verification) fn finish(self, faults: &mut Faults) {
        for key in self.fields.keys() {
            let nearest = self.known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, key));
            let close = nearest.filter(|known| strsim::damerau_levenshtein(known, key) <= 2);
            let remedy = match close {
                None => ["请删除".to_owned(), "remove it".to_owned()],
                Some(known) => {
                    [format!("请删除，或是否应为 `{known}`？"), format!("remove it, or did you mean `{known}`?")]
                }
            };
            let remedy = [remedy[0].as_str(), remedy[1].as_str()];
            faults.add(&self.at(shown(key)), "unknown_field", "未知字段", "is not a field of a request", remedy);
        }
    }
}

/// A name within a JSON pointer (RFC 6901, 3).
pub(in crate::verification) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A field's name as a fault may repeat it: what is no short name of letters could be a number or a name of a person.
pub(in crate::verification) fn shown(key: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'/' | b'~' | b'.');
    let few_digits = key.bytes().filter(u8::is_ascii_digit).count() <= 2;
    let short = !key.is_empty() && key.len() <= 32;
    let named = short && few_digits && key.bytes().all(|b| plain(b) || b.is_ascii_digit());
    if named { key } else { "***" }
}

pub(in crate::verification) fn read_text(
    pointer: &str,
    value: Value,
    most: usize,
    faults: &mut Faults,
) -> Option<String> {
    let Value::String(text) = value else {
        wrong_type(pointer, "text", "文本", faults);
        return None;
    };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        faults.add(
            pointer,
            "empty",
            "不能为空",
            "is empty",
            ["填写内容，或删去该字段", "fill it in, or leave the field out"],
        );
        return None;
    }
    if trimmed.chars().count() > most {
        let detail = format!("is longer than {most} characters");
        faults.add(pointer, "too_long", "内容过长", &detail, ["请缩短", "shorten it"]);
        return None;
    }
    if trimmed.chars().any(char::is_control) {
        faults.add(
            pointer,
            "control_character",
            "含有控制字符",
            "holds a control character",
            ["删除换行符和制表符", "remove line breaks and tabs"],
        );
        return None;
    }
    Some(trimmed.to_owned())
}

/// Whether a text is written as a day, `yyyy-MM-dd`, and nothing else that a reader of days would take.
pub(in crate::verification) fn is_date(text: &str) -> bool {
    text.len() == 10
}

fn read_date(pointer: &str, value: &Value, faults: &mut Faults) -> Option<Date> {
    let date = value.as_str().filter(|text| is_date(text)).and_then(|text| text.parse::<Date>().ok());
    if date.is_none() {
        faults.add(
            pointer,
            "date",
            "日期格式不正确",
            "is not a calendar date",
            ["格式为 yyyy-MM-dd，例如 2026-11-01", "write yyyy-MM-dd, e.g. 2026-11-01"],
        );
    }
    date
}

pub(in crate::verification) fn wrong_type(pointer: &str, wanted: &str, wanted_zh: &str, faults: &mut Faults) {
    let detail = format!("must be of type {wanted}");
    faults.add(pointer, "type", &format!("类型应为{wanted_zh}"), &detail, ["更正 JSON 类型", "correct the JSON type"]);
}
