//! Witnesses of the audit log: each minute the newest checkpoint is submitted to every one that is configured (C2SP tlog-witness), with the
//! proof that it grew from the one it cosigned last. A witness that is away or refuses stops nothing; it is counted, logged, and told by `readyz`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{StatusCode, Url, header, redirect};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::{AddCheckpoint, AuditError, Checkpoint, Cosignature, Log, NoteError, WitnessKey, cosignatures};
use crate::store::{CosignedCheckpoint, StoreError};
use crate::telemetry::Clock;

/// How long a witness may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer that is read.
const MOST_BYTES: usize = 64 * 1024;

/// A witness and where it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessPlace {
    /// Its submission prefix.
    pub url: Url,
    /// Its key.
    pub key: WitnessKey,
}

/// How a witness stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct WitnessStanding {
    /// Name of its key.
    pub name: String,
    /// Size of the checkpoint it cosigned last.
    pub size: Option<u64>,
    /// Seconds since then.
    pub age_secs: Option<u64>,
    /// Why the last submission brought nothing.
    pub trouble: Option<String>,
}

/// Why a submission brought nothing.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the log or its store: {0}")]
    Log(#[from] AuditError),
    #[error("no answer")]
    NoAnswer,
    #[error("status {0}")]
    Status(u16),
    #[error("its answer cannot be read")]
    Answer,
    #[error("its answer: {0}")]
    Note(#[from] NoteError),
    #[error("it has cosigned {witness} entries, this log has {own}: the log went back")]
    WentBack { witness: u64, own: u64 },
    #[error("it holds another history of this log: what it cosigned is not the beginning of what is here")]
    OtherHistory,
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Log(error.into())
    }
}

/// The task that submits.
#[derive(Clone)]
pub struct Witnesses(Arc<Inner>);

struct Inner {
    log: Log,
    clock: Clock,
    http: reqwest::Client,
    places: Vec<WitnessPlace>,
    /// What went wrong with each, the last time.
    troubles: Mutex<Vec<Option<String>>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Witnesses {
    /// Starts to submit, at once and then `every` so often.
    ///
    /// # Errors
    /// The client that asks them cannot be made.
    pub fn start(log: Log, clock: Clock, places: Vec<WitnessPlace>, every: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("hedui/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let troubles = Mutex::new(vec![None; places.len()]);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let witnesses = Self(Arc::new(Inner { log, clock, http, places, troubles, stop, tasks }));
        let running = witnesses.clone();
        witnesses.0.tasks.spawn(async move {
            let stop = running.0.stop.clone();
            stop.run_until_cancelled(running.run(every)).await;
        });
        witnesses.0.tasks.close();
        Ok(witnesses)
    }

    /// Ends.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.wait().await;
    }

    /// How each stands.
    ///
    /// # Errors
    /// The store failed.
    pub async fn standing(&self) -> Result<Vec<WitnessStanding>, StoreError> {
        let cosigned = self.0.log.store().cosigned().await?;
        let now = self.0.clock.now();
        let troubles = self.0.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let standing = |(place, trouble): (&WitnessPlace, Option<String>)| {
            let key = place.key.to_string();
            let last = cosigned.iter().find(|cosigned| cosigned.witness == key);
            let age = last.map(|last| u64::try_from(now.duration_since(last.cosigned_at).as_secs()).unwrap_or(0));
            WitnessStanding { name: place.key.name.clone(), size: last.map(|last| last.size), age_secs: age, trouble }
        };
        Ok(self.0.places.iter().zip(troubles).map(standing).collect())
    }

    async fn run(&self, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.submit(every).await;
        }
    }

