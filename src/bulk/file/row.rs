//! A row of a table as the file has it, what is wrong with it before its cells are looked at, and the headings that say what stands in it.

use std::sync::Arc;

use super::columns::{COLUMNS, named};
use super::values::Cell;
use super::{FileFault, RowFault};

/// A row as the file has it.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Vec<Cell>,
    /// What kept it from being read as it was meant.
    pub(super) broken: Option<Broken>,
}

/// What is wrong with a row before its cells are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quotation mark without the other.
    Quotes,
    /// Bytes that are no text of the file's encoding.
    Encoding,
    /// Longer than a household may be.
    TooLong,
}

impl Broken {
    pub(super) fn fault(self, line: u64) -> RowFault {
        let (code, what, remedy) = match self {
            Self::Quotes => {
                let what = ["引号不成对", "a quotation mark is not closed"];
                ("quotes", what, ["删除多余的引号，或补上另一半", "remove it, or close it"])
            }
            Self::Encoding => {
                let what = ["含有无法识别的字符编码", "it has bytes that are no text of the file's encoding"];
                (
                    "encoding",
                    what,
                    ["重新录入该行，另存为 CSV UTF-8 格式", "type the row again and save the file as CSV UTF-8"],
                )
            }
            Self::TooLong => {
                let what = ["该行超过 256 KiB", "the row is longer than 256 KiB"];
                ("too_large", what, ["检查引号和换行", "check quotation marks and line ends"])
            }
        };
        RowFault::new(line, "", code, what, remedy)
    }
}

impl Row {
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// The columns of a file.
pub(super) struct Headings {
    /// By place; none of a column that nobody reads.
    pub(super) columns: Vec<Option<&'static str>>,
    pub(super) written: Arc<Vec<(&'static str, String)>>,
}

impl Headings {
    pub(super) fn read(row: &Row) -> Result<Self, FileFault> {
        let (mut columns, mut written) = (Vec::new(), Vec::new());
        for cell in &row.cells {
            let text = cell.text();
            let text = text.trim_start_matches('\u{feff}').trim();
            let key = named(text).map(|column| column.key);
            if let Some(key) = key {
                if columns.contains(&Some(key)) {
                    let what = ["有两列表头指同一项", "two columns are headed as the same thing"];
                    let remedy = [format!("删除其中一列（{text}）"), format!("remove one of them ({key})")];
                    return Err(FileFault::new(row.line, "column_twice", what, [&remedy[0], &remedy[1]]));
                }
                written.push((key, text.to_owned()));
            }
            columns.push(key);
        }
        let missing: Vec<_> =
            COLUMNS.iter().filter(|column| column.needed && !columns.contains(&Some(column.key))).collect();
        if missing.is_empty() {
            return Ok(Self { columns, written: Arc::new(written) });
        }
        let zh: Vec<&str> = missing.iter().map(|column| column.heading).collect();
        let en: Vec<&str> = missing.iter().map(|column| column.key).collect();
        let what = [format!("缺少列：{}", zh.join("、")), format!("columns are missing: {}", en.join(", "))];
        let remedy =
            ["首行须为表头，见 hedui batch template", "the first line names the columns: see hedui batch template"];
        Err(FileFault::new(row.line, "columns_missing", [&what[0], &what[1]], remedy))
    }

    pub(super) fn get<'r>(&self, row: &'r Row, key: &str) -> Option<&'r Cell> {
        let place = self.columns.iter().position(|column| *column == Some(key))?;
        row.cells.get(place).filter(|cell| !cell.is_empty())
    }

    pub(super) fn text(&self, row: &Row, key: &str) -> Option<String> {
        self.get(row, key).map(Cell::text)
    }

    /// Whether it cannot be told whose row it is.
    pub(super) fn is_anybodys(&self, row: &Row) -> bool {
        let number = || self.text(row, "household");
        row.broken.is_some() && number().is_none_or(|text| text.contains('\u{fffd}'))
    }

    pub(super) fn heading(&self, key: &str) -> &str {
        self.written.iter().find(|(known, _)| *known == key).map_or("", |(_, heading)| heading)
    }
}
