//! `/v1/subscriptions`, `/v1/alerts`, `/v1/callbacks`: households that are watched, what was found, and word that did not arrive.

pub mod alerts;
pub mod callbacks;
pub mod subscriptions;
