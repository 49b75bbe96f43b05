//! Tests of the crate through its public interface: definitions over their samples, the engine against servers.

mod asynchronous;
mod batches;
mod company;
mod definitions;
mod exchange;
mod invented;
mod lanes;
mod live;
mod looks;
mod mutual_tls;
mod paging;
mod requests;
mod room;
mod truth;
