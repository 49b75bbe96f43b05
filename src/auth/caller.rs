//! An authenticated caller.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::{Permission, Role};
use crate::config::{Disclosure, EVERY_ORGANISATION};

/// Whoever made a call: what token and `clients.toml` both grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The token's `sub`.
    pub subject: String,
    /// Organisation.
    pub organisation: String,
    /// Region code prefixes of 2, 4 or 6 digits, without the zeros of a whole province or city.
    pub regions: Vec<String>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Whether it is a system's account, without anybody behind it: where two persons are needed it is neither.
    pub is_system: bool,
    /// Organisations whose log an auditor sees beside that of the own one.
    pub oversees: Vec<String>,
    /// OAuth scopes of the token.
    pub scopes: Vec<String>,
    /// SHA-256 of the token's id (`jti`), or of the token, hex: names it in the log.
    pub token_hash: String,
    /// Registered key (JWK) reports are sealed for.
    pub recipient_key: Option<serde_json::Value>,
    /// How much of a report the client is granted.
    pub disclosure: Disclosure,
    /// Calls a second that the client may make; the server's number where there is none.
    pub calls_per_second: Option<NonZeroU32>,
    /// How long the token is still good for; none where there is no token.
    pub lasts: Option<Duration>,
    /// The call, as the router has it (`GET /v1/verifications/{id}`); none of what is no call of its own.
    pub call: Option<Arc<str>>,
}

impl Caller {
    /// The operator of this machine, at the command line.
    #[must_use]
    pub fn operator(region: &str) -> Self {
        Self {
            subject: "operator".into(),
            organisation: "local".into(),
            regions: vec![region.to_owned()],
            roles: vec![Role::Caseworker, Role::Supervisor],
            is_system: false,
            oversees: Vec::new(),
            scopes: vec!["report:read".into()],
            token_hash: String::new(),
            recipient_key: None,
            disclosure: Disclosure::Full,
            calls_per_second: None,
            lasts: None,
            call: None,
        }
    }

    /// Whether a role grants it.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        let opens = permission != Permission::OpenReport || self.scopes.iter().any(|scope| scope == "report:read");
        opens && self.roles.iter().any(|role| role.grants(permission))
    }

    /// The caller, with the role first that grants a permission: as that one it stands in the log.
    #[must_use]
    pub fn acting(mut self, permission: Permission) -> Self {
        self.roles.sort_by_key(|role| !role.grants(permission));
        self
    }

    /// The caller, shown no more than `level`; none where less is granted.
    #[must_use]
    pub fn at(self, level: Disclosure) -> Option<Self> {
        (level <= self.disclosure).then_some(Self { disclosure: level, ..self })
    }

    /// Whether the caller may see what departments answered: the whole of a report, opened on the server.
    #[must_use]
    pub fn sees_answers(&self) -> bool {
        self.may(Permission::OpenReport) && self.disclosure == Disclosure::Full
    }

    /// Whether a region lies within what the caller may see.
    #[must_use]
    pub fn covers_region(&self, region: &str) -> bool {
        self.regions.iter().any(|prefix| region.starts_with(prefix.as_str()))
    }

    /// Whether a case of this organisation and region is the caller's to see.
    #[must_use]
    pub fn covers(&self, organisation: &str, region: &str) -> bool {
        self.organisation == organisation && self.covers_region(region)
    }

    /// The organisations whose entries of the log an auditor sees; none for all of them.
    #[must_use]
    pub fn overseen(&self) -> Option<Vec<String>> {
        let all = self.oversees.iter().any(|name| name == EVERY_ORGANISATION);
        (!all).then(|| std::iter::once(&self.organisation).chain(&self.oversees).cloned().collect())
    }

    /// The auditor of this machine's log, at the command line.
    #[must_use]
    pub fn local_auditor() -> Self {
        let roles = vec![Role::Auditor];
        Self { roles, oversees: vec![EVERY_ORGANISATION.into()], scopes: Vec::new(), ..Self::operator("") }
    }

    /// The first role, for the log.
    #[must_use]
    pub fn role(&self) -> &'static str {
        self.roles.first().map_or("none", |role| role.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_prefixes() {
        let mut caller = Caller::operator("620422");
        assert!(caller.covers_region("620422") && !caller.covers_region("620423"));
        caller.regions = vec!["6204".into()];
        assert!(caller.covers_region("620422") && !caller.covers_region("620522"));
    }

    #[test]
    fn a_level_is_lowered_and_never_raised() {
        for granted in Disclosure::ALL {
            for asked in Disclosure::ALL {
                let caller = Caller { disclosure: granted, ..Caller::operator("620422") };
                let at = caller.at(asked).map(|caller| caller.disclosure);
                assert_eq!(at, (asked <= granted).then_some(asked), "{granted:?} {asked:?}");
            }
        }
    }

    #[test]
    fn opening_needs_the_scope_too() {
        let mut caller = Caller::operator("620422");
        caller.scopes.clear();
        assert!(caller.may(Permission::FetchReport) && !caller.may(Permission::OpenReport));
    }
}
