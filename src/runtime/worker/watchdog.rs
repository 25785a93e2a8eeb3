//! The watchdog: one thread that terminates turns which use too much CPU time, and freezes threads that do not end.
//!
//! It observes every busy worker a hundred times a second and reads its CPU clock. In an idle process it sleeps.
//!
//! Invariant: once a reason is set, the termination is repeated until the thread has gone, because deno_core may swallow one; a thread
//! that continues all the same is frozen.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::abandon;
use super::handle::Handle;
use crate::process::crash_note;
use crate::runtime::isolate::TerminationReason;
use crate::runtime::limits::cpu_escalation::{Action, Escalation, Observation};
use crate::sys::cpu_clock::CpuClock;
use crate::sys::freeze::FreezeCause;
use crate::sys::scheduling::Gauge;

/// Time between two observations of a busy worker.
const TICK: Duration = Duration::from_millis(10);

static WATCHDOG: LazyLock<Watchdog> = LazyLock::new(|| {
    let started = std::thread::Builder::new().name("skep watchdog".to_owned()).spawn(|| WATCHDOG.run());
    Watchdog { started: started.is_ok(), ..Watchdog::default() }
});

#[derive(Default)]
struct Watchdog {
    // Lock order: see runtime.
    watched: Mutex<Vec<WatchedWorker>>,
    asleep: AtomicBool,
    alarm: Condvar,
    started: bool,
}

struct WatchedWorker {
    handle: Weak<Handle>,
    escalation: Escalation,
    gauge: Gauge,
}

/// Starts to watch a worker.
pub(super) fn watch(handle: &Arc<Handle>) {
    WATCHDOG.watched.lock().push(WatchedWorker {
        handle: Arc::downgrade(handle),
        escalation: Escalation::default(),
        gauge: Gauge::default(),
    });
}

/// Whether the watchdog runs; without it no limit on CPU time is enforced.
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
        let mut abandoned = Vec::new();
        loop {
            {
                let mut watched = self.watched.lock();
                let mut busy = false;
                watched.retain_mut(|one| one.check(&mut busy, &mut abandoned));
                quiet_ticks = if busy { 0 } else { quiet_ticks + 1 };
                // Falling asleep costs the next turn a lock; a second of quiet makes that rare.
                if quiet_ticks > 100 {
                    self.asleep.store(true, Ordering::SeqCst);
                    watched.retain_mut(|one| one.check(&mut busy, &mut abandoned));
                    if !busy {
                        self.alarm.wait(&mut watched);
                    }
                    self.asleep.store(false, Ordering::SeqCst);
                    quiet_ticks = 0;
                }
            }
            // Without the lock: what becomes of their calls may take a pool's lock, and a pool that spawns takes the two the other way round.
            for (handle, cause) in abandoned.drain(..) {
                abandon::abandon(handle, cause);
            }
            std::thread::sleep(TICK);
        }
    }
}

impl WatchedWorker {
    /// Returns whether the watchdog has to keep the worker; sets `busy` if it runs JavaScript or has to end.
    fn check(&mut self, busy: &mut bool, abandoned: &mut Vec<(Arc<Handle>, FreezeCause)>) -> bool {
        let Some(handle) = self.handle.upgrade() else { return false };
        let observation = handle.observe();
        // A terminating worker is not stepped back, so that its end does not wait for a free CPU.
        let long = self.gauge.is_long(observation.turn, observation.now, observation.cpu_ns) && !observation.terminating;
        handle.weight.step_back(long, || handle.interrupt.turn() == observation.turn);
        let action = self.escalation.decide(&observation);
        *busy |= action != Action::Rest;
        match action {
            Action::Forget => return false,
            Action::Abandon(cause) => {
                abandoned.push((handle, cause));
                return false;
            }
            Action::Rest => {}
            Action::Sample => handle.interrupt.sample(),
            Action::Terminate => handle.terminate(TerminationReason::Cpu),
            Action::TerminateAgain => handle.terminate_again(),
            Action::Freeze => {
                handle.terminate_again();
                handle.freeze_slot.request();
            }
        }
        true
    }
}

impl Handle {
    fn observe(&self) -> Observation {
        let turn = self.interrupt.turn();
        let terminating = self.interrupt.reason().is_some();
        // Reading the clock is a system call, which a worker that waits does not need.
        let cpu_ns = if terminating || turn % 2 == 1 { self.cpu_ns() } else { None };
        Observation {
            over: self.is_over(),
            frozen: self.freeze_slot.cause(),
            terminating,
            has_headroom: self.interrupt.has_headroom(),
            waits_for_headroom: self.interrupt.waits_for_headroom(),
            memory_mb: self.assigned.get().map_or(0, |(_, limits)| u32::try_from(limits.memory_bytes >> 20).unwrap_or(u32::MAX)),
            phase: self.phase(),
            turn,
            turn_limit_ns: self.turn_cpu_ns.load(Ordering::Relaxed),
            cpu_ns,
            now: Instant::now(),
        }
    }

    fn terminate_again(&self) {
        self.interrupt.terminate_again();
        self.mailbox.wake();
    }
}
