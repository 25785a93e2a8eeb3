//! Calls by the whole status and by the method, for the names of other platforms.
//!
//! Kept only where an operator asked for such names, of functions that have all families; `admin::metrics::compat` reads.
//!
//! Invariant: statuses are those that HTTP has, methods a closed list.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;

use super::call::CallCount;
use super::histogram::{Histogram, HistogramCounts};
use super::thread::Writer;

/// Which of them are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExactKinds {
    /// By status.
    pub statuses: bool,
    /// By method.
    pub methods: bool,
}

/// The first status, and how many there are.
const STATUS_FIRST: u16 = 100;
const STATUSES: usize = 500;

/// The methods that have a name; what is none of them is [`OTHER_METHOD`].
static METHODS: [Method; 9] =
    [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::CONNECT, Method::TRACE];

/// The name of all other methods.
const OTHER_METHOD: &str = "_OTHER";

/// Calls of one function by status and by method.
#[derive(Debug)]
pub(super) struct ExactCounts {
    statuses: Box<[OnceLock<Box<Histogram>>]>,
    methods: [OnceLock<Box<MethodCounts>>; METHODS.len() + 1],
}

/// Calls of one method.
#[derive(Debug, Default)]
struct MethodCounts {
    failures: AtomicU64,
    duration: Histogram,
}

/// Calls of one method, as they are read.
#[derive(Clone, Debug)]
pub struct MethodTotals {
    /// Its name.
    pub method: &'static str,
    /// Calls that failed.
    pub failures: u64,
    /// How long all of them took.
    pub duration: HistogramCounts,
}

impl ExactCounts {
    pub(super) fn new(kinds: ExactKinds) -> Self {
        let statuses = if kinds.statuses { STATUSES } else { 0 };
        Self { statuses: (0..statuses).map(|_| OnceLock::new()).collect(), methods: Default::default() }
    }

    pub(super) fn call(&self, call: &CallCount<'_>, kinds: ExactKinds) {
        let place = usize::from(call.status.saturating_sub(STATUS_FIRST));
        if let Some(of_status) = self.statuses.get(place) {
            of_status.get_or_init(Box::default).observe(call.wall, Writer::Shared);
        }
        let place = METHODS.iter().position(|method| method == call.method).unwrap_or(METHODS.len());
        if kinds.methods
            && let Some(of_method) = self.methods.get(place)
        {
            let counts = of_method.get_or_init(Box::default);
            counts.duration.observe(call.wall, Writer::Shared);
            if call.fault.is_some() || call.status >= 500 {
                counts.failures.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn statuses(&self) -> Vec<(u16, HistogramCounts)> {
        let seen = (STATUS_FIRST..).zip(self.statuses.iter()).filter_map(|(status, counts)| Some((status, counts.get()?)));
        seen.map(|(status, histogram)| (status, read(histogram))).collect()
    }

    pub(super) fn methods(&self) -> Vec<MethodTotals> {
        let names = METHODS.iter().map(name_of).chain([OTHER_METHOD]);
        let seen = names.zip(&self.methods).filter_map(|(method, counts)| Some((method, counts.get()?)));
        let totals = seen.map(|(method, counts)| MethodTotals {
            method,
            failures: counts.failures.load(Ordering::Relaxed),
            duration: read(&counts.duration),
        });
        totals.collect()
    }
}

fn read(histogram: &Histogram) -> HistogramCounts {
    let mut counts = HistogramCounts::default();
    counts.add(histogram);
    counts
}

/// The name of a method of the list, for as long as the process lives.
fn name_of(method: &'static Method) -> &'static str {
    method.as_str()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::telemetry::metrics::labels::{CallTrigger, ReleaseTrack};

    fn call(method: &Method, status: u16) -> CallCount<'_> {
        CallCount {
            track: ReleaseTrack::Live,
            trigger: CallTrigger::Http,
            method,
            status,
            fault: None,
            wall: Duration::from_millis(3),
            head: Duration::from_millis(3),
            queue: None,
            request_bytes: 0,
            response_bytes: 0,
        }
    }

    #[test]
    fn calls_are_told_apart_by_status_and_method() {
        let kinds = ExactKinds { statuses: true, methods: true };
        let counts = ExactCounts::new(kinds);
        let purge = Method::from_bytes(b"PURGE").unwrap();
        for (method, status) in [(&Method::GET, 200), (&Method::GET, 503), (&purge, 200), (&Method::POST, 99)] {
            counts.call(&call(method, status), kinds);
        }
        let statuses: Vec<_> = counts.statuses().iter().map(|(status, counts)| (*status, counts.count())).collect();
        assert_eq!(statuses, [(100, 1), (200, 2), (503, 1)]);
        let methods: Vec<_> = counts.methods().iter().map(|totals| (totals.method, totals.duration.count(), totals.failures)).collect();
        assert_eq!(methods, [("GET", 2, 1), ("POST", 1, 0), ("_OTHER", 1, 0)]);
    }

    #[test]
    fn what_nobody_asked_for_is_not_kept() {
        let counts = ExactCounts::new(ExactKinds::default());
        counts.call(&call(&Method::GET, 200), ExactKinds::default());
        assert!(counts.statuses().is_empty() && counts.methods().is_empty());
    }
}
