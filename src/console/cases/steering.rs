//! What is done with a case: signed off (签发), stopped, an authorisation taken back, its erasure asked for. Each is a page that asks first.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::held_line;
use crate::auth::{Caller, Permission};
use crate::config::Disclosure;
use crate::console::action::{self, Action};
use crate::console::forms::{Nothing, Sent};
use crate::console::parts::{Cell, Entry, Field, Summary};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::cases::CaseWords;
use crate::console::words::steering::{SteerWords, grounds};
use crate::console::words::terms;
use crate::verification::{CaseSummary, DecideError, ErasureGrounds, MOST_REASON};

/// What a page is to do with a case.
#[derive(Clone, Copy)]
enum Step {
    Issue,
    Cancel,
    Withdraw,
    Erase,
}

impl Step {
    fn needs(self) -> Permission {
        match self {
            Self::Issue => Permission::IssueReport,
            Self::Cancel | Self::Withdraw => Permission::SteerCase,
            Self::Erase => Permission::AskErasure,
        }
    }

    /// The page, as refusals name it.
    fn page(self) -> &'static str {
        match self {
            Self::Issue => "/cases/{id}/issue",
            Self::Cancel => "/cases/{id}/cancel",
            Self::Withdraw => "/cases/{id}/withdraw",
            Self::Erase => "/cases/{id}/erase",
        }
    }
}

/// The page that asks, with its fields as they were filled in.
struct Asking<'a> {
    user: &'a ConsoleUser,
    case: CaseSummary,
    step: Step,
}

impl<'a> Asking<'a> {
    /// For whoever may do it, and sees the case.
    async fn of(console: &Console, user: &'a ConsoleUser, id: &str, step: Step) -> Result<(Self, Caller), Response> {
        let caller = user.permit(console, step.needs(), step.page()).await?;
        let standing = console.0.verifier.standing(&caller, id).await;
        let (case, _) = standing.map_err(|error| user.frame.failed(&error))?;
        Ok((Self { user, case, step }, caller))
    }

    fn page(&self, fields: Vec<Field>) -> Response {
        let lang = self.user.frame.lang;
        let (cases, words) = (CaseWords::of(lang), SteerWords::of(lang));
        let (title, button, what_happens) = match self.step {
            Step::Issue => {
                let held = (self.case.reviews_open > 0).then_some(words.issue_held);
                let told = held.into_iter().chain([words.issue_1, words.issue_2]).collect();
                (words.issue, words.issue_go, told)
            }
            Step::Cancel => (words.cancel, words.cancel_go, vec![words.cancel_1]),
            Step::Withdraw => (words.withdraw, words.withdraw_go, vec![words.withdraw_1, words.withdraw_2]),
            Step::Erase => (words.erase, words.erase_go, vec![words.erase_1, words.erase_2]),
        };
        let mut lines = vec![
            (cases.purpose, Cell::Text(terms::purpose(&self.case.purpose, lang))),
            (cases.number, Cell::Whole(self.case.number.clone())),
        ];
        if let Step::Issue = self.step {
            lines.push((cases.version, Cell::Whole(self.case.version.to_string())));
            lines.extend(held_line(&self.case, &self.user.caller, cases));
        }
        let frame = &self.user.frame;
        let back = format!("/cases/{}", self.case.id);
        let destroys = matches!(self.step, Step::Erase | Step::Withdraw);
        let about = Some(Summary { lines });
        Action { frame, title, about, what_happens, fields, button, destroys, back }.page()
    }

    /// Back to the case, with a word that it was done; or the page that says why not.
    async fn ended<T>(&self, console: &Console, caller: &Caller, done: Result<T, DecideError>, word: &str) -> Response {
        match done {
            Ok(_) => action::done(&format!("/cases/{}", self.case.id), word),
            Err(error) => self.user.could_not(console, caller, error).await,
        }
    }
}

/// Whether somebody may sign off: a supervisor who is shown the whole report.
async fn signs_off(console: &Console, user: &ConsoleUser, caller: Caller) -> Result<Caller, Response> {
    user.permit(console, Permission::OpenReport, Step::Issue.page()).await?;
    match caller.clone().at(Disclosure::Full) {
        Some(caller) => Ok(caller),
        None => Err(user.could_not(console, &caller, DecideError::Undisclosed).await),
    }
}

pub(in crate::console) async fn ask_issue(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let asked = async {
        let (asking, caller) = Asking::of(&console, &user, &id, Step::Issue).await?;
        signs_off(&console, &user, caller).await?;
        let version = Field { value: asking.case.version.to_string(), entry: Entry::Hidden, ..version(&user) };
        Ok(asking.page(vec![version]))
    };
    asked.await.unwrap_or_else(|refused: Response| refused)
}

fn version(user: &ConsoleUser) -> Field {
    Field::line(user.frame.words, "version", "")
}

#[derive(Deserialize)]
pub(in crate::console) struct IssueForm {
    version: u32,
}

