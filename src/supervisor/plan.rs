//! What to do when an engine has ended, and when; who asked for a fresh one: decisions without a clock, a process or a socket.
//!
//! `run` asks; `family` is what it decides about.
//!
//! Invariant: the same history gives the same answer.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use crate::config::ExitCode;

/// An engine that lived so long did not fail at once: what follows is a new story.
const CALM: Duration = Duration::from_secs(30);

/// Successors that are tried for one SIGHUP.
pub(super) const ATTEMPTS_MAX: u32 = 3;

/// Who waits for a successor, and hears if there is none. A taint is not among them: it stays as long as its engine does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// A SIGHUP, and how many successors were tried for it in vain.
    pub(super) hang_up: Option<u32>,
    /// An engine that was told to.
    pub(super) upgrade: Option<Question>,
}

/// A question of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) generation: u64,
    pub(super) number: u64,
}

/// What becomes of wishes whose successor does not serve.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disappointment {
    /// They are tried again.
    pub(super) left: Wishes,
    /// Whose question is answered now: a person waits.
    pub(super) answered: Option<Question>,
    /// Whether the SIGHUP was tried often enough.
    pub(super) gave_up: bool,
}

impl Wishes {
    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// With those of an earlier successor that are tried again. What was wished for since is a new story.
    pub(super) fn and(self, earlier: Self) -> Self {
        Self { hang_up: self.hang_up.or(earlier.hang_up), upgrade: self.upgrade.or(earlier.upgrade) }
    }

    /// Their successor does not serve.
    pub(super) fn disappoint(self) -> Disappointment {
        let tried = self.hang_up.map(|failed| failed + 1);
        let again = tried.filter(|tried| *tried < ATTEMPTS_MAX);
        Disappointment { left: Self { hang_up: again, upgrade: None }, answered: self.upgrade, gave_up: tried.is_some() && again.is_none() }
    }
}

/// Growing pauses between attempts: none, `first`, twice that, and so on up to `most`.
#[derive(Debug)]
pub(super) struct Pauses {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Pauses {
    pub(super) const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, next: Duration::ZERO }
    }

    /// The pause before the next attempt, after an engine that lived for `lived`.
    pub(super) fn after(&mut self, lived: Duration) -> Duration {
        if lived >= CALM {
            self.next = Duration::ZERO;
        }
        let pause = self.next;
        self.next = (pause * 2).clamp(self.first, self.most);
        pause
    }

    /// There are no more attempts: the next one is a new story.
    pub(super) fn forget(&mut self) {
        self.next = Duration::ZERO;
    }
}

/// How an engine ended, for people.
pub(super) fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => signal_name(signal),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => status.to_string(),
    }
}

/// Whether its end is blamed on the functions it ran: an engine that leaves with a code of its own knew why.
pub(super) fn is_crash(status: ExitStatus) -> bool {
    status.signal().is_some()
}

/// What the supervisor ends with if its first engine never served: the engine's word on configuration, addresses and functions counts.
pub(super) fn code_of_failed_start(status: ExitStatus) -> ExitCode {
    known_code(status).filter(|code| *code != ExitCode::Ok).unwrap_or(ExitCode::Internal)
}

/// What the supervisor ends with after a shutdown: an engine that was killed had requests in flight.
pub(super) fn code_of_shutdown(status: ExitStatus) -> ExitCode {
    known_code(status).unwrap_or(if is_crash(status) { ExitCode::DrainTimeout } else { ExitCode::Internal })
}

fn known_code(status: ExitStatus) -> Option<ExitCode> {
    let code = status.code()?;
    ExitCode::ALL.iter().copied().find(|known| i32::from(known.code()) == code)
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGHUP => "SIGHUP",
        libc::SIGILL => "SIGILL",
        libc::SIGINT => "SIGINT",
        libc::SIGKILL => "SIGKILL",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    #[test]
    fn pauses_grow_until_an_engine_has_lived_for_a_while() {
        let mut pauses = Pauses::new(Duration::from_millis(100), Duration::from_secs(5));
        let short = Duration::from_millis(1);
        let millis: Vec<_> = (0..9).map(|_| pauses.after(short).as_millis()).collect();
        assert_eq!(millis, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(pauses.after(CALM), Duration::ZERO);
        assert_eq!(pauses.after(short).as_millis(), 100);
        pauses.forget();
        assert_eq!(pauses.after(short), Duration::ZERO);
    }

    #[test]
    fn a_hang_up_is_tried_three_times_and_a_person_is_answered_at_once() {
        let question = Question { generation: 1, number: 7 };
        let asked = Wishes { hang_up: Some(0), upgrade: Some(question) };
        let first = asked.disappoint();
        assert_eq!((first.answered, first.gave_up), (Some(question), false));
        let second = first.left.disappoint();
        assert_eq!(second, Disappointment { left: Wishes { hang_up: Some(2), upgrade: None }, answered: None, gave_up: false });
        // Another one in the meantime is tried as often.
        assert_eq!(Wishes { hang_up: Some(0), upgrade: None }.and(second.left).hang_up, Some(0));
        assert_eq!(Wishes::default().and(second.left), second.left);
        let third = second.left.disappoint();
        assert!(third.gave_up && third.left.is_empty());
        // A fresh engine for other reasons disappoints nobody.
        assert_eq!(Wishes::default().disappoint(), Disappointment { left: Wishes::default(), answered: None, gave_up: false });
    }

    #[test]
    fn an_end_is_told_by_its_signal_or_code() {
        let segv = ExitStatus::from_raw(libc::SIGSEGV);
        assert_eq!((describe(segv).as_str(), describe(exited(5)).as_str()), ("SIGSEGV", "exit code 5"));
        assert!(is_crash(segv) && !is_crash(exited(1)));
        assert_eq!(code_of_failed_start(exited(5)), ExitCode::Functions);
        assert_eq!(code_of_failed_start(exited(0)), ExitCode::Internal, "it never served");
        assert_eq!(code_of_failed_start(segv), ExitCode::Internal);
        assert_eq!(code_of_shutdown(exited(0)), ExitCode::Ok);
        assert_eq!(code_of_shutdown(exited(6)), ExitCode::DrainTimeout);
        assert_eq!(code_of_shutdown(segv), ExitCode::DrainTimeout);
    }
}
