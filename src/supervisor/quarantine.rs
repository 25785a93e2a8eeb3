//! Decides which versions are quarantined, from the deaths of engines and their crash notes.
//!
//! The supervisor records every death in the [`CrashHistory`]; every engine from then on receives the versions that it names.
//!
//! Invariant: one death quarantines no version, and neither does any number of deaths during which a version merely ran: only the signal
//! that a version's own thread raised, or a thread of it that had to be frozen, is evidence.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::process::crash_note::SlotState;
use crate::process::quarantine::Quarantined;

/// Older deaths say nothing about the next.
const MEMORY: Duration = Duration::from_secs(600);

/// Deaths remembered.
const DEATHS_MAX: usize = 64;

/// Versions in quarantine; if there were more, the functions would not be the cause.
const QUARANTINED_MAX: usize = 256;

/// Deaths after which an offender is quarantined.
const OFFENDER_TIMES: usize = 2;

/// The supervisor's memory of deaths.
#[derive(Debug, Default)]
pub(crate) struct CrashHistory {
    deaths: VecDeque<Death>,
    quarantined: Vec<Quarantined>,
}

#[derive(Debug)]
struct Death {
    at: Instant,
    /// Each version once: a function may have many instances.
    offenders: Vec<Offender>,
}

#[derive(Debug, PartialEq, Eq)]
struct Offender {
    function: String,
    version: String,
}

impl CrashHistory {
    /// Every version in quarantine.
    pub(crate) fn quarantined(&self) -> &[Quarantined] {
        &self.quarantined
    }

    /// Records that an engine died, by `how`. Returns the versions that are quarantined for it.
    pub(crate) fn record(&mut self, now: Instant, how: &str, note: &[SlotState]) -> Vec<Quarantined> {
        self.deaths.retain(|death| now.saturating_duration_since(death.at) < MEMORY);
        if self.deaths.len() == DEATHS_MAX {
            self.deaths.pop_front();
        }
        self.deaths.push_back(Death { at: now, offenders: offenders(note) });
        let Some(last) = self.deaths.back() else { return Vec::new() };
        let new: Vec<Quarantined> = last.offenders.iter().filter_map(|offender| self.quarantine(offender, how)).collect();
        let room = QUARANTINED_MAX - self.quarantined.len().min(QUARANTINED_MAX);
        self.quarantined.extend(new.iter().take(room).cloned());
        new
    }

    fn quarantine(&self, offender: &Offender, how: &str) -> Option<Quarantined> {
        let Offender { function, version } = offender;
        if self.quarantined.iter().any(|one| one.function == *function && one.version == *version) {
            return None;
        }
        let times = self.deaths.iter().filter(|death| death.offenders.contains(offender)).count();
        let reason = format!("its code took the engine process down {times} times within ten minutes, the last time by {how}");
        (times >= OFFENDER_TIMES).then(|| Quarantined { function: function.clone(), version: version.clone(), reason })
    }
}

/// The versions whose code raised a signal, each once. A version that was busy and raised none is no offender: it may be busy all day.
fn offenders(note: &[SlotState]) -> Vec<Offender> {
    let mut offenders = Vec::new();
    for slot_state in note.iter().filter(|slot_state| slot_state.signal.is_some()) {
        let offender = Offender { function: slot_state.function.clone(), version: slot_state.version.clone() };
        if !offenders.contains(&offender) {
            offenders.push(offender);
        }
    }
    offenders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::quarantine::Quarantine;

    fn busy(functions: &[&str]) -> Vec<SlotState> {
        functions.iter().map(|function| SlotState { function: (*function).into(), version: "v1".into(), signal: None }).collect()
    }

    fn raised(functions: &[&str]) -> Vec<SlotState> {
        busy(functions).into_iter().map(|slot_state| SlotState { signal: Some(11), ..slot_state }).collect()
    }

    fn names(quarantined: &[Quarantined]) -> Vec<&str> {
        quarantined.iter().map(|one| one.function.as_str()).collect()
    }

    #[test]
    fn one_that_merely_ran_is_never_put_in() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        for _ in 0..DEATHS_MAX {
            assert!(history.record(now, "SIGKILL", &busy(&["victim", "victim", "another"])).is_empty());
            assert!(history.record(now, "SIGKILL", &busy(&["victim"])).is_empty(), "not even one that always ran alone");
        }
        assert_eq!(history.quarantined(), []);
    }

    #[test]
    fn one_whose_code_raised_the_signal_twice_is_put_in_and_those_beside_it_are_not() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        let note = [busy(&["good"]), raised(&["bad", "bad"])].concat();
        assert!(history.record(now, "SIGSEGV", &note).is_empty(), "two threads of one death are one death");
        assert_eq!(names(&history.record(now, "SIGSEGV", &note)), ["bad"]);
        assert!(history.record(now, "SIGSEGV", &note).is_empty(), "it is in already");
        assert_eq!(names(history.quarantined()), ["bad"]);
        let reason = &history.quarantined()[0].reason;
        assert!(reason.contains("2 times") && reason.contains("SIGSEGV"), "{reason}");
    }

    #[test]
    fn deaths_far_apart_are_no_pattern_and_another_version_is_another() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        assert!(history.record(now, "SIGSEGV", &raised(&["a"])).is_empty());
        assert!(history.record(now + MEMORY, "SIGSEGV", &raised(&["a"])).is_empty());
        let mut changed = raised(&["a"]);
        changed[0].version = "v2".into();
        assert!(history.record(now + MEMORY, "SIGSEGV", &changed).is_empty());
        assert_eq!(names(&history.record(now + MEMORY, "SIGSEGV", &raised(&["a"]))), ["a"]);
        let quarantine = Quarantine::new(history.quarantined().to_vec());
        assert!(quarantine.reason("a", "v1").is_some() && quarantine.reason("a", "v2").is_none());
    }
}
