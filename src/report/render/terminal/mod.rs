//! A report in a terminal: conclusions first, then every line with its law. Fits 100 columns; colour only when told.

mod answers;
mod canvas;
mod change;
mod closing;
mod difference;
mod opening;
mod tables;
mod trace;
mod verdict;
mod view;

use std::collections::BTreeSet;

use super::super::attestation::Attestation;
use super::super::body::Body;
use super::super::text::Lang;
use super::names::Reading;
use crate::household::SourceKey;
use canvas::Canvas;
pub use change::render_change;
pub use difference::render_difference;
pub use trace::render_trace;
pub use view::render_view;

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colour.
    pub colour: bool,
    /// Language.
    pub lang: Lang,
    /// Columns; kept within 80 and 140.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, lang: Lang::Zh, width: 100 }
    }
}

/// Draws a report. Without an attestation (one not yet sealed, or recomputed) the audit section says so.
#[must_use]
pub fn render(body: &Body, attestation: Option<&Attestation>, style: Style) -> String {
    let (full, hash) = (body.spelled_out(), body.hash());
    let mut page = page(&full, &hash, style);
    page.opening();
    page.answers();
    // of the screening of a roster nothing is reckoned
    let reckoned = !full.request.purpose.is_screening();
    if reckoned {
        page.income();
        page.deductions();
        page.property();
        page.totals();
        page.declared();
    }
    page.held();
    if reckoned {
        page.screening();
        page.amounts();
    }
    page.onward();
    page.findings();
    page.closing(attestation);
    page.canvas.finish()
}

/// An empty page about a body with its English written out.
fn page<'a>(full: &'a Body, hash: &'a str, style: Style) -> Page<'a> {
    Page {
        read: Reading { body: full, hash, lang: style.lang },
        canvas: Canvas::new(style.width.clamp(80, 140), style.colour),
        remarks_told: BTreeSet::new(),
    }
}

/// A page being written.
struct Page<'a> {
    read: Reading<'a>,
    canvas: Canvas,
    /// Sources whose answers have what they never know beside them.
    remarks_told: BTreeSet<SourceKey>,
}

impl<'a> Page<'a> {
    fn t(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.read.t(zh, en)
    }

    fn lang(&self) -> Lang {
        self.read.lang
    }

    /// Whether columns must be spared.
    fn narrow(&self) -> bool {
        self.canvas.width < 96
    }

    /// What is left for the widest column beside columns of these widths.
    fn rest(&self, indent: usize, taken: &[usize]) -> usize {
        let used: usize = indent + taken.iter().map(|width| width + 2).sum::<usize>();
        self.canvas.width.saturating_sub(used).max(12)
    }
}
