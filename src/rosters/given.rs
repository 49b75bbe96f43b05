//! What somebody sends to have it matched, read and checked.

use std::io::Cursor;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{MOST_ROWS, NotTaken};
use crate::linkage::{LinkageModel, Roster, RosterFault};

/// A file as it was sent.
pub struct SentFile {
    /// What it is called where it comes from.
    pub name: String,
    /// All of it.
    pub bytes: Bytes,
}

/// Rosters to be matched. Prints nothing of itself.
pub struct Sent {
    /// The left roster.
    pub left: SentFile,
    /// The right one; none where the left one is matched with itself.
    pub right: Option<SentFile>,
    /// The model; that for people where none was sent.
    pub model: Option<SentFile>,
    /// Whether each row has one partner at most.
    pub one_to_one: bool,
    /// What for.
    pub reason: String,
}

/// The same, read.
pub(super) struct Given {
    pub(super) model: LinkageModel,
    pub(super) own_model: bool,
    pub(super) left: Roster,
    pub(super) right: Option<Roster>,
    pub(super) one_to_one: bool,
    pub(super) reason: String,
    /// What the entry of the log holds the MAC of: hashes of files and model, the way, the reason, a line each.
    pub(super) said: String,
}

impl Given {
    pub(super) fn read(sent: Sent) -> Result<Self, NotTaken> {
        let Sent { left, right, model, one_to_one, reason } = sent;
        let own_model = model.is_some();
        let read = match &model {
            None => LinkageModel::of_people(),
            Some(file) => LinkageModel::parse(&file.name, &String::from_utf8_lossy(&file.bytes)),
        };
        let checked = read.map_err(NotTaken::Model)?;
        let hash =
            |file: Option<&SentFile>| file.map_or("-".to_owned(), |file| hex::encode(Sha256::digest(&file.bytes)));
        let way = if right.is_none() {
            "dedupe"
        } else if one_to_one {
            "one_to_one"
        } else {
            "each_alone"
        };
        let said = [hash(Some(&left)), hash(right.as_ref()), hash(model.as_ref()), way.to_owned(), reason.clone()];
        let read = (roster(&left, &checked, 0), right.as_ref().map(|right| roster(right, &checked, 1)));
        let (left, right) = match read {
            (Ok(left), None) => (left, None),
            (Ok(left), Some(Ok(right))) => (left, Some(right)),
            (left, right) => return Err(NotTaken::Rosters([left.err(), right.and_then(Result::err)])),
        };
        // one roster's rows are in several pairs
        let one_to_one = one_to_one && right.is_some();
        Ok(Self { model: checked, own_model, left, right, one_to_one, reason, said: said.join("\n") })
    }

    pub(super) fn rows(&self) -> [usize; 2] {
        [self.left.len(), self.right.as_ref().map_or(0, Roster::len)]
    }
}

fn roster(file: &SentFile, model: &LinkageModel, side: usize) -> Result<Roster, RosterFault> {
    let roster = Roster::read(&file.name, Cursor::new(&file.bytes), &model.id, &model.headings(side))?;
    if roster.len() > MOST_ROWS {
        let message = format!("a roster has at most {MOST_ROWS} rows here: divide it, or use `hedui link`");
        let message_zh = format!("本页每份名册至多 {MOST_ROWS} 行：请分成几份，或使用命令 hedui link");
        return Err(RosterFault { line: roster.line(MOST_ROWS), file: roster.file, message, message_zh });
    }
    Ok(roster)
}
