//! Callbacks against a real receiver on the loopback: what it sees, and what becomes of what it does not take.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::Sha256;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::audit::{CheckpointSigner, LogOptions};
use crate::config::{Clients, Problem};
use crate::household::{Lane, Purpose, Region};
use crate::keys::KeyRing;
use crate::store::faults::Fault;
use crate::store::{
    AuditReceipt, CaseState, DocumentKind, NewCase, NewVersion, SealedDocument, StoredLeaf, VersionReason,
};
use uuid::Uuid;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// What must never leave: stands in the case as its organisation and in its sealed bytes.
const CANARY: &str = "王建国62042219710302123X";

/// What the receiver does with the next callbacks; then it takes all.
#[derive(Clone, Copy, Debug)]
enum Does {
    Answers(u16),
    SendsElsewhere,
}

/// One callback as it came.
#[derive(Clone, Debug)]
struct Seen {
    delivery: String,
    signature: String,
    body: Vec<u8>,
    whole: String,
}

#[derive(Default)]
struct Scripted {
    ahead: Mutex<Vec<Does>>,
    seen: Mutex<Vec<Seen>>,
    elsewhere: AtomicU32,
    arrived: tokio::sync::Notify,
}

/// A receiver on a port of its own; it drops as many connections as it is told before it reads a byte.
struct Receiver {
    desk: Arc<Scripted>,
    address: SocketAddr,
    drops: Arc<AtomicU32>,
}

struct Dropping {
    listener: TcpListener,
    drops: Arc<AtomicU32>,
}

impl axum::serve::Listener for Dropping {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let Ok(connection) = self.listener.accept().await else { continue };
            let left = self.drops.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if left.is_err() {
                return connection;
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

async fn take(State(desk): State<Arc<Scripted>>, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let whole = format!("{headers:?}{}", String::from_utf8_lossy(&body));
    let seen =
        Seen { delivery: text("hedui-delivery"), signature: text("hedui-signature"), body: body.to_vec(), whole };
    desk.seen.lock().unwrap().push(seen);
    desk.arrived.notify_one();
    match desk.ahead.lock().unwrap().pop() {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Does::Answers(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Does::SendsElsewhere) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
    }
}

impl Receiver {
    async fn open(ahead: &[Does]) -> Self {
        let (desk, drops) = (Arc::new(Scripted::default()), Arc::new(AtomicU32::new(0)));
        let told = drops.clone();
        *desk.ahead.lock().unwrap() = ahead.iter().rev().copied().collect();
        let elsewhere = async |State(desk): State<Arc<Scripted>>| {
            desk.elsewhere.fetch_add(1, Ordering::SeqCst);
        };
        let routes = axum::Router::new()
            .route("/called", axum::routing::post(take))
            .route("/elsewhere", axum::routing::post(elsewhere))
            .with_state(desk.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(Dropping { listener, drops: told }, routes).await });
        Self { desk, address, drops }
    }

    fn seen(&self) -> Vec<Seen> {
        self.desk.seen.lock().unwrap().clone()
    }
}

/// A store with its log, a clock that stands, and clients of whom one is called.
struct House {
    folder: TempDir,
    store: Store,
    log: Log,
    now: Arc<Mutex<Timestamp>>,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(Mutex::new("2026-11-01T00:00:00Z".parse::<Timestamp>().unwrap()));
        let keys = KeyRing::create(&folder.path().join("keys"), "test-log", *now.lock().unwrap()).unwrap();
        let store = Store::open(folder.path().join("data")).await.unwrap();
        let (signer, told): (Arc<dyn CheckpointSigner>, _) = (Arc::new(keys.log_signer()), now.clone());
        let mut options = LogOptions::new(signer, Arc::new(move || *told.lock().unwrap()));
        options.publish_every = Duration::from_secs(86_400);
        let log = Log::open(store.clone(), options).await.unwrap();
        Self { folder, store, log, now }
    }

