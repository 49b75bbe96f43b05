//! Pairs that a person should look at, as a spreadsheet opens them: what both rows say side by side, and an empty column for the label.
//! The file comes back as `--labels`.

use std::borrow::Cow;
use std::io::Write;

use super::{files, lang};
use crate::cli::arguments::Language;
use crate::linkage::LinkageModel;
use crate::linkage::decision::{Decided, Decision};
use crate::linkage::pair::why;
use crate::linkage::roster::Column;
use crate::report::csv::cell;
use crate::report::render::amounts::weight;

/// Writes the pairs for review.
pub(super) fn write(
    file: &mut dyn Write,
    model: &LinkageModel,
    found: &[Decided],
    ids: (&Column, &Column),
    texts: [&[Column]; 2],
    language: Language,
) -> anyhow::Result<()> {
    // without this mark a spreadsheet takes the text for another encoding
    file.write_all("\u{FEFF}".as_bytes())?;
    let mut writer = files::rows(file);
    let mut headings: Vec<String> = ["left_id", "right_id", "weight", "probability", "why"].map(str::to_owned).to_vec();
    for field in &model.fields {
        headings.extend(["left", "right"].map(|side| format!("{side}_{}", field.name)));
    }
    headings.push("label".to_owned());
    writer.write_record(headings.iter().map(|heading| cell(heading).into_owned()))?;
    for found in found.iter().filter(|found| found.decision == Decision::Review) {
        let (left, right) = (found.pair.left as usize, found.pair.right as usize);
        let mut row = vec![id_cell(ids.0.get(left)), id_cell(ids.1.get(right))];
        let ppm = found.probability_ppm;
        // a plus sign would begin a formula
        let said = [weight(found.pair.weight).replace('+', ""), format!("{}.{:06}", ppm / 1_000_000, ppm % 1_000_000)];
        row.extend(said.iter().map(|text| cell(text)));
        row.push(cell(why(model, found.because, lang(language))));
        for (lefts, rights) in texts[0].iter().zip(texts[1]) {
            row.extend([cell(lefts.get(left)), cell(rights.get(right))]);
        }
        row.push(Cow::Borrowed(""));
        writer.write_record(row.iter().map(AsRef::as_ref).map(str::as_bytes))?;
    }
    Ok(writer.flush()?)
}

/// A cell of an id: nor may it be taken for a date or a power of ten, since it is read back.
fn id_cell(text: &str) -> Cow<'_, str> {
    let like_a_number = |byte: u8| byte.is_ascii_digit() || b"-/.:,eE ".contains(&byte);
    let begins = text.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let altered = begins && text.bytes().all(like_a_number) && !text.bytes().all(|byte| byte.is_ascii_digit());
    if altered || text.starts_with('\'') { marked(text) } else { cell(text) }
}

fn marked(text: &str) -> Cow<'_, str> {
    Cow::Owned(format!("'{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_nor_another_number() {
        for (text, expected) in [
            ("王伟", "王伟"),
            ("", ""),
            ("=HYPERLINK(\"http://example\")", "'=HYPERLINK(\"http://example\")"),
            ("+8613800000000", "'+8613800000000"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("13800000000", "13800000000"),
            ("620422195203160089", "'620422195203160089"),
            ("62042219520316008X", "62042219520316008X"),
            ("007", "'007"),
            ("0", "0"),
            ("1952-03-16", "1952-03-16"),
        ] {
            assert_eq!(cell(text), expected, "{text}");
        }
        for (text, expected) in
            [("1-2", "'1-2"), ("1E5", "'1E5"), (".5", "'.5"), ("12", "12"), ("R1", "R1"), ("'1", "''1")]
        {
            assert_eq!(id_cell(text), expected, "{text}");
        }
    }
}
