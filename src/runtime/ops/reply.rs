//! The way back from an instance to the thread that waits for the answer.
//!
//! A caller on an I/O thread gets its answers in batches: the instance puts all answers of a turn on that thread's [`Returns`] and wakes it
//! once; there they are handed out without another system call. Other callers are answered directly.
//!
//! Invariant: every [`ReplyTo`] is used or dropped, and either way its caller wakes up.

use std::cell::RefCell;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::job::Reply;

/// Where one answer goes.
pub struct ReplyTo {
    caller: oneshot::Sender<Reply>,
    through: Option<Arc<Returns>>,
}

/// Answers on their way to one I/O thread.
#[derive(Default)]
pub struct Returns {
    queue: Mutex<Vec<(oneshot::Sender<Reply>, Reply)>>,
    waker: AtomicWaker,
}

thread_local! {
    static OF_THIS_THREAD: RefCell<Option<Arc<Returns>>> = const { RefCell::new(None) };
}

impl ReplyTo {
    /// Both ends of an answer for the calling thread.
    pub fn channel() -> (Self, oneshot::Receiver<Reply>) {
        let (caller, answer) = oneshot::channel();
        let through = OF_THIS_THREAD.with_borrow(Clone::clone);
        (Self { caller, through }, answer)
    }

    /// Whether nobody waits any more.
    pub fn is_closed(&self) -> bool {
        self.caller.is_closed()
    }

    /// Answers now.
    pub fn send(self, reply: Reply) {
        // The caller may have left; then nobody waits for this.
        let _ = self.caller.send(reply);
    }

    /// Answers with the others of this turn; `wake_later` collects whom to wake when all are on their way.
    pub(super) fn send_batched(self, reply: Reply, wake_later: &mut Vec<Arc<Returns>>) {
        let Some(returns) = self.through else { return drop(self.caller.send(reply)) };
        returns.queue.lock().push((self.caller, reply));
        if !wake_later.iter().any(|known| Arc::ptr_eq(known, &returns)) {
            wake_later.push(returns);
        }
    }
}

impl Returns {
    /// Makes the calling thread one that is answered in batches. It must poll what this returns from then on.
    pub fn install() -> Arc<Self> {
        let returns = Arc::new(Self::default());
        OF_THIS_THREAD.set(Some(returns.clone()));
        returns
    }

    /// Tells the thread that answers are there.
    pub(super) fn wake(&self) {
        self.waker.wake();
    }

    /// Hands out what has come; pending for ever.
    pub fn poll_hand_out(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        let come = std::mem::take(&mut *self.queue.lock());
        for (caller, reply) in come {
            let _ = caller.send(reply);
        }
        Poll::Pending
    }
}
