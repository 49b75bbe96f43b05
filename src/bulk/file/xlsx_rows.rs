//! Rows of the first sheet of a workbook. The workbook is held as it was sent, packed; its sheet is unpacked as it is read, in a thread
//! of its own that is never more than a few rows ahead.

use std::io::{Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{DataRef, Reader as _, Xlsx};
use jiff::civil::Date;

use super::row::Row;
use super::values::Cell;
use super::{FileFault, ndjson};

/// Largest workbook, packed, bytes.
const LARGEST: usize = 64 << 20;
/// Most bytes that its parts may unpack to.
const LARGEST_UNPACKED: u64 = 2 << 30;
/// Most bytes of its table of texts, which is held in memory.
const LARGEST_TEXTS: u64 = 256 << 20;
/// How a compound file begins: a workbook of the old form, or one behind a password.
const COMPOUND: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];
/// Rows that wait to be read.
const AHEAD: usize = 64;
/// Columns that are read.
const COLUMNS: u32 = 256;

/// A row, or none: the sheet ended.
type Sent = Result<Option<Row>, FileFault>;

/// The rows of a sheet.
pub(super) struct Rows {
    rows: Receiver<Sent>,
    /// Line of the last row that was read.
    line: u64,
    has_ended: bool,
}

impl Rows {
    pub(super) fn read(input: impl Read) -> Result<Self, FileFault> {
        let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX);
        let mut packed = Vec::new();
        input.take(limit + 1).read_to_end(&mut packed).map_err(|error| ndjson::unreadable(0, &error))?;
        if packed.len() > LARGEST {
            return Err(too_large());
        }
        if packed.starts_with(&COMPOUND) {
            return Err(old_or_locked());
        }
        check_parts(&packed)?;
        let (rows, read) = sync_channel(AHEAD);
        // it ends with the last row, or when nobody reads any more
        std::thread::spawn(move || {
            if let Err(fault) = unpack(packed, &rows) {
                drop(rows.send(Err(fault)));
            }
        });
        Ok(Self { rows: read, line: 0, has_ended: false })
    }
}

impl Iterator for Rows {
    type Item = Result<Row, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let read = match self.rows.recv() {
            Ok(Ok(Some(row))) => {
                self.line = row.line;
                return Some(Ok(row));
            }
            Ok(Ok(None)) => None,
            Ok(Err(fault)) => Some(Err(fault)),
            // the thread gave up over this workbook without a word: the sheet did not end here
            Err(_) => Some(Err(broken(self.line))),
        };
        self.has_ended = true;
        read
    }
}

/// A small file that would unpack to an enormous one is refused before it is unpacked.
fn check_parts(packed: &[u8]) -> Result<(), FileFault> {
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|_| no_workbook())?;
    let mut unpacked = 0_u64;
    for place in 0..archive.len() {
        let part = archive.by_index_raw(place).map_err(|_| no_workbook())?;
        unpacked = unpacked.saturating_add(part.size());
        let texts = part.size() > LARGEST_TEXTS && part.name().is_ok_and(|name| name.ends_with("sharedStrings.xml"));
        if unpacked > LARGEST_UNPACKED || texts {
            return Err(too_large());
        }
    }
    Ok(())
}

fn unpack(packed: Vec<u8>, rows: &SyncSender<Sent>) -> Result<(), FileFault> {
    let mut workbook = Xlsx::new(Cursor::new(packed)).map_err(|_| no_workbook())?;
    let first = workbook.sheet_names().first().cloned().ok_or_else(no_workbook)?;
    let mut cells = workbook.worksheet_cells_reader(&first).map_err(|_| no_workbook())?;
    let mut row = Row { line: 1, cells: Vec::new(), broken: None };
    loop {
        let cell = cells.next_cell().map_err(|_| broken(row.line))?;
        let Some(cell) = cell else { break };
        let (line, place) = cell.get_position();
        let line = u64::from(line) + 1;
        if line != row.line {
            let full = std::mem::replace(&mut row, Row { line, cells: Vec::new(), broken: None });
            if rows.send(Ok(Some(full))).is_err() {
                return Ok(());
            }
        }
        let value = value_of(cell.get_value());
        if let Some(value) = value.filter(|_| place < COLUMNS) {
            let place = usize::try_from(place).unwrap_or(0);
            row.cells.resize(row.cells.len().max(place + 1), Cell::Text(String::new()));
            row.cells[place] = value;
        }
    }
    if rows.send(Ok(Some(row))).is_ok() {
        drop(rows.send(Ok(None)));
    }
    Ok(())
}

fn value_of(value: &DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Int(number) => Cell::Number(number.to_string()),
        DataRef::Float(number) => Cell::Number(number.to_string()),
        DataRef::Bool(yes) => Cell::Text(if *yes { "true" } else { "false" }.to_owned()),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            let part = |part: u8| i8::try_from(part).unwrap_or(0);
            match Date::new(i16::try_from(year).unwrap_or(0), part(month), part(day)) {
                Ok(day) => Cell::Day(day),
                Err(_) => Cell::Text(String::new()),
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        // what a formula could not reckon is no value
        DataRef::Error(_) => Cell::Text("#".to_owned()),
    })
}

fn no_workbook() -> FileFault {
    let what = ["不是有效的 XLSX 工作簿", "is no XLSX workbook"];
    FileFault::new(0, "workbook", what, ["另存为 .xlsx 或 CSV", "save it as .xlsx or CSV"])
}

fn old_or_locked() -> FileFault {
    let what =
        ["工作簿是旧格式（.xls），或设有密码", "the workbook is of the old form (.xls), or locked by a password"];
    FileFault::new(
        0,
        "workbook_old_or_locked",
        what,
        ["取消密码，另存为 .xlsx", "save it as .xlsx, without a password"],
    )
}

fn broken(line: u64) -> FileFault {
    let what = ["工作表在此行之后无法读取", "the sheet cannot be read beyond this row"];
    FileFault::new(line, "workbook", what, ["另存为 .xlsx 或 CSV", "save it again as .xlsx or CSV"])
}

fn too_large() -> FileFault {
    let what = ["工作簿过大", "the workbook is too large"];
    FileFault::new(0, "too_large", what, ["另存为 CSV，或分成多个文件", "save it as CSV, or as several files"])
}
