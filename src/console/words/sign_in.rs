//! The sign-in page.

page_words! {
    /// What it says.
    SignInWords {
        title: "登录", "Sign in";
        signed_out: "您已退出本系统", "You have signed out";
        signed_out_more: "您在统一身份认证的登录可能仍然有效。若多人共用此电脑，请同时退出统一身份认证或关闭浏览器。", "You may still be signed in at the sign-in service itself. On a computer that others use, sign out there too, or close the browser.";
        lead: "请使用本单位的统一身份认证登录。本系统不保存您的密码。", "Use your office’s sign-in service. This system never sees your password.";
        go: "前往登录", "Continue to sign in";
        logged: "登录、退出以及此后的每一步操作都记入审计日志。", "Signing in, signing out and everything done in between stands in the audit log.";
    }
}
