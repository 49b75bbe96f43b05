//! The word of a case that something happened: the page then fetches itself anew. The stream itself says nothing of anybody.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;

use crate::auth::Permission;
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::{ConsoleUser, WatchingUser};

pub(in crate::console) async fn events(
    State(console): State<Console>,
    WatchingUser(user): WatchingUser,
    Named(id): Named,
    headers: HeaderMap,
) -> Response {
    stream(&console, &user, &id, &headers).await.unwrap_or_else(|refused: Response| refused)
}

async fn stream(console: &Console, user: &ConsoleUser, id: &str, headers: &HeaderMap) -> Result<Response, Response> {
    // From the sign-in on: nothing that is changed while the entry is written is missed.
    let otherwise = console.0.authenticator.register().changed(&user.caller.subject);
    let caller = user.permit(console, Permission::ReadCase, "GET /cases/{id}/events").await?;
    let after = headers.get("last-event-id").and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let events = console.0.verifier.events(&caller, id, after.unwrap_or(0)).await;
    let events = events.map_err(|error| user.frame.failed(&error))?;
    let end = async move {
        tokio::select! {
            () = tokio::time::sleep(caller.lasts.unwrap_or(Duration::MAX / 4)) => {}
            () = otherwise => {}
        }
    };
    // Browsers pass over an event without data.
    let words = events.map(|event| {
        Ok::<_, Infallible>(Event::default().id(event.seq.to_string()).event(event.what.name()).data("1"))
    });
    let words = words.take_until(Box::pin(end));
    Ok(Sse::new(words).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response())
}
