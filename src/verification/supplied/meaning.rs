//! What a well-formed value of supplied evidence cannot mean: amounts nobody has, days that nobody can know of yet, periods that end
//! before they begin, people and departments that are not there.

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::household::{Faults, Fen, YearMonth};
use crate::policy::cases::DEPARTMENTS;
use crate::verification::intake::place::At;
use crate::verification::intake::{MAX_PEOPLE, person};

/// Where a value stands: the day the question is about, and the kind of record around it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub as_of: Option<Date>,
    pub kind: Option<&'static str>,
}

/// Years of days and months that anything here may be about.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;
/// A trillion yuan: no household has more, and sums stay exact.
const MOST: Fen = Fen::from_yuan(1_000_000_000_000);
/// Amounts that may be negative: a bill taken back, a debt, an overdrawn account.
const EITHER_WAY: &[(&str, &[&str])] = &[
    ("medical_cost", &["total", "reimbursed", "aid", "self_paid"]),
    ("account", &["balance"]),
    ("securities", &["cash"]),
];
/// Days and months of a record that may lie ahead: a birth expected, a certificate's end, the planned end of a period.
const MAY_LIE_AHEAD: &[&str] = &["due_on", "valid_until", "to"];

pub(super) fn amount(amount: Fen, place: Place, at: &At<'_>, faults: &mut Faults) {
    let either_way = |(kind, fields): &(&str, &[&str])| place.kind == Some(*kind) && fields.contains(&at.name());
    if amount < Fen::ZERO && !EITHER_WAY.iter().any(either_way) {
        let remedy = [
            "填写不小于零的数额；只有医疗费冲正、贷款和透支余额可以为负",
            "write 0 or more; only medical bills taken back, loans and overdrawn balances may be negative",
        ];
        faults.add(&at.to_string(), "negative", "数额不能为负", "is negative", remedy);
    } else if amount.0.unsigned_abs() > MOST.0.unsigned_abs() {
        let remedy = ["核对单位和小数点", "check the unit and the decimal point"];
        faults.add(&at.to_string(), "too_large", "数额过大", "is more than any household has", remedy);
    }
}

pub(super) fn day(day: Date, place: Place, at: &At<'_>, faults: &mut Faults) {
    let of_a_fact = place.kind.is_some() || (at.name() == "birth_date" && at.part() != "records");
    let ahead = place.as_of.is_some_and(|as_of| day > as_of);
    time(day.year(), of_a_fact && ahead && !MAY_LIE_AHEAD.contains(&at.name()), at, faults);
}

pub(super) fn month(month: YearMonth, place: Place, at: &At<'_>, faults: &mut Faults) {
    let ahead = place.as_of.is_some_and(|as_of| month > YearMonth::of(as_of));
    time(month.first_day().year(), ahead && !MAY_LIE_AHEAD.contains(&at.name()), at, faults);
}

fn time(year: i16, not_known_yet: bool, at: &At<'_>, faults: &mut Faults) {
    if !YEARS.contains(&year) {
        let remedy = ["核对年份", "check the year"];
        faults.add(
            &at.to_string(),
            "year",
            "年份应在 1900 至 2199 之间",
            "lies outside the years 1900 to 2199",
            remedy,
        );
    } else if not_known_yet {
        let remedy = ["核对日期，或推后 as_of", "check the date, or move as_of to a later day"];
        faults.add(
            &at.to_string(),
            "future",
            "晚于核对基准日，当时尚不可知",
            "lies after as_of, when nobody could know of it",
            remedy,
        );
    }
}

/// Periods of an object: `from` with `to`, `asked_on` with `answered_on`. Days and months order as their texts do.
pub(super) fn periods(fields: &Map<String, Value>, at: &At<'_>, faults: &mut Faults) {
    for (begin, end) in [("from", "to"), ("asked_on", "answered_on")] {
        let text = |name| fields.get(name).and_then(Value::as_str);
        if let (Some(from), Some(to)) = (text(begin), text(end))
            && from.len() == to.len()
            && from > to
        {
            let detail = format!("lies before {begin}");
            let remedy = ["核对起止日期，或对调", "check both, or exchange them"];
            faults.add(&at.field(end).to_string(), "reversed", "止于开始之前", &detail, remedy);
        }
    }
}

/// A ref is a name within the document and nothing of the person.
pub(super) fn reference(text: &str, at: &At<'_>, faults: &mut Faults) {
    if text.is_empty() || text.len() > 32 {
        let remedy = ["例如 m1", "e.g. m1"];
        faults.add(&at.to_string(), "ref", "成员编号应为 1 至 32 个字符", "a ref has 1 to 32 characters", remedy);
    } else {
        person::check_reference(text, &at.to_string(), faults);
    }
}

