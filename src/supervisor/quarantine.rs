//! Which version is quarantined: decided from the deaths of engines and what their crash notes said.
//!
//! The supervisor enters every death into the [`Ledger`]; the versions that it names go to every engine from then on.
//!
//! Invariant: one death quarantines no version.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::process::crash_note::Entry;
use crate::process::quarantine::Quarantined;

/// Deaths that lie farther back say nothing about the next.
const MEMORY: Duration = Duration::from_secs(600);

/// Deaths remembered.
const DEATHS_MAX: usize = 64;

/// Versions in quarantine; more, and it is not the functions.
const QUARANTINED_MAX: usize = 256;

/// Certain culprits are put in at the second time.
const CULPRIT_TIMES: usize = 2;

/// The blame of one death is shared among those that were busy; this much, from two deaths at least, is enough.
const SUSPICION: f64 = 0.5;

/// The supervisor's memory of deaths.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    deaths: VecDeque<Death>,
    quarantined: Vec<Quarantined>,
}

#[derive(Debug)]
struct Death {
    at: Instant,
    /// Each version once: a function may have many busy instances.
    blamed: Vec<Blamed>,
}

#[derive(Debug)]
struct Blamed {
    function: String,
    version: String,
    certain: bool,
    share: f64,
}

impl Ledger {
    /// Everybody who is in quarantine.
    pub(crate) fn quarantined(&self) -> &[Quarantined] {
        &self.quarantined
    }

    /// An engine died, by what `how` says. Returns who is quarantined for it.
    pub(crate) fn record(&mut self, now: Instant, how: &str, note: &[Entry]) -> Vec<Quarantined> {
        self.deaths.retain(|death| now.saturating_duration_since(death.at) < MEMORY);
        if self.deaths.len() == DEATHS_MAX {
            self.deaths.pop_front();
        }
        self.deaths.push_back(Death { at: now, blamed: blame(note) });
        let Some(last) = self.deaths.back() else { return Vec::new() };
        let new: Vec<Quarantined> = last.blamed.iter().filter_map(|blamed| self.sentence(blamed, how)).collect();
        let room = QUARANTINED_MAX - self.quarantined.len().min(QUARANTINED_MAX);
        self.quarantined.extend(new.iter().take(room).cloned());
        new
    }

    fn sentence(&self, blamed: &Blamed, how: &str) -> Option<Quarantined> {
        let is_same = |one: &&Blamed| one.function == blamed.function && one.version == blamed.version;
        if self.quarantined.iter().any(|one| one.function == blamed.function && one.version == blamed.version) {
            return None;
        }
        let before: Vec<&Blamed> = self.deaths.iter().flat_map(|death| death.blamed.iter().filter(is_same)).collect();
        let certain = before.iter().filter(|one| one.certain).count();
        let suspicion: f64 = before.iter().map(|one| one.share).sum();
        let reason = if certain >= CULPRIT_TIMES {
            format!("its code took the engine process down {certain} times within ten minutes, the last time by {how}")
        } else if before.len() >= 2 && suspicion >= SUSPICION {
            format!("it was running the last {} times the engine process died, the last time by {how}", before.len())
        } else {
            return None;
        };
        Some(Quarantined { function: blamed.function.clone(), version: blamed.version.clone(), reason })
    }
}

/// Those whose code ended in a signal, else all that were busy, the blame shared.
fn blame(note: &[Entry]) -> Vec<Blamed> {
    let certain = note.iter().any(|entry| entry.signal.is_some());
    let mut blamed: Vec<Blamed> = Vec::new();
    for entry in note.iter().filter(|entry| !certain || entry.signal.is_some()) {
        if !blamed.iter().any(|one| one.function == entry.function && one.version == entry.version) {
            blamed.push(Blamed { function: entry.function.clone(), version: entry.version.clone(), certain, share: 0.0 });
        }
    }
    let share = 1.0 / blamed.len().max(1) as f64;
    for one in &mut blamed {
        one.share = share;
    }
    blamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::quarantine::Quarantine;

    fn busy(functions: &[&str]) -> Vec<Entry> {
        functions.iter().map(|function| Entry { function: (*function).into(), version: "v1".into(), signal: None }).collect()
    }

    fn names(quarantined: &[Quarantined]) -> Vec<&str> {
        quarantined.iter().map(|one| one.function.as_str()).collect()
    }

    #[test]
    fn the_only_one_that_ran_both_times_is_put_in() {
        let (mut ledger, now) = (Ledger::default(), Instant::now());
        assert!(ledger.record(now, "SIGKILL", &busy(&["bad", "good"])).is_empty());
        assert_eq!(names(&ledger.record(now, "SIGKILL", &busy(&["bad", "bad"]))), ["bad"]);
        assert!(ledger.record(now, "SIGKILL", &busy(&["bad"])).is_empty(), "it is in already");
        assert_eq!(names(ledger.quarantined()), ["bad"]);
    }

    #[test]
    fn many_that_ran_need_more_deaths() {
        let (mut ledger, now) = (Ledger::default(), Instant::now());
        let crowd = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert!(ledger.record(now, "SIGKILL", &busy(&crowd)).is_empty());
        assert!(ledger.record(now, "SIGKILL", &busy(&crowd)).is_empty());
        assert_eq!(names(&ledger.record(now, "SIGKILL", &busy(&["a", "x"]))), ["a"]);
    }

    #[test]
    fn a_culprit_clears_the_others() {
        let (mut ledger, now) = (Ledger::default(), Instant::now());
        let mut note = busy(&["good", "bad"]);
        note[1].signal = Some(11);
        assert!(ledger.record(now, "SIGSEGV", &note).is_empty());
        assert_eq!(names(&ledger.record(now, "SIGSEGV", &note)), ["bad"]);
        assert!(ledger.quarantined()[0].reason.contains("SIGSEGV"));
    }

    #[test]
    fn deaths_far_apart_are_no_pattern_and_another_version_is_another() {
        let (mut ledger, now) = (Ledger::default(), Instant::now());
        assert!(ledger.record(now, "SIGKILL", &busy(&["a"])).is_empty());
        assert!(ledger.record(now + MEMORY, "SIGKILL", &busy(&["a"])).is_empty());
        let mut changed = busy(&["a"]);
        changed[0].version = "v2".into();
        assert!(ledger.record(now + MEMORY, "SIGKILL", &changed).is_empty());
        assert_eq!(names(&ledger.record(now + MEMORY, "SIGKILL", &busy(&["a"]))), ["a"]);
        let quarantine = Quarantine::new(ledger.quarantined().to_vec());
        assert!(quarantine.reason("a", "v1").is_some() && quarantine.reason("a", "v2").is_none());
    }
}
