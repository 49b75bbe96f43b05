//! Where a value stands in a document.

use std::fmt;

use super::shape::escaped;

/// A place in a document: written out as a JSON pointer only where there is a fault.
pub(in crate::verification) struct At<'a> {
    above: Option<&'a At<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Whole,
    Name(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    pub const WHOLE: Self = Self { above: None, step: Step::Whole };

    pub fn field(&'a self, name: &'a str) -> At<'a> {
        At { above: Some(self), step: Step::Name(name) }
    }

    pub fn item(&'a self, index: usize) -> At<'a> {
        At { above: Some(self), step: Step::Index(index) }
    }

    /// The name of the field it is, or is an item of.
    pub fn name(&self) -> &str {
        match (&self.step, self.above) {
            (Step::Name(name), _) => name,
            (Step::Index(_), Some(above)) => above.name(),
            _ => "",
        }
    }

    /// The name of the document's own field around it.
    pub fn part(&self) -> &str {
        match self.above {
            Some(above) if matches!(above.step, Step::Whole) => self.name(),
            Some(above) => above.part(),
            None => "",
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match &self.step {
            Step::Whole => Ok(()),
            Step::Name(name) => write!(f, "/{}", escaped(name)),
            Step::Index(index) => write!(f, "/{index}"),
        }
    }
}