    fn clients(&self, client: &str, url: &str) -> Result<Clients, Vec<Problem>> {
        let secret = self.folder.path().join("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let text = format!(
            "[[client]]\nid = \"{client}\"\norganisation = \"o\"\nregions = [\"62\"]\nroles = [\"client\"]\n\
             callback = {{ url = \"{url}\", secret = {{ file = \"secret\" }} }}\n"
        );
        Clients::read("clients.toml", &text, self.folder.path(), &|_| Vec::new())
    }

    fn callbacks(&self, client: &str, receiver: &Receiver, attempts: u32) -> Callbacks {
        let clients = self.clients(client, &format!("http://{}/called", receiver.address)).unwrap();
        let now = self.now.clone();
        let parts = CallbackParts {
            store: self.store.clone(),
            log: self.log.clone(),
            register: clients.into(),
            clock: Clock::of(move || *now.lock().unwrap()),
            settings: CallbackSettings { attempts, ..CallbackSettings::default() },
        };
        Callbacks::idle(parts).unwrap()
    }

    /// A case with a version that its client wants to be told of.
    async fn owed(&self) -> Uuid {
        let now = *self.now.lock().unwrap();
        let case = NewCase {
            id: Uuid::now_v7(),
            organisation: CANARY.into(),
            client: "caseworkers".into(),
            purpose: Purpose::DibaoApplication,
            region: Region("620422".into()),
            reference_tag: None,
            created_at: now,
            as_of: "2026-11-01".parse().unwrap(),
            lane: Lane::Interactive,
            batch: None,
            household_tags: Vec::new(),
            idempotency: None,
            subject_tags: Vec::new(),
            request: document(DocumentKind::Request),
        };
        let (id, event) = (case.id, Event::new(&Actor::service(), Action::Accepted).case(case.id));
        self.log.append_with(vec![event], Store::accepting(case)).await.unwrap().1.unwrap();
        let lease = self.store.claim_next("worker", &Lane::ALL, now, LEASE).await.unwrap().unwrap().lease;
        let version = NewVersion {
            number: 1,
            is_final: true,
            decided_early: false,
            issued_by: None,
            reason: VersionReason::First,
            body_hash: [1; 32],
            report: document(DocumentKind::Report),
            evidence: document(DocumentKind::VersionEvidence),
            artifacts: Vec::new(),
            created_at: now,
            reviews_open: 0,
            callback: true,
            due_on: None,
            compared: None,
            alerts: Vec::new(),
        };
        let receipt = AuditReceipt::for_test(Some(id));
        self.store.add_version(&receipt, id, &lease, version, CaseState::Final).await.unwrap();
        id
    }

    fn passes(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = later(*now, time);
    }

    async fn redeliver(&self, id: Uuid) -> Result<(), StoreError> {
        let now = *self.now.lock().unwrap();
        self.store.outbox_redeliver(id, now).await
    }

    /// How often the sending of a case's callback was entered.
    async fn entries(&self, case: Uuid) -> usize {
        let mut entered = 0;
        for index in 0..self.store.log_head().await.unwrap().size {
            let StoredLeaf { leaf, .. } = self.log.leaf(index).await.unwrap();
            entered += usize::from(leaf.columns.action == "callback_sent" && leaf.columns.case_id == Some(case));
        }
        entered
    }
}

fn document(kind: DocumentKind) -> SealedDocument {
    let dek_id = Uuid::new_v4();
    SealedDocument {
        id: Uuid::now_v7(),
        kind,
        dek_id,
        kek_id: "kek-1".into(),
        wrapped_dek: dek_id.as_bytes().repeat(2),
        commitment: [4; 32],
        ciphertext: CANARY.as_bytes().to_vec(),
    }
}

