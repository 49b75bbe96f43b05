//! The departments: how each is at a glance (`board`), and one of them with its figures, series, quality and changes of form (`department`).

mod board;
mod department;
mod standing;

pub(super) use self::board::show as board;
pub(super) use self::department::show as department;
