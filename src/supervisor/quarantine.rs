//! Decides which versions are quarantined, from the deaths of engines and their crash notes.
//!
//! The supervisor records every death in the [`CrashHistory`]; every engine receives the versions that it names, and those that offended
//! once.
//!
//! Invariant: one death quarantines no version, and neither does any number of deaths during which a version merely ran: only the signal
//! that a version's own thread raised, or a thread of it that had to be frozen, is evidence.

use std::collections::VecDeque;
use std::time::Instant;

use crate::process::crash_note::SlotState;
use crate::process::quarantine::{MEMORY, OFFENCES, Offence, QUARANTINED_MAX, Quarantined};

/// Deaths remembered.
const DEATHS_MAX: usize = 64;

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

    /// What each version that is not in quarantine was to blame for lately.
    pub(crate) fn offences(&self, now: Instant) -> Vec<Offence> {
        let ago = |death: &Death| now.saturating_duration_since(death.at);
        let recent = self.deaths.iter().filter(|death| ago(death) < MEMORY);
        let all = recent.flat_map(|death| death.offenders.iter().map(move |offender| offender.offence(ago(death).as_secs())));
        all.filter(|one| !self.is_in(&one.function, &one.version)).collect()
    }

    fn is_in(&self, function: &str, version: &str) -> bool {
        self.quarantined.iter().any(|one| one.function == function && one.version == version)
    }

    fn quarantine(&self, offender: &Offender, how: &str) -> Option<Quarantined> {
        let Offender { function, version } = offender;
        if self.is_in(function, version) {
            return None;
        }
        let times = self.deaths.iter().filter(|death| death.offenders.contains(offender)).count();
        (times >= OFFENCES).then(|| Quarantined::after(times, (function, version), how))
    }
}

impl Offender {
    fn offence(&self, seconds_ago: u64) -> Offence {
        Offence { function: self.function.clone(), version: self.version.clone(), seconds_ago }
    }
}

/// The offences that a crash note tells of, at this moment.
pub(crate) fn offences_of(note: &[SlotState]) -> Vec<Offence> {
    offenders(note).iter().map(|offender| offender.offence(0)).collect()
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
    use std::time::Duration;

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
    fn engines_learn_who_offended_once_and_how_long_ago() {
        let (mut history, now) = (CrashHistory::default(), Instant::now());
        let note = [busy(&["good"]), raised(&["once", "once"])].concat();
        assert_eq!(names_of(&offences_of(&note)), [("once", 0)]);
        history.record(now, "SIGSEGV", &note);
        history.record(now, "SIGSEGV", &raised(&["twice"]));
        history.record(now, "SIGSEGV", &raised(&["twice"]));
        assert_eq!(names_of(&history.offences(now + Duration::from_secs(90))), [("once", 90)], "the other one is in quarantine");
        assert_eq!(history.offences(now + MEMORY), []);
    }

    fn names_of(offences: &[Offence]) -> Vec<(&str, u64)> {
        offences.iter().map(|one| (one.function.as_str(), one.seconds_ago)).collect()
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
        let quarantine = Quarantine::default();
        history.quarantined().iter().for_each(|one| quarantine.add(one.clone()));
        assert!(quarantine.reason("a", "v1").is_some() && quarantine.reason("a", "v2").is_none());
    }
}
