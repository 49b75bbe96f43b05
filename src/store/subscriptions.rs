//! Households that are watched: each is looked at again every so often, as long as its authorisation runs.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::receipt::entry_of;
use super::{AuditReceipt, CaseState, Effect, Store, StoreError, Tag, words};
use crate::household::Region;

words! {
    /// Where a subscription stands.
    SubscriptionState {
        /// The household is looked at again.
        Active = "active",
        /// It is not any more.
        Ended = "ended",
    }
    /// Why a household is not watched any more.
    SubscriptionEnd {
        /// Somebody ended it.
        Cancelled = "cancelled",
        /// Its last day is past.
        Expired = "expired",
        /// An authorisation does not run any more, or does not cover monitoring.
        NotAuthorised = "not_authorised",
        /// The household's case was erased.
        Erased = "erased",
        /// The client it belongs to was away for too long.
        ClientGone = "client_gone",
    }
}

/// A household to be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscription {
    /// UUIDv7.
    pub id: Uuid,
    /// The case whose household it is.
    pub case_id: Uuid,
    /// Whose it is in the place of the case's client, who is registered no more.
    pub client: Option<String>,
    /// Days between two looks.
    pub every_days: u32,
    /// The first look.
    pub first_at: Timestamp,
    /// Last day; none = as long as the authorisations run.
    pub until: Option<Date>,
    /// When it began.
    pub created_at: Timestamp,
}

/// A watched household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Id.
    pub id: Uuid,
    /// Where it stands.
    pub state: SubscriptionState,
    /// Why it ended.
    pub ended_why: Option<SubscriptionEnd>,
    /// Organisation.
    pub organisation: String,
    /// Client.
    pub client: String,
    /// County.
    pub region: Region,
    /// The case whose request the looks repeat.
    pub case_id: Uuid,
    /// By which cases of one applicant know each other.
    pub household_tag: Option<Tag>,
    /// Days between two looks.
    pub every_days: u32,
    /// The next look.
    pub next_at: Timestamp,
    /// Looks so far: each has a number.
    pub looks: u32,
    /// Last day.
    pub until: Option<Date>,
    /// Since when the client it belongs to is not registered.
    pub away_since: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
}

