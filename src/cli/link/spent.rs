//! Where a run's time goes: the wall time of each of its steps.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::said;
use crate::cli::arguments::Language;

/// What a run does, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Reads the rosters.
    Reading,
    /// Gives every distinct value a number.
    Preparing,
    /// Estimates the model.
    Training,
    /// Gathers rows into blocks.
    Blocking,
    /// Weighs candidates.
    Scoring,
    /// Decides about the pairs that remain.
    Deciding,
    /// Writes the results.
    Writing,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Reading, Self::Preparing, Self::Training, Self::Blocking, Self::Scoring, Self::Deciding, Self::Writing];

    /// Its name in Chinese and English.
    pub(super) fn names(self) -> [&'static str; 2] {
        [
            ["读取名册", "reading"],
            ["整理", "preparing"],
            ["估计模型", "training"],
            ["分组", "blocking"],
            ["比对", "scoring"],
            ["判定", "deciding"],
            ["写出", "writing"],
        ][self as usize]
    }
}

/// The step a run is at since when, and what the steps have taken.
pub(super) struct Spent(Mutex<(Step, Instant, [Duration; Step::ALL.len()])>);

impl Spent {
    pub(super) fn new() -> Self {
        Self(Mutex::new((Step::Reading, Instant::now(), [Duration::ZERO; Step::ALL.len()])))
    }

    /// The next step begins. Blocks made and pairs weighed while a model is estimated are training, until that has ended.
    pub(super) fn turn_to(&self, step: Step) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, since, taken) = &mut *state;
        let now = Instant::now();
        taken[*current as usize] += now - *since;
        (*current, *since) = (step, now);
    }

    /// The step a run is at.
    pub(super) fn current(&self) -> Step {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Every step that took time, in milliseconds.
    fn steps(&self) -> Vec<(Step, u128)> {
        self.turn_to(self.current());
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).2;
        let steps = Step::ALL.into_iter().zip(taken).filter(|(_, taken)| !taken.is_zero());
        steps.map(|(step, taken)| (step, taken.as_millis())).collect()
    }

    /// For people: seconds, and each step's share.
    pub(super) fn text(&self, language: Language) -> String {
        let steps = self.steps();
        let all = steps.iter().map(|(_, taken)| taken).sum::<u128>();
        let mut text = said(language, ["用时", "time"]).to_owned();
        let _ = write!(text, " {}.{} s", all / 1_000, all % 1_000 / 100);
        for (step, taken) in steps {
            let name = said(language, step.names());
            let percent = (taken * 100 + all / 2) / all.max(1);
            let _ = write!(text, "{}{name} {percent}%", said(language, ["，", ", "]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_that_was_made_has_its_time() {
        let spent = Spent::new();
        for step in [Step::Preparing, Step::Blocking, Step::Scoring, Step::Blocking, Step::Writing] {
            spent.turn_to(step);
            assert_eq!(spent.current(), step);
        }
        let steps: Vec<Step> = spent.steps().into_iter().map(|(step, _)| step).collect();
        assert_eq!(steps, [Step::Reading, Step::Preparing, Step::Blocking, Step::Scoring, Step::Writing]);
        assert!(!spent.text(Language::En).contains("training"));
        assert!(spent.text(Language::Zh).starts_with("用时 0."), "{}", spent.text(Language::Zh));
    }
}
