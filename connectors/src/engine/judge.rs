//! From received bytes to what they say. Pure: samples are run through the same functions as live answers.

use encoding_rs::{Encoding, GB18030, GBK};
use http::StatusCode;
use jiff::civil::Date;
use serde_json::Value;

use crate::codec::{Codec, Unreadable};
use crate::exchange::{Fault, Received};
use crate::mapping::answer::Verdict;
use crate::mapping::path::Place;
use crate::mapping::{AnswerSpec, ItemResult, Page, Shape};
use crate::records::{Answer, Coverage, Failure, Gap, Reach};

/// A body whose code is good, or says "nothing held", as a tree.
pub(super) fn read_tree(shape: &Shape, received: &Received) -> Result<(Value, Verdict), Fault> {
    if received.status == StatusCode::NOT_FOUND {
        return Err(Fault::status(received.status, None));
    }
    if let Some(label) = &received.charset
        && !matches!(shape.codec, Codec::Ignored)
        && !agrees(label, shape.encoding)
    {
        let other = Unreadable::new("content-type", "states another charset than the definition");
        return Err(Fault::malformed(&other));
    }
    let tree = shape.codec.decode(&received.body, shape.encoding).map_err(|error| Fault::malformed(&error))?;
    let Some(outcome) = &shape.outcome else { return Ok((tree, Verdict::Ok)) };
    let root = Place { root: &tree, node: &tree, location: "$" };
    match outcome.verdict(root).map_err(|error| Fault::malformed(&error))? {
        Verdict::Failed(why) => Err(Fault::stated(why, outcome.code.text())),
        verdict => Ok((tree, verdict)),
    }
}

/// Whether a charset's label means the definition's charset. GB18030 extends GBK, and departments write one for the other.
fn agrees(label: &str, encoding: &'static Encoding) -> bool {
    let chinese = |one: &'static Encoding| one == GBK || one == GB18030;
    Encoding::for_label(label.as_bytes()).is_some_and(|said| said == encoding || (chinese(said) && chinese(encoding)))
}

/// A page, with the tree it came from (for what leads to the next; `None` when the code says that nothing is held).
pub(crate) fn read_page(
    answer: &AnswerSpec,
    received: &Received,
    max_rows: usize,
) -> Result<(Page, Option<Value>), Fault> {
    let (tree, verdict) = read_tree(&answer.shape, received)?;
    let rows = answer.rows_in(&tree);
    if rows > max_rows {
        return Err(too_many_rows(max_rows));
    }
    if verdict == Verdict::NoRecord {
        if rows > 0 {
            let contradiction = Unreadable::new("$", "says that nothing is held and lists rows");
            return Err(Fault::malformed(&contradiction));
        }
        let mut page = Page::default();
        page.items.insert(1, ItemResult::nothing());
        return Ok((page, None));
    }
    Ok((answer.page(&tree).map_err(|error| Fault::malformed(&error))?, Some(tree)))
}

/// More than the settings allow an exchange to bring.
pub(crate) fn too_many_rows(max_rows: usize) -> Fault {
    Fault::lasting(Failure::TooLarge, format!("body: more than {max_rows} rows"))
}

/// Whether a body says that the result of a ticket is not ready yet, in place of the result.
pub(super) fn not_ready(answer: &AnswerSpec, received: &Received) -> bool {
    let Some(when) = &answer.not_ready else { return false };
    // a result by lines is refused in one JSON value; any other is refused in its own form
    let codec = match &answer.shape.codec {
        Codec::Ndjson { .. } => &Codec::Json,
        own => own,
    };
    codec.decode(&received.body, answer.shape.encoding).is_ok_and(|tree| {
        let root = Place { root: &tree, node: &tree, location: "$" };
        when.holds(root).unwrap_or(false)
    })
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
    let contradicted = item.denied && !item.records.is_empty();
    let note = note
        .or_else(|| contradicted.then(|| "body: one row says that nothing is held, another says what is".to_owned()));
    if item.records.is_empty() && note.is_none() && item.gap.is_none() && !item.nothing {
        let silent = "body: states neither a record nor that there is none";
        return (Answer::Unavailable { why: Failure::Malformed }, Some(silent.into()));
    }
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
