//! A helper process: the same program once more, which has one socket to its owner and no other descriptor, no environment, and few rights.
//!
//! The supervisor, or a process without one, spawns it with [`command`]; `release::compiler` is its owner, and its other end. The helper
//! calls [`confine`] before it reads a byte.
//!
//! Invariant: a helper whose owner has exited reads the end of its socket.
#![allow(unsafe_code, reason = "the descriptors of a process are closed by a system call")]

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, getppid, pidfd_open, pidfd_send_signal, setrlimit};

/// Names the process that started a helper, in the helper's environment, which has no other variable.
pub const VARIABLE: &str = "SKEP_COMPILER";

/// Descriptors that a helper may have open at a time: its socket, and the files that it reads one by one.
const DESCRIPTORS_MAX: u64 = 64;

/// A helper, as its owner sees it.
#[derive(Debug)]
pub struct HelperProcess {
    /// The owner's end.
    pub socket: OwnedFd,
    /// To kill it by: a number could be another process's by then.
    pub pidfd: OwnedFd,
    /// The child, if this process spawned it; else the supervisor waits for its exit.
    pub child: Option<Child>,
}

impl HelperProcess {
    /// Spawns a helper from this process's own program.
    ///
    /// # Errors
    /// If the system cannot create the socket or the process.
    pub fn spawn() -> io::Result<Self> {
        let (mut command, socket) = command(Path::new("/proc/self/exe"))?;
        let child = command.spawn()?;
        let pidfd = pidfd_of(child.id())?;
        Ok(Self { socket, pidfd, child: Some(child) })
    }
}

impl Drop for HelperProcess {
    /// Kills it.
    fn drop(&mut self) {
        // One that has exited needs no signal.
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}

/// The command that starts a helper, and the owner's end of its socket.
///
/// # Errors
/// If the system cannot create the socket.
pub fn command(program: &Path) -> io::Result<(Command, OwnedFd)> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    let mut command = Command::new(program);
    command.env_clear().env(VARIABLE, std::process::id().to_string()).current_dir("/");
    command.stdin(theirs).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in a terminal is for the process that the user started.
    command.process_group(0);
    Ok((command, ours))
}

/// A descriptor of a child that has not been waited for.
///
/// # Errors
/// If the kernel has no descriptors of processes (before Linux 5.3).
pub fn pidfd_of(pid: u32) -> io::Result<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// Gives up every right that a helper does not need, and returns its socket.
///
/// # Errors
/// If the process was not started as a helper by its parent, or the system refuses.
pub fn confine(parent: &str) -> io::Result<OwnedFd> {
    let named = parent.parse().ok().and_then(Pid::from_raw);
    if named.is_none() || named != getppid() {
        return Err(io::Error::other("the process that is named as the owner did not start this process"));
    }
    // SAFETY: no code of this process owns a descriptor above standard error yet.
    if unsafe { libc::close_range(3, libc::c_uint::MAX, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    rustix::thread::set_no_new_privs(true)?;
    for (resource, most) in [(Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, DESCRIPTORS_MAX)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    io::stdin().as_fd().try_clone_to_owned()
}
