//! Parts that pages are made of, each with its template under `parts/`. A page puts one in with `{{ table|safe }}`: a part escapes what it is given.

use askama::Template;

use super::words::frame::FrameWords;

/// A table. On a narrow screen each row is a block whose cells carry their column's heading.
#[derive(Template)]
#[template(path = "console/parts/table.html")]
pub(super) struct Table {
    pub(super) caption: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What stands there instead when there are no rows.
    pub(super) nothing: &'static str,
}

/// A column.
pub(super) struct Column {
    pub(super) heading: &'static str,
    /// Figures, set to the right.
    pub(super) numeric: bool,
}

/// What stands in a cell.
pub(super) enum Cell {
    Text(String),
    /// A date, a code, a number: never broken over lines.
    Whole(String),
    /// A text with a machine's name for the thing below.
    Named(String, String),
    Tag(Tag),
    /// A date with a tag beside it.
    Tagged(String, Tag),
}

/// A word of state. Colour repeats what the word says.
pub(super) struct Tag {
    pub(super) tone: Tone,
    pub(super) text: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Tone {
    Plain,
    Active,
    Good,
    Bad,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "tag",
            Self::Active => "tag tag-active",
            Self::Good => "tag tag-good",
            Self::Bad => "tag tag-bad",
        }
    }
}

impl Table {
    fn cells<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = (&'a Column, &'a Cell)> {
        self.columns.iter().zip(row)
    }
}

/// Tabs that are links: each is a page of its own.
#[derive(Template)]
#[template(path = "console/parts/tabs.html")]
pub(super) struct Tabs {
    pub(super) label: &'static str,
    pub(super) tabs: Vec<Tab>,
}

pub(super) struct Tab {
    pub(super) href: String,
    pub(super) text: &'static str,
    /// How much waits there.
    pub(super) count: Option<String>,
    pub(super) here: bool,
}

/// Where a list goes on.
#[derive(Template)]
#[template(path = "console/parts/pages.html")]
pub(super) struct Pages {
    pub(super) words: &'static FrameWords,
    /// The first page, from a later one.
    pub(super) first: Option<String>,
    pub(super) next: Option<String>,
}

/// A field of a form, with its label, hint and error: a line of text, or a list to choose from where there are choices.
#[derive(Template)]
#[template(path = "console/parts/field.html")]
pub(super) struct Field {
    pub(super) words: &'static FrameWords,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: Option<&'static str>,
    pub(super) value: String,
    pub(super) choices: Vec<(String, String)>,
    pub(super) error: Option<&'static str>,
}

/// What is wrong with a form, above the page's heading, each a link to its field.
#[derive(Template)]
#[template(path = "console/parts/errors.html")]
pub(super) struct Errors {
    pub(super) words: &'static FrameWords,
    pub(super) faults: Vec<(&'static str, &'static str)>,
}

impl Errors {
    /// Of the fields of a form.
    pub(super) fn of(words: &'static FrameWords, fields: &[&Field]) -> Self {
        let fault = |field: &&Field| Some((field.name, field.error?));
        Self { words, faults: fields.iter().filter_map(fault).collect() }
    }
}

/// Something everybody should know before the rest.
#[derive(Template)]
#[template(path = "console/parts/banner.html")]
pub(super) struct Banner {
    pub(super) label: &'static str,
    pub(super) heading: &'static str,
    pub(super) text: String,
}
