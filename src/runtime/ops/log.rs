//! `console.*` of a function: lines for the host's log, tagged with who wrote them.
//!
//! Lines come from the prelude, go to the host, and are counted against the instance's allowance on the way.
//!
//! Invariant: a line is cut at [`LINE_BYTES_MAX`], an instance writes no more than [`VOLUME_BYTES`] in [`VOLUME_TIME`], and none of it
//! blocks the instance. What is dropped is counted, and told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::call::{Host, Identity};
use super::catch_panic::guard;
use super::refuse::refuse;
use crate::function::trace::TraceContext;
use crate::runtime::call::Exchanges;

/// Longest line that is kept, in bytes.
pub const LINE_BYTES_MAX: usize = 10 << 10;
/// What an instance may write at once, and again in every [`VOLUME_TIME`].
const VOLUME_BYTES: usize = 256 << 10;
const VOLUME_TIME: Duration = Duration::from_secs(10);
/// What a line costs beside its text, so that empty ones are no way around.
const LINE_COST_BYTES: usize = 64;

/// Console levels as deno_web numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `console.debug`
    Debug,
    /// `console.log`, `console.info`
    Info,
    /// `console.warn`
    Warn,
    /// `console.error`, uncaught errors
    Error,
}

/// One line a function wrote.
pub struct ConsoleLine<'a> {
    /// Who wrote it; `None` in an instance that has no function yet.
    pub identity: Option<&'a Identity>,
    /// Trace and request id of the call that wrote it, while that is open.
    pub request: Option<(TraceContext, &'a str)>,
    /// How urgent.
    pub level: Level,
    /// Without the final line break.
    pub text: &'a str,
    /// Whether the end is missing.
    pub cut: bool,
}

/// Writes a line to the host's log. `call` is the id of the call whose code runs, or 0.
#[op2(fast)]
pub fn op_skep_log(state: &mut OpState, #[smi] call: u32, #[smi] level: u32, #[string] text: &str) -> Result<(), JsErrorBox> {
    guard("op_skep_log", call, || log(state, call, level, text))
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
    let Some(host) = state.try_borrow::<Arc<dyn Host>>().cloned() else { return };
    let identity = state.try_borrow::<Identity>().cloned();
    match state.borrow_mut::<Volume>().admit(end + LINE_COST_BYTES, Instant::now()) {
        Verdict::Write => {}
        Verdict::WriteAfter(dropped) => tell_dropped(&*host, identity.as_ref(), dropped),
        Verdict::DropFirst => {
            state.borrow_mut::<Volume>().told_by = Some((host, identity));
            return refuse(state, "log volume");
        }
        Verdict::Drop => return,
    }
    let head = state.borrow::<Exchanges>().get(call).and_then(|exchange| exchange.head.as_deref());
    let request = head.map(|head| (head.trace, &*head.request_id));
    host.console(ConsoleLine {
        identity: identity.as_ref(),
        request,
        level,
        text: text.get(..end).unwrap_or_default(),
        cut: end < text.len(),
    });
}

fn tell_dropped(host: &dyn Host, identity: Option<&Identity>, dropped: u64) {
    let text = format!("{dropped} lines were dropped: an instance may log {VOLUME_BYTES} bytes in {} s", VOLUME_TIME.as_secs());
    host.console(ConsoleLine { identity, request: None, level: Level::Warn, text: &text, cut: false });
}

/// What is to be done with a line.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Write,
    /// So many lines before it were dropped, which is to be told first.
    WriteAfter(u64),
    /// The first that is dropped after others were written.
    DropFirst,
    Drop,
}

/// The allowance of one instance: a bucket that fills as time passes.
#[derive(Default)]
pub(super) struct Volume {
    /// Bytes written, less what time has forgiven.
    used: f64,
    at: Option<Instant>,
    dropped: u64,
    /// Who hears of dropped lines if no other line comes before the instance ends.
    told_by: Option<(Arc<dyn Host>, Option<Identity>)>,
}

impl Volume {
    fn admit(&mut self, bytes: usize, now: Instant) -> Verdict {
        let passed = self.at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.used = (self.used - VOLUME_BYTES as f64 * passed.as_secs_f64() / VOLUME_TIME.as_secs_f64()).max(0.0);
        // Once lines were dropped, the next is written when there is room for more than it: else every second line would be a report.
        let room = if self.dropped > 0 { VOLUME_BYTES / 2 } else { VOLUME_BYTES };
        if self.used + bytes as f64 > room as f64 {
            self.dropped += 1;
            return if self.dropped == 1 { Verdict::DropFirst } else { Verdict::Drop };
        }
        self.used += bytes as f64;
        match std::mem::take(&mut self.dropped) {
            0 => Verdict::Write,
            dropped => Verdict::WriteAfter(dropped),
        }
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        if let (Some((host, identity)), true) = (&self.told_by, self.dropped > 0) {
            tell_dropped(&**host, identity.as_ref(), self.dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_dropped_and_told_when_there_is_room_again() {
        let (mut volume, start) = (Volume::default(), Instant::now());
        let half = VOLUME_BYTES / 2;
        assert_eq!(volume.admit(half, start), Verdict::Write);
        assert_eq!(volume.admit(half, start), Verdict::Write);
        assert_eq!(volume.admit(1, start), Verdict::DropFirst);
        assert_eq!(volume.admit(1, start), Verdict::Drop);
        assert_eq!(volume.admit(1, start + VOLUME_TIME / 4), Verdict::Drop);
        assert_eq!(volume.admit(1, start + VOLUME_TIME * 3 / 4), Verdict::WriteAfter(3));
        assert_eq!(volume.admit(1, start + VOLUME_TIME * 3 / 4), Verdict::Write);
    }

    #[test]
    fn time_gives_back_no_more_than_the_whole() {
        let (mut volume, start) = (Volume::default(), Instant::now());
        assert_eq!(volume.admit(1, start), Verdict::Write);
        assert_eq!(volume.admit(VOLUME_BYTES, start + VOLUME_TIME * 100), Verdict::Write);
        assert_eq!(volume.admit(1, start + VOLUME_TIME * 100), Verdict::DropFirst);
    }
}
