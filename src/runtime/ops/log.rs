//! `console.*` of a function: lines for the host's log, tagged with the instance that wrote them.
//!
//! Lines come from the prelude, go to the host, and are counted against the instance's quota on the way.
//!
//! Invariant: a line is cut at [`LINE_BYTES_MAX`], an instance writes no more than its manifest's `log.kb_per_10s`, and none of it blocks the
//! instance. Dropped lines are counted and reported.

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
/// Largest JSON beside a line: the characters of api/console.js twice, as values and as fields, each of up to three bytes, with its marks.
const DATA_BYTES_MAX: usize = 64 << 10;
/// Kilobytes that an instance may write, until its manifest says another number.
const KB_DEFAULT: u32 = 256;
/// An instance may write as much as its quota at once, and again in every such time.
const LOG_QUOTA_TIME: Duration = Duration::from_secs(10);
/// The cost of a line beside its text, so that empty lines do not evade the quota.
const LINE_COST_BYTES: usize = 64;

/// Writes a line to the host's log. `call` is the id of the call whose code runs, or 0.
#[op2(fast)]
pub(crate) fn op_skep_log(state: &mut OpState, #[smi] call: u32, #[smi] level: u32, #[string] text: &str) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_log", call, || log(state, call, level, text, ""))
}

/// The same with what was printed as JSON: an object with `args`, `fields` and `error`.
#[op2(fast)]
pub(crate) fn op_skep_log_data(
    state: &mut OpState,
    #[smi] call: u32,
    #[smi] level: u32,
    #[string] text: &str,
    #[string] data: &str,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_log_data", call, || log(state, call, level, text, data))
}

fn log(state: &mut OpState, call: u32, level: u32, text: &str, data: &str) {
    // What is beyond the bound of api/console.js did not come from there.
    let data = if data.len() > DATA_BYTES_MAX { "" } else { data };
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
    let quota = state.borrow_mut::<LogQuota>();
    if quota.least.is_some_and(|least| level > least) {
        return;
    }
    let kb = quota.kb;
    let decision = quota.admit(end + data.len() + LINE_COST_BYTES, Instant::now());
    match (&counts, &decision) {
        (Some(counts), LineDecision::Write | LineDecision::WriteAfter(_)) => counts.written(level, end < text.len()),
        (Some(counts), LineDecision::Drop | LineDecision::DropFirst) => counts.dropped(),
        (None, _) => {}
    }
    match decision {
        LineDecision::Write => {}
        LineDecision::WriteAfter(dropped) => report_dropped(&*host, identity.as_ref(), dropped, kb),
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
        data,
        cut: end < text.len(),
    });
}

/// From now on the isolate is an instance of a function whose lines are at least this urgent, and so many kilobytes in [`LOG_QUOTA_TIME`].
pub fn apply_log_rules(state: &mut OpState, least: Option<Level>, kb: u32) {
    let quota = state.borrow_mut::<LogQuota>();
    (quota.least, quota.kb) = (least, kb);
}

fn report_dropped(host: &dyn HostApi, identity: Option<&Identity>, dropped: u64, kb: u32) {
    let text = format!("{dropped} lines were dropped: an instance may log {kb} KB in {} s", LOG_QUOTA_TIME.as_secs());
    host.console(ConsoleLine { identity, request: None, level: Level::Warn, text: &text, data: "", cut: false });
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
pub(super) struct LogQuota {
    /// The least urgent line that is written.
    least: Option<Level>,
    /// Kilobytes in [`LOG_QUOTA_TIME`].
    kb: u32,
    /// Bytes written, less what time has forgiven.
    used: f64,
    at: Option<Instant>,
    dropped: u64,
    /// Receives the report of dropped lines if no other line comes before the instance ends.
    reporter: Option<(Arc<dyn HostApi>, Option<Identity>)>,
}

impl Default for LogQuota {
    fn default() -> Self {
        Self { least: None, kb: KB_DEFAULT, used: 0.0, at: None, dropped: 0, reporter: None }
    }
}

impl LogQuota {
    fn admit(&mut self, bytes: usize, now: Instant) -> LineDecision {
        let passed = self.at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let quota_bytes = self.kb as usize * 1024;
        self.used = (self.used - quota_bytes as f64 * passed.as_secs_f64() / LOG_QUOTA_TIME.as_secs_f64()).max(0.0);
        // Once lines were dropped, the next is written when there is room for more than it: else every second line would be a report.
        let room = if self.dropped > 0 { quota_bytes / 2 } else { quota_bytes };
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
            report_dropped(&**host, identity.as_ref(), self.dropped, self.kb);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG_QUOTA_BYTES: usize = KB_DEFAULT as usize * 1024;

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
