//! Precision, recall and F1 over the weight from which pairs count: where a threshold should stand.
//!
//! The lines are told apart by their dashes and by marks that the legend repeats; the scale of shares begins where the thresholds'
//! values can still be told apart, and says so.

use std::fmt::Write as _;

use super::canvas::{close, line, open, text};
use super::lettering::{bits, width, wrapped};
use super::scale::Scale;
use crate::household::Lang;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 470;
const MARGIN: i64 = 24;
/// Left, right, top and bottom of the lines.
const PLOT: (i64, i64, i64, i64) = (78, 692, 128, 388);
const FAINT: &str = "#595959";
/// Where the scale of shares may begin, in parts per million.
const FLOORS: [u32; 7] = [0, 500_000, 800_000, 900_000, 950_000, 980_000, 990_000];
/// Marks along a line.
const MARKS: usize = 9;

/// What is found when pairs count from a weight on. Shares in parts per million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The weight, in hundredths of a bit.
    pub weight: i32,
    /// Of what is found, how much is true; of what is true, how much is found; both together (F1).
    pub shares: [u32; 3],
}

/// A threshold of the model.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// Its weight, in hundredths of a bit.
    pub at: i32,
    /// Its name.
    pub name: String,
}

/// A curve to draw.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Language of the words that stand in every such drawing.
    pub lang: Lang,
    /// What was looked at.
    pub remark: String,
    /// In falling order of weight.
    pub points: Vec<Point>,
    /// The model's own thresholds.
    pub thresholds: Vec<Threshold>,
}

/// How a line looks: colour, dashes, mark.
const LINES: [(&str, &str, Mark); 3] =
    [("#0072b2", "none", Mark::Square), ("#c44e00", "7 4", Mark::Circle), ("#2b2b2b", "2 3", Mark::Triangle)];

#[derive(Clone, Copy)]
enum Mark {
    Square,
    Circle,
    Triangle,
}

impl Curve {
    /// Draws it.
    #[must_use]
    pub fn svg(&self) -> String {
        let title = self.lang.pick("门槛与准确率、召回率", "Threshold, precision and recall");
        let mut out = String::new();
        open(&mut out, "", self.lang, (WIDTH.unsigned_abs(), HEIGHT.unsigned_abs()), title, &self.words());
        let (left, right, top, bottom) = PLOT;
        let _ = write!(
            out,
            "<defs><clipPath id=\"plot\"><rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\"/></clipPath></defs>",
            right - left,
            bottom - top
        );
        text(&mut out, MARGIN, 38, "font-size=\"20\" font-weight=\"700\"", title);
        for (words, place) in wrapped(&self.remark, 13, (WIDTH - 2 * MARGIN).unsigned_abs()).iter().take(1).zip(0_i64..)
        {
            text(&mut out, MARGIN, 62 + 18 * place, "font-size=\"13\"", words);
        }
        let weights = self.points.iter().map(|point| i64::from(point.weight));
        let ends = weights.chain(self.thresholds.iter().map(|threshold| threshold.at.into()));
        let (least, most) = ends.fold((i64::MAX, i64::MIN), |(least, most), at| (least.min(at), most.max(at)));
        let x = Scale::new(if least <= most { (least, most) } else { (0, 1) }, (left, right));
        let floor = self.floor();
        let y = Scale::new((floor.into(), 1_000_000), (bottom, top));
        self.grid(&mut out, &x, &y, floor);
        self.legend(&mut out);
        for (place, (colour, dashes, mark)) in LINES.into_iter().enumerate() {
            self.line(&mut out, (&x, &y), place, (colour, dashes, mark));
        }
        self.marked(&mut out, &x);
        close(&mut out);
        out
    }

    fn names(&self) -> [&'static str; 3] {
        match self.lang {
            Lang::Zh => ["准确率", "召回率", "F1"],
            Lang::En => ["precision", "recall", "F1"],
        }
    }

    /// What is found from a weight on.
    fn at(&self, weight: i32) -> Option<&Point> {
        let counted = self.points.partition_point(|point| point.weight >= weight);
        self.points[..counted].last()
    }

