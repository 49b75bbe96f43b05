//! Reads authorisations (授权书). Whether they suffice is checked in `whole`: 无委托、不核对.

use super::IntakeContext;
use super::shape::{Object, read_text};
use crate::household::{
    Authorisation, Authority, Faults, IdKind, IdNumber, MemberRef, PersonName, Purpose, SourceKey, SourceScope,
};
use crate::identity::check_document;

pub(super) fn read(person: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Option<Authorisation> {
    let mut object = person.object("authorisation", faults)?;
    let number = object.required_text("number", 64, faults);
    let signed_on = object.required_date("signed_on", faults);
    let signed_by = read_authority(&mut object, context, faults);
    let purposes = read_purposes(&mut object, faults);
    let sources = read_sources(&mut object, context, faults);
    let valid_until = object.date("valid_until", faults);
    let document_sha256 = object.text("document_sha256", 64, faults);
    if document_sha256.as_ref().is_some_and(|hash| hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit())) {
        let pointer = object.at("document_sha256");
        faults.add(
            &pointer,
            "hash",
            "扫描件摘要格式不正确",
            "is not a SHA-256 in hexadecimal",
            ["填写 64 位十六进制数", "64 hexadecimal digits"],
        );
    }
    object.finish(faults);
    Some(Authorisation {
        number,
        signed_on: signed_on?,
        signed_by: signed_by?,
        purposes,
        sources,
        valid_until,
        document_sha256,
    })
}

fn read_authority(object: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Option<Authority> {
    let pointer = object.at("signed_by");
    let wrong = |faults: &mut Faults| {
        let detail = "is neither \"self\" nor {\"guardian\": ref} nor {\"agent\": {name, id_number, basis}}";
        faults.add(&pointer, "signed_by", "签署人填写不正确", detail, ["注明由谁签署", "say who signed"]);
    };
    match object.take("signed_by") {
        None => {
            faults.add(
                &pointer,
                "required",
                "缺少签署人",
                "is required",
                ["填写 \"self\"、监护人或代理人", "\"self\", a guardian or an agent"],
            );
            None
        }
        Some(serde_json::Value::String(text)) if text == "self" => Some(Authority::Own),
        Some(value @ serde_json::Value::Object(_)) => {
            let mut who = Object::new(&pointer, value, faults)?;
            let guardian = who.text("guardian", 32, faults).map(|name| Authority::Guardian(MemberRef(name)));
            let agent = who.object("agent", faults).map(|agent| read_agent(agent, context, faults));
            who.finish(faults);
            match (guardian, agent) {
                (Some(one), None) | (None, Some(one)) => Some(one),
                _ => {
                    wrong(faults);
                    None
                }
            }
        }
        Some(_) => {
            wrong(faults);
            None
        }
    }
}

fn read_agent(mut agent: Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Authority {
    let name = PersonName::new(agent.required_text("name", 64, faults));
    let number = agent.required_text("id_number", 32, faults);
    if !number.is_empty()
        && let Err(fault) = check_document(IdKind::Resident, &number, context.today)
    {
        faults.add(
            &agent.at("id_number"),
            fault.code(),
            &fault.zh(),
            &fault.to_string(),
            ["与证件核对", fault.remedy()],
        );
    }
    let basis = agent.required_text("basis", 256, faults);
    agent.finish(faults);
    Authority::Agent { name, id_number: IdNumber::new(number), basis }
}

fn read_purposes(object: &mut Object, faults: &mut Faults) -> Vec<String> {
    let pointer = object.at("purposes");
    let items = object.required_array("purposes", faults);
    if items.is_empty() && !faults.0.iter().any(|fault| fault.pointer == pointer) {
        faults.add(
            &pointer,
            "empty",
            "授权用途为空",
            "names no purpose",
            ["填写 social_assistance 即涵盖全部救助用途", "social_assistance covers all of them"],
        );
    }
    let mut purposes = Vec::new();
    for (at, value) in items {
        let Some(text) = read_text(&at, value, 64, faults) else { continue };
        if text != "social_assistance" && Purpose::parse(&text).is_none() {
            faults.add(
                &at,
                "unknown_purpose",
                "授权用途不在规定范围内",
                "is no known purpose",
                ["填写 social_assistance 或具体用途", "social_assistance, or an exact purpose"],
            );
        }
        purposes.push(text);
    }
    purposes
}

fn read_sources(object: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> SourceScope {
    let pointer = object.at("sources");
    match object.take("sources") {
        None => {
            faults.add(
                &pointer,
                "required",
                "缺少授权范围",
                "is required",
                ["填写 \"all\" 或部门列表", "\"all\", or a list of departments"],
            );
            SourceScope::All
        }
        Some(serde_json::Value::String(text)) if text == "all" => SourceScope::All,
        Some(serde_json::Value::Array(items)) => {
            let mut keys = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                let key = item.as_str().and_then(|text| SourceKey::new(text).ok());
                match key.filter(|key| context.sources.contains(key)) {
                    Some(key) => keys.push(key),
                    None => {
                        let at = format!("{pointer}/{index}");
                        faults.add(
                            &at,
                            "unknown_source",
                            "没有该部门",
                            "is no known department",
                            ["见 GET /v1/sources", "see GET /v1/sources"],
                        );
                    }
                }
            }
            SourceScope::Only(keys)
        }
        Some(_) => {
            faults.add(
                &pointer,
                "type",
                "授权范围填写不正确",
                "is neither \"all\" nor a list",
                ["填写 \"all\" 或部门列表", "\"all\", or a list of departments"],
            );
            SourceScope::All
        }
    }
}
