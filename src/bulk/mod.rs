//! Many households at once. So far: [`planning`], on which days of a year whom to look at again, within what departments allow.
//!
//! Beside `web`: it knows no route and no listener. Planning is pure: no I/O, no clock, and counts instead of people.

pub mod planning;
