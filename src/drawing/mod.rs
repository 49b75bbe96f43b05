//! Drawings as SVG text: one file each, nothing outside of it, no script; what is drawn is said in words too (`<title>`, `<desc>`), and
//! told apart by position, hatching and dashes before colour, so that it holds on grey paper. Pure: the same input, the same bytes.
//!
//! It knows no case, roster or rule: who calls brings the words. Texts are escaped here.

pub mod canvas;
pub mod curve;
pub mod histogram;
pub mod lettering;
mod scale;
pub mod sparkline;
pub mod waterfall;

pub use curve::{Curve, Threshold};
pub use histogram::Histogram;
pub use sparkline::Sparkline;
pub use waterfall::{Step, Waterfall};
