//! `/v1/batches`: many households in one file.

mod problems;
pub mod results;
pub mod status;
pub mod steer;
pub mod submit;
