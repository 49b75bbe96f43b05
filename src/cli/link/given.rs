//! What is read beside the rosters: truth, labels, the clusters of an earlier run. All of it is read before anything is compared.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, bail};

use super::said;
use crate::cli::arguments::{Language, Link};
use crate::cli::output;
use crate::linkage::Roster;
use crate::linkage::earlier::Earlier;
use crate::linkage::labels::Labels;
use crate::linkage::roster::Column;
use crate::linkage::row_ids::RowIds;
use crate::linkage::truth::Truth;

/// What a run was given beside its rosters.
pub(super) struct Given {
    pub truth: Option<Truth>,
    pub labels: Labels,
    pub earlier: Option<Earlier>,
}

/// Reads it, and tells what of it cannot be used.
pub(super) fn read(arguments: &Link, ids: (&Column, &Column), is_one: bool) -> anyhow::Result<Given> {
    let truth = arguments.truth.as_deref().map(|path| truth(path, ids, is_one)).transpose()?;
    if let Some(unknown) = truth.as_ref().map(|truth| truth.unknown).filter(|unknown| *unknown > 0) {
        let what = said(
            arguments.lang,
            ["对真实配对的编号不在名册中，未计入", "true pairs name rows that are in no roster; they are left out"],
        );
        output::tell(&format!("{unknown} {what}"));
    }
    let mut given = Given { truth, labels: Labels::default(), earlier: None };
    if arguments.labels.is_none() && arguments.earlier.is_none() {
        return Ok(given);
    }
    let rows = RowIds::of(ids, is_one);
    if let Some(path) = &arguments.labels {
        given.labels = Labels::read(&path.display().to_string(), open(path)?, ids, &rows)?;
        if arguments.one_to_one {
            given.labels.each_row_once()?;
        }
        tell_labels(path, &given.labels, arguments.lang);
    }
    if let Some(path) = &arguments.earlier {
        let sizes = if is_one { [ids.0.len(), 0] } else { [ids.0.len(), ids.1.len()] };
        given.earlier = Some(Earlier::read(&path.display().to_string(), open(path)?, sizes, &rows)?);
    }
    Ok(given)
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).with_context(|| path.display().to_string())?))
}

fn truth(path: &Path, ids: (&Column, &Column), is_one: bool) -> anyhow::Result<Truth> {
    let pairs = Roster::read_pairs(&path.display().to_string(), open(path)?, ["left_id", "right_id"])?;
    let truth = Truth::of(&pairs, ids, is_one);
    if truth.is_empty() {
        bail!("{}: no pair of it has both rows in the rosters", path.display());
    }
    Ok(truth)
}

/// Labels that are not used are told, and where the first of them stands.
fn tell_labels(path: &Path, labels: &Labels, language: Language) {
    let Some((number, first)) = labels.unknown else { return };
    let what = said(
        language,
        [
            "条核实结果的编号不在名册中，未采用；首条在",
            "labels name rows that are in no roster, they are left out; the first is at",
        ],
    );
    output::tell(&format!("{number} {what} {}:{first}", path.display()));
}
