//! Nobody opens a case of themselves or of kin (回避). A security administrator registers a caller's own number and those of relatives; whoever
//! is registered is found among a case's people by tags, so that nothing of either is opened to find out.
//!
//! Tags are made under every epoch of the ring. When the ring has a new one, a registration is tagged anew from its sealed copy before it is next
//! looked at: there is no job that could be late.

mod given;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DecideError, ReadError, VerificationError, Verifier, actor, sealing};
use crate::audit::{Action, Actor, Event};
use crate::auth::Caller;
use crate::household::{Fault, Faults, IdNumber, Request};
use crate::identity::id_number::normalise;
use crate::store::{AuditReceipt, DocumentKind, KinRow, KinTag, Store, StoreError, Tag, words};

words! {
    /// How somebody is related to a caller.
    Relation {
        /// The caller (本人).
        Myself = "self",
        /// 配偶
        Spouse = "spouse",
        /// 父母
        Parent = "parent",
        /// 子女
        Child = "child",
        /// 兄弟姐妹
        Sibling = "sibling",
        /// 其他亲属
        Other = "other",
    }
}

/// Somebody whom a caller stands apart from.
#[derive(Debug, Serialize, Deserialize)]
struct Person {
    relation: Relation,
    id_number: IdNumber,
}

/// Who is registered for a caller: how many of each relation and since when, never a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegisteredKin {
    /// The caller's id.
    pub caller: String,
    /// When they were registered; none while nobody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<String>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_by: Option<String>,
    /// How many by relation: `self`, `spouse`, `parent`, `child`, `sibling`, `other`.
    #[schema(value_type = BTreeMap<String, u32>)]
    pub relations: BTreeMap<&'static str, u32>,
}

impl Verifier {
    /// Every id by which a caller is known: the own one, and those for whom the same own number is registered. Where two persons are needed they
    /// count as one.
    ///
    /// # Errors
    /// The log cannot be written; the store failed.
    pub(super) async fn ids_of(&self, caller: &Caller) -> Result<BTreeSet<String>, VerificationError> {
        let mut ids = BTreeSet::from([caller.subject.clone()]);
        if self.tagged_registration(caller).await? {
            ids.extend(self.0.store.same_person(&caller.subject).await?);
        }
        Ok(ids)
    }

    /// Registers whom a caller stands apart from, in place of whoever was before. `body` is the JSON document.
    ///
    /// # Errors
    /// [`DecideError::NotFound`]; [`DecideError::SamePerson`]: nobody registers for themselves; [`DecideError::Faults`] with every fault at once; [`DecideError::Closed`].
    pub async fn register_kin(&self, caller: &Caller, of: &str, body: &[u8]) -> Result<RegisteredKin, DecideError> {
        self.own_registration(caller, of).await?;
        if !self.0.settings.register.has(of, |_| true) {
            return Err(DecideError::NotFound);
        }
        self.must_be_another(caller, of).await?;
        let people = given::read(body, self.today()).map_err(DecideError::Faults)?;
        let bytes = serde_json::to_vec(&people).map_err(|_| VerificationError::Unreadable { what: "registration" })?;
        let (id, tags) = (Uuid::now_v7(), self.tags_of(&people));
        let document = sealing::seal(&self.0.keys, id, DocumentKind::Kin, &bytes)?;
        let row = KinRow {
            id,
            client: of.to_owned(),
            organisation: caller.organisation.clone(),
            registered_by: caller.subject.clone(),
            at: self.0.clock.now(),
            epoch: newest(&tags),
            document: document.id,
        };
        let event = Event::new(&actor(caller), Action::KinRegistered).registration(id).detail(hash_of(of));
        self.0.ledger.decided(vec![event], Store::registering(row.clone(), tags, document)).await?;
        Ok(shown(&row, &people))
    }

    /// Who is registered for a caller, without numbers. The reading is in the log first.
    ///
    /// # Errors
    /// [`DecideError::NotFound`]; [`DecideError::Closed`]; the store failed.
    pub async fn registered_kin(&self, caller: &Caller, of: &str) -> Result<RegisteredKin, DecideError> {
        let Some(row) = self.own_registration(caller, of).await? else {
            let (caller, relations) = (of.to_owned(), BTreeMap::new());
            return Ok(RegisteredKin { caller, registered_at: None, registered_by: None, relations });
        };
        Ok(shown(&row, &self.opened_kin(&actor(caller), &row).await?.1))
    }

