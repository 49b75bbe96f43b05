//! What every drawing begins and ends with, and its texts.

use std::fmt::{Display, Write as _};

use super::lettering::escaped;
use crate::household::Lang;

/// Fonts that have the characters, on the systems that offices use.
const FONTS: &str = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif";

/// Begins a drawing on white paper. `name` tells its own names apart from those of other drawings on one page; it may be empty.
pub fn open(out: &mut String, name: &str, lang: Lang, (width, height): (u64, u64), title: &str, description: &str) {
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"{name}title {name}desc\" lang=\"{}\" font-family=\"{FONTS}\" font-size=\"14\" fill=\"#1a1a1a\">\
         <title id=\"{name}title\">{}</title><desc id=\"{name}desc\">{}</desc>\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>",
        lang.tag(),
        escaped(title),
        escaped(description)
    );
}

/// Writes words with their baseline at a place.
pub fn text(out: &mut String, x: impl Display, y: impl Display, attributes: &str, words: &str) {
    let _ = write!(out, "<text x=\"{x}\" y=\"{y}\" {attributes}>{}</text>", escaped(words));
}

/// A straight line.
pub fn line(out: &mut String, (x1, y1): (i64, i64), (x2, y2): (i64, i64), attributes: &str) {
    let _ = write!(out, "<path d=\"M{x1} {y1}L{x2} {y2}\" {attributes}/>");
}

/// Ends a drawing.
pub fn close(out: &mut String) {
    out.push_str("</svg>\n");
}
