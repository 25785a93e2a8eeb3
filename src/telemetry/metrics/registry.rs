//! The counters of all functions, by name.
//!
//! A pool asks once for those of its function and keeps them; `admin::metrics` walks over all of them, and drops those of functions that are
//! gone.
//!
//! Invariant: one lock, which no call takes but the first one of a pool; under it no other lock is taken.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::budget::{SeriesBudget, SeriesLimits};
use super::function::{AllFunctions, FunctionMetrics};
use super::histogram::HistogramCounts;
use super::thread::Sharded;
use crate::function::FunctionName;

/// The counters of all functions.
#[derive(Debug)]
pub struct FunctionRegistry {
    // Lock order: see runtime.
    functions: Mutex<HashMap<FunctionName, Arc<FunctionMetrics>>>,
    all: Arc<AllFunctions>,
    other: Arc<FunctionMetrics>,
}

impl Default for FunctionRegistry {
    fn default() -> Self {
        Self::new(SeriesLimits::default())
    }
}

impl FunctionRegistry {
    /// No functions yet.
    pub fn new(limits: SeriesLimits) -> Self {
        let all = Arc::new(AllFunctions { budget: SeriesBudget::new(limits), durations: Sharded::default() });
        Self { functions: Mutex::default(), other: Arc::new(FunctionMetrics::of_folded(all.clone())), all }
    }

    /// The counters of a function, which it has from now on.
    pub fn function(&self, name: &FunctionName) -> Arc<FunctionMetrics> {
        let mut functions = self.functions.lock();
        if let Some(known) = functions.get(name) {
            return known.clone();
        }
        let made = Arc::new(FunctionMetrics::new(name.clone(), self.all.clone(), self.other.clone()));
        functions.insert(name.clone(), made.clone());
        made
    }

    /// The counters of a function, if it has any.
    pub fn get(&self, name: &FunctionName) -> Option<Arc<FunctionMetrics>> {
        self.functions.lock().get(name).cloned()
    }

    /// The counters of all functions that have any.
    pub fn all(&self) -> Vec<Arc<FunctionMetrics>> {
        self.functions.lock().values().cloned().collect()
    }

    /// How long the calls of all functions took.
    pub fn durations(&self) -> HistogramCounts {
        let mut counts = HistogramCounts::default();
        self.all.durations.parts().for_each(|part| counts.add(part));
        counts
    }

    /// Those of all functions that share one set.
    pub fn other(&self) -> &Arc<FunctionMetrics> {
        &self.other
    }

    /// Functions that share it.
    pub fn folded(&self) -> usize {
        self.all.budget.folded()
    }

    /// Drops the counters of functions for which `exists` is false. A version that a release tries out has its own before its function
    /// exists: they stay until its pool is gone, or it was called.
    pub fn retain(&self, exists: impl Fn(&FunctionName) -> bool) {
        let mut gone = Vec::new();
        self.functions.lock().retain(|name, metrics| {
            let stays = exists(name) || (metrics.tier().is_none() && Arc::strong_count(metrics) > 1);
            if !stays {
                gone.push(metrics.clone());
            }
            stays
        });
        // The budget has a lock of its own.
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;

    use super::*;
    use crate::fault::Kind;
    use crate::telemetry::metrics::budget::SeriesTier;
    use crate::telemetry::metrics::call::CallCount;
    use crate::telemetry::metrics::labels::{CallTrigger, InstanceFrom, ReleaseTrack, StatusClass};

    fn name(name: &str) -> FunctionName {
        FunctionName::parse(name).unwrap()
    }

    fn call(method: &Method, status: u16, fault: Option<Kind>) -> CallCount<'_> {
        CallCount {
            track: ReleaseTrack::Live,
            trigger: CallTrigger::Http,
            method,
            status,
            fault,
            wall: Duration::from_millis(2),
            head: Duration::from_millis(1),
            queue: Some(Duration::from_micros(50)),
            request_bytes: 3,
            response_bytes: 5,
        }
    }

    #[test]
    fn a_function_has_series_from_its_first_call_on() {
        let registry = FunctionRegistry::default();
        let metrics = registry.function(&name("a"));
        metrics.instance_started(InstanceFrom::Blank);
        assert_eq!(metrics.tier(), None);
        metrics.call(&call(&Method::GET, 200, None));
        metrics.call(&call(&Method::GET, 504, Some(Kind::CpuLimit)));
        assert_eq!(metrics.tier(), Some(SeriesTier::Full));
        let live = metrics.track(ReleaseTrack::Live).unwrap();
        let calls: Vec<_> = live.calls().collect();
        assert_eq!(calls, [(CallTrigger::Http, StatusClass::Successful, 1), (CallTrigger::Http, StatusClass::ServerError, 1)]);
        assert_eq!(live.faults().collect::<Vec<_>>(), [(Kind::CpuLimit, 1)]);
        assert_eq!((live.request_bytes, live.response_bytes, live.duration.count()), (6, 10, 2));
        assert_eq!(metrics.waits().unwrap().queue.count(), 2);
        assert_eq!((metrics.calls(), metrics.started(InstanceFrom::Blank)), ((2, 1), 1));
        assert!(metrics.track(ReleaseTrack::Candidate).is_none());
    }

    #[test]
    fn a_folded_function_counts_with_the_others_and_its_counts_stay_when_it_goes() {
        let registry = FunctionRegistry::new(SeriesLimits { series: 10, ..SeriesLimits::default() });
        registry.function(&name("first")).call(&call(&Method::GET, 200, None));
        let folded = registry.function(&name("second"));
        folded.instance_started(InstanceFrom::Fresh);
        folded.call(&call(&Method::GET, 200, None));
        folded.instance_started(InstanceFrom::Fresh);
        assert_eq!((folded.tier(), registry.folded()), (Some(SeriesTier::Folded), 1));
        let other = registry.other().clone();
        assert_eq!((other.label(), other.calls(), other.started(InstanceFrom::Fresh)), ("_other", (1, 0), 2));
        drop(folded);
        registry.retain(|kept| kept.as_str() == "first");
        assert_eq!((registry.folded(), other.calls().0), (0, 1));
    }

    #[test]
    fn what_is_gone_is_dropped_and_what_is_tried_out_stays() {
        let registry = FunctionRegistry::default();
        let (called, tried) = (registry.function(&name("called")), registry.function(&name("tried")));
        called.call(&call(&Method::GET, 200, None));
        registry.retain(|_| false);
        assert!(registry.get(&name("called")).is_none() && registry.get(&name("tried")).is_some());
        drop((called, tried));
        registry.retain(|_| false);
        assert!(registry.get(&name("tried")).is_none());
    }
}
