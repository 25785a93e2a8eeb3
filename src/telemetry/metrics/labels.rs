//! The labels of metrics: closed lists, so that no text of a client or a function ever makes a series.
//!
//! Counters are arrays by these; `admin::metrics` writes their names.
//!
//! Invariant: the place of a label in `ALL` is its index.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::Kind;

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $label:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($label),*].len()] = [$(Self::$variant),*];

            /// Its name in a series.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }
        }

        impl MetricLabel for $name {
            fn index(self) -> usize {
                self as usize
            }
        }
    )*};
}

/// A label of a closed list.
pub trait MetricLabel: Copy {
    /// Its place in the list.
    fn index(self) -> usize;
}

labels! {
    /// Which of a function's versions answered.
    ReleaseTrack {
        /// The live one.
        Live = "live",
        /// The one beside it.
        Candidate = "candidate",
    }

    /// What caused a call.
    CallTrigger {
        /// A client's request.
        Http = "http",
        /// `ctx.call` of another function.
        Call = "call",
        /// A schedule that is due.
        Cron = "cron",
        /// A job of a Parse application.
        Job = "job",
        /// An operator, by the admin API or `skep invoke`.
        Invoke = "invoke",
    }

    /// The first digit of a status.
    StatusClass {
        /// 100 to 199.
        Informational = "1xx",
        /// 200 to 299.
        Successful = "2xx",
        /// 300 to 399.
        Redirect = "3xx",
        /// 400 to 499.
        ClientError = "4xx",
        /// 500 to 599.
        ServerError = "5xx",
    }

    /// What CPU time of an instance was used for.
    CpuUse {
        /// Calls whose callers wait.
        Call = "call",
        /// Everything else after the module was loaded.
        Background = "background",
        /// Loading the module.
        Boot = "boot",
    }

    /// Where an instance came from.
    InstanceFrom {
        /// A prewarmed isolate.
        Blank = "blank",
        /// A thread that was started for it.
        Fresh = "fresh",
    }

    /// Why an instance ended.
    InstanceEnd {
        /// No traffic wanted it.
        Idle = "idle",
        /// The host used too much memory.
        Trimmed = "trimmed",
        /// Another function needed its place.
        Evicted = "evicted",
        /// An operator had it replaced.
        Recycled = "recycled",
        /// Its version was replaced or removed.
        Replaced = "replaced",
        /// It passed a limit.
        Limit = "limit",
        /// It did not load, or failed.
        Fault = "fault",
        /// Its thread could not be ended.
        Parked = "parked",
    }

    /// How a request of a function to another server ended.
    FetchEnd {
        /// The head of an answer came.
        Answered = "answered",
        /// The host did not let it out.
        Refused = "refused",
        /// No answer came.
        Failed = "failed",
        /// The function gave it up.
        Aborted = "aborted",
    }

    /// The level of a console line.
    LineLevel {
        /// `console.debug`.
        Debug = "debug",
        /// `console.log` and `console.info`.
        Info = "info",
        /// `console.warn`.
        Warn = "warn",
        /// `console.error`.
        Error = "error",
    }

    /// Why a console line, or a part of it, was dropped.
    LineDrop {
        /// The instance wrote too much.
        Volume = "volume",
        /// The line was too long: its end is missing.
        Cut = "cut",
    }

    /// What starts calls without a client.
    RunTrigger {
        /// A schedule.
        Cron = "cron",
    }

    /// How the calls for one moment ended.
    RunEnd {
        /// One was answered with success.
        Done = "done",
        /// None was, and none is left.
        Failed = "failed",
        /// There was no call: one before still ran.
        Skipped = "skipped",
    }

    /// A part of a cold start.
    ColdPhase {
        /// The thread starts.
        Thread = "thread",
        /// The isolate is made from the snapshot.
        Isolate = "isolate",
        /// It gets its function.
        Assign = "assign",
        /// Modules are read and linked.
        Compile = "compile",
        /// Their top level runs.
        Evaluate = "evaluate",
        /// The handler is called for the first time, until it waits or returns.
        FirstCall = "first_call",
        /// From the need for an instance until it takes calls.
        Total = "total",
    }

    /// A listener of functions.
    ListenerKind {
        /// Of `--listen`.
        Main = "main",
        /// Of a port that a route names.
        Route = "route",
    }

    /// What a connection speaks.
    WireProtocol {
        /// HTTP/1, or nothing yet.
        Http1 = "http1",
        /// HTTP/2.
        Http2 = "http2",
    }

    /// Why a connection ended.
    ConnectionEnd {
        /// One of the two sides had enough.
        Closed = "closed",
        /// The client left in the middle.
        ClientLeft = "client_left",
        /// It waited too long for the client.
        Timeout = "timeout",
        /// It was closed at once: its address has too many.
        PerAddress = "per_address",
    }

    /// What the threads of a runtime do.
    RuntimeKind {
        /// They serve connections.
        Io = "io",
        /// They serve the admin address.
        Admin = "admin",
    }

    /// A kind of garbage collection.
    GcKind {
        /// Of the young generation.
        Minor = "minor",
        /// Of the whole heap.
        Major = "major",
    }
}

impl StatusClass {
    /// The class of a status.
    pub fn of(status: u16) -> Self {
        match status {
            0..200 => Self::Informational,
            200..300 => Self::Successful,
            300..400 => Self::Redirect,
            400..500 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

impl MetricLabel for Kind {
    fn index(self) -> usize {
        self as usize
    }
}

/// Counters by a label.
#[derive(Debug)]
pub struct Counters<const N: usize>([AtomicU64; N]);

impl<const N: usize> Counters<N> {
    /// All of them 0.
    pub const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; N])
    }

    /// The counter of a label.
    pub(super) fn cell(&self, label: impl MetricLabel) -> Option<&AtomicU64> {
        self.0.get(label.index())
    }

    /// Adds to a label's, from any thread.
    pub fn add(&self, label: impl MetricLabel, amount: u64) {
        if let Some(cell) = self.cell(label) {
            cell.fetch_add(amount, Ordering::Relaxed);
        }
    }

    /// A label's count.
    pub fn get(&self, label: impl MetricLabel) -> u64 {
        self.cell(label).map_or(0, |cell| cell.load(Ordering::Relaxed))
    }

    /// Moves every count to `other`.
    pub(super) fn move_to(&self, other: &Self) {
        for (from, to) in self.0.iter().zip(&other.0) {
            to.fetch_add(from.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        }
    }
}

impl<const N: usize> Default for Counters<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_the_class_of_its_first_digit() {
        for (status, class) in [(101, "1xx"), (204, "2xx"), (304, "3xx"), (499, "4xx"), (500, "5xx"), (599, "5xx")] {
            assert_eq!(StatusClass::of(status).label(), class);
        }
    }

    #[test]
    fn counters_are_counted_by_label_and_moved_whole() {
        let (one, other) = (Counters::<{ InstanceEnd::ALL.len() }>::new(), Counters::new());
        other.add(InstanceEnd::Parked, 1);
        one.add(InstanceEnd::Parked, 2);
        one.move_to(&other);
        assert_eq!((one.get(InstanceEnd::Parked), other.get(InstanceEnd::Parked), other.get(InstanceEnd::Idle)), (0, 3, 0));
    }
}
