//! What is wrong with a model file, collected: a value at fault is replaced so that checking goes on, and all faults are told at once.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::fault::{ModelFault, ModelFaults};
use crate::household::toml_bounds;
use crate::identity::bits::{ONE, parse_probability};

/// A model file under examination.
pub(crate) struct Checking<'a> {
    file: &'a str,
    text: &'a str,
    faults: Vec<ModelFault>,
}

impl<'a> Checking<'a> {
    /// Reads the shape of a file; what its values mean is checked afterwards.
    pub(crate) fn read<T: DeserializeOwned>(file: &'a str, text: &'a str) -> Result<(Self, T), ModelFaults> {
        let mut checking = Self { file, text, faults: Vec::new() };
        if let Err(bound) = toml_bounds::check(text) {
            checking.fault(Some(bound.at()..bound.at()), "(file)", &bound.to_string());
            return Err(checking.ended());
        }
        match toml::from_str(text) {
            Ok(read) => Ok((checking, read)),
            Err(error) => {
                checking.fault(error.span(), "(file)", error.message());
                Err(checking.ended())
            }
        }
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, span: Option<Range<usize>>, key: &str, message: &str) {
        let line = span.map_or(0, |s| 1 + self.text.as_bytes().iter().take(s.start).filter(|b| **b == b'\n').count());
        self.faults.push(ModelFault { line, key: key.to_owned(), message: message.to_owned() });
    }

    /// How many faults there are so far.
    pub(crate) fn found(&self) -> usize {
        self.faults.len()
    }

    /// A probability above zero, in parts per trillion.
    pub(crate) fn positive(&mut self, key: &str, decimal: &Spanned<String>) -> u64 {
        match parse_probability(decimal.get_ref()) {
            Ok(0) => {
                self.fault(Some(decimal.span()), key, "must be above 0: nothing is impossible, give it a small value")
            }
            Ok(parts) => return parts,
            Err(message) => self.fault(Some(decimal.span()), key, message),
        }
        ONE
    }

    /// A whole number from 0 to 100.
    pub(crate) fn percent(&mut self, key: &str, percent: &Spanned<i32>) -> i32 {
        if !(0..=100).contains(percent.get_ref()) {
            self.fault(Some(percent.span()), key, "must be from 0 to 100");
        }
        *percent.get_ref()
    }

    /// The model, if nothing is wrong with its file; else every fault, by line.
    pub(crate) fn end<T>(self, model: T) -> Result<T, ModelFaults> {
        if self.faults.is_empty() { Ok(model) } else { Err(self.ended()) }
    }

    fn ended(mut self) -> ModelFaults {
        self.faults.sort_by_key(|fault| fault.line);
        ModelFaults { file: self.file.to_owned(), faults: self.faults }
    }
}
