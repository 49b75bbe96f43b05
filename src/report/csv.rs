//! Tables for spreadsheets: no cell of them is taken for a formula, nor for a number that a spreadsheet would round or strip of its zeros.

use std::borrow::Cow;

/// Digits that a spreadsheet shows of a number.
const MOST_DIGITS: usize = 11;

/// A cell as a spreadsheet leaves it: one that it would alter begins with an apostrophe, which it does not show.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let altered = digits && (text.len() > MOST_DIGITS || text.len() > 1 && text.starts_with('0'));
    if altered || is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a spreadsheet would take a text for a formula, or for cells of its own.
fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || text.starts_with(['\t', '\r', '\n'])
}

/// A row of cells, each guarded, quoted where it must be, with the end of its line.
pub fn row<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let mut line = String::new();
    for (place, text) in cells.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        let text = cell(text.as_ref());
        if text.contains([',', '"', '\n', '\r']) {
            line.push('"');
            line.push_str(&text.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&text);
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn a_cell_is_never_a_formula_nor_another_number() {
        let cells = ["王伟", "=SUM(A1)", "+86", "-1", "@x", "620422195203160089", "007", "0", "a,b", "say \"hi\"", ""];
        assert_eq!(
            row(cells),
            "王伟,'=SUM(A1),'+86,'-1,'@x,'620422195203160089,'007,0,\"a,b\",\"say \"\"hi\"\"\",\r\n"
        );
        assert_eq!(row(["=1,\"2\""]), "\"'=1,\"\"2\"\"\"\r\n");
        assert_eq!(row(["＝1", "  =1", "\u{3000}＋1", "会宁县"]), "'＝1,'  =1,'\u{3000}＋1,会宁县\r\n");
    }
}
