//! `console.*` of a function: lines for the host's log, tagged with the instance that wrote them.
//!
//! Lines come from the prelude, go to the host, and are counted against the instance's quota on the way.
//!
//! Invariant: a line is cut at [`LINE_BYTES_MAX`], an instance writes no more than [`LOG_QUOTA_BYTES`] in [`LOG_QUOTA_TIME`], and none of
//! it blocks the instance. Dropped lines are counted and reported.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;
use super::host::{ConsoleLine, HostApi, Identity, LineCounts};
use super::refuse::refuse;
use crate::function::level::Level;
use crate::runtime::call::InFlightTable;

/// Longest line that is kept, in bytes.
pub(crate) const LINE_BYTES_MAX: usize = 10 << 10;
/// Bytes that an instance may write at once, and again in every [`LOG_QUOTA_TIME`].
const LOG_QUOTA_BYTES: usize = 256 << 10;
const LOG_QUOTA_TIME: Duration = Duration::from_secs(10);
/// The cost of a line beside its text, so that empty lines do not evade the quota.
const LINE_COST_BYTES: usize = 64;

/// Writes a line to the host's log. `call` is the id of the call whose code runs, or 0.
#[op2(fast)]
pub(crate) fn op_skep_log(state: &mut OpState, #[smi] call: u32, #[smi] level: u32, #[string] text: &str) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_log", call, || log(state, call, level, text))
}

fn log(state: &mut OpState, call: u32, level: u32, text: &str) {
    let level = match level {
        0 => Level::Debug,
        1 => Level::Info,
        2 => Level::Warn,
        _ => Level::Error,
    };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let end = text.floor_char_boundary(LINE_BYTES_MAX);
    let Some(host) = state.try_borrow::<Arc<dyn HostApi>>().cloned() else { return };
    let identity = state.try_borrow::<Identity>().cloned();
    let counts = state.try_borrow::<Arc<dyn LineCounts>>().cloned();
    let decision = state.borrow_mut::<LogQuota>().admit(end + LINE_COST_BYTES, Instant::now());
    match (&counts, &decision) {
        (Some(counts), LineDecision::Write | LineDecision::WriteAfter(_)) => counts.written(level, end < text.len()),
        (Some(counts), LineDecision::Drop | LineDecision::DropFirst) => counts.dropped(),
        (None, _) => {}
    }
    match decision {
        LineDecision::Write => {}
        LineDecision::WriteAfter(dropped) => report_dropped(&*host, identity.as_ref(), dropped),
        LineDecision::DropFirst => {
            state.borrow_mut::<LogQuota>().reporter = Some((host, identity));
            return refuse(state, "log volume");
        }
        LineDecision::Drop => return,
    }
    let head = state.borrow::<InFlightTable>().get(call).and_then(|in_flight| in_flight.head.as_deref());
    let request = head.map(|head| (head.trace, &*head.request_id));
    host.console(ConsoleLine {
        identity: identity.as_ref(),
        request,
        level,
        text: text.get(..end).unwrap_or_default(),
        cut: end < text.len(),
    });
}

fn report_dropped(host: &dyn HostApi, identity: Option<&Identity>, dropped: u64) {
    let text = format!("{dropped} lines were dropped: an instance may log {LOG_QUOTA_BYTES} bytes in {} s", LOG_QUOTA_TIME.as_secs());
    host.console(ConsoleLine { identity, request: None, level: Level::Warn, text: &text, cut: false });
}

/// The decision about a line.
#[derive(Debug, PartialEq, Eq)]
enum LineDecision {
    Write,
    /// This many lines before it were dropped, which is reported first.
    WriteAfter(u64),
    /// The first that is dropped after others were written.
    DropFirst,
    Drop,
}

/// The log quota of one instance: a bucket that empties as time passes.
#[derive(Default)]
pub(super) struct LogQuota {
    /// Bytes written, less what time has forgiven.
    used: f64,
    at: Option<Instant>,
    dropped: u64,
    /// Receives the report of dropped lines if no other line comes before the instance ends.
    reporter: Option<(Arc<dyn HostApi>, Option<Identity>)>,
}

impl LogQuota {
    fn admit(&mut self, bytes: usize, now: Instant) -> LineDecision {
        let passed = self.at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.used = (self.used - LOG_QUOTA_BYTES as f64 * passed.as_secs_f64() / LOG_QUOTA_TIME.as_secs_f64()).max(0.0);
        // Once lines were dropped, the next is written when there is room for more than it: else every second line would be a report.
        let room = if self.dropped > 0 { LOG_QUOTA_BYTES / 2 } else { LOG_QUOTA_BYTES };
        if self.used + bytes as f64 > room as f64 {
            self.dropped += 1;
            return if self.dropped == 1 { LineDecision::DropFirst } else { LineDecision::Drop };
        }
        self.used += bytes as f64;
        match std::mem::take(&mut self.dropped) {
            0 => LineDecision::Write,
            dropped => LineDecision::WriteAfter(dropped),
        }
    }
}

impl Drop for LogQuota {
    fn drop(&mut self) {
        if let (Some((host, identity)), true) = (&self.reporter, self.dropped > 0) {
            report_dropped(&**host, identity.as_ref(), self.dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_dropped_and_told_when_there_is_room_again() {
        let (mut quota, start) = (LogQuota::default(), Instant::now());
        let half = LOG_QUOTA_BYTES / 2;
        assert_eq!(quota.admit(half, start), LineDecision::Write);
        assert_eq!(quota.admit(half, start), LineDecision::Write);
        assert_eq!(quota.admit(1, start), LineDecision::DropFirst);
        assert_eq!(quota.admit(1, start), LineDecision::Drop);
        assert_eq!(quota.admit(1, start + LOG_QUOTA_TIME / 4), LineDecision::Drop);
        assert_eq!(quota.admit(1, start + LOG_QUOTA_TIME * 3 / 4), LineDecision::WriteAfter(3));
        assert_eq!(quota.admit(1, start + LOG_QUOTA_TIME * 3 / 4), LineDecision::Write);
    }

    #[test]
    fn time_gives_back_no_more_than_the_whole() {
        let (mut quota, start) = (LogQuota::default(), Instant::now());
        assert_eq!(quota.admit(1, start), LineDecision::Write);
        assert_eq!(quota.admit(LOG_QUOTA_BYTES, start + LOG_QUOTA_TIME * 100), LineDecision::Write);
        assert_eq!(quota.admit(1, start + LOG_QUOTA_TIME * 100), LineDecision::DropFirst);
    }
}
