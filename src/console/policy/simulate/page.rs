//! The page: what came of a trial, and the form, with what is wrong with it at its fields.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::civil::Date;

use super::super::{basis_tag, value};
use super::form::{Faults, Form};
use super::result::Found;
use crate::console::frame::Frame;
use crate::console::parts::{Banner, Cell, Column, Entry, Errors, Field, Table};
use crate::console::path::address;
use crate::console::state::Console;
use crate::console::words::policy::{PolicyWords, group};
use crate::console::words::simulate::{SimulateWords, at};
use crate::household::Region;
use crate::policy::pack::{KeySpec, figures};
use crate::policy::{Pack, PackInfo};

/// Groups of parameters that change no outcome and no amount.
const NO_BEARING: &[&str] = &["review", "alert", "notice", "lead", "referral", "declared"];
/// What is asked first: it stands open.
const FIRST: &str = "standard";

#[derive(Template)]
#[template(path = "console/policy_simulate.html")]
struct SimulatePage<'a> {
    frame: &'a Frame,
    words: &'static SimulateWords,
    rules: &'static str,
    errors: Errors,
    banner: Option<Banner>,
    found: Option<Found>,
    choose: [Field; 2],
    /// Nothing is asked while there is no county.
    groups: Vec<Group>,
    figures_wrong: Vec<String>,
    pack: Field,
    on: Field,
    households: Field,
    seed: Field,
}

impl SimulatePage<'_> {
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

/// Parameters that belong together.
struct Group {
    heading: String,
    open: bool,
    table: Table,
}

/// A page that asks what to try.
pub(super) struct Ask<'a> {
    pub(super) console: &'a Console,
    pub(super) frame: &'a Frame,
    pub(super) counties: &'a [PackInfo],
    pub(super) form: &'a Form,
}

