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
    reply_tx: oneshot::Sender<Reply>,
    batch: Option<Arc<ReplyBatch>>,
}

impl ReplyTo {
    /// Both ends of an answer for the calling thread.
    pub fn channel() -> (Self, oneshot::Receiver<Reply>) {
        let (reply_tx, reply_rx) = oneshot::channel();
        (Self { reply_tx, batch: batch::replies_of_this_thread() }, reply_rx)
    }

    /// Whether the caller has left.
    pub fn is_closed(&self) -> bool {
        self.reply_tx.is_closed()
    }

    /// Answers now.
    pub fn send(self, reply: Reply) {
        // The caller may have left.
        let _ = self.reply_tx.send(reply);
    }

    /// Answers with the others of this turn; `wake_later` collects the batches to wake when all are on their way.
    pub(super) fn send_batched(self, reply: Reply, wake_later: &mut Vec<Arc<ReplyBatch>>) {
        let Some(batch) = self.batch else { return drop(self.reply_tx.send(reply)) };
        batch.push(self.reply_tx, reply);
        if !wake_later.iter().any(|known| Arc::ptr_eq(known, &batch)) {
            wake_later.push(batch);
        }
    }
}
