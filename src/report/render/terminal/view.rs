//! A view of a report in a terminal.

use unicode_width::UnicodeWidthStr;

use super::super::super::view::ViewReport;
use super::super::sheet::{Section, Table, Tone, sheet};
use super::Style;
use super::canvas::{Canvas, Column, Paint, left};

/// Draws a view.
#[must_use]
pub fn render_view(report: &ViewReport, style: Style) -> String {
    let sheet = sheet(report, style.lang);
    let t = |zh, en| style.lang.pick(zh, en);
    let mut canvas = Canvas::new(style.width.clamp(80, 140), style.colour);
    canvas.rule('═', Paint::Faint);
    canvas.centred(sheet.title, Paint::Head);
    canvas.centred(&format!("{} · {}", sheet.number, sheet.about), Paint::Plain);
    canvas.rule('═', Paint::Faint);
    let half = (canvas.width - 2 - 3 * 2 - 2 * 10) / 2;
    for pair in sheet.facts.chunks(2) {
        let cells: Vec<_> =
            (pair.iter()).flat_map(|(label, value)| [(*label, Paint::Faint), (value.as_str(), Paint::Plain)]).collect();
        canvas.row(2, &[left(10), left(half), left(10), left(half)], &cells);
    }
    canvas.blank();
    canvas.paragraph("  ", &sheet.sentence, Paint::Strong);
    for section in &sheet.sections {
        draw(&mut canvas, section);
    }
    canvas.heading(t("溯源与存证", "Provenance"));
    let rest = canvas.width - 2 - 16 - 2;
    for (label, value) in &sheet.provenance {
        canvas.row(2, &[left(16), left(rest)], &[(label, Paint::Faint), (value, Paint::Plain)]);
    }
    canvas.heading(t("须知", "Notices"));
    for (index, notice) in sheet.notices.iter().enumerate() {
        canvas.paragraph(&format!("  {}. ", index + 1), notice, Paint::Plain);
    }
    if !sheet.centre.is_empty() {
        canvas.blank();
        canvas.paragraph("  ", &format!("{}{}", t("核对机构：", "Verification centre: "), sheet.centre), Paint::Strong);
    }
    canvas.rule('═', Paint::Faint);
    canvas.finish()
}

fn draw(canvas: &mut Canvas, section: &Section) {
    match section.note {
        "" => canvas.heading(section.title),
        note => canvas.heading(&format!("{} · {note}", section.title)),
    }
    for line in &section.lines {
        let paint = match (line.tone, line.depth) {
            (Tone::Good, _) => Paint::Good,
            (Tone::Warn, _) => Paint::Warn,
            (Tone::Soft, _) => Paint::Faint,
            (Tone::Plain, _) => Paint::Plain,
        };
        canvas.paragraph(&format!("{}{} ", " ".repeat(2 + 4 * line.depth), line.sign), &line.words, paint);
    }
    if let Some(table) = &section.table {
        draw_table(canvas, table);
    }
}

/// Columns as wide as what they hold, the last one as what is left allows.
fn draw_table(canvas: &mut Canvas, table: &Table) {
    let mut columns: Vec<Column> = Vec::new();
    let mut free = canvas.width - 2;
    for (index, (title, is_amount)) in table.titles.iter().enumerate() {
        let cells = table.rows.iter().filter_map(|row| row.get(index));
        let widest = cells.map(|cell| cell.width()).chain([title.width()]).max().unwrap_or(0);
        let width = widest.min(free.saturating_sub(2)).clamp(4, 40);
        free = free.saturating_sub(width + 2);
        columns.push(Column { width, right: *is_amount });
    }
    let titles: Vec<&str> = table.titles.iter().map(|(title, _)| *title).collect();
    canvas.titles(2, &columns, &titles);
    for row in &table.rows {
        let cells: Vec<_> = row.iter().map(|cell| (cell.as_str(), Paint::Plain)).collect();
        canvas.row(2, &columns, &cells);
    }
}
