//! One pair explained (`linkage::pair`), at the terminal and as JSON.
//!
//! Values are shown in the text alone, and only when asked for: who has both rosters may see them, and needs to in order to judge, but
//! text, JSON and drawings are passed on. A drawing holds no ids either, because a roster may be named by citizens' numbers.

mod json;
mod text;

use std::process::ExitCode;

use anyhow::bail;

use super::lang;
use crate::cli::arguments::Link;
use crate::cli::{compose, output};
use crate::linkage::pair::Told;
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster};

/// A pair with what names its rows.
struct Shown<'a> {
    told: Told<'a>,
    ids: [String; 2],
    /// Of every field, what stands in both rows; nothing unless asked for.
    values: Vec<[String; 2]>,
}

/// Explains a pair named `LEFT_ID,RIGHT_ID`.
pub(super) fn explain(
    arguments: &Link,
    model: &LinkageModel,
    wanted: &str,
    mut left: Roster,
    mut right: Option<Roster>,
) -> anyhow::Result<ExitCode> {
    let (rows, ids) = find(wanted, &left, right.as_ref().unwrap_or(&left))?;
    let values = if arguments.values {
        let rights = &right.as_ref().unwrap_or(&left).columns;
        let columns = left.columns.iter().zip(rights);
        columns.map(|(left, right)| [left.get(rows[0]).to_owned(), right.get(rows[1]).to_owned()]).collect()
    } else {
        Vec::new()
    };
    let table = Table::of(model, &mut left, right.as_mut());
    let model = &model.clone().for_rows(table.len(0).max(table.len(1)));
    let [left, right] = rows.map(|row| u32::try_from(row).unwrap_or(u32::MAX));
    let shown = Shown { told: Told::of(model, &table, (left, right), lang(arguments.lang)), ids, values };
    if let Some(path) = &arguments.svg {
        compose::write_result(path, shown.told.waterfall().svg().as_bytes())?;
    }
    output::say(&if arguments.json { shown.json()? } else { shown.text() });
    Ok(ExitCode::SUCCESS)
}

/// The rows of a pair. Ids may hold commas: the one that parts two ids of the rosters is taken.
fn find(wanted: &str, left: &Roster, right: &Roster) -> anyhow::Result<([usize; 2], [String; 2])> {
    let row = |roster: &Roster, id: &str| roster.ids.iter().position(|own| own == id);
    let parted = |at: usize| [&wanted[..at], &wanted[at + 1..]].map(str::trim);
    let commas: Vec<usize> = wanted.match_indices(',').map(|(at, _)| at).collect();
    for [one, other] in commas.iter().map(|at| parted(*at)) {
        if let (Some(left), Some(right)) = (row(left, one), row(right, other)) {
            return Ok(([left, right], [one, other].map(str::to_owned)));
        }
    }
    let Some(first) = commas.first() else {
        bail!("--pair {wanted}: name two ids parted by a comma: --pair LEFT_ID,RIGHT_ID")
    };
    let [one, other] = parted(*first);
    let (roster, id) = if row(left, one).is_none() { (left, one) } else { (right, other) };
    let elsewhere = row(left, other).is_some() && row(right, one).is_some();
    let way = if elsewhere {
        "the two stand the other way round: left first"
    } else {
        "look it up in the file's column of ids"
    };
    bail!("{}: no row has the id \"{id}\"; {way}", roster.file)
}