    /// Submits the newest checkpoint to each, one after the other.
    async fn submit(&self, every: Duration) {
        for (place, index) in self.0.places.iter().zip(0..) {
            let outcome = self.submit_to(place, every).await;
            let trouble = outcome.err().map(|trouble| {
                metrics::counter!("hedui_audit_witness_failures_total").increment(1);
                let witness = &place.key.name;
                match trouble {
                    Trouble::WentBack { .. } | Trouble::OtherHistory => {
                        tracing::error!(witness, %trouble, "a witness contradicts the audit log: run `hedui audit verify`");
                    }
                    _ => tracing::warn!(witness, %trouble, "a witness has not cosigned the audit log"),
                }
                trouble.to_string()
            });
            if let Some(place) = self.0.troubles.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
                *place = trouble;
            }
        }
        if let Ok(standing) = self.standing().await {
            for witness in standing {
                let age = u32::try_from(witness.age_secs.unwrap_or(u64::from(u32::MAX))).unwrap_or(u32::MAX);
                metrics::gauge!("hedui_audit_cosignature_age_seconds", "witness" => witness.name).set(f64::from(age));
            }
        }
    }

    async fn submit_to(&self, place: &WitnessPlace, every: Duration) -> Result<(), Trouble> {
        let log = &self.0.log;
        let now = self.0.clock.now();
        log.publish(now).await?;
        let Some(published) = log.store().last_checkpoint().await? else { return Ok(()) };
        let key = place.key.to_string();
        let last = log.store().cosigned().await?.into_iter().find(|cosigned| cosigned.witness == key);
        let recent = |last: &CosignedCheckpoint| {
            Duration::try_from(now.duration_since(last.cosigned_at)).is_ok_and(|age| age < every / 2)
        };
        if log.store().is_shared() && last.as_ref().is_some_and(recent) {
            return Ok(()); // another process of this store was faster
        }
        let mut old = last.map_or(0, |last| last.size);
        for _ in 0..3 {
            match self.ask(place, old, published.size, &published.note).await? {
                Said::Cosigned(cosignature) => {
                    let cosigned_at = cosignature.at;
                    let note = format!("{}{}", published.note, cosignature.line);
                    let cosigned = CosignedCheckpoint { witness: key, size: published.size, note, cosigned_at };
                    return Ok(log.store().keep_cosigned(cosigned).await?);
                }
                Said::GoesOnFrom(size) if size > published.size => {
                    return Err(Trouble::WentBack { witness: size, own: published.size });
                }
                Said::GoesOnFrom(size) if size == old => return Err(Trouble::OtherHistory),
                Said::GoesOnFrom(size) => old = size,
            }
        }
        Err(Trouble::Status(StatusCode::CONFLICT.as_u16()))
    }

    async fn ask(&self, place: &WitnessPlace, old: u64, new: u64, note: &str) -> Result<Said, Trouble> {
        let proof = self.0.log.prove_consistency(old, new).await?.hashes.into_iter().map(|hash| hash.0).collect();
        let body = AddCheckpoint { old, proof, checkpoint: note.to_owned() }.to_body();
        let mut url = place.url.clone();
        url.set_path(&format!("{}/add-checkpoint", url.path().trim_end_matches('/')));
        let request = self.0.http.post(url).header(header::CONTENT_TYPE, "text/plain; charset=utf-8").body(body);
        let answer = request.send().await.map_err(|_| Trouble::NoAnswer)?;
        let status = answer.status();
        let text = bounded(answer).await?;
        match status {
            StatusCode::OK => {
                let cosigned = format!("{note}{text}");
                Checkpoint::open(&cosigned, self.0.log.keys())?;
                let found = cosignatures(&cosigned, std::slice::from_ref(&place.key))?;
                found.into_iter().next().map(Said::Cosigned).ok_or(Trouble::Note(NoteError::Unsigned))
            }
            StatusCode::CONFLICT => text.trim_end().parse().map(Said::GoesOnFrom).map_err(|_| Trouble::Answer),
            StatusCode::UNPROCESSABLE_ENTITY => Err(Trouble::OtherHistory),
            status => Err(Trouble::Status(status.as_u16())),
        }
    }
}

/// What a witness says.
enum Said {
    Cosigned(Cosignature),
    GoesOnFrom(u64),
}

/// The answer's text, up to a bound.
async fn bounded(mut answer: reqwest::Response) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Trouble::NoAnswer)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(Trouble::Answer);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Trouble::Answer)
}
