//! Pairs that somebody has decided: one person, or two. They overrule every weight. A file of labels that contradicts itself is refused,
//! with the lines that cannot all hold; nothing here chooses between them.

mod bonds;

use std::io::{Read, Seek};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::roster::{Column, Lines, Roster, RosterFault};
use super::row_ids::RowIds;
use bonds::Bonds;

/// No more lines than these are named for a contradiction.
const LINES_NAMED: usize = 6;

/// Decided pairs, as rows.
#[derive(Default)]
pub struct Labels {
    file: String,
    /// By the ids of their rows, so that the order of rows changes nothing.
    pairs: Vec<Label>,
    by_rows: HashMap<(u32, u32), bool, FixedState>,
    is_one: bool,
    /// Lines that leave their pair open.
    pub open: u64,
    /// Lines of which a row is in no roster, and where the first stands.
    pub unknown: Option<(u64, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    left: u32,
    right: u32,
    is_match: bool,
    line: u64,
}

impl Labels {
    /// Reads `left_id`, `right_id` and `label`, or `decision` where no column is headed `label`.
    ///
    /// # Errors
    /// As [`Roster::read_pairs`]; a word that is no label; a pair of a row with itself; labels that contradict one another.
    pub fn read<R: Read + Seek>(
        file: &str,
        input: R,
        ids: (&Column, &Column),
        rows: &RowIds<'_>,
    ) -> Result<Self, RosterFault> {
        let read = Roster::read_lines(file, input, &["left_id", "right_id"], &["label", "decision"])?;
        let Lines { columns, lines } = read;
        let [Some(lefts), Some(rights), label, decision] = columns.as_slice() else {
            unreachable!("four were asked for")
        };
        let fault =
            |line, message: &str, chinese: &str| RosterFault::new(file, line, [message.to_owned(), chinese.to_owned()]);
        let Some(words) = label.as_ref().or(decision.as_ref()) else {
            return Err(fault(
                1,
                "no column is headed \"label\", nor \"decision\": one of them says match or no",
                "没有名为 label 或 decision 的栏：应有一栏填写 match 或 no",
            ));
        };
        let mut labels = Self { file: file.to_owned(), is_one: rows.is_one(), ..Self::default() };
        for (place, line) in lines.into_iter().enumerate() {
            let Some(is_match) = label_of(words.get(place)).ok_or_else(|| {
                fault(
                    line,
                    "the label must be match or no; empty or review where the pair is still open",
                    "核实结果应为 match（是）或 no（否）；尚未核实的留空或填 review",
                )
            })?
            else {
                labels.open += 1;
                continue;
            };
            let found = (rows.find(0, lefts.get(place)), rows.find(1, rights.get(place)));
            let (Some(left), Some(right)) = found else {
                let (number, first) = labels.unknown.unwrap_or((0, line));
                labels.unknown = Some((number + 1, first));
                continue;
            };
            if labels.is_one && left == right {
                return Err(fault(line, "the pair is of a row with itself", "此对是一行与它自己"));
            }
            let (left, right) = labels.ordered(left, right);
            labels.add(Label { left, right, is_match, line })?;
        }
        let name = |label: &Label| {
            let [one, other] = [ids.0.get(label.left as usize), ids.1.get(label.right as usize)];
            if labels.is_one && other < one { [other, one] } else { [one, other] }
        };
        labels.pairs.sort_by(|one, other| name(one).cmp(&name(other)));
        labels.hold_together()?;
        Ok(labels)
    }

    fn add(&mut self, label: Label) -> Result<(), RosterFault> {
        match self.by_rows.insert((label.left, label.right), label.is_match) {
            None => self.pairs.push(label),
            Some(before) if before == label.is_match => {}
            Some(_) => {
                let same = |other: &&Label| (other.left, other.right) == (label.left, label.right);
                let earlier = self.pairs.iter().find(same).map_or(0, |other| other.line);
                let messages = [
                    format!("line {earlier} says the opposite of this pair: take one out"),
                    format!("第 {earlier} 行对此对的核实结果相反：请删去其中一行"),
                ];
                return Err(self.fault(label.line, messages));
            }
        }
        Ok(())
    }

