//! A pair as a table at the terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table as Lines, presets};

use super::super::lang;
use super::Told;
use crate::cli::arguments::Language;
use crate::report::render::amounts::weight;

impl Told<'_> {
    pub(super) fn text(&self) -> String {
        let mut lines = Lines::new();
        lines.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        let mut headings = vec![self.said(["栏目", "field"]).to_owned()];
        if !self.values.is_empty() {
            headings.extend([self.said(["左侧", "left"]).to_owned(), self.said(["右侧", "right"]).to_owned()]);
        }
        let weighs = headings.len() + 1;
        headings.extend(
            [["一致程度", "agreement"], ["权重（比特）", "bits"], ["说明", "notes"]]
                .map(|texts| self.said(texts).to_owned()),
        );
        lines.set_header(headings);
        let empty = || vec![String::new(); if self.values.is_empty() { 0 } else { 2 }];
        for (place, (field, found)) in self.model.fields.iter().zip(&self.explained.fields).enumerate() {
            let mut row = vec![field.name.clone()];
            row.extend(self.values.get(place).map_or_else(empty, |values| values.to_vec()));
            row.extend([self.words(found).to_owned(), weight(found.weight), self.notes(found).join("; ")]);
            lines.add_row(row);
        }
        let mut sum = |name: &str, words: String, centibits: i32| {
            let mut row = vec![name.to_owned()];
            row.extend(empty());
            row.extend([words, weight(centibits), String::new()]);
            lines.add_row(row);
        };
        for together in self.explained.together.iter().map(|place| &self.model.together[*place]) {
            sum(
                self.said(["合并看", "together"]),
                together.reason.said(lang(self.language)).to_owned(),
                together.centibits,
            );
        }
        sum(
            self.said(["权重", "weight"]),
            self.said(["以上合计", "all of the above"]).to_owned(),
            self.explained.weight,
        );
        if let Some(calibration) = self.calibration() {
            let (percent, shift) = (calibration.scale_percent, weight(calibration.shift_centibits));
            let words = match self.language {
                Language::Zh => format!("先验与权重计 {percent}%，另加 {shift}"),
                Language::En => format!("{percent} % of prior and weight count, and {shift}"),
            };
            let adds = self.log_odds().saturating_sub(self.model.prior_centibits).saturating_sub(self.explained.weight);
            sum(self.said(["校准", "calibration"]), words, adds);
        }
        sum(
            self.said(["先验", "prior"]),
            self.said(["比对之前", "before anything is compared"]).to_owned(),
            self.model.prior_centibits,
        );
        sum(self.said(["合计", "total"]), self.said(["对数几率", "log odds"]).to_owned(), self.log_odds());
        if let Some(column) = lines.column_mut(weighs) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let [left, right] = &self.ids;
        format!("{left} ↔ {right}\n{lines}\n{}\n{}", self.verdict(), self.met())
    }
}
