//! CPU clocks and CPU affinity: the cost of a call is CPU time, and its duration depends on whether its two threads share a CPU.
//!
//! Used by `warm` and `cold` around the work that they measure.
//!
//! Invariant: reading a clock costs well below a microsecond and allocates nothing.
#![allow(unsafe_code, reason = "CPU clocks and affinity are bare system calls")]

use std::io;
use std::mem;
use std::time::{Duration, Instant};

/// Wall and CPU time of the calling thread, read together.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub wall: Instant,
    pub cpu: Duration,
}

impl Moment {
    pub fn now() -> Self {
        Self { wall: Instant::now(), cpu: thread_cpu() }
    }
}

/// CPU time of the calling thread.
pub fn thread_cpu() -> Duration {
    read(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// CPU time of every thread of this process, V8's helpers and the watchdog included.
pub fn process_cpu() -> Duration {
    read(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn read(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills the one timespec we own; both clocks exist on every Linux.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The last CPU that this process may use: device interrupts mostly land on the first.
pub fn last_cpu() -> io::Result<usize> {
    // SAFETY: an all-zero cpu_set_t is an empty set, and the kernel writes no more than the size we pass.
    let set = unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        if libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) != 0 {
            return Err(io::Error::last_os_error());
        }
        set
    };
    let size = usize::try_from(libc::CPU_SETSIZE).unwrap_or_default();
    // SAFETY: `cpu` lies within the set.
    let last = (0..size).rev().find(|cpu| unsafe { libc::CPU_ISSET(*cpu, &set) });
    last.ok_or_else(|| io::Error::other("no CPU"))
}

/// Pins the calling thread, and every thread it starts later, to one CPU.
pub fn pin(cpu: usize) -> io::Result<()> {
    // SAFETY: as above; `cpu` came from `last_cpu`, so it lies within the set.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        if libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
