//! The households of both benches: of exactly three members and nobody beside them, from one seed.

use hedui_mock_sources::population::Population;
use jiff::civil::{Date, date};
use serde_json::Value;

/// Seed of the population.
pub(crate) const SEED: u64 = 7;
/// Households generated; those of three members are used.
pub(crate) const POPULATION: u32 = 4_000;
/// The day everything is as of.
pub(crate) const AS_OF: Date = date(2026, 11, 1);
/// Members of a household.
const MEMBERS: usize = 3;

/// Requests about `count` different households.
pub(crate) fn requests(count: usize) -> Vec<Value> {
    let population = Population::generate(SEED, POPULATION, AS_OF);
    let options = Default::default();
    let of_three = |request: &Value| {
        let household = &request["household"];
        let no_obligors = household["obligors"].as_array().is_none_or(Vec::is_empty);
        let members = household["members"].as_array().map_or(&[][..], Vec::as_slice);
        let by_number = |member: &Value| {
            member["id_number"].is_string() && member.get("id_kind").is_none_or(|kind| kind == "resident")
        };
        no_obligors && members.len() == MEMBERS && members.iter().all(by_number)
    };
    let all = (0..POPULATION).filter_map(|index| population.request_for(index, &options));
    let requests: Vec<Value> = all.filter(of_three).take(count).collect();
    assert_eq!(requests.len(), count, "the population holds enough households of three");
    requests
}
