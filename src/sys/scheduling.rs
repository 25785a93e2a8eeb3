//! CPU weights: how the kernel divides the CPU between threads that run JavaScript and all others.
//!
//! Every instance's thread has a lower weight than the threads that read and write sockets (`NICE`), for good: that needs no privilege. While
//! it creates an isolate that no call waits for, it has the lowest (`PREWARM_NICE`): a function that is ended again and again has isolates
//! created all the time, at the cost of its neighbours. A thread whose turn has used `LONG_TURN` steps back further, into the class that runs when no other thread wants to, until its turn ends.
//! The watchdog decides when.
//!
//! Measured on Linux 6.18 (EEVDF), two CPUs, wake-up through an I/O thread and an instance's thread beside 1 and 4 endless loops on their
//! CPU, p99 of four runs: all equal 1.5 and 5.2 ms; nice 5 for instances 0.55 and 4.2 ms; nice 10 0.43 and 4.0 ms; nice 19 for the loops
//! alone 0.39 and 3.3 ms; `SCHED_IDLE` for the loops 0.24 and 0.41 ms. Slices of 0.1, 10 and 100 ms and `SCHED_BATCH` changed nothing: only
//! an idle thread gives way to *every* wake-up at once, the others mostly at the next tick, which comes 250 times a second.
//!
//! In the server (`load -- victim --rate 400`, release, all on one CPU of a busy machine, together with the V8 flags of `init_v8`) the
//! victim's p99 went from 4.1 to 0.3 ms beside one endless loop, from 12 to 3.9 ms beside four (p50 from 2.1 to 0.05 ms), from 8.9 to
//! 0.3–1.3 ms beside a loop and a heap thrasher, from 7.9 to 1.8 ms beside one that keeps the compilers busy; requests per CPU second did
//! not change.
//!
//! To come back from `SCHED_IDLE` or from `PREWARM_NICE` takes root, `CAP_SYS_NICE` or `LimitNICE` (`ulimit -e`) of 15; without it no thread is
//! sent there.
//!
//! Invariant: a thread that waits or ends is not stepped back; one that steps back gets at least one part in `FLOOR` of a CPU, or a busy
//! host would never let it finish.
#![allow(unsafe_code, reason = "scheduling attributes of threads are bare system calls")]

use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Nice value of instances' threads. The socket threads have 0; five steps are a third of the weight.
const NICE: i32 = 5;

/// Nice value of a thread that creates an isolate for later.
const PREWARM_NICE: i32 = 19;

/// Nice value of V8's helper threads: they work for all instances, and no instance waits for them.
const HELPER_NICE: i32 = 10;

/// CPU time that one turn uses before its thread steps back. Most handlers never get there.
const LONG_TURN: Duration = Duration::from_millis(15);

/// A thread gets at least one part in this many of a CPU in the long run, even if others want all of it.
const FLOOR: u32 = 20;

/// Whether a thread that has stepped back can come back.
static MAY_RETURN: LazyLock<bool> = LazyLock::new(|| {
    // Tried out on a thread that ends afterwards.
    let tried = std::thread::Builder::new().name("skep priority".to_owned()).spawn(|| {
        set(OWN, libc::SCHED_OTHER, NICE)?;
        set(OWN, libc::SCHED_IDLE, NICE)?;
        set(OWN, libc::SCHED_OTHER, NICE)
    });
    let outcome = tried.and_then(|thread| thread.join().unwrap_or_else(|_| Err(io::Error::other("the attempt failed"))));
    if let Err(error) = &outcome {
        tracing::debug!(%error, "long turns keep their weight: stepping back takes CAP_SYS_NICE or LimitNICE=15");
    }
    outcome.is_ok()
});

/// The calling thread, as system calls name it.
const OWN: i32 = 0;

/// Lowers the weight of threads that exist already: V8's helpers, right after they were started.
pub fn lower_helpers(threads: &[i32]) {
    for thread in threads {
        // Less weight is never refused, and one that has ended needs none.
        let _ = set(*thread, libc::SCHED_OTHER, HELPER_NICE);
    }
}

/// The calling thread does work that may wait for all other work: it has the lowest weight from now on.
pub fn lower_own() {
    // Less weight is never refused.
    let _ = set(OWN, libc::SCHED_OTHER, PREWARM_NICE);
}

/// The weight of one worker's thread.
#[derive(Default)]
pub(crate) struct CpuWeight {
    /// Its number; 0 before it runs and after it has ended, because the kernel gives numbers out again.
    thread: Mutex<i32>,
    stepped_back: AtomicBool,
    /// Whether a call waits for the thread, or did.
    wanted: AtomicBool,
}

impl CpuWeight {
    /// The calling thread is a worker's from now on, and creates an isolate.
    pub(crate) fn enter(&self) {
        let mut thread = self.thread.lock();
        // SAFETY: takes nothing and cannot fail.
        *thread = unsafe { libc::gettid() };
        let may_wait = *MAY_RETURN && !self.wanted.load(Ordering::SeqCst);
        if let Err(error) = set(OWN, libc::SCHED_OTHER, if may_wait { PREWARM_NICE } else { NICE }) {
            tracing::debug!(%error, "a worker's thread keeps its weight");
        }
    }

    /// Calls wait for the thread from now on; the thread that has work for it says so.
    pub(crate) fn is_wanted(&self) {
        let thread = self.thread.lock();
        self.wanted.store(true, Ordering::SeqCst);
        if *thread != 0 && *MAY_RETURN {
            // One that has just ended needs nothing.
            let _ = set(*thread, libc::SCHED_OTHER, NICE);
        }
    }

