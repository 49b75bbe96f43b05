//! The end of a report: what was assumed, what it can be recomputed from, where it is logged, how far it can be relied on.

use super::super::super::attestation::Attestation;
use super::super::grounds::cite;
use super::Page;
use super::canvas::{Paint, left};

impl Page<'_> {
    pub(super) fn closing(&mut self, attestation: Option<&Attestation>) {
        self.grounds();
        self.assumed();
        self.never_covered();
        self.provenance(attestation);
        self.notices();
    }

    /// Every rule that a line cites, with its law.
    fn grounds(&mut self) {
        let read = self.read;
        self.canvas.heading(self.t("依据", "Rules and laws"));
        for (numbers, _, words, law) in read.grounds() {
            let lead = format!("{:>6} ", numbers.into_iter().map(cite).collect::<String>());
            self.canvas.paragraph(&lead, &format!("{words} {law}"), Paint::Plain);
        }
        self.none_if(read.grounds().is_empty());
    }

    /// Side by side where there is room: there are many, and few are read.
    fn assumed(&mut self) {
        let read = self.read;
        let packs = read.assumed();
        if packs.is_empty() {
            return;
        }
        self.canvas.heading(self.t("假定参数（尚无公开文件依据）", "Assumed parameters (no published text yet)"));
        let half = (self.canvas.width - 2 - 2) / 2;
        for pack in &packs {
            self.canvas.paragraph("  ", pack.pack, Paint::Faint);
            let cells: Vec<String> =
                pack.parameters.iter().map(|(name, value, _)| format!("{name}{}{value}", read.t("：", ": "))).collect();
            for pair in cells.chunks(2) {
                let cells: Vec<_> = pair.iter().map(|cell| (cell.as_str(), Paint::Plain)).collect();
                self.canvas.row(2, &[left(half), left(half)], &cells);
            }
        }
    }

    fn provenance(&mut self, attestation: Option<&Attestation>) {
        self.canvas.heading(self.t("溯源与存证", "Provenance"));
        let columns = [left(16), left(self.rest(2, &[16]))];
        for (label, value) in self.read.provenance(attestation) {
            self.canvas.row(2, &columns, &[(label, Paint::Faint), (&value, Paint::Plain)]);
        }
    }

    fn notices(&mut self) {
        let (read, lang) = (self.read, self.lang());
        let notices = read.body.notices.words(&read.body.request);
        self.canvas.heading(self.t("须知", "Notices"));
        for (index, notice) in notices.iter().enumerate() {
            self.canvas.paragraph(&format!("  {}. ", index + 1), notice.get(lang), Paint::Plain);
        }
        if !read.body.centre.is_empty() {
            let words = format!("{}{}", self.t("核对机构：", "Verification centre: "), read.body.centre);
            self.canvas.blank();
            self.canvas.paragraph("  ", &words, Paint::Strong);
        }
        self.canvas.rule('═', Paint::Faint);
    }
}
