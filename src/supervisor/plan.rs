//! What to do when an engine has ended, and when: decisions without a clock, a process or a socket.
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
