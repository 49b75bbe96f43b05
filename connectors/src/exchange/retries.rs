//! Retries of the bulk lane are paid for by its exchanges: one for every ten, so that a department in trouble is not asked three
//! times as often as a sound one. Whoever is not retried here is asked about again later, by the service.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one retry costs, in exchanges.
const COST: u32 = 10;
/// Most that is saved up: ten retries.
const MOST: u32 = 10 * COST;

/// What the bulk exchanges with one source have saved up.
pub(crate) struct Retries(AtomicU32);

impl Default for Retries {
    /// Two retries to begin with.
    fn default() -> Self {
        Self(AtomicU32::new(2 * COST))
    }
}

impl Retries {
    /// An exchange has set out.
    pub(crate) fn earn(&self) {
        let saved = |now: u32| Some(now.saturating_add(1).min(MOST));
        // the closure always says yes
        let _before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, saved);
    }

    /// Whether a retry can be paid for; then it is.
    pub(crate) fn spend(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| now.checked_sub(COST)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_retry_for_ten_exchanges() {
        let retries = Retries::default();
        assert_eq!([retries.spend(), retries.spend(), retries.spend()], [true, true, false]);
        (0..9).for_each(|_| retries.earn());
        assert!(!retries.spend());
        retries.earn();
        assert!(retries.spend());
        (0..1000).for_each(|_| retries.earn());
        assert_eq!((0..20).filter(|_| retries.spend()).count(), 10, "no more than ten are saved up");
    }
}
