//! A report as one self-contained page: for the screen, and for A4. No script, no outside resource, every text escaped.

mod answers;
mod lines;
mod of_view;
mod verdict;
mod view;

use askama::Template;

use super::super::attestation::Attestation;
use super::super::body::Body;
use super::super::text::Lang;
use super::names::Reading;

pub use of_view::{render_view, style_of_view};

/// The page's style sheet, alike for every report.
pub const STYLE: &str = include_str!("../../../../templates/report.css");

/// Draws a report. Without an attestation (one not yet sealed, or recomputed) the page says so.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn render(body: &Body, attestation: Option<&Attestation>, lang: Lang) -> String {
    let (full, hash) = (body.spelled_out(), body.hash());
    view::page(Reading { body: &full, hash: &hash, lang }, attestation).render().expect("text written into a string")
}

/// The content of the `<style>` element of a report's page: what a content security policy has to allow by its hash.
#[must_use]
pub fn style_of(body: &Body) -> String {
    format!("{STYLE}{}", page_numbers(&body.number))
}

/// Headers of printed pages carry the report's number, which a style sheet can only hold as text of its own.
fn page_numbers(number: &str) -> String {
    let number: String = number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("@page {{ @top-right {{ content: \"{number}\" }} }}\n")
}
