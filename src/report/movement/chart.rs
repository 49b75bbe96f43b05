//! The movement drawn as SVG: a bar before and a bar after for every outcome, and the flows of those who move. One file, nothing
//! outside of it, no script; what is drawn is said in words too.

use std::fmt::Write as _;

use super::told;
use crate::drawing::canvas::{close, open, text};
use crate::household::Lang;
use crate::policy::simulate::{Headline, SHOWN_FROM, Shown};

/// Width of the drawing.
const WIDTH: u64 = 960;
/// Where bars begin and how long the longest is.
const BARS_AT: u64 = 190;
const LONGEST: u64 = 600;
/// Height of an outcome's pair of bars.
const ROW: u64 = 56;
/// Where the upper part begins.
const TOP: u64 = 156;
/// Height of all flows together, without the gaps between them.
const FLOWS: u64 = 240;
/// Where the left and the right column of the flows stand.
const LEFT: u64 = 210;
const RIGHT: u64 = 776;
/// Width of a column of the flows.
const COLUMN: u64 = 14;

/// Colours that stay apart for people who do not tell red from green, dark enough for white paper (Okabe and Ito).
fn colour(headline: Headline) -> &'static str {
    match headline {
        Headline::Tekun => "#6a3d9a",
        Headline::Dibao => "#0072b2",
        Headline::DibaoSingle => "#3a93c9",
        Headline::DibaoMarginal => "#009e73",
        Headline::RigidExpenditure => "#b8860b",
        Headline::GradualExit => "#cc79a7",
        Headline::Open => "#d55e00",
        Headline::None => "#7a7a7a",
    }
}

/// Draws a table. `name` tells its own names apart from those of other things on one page; it may be empty.
#[must_use]
pub fn svg(shown: &Shown, name: &str, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let mut drawn = Drawn { shown, zh, headlines: shown.headlines() };
    drawn.headlines = drawn.headlines.iter().copied().filter(|h| drawn.before(*h) + drawn.after(*h) > 0).collect();
    let flows_at = TOP + u64::try_from(drawn.headlines.len()).unwrap_or(0) * ROW + 40;
    let flows = drawn.movements();
    let height = if flows.is_empty() { flows_at } else { drawn.flows_end(&flows, flows_at) } + 44;
    let mut out = String::new();
    let (title, description) = drawn.words();
    open(&mut out, name, lang, (WIDTH, height), &title, &description);
    drawn.head(&mut out, &title);
    drawn.bars(&mut out);
    if !flows.is_empty() {
        drawn.flows(&mut out, &flows, flows_at);
    }
    drawn.foot(&mut out, height);
    close(&mut out);
    out
}

struct Drawn<'a> {
    shown: &'a Shown,
    zh: bool,
    /// Those that households come out as, most favourable first.
    headlines: Vec<Headline>,
}

/// Before, after, households.
type Flow = (Headline, Headline, u64);
/// A headline's part of a column: top, height, households.
type Node = (Headline, u64, u64, u64);