    /// Low enough for what the thresholds lead to, with some room below.
    fn floor(&self) -> u32 {
        let at = self.thresholds.iter().filter_map(|threshold| self.at(threshold.at));
        let lowest = at.flat_map(|point| point.shares).min().unwrap_or(0);
        let wanted = lowest.saturating_sub((1_000_000 - lowest) / 2);
        FLOORS.into_iter().rev().find(|floor| *floor <= wanted).unwrap_or(0)
    }

    fn grid(&self, out: &mut String, x: &Scale, y: &Scale, floor: u32) {
        let (left, right, top, bottom) = PLOT;
        let words = |anchor: &str| format!("text-anchor=\"{anchor}\" font-size=\"12\" fill=\"{FAINT}\"");
        for share in y.ticks(1_000, 8) {
            let at = y.at(share);
            line(out, (left, at), (right, at), "stroke=\"#e4e4e4\" fill=\"none\"");
            let tenths = share / 1_000;
            let shown = if tenths % 10 == 0 {
                format!("{}%", tenths / 10)
            } else {
                format!("{}.{}%", tenths / 10, tenths % 10)
            };
            text(out, left - 8, at + 4, &words("end"), &shown);
        }
        for weight in x.ticks(100, 12) {
            let at = x.at(weight);
            line(out, (at, bottom), (at, bottom + 5), &format!("stroke=\"{FAINT}\" fill=\"none\""));
            let bit = weight / 100;
            let shown = if bit < 0 { format!("−{}", -bit) } else { bit.to_string() };
            text(out, at, bottom + 20, &words("middle"), &shown);
        }
        line(out, (left, bottom), (right, bottom), &format!("stroke=\"{FAINT}\" fill=\"none\""));
        line(out, (left, top), (left, bottom), &format!("stroke=\"{FAINT}\" fill=\"none\""));
        let axis = self.lang.pick("权重达到此值（比特）的对计入", "pairs count from this weight on (bits)");
        text(out, right, bottom + 42, &words("end"), axis);
        if floor > 0 {
            let says = match self.lang {
                Lang::Zh => format!("纵轴自 {}% 起", floor / 10_000),
                Lang::En => format!("the upright scale begins at {}%", floor / 10_000),
            };
            text(out, left, bottom + 42, &words("start"), &says);
        }
    }

    fn legend(&self, out: &mut String) {
        let mut at = PLOT.0;
        for (name, (colour, dashes, mark)) in self.names().into_iter().zip(LINES) {
            let stroke = format!("stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\" fill=\"none\"");
            line(out, (at, 84), (at + 40, 84), &stroke);
            draw_mark(out, mark, (at + 20, 84), colour);
            text(out, at + 47, 89, "", name);
            at += 47 + i64::try_from(width(name, 14)).unwrap_or(0) + 26;
        }
    }

    fn line(
        &self,
        out: &mut String,
        (x, y): (&Scale, &Scale),
        place: usize,
        (colour, dashes, mark): (&str, &str, Mark),
    ) {
        let mut path = String::new();
        let mut last = i64::MIN;
        let mut shown = Vec::new();
        for point in &self.points {
            let at = (x.at(point.weight.into()), y.at(point.shares[place].into()));
            // one point for each column of the paper
            if at.0 == last {
                continue;
            }
            last = at.0;
            let _ = write!(path, "{}{} {}", if path.is_empty() { 'M' } else { 'L' }, at.0, at.1);
            shown.push(at);
        }
        if shown.is_empty() {
            return;
        }
        let _ = write!(
            out,
            "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\" fill=\"none\" \
             clip-path=\"url(#plot)\"/>"
        );
        // marks of different lines stand apart where the lines lie on one another
        let every = (shown.len() / MARKS).max(1);
        for at in shown.iter().skip(every * (place + 1) / 4).step_by(every) {
            if (PLOT.2..=PLOT.3).contains(&at.1) {
                draw_mark(out, mark, *at, colour);
            }
        }
    }

