//! A department's definition: the typed form of `definitions/<key>/definition.toml`. Data only; the engine runs it.
//!
//! Reading checks everything that can be checked without a department: keys, paths, patterns, placeholders in their places,
//! and that every record rule really makes a record of its kind.

mod answer;
mod request;
mod rows;
mod words;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::mapping::path::Path;
use crate::mapping::{AnswerSpec, Shape};
use crate::problem::Problem;
use crate::records::{Coverage, SourceKey};
use crate::request::RequestSpec;
use crate::request::auth::Auth;
use crate::source::{Descriptor, ExchangeKey, Mode, Query};
use crate::template::Slot;
use crate::toml_reader::{Section, read_file};

/// A department's interface, described.
#[derive(Debug)]
pub struct Definition {
    pub(crate) descriptor: Descriptor,
    pub(crate) auth: Auth,
    /// The exchange that carries the records: the only one over HTTP; the result's, where a ticket or file is waited for.
    pub(crate) request: RequestSpec,
    pub(crate) answer: AnswerSpec,
    pub(crate) transport: Transport,
    pub(crate) probe: Option<Probe>,
}

/// How an exchange goes.
#[derive(Debug)]
pub(crate) enum Transport {
    /// Ask, and be answered.
    Http { paging: Paging },
    /// Submit, ask for the state of the ticket, fetch the result.
    Ticket(Box<TicketWire>),
    /// Lay a file in an inbox, look for its answer in an outbox.
    File(Box<FileWire>),
}

#[derive(Debug)]
pub(crate) struct FileWire {
    pub(crate) submit: RequestSpec,
    /// Where the department says that it refused a file.
    pub(crate) refusal: RequestSpec,
}

#[derive(Debug)]
pub(crate) struct TicketWire {
    pub(crate) submit: RequestSpec,
    pub(crate) submitted: Shape,
    pub(crate) ticket: Path,
    pub(crate) status: RequestSpec,
    pub(crate) status_answer: Shape,
    pub(crate) state: Path,
    pub(crate) pending: Vec<String>,
    pub(crate) done: Vec<String>,
    /// States in which the department has given up.
    pub(crate) failed: Vec<String>,
    /// Whether HTTP 404 is this department's way to say that it knows no such ticket.
    pub(crate) lost_when_not_found: bool,
}

/// How the rest of a long answer is asked for.
#[derive(Debug)]
pub(crate) enum Paging {
    Single,
    /// `next` holds what `{cursor}` becomes; absent on the last page.
    Cursor {
        next: Path,
    },
    /// `pages` holds the number of pages; `{page}` counts from 1. `page` is where the department repeats which page it is.
    Pages {
        pages: Path,
        page: Option<Path>,
    },
}

/// A person about whom every answer is known: how a source is proved to work.
pub(crate) struct Probe {
    pub(crate) name: String,
    pub(crate) id_number: String,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").finish_non_exhaustive()
    }
}

impl Definition {
    /// Reads a definition; `file` is its name in messages and `key` the folder it lies in.
    ///
    /// # Errors
    /// Every fault of the text.
    pub fn parse(file: &str, text: &str, key: &SourceKey) -> Result<Self, Vec<Problem>> {
        read_file(file, text, |top| Self::read(top, key, text))
    }

