//! Tests of the crate through its public interface: definitions over their samples, the engine against servers.

mod asynchronous;
mod batches;
mod definitions;
mod exchange;
mod invented;
mod live;
mod mutual_tls;
mod paging;
mod requests;
mod room;
mod truth;