impl Drawn<'_> {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.zh { zh } else { en }
    }

    fn name(&self, headline: Headline) -> &'static str {
        let (_, zh, en) = headline.names();
        if self.zh { zh } else { en }
    }

    fn before(&self, headline: Headline) -> u64 {
        self.shown.sum(|cell| cell.before == headline).households
    }

    fn after(&self, headline: Headline) -> u64 {
        self.shown.sum(|cell| cell.after == headline).households
    }

    fn lang(&self) -> Lang {
        if self.zh { Lang::Zh } else { Lang::En }
    }

    fn cost(&self) -> String {
        format!("{}{}", self.t("参考金额", ""), told::cost(self.shown, self.lang()))
    }

    /// What is drawn, in words.
    fn words(&self) -> (String, String) {
        let mut said: Vec<String> = (self.headlines.iter())
            .map(|headline| {
                let (before, after) = (self.before(*headline), self.after(*headline));
                let unit = self.t("户", "households");
                format!("{} {before} → {after} {unit}", self.name(*headline))
            })
            .collect();
        said.push(self.cost());
        let title = self.t("政策调整试算：家庭归类变化", "Changed rules: what households come out as");
        (title.to_owned(), said.join(self.t("；", "; ")))
    }

    fn head(&self, out: &mut String, title: &str) {
        let (counted, moved) = (told::counted(self.shown, self.lang()), told::moved(self.shown, self.lang()));
        text(out, 32, 42, "font-size=\"22\" font-weight=\"700\"", title);
        text(out, 32, 70, "", &format!("{}{counted}", self.t("共 ", "")));
        text(out, 32, 94, "", &format!("{}{moved}", self.t("归类变动 ", "come out differently: ")));
        text(out, 32, 118, "", &self.cost());
        let (before, after) = (self.t("现行规则", "rules in force"), self.t("调整后", "changed rules"));
        let _ = write!(
            out,
            "<rect x=\"700\" y=\"58\" width=\"22\" height=\"14\" fill=\"#555\" fill-opacity=\"0.35\" stroke=\"#555\"/>\
             <rect x=\"830\" y=\"58\" width=\"22\" height=\"14\" fill=\"#555\"/>"
        );
        text(out, 728, 70, "", before);
        text(out, 858, 70, "", after);
    }

    fn bars(&self, out: &mut String) {
        let most = self.headlines.iter().map(|h| self.before(*h).max(self.after(*h))).max().unwrap_or(1).max(1);
        for (headline, row) in self.headlines.iter().zip(0..) {
            let y = TOP + row * ROW;
            let (before, after) = (self.before(*headline), self.after(*headline));
            let length = |count: u64| if count == 0 { 0 } else { (count * LONGEST / most).max(2) };
            text(out, BARS_AT - 14, y + 27, "text-anchor=\"end\" font-weight=\"600\"", self.name(*headline));
            let fill = colour(*headline);
            let _ = write!(
                out,
                "<rect x=\"{BARS_AT}\" y=\"{y}\" width=\"{}\" height=\"18\" fill=\"{fill}\" fill-opacity=\"0.35\" stroke=\"{fill}\"/>\
                 <rect x=\"{BARS_AT}\" y=\"{}\" width=\"{}\" height=\"18\" fill=\"{fill}\" stroke=\"{fill}\"/>",
                length(before),
                y + 21,
                length(after)
            );
            text(out, BARS_AT + length(before) + 8, y + 14, "", &before.to_string());
            let (sign, change) = (if after >= before { "+" } else { "−" }, after.abs_diff(before));
            let said = if change == 0 { after.to_string() } else { format!("{after}（{sign}{change}）") };
            let said = if self.zh { said } else { said.replace('（', " (").replace('）', ")") };
            text(out, BARS_AT + length(after) + 8, y + 35, "font-weight=\"600\"", &said);
        }
    }

    /// Households that move.
    fn movements(&self) -> Vec<Flow> {
        let pairs = self.headlines.iter().flat_map(|before| self.headlines.iter().map(move |after| (*before, *after)));
        let counted = pairs.filter(|(before, after)| before != after).map(|(before, after)| {
            (before, after, self.shown.sum(|cell| cell.before == before && cell.after == after).households)
        });
        counted.filter(|(.., count)| *count > 0).collect()
    }

    fn flows_end(&self, flows: &[Flow], top: u64) -> u64 {
        let ends = |side: fn(&Flow) -> Headline| {
            self.column(flows, top + 40, side).last().map_or(top, |(_, y, height, _)| y + height.max(&16))
        };
        ends(|flow| flow.0).max(ends(|flow| flow.1))
    }

    /// Those who move, as bands from what they were to what they become.
    fn flows(&self, out: &mut String, flows: &[Flow], top: u64) {
        let heading = self.t("变动的家庭去向", "Where those who move go");
        text(out, 32, top, "font-size=\"17\" font-weight=\"700\"", heading);
        let (before, after) = (self.t("现行规则下", "now"), self.t("调整后", "then"));
        text(out, LEFT + COLUMN, top + 26, "text-anchor=\"end\" fill=\"#555\"", before);
        text(out, RIGHT, top + 26, "fill=\"#555\"", after);
        let left = self.column(flows, top + 40, |flow| flow.0);
        let right = self.column(flows, top + 40, |flow| flow.1);
        let mut left_used: Vec<u64> = left.iter().map(|(_, y, _, _)| *y).collect();
        let mut right_used: Vec<u64> = right.iter().map(|(_, y, _, _)| *y).collect();
        let all = sum(flows);
        for (before, after, count) in flows {
            let thickness = scaled(*count, all);
            let (from, to) = (place(&left, *before), place(&right, *after));
            let (y1, y2) = (left_used[from], right_used[to]);
            left_used[from] += thickness;
            right_used[to] += thickness;
            let said = format!("{} → {} {count}", self.name(*before), self.name(*after));
            band(out, (y1, y2), thickness, colour(*after), &said);
            if thickness >= 12 {
                let attributes = "text-anchor=\"end\" font-size=\"12\"";
                text(out, RIGHT - 10, y2 + thickness / 2 + 4, attributes, &count.to_string());
            }
        }
        let columns = [(&left, LEFT, "end", LEFT - 10), (&right, RIGHT, "start", RIGHT + COLUMN + 10)];
        for (nodes, x, anchor, label) in columns {
            for (headline, y, height, count) in nodes {
                let fill = colour(*headline);
                let _ =
                    write!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{COLUMN}\" height=\"{height}\" fill=\"{fill}\"/>");
                let said = format!("{} {count}", self.name(*headline));
                text(out, label, y + height / 2 + 5, &format!("text-anchor=\"{anchor}\""), &said);
            }
        }
    }

    /// The parts of a column, one below the other.
    fn column(&self, flows: &[Flow], base: u64, side: fn(&Flow) -> Headline) -> Vec<Node> {
        let (mut nodes, mut y, all) = (Vec::new(), base, sum(flows));
        for headline in &self.headlines {
            let own: Vec<u64> = flows.iter().filter(|flow| side(flow) == *headline).map(|flow| flow.2).collect();
            if own.is_empty() {
                continue;
            }
            let height: u64 = own.iter().map(|count| scaled(*count, all)).sum();
            nodes.push((*headline, y, height, own.iter().sum()));
            y += height.max(16) + 12;
        }
        nodes
    }

    fn foot(&self, out: &mut String, height: u64) {
        let mut said = self.t("仅供政策测算参考，不是认定。", "A reckoning for policy; it decides nothing.").to_owned();
        if self.shown.left_out() > 0 {
            said.push_str(&if self.zh {
                format!("不足 {SHOWN_FROM} 户的格不计入图中。")
            } else {
                format!(" Cells of fewer than {SHOWN_FROM} households are left out.")
            });
        }
        text(out, 32, height - 14, "font-size=\"12\" fill=\"#555\"", &said);
    }
}

