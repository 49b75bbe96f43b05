//! `/v1/subscriptions`, `/v1/alerts`: households that are watched, and what was found.

pub mod alerts;
pub mod subscriptions;
