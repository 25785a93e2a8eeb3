//! Decisions about engines that have exited, about pauses and about pending hand-overs: without a clock, a process or a socket.
//!
//! `run` asks; it carries the decisions out on `engines`.
//!
//! Invariant: the same history gives the same answer.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use crate::config::ExitCode;

/// An engine that lived this long did not fail at once: the pauses start anew.
const CALM: Duration = Duration::from_secs(30);

/// Successors that are tried for one SIGHUP.
pub(super) const ATTEMPTS_MAX: u32 = 3;

/// The hand-overs that wait for a successor, and are reported if there is none. A taint is not among them: it stays as long as its engine
/// does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PendingHandovers {
    /// A SIGHUP, and the number of successors that failed for it.
    pub(super) hang_up: Option<u32>,
    /// An upgrade that an engine asked for.
    pub(super) upgrade: Option<UpgradeRequest>,
}

/// A question of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UpgradeRequest {
    pub(super) generation: u64,
    pub(super) number: u64,
}

/// The consequences for pending hand-overs whose successor does not serve.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HandoverFailure {
    /// Hand-overs that are tried again.
    pub(super) left: PendingHandovers,
    /// The question that is answered now: a person waits.
    pub(super) answered: Option<UpgradeRequest>,
    /// Whether the attempts for the SIGHUP are used up.
    pub(super) gave_up: bool,
}

impl PendingHandovers {
    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Adds those of an earlier successor that are tried again. A later request of the same kind replaces the earlier one.
    pub(super) fn and(self, earlier: Self) -> Self {
        Self { hang_up: self.hang_up.or(earlier.hang_up), upgrade: self.upgrade.or(earlier.upgrade) }
    }

    /// Their successor does not serve.
    pub(super) fn fail(self) -> HandoverFailure {
        let tried = self.hang_up.map(|failed| failed + 1);
        let again = tried.filter(|tried| *tried < ATTEMPTS_MAX);
        HandoverFailure {
            left: Self { hang_up: again, upgrade: None },
            answered: self.upgrade,
            gave_up: tried.is_some() && again.is_none(),
        }
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

    /// No attempt follows: the next series starts anew.
    pub(super) fn forget(&mut self) {
        self.next = Duration::ZERO;
    }
}

/// Hand-overs without a pause, in a row, for engines that may not hold more of what they hold.
pub(super) const URGENT_MAX: u32 = 3;

/// The hand-overs of a row that took place without a pause.
#[derive(Debug, Default)]
pub(super) struct UrgentHandovers {
    in_a_row: u32,
}

impl UrgentHandovers {
    /// Whether one more may do without a pause, after an engine that lived for `lived`. Beyond that the ordinary pauses hold.
    pub(super) fn may_follow(&mut self, lived: Duration) -> bool {
        if lived >= CALM {
            self.in_a_row = 0;
        }
        let may = self.in_a_row < URGENT_MAX;
        self.in_a_row += u32::from(may);
        may
    }
}

/// The signal or the code that an engine exited with, as text.
pub(super) fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => signal_name(signal),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => status.to_string(),
    }
}

/// Whether the exit is blamed on the functions that the engine ran: an engine that exits with a code of its own knew the reason.
pub(super) fn is_crash(status: ExitStatus) -> bool {
    status.signal().is_some()
}

/// The supervisor's exit code if its first engine never served: the engine's code for configuration, addresses and functions is taken over.
pub(super) fn code_of_failed_start(status: ExitStatus) -> ExitCode {
    known_code(status).filter(|code| *code != ExitCode::Ok).unwrap_or(ExitCode::Internal)
}

/// The supervisor's exit code after a shutdown: an engine that was killed had requests in flight.
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
    fn three_urgent_hand_overs_follow_each_other_and_a_calm_engine_begins_anew() {
        let (mut urgent, short) = (UrgentHandovers::default(), Duration::from_millis(1));
        let may: Vec<bool> = (0..5).map(|_| urgent.may_follow(short)).collect();
        assert_eq!(may, [true, true, true, false, false]);
        assert!(urgent.may_follow(CALM) && urgent.may_follow(short));
    }

    #[test]
    fn a_hang_up_is_tried_three_times_and_a_person_is_answered_at_once() {
        let question = UpgradeRequest { generation: 1, number: 7 };
        let asked = PendingHandovers { hang_up: Some(0), upgrade: Some(question) };
        let first = asked.fail();
        assert_eq!((first.answered, first.gave_up), (Some(question), false));
        let second = first.left.fail();
        assert_eq!(second, HandoverFailure { left: PendingHandovers { hang_up: Some(2), upgrade: None }, answered: None, gave_up: false });
        // A SIGHUP in the meantime gets all three attempts.
        assert_eq!(PendingHandovers { hang_up: Some(0), upgrade: None }.and(second.left).hang_up, Some(0));
        assert_eq!(PendingHandovers::default().and(second.left), second.left);
        let third = second.left.fail();
        assert!(third.gave_up && third.left.is_empty());
        // The failure of an engine that no hand-over waits for has no consequence.
        assert_eq!(
            PendingHandovers::default().fail(),
            HandoverFailure { left: PendingHandovers::default(), answered: None, gave_up: false }
        );
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
