//! `/v1/verifications`: one file a call.

pub(super) mod change;
pub(super) mod events;
pub(super) mod list;
pub(super) mod receipt;
pub(super) mod status;
pub(super) mod steer;
pub(super) mod submit;
pub(super) mod versions;
