//! The log as an auditor reads it: searches (`search`), one person's whole trail (`trail`), usage that somebody should look at (`findings`),
//! what anybody needs to check the log for himself (`proofs`), and what the service can check of it while it runs (`checking`).
//!
//! Reading the log is logged first, and takes the receipt of that entry. No report is opened here and no name is known: a person is a tag.
//! Neighbours: `audit` holds the log, `store` finds entries by their columns, `api` and `cli` hand out what is found.

mod checking;
mod entry;
mod findings;
mod proofs;
mod search;
mod trail;

use std::sync::Arc;

use jiff::Timestamp;

pub use checking::{Check, CheckFault, CheckOutcome, Standing, Witnessed};
pub use entry::{Entry, EntryActor, csv_heading};
pub use findings::{EarlierLevel, Finding, FindingKind, FindingsPage};
pub use proofs::Proof;
pub use search::{EntryPage, ExportForm, Search};
pub use trail::{SubjectQuery, TrailCase, TrailPage};

pub use crate::audit::{Action, ConsistencyProof};
use crate::audit::{AuditError, Event, Label, Log};
use crate::auth::Caller;
use crate::config::FindingSettings;
use crate::keys::KeyRing;
use crate::store::{AuditReceipt, Hash, LogScope, ScopedOrganisation, Store};
use crate::telemetry::Clock;
use crate::verification::{Verifier, actor};

/// What it is made of.
pub struct OversightParts {
    /// Where the log is stored.
    pub store: Store,
    /// The log.
    pub log: Log,
    /// Keys: tags of people.
    pub keys: Arc<KeyRing>,
    /// The clock.
    pub clock: Clock,
    /// From when on something is a finding.
    pub settings: FindingSettings,
    /// Knows whom callers stand apart from; none for the operator of a stopped service's data, for whom nobody is registered.
    pub verifier: Option<Verifier>,
}

/// Reads the log for auditors. Cheap to clone.
#[derive(Clone)]
pub struct Oversight(Arc<OversightParts>, Arc<checking::Checks>);

impl Oversight {
    /// Over a log.
    #[must_use]
    pub fn new(parts: OversightParts) -> Self {
        Self(Arc::new(parts), Arc::default())
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Enters that the caller is about to read the log; `what` is the hash of what is looked for.
    async fn enter(&self, event: Event, what: Hash) -> Result<AuditReceipt, AuditError> {
        self.0.log.append_one(event.detail(what)).await
    }

    /// An entry that says that the caller reads the log.
    fn reading(caller: &Caller, action: Action) -> Event {
        Event::new(&actor(caller), action)
    }
}

/// Whose entries a caller sees, of one organisation where it names one; none where that is nobody's.
fn scope(caller: &Caller, organisation: Option<&str>) -> Option<LogScope> {
    let overseen = caller.overseen();
    let organisations = match (overseen, organisation) {
        (None, None) => None,
        (None, Some(one)) => Some(vec![one.to_owned()]),
        (Some(all), None) => Some(all),
        (Some(all), Some(one)) => Some(all.into_iter().filter(|name| name == one).collect::<Vec<_>>()),
    };
    let nothing = caller.regions.is_empty() || organisations.as_ref().is_some_and(Vec::is_empty);
    let scoped = |name: String| ScopedOrganisation { label: Label::of_name(&name).to_string(), name };
    let organisations = organisations.map(|names| names.into_iter().map(scoped).collect());
    (!nothing).then(|| LogScope { organisations, regions: caller.regions.clone() })
}
