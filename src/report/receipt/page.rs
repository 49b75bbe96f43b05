//! The page of a receipt: self-contained, for the screen and for A5 or A4. No script, no outside resource, every text escaped.

use std::fmt::Write as _;

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

use super::Receipt;
use crate::household::{Lang, instant};
use crate::report::render::html::{Around, Bar, Page as Drawn};
use crate::report::text;

/// The page's style sheet.
const STYLE: &str = include_str!("../../../templates/receipt.css");
/// The same with the rules for a bar.
pub const STYLE_WITH_BAR: &str =
    concat!(include_str!("../../../templates/receipt.css"), include_str!("../../../templates/bar.css"));
/// Light modules around a code (ISO/IEC 18004).
const QUIET: usize = 4;

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page<'a> {
    receipt: &'a Receipt,
    style: &'a str,
    bar: Option<&'a Bar>,
    qr: String,
    zh: bool,
    made: String,
    entered: String,
    purpose: &'a str,
}

impl Page<'_> {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.zh { zh } else { en }
    }
}

/// Draws a receipt; none when its code is too long for a QR code.
///
/// # Panics
/// Never: the template writes strings into a string.
#[must_use]
pub fn render(receipt: &Receipt, lang: Lang, around: &Around<'_>) -> Option<Drawn> {
    let style = around.styled(STYLE);
    let in_china = |time: &str| time.parse().map_or_else(|_| time.to_owned(), |at| instant(at, lang));
    let page = Page {
        receipt,
        style,
        bar: around.bar,
        qr: qr_svg(&receipt.code, lang.pick("审计回执二维码", "QR code of the audit receipt"))?,
        zh: lang == Lang::Zh,
        made: in_china(&receipt.created_at),
        entered: in_china(&receipt.entered_at),
        purpose: text::purpose(receipt.purpose, lang),
    };
    let html = page.render().expect("text written into a string");
    Some(Drawn { html, style: style.to_owned() })
}

/// A code as an SVG image that scales, under a name, with the code itself as its description: 15% of it may be damaged where there is room, else
/// 7%.
#[must_use]
pub fn qr_svg(code: &str, label: &'static str) -> Option<String> {
    drawn_at(code, label, &[EcLevel::M, EcLevel::L])
}

/// The same for where it stands small: larger modules are worth more to a camera than a second reserve against damage.
#[must_use]
pub fn small_qr_svg(code: &str, label: &'static str) -> Option<String> {
    drawn_at(code, label, &[EcLevel::L])
}

fn drawn_at(code: &str, label: &'static str, levels: &[EcLevel]) -> Option<String> {
    let drawn = levels.iter().find_map(|level| QrCode::with_error_correction_level(code, *level).ok())?;
    let (width, modules) = (drawn.width(), drawn.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        write!(path, "M{QUIET} {}.5", y + QUIET).expect("a string takes everything");
        let mut x = 0;
        while x < width {
            let alike = row[x..].iter().take_while(|module| **module == row[x]).count();
            // nothing is moved over for nothing at a row's end
            if row[x] != Color::Dark && x + alike == width {
                break;
            }
            // a run of dark modules is a stroke, one of light ones a move
            let stroke = if row[x] == Color::Dark { 'h' } else { 'm' };
            let down = if stroke == 'm' { " 0" } else { "" };
            write!(path, "{stroke}{alike}{down}").expect("a string takes everything");
            x += alike;
        }
    }
    let side = width + 2 * QUIET;
    Some(format!(
        "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
         <desc>{code}</desc><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path stroke=\"#000\" d=\"{path}\"/></svg>"
    ))
}
