//! The board that the load of `releases` shares with the operator's side: the phase, the functions that are called, and the versions of
//! them that may answer.
//!
//! Invariant: a version may answer from before its release is ordered, and an older one until the release has ended; nothing else is right.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};

/// The state that the load and the operator's side share.
pub struct Board {
    pub targets: Vec<Target>,
    phase: AtomicUsize,
    /// Calls that are due and have no connection yet.
    waiting: AtomicUsize,
    over: AtomicBool,
}

/// A function that is called. It answers its name and the number of its version.
pub struct Target {
    pub name: &'static str,
    /// As kept-alive and as an only request.
    requests: [Vec<u8>; 2],
    oldest: AtomicU32,
    newest: AtomicU32,
}

impl Board {
    pub fn new(names: &[&'static str]) -> Self {
        let request = |name: &str, more: &str| format!("GET /{name} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n").into_bytes();
        let target = |name: &&'static str| Target {
            name,
            requests: [request(name, ""), request(name, "connection: close\r\n")],
            oldest: AtomicU32::new(0),
            newest: AtomicU32::new(0),
        };
        Self {
            targets: names.iter().map(target).collect(),
            phase: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// Calls that are sent from now on belong to this phase.
    pub fn enter(&self, phase: usize) {
        self.phase.store(phase, SeqCst);
    }

    pub fn waiting(&self) -> usize {
        self.waiting.load(SeqCst)
    }

    /// The load reports how many calls wait.
    pub fn tell_waiting(&self, count: usize) {
        self.waiting.store(count, SeqCst);
    }

    /// No more calls.
    pub fn end(&self) {
        self.over.store(true, SeqCst);
    }

    pub fn is_over(&self) -> bool {
        self.over.load(SeqCst)
    }

    pub fn phase(&self) -> usize {
        self.phase.load(SeqCst)
    }

    /// The function of a call: half of the calls are for the first function, the others take turns.
    pub fn target_of(&self, number: u64) -> usize {
        let others = self.targets.len() as u64 - 1;
        if number.is_multiple_of(2) || others == 0 { 0 } else { 1 + (number / 2 % others) as usize }
    }
}

impl Target {
    /// The number of the newest version that may answer; 0 before the first release.
    pub fn newest(&self) -> u32 {
        self.newest.load(SeqCst)
    }

    /// This version may answer from now on.
    pub fn allow(&self, newest: u32) {
        self.newest.store(newest, SeqCst);
    }

    /// No older version may answer calls that are sent from now on.
    pub fn require(&self, oldest: u32) {
        self.oldest.store(oldest, SeqCst);
    }

    pub fn oldest(&self) -> u32 {
        self.oldest.load(SeqCst)
    }

    /// A call as bytes. `alone`: it says that it is the only one of its connection.
    pub fn request(&self, alone: bool) -> &[u8] {
        let [shared, only] = &self.requests;
        if alone { only } else { shared }
    }

    /// Whether this answers a call that was sent when `oldest` was the oldest version.
    pub fn is_right(&self, oldest: u32, status: u16, body: &[u8]) -> bool {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let number = text.strip_prefix(self.name).and_then(|rest| rest.strip_prefix(' ')?.parse::<u32>().ok());
        status == 200 && number.is_some_and(|number| (oldest..=self.newest()).contains(&number))
    }
}
