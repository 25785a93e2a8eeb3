//! Decides which versions are quarantined, from the deaths of engines and their crash notes.
//!
//! The supervisor records every death in the [`CrashHistory`]; every engine from then on receives the versions that it names.
//!
//! Invariant: one death quarantines no version.

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

/// Deaths after which a certain offender is quarantined.
const OFFENDER_TIMES: usize = 2;

/// Blame after which a suspect is quarantined, from two deaths at least. The blame of one death, 1, is divided evenly among its suspects.
const SUSPICION: f64 = 0.5;

/// The supervisor's memory of deaths.
#[derive(Debug, Default)]
pub(crate) struct CrashHistory {
    deaths: VecDeque<Death>,
    quarantined: Vec<Quarantined>,
}

#[derive(Debug)]
struct Death {
    at: Instant,
    /// Each version once: a function may have many busy instances.
    suspects: Vec<Suspect>,
}

#[derive(Debug)]
struct Suspect {
    function: String,
    version: String,
    certain: bool,
    fraction: f64,
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
        self.deaths.push_back(Death { at: now, suspects: attribute(note) });
        let Some(last) = self.deaths.back() else { return Vec::new() };
        let new: Vec<Quarantined> = last.suspects.iter().filter_map(|suspect| self.quarantine(suspect, how)).collect();
        let room = QUARANTINED_MAX - self.quarantined.len().min(QUARANTINED_MAX);
        self.quarantined.extend(new.iter().take(room).cloned());
        new
    }

    fn quarantine(&self, suspect: &Suspect, how: &str) -> Option<Quarantined> {
        let is_same = |one: &&Suspect| one.function == suspect.function && one.version == suspect.version;
        if self.quarantined.iter().any(|one| one.function == suspect.function && one.version == suspect.version) {
            return None;
        }
        let before: Vec<&Suspect> = self.deaths.iter().flat_map(|death| death.suspects.iter().filter(is_same)).collect();
        let certain = before.iter().filter(|one| one.certain).count();
        let suspicion: f64 = before.iter().map(|one| one.fraction).sum();
        let reason = if certain >= OFFENDER_TIMES {
            format!("its code took the engine process down {certain} times within ten minutes, the last time by {how}")
        } else if before.len() >= 2 && suspicion >= SUSPICION {
            format!("it was running the last {} times the engine process died, the last time by {how}", before.len())
        } else {
            return None;
        };
        Some(Quarantined { function: suspect.function.clone(), version: suspect.version.clone(), reason })
    }
}

/// The suspects of a death, each with its part of the blame: the versions whose code raised a signal, else all that were busy.
fn attribute(note: &[SlotState]) -> Vec<Suspect> {
    let certain = note.iter().any(|slot_state| slot_state.signal.is_some());
    let mut suspects: Vec<Suspect> = Vec::new();
    for slot_state in note.iter().filter(|slot_state| !certain || slot_state.signal.is_some()) {
        if !suspects.iter().any(|one| one.function == slot_state.function && one.version == slot_state.version) {
            suspects.push(Suspect { function: slot_state.function.clone(), version: slot_state.version.clone(), certain, fraction: 0.0 });
        }
    }
    let fraction = 1.0 / suspects.len().max(1) as f64;
    for one in &mut suspects {
        one.fraction = fraction;
    }
    suspects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::quarantine::Quarantine;

    fn busy(functions: &[&str]) -> Vec<SlotState> {
        functions.iter().map(|function| SlotState { function: (*function).into(), version: "v1".into(), signal: None }).collect()
    }

    fn names(quarantined: &[Quarantined]) -> Vec<&str> {
        quarantined.iter().map(|one| one.function.as_str()).collect()
    }

    #[test]
    fn the_only_one_that_ran_both_times_is_put_in() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        assert!(history.record(now, "SIGKILL", &busy(&["bad", "good"])).is_empty());
        assert_eq!(names(&history.record(now, "SIGKILL", &busy(&["bad", "bad"]))), ["bad"]);
        assert!(history.record(now, "SIGKILL", &busy(&["bad"])).is_empty(), "it is in already");
        assert_eq!(names(history.quarantined()), ["bad"]);
    }

    #[test]
    fn many_that_ran_need_more_deaths() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        let crowd = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert!(history.record(now, "SIGKILL", &busy(&crowd)).is_empty());
        assert!(history.record(now, "SIGKILL", &busy(&crowd)).is_empty());
        assert_eq!(names(&history.record(now, "SIGKILL", &busy(&["a", "x"]))), ["a"]);
    }

    #[test]
    fn a_culprit_clears_the_others() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        let mut note = busy(&["good", "bad"]);
        note[1].signal = Some(11);
        assert!(history.record(now, "SIGSEGV", &note).is_empty());
        assert_eq!(names(&history.record(now, "SIGSEGV", &note)), ["bad"]);
        assert!(history.quarantined()[0].reason.contains("SIGSEGV"));
    }

    #[test]
    fn deaths_far_apart_are_no_pattern_and_another_version_is_another() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        assert!(history.record(now, "SIGKILL", &busy(&["a"])).is_empty());
        assert!(history.record(now + MEMORY, "SIGKILL", &busy(&["a"])).is_empty());
        let mut changed = busy(&["a"]);
        changed[0].version = "v2".into();
        assert!(history.record(now + MEMORY, "SIGKILL", &changed).is_empty());
        assert_eq!(names(&history.record(now + MEMORY, "SIGKILL", &busy(&["a"]))), ["a"]);
        let quarantine = Quarantine::new(history.quarantined().to_vec());
        assert!(quarantine.reason("a", "v1").is_some() && quarantine.reason("a", "v2").is_none());
    }
}
