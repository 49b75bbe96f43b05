//! The whole log verified again while the service runs, slowly: what flipped on the disk is told before somebody needs it.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::publish::published_checkpoint;
use super::verify::{verify_at_pace, verify_tree_at_pace};
use super::{AuditError, Log, VerifyReport};

/// Pause after each page of rows: at most some 50,000 rows a second, however fast the disk is.
const PAUSE: Duration = Duration::from_millis(10);

/// Pause of a check that somebody waits for, after each page of leaves.
const SHORT_PAUSE: Duration = Duration::from_millis(2);

/// Verifies the tree beside the running service: every leaf hashed, tiles, head and checkpoints recomputed, the published checkpoint and those that
/// somebody kept held against it. How many leaves were read so far stands in `read`. Rows beside the log are not looked at.
///
/// # Errors
/// As [`verify_log`](super::verify_log).
pub async fn check_tree(log: &Log, kept: &[String], read: &AtomicU64) -> Result<VerifyReport, AuditError> {
    let mut held = kept.to_vec();
    held.extend(published_checkpoint(log.store(), Some(log.published_at().to_owned())).await?);
    verify_tree_at_pace(log.store(), log.keys(), &held, SHORT_PAUSE, read).await
}

/// Verifies the log and the rows it protects, and says what it found: an error line for each fault, and metrics.
///
/// # Errors
/// As [`verify_log`](super::verify_log).
pub async fn scrub(log: &Log) -> Result<VerifyReport, AuditError> {
    let held = published_checkpoint(log.store(), Some(log.published_at().to_owned())).await?;
    let report = verify_at_pace(log.store(), log.keys(), held.as_slice(), PAUSE).await?;
    let faults = report.faults.len() + report.rows.faults.len();
    metrics::gauge!("hedui_audit_scrub_faults").set(f64::from(u32::try_from(faults).unwrap_or(u32::MAX)));
    metrics::counter!("hedui_audit_scrubs_total").increment(1);
    for fault in &report.faults {
        tracing::error!(%fault, "the audit log is not whole: run `hedui audit verify`");
    }
    for fault in &report.rows.faults {
        tracing::error!(%fault, "a row contradicts the audit log: run `hedui audit verify`");
    }
    tracing::info!(entries = report.size, rows = report.rows.rows, faults, "the audit log was verified again");
    Ok(report)
}
