//! What only a server has: what is demanded of it, its schema beside SQLite's.

use std::collections::BTreeMap;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::config::PostgresSettings;
use crate::store::{AuditReceipt, DocumentKind, SealedDocument, Store, StoreError};

#[path = "../../../tests/it/postgres_server.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod server;

async fn open(url: &str) -> Result<Store, StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let settings = PostgresSettings { url: url.into(), connections: 2, allow_plaintext: false };
    Store::open_shared(folder.path().join("data"), &settings).await
}

#[tokio::test]
async fn a_server_that_would_lose_or_alter_is_refused() {
    let Some(url) = server::database().await else { return };
    let lossy = format!("{url}&options=-c%20synchronous_commit=off");
    let refused = open(&lossy).await.unwrap_err();
    assert!(matches!(refused, StoreError::Server { setting: "synchronous_commit", .. }), "{refused}");
    assert!(refused.to_string().contains("may be lost"), "{refused}");
    let ascii = server::database_with("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0").await.unwrap();
    let refused = open(&ascii).await.unwrap_err();
    assert!(matches!(refused, StoreError::Server { setting: "server_encoding", .. }), "{refused}");
    assert!(matches!(open("postgres://u:geheim@[/").await, Err(StoreError::DatabaseUrl)));
    assert!(!format!("{:?}", open("postgres://u:geheim@[/").await.unwrap_err()).contains("geheim"));
}

#[tokio::test]
async fn a_database_is_made_once_by_whoever_comes_first() {
    let Some(url) = server::database().await else { return };
    let settings = PostgresSettings { url: url.as_str().into(), connections: 2, allow_plaintext: false };
    let empty = Store::open_shared_read_only("data", &settings).await.unwrap_err();
    assert!(matches!(empty, StoreError::OlderSchema { missing: 1 }), "{empty}");
    let (one, two, three) = tokio::join!(open(&url), open(&url), open(&url));
    let id = one.unwrap().id().await.unwrap();
    assert_eq!(two.unwrap().id().await.unwrap(), id);
    assert_eq!(three.unwrap().id().await.unwrap(), id);
    let beside = Store::open_shared_read_only("data", &settings).await.unwrap();
    assert_eq!(beside.id().await.unwrap(), id);
    assert_eq!(beside.log_snapshot().await.unwrap().head().size, 0);
    assert!(matches!(beside.purge_idempotency(jiff::Timestamp::UNIX_EPOCH).await, Err(StoreError::ReadOnly)));
    let mut session = PgConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE meta SET value = 'ab' WHERE key = 'schema_sha256'").execute(&mut session).await.unwrap();
    assert!(matches!(open(&url).await, Err(StoreError::OtherSchema { version: 1 })));
}

/// Waits until a session stands before a lock of `deks`.
async fn somebody_waits(url: &str) {
    let mut beside = PgConnection::connect(url).await.unwrap();
    let waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'deks'::regclass AND NOT granted";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut beside).await.unwrap() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_destroyed_before_or_after_another_process_wraps_under_it() {
    let Some(url) = server::database().await else { return };
    let store = open(&url).await.unwrap();
    let mut session = PgConnection::connect(&url).await.unwrap();
    let say = async |session: &mut PgConnection, statements: &'static str| {
        sqlx::raw_sql(statements).execute(session).await.unwrap();
    };
    say(&mut session, "BEGIN; INSERT INTO deks (id, kek_id, wrapped) VALUES ('d', 'kek-1', '')").await;
    let destroying = tokio::spawn({
        let store = store.clone();
        async move { store.apply(Store::destroying_kek("kek-1", false), Vec::new()).await }
    });
    somebody_waits(&url).await;
    say(&mut session, "COMMIT").await;
    let found = destroying.await.unwrap();
    assert!(matches!(found, Err(StoreError::KekInUse { data_keys: 1 })), "what was on its way is counted: {found:?}");

    say(&mut session, "BEGIN; LOCK TABLE deks IN SHARE MODE; INSERT INTO destroyed_keks VALUES ('kek-2')").await;
    let wrapping = tokio::spawn({
        let (store, id) = (store.clone(), Uuid::now_v7());
        let kek_id = "kek-2".to_owned();
        let (dek_id, kind, commitment) = (Uuid::now_v7(), DocumentKind::Review, [0; 32]);
        let document =
            SealedDocument { id, kind, dek_id, kek_id, wrapped_dek: vec![0], commitment, ciphertext: vec![0] };
        async move { store.put_document(&AuditReceipt::for_test(None), None, document).await }
    });
    somebody_waits(&url).await;
    say(&mut session, "COMMIT").await;
    let late = wrapping.await.unwrap();
    assert!(matches!(late, Err(StoreError::KekDestroyed)), "what comes after is refused: {late:?}");
}

