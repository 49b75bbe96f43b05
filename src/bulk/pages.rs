//! A file that is written page by page from the store, as it is asked for.

use bytes::Bytes;
use futures_util::{Stream, stream};
use uuid::Uuid;

use super::{Bulk, BulkError};
use crate::auth::Caller;
use crate::store::CaseRow;

/// A file as it is written, and how many households were left out of it because they are those of the caller or kin.
pub struct Written<S> {
    /// The file, piece by piece.
    pub pieces: S,
    /// Households left out.
    pub left_out: u64,
}

impl Bulk {
    /// The next cases of a batch that the caller may open, by the row each stands in, where the page after it begins, and whether it is the last.
    pub(super) async fn open_cases_of(
        &self,
        caller: &Caller,
        batch: Uuid,
        after: u64,
        page: u32,
    ) -> Result<(Vec<(u64, CaseRow)>, u64, bool), BulkError> {
        let mut cases = self.0.store.cases_of(batch, after, page).await?;
        let last = cases.len() < page as usize;
        let next = cases.last().map_or(after, |(row, _)| *row);
        let ids: Vec<Uuid> = cases.iter().map(|(_, case)| case.id).collect();
        let barred = self.0.verifier.barred(caller, &ids).await?;
        cases.retain(|(_, case)| !barred.contains(&case.id));
        Ok((cases, next, last))
    }
}

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
