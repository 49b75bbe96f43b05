//! Why two identities are, or are not, one: from the odds before anything was compared, field by field, to the odds after.
//!
//! A bar to the right speaks for one person, a hatched one to the left against; each begins where the one above ends. The model's
//! thresholds are lines, so that it can be seen which field carried a pair over them.

use std::fmt::Write as _;

use super::canvas::{close, line, open, text};
use super::lettering::{bits, per_cent, width, wrapped};
use super::scale::Scale;
use crate::household::Lang;

const WIDTH: i64 = 720;
const MARGIN: i64 = 24;
/// Room for what each bar is.
const LABELS: i64 = 270;
/// Where bars may stand, and room on both sides of them for their numbers.
const PLOT: (i64, i64) = (MARGIN + LABELS + 14, WIDTH - MARGIN);
const NUMBERS: i64 = 56;
const BAR: i64 = 16;
const LABEL: u64 = 13;
const NOTE: u64 = 11;

/// Dark and light apart even in grey; blue and orange apart for everybody (Okabe and Ito).
const FOR: &str = "#0072b2";
const AGAINST: &str = "#c44e00";
const NEUTRAL: &str = "#8c8c8c";
const TOTAL: &str = "#2b2b2b";
const FAINT: &str = "#595959";

/// A comparison to draw. Weights and log odds in hundredths of a bit.
#[derive(Clone, Debug)]
pub struct Waterfall {
    /// Language of the words that stand in every such drawing.
    pub lang: Lang,
    /// What was decided.
    pub title: String,
    /// Why, below the title.
    pub remarks: Vec<String>,
    /// Log odds before anything is compared.
    pub prior: i32,
    /// Whether what a calibration adds is in `prior`.
    pub calibrated: bool,
    /// What was compared, in the order to be read.
    pub steps: Vec<Step>,
    /// Log odds from which a pair is a match.
    pub match_at: i32,
    /// Log odds below which it is not looked at.
    pub review_at: i32,
    /// Probability of the match threshold, of the review threshold and of this pair, in parts per million.
    pub probabilities: [u32; 3],
    /// Which model said so.
    pub footer: String,
}

/// One thing that was compared.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was found.
    pub label: String,
    /// What to know about the weight; may be empty.
    pub note: String,
    /// What it weighs.
    pub centibits: i32,
}

/// A bar with its words.
struct Row {
    label: Vec<String>,
    note: Vec<String>,
    from: i64,
    to: i64,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prior,
    Step,
    Total,
}

impl Row {
    fn new(label: &str, note: &str, (from, to): (i64, i64), kind: Kind) -> Self {
        let room = LABELS.unsigned_abs();
        Self { label: wrapped(label, LABEL, room), note: wrapped(note, NOTE, room), from, to, kind }
    }

    fn height(&self) -> i64 {
        let lines = |lines: &[String], each: i64| i64::try_from(lines.len()).unwrap_or(0) * each;
        (lines(&self.label, 17) + lines(&self.note, 14) + 10).max(32)
    }
}

impl Waterfall {
    /// Draws it.
    #[must_use]
    pub fn svg(&self) -> String {
        self.svg_named("")
    }

    /// Draws it as one of several on a page: `name` begins the names that it gives its parts.
    #[must_use]
    pub fn svg_named(&self, name: &str) -> String {
        let rows = self.rows();
        let remarks: Vec<String> =
            self.remarks.iter().flat_map(|remark| wrapped(remark, 14, (WIDTH - 2 * MARGIN).unsigned_abs())).collect();
        let top = 58 + 20 * i64::try_from(remarks.len()).unwrap_or(0) + 44;
        let bottom = top + rows.iter().map(Row::height).sum::<i64>();
        let height = bottom + 74;
        let mut out = String::new();
        open(&mut out, name, self.lang, (WIDTH.unsigned_abs(), height.unsigned_abs()), &self.title, &self.words());
        let _ = write!(
            out,
            "<defs><pattern id=\"{name}against\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect width=\"6\" height=\"6\" fill=\"#ffffff\"/><rect width=\"3\" height=\"6\" fill=\"{AGAINST}\"/></pattern></defs>"
        );
        text(&mut out, MARGIN, 38, "font-size=\"20\" font-weight=\"700\"", &self.title);
        for (words, place) in remarks.iter().zip(0_i64..) {
            text(&mut out, MARGIN, 64 + 20 * place, "", words);
        }
        let scale = self.scale(&rows);
        self.grid(&mut out, &scale, (top, bottom));
        let mut y = top;
        for (place, row) in rows.iter().enumerate() {
            let next = rows.get(place + 1).filter(|next| next.kind == Kind::Step);
            draw(&mut out, name, &scale, row, y, next);
            y += row.height();
        }
        self.thresholds(&mut out, &scale, (top, bottom));
        // last, so that no line crosses a number
        let mut y = top;
        for row in &rows {
            number(&mut out, &scale, row, y);
            y += row.height();
        }
        let footing = format!("font-size=\"{NOTE}\" fill=\"{FAINT}\"");
        text(&mut out, MARGIN, height - 14, &footing, &self.footer);
        close(&mut out);
        out
    }

