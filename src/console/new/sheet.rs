//! The form: every field of a request, filled in as far as it was, with what is wrong said at its field.

use super::draft::{Draft, MEMBERS, OBLIGORS};
use crate::auth::Caller;
use crate::console::frame::Frame;
use crate::console::parts::{Entry, Errors, Field};
use crate::console::state::Console;
use crate::console::words::new::{NewWords, absence, person};
use crate::household::{
    Absence, Fault, IdKind, IncomeClass, Lang, LegalBasisKind, PropertyClass, Purpose, RegisteredAs, Relation,
};
use crate::report::text;

/// Relations that the list offers, GB/T 4761: those of a household and of who must support it.
const RELATIONS: &[&str] = &[
    "01", "02", "10", "11", "12", "20", "21", "22", "23", "27", "28", "30", "31", "32", "33", "37", "38", "40", "41",
    "42", "43", "44", "50", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "70", "71",
    "73", "75", "77", "79", "97", "99",
];

/// The form's fields.
pub(super) struct Sheet {
    pub(super) case: Vec<Field>,
    pub(super) commission: Vec<Field>,
    pub(super) household: Vec<Field>,
    pub(super) members: Vec<Person>,
    pub(super) obligors: Vec<Person>,
    /// Where no key is registered for whoever sends.
    pub(super) key: Option<Field>,
}

/// One person's.
pub(super) struct Person {
    /// Where the person stands in the request, which is the part's name in the page as well.
    pub(super) at: String,
    pub(super) title: String,
    /// The name within the request, which goes with the form.
    pub(super) reference: String,
    pub(super) duty: Vec<Field>,
    pub(super) who: Vec<Field>,
    /// What a citizen's number says by itself.
    pub(super) born: Vec<Field>,
    pub(super) state: Vec<Field>,
    pub(super) consent: Vec<Field>,
    pub(super) signed_by: Field,
    pub(super) guardian: Vec<Field>,
    pub(super) agent: Vec<Field>,
    pub(super) sources: Field,
    pub(super) some: Field,
    pub(super) income: Vec<Line>,
    pub(super) property: Vec<Line>,
    /// Of somebody who is not shown now: what goes along unseen.
    pub(super) folded: Option<String>,
}

impl Person {
    /// Every field, in the order of the page.
    pub(super) fn fields(&mut self) -> impl Iterator<Item = &mut Field> {
        let lines = self.income.iter_mut().chain(&mut self.property).flat_map(|line| &mut line.fields);
        (self.duty.iter_mut())
            .chain(&mut self.who)
            .chain(&mut self.born)
            .chain(&mut self.state)
            .chain(&mut self.consent)
            .chain([&mut self.signed_by])
            .chain(&mut self.guardian)
            .chain(&mut self.agent)
            .chain([&mut self.sources, &mut self.some])
            .chain(lines)
    }
}

/// A line of what was declared.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) number: usize,
    pub(super) fields: Vec<Field>,
}

/// What choices depend on.
pub(super) struct Given {
    /// Counties with rules that are the caller's, by code.
    pub(super) regions: Vec<(String, String)>,
    /// Departments.
    pub(super) sources: Vec<(String, String)>,
    /// Whether a key is registered for the caller.
    pub(super) has_key: bool,
}

impl Given {
    pub(super) fn of(console: &Console, caller: &Caller, lang: Lang) -> Self {
        let counties = console.0.verifier.counties();
        let own = counties.into_iter().filter(|county| caller.covers_region(&county.region));
        let region = |county: crate::policy::PackInfo| {
            let place = console.0.verifier.place(&county.region, lang);
            (county.region, place)
        };
        let source = |source: crate::verification::SourceStatus| {
            let title = source.title(lang).to_owned();
            (source.descriptor.key.to_string(), title)
        };
        Self {
            regions: own.map(region).collect(),
            sources: console.0.verifier.sources().into_iter().map(source).collect(),
            has_key: caller.recipient_key.is_some(),
        }
    }
}

/// Makes fields of what was typed.
struct Maker<'a> {
    frame: &'a Frame,
    words: &'static NewWords,
    lang: Lang,
    draft: &'a Draft,
}

