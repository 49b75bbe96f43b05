//! From received bytes to what they say. Pure: samples are run through the same functions as live answers.

use http::StatusCode;
use jiff::civil::Date;
use serde_json::Value;

use crate::exchange::{Fault, Received};
use crate::mapping::answer::Verdict;
use crate::mapping::path::Place;
use crate::mapping::{AnswerSpec, ItemResult, Page, Shape};
use crate::records::{Answer, Coverage, Failure, Gap, Reach};

/// A body whose code is good, as a tree; `None` when the code says "nothing held".
pub(super) fn read_tree(shape: &Shape, received: &Received) -> Result<Option<Value>, Fault> {
    if received.status == StatusCode::NOT_FOUND {
        return Err(Fault::status(received.status, None));
    }
    let tree = shape.codec.decode(&received.body, shape.encoding).map_err(|error| Fault::malformed(&error))?;
    let Some(outcome) = &shape.outcome else { return Ok(Some(tree)) };
    let root = Place { root: &tree, node: &tree, location: "$" };
    match outcome.verdict(root).map_err(|error| Fault::malformed(&error))? {
        Verdict::Ok => Ok(Some(tree)),
        Verdict::NoRecord => Ok(None),
        Verdict::Failed(why) => Err(Fault::stated(why, outcome.code.text())),
    }
}

/// A page, with the tree it came from (for what leads to the next).
pub(crate) fn read_page(answer: &AnswerSpec, received: &Received) -> Result<(Page, Option<Value>), Fault> {
    match read_tree(&answer.shape, received)? {
        Some(tree) => Ok((answer.page(&tree).map_err(|error| Fault::malformed(&error))?, Some(tree))),
        None => {
            let mut page = Page::default();
            page.items.insert(1, ItemResult::default());
            Ok((page, None))
        }
    }
}

/// What is said about one person in the end, and a note where something is wrong.
pub(crate) fn finish(item: ItemResult, as_of: Option<Date>, coverage: Coverage) -> (Answer, Option<String>) {
    if let Some((why, note)) = item.failed {
        return (Answer::Unavailable { why }, Some(note));
    }
    let note = item.unreadable.map(|first| match item.unreadable_rows {
        0 | 1 => format!("body: {}: {}", first.place, first.reason),
        rows => format!("body: {}: {} (and {} rows more)", first.place, first.reason, rows - 1),
    });
    let answer = match (item.records, &note, item.gap) {
        (records, Some(_), None) if records.is_empty() => Answer::Unavailable { why: Failure::Malformed },
        (records, Some(_), gap) => Answer::Partial { records, why: gap.unwrap_or(Gap::RowUnreadable) },
        (records, None, Some(why)) => Answer::Partial { records, why },
        (records, None, None) if records.is_empty() => Answer::NoRecord { reach: Reach { coverage, as_of } },
        (records, None, None) => Answer::Found { records },
    };
    let note = note.or_else(|| match &answer {
        Answer::Partial { why: Gap::PageMissing, .. } => Some("paging: a page is missing".into()),
        Answer::Partial { why: Gap::InstitutionMissing, .. } => Some("body: an institution did not answer".into()),
        _ => None,
    });
    (answer, note)
}
