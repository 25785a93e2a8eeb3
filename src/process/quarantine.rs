//! The versions that took engines down and must not run.
//!
//! The supervisor decides which versions are [`Quarantined`]; an engine receives the list when it starts, and each later addition at once.
//! The engine also counts the [`Offence`]s of its own threads, on top of those that the supervisor told it of: the second of a version has
//! its effect before the supervisor knows. A version is looked up before each of its instances is created.
//!
//! Invariant: a version never leaves the quarantine; a changed function is another version.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// Older offences say nothing about the next.
pub(crate) const MEMORY: Duration = Duration::from_secs(600);

/// Offences within that time after which a version is quarantined.
pub(crate) const OFFENCES: usize = 2;

/// Versions in quarantine; if there were more, the functions would not be the cause.
pub(crate) const QUARANTINED_MAX: usize = 256;

/// Offences that an engine remembers.
const OFFENCES_MAX: usize = 256;

/// A version that must not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Name of the function.
    pub function: String,
    /// Id of the version.
    pub version: String,
    /// Why, in words that a client may read.
    pub reason: String,
}

impl Quarantined {
    /// A version that took engines down `times` times, the last time by `how`.
    pub(crate) fn after(times: usize, (function, version): (&str, &str), how: &str) -> Self {
        let reason = format!("its code took the engine process down {times} times within ten minutes, the last time by {how}");
        Self { function: function.to_owned(), version: version.to_owned(), reason }
    }
}

/// A death or a frozen thread that a version is to blame for. One alone has no consequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offence {
    /// Name of the function.
    pub function: String,
    /// Id of the version.
    pub version: String,
    /// How long ago it was.
    pub seconds_ago: u64,
}

/// What an offence by a frozen thread is called.
pub(crate) fn frozen_thread(cause: &str) -> String {
    format!("a thread that had to be frozen ({cause})")
}

/// The list that an engine received, and what happened since.
#[derive(Default)]
pub struct Quarantine {
    known: RwLock<Known>,
    on_add: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

#[derive(Debug, Default)]
struct Known {
    quarantined: Vec<Quarantined>,
    offences: Vec<PastOffence>,
}

#[derive(Debug)]
struct PastOffence {
    function: String,
    version: String,
    at: Instant,
}

impl std::fmt::Debug for Quarantine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Quarantine").field(&*self.known.read()).finish()
    }
}

impl Quarantine {
    /// Why this version must not run, if it must not.
    pub fn reason(&self, function: &str, version: &str) -> Option<String> {
        self.known.read().find(function, version).map(|one| one.reason.clone())
    }

    /// All of them.
    pub fn list(&self) -> Vec<Quarantined> {
        self.known.read().quarantined.clone()
    }

    /// Sets the function that is called after each addition. Called once.
    pub fn on_add(&self, heed: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_add.set(Box::new(heed));
    }

    /// This version must not run from now on.
    pub fn add(&self, one: Quarantined) {
        if self.known.write().add(one)
            && let Some(heed) = self.on_add.get()
        {
            heed();
        }
    }

    /// The supervisor knows of an offence in another engine.
    pub(crate) fn remember(&self, offence: &Offence, now: Instant) {
        // A clock that began a minute ago knows nothing that is older.
        let Some(at) = now.checked_sub(Duration::from_secs(offence.seconds_ago)) else { return };
        let _times = self.known.write().offend(&offence.function, &offence.version, at, now);
    }

    /// A thread of this version took this engine down, by `how`. The second such offence quarantines the version.
    pub fn offend(&self, function: &str, version: &str, how: &str, now: Instant) {
        let times = self.known.write().offend(function, version, now, now);
        if times >= OFFENCES {
            self.add(Quarantined::after(times, (function, version), how));
        }
    }
}

impl Known {
    fn find(&self, function: &str, version: &str) -> Option<&Quarantined> {
        self.quarantined.iter().find(|one| one.function == function && one.version == version)
    }

    /// Returns whether it was added.
    fn add(&mut self, one: Quarantined) -> bool {
        let is_new = self.find(&one.function, &one.version).is_none() && self.quarantined.len() < QUARANTINED_MAX;
        if is_new {
            self.quarantined.push(one);
        }
        is_new
    }

    /// Records an offence; returns how many the version has within the time that counts.
    fn offend(&mut self, function: &str, version: &str, at: Instant, now: Instant) -> usize {
        self.offences.retain(|past| now.saturating_duration_since(past.at) < MEMORY);
        if self.offences.len() == OFFENCES_MAX {
            self.offences.remove(0);
        }
        self.offences.push(PastOffence { function: function.to_owned(), version: version.to_owned(), at });
        self.offences.iter().filter(|past| past.function == function && past.version == version).count()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn an_addition_has_its_effect_once_and_at_once() {
        let quarantine = Quarantine::default();
        let heeded = Arc::new(AtomicUsize::new(0));
        let count = heeded.clone();
        quarantine.on_add(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let bad = Quarantined { function: "bad".into(), version: "v1".into(), reason: "twice".into() };
        quarantine.add(bad.clone());
        quarantine.add(bad.clone());
        assert_eq!((heeded.load(Ordering::SeqCst), quarantine.list()), (1, vec![bad]));
        assert_eq!(quarantine.reason("bad", "v1").as_deref(), Some("twice"));
        assert_eq!((quarantine.reason("bad", "v2"), quarantine.reason("good", "v1")), (None, None));
    }

    #[test]
    fn the_second_offence_within_ten_minutes_counts_wherever_the_first_was() {
        let (quarantine, now) = (Quarantine::default(), Instant::now());
        let how = frozen_thread("wedged");
        quarantine.offend("here", "v1", &how, now);
        quarantine.offend("here", "v2", &how, now);
        quarantine.remember(&Offence { function: "elsewhere".into(), version: "v1".into(), seconds_ago: 0 }, now);
        assert_eq!(quarantine.list(), [], "each once");
        quarantine.offend("here", "v1", &how, now + Duration::from_secs(1));
        quarantine.offend("elsewhere", "v1", &how, now + Duration::from_secs(1));
        for function in ["here", "elsewhere"] {
            let reason = quarantine.reason(function, "v1").unwrap();
            assert!(reason.contains("2 times") && reason.contains("frozen (wedged)"), "{reason}");
        }
        quarantine.offend("here", "v2", &how, now + MEMORY);
        assert_eq!(quarantine.reason("here", "v2"), None, "the first is too long ago");
    }

    #[test]
    fn a_list_without_end_is_no_list_of_offenders() {
        let quarantine = Quarantine::default();
        for number in 0..=QUARANTINED_MAX {
            quarantine.add(Quarantined { function: format!("f{number}"), version: "v1".into(), reason: "twice".into() });
        }
        assert_eq!(quarantine.list().len(), QUARANTINED_MAX);
    }
}
