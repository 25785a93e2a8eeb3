//! All schedules and their open moments: what is looked at when, and what follows when a call has ended.
//!
//! `scheduler` reports the time, the schedules that there are, and how calls ended; it writes the effects and makes the calls. Times are
//! milliseconds since 1970, moments of schedules are whole seconds.
//!
//! Invariant: no clock is read, nothing waits and nothing is written here; the same reports give the same decisions. A moment is accepted at
//! most once, because the watermark of its schedule passes it in the same effects.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::bounds::NOTICED_MS;
use super::entry::{KnownRule, ScheduleEntry};
use crate::function::FunctionName;
use crate::function::manifest::CronRule;
use crate::telemetry::metrics::labels::RunEnd;
use crate::trigger::cron::record::{CallEnd, Effects, OccurrenceRecord, RunOutcome, ScheduleKey, ScheduleRecord, StoredSchedules};

/// All schedules, and the moments that are open.
pub(in crate::trigger::cron) struct ScheduleMachine {
    /// This process.
    owner: Arc<str>,
    /// Since when this process has the schedules.
    since_ms: i64,
    /// The time of the last `tick`.
    ticked_ms: i64,
    pub(super) entries: BTreeMap<ScheduleKey, ScheduleEntry>,
    /// The schedule of each open moment.
    pub(super) open: HashMap<Arc<str>, ScheduleKey>,
    /// When each schedule is to be looked at next.
    timeline: BTreeSet<(i64, ScheduleKey)>,
    /// Ends of calls of other processes whose schedules are not known yet.
    early_ends: Vec<(Arc<str>, CallEnd)>,
}

impl ScheduleMachine {
    /// The schedules as they were kept; which of them still exist is reported later.
    pub(in crate::trigger::cron) fn new(owner: Arc<str>, stored: StoredSchedules, now_ms: i64) -> Self {
        let StoredSchedules { schedules, occurrences, learned: _ } = stored;
        let entries = schedules.into_iter().map(|(key, record)| (key, ScheduleEntry::stored(record))).collect();
        let (open, timeline, early_ends) = (HashMap::new(), BTreeSet::new(), Vec::new());
        let mut machine = Self { owner, since_ms: now_ms, ticked_ms: now_ms, entries, open, timeline, early_ends };
        let mut occurrences: Vec<OccurrenceRecord> = occurrences.into_values().collect();
        occurrences.sort_by_key(|occurrence| (occurrence.due_ms, occurrence.not_before_ms));
        for occurrence in occurrences {
            // Without its schedule nothing says what to call: it was removed together with it, unless a write was lost.
            let Some(entry) = machine.entries.get_mut(&occurrence.key) else { continue };
            machine.open.insert(occurrence.id.clone(), occurrence.key.clone());
            entry.occurrences.push(occurrence);
        }
        machine
    }

    /// The processes that call for moments at the moment, apart from this one.
    pub(in crate::trigger::cron) fn other_owners(&self) -> BTreeSet<Arc<str>> {
        let occurrences = self.entries.values().flat_map(|entry| &entry.occurrences);
        occurrences.filter_map(|occurrence| occurrence.owner.clone()).filter(|owner| *owner != self.owner).collect()
    }

    /// The live version of a function has these schedules. `complete`: and no others; otherwise those that were known beside them stay.
    pub(in crate::trigger::cron) fn know(
        &mut self,
        function: &FunctionName,
        rules: Vec<CronRule>,
        complete: bool,
        now_ms: i64,
        effects: &mut Effects,
    ) {
        let known: Vec<ScheduleKey> = self.keys_of(function);
        let is_gone = |key: &&ScheduleKey| complete && !rules.iter().any(|rule| *rule.name == *key.name);
        for key in known.iter().filter(is_gone) {
            self.remove(key, now_ms, effects);
        }
        for rule in rules {
            let key = ScheduleKey { function: function.clone(), name: rule.name.as_str().into() };
            let entry = self.entries.entry(key.clone()).or_insert_with(|| {
                let record = ScheduleRecord::new(&rule, now_ms.div_euclid(1000));
                effects.schedules.insert(key.clone(), Some(record.clone()));
                ScheduleEntry::stored(record)
            });
            if !entry.record.is_of(&rule) || matches!(entry.rule, KnownRule::Gone) {
                // Another schedule under the name, or one that is back: its moments begin now.
                let ScheduleRecord { paused, last, skipped, .. } = entry.record.clone();
                entry.record = ScheduleRecord { paused, last, skipped, ..ScheduleRecord::new(&rule, now_ms.div_euclid(1000)) };
                effects.schedules.insert(key.clone(), Some(entry.record.clone()));
            }
            entry.rule = KnownRule::Live(rule);
            entry.next_due = None;
            self.look_again(&key);
        }
        self.take_early_ends(now_ms, effects);
    }

    /// The ends that came before their schedules were known.
    fn take_early_ends(&mut self, now_ms: i64, effects: &mut Effects) {
        for (id, end) in std::mem::take(&mut self.early_ends) {
            self.ended(&id, end, now_ms, effects);
        }
    }

    /// There is no such function any more.
    pub(in crate::trigger::cron) fn forget(&mut self, function: &FunctionName, now_ms: i64, effects: &mut Effects) {
        for key in self.keys_of(function) {
            self.remove(&key, now_ms, effects);
        }
        self.take_early_ends(now_ms, effects);
    }

    /// The functions that have schedules here.
    pub(in crate::trigger::cron) fn functions(&self) -> BTreeSet<FunctionName> {
        self.entries.keys().map(|key| key.function.clone()).collect()
    }

