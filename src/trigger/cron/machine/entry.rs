//! One schedule: which of its moments are accepted, which of those may begin, and what follows when a call has ended.
//!
//! The machine keeps the entries and asks them one by one.
//!
//! Invariant: at most one call of a schedule runs at a time, or four if it allows overlaps; what an operator runs by hand does not count.

use std::sync::Arc;

use super::bounds::{GRACE_S, INTERRUPTIONS_MAX, ROOM_PAUSE_MS, ROOM_PAUSE_MS_MAX, ROOM_WAIT_MS, SET_BACK_S, START_MS};
use super::catch_up::latest_between;
use crate::function::manifest::{CronRule, MissedRule, OverlapRule};
use crate::telemetry::metrics::labels::RunEnd;
use crate::trigger::cron::record::{CallEnd, Effects, LastRun, OccurrenceRecord, RunOutcome, ScheduleKey, ScheduleRecord, Start};

/// Calls that run beside each other where overlaps are allowed.
const BESIDE_MAX: usize = 4;

/// Moments of a schedule that wait; of those that nobody saw, as many are made up for.
const WAITING_MAX: usize = 100;

/// What is known of a schedule's settings.
#[derive(Debug)]
pub(super) enum KnownRule {
    /// The live version is not read yet.
    Unknown,
    /// The live version has it.
    Live(CronRule),
    /// The live version has it no longer.
    Gone,
}

/// One schedule.
#[derive(Debug)]
pub(super) struct ScheduleEntry {
    pub(super) rule: KnownRule,
    pub(super) record: ScheduleRecord,
    /// Open moments, in the order in which they were accepted.
    pub(super) occurrences: Vec<OccurrenceRecord>,
    /// The first moment after this watermark, once it was asked for: an expression costs microseconds.
    pub(super) next_due: Option<(i64, Option<i64>)>,
    /// Its place in the timeline.
    pub(super) wake_ms: Option<i64>,
    /// Whether this process has not looked at it yet: what came due since the process has the schedules is late by its doing, not missed.
    is_fresh: bool,
    /// Whether the last moment was left out: only the first of a row is worth a line.
    is_skipping: bool,
}

impl ScheduleEntry {
    /// A schedule that was kept, or is new.
    pub(super) fn stored(record: ScheduleRecord) -> Self {
        Self {
            rule: KnownRule::Unknown,
            record,
            occurrences: Vec::new(),
            next_due: None,
            wake_ms: None,
            is_fresh: true,
            is_skipping: false,
        }
    }

    /// The first moment that is not done with, in seconds.
    fn next_due(&mut self) -> Option<i64> {
        let watermark_s = self.record.watermark_s;
        if let Some((_, due_s)) = self.next_due.filter(|(of, _)| *of == watermark_s) {
            return due_s;
        }
        let due_s = self.live()?.schedule.next_after(watermark_s);
        self.next_due = Some((watermark_s, due_s));
        due_s
    }

    fn live(&self) -> Option<&CronRule> {
        match &self.rule {
            KnownRule::Live(rule) => Some(rule),
            KnownRule::Unknown | KnownRule::Gone => None,
        }
    }

    /// The moments up to now that are accepted. The watermark passes them and those that are left out.
    pub(super) fn accept_due(&mut self, key: &ScheduleKey, since_ms: i64, now_ms: i64, effects: &mut Effects) -> Vec<OccurrenceRecord> {
        let now_s = now_ms.div_euclid(1000);
        let next_due = self.next_due();
        let Some(rule) = self.live().cloned() else { return Vec::new() };
        let is_fresh = std::mem::replace(&mut self.is_fresh, false);
        if next_due.is_none_or(|due_s| due_s > now_s) && self.record.watermark_s <= now_s + SET_BACK_S {
            return Vec::new();
        }
        if self.record.watermark_s > now_s + SET_BACK_S {
            tracing::warn!(function = %key.function, schedule = &*key.name, "the clock was set back by more than three hours: the schedule follows it");
            self.record.watermark_s = now_s;
            effects.schedules.insert(key.clone(), Some(self.record.clone()));
        }
        let from_s = self.record.watermark_s;
        let seen_since_ms = if is_fresh { since_ms.max(now_ms - START_MS).min(now_ms) } else { now_ms };
        let (missed, in_time) = due(&rule, from_s, now_s, seen_since_ms.div_euclid(1000) - GRACE_S);
        self.record.watermark_s = now_s.max(from_s);
        let mut accepted = Vec::new();
        if !self.record.paused {
            if !missed.is_empty() {
                tracing::warn!(function = %key.function, schedule = &*key.name, count = missed.len(), "moments of a schedule that were missed are made up for");
            }
            accepted.extend(missed.into_iter().map(|due_s| occurrence(key, &rule, due_s, now_ms)));
            for due_s in in_time {
                if self.has_room(&rule, accepted.len()) {
                    self.is_skipping = false;
                    accepted.push(occurrence(key, &rule, due_s, now_ms));
                } else {
                    self.skip(key, effects);
                }
            }
        }
        effects.schedules.insert(key.clone(), Some(self.record.clone()));
        accepted
    }

