//! Releases as they are counted: by purpose and end, and by step.
//!
//! `registry` counts what ends; `admin::metrics` reads.
//!
//! Invariant: two labels that differ have different places.

use crate::api::release::{Purpose, ReleaseStatus, Step};
use crate::telemetry::metrics::labels::MetricLabel;

/// Places for the states of a release.
const STATUSES: usize = 8;

/// A release by its purpose and its end.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseLabel(pub Purpose, pub ReleaseStatus);

impl MetricLabel for ReleaseLabel {
    fn index(self) -> usize {
        self.0 as usize * STATUSES + self.1 as usize
    }
}

/// A step of a release.
#[derive(Clone, Copy, Debug)]
pub struct StepLabel(pub Step);

impl MetricLabel for StepLabel {
    fn index(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_end_of_every_purpose_has_a_place_of_its_own() {
        let labels = Purpose::ALL.into_iter().flat_map(|purpose| ReleaseStatus::ENDS.map(|end| ReleaseLabel(purpose, end).index()));
        let places: BTreeSet<usize> = labels.collect();
        assert_eq!(places.len(), Purpose::ALL.len() * ReleaseStatus::ENDS.len());
        assert!(places.into_iter().max() < Some(64));
    }
}
