//! What a batch's file leaves unsaid, and for whom it is read: kept sealed beside it, so that any process reads it the same way.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::file::{Defaults, Format};
use crate::auth::{Caller, Role};
use crate::household::{Purpose, RegisteredAs, Request};

/// How a file is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// How it is written.
    pub format: Format,
    /// The day the question is about, where a household names none.
    pub as_of: Date,
    /// County, where a household names none.
    pub region: Option<String>,
    /// Programme, where a household names none; none = every row names its own.
    pub purpose: Option<Purpose>,
    /// Kind of registration, where a household names none.
    pub registered_as: Option<RegisteredAs>,
    /// The document of the statutory duty that screenings rest on, where a household names no legal basis.
    pub legal_document: Option<String>,
    /// Only households of this programme.
    pub only_purpose: Option<Purpose>,
    /// Only households whose address names this township.
    pub only_township: Option<String>,
    /// Only households whose address names this village.
    pub only_village: Option<String>,
}

impl Terms {
    /// Those of a file that says everything itself.
    #[must_use]
    pub fn plain(format: Format, as_of: Date) -> Self {
        Self {
            format,
            as_of,
            region: None,
            purpose: None,
            registered_as: None,
            legal_document: None,
            only_purpose: None,
            only_township: None,
            only_village: None,
        }
    }

    pub(super) fn defaults(&self) -> Defaults {
        let purpose = self.purpose.map(|purpose| purpose.as_str().to_owned());
        Defaults {
            as_of: self.as_of,
            region: self.region.clone(),
            purpose,
            registered_as: self.registered_as.map(|kind| kind.as_str().to_owned()),
            legal_document: self.legal_document.clone(),
        }
    }

    /// Whether a household is among those that were chosen.
    pub(super) fn chooses(&self, request: &Request) -> bool {
        let address = request.household.address.as_ref().map_or("", |address| address.expose());
        let named = |wanted: &Option<String>| wanted.as_ref().is_none_or(|wanted| address.contains(wanted.as_str()));
        self.only_purpose.is_none_or(|wanted| wanted == request.purpose)
            && named(&self.only_township)
            && named(&self.only_village)
    }
}

/// Terms and caller, as they are sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptTerms {
    terms: Terms,
    subject: String,
    organisation: String,
    regions: Vec<String>,
    roles: Vec<String>,
    token_hash: String,
    recipient_key: Option<serde_json::Value>,
}

impl KeptTerms {
    pub(super) fn of(terms: &Terms, caller: &Caller) -> Self {
        let caller = caller.clone();
        Self {
            terms: terms.clone(),
            subject: caller.subject,
            organisation: caller.organisation,
            regions: caller.regions,
            roles: caller.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            token_hash: caller.token_hash,
            recipient_key: caller.recipient_key,
        }
    }

    pub(super) fn apart(self) -> (Terms, Caller) {
        let caller = Caller {
            subject: self.subject,
            organisation: self.organisation,
            regions: self.regions,
            roles: self.roles.iter().filter_map(|role| Role::parse(role)).collect(),
            // nothing that takes two persons is done in its name
            is_system: true,
            oversees: Vec::new(),
            scopes: Vec::new(),
            token_hash: self.token_hash,
            recipient_key: self.recipient_key,
            disclosure: crate::config::Disclosure::Conclusion,
            calls_per_second: None,
            lasts: None,
            call: None,
        };
        (self.terms, caller)
    }
}
