//! `GET /v1/verifications/{id}/events`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};

use crate::api::permit::permit;
use crate::auth::{Authenticator, Permission};
use crate::verification::{CaseEvent, Verifier};
use crate::web::{PathText, Problem, Watching};

/// Server-sent events: what stands already, then each answer as it lands, until the case is final or the token expires.
///
/// Kinds of answers are told as in `GET /v1/verifications/{id}`: what they say of a person only at level `full` with `report:read`, with an
/// entry in the audit log for each stream that is opened; else `answered`.
#[utoipa::path(get, path = "/v1/verifications/{id}/events", tag = "verifications", 
    params(("id" = String, Path), ("Last-Event-ID" = Option<u64>, Header, description = "Go on after this event")),
    responses((status = 200, description = "text/event-stream of CaseEvent", body = CaseEvent, content_type = "text/event-stream"),
        (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn events(
    Watching(signed_in): Watching,
    State(verifier): State<Verifier>,
    State(authenticator): State<Arc<Authenticator>>,
    PathText(id): PathText,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    // From the sign-in on: nothing that is changed while the entry is written is missed.
    let otherwise = authenticator.register().changed(&signed_in.0.subject);
    let caller = permit(&verifier, signed_in, Permission::ReadCase).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = last.and_then(|text| text.parse().ok()).unwrap_or(0);
    let events = verifier.events(&caller, &id, after).await.map_err(crate::api::report::problem)?;
    // A token that has expired, or a caller registered otherwise or no more, lets nobody read on; with a good one, Last-Event-ID resumes.
    let end = async move {
        tokio::select! {
            () = tokio::time::sleep(caller.lasts.unwrap_or(Duration::MAX / 4)) => {}
            () = otherwise => {}
        }
    };
    let lines = events.map(|event| Ok(encode(&event))).take_until(Box::pin(end));
    Ok(Sse::new(lines).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

fn encode(event: &CaseEvent) -> Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    Event::default().id(event.seq.to_string()).event(event.what.name()).data(data)
}
