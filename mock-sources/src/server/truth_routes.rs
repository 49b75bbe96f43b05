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
use crate::population::Population;
use crate::truth::{Household, RequestOptions};

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
    lines(app, page, |household, _| serde_json::to_vec(household).unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    limit: Option<usize>,
    /// What the requests are for; an application for dibao unless given.
    #[serde(default)]
    purpose: Option<String>,
}

/// `GET /truth/requests?offset=&limit=&purpose=`: a verification request for each household, in the same order, without a key.
pub(crate) async fn requests(State(app): State<Arc<App>>, Query(wanted): Query<Wanted>) -> Response {
    let Wanted { offset, limit, purpose } = wanted;
    let mut options = RequestOptions::default();
    options.purpose = purpose.unwrap_or(options.purpose);
    lines(app, Page { offset, limit }, move |household, population| {
        let request = population.request_for(household.index, &options);
        request.map_or_else(Vec::new, |request| request.to_string().into_bytes())
    })
}

/// A line for each household of a page.
fn lines(app: Arc<App>, page: Page, line: impl Fn(&Household, &Population) -> Vec<u8> + Send + 'static) -> Response {
    let total = app.copies.population().households().count();
    let end = page.limit.map_or(total, |limit| page.offset.saturating_add(limit)).min(total);
    let lines = (page.offset..end).map(move |place| {
        let population = app.copies.population();
        let mut line = population.at(place).map_or_else(Vec::new, |household| line(household, population));
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
