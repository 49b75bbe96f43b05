//! What pages load: one stylesheet, and small scripts that each page does without. A name changes with what it stands for, so browsers may keep it
//! for ever.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::report::receipt;
use crate::report::render::html;

/// Something that is loaded.
pub(super) struct Asset {
    /// Where it is.
    pub(super) path: String,
    kind: &'static str,
    text: &'static str,
}

/// The stylesheet.
pub(super) static SHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::of("console", "css", include_str!("../../templates/console/console.css")));

/// Keeps a part of a page as it stands on the server.
pub(super) static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset::of("live", "js", include_str!("../../templates/console/live.js")));

/// Says what is wrong with a new verification while it is typed.
pub(super) static NEW: LazyLock<Asset> =
    LazyLock::new(|| Asset::of("new", "js", include_str!("../../templates/console/new.js")));

/// The button that prints a document.
pub(super) static PRINT: LazyLock<Asset> =
    LazyLock::new(|| Asset::of("print", "js", include_str!("../../templates/console/print.js")));

/// The style sheet of reports.
pub(super) static REPORT_SHEET: LazyLock<Asset> = LazyLock::new(|| Asset::of("report", "css", html::STYLE_WITH_BAR));

/// The style sheet of receipts.
pub(super) static RECEIPT_SHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::of("receipt", "css", receipt::STYLE_WITH_BAR));

/// Every one of them.
pub(super) fn all() -> [&'static Asset; 6] {
    [&SHEET, &LIVE, &NEW, &PRINT, &REPORT_SHEET, &RECEIPT_SHEET]
}

impl Asset {
    fn of(name: &str, end: &str, text: &'static str) -> Self {
        let kind = if end == "css" { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
        Self { path: format!("/assets/{name}-{}.{end}", &hex::encode(Sha256::digest(text))[..16]), kind, text }
    }

    pub(super) fn answer(&self) -> Response {
        let headers =
            [(header::CONTENT_TYPE, self.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
        (headers, self.text).into_response()
    }
}
