//! A report as one self-contained page: for the screen, and for A4. No outside resource, every text escaped; a script only behind the button
//! of a bar that the page was given.

mod answers;
mod around;
mod lines;
mod of_view;
mod public_notice;
mod verdict;
mod view;

use askama::Template;

use super::super::attestation::Attestation;
use super::super::body::{Body, CopyFor};
use super::super::text::Lang;
use super::names::Reading as ReadingOf;

pub use around::{Around, Bar, Link, Page, Reading};
pub use of_view::{page_of_view, render_view};
pub use public_notice::render_public_notice;

/// The page's style sheet, alike for every report.
const STYLE: &str = include_str!("../../../../templates/report.css");
/// The same with the rules for a bar: what [`Bar::style`] leads to.
pub const STYLE_WITH_BAR: &str =
    concat!(include_str!("../../../../templates/report.css"), include_str!("../../../../templates/bar.css"));

/// Draws a report. Without an attestation (one not yet sealed, or recomputed) the page says so.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn render(body: &Body, attestation: Option<&Attestation>, lang: Lang) -> String {
    page_of(body, attestation, lang, &Around::default()).html
}

/// The same, with what stands around it.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn page_of(body: &Body, attestation: Option<&Attestation>, lang: Lang, around: &Around<'_>) -> Page {
    let (full, hash) = (body.spelled_out(), body.hash());
    let copy = if body.copy_for == CopyFor::Applicant { lang.pick("申请人件", "applicant's copy") } else { "" };
    let style = style(&body.number, copy, around);
    let page = view::page(ReadingOf { body: &full, hash: &hash, lang }, attestation, around, style.clone());
    Page { html: page.render().expect("text written into a string"), style }
}

/// The style sheet of a document with this number.
fn style(number: &str, copy: &str, around: &Around<'_>) -> String {
    format!("{}{}", around.styled(STYLE), page_numbers(number, copy))
}

/// Headers of printed pages carry the report's number, which a style sheet can only hold as text of its own.
fn page_numbers(number: &str, copy: &str) -> String {
    let number: String = number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let between = if copy.is_empty() { "" } else { " · " };
    format!("@page {{ @top-right {{ content: \"{number}{between}{copy}\" }} }}\n")
}
