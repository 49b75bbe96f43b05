//! Reading what changed since a household's last report, and noting that the family was heard about it.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DecideError, ReadError, VerificationError, Verifier, sealing};
use crate::auth::Caller;
use crate::policy::notice::{self, Notice};
use crate::report::change::Change;
use crate::store::{CaseRow, CaseState, DocumentKind, Store, StoreError, VersionRow};
use crate::telemetry::china_date;

/// What changed in a household, and where its hearing stands.
#[derive(Clone)]
pub struct Changed {
    /// The caller's own number of the household.
    pub reference: String,
    /// The version it stands in.
    pub version: u32,
    /// The case of the report before.
    pub with: Uuid,
    /// What changed.
    pub change: Change,
    /// What the law asks before it goes further.
    pub notice: Notice,
    /// When the family was heard.
    pub heard_on: Option<Date>,
    /// What it said, the first word first.
    pub statements: Vec<Statement>,
}

/// Why a case has no change to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoChange {
    /// Its latest version is not final.
    NotFinal,
    /// There was nothing to compare with.
    NoEarlier,
    /// Both reports say the same.
    Same,
    /// It is not opened any more.
    Gone,
}

impl NoChange {
    /// In Chinese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFinal => (
                "报告尚未最终形成：形成最终报告后，才与上次核对相比。",
                "The report is not final yet: changes are reckoned once it is.",
            ),
            Self::NoEarlier => {
                ("没有可比的同一家庭上次核对报告。", "There is no earlier report of this household to compare with.")
            }
            Self::Same => ("与上次核对相比没有变化。", "Nothing changed since the last report."),
            Self::Gone => (
                "与上次核对相比的变化已封存或销毁，不再调阅。",
                "What changed since the last report is locked or destroyed: it is no longer opened.",
            ),
        }
    }
}

