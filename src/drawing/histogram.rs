//! How weights lie: a bar for each so many bits, what matches filled, what a person is to look at hatched above it, and the two thresholds as lines.

use std::fmt::Write as _;

use super::canvas::{close, line, open, text};
use super::lettering::{grouped, width};
use super::scale::Scale;
use crate::household::Lang;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 300;
/// Where bars stand.
const PLOT: ((i64, i64), (i64, i64)) = ((64, WIDTH - 24), (64, HEIGHT - 56));
const SMALL: &str = "font-size=\"11\" fill=\"#595959\"";

/// As in a waterfall: blue and orange apart for everybody (Okabe and Ito), filled and hatched in grey.
const MATCH: &str = "#0072b2";
const REVIEW: &str = "#c44e00";

/// Weights to draw, in bits.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// Language of the words that stand in every such drawing.
    pub lang: Lang,
    /// What it shows.
    pub title: String,
    /// The same in words.
    pub description: String,
    /// What is filled and what is hatched.
    pub names: [String; 2],
    /// From which weight, how many of either; each ends where the next begins.
    pub bars: Vec<(i32, [u64; 2])>,
    /// Where the last bar ends.
    pub until: i32,
    /// From which weight on a pair is looked at, and from which it matches, in hundredths of a bit, each with its name.
    pub thresholds: [(i32, String); 2],
}

impl Histogram {
    /// Draws it; `name` begins the names that it gives its parts.
    #[must_use]
    pub fn svg_named(&self, name: &str) -> String {
        let mut out = String::new();
        let size = (WIDTH.unsigned_abs(), HEIGHT.unsigned_abs());
        open(&mut out, name, self.lang, size, &self.title, &self.description);
        let _ = write!(
            out,
            "<defs><pattern id=\"{name}reviews\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect width=\"6\" height=\"6\" fill=\"#ffffff\"/><rect width=\"3\" height=\"6\" fill=\"{REVIEW}\"/></pattern></defs>"
        );
        let ((left, right), (top, bottom)) = PLOT;
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 4096);
        let most = self.bars.iter().map(|(_, counts)| counts.iter().sum()).max().unwrap_or(0).max(1);
        let up = Scale::new((0, signed(most)), (bottom, top));
        let first = self.bars.first().map_or(0, |(from, _)| i64::from(*from));
        let along = Scale::new((first * 100, i64::from(self.until) * 100), (left, right));
        for count in up.ticks(1, 5) {
            let y = up.at(count);
            line(&mut out, (left, y), (right, y), "stroke=\"#e4e4e4\" fill=\"none\"");
            let number = grouped(count.unsigned_abs());
            text(&mut out, left - 6, y + 4, &format!("text-anchor=\"end\" {SMALL}"), &number);
        }
        let hatched = format!("url(#{name}reviews)");
        for (place, (from, [matches, reviews])) in self.bars.iter().enumerate() {
            let end = self.bars.get(place + 1).map_or(self.until, |(next, _)| *next);
            let [start, end] = [*from, end].map(|bits| along.at(i64::from(bits) * 100));
            let wide = (end - start - 2).max(1);
            // whatever is there is seen
            let tall = |count: u64| if count == 0 { 0 } else { (bottom - up.at(signed(count))).max(2) };
            let mut foot = bottom;
            for (count, fill, stroke) in [(*matches, MATCH, MATCH), (*reviews, hatched.as_str(), REVIEW)] {
                let height = tall(count);
                foot -= height;
                if height > 0 {
                    let _ = write!(
                        out,
                        "<rect x=\"{}\" y=\"{foot}\" width=\"{wide}\" height=\"{height}\" fill=\"{fill}\" stroke=\"{stroke}\"/>",
                        start + 1
                    );
                }
            }
        }
        line(&mut out, (left, bottom), (right, bottom), "stroke=\"#8c8c8c\" fill=\"none\"");
        for bits in along.ticks(100, 12) {
            let number = (bits / 100).to_string().replace('-', "−");
            let attributes = format!("text-anchor=\"middle\" {SMALL}");
            text(&mut out, along.at(bits), bottom + 16, &attributes, &number);
        }
        let says =
            self.lang.pick("权重（比特）：越向右越像同一人", "Weight in bits: the further right, the more alike");
        text(&mut out, right, bottom + 34, &format!("text-anchor=\"end\" {SMALL}"), says);
        self.thresholds(&mut out, &along);
        self.legend(&mut out, &hatched);
        close(&mut out);
        out
    }

    fn thresholds(&self, out: &mut String, along: &Scale) {
        let ((left, right), (top, bottom)) = PLOT;
        for ((at, name), (dashes, above)) in self.thresholds.iter().zip([("4 3", 8), ("none", 24)]) {
            let x = along.at(i64::from(*at));
            if !(left..=right).contains(&x) {
                continue;
            }
            let stroke = format!("stroke=\"#2b2b2b\" stroke-width=\"1.5\" stroke-dasharray=\"{dashes}\" fill=\"none\"");
            line(out, (x, top - above + 2), (x, bottom), &stroke);
            let wide = i64::try_from(width(name, 12)).unwrap_or(0);
            let (x, anchor) = if x + 5 + wide > right { (x - 5, "end") } else { (x + 5, "start") };
            text(out, x, top - above + 6, &format!("text-anchor=\"{anchor}\" font-size=\"12\""), name);
        }
    }

    fn legend(&self, out: &mut String, hatched: &str) {
        let mut x = PLOT.0.0;
        for (name, (fill, stroke)) in self.names.iter().zip([(MATCH, MATCH), (hatched, REVIEW)]) {
            let _ = write!(
                out,
                "<rect x=\"{x}\" y=\"12\" width=\"14\" height=\"14\" fill=\"{fill}\" stroke=\"{stroke}\"/>"
            );
            text(out, x + 20, 24, "font-size=\"13\"", name);
            x += 44 + i64::try_from(width(name, 13)).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_is_seen_and_what_is_to_be_looked_at_is_hatched() {
        let drawn = Histogram {
            lang: Lang::En,
            title: "a < b".into(),
            description: "three bars".into(),
            names: ["match".into(), "review".into()],
            bars: vec![(-5, [0, 1]), (0, [0, 0]), (5, [10_000, 1])],
            until: 10,
            thresholds: [(-100, "review from 20%".into()), (900, "match from 99.8%".into())],
        }
        .svg_named("w-");
        let mut reader = quick_xml::Reader::from_str(&drawn);
        while !matches!(reader.read_event().expect("well-formed XML"), quick_xml::events::Event::Eof) {}
        assert!(drawn.contains("<title id=\"w-title\">a &lt; b</title>") && drawn.contains("role=\"img\""), "{drawn}");
        // the pattern's own apart: one of each in the legend, two hatched bars, one filled
        assert_eq!(drawn.matches("fill=\"url(#w-reviews)\"").count(), 3, "{drawn}");
        assert_eq!(drawn.matches("fill=\"#0072b2\"").count(), 2, "{drawn}");
        assert!(drawn.contains("height=\"2\" fill=\"url(#w-reviews)\""), "one of ten thousand is seen: {drawn}");
        assert!(drawn.contains(">10,000<") && drawn.contains(">−4<") && drawn.contains("match from 99.8%"), "{drawn}");
        assert!(!drawn.contains("style="), "a page allows no style of its own");
    }
}
