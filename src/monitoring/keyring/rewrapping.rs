//! Data keys under former key encryption keys are wrapped anew, a few in a transaction, with a pause as long as the transaction took: whoever comes to
//! the counter meanwhile has at least half of the store. Where it was broken off it goes on: what is done is under another key by then.

use std::time::{Duration, Instant};

use super::entering::{known, named};
use super::{KeyringError, KeyringParts};
use crate::audit::{Action, Actor, Event, Outcome};
use crate::keys::{KekId, WrappedDek};
use crate::store;

/// Data keys in a transaction.
const PAGE: u32 = 128;
/// Pause between two, at least.
const PAUSE: Duration = Duration::from_millis(5);
/// A process that was not seen for so long leaves this to another.
const SEEN_WITHIN: Duration = Duration::from_secs(30);

/// Goes once over every former key.
pub(super) async fn run(care: &KeyringParts) -> Result<(), KeyringError> {
    let counts = care.store.count_deks().await?;
    for (kek, count) in &counts {
        show(kek, *count);
    }
    if !care.store.leads(SEEN_WITHIN).await? {
        return Ok(());
    }
    let (_, emptied) = known(&care.store).await?;
    for kek in care.keys.former_keks() {
        let name = named("kek", kek.as_str());
        let left = counts.iter().find(|(id, _)| id == kek.as_str()).map_or(0, |(_, count)| *count);
        let moved = if left == 0 { 0 } else { empty(care, &kek, left).await? };
        let counts = care.store.count_deks().await?;
        let left = counts.iter().find(|(id, _)| id == kek.as_str()).map_or(0, |(_, count)| *count);
        show(kek.as_str(), left);
        if left == 0 && (moved > 0 || !emptied.contains(&name)) {
            let event = Event::new(&Actor::service(), Action::KeyRotated).outcome(Outcome::Done);
            care.log.append_one(event.detail(name).count(moved)).await?;
            tracing::info!(%kek, moved, "no data key is wrapped under the former key any more: it can be destroyed");
        }
    }
    for (kek, count) in care.store.count_deks().await? {
        show(&kek, count);
    }
    Ok(())
}

/// Wraps every data key under `kek` anew; how many.
async fn empty(care: &KeyringParts, kek: &KekId, left: u64) -> Result<u64, KeyringError> {
    let event = Event::new(&Actor::service(), Action::KeyRotated).detail(named("kek", kek.as_str())).count(left);
    let receipt = care.log.append_one(event).await?;
    tracing::info!(%kek, data_keys = left, "the data keys of a former key are wrapped anew");
    let (mut moved, mut altered, mut after) = (0, 0_u64, None);
    loop {
        let begun = Instant::now();
        let page = care.store.deks_under(kek.as_str(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.dek_id);
        let mut anew = Vec::with_capacity(page.len());
        for dek in page {
            let former = WrappedDek { kek_id: kek.clone(), wrapped_dek: dek.wrapped };
            match care.keys.rewrap(&former)? {
                Some(WrappedDek { kek_id, wrapped_dek }) => {
                    anew.push(store::WrappedDek { dek_id: dek.dek_id, kek_id: kek_id.0, wrapped: wrapped_dek })
                }
                None => altered += 1,
            }
        }
        moved += care.store.rewrap_deks(&receipt, kek.as_str(), anew).await?;
        show(kek.as_str(), left.saturating_sub(moved));
        tokio::time::sleep(begun.elapsed().max(PAUSE)).await;
    }
    metrics::gauge!("hedui_data_keys_altered", "kek" => kek.to_string())
        .set(u32::try_from(altered).unwrap_or(u32::MAX));
    if altered > 0 {
        tracing::error!(%kek, altered, "data keys do not unwrap: their rows were altered; the documents cannot be opened");
    }
    Ok(moved)
}

fn show(kek: &str, data_keys: u64) {
    metrics::gauge!("hedui_data_keys", "kek" => kek.to_owned()).set(u32::try_from(data_keys).unwrap_or(u32::MAX));
}