impl Maker<'_> {
    fn field(&self, name: String, label: &'static str, hint: Option<&'static str>, entry: Entry) -> Field {
        let value = self.draft.get(&name).to_owned();
        Field { words: self.frame.words, name: name.into(), label: label.into(), hint, value, entry, error: None }
    }

    fn line(&self, name: impl Into<String>, label: &'static str) -> Field {
        self.field(name.into(), label, None, Entry::Line)
    }

    fn hinted(&self, name: impl Into<String>, label: &'static str, hint: &'static str) -> Field {
        self.field(name.into(), label, Some(hint), Entry::Line)
    }

    fn day(&self, name: String, label: &'static str, hint: Option<&'static str>) -> Field {
        self.field(name, label, hint, Entry::Day)
    }

    /// One of a list; nothing is chosen beforehand.
    fn choice(
        &self,
        name: impl Into<String>,
        label: &'static str,
        none: &str,
        choices: Vec<(String, String)>,
    ) -> Field {
        let none = (String::new(), none.to_owned());
        let choices = std::iter::once(none).chain(choices).collect();
        self.field(name.into(), label, None, Entry::Choice(choices))
    }

    fn coded<T: Copy>(
        &self,
        all: &[T],
        code: fn(T) -> &'static str,
        term: fn(T, Lang) -> &'static str,
    ) -> Vec<(String, String)> {
        all.iter().map(|one| (code(*one).to_owned(), term(*one, self.lang).to_owned())).collect()
    }
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(code, text)| ((*code).to_owned(), (*text).to_owned())).collect()
}

impl Sheet {
    pub(super) fn of(frame: &Frame, given: &Given, draft: &Draft) -> Self {
        let words = NewWords::of(frame.lang);
        let make = Maker { frame, words, lang: frame.lang, draft };
        let people = |list: &str, kind: &str| {
            (0..draft.count(list)).map(|place| make.person(list, place, kind, given)).collect::<Vec<_>>()
        };
        Self {
            case: make.case(given),
            commission: vec![
                make.line("/commissioned_by/organisation", words.organisation),
                make.line("/commissioned_by/investigators/0", words.investigator_1),
                make.line("/commissioned_by/investigators/1", words.investigator_2),
            ],
            household: make.household(),
            members: people(MEMBERS, words.member),
            obligors: people(OBLIGORS, words.obligor),
            key: (!given.has_key).then(|| {
                let hint = Some(words.recipient_key_hint);
                make.field("/recipient_key".into(), words.recipient_key, hint, Entry::Area)
            }),
        }
    }

    /// Every field in the order of the page, with the title of the person it is of.
    fn fields(&mut self) -> Vec<(String, &mut Field)> {
        let mut all: Vec<(String, &mut Field)> = Vec::new();
        let parts = [&mut self.case, &mut self.commission, &mut self.household];
        all.extend(parts.into_iter().flatten().map(|field| (String::new(), field)));
        for person in self.members.iter_mut().chain(&mut self.obligors) {
            let title = person.title.clone();
            all.extend(person.fields().map(|field| (title.clone(), field)));
        }
        all.extend(self.key.iter_mut().map(|field| (String::new(), field)));
        all
    }

    /// Says what is wrong at the fields it is wrong with, and all of it for the top of the page.
    pub(super) fn say(&mut self, frame: &Frame, faults: &[Fault]) -> Errors {
        let lang = frame.lang;
        let mut fields = self.fields();
        let mut told = Vec::new();
        for fault in faults {
            let what = said(fault, lang);
            let Some(place) = nearest(&fields, &fault.pointer) else {
                told.push(("main".to_owned(), what));
                continue;
            };
            let (title, field) = &mut fields[place];
            if field.error.is_some() {
                continue; // one thing at a time
            }
            let joint = lang.pick("：", ": ");
            let of = if title.is_empty() { String::new() } else { format!("{title}{}", lang.pick("，", ", ")) };
            let label = plain(&field.label);
            told.push((field.name.to_string(), format!("{of}{label}{joint}{what}")));
            field.error = Some(what.into());
        }
        Errors { words: frame.words, faults: told }
    }
}

/// A label without the word that it may be left out.
pub(super) fn plain(label: &str) -> &str {
    label.trim_end_matches("（选填）").trim_end_matches(" (optional)").trim_end_matches("，选填）")
}

/// What is wrong and what to do, in a sentence.
fn said(fault: &Fault, lang: Lang) -> String {
    match lang {
        // the interface's words name fields as its JSON does
        _ if fault.code == "required" => lang.pick("请填写此项", "fill this in").to_owned(),
        Lang::Zh => format!("{}，{}", fault.detail_zh, fault.remedy_zh),
        Lang::En => format!("{}; {}", fault.detail, fault.remedy),
    }
}

