//! What an operator orders: a call now, a pause, its end; and what there is to show.
//!
//! `scheduler` passes the orders of `handle` on.
//!
//! Invariant: an order about a schedule that the live version does not have changes nothing.

use std::sync::Arc;

use super::entry::KnownRule;
use super::schedules::ScheduleMachine;
use crate::function::FunctionName;
use crate::function::manifest::CronRule;
use crate::function::trace::random;
use crate::trigger::cron::record::{Effects, OccurrenceRecord, RunOutcome, ScheduleKey, ScheduleRecord, id_of};

/// Calls that operators have asked for and that are open, of one schedule.
const MANUAL_MAX: usize = 16;

/// Why an order is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trigger::cron) enum OrderError {
    /// The live version has no such schedule.
    NoSchedule,
    /// The moment is called for already.
    Open,
    /// Too many calls that were ordered are open.
    Busy,
}

/// A schedule as it is now.
#[derive(Clone, Debug)]
pub(in crate::trigger::cron) struct Shown {
    pub(in crate::trigger::cron) key: ScheduleKey,
    pub(in crate::trigger::cron) rule: CronRule,
    pub(in crate::trigger::cron) record: ScheduleRecord,
    /// Calls that run.
    pub(in crate::trigger::cron) running: usize,
    /// Moments that wait: for their time, for a place, or for a repetition.
    pub(in crate::trigger::cron) waiting: usize,
}

impl ScheduleMachine {
    /// The schedules of the live versions, or of one function's.
    pub(in crate::trigger::cron) fn shown(&self, function: Option<&FunctionName>) -> Vec<Shown> {
        let wanted = self.entries.iter().filter(|(key, _)| function.is_none_or(|function| key.function == *function));
        let shown = wanted.filter_map(|(key, entry)| {
            let KnownRule::Live(rule) = &entry.rule else { return None };
            let running = entry.occurrences.iter().filter(|occurrence| occurrence.owner.is_some()).count();
            let waiting = entry.occurrences.len() - running;
            Some(Shown { key: key.clone(), rule: rule.clone(), record: entry.record.clone(), running, waiting })
        });
        shown.collect()
    }

    /// Calls for a schedule at the next `tick`: for the moment `at_ms`, or for now. Returns the id of the moment.
    pub(in crate::trigger::cron) fn run(
        &mut self,
        key: &ScheduleKey,
        at_ms: Option<i64>,
        now_ms: i64,
        effects: &mut Effects,
    ) -> Result<Arc<str>, OrderError> {
        let entry = self.entries.get_mut(key).filter(|entry| matches!(entry.rule, KnownRule::Live(_))).ok_or(OrderError::NoSchedule)?;
        let id = match at_ms {
            // A moment of the schedule has one id, whoever asks for it.
            Some(at_ms) => key.occurrence_id(at_ms.div_euclid(1000)),
            None => id_of(u128::from(random()) << 64 | u128::from(random())),
        };
        if self.open.contains_key(&id) {
            return Err(OrderError::Open);
        }
        if entry.occurrences.iter().filter(|occurrence| occurrence.manual).count() >= MANUAL_MAX {
            return Err(OrderError::Busy);
        }
        let due_ms = at_ms.unwrap_or(now_ms);
        let occurrence = OccurrenceRecord { not_before_ms: now_ms, manual: true, ..OccurrenceRecord::new(id.clone(), key.clone(), due_ms) };
        effects.occurrences.insert(id.clone(), Some(occurrence.clone()));
        entry.occurrences.push(occurrence);
        self.open.insert(id.clone(), key.clone());
        self.look_again(key);
        Ok(id)
    }

    /// Pauses a schedule, or ends its pause. Moments that come due in the pause are left out, those that wait when it begins are dropped.
    pub(in crate::trigger::cron) fn pause(
        &mut self,
        key: &ScheduleKey,
        paused: bool,
        now_ms: i64,
        effects: &mut Effects,
    ) -> Result<(), OrderError> {
        let entry = self.entries.get_mut(key).filter(|entry| matches!(entry.rule, KnownRule::Live(_))).ok_or(OrderError::NoSchedule)?;
        if entry.record.paused == paused {
            return Ok(());
        }
        entry.record.paused = paused;
        // What came due up to now belongs to the time before.
        entry.record.watermark_s = entry.record.watermark_s.max(now_ms.div_euclid(1000));
        effects.schedules.insert(key.clone(), Some(entry.record.clone()));
        let waits = |occurrence: &&OccurrenceRecord| paused && !occurrence.begun && !occurrence.manual;
        let waiting: Vec<Arc<str>> = entry.occurrences.iter().filter(waits).map(|occurrence| occurrence.id.clone()).collect();
        for id in waiting {
            self.finish(&id, RunOutcome::Dropped, now_ms, effects);
        }
        self.look_again(key);
        Ok(())
    }
}
