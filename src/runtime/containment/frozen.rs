//! The frozen threads of this process: how many there are, what they keep, and whose they are.
//!
//! `worker` notes each; `fleet` asks before a version gets an instance, and a taint is urgent once there are as many as there may be.
//!
//! Invariant: one frozen thread is never too many, so that its function goes on; the memory of a frozen thread is lost until the process
//! ends.

use parking_lot::Mutex;

use super::{ContainmentLevel, record};

/// Frozen threads after which their versions get no further instance in this process.
const THREADS_MAX: usize = 4;

/// The thread of an instance that sleeps forever.
#[derive(Clone, Copy, Debug)]
pub struct FrozenThread<'a> {
    /// Function and version that ran on it, if they are known.
    pub version: Option<(&'a str, &'a str)>,
    /// The memory that it keeps, in bytes: an estimate.
    pub bytes: u64,
}

/// The frozen threads of a process, against the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenUse {
    /// How many there are.
    pub threads: usize,
    /// How many there may be.
    pub threads_max: usize,
    /// The memory that they keep.
    pub bytes: u64,
    /// The memory that they may keep.
    pub bytes_max: u64,
}

// Lock order: see runtime.
static FROZEN: Mutex<FrozenThreads> = Mutex::new(FrozenThreads { versions: Vec::new(), threads: 0, bytes: 0, bytes_max: u64::MAX });

/// Sets the memory that frozen threads may keep. Must be called before the first isolate exists.
pub fn allow(bytes_max: u64) {
    FROZEN.lock().bytes_max = bytes_max;
}

/// Counts one more frozen thread.
pub fn note(thread: FrozenThread<'_>) {
    FROZEN.lock().note(thread);
    record(ContainmentLevel::Frozen);
}

/// Whether there are as many as there may be.
pub fn is_full() -> bool {
    FROZEN.lock().is_full()
}

/// Why this version gets no further instance in this process: threads of it were frozen, and there are as many as there may be.
pub fn refuses(function: &str, version: &str) -> Option<FrozenUse> {
    FROZEN.lock().refuses(function, version)
}

struct FrozenThreads {
    /// Each once.
    versions: Vec<(String, String)>,
    threads: usize,
    bytes: u64,
    bytes_max: u64,
}

impl FrozenThreads {
    fn note(&mut self, thread: FrozenThread<'_>) {
        self.threads += 1;
        self.bytes = self.bytes.saturating_add(thread.bytes);
        if let Some((function, version)) = thread.version
            && !self.has(function, version)
        {
            self.versions.push((function.to_owned(), version.to_owned()));
        }
    }

    fn has(&self, function: &str, version: &str) -> bool {
        self.versions.iter().any(|one| one.0 == function && one.1 == version)
    }

    fn is_full(&self) -> bool {
        self.threads >= THREADS_MAX || (self.threads > 1 && self.bytes > self.bytes_max)
    }

    fn refuses(&self, function: &str, version: &str) -> Option<FrozenUse> {
        let refused = self.is_full() && self.has(function, version);
        refused.then_some(FrozenUse { threads: self.threads, threads_max: THREADS_MAX, bytes: self.bytes, bytes_max: self.bytes_max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(function: &str, bytes: u64) -> FrozenThread<'_> {
        FrozenThread { version: Some((function, "v1")), bytes }
    }

    fn threads(bytes_max: u64) -> FrozenThreads {
        FrozenThreads { versions: Vec::new(), threads: 0, bytes: 0, bytes_max }
    }

    #[test]
    fn beyond_the_threads_those_that_froze_are_refused_and_others_are_not() {
        let mut frozen = threads(u64::MAX);
        for _ in 1..THREADS_MAX {
            frozen.note(of("a", 1 << 30));
            assert!(!frozen.is_full() && frozen.refuses("a", "v1").is_none());
        }
        frozen.note(of("b", 1));
        assert_eq!((frozen.is_full(), frozen.versions.len()), (true, 2));
        let why = frozen.refuses("a", "v1").unwrap();
        assert_eq!((why.threads, why.threads_max, why.bytes), (THREADS_MAX, THREADS_MAX, (3 << 30) + 1));
        assert!(frozen.refuses("b", "v1").is_some());
        assert_eq!((frozen.refuses("a", "v2"), frozen.refuses("good", "v1")), (None, None));
    }

    #[test]
    fn the_memory_counts_from_the_second_thread_on() {
        let mut frozen = threads(100);
        frozen.note(FrozenThread { version: None, bytes: 1000 });
        assert!(!frozen.is_full(), "one never ends its own function");
        frozen.note(of("a", 1));
        assert!(frozen.is_full() && frozen.refuses("a", "v1").is_some());
        let mut frozen = threads(100);
        for _ in 0..2 {
            frozen.note(of("a", 50));
        }
        assert!(!frozen.is_full());
    }
}
