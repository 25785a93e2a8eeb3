//! Which segments are removed: those that are too old, beyond what a function or the host may keep, or in the way of free disk.
//!
//! `disk` lists the files and carries the decision out.
//!
//! Invariant: a pure decision over plain facts. The oldest goes first, whatever the reason.

use std::collections::{BTreeMap, HashMap};

use super::segment::{Folder, SegmentName};
use crate::function::FunctionName;
use crate::telemetry::stream::Stream;

const DAY_MS: i64 = 86_400_000;

/// The part of a disk that stays free.
const FREE_PERCENT: u64 = 5;

/// How lines are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepRules {
    /// Days.
    pub days: u32,
    /// Bytes of one function's files.
    pub function_bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
}

/// What a function's manifest says; never above the host's rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct FunctionRules {
    /// Days.
    pub days: Option<u32>,
    /// Bytes of its files.
    pub bytes: Option<u64>,
}

/// A segment or an open file, with its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) folder: Folder,
    pub(super) stream: Stream,
    /// `None`: it is the open file.
    pub(super) segment: Option<SegmentName>,
    pub(super) bytes: u64,
    /// When it was written to last.
    pub(super) modified_ms: i64,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RetentionDecision {
    /// Segments to remove.
    pub(super) remove: Vec<Kept>,
    /// Open files to close, so that the next decision can remove them.
    pub(super) close: Vec<(Folder, Stream)>,
}

/// Bytes that must go so that enough of the disk is free.
pub(super) fn missing_bytes((free, all): (u64, u64)) -> u64 {
    (all / 100 * FREE_PERCENT).saturating_sub(free)
}