impl Ask<'_> {
    /// The form, with what is wrong with county or day.
    pub(super) fn page(&self) -> Response {
        let words = SimulateWords::of(self.frame.lang);
        let day = PolicyWords::of(self.frame.lang);
        let known = self.counties.iter().any(|county| county.region == self.form.region);
        let fault = match self.day() {
            _ if self.counties.is_empty() => None,
            _ if !known => Some(("region", words.county_wrong)),
            None => Some(("as_of", day.date_wrong)),
            Some(day_chosen) if self.pack(day_chosen).is_none() => Some(("as_of", day.date_not_covered)),
            Some(_) => None,
        };
        let faults = fault.into_iter().map(|(name, wrong)| (name.to_owned(), wrong.to_owned())).collect();
        self.shown(&faults, None, None)
    }

    /// The form, with what is wrong with it.
    pub(super) fn wrong(&self, faults: Faults) -> Response {
        self.shown(&faults, None, None)
    }

    /// The form as it was sent: somebody else's trial is running.
    pub(super) fn busy(&self) -> Response {
        let words = SimulateWords::of(self.frame.lang);
        let banner = Banner {
            label: self.frame.words.important,
            heading: words.busy,
            text: words.busy_about.to_owned(),
            done: false,
        };
        let mut response = self.shown(&Faults::new(), Some(banner), None);
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        response
    }

    /// What came of it, and the form again.
    pub(super) fn found(&self, found: Found) -> Response {
        self.shown(&Faults::new(), None, Some(found))
    }

    /// The day that was chosen, today unless one was; none of what is no day.
    fn day(&self) -> Option<Date> {
        match self.form.as_of.as_str() {
            "" => Some(self.console.0.verifier.today()),
            text => text.parse().ok(),
        }
    }

    /// The rules of the county that was chosen, on a day.
    fn pack(&self, day: Date) -> Option<Arc<Pack>> {
        let county = self.counties.iter().find(|county| county.region == self.form.region)?;
        self.console.0.verifier.packs().resolve(&Region(county.region.clone()), day).ok()
    }

    /// The rules that are listed: those of the day that was chosen, or today's where it has none, so that what was filled in stands somewhere.
    fn listed(&self) -> Option<Arc<Pack>> {
        self.day().and_then(|day| self.pack(day)).or_else(|| self.pack(self.console.0.verifier.today()))
    }

    fn shown(&self, faults: &Faults, banner: Option<Banner>, found: Option<Found>) -> Response {
        let Self { frame, form, .. } = self;
        let lang = frame.lang;
        let words = SimulateWords::of(lang);
        let wrong = |name: &str| faults.iter().find(|(own, _)| own == name).map(|(_, text)| text.clone().into());
        let line = |name: &'static str, label: &'static str, value: &str| Field {
            value: value.to_owned(),
            error: wrong(name),
            ..Field::line(frame.words, name, label)
        };
        let counties = self.counties.iter().map(|county| {
            let name = lang.pick(&county.name_zh, &county.name_en);
            (county.region.clone(), format!("{name} {}", county.region))
        });
        let marks = [("kept", words.kept), ("made_up", words.made_up)];
        let page = SimulatePage {
            frame,
            words,
            rules: PolicyWords::of(lang).title,
            errors: Errors { words: frame.words, faults: faults.clone() },
            banner,
            choose: [
                Field { entry: Entry::Choice(counties.collect()), ..line("region", words.county, &form.region) },
                Field { entry: Entry::Day, hint: Some(words.as_of_hint), ..line("as_of", words.as_of, &form.as_of) },
            ],
            groups: self.listed().map(|pack| self.groups(&pack, faults)).unwrap_or_default(),
            figures_wrong: faults.iter().filter(|(name, _)| name == "figures").map(|(_, text)| text.clone()).collect(),
            pack: Field {
                entry: Entry::Area,
                hint: Some(words.pack_hint),
                ..line("pack", words.pack_label, &form.pack)
            },
            on: Field {
                entry: Entry::Marks(marks.map(|(code, text)| (code.to_owned(), text.to_owned())).into()),
                ..line("on", words.on, &form.on)
            },
            households: Field {
                hint: Some(words.households_hint),
                ..line("households", words.households, &form.households)
            },
            seed: Field { hint: Some(words.seed_hint), ..line("seed", words.seed, &form.seed) },
            found,
        };
        let good = faults.is_empty();
        frame.page(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
    }

    /// The county's figures, each with a field beside it.
    fn groups(&self, pack: &Pack, faults: &Faults) -> Vec<Group> {
        let group_of = |spec: &KeySpec| spec.key.split('.').next().unwrap_or_default();
        let mut groups: Vec<(&str, Vec<&'static KeySpec>)> = Vec::new();
        for spec in figures().filter(|spec| !NO_BEARING.contains(&group_of(spec))) {
            match groups.iter_mut().find(|(own, _)| *own == group_of(spec)) {
                Some((_, specs)) => specs.push(spec),
                None => groups.push((group_of(spec), vec![spec])),
            }
        }
        let made = |(code, specs): (&str, Vec<&'static KeySpec>)| {
            let touched = |spec: &&KeySpec| {
                self.form.figures.iter().any(|(own, _)| own.key == spec.key)
                    || faults.iter().any(|(name, _)| name == spec.key)
            };
            Group {
                heading: group(code, self.frame.lang).to_owned(),
                open: code == FIRST || specs.iter().any(touched),
                table: self.table(&specs, pack, faults),
            }
        };
        groups.into_iter().map(made).collect()
    }

    fn table(&self, specs: &[&'static KeySpec], pack: &Pack, faults: &Faults) -> Table {
        let lang = self.frame.lang;
        let words = SimulateWords::of(lang);
        Table {
            caption: words.figures,
            columns: vec![
                Column::text(words.rule),
                Column::text(words.value),
                Column::text(words.basis),
                Column::text(words.tried),
            ],
            rows: specs.iter().map(|spec| self.row(spec, pack, faults, words)).collect(),
            nothing: words.nothing,
            wide: false,
        }
    }

    fn row(&self, spec: &'static KeySpec, pack: &Pack, faults: &Faults, words: &'static SimulateWords) -> Vec<Cell> {
        let lang = self.frame.lang;
        let name = lang.pick(spec.zh, spec.en);
        let day = pack.as_of().to_string();
        let path = format!("/policy/{}", pack.region());
        let now = pack.explain(spec.key).and_then(|rule| rule.in_force);
        let (shown, basis) = match now {
            Some(now) => {
                let law = now.law.map(|law| law.to_string()).or(now.note).unwrap_or_default();
                (value(&now.value, spec.unit, lang), Cell::Stated(basis_tag(now.basis, lang), law))
            }
            None => (words.nothing.to_owned(), Cell::Text("–".to_owned())),
        };
        let written = self.form.figures.iter().find(|(own, _)| own.key == spec.key);
        let field = Field {
            label: at(name, words.tried, lang).into(),
            value: written.map(|(_, text)| text.clone()).unwrap_or_default(),
            error: faults.iter().find(|(own, _)| own == spec.key).map(|(_, text)| text.clone().into()),
            ..Field::line(self.frame.words, spec.key, "")
        };
        vec![
            Cell::NamedLink {
                text: name.to_owned(),
                id: spec.key.to_owned(),
                href: address(&path, [("as_of", day.as_str()), ("rule", spec.key)]),
            },
            Cell::Text(shown),
            basis,
            Cell::Entry(Box::new(field)),
        ]
    }
}
