//! The page of a receipt: self-contained, for the screen and for A5 or A4. No script, no outside resource, every text escaped.

use std::fmt::Write as _;

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

use super::Receipt;
use crate::household::Lang;
use crate::report::text;

/// The page's style sheet.
pub const STYLE: &str = include_str!("../../../templates/receipt.css");
/// Light modules around a code (ISO/IEC 18004).
const QUIET: usize = 4;

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page<'a> {
    receipt: &'a Receipt,
    style: &'static str,
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
pub fn render(receipt: &Receipt, lang: Lang) -> Option<String> {
    let in_china = |time: &str| {
        time.parse().map_or_else(
            |_| time.to_owned(),
            |at: jiff::Timestamp| {
                let there = jiff::tz::Offset::constant(8).to_datetime(at);
                there.strftime("%Y-%m-%d %H:%M:%S").to_string()
            },
        )
    };
    let page = Page {
        receipt,
        style: STYLE,
        qr: qr_svg(&receipt.code)?,
        zh: lang == Lang::Zh,
        made: in_china(&receipt.created_at),
        entered: in_china(&receipt.entered_at),
        purpose: text::purpose(receipt.purpose, lang),
    };
    Some(page.render().expect("text written into a string"))
}

/// A code as an SVG image that scales, with the code itself as its description: 15% of it may be damaged where there is room, else 7%.
#[must_use]
pub fn qr_svg(code: &str) -> Option<String> {
    let drawn =
        [EcLevel::M, EcLevel::L].into_iter().find_map(|level| QrCode::with_error_correction_level(code, level).ok())?;
    let (width, modules) = (drawn.width(), drawn.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
            if run > 0 {
                write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET).expect("a string takes everything");
            }
            x += run.max(1);
        }
    }
    let side = width + 2 * QUIET;
    Some(format!(
        "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" shape-rendering=\"crispEdges\">\
         <desc>{code}</desc><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}
