//! A batch as NDJSON: one request document a line.

use std::io::Write;

use super::BatchHousehold;

/// Writes one household; gives back how many lines.
pub(crate) fn write(out: &mut impl Write, one: &BatchHousehold) -> std::io::Result<u64> {
    serde_json::to_writer(&mut *out, &one.request)?;
    out.write_all(b"\n")?;
    Ok(1)
}