/// As a receiver checks it: the time within five minutes, the HMAC over time and body.
fn verified(seen: &Seen, secret: &str, now: Timestamp) -> bool {
    use hmac::{Hmac, KeyInit, Mac};
    let Some((time, mac)) = seen.signature.split_once(",v1=") else { return false };
    let Some(time) = time.strip_prefix("t=") else { return false };
    let mut own = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    own.update(&[time.as_bytes(), b".", &seen.body].concat());
    let fresh = time.parse::<i64>().is_ok_and(|time| (now.as_second() - time).abs() <= 300);
    fresh && hex::decode(mac).is_ok_and(|mac| own.verify_slice(&mac).is_ok())
}

#[tokio::test]
async fn a_callback_says_which_case_and_nothing_about_anybody() {
    let (house, receiver) = (House::new().await, Receiver::open(&[]).await);
    let case = house.owed().await;
    let callbacks = house.callbacks("caseworkers", &receiver, 3);
    assert_eq!(callbacks.round().await.unwrap(), 1);
    let [seen] = &receiver.seen()[..] else { panic!("one callback") };
    let now = *house.now.lock().unwrap();
    assert!(verified(seen, SECRET, now) && !verified(seen, &SECRET.replace('0', "1"), now));
    let forged = Seen { body: [&seen.body[..], b" "].concat(), ..seen.clone() };
    assert!(!verified(&forged, SECRET, now), "the signature covers the body");
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    let expected = serde_json::json!({
        "id": seen.delivery, "case": case, "topic": "version", "version": 1, "at": "2026-11-01T00:00:00Z",
    });
    assert_eq!(body, expected);
    for part in ["王建国", "62042219710302123X", SECRET] {
        assert!(!seen.whole.contains(part));
    }
    assert_eq!(house.entries(case).await, 1);
    assert_eq!(callbacks.round().await.unwrap(), 0, "it is sent once");
}

