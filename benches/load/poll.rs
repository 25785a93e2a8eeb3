//! epoll, as bare as it comes. The generator shares a small machine with the server and has to cost less than it, so
//! there is no async runtime between the socket and the stopwatch.

#![allow(unsafe_code, reason = "epoll has no face in std")]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

const BATCH: usize = 256;

/// An epoll instance and the events of its last wait.
pub struct Poll {
    epoll: OwnedFd,
    events: [libc::epoll_event; BATCH],
}

impl Poll {
    pub fn new() -> io::Result<Self> {
        // SAFETY: the descriptor is fresh and has no other owner.
        let epoll = unsafe {
            let raw = libc::epoll_create1(libc::EPOLL_CLOEXEC);
            if raw < 0 {
                return Err(io::Error::last_os_error());
            }
            OwnedFd::from_raw_fd(raw)
        };
        Ok(Self { epoll, events: [libc::epoll_event { events: 0, u64: 0 }; BATCH] })
    }

    /// Reports `token` whenever `source` can be read. A closed source leaves by itself.
    pub fn add(&self, source: &impl AsRawFd, token: usize) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token as u64 };
        // SAFETY: both descriptors are open for the length of the call and the event is copied by the kernel.
        match unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, source.as_raw_fd(), &mut event) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Waits and returns how many tokens are ready; read them with `token`.
    pub fn wait(&mut self, timeout_ms: i32) -> io::Result<usize> {
        let (epoll, events) = (self.epoll.as_raw_fd(), self.events.as_mut_ptr());
        // SAFETY: the buffer holds BATCH events, and no more are asked for.
        match unsafe { libc::epoll_wait(epoll, events, BATCH as i32, timeout_ms) } {
            count if count >= 0 => Ok(count as usize),
            _ => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => Ok(0),
                error => Err(error),
            },
        }
    }

    pub fn token(&self, index: usize) -> usize {
        self.events[index].u64 as usize
    }
}
