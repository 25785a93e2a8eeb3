//! Which release may run now: releases of one function come one after another, and of those that wait the newest wins.
//!
//! `deployments` asks when a release is submitted and when one has ended.
//!
//! Invariant: no two releases that run have a function in common; a release that is superseded has done nothing yet, and the one in its
//! place brings everything that it would have brought; no token has the last place, neither of those that run nor of those that wait.

use std::collections::{BTreeSet, VecDeque};

use crate::function::FunctionName;

/// Releases that wait at a time; each may hold an upload.
pub const WAITING_MAX: usize = 64;

/// Bytes of the files of releases that wait at a time: four of the longest uploads.
pub const WAITING_BYTES_MAX: u64 = 128 << 20;

/// Releases that run at a time: each compiles, and starts instances.
pub const RUNNING_MAX: usize = 16;

/// Releases of one token that run at a time.
pub const TOKEN_RUNNING_MAX: usize = RUNNING_MAX / 4;

/// Places for running releases that only a token without one gets.
const RUNNING_RESERVE: usize = RUNNING_MAX / 4;

/// A release, as the queue sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: String,
    /// The functions it changes.
    pub functions: BTreeSet<FunctionName>,
    /// Whether a newer one may take its place: only if it brings whole new code.
    pub replaceable: bool,
    /// Bytes of its files, which are in memory until it runs.
    pub bytes: u64,
    /// The token that brought it.
    pub by: Option<String>,
}

/// The outcome of a submission.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Submitted {
    /// Whether it may run at once.
    pub runs: bool,
    /// The releases whose place it takes.
    pub superseded: Vec<String>,
}

/// The queue is full.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueFull {
    /// Of releases.
    #[error("{WAITING_MAX} releases are waiting already")]
    Releases,
    /// Of files.
    #[error("releases with {} MB of files are waiting already, of {} MB that may", .0 >> 20, WAITING_BYTES_MAX >> 20)]
    Bytes(u64),
    /// Of one token.
    #[error(
        "{releases} releases with {} MB of files of this token are waiting already: one token has half of {WAITING_MAX} releases and of {} MB",
        bytes >> 20,
        WAITING_BYTES_MAX >> 20
    )]
    Token {
        /// Releases of the token that wait.
        releases: usize,
        /// Bytes of their files.
        bytes: u64,
    },
}

/// The releases that have not ended.
#[derive(Debug, Default)]
pub struct Queue {
    running: Vec<Ticket>,
    waiting: VecDeque<Ticket>,
}

impl Queue {
    /// Accepts a release.
    ///
    /// # Errors
    /// If too many wait.
    pub fn submit(&mut self, ticket: Ticket) -> Result<Submitted, QueueFull> {
        let mut superseded = Vec::new();
        let before = self.waiting.clone();
        if ticket.replaceable {
            self.waiting.retain(|older| {
                let replaced = older.replaceable && older.functions.is_subset(&ticket.functions);
                if replaced {
                    superseded.push(older.id.clone());
                }
                !replaced
            });
        }
        if self.may_run(&ticket, self.waiting.len()) {
            self.running.push(ticket);
            return Ok(Submitted { runs: true, superseded });
        }
        if let Err(full) = self.has_room(&ticket) {
            // A release that is refused takes no place.
            self.waiting = before;
            return Err(full);
        }
        self.waiting.push_back(ticket);
        Ok(Submitted { runs: false, superseded })
    }

    /// Whether a release may wait: for the bytes that it brings there must be room, and its token leaves half to others.
    fn has_room(&self, ticket: &Ticket) -> Result<(), QueueFull> {
        if self.waiting.len() >= WAITING_MAX {
            return Err(QueueFull::Releases);
        }
        let bytes: u64 = self.waiting.iter().map(|other| other.bytes).sum();
        if bytes + ticket.bytes > WAITING_BYTES_MAX {
            return Err(QueueFull::Bytes(bytes));
        }
        let own = || self.waiting.iter().filter(|other| other.by == ticket.by);
        let (releases, bytes) = (own().count(), own().map(|other| other.bytes).sum::<u64>());
        let is_over = releases >= WAITING_MAX / 2 || bytes + ticket.bytes > WAITING_BYTES_MAX / 2;
        // Without tokens there is one client: the operator.
        if ticket.by.is_some() && is_over { Err(QueueFull::Token { releases, bytes }) } else { Ok(()) }
    }

