//! Calls on their way into instances, gathered for one turn of an I/O thread.
//!
//! An I/O thread that has read many requests wakes each instance once, when it has read them all: a wake is a system call, and on a busy CPU
//! a context switch. The task that does it is woken by the first call of a turn and so runs after everything that was ready with it.
//!
//! Invariant: a call is never left without a wake; threads that did not install a batch wake at once.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::Handle;
use crate::runtime::ops::Returns;

#[derive(Default)]
struct Batch {
    asleep: Vec<Arc<Handle>>,
    task: Option<Waker>,
}

thread_local! {
    static OF_THIS_THREAD: RefCell<Option<Batch>> = const { RefCell::new(None) };
}

/// Lets the calling I/O thread send and receive in batches. The future must be spawned on that thread; it never ends.
pub async fn run() {
    let returns = Returns::install();
    OF_THIS_THREAD.set(Some(Batch::default()));
    poll_fn(|cx| {
        let asleep = OF_THIS_THREAD.with_borrow_mut(|batch| {
            let Some(batch) = batch else { return Vec::new() };
            if !batch.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
                batch.task = Some(cx.waker().clone());
            }
            std::mem::take(&mut batch.asleep)
        });
        for worker in asleep {
            worker.mailbox.wake();
        }
        // Last, because the callers that wake up here may send more calls.
        let _: Poll<()> = returns.poll_hand_out(cx);
        Poll::Pending
    })
    .await
}

/// Wakes a worker that has mail, now or at the end of this thread's turn.
pub(super) fn wake(worker: &Arc<Handle>) {
    let later = OF_THIS_THREAD.with_borrow_mut(|batch| {
        let Some(batch) = batch else { return false };
        let Some(task) = &batch.task else { return false };
        if batch.asleep.is_empty() {
            task.wake_by_ref();
        }
        if !batch.asleep.iter().any(|known| Arc::ptr_eq(known, worker)) {
            batch.asleep.push(worker.clone());
        }
        true
    });
    if !later {
        worker.mailbox.wake();
    }
}
