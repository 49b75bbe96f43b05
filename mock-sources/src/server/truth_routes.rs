//! The truth, for tests and people; the service never calls this.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;

use super::App;
use crate::departments::Key;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    limit: Option<usize>,
}

/// `GET /truth/households?offset=&limit=`: NDJSON, streamed; the two fixed households come last.
pub(crate) async fn households(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Response {
    let total = app.copies.population().households().count();
    let end = page.limit.map_or(total, |limit| page.offset.saturating_add(limit)).min(total);
    let lines = (page.offset..end).map(move |place| {
        let mut line = app
            .copies
            .population()
            .at(place)
            .map_or_else(Vec::new, |household| serde_json::to_vec(household).unwrap_or_default());
        line.push(b'\n');
        Ok::<Bytes, std::convert::Infallible>(Bytes::from(line))
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream::iter(lines))).into_response()
}

/// `GET /truth/records/{department}/{jlbh}`
pub(crate) async fn record(State(app): State<Arc<App>>, Path((department, jlbh)): Path<(String, String)>) -> Response {
    let found = Key::parse(&department).and_then(|key| app.copies.record_truth(key, &jlbh));
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |truth| Json(truth).into_response())
}

/// `GET /truth/persons/{person}/records`: every record about a person, the lost ones too.
pub(crate) async fn records_about(State(app): State<Arc<App>>, Path(person): Path<u32>) -> Response {
    match app.copies.population().person(person) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some((_, person)) => Json(app.copies.records_about(person)).into_response(),
    }
}
