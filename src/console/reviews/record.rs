//! One held record: both sides field by field, what it says, what each comparison weighs, what either word on it changes.

use crate::console::effects;
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Entry, Field, Summary, Table};
use crate::console::state::Console;
use crate::console::weighing::{Weighing, compared};
use crate::console::words::records::{says, word};
use crate::console::words::reviews::{ReviewWords, choice, heading, question};
use crate::console::written::day;
use crate::household::{Lang, MatchReason, Sex};
use crate::identity::Model;
use crate::report::text;
use crate::verification::{MOST_REASON, RecordEffects, RecordSides};

/// What somebody said about a record.
pub(super) struct Given {
    pub(super) record: String,
    /// None: nothing yet.
    pub(super) belongs: Option<bool>,
    pub(super) reason: String,
}

impl Given {
    /// Whether it was decided without grounds.
    pub(super) fn is_wrong(&self) -> bool {
        self.belongs.is_some() && !(1..=MOST_REASON).contains(&self.reason.chars().count())
    }
}

/// A record as the page shows it.
pub(super) struct Shown {
    pub(super) place: usize,
    pub(super) key: String,
    pub(super) heading: String,
    pub(super) says: Summary,
    pub(super) sides: Table,
    pub(super) rules: Vec<String>,
    /// None where the model that weighed it cannot be read any more.
    pub(super) weighing: Option<Weighing>,
    pub(super) changes: Table,
    pub(super) belongs: Field,
    pub(super) reason: Field,
}

impl Shown {
    pub(super) fn of(
        console: &Console,
        frame: &Frame,
        (record, changed): (&RecordSides, &RecordEffects),
        (place, of): (usize, usize),
        model: Option<&Model>,
        given: Option<&Given>,
    ) -> Self {
        let lang = frame.lang;
        let words = ReviewWords::of(lang);
        let sources = console.0.verifier.sources();
        let source = sources.iter().find(|source| source.descriptor.key.as_str() == record.source);
        let source = source.map_or(record.source.as_str(), |source| {
            lang.pick(&source.descriptor.title_zh, &source.descriptor.title_en)
        });
        let what = text::detail(&record.found.detail);
        let rules = record.reasons.iter().filter(|reason| reason.field == "rule");
        Self {
            place,
            key: record.record.clone(),
            heading: heading(lang, place, of, what.get(lang), source),
            says: content(record, source, words, lang),
            sides: sides(record, words, lang),
            rules: rules.map(|rule| lang.pick(&rule.zh, &rule.en).to_owned()).collect(),
            weighing: model.map(|model| {
                let label = format!("{} {place}", words.weights);
                Weighing::of(&record.waterfall(model, lang), label, &format!("weights-{place}-"))
            }),
            changes: effects::table_of_both(&changed.theirs, &changed.anothers, lang),
            belongs: Field {
                label: question(lang, record.stated.name.expose(), &record.member).into(),
                value: match given.and_then(|given| given.belongs) {
                    Some(true) => "yes".into(),
                    Some(false) => "no".into(),
                    None => "later".into(),
                },
                entry: Entry::Marks(vec![
                    ("yes".into(), choice(lang, words.theirs, words.theirs_about)),
                    ("no".into(), choice(lang, words.anothers, words.anothers_about)),
                    ("later".into(), words.later.into()),
                ]),
                name: format!("belongs-{place}").into(),
                ..Field::line(frame.words, "", "")
            },
            reason: Field {
                hint: Some(words.reason_hint),
                value: given.map(|given| given.reason.clone()).unwrap_or_default(),
                entry: Entry::Area,
                error: given.is_some_and(Given::is_wrong).then_some(words.reason_missing.into()),
                name: format!("reason-{place}").into(),
                ..Field::line(frame.words, "", words.reason)
            },
        }
    }
}

/// What the record says.
fn content(record: &RecordSides, source: &str, words: &'static ReviewWords, lang: Lang) -> Summary {
    let mut lines = vec![
        (words.source, Cell::Text(source.to_owned())),
        (words.record_number, Cell::Text(record.found.number.clone())),
    ];
    lines.extend(says(&record.found.detail, lang).into_iter().map(|(label, value)| (label, Cell::Text(value))));
    lines.extend(record.found.as_of.map(|date| (words.as_of, Cell::Whole(day(date, lang)))));
    Summary { lines }
}

/// Both sides, field by field, with what the comparison came to.
fn sides(record: &RecordSides, words: &'static ReviewWords, lang: Lang) -> Table {
    let (stated, found) = (&record.stated, &record.found.subject);
    let sex = |sex: Option<Sex>| {
        sex.map(|sex| word("sex", if sex == Sex::Male { "male" } else { "female" }, lang).to_owned())
    };
    let date = |date: Option<jiff::civil::Date>| date.map(|date| day(date, lang));
    let text = |text: Option<&str>| text.map(str::to_owned);
    let fields = [
        ("name", words.name, Some(stated.name.expose().to_owned()), text(found.name.as_ref().map(|it| it.expose()))),
        ("former_name", words.former_name, None, text(found.former_name.as_ref().map(|it| it.expose()))),
        (
            "id_number",
            words.id_number,
            text(stated.id_number.as_ref().map(|it| it.expose())),
            text(found.id_number.as_ref().map(|it| it.expose())),
        ),
        ("birth_date", words.birth_date, date(stated.birth_date), date(found.birth_date)),
        ("sex", words.sex, sex(stated.sex), sex(found.sex)),
        (
            "phone",
            words.phone,
            text(stated.phone.as_ref().map(|it| it.expose())),
            text(found.phone.as_ref().map(|it| it.expose())),
        ),
        (
            "address",
            words.address,
            text(stated.address.as_ref().map(|it| it.expose())),
            text(found.address.as_ref().map(|it| it.expose())),
        ),
    ];
    let side = |value: Option<String>| Cell::Text(value.unwrap_or_else(|| words.not_given.to_owned()));
    let rows = fields
        .into_iter()
        .filter(|(key, _, stated, found)| *key != "former_name" || stated.is_some() || found.is_some());
    let row = |(key, label, stated, found): (&str, &str, Option<String>, Option<String>)| {
        let reason = record.reasons.iter().find(|reason| reason.field == key);
        vec![Cell::Text(label.to_owned()), side(stated), side(found), comparison(reason, words, lang)]
    };
    Table {
        caption: words.fields,
        columns: [words.field, words.stated, words.found, words.compared].map(Column::text).into(),
        rows: rows.map(row).collect(),
        nothing: "",
        wide: false,
    }
}

fn comparison(reason: Option<&MatchReason>, words: &'static ReviewWords, lang: Lang) -> Cell {
    let Some(reason) = reason else { return Cell::Text(words.not_compared.to_owned()) };
    compared(reason.weight_centibits, lang.pick(&reason.zh, &reason.en), lang)
}