/// The field a fault is said at: the one at its place, else the first within, else the first within what is around it.
fn nearest(fields: &[(String, &mut Field)], pointer: &str) -> Option<usize> {
    let mut around = Some(pointer);
    while let Some(at) = around.filter(|at| !at.is_empty()) {
        let within = format!("{at}/");
        let exact = fields.iter().position(|(_, field)| field.name == at);
        let found = exact.or_else(|| fields.iter().position(|(_, field)| field.name.starts_with(&within)));
        if found.is_some() {
            return found;
        }
        around = at.rsplit_once('/').map(|(outer, _)| outer);
    }
    None
}

impl Maker<'_> {
    fn case(&self, given: &Given) -> Vec<Field> {
        let words = self.words;
        let region = match given.regions.as_slice() {
            [] => self.hinted("/region", words.region, words.region_hint),
            own => self.field("/region".into(), words.region, None, Entry::Choice(own.to_vec())),
        };
        let bases = self.coded(LegalBasisKind::ALL, LegalBasisKind::as_str, text::legal_basis);
        vec![
            self.choice(
                "/purpose",
                words.purpose,
                words.choose,
                self.coded(Purpose::ALL, Purpose::as_str, text::purpose),
            ),
            region,
            self.day("/as_of".into(), words.as_of, Some(words.as_of_hint)),
            self.hinted("/reference", words.reference, words.reference_hint),
            self.field("/legal_basis/kind".into(), words.basis, None, Entry::Choice(bases)),
            self.hinted("/legal_basis/document_number", words.document_number, words.document_number_hint),
        ]
    }

    fn household(&self) -> Vec<Field> {
        let words = self.words;
        let kinds = self.coded(RegisteredAs::ALL, RegisteredAs::as_str, text::registered_as);
        let members = self.draft.people(false).into_iter().enumerate();
        let members = members.map(|(place, (name, called))| (name, person(words.member, place + 1, &called)));
        vec![
            self.choice("/household/registered_as", words.registered_as, words.choose, kinds),
            self.line("/household/address", words.address),
            self.field("/applicant".into(), words.applicant, None, Entry::Choice(members.collect())),
            self.field("/kin_of_official".into(), words.kin, None, Entry::Tick),
        ]
    }

    fn person(&self, list: &str, place: usize, kind: &str, given: &Given) -> Person {
        let words = self.words;
        let at = format!("{list}/{place}");
        let name = |of: &str| format!("{at}/{of}");
        let consent = |of: &str| format!("{at}/authorisation/{of}");
        let purposes = std::iter::once(("social_assistance".to_owned(), words.every_purpose.to_owned()))
            .chain(self.coded(Purpose::ALL, Purpose::as_str, text::purpose));
        let signatories = [("self", words.by_self), ("guardian", words.by_guardian), ("agent", words.by_agent)];
        let scopes = [("all", words.all_sources), ("only", words.some_sources)];
        let chosen = self.draft.all(&consent("sources/only")).map(str::to_owned).collect();
        Person {
            title: person(kind, place + 1, self.draft.get(&name("name"))),
            reference: self.draft.get(&name("ref")).to_owned(),
            duty: if list == OBLIGORS { self.duty(&at) } else { Vec::new() },
            who: self.who(&at),
            born: vec![
                self.day(name("birth_date"), words.birth_date, None),
                self.choice(
                    name("sex"),
                    words.sex,
                    words.not_stated,
                    pairs(&[("male", words.male), ("female", words.female)]),
                ),
            ],
            state: self.state(&at),
            consent: vec![
                self.line(consent("number"), words.auth_number),
                self.day(consent("signed_on"), words.signed_on, None),
                self.day(consent("valid_until"), words.valid_until, Some(words.valid_until_hint)),
                self.field(consent("purposes"), words.purposes, None, Entry::Choice(purposes.collect())),
                self.hinted(consent("document_sha256"), words.sha256, words.sha256_hint),
            ],
            signed_by: self.field(consent("signed_by"), words.signed_by, None, Entry::Marks(pairs(&signatories))),
            guardian: vec![self.choice(
                consent("signed_by/guardian"),
                words.guardian,
                words.choose,
                self.guardians(&at),
            )],
            agent: vec![
                self.line(consent("signed_by/agent/name"), words.agent_name),
                self.line(consent("signed_by/agent/id_number"), words.agent_number),
                self.hinted(consent("signed_by/agent/basis"), words.agent_basis, words.agent_basis_hint),
            ],
            sources: self.field(consent("sources"), words.sources, None, Entry::Marks(pairs(&scopes))),
            some: self.field(consent("sources/only"), words.some, None, Entry::Ticks(given.sources.clone(), chosen)),
            income: self.lines(&at, "income"),
            property: self.lines(&at, "property"),
            folded: None,
            at,
        }
    }

    /// Everybody else of the request.
    fn guardians(&self, at: &str) -> Vec<(String, String)> {
        let own = self.draft.get(&format!("{at}/ref"));
        let people = self.draft.people(true).into_iter().filter(|(name, _)| name != own);
        people.map(|(name, called)| (name.clone(), format!("{name} {called}"))).collect()
    }

    fn who(&self, at: &str) -> Vec<Field> {
        let words = self.words;
        let name = |of: &str| format!("{at}/{of}");
        let relation = |code: &&str| {
            ((*code).to_owned(), format!("{code} {}", text::relation(&Relation((*code).into()), self.lang)))
        };
        let mut relations: Vec<_> = RELATIONS.iter().map(relation).collect();
        let typed = self.draft.get(&name("relation"));
        if !typed.is_empty() && !RELATIONS.contains(&typed) {
            relations.push((typed.to_owned(), typed.to_owned()));
        }
        let kinds = self.coded(IdKind::ALL, IdKind::as_str, text::id_kind);
        vec![
            self.line(name("name"), words.name),
            Field {
                hint: Some(words.relation_hint),
                ..self.choice(name("relation"), words.relation, words.choose, relations)
            },
            self.field(name("id_kind"), words.id_kind, None, Entry::Choice(kinds)),
            self.hinted(name("id_number"), words.id_number, words.id_number_hint),
        ]
    }

    fn state(&self, at: &str) -> Vec<Field> {
        let words = self.words;
        let name = |of: &str| format!("{at}/{of}");
        let work = pairs(&[("yes", words.can), ("no", words.cannot)]);
        let absences = self.coded(Absence::ALL, Absence::as_str, absence);
        vec![
            self.hinted(name("former_names"), words.former_names, words.former_names_hint),
            self.line(name("phone"), words.phone),
            self.choice(name("can_work"), words.can_work, words.not_stated, work),
            self.hinted(name("self_care_lost"), words.self_care, words.self_care_hint),
            self.choice(name("absence"), words.absence, words.not_stated, absences),
        ]
    }

    fn duty(&self, at: &str) -> Vec<Field> {
        let words = self.words;
        let name = |of: &str| format!("{at}/{of}");
        let members = self.draft.people(false).into_iter().enumerate();
        let members = members.map(|(place, (name, called))| (name, person(words.member, place + 1, &called)));
        vec![
            self.choice(name("obliged_to"), words.obliged_to, words.choose, members.collect()),
            self.hinted(name("basis"), words.obliged_basis, words.obliged_basis_hint),
            self.line(name("agreed_monthly_yuan"), words.agreed),
            self.line(name("household_size"), words.household_size),
            self.line(name("supports"), words.supports),
        ]
    }

    fn lines(&self, at: &str, kind: &str) -> Vec<Line> {
        let words = self.words;
        let list = format!("{at}/declared/{kind}");
        let line = |place: usize| {
            let at = format!("{list}/{place}");
            let name = |of: &str| format!("{at}/{of}");
            let fields = if kind == "income" {
                let classes = self.coded(IncomeClass::ALL, IncomeClass::as_str, text::income_class);
                vec![
                    self.choice(name("class"), words.class, words.choose, classes),
                    self.line(name("annual_yuan"), words.annual),
                    self.field(name("informal"), words.informal, None, Entry::Tick),
                ]
            } else {
                let classes = self.coded(PropertyClass::ALL, PropertyClass::as_str, text::property_class);
                vec![
                    self.choice(name("class"), words.class, words.choose, classes),
                    self.line(name("value_yuan"), words.value),
                    self.line(name("count"), words.count),
                ]
            };
            Line { number: place + 1, fields, at }
        };
        (0..self.draft.count(&list)).map(line).collect()
    }
}
