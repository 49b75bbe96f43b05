//! Reading how answers look.

use encoding_rs::UTF_8;

use super::request::encoding;
use super::rows;
use crate::codec::{Codec, LastRow, Trailer};
use crate::mapping::path::Path;
use crate::mapping::{AnswerSpec, Items, Outcome, Shape, Test, When};
use crate::records::Failure;
use crate::toml_reader::{Entry, Section};

/// `[answer]` with `[subject]` and `[[records]]`.
pub(super) fn answer(top: &Section<'_>, batch: bool) -> AnswerSpec {
    let rows = rows::rows(top, batch);
    let Some(section) = top.section("answer") else {
        top.missing("answer", "how the department's answer reads");
        return AnswerSpec {
            shape: no_shape(),
            lists: Vec::new(),
            present: Vec::new(),
            containers: Vec::new(),
            nothing_when_null: None,
            not_ready: None,
            total: None,
            as_of: None,
            items: None,
            none_when: None,
            gap_when: None,
            rows,
        };
    };
    let spec = AnswerSpec {
        shape: shape(&section),
        lists: paths(&section, "lists"),
        present: paths(&section, "present"),
        containers: paths(&section, "containers"),
        nothing_when_null: path(&section, "nothing_when_null"),
        not_ready: section.get("not_ready").map(|entry| when(&entry)),
        total: path(&section, "total"),
        as_of: section.get("as_of").map(|entry| rows::field(&entry)),
        items: section.section("items").map(|items| self::items(&items)),
        none_when: section.get("none_when").map(|entry| when(&entry)),
        gap_when: section.get("gap_when").map(|entry| when(&entry)),
        rows,
    };
    if matches!(spec.shape.codec, Codec::Xml { .. }) {
        if spec.containers.is_empty() {
            section.fault(
                "needs `containers`, the elements that hold the rows: without them drift would pass for \"nothing\"",
                None,
            );
        }
    } else if !spec.containers.is_empty() {
        section.fault("containers are of XML", None);
    } else if spec.lists.is_empty() && spec.present.is_empty() && !matches!(spec.shape.codec, Codec::Ndjson { .. }) {
        section.fault("needs `lists` or `present`: without them a broken answer would pass for \"nothing\"", None);
    }
    if spec.items.is_some() && (spec.total.is_some() || spec.nothing_when_null.is_some()) {
        section.fault("total and nothing_when_null are of answers about one person", None);
    }
    spec
}

/// Charset, codec and result code.
pub(super) fn shape(section: &Section<'_>) -> Shape {
    let codecs = [("json", 0_u8), ("ndjson", 1), ("xml", 2), ("csv", 3), ("ignored", 4)];
    let codec = match section.required_choice("codec", &codecs) {
        1 => Codec::Ndjson { trailer: section.section("trailer").map(|trailer| self::trailer(&trailer)) },
        2 => Codec::Xml { lists: section.texts("repeated") },
        3 => Codec::Csv {
            header: section.texts("header"),
            error_mark: section.text_opt("error_mark"),
            trailer: section.section("trailer").map(|trailer| last_row(&trailer)),
        },
        4 => Codec::Ignored,
        _ => Codec::Json,
    };
    if matches!(&codec, Codec::Csv { header, .. } if header.is_empty()) {
        section.missing("header", "the columns of the CSV");
    }
    if let Codec::Csv { header, trailer: Some(trailer), .. } = &codec {
        for column in [Some(&trailer.rows), trailer.sha256.as_ref()].into_iter().flatten() {
            if !header.contains(column) {
                section.fault(format!("trailer names `{column}`, which is no column of header"), None);
            }
        }
    }
    Shape { encoding: encoding(section), codec, outcome: outcome(section) }
}

fn last_row(section: &Section<'_>) -> LastRow {
    LastRow {
        mark: section.text("mark", "what the first field of the last line holds, and of no other"),
        rows: section.text("rows", "the column with the number of rows"),
        sha256: section.text_opt("sha256"),
    }
}

fn outcome(section: &Section<'_>) -> Option<Outcome> {
    let code = path(section, "code");
    let outcome = Outcome {
        reason: path(section, "reason"),
        ok: section.texts("ok"),
        no_record: section.texts("no_record"),
        busy: section.texts("busy"),
        unauthorised: section.texts("unauthorised"),
        code: code.clone().unwrap_or_else(root),
    };
    if code.is_some() == outcome.ok.is_empty() {
        section.fault("`code` (where the result code stands) and `ok` (its good values) go together", None);
    }
    code.map(|_| outcome)
}

fn trailer(section: &Section<'_>) -> Trailer {
    Trailer {
        mark: section.text("mark", "the field that is true in the last line alone"),
        rows: section.text("rows", "the field with the number of lines"),
        sha256: section.text("sha256", "the field with the SHA-256 of the lines"),
    }
}

fn items(section: &Section<'_>) -> Items {
    let missing = [("source_error", Failure::SourceError), ("malformed", Failure::Malformed)];
    let at = required_path(section, "at");
    let key = required_path(section, "key");
    if at.starts_at_row() || !key.starts_at_row() {
        section.fault("at starts at the answer ($), key at the item (@)", None);
    }
    let list = path(section, "list");
    Items {
        at,
        key,
        list,
        outcome: outcome(section),
        missing: section.choice("missing", &missing).unwrap_or(Failure::Malformed),
    }
}

/// `{ path = "@.x", in = ["a", "b"] }`, or `{ path = "@.x", absent = true }`
pub(super) fn when(entry: &Entry<'_>) -> When {
    let Some(section) = entry.section() else { return When { path: root(), test: Test::Absent } };
    let path = required_path(&section, "path");
    let words = section.get("in").map(|entry| entry.texts());
    let test = match (words, section.flag("absent", false)) {
        (Some(words), false) if !words.is_empty() => Test::AnyOf(words),
        (None, true) => Test::Absent,
        _ => {
            section.fault("needs either `in`, the values that fulfil the condition, or `absent = true`", None);
            Test::Absent
        }
    };
    When { path, test }
}

/// The whole answer.
pub(super) fn root() -> Path {
    Path::parse("$").expect("`$` is a path")
}

/// Stands in after a fault.
pub(super) fn no_shape() -> Shape {
    Shape { encoding: UTF_8, codec: Codec::Ignored, outcome: None }
}

pub(super) fn path(section: &Section<'_>, key: &'static str) -> Option<Path> {
    section.get(key).map(|entry| path_of(&entry))
}

pub(super) fn required_path(section: &Section<'_>, key: &'static str) -> Path {
    path(section, key).unwrap_or_else(|| {
        section.missing(key, "a path such as `$.data[*]` or `@.name`");
        root()
    })
}

pub(super) fn path_of(entry: &Entry<'_>) -> Path {
    let text = entry.text().unwrap_or_else(|| "$".into());
    Path::parse(&text).unwrap_or_else(|fault| {
        entry.fault(fault, None);
        root()
    })
}

fn paths(section: &Section<'_>, key: &'static str) -> Vec<Path> {
    section.get(key).map(|entry| entry.items().iter().map(path_of).collect()).unwrap_or_default()
}
