//! What is wrong with a roster, in words.

use thiserror::Error;

use super::Reading;

/// No heading has so many digits; a number, a date or a telephone has.
const DIGITS_OF_A_VALUE: usize = 6;

/// What is wrong with a roster.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}: {message}")]
pub struct RosterFault {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1; 0 when none can be named.
    pub line: u64,
    /// What is wrong and what to do.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

impl RosterFault {
    /// At a line of a file, in English and in Chinese.
    pub(in crate::linkage) fn new(file: &str, line: u64, [message, message_zh]: [String; 2]) -> Self {
        Self { file: file.to_owned(), line, message, message_zh }
    }
}

/// A text in English and in Chinese.
pub(super) fn both(english: &str, chinese: &str) -> [String; 2] {
    [english.to_owned(), chinese.to_owned()]
}

/// Which columns are not there, which are, and the ways out.
pub(super) fn columns_missing(reading: &Reading<'_>, missing: &[&str], found: &[String]) -> [String; 2] {
    let marked = |headings: &[&str]| headings.iter().map(|h| format!("“{h}”")).collect::<Vec<_>>().join("、");
    let quoted = |headings: &[&str]| headings.iter().map(|h| format!("\"{h}\"")).collect::<Vec<_>>().join(", ");
    // somebody's row stands there: it is not repeated
    if found.iter().any(|heading| heading.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_OF_A_VALUE) {
        let needed: Vec<&str> = reading.id.iter().chain(reading.headings).copied().collect();
        return [
            format!(
                "the first line holds values: put a line before it that names the columns, {} among them",
                quoted(&needed)
            ),
            format!("第一行已是内容：请在前面加一行各栏名称，其中须有{}", marked(&needed)),
        ];
    }
    let chinese = match (found, reading.id) {
        ([heading], _) if heading.contains([';', '\t']) => {
            let mark = if heading.contains(';') { "分号" } else { "制表符" };
            format!("各值似乎以{mark}分隔：请另存为以逗号分隔的文件")
        }
        (_, Some(id)) if missing.contains(&id) => {
            format!("请改栏名，或在模型中写明对应的栏名；除“{id}”外，也可以补一栏空白（空白不计权重）")
        }
        _ => "请改栏名，在模型中写明对应的栏名，或者补一栏空白（空白不计权重）".to_owned(),
    };
    let out = match (found, reading.id) {
        ([heading], _) if heading.contains([';', '\t']) => {
            let mark = if heading.contains(';') { "\";\"" } else { "tabs" };
            format!("The values seem to be parted by {mark}: save the file as comma-separated")
        }
        (_, None) => {
            let one_of = match reading.optional {
                [] => String::new(),
                some => format!(", and of {} one", quoted(some)),
            };
            format!("The file needs the columns {}{one_of}", quoted(reading.headings))
        }
        (_, Some(id)) if missing == [id] => "Rename the column, or name its heading in the model".to_owned(),
        (_, Some(id)) => {
            let but =
                if missing.contains(&id) { format!("; not so \"{id}\", which every row needs") } else { String::new() };
            let out = if missing.len() == 1 {
                "Rename the column, name its heading in the model, or add an empty column of that heading"
            } else {
                "Rename the columns, name their headings in the model, or add empty columns of these headings"
            };
            format!("{out} (missing values weigh nothing{but})")
        }
    };
    [
        format!("no column is headed {}; there are: {}. {out}", quoted(missing), found.join(", ")),
        format!("没有名为{}的栏；现有：{}。{chinese}", marked(missing), found.join("、")),
    ]
}
