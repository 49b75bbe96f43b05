//! A view of a report as a page.

use askama::Template;

use super::super::super::text::Lang;
use super::super::super::view::ViewReport;
use super::super::sheet::{Sheet, sheet};
use super::{STYLE, page_numbers};

#[derive(Template)]
#[template(path = "view.html")]
struct Page<'a> {
    zh: bool,
    tag: &'static str,
    style: String,
    sheet: Sheet<'a>,
}

impl Page<'_> {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.zh { zh } else { en }
    }
}

/// Draws a view.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn render_view(report: &ViewReport, lang: Lang) -> String {
    let style = style_of_view(report);
    let page = Page { zh: lang == Lang::Zh, tag: lang.tag(), style, sheet: sheet(report, lang) };
    page.render().expect("text written into a string")
}

/// The content of the `<style>` element of a view's page: what a content security policy has to allow by its hash.
#[must_use]
pub fn style_of_view(report: &ViewReport) -> String {
    format!("{STYLE}{}", page_numbers(&report.body.of.number))
}