    /// Whether a moment is accepted beside the open ones and `more`.
    fn has_room(&self, rule: &CronRule, more: usize) -> bool {
        let open = self.occurrences.iter().filter(|occurrence| !occurrence.manual).count() + more;
        match rule.overlap {
            OverlapRule::Skip => open == 0,
            OverlapRule::Queue => open <= WAITING_MAX,
            OverlapRule::Allow => open < BESIDE_MAX,
        }
    }

    fn skip(&mut self, key: &ScheduleKey, effects: &mut Effects) {
        effects.runs.push((key.function.clone(), RunEnd::Skipped));
        self.record.skipped += 1;
        if !std::mem::replace(&mut self.is_skipping, true) {
            tracing::warn!(function = %key.function, schedule = &*key.name, "a moment of a schedule is left out: an earlier call still runs");
        }
    }

    /// Begins the moments that may begin, the earliest first.
    pub(super) fn begin_ready(&mut self, owner: &Arc<str>, now_ms: i64, effects: &mut Effects) {
        let Some(rule) = self.live().cloned() else { return };
        let last_ms = self.record.last.as_ref().map(|last| last.due_ms);
        let mut free = self.free_places(&rule);
        let is_paused = self.record.paused;
        for occurrence in &mut self.occurrences {
            let needs_place = !occurrence.begun && !occurrence.manual;
            let is_ready = occurrence.owner.is_none() && occurrence.not_before_ms <= now_ms && (!is_paused || occurrence.manual);
            if !is_ready || (needs_place && free == 0) {
                continue;
            }
            free -= usize::from(needs_place);
            occurrence.begun = true;
            occurrence.attempts += 1;
            occurrence.owner = Some(owner.clone());
            effects.occurrences.insert(occurrence.id.clone(), Some(occurrence.clone()));
            effects.starts.push(Start { occurrence: occurrence.clone(), rule: rule.clone(), last_ms });
        }
    }

    fn free_places(&self, rule: &CronRule) -> usize {
        let places = if rule.overlap == OverlapRule::Allow { BESIDE_MAX } else { 1 };
        let taken = self.occurrences.iter().filter(|occurrence| occurrence.begun && !occurrence.manual).count();
        places.saturating_sub(taken)
    }

    /// When it has to be looked at again.
    pub(super) fn next_look(&mut self, now_ms: i64) -> Option<i64> {
        let next_due = self.next_due();
        let rule = self.live()?;
        // While the clock is behind the watermark nothing is due before that either.
        let due_ms = next_due.filter(|_| !self.record.paused).map(|due_s| due_s * 1000);
        let has_place = self.free_places(rule) > 0;
        let waiting = self.occurrences.iter().filter(|occurrence| {
            occurrence.owner.is_none() && (!self.record.paused || occurrence.manual) && (has_place || occurrence.begun || occurrence.manual)
        });
        // What is ready and was not begun waits for the end of another call.
        let begins_ms = waiting.map(|occurrence| occurrence.not_before_ms).filter(|at| *at > now_ms).min();
        [due_ms, begins_ms].into_iter().flatten().min()
    }