    /// What the definition says of itself.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn read(top: &Section<'_>, key: &SourceKey, text: &str) -> Self {
        let batch_size = top.integer("batch_size", 1..=10_000).unwrap_or(1);
        let batch_size = usize::try_from(batch_size).unwrap_or(1);
        let transport_word = top.text_opt("transport").unwrap_or_else(|| "http".into());
        let asynchronous = transport_word != "http";
        let auth = request::auth(top);
        let request = request::request(top, "request", if asynchronous { &[Slot::Ticket] } else { &[] });
        let answer = answer::answer(top, batch_size > 1);
        let transport = transport(top, &transport_word);
        let definition = Self {
            descriptor: Descriptor {
                key: key.clone(),
                title_zh: top.text("title_zh", "the department's name in Chinese"),
                title_en: top.text("title_en", "the department's name in English"),
                law: top.text("law", "the law behind the query"),
                purposes: words::purposes(top),
                screenings: words::screenings(top),
                speaks_for: words::speaks_for(top),
                never_covers: top.texts("never_covers"),
                never_covers_en: top.texts("never_covers_en"),
                mode: if asynchronous { Mode::Asynchronous } else { Mode::Synchronous },
                coverage: coverage(top),
                needs_id_number: top.flag("needs_id_number", true),
                batch_size,
                paged: !matches!(
                    transport,
                    Transport::Http { paging: Paging::Single } | Transport::Ticket(_) | Transport::File(_)
                ),
                hash: hash(text),
            },
            auth,
            request,
            answer,
            transport,
            probe: probe(top),
        };
        definition.check(top, key);
        definition
    }

    /// What must agree between parts of the definition.
    fn check(&self, top: &Section<'_>, key: &SourceKey) {
        if let Some(entry) = top.get("key")
            && entry.text().is_some_and(|stated| stated != key.as_str())
        {
            entry.fault(format!("must be `{key}`, the name of the folder"), None);
        }
        let (zh, en) = (self.descriptor.never_covers.len(), self.descriptor.never_covers_en.len());
        if en > 0
            && en != zh
            && let Some(entry) = top.get("never_covers_en")
        {
            entry.fault(format!("has {en} texts for the {zh} of never_covers: one for each, or none"), None);
        }
        let asking = match &self.transport {
            Transport::Http { .. } => &self.request,
            Transport::Ticket(wire) => &wire.submit,
            Transport::File(wire) => &wire.submit,
        };
        let batch = self.descriptor.batch_size > 1;
        let carries_many = match &asking.body {
            crate::request::BodySpec::Csv { .. } => true,
            _ => asking.slots().contains(&Slot::Items),
        };
        if batch != carries_many {
            top.fault("batch_size over 1 and a body with \"{items}\" or CSV rows go together", None);
        }
        if batch != self.answer.items.is_some() {
            top.fault("batch_size over 1 and [answer.items] go together", None);
        }
        let all = std::iter::once(asking).chain([&self.request]);
        let in_template = all.flat_map(RequestSpec::slots).any(|slot| slot == Slot::Secret);
        if matches!(self.auth, Auth::InRequest) != in_template {
            top.fault("auth kind `in_request` and the placeholder {secret} go together", None);
        }
        let asked: Vec<Slot> = self.request.slots();
        match &self.transport {
            Transport::Http { paging: Paging::Cursor { .. } } if !asked.contains(&Slot::Cursor) => {
                top.fault("paging by cursor needs {cursor} in the request", None);
            }
            Transport::Http { paging: Paging::Pages { .. } } if !asked.contains(&Slot::Page) => {
                top.fault("paging by number needs {page} in the request", None);
            }
            Transport::Http { paging } if batch && !matches!(paging, Paging::Single) => {
                top.fault("an answer about several people has no pages here", None);
            }
            _ => {}
        }
        self.check_submission(top);
    }

    /// A submission may be sent again after a lost answer or a crash, and its ticket is the only way to its result.
    fn check_submission(&self, top: &Section<'_>) {
        let (submit, recognised, polls) = match &self.transport {
            Transport::Http { .. } => {
                if self.answer.not_ready.is_some() {
                    top.fault("answer.not_ready is of a result that a ticket is waited for with", None);
                }
                return;
            }
            Transport::Ticket(wire) => (&wire.submit, wire.submit.slots(), [&wire.status, &self.request]),
            Transport::File(wire) => (&wire.submit, wire.submit.path.slots().collect(), [&wire.refusal, &self.request]),
        };
        if !recognised.contains(&Slot::Uuid) {
            // the name of a file is its ticket too, so there it is never spared
            if matches!(self.transport, Transport::File(_)) {
                top.fault("the path of [submit] needs {uuid}: the name of the file is its ticket", None);
            } else if !submit.idempotent {
                let instead = "or idempotent = true, where submitting twice is harmless";
                let why = "[submit] needs {uuid}: without it a repeated submission cannot be recognised";
                top.fault(why, Some(instead.into()));
            }
        }
        for poll in polls {
            if !poll.slots().contains(&Slot::Ticket) {
                top.fault("every request about a submission needs {ticket}", None);
            }
        }
    }
}

impl Probe {
    /// The question about the fixture person.
    pub(crate) fn query(&self, as_of: jiff::civil::Date) -> Query {
        let day = |from: usize, to: usize| self.id_number.get(from..to).and_then(|part| part.parse::<i16>().ok());
        let small = |from, to| day(from, to).and_then(|part| i8::try_from(part).ok());
        let birth_date = day(6, 10).zip(small(10, 12)).zip(small(12, 14));
        Query {
            name: self.name.as_str().into(),
            id_number: Some(self.id_number.as_str().into()),
            birth_date: birth_date.and_then(|((year, month), day)| jiff::civil::Date::new(year, month, day).ok()),
            sex: None,
            as_of,
            window_from: crate::source::window_start(as_of),
            asked_for: String::new(),
            exchange_key: ExchangeKey::random(),
            entry: None,
            lane: crate::source::Lane::default(),
            anew: false,
        }
    }
}