impl Store {
    /// Watches the household of a case, an effect of its entry: of an organisation each household once; one that is watched already stays as
    /// it is. Whether it is new.
    ///
    /// Fails with [`StoreError::NotFound`]; [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn subscribing(new: NewSubscription) -> Effect<bool> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let entry = entry_of(new.case_id, entries)?;
                // under its row's lock, so that it is not erased meanwhile
                super::cases::lock(tx, new.case_id).await?;
                let case = super::cases::read(tx, new.case_id).await?;
                if case.state == CaseState::Erased {
                    return Err(StoreError::IllegalTransition { case: case.id, from: case.state, to: case.state });
                }
                if let Some(tag) = case.household_tag {
                    let watched = "SELECT id FROM subscriptions WHERE organisation = $1 AND household_tag = $2 AND state = 'active'";
                    let watched =
                        query(watched).bind(case.organisation.as_str()).bind(tag.to_string()).lock(Lock::Rows);
                    if watched.fetch_optional(&mut *tx).await?.is_some() {
                        return Ok(false);
                    }
                }
                // another process may have begun to watch the household since
                let begun = query(
                    "INSERT INTO subscriptions (id, state, organisation, client, region, case_id, household_tag, every_days, next_at,
                                                until_on, created_at, leaf_index)
                     VALUES ($1, 'active', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                     ON CONFLICT (organisation, household_tag) WHERE state = 'active' AND household_tag IS NOT NULL DO NOTHING",
                )
                .bind(new.id.to_string())
                .bind(case.organisation)
                .bind(new.client.unwrap_or(case.client))
                .bind(case.region.as_str())
                .bind(new.case_id.to_string())
                .bind(case.household_tag.map(|tag| tag.to_string()))
                .bind(i64::from(new.every_days))
                .bind(millis(new.first_at))
                .bind(new.until.map(|day| day.to_string()))
                .bind(millis(new.created_at))
                .bind(int(entry.index()))
                .execute(tx)
                .await?;
                Ok(begun == 1)
            })
        })
    }

    /// Takes subscriptions whose look is due, at most `limit`: until `until` nobody else takes them, and whoever dies before
    /// [`Store::subscription_looked`] leaves their look to be taken again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_due_subscriptions(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<SubscriptionRow>, StoreError> {
        let due = "SELECT 1 FROM subscriptions WHERE state = 'active' AND next_at <= $1 LIMIT 1";
        if query(due).bind(millis(now)).fetch_optional(self.reader()).await?.is_none() {
            return Ok(Vec::new());
        }
        self.write(move |tx| {
            Box::pin(async move {
                let due = "SELECT * FROM subscriptions WHERE state = 'active' AND next_at <= $1 ORDER BY next_at, id LIMIT $2";
                let due = query(due).bind(millis(now)).bind(i64::from(limit)).lock(Lock::FreeRows);
                let rows = due.fetch_all(&mut *tx).await?;
                let due = rows.iter().map(subscription_of).collect::<Result<Vec<_>, _>>()?;
                for one in &due {
                    query("UPDATE subscriptions SET next_at = $1 WHERE id = $2")
                        .bind(millis(until))
                        .bind(one.id.to_string())
                        .execute(&mut *tx)
                        .await?;
                }
                Ok(due)
            })
        })
        .await
    }

    /// Notes that the look for which a subscription was taken has begun, and sets the next one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn subscription_looked(&self, taken: &SubscriptionRow, now: Timestamp) -> Result<(), StoreError> {
        let (id, looks, pause) = (taken.id, taken.looks, SignedDuration::from_hours(24 * i64::from(taken.every_days)));
        let next = now.checked_add(pause).unwrap_or(Timestamp::MAX);
        self.write(move |tx| {
            Box::pin(async move {
                query("UPDATE subscriptions SET next_at = $1, looks = looks + 1, away_since = NULL WHERE id = $2 AND looks = $3")
                    .bind(millis(next))
                    .bind(id.to_string())
                    .bind(i64::from(looks))
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Has a look that could not be begun, though its client is there, tried again at `at`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn look_again(&self, subscription: Uuid, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let again =
                    "UPDATE subscriptions SET next_at = $1, away_since = NULL WHERE id = $2 AND state = 'active'";
                query(again).bind(millis(at)).bind(subscription.to_string()).execute(tx).await?;
                Ok(())
            })
        })
        .await
    }

    /// Notes that the client of a subscription is not registered, unless that is known, and has it looked for again at `at`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn client_is_away(&self, subscription: Uuid, now: Timestamp, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let away = "UPDATE subscriptions SET next_at = $1, away_since = COALESCE(away_since, $2) WHERE id = $3 AND state = 'active'";
                query(away).bind(millis(at)).bind(millis(now)).bind(subscription.to_string()).execute(tx).await?;
                Ok(())
            })
        })
        .await
    }

    /// Ends a subscription. Whether it was active.
    ///
    /// # Errors
    /// [`StoreError::WrongReceipt`].
    pub async fn end_subscription(
        &self,
        receipt: &AuditReceipt,
        case: Uuid,
        subscription: Uuid,
        why: SubscriptionEnd,
    ) -> Result<bool, StoreError> {
        receipt.must_speak_of(case)?;
        self.write(move |tx| {
            Box::pin(async move {
                let ended = "UPDATE subscriptions SET state = 'ended', ended_why = $1 WHERE id = $2 AND case_id = $3 AND state = 'active'";
                let ended = query(ended).bind(why.as_str()).bind(subscription.to_string()).bind(case.to_string());
                Ok(ended.execute(tx).await? == 1)
            })
        })
        .await
    }

    /// A subscription.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn subscription(&self, id: Uuid) -> Result<SubscriptionRow, StoreError> {
        let row = query("SELECT * FROM subscriptions WHERE id = $1").bind(id.to_string()).fetch_optional(self.reader());
        subscription_of(&row.await?.ok_or(StoreError::NotFound { what: "subscription", id })?)
    }

    /// Subscriptions of an organisation, within regions, after one, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_subscriptions(
        &self,
        organisation: &str,
        region_prefixes: &[String],
        state: Option<SubscriptionState>,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<SubscriptionRow>, StoreError> {
        let mut list = Builder::new("SELECT * FROM subscriptions WHERE organisation = ");
        list.push_bind(organisation);
        super::case_list::within(&mut list, "region", region_prefixes);
        if let Some(state) = state {
            list.push(" AND state = ").push_bind(state.as_str());
        }
        if let Some(after) = after {
            list.push(" AND id > ").push_bind(after.to_string());
        }
        list.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
        let rows = list.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(subscription_of).collect()
    }
}

/// Ends the subscriptions of a case that is erased.
pub(super) async fn erased(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    query("UPDATE subscriptions SET state = 'ended', ended_why = 'erased', household_tag = NULL WHERE case_id = $1")
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

fn subscription_of(row: &Row) -> Result<SubscriptionRow, StoreError> {
    Ok(SubscriptionRow {
        id: row.uuid("id")?,
        state: row.must("state", SubscriptionState::parse)?,
        ended_why: row.word("ended_why", SubscriptionEnd::parse)?,
        organisation: row.text("organisation")?,
        client: row.text("client")?,
        region: Region(row.text("region")?),
        case_id: row.uuid("case_id")?,
        household_tag: row.opt_tag("household_tag")?,
        every_days: row.small("every_days")?,
        next_at: row.time("next_at")?,
        looks: row.small("looks")?,
        until: row.word("until_on", |text| text.parse().ok())?,
        away_since: row.opt_time("away_since")?,
        created_at: row.time("created_at")?,
    })
}
