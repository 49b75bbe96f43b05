//! What is wrong with a model file: every fault at once, with file, line and key.

use std::fmt;

use thiserror::Error;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFault {
    /// Line, from 1; 0 when none can be named.
    pub line: usize,
    /// Key, as `field.name[2].m`.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Every fault of one model file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ModelFaults {
    /// The file as it was named.
    pub file: String,
    /// At least one fault, by line.
    pub faults: Vec<ModelFault>,
}

impl fmt::Display for ModelFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}: {}: {}", self.file, fault.line, fault.key, fault.message)?;
        }
        Ok(())
    }
}
