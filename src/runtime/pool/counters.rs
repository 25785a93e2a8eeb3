//! Traffic counters of a pool: calls that were answered, and those that failed by the function's fault.
//!
//! Counted with atomics at every call; the automatic rollback and `admin` read them.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::Blame;
use crate::runtime::call::Reply;

/// Calls of a pool since it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCounts {
    /// Calls that were answered, with a fault or without; callers that left before do not count.
    pub answered: u64,
    /// Faults among the answers for which the function is to blame.
    pub function_faults: u64,
}

/// The counters behind [`CallCounts`].
#[derive(Default)]
pub(super) struct CallCounters {
    answered: AtomicU64,
    function_faults: AtomicU64,
}

impl CallCounters {
    pub(super) fn note(&self, reply: &Reply) {
        // The answer first: a reader that reads in the opposite order never sees more faults than answers.
        self.answered.fetch_add(1, Ordering::Relaxed);
        if reply.as_ref().is_err_and(|fault| fault.kind().blame() == Blame::Function) {
            self.function_faults.fetch_add(1, Ordering::Release);
        }
    }

    pub(super) fn read(&self) -> CallCounts {
        let function_faults = self.function_faults.load(Ordering::Acquire);
        CallCounts { answered: self.answered.load(Ordering::Relaxed), function_faults }
    }
}