    /// The thresholds with their names and what they lead to.
    fn marked(&self, out: &mut String, x: &Scale) {
        let (left, right, top, bottom) = PLOT;
        for (threshold, line_of_text) in self.thresholds.iter().zip(0_i64..) {
            let at = x.at(threshold.at.into());
            let dashes = if line_of_text == 0 { "none" } else { "4 3" };
            let above = top - 6 - 15 * line_of_text;
            let stroke = format!("stroke=\"#1a1a1a\" stroke-width=\"1.2\" stroke-dasharray=\"{dashes}\" fill=\"none\"");
            line(out, (at, above - 9), (at, bottom), &stroke);
            let name = format!("{} {}", threshold.name, bits(threshold.at));
            let wide = i64::try_from(width(&name, 12)).unwrap_or(0);
            let (at, anchor) = if at + 5 + wide > right { (at - 5, "end") } else { (at + 5, "start") };
            debug_assert!(at > left - wide);
            text(out, at, above, &format!("text-anchor=\"{anchor}\" font-size=\"12\""), &name);
        }
    }

    /// What is drawn, in words.
    fn words(&self) -> String {
        let share = |ppm: u32| format!("{}.{:02}%", ppm / 10_000, ppm % 10_000 / 100);
        let mut said = vec![self.remark.clone()];
        said.extend(self.thresholds.iter().filter_map(|threshold| {
            let point = self.at(threshold.at)?;
            let shares = self.names().into_iter().zip(point.shares).map(|(name, ppm)| format!("{name} {}", share(ppm)));
            Some(format!("{} {}: {}", threshold.name, bits(threshold.at), shares.collect::<Vec<_>>().join(", ")))
        }));
        said.join(self.lang.pick("；", "; "))
    }
}

fn draw_mark(out: &mut String, mark: Mark, (x, y): (i64, i64), colour: &str) {
    let _ = match mark {
        Mark::Square => {
            write!(out, "<rect x=\"{}\" y=\"{}\" width=\"8\" height=\"8\" fill=\"{colour}\"/>", x - 4, y - 4)
        }
        Mark::Circle => {
            write!(
                out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"#ffffff\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            )
        }
        Mark::Triangle => {
            write!(out, "<path d=\"M{x} {}L{} {}L{} {}Z\" fill=\"{colour}\"/>", y - 5, x + 5, y + 4, x - 5, y + 4)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: Vec<Point>) -> Curve {
        let threshold = |at, name: &str| Threshold { at, name: name.into() };
        Curve {
            lang: Lang::En,
            remark: "6,000 true pairs".into(),
            points,
            thresholds: vec![threshold(2_300, "match"), threshold(1_800, "review")],
        }
    }

    #[test]
    fn it_is_well_formed_marks_the_thresholds_and_says_what_they_lead_to() {
        let points = (0..4_000)
            .rev()
            .map(|weight| {
                let precision = 990_000 + u32::try_from(weight).unwrap_or(0) * 2;
                Point { weight, shares: [precision, 1_000_000 - u32::try_from(weight).unwrap_or(0) * 10, 985_000] }
            })
            .collect();
        let drawn = curve(points).svg();
        let mut reader = quick_xml::Reader::from_str(&drawn);
        while !matches!(reader.read_event().expect("well-formed XML"), quick_xml::events::Event::Eof) {}
        assert!(drawn.contains("match +23.00: precision 99.46%, recall 97.70%, F1 98.50%"), "{drawn}");
        assert!(drawn.contains("begins at 95%") && drawn.contains(">review +18.00</text>"));
        assert!(drawn.len() < 40_000, "one point a column: {}", drawn.len());
        assert_eq!(
            ["7 4", "2 3"].map(|dashes| drawn.matches(&format!("dasharray=\"{dashes}\"")).count()),
            [2, 2],
            "line and legend"
        );
    }

    #[test]
    fn nothing_found_is_drawn_too() {
        let drawn = curve(Vec::new()).svg();
        assert!(drawn.contains("6,000 true pairs") && !drawn.contains("url(#plot)"));
    }
}
