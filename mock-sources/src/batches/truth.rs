//! What is expected of each household of a batch: one JSON document a household, beside the batch. Plain figures of the population, before
//! any deduction and any exemption by programme; what the rules make of them is for an oracle that reads the population itself.

use std::io::Write;

use serde_json::json;

use super::BatchHousehold;
use crate::calendar::Window;
use crate::population::plain_income_fen;

/// Writes one household, which begins at `line` of the batch (the first line of a file is 1).
pub(crate) fn write(out: &mut impl Write, one: &BatchHousehold, line: u64, window: &Window) -> std::io::Result<()> {
    let living = one.household.members.iter().filter(|person| person.died.is_none());
    let (heads, income) =
        living.fold((0_u32, 0), |(heads, income), person| (heads + 1, income + plain_income_fen(person, window)));
    let truth = json!({
        "line": line,
        "reference": one.request["reference"],
        "household": one.household.index,
        "fault": one.fault.map(super::RowFault::word),
        "members": one.household.members.len(),
        "living": heads,
        "plain_income_fen": income,
        "cases": one.household.cases,
    });
    serde_json::to_writer(&mut *out, &truth)?;
    out.write_all(b"\n")
}