/// What a family said when it was heard.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Statement {
    /// When.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// In its own words; none where `withdrawn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Whether they were destroyed with the answers of a member who took the authorisation back (撤回授权). That the family was heard stays.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl Verifier {
    /// What changed in each case, or why nothing is told of it. Opened for somebody: one entry a case with a change, all in one commit, before
    /// any is opened.
    ///
    /// # Errors
    /// [`ReadError::Closed`]; the store failed.
    pub async fn changed(
        &self,
        caller: &Caller,
        cases: &[CaseRow],
    ) -> Result<Vec<Result<Changed, NoChange>>, ReadError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let mut kept = Vec::with_capacity(cases.len());
        for case in cases {
            kept.push(kept_change(case, self.latest_of(case).await?));
        }
        let with_change = cases.iter().zip(&kept).filter_map(|(case, kept)| Some((case, &kept.as_ref().ok()?.version)));
        let mut receipts = self.0.ledger.exported(caller, with_change).await?.into_iter();
        let mut changed = Vec::with_capacity(cases.len());
        for (case, kept) in cases.iter().zip(kept) {
            let KeptChange { version, with, document } = match kept {
                Ok(kept) => kept,
                Err(why) => {
                    changed.push(Err(why));
                    continue;
                }
            };
            let receipt = receipts.next().ok_or(VerificationError::Uneven { what: "entries of an export" })?;
            let unreadable = |_| VerificationError::Unreadable { what: "change" };
            let change = match sealing::open(store, keys, &receipt, case.id, document).await {
                // a draft that went with an authorisation taken back
                Err(VerificationError::Store(StoreError::Erased { .. })) => {
                    changed.push(Err(NoChange::Gone));
                    continue;
                }
                opened => opened?,
            };
            let change: Change = serde_json::from_slice(&change).map_err(unreadable)?;
            if change.is_empty() {
                changed.push(Err(NoChange::Same));
                continue;
            }
            let request = sealing::open(store, keys, &receipt, case.id, case.request_document).await?;
            let request: crate::household::Request = serde_json::from_slice(&request).map_err(unreadable)?;
            let packs = self.0.rules.packs();
            let pack = packs.resolve(&case.region, case.as_of).map_err(|_| VerificationError::NoPack)?;
            let mut statements = Vec::new();
            for heard in store.heard(case.id, version.number).await? {
                let words = match sealing::open(store, keys, &receipt, case.id, heard.document).await {
                    Err(VerificationError::Store(StoreError::Erased { .. })) => None,
                    opened => Some(
                        String::from_utf8(opened?.to_vec())
                            .map_err(|_| VerificationError::Unreadable { what: "statement" })?,
                    ),
                };
                statements.push(Statement { on: china_date(heard.at), withdrawn: words.is_none(), words });
            }
            changed.push(Ok(Changed {
                reference: request.reference.unwrap_or_default(),
                version: version.number,
                with,
                notice: change.notice(china_date(version.created_at), notice::hearing_days(pack.rules())),
                change,
                heard_on: statements.first().map(|first| first.on),
                statements,
            }));
        }
        Ok(changed)
    }

    /// What changed in one case, as far as the caller may see it.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::NoChange`] says why there is none.
    pub async fn change_of(&self, caller: &Caller, id: &str) -> Result<Changed, ReadError> {
        let case = self.case(caller, id).await?;
        self.must_have_change(&case, self.latest_of(&case).await?).await?;
        let changed = self.changed(caller, std::slice::from_ref(&case)).await?;
        changed.into_iter().next().unwrap_or(Err(NoChange::Gone)).map_err(ReadError::NoChange)
    }

    /// The latest version of a case's report.
    async fn latest_of(&self, case: &CaseRow) -> Result<Option<VersionRow>, StoreError> {
        match self.0.store.get_version(case.id, None).await {
            Err(StoreError::NotFound { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Whether there is a change to be opened; nothing is.
    async fn must_have_change(&self, case: &CaseRow, version: Option<VersionRow>) -> Result<(), ReadError> {
        let kept = kept_change(case, version).map_err(ReadError::NoChange)?;
        match self.0.store.get_document(kept.document).await {
            Err(StoreError::Erased { .. }) => Err(ReadError::NoChange(NoChange::Gone)),
            other => other.map(drop).map_err(ReadError::from),
        }
    }

    /// Notes that a family was heard about what changed in the latest version, with what it said. Said again, the later word stands beside the
    /// earlier one. `about` is the version that the family was told of, where that is known.
    ///
    /// # Errors
    /// [`DecideError::NotFound`]; [`DecideError::NothingToHear`]; [`DecideError::Moved`] where `about` is not the latest version, or that is
    /// provisional; [`DecideError::Closed`].
    pub async fn hear(
        &self,
        caller: &Caller,
        id: &str,
        about: Option<u32>,
        statement: &str,
    ) -> Result<(), DecideError> {
        let case = self.case(caller, id).await?;
        let version = self.latest_of(&case).await?.ok_or(DecideError::NoVersion)?;
        if about.is_some_and(|about| about != version.number) {
            return Err(DecideError::Moved);
        }
        self.must_have_change(&case, Some(version.clone())).await?;
        let sealed = sealing::seal(&self.0.keys, case.id, DocumentKind::Objection, statement.as_bytes())?;
        let hearing = Store::hearing(case.id, version.number, sealed, self.0.clock.now());
        Ok(self.0.ledger.heard(caller, &case, &version, hearing).await?)
    }
}

/// A change that is kept, unopened.
struct KeptChange {
    version: VersionRow,
    /// The case of the report before.
    with: Uuid,
    document: Uuid,
}

/// The change that goes with a case's latest version, or why there is none.
fn kept_change(case: &CaseRow, latest: Option<VersionRow>) -> Result<KeptChange, NoChange> {
    if case.state == CaseState::Erased {
        return Err(NoChange::Gone);
    }
    let version = latest.filter(|version| version.is_final).ok_or(NoChange::NotFinal)?;
    let with = version.compared_with.ok_or(NoChange::NoEarlier)?;
    let document = version.change_document.ok_or(NoChange::Same)?;
    Ok(KeptChange { version, with, document })
}
