//! What goes on by itself: what monitoring found (预警), and which households are watched (动态监测).

pub(super) mod alerts;
pub(super) mod watches;
