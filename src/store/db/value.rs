//! What is bound to a statement: text, whole numbers, bytes and flags, borrowed where they can be; what is missing keeps its type,
//! which PostgreSQL wants to know.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{Arguments, Database, Encode, Type};

/// A bound value. Bytes and text are copied once, when the driver takes them.
pub(in crate::store) enum Value<'q> {
    /// TEXT.
    Text(Option<Cow<'q, str>>),
    /// BIGINT.
    Int(Option<i64>),
    /// BLOB, BYTEA.
    Bytes(Option<Cow<'q, [u8]>>),
    /// BOOLEAN.
    Flag(bool),
}

/// Gives values to SQLite's driver.
pub(super) fn for_sqlite(values: Vec<Value<'_>>) -> Result<SqliteArguments, sqlx::Error> {
    arguments::<Sqlite, SqliteArguments>(values)
}

/// Gives values to PostgreSQL's driver.
pub(super) fn for_postgres(values: Vec<Value<'_>>) -> Result<PgArguments, sqlx::Error> {
    arguments::<Postgres, PgArguments>(values)
}

fn arguments<D, A>(values: Vec<Value<'_>>) -> Result<A, sqlx::Error>
where
    D: Database,
    A: Arguments<Database = D> + Default,
    for<'t> &'t str: Encode<'t, D> + Type<D>,
    for<'t> &'t [u8]: Encode<'t, D> + Type<D>,
    for<'t> String: Encode<'t, D> + Type<D>,
    for<'t> Vec<u8>: Encode<'t, D> + Type<D>,
    for<'t> Option<String>: Encode<'t, D> + Type<D>,
    for<'t> Option<Vec<u8>>: Encode<'t, D> + Type<D>,
    for<'t> Option<i64>: Encode<'t, D> + Type<D>,
    for<'t> bool: Encode<'t, D> + Type<D>,
{
    let mut taken = A::default();
    taken.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Text(Some(Cow::Borrowed(text))) => taken.add(text),
            Value::Text(Some(Cow::Owned(text))) => taken.add(text),
            Value::Text(None) => taken.add(None::<String>),
            Value::Int(int) => taken.add(int),
            Value::Bytes(Some(Cow::Borrowed(bytes))) => taken.add(bytes),
            Value::Bytes(Some(Cow::Owned(bytes))) => taken.add(bytes),
            Value::Bytes(None) => taken.add(None::<Vec<u8>>),
            Value::Flag(flag) => taken.add(flag),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(taken)
}

/// How Rust values become bound ones.
macro_rules! bound {
    ($($of:ty => |$value:ident| $becomes:expr),* $(,)?) => {$(
        impl<'q> From<$of> for Value<'q> {
            fn from($value: $of) -> Self {
                $becomes
            }
        }
    )*};
}

bound! {
    &'q str => |text| Self::Text(Some(Cow::Borrowed(text))),
    String => |text| Self::Text(Some(Cow::Owned(text))),
    Option<&'q str> => |text| Self::Text(text.map(Cow::Borrowed)),
    Option<String> => |text| Self::Text(text.map(Cow::Owned)),
    i64 => |int| Self::Int(Some(int)),
    Option<i64> => |int| Self::Int(int),
    &'q [u8] => |bytes| Self::Bytes(Some(Cow::Borrowed(bytes))),
    Vec<u8> => |bytes| Self::Bytes(Some(Cow::Owned(bytes))),
    Option<&'q [u8]> => |bytes| Self::Bytes(bytes.map(Cow::Borrowed)),
    Option<Vec<u8>> => |bytes| Self::Bytes(bytes.map(Cow::Owned)),
    bool => |flag| Self::Flag(flag),
}