    /// The calling thread ends.
    pub(crate) fn leave(&self) {
        *self.thread.lock() = 0;
    }

    /// Has the thread step back or return, from another thread. `same_turn` is called when the thread can no longer end its turn unnoticed.
    pub(crate) fn step_back(&self, back: bool, same_turn: impl FnOnce() -> bool) {
        if back == self.stepped_back.load(Ordering::SeqCst) || (back && !*MAY_RETURN) {
            return;
        }
        let thread = self.thread.lock();
        self.stepped_back.store(back, Ordering::SeqCst);
        // The thread first marks its turn as over and then checks the flag.
        if *thread == 0 || (back && !same_turn()) {
            self.stepped_back.store(false, Ordering::SeqCst);
            return;
        }
        // A thread that has just ended needs nothing.
        let _ = set(*thread, if back { libc::SCHED_IDLE } else { libc::SCHED_OTHER }, NICE);
    }

    /// The calling thread's turn is over.
    pub(crate) fn turn_ended(&self) {
        if self.stepped_back.load(Ordering::SeqCst) {
            let _thread = self.thread.lock();
            self.stepped_back.store(false, Ordering::SeqCst);
            if let Err(error) = set(OWN, libc::SCHED_OTHER, NICE) {
                tracing::warn!(%error, "an instance's thread does not get its weight back");
            }
        }
    }
}

/// The watchdog's memory of a worker's turn: enough to decide whether it is a long one.
#[derive(Default)]
pub(crate) struct Gauge {
    turn: u64,
    begun: Option<(Instant, u64)>,
}

impl Gauge {
    /// Whether the thread should step back. `turn` is odd while JavaScript runs; `cpu_ns` is the CPU time of its thread.
    pub(crate) fn is_long(&mut self, turn: u64, now: Instant, cpu_ns: Option<u64>) -> bool {
        let Some(cpu_ns) = cpu_ns.filter(|_| turn % 2 == 1) else {
            self.begun = None;
            return false;
        };
        if turn != self.turn {
            self.turn = turn;
            self.begun = None;
        }
        let (since, before_ns) = *self.begun.get_or_insert((now, cpu_ns));
        let used = Duration::from_nanos(cpu_ns.saturating_sub(before_ns));
        used >= LONG_TURN && used >= now.saturating_duration_since(since) / FLOOR
    }
}

fn set(thread: i32, policy: i32, nice: i32) -> io::Result<()> {
    let attributes = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: policy.unsigned_abs(),
        sched_flags: 0,
        sched_nice: nice,
        sched_priority: 0,
        sched_runtime: 0,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the kernel reads as many bytes of `attributes` as its size says.
    let done = unsafe { libc::syscall(libc::SYS_sched_setattr, thread, &raw const attributes, 0) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn after(begun: Instant, ms: u64) -> Instant {
        begun + Duration::from_millis(ms)
    }

    #[test]
    fn a_long_turn_steps_back_and_the_next_does_not() {
        let (mut gauge, begun) = (Gauge::default(), Instant::now());
        assert!(!gauge.is_long(1, begun, Some(0)));
        assert!(!gauge.is_long(1, after(begun, 10), Some(10 * MS)));
        assert!(gauge.is_long(1, after(begun, 20), Some(20 * MS)));
        assert!(!gauge.is_long(2, after(begun, 30), None));
        assert!(!gauge.is_long(3, after(begun, 40), Some(30 * MS)));
        assert!(!gauge.is_long(5, after(begun, 60), Some(48 * MS)), "many short turns are not a long one");
    }

    #[test]
    fn one_that_hardly_gets_to_run_returns() {
        let (mut gauge, begun) = (Gauge::default(), Instant::now());
        gauge.is_long(1, begun, Some(0));
        assert!(gauge.is_long(1, after(begun, 300), Some(16 * MS)));
        assert!(!gauge.is_long(1, after(begun, 400), Some(16 * MS)));
        assert!(gauge.is_long(1, after(begun, 500), Some(26 * MS)));
    }

    #[test]
    fn a_worker_has_less_weight_and_only_its_turn_steps_back() {
        let weight = CpuWeight::default();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                weight.enter();
                assert_eq!(own(), (libc::SCHED_OTHER, if *MAY_RETURN { PREWARM_NICE } else { NICE }));
                weight.is_wanted();
                assert_eq!(own(), (libc::SCHED_OTHER, NICE));
                weight.step_back(true, || true);
                let expected = if *MAY_RETURN { libc::SCHED_IDLE } else { libc::SCHED_OTHER };
                assert_eq!(own().0, expected);
                weight.turn_ended();
                assert_eq!(own(), (libc::SCHED_OTHER, NICE));
                weight.step_back(true, || false);
                assert_eq!(own(), (libc::SCHED_OTHER, NICE));
                weight.leave();
                weight.step_back(true, || true);
                assert_eq!(own(), (libc::SCHED_OTHER, NICE));
            });
        });
    }

    /// Policy and nice value of the calling thread.
    fn own() -> (i32, i32) {
        // SAFETY: both take numbers only.
        unsafe { (libc::sched_getscheduler(OWN), libc::getpriority(libc::PRIO_PROCESS, OWN.unsigned_abs())) }
    }
}