    /// A release that was running or waiting has ended. Returns those that may run now.
    pub fn end(&mut self, id: &str) -> Vec<String> {
        self.running.retain(|ticket| ticket.id != id);
        self.waiting.retain(|ticket| ticket.id != id);
        let mut started = Vec::new();
        let mut at = 0;
        while let Some(ticket) = self.waiting.get(at) {
            if self.may_run(ticket, at)
                && let Some(ticket) = self.waiting.remove(at)
            {
                started.push(ticket.id.clone());
                self.running.push(ticket);
            } else {
                at += 1;
            }
        }
        started
    }

    /// Whether a release may begin: there is a place for it, and no release has its functions, neither one that runs nor one of the first
    /// `ahead` that wait.
    fn may_run(&self, ticket: &Ticket, ahead: usize) -> bool {
        let mut before = self.running.iter().chain(self.waiting.iter().take(ahead));
        self.has_place(&ticket.by) && before.all(|other| other.functions.is_disjoint(&ticket.functions))
    }

    /// Whether one more release of a token may run. Without tokens there is one client, and what Skep does by itself has no token either.
    fn has_place(&self, by: &Option<String>) -> bool {
        let own = if by.is_some() { self.running.iter().filter(|other| other.by == *by).count() } else { 0 };
        let places = if own > 0 { RUNNING_MAX - RUNNING_RESERVE } else { RUNNING_MAX };
        own < TOKEN_RUNNING_MAX && self.running.len() < places
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ticket(id: &str, functions: &str) -> Ticket {
        Ticket {
            id: id.into(),
            functions: functions.chars().map(|name| FunctionName::parse(&name.to_string()).unwrap()).collect(),
            replaceable: true,
            bytes: 0,
            by: None,
        }
    }

    #[test]
    fn releases_of_one_function_come_one_after_another_and_the_newest_that_waits_wins() {
        let mut queue = Queue::default();
        assert!(queue.submit(ticket("1", "a")).unwrap().runs);
        assert_eq!(queue.submit(ticket("2", "a")).unwrap(), Submitted { runs: false, superseded: vec![] });
        assert_eq!(queue.submit(ticket("3", "a")).unwrap(), Submitted { runs: false, superseded: vec!["2".into()] });
        assert!(queue.submit(ticket("4", "b")).unwrap().runs, "another function is not held up");
        assert_eq!(queue.end("1"), ["3"]);
        assert!(queue.end("3").is_empty() && queue.end("4").is_empty());
        assert!(queue.running.is_empty() && queue.waiting.is_empty());
    }

    #[test]
    fn a_group_waits_for_all_its_functions_and_is_not_overtaken() {
        let mut queue = Queue::default();
        assert!(queue.submit(ticket("1", "a")).unwrap().runs);
        assert!(!queue.submit(ticket("2", "ab")).unwrap().runs);
        assert!(!queue.submit(ticket("3", "b")).unwrap().runs, "`b` is free, but the group was first");
        assert_eq!(queue.end("1"), ["2"]);
        assert_eq!(queue.end("2"), ["3"]);
    }

    #[test]
    fn only_what_brings_everything_again_supersedes() {
        let mut queue = Queue::default();
        queue.submit(ticket("1", "ab")).unwrap();
        queue.submit(ticket("2", "ab")).unwrap();
        assert!(queue.submit(ticket("3", "a")).unwrap().superseded.is_empty(), "`b` of the group would be lost");
        assert_eq!(queue.submit(ticket("4", "abc")).unwrap().superseded, ["2", "3"]);
        let kept = Ticket { replaceable: false, ..ticket("5", "a") };
        queue.submit(kept).unwrap();
        assert_eq!(queue.submit(ticket("6", "abc")).unwrap().superseded, ["4"], "a change of settings is not made again by new code");
    }

    #[test]
    fn the_queue_has_an_end() {
        let mut queue = Queue::default();
        for number in 0..=WAITING_MAX {
            queue.submit(Ticket { replaceable: false, ..ticket(&number.to_string(), "a") }).unwrap();
        }
        assert_eq!(queue.submit(Ticket { replaceable: false, ..ticket("more", "a") }), Err(QueueFull::Releases));
    }

    /// A release of token `by` with this many MB of files, which waits for `a`.
    fn upload(id: &str, by: Option<&str>, megabytes: u64) -> Ticket {
        Ticket { replaceable: false, bytes: megabytes << 20, by: by.map(str::to_owned), ..ticket(id, "a") }
    }

    #[test]
    fn the_files_that_wait_have_a_bound() {
        let mut queue = Queue::default();
        queue.submit(upload("runs", None, 100)).unwrap();
        for number in 0..7 {
            queue.submit(upload(&number.to_string(), None, 18)).unwrap();
        }
        assert_eq!(queue.submit(upload("more", None, 18)), Err(QueueFull::Bytes(126 << 20)));
        assert!(queue.submit(upload("small", None, 2)).is_ok());
        queue.end("0");
        assert!(queue.submit(upload("more", None, 18)).is_ok(), "one ended while it waited");
    }

    #[test]
    fn one_token_leaves_half_of_the_queue_to_others() {
        let mut queue = Queue::default();
        queue.submit(upload("runs", None, 0)).unwrap();
        queue.submit(upload("1", Some("one"), 60)).unwrap();
        assert_eq!(queue.submit(upload("2", Some("one"), 18)), Err(QueueFull::Token { releases: 1, bytes: 60 << 20 }));
        assert!(queue.submit(upload("2", Some("two"), 60)).is_ok());
        for number in 0..WAITING_MAX / 2 {
            queue.submit(upload(&format!("three-{number}"), Some("three"), 0)).unwrap();
        }
        assert!(matches!(queue.submit(upload("more", Some("three"), 0)), Err(QueueFull::Token { .. })));
        assert!(queue.submit(upload("more", Some("four"), 0)).is_ok());
    }

    /// A release of token `by` for a function of its own.
    fn release_of(by: Option<&str>, number: usize) -> Ticket {
        let function = FunctionName::parse(&format!("{}-{number}", by.unwrap_or("nobody"))).unwrap();
        Ticket { by: by.map(str::to_owned), functions: BTreeSet::from([function.clone()]), ..ticket(function.as_str(), "") }
    }

    #[test]
    fn one_token_runs_a_quarter_and_the_last_quarter_is_for_tokens_that_run_none() {
        let mut queue = Queue::default();
        let runs = |queue: &mut Queue, by: Option<&str>, number| queue.submit(release_of(by, number)).unwrap().runs;
        for number in 0..6 {
            assert_eq!(runs(&mut queue, Some("one"), number), number < TOKEN_RUNNING_MAX, "number {number}");
        }
        for token in ["two", "three"] {
            assert!((0..TOKEN_RUNNING_MAX).all(|number| runs(&mut queue, Some(token), number)), "{token}");
        }
        assert!(runs(&mut queue, Some("four"), 0), "it runs none yet");
        assert!(!runs(&mut queue, Some("four"), 1), "and leaves the other places to others");
        assert!(["five", "six", "seven"].iter().all(|token| runs(&mut queue, Some(token), 0)));
        assert!(!runs(&mut queue, Some("eight"), 0), "{RUNNING_MAX} run");
        // The place of another token goes to one that runs none; a place of its own lets the first token continue.
        assert_eq!(queue.end("two-0"), ["eight-0"]);
        assert!(queue.end("one-0").is_empty(), "only the reserve is free");
        assert!(queue.end("five-0").is_empty() && queue.end("six-0").is_empty() && queue.end("seven-0").is_empty());
        assert_eq!(queue.end("eight-0"), ["one-4"]);
    }

    #[test]
    fn without_a_token_every_place_is_free() {
        let mut queue = Queue::default();
        for number in 0..=RUNNING_MAX {
            assert_eq!(queue.submit(release_of(None, number)).unwrap().runs, number < RUNNING_MAX);
        }
    }

    #[test]
    fn a_release_that_is_refused_takes_no_place_of_another() {
        let mut queue = Queue::default();
        queue.submit(ticket("runs", "a")).unwrap();
        queue.submit(upload("first", None, 120)).unwrap();
        queue.submit(Ticket { bytes: 1 << 20, ..ticket("older", "a") }).unwrap();
        assert_eq!(queue.submit(Ticket { bytes: 30 << 20, ..ticket("newer", "a") }), Err(QueueFull::Bytes(120 << 20)));
        queue.end("runs");
        assert_eq!(queue.end("first"), ["older"]);
    }

    proptest! {
        #[test]
        fn no_function_is_ever_in_two_running_releases(steps in proptest::collection::vec((0usize..12, "[a-d]{1,3}"), 1..60)) {
            let (mut queue, mut next) = (Queue::default(), 0);
            for (end, functions) in steps {
                next += 1;
                queue.submit(ticket(&next.to_string(), &functions)).unwrap();
                if let Some(id) = queue.running.get(end).map(|ticket| ticket.id.clone()) {
                    queue.end(&id);
                }
                for (at, one) in queue.running.iter().enumerate() {
                    prop_assert!(queue.running.iter().skip(at + 1).all(|other| one.functions.is_disjoint(&other.functions)));
                }
                prop_assert!(queue.waiting.is_empty() || !queue.running.is_empty(), "one always runs");
            }
        }
    }
}
