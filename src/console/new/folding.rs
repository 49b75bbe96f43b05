//! A large household's form: whoever is not filled in now is folded to a line, and their fields go along unseen.

use super::draft::Draft;
use super::sheet::{Person, Sheet};
use crate::console::parts::Errors;

/// People that a form shows whole.
const WHOLE: usize = 4;

impl Sheet {
    /// Folds people where there are more than a form shows whole. `at` is somebody's place, or one within it, who stays open; so do those with
    /// whom something is wrong, as many as there is room for. What is wrong with the others leads to where they are opened.
    pub(super) fn fold(&mut self, draft: &Draft, at: &str, errors: &mut Errors) {
        if self.members.len() + self.obligors.len() <= WHOLE {
            return;
        }
        let mut room = WHOLE;
        let (first, others): (Vec<&mut Person>, Vec<&mut Person>) =
            self.members.iter_mut().chain(&mut self.obligors).partition(|person| is_within(at, &person.at));
        for person in first.into_iter().chain(others) {
            let open = is_within(at, &person.at) || person.fields().any(|field| field.error.is_some());
            if open && room > 0 {
                room -= 1;
            } else {
                let wrong = errors.faults.iter_mut().filter(|(field, _)| is_within(field, &person.at));
                wrong.for_each(|(field, _)| field.clone_from(&person.at));
                person.folded = Some(unseen(draft, &person.at));
            }
        }
    }
}

fn is_within(at: &str, person: &str) -> bool {
    at.strip_prefix(person).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What was filled in of somebody, but for the name within the request, which the form carries anyhow.
fn unseen(draft: &Draft, person: &str) -> Vec<(String, String)> {
    let fields = draft.fields().iter().filter(|(name, value)| is_within(name, person) && !value.is_empty());
    fields.filter(|(name, _)| name.strip_prefix(person) != Some("/ref")).cloned().collect()
}
