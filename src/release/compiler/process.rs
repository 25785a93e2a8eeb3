//! A compiler process, as its owner sees it.
//!
//! [`Compilers`](super::Compilers) sends it a job and waits for its reply.
//!
//! Invariant: no call waits beyond its deadline; a process that is dropped is killed.

use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::frame::{CompileReply, Job};
use crate::sys::helper_process::HelperProcess;

/// Jobs of one process: what a parser's allocator keeps behind does not grow for ever.
const JOBS_MAX: u32 = 1_000;

/// The shortest wait of a read that has reached its deadline: the system takes 0 as no deadline.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// A compiler process.
pub(super) struct CompilerProcess {
    socket: UnixStream,
    jobs: u32,
    /// Killed when it is dropped.
    _process: HelperProcess,
}

/// The result of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// The process replies, or has ended.
    Readable,
    /// The deadline has passed.
    Nothing,
}

impl CompilerProcess {
    pub(super) fn new(process: HelperProcess) -> io::Result<Self> {
        Ok(Self { socket: process.socket.try_clone()?.into(), jobs: 0, _process: process })
    }

    /// Whether it may take another job.
    pub(super) fn may_stay(&self) -> bool {
        self.jobs < JOBS_MAX
    }

    /// Hands it a job. A job is short: the socket takes it whole.
    pub(super) fn send(&mut self, job: &Job) -> io::Result<()> {
        self.jobs += 1;
        job.write(&mut self.socket)
    }

    /// Waits for its reply, or for its end.
    pub(super) fn wait(&self, deadline: Instant) -> Waited {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut polled = [PollFd::new(&self.socket, PollFlags::IN)];
            let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
            match poll(&mut polled, Some(&timeout)) {
                Ok(0) if left.is_zero() => return Waited::Nothing,
                // An interrupted wait, or one that ended a little early.
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // A socket that cannot be polled is found out by the read.
                Ok(_) | Err(_) => return Waited::Readable,
            }
        }
    }

    /// Its reply.
    ///
    /// # Errors
    /// If it has ended, or says what no compiler says.
    pub(super) fn receive(&mut self, deadline: Instant) -> io::Result<CompileReply> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.socket.set_read_timeout(Some(left.max(LEAST_WAIT)))?;
        CompileReply::read(&mut self.socket)
    }
}
