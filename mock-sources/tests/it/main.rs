//! The departments over real sockets: bytes, encodings, credentials, paging, faults, and the truth behind them. One binary, one module
//! a subject; `client` speaks each wire from `WIRES.md` alone.

mod asynchronous;
mod client;
mod dirt;
mod faults;
mod json_departments;
mod other_departments;
mod pages;
mod population;
mod truth;
