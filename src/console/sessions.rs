//! Sessions: a random secret in the browser, its hash in the database, so that any process knows it and none who reads the database can use it.
//! What begins and ends one stands in the log first.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::audit::{Action, Actor, AuditError, Event, Log, Outcome};
use crate::auth::{Authenticator, Caller};
use crate::config::ConsoleSettings;
use crate::identity::holds_personal_number;
use crate::keys::DetailKind;
use crate::store::{Hash, SessionLimits, SessionRow, Store, StoreError};
use crate::telemetry::Clock;
use crate::verification::{Verifier, actor};

/// A session in use is noted as such no more often than this.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);

pub(super) struct Sessions {
    store: Store,
    log: Log,
    verifier: Verifier,
    clock: Clock,
    authenticator: Arc<Authenticator>,
    /// Whose word signs people in.
    provider: String,
    idle: Duration,
    absolute: Duration,
}

/// What a browser has of its session.
#[derive(Clone, Copy)]
pub(super) struct Secret([u8; 32]);

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// The provider names people by a number of theirs.
    #[error("a number of a person as the subject")]
    PersonalSubject,
    /// Nobody of this name is registered.
    #[error("not registered")]
    NotRegistered,
    /// The machine has no randomness.
    #[error("no randomness")]
    Randomness,
    /// The log cannot be written.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Secret {
    fn new() -> Result<Self, SessionError> {
        let mut secret = [0; 32];
        rand::fill(&mut secret).map_err(|_| SessionError::Randomness)?;
        Ok(Self(secret))
    }

    pub(super) fn of_cookie(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    pub(super) fn to_cookie(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn hash(self) -> Hash {
        Sha256::digest(self.0).into()
    }
}

impl Sessions {
    pub(super) fn new(
        store: Store,
        log: Log,
        verifier: Verifier,
        clock: Clock,
        authenticator: Arc<Authenticator>,
        settings: &ConsoleSettings,
    ) -> Self {
        let ConsoleSettings { issuer, idle, absolute, .. } = settings;
        Self { store, log, verifier, clock, authenticator, provider: issuer.clone(), idle: *idle, absolute: *absolute }
    }

    /// Begins a session of somebody the provider vouches for, if they are registered. Either way it is entered first. The browser's former
    /// session ends with it.
    pub(super) async fn begin(&self, subject: &str, former: Option<Secret>) -> Result<Secret, SessionError> {
        if holds_personal_number(subject) {
            self.disbelieved("personal_subject").await?;
            return Err(SessionError::PersonalSubject);
        }
        let secret = Secret::new()?;
        let caller = self.authenticator.of_session(&self.provider, subject, &secret.hash(), self.absolute);
        let Some(caller) = caller else {
            // known to the provider and not here: the name by its MAC alone, since names can be guessed
            self.refused(self.verifier.log_detail(DetailKind::SignIn, subject.as_bytes())).await?;
            return Err(SessionError::NotRegistered);
        };
        let now = self.clock.now();
        let event = Event::new(&actor(&caller), Action::SignIn);
        let former = former.map(Secret::hash);
        let effect = Store::signing_in(secret.hash(), caller.subject, now, former, self.ended(now));
        self.log.append_with(vec![event], effect).await?.1?;
        metrics::counter!("hedui_sign_ins_total", "outcome" => "allowed").increment(1);
        Ok(secret)
    }

    /// Enters that somebody was not let in; `what` says who, or why.
    async fn refused(&self, what: Hash) -> Result<(), AuditError> {
        let event = Event::new(&Actor::service(), Action::SignIn).outcome(Outcome::Denied);
        self.log.append_one(event.detail(what)).await?;
        metrics::counter!("hedui_sign_ins_total", "outcome" => "denied").increment(1);
        Ok(())
    }

    /// Enters that the provider's word was not believed; `why` is a closed word.
    pub(super) async fn disbelieved(&self, why: &'static str) -> Result<(), AuditError> {
        self.refused(Sha256::digest(why).into()).await
    }

    /// Whose session it is; none when it has ended, or its owner is not registered any more.
    pub(super) async fn caller(&self, secret: Secret) -> Result<Option<Caller>, StoreError> {
        let (now, hash) = (self.clock.now(), secret.hash());
        let Some((session, caller)) = self.standing(hash, now).await? else { return Ok(None) };
        if now.duration_since(session.last_seen_at) >= NOTED_EVERY {
            self.store.session_seen(hash, now).await?;
        }
        Ok(Some(caller))
    }

    /// Whether the session of this hash goes on. To look is not to use it.
    pub(super) async fn goes_on(&self, hash: Hash) -> Result<bool, StoreError> {
        Ok(self.standing(hash, self.clock.now()).await?.is_some())
    }

    async fn standing(&self, hash: Hash, now: Timestamp) -> Result<Option<(SessionRow, Caller)>, StoreError> {
        let Some(session) = self.store.session(hash, self.ended(now)).await? else { return Ok(None) };
        let lasts = Duration::try_from(session.created_at + self.absolute - now).unwrap_or_default();
        let caller = self.authenticator.of_session(&self.provider, &session.client, &hash, lasts);
        Ok(caller.map(|caller| (session, caller)))
    }

    /// Ends a session. Its end is entered first.
    pub(super) async fn end(&self, secret: Secret, caller: &Caller) -> Result<(), SessionError> {
        let event = Event::new(&actor(caller), Action::SignOut);
        self.log.append_with(vec![event], Store::signing_out(secret.hash())).await?.1?;
        Ok(())
    }

    fn ended(&self, now: Timestamp) -> SessionLimits {
        let before = |age: Duration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        SessionLimits { unused_since: before(self.idle), begun_before: before(self.absolute) }
    }
}