    /// Has nobody registered for a caller any more.
    ///
    /// # Errors
    /// [`DecideError::NotFound`]; [`DecideError::SamePerson`]: nobody removes their own; [`DecideError::Closed`]; the store failed.
    pub async fn remove_kin(&self, caller: &Caller, of: &str) -> Result<(), DecideError> {
        let registered = self.own_registration(caller, of).await?;
        self.must_be_another(caller, of).await?;
        let Some(row) = registered else { return Ok(()) };
        let event = Event::new(&actor(caller), Action::KinRemoved).registration(row.id).detail(hash_of(of));
        Ok(self.0.ledger.decided(vec![event], Store::deregistering(row)).await?)
    }

    /// What is registered for a caller of the own organisation. Others are as if there were none; that they were asked for is in the log first.
    /// Of somebody who has left, the registration says which organisation it was.
    async fn own_registration(&self, caller: &Caller, of: &str) -> Result<Option<KinRow>, DecideError> {
        let row = self.0.store.kin_of(of).await?;
        let clients = self.0.settings.register.clients();
        let named = clients.get(of).map(|client| client.organisation.as_str());
        match named.or(row.as_ref().map(|row| row.organisation.as_str())) {
            Some(organisation) if organisation == caller.organisation => Ok(row),
            Some(_) => {
                self.deny(caller, "scope").await?;
                Err(DecideError::NotFound)
            }
            None => Err(DecideError::NotFound),
        }
    }

    /// Fails when a case is about the caller or kin; that it was tried is in the log first.
    pub(crate) async fn must_stand_apart_from(&self, caller: &Caller, case: Uuid) -> Result<(), ReadError> {
        if self.barred(caller, &[case]).await?.is_empty() {
            return Ok(());
        }
        self.denied(caller, Some(case), "kin").await?;
        Err(ReadError::Barred)
    }

    /// Fails when a number is the caller's own or of kin, whose trail in the log is another auditor's to read; that it was tried is in the log first.
    ///
    /// # Errors
    /// [`ReadError::Barred`]; [`ReadError::Closed`]; the store failed.
    pub(crate) async fn must_not_be_kin(&self, caller: &Caller, id_number: &str) -> Result<(), ReadError> {
        let kin = self.kin_tags(caller).await?;
        if kin.is_empty() || !self.tags("person", &normalise(id_number)).iter().any(|tag| kin.contains(tag)) {
            return Ok(());
        }
        self.denied(caller, None, "kin").await?;
        Err(ReadError::Barred)
    }

    /// Which of these cases the caller may not open, being about the caller or kin.
    pub(crate) async fn barred(&self, caller: &Caller, cases: &[Uuid]) -> Result<BTreeSet<Uuid>, VerificationError> {
        match self.tagged_registration(caller).await? && !cases.is_empty() {
            true => Ok(self.0.store.cases_of_kin(&caller.subject, cases).await?),
            false => Ok(BTreeSet::new()),
        }
    }

    /// Whose registration keeps cases out of what is reckoned over many: the caller's id, where anybody is registered.
    pub(super) async fn apart_from(&self, caller: &Caller) -> Result<Option<String>, VerificationError> {
        Ok(self.tagged_registration(caller).await?.then(|| caller.subject.clone()))
    }

    /// How many cases of a batch the caller may not open; each is in the log first.
    pub(crate) async fn barred_in_batch(&self, caller: &Caller, batch: Uuid) -> Result<u64, VerificationError> {
        match self.tagged_registration(caller).await? {
            true => self.leave_out(caller, &self.0.store.cases_of_kin_in(&caller.subject, batch).await?).await,
            false => Ok(0),
        }
    }

    /// Enters that cases are kept from a caller who asked for many; how many they are.
    pub(super) async fn leave_out(&self, caller: &Caller, cases: &BTreeSet<Uuid>) -> Result<u64, VerificationError> {
        for case in cases {
            self.denied(caller, Some(*case), "kin").await?;
        }
        Ok(cases.len() as u64)
    }

