//! Faults by what they have in common: the function, the kind, and the first frame of the function's own code.
//!
//! `invoke` reports each; the admin API lists the groups.
//!
//! Invariant: [`GROUPS_MAX`] groups at most; the one that came longest ago makes room. A fault costs one lock and no request waits for a
//! reader.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

/// Most groups.
const GROUPS_MAX: usize = 1_000;

/// Traces that a group names.
const TRACES_MAX: usize = 5;

/// Stretches of time in a trend.
pub const TREND_SLOTS: usize = 12;

/// The length of each.
pub const TREND_SLOT_MS: u64 = 300_000;

/// Most bytes of a frame or a message.
const TEXT_BYTES_MAX: usize = 500;

/// A fault that has happened.
#[derive(Clone, Copy, Debug)]
pub struct FaultReport<'a> {
    /// The function; empty: none was found.
    pub function: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The kind, of the closed list.
    pub kind: &'static str,
    /// The stack or the diagnostic, for the operator.
    pub detail: &'a str,
    /// The text for the client.
    pub message: &'a str,
    /// The trace.
    pub trace_id: u128,
    /// Now, in milliseconds since 1970.
    pub now_ms: u64,
}

/// Faults of one kind from one place.
#[derive(Clone, Debug)]
pub struct FaultGroup {
    /// The function.
    pub function: Arc<str>,
    /// The kind.
    pub kind: &'static str,
    /// The first frame of the function's code.
    pub frame: Option<String>,
    /// The first line of the latest one.
    pub message: String,
    /// How many there were.
    pub count: u64,
    /// When the first one came.
    pub first_ms: u64,
    /// When the last one came.
    pub last_ms: u64,
    /// The version of the first one.
    pub first_version: String,
    /// The version of the last one.
    pub last_version: String,
    /// Faults in the last stretches of time; the latest last.
    pub trend: [u64; TREND_SLOTS],
    /// The stretch that stands last in `trend`.
    last_slot: u64,
    /// The traces of the newest ones, the newest first.
    pub traces: VecDeque<u128>,
}

type Key = (Arc<str>, &'static str, Option<String>);

/// All groups.
#[derive(Default)]
pub(super) struct FaultGroups(Mutex<HashMap<Key, FaultGroup>>);

impl FaultGroups {
    pub(super) fn note(&self, report: &FaultReport<'_>) {
        let (frame, message) = (own_frame(report.detail), first_line(report));
        let key = (Arc::from(report.function), report.kind, frame.clone());
        let mut groups = self.0.lock();
        if groups.len() >= GROUPS_MAX && !groups.contains_key(&key) {
            let oldest = groups.iter().min_by_key(|(_, group)| group.last_ms).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| groups.remove(&oldest));
        }
        let group = groups.entry(key.clone()).or_insert_with(|| FaultGroup {
            function: key.0,
            kind: report.kind,
            frame,
            message: String::new(),
            count: 0,
            first_ms: report.now_ms,
            last_ms: report.now_ms,
            first_version: report.version.to_owned(),
            last_version: String::new(),
            trend: [0; TREND_SLOTS],
            last_slot: report.now_ms / TREND_SLOT_MS,
            traces: VecDeque::new(),
        });
        group.count += 1;
        group.last_ms = report.now_ms;
        group.message = message;
        report.version.clone_into(&mut group.last_version);
        group.advance(report.now_ms / TREND_SLOT_MS);
        if let Some(latest) = group.trend.last_mut() {
            *latest += 1;
        }
        group.traces.push_front(report.trace_id);
        group.traces.truncate(TRACES_MAX);
    }

    pub(super) fn list(&self, function: Option<&str>, since_ms: u64) -> Vec<FaultGroup> {
        let groups = self.0.lock();
        let wanted = groups.values().filter(|group| group.last_ms >= since_ms && function.is_none_or(|name| name == &*group.function));
        let mut found: Vec<_> = wanted.cloned().collect();
        drop(groups);
        found.sort_unstable_by_key(|group| std::cmp::Reverse(group.last_ms));
        found
    }
}

impl FaultGroup {
    /// Moves the trend on, so that its last stretch is this one.
    pub fn advance(&mut self, slot: u64) {
        let passed = usize::try_from(slot.saturating_sub(self.last_slot)).unwrap_or(TREND_SLOTS).min(TREND_SLOTS);
        self.trend.rotate_left(passed);
        for stretch in self.trend.iter_mut().rev().take(passed) {
            *stretch = 0;
        }
        self.last_slot = self.last_slot.max(slot);
    }
}

/// The first frame of a stack that is the function's own: a line `at …` that names a file, and none of the host's.
fn own_frame(detail: &str) -> Option<String> {
    let frames = detail.lines().filter_map(|line| line.trim_start().strip_prefix("at "));
    let own = frames.filter(|frame| !frame.contains("ext:") && !frame.contains("node:") && !frame.contains("<anonymous>"));
    own.map(cut).next()
}

fn first_line(report: &FaultReport<'_>) -> String {
    let line = report.detail.lines().find(|line| !line.trim().is_empty()).unwrap_or(report.message);
    cut(line.trim())
}

fn cut(text: &str) -> String {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "TypeError: no\n    at ext:core/x.js:1:1\n    at total (file:///a/lib.ts:3:9)\n    at file:///a/index.ts:9:1";

    fn report(function: &'static str, detail: &'static str, now_ms: u64) -> FaultReport<'static> {
        FaultReport { function, version: "v1", kind: "threw", detail, message: "the function threw", trace_id: u128::from(now_ms), now_ms }
    }

    #[test]
    fn faults_of_one_place_are_one_group_with_a_trend() {
        let groups = FaultGroups::default();
        for at in [0, TREND_SLOT_MS, TREND_SLOT_MS + 1, TREND_SLOT_MS * 3] {
            groups.note(&report("a", STACK, at));
        }
        groups.note(&report("a", "plain text", 5));
        let found = groups.list(Some("a"), 0);
        assert_eq!(found.len(), 2);
        let group = &found[0];
        assert_eq!((group.frame.as_deref(), group.message.as_str()), (Some("total (file:///a/lib.ts:3:9)"), "TypeError: no"));
        assert_eq!((group.count, &group.trend[TREND_SLOTS - 4..]), (4, &[1, 2, 0, 1][..]));
        assert_eq!(group.traces.front(), Some(&u128::from(TREND_SLOT_MS * 3)));
        assert!(groups.list(Some("b"), 0).is_empty());
        assert_eq!(groups.list(None, TREND_SLOT_MS).len(), 1);
    }

    #[test]
    fn the_group_that_came_longest_ago_makes_room() {
        let groups = FaultGroups::default();
        for at in 0..=GROUPS_MAX as u64 {
            let detail = format!("E\n    at f (file:///a.js:{at}:1)");
            groups.note(&FaultReport { detail: &detail, ..report("a", "", at) });
        }
        let found = groups.list(None, 0);
        assert_eq!((found.len(), found.iter().map(|group| group.first_ms).min()), (GROUPS_MAX, Some(1)));
    }
}
