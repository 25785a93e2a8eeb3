//! Commands on their way to a worker's thread.
//!
//! Any thread sends; the worker takes everything at once. A worker that is awake is not woken again: the waker is taken by the first sender
//! and comes back when the worker goes to sleep, so a burst costs one wake.
//!
//! Invariant: bounded by its senders, which hold a permit for every call; after `close`, nothing is accepted and nothing is lost silently.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::AtomicWaker;
use parking_lot::Mutex;

pub(super) struct Mailbox<C> {
    // Lock order: see runtime.
    queue: Mutex<CommandQueue<C>>,
    waker: AtomicWaker,
    closed: AtomicBool,
}

struct CommandQueue<C> {
    commands: Vec<C>,
    closed: bool,
}

impl<C> Default for Mailbox<C> {
    fn default() -> Self {
        Self {
            queue: Mutex::new(CommandQueue { commands: Vec::new(), closed: false }),
            waker: AtomicWaker::new(),
            closed: AtomicBool::new(false),
        }
    }
}

impl<C> Mailbox<C> {
    /// Adds a command and wakes the worker, or gives the command back if the worker has ended.
    pub(super) fn send(&self, command: C) -> Result<(), C> {
        self.put(command)?;
        self.waker.wake();
        Ok(())
    }

    /// Adds a command; the sender wakes the worker itself.
    pub(super) fn put(&self, command: C) -> Result<(), C> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(command);
        }
        queue.commands.push(command);
        Ok(())
    }

    /// Moves every command into `into`. Pending if there is none; then the waker is kept.
    pub(super) fn poll_take(&self, cx: &mut Context<'_>, into: &mut VecDeque<C>) -> Poll<()> {
        if self.take(into) {
            return Poll::Ready(());
        }
        self.waker.register(cx.waker());
        if self.take(into) { Poll::Ready(()) } else { Poll::Pending }
    }

    fn take(&self, into: &mut VecDeque<C>) -> bool {
        let mut queue = self.queue.lock();
        if queue.commands.is_empty() {
            return false;
        }
        into.extend(queue.commands.drain(..));
        true
    }

    /// Accepts nothing any more; returns the commands that still wait.
    pub(super) fn close(&self) -> Vec<C> {
        self.closed.store(true, Ordering::Release);
        let mut queue = self.queue.lock();
        queue.closed = true;
        std::mem::take(&mut queue.commands)
    }

    /// As `close`, for a worker whose thread may hold the lock forever: `None` if it does.
    pub(super) fn close_within(&self, wait: Duration) -> Option<Vec<C>> {
        self.closed.store(true, Ordering::Release);
        let mut queue = self.queue.try_lock_for(wait)?;
        queue.closed = true;
        Some(std::mem::take(&mut queue.commands))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn wake(&self) {
        self.waker.wake();
    }
}