fn transport(top: &Section<'_>, word: &str) -> Transport {
    let words = [("http", 0_u8), ("ticket", 1), ("file", 2)];
    match top.choice("transport", &words).unwrap_or(0) {
        1 => Transport::Ticket(Box::new(ticket_wire(top))),
        2 => Transport::File(Box::new(FileWire {
            submit: request::request(top, "submit", &[]),
            refusal: request::request(top, "refusal", &[Slot::Ticket]),
        })),
        _ if word == "http" => Transport::Http { paging: paging(top) },
        _ => Transport::Http { paging: Paging::Single },
    }
}

fn ticket_wire(top: &Section<'_>) -> TicketWire {
    let submit = request::request(top, "submit", &[]);
    let status = request::request(top, "status", &[Slot::Ticket]);
    let mut wire = TicketWire {
        submit,
        submitted: answer::no_shape(),
        ticket: answer::root(),
        status,
        status_answer: answer::no_shape(),
        state: answer::root(),
        pending: Vec::new(),
        done: Vec::new(),
        failed: Vec::new(),
        lost_when_not_found: false,
    };
    match top.section("submit_answer") {
        Some(section) => {
            wire.submitted = answer::shape(&section);
            wire.ticket = answer::path(&section, "ticket").unwrap_or_else(answer::root);
        }
        None => top.missing("submit_answer", "how the department's receipt reads"),
    }
    match top.section("status_answer") {
        Some(section) => {
            wire.status_answer = answer::shape(&section);
            wire.state = answer::path(&section, "state").unwrap_or_else(answer::root);
            wire.pending = section.texts("pending");
            wire.done = section.texts("done");
            wire.failed = section.texts("failed");
            wire.lost_when_not_found = section.flag("lost_when_not_found", false);
            let states = [&wire.pending, &wire.done, &wire.failed];
            if states.iter().any(|words| words.is_empty()) {
                section.fault("pending, done and failed each need at least one word", None);
            }
            let all: Vec<&String> = states.into_iter().flatten().collect();
            if all.iter().enumerate().any(|(at, word)| all[..at].contains(word)) {
                section.fault("a word stands for one state: pending, done or failed", None);
            }
        }
        None => top.missing("status_answer", "how the state of a ticket reads"),
    }
    wire
}

fn paging(top: &Section<'_>) -> Paging {
    let Some(section) = top.section("paging") else { return Paging::Single };
    match section.required_choice("kind", &[("cursor", 0_u8), ("pages", 1)]) {
        0 => Paging::Cursor { next: answer::required_path(&section, "next") },
        _ => Paging::Pages { pages: answer::required_path(&section, "pages"), page: answer::path(&section, "page") },
    }
}

fn coverage(top: &Section<'_>) -> Coverage {
    let words = [
        ("county", Coverage::County),
        ("city", Coverage::City),
        ("province", Coverage::Province),
        ("national", Coverage::National),
    ];
    top.required_choice("coverage", &words)
}

fn probe(top: &Section<'_>) -> Option<Probe> {
    let section = top.section("probe")?;
    Some(Probe {
        name: section.text("name", "the fixture person's name"),
        id_number: section.text("id_number", "the fixture person's ID number"),
    })
}

/// SHA-256 of the definition's canonical form: its contents as JSON with sorted keys, so that comments and layout do not count.
fn hash(text: &str) -> String {
    let canonical = toml::from_str::<toml::Table>(text).map_or_else(
        |_| text.to_owned(),
        |table| {
            let mut out = String::new();
            write_canonical(&toml::Value::Table(table), &mut out);
            out
        },
    );
    hex::encode(Sha256::digest(canonical))
}

fn write_canonical(value: &toml::Value, out: &mut String) {
    match value {
        toml::Value::Table(table) => {
            let mut keys: Vec<&String> = table.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                out.push_str(&format!("{}:", Value::from(key.as_str())));
                write_canonical(&table[key], out);
                out.push(',');
            }
            out.push('}');
        }
        toml::Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        toml::Value::String(text) => out.push_str(&Value::from(text.as_str()).to_string()),
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_of_the_contents_not_of_the_layout() {
        assert_eq!(hash("a = 1\nb = 'x'\n"), hash("# note\nb = \"x\"\na   = 1\n"));
        assert_ne!(hash("a = 1"), hash("a = 2"));
    }
}
