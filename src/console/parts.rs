//! Parts that pages are made of, each with its template under `parts/`. A page puts one in with `{{ table|safe }}`: a part escapes what it is given.

use std::borrow::Cow;

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
    /// On a narrow screen it scrolls sideways instead of falling into blocks: for rows that are compared with one another.
    pub(super) wide: bool,
}

/// A column.
pub(super) struct Column {
    pub(super) heading: Cow<'static, str>,
    /// Figures, set to the right.
    pub(super) numeric: bool,
}

impl Column {
    /// Of texts.
    pub(super) fn text(heading: impl Into<Cow<'static, str>>) -> Self {
        Self { heading: heading.into(), numeric: false }
    }

    /// Of figures.
    pub(super) fn figures(heading: impl Into<Cow<'static, str>>) -> Self {
        Self { heading: heading.into(), numeric: true }
    }
}

/// What stands in a cell.
pub(super) enum Cell {
    Text(String),
    /// A date, a code, a number: never broken over lines.
    Whole(String),
    /// Figures, or a text: between the parts a line may end, and within none of them.
    Parts(Vec<String>),
    /// A text with a machine's name for the thing below.
    Named(String, String),
    Tag(Tag),
    /// A date with a tag beside it.
    Tagged(String, Tag),
    /// A word of state, and why.
    Stated(Tag, String),
    /// A text, and something that may be done about it: what, and where.
    Offered(String, &'static str, String),
    /// A text about somebody, whose name is never broken.
    About(String, String),
    /// Several texts, one below the other.
    List(Vec<String>),
    /// A drawing of this program's own, as SVG.
    Drawn(String),
    /// A line to be filled in, with its label unseen: column and row say what it is.
    Entry(Box<Field>),
    /// A text that leads to an address.
    Link(String, String),
    /// The same, with a machine's name for the thing below.
    NamedLink {
        text: String,
        id: String,
        href: String,
    },
}

impl Cell {
    /// What stands in it, as HTML.
    fn html(&self) -> CellHtml<'_> {
        CellHtml { cell: self }
    }
}

#[derive(Template)]
#[template(path = "console/parts/cell.html")]
struct CellHtml<'a> {
    cell: &'a Cell,
}

/// A word of state. Colour repeats what the word says.
pub(super) struct Tag {
    pub(super) tone: Tone,
    pub(super) text: Cow<'static, str>,
}

#[derive(Clone, Copy)]
pub(super) enum Tone {
    Plain,
    Active,
    Waiting,
    Good,
    Bad,
}

impl Tag {
    pub(super) fn of(tone: Tone, text: impl Into<Cow<'static, str>>) -> Self {
        Self { tone, text: text.into() }
    }
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "tag",
            Self::Active => "tag tag-active",
            Self::Waiting => "tag tag-waiting",
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

/// A field of a form, with its label, hint and error.
#[derive(Template)]
#[template(path = "console/parts/field.html")]
pub(super) struct Field {
    pub(super) words: &'static FrameWords,
    pub(super) name: Cow<'static, str>,
    pub(super) label: Cow<'static, str>,
    pub(super) hint: Option<&'static str>,
    pub(super) value: String,
    pub(super) entry: Entry,
    pub(super) error: Option<Cow<'static, str>>,
}

/// How a field is filled in.
pub(super) enum Entry {
    /// A line of text.
    Line,
    /// A day of the calendar.
    Day,
    /// Several lines.
    Area,
    /// One of a list: codes and what they are called.
    Choice(Vec<(String, String)>),
    /// One of a few, all of them in sight.
    Marks(Vec<(String, String)>),
    /// Yes, or nothing.
    Tick,
    /// Any of a few, and which are chosen.
    Ticks(Vec<(String, String)>, Vec<String>),
    /// Not shown: it goes with the form as it is.
    Hidden,
    /// A file of these kinds (`accept` of HTML).
    File(&'static str),
}

impl Field {
    /// A line of text, empty.
    pub(super) fn line(words: &'static FrameWords, name: &'static str, label: &'static str) -> Self {
        Self {
            words,
            name: name.into(),
            label: label.into(),
            hint: None,
            value: String::new(),
            entry: Entry::Line,
            error: None,
        }
    }

    /// The ids of what explains it, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let ids: Vec<_> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// What is wrong with a form, above the page's heading, each a link to its field.
#[derive(Template)]
#[template(path = "console/parts/errors.html")]
pub(super) struct Errors {
    pub(super) words: &'static FrameWords,
    pub(super) faults: Vec<(String, String)>,
}

impl Errors {
    /// Of the fields of a form.
    pub(super) fn of<'a>(words: &'static FrameWords, fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let fault = |field: &'a Field| Some((field.name.to_string(), field.error.as_ref()?.to_string()));
        Self { words, faults: fields.into_iter().filter_map(fault).collect() }
    }
}

/// A summary list: what is known of one thing, a line each.
#[derive(Template)]
#[template(path = "console/parts/summary.html")]
pub(super) struct Summary {
    pub(super) lines: Vec<(&'static str, Cell)>,
}

/// Something everybody should know before the rest.
#[derive(Template)]
#[template(path = "console/parts/banner.html")]
pub(super) struct Banner {
    pub(super) label: &'static str,
    pub(super) heading: &'static str,
    pub(super) text: String,
    /// Something was done: good news, read out as it comes.
    pub(super) done: bool,
}
