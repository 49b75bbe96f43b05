//! Who the people of a case are, and what its report waits for: what its page says to whoever may open the report. The entry that stands for an
//! hour of its state (`answers_seen`) stands for this as well.

use super::reading::read_report;
use super::{ReadError, VerificationError, Verifier, sealing};
use crate::auth::Caller;
use crate::household::{Member, PersonName, Relation, Request};
use crate::report::render::{AskedOutcome, asked_outcome};
use crate::store::{CaseState, StoreError};

/// Somebody of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasePerson {
    /// The request's name for them.
    pub reference: String,
    /// To the applicant's household.
    pub relation: Relation,
    /// Name.
    pub name: PersonName,
    /// Whether they stand outside the household, with a duty of support.
    pub is_obligor: bool,
}

/// What is known of a case to whoever may open its report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// The number that whoever sent it gave.
    pub reference: Option<String>,
    /// Members, then obligors, as the request lists them.
    pub people: Vec<CasePerson>,
    /// How the outcome asked about stands in the latest report, where there is one that may be opened.
    pub outcome: Option<AskedOutcome>,
}

impl Verifier {
    /// The people of a case and how its outcome stands; nothing for whoever may not open the report, and of an erased case. That it is told is in
    /// the log first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Closed`].
    pub async fn inside(&self, caller: &Caller, id: &str) -> Result<Option<Inside>, ReadError> {
        let case = self.case(caller, id).await?;
        if !caller.sees_answers() || case.state == CaseState::Erased {
            return Ok(None);
        }
        let (store, keys) = (&self.0.store, &self.0.keys);
        let receipt = self.0.answers_seen.enter(&self.0.ledger, caller, &case).await?;
        let request = sealing::open(store, keys, &receipt, case.id, case.request_document).await?;
        let request: Request =
            serde_json::from_slice(&request).map_err(|_| VerificationError::Unreadable { what: "request" })?;
        let outcome = match store.get_version(case.id, None).await {
            Err(StoreError::NotFound { .. }) => None,
            version => match self.stored_report(&receipt, &version?).await {
                // it went with an authorisation that was taken back
                Err(VerificationError::Store(StoreError::Erased { .. })) => None,
                signed => asked_outcome(&read_report(&signed?)?.body),
            },
        };
        let person = |of: &Member, is_obligor: bool| CasePerson {
            reference: of.reference.0.clone(),
            relation: of.relation.clone(),
            name: of.name.clone(),
            is_obligor,
        };
        let members = request.household.members.iter().map(|member| person(member, false));
        let obligors = request.household.obligors.iter().map(|obligor| person(&obligor.person, true));
        let people = members.chain(obligors).collect();
        Ok(Some(Inside { reference: request.reference.clone(), people, outcome }))
    }
}
