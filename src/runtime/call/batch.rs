//! Batches of one I/O thread: the calls it sends in a turn and the answers it receives.
//!
//! An I/O thread that has read many requests wakes each instance once, when it has read them all: a wake is a system call, and on a busy
//! CPU a context switch. An instance puts all answers of its turn on the thread's [`ReplyBatch`] and wakes the thread once; there they are
//! delivered without another system call. The task that does both is woken by the first call of a turn and so runs after everything that
//! was ready with it.
//!
//! Invariant: a call is never left without a wake and an answer never without delivery; threads that did not install a batch send and wake
//! at once.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::function::message::Response;

/// The answer or the fault that goes back to the caller.
pub type Reply = Result<Response, Fault>;

/// A thread that sleeps until it has mail.
pub trait Sleeper: Send + Sync {
    /// Wakes it.
    fn wake(&self);
}

/// Answers on their way to one I/O thread.
#[derive(Default)]
pub struct ReplyBatch {
    // Lock order: see runtime.
    queue: Mutex<Vec<(oneshot::Sender<Reply>, Reply)>>,
    waker: AtomicWaker,
}

impl ReplyBatch {
    /// Adds an answer. The caller wakes the thread when it has added all.
    pub(super) fn push(&self, reply_tx: oneshot::Sender<Reply>, reply: Reply) {
        self.queue.lock().push((reply_tx, reply));
    }

    /// Wakes the thread: there are answers.
    pub(super) fn wake(&self) {
        self.waker.wake();
    }

    /// Delivers the answers that have arrived; pending forever. `arrived` is empty before and after: its memory is used again.
    fn poll_deliver(&self, arrived: &mut Vec<(oneshot::Sender<Reply>, Reply)>, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        std::mem::swap(arrived, &mut *self.queue.lock());
        for (reply_tx, reply) in arrived.drain(..) {
            // The caller may have left.
            let _ = reply_tx.send(reply);
        }
        Poll::Pending
    }
}

/// Both batches of the calling thread.
struct ThreadBatch {
    /// Instances that have mail and sleep.
    sleeping: Vec<Arc<dyn Sleeper>>,
    task: Option<Waker>,
    replies: Arc<ReplyBatch>,
}

thread_local! {
    static THREAD_BATCH: RefCell<Option<ThreadBatch>> = const { RefCell::new(None) };
}

/// Lets the calling I/O thread send and receive in batches. The future must be spawned on that thread; it never completes.
pub async fn run() {
    let replies = Arc::new(ReplyBatch::default());
    THREAD_BATCH.set(Some(ThreadBatch { sleeping: Vec::new(), task: None, replies: replies.clone() }));
    let (mut sleeping, mut arrived) = (Vec::new(), Vec::new());
    poll_fn(|cx| {
        take_sleeping(&mut sleeping, cx);
        for sleeper in sleeping.drain(..) {
            sleeper.wake();
        }
        // Last, because the callers that wake up here may send more calls.
        replies.poll_deliver(&mut arrived, cx)
    })
    .await
}

/// Takes those that have mail; `sleeping` is empty before, and its memory is used again.
fn take_sleeping(sleeping: &mut Vec<Arc<dyn Sleeper>>, cx: &mut Context<'_>) {
    THREAD_BATCH.with_borrow_mut(|wakeups| {
        let Some(wakeups) = wakeups else { return };
        if !wakeups.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            wakeups.task = Some(cx.waker().clone());
        }
        std::mem::swap(sleeping, &mut wakeups.sleeping);
    });
}

/// The batch in which the calling thread receives its answers, if it has one.
pub(super) fn replies_of_this_thread() -> Option<Arc<ReplyBatch>> {
    THREAD_BATCH.with_borrow(|wakeups| wakeups.as_ref().map(|wakeups| wakeups.replies.clone()))
}

/// Wakes an instance that has mail, now or at the end of this thread's turn.
pub fn wake<S: Sleeper + 'static>(sleeper: &Arc<S>) {
    let later = THREAD_BATCH.with_borrow_mut(|wakeups| {
        let Some(wakeups) = wakeups else { return false };
        let Some(task) = &wakeups.task else { return false };
        if wakeups.sleeping.is_empty() {
            task.wake_by_ref();
        }
        let address = Arc::as_ptr(sleeper).cast::<()>();
        if !wakeups.sleeping.iter().any(|known| Arc::as_ptr(known).cast::<()>() == address) {
            wakeups.sleeping.push(sleeper.clone());
        }
        true
    });
    if !later {
        sleeper.wake();
    }
}
