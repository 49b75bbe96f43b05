//! Permits to call, counted in this process. Replicas that share a department's limit bring an [`Admission`] of their own.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::records::SourceKey;
use crate::settings::SourcesConfig;
use crate::source::{Admission, BoxFuture};

/// `rate_per_second` of each source, for one process.
pub struct LocalAdmission {
    limiters: BTreeMap<SourceKey, DefaultDirectRateLimiter>,
}

impl LocalAdmission {
    /// Limits as the settings state them.
    #[must_use]
    pub fn new(config: &SourcesConfig) -> Self {
        let limiters = config.sources.iter().filter_map(|(key, settings)| {
            let rate = NonZeroU32::new(settings.rate_per_second)?;
            // one after the other: a bucket that holds a whole second's worth would let twice the rate through in a second
            Some((key.clone(), RateLimiter::direct(Quota::per_second(rate).allow_burst(NonZeroU32::MIN))))
        });
        Self { limiters: limiters.collect() }
    }
}

impl Admission for LocalAdmission {
    fn admit<'a>(&'a self, source: &'a SourceKey) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(limiter) = self.limiters.get(source) {
                limiter.until_ready().await;
            }
        })
    }
}