/// Decides about everything that is kept. `missing` bytes must go in any case.
pub(super) fn decide(
    mut all: Vec<Kept>,
    rules: KeepRules,
    functions: &HashMap<FunctionName, FunctionRules>,
    missing: u64,
    now_ms: i64,
) -> RetentionDecision {
    all.sort_by(|one, other| (one.modified_ms, &one.segment).cmp(&(other.modified_ms, &other.segment)));
    let of = |folder: &Folder| match folder {
        Folder::Function(name) => functions.get(name).copied().unwrap_or_default(),
        Folder::Host => FunctionRules::default(),
    };
    let mut by_folder: BTreeMap<Folder, u64> = BTreeMap::new();
    let mut total = 0;
    for kept in &all {
        *by_folder.entry(kept.folder.clone()).or_default() += kept.bytes;
        total += kept.bytes;
    }
    let (mut decision, mut missing) = (RetentionDecision::default(), missing);
    for kept in all {
        let own = of(&kept.folder);
        let days = own.days.map_or(rules.days, |days| days.min(rules.days));
        let folder_bytes = own.bytes.map_or(rules.function_bytes, |bytes| bytes.min(rules.function_bytes));
        let age_ms = now_ms - kept.modified_ms;
        let in_folder = by_folder.entry(kept.folder.clone()).or_default();
        let is_too_much = age_ms > i64::from(days) * DAY_MS || *in_folder > folder_bytes || total > rules.total_bytes || missing > 0;
        if is_too_much {
            *in_folder -= kept.bytes;
            total -= kept.bytes;
            missing = missing.saturating_sub(kept.bytes);
        }
        let is_open = kept.segment.is_none();
        if !is_open && is_too_much {
            decision.remove.push(kept);
        } else if is_open && (is_too_much || age_ms > DAY_MS) {
            decision.close.push((kept.folder, kept.stream));
        }
    }
    decision
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MB: u64 = 1 << 20;
    const RULES: KeepRules = KeepRules { days: 7, function_bytes: 64 * MB, total_bytes: 100 * MB };
    const NOW: i64 = 100 * DAY_MS;

    fn kept(folder: &str, number: u32, bytes: u64, age_days: i64) -> Kept {
        let modified_ms = NOW - age_days * DAY_MS;
        let segment = (number > 0).then(|| SegmentName::new(Stream::Business, number, modified_ms));
        Kept { folder: Folder::parse(folder).unwrap(), stream: Stream::Business, segment, bytes, modified_ms }
    }

    fn removed(decision: &RetentionDecision) -> Vec<(&str, u32)> {
        decision.remove.iter().map(|kept| (kept.folder.as_str(), kept.segment.as_ref().unwrap().number)).collect()
    }

    #[test]
    fn what_is_too_old_goes_and_by_the_functions_own_days_earlier() {
        let all = vec![
            kept("a", 1, 1, 8),
            kept("a", 2, 1, 6),
            kept("b", 1, 1, 3),
            kept("_host", 1, 1, 3),
            kept("b", 0, 1, 2),
            kept("a", 0, 1, 0),
        ];
        let own = HashMap::from([(FunctionName::parse("b").unwrap(), FunctionRules { days: Some(2), bytes: None })]);
        let decision = decide(all, RULES, &own, 0, NOW);
        assert_eq!(removed(&decision), [("a", 1), ("b", 1)]);
        assert_eq!(decision.close, [(Folder::parse("b").unwrap(), Stream::Business)], "nothing was written to it for a day");
        let longer = HashMap::from([(FunctionName::parse("a").unwrap(), FunctionRules { days: Some(70), bytes: None })]);
        assert_eq!(removed(&decide(vec![kept("a", 1, 1, 8)], RULES, &longer, 0, NOW)), [("a", 1)], "never above the host's");
    }

    #[test]
    fn of_too_many_bytes_the_oldest_go() {
        let of =
            |folder, ages: &[i64]| ages.iter().zip(1..).map(move |(age, number)| kept(folder, number, 30 * MB, *age)).collect::<Vec<_>>();
        assert_eq!(removed(&decide(of("a", &[5, 3, 4]), RULES, &HashMap::new(), 0, NOW)), [("a", 1)], "one function");
        let all = [of("a", &[5, 1]), of("b", &[4, 3])].concat();
        assert_eq!(removed(&decide(all, RULES, &HashMap::new(), 0, NOW)), [("a", 1)], "all together");
        let own = HashMap::from([(FunctionName::parse("a").unwrap(), FunctionRules { days: None, bytes: Some(30 * MB) })]);
        assert_eq!(removed(&decide(of("a", &[5, 3, 4]), RULES, &own, 0, NOW)), [("a", 1), ("a", 3)]);
        let decision = decide(vec![kept("a", 1, 30 * MB, 3), kept("a", 0, 80 * MB, 0)], RULES, &HashMap::new(), 0, NOW);
        assert_eq!((removed(&decision).len(), decision.close.len()), (1, 1), "an open file that is too large is closed first");
    }

    #[test]
    fn a_full_disk_takes_more() {
        assert_eq!((missing_bytes((4, 100)), missing_bytes((5, 100)), missing_bytes((900, 1000))), (1, 0, 0));
        let all = vec![kept("a", 1, 10, 3), kept("b", 1, 10, 2), kept("a", 2, 10, 1)];
        assert_eq!(removed(&decide(all, RULES, &HashMap::new(), 11, NOW)), [("a", 1), ("b", 1)]);
    }

    proptest! {
        #[test]
        fn what_stays_is_within_every_rule_and_newer_than_what_goes(
            facts in proptest::collection::vec((0_usize..3, 1_u64..40, 0_i64..12), 0..40), missing in 0_u64..30,
        ) {
            let all: Vec<Kept> = facts.iter().zip(1..).map(|((folder, mb, age), number)| kept(["a", "b", "_host"][*folder], number, mb * MB, *age)).collect();
            let decision = decide(all.clone(), RULES, &HashMap::new(), missing * MB, NOW);
            let stays: Vec<&Kept> = all.iter().filter(|kept| !decision.remove.contains(kept)).collect();
            prop_assert!(stays.iter().map(|kept| kept.bytes).sum::<u64>() <= RULES.total_bytes);
            for folder in ["a", "b", "_host"] {
                let of = |kept: &&&Kept| kept.folder.as_str() == folder;
                prop_assert!(stays.iter().filter(of).map(|kept| kept.bytes).sum::<u64>() <= RULES.function_bytes);
                let oldest = stays.iter().filter(of).map(|kept| kept.modified_ms).min().unwrap_or(NOW);
                let in_folder = decision.remove.iter().filter(|kept| kept.folder.as_str() == folder);
                prop_assert!(in_folder.clone().all(|kept| kept.modified_ms <= oldest), "the oldest first");
            }
            prop_assert!(stays.iter().all(|kept| kept.modified_ms >= NOW - 7 * DAY_MS));
        }
    }
}
