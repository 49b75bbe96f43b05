//! The page on which an auditor asks to open a case's reports.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use crate::auth::Permission;
use crate::console::action::{self, Action};
use crate::console::forms::Sent;
use crate::console::parts::{Entry, Field};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::approvals::{ApprovalWords, inspection_grounds};
use crate::identity::holds_personal_number;
use crate::verification::{Grounds, InspectionTerms, MOST_HOURS, is_report_number};

/// Most characters of a document's number.
const MOST_DOCUMENT: usize = 64;
/// Hours that the form begins with.
const HOURS: &str = "24";
const PAGE: &str = "/inspections/new";

#[derive(Default, Deserialize)]
pub(in crate::console) struct InspectionForm {
    #[serde(default)]
    case: String,
    #[serde(default)]
    grounds: String,
    #[serde(default)]
    document: String,
    #[serde(default)]
    hours: String,
}

impl InspectionForm {
    /// What is asked for, if all of it can be.
    fn terms(&self) -> Option<InspectionTerms> {
        let document = self.document.trim();
        let fits = (1..=MOST_DOCUMENT).contains(&document.chars().count()) && !holds_personal_number(document);
        let terms = InspectionTerms {
            case: self.named_case()?.to_owned(),
            grounds: Grounds::parse(&self.grounds)?,
            document: document.to_owned(),
            hours: self.hours.trim().parse().ok().filter(|hours| (1..=MOST_HOURS).contains(hours))?,
        };
        fits.then_some(terms)
    }

    /// The id of a case, or the number of its reports.
    fn named_case(&self) -> Option<&str> {
        Some(self.case.trim()).filter(|case| Uuid::parse_str(case).is_ok() || is_report_number(case))
    }

    fn page(&self, user: &ConsoleUser, shows_faults: bool) -> Response {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = ApprovalWords::of(lang);
        let fault = |wrong: bool, text: &'static str| (shows_faults && wrong).then_some(text.into());
        let document = self.document.trim();
        let document_fits = (1..=MOST_DOCUMENT).contains(&document.chars().count()) && !holds_personal_number(document);
        let hours = self.hours.trim().parse::<u32>().is_ok_and(|hours| (1..=MOST_HOURS).contains(&hours));
        let choice = |grounds: &Grounds| (grounds.as_str().to_owned(), inspection_grounds(*grounds, lang).to_owned());
        let fields = vec![
            Field {
                hint: Some(words.case_hint),
                value: self.case.clone(),
                error: fault(self.named_case().is_none(), words.case_wrong),
                ..Field::line(frame.words, "case", words.case)
            },
            Field {
                value: self.grounds.clone(),
                entry: Entry::Marks(Grounds::ALL.iter().map(choice).collect()),
                error: fault(Grounds::parse(&self.grounds).is_none(), words.grounds_missing),
                ..Field::line(frame.words, "grounds", words.grounds)
            },
            Field {
                hint: Some(words.document_hint),
                value: self.document.clone(),
                error: fault(!document_fits, words.document_wrong),
                ..Field::line(frame.words, "document", words.document)
            },
            Field {
                hint: Some(words.hours_hint),
                value: self.hours.clone(),
                error: fault(!hours, words.hours_wrong),
                ..Field::line(frame.words, "hours", words.hours)
            },
        ];
        let what_happens = vec![words.inspect_1];
        let (title, button, back) = (words.inspect, words.inspect_go, "/approvals".to_owned());
        Action { frame, title, about: None, what_happens, fields, button, destroys: false, back }.page()
    }
}

pub(in crate::console) async fn ask_inspection(State(console): State<Console>, user: ConsoleUser) -> Response {
    match user.permit(&console, Permission::Inspect, PAGE).await {
        Ok(_) => InspectionForm { hours: HOURS.to_owned(), ..InspectionForm::default() }.page(&user, false),
        Err(refused) => refused,
    }
}

pub(in crate::console) async fn inspect(State(console): State<Console>, sent: Sent<InspectionForm>) -> Response {
    let Sent { user, fields: form } = sent;
    let done = async {
        let caller = user.permit(&console, Permission::Inspect, PAGE).await?;
        let Some(terms) = form.terms() else { return Ok(form.page(&user, true)) };
        match console.0.verifier.ask_inspection(&caller, &terms).await {
            Ok(asked) => Ok(action::done(&format!("/approvals/{}", asked.approval), "asked")),
            Err(error) => Err(user.could_not(&console, &caller, error).await),
        }
    };
    done.await.unwrap_or_else(|refused| refused)
}
