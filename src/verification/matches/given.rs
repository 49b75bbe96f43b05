//! Reads identities to compare from outside bytes and lists **every** fault with its JSON pointer. No fault repeats a value.
//!
//! A number is taken as it stands, mistyped or masked, because that is what is to be explained. Where `id_kind` is stated, it must be a
//! sound number of that kind, as in a request.

use jiff::civil::Date;
use serde_json::Value;

use crate::household::{
    Address, Fault, Faults, IdKind, IdNumber, Lang, MemberRef, PersonName, Phone, Sex, SourceKey, Subject,
};
use crate::identity::{Name, Person, check_document};
use crate::verification::intake::person::document_remedy_zh;
use crate::verification::intake::shape::{Object, read_text};
use crate::verification::intake::{self, MAX_PEOPLE};

/// How the known person is called in an answer.
pub(super) const KNOWN: &str = "known";

/// What is to be compared.
pub(super) struct Given {
    /// The known person, then the others who may be meant.
    pub(super) people: Vec<(MemberRef, Person)>,
    /// Who is claimed.
    pub(super) claimed: Person,
    /// Who wrote what is claimed.
    pub(super) source: Option<SourceKey>,
    /// Language of a drawing.
    pub(super) lang: Lang,
}

/// Reads what is to be compared.
pub(super) fn read(bytes: &[u8], today: Date, sources: &[SourceKey]) -> Result<Given, Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(value) = intake::parse(bytes, &mut faults) else { return Err(faults.0) };
    let Some(mut root) = Object::new("", value, &mut faults) else { return Err(faults.0) };
    let mut people = Vec::new();
    if let Some(known) = root.required_object("known", &mut faults) {
        people.push((MemberRef(KNOWN.to_owned()), identity(known, today, &mut faults)));
    }
    let claimed = root.required_object("claimed", &mut faults).map(|claimed| identity(claimed, today, &mut faults));
    others(&mut root, &mut people, today, &mut faults);
    let source = source(&mut root, sources, &mut faults);
    let lang = root.optional_named("lang", lang, ["zh", "en"].into_iter(), &mut faults);
    root.finish(&mut faults);
    match claimed {
        Some(claimed) if faults.is_empty() => Ok(Given { people, claimed, source, lang: lang.unwrap_or_default() }),
        _ => Err(faults.0),
    }
}

fn lang(text: &str) -> Option<Lang> {
    match text {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn others(root: &mut Object, people: &mut Vec<(MemberRef, Person)>, today: Date, faults: &mut Faults) {
    let others = root.array("others", faults);
    if others.len() >= MAX_PEOPLE {
        let remedy = ["只列同一家庭的人员", "name the people of one household only"];
        faults.add("/others", "count", "至多 29 人", "may hold 29 people at most", remedy);
    }
    for (place, (pointer, value)) in others.into_iter().take(MAX_PEOPLE).enumerate() {
        if let Some(other) = Object::new(&pointer, value, faults) {
            people.push((MemberRef(format!("others/{place}")), identity(other, today, faults)));
        }
    }
}

fn source(root: &mut Object, sources: &[SourceKey], faults: &mut Faults) -> Option<SourceKey> {
    let text = root.text("source", 64, faults)?;
    let key = SourceKey::new(text.as_str()).ok().filter(|key| sources.contains(key));
    if key.is_none() {
        let remedy = ["见 GET /v1/sources，或删去该字段", "see GET /v1/sources, or leave the field out"];
        faults.add("/source", "unknown_source", "没有该部门", "is no known department", remedy);
    }
    key
}

fn identity(mut object: Object, today: Date, faults: &mut Faults) -> Person {
    let before = faults.0.len();
    let name = object.text("name", 64, faults).map(PersonName::new);
    let former = object.array("former_names", faults);
    let former: Vec<String> =
        former.into_iter().filter_map(|(at, value): (String, Value)| read_text(&at, value, 64, faults)).collect();
    let id_number = number(&mut object, today, faults);
    let birth_date = object.date("birth_date", faults);
    if birth_date.is_some_and(|birth| birth > today) {
        let remedy = ["核对年份", "check the year"];
        faults.add(&object.at("birth_date"), "future", "出生日期在将来", "lies in the future", remedy);
    }
    let sex = object.optional_named("sex", sex, ["male", "female"].into_iter(), faults);
    let phone = object.text("phone", 32, faults).map(Phone::from);
    let address = object.text("address", 256, faults).map(Address::from);
    let stated = Subject { name, id_number, former_name: None, birth_date, sex, phone, address };
    if stated == Subject::default() && former.is_empty() && faults.0.len() == before {
        let remedy = ["至少填写姓名或证件号码", "give a name or an ID number at least"];
        faults.add(&object.pointer(), "nothing_stated", "没有任何身份信息", "says nothing about anybody", remedy);
    }
    object.finish(faults);
    let mut person = Person::prepare(&stated);
    person.former_names.extend(former.iter().map(|name| Name::read(name)));
    person
}

fn sex(text: &str) -> Option<Sex> {
    match text {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        _ => None,
    }
}

fn number(object: &mut Object, today: Date, faults: &mut Faults) -> Option<IdNumber> {
    let number = object.text("id_number", 32, faults);
    let kind = object.optional_named("id_kind", IdKind::parse, IdKind::ALL.iter().map(|kind| kind.as_str()), faults);
    let (Some(number), Some(kind)) = (&number, kind) else { return number.map(IdNumber::new) };
    match check_document(kind, number, today) {
        Ok(sound) => Some(sound),
        Err(fault) => {
            let zh = format!("{}，或删去 id_kind 以按原样比对", document_remedy_zh(fault));
            let en = format!("{}; or leave id_kind out to compare it as it stands", fault.remedy());
            faults.add(&object.at("id_number"), fault.code(), &fault.zh(), &fault.to_string(), [&zh, &en]);
            None
        }
    }
}
