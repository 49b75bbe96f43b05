//! Whether a signed-in caller may do something. A refusal stands in the audit log before the caller hears of it.

use crate::auth::{Caller, Permission};
use crate::verification::{VerificationError, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn};

/// The caller, if a role grants the permission; 403 otherwise.
pub(super) async fn permit(verifier: &Verifier, caller: SignedIn, permission: Permission) -> Result<Caller, Problem> {
    if caller.0.may(permission) {
        return Ok(caller.0);
    }
    let problem = Problem::new(ProblemKind::Forbidden);
    let problem = problem
        .with_detail("您的角色或令牌的范围不允许此操作", "your role, or your token's scope, does not allow this");
    Err(refuse(verifier, &caller.0, "role", problem).await)
}

/// Enters a refusal, then gives back the problem; another one when the log cannot be written.
pub(super) async fn refuse(verifier: &Verifier, caller: &Caller, why: &'static str, problem: Problem) -> Problem {
    match verifier.refuse(caller, why).await {
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