    fn total(&self) -> i32 {
        self.steps.iter().fold(self.prior, |sum, step| sum.saturating_add(step.centibits))
    }

    fn rows(&self) -> Vec<Row> {
        let (before, note) = if self.calibrated {
            let note = [
                "任取一对是同一人的可能性，及校准所加",
                "the chance that any two are one person, and what calibration adds",
            ];
            (self.lang.pick("先验与校准", "Prior and calibration"), self.lang.pick(note[0], note[1]))
        } else {
            let note = self.lang.pick("任取一对是同一人的可能性", "the chance that any two are one person");
            (self.lang.pick("比对之前", "Before anything is compared"), note)
        };
        let mut rows = vec![Row::new(before, note, (0, self.prior.into()), Kind::Prior)];
        let mut sum = i64::from(self.prior);
        for step in &self.steps {
            let next = sum + i64::from(step.centibits);
            rows.push(Row::new(&step.label, &step.note, (sum, next), Kind::Step));
            sum = next;
        }
        let probability = per_cent(self.probabilities[2]);
        let total = match self.lang {
            Lang::Zh => format!("合计：同一人的概率 {probability}"),
            Lang::En => format!("Total: probability {probability}"),
        };
        rows.push(Row::new(&total, "", (0, self.total().into()), Kind::Total));
        rows
    }

    fn scale(&self, rows: &[Row]) -> Scale {
        let ends = rows.iter().flat_map(|row| [row.from, row.to]);
        let ends = ends.chain([self.match_at, self.review_at].map(i64::from));
        let (least, most) = ends.fold((-300, 300), |(least, most), end| (end.min(least), end.max(most)));
        Scale::new((least, most), (PLOT.0 + NUMBERS, PLOT.1 - NUMBERS))
    }

    /// Lines at round numbers of bits; the one at even odds is stronger.
    fn grid(&self, out: &mut String, scale: &Scale, (top, bottom): (i64, i64)) {
        for bit in scale.ticks(500, 9) {
            let x = scale.at(bit);
            let stroke = if bit == 0 { "#8c8c8c" } else { "#e4e4e4" };
            line(out, (x, top), (x, bottom + 6), &format!("stroke=\"{stroke}\" fill=\"none\""));
            let number =
                if bit == 0 { "0".to_owned() } else { bits(i32::try_from(bit).unwrap_or(0)).replace(".00", "") };
            text(
                out,
                x,
                bottom + 20,
                &format!("text-anchor=\"middle\" font-size=\"{NOTE}\" fill=\"{FAINT}\""),
                &number,
            );
        }
        let says = self.lang.pick(
            "比特：每 1 比特可能性翻倍，0 为各半；向右支持同一人，向左（斜纹）反对",
            "Bits: each doubles the odds, 0 is even. To the right for one person, to the left (hatched) against.",
        );
        text(out, PLOT.1, bottom + 38, &format!("text-anchor=\"end\" font-size=\"{NOTE}\" fill=\"{FAINT}\""), says);
    }

    /// The thresholds, each with its name; the names stand on two lines so that they never meet.
    fn thresholds(&self, out: &mut String, scale: &Scale, (top, bottom): (i64, i64)) {
        let [matching, reviewing, _] = self.probabilities.map(per_cent);
        let named = match self.lang {
            Lang::Zh => [format!("待核实线 {reviewing}"), format!("认定线 {matching}")],
            Lang::En => [format!("review from {reviewing}"), format!("match from {matching}")],
        };
        let matching_at = scale.at(self.match_at.into());
        let drawn = [(self.review_at, "4 3", 8, matching_at), (self.match_at, "none", 24, PLOT.1)];
        for ((at, dashes, above, end), name) in drawn.into_iter().zip(named) {
            let x = scale.at(at.into());
            let stroke = format!("stroke=\"{TOTAL}\" stroke-width=\"1.5\" stroke-dasharray=\"{dashes}\" fill=\"none\"");
            line(out, (x, top - above + 2), (x, bottom), &stroke);
            // to the left where the name would run over the other line or off the paper
            let wide = i64::try_from(width(&name, 12)).unwrap_or(0);
            let (x, anchor) = if x + 5 + wide > end { (x - 5, "end") } else { (x + 5, "start") };
            text(out, x, top - above + 6, &format!("text-anchor=\"{anchor}\" font-size=\"12\""), &name);
        }
    }

