//! How many calls one caller may have at the same time, and how many event streams beside them: so that one client cannot hold every connection.
//! A place is held until the last byte of the answer was handed over.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::config::ServerLimits;

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A call that is answered.
    Call,
    /// A stream of events, which stays open.
    Stream,
}

/// What each caller has open. Only those who have something open are in it.
pub(super) struct Places {
    calls: usize,
    streams: usize,
    held: Mutex<HashMap<(String, Kind), usize>>,
}

impl Places {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        Self { calls: limits.calls_at_once, streams: limits.streams_at_once, held: Mutex::default() }
    }

    /// A place of a caller, if one is left.
    pub(super) fn take(self: &Arc<Self>, subject: &str, kind: Kind) -> Option<Place> {
        let most = match kind {
            Kind::Call => self.calls,
            Kind::Stream => self.streams,
        };
        let key = (subject.to_owned(), kind);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let open = held.get(&key).copied().unwrap_or(0);
        if open >= most {
            return None;
        }
        held.insert(key.clone(), open + 1);
        Some(Place { places: Arc::clone(self), key })
    }
}

/// One of a caller's places, given back when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    key: (String, Kind),
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = held.get_mut(&self.key) {
            *open -= 1;
            if *open == 0 {
                held.remove(&self.key);
            }
        }
    }
}

/// Where the sign-in puts a call's place.
#[derive(Clone, Default)]
pub(super) struct Seat(Arc<Mutex<Option<Place>>>);

impl Seat {
    pub(super) fn put(&self, place: Place) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    fn take(&self) -> Option<Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Keeps the place that a call is given until its answer has gone.
pub(super) async fn keep(mut request: Request, next: Next) -> Response {
    let seat = Seat::default();
    request.extensions_mut().insert(seat.clone());
    let response = next.run(request).await;
    match seat.take() {
        Some(place) => response.map(|body| Body::new(Seated { body, place: Some(place) })),
        None => response,
    }
}

/// A body that holds a place until its end.
struct Seated {
    body: Body,
    place: Option<Place>,
}

impl HttpBody for Seated {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.place = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_caller_and_kind_and_come_back() {
        let limits = ServerLimits { calls_at_once: 2, streams_at_once: 1, ..ServerLimits::default() };
        let places = Arc::new(Places::new(&limits));
        let first = places.take("a", Kind::Call).expect("one");
        let second = places.take("a", Kind::Call).expect("two");
        assert!(places.take("a", Kind::Call).is_none(), "no third");
        let stream = places.take("a", Kind::Stream).expect("streams are counted apart");
        assert!(places.take("a", Kind::Stream).is_none());
        assert!(places.take("b", Kind::Call).is_some(), "callers do not share");
        drop(first);
        let again = places.take("a", Kind::Call).expect("it came back");
        drop((second, stream, again));
        assert!(places.held.lock().unwrap().is_empty(), "nothing is kept of those who have nothing open");
    }
}
