//! A series as a row of small bars, for a cell of a table: what succeeded filled, what failed hatched above it. It takes the page's colour of text, so
//! that it holds on any paper; every number stands in its description.

use std::fmt::Write as _;

use super::lettering::escaped;
use super::scale::Scale;

const HEIGHT: i64 = 32;
const BAR: i64 = 5;
const GAP: i64 = 2;

/// One slot: how many in all, and how many of them failed.
pub type Slot = (u64, u64);

/// A row of bars.
#[derive(Clone, Debug)]
pub struct Sparkline<'a> {
    /// Tells its parts from those of others on the page: letters, digits, `-`.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// Its numbers in words.
    pub description: &'a str,
    /// The oldest first.
    pub slots: &'a [Slot],
    /// How many slots there is room for: those before the first are empty.
    pub room: usize,
}

impl Sparkline<'_> {
    /// Draws it.
    #[must_use]
    pub fn svg(&self) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX / 64);
        let room = self.room.max(self.slots.len());
        let width = number(room) * (BAR + GAP);
        let most = self.slots.iter().map(|(all, _)| *all).max().unwrap_or(0).max(1);
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 64);
        let up = Scale::new((0, signed(most)), (0, HEIGHT - 3));
        let Self { id, title, description, .. } = self;
        let mut out = String::new();
        let _ = write!(
            out,
            "<svg class=\"spark\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" height=\"{HEIGHT}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\
             <path d=\"M0 {base}H{width}\" stroke=\"currentColor\" stroke-opacity=\".45\"/>",
            escaped(title),
            escaped(description),
            base = HEIGHT - 1
        );
        for (slot, (all, failed)) in (room - self.slots.len()..).zip(self.slots) {
            let x = number(slot) * (BAR + GAP);
            // whatever was there is seen
            let height = |count: u64| if count == 0 { 0 } else { up.at(signed(count)).max(1) };
            let (whole, good) = (height(*all), height(all.saturating_sub(*failed)));
            if good > 0 {
                let _ =
                    write!(out, "<path d=\"M{x} {}h{BAR}v{good}h-{BAR}z\" fill=\"currentColor\"/>", HEIGHT - 1 - good);
            }
            if whole > good {
                let (top, tall) = (HEIGHT - 1 - whole, whole - good);
                let _ = write!(
                    out,
                    "<path class=\"failed\" d=\"M{x}.5 {top}h{}v{tall}h-{}z\" fill=\"none\" stroke=\"currentColor\"/>",
                    BAR - 1,
                    BAR - 1
                );
            }
        }
        out.push_str("</svg>");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_at_the_end_of_the_room_and_what_failed_is_told_apart() {
        let slots = [(10, 0), (0, 0), (4, 4), (1_000, 500)];
        let drawn =
            Sparkline { id: "tax-h", title: "a < b", description: "10, 0, 4, 1000", slots: &slots, room: 6 }.svg();
        let mut reader = quick_xml::Reader::from_str(&drawn);
        while !matches!(reader.read_event().expect("well-formed XML"), quick_xml::events::Event::Eof) {}
        assert!(drawn.contains("<title id=\"tax-h-t\">a &lt; b</title>") && drawn.contains("width=\"42\""), "{drawn}");
        assert_eq!(drawn.matches("fill=\"currentColor\"").count(), 2, "nothing good in the third: {drawn}");
        assert_eq!(drawn.matches("class=\"failed\"").count(), 2, "{drawn}");
        assert!(drawn.contains("M14 30h5v1"), "the first of four stands third of six, and is seen: {drawn}");
        assert!(!drawn.contains("style="), "a page allows no style of its own");
    }

    #[test]
    fn nothing_at_all_is_a_line() {
        let drawn = Sparkline { id: "x", title: "", description: "", slots: &[], room: 12 }.svg();
        assert_eq!(drawn.matches("<path").count(), 1, "{drawn}");
    }
}
