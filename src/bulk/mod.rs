//! Many households at once: what a batch file says, and the run of a batch.
//!
//! Neighbours: `verification` checks and runs each household as if it had come alone, `store` keeps batches and their rows, `api` and
//! `cli` take files and hand out results.

pub mod file;