    /// The tags of everybody whom a caller stands apart from; empty for most.
    pub(crate) async fn kin_tags(&self, caller: &Caller) -> Result<BTreeSet<Tag>, VerificationError> {
        match self.tagged_registration(caller).await? {
            true => Ok(self.0.store.kin_tags(&caller.subject).await?),
            false => Ok(BTreeSet::new()),
        }
    }

    /// A fault for everybody of a request whom the tags name.
    pub(crate) fn kin_within(&self, request: &Request, kin: &BTreeSet<Tag>) -> Vec<Fault> {
        let mut faults = Faults::default();
        if kin.is_empty() {
            return faults.0;
        }
        let members =
            request.household.members.iter().enumerate().map(|(at, person)| (format!("members/{at}"), person));
        let obligors = request.household.obligors.iter().enumerate();
        let obligors = obligors.map(|(at, obligor)| (format!("obligors/{at}"), &obligor.person));
        for (place, person) in members.chain(obligors) {
            let Some(number) = &person.id_number else { continue };
            if self.tags("person", number.expose()).iter().any(|tag| kin.contains(tag)) {
                faults.add(
                    &format!("/household/{place}/id_number"),
                    "kin",
                    "须回避：此人是您本人或已登记的亲属",
                    "you stand apart: this is you or a registered relative",
                    ["请由其他经办人办理", "have another officer send it"],
                );
            }
        }
        faults.0
    }

    /// Whether anybody is registered for a caller; they have tags under the newest epoch from here on.
    async fn tagged_registration(&self, caller: &Caller) -> Result<bool, VerificationError> {
        let Some(row) = self.0.store.kin_of(&caller.subject).await? else { return Ok(false) };
        if row.epoch >= self.tag("person", "").epoch() {
            return Ok(true);
        }
        let (receipt, people) = self.opened_kin(&Actor::service(), &row).await?;
        let tags = self.tags_of(&people);
        match self.0.store.tag_kin_anew(&receipt, &row, newest(&tags), tags).await {
            // another one stands by now, with tags of its own
            Err(StoreError::NotFound { .. }) => Box::pin(self.tagged_registration(caller)).await,
            other => Ok(other.map(|()| true)?),
        }
    }

    async fn opened_kin(&self, by: &Actor, row: &KinRow) -> Result<(AuditReceipt, Vec<Person>), VerificationError> {
        let event = Event::new(by, Action::DocumentOpened).registration(row.id);
        let receipt = self.0.ledger.entered(vec![event]).await?.into_iter().next();
        let receipt = receipt.ok_or(VerificationError::Uneven { what: "entries of a registration" })?;
        let sealed = sealing::open(&self.0.store, &self.0.keys, &receipt, row.id, row.document).await?;
        let people = serde_json::from_slice(&sealed);
        Ok((receipt, people.map_err(|_| VerificationError::Unreadable { what: "registration" })?))
    }

    fn tags_of(&self, people: &[Person]) -> Vec<KinTag> {
        let of = |person: &Person| {
            let own = person.relation == Relation::Myself;
            self.tags("person", person.id_number.expose()).into_iter().map(move |tag| KinTag { tag, own })
        };
        people.iter().flat_map(of).collect()
    }

    async fn must_be_another(&self, caller: &Caller, of: &str) -> Result<(), DecideError> {
        if self.ids_of(caller).await?.contains(of) { Err(DecideError::SamePerson) } else { Ok(()) }
    }
}

fn hash_of(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn newest(tags: &[KinTag]) -> u32 {
    tags.iter().map(|known| known.tag.epoch()).max().unwrap_or_default()
}

fn shown(row: &KinRow, people: &[Person]) -> RegisteredKin {
    let mut relations = BTreeMap::new();
    for person in people {
        *relations.entry(person.relation.as_str()).or_default() += 1;
    }
    let (registered_at, registered_by) = (Some(row.at.to_string()), Some(row.registered_by.clone()));
    RegisteredKin { caller: row.client.clone(), registered_at, registered_by, relations }
}