/// What only the whole document shows.
pub(super) fn whole(document: &Value, faults: &mut Faults) {
    let people = People::of(document, faults);
    if text(document, "applicant").is_some_and(|applicant| !people.members.contains(applicant)) {
        unknown_member("/applicant", "申请人不在家庭成员中", faults);
    }
    for (index, obligor) in items(document, "obligors").enumerate() {
        if text(obligor, "obliged_to").is_some_and(|to| !people.members.contains(to)) {
            unknown_member(&format!("/obligors/{index}/obliged_to"), "赡养对象不在家庭成员中", faults);
        }
    }
    let described = cells(document, &people, faults);
    for (index, record) in items(document, "records").enumerate() {
        people.check(text(record, "member"), ("records", index), faults);
        if let Some(source) = text(record, "source").filter(|s| !is_shipped(s) && !described.contains(s)) {
            unknown_source(&format!("/records/{index}/source"), source, faults);
        }
    }
    for (index, name) in items(document, "answered").enumerate().filter_map(|(i, v)| Some((i, v.as_str()?))) {
        let (member, source) = name.split_once('/').map_or((None, name), |(member, source)| (Some(member), source));
        if member.is_some_and(|member| !people.members.contains(member)) {
            unknown_member(&format!("/answered/{index}"), "所指成员不在家庭成员中", faults);
        }
        if !is_shipped(source) {
            unknown_source(&format!("/answered/{index}"), source, faults);
        }
    }
}

/// Checks the cells. The departments they describe, shipped or not.
fn cells<'a>(document: &'a Value, people: &People<'a>, faults: &mut Faults) -> HashSet<&'a str> {
    let mut told = HashSet::new();
    let mut described = HashSet::new();
    for (index, cell) in items(document, "cells").enumerate() {
        let (member, source) = (text(cell, "member"), text(cell, "source"));
        people.check(member, ("cells", index), faults);
        let spoken = cell.get("speaks_for").is_some_and(Value::is_array);
        if let Some(source) = source.filter(|source| !is_shipped(source) && !spoken) {
            unknown_source(&format!("/cells/{index}/source"), source, faults);
        }
        described.extend(source);
        if let (Some(member), Some(source)) = (member, source)
            && !told.insert((member, source))
        {
            let remedy = ["每人每部门只保留一条", "keep one for a person and department"];
            let detail = "this person and department stand twice";
            faults.add(&format!("/cells/{index}"), "twice", "同一人同一部门的反馈重复", detail, remedy);
        }
    }
    described
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn items<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Whether the program knows what a department speaks for.
fn is_shipped(source: &str) -> bool {
    DEPARTMENTS.iter().any(|(key, _)| *key == source)
}

fn unknown_source(at: &str, source: &str, faults: &mut Faults) {
    if crate::household::SourceKey::new(source).is_err() && !at.starts_with("/answered") {
        return; // said already, of its form
    }
    let known: Vec<_> = DEPARTMENTS.iter().map(|(key, _)| *key).collect();
    let near = known.iter().min_by_key(|key| strsim::damerau_levenshtein(key, source));
    let near = near.filter(|key| strsim::damerau_levenshtein(key, source) <= 3);
    let (hint_zh, hint) = match near {
        Some(near) => (format!("是否应为 {near}？"), format!("did you mean {near}? ")),
        None => (format!("已知部门：{}；", known.join("、")), format!("known: {}; ", known.join(", "))),
    };
    let remedy_zh = format!("{hint_zh}自定义部门须在 cells 中写明 speaks_for");
    let remedy = format!("{hint}a department of your own needs a cell with speaks_for");
    faults.add(at, "unknown_source", "未知部门", "is no department that is known here", [&remedy_zh, &remedy]);
}

fn unknown_member(at: &str, zh: &str, faults: &mut Faults) {
    faults.add(at, "unknown_member", zh, "names no member", ["填写某位成员的 ref", "use the ref of a member"]);
}

/// Refs of the people there are.
struct People<'a> {
    members: HashSet<&'a str>,
    obligors: HashSet<&'a str>,
}

impl<'a> People<'a> {
    fn of(document: &'a Value, faults: &mut Faults) -> Self {
        let mut people = Self { members: HashSet::new(), obligors: HashSet::new() };
        let members = items(document, "members").map(|member| (text(member, "ref"), true));
        let obligors = items(document, "obligors").map(|o| (o.get("person").and_then(|p| text(p, "ref")), false));
        let all: Vec<_> = members.enumerate().chain(obligors.enumerate()).collect();
        if all.len() > MAX_PEOPLE || all.iter().all(|(_, (_, member))| !member) {
            let remedy = ["按共同生活的家庭拆分提交", "split larger groups into the households that live together"];
            let detail = "a household has 1 to 30 people, obligors included";
            faults.add("/members", "count", "家庭成员应为 1 至 30 人", detail, remedy);
        }
        for (index, (reference, is_member)) in all {
            let Some(reference) = reference else { continue };
            if people.has(reference) {
                let at =
                    if is_member { format!("/members/{index}/ref") } else { format!("/obligors/{index}/person/ref") };
                let remedy = ["每人使用不同的 ref", "give everybody a ref of their own"];
                faults.add(&at, "duplicate_ref", "成员编号重复", "stands more than once", remedy);
            }
            if is_member {
                people.members.insert(reference)
            } else {
                people.obligors.insert(reference)
            };
        }
        people
    }

    fn has(&self, reference: &str) -> bool {
        self.members.contains(reference) || self.obligors.contains(reference)
    }

    /// Whether the member of an item of a list is there.
    fn check(&self, reference: Option<&str>, (list, index): (&str, usize), faults: &mut Faults) {
        if reference.is_some_and(|reference| !self.has(reference)) {
            unknown_member(&format!("/{list}/{index}/member"), "所指人员不在家庭成员或义务人中", faults);
        }
    }
}

/// The shipped department's classes.
pub(super) fn speaks_for(source: &str) -> &'static [crate::household::InfoClass] {
    DEPARTMENTS.iter().find(|(key, _)| *key == source).map_or(&[], |(_, classes)| *classes)
}
