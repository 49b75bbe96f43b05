//! A pair as a table at the terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table as Lines, presets};

use super::Shown;
use crate::household::Lang;
use crate::report::render::amounts::weight;

impl Shown<'_> {
    pub(super) fn text(&self) -> String {
        let told = &self.told;
        let said = |texts: [&'static str; 2]| told.lang.pick(texts[0], texts[1]);
        let mut lines = Lines::new();
        lines.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        let mut headings = vec![said(["栏目", "field"]).to_owned()];
        if !self.values.is_empty() {
            headings.extend([said(["左侧", "left"]).to_owned(), said(["右侧", "right"]).to_owned()]);
        }
        let weighs = headings.len() + 1;
        headings.extend(
            [["一致程度", "agreement"], ["权重（比特）", "bits"], ["说明", "notes"]]
                .map(|texts| said(texts).to_owned()),
        );
        lines.set_header(headings);
        let empty = || vec![String::new(); if self.values.is_empty() { 0 } else { 2 }];
        for (place, (field, found)) in told.model.fields.iter().zip(&told.explained.fields).enumerate() {
            let mut row = vec![field.name.clone()];
            row.extend(self.values.get(place).map_or_else(empty, |values| values.to_vec()));
            row.extend([told.words(found).to_owned(), weight(found.weight), told.notes(found).join("; ")]);
            lines.add_row(row);
        }
        let mut sum = |name: &str, words: String, centibits: i32| {
            let mut row = vec![name.to_owned()];
            row.extend(empty());
            row.extend([words, weight(centibits), String::new()]);
            lines.add_row(row);
        };
        for together in told.explained.together.iter().map(|place| &told.model.together[*place]) {
            sum(said(["合并看", "together"]), together.reason.said(told.lang).to_owned(), together.centibits);
        }
        sum(said(["权重", "weight"]), said(["以上合计", "all of the above"]).to_owned(), told.explained.weight);
        if let Some(calibration) = told.calibration() {
            let (percent, shift) = (calibration.scale_percent, weight(calibration.shift_centibits));
            let words = match told.lang {
                Lang::Zh => format!("先验与权重计 {percent}%，另加 {shift}"),
                Lang::En => format!("{percent} % of prior and weight count, and {shift}"),
            };
            let adds = told.log_odds().saturating_sub(told.model.prior_centibits).saturating_sub(told.explained.weight);
            sum(said(["校准", "calibration"]), words, adds);
        }
        sum(
            said(["先验", "prior"]),
            said(["比对之前", "before anything is compared"]).to_owned(),
            told.model.prior_centibits,
        );
        sum(said(["合计", "total"]), said(["对数几率", "log odds"]).to_owned(), told.log_odds());
        if let Some(column) = lines.column_mut(weighs) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let [left, right] = &self.ids;
        format!("{left} ↔ {right}\n{lines}\n{}\n{}", told.verdict(), told.met())
    }
}
