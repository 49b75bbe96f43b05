//! Lines of text of a fixed width: wrapping, columns and paint, with wide characters counted as two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a run of text is painted. Never the only carrier of a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Strong,
    Faint,
    Good,
    Warn,
    Bad,
    Head,
}

impl Paint {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Warn => Some("33"),
            Self::Bad => Some("31"),
            Self::Head => Some("1;36"),
        }
    }
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub width: usize,
    pub right: bool,
}

/// Text to the left.
pub(super) fn left(width: usize) -> Column {
    Column { width, right: false }
}

/// Amounts to the right.
pub(super) fn right(width: usize) -> Column {
    Column { width, right: true }
}

/// A cell of a row.
pub(super) type Cell<'a> = (&'a str, Paint);

/// The page being written.
pub(super) struct Canvas {
    pub width: usize,
    colour: bool,
    out: String,
}

/// Space between columns.
const GAP: usize = 2;

impl Canvas {
    pub fn new(width: usize, colour: bool) -> Self {
        Self { width, colour, out: String::new() }
    }

    pub fn finish(self) -> String {
        self.out
    }

    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    /// A line across the page.
    pub fn rule(&mut self, with: char, paint: Paint) {
        let line: String = std::iter::repeat_n(with, self.width).collect();
        self.paint(&line, paint);
        self.blank();
    }

    /// A section's title.
    pub fn heading(&mut self, title: &str) {
        self.blank();
        let used = 5 + title.width();
        let rest: String = std::iter::repeat_n('─', self.width.saturating_sub(used)).collect();
        self.paint("── ", Paint::Faint);
        self.paint(title, Paint::Head);
        self.paint(&format!(" {rest}"), Paint::Faint);
        self.blank();
    }

    /// Text in the middle of the page.
    pub fn centred(&mut self, text: &str, paint: Paint) {
        for line in wrap(&clean(text), self.width) {
            self.out.push_str(&" ".repeat(self.width.saturating_sub(line.width()) / 2));
            self.paint(&line, paint);
            self.blank();
        }
    }

    /// Wrapped text, its first line led by `lead`, the others indented as far.
    pub fn paragraph(&mut self, lead: &str, text: &str, paint: Paint) {
        let indent = lead.width();
        for (index, line) in wrap(&clean(text), self.width.saturating_sub(indent)).iter().enumerate() {
            match index {
                0 => self.paint(lead, paint),
                _ => self.out.push_str(&" ".repeat(indent)),
            }
            self.paint(line, paint);
            self.blank();
        }
    }

    /// A row of a table; cells wrap within their columns.
    pub fn row(&mut self, indent: usize, columns: &[Column], cells: &[Cell<'_>]) {
        let wrapped: Vec<Vec<String>> =
            columns.iter().zip(cells).map(|(column, cell)| wrap(&clean(cell.0), column.width)).collect();
        for line in 0..wrapped.iter().map(Vec::len).max().unwrap_or(0) {
            let mut row = " ".repeat(indent);
            for (index, column) in columns.iter().enumerate().take(wrapped.len()) {
                let text = wrapped[index].get(line).map_or("", String::as_str);
                let space = " ".repeat(column.width.saturating_sub(text.width()));
                let painted = painted(text, cells[index].1, self.colour);
                row += &if column.right { format!("{space}{painted}") } else { format!("{painted}{space}") };
                row += &" ".repeat(GAP);
            }
            self.out.push_str(row.trim_end());
            self.blank();
        }
    }

    /// Column titles, underlined.
    pub fn titles(&mut self, indent: usize, columns: &[Column], titles: &[&str]) {
        let cells: Vec<Cell<'_>> = titles.iter().map(|title| (*title, Paint::Faint)).collect();
        self.row(indent, columns, &cells);
        let width: usize = columns.iter().map(|column| column.width + GAP).sum::<usize>() - GAP;
        self.out.push_str(&" ".repeat(indent));
        let line: String = std::iter::repeat_n('┈', width.min(self.width - indent)).collect();
        self.paint(&line, Paint::Faint);
        self.blank();
    }

    fn paint(&mut self, text: &str, paint: Paint) {
        let painted = painted(text, paint, self.colour);
        self.out.push_str(&painted);
    }
}

fn painted(text: &str, paint: Paint, colour: bool) -> String {
    match paint.code() {
        Some(code) if colour && !text.trim().is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        _ => text.to_owned(),
    }
}

/// Makes outside text harmless to a terminal: no control characters, no characters that turn the writing direction.
pub(super) fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    (text.chars())
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() || turns(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// Breaks text into lines no wider than `width`: at spaces and between wide characters, never before closing punctuation
/// where that can be helped.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    // where the line may be cut: byte offset
    let mut cut = 0;
    let mut before: Option<char> = None;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if before.is_some_and(|b| may_break(b, c)) {
            cut = line.len();
        }
        if c == ' ' && used + wide > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            (used, cut, before) = (0, 0, None);
            continue;
        }
        if used + wide > width {
            let at = if cut == 0 { line.len() } else { cut };
            let rest = line.split_off(at).trim_start().to_owned();
            lines.push(std::mem::replace(&mut line, rest).trim_end().to_owned());
            used = line.width();
            cut = 0;
        }
        line.push(c);
        used += wide;
        before = Some(c);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

fn may_break(before: char, after: char) -> bool {
    const NOT_AT_START: &str = "，。、；：！？）」』》〉”’…,.;:!?)]}%·";
    const NOT_AT_END: &str = "（《「『“‘([{";
    let wide = |c: char| c.width() == Some(2);
    let between = before == ' ' || wide(before) || wide(after) || before == '/';
    between && after != ' ' && !NOT_AT_START.contains(after) && !NOT_AT_END.contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_by_display_width() {
        assert_eq!(wrap("最低生活保障，审核确认", 12), ["最低生活保", "障，审核确认"]);
        assert_eq!(wrap("a short line", 7), ["a short", "line"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn no_line_is_wider_than_told() {
        let text = "按《最低生活保障审核确认办法》第十三条，wage income over 12 months（2025-11 至 2026-10）计入 3,200.00 元。";
        for width in 2..60 {
            for line in wrap(text, width) {
                assert!(line.width() <= width, "{line:?} at {width}");
            }
        }
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(clean("王\u{1b}[31m芳\u{202E}\n"), "王\u{FFFD}[31m芳\u{FFFD} ");
    }
}
