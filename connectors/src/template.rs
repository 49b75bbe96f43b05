//! Text with placeholders: `{name}`, `{as_of:yyyyMMdd}`, `{page:number}`; `{{` and `}}` are braces. Knows no codec:
//! whoever writes the rendered text into JSON, XML, CSV or a form escapes it there.

use jiff::civil::DateTime;

use crate::dates::DatePattern;
use crate::records::Sex;
use crate::source::Query;

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    IdNumber,
    Name,
    BirthDate,
    Sex,
    AsOf,
    WindowFrom,
    WindowTo,
    Now,
    Seq,
    Page,
    Cursor,
    Ticket,
    Uuid,
    Secret,
    AppId,
    Items,
    Method,
    Path,
    Timestamp,
    Nonce,
    BodySha256,
    Parameters,
}

const SLOTS: [(&str, Slot); 22] = [
    ("id_number", Slot::IdNumber),
    ("name", Slot::Name),
    ("birth_date", Slot::BirthDate),
    ("sex", Slot::Sex),
    ("as_of", Slot::AsOf),
    ("window_from", Slot::WindowFrom),
    ("window_to", Slot::WindowTo),
    ("now", Slot::Now),
    ("seq", Slot::Seq),
    ("page", Slot::Page),
    ("cursor", Slot::Cursor),
    ("ticket", Slot::Ticket),
    ("uuid", Slot::Uuid),
    ("secret", Slot::Secret),
    ("app_id", Slot::AppId),
    ("items", Slot::Items),
    ("method", Slot::Method),
    ("path", Slot::Path),
    ("timestamp", Slot::Timestamp),
    ("nonce", Slot::Nonce),
    ("body_sha256", Slot::BodySha256),
    ("parameters", Slot::Parameters),
];

impl Slot {
    /// The placeholder's word.
    pub(crate) fn word(self) -> &'static str {
        SLOTS.iter().find(|(_, slot)| *slot == self).map_or("", |(word, _)| word)
    }

    /// Whether it identifies the person asked about.
    pub(crate) fn is_personal(self) -> bool {
        matches!(self, Self::IdNumber | Self::Name | Self::BirthDate | Self::Sex)
    }

    fn is_date(self) -> bool {
        matches!(self, Self::BirthDate | Self::AsOf | Self::WindowFrom | Self::WindowTo | Self::Now)
    }
}

#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Slot { slot: Slot, dates: Option<DatePattern>, number: bool },
}

/// A parsed template.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Piece>);

/// What the placeholders stand for in one request.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    /// The person, where the request (or the row of a batch) is about one.
    pub(crate) query: Option<&'a Query>,
    pub(crate) seq: usize,
    pub(crate) page: u32,
    pub(crate) cursor: &'a str,
    pub(crate) ticket: &'a str,
    /// Drawn once for an exchange: a repeated attempt carries the same one, so that a department can recognise it.
    pub(crate) uuid: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) app_id: &'a str,
    pub(crate) now: DateTime,
    /// What a signature covers.
    pub(crate) signing: Option<&'a Signing>,
}

/// The parts of a request that a signature covers, in words.
#[derive(Default)]
pub(crate) struct Signing {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    pub(crate) body_sha256: String,
    pub(crate) parameters: String,
}

