//! The one stylesheet. Its name changes with what it says, so browsers may keep it for ever.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

const SHEET: &str = include_str!("../../templates/console/console.css");

/// Where it is.
pub(super) static PATH: LazyLock<String> =
    LazyLock::new(|| format!("/assets/console-{}.css", &hex::encode(Sha256::digest(SHEET))[..16]));

pub(super) async fn sheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, SHEET).into_response()
}
