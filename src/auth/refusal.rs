//! Why a call is not let in.

/// Why a call is not let in. The token itself is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No `Authorization: Bearer …`.
    #[error("no bearer token: send `Authorization: Bearer …`")]
    Missing,
    /// Not a token, unknown issuer or algorithm, or a wrong signature.
    #[error("the token is not one of a configured issuer, or its signature is wrong")]
    Invalid,
    /// Signed by a key that is not in the issuer's key set.
    #[error("the token names a key that its issuer does not publish: fetch a new token")]
    UnknownKey,
    /// The issuer's keys could not be had, or not for a day.
    #[error("the keys of the token's issuer cannot be had at the moment")]
    IssuerSilent,
    /// The client, or the token (`cnf`), is bound to a certificate that the connection does not present.
    #[error("the token counts only over a connection with the client certificate it is bound to")]
    Certificate,
    /// `exp` has passed.
    #[error("the token has expired: fetch a new one")]
    Expired,
    /// It is good for longer than tokens may be.
    #[error("the token is good for longer than is accepted here: have short-lived ones issued")]
    TooLong,
    /// `nbf` lies ahead.
    #[error("the token is not valid yet: compare the clocks")]
    NotYet,
    /// `aud` is somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// `sub` stands in no `clients.toml`, or the organisations differ.
    #[error("the caller is not registered here, or under another organisation")]
    Unregistered,
    /// `sub`, `client_id` or `azp` holds a number of a person, which would stand in every entry of theirs.
    #[error(
        "the token's `sub`, `client_id` or `azp` holds an ID number or a mobile number: have the issuer name callers by an account"
    )]
    PersonalSubject,
}

impl AuthError {
    /// In Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Missing => "缺少令牌：请发送 Authorization: Bearer …",
            Self::Invalid => "令牌不是由已配置的签发方签发，或签名不符",
            Self::UnknownKey => "令牌所用的密钥不在签发方公布的密钥集中：请重新获取令牌",
            Self::IssuerSilent => "暂时无法取得令牌签发方的公钥",
            Self::Certificate => "该令牌只能在出示其绑定的客户端证书的连接上使用",
            Self::Expired => "令牌已过期：请重新获取",
            Self::TooLong => "令牌有效期超过本服务接受的上限：请签发短期令牌",
            Self::NotYet => "令牌尚未生效：请核对时钟",
            Self::Audience => "令牌的受众不是本服务",
            Self::Unregistered => "调用方未在本服务登记，或登记在其他单位名下",
            Self::PersonalSubject => "令牌的 sub、client_id 或 azp 含有身份证号码或手机号码：请由签发方改用账号标识",
        }
    }

    /// Whether a token was there and was not believed: not so where none came, or where its issuer is silent.
    #[must_use]
    pub fn is_about_a_token(self) -> bool {
        !matches!(self, Self::Missing | Self::IssuerSilent)
    }

    /// In metrics, and hashed in the audit log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Invalid => "invalid",
            Self::UnknownKey => "unknown_key",
            Self::IssuerSilent => "issuer_silent",
            Self::Certificate => "certificate",
            Self::Expired => "expired",
            Self::TooLong => "too_long",
            Self::NotYet => "not_yet",
            Self::Audience => "audience",
            Self::Unregistered => "unregistered",
            Self::PersonalSubject => "personal_subject",
        }
    }
}
