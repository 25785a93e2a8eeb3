//! Ends turns that use too much CPU, from outside.
//!
//! One thread looks at every busy worker a hundred times a second and reads its CPU clock. Nothing is signalled; an idle process sleeps.
//!
//! Invariant: once a reason is set, the termination is repeated until the thread has gone, because deno_core may swallow one.
#![allow(unsafe_code, reason = "reading another thread's CPU clock is a C call")]

use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::Handle;
use crate::runtime::isolate::Reason;
use std::sync::atomic::{AtomicBool, Ordering};

/// How often busy workers are looked at.
const TICK: Duration = Duration::from_millis(10);

static WATCHDOG: LazyLock<Watchdog> = LazyLock::new(|| {
    let started = std::thread::Builder::new().name("skep watchdog".to_owned()).spawn(|| WATCHDOG.run());
    Watchdog { started: started.is_ok(), ..Watchdog::default() }
});

#[derive(Default)]
struct Watchdog {
    watched: Mutex<Vec<Watched>>,
    asleep: AtomicBool,
    alarm: Condvar,
    started: bool,
}

struct Watched {
    handle: Weak<Handle>,
    /// The turn seen last, and the CPU clock when it was first seen.
    turn: u64,
    since_ns: u64,
}

/// Starts to watch a worker.
pub(super) fn watch(handle: &Arc<Handle>) {
    WATCHDOG.watched.lock().push(Watched { handle: Arc::downgrade(handle), turn: 0, since_ns: 0 });
}

/// Whether the watchdog runs; without it no limit on CPU time would strike.
pub fn is_running() -> bool {
    WATCHDOG.started
}

impl Handle {
    /// JavaScript may run from here on.
    pub(super) fn begin_turn(&self) {
        self.turn.fetch_add(1, Ordering::SeqCst);
        if WATCHDOG.asleep.load(Ordering::SeqCst) {
            WATCHDOG.rouse();
        }
    }

    /// JavaScript goes on with something else.
    pub(super) fn next_turn(&self) {
        self.turn.fetch_add(2, Ordering::Release);
    }

    /// The thread is about to wait.
    pub(super) fn end_turn(&self) {
        self.turn.fetch_add(1, Ordering::Release);
    }

    pub(super) fn limit_turn(&self, cpu: Duration) {
        self.turn_cpu_ns.store(u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn note_thread(&self) {
        let mut clock = 0;
        // SAFETY: the calling thread is alive, and `clock` is a valid place for the answer.
        if unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) } == 0 {
            self.cpu_clock.store(clock, Ordering::Release);
        }
    }
}

/// CPU time the calling thread has used, in nanoseconds.
pub(super) fn own_cpu_ns() -> u64 {
    read_clock(libc::CLOCK_THREAD_CPUTIME_ID).unwrap_or(0)
}

fn read_clock(clock: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the answer; a clock of a thread that has ended is an error, not a fault.
    if unsafe { libc::clock_gettime(clock, &raw mut time) } != 0 {
        return None;
    }
    Some(u64::try_from(time.tv_sec).ok()? * 1_000_000_000 + u64::try_from(time.tv_nsec).ok()?)
}

impl Watchdog {
    fn rouse(&self) {
        let _guard = self.watched.lock();
        self.asleep.store(false, Ordering::SeqCst);
        self.alarm.notify_one();
    }

    fn run(&self) {
        let mut quiet_ticks = 0;
        loop {
            {
                let mut watched = self.watched.lock();
                let mut busy = false;
                watched.retain_mut(|one| one.look(&mut busy));
                quiet_ticks = if busy { 0 } else { quiet_ticks + 1 };
                // Falling asleep costs the next turn a lock; a second of quiet makes that rare.
                if quiet_ticks > 100 {
                    self.asleep.store(true, Ordering::SeqCst);
                    watched.retain_mut(|one| one.look(&mut busy));
                    if !busy {
                        self.alarm.wait(&mut watched);
                    }
                    self.asleep.store(false, Ordering::SeqCst);
                    quiet_ticks = 0;
                }
            }
            std::thread::sleep(TICK);
        }
    }
}

impl Watched {
    /// Returns whether the worker is still to be watched; sets `busy` if it runs JavaScript or has to end.
    fn look(&mut self, busy: &mut bool) -> bool {
        let Some(handle) = self.handle.upgrade() else { return false };
        if handle.is_over() {
            return false;
        }
        if handle.interrupt.reason().is_some() {
            *busy = true;
            handle.interrupt.strike_again();
            handle.mailbox.wake();
            return true;
        }
        let turn = handle.turn.load(Ordering::SeqCst);
        if turn % 2 == 0 {
            return true;
        }
        *busy = true;
        let Some(now_ns) = read_clock(handle.cpu_clock.load(Ordering::Acquire)) else { return true };
        if turn != self.turn {
            self.turn = turn;
            self.since_ns = now_ns;
        } else if now_ns.saturating_sub(self.since_ns) > handle.turn_cpu_ns.load(Ordering::Relaxed) {
            handle.strike(Reason::Cpu);
        }
        true
    }
}
