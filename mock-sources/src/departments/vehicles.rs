//! Vehicles (车辆), public security: a form in GBK with a token, answered in JSON in GBK. Searches by name; a character that GBK lacks
//! is `?` in the register itself.

use http::Method;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request, gbk, pairs, read_strictly};
use super::{Desk, Found};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::money::yuan_short;
use crate::truth::{Person, VehicleState};

const CONTENT_TYPE: &str = "application/json; charset=GBK";

/// One fact a vehicle.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.vehicles.len()
}

pub(super) fn has_former_state(person: &Person, ordinal: usize) -> bool {
    person.vehicles.get(ordinal).is_some_and(|vehicle| vehicle.state != VehicleState::Normal)
}

/// Text as the register holds it.
pub(super) fn as_stored(text: &str) -> String {
    if text.is_ascii() {
        text.to_owned()
    } else {
        encoding_rs::GBK.decode_without_bom_handling(&gbk(text)).0.into_owned()
    }
}

fn reply(value: &Value, outcome: Outcome) -> Reply {
    Reply::new(CONTENT_TYPE, gbk(&value.to_string()), outcome)
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = if problem == Problem::Busy { "2" } else { "0" };
    reply(&json!({ "code": code, "msg": problem.words() }), problem.outcome()).with_status(problem.status())
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/jdc/query") {
        return problem(Problem::NotFound);
    }
    let read = |bytes: &[u8]| read_strictly(encoding_rs::GBK, bytes);
    let texts = pairs(&request.body).into_iter().map(|(key, value)| Some((read(&key)?, read(&value)?)));
    let Some(form) = texts.collect::<Option<Vec<(String, String)>>>() else { return problem(Problem::Unreadable) };
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    if value("token") != format!("mock-{}-token", desk.key.as_str()) {
        return problem(Problem::Unauthorised);
    }
    let number = value("sfzmhm");
    let vehicles: Vec<Value> = desk.find(&Asked::new(number, value("syr"))).iter().map(vehicle).collect();
    let outcome = if vehicles.is_empty() { Outcome::NoRecord } else { Outcome::Found };
    reply(&json!({ "code": "1", "count": vehicles.len(), "vehs": vehicles }), outcome).about([number])
}

fn vehicle(row: &Found<'_>) -> Value {
    let vehicle = &row.person.vehicles[row.head.ordinal];
    let state = if row.head.stale { VehicleState::Normal } else { vehicle.state };
    JsonRow::new(&row.head.record_number)
        .text("syr", &row.head.name)
        .text("sfzmhm", &row.head.number)
        .text("hphm", &vehicle.plate)
        .text("cllx", &vehicle.kind)
        .text("syxz", &vehicle.usage)
        .text("ccdjrq", &vehicle.first_registered.to_string())
        .text("zt", state.code())
        .text("clje", &yuan_short(vehicle.price_fen))
        .text("lxdz", &row.household.address)
        .done()
}