impl Template {
    /// # Errors
    /// An unknown placeholder, a brace left open, or a pattern where none fits.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let Some(end) = rest.find('}').filter(|_| brace == "{") else {
                return Err("has a single brace: write `{{` or `}}` for a brace that stays".into());
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Self::slot(&rest[..end])?);
            rest = &rest[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    fn slot(inside: &str) -> Result<Piece, String> {
        let (word, pattern) = inside.split_once(':').map_or((inside, None), |(word, pattern)| (word, Some(pattern)));
        let Some((_, slot)) = SLOTS.iter().find(|(known, _)| *known == word) else {
            let near = crate::problem::did_you_mean(word, SLOTS.iter().map(|(word, _)| *word));
            return Err(format!("has an unknown placeholder `{{{word}}}`; {}", near.unwrap_or_default()));
        };
        match (slot.is_date(), pattern) {
            (true, Some(pattern)) => {
                Ok(Piece::Slot { slot: *slot, dates: Some(DatePattern::parse(pattern)?), number: false })
            }
            (true, None) => Err(format!("needs a date pattern: `{{{word}:yyyyMMdd}}`")),
            (false, Some("number")) if matches!(slot, Slot::Seq | Slot::Page) => {
                Ok(Piece::Slot { slot: *slot, dates: None, number: true })
            }
            (false, Some(_)) => Err(format!("has a pattern that does not fit `{{{word}}}`")),
            (false, None) => Ok(Piece::Slot { slot: *slot, dates: None, number: false }),
        }
    }

    /// The placeholders used.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot { slot, .. } => Some(*slot),
            Piece::Literal(_) => None,
        })
    }

    /// Whether the whole text is `{seq:number}` or `{page:number}`: a JSON number then.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.0.as_slice(), [Piece::Slot { number: true, .. }])
    }

    /// The text, unescaped.
    pub(crate) fn render(&self, values: &Values<'_>) -> String {
        self.render_escaped(values, |text| text.to_owned())
    }

    /// The text, with what the placeholders stand for passed through `escape`; the literal parts stay as written.
    pub(crate) fn render_escaped(&self, values: &Values<'_>, escape: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Slot { slot, dates, .. } => text.push_str(&escape(&values.value(*slot, dates.as_ref()))),
            }
        }
        text
    }
}

impl Values<'_> {
    fn value(&self, slot: Slot, dates: Option<&DatePattern>) -> String {
        let write = |moment: DateTime| dates.map_or_else(String::new, |pattern| pattern.write(moment));
        let person =
            |text: fn(&Query) -> &str| self.query.map_or_else(String::new, |query| without_controls(text(query)));
        let signed = |text: fn(&Signing) -> &String| self.signing.map(text).cloned().unwrap_or_default();
        match slot {
            Slot::IdNumber => person(|query| query.id_number.as_ref().map_or("", |id| id.expose())),
            Slot::Name => person(|query| query.name.expose()),
            Slot::BirthDate => self.query.and_then(|q| q.birth_date).map(|day| write(day.into())).unwrap_or_default(),
            Slot::Sex => match self.query.and_then(|q| q.sex) {
                Some(Sex::Male) => "1".into(),
                Some(Sex::Female) => "2".into(),
                None => String::new(),
            },
            Slot::AsOf | Slot::WindowTo => self.query.map(|q| write(q.as_of.into())).unwrap_or_default(),
            Slot::WindowFrom => self.query.map(|q| write(q.window_from.into())).unwrap_or_default(),
            Slot::Now => write(self.now),
            Slot::Seq => self.seq.to_string(),
            Slot::Page => self.page.to_string(),
            Slot::Cursor => self.cursor.to_owned(),
            Slot::Ticket => self.ticket.to_owned(),
            Slot::Uuid => self.uuid.to_owned(),
            Slot::Secret => self.secret.to_owned(),
            Slot::AppId => self.app_id.to_owned(),
            Slot::Items => String::new(),
            Slot::Method => signed(|s| &s.method),
            Slot::Path => signed(|s| &s.path),
            Slot::Timestamp => signed(|s| &s.timestamp),
            Slot::Nonce => signed(|s| &s.nonce),
            Slot::BodySha256 => signed(|s| &s.body_sha256),
            Slot::Parameters => signed(|s| &s.parameters),
        }
    }
}

/// No name or number contains control characters; a line break in one could end a row at a department that reads by lines.
fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_checked_when_they_are_read() {
        for bad in ["{", "}", "{nmae}", "{as_of}", "{as_of:QQ}", "{name:number}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
        assert!(Template::parse("{nmae}").unwrap_err().contains("`name`"));
        assert!(Template::parse("{{literal}}").is_ok());
    }
}
