//! The way back from an instance to the thread that waits for the answer.
//!
//! A caller on an I/O thread gets its answers through that thread's [`ReplyBatch`]; other callers are answered directly.
//!
//! Invariant: every [`ReplyTo`] is used or dropped, and either way its caller wakes up.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::batch::{self, Reply, ReplyBatch};

/// Where one answer goes.
pub struct ReplyTo {
    caller: oneshot::Sender<Reply>,
    through: Option<Arc<ReplyBatch>>,
}

impl ReplyTo {
    /// Both ends of an answer for the calling thread.
    pub fn channel() -> (Self, oneshot::Receiver<Reply>) {
        let (caller, answer) = oneshot::channel();
        (Self { caller, through: batch::replies_of_this_thread() }, answer)
    }

    /// Whether the caller has left.
    pub fn is_closed(&self) -> bool {
        self.caller.is_closed()
    }

    /// Answers now.
    pub fn send(self, reply: Reply) {
        // The caller may have left; then nobody waits for this.
        let _ = self.caller.send(reply);
    }

    /// Answers with the others of this turn; `wake_later` collects the batches to wake when all are on their way.
    pub(super) fn send_batched(self, reply: Reply, wake_later: &mut Vec<Arc<ReplyBatch>>) {
        let Some(batch) = self.through else { return drop(self.caller.send(reply)) };
        batch.push(self.caller, reply);
        if !wake_later.iter().any(|known| Arc::ptr_eq(known, &batch)) {
            wake_later.push(batch);
        }
    }
}
