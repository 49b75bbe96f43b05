//! How long exchanges took, in fixed buckets of milliseconds: four to a doubling, so that a percentile is at most a quarter too high.

/// Four buckets to a doubling, up to 2^20 ms (17 minutes); what is longer falls into the last.
const BUCKETS: usize = 80;

/// Counts by bucket.
#[derive(Clone, Debug)]
pub(super) struct Latencies([u32; BUCKETS]);

impl Default for Latencies {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Latencies {
    pub(super) fn record(&mut self, millis: u64) {
        let count = &mut self.0[bucket(millis)];
        *count = count.saturating_add(1);
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count = count.saturating_add(*more);
        }
    }

    /// The longest time that `percent` of a hundred stayed within, in ms; nothing before the first.
    pub(super) fn percentile(&self, percent: u64) -> Option<u64> {
        let total: u64 = self.0.iter().copied().map(u64::from).sum();
        if total == 0 {
            return None;
        }
        let rank = (total * percent).div_ceil(100).max(1);
        let mut below = 0;
        let at = self.0.iter().position(|count| {
            below += u64::from(*count);
            below >= rank
        });
        at.map(longest)
    }
}

/// The bucket of a time: its highest bit, and the two bits after it.
fn bucket(millis: u64) -> usize {
    if millis < 4 {
        return usize::try_from(millis).unwrap_or(0);
    }
    let doubling = millis.ilog2();
    let quarter = (millis >> (doubling - 2)) & 3;
    let at = u64::from(doubling - 1) * 4 + quarter;
    usize::try_from(at).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The longest time of a bucket, in ms.
fn longest(bucket: usize) -> u64 {
    if bucket < 4 {
        return u64::try_from(bucket).unwrap_or(0);
    }
    let (doubling, quarter) = (bucket / 4 + 1, u64::try_from(bucket % 4).unwrap_or(0));
    ((4 + quarter + 1) << (doubling - 2)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_its_bucket_and_the_next_begins_after_it() {
        for millis in (0..5000).chain([10_000, 59_999, 60_000, 600_000]) {
            let at = bucket(millis);
            assert!(millis <= longest(at), "{millis} in {at}");
            assert!(at == 0 || millis > longest(at - 1), "{millis} in {at}");
            assert!(longest(at) * 4 <= millis.max(1) * 5, "at most a quarter too high: {millis}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_of_the_exchanges() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(50), None);
        (0..98).for_each(|_| latencies.record(10));
        latencies.record(1000);
        let mut more = Latencies::default();
        more.record(5000);
        latencies.add(&more);
        assert_eq!(
            [50, 95, 98, 99, 100].map(|percent| latencies.percentile(percent).unwrap()),
            [11, 11, 11, 1023, 5119]
        );
    }
}
