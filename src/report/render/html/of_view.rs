//! A view of a report as a page.

use askama::Template;

use super::super::super::text::Lang;
use super::super::super::view::ViewReport;
use super::super::sheet::{Sheet, sheet};
use super::{Around, Bar, Page};

#[derive(Template)]
#[template(path = "view.html")]
struct ViewPage<'a> {
    zh: bool,
    tag: &'static str,
    style: &'a str,
    bar: Option<&'a Bar>,
    sheet: Sheet<'a>,
}

impl ViewPage<'_> {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.zh { zh } else { en }
    }
}

/// Draws a view.
#[must_use]
pub fn render_view(report: &ViewReport, lang: Lang) -> String {
    page_of_view(report, lang, &Around::default()).html
}

/// The same, with what stands around it.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn page_of_view(report: &ViewReport, lang: Lang, around: &Around<'_>) -> Page {
    let style = super::style(&report.body.of.number, "", around);
    let (zh, tag, sheet) = (lang == Lang::Zh, lang.tag(), sheet(report, lang));
    let page = ViewPage { zh, tag, style: &style, bar: around.bar, sheet };
    Page { html: page.render().expect("text written into a string"), style }
}
