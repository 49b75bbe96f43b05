//! Logs, metrics, the clock. No personal data passes here: what is logged are ids, states, sources and kinds of answer.

mod clock;
mod logs;
mod metrics_page;

pub use clock::{Clock, china_date};
pub use logs::start_logs;
pub use metrics_page::MetricsPage;
