//! The extract for the public notice as a page of A4.

use askama::Template;

use super::super::super::body::Status;
use super::super::super::public_notice::PublicNotice;
use super::super::super::text::{self, Lang};
use super::{Around, Bar, Page};
use crate::household::day;
use crate::policy::assessment::Certainty;

#[derive(Template)]
#[template(path = "public-notice.html")]
struct NoticePage<'a> {
    zh: bool,
    tag: &'static str,
    style: &'a str,
    bar: Option<&'a Bar>,
    notice: &'a PublicNotice,
    is_draft: bool,
    applicant: &'a str,
    purpose: &'static str,
    township: &'a str,
    region: String,
    as_of: String,
    conclusion: &'static str,
}

impl NoticePage<'_> {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.zh { zh } else { en }
    }
}

/// What a notice says of the conclusion: never that somebody is entitled.
fn conclusion(state: Certainty, lang: Lang) -> &'static str {
    match state {
        Certainty::Met => lang.pick(
            "经核对，未发现不具备申请条件的情形，拟提请审核确认",
            "nothing found that the conditions of the programme rule out; put forward for decision",
        ),
        _ => lang.pick("核对已完成，有关事项提请审核确认", "verified; put forward for decision"),
    }
}

/// Draws an extract.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn render_public_notice(notice: &PublicNotice, lang: Lang, around: &Around<'_>) -> Page {
    let style = super::style(&notice.number, lang.pick("公示摘要", "extract for public notice"), around);
    let region = notice.region_name.as_ref().map_or(notice.region.as_str(), |name| name.get(lang)).to_owned();
    let unnamed = lang.pick("（依法不公开姓名）", "(not named, as the law asks)");
    let page = NoticePage {
        zh: lang == Lang::Zh,
        tag: lang.tag(),
        style: &style,
        bar: around.bar,
        is_draft: notice.status == Status::Draft,
        applicant: notice.applicant.as_ref().map_or(unnamed, |name| name.expose()),
        purpose: text::purpose(notice.purpose, lang),
        township: notice.township.as_deref().unwrap_or_default(),
        region,
        as_of: day(notice.as_of, lang),
        conclusion: conclusion(notice.conclusion, lang),
        notice,
    };
    Page { html: page.render().expect("text written into a string"), style }
}
