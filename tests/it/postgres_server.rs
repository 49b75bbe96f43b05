//! A PostgreSQL for tests: the server named by `HEDUI_TEST_POSTGRES` (a URL of a role that may make databases), else one started here
//! from the installed binaries, one for each test process, gone with it however it ends. Each test has a database of its own, which it may save
//! and put back.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection as _, PgConnection};

/// Starts a server on a socket in `$1` and says so, waits until its standard input is closed, which it is when the test process ends,
/// and leaves nothing. Nothing in it outlives the tests, so nothing is synced.
const SERVE: &str = r#"
"$2/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$1/log" 2>&1 &&
"$2/pg_ctl" -D "$1/data" -l "$1/log" -w -o "-c listen_addresses='' -c unix_socket_directories='$1' -c fsync=off \
    -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB -c deadlock_timeout=200ms $3" start >/dev/null 2>&1 &&
echo ready && cat >/dev/null
"$2/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1
rm -rf "$1"
"#;

/// The server of this process.
struct Server {
    /// URL of a database, up to its name, and what follows the name.
    url: (String, String),
    /// Kept, so that its standard input stays open.
    _child: Option<Child>,
}

static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a new database; none, with a word about it, when there is no server: where no skip is allowed, that is a failure.
pub async fn database() -> Option<String> {
    database_with("").await
}

/// The same, made with further options of `CREATE DATABASE`.
pub async fn database_with(options: &str) -> Option<String> {
    let server = match SERVER.get_or_init(server) {
        Ok(server) => server,
        Err(why) => {
            assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "{why}, and no skip is allowed");
            say(&format!("skipped: {why}"));
            return None;
        }
    };
    let url = |name: &str| format!("{}{name}{}", server.url.0, server.url.1);
    let name = format!("hedui_test_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&url("postgres")).await.expect("the test server");
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} {options}"));
    sqlx::raw_sql(create).execute(&mut admin).await.expect("a database for the test");
    admin.close().await.expect("the test server");
    Some(url(&name))
}

/// A word to whoever runs the tests.
pub fn say(text: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "{text}").expect("standard error");
}

fn server() -> Result<Server, String> {
    if let Ok(url) = std::env::var("HEDUI_TEST_POSTGRES") {
        let (before, after) = url.split_once('?').map_or((url.as_str(), String::new()), |(b, a)| (b, format!("?{a}")));
        let host = before.find("://").map_or(0, |scheme| scheme + 3);
        let name = before[host..].find('/').map_or(before.len(), |slash| host + slash);
        return Ok(Server { url: (format!("{}/", &before[..name]), after), _child: None });
    }
    let binaries = binaries().ok_or("no PostgreSQL: install it, or name a server in HEDUI_TEST_POSTGRES")?;
    let folder = std::env::temp_dir().join(format!("hedui-pg-{}", std::process::id()));
    let started = start(&binaries, &folder, "", &[]);
    let child = started.map_err(|error| format!("PostgreSQL did not start in {}: {error}", folder.display()))?;
    let after = format!("?host={}&user=postgres", folder.display());
    Ok(Server { url: ("postgres:///".into(), after), _child: Some(child) })
}

/// A copy of a database, as `pg_dump` makes one beside whoever is at work.
pub fn save(url: &str, to: &Path) {
    ran("pg_dump", &["--format=custom", "--file", &to.display().to_string(), url]);
}

/// Puts a copy in the place of the database, as `pg_restore` does it: whoever is connected is thrown out.
pub async fn put_back(url: &str, from: &Path) {
    let name = name_of(url);
    let mut admin = PgConnection::connect(&url.replace(name, "postgres")).await.expect("the test server");
    for statement in
        [format!("DROP DATABASE {name} WITH (FORCE)"), format!("CREATE DATABASE {name} TEMPLATE template0")]
    {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut admin).await.expect("the database made anew");
    }
    ran("pg_restore", &["--single-transaction", "--dbname", url, &from.display().to_string()]);
}

/// The name of a test's database in its URL.
pub fn name_of(url: &str) -> &str {
    let name = &url[url.find("hedui_test_").expect("a test's database")..];
    name.split('?').next().expect("its name")
}

fn ran(tool: &str, arguments: &[&str]) {
    let tool = binaries().map_or_else(|| tool.into(), |binaries| binaries.join(tool));
    let done = Command::new(&tool).args(arguments).output().expect("PostgreSQL's tools");
    assert!(done.status.success(), "{}: {}", tool.display(), String::from_utf8_lossy(&done.stderr));
}

/// The newest server that is installed.
pub fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let newest =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path()))).max()?;
    Some(newest.1.join("bin")).filter(|bin| bin.join("initdb").exists())
}

/// Starts a server in a folder, with options of its own and with files beside its data that it alone may read. It ends when the child's standard
/// input is closed.
pub fn start(binaries: &Path, folder: &Path, options: &str, files: &[(&str, &str)]) -> std::io::Result<Child> {
    std::fs::DirBuilder::new().mode(0o700).create(folder)?;
    let mut command = Command::new("sh");
    command.args(["-c", SERVE, "sh"]).arg(folder).arg(binaries).arg(options).current_dir("/");
    // The server refuses to be run by root.
    let user = postgres_user().filter(|_| is_root(folder));
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        if let Some((user, group)) = user {
            chown(&path, Some(user), Some(group))?;
        }
    }
    if let Some((user, group)) = user {
        chown(folder, Some(user), Some(group))?;
        command.uid(user).gid(group);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line)?;
    if line.trim() != "ready" {
        return Err(std::io::Error::other("initdb or pg_ctl failed"));
    }
    Ok(child)
}

fn is_root(made: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    made.metadata().is_ok_and(|metadata| metadata.uid() == 0)
}

fn postgres_user() -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
