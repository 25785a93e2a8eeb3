//! The CPUs of servers and generator. A ratio between two servers means something only if each had the same one CPU and the
//! generator had another, so children are pinned before `exec` (every later thread inherits it) and the generator pins itself.

#![allow(unsafe_code, reason = "affinity, prctl and the thread clock are bare system calls")]

use std::io;
use std::mem;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

/// The two sides of a run. `None` means: anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pinning {
    pub server: Option<usize>,
    pub generator: Option<usize>,
}

impl Pinning {
    /// The server takes the last CPU we may use and the generator the first: device interrupts mostly land on CPU 0.
    pub fn new(unpinned: bool) -> io::Result<Self> {
        let cpus = allowed()?;
        match (unpinned, cpus.as_slice()) {
            (false, [first, .., last]) => Ok(Self { server: Some(*last), generator: Some(*first) }),
            _ => Ok(Self::default()),
        }
    }
}

/// The CPUs this process may run on.
pub fn allowed() -> io::Result<Vec<usize>> {
    // SAFETY: an all-zero cpu_set_t is an empty set, and the kernel writes no more than the size we pass.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        if libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((0..libc::CPU_SETSIZE as usize).filter(|cpu| libc::CPU_ISSET(*cpu, &set)).collect())
    }
}

/// Pins the calling thread (and the threads it starts later).
pub fn pin_self(cpu: usize) -> io::Result<()> {
    // SAFETY: as above; `cpu` came from `allowed`, so it lies within the set.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        if libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Makes a child run on `cpus` and die with this process, even if that is killed.
/// The death signal follows the *thread* that forks, so children must be started from the main thread.
pub fn bind_child(command: &mut Command, cpus: Vec<usize>) {
    let parent = std::process::id();
    // SAFETY: the closure runs between fork and exec and makes only async-signal-safe calls on memory made before the fork.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        for cpu in cpus {
            libc::CPU_SET(cpu, &mut set);
        }
        command.pre_exec(move || {
            // SIGTERM rather than SIGKILL: skep is a supervisor and an engine, and the first has to take the second along.
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) != 0
                || libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) != 0
            {
                return Err(io::Error::last_os_error());
            }
            // The parent may have died before prctl, and then no signal would ever come.
            if libc::getppid() as u32 != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
}

/// CPU time of the calling thread: what the generator itself used.
pub fn thread_cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills the one timespec we own.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Sends a signal to one process that this bench started.
pub fn signal(pid: u32, signal: libc::c_int) {
    // SAFETY: kill takes two integers; the worst answer is an error, which means the process is gone.
    unsafe { libc::kill(pid as libc::pid_t, signal) };
}

/// Clock ticks per second of `/proc/PID/stat`.
pub fn ticks_per_second() -> f64 {
    // SAFETY: sysconf takes an integer and has no memory effects.
    unsafe { libc::sysconf(libc::_SC_CLK_TCK) as f64 }
}
