//! The pages that ask before somebody agrees, refuses, or asks again.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::Refusal;
use crate::auth::{Caller, Permission};
use crate::console::action::{self, Action};
use crate::console::forms::{Nothing, Sent};
use crate::console::parts::{Entry, Field};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::approvals::{ApprovalWords, asked};
use crate::store::ApprovalKind;
use crate::verification::{ApprovalDetail, DecideError, MOST_REASON};

/// The approval that a page is about, opened.
struct Asking<'a> {
    user: &'a ConsoleUser,
    caller: Caller,
    detail: ApprovalDetail,
    /// Of the reports of its case.
    number: String,
}

impl<'a> Asking<'a> {
    async fn of(
        console: &Console,
        user: &'a ConsoleUser,
        id: &str,
        (needs, page): (Permission, &str),
    ) -> Result<Self, Response> {
        let caller = user.permit(console, needs, page).await?;
        let detail = match console.0.verifier.approval(&caller, id).await {
            Ok(detail) => detail,
            Err(error) => return Err(user.could_not(console, &caller, error).await),
        };
        let number = user.number_of(console, &detail.summary.case).await?;
        Ok(Self { user, caller, detail, number })
    }

    fn page(
        &self,
        (title, button): (&'static str, &'static str),
        what_happens: Vec<&'static str>,
        fields: Vec<Field>,
        destroys: bool,
    ) -> Response {
        let (frame, lang) = (&self.user.frame, self.user.frame.lang);
        let words = ApprovalWords::of(lang);
        let about = Some(super::summary(&self.user.caller, &self.detail, self.number.clone(), words, lang));
        let back = format!("/approvals/{}", self.detail.summary.id);
        Action { frame, title, about, what_happens, fields, button, destroys, back }.page()
    }

    async fn could_not(&self, console: &Console, error: DecideError) -> Response {
        self.user.could_not(console, &self.caller, error).await
    }
}

const AGREE: (Permission, &str) = (Permission::SecondHand, "/approvals/{approval}/agree");
const REFUSE: (Permission, &str) = (Permission::ReadApprovals, "/approvals/{approval}/refuse");
const AGAIN: (Permission, &str) = (Permission::SteerCase, "/approvals/{approval}/ask-again");

pub(in crate::console) async fn ask_agree(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let page = async {
        let asking = Asking::of(&console, &user, &id, AGREE).await?;
        let (lang, kind) = (user.frame.lang, asking.detail.summary.kind);
        let words = ApprovalWords::of(lang);
        let destroys = matches!(kind, ApprovalKind::Erasure | ApprovalKind::Destruction);
        Ok(asking.page((words.agree_title, words.agree_go), vec![asked(kind, lang)], Vec::new(), destroys))
    };
    page.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn agree(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<Nothing>,
) -> Response {
    let user = &sent.user;
    let done = async {
        let caller = user.permit(&console, AGREE.0, AGREE.1).await?;
        match console.0.verifier.agree(&caller, &id).await {
            // Of an erased case nothing is opened any more, what was asked about it neither.
            Ok(settled) if settled.kind == ApprovalKind::Erasure => {
                Ok(action::done(&format!("/cases/{}", settled.case), "erased"))
            }
            Ok(settled) => {
                let destroyed = settled.kind == ApprovalKind::Destruction && settled.status == "agreed";
                let word = if destroyed { "destroyed" } else { "agreed" };
                Ok(action::done(&format!("/approvals/{id}"), word))
            }
            Err(error) => Err(user.could_not(&console, &caller, error).await),
        }
    };
    done.await.unwrap_or_else(|refused| refused)
}

#[derive(Default, Deserialize)]
pub(in crate::console) struct RefusalForm {
    #[serde(default)]
    reason: String,
}

impl Asking<'_> {
    /// The page that asks before a refusal, with its reason as it was filled in.
    fn refusal(&self, form: &RefusalForm, shows_faults: bool) -> Response {
        let frame = &self.user.frame;
        let words = ApprovalWords::of(frame.lang);
        let destruction = self.detail.summary.kind == ApprovalKind::Destruction;
        let (title, about, asks) = match Refusal::of(&self.user.caller, &self.detail.summary) {
            Some(Refusal::TakeBack) => ((words.take_back_title, words.take_back_go), words.take_back_1, false),
            Some(Refusal::End) => ((words.end_title, words.end_go), words.end_1, false),
            _ if destruction => ((words.refuse_title, words.refuse_go), words.refuse_destruction, true),
            _ => ((words.refuse_title, words.refuse_go), words.refuse_1, true),
        };
        let reason = Field {
            hint: Some(if destruction { words.why_hint } else { words.why_optional }),
            value: form.reason.clone(),
            entry: Entry::Area,
            error: (shows_faults && !self.fits(form)).then_some(words.why_wrong.into()),
            ..Field::line(frame.words, "reason", words.why)
        };
        self.page(title, vec![about], if asks { vec![reason] } else { Vec::new() }, false)
    }

    /// A destruction is refused for a reason, the rest with one or none.
    fn fits(&self, form: &RefusalForm) -> bool {
        let least = usize::from(self.detail.summary.kind == ApprovalKind::Destruction);
        (least..=MOST_REASON).contains(&form.reason.trim().chars().count())
    }
}

pub(in crate::console) async fn ask_refuse(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let page = async {
        let asking = Asking::of(&console, &user, &id, REFUSE).await?;
        Ok(asking.refusal(&RefusalForm::default(), false))
    };
    page.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn refuse(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<RefusalForm>,
) -> Response {
    let Sent { user, fields: form } = sent;
    let done = async {
        let asking = Asking::of(&console, &user, &id, REFUSE).await?;
        if !asking.fits(&form) {
            return Ok(asking.refusal(&form, true));
        }
        let word = match Refusal::of(&user.caller, &asking.detail.summary) {
            Some(Refusal::TakeBack) => "taken_back",
            Some(Refusal::End) => "ended",
            _ => "refused",
        };
        let reason = Some(form.reason.trim()).filter(|reason| !reason.is_empty());
        match console.0.verifier.refuse_approval(&asking.caller, &id, reason).await {
            Ok(_) => Ok(action::done(&format!("/approvals/{id}"), word)),
            Err(error) => Err(asking.could_not(&console, error).await),
        }
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn ask_ask_again(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let page = async {
        let asking = Asking::of(&console, &user, &id, AGAIN).await?;
        let words = ApprovalWords::of(user.frame.lang);
        Ok(asking.page((words.again_title, words.again_go), vec![words.again_1], Vec::new(), true))
    };
    page.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn ask_again(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<Nothing>,
) -> Response {
    let user = &sent.user;
    let done = async {
        let caller = user.permit(&console, AGAIN.0, AGAIN.1).await?;
        match console.0.verifier.ask_again(&caller, &id).await {
            Ok(asked) => Ok(action::done(&format!("/approvals/{}", asked.approval), "asked")),
            Err(error) => Err(user.could_not(&console, &caller, error).await),
        }
    };
    done.await.unwrap_or_else(|refused| refused)
}