    fn keys_of(&self, function: &FunctionName) -> Vec<ScheduleKey> {
        let from = ScheduleKey { function: function.clone(), name: "".into() };
        self.entries.range(from..).map(|(key, _)| key).take_while(|key| key.function == *function).cloned().collect()
    }

    /// A schedule is gone: what waits is dropped, what runs may end.
    fn remove(&mut self, key: &ScheduleKey, now_ms: i64, effects: &mut Effects) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        entry.rule = KnownRule::Gone;
        let waiting: Vec<Arc<str>> =
            entry.occurrences.iter().filter(|occurrence| occurrence.owner.is_none()).map(|occurrence| occurrence.id.clone()).collect();
        for id in waiting {
            self.finish(&id, RunOutcome::Dropped, now_ms, effects);
        }
        self.look_again(key);
        self.drop_if_over(key, effects);
    }

    /// When to ask `tick` again; `None`: nothing is due, ever.
    pub(in crate::trigger::cron) fn next_wake(&self) -> Option<i64> {
        self.timeline.first().map(|(at, _)| *at)
    }

    /// It is this time: accepts what is due, and begins what may begin.
    pub(in crate::trigger::cron) fn tick(&mut self, now_ms: i64, effects: &mut Effects) {
        let back_ms = std::mem::replace(&mut self.ticked_ms, now_ms).saturating_sub(now_ms);
        if back_ms > NOTICED_MS {
            self.clock_went_back(back_ms);
        }
        while let Some((at, key)) = self.timeline.first().cloned() {
            if at > now_ms {
                break;
            }
            self.timeline.pop_first();
            self.look(&key, now_ms, effects);
        }
    }

    /// The clock was set back: pauses keep their length, and every schedule is looked at.
    fn clock_went_back(&mut self, back_ms: i64) {
        for entry in self.entries.values_mut() {
            entry.occurrences.iter_mut().for_each(|occurrence| occurrence.not_before_ms -= back_ms);
        }
        for key in self.entries.keys().cloned().collect::<Vec<_>>() {
            self.look_again(&key);
        }
    }

    /// Looks at one schedule.
    fn look(&mut self, key: &ScheduleKey, now_ms: i64, effects: &mut Effects) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        entry.wake_ms = None;
        let accepted = entry.accept_due(key, self.since_ms, now_ms, effects);
        for occurrence in accepted {
            self.open.insert(occurrence.id.clone(), key.clone());
            effects.occurrences.insert(occurrence.id.clone(), Some(occurrence.clone()));
            entry.occurrences.push(occurrence);
        }
        entry.begin_ready(&self.owner, now_ms, effects);
        let next = entry.next_look(now_ms);
        self.wake_at(key, next);
    }

    /// Has the next `tick` look at a schedule.
    pub(super) fn look_again(&mut self, key: &ScheduleKey) {
        self.wake_at(key, Some(i64::MIN));
    }

    fn wake_at(&mut self, key: &ScheduleKey, at: Option<i64>) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        if let Some(before) = std::mem::replace(&mut entry.wake_ms, at) {
            self.timeline.remove(&(before, key.clone()));
        }
        self.timeline.extend(at.map(|at| (at, key.clone())));
    }

    /// A call has ended, here or in another process.
    pub(in crate::trigger::cron) fn ended(&mut self, id: &str, end: CallEnd, now_ms: i64, effects: &mut Effects) {
        let Some(key) = self.open.get(id).cloned() else { return };
        let Some(entry) = self.entries.get_mut(&key) else { return };
        if matches!(entry.rule, KnownRule::Unknown) {
            // Whether it is repeated depends on the schedule.
            return self.early_ends.push((id.into(), end));
        }
        match entry.after(id, end, now_ms) {
            Some(outcome) => self.finish(id, outcome, now_ms, effects),
            None => entry.write(id, effects),
        }
        self.look_again(&key);
        self.drop_if_over(&key, effects);
    }

    /// A process is gone, and with it its calls.
    pub(in crate::trigger::cron) fn owner_is_gone(&mut self, owner: &str, now_ms: i64, effects: &mut Effects) {
        let occurrences = self.entries.values().flat_map(|entry| &entry.occurrences);
        let left = occurrences.filter(|occurrence| occurrence.owner.as_deref() == Some(owner)).map(|occurrence| occurrence.id.clone());
        for id in left.collect::<Vec<_>>() {
            self.ended(&id, CallEnd::Interrupted, now_ms, effects);
        }
    }

    /// Nothing more is called for a moment.
    pub(super) fn finish(&mut self, id: &str, outcome: RunOutcome, now_ms: i64, effects: &mut Effects) {
        let Some(key) = self.open.remove(id) else { return };
        let Some(entry) = self.entries.get_mut(&key) else { return };
        let end = match &outcome {
            RunOutcome::Succeeded { .. } => Some(RunEnd::Done),
            RunOutcome::Failed { .. } => Some(RunEnd::Failed),
            RunOutcome::Dropped => None,
        };
        effects.runs.extend(end.map(|end| (key.function.clone(), end)));
        if let Some(id) = entry.finish(&key, id, outcome, now_ms) {
            effects.occurrences.insert(id, None);
            effects.schedules.insert(key, Some(entry.record.clone()));
        }
    }

    /// Forgets a schedule that is gone when its last call has ended.
    fn drop_if_over(&mut self, key: &ScheduleKey, effects: &mut Effects) {
        let is_over = |entry: &ScheduleEntry| matches!(entry.rule, KnownRule::Gone) && entry.occurrences.is_empty();
        if self.entries.get(key).is_some_and(is_over) {
            self.wake_at(key, None);
            self.entries.remove(key);
            effects.schedules.insert(key.clone(), None);
        }
    }
}
