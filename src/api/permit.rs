//! Whether a signed-in caller may do something. A refusal stands in the audit log before the caller hears of it.

use crate::auth::{Caller, Permission};
use crate::config::Disclosure;
use crate::verification::{VerificationError, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn};

/// The caller, if a role grants the permission; 403 otherwise.
pub(super) async fn permit(verifier: &Verifier, caller: SignedIn, permission: Permission) -> Result<Caller, Problem> {
    if caller.0.may(permission) {
        return Ok(caller.0.acting(permission));
    }
    let problem = Problem::new(ProblemKind::Forbidden);
    let problem = problem
        .with_detail("您的角色或令牌的范围不允许此操作", "your role, or your token's scope, does not allow this");
    Err(told(verifier.deny_role(&caller.0).await, problem))
}

/// The caller at a level of disclosure, its own unless another is asked for; 403 where less is granted.
pub(super) async fn at_level(
    verifier: &Verifier,
    caller: Caller,
    level: Option<Disclosure>,
) -> Result<Caller, Problem> {
    let level = level.unwrap_or(caller.disclosure);
    if let Some(caller) = caller.clone().at(level) {
        return Ok(caller);
    }
    let (asked, granted) = (level.as_str(), caller.disclosure.as_str());
    let problem = Problem::new(ProblemKind::Forbidden).with_detail(
        format!("需要披露层级 {asked}，您的层级为 {granted}（由安全管理员在 clients.toml 中授予）"),
        format!("this takes the disclosure level {asked}; yours is {granted} (granted in clients.toml by the security administrator)"),
    );
    Err(refuse(verifier, &caller, "level", problem).await)
}

/// A level by its word.
pub(super) fn level(word: Option<&str>) -> Result<Option<Disclosure>, Problem> {
    let Some(word) = word else { return Ok(None) };
    let known = "conclusion, amounts, full";
    Disclosure::parse(word).map(Some).ok_or_else(|| {
        Problem::new(ProblemKind::InvalidRequest)
            .with_detail(format!("level 应为 {known}"), format!("level is {known}"))
    })
}

/// Enters a refusal, then gives back the problem; another one when the log cannot be written.
pub(super) async fn refuse(verifier: &Verifier, caller: &Caller, why: &'static str, problem: Problem) -> Problem {
    told(verifier.refuse(caller, why).await, problem)
}

/// The problem once its entry stands.
pub(super) fn told(entered: Result<(), VerificationError>, problem: Problem) -> Problem {
    match entered {
        Ok(()) => problem,
        Err(VerificationError::Audit(_)) => {
            closed("审计日志无法写入，服务暂停", "the audit log cannot be written: nothing is done")
        }
        Err(error) => Problem::internal(&error),
    }
}

/// The log cannot be written.
pub(super) fn closed(zh: &str, en: &str) -> Problem {
    Problem::new(ProblemKind::Unavailable).with_detail(zh, en)
}
