//! The main navigation: who sees which section. A page is listed when it is there, and shown to whoever may do one of the things it is for.

use super::words::frame::FrameWords;
use crate::auth::{Caller, Permission};
use crate::household::Lang;

/// A section.
struct Section {
    path: &'static str,
    title: fn(&FrameWords) -> &'static str,
    /// Any of these; everybody where there is none.
    needs: &'static [Permission],
}

const SECTIONS: &[Section] = &[
    Section { path: "/", title: |words| words.home, needs: &[] },
    Section { path: "/new", title: |words| words.new, needs: &[Permission::SubmitCase] },
    Section { path: "/reviews", title: |words| words.reviews, needs: &[Permission::DecideRecords] },
    Section { path: "/approvals", title: |words| words.approvals, needs: &[Permission::ReadApprovals] },
    Section { path: "/batches", title: |words| words.batches, needs: &[Permission::ReadBatches] },
    Section { path: "/link", title: |words| words.link, needs: &[Permission::LinkRosters] },
    Section { path: "/due", title: |words| words.due, needs: &[Permission::ReadBatches] },
    Section { path: "/alerts", title: |words| words.alerts, needs: &[Permission::Monitor] },
    Section { path: "/policy", title: |words| words.policy, needs: &[Permission::ReadPolicy] },
    Section { path: "/sources", title: |words| words.sources, needs: &[Permission::ReadSources] },
    Section { path: "/audit", title: |words| words.audit, needs: &[Permission::ReadLog] },
];

/// A link of the navigation.
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) text: &'static str,
    /// Whether the present page is of it.
    pub(super) here: bool,
}

/// The sections of a caller, from the page at `path`.
pub(super) fn links(caller: &Caller, path: &str, lang: Lang) -> Vec<Link> {
    let shown = |section: &&Section| section.needs.is_empty() || section.needs.iter().any(|need| caller.may(*need));
    let within =
        |section: &str| path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let link = |section: &Section| Link {
        path: section.path,
        text: (section.title)(FrameWords::of(lang)),
        here: if section.path == "/" { path == "/" } else { within(section.path) },
    };
    SECTIONS.iter().filter(shown).map(link).collect()
}