    fn ordered(&self, left: u32, right: u32) -> (u32, u32) {
        if self.is_one { (left.min(right), left.max(right)) } else { (left, right) }
    }

    fn fault(&self, line: u64, messages: [String; 2]) -> RosterFault {
        RosterFault::new(&self.file, line, messages)
    }

    /// Every decided pair once: left row, right row, whether it is one person. The order is that of the rows' ids.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, bool)> + '_ {
        self.pairs.iter().map(|label| (label.left, label.right, label.is_match))
    }

    /// What is decided of a pair.
    #[must_use]
    pub fn get(&self, left: u32, right: u32) -> Option<bool> {
        self.by_rows.get(&self.ordered(left, right)).copied()
    }

    /// How many pairs are decided.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether no pair is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Those pairs of it that are wanted, by left and right row.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(u32, u32) -> bool) -> Self {
        let pairs: Vec<Label> = self.pairs.iter().filter(|label| wanted(label.left, label.right)).copied().collect();
        let by_rows = pairs.iter().map(|label| ((label.left, label.right), label.is_match)).collect();
        Self { file: self.file.clone(), pairs, by_rows, is_one: self.is_one, open: 0, unknown: None }
    }

    /// That each row has one partner at most.
    ///
    /// # Errors
    /// The first row of two matches, by lines.
    pub fn each_row_once(&self) -> Result<(), RosterFault> {
        let mut matches: Vec<&Label> = self.pairs.iter().filter(|label| label.is_match).collect();
        matches.sort_unstable_by_key(|label| label.line);
        let mut lines: HashMap<(usize, u32), u64, FixedState> = HashMap::default();
        for label in matches {
            for row in [(0, label.left), (1, label.right)] {
                if let Some(earlier) = lines.insert(row, label.line) {
                    let messages = [
                        format!(
                            "a row of this match is in the match of line {earlier} too, and with --one-to-one it can be in one only: \
                             take one out, or link without --one-to-one"
                        ),
                        format!("此对中有一行在第 {earlier} 行也认定了：一对一时请删去其中一对"),
                    ];
                    return Err(self.fault(label.line, messages));
                }
            }
        }
        Ok(())
    }

    /// That no two rows are one person by some labels and two by another.
    fn hold_together(&self) -> Result<(), RosterFault> {
        let mut bonds = Bonds::default();
        let right = |row| (usize::from(!self.is_one), row);
        for label in self.pairs.iter().filter(|label| label.is_match) {
            bonds.add((0, label.left), right(label.right), label.line);
        }
        let mut apart: Vec<&Label> = self.pairs.iter().filter(|label| !label.is_match).collect();
        apart.sort_unstable_by_key(|label| label.line);
        for label in apart {
            let Some(lines) = bonds.between((0, label.left), right(label.right)) else { continue };
            let mut named: Vec<String> = lines.iter().take(LINES_NAMED).map(u64::to_string).collect();
            if lines.len() > LINES_NAMED {
                named.push("…".to_owned());
            }
            let messages = [
                format!(
                    "this line says two people, but lines {} together say that it is one: take out what is wrong",
                    named.join(", ")
                ),
                format!("此行说不是同一人，而第 {} 行合起来说是同一人：请删去有误的", named.join("、")),
            ];
            return Err(self.fault(label.line, messages));
        }
        Ok(())
    }
}

/// What a word says of a pair: none at all, that it is open, or what is decided.
fn label_of(word: &str) -> Option<Option<bool>> {
    match word.to_lowercase().as_str() {
        "match" | "是" => Some(Some(true)),
        "no" | "否" => Some(Some(false)),
        "" | "review" => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
