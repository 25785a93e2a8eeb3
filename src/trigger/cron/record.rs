//! What is kept of schedules: of each, up to when it was evaluated and how its last call ended; and the moments that were accepted and whose
//! calls have not ended.
//!
//! `machine` changes records; `store` writes them, and reads them at start.
//!
//! Invariant: a record that one release has written is read by the next: fields are added with a default, and none changes its meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::function::manifest::CronRule;
use crate::function::{FunctionName, hex};
use crate::telemetry::metrics::labels::RunEnd;

/// Hexadecimal digits of the id of a moment.
const ID_DIGITS: usize = 32;

/// The name of a schedule: the function's, and its own there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScheduleKey {
    /// The function.
    pub function: FunctionName,
    /// The schedule.
    pub name: Arc<str>,
}

impl ScheduleKey {
    /// The key in the store; neither name holds a line feed.
    pub(super) fn to_text(&self) -> String {
        format!("{}\n{}", self.function, self.name)
    }

    /// The id of its moment at this second: the same wherever and whenever it is computed.
    pub(super) fn occurrence_id(&self, due_s: i64) -> Arc<str> {
        let hash = Sha256::digest(format!("{}\n{due_s}", self.to_text()));
        let (first, _) = hash.split_at(ID_DIGITS / 2);
        let number = first.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        id_of(number)
    }
}

/// An id of this number.
pub(super) fn id_of(number: u128) -> Arc<str> {
    let mut digits = [0; ID_DIGITS];
    hex::write(number, &mut digits).into()
}

/// What is kept of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScheduleRecord {
    /// The expression and the zone that `watermark_s` belongs to.
    pub(super) expression: String,
    pub(super) zone: String,
    /// Every moment up to this second, since 1970, was accepted or left out.
    pub(super) watermark_s: i64,
    #[serde(default)]
    pub(super) paused: bool,
    /// How the last call ended.
    #[serde(default)]
    pub(super) last: Option<LastRun>,
    /// Moments that were left out because a call still ran.
    #[serde(default)]
    pub(super) skipped: u64,
}

impl ScheduleRecord {
    /// A schedule that is new at this second.
    pub(super) fn new(rule: &CronRule, now_s: i64) -> Self {
        let (expression, zone) = (rule.schedule.expression().to_owned(), rule.schedule.zone().to_owned());
        Self { expression, zone, watermark_s: now_s, paused: false, last: None, skipped: 0 }
    }

    /// Whether it was made for this schedule.
    pub(super) fn is_of(&self, rule: &CronRule) -> bool {
        self.expression == rule.schedule.expression() && self.zone == rule.schedule.zone()
    }
}

/// How the call for a moment ended, its repetitions included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The id of the moment.
    pub occurrence: Arc<str>,
    /// The moment, in milliseconds since 1970.
    pub due_ms: i64,
    /// When its last call ended.
    pub ended_ms: i64,
    /// Calls that were made.
    pub attempts: u32,
    /// The result.
    pub outcome: RunOutcome,
}

/// The result of the calls for a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunOutcome {
    /// It was answered with a status of 200 to 299.
    Succeeded {
        /// The status.
        status: u16,
    },
    /// It was not, and no repetition is left.
    Failed {
        /// The status of the last answer.
        status: u16,
        /// The fault, if it was one.
        fault: Option<String>,
    },
    /// The schedule, or its function, went away before it was called.
    Dropped,
}

/// A moment that was accepted and whose calls have not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OccurrenceRecord {
    pub(super) id: Arc<str>,
    pub(super) key: ScheduleKey,
    pub(super) due_ms: i64,
    /// It is not called before this time, in milliseconds since 1970.
    pub(super) not_before_ms: i64,
    /// Calls that were begun; those that found no room do not count.
    #[serde(default)]
    pub(super) attempts: u32,
    /// Those that failed by what the function did.
    #[serde(default)]
    pub(super) failures: u32,
    /// Those that ended because a process or an instance did.
    #[serde(default)]
    pub(super) interruptions: u32,
    /// Those that found no room, in a row.
    #[serde(default)]
    pub(super) sheds: u32,
    /// The process that calls now.
    #[serde(default)]
    pub(super) owner: Option<Arc<str>>,
    /// Whether it was begun once: it holds one of its schedule's places until it ends.
    #[serde(default)]
    pub(super) begun: bool,
    /// Whether an operator asked for it: it takes no place.
    #[serde(default)]
    pub(super) manual: bool,
}

impl OccurrenceRecord {
    /// A moment that nothing was done for.
    pub(super) fn new(id: Arc<str>, key: ScheduleKey, due_ms: i64) -> Self {
        Self {
            id,
            key,
            due_ms,
            not_before_ms: due_ms,
            attempts: 0,
            failures: 0,
            interruptions: 0,
            sheds: 0,
            owner: None,
            begun: false,
            manual: false,
        }
    }
}

/// How one call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CallEnd {
    /// It was answered.
    Answered {
        status: u16,
        /// The fault, if it was one.
        fault: Option<String>,
        /// The function asks not to be called again.
        no_retry: bool,
    },
    /// There was no room for it: it reached no code.
    Shed { after_ms: i64 },
    /// Its process or its instance ended for another cause.
    Interrupted,
    /// There is no such function.
    NoFunction,
}

/// Everything that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StoredSchedules {
    pub(super) schedules: BTreeMap<ScheduleKey, ScheduleRecord>,
    pub(super) occurrences: BTreeMap<Arc<str>, OccurrenceRecord>,
    /// What the code of versions says about schedules, by function and version.
    pub(super) learned: BTreeMap<(String, String), String>,
}

/// A call to make now: it is made once the effects that hold it are on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) occurrence: OccurrenceRecord,
    pub(super) rule: CronRule,
    /// The moment before it that was called for.
    pub(super) last_ms: Option<i64>,
}

/// What a decision changes: records to write, and calls to make after that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    /// `None` removes.
    pub(super) schedules: BTreeMap<ScheduleKey, Option<ScheduleRecord>>,
    pub(super) occurrences: BTreeMap<Arc<str>, Option<OccurrenceRecord>>,
    pub(super) learned: BTreeMap<(String, String), Option<String>>,
    pub(super) starts: Vec<Start>,
    /// Moments that are done with, to be counted.
    pub(super) runs: Vec<(FunctionName, RunEnd)>,
}

impl Effects {
    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.schedules.is_empty() && self.occurrences.is_empty() && self.learned.is_empty()
    }
}

impl StoredSchedules {
    /// What is kept after these effects.
    #[cfg(test)]
    pub(super) fn apply(&mut self, effects: &Effects) {
        fn change<K: Clone + Ord, V: Clone>(kept: &mut BTreeMap<K, V>, changes: &BTreeMap<K, Option<V>>) {
            for (key, value) in changes {
                match value {
                    Some(value) => drop(kept.insert(key.clone(), value.clone())),
                    None => drop(kept.remove(key)),
                }
            }
        }
        change(&mut self.schedules, &effects.schedules);
        change(&mut self.occurrences, &effects.occurrences);
        change(&mut self.learned, &effects.learned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_function_schedule_and_second_alone() {
        let key = |function: &str, name: &str| ScheduleKey { function: FunctionName::parse(function).unwrap(), name: name.into() };
        let id = key("a", "b").occurrence_id(60);
        assert_eq!(id.len(), ID_DIGITS);
        assert_eq!(id, key("a", "b").occurrence_id(60));
        assert_ne!(id, key("a", "b").occurrence_id(61));
        assert_ne!(id, key("a", "c").occurrence_id(60));
    }
}
