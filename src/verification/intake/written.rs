//! A checked request as the document it would come as: the inverse of reading.

use serde_json::Value;

use crate::household::Request;

/// The document that [`super::read_request`] reads as this request.
#[must_use]
pub fn document_of(request: &Request) -> Value {
    let mut document = serde_json::to_value(request).expect("a request is plain data");
    let household = &mut document["household"];
    for member in items(&mut household["members"]) {
        scope(member);
    }
    for obligor in items(&mut household["obligors"]) {
        // a person, whom they must support, and how, stand side by side
        for part in ["person", "support"] {
            let taken = obligor[part].take();
            let (Some(whole), Value::Object(fields)) = (obligor.as_object_mut(), taken) else { continue };
            whole.remove(part);
            whole.extend(fields);
        }
        scope(obligor);
    }
    document
}

fn items(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

/// Departments stand as a list, not as `only` a list.
fn scope(person: &mut Value) {
    let sources = &mut person["authorisation"]["sources"];
    if let Some(only) = sources.get_mut("only") {
        *sources = only.take();
    }
    if person["authorisation"].as_object().is_some_and(|fields| fields.values().all(Value::is_null)) {
        person["authorisation"] = Value::Null;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{IntakeContext, read_request};
    use super::document_of;
    use crate::household::SourceKey;

    #[test]
    fn what_is_written_is_read_as_what_it_was() {
        let sources = [SourceKey::new("tax").unwrap(), SourceKey::new("vehicles").unwrap()];
        let context = IntakeContext {
            today: "2026-11-20".parse().unwrap(),
            knows_region: &|_| true,
            covers_day: &|_, _| true,
            lacks: &|_, _, _| None,
            sources: &sources,
            has_registered_key: true,
        };
        let authorisation = |sources: serde_json::Value, signed_by: serde_json::Value| {
            json!({
                "number": "SQ-1", "signed_on": "2026-10-20", "signed_by": signed_by, "purposes": ["social_assistance"],
                "sources": sources, "valid_until": "2027-10-20",
            })
        };
        let request = json!({
            "purpose": "dibao_application", "region": "620422", "as_of": "2026-11-01", "reference": "HN-1",
            "commissioned_by": {"organisation": "会师镇", "investigators": ["张三", "李四"]},
            "legal_basis": {"kind": "authorisation"}, "applicant": "m1", "kin_of_official": true,
            "household": {
                "registered_as": "rural", "address": "会师镇东关村",
                "members": [
                    {
                        "ref": "m1", "relation": "01", "name": "张三", "former_names": ["张山"], "id_number": "110101199003070038",
                        "phone": "13800000000", "can_work": true, "self_care_lost": 0, "absence": "clergy",
                        "authorisation": authorisation(json!(["tax"]), json!("self")),
                        "declared": {
                            "income": [{"class": "wage", "annual_yuan": "12000.50", "informal": true}],
                            "property": [{"class": "vehicle", "count": 1}, {"class": "financial", "value_yuan": "9.00"}],
                        },
                    },
                    {
                        "ref": "m2", "relation": "30", "name": "张小", "id_kind": "none", "birth_date": "2026-05-01",
                        "sex": "female", "authorisation": authorisation(json!("all"), json!({"guardian": "m1"})),
                    },
                ],
                "obligors": [{
                    "ref": "o1", "relation": "20", "name": "张大", "id_number": "110101199003070046", "obliged_to": "m1",
                    "basis": "赡养", "agreed_monthly_yuan": "300.00", "household_size": 3, "supports": 2,
                    "authorisation": authorisation(json!(["vehicles"]), json!({"agent": {"name": "王五", "id_number": "110101199003070038", "basis": "委托书"}})),
                }],
            },
        });
        let read = read_request(request.to_string().as_bytes(), &context).unwrap();
        let again = read_request(document_of(&read).to_string().as_bytes(), &context).unwrap();
        assert_eq!(again, read);
        let named = |reference: &str| {
            let mut document = document_of(&read);
            document["reference"] = json!(reference);
            read_request(document.to_string().as_bytes(), &context)
        };
        for personal in ["11010519491231002X", "户110105491231002", "13800138000"] {
            let faults = named(personal).unwrap_err();
            let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str())).collect();
            assert_eq!(found, [("/reference", "personal_number")], "{personal}");
            assert!(!format!("{faults:?}").contains(personal), "no fault repeats the value");
        }
        for plain in ["HN-2026-000123", "20261127000000000123", "12"] {
            assert!(named(plain).is_ok(), "{plain}");
        }
    }
}
