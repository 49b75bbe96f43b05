//! What became of the cluster ids of an earlier run, as a file.

use std::io::Write;

use super::files;
use crate::linkage::cluster_ids::ClusterIds;
use crate::linkage::earlier::cluster_id;

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
