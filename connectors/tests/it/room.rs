//! What the tests share: a registry pointed at a server, a person, raw servers that misbehave.

use std::sync::Arc;
use std::time::Duration;

use hedui_connectors::records::{Answer, Failure, SourceKey};
use hedui_connectors::settings::SourceSettings;
use hedui_connectors::source::{ExchangeKey, Lane, Query, Reply, Source, window_start};
use hedui_connectors::{Registry, SourcesConfig};
use jiff::civil::date;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const ID: &str = "62042219710302123X";
pub const NAME: &str = "王建国";

pub fn key(key: &str) -> SourceKey {
    SourceKey::new(key).unwrap()
}

pub fn query() -> Query {
    let as_of = date(2026, 11, 1);
    Query {
        name: NAME.into(),
        id_number: Some(ID.into()),
        birth_date: Some(date(1971, 3, 2)),
        sex: None,
        as_of,
        window_from: window_start(as_of),
        asked_for: String::new(),
        exchange_key: ExchangeKey::of(&[]),
        entry: None,
        lane: Lane::default(),
        anew: false,
    }
}

/// Different people.
pub fn people(count: usize) -> Vec<Query> {
    let person = |index: usize| Query { id_number: Some(format!("{index:018}").as_str().into()), ..query() };
    (0..count).map(person).collect()
}

/// A registry whose sources are all at `base`, quick to give up.
pub fn registry_at(base: &str, change: impl Fn(&mut SourceSettings)) -> Registry {
    let mut config = config_at(base);
    config.sources.values_mut().for_each(change);
    Registry::load(&config).unwrap()
}

pub fn config_at(base: &str) -> SourcesConfig {
    let mut config = SourcesConfig::shipped();
    config.set_base_url_for_all(base);
    config.set_secret_for_all(|key| format!("secret-of-{key}").into());
    for settings in config.sources.values_mut() {
        settings.timeout = Duration::from_millis(300);
        settings.total_timeout = Duration::from_secs(5);
        settings.cache = Duration::ZERO;
        settings.rate_per_second = 0;
    }
    config
}

pub fn source(base: &str, name: &str, change: impl Fn(&mut SourceSettings)) -> Arc<dyn Source> {
    registry_at(base, change).get(&key(name)).unwrap()
}

pub async fn ask(source: &Arc<dyn Source>) -> Reply {
    let mut replies = source.submit(&[query()]).await;
    assert_eq!(replies.len(), 1);
    let reply = replies.remove(0);
    let shown = format!("{reply:?} {:?}", query());
    for canary in [ID, NAME, "1971", "19710302", "8600000", "86000", "86000.00"] {
        assert!(!shown.contains(canary), "a reply prints nobody and no amount: {shown}");
    }
    reply
}

pub fn failure(reply: &Reply) -> Option<Failure> {
    match reply.answer {
        Answer::Unavailable { why } => Some(why),
        _ => None,
    }
}

/// A server that reads a request and then does as `misbehave` says.
pub async fn raw_server<F, Fut>(misbehave: F) -> String
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            tokio::spawn(misbehave(stream));
        }
    });
    format!("http://{address}")
}

pub async fn write(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.flush().await;
}