/// What is said of a table's parts, one line each.
type Tables = BTreeMap<String, Vec<String>>;

/// Only several processes need these.
const SHARED_ONLY: [&str; 2] = ["replicas", "source_turns"];

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let Some(url) = server::database().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    Store::open(&data).await.unwrap().close().await;
    open(&url).await.unwrap().close().await;
    let (sqlite, mut postgres) = (of_sqlite(&data).await, of_postgres(&url).await);
    for table in SHARED_ONLY {
        assert!(postgres.remove(table).is_some(), "{table}");
    }
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (table, parts) in &sqlite {
        assert_eq!(parts, &postgres[table], "{table}: SQLite left, PostgreSQL right");
    }
}

async fn of_sqlite(folder: &std::path::Path) -> Tables {
    let options = SqliteConnectOptions::new().filename(folder.join("hedui.sqlite"));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let columns = "SELECT m.name, c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE lower(c.type) END
                          || CASE WHEN c.\"notnull\" THEN ' not null' ELSE '' END || coalesce(' default ' || lower(c.dflt_value), '')
                          || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END
                   FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let indexes = "SELECT m.name, 'index ' || l.name || CASE WHEN l.\"unique\" THEN ' unique' ELSE '' END
                          || CASE WHEN l.partial THEN ' partial' ELSE '' END
                          || ' (' || (SELECT group_concat(i.name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno) i) || ')'
                   FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin = 'c'";
    let mut rows: Vec<(String, String)> = sqlx::query_as(columns).fetch_all(&pool).await.unwrap();
    rows.extend(sqlx::query_as::<_, (String, String)>(indexes).fetch_all(&pool).await.unwrap());
    sorted(rows)
}

async fn of_postgres(url: &str) -> Tables {
    let mut session = PgConnection::connect(url).await.unwrap();
    let columns = "SELECT c.relname::text, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                          || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                          || coalesce(' default ' || regexp_replace(pg_get_expr(d.adbin, d.adrelid), '''([^'']*)''::\\w+', '\\1'), '')
                          || coalesce(' key ' || (1 + array_position(k.indkey::int2[], a.attnum)), '')
                   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                   LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
                   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace";
    let indexes = "SELECT c.relname::text, 'index ' || i.relname || CASE WHEN x.indisunique THEN ' unique' ELSE '' END
                          || CASE WHEN x.indpred IS NOT NULL THEN ' partial' ELSE '' END
                          || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY p.place) FROM unnest(x.indkey) WITH ORDINALITY AS p (num, place)
                                      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.num) || ')'
                   FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
                   WHERE NOT x.indisprimary AND c.relnamespace = 'public'::regnamespace";
    let mut rows: Vec<(String, String)> = sqlx::query_as(columns).fetch_all(&mut session).await.unwrap();
    rows.extend(sqlx::query_as::<_, (String, String)>(indexes).fetch_all(&mut session).await.unwrap());
    // SQLite orders text by its bytes; so must every column here that is compared with another's order.
    let unordered = "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'meta'
                       AND a.atttypid = 'text'::regtype AND a.attnum > 0 AND a.attcollation <> '\"C\"'::regcollation";
    let unordered: Vec<String> = sqlx::query_scalar(unordered).fetch_all(&mut session).await.unwrap();
    assert_eq!(unordered, [""; 0], "columns without COLLATE \"C\"");
    sorted(rows)
}

fn sorted(rows: Vec<(String, String)>) -> Tables {
    let mut tables = Tables::new();
    for (table, part) in rows {
        tables.entry(table).or_default().push(part);
    }
    for parts in tables.values_mut() {
        parts.sort();
    }
    tables
}
