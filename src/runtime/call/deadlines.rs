//! Deadlines of one I/O thread: a call that has to be answered by a time, without a timer of its own.
//!
//! Nearly every call is answered long before its limit. A timer for each costs a lock and two moves in the runtime's wheel; here a call notes
//! its time in a list of its thread, and one timer of the thread sleeps until the earliest of them. It may be that of a call which is over: then
//! the list is read once, and the timer set anew. `ingress` spawns [`run`] on each of its threads; `pool` waits by [`within`].
//!
//! Invariant: what waits is woken no later than the timer of its thread fires; a thread without a list uses a timer of the runtime.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tokio::time::Sleep;

/// What waits on one thread.
struct Deadlines {
    /// Unlike that of any other thread.
    id: u64,
    entries: Vec<Entry>,
    free: Vec<usize>,
    /// When the timer fires; `None`: it does not.
    armed: Option<Instant>,
    /// The task that has the timer.
    task: Option<Waker>,
}

struct Entry {
    due: Instant,
    /// `None`: nothing waits here, or it was woken because its time has come.
    waker: Option<Waker>,
}

thread_local! {
    static DEADLINES: RefCell<Option<Deadlines>> = const { RefCell::new(None) };
}

/// Keeps the timer of the calling I/O thread. The future must be spawned on that thread; it never completes.
pub async fn run() {
    let id = crate::function::trace::random();
    DEADLINES.set(Some(Deadlines { id, entries: Vec::new(), free: Vec::new(), armed: None, task: None }));
    let mut timer = pin!(tokio::time::sleep(std::time::Duration::ZERO));
    let mut set_to = None;
    poll_fn(|cx| poll_timer(timer.as_mut(), &mut set_to, cx)).await
}

/// Wakes what is due, and sets the timer to the next one.
fn poll_timer(mut timer: Pin<&mut Sleep>, set_to: &mut Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        let Some(armed) = with_list(|list| list.arm(cx)) else { return Poll::Pending };
        if *set_to != Some(armed) {
            timer.as_mut().reset(armed.into());
            *set_to = Some(armed);
        }
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        *set_to = None;
        with_list(|list| {
            list.wake_due(tokio::time::Instant::now().into_std());
            Some(())
        });
    }
}

fn with_list<T>(work: impl FnOnce(&mut Deadlines) -> Option<T>) -> Option<T> {
    DEADLINES.with_borrow_mut(|list| work(list.as_mut()?))
}

impl Deadlines {
    /// When the timer is to fire. Remembers the task, to be woken when that gets earlier.
    fn arm(&mut self, cx: &Context<'_>) -> Option<Instant> {
        if !self.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            self.task = Some(cx.waker().clone());
        }
        self.armed
    }

    /// Wakes what is due by `now`, and finds the next time.
    fn wake_due(&mut self, now: Instant) {
        self.armed = None;
        for entry in &mut self.entries {
            if entry.waker.is_none() {
                continue;
            }
            if entry.due <= now {
                entry.waker.take().into_iter().for_each(Waker::wake);
            } else {
                self.armed = Some(self.armed.map_or(entry.due, |armed| armed.min(entry.due)));
            }
        }
    }

    fn enter(&mut self, due: Instant, waker: &Waker) -> usize {
        let entry = Entry { due, waker: Some(waker.clone()) };
        let at = match self.free.pop() {
            Some(at) => at,
            None => {
                self.entries.push(Entry { due, waker: None });
                self.entries.len() - 1
            }
        };
        if let Some(place) = self.entries.get_mut(at) {
            *place = entry;
        }
        if self.armed.is_none_or(|armed| due < armed) {
            self.armed = Some(due);
            if let Some(task) = &self.task {
                task.wake_by_ref();
            }
        }
        at
    }

    /// Whether the time of an entry has come; else its waker is the one given.
    fn poll(&mut self, at: usize, waker: &Waker) -> bool {
        let Some(Entry { waker: known, .. }) = self.entries.get_mut(at) else { return true };
        match known {
            None => true,
            Some(known) => {
                known.clone_from(waker);
                false
            }
        }
    }

    fn leave(&mut self, at: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.waker = None;
            self.free.push(at);
        }
    }
}

/// An entry in the list of a thread.
struct Slot {
    list: u64,
    at: usize,
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A task that is dropped on another thread leaves its entry behind: that thread has ended.
        with_list(|list| (list.id == self.list).then(|| list.leave(self.at)));
    }
}

/// Waits for the future until a time. `None`: the time has come first.
pub async fn within<F: Future>(until: Instant, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut slot: Option<Slot> = None;
    let entered = poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(Some(output)));
        }
        match &slot {
            Some(known) => match with_list(|list| (list.id == known.list).then(|| list.poll(known.at, cx.waker()))) {
                Some(true) => Poll::Ready(Some(None)),
                Some(false) => Poll::Pending,
                None => Poll::Ready(None),
            },
            None => match with_list(|list| Some(Slot { list: list.id, at: list.enter(until, cx.waker()) })) {
                Some(entered) => {
                    slot = Some(entered);
                    Poll::Pending
                }
                None => Poll::Ready(None),
            },
        }
    })
    .await;
    match entered {
        Some(output) => output,
        // No list on this thread.
        None => tokio::time::timeout_at(until.into(), future).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    fn on_a_thread_with_a_list<T>(test: impl Future<Output = T>) -> T {
        let tested = runtime().block_on(async {
            tokio::spawn(run());
            tokio::task::yield_now().await;
            test.await
        });
        DEADLINES.set(None);
        tested
    }

    fn after(ms: u64) -> Instant {
        Instant::now() + Duration::from_millis(ms)
    }

    #[test]
    fn each_waits_as_long_as_it_may_whatever_the_order() {
        let over = on_a_thread_with_a_list(async {
            let over = Arc::new(Mutex::new(Vec::new()));
            let waits = [300, 60, 180, 120].map(|ms| {
                let over = over.clone();
                tokio::spawn(async move {
                    let until = after(ms);
                    assert_eq!(within(until, std::future::pending::<()>()).await, None);
                    assert!(Instant::now() >= until);
                    over.lock().unwrap().push(ms);
                })
            });
            for wait in waits {
                wait.await.unwrap();
            }
            over
        });
        assert_eq!(*over.lock().unwrap(), [60, 120, 180, 300]);
    }

    #[test]
    fn an_answer_in_time_frees_its_place_and_an_earlier_time_sets_the_timer_anew() {
        on_a_thread_with_a_list(async {
            for _ in 0..100 {
                assert_eq!(within(after(3_600_000), tokio::task::yield_now()).await, Some(()));
            }
            assert_eq!(with_list(|list| Some(list.entries.len())), Some(1));
            assert_eq!(within(after(5), std::future::pending::<()>()).await, None);
        });
    }

    #[test]
    fn a_thread_without_a_list_waits_too() {
        runtime().block_on(async {
            assert_eq!(within(after(3_600_000), tokio::task::yield_now()).await, Some(()));
            assert_eq!(within(after(5), std::future::pending::<()>()).await, None);
        });
    }
}