    /// A call for the moment `id` has ended. Returns the outcome, unless another call follows.
    pub(super) fn after(&mut self, id: &str, end: CallEnd, now_ms: i64) -> Option<RunOutcome> {
        let retries = self.live().map(|rule| rule.retries.clone()).unwrap_or_default();
        let patience_ms = self.live().map_or(0, |rule| millis(rule.missed_within)).max(ROOM_WAIT_MS);
        let is_live = !matches!(self.rule, KnownRule::Gone);
        let occurrence = self.occurrences.iter_mut().find(|occurrence| &*occurrence.id == id)?;
        occurrence.owner = None;
        match end {
            CallEnd::Answered { status, fault: None, .. } if (200..300).contains(&status) => Some(RunOutcome::Succeeded { status }),
            CallEnd::Answered { status, fault, no_retry } => {
                let pause = retries.get(occurrence.failures as usize).filter(|_| is_live && !no_retry);
                occurrence.failures += 1;
                occurrence.sheds = 0;
                let Some(pause) = pause else { return Some(RunOutcome::Failed { status, fault }) };
                occurrence.not_before_ms = now_ms + millis(*pause);
                None
            }
            CallEnd::Shed { after_ms } => {
                // It reached no code, so it was no attempt.
                occurrence.attempts = occurrence.attempts.saturating_sub(1);
                let pause = (ROOM_PAUSE_MS << occurrence.sheds.min(10)).min(ROOM_PAUSE_MS_MAX).max(after_ms);
                occurrence.sheds += 1;
                occurrence.not_before_ms = now_ms + pause;
                let is_late = now_ms - occurrence.due_ms > patience_ms;
                (is_late || !is_live).then(|| RunOutcome::Failed { status: 503, fault: Some("overloaded".to_owned()) })
            }
            CallEnd::Interrupted => {
                occurrence.interruptions += 1;
                occurrence.not_before_ms = now_ms;
                let is_over = occurrence.interruptions > INTERRUPTIONS_MAX || !is_live;
                is_over.then(|| RunOutcome::Failed { status: 503, fault: Some("instance_lost".to_owned()) })
            }
            CallEnd::NoFunction => Some(RunOutcome::Dropped),
        }
    }

    /// Writes an open moment.
    pub(super) fn write(&self, id: &str, effects: &mut Effects) {
        let found = self.occurrences.iter().find(|occurrence| &*occurrence.id == id);
        effects.occurrences.extend(found.map(|occurrence| (occurrence.id.clone(), Some(occurrence.clone()))));
    }

    /// Closes a moment, and notes how it ended.
    pub(super) fn finish(&mut self, key: &ScheduleKey, id: &str, outcome: RunOutcome, now_ms: i64) -> Option<Arc<str>> {
        let at = self.occurrences.iter().position(|occurrence| &*occurrence.id == id)?;
        let OccurrenceRecord { id, due_ms, attempts, .. } = self.occurrences.remove(at);
        if let RunOutcome::Failed { status, fault } = &outcome {
            let fault = fault.as_deref().unwrap_or_default();
            tracing::warn!(function = %key.function, schedule = &*key.name, occurrence = &*id, attempts, status, fault, "the calls for a moment of a schedule failed");
        }
        self.record.last = Some(LastRun { occurrence: id.clone(), due_ms, ended_ms: now_ms, attempts, outcome });
        Some(id)
    }
}

/// A moment that is accepted.
fn occurrence(key: &ScheduleKey, rule: &CronRule, due_s: i64, now_ms: i64) -> OccurrenceRecord {
    let id = key.occurrence_id(due_s);
    let due_ms = due_s * 1000;
    // A moment that is made up for may be long past: the calls of many functions need not begin together either.
    let base_ms = due_ms.max(now_ms - GRACE_S * 1000);
    OccurrenceRecord { not_before_ms: base_ms + jitter_ms(&id, rule), ..OccurrenceRecord::new(id, key.clone(), due_ms) }
}

/// The moments after `from_s` up to and with `now_s`: those before `cutoff_s` that are made up for, and those in time.
fn due(rule: &CronRule, from_s: i64, now_s: i64, cutoff_s: i64) -> (Vec<i64>, Vec<i64>) {
    if from_s >= now_s {
        return (Vec::new(), Vec::new());
    }
    let Some(evaluator) = rule.schedule.evaluator() else { return (Vec::new(), Vec::new()) };
    let in_time = latest_between(&evaluator, from_s.max(cutoff_s - 1), now_s, WAITING_MAX);
    let oldest_s = from_s.max(now_s - i64::try_from(rule.missed_within.as_secs()).unwrap_or(i64::MAX));
    let most = match rule.missed {
        MissedRule::Skip => 0,
        // The latest of all is one that is in time.
        MissedRule::Latest => usize::from(in_time.is_empty()),
        MissedRule::All => WAITING_MAX,
    };
    (latest_between(&evaluator, oldest_s, cutoff_s - 1, most), in_time)
}

/// The delay of a moment: the same whenever it is computed.
fn jitter_ms(id: &str, rule: &CronRule) -> i64 {
    let most = millis(rule.jitter);
    // The id is a hash already.
    let drawn = id.get(..15).and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or(0);
    if most == 0 { 0 } else { drawn % most }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
