//! What calls that decide something have in common: their bodies, and the problems that a decision becomes.

use axum::body::Body;
use axum::extract::Request;
use serde::de::DeserializeOwned;

use super::body::{read_json, whole};
use super::permit::{closed, refuse};
use crate::auth::Caller;
use crate::verification::{DecideError, Verifier};
use crate::web::{Problem, ProblemKind};

/// The body of a call, or its refusal, which stands in the log. `form` says in Chinese and in English what it should be.
pub(super) async fn read<T: DeserializeOwned>(
    verifier: &Verifier,
    caller: &Caller,
    request: Request<Body>,
    form: [&str; 2],
) -> Result<T, Problem> {
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(verifier, caller, why, problem).await),
    };
    if let Ok(read) = serde_json::from_slice(&body) {
        return Ok(read);
    }
    Err(invalid(verifier, caller, form).await)
}

/// The refusal of a body that is not what it should be.
pub(super) async fn invalid(verifier: &Verifier, caller: &Caller, form: [&str; 2]) -> Problem {
    let (zh, en) = (format!("请求应为：{}", form[0]), format!("the body is {}", form[1]));
    let problem = whole(ProblemKind::InvalidRequest, "form", [&zh, &en], ["按此格式重发", "send it in this form"]);
    refuse(verifier, caller, "invalid", problem).await
}

/// Nobody can open it any more.
pub(super) fn erased() -> Problem {
    Problem::new(ProblemKind::Gone)
        .with_detail("数据密钥已销毁，内容不可恢复", "its data keys were destroyed: nobody can open it any more")
}

/// Whoever asks stands apart; that they asked stands in the log already.
pub(super) fn barred() -> Problem {
    Problem::new(ProblemKind::Forbidden)
        .with_detail("回避：所涉为您本人或已登记的亲属", "recusal: this is about you or a registered relative")
}

/// A text of 1 to `most` characters, trimmed.
pub(super) fn words(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    (1..=most).contains(&text.chars().count()).then(|| text.to_owned())
}

/// The problem that a decision becomes which does not stand. What was refused for who asks stands in the log.
pub(super) async fn problem(verifier: &Verifier, caller: &Caller, error: DecideError) -> Problem {
    let conflict = |zh: &str, en: &str| Problem::new(ProblemKind::Conflict).with_detail(zh, en);
    let forbidden = |zh: &str, en: &str| Problem::new(ProblemKind::Forbidden).with_detail(zh, en);
    match error {
        DecideError::NotFound => Problem::new(ProblemKind::NotFound),
        DecideError::Barred => barred(),
        DecideError::NoVersion => conflict("尚无报告版本", "there is no version of a report yet"),
        DecideError::Moved => conflict(
            "该版本不是最新的最终版本：请重新查看后再决定",
            "this version is not the latest final one: look at the case again, then decide",
        ),
        DecideError::State(state) => conflict(
            &format!("案件当前状态（{state}）不允许此操作"),
            &format!("the case is {state}: this cannot be done with it now"),
        ),
        DecideError::AlreadyAsked => conflict(
            "已提交，正等待第二人复核：见 /v1/approvals",
            "it waits for a second person already: see /v1/approvals",
        ),
        DecideError::NotOpen => conflict("已处理或已过期", "it is decided, or has lapsed"),
        DecideError::AlreadyIssued => conflict("该版本已签发", "this version was issued before"),
        DecideError::NothingToHear => {
            conflict("与上次核对相比没有变化，无须听取说明", "nothing changed that the family could be heard about")
        }
        DecideError::NothingToWithdraw => {
            conflict("此人没有可撤回的授权", "this person has no authorisation that could be taken back")
        }
        DecideError::SamePerson => {
            let problem = forbidden(
                "须由另一人办理：经办人、提出人、被登记人本人不得自行办理",
                "another person must do this: whoever sent, decided, asked or is registered may not be that one",
            );
            refuse(verifier, caller, "same_person", problem).await
        }
        DecideError::NotAPerson => {
            let problem = forbidden(
                "须由工作人员本人办理：业务系统账号不计入双人复核",
                "a person must do this: a system's account is neither of the two that are needed",
            );
            refuse(verifier, caller, "no_person", problem).await
        }
        DecideError::OtherRole => {
            let problem = forbidden("须由其他角色办理", "another role must do this");
            refuse(verifier, caller, "role", problem).await
        }
        DecideError::Undisclosed => {
            let problem = forbidden(
                "内容涉及报告全文：需要 report:read 和披露层级 full",
                "it tells what the whole report says: this takes the scope report:read and the disclosure level full",
            );
            refuse(verifier, caller, "level", problem).await
        }
        DecideError::StillInFile => conflict(
            "所在批次文件尚未处理完：批次结束后再删除",
            "the file it came in is still being worked on: erase it when the batch has ended",
        ),
        DecideError::Faults(faults) => {
            refuse(verifier, caller, "invalid", Problem::new(ProblemKind::InvalidRequest).with_faults(faults)).await
        }
        DecideError::Erased => erased(),
        DecideError::Closed => {
            closed("审计日志无法写入，未作任何更改", "the audit log cannot be written: nothing was done")
        }
        DecideError::Inside(error) => Problem::internal(error.as_ref()),
    }
}
