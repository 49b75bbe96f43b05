//! Whoever is at the machine, as the audit log names them.

use super::Usage;
use crate::audit::Label;

/// The name given with `--operator`, else the system's user name.
pub(super) fn named(given: Option<&String>) -> Result<Label, Usage> {
    let name = given.cloned().or_else(|| std::env::var("USER").ok());
    let name = name.ok_or_else(|| Usage("--operator NAME: say who does it (there is no $USER)".into()))?;
    Label::new(name).map_err(|error| Usage(format!("--operator: {error}")))
}
