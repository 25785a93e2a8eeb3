//! The panic barrier of all ops and callbacks that V8 calls: a panic ends the instance, never the process.
//!
//! V8's frames cannot be unwound: a panic that reaches one aborts. So every op and every callback stops a panic at its own edge, gives V8
//! an error or a neutral value, and leaves a note. `worker` reads the note after each turn and ends the instance.
//!
//! Invariant: nothing is unwound past the functions of this file, not even by a panic's own value when it is dropped.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use deno_error::JsErrorBox;
use futures::FutureExt as _;

/// A panic that was stopped.
#[derive(Debug, PartialEq, Eq)]
pub struct CaughtPanic {
    /// The op or callback.
    pub place: &'static str,
    /// The call it worked for; 0 if that is not known.
    pub call: u32,
    /// Its message.
    pub message: String,
}

thread_local! {
    static PANICKED: RefCell<Option<CaughtPanic>> = const { RefCell::new(None) };
}

/// The first panic that was stopped on the calling thread since the last call of this function.
pub fn take_panic() -> Option<CaughtPanic> {
    PANICKED.with(|first| first.try_borrow_mut().ok().and_then(|mut first| first.take()))
}

/// Whether a panic was stopped on the calling thread that [`take_panic`] has not returned yet.
pub(super) fn has_panicked() -> bool {
    PANICKED.with(|first| first.try_borrow().is_ok_and(|first| first.is_some()))
}

/// Runs the body of op `place`, which works for `call`.
///
/// # Errors
/// If it panicked.
pub fn catch_panic<T>(place: &'static str, call: u32, work: impl FnOnce() -> T) -> Result<T, JsErrorBox> {
    // What a panic leaves half done belongs to an instance that ends with this turn.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| stop(place, call, panic))
}

/// As [`catch_panic`], for a future. It is polled once below V8, when it is created, and above it from then on.
///
/// # Errors
/// If it panicked.
pub(crate) async fn catch_panic_async<T>(place: &'static str, call: u32, work: impl Future<Output = T>) -> Result<T, JsErrorBox> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| stop(place, call, panic))
}

/// Runs a callback that cannot fail: after a panic it yields `otherwise`.
pub fn catch_panic_or<T>(place: &'static str, otherwise: T, work: impl FnOnce() -> T) -> T {
    catch_panic(place, 0, work).unwrap_or(otherwise)
}

#[cold]
fn stop(place: &'static str, call: u32, panic: Box<dyn Any + Send>) -> JsErrorBox {
    let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    let message = message.unwrap_or_else(|| "a value that is not text".to_owned());
    // Only texts are known to drop without a panic of their own.
    std::mem::forget(panic);
    PANICKED.with(|first| {
        if let Ok(mut first) = first.try_borrow_mut() {
            first.get_or_insert(CaughtPanic { place, call, message });
        }
    });
    JsErrorBox::generic("the host failed")
}

#[cfg(test)]
mod tests {
    use std::future::{poll_fn, ready};
    use std::task::Poll;

    use super::*;

    fn said(place: &'static str, call: u32, message: &str) -> Option<CaughtPanic> {
        Some(CaughtPanic { place, call, message: message.to_owned() })
    }

    #[test]
    fn what_does_not_panic_goes_through_and_leaves_no_note() {
        assert_eq!(catch_panic("op", 1, || 2).ok(), Some(2));
        assert_eq!(catch_panic_or("callback", 3, || 4), 4);
        assert_eq!(futures::executor::block_on(catch_panic_async("op", 1, ready(5))).ok(), Some(5));
        assert_eq!(take_panic(), None);
    }

    #[test]
    fn the_first_panic_is_noted_and_handed_out_once() {
        assert!(catch_panic("first", 7, || panic!("{} on purpose", "panicked")).is_err());
        assert!(catch_panic("second", 8, || panic!("later")).is_err());
        assert_eq!(take_panic(), said("first", 7, "panicked on purpose"));
        assert_eq!(take_panic(), None);
    }

    #[test]
    fn a_callback_yields_its_neutral_value() {
        let empty: [u8; 0] = [];
        let at = empty.len();
        assert_eq!(catch_panic_or("callback", 9, || empty[at]), 9);
        assert_eq!(take_panic().map(|panicked| panicked.place), Some("callback"));
    }

    #[test]
    fn a_future_that_panics_at_a_later_poll_is_stopped_as_well() {
        let mut polls = 0;
        let late = poll_fn(move |cx| {
            polls += 1;
            assert!(polls < 2, "on purpose");
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(futures::executor::block_on(catch_panic_async("op", 3, late)).is_err());
        assert_eq!(take_panic(), said("op", 3, "on purpose"));
    }

    #[test]
    fn the_value_of_a_panic_is_not_dropped() {
        struct PanicsAgain;
        impl Drop for PanicsAgain {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        assert!(catch_panic("op", 0, || std::panic::panic_any(PanicsAgain)).is_err());
        assert_eq!(take_panic(), said("op", 0, "a value that is not text"));
    }
}
