//! How a release is written down while it runs: its steps one by one, and whether traffic has seen it.
//!
//! `transaction` marks each step here; the types are those of the admin API (`api::release`), which shows the record.
//!
//! The size of a record and what is left of one that never began are told here too, for `registry`.
//!
//! Invariant: a step that has ended says when it began and how long it took.

use crate::api::release::{FunctionRecord, Record, Step, StepRecord, StepState};
use crate::function::FunctionName;

impl Record {
    /// The function of this name.
    pub(crate) fn function_mut(&mut self, name: &FunctionName) -> Option<&mut FunctionRecord> {
        self.functions.iter_mut().find(|function| function.function == *name)
    }

    /// Whether the live table has what it brings.
    pub(in crate::release) fn is_published(&self) -> bool {
        let published =
            |function: &FunctionRecord| function.steps.iter().any(|step| step.step == Step::Published && step.state == StepState::Done);
        self.functions.iter().any(published)
    }
}

impl Record {
    /// Bytes that it takes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let of_step = |step: &StepRecord| size_of::<StepRecord>() + text(&step.detail);
        let of_function = |function: &FunctionRecord| {
            size_of::<FunctionRecord>() + function.function.as_str().len() + function.steps.iter().map(of_step).sum::<usize>()
        };
        let failure = self.failure.as_ref().map_or(0, |failure| failure.reason.len() + text(&failure.detail));
        size_of::<Self>() + text(&self.note) + failure + self.functions.iter().map(of_function).sum::<usize>()
    }

    /// Takes the steps away if it has begun none: they say nothing, and a release that waited may have thousands.
    pub(super) fn forget_steps_not_begun(&mut self) {
        let mut steps = self.functions.iter().flat_map(|function| &function.steps);
        if steps.all(|step| step.state == StepState::Pending) {
            self.functions.iter_mut().for_each(|function| function.steps = Vec::new());
        }
    }
}

impl FunctionRecord {
    /// A function that nothing has been done for.
    pub(crate) fn new(function: FunctionName) -> Self {
        let pending = |step| StepRecord { step, state: StepState::Pending, began_ms: None, took_ms: None, detail: None };
        Self { function, version: None, before: None, steps: Step::ALL.map(pending).to_vec() }
    }

    /// How long a step took, once it has ended.
    pub(super) fn took_ms(&self, step: Step) -> Option<u64> {
        self.steps.iter().find(|record| record.step == step)?.took_ms
    }

    /// Moves a step on. `now_ms` is when.
    pub(crate) fn set(&mut self, step: Step, state: StepState, now_ms: u64, detail: Option<String>) {
        let Some(record) = self.steps.iter_mut().find(|record| record.step == step) else { return };
        record.state = state;
        match state {
            StepState::Pending | StepState::Skipped => {}
            StepState::Running => record.began_ms = Some(now_ms),
            StepState::Done | StepState::Failed => {
                let began = *record.began_ms.get_or_insert(now_ms);
                record.took_ms = Some(now_ms.saturating_sub(began));
            }
        }
        if detail.is_some() {
            record.detail = detail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_ends_says_when_it_began_and_how_long_it_took() {
        let mut record = FunctionRecord::new(FunctionName::parse("hello").unwrap());
        assert!(record.steps.iter().all(|step| step.state == StepState::Pending));
        record.set(Step::Received, StepState::Running, 100, None);
        record.set(Step::Received, StepState::Done, 112, Some("whole".to_owned()));
        record.set(Step::Compiled, StepState::Failed, 120, None);
        let seen: Vec<_> = record.steps.iter().take(2).map(|step| (step.began_ms, step.took_ms, step.detail.as_deref())).collect();
        assert_eq!(seen, [(Some(100), Some(12), Some("whole")), (Some(120), Some(0), None)], "one that never ran took no time");
    }
}
