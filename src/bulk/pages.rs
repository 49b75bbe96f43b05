//! A file that is written page by page from the store, as it is asked for.

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::BulkError;

/// Writes the next page each time it is asked.
pub(super) trait Pages: Send + Sized {
    /// The next page, empty where nothing of it is written, and whether it was the last.
    fn page(&mut self) -> impl Future<Output = Result<(String, bool), BulkError>> + Send;
}

/// The pages as they are asked for, without empty ones. What fails ends them.
pub(super) fn written<P: Pages>(pages: P) -> impl Stream<Item = Result<Bytes, BulkError>> {
    stream::unfold(Some(pages), |pages| async move {
        let mut pages = pages?;
        loop {
            match pages.page().await {
                Ok((text, true)) if text.is_empty() => return None,
                Ok((text, false)) if text.is_empty() => {}
                Ok((text, last)) => return Some((Ok(text.into()), (!last).then_some(pages))),
                Err(error) => return Some((Err(error), None)),
            }
        }
    })
}
