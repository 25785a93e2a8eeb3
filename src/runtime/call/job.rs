//! A call on its way into an instance: what was asked, the way back, what it costs, and the place it holds.
//!
//! Made by `pool`, carried by `worker`, taken apart by `exchange`.
//!
//! Invariant: a place is given back exactly once, by dropping its permit.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;

use super::reply::ReplyTo;
use crate::fault::Fault;
use crate::function::message::{Body, Request};

/// What one call cost; written by the instance's thread, read by whoever logs the call.
#[derive(Debug, Default)]
pub struct CallStats {
    /// CPU time charged to the call, in nanoseconds.
    pub cpu_ns: AtomicU64,
    /// Set if the instance's thread was parked and will never answer.
    pub loss: Loss,
    /// Time from admission to the instance's thread, in nanoseconds.
    pub queue_ns: AtomicU64,
    /// The instance that took the call; 0 while none has.
    pub instance: AtomicU32,
    /// The call's id in that instance.
    pub call: AtomicU32,
}

impl CallStats {
    /// Adds CPU time; returns the sum.
    pub(in crate::runtime) fn charge(&self, cpu_ns: u64) -> u64 {
        self.cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed) + cpu_ns
    }
}

/// How a caller hears that nobody will answer: the thread that holds its exchange sleeps for ever.
#[derive(Debug, Default)]
pub struct Loss {
    fault: OnceLock<Fault>,
    waker: AtomicWaker,
}

impl Loss {
    /// The call is lost.
    pub fn tell(&self, fault: Fault) {
        let _ = self.fault.set(fault);
        self.waker.wake();
    }

    /// The fault, once the call is lost; else the caller is woken when it is.
    pub fn poll(&self, cx: &mut Context<'_>) -> Poll<Fault> {
        self.waker.register(cx.waker());
        self.fault.get().cloned().map_or(Poll::Pending, Poll::Ready)
    }
}

/// One call on its way into an instance.
pub struct Job {
    /// What was asked, without the body. The caller keeps it too: a call that was lost may be made again.
    pub request: Arc<Request>,
    /// The request's body.
    pub body: Body,
    /// The way back.
    pub reply: ReplyTo,
    /// What it cost.
    pub stats: Arc<CallStats>,
    /// When the call was admitted.
    pub admitted: std::time::Instant,
    /// The place in an instance, once it has one; dropped when nothing of the call is open any more.
    pub permit: Permit,
}

/// Who gets a place back.
pub trait Places: Send + Sync {
    /// A place in worker `worker` is free.
    fn release(&self, worker: u32);
}

/// A place in an instance. Dropping it frees the place.
#[derive(Default)]
pub struct Permit(Option<(Arc<dyn Places>, u32)>);

impl Permit {
    /// A place in worker `worker`.
    pub fn new(places: Arc<dyn Places>, worker: u32) -> Self {
        Self(Some((places, worker)))
    }

    /// Drops the permit without freeing the place: it went with its instance, or its owner counts it off.
    pub fn void(&mut self) {
        self.0 = None;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some((places, worker)) = self.0.take() {
            places.release(worker);
        }
    }
}