pub(in crate::console) async fn issue(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<IssueForm>,
) -> Response {
    let Sent { user, fields } = sent;
    let done = async {
        let (asking, caller) = Asking::of(&console, &user, &id, Step::Issue).await?;
        let caller = signs_off(&console, &user, caller).await?;
        let issued = console.0.verifier.issue(&caller, &id, fields.version).await;
        Ok(asking.ended(&console, &caller, issued, "issued").await)
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn ask_cancel(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let asked = async {
        let (asking, _) = Asking::of(&console, &user, &id, Step::Cancel).await?;
        Ok(asking.page(Vec::new()))
    };
    asked.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn cancel(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<Nothing>,
) -> Response {
    let done = async {
        let (asking, caller) = Asking::of(&console, &sent.user, &id, Step::Cancel).await?;
        let cancelled = console.0.verifier.cancel(&caller, &id).await;
        Ok(asking.ended(&console, &caller, cancelled, "cancelled").await)
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}

#[derive(Default, Deserialize)]
pub(in crate::console) struct WithdrawalForm {
    #[serde(default)]
    member: String,
    #[serde(default)]
    reason: String,
}

/// Whose authorisation, of those the case was asked about, and why.
async fn withdrawal_fields(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    id: &str,
    sent: &WithdrawalForm,
    shows_faults: bool,
) -> Result<Vec<Field>, Response> {
    let words = SteerWords::of(user.frame.lang);
    let status = console.0.verifier.status(caller, id).await.map_err(|error| user.frame.failed(&error))?;
    let mut people: Vec<_> = status.cells.into_iter().map(|cell| cell.member).collect();
    people.sort();
    people.dedup();
    let known = people.contains(&sent.member);
    let inside = console.0.verifier.inside(caller, id).await.map_err(|error| user.frame.failed(&error))?;
    let named = inside.unwrap_or_default().people;
    let called = |reference: String| {
        let person = named.iter().find(|person| person.reference == reference);
        let name = person.map_or_else(|| reference.clone(), |person| person.name.expose().to_owned());
        (reference, name)
    };
    let reason = sent.reason.trim().chars().count();
    Ok(vec![
        Field {
            hint: Some(words.member_hint),
            value: sent.member.clone(),
            entry: Entry::Marks(people.into_iter().map(called).collect()),
            error: (shows_faults && !known).then_some(words.member_missing.into()),
            ..Field::line(user.frame.words, "member", words.member)
        },
        Field {
            hint: Some(words.reason_hint),
            value: sent.reason.clone(),
            entry: Entry::Area,
            error: (shows_faults && !(1..=MOST_REASON).contains(&reason)).then_some(words.reason_wrong.into()),
            ..Field::line(user.frame.words, "reason", words.reason)
        },
    ])
}

pub(in crate::console) async fn ask_withdrawal(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let asked = async {
        let (asking, caller) = Asking::of(&console, &user, &id, Step::Withdraw).await?;
        let fields = withdrawal_fields(&console, &user, &caller, &id, &WithdrawalForm::default(), false).await?;
        Ok(asking.page(fields))
    };
    asked.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn withdraw(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<WithdrawalForm>,
) -> Response {
    let Sent { user, fields: form } = sent;
    let done = async {
        let (asking, caller) = Asking::of(&console, &user, &id, Step::Withdraw).await?;
        let fields = withdrawal_fields(&console, &user, &caller, &id, &form, true).await?;
        if fields.iter().any(|field| field.error.is_some()) {
            return Ok(asking.page(fields));
        }
        let withdrawn = console.0.verifier.withdraw(&caller, &id, &form.member, form.reason.trim()).await;
        Ok(asking.ended(&console, &caller, withdrawn, "withdrawn").await)
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}

#[derive(Default, Deserialize)]
pub(in crate::console) struct ErasureForm {
    #[serde(default)]
    grounds: String,
}

fn erasure_fields(user: &ConsoleUser, form: &ErasureForm, shows_faults: bool) -> Vec<Field> {
    let lang = user.frame.lang;
    let words = SteerWords::of(lang);
    let choices = ErasureGrounds::ALL.iter();
    let choices = choices.map(|code| (code.as_str().to_owned(), grounds(*code, lang).to_owned())).collect();
    let known = ErasureGrounds::parse(&form.grounds).is_some();
    vec![Field {
        value: form.grounds.clone(),
        entry: Entry::Marks(choices),
        error: (shows_faults && !known).then_some(words.grounds_missing.into()),
        ..Field::line(user.frame.words, "grounds", words.grounds)
    }]
}

pub(in crate::console) async fn ask_erasure(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let asked = async {
        let (asking, _) = Asking::of(&console, &user, &id, Step::Erase).await?;
        Ok(asking.page(erasure_fields(&user, &ErasureForm::default(), false)))
    };
    asked.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn erase(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<ErasureForm>,
) -> Response {
    let Sent { user, fields: form } = sent;
    let done = async {
        let (asking, caller) = Asking::of(&console, &user, &id, Step::Erase).await?;
        let Some(grounds) = ErasureGrounds::parse(&form.grounds) else {
            return Ok(asking.page(erasure_fields(&user, &form, true)));
        };
        let asked = console.0.verifier.ask_erasure(&caller, &id, grounds).await;
        Ok(asking.ended(&console, &caller, asked, "erasure_asked").await)
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}
