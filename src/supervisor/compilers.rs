//! Compiler processes for the engines: the supervisor starts them, because it is small and has one thread, and the engine gets the socket.
//!
//! `run` calls [`CompilerChildren::start`] when an engine asks; a task waits for each process, so that none stays a zombie.
//!
//! Invariant: a process ends with the engine that has its socket. The supervisor keeps neither end of it.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;

use parking_lot::Mutex;
use tokio::process::Command;

use super::plan;
use crate::sys::helper_process;

/// Compiler processes of an engine at a time, for each core: those that compile in a fast place, those in a slow one, those that wait, and
/// those that were killed and have not ended.
const PER_CORE: usize = 4;

/// The compiler processes that are alive.
#[derive(Default)]
pub(super) struct CompilerChildren {
    /// By the generation of their engine.
    alive: Arc<Mutex<BTreeMap<u64, usize>>>,
}

impl CompilerChildren {
    /// Starts one from the program of the engine, which may be an older file than the one on the disk. Returns the descriptors that the engine
    /// gets: its socket and the process.
    ///
    /// # Errors
    /// If the engine has as many as it may have, or the system refuses.
    pub(super) fn start(&self, generation: u64, engine_pid: u32) -> io::Result<[OwnedFd; 2]> {
        let most = PER_CORE * available_parallelism().map_or(1, usize::from);
        if self.alive.lock().get(&generation).is_some_and(|alive| *alive >= most) {
            return Err(io::Error::from_raw_os_error(libc::EAGAIN));
        }
        let program = PathBuf::from(format!("/proc/{engine_pid}/exe"));
        let (command, socket) = helper_process::command(&program)?;
        let mut child = Command::from(command).spawn()?;
        let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
        let pidfd = helper_process::pidfd_of(pid);
        *self.alive.lock().entry(generation).or_default() += 1;
        let alive = self.alive.clone();
        tokio::spawn(async move {
            if let Ok(status) = child.wait().await
                && plan::is_crash(status)
            {
                tracing::debug!(generation, pid, how = plan::describe(status), "a compiler process ended");
            }
            let mut alive = alive.lock();
            if let Some(count) = alive.get_mut(&generation) {
                *count -= 1;
                if *count == 0 {
                    alive.remove(&generation);
                }
            }
        });
        Ok([socket, pidfd?])
    }
}
