//! What a file leaves to the whole of it, as fields of a form.

use jiff::civil::Date;

use crate::bulk::Terms;
use crate::bulk::file::Format;
use crate::console::frame::Frame;
use crate::console::parts::{Entry, Field};
use crate::console::words::batches::BatchWords;
use crate::console::words::terms;
use crate::household::{Purpose, Region, RegisteredAs};
use crate::report::text;

/// Kinds of file, as a browser offers them.
const ACCEPT: &str = ".csv,.xlsx,.ndjson,.jsonl";

/// The form as it was filled in.
#[derive(Default)]
pub(super) struct Form {
    /// The same form sent again makes no second batch.
    pub(super) key: String,
    pub(super) purpose: String,
    pub(super) region: String,
    pub(super) as_of: String,
    pub(super) registered_as: String,
    pub(super) legal_document: String,
    pub(super) only_purpose: String,
    pub(super) only_township: String,
    pub(super) only_village: String,
}

impl Form {
    /// Where a field's text goes; none of another form's.
    pub(super) fn place(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "key" => &mut self.key,
            "purpose" => &mut self.purpose,
            "region" => &mut self.region,
            "as_of" => &mut self.as_of,
            "registered_as" => &mut self.registered_as,
            "legal_document" => &mut self.legal_document,
            "only_purpose" => &mut self.only_purpose,
            "only_township" => &mut self.only_township,
            "only_village" => &mut self.only_village,
            _ => return None,
        })
    }

    /// Terms of a file, if all of it can be; the fields say what is wrong.
    pub(super) fn terms(&self, format: Format, today: Date) -> Option<Terms> {
        if !self.is_right() {
            return None;
        }
        let some = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Some(Terms {
            format,
            as_of: some(&self.as_of).map_or(Some(today), |text| text.parse().ok())?,
            region: some(&self.region),
            purpose: Purpose::parse(&self.purpose),
            registered_as: RegisteredAs::parse(&self.registered_as),
            legal_document: some(&self.legal_document),
            only_purpose: Purpose::parse(&self.only_purpose),
            only_township: some(&self.only_township),
            only_village: some(&self.only_village),
        })
    }

    fn is_right(&self) -> bool {
        let purposes = [&self.purpose, &self.only_purpose];
        purposes.into_iter().all(|code| code.is_empty() || Purpose::parse(code).is_some())
            && (self.registered_as.is_empty() || RegisteredAs::parse(&self.registered_as).is_some())
            && self.region_fits()
            && self.day_fits()
            && self.document_fits()
    }

    fn region_fits(&self) -> bool {
        self.region.trim().is_empty() || Region::is_code(self.region.trim())
    }

    fn day_fits(&self) -> bool {
        self.as_of.trim().is_empty() || self.as_of.trim().parse::<Date>().is_ok()
    }

    fn document_fits(&self) -> bool {
        self.legal_document.trim().is_empty() || Purpose::parse(&self.purpose).is_some_and(Purpose::is_screening)
    }

    /// The form's fields; the file last, so that everything is known of it when it comes.
    pub(super) fn fields(&self, frame: &Frame, words: &'static BatchWords) -> Vec<Field> {
        let lang = frame.lang;
        let line =
            |name, label, value: &String| Field { value: value.clone(), ..Field::line(frame.words, name, label) };
        let purposes = |first: &str| {
            let known = Purpose::ALL.iter().map(|purpose| purpose.as_str());
            let known = known.map(|code| (code.to_owned(), terms::purpose(code, lang)));
            Entry::Choice(std::iter::once((String::new(), first.to_owned())).chain(known).collect())
        };
        let kinds = RegisteredAs::ALL.iter();
        let kinds = kinds.map(|kind| (kind.as_str().to_owned(), text::registered_as(*kind, lang).to_owned()));
        let kinds = std::iter::once((String::new(), words.by_file.to_owned())).chain(kinds).collect();
        let choice = |code: &String, known: bool| (!code.is_empty() && !known).then_some(words.choice_wrong.into());
        vec![
            Field { entry: Entry::Hidden, ..line("key", "", &self.key) },
            Field {
                entry: purposes(words.by_file),
                error: choice(&self.purpose, Purpose::parse(&self.purpose).is_some()),
                ..line("purpose", words.purpose, &self.purpose)
            },
            Field {
                hint: Some(words.region_hint),
                error: (!self.region_fits()).then_some(words.region_wrong.into()),
                ..line("region", words.region, &self.region)
            },
            Field {
                hint: Some(words.as_of_hint),
                entry: Entry::Day,
                error: (!self.day_fits()).then_some(words.as_of_wrong.into()),
                ..line("as_of", words.as_of, &self.as_of)
            },
            Field {
                entry: Entry::Choice(kinds),
                error: choice(&self.registered_as, RegisteredAs::parse(&self.registered_as).is_some()),
                ..line("registered_as", words.registered_as, &self.registered_as)
            },
            Field {
                hint: Some(words.legal_document_hint),
                error: (!self.document_fits()).then_some(words.legal_document_wrong.into()),
                ..line("legal_document", words.legal_document, &self.legal_document)
            },
            Field {
                entry: purposes(words.any),
                error: choice(&self.only_purpose, Purpose::parse(&self.only_purpose).is_some()),
                ..line("only_purpose", words.only_purpose, &self.only_purpose)
            },
            line("only_township", words.only_township, &self.only_township),
            line("only_village", words.only_village, &self.only_village),
            Field {
                hint: Some(words.file_hint),
                entry: Entry::File(ACCEPT),
                ..Field::line(frame.words, "file", words.file)
            },
        ]
    }
}
