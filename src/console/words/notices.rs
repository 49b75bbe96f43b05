//! The pages that say why there is no other.

use crate::console::notices::Notice;
use crate::household::Lang;

page_words! {
    /// What their buttons say.
    NoticeWords {
        sign_in: "重新登录", "Sign in again";
        home: "返回首页", "Go to the home page";
    }
}

/// Heading, and what to do.
pub(in crate::console) fn notice(notice: Notice, lang: Lang) -> [&'static str; 2] {
    let words: [(&str, &str); 2] = match notice {
        Notice::NotPutUp(why) => [("不出具公示摘要", "There is no extract for the public notice"), why.words()],
        Notice::NotRegistered => [
            ("您未在本系统登记", "You are not registered here"),
            (
                "统一身份认证已确认您的身份，但您未在本系统登记，因此不能进入。此次登录已记入审计日志。请联系本单位的安全管理员办理登记。",
                "The sign-in service knows you, but you are not registered in this system, so you cannot come in. The attempt stands in \
                     the audit log. Ask your office's security administrator to register you.",
            ),
        ],
        Notice::PersonalSubject => [
            ("登录账号不能是个人号码", "You cannot sign in by a number of yours"),
            (
                "统一身份认证以身份证号码或手机号码作为您的账号标识，本系统的审计日志和名单中不得有个人号码，因此不能进入。请系统管理员\
                     将统一身份认证的 sub 改为账号标识，并按该标识登记。",
                "The sign-in service names you by an ID number or a mobile number, and no such number may stand in this system's log and \
                     lists. Ask the system administrator to have the service send an account name as `sub`, and to register you by it.",
            ),
        ],
        Notice::SessionEnded => [
            ("登录已失效", "Your session has ended"),
            (
                "您已退出、长时间未操作、登录时间已满，或登记已变更。未提交的内容没有保存。请重新登录。",
                "You signed out, did nothing for a while, were signed in for as long as is allowed, or your registration changed. What \
                     was not submitted was not kept. Sign in again.",
            ),
        ],
        Notice::ProviderUnreachable => [
            ("统一身份认证暂时无法使用", "The sign-in service cannot be reached"),
            (
                "本系统联系不上统一身份认证服务，您暂时不能登录。请稍后再试；如持续出现，请联系系统管理员。",
                "This system cannot reach the sign-in service, so nobody can sign in now. Try again in a while; if it stays like this, \
                     tell the system administrator.",
            ),
        ],
        Notice::StartAgain => [
            ("登录没有完成", "The sign-in was not completed"),
            (
                "登录须在十分钟内、在同一浏览器中完成，且每次只能使用一次。请重新开始。",
                "A sign-in has to be completed within ten minutes, in the same browser, and counts once. Start again.",
            ),
        ],
        Notice::SignInRefused => [
            ("登录被拒绝", "The sign-in was refused"),
            (
                "统一身份认证未给出可用的登录凭证，或登录已被取消。请重新登录；如持续出现，请联系系统管理员。",
                "The sign-in service gave no proof of identity that can be used, or the sign-in was cancelled. Sign in again; if it \
                     stays like this, tell the system administrator.",
            ),
        ],
        Notice::NotAllowed => [
            ("您无权进行此操作", "You may not do this"),
            (
                "您的角色不允许此操作，本次尝试已记入审计日志。如果您的工作需要，请联系安全管理员。",
                "Your role does not allow it, and that you tried stands in the audit log. If your work needs it, ask the security \
                     administrator.",
            ),
        ],
        Notice::NotFound => [
            ("找不到该页面", "Page not found"),
            (
                "请核对网址是否正确。如果是从链接进入，该页面可能已不存在，或您无权查看。",
                "Check the address. If you followed a link, the page may be gone, or you may not see it.",
            ),
        ],
        Notice::Barred => [
            ("您须回避", "You stand apart from this"),
            (
                "所涉为您本人或已登记的亲属，您不得查看或办理。本次尝试已记入审计日志。请交由其他工作人员办理。",
                "This is about you or a registered relative: you may neither see nor handle it. That you tried stands in the audit log. \
                     Leave it to a colleague.",
            ),
        ],
        Notice::NoVersion => [
            ("尚无报告", "There is no report yet"),
            (
                "各部门反馈后将自动生成报告。请返回案件页查看进度。",
                "A report is made once the departments have answered. See the case for how it stands.",
            ),
        ],
        Notice::Moved => [
            ("情况已有变化", "Something came first"),
            (
                "该案件已有新的报告版本或他人的决定，您看到的内容已不是最新，因此未作任何更改。请重新查看后再决定。",
                "A later version or somebody’s decision came first. What you saw is not the latest, so nothing was done. Look again, then \
                     decide.",
            ),
        ],
        Notice::WrongState => [
            ("案件当前状态不允许此操作", "This cannot be done with the case now"),
            ("请返回案件页查看当前状态。未作任何更改。", "See the case for its state. Nothing was done."),
        ],
        Notice::AlreadyAsked => [
            ("已提交，等待第二人复核", "It waits for a second person"),
            (
                "同一事项此前已提交，无需重复办理。请在“双人复核”中查看。",
                "The same was asked before. See it under “Second person”.",
            ),
        ],
        Notice::NotOpen => [
            ("该事项已处理或已失效", "This is decided, or has lapsed"),
            ("请返回查看结果。未作任何更改。", "Go back to see how it ended. Nothing was done."),
        ],
        Notice::AlreadyIssued => [
            ("该版本已签发", "This version was issued before"),
            ("签发不可重复。请返回查看已签发的报告。", "A version is issued once. Go back to see the issued report."),
        ],
        Notice::NothingToWithdraw => [
            ("没有可撤回的授权", "There is no authorisation to take back"),
            (
                "此人的授权此前已撤回，或本案件未使用其授权。未作任何更改。",
                "It was taken back before, or this case used none of this person. Nothing was done.",
            ),
        ],
        Notice::StillInFile => [
            ("所在批次尚未处理完", "Its batch is still being worked on"),
            ("请在批次结束后再申请销毁。未作任何更改。", "Ask again when the batch has ended. Nothing was done."),
        ],
        Notice::Erased => [
            ("数据已销毁", "The data was destroyed"),
            (
                "数据密钥已销毁，内容不可恢复。办理留痕仍可由审计人员查验。",
                "Its keys were destroyed: nobody can open it any more. What was done with it stays in the audit log.",
            ),
        ],
        Notice::SamePerson => [
            ("须由另一人办理", "Another person must do this"),
            (
                "经办人、提出人、被登记人本人不得自行复核或签发。本次尝试已记入审计日志。",
                "Whoever sent, decided or asked may not agree to it or issue it. That you tried stands in the audit log.",
            ),
        ],
        Notice::OtherRole => [
            ("须由其他角色办理", "Another role must do this"),
            (
                "您的角色不能办理此事项。本次尝试已记入审计日志。",
                "Your role cannot do this. That you tried stands in the audit log.",
            ),
        ],
        Notice::Undisclosed => [
            ("超出您的披露范围", "This tells more than you are shown"),
            (
                "此事项涉及报告全文，您的披露范围不包括。本次尝试已记入审计日志。如果工作需要，请联系安全管理员。",
                "It tells what the whole report says, and you are granted less. That you tried stands in the audit log. If your work \
                     needs it, ask the security administrator.",
            ),
        ],
        Notice::WrongForm => [
            ("提交的内容无法识别", "What was sent cannot be read"),
            ("请返回页面重新填写。未作任何更改。", "Go back and fill the form in again. Nothing was done."),
        ],
        Notice::Answered => [
            ("该部门已有反馈", "The department has answered"),
            (
                "只能重新查询未能查询到的部门。请返回案件查看目前的反馈；对反馈内容有异议的，请登记异议。",
                "Only a department that gave no answer is asked once more. Go back to the case to see where it stands; against an answer \
                     there is an objection.",
            ),
        ],
        Notice::SentBefore => [
            ("已经提交过", "It was sent before"),
            (
                "这份申请已提交并受理，之后又改动了内容，改动没有提交。请在首页的案件列表中查看；需要另行核对的，请重新发起。",
                "This form was sent and accepted, and changed since; the changes were not sent. Find the case in the list at home; start \
                     another verification if one is needed.",
            ),
        ],
        Notice::NoRoom => [
            ("暂不受理", "Nothing new is accepted"),
            (
                "服务器磁盘空间即将用尽，暂不受理新的核对，已受理的案件不受影响。请联系系统管理员。",
                "The server’s disk is nearly full. Nothing new is accepted; cases that were accepted go on. Tell the system administrator.",
            ),
        ],
        Notice::ForeignForm => [
            ("操作未执行", "Nothing was done"),
            (
                "该操作不是从您当前登录的页面发出的。请返回首页重试。",
                "This did not come from a page of your present session. Go back to the home page and try again.",
            ),
        ],
        Notice::TooOften => {
            [("操作过于频繁", "Too many requests"), ("请稍候几秒再试。", "Wait a few seconds, then try again.")]
        }
        Notice::Closed => [
            ("服务暂停", "The service has paused"),
            (
                "审计日志无法写入，因此不执行任何操作。请联系系统管理员。",
                "The audit log cannot be written, so nothing is done. Tell the system administrator.",
            ),
        ],
        Notice::Failed => [
            ("服务出现问题", "Something went wrong"),
            (
                "请稍后再试；如持续出现，请联系系统管理员。",
                "Try again in a while; if it stays like this, tell the system administrator.",
            ),
        ],
    };
    words.map(|(zh, en)| lang.pick(zh, en))
}