fn sum(flows: &[Flow]) -> u64 {
    flows.iter().map(|(.., count)| count).sum()
}

/// A flow's share of the height, never too thin to be seen.
fn scaled(count: u64, all: u64) -> u64 {
    (count * FLOWS / all.max(1)).max(2)
}

fn place(nodes: &[Node], headline: Headline) -> usize {
    nodes.iter().position(|(own, ..)| *own == headline).unwrap_or(0)
}

fn band(out: &mut String, (y1, y2): (u64, u64), thickness: u64, fill: &str, said: &str) {
    let (x1, x2) = (LEFT + COLUMN, RIGHT);
    let middle = u64::midpoint(x1, x2);
    let (b1, b2) = (y1 + thickness, y2 + thickness);
    let _ = write!(
        out,
        "<path d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}L{x2} {b2}C{middle} {b2} {middle} {b1} {x1} {b1}Z\" \
         fill=\"{fill}\" fill-opacity=\"0.45\"><title>{said}</title></path>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::Fen;
    use crate::policy::simulate::{Move, Movement, Standing};

    fn shown(exact: bool) -> Shown {
        let mut movement = Movement::default();
        let mut add = |times: u32, before: (Headline, i64), after: (Headline, i64)| {
            let standing = |(headline, monthly)| Standing { headline, may_become: None, monthly: Fen(monthly) };
            for _ in 0..times {
                movement.add(&Move {
                    region: "620422".into(),
                    people: 2,
                    before: standing(before),
                    after: standing(after),
                });
            }
        };
        add(40, (Headline::Dibao, 10_000), (Headline::Dibao, 12_000));
        add(20, (Headline::DibaoMarginal, 0), (Headline::Dibao, 3_000));
        add(4, (Headline::None, 0), (Headline::DibaoMarginal, 0));
        movement.shown(exact)
    }

    #[test]
    fn it_is_one_well_formed_file_that_says_what_it_draws() {
        let drawn = svg(&shown(true), "", Lang::Zh);
        let mut reader = quick_xml::Reader::from_str(&drawn);
        loop {
            match reader.read_event().expect("well-formed XML") {
                quick_xml::events::Event::Eof => break,
                event => drop(event),
            }
        }
        assert!(!drawn.contains("href") && !drawn.contains("<script") && drawn.matches("http").count() == 1);
        assert!(
            drawn.contains("<desc id=\"desc\">低保 40 → 60 户；低保边缘 20 → 4 户；均不符合 4 → 0 户；参考金额"),
            "{drawn}"
        );
        assert_eq!(drawn.matches("<path").count(), 2, "one band a flow");
    }

    #[test]
    fn what_is_left_out_is_not_drawn() {
        let drawn = svg(&shown(false), "", Lang::En);
        assert_eq!(drawn.matches("<path").count(), 1);
        assert!(drawn.contains("fewer than 10 households are left out"));
        assert!(drawn.contains("come out differently: at least 20 households"), "{drawn}");
        assert!(drawn.contains("at least 60 households, 120 people"));
    }
}