#[tokio::test]
async fn what_failed_is_sent_again_later_under_the_same_id() {
    let (house, receiver) = (House::new().await, Receiver::open(&[Does::Answers(500), Does::Answers(404)]).await);
    let case = house.owed().await;
    let callbacks = house.callbacks("caseworkers", &receiver, 5);
    for (attempt, pause) in [(1, 30), (2, 60)] {
        assert_eq!(callbacks.round().await.unwrap(), 1);
        assert_eq!(receiver.seen().len(), attempt);
        assert_eq!(callbacks.round().await.unwrap(), 0, "not before its pause is over");
        house.passes(Duration::from_secs(pause));
    }
    assert_eq!(callbacks.round().await.unwrap(), 1);
    let seen = receiver.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|one| one.delivery == seen[0].delivery && one.body == seen[0].body));
    let signatures: BTreeSet<&str> = seen.iter().map(|one| one.signature.as_str()).collect();
    assert_eq!(signatures.len(), 3, "each attempt is signed when it is made");
    assert_eq!(house.entries(case).await, 1, "entered before the first attempt");
    house.passes(Duration::from_secs(86_400));
    assert_eq!(callbacks.round().await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_failed_attempt() {
    let (house, receiver) = (House::new().await, Receiver::open(&[]).await);
    house.owed().await;
    receiver.drops.store(1, Ordering::SeqCst);
    let callbacks = house.callbacks("caseworkers", &receiver, 5);
    assert_eq!(callbacks.round().await.unwrap(), 1);
    assert_eq!(receiver.seen().len(), 0);
    house.passes(Duration::from_secs(30));
    assert_eq!(callbacks.round().await.unwrap(), 1);
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test]
async fn what_never_arrives_is_given_up_kept_and_can_be_sent_anew() {
    let (house, receiver) = (House::new().await, Receiver::open(&[Does::Answers(500), Does::Answers(503)]).await);
    let case = house.owed().await;
    let callbacks = house.callbacks("caseworkers", &receiver, 2);
    assert_eq!(callbacks.round().await.unwrap(), 1);
    assert!(house.store.outbox_given_up(&[], None, 10).await.unwrap().is_empty());
    house.passes(Duration::from_secs(30));
    assert_eq!(callbacks.round().await.unwrap(), 1);
    house.passes(Duration::from_secs(86_400));
    assert_eq!(callbacks.round().await.unwrap(), 0);
    let [lost] = &house.store.outbox_given_up(&[], None, 10).await.unwrap()[..] else { panic!("one is given up") };
    assert_eq!((lost.case_id, lost.attempts), (case, 2));
    house.redeliver(lost.id).await.unwrap();
    assert!(house.store.outbox_given_up(&[], None, 10).await.unwrap().is_empty());
    assert!(matches!(house.redeliver(lost.id).await, Err(StoreError::NotFound { .. })));
    assert_eq!(callbacks.round().await.unwrap(), 1);
    let seen = receiver.seen();
    assert_eq!((seen.len(), &seen[2].delivery), (3, &lost.id.to_string()));
    assert_eq!(house.entries(case).await, 2, "sending it anew is entered anew");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (house, receiver) = (House::new().await, Receiver::open(&[Does::SendsElsewhere]).await);
    house.owed().await;
    let callbacks = house.callbacks("caseworkers", &receiver, 1);
    assert_eq!(callbacks.round().await.unwrap(), 1);
    assert_eq!((receiver.seen().len(), receiver.desk.elsewhere.load(Ordering::SeqCst)), (1, 0));
    assert_eq!(house.store.outbox_given_up(&[], None, 10).await.unwrap().len(), 1, "that is no arrival");
}

#[tokio::test]
async fn a_client_without_a_callback_is_not_called() {
    let (house, receiver) = (House::new().await, Receiver::open(&[]).await);
    let case = house.owed().await;
    let callbacks = house.callbacks("somebody-else", &receiver, 3);
    assert_eq!(callbacks.round().await.unwrap(), 1);
    assert_eq!((receiver.seen().len(), house.entries(case).await), (0, 0));
    assert_eq!(
        house.store.outbox_given_up(&[], None, 10).await.unwrap().len(),
        1,
        "it can be sent once the client has an address"
    );
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_entered() {
    let (house, receiver) = (House::new().await, Receiver::open(&[]).await);
    house.owed().await;
    let callbacks = house.callbacks("caseworkers", &receiver, 3);
    house.store.plan_faults(&[Fault::Lost]);
    assert!(callbacks.round().await.is_err());
    assert_eq!(receiver.seen().len(), 0);
    house.passes(LEASE);
    assert_eq!(callbacks.round().await.unwrap(), 1, "once the lease has run out it is sent");
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_send_each_callback_once() {
    let (house, receiver) = (House::new().await, Receiver::open(&[]).await);
    for _ in 0..40 {
        house.owed().await;
    }
    let senders: Vec<Callbacks> = (0..4).map(|_| house.callbacks("caseworkers", &receiver, 3)).collect();
    let sent: Vec<usize> = futures_util::future::join_all(senders.iter().map(Callbacks::round))
        .await
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(sent.iter().sum::<usize>(), 40);
    let ids: BTreeSet<String> = receiver.seen().into_iter().map(|seen| seen.delivery).collect();
    assert_eq!((receiver.seen().len(), ids.len()), (40, 40));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_it_looks_by_itself_and_stops_when_told() {
    let (house, receiver) = (House::new().await, Receiver::open(&[]).await);
    house.owed().await;
    let clients = house.clients("caseworkers", &format!("http://{}/called", receiver.address)).unwrap();
    let (store, log, now) = (house.store.clone(), house.log.clone(), house.now.clone());
    let clock = Clock::of(move || *now.lock().unwrap());
    let parts = CallbackParts { store, log, register: clients.into(), clock, settings: CallbackSettings::default() };
    let callbacks = Callbacks::start(parts).unwrap();
    receiver.desk.arrived.notified().await;
    callbacks.stop().await;
    let soon = later(*house.now.lock().unwrap(), LEASE);
    assert!(house.store.outbox_clients_due(soon).await.unwrap().is_empty(), "its arrival is noted before it stops");
    house.owed().await;
    assert_eq!(receiver.seen().len(), 1);
}
