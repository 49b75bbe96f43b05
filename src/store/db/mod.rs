//! One way to say a statement to either database: text with `$1`, values of four kinds, rows read by name.
//!
//! What the two databases do not say alike stands here and nowhere else: how places are written in built statements
//! ([`Builder`]), how rows are locked ([`Lock`]), how a transaction begins and what it undoes ([`Pool`], [`Connection`]). Statements are kept
//! to what both understand: TEXT, BIGINT, BOOLEAN and bytes; `ON CONFLICT`, `RETURNING`, `UPDATE … FROM`; a length is cast to INTEGER,
//! a count of one's own making to BIGINT.

mod builder;
mod connection;
mod row;
mod statement;
mod value;

pub(super) use builder::Builder;
pub(super) use connection::{Connection, Pool, Tx};
pub(super) use row::Row;
pub(super) use statement::{Lock, query};
pub(super) use value::Value;
