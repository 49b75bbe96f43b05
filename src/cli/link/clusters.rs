//! The clusters as a file, and what became of the ids of an earlier run.

use std::io::Write;

use super::files;
use crate::linkage::cluster_ids::ClusterIds;
use crate::linkage::earlier::{HEADINGS, ROSTERS, cluster_id};
use crate::linkage::roster::Column;

/// Every row with the id of its cluster.
pub(super) fn write(file: &mut dyn Write, clusters: &ClusterIds, ids: (&Column, &Column)) -> anyhow::Result<()> {
    let mut writer = files::rows(file);
    writer.write_record(HEADINGS)?;
    for (number, side, row) in &clusters.rows {
        let row_id = [ids.0, ids.1][*side].get(*row as usize);
        writer.write_record([cluster_id(*number).as_str(), ROSTERS[*side], row_id])?;
    }
    // an id that was given once is never given to others: the next run must know how far they went
    if clusters.rows.last().is_none_or(|(last, ..)| *last < clusters.largest) {
        writer.write_record([cluster_id(clusters.largest).as_str(), "", ""])?;
    }
    Ok(writer.flush()?)
}

/// What became of every id.
pub(super) fn write_changes(file: &mut dyn Write, clusters: &ClusterIds) -> anyhow::Result<()> {
    let mut writer = files::rows(file);
    writer.write_record(["cluster_id", "change", "other_id"])?;
    for change in &clusters.changes {
        let other = change.other.map(cluster_id).unwrap_or_default();
        writer.write_record([cluster_id(change.number).as_str(), change.kind.key(), other.as_str()])?;
    }
    Ok(writer.flush()?)
}