    /// What is drawn, in words.
    fn words(&self) -> String {
        let mut said = self.remarks.clone();
        let prior = bits(self.prior);
        said.push(match (self.lang, self.calibrated) {
            (Lang::Zh, false) => format!("比对之前 {prior} 比特"),
            (Lang::Zh, true) => format!("先验与校准 {prior} 比特"),
            (Lang::En, false) => format!("before anything is compared {prior} bits"),
            (Lang::En, true) => format!("prior and calibration {prior} bits"),
        });
        said.extend(self.steps.iter().map(|step| {
            let note = if step.note.is_empty() {
                String::new()
            } else if self.lang == Lang::Zh {
                format!("（{}）", step.note)
            } else {
                format!(" ({})", step.note)
            };
            format!("{}{note} {}", step.label, bits(step.centibits))
        }));
        let (total, probability) = (bits(self.total()), per_cent(self.probabilities[2]));
        let (matching, reviewing) = (bits(self.match_at), bits(self.review_at));
        said.push(match self.lang {
            Lang::Zh => format!("合计 {total}，概率 {probability}；认定线 {matching}，待核实线 {reviewing}"),
            Lang::En => {
                format!("total {total}, probability {probability}; match from {matching}, review from {reviewing}")
            }
        });
        said.join(self.lang.pick("；", "; "))
    }
}

/// A bar, its words on the left, its number at its end, and a thread to the bar below.
fn draw(out: &mut String, name: &str, scale: &Scale, row: &Row, y: i64, next: Option<&Row>) {
    let height = row.height();
    let middle = y + height / 2;
    let lines = |lines: &[String]| i64::try_from(lines.len()).unwrap_or(0);
    let mut at = middle - (lines(&row.label) * 17 + lines(&row.note) * 14) / 2;
    let weight = if row.kind == Kind::Step { "400" } else { "700" };
    for words in &row.label {
        at += 17;
        text(out, MARGIN, at - 4, &format!("font-size=\"{LABEL}\" font-weight=\"{weight}\""), words);
    }
    for words in &row.note {
        at += 14;
        text(out, MARGIN, at - 4, &format!("font-size=\"{NOTE}\" fill=\"{FAINT}\""), words);
    }
    let (start, end) = (scale.at(row.from), scale.at(row.to));
    let (left, wide) = (start.min(end), (start - end).abs());
    let against = row.to < row.from;
    let hatched = format!("url(#{name}against)");
    let (fill, stroke) = match (row.kind, against) {
        (Kind::Prior, _) => ("#d9d9d9", NEUTRAL),
        (Kind::Total, _) => (TOTAL, TOTAL),
        (Kind::Step, false) => (FOR, FOR),
        (Kind::Step, true) => (&*hatched, AGAINST),
    };
    let bar = middle - BAR / 2;
    if row.from == row.to {
        line(out, (start, bar), (start, bar + BAR), &format!("stroke=\"{NEUTRAL}\" stroke-width=\"2\" fill=\"none\""));
    } else {
        let wide = wide.max(2);
        let _ = write!(
            out,
            "<rect x=\"{left}\" y=\"{bar}\" width=\"{wide}\" height=\"{BAR}\" fill=\"{fill}\" stroke=\"{stroke}\"/>"
        );
    }
    if let Some(next) = next {
        let below = y + height + next.height() / 2 - BAR / 2;
        line(out, (end, bar + BAR), (end, below), &format!("stroke=\"{NEUTRAL}\" fill=\"none\""));
    }
}

/// What a bar weighs, at its end.
fn number(out: &mut String, scale: &Scale, row: &Row, y: i64) {
    let middle = y + row.height() / 2;
    let (start, end) = (scale.at(row.from), scale.at(row.to));
    let (x, anchor) = if row.to < row.from { (end - 6, "end") } else { (end.max(start + 2) + 6, "start") };
    let number = bits(i32::try_from(row.to - row.from).unwrap_or(0));
    let weight = if row.kind == Kind::Step { "400" } else { "700" };
    let halo = "stroke=\"#ffffff\" stroke-width=\"5\" paint-order=\"stroke\"";
    let attributes = format!("text-anchor=\"{anchor}\" font-size=\"12\" font-weight=\"{weight}\" {halo}");
    text(out, x, middle + 4, &attributes, &number);
}

#[cfg(test)]
mod tests;
