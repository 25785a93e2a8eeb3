//! Ends turns that use too much CPU, from outside, and parks threads that do not end.
//!
//! One thread looks at every busy worker a hundred times a second and reads its CPU clock; an idle process sleeps.
//!
//! Invariant: once a reason is set, the termination is repeated until the thread has gone, because deno_core may swallow one; a thread
//! that goes on all the same is parked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::{Handle, abandon};
use crate::process::crash_note;
use crate::runtime::isolate::Reason;
use crate::runtime::limits::cpu_escalation::{Judge, Sight, Verdict};
use crate::sys::cpu_clock::CpuClock;
use crate::sys::scheduling::Gauge;

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
    judge: Judge,
    gauge: Gauge,
}

/// Starts to watch a worker.
pub(super) fn watch(handle: &Arc<Handle>) {
    WATCHDOG.watched.lock().push(Watched { handle: Arc::downgrade(handle), judge: Judge::default(), gauge: Gauge::default() });
}

/// Whether the watchdog runs; without it no limit on CPU time would strike.
pub fn is_running() -> bool {
    WATCHDOG.started
}

impl Handle {
    /// JavaScript may run from here on.
    pub(super) fn begin_turn(&self) {
        self.interrupt.flip_turn();
        crash_note::busy(true);
        if WATCHDOG.asleep.load(Ordering::SeqCst) {
            WATCHDOG.rouse();
        }
    }

    /// The thread is about to wait.
    pub(super) fn end_turn(&self) {
        crash_note::busy(false);
        self.interrupt.flip_turn();
        self.weight.turn_ended();
    }

    pub(super) fn limit_turn(&self, cpu: Duration) {
        self.turn_cpu_ns.store(u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// CPU time one uninterrupted turn may use.
    pub(super) fn turn_limit(&self) -> Duration {
        Duration::from_nanos(self.turn_cpu_ns.load(Ordering::Relaxed))
    }

    pub(super) fn note_thread(&self) {
        if let Some(clock) = CpuClock::own() {
            self.cpu_clock.store(clock.to_raw(), Ordering::Release);
        }
    }
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
        let sight = handle.sight();
        // Whoever is to end shall not wait for its turn to do so.
        let long = self.gauge.is_long(sight.turn, sight.now, sight.cpu_ns) && !sight.struck;
        handle.weight.step_back(long, || handle.interrupt.turn() == sight.turn);
        let verdict = self.judge.decide(&sight);
        *busy |= verdict != Verdict::Rest;
        match verdict {
            Verdict::Forget => return false,
            Verdict::Bury(cause) => {
                abandon::bury(handle, cause);
                return false;
            }
            Verdict::Rest => {}
            Verdict::Sample => handle.interrupt.sample(),
            Verdict::Strike => handle.strike(Reason::Cpu),
            Verdict::Terminate => handle.press(),
            Verdict::Park => {
                handle.press();
                handle.slot.order();
            }
        }
        true
    }
}

impl Handle {
    fn sight(&self) -> Sight {
        let turn = self.interrupt.turn();
        let struck = self.interrupt.reason().is_some();
        // Reading the clock is a system call, which a worker that waits does not need.
        let cpu_ns = if struck || turn % 2 == 1 { self.cpu_ns() } else { None };
        Sight {
            over: self.is_over(),
            parked: self.slot.cause(),
            struck,
            graced: self.interrupt.was_graced(),
            memory_mb: self.assigned.get().map_or(0, |(_, limits)| u32::try_from(limits.memory_bytes >> 20).unwrap_or(u32::MAX)),
            phase: self.phase(),
            turn,
            turn_limit_ns: self.turn_cpu_ns.load(Ordering::Relaxed),
            cpu_ns,
            now: Instant::now(),
        }
    }

    fn press(&self) {
        self.interrupt.strike_again();
        self.mailbox.wake();
    }
}
