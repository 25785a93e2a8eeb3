//! A call on its way into an instance: the request, the way back, the costs, and the slot it holds.
//!
//! `pool` creates it, `worker` carries it, `in_flight` takes it apart.
//!
//! Invariant: a slot is given back exactly once, by dropping its permit.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;

use super::reply::ReplyTo;
use crate::fault::Fault;
use crate::function::message::{Body, Request};
use crate::function::span::SpanBuffer;

/// The costs of one call; the instance's thread writes them, the code that logs the call reads them.
#[derive(Debug, Default)]
pub struct CallStats {
    /// CPU time charged to the call, in nanoseconds.
    pub cpu_ns: AtomicU64,
    /// Set if the instance's thread was frozen and will never answer.
    pub lost_signal: LostSignal,
    /// Time from admission to the instance's thread, in nanoseconds.
    pub queue_ns: AtomicU64,
    /// The instance that took the call; 0 while none has.
    pub instance: AtomicU32,
    /// The call's id in that instance.
    pub call: AtomicU32,
    /// The function asks not to be called again for the same moment of a schedule, though it fails.
    pub no_retry: AtomicBool,
    /// What the call did, for its trace; made by the first span.
    pub spans: CallSpans,
    /// Told the fault with which the call fails: a job that a schedule runs has its end then.
    pub on_fault: OnFault,
}

/// The spans of a call, once it has one.
#[derive(Debug, Default)]
pub struct CallSpans(OnceLock<Arc<SpanBuffer>>);

impl CallSpans {
    /// The spans are those of the caller.
    pub fn join(&self, spans: &Arc<SpanBuffer>) {
        let _ = self.0.set(spans.clone());
    }

    /// The buffer, made now if there is none.
    pub fn buffer(&self) -> &Arc<SpanBuffer> {
        self.0.get_or_init(Arc::default)
    }

    /// The buffer, if something was put into it.
    pub fn made(&self) -> Option<&Arc<SpanBuffer>> {
        self.0.get()
    }
}

/// Takes the fault of a call.
pub type FaultListener = Box<dyn Fn(&Fault) + Send + Sync>;

/// Runs if a call fails.
#[derive(Default)]
pub struct OnFault(OnceLock<FaultListener>);

impl OnFault {
    /// Sets what is to run; the first one counts.
    pub fn set(&self, run: FaultListener) {
        let _ = self.0.set(run);
    }

    /// The call fails.
    pub fn failed(&self, fault: &Fault) {
        if let Some(run) = self.0.get() {
            run(fault);
        }
    }
}

impl std::fmt::Debug for OnFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OnFault").field(&self.0.get().is_some()).finish()
    }
}

impl CallStats {
    /// Adds CPU time; returns the sum.
    pub(in crate::runtime) fn charge(&self, cpu_ns: u64) -> u64 {
        self.cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed) + cpu_ns
    }
}

/// Notifies a caller that no answer will come: the thread that holds the call sleeps forever.
#[derive(Debug, Default)]
pub struct LostSignal {
    fault: OnceLock<Fault>,
    waker: AtomicWaker,
}

impl LostSignal {
    /// The call is lost.
    pub fn notify(&self, fault: Fault) {
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
pub struct QueuedInvocation {
    /// The request without its body. The caller keeps it too: a call that was lost may be sent again.
    pub request: Arc<Request>,
    /// The request's body.
    pub body: Body,
    /// The way back.
    pub reply: ReplyTo,
    /// Its costs.
    pub stats: Arc<CallStats>,
    /// When the call was admitted.
    pub admitted: std::time::Instant,
    /// The slot in an instance, once it has one; dropped when nothing of the call is open any more.
    pub permit: Permit,
}

/// Receives the slots that become free.
pub trait Slots: Send + Sync {
    /// A slot in worker `worker` is free, which a call of function `caller` had, if a function called.
    fn release(&self, worker: u32, caller: Option<&Arc<str>>);
}

/// A slot in an instance. Dropping it frees the slot.
#[derive(Default)]
pub struct Permit(Option<HeldSlot>);

struct HeldSlot {
    slots: Arc<dyn Slots>,
    worker: u32,
    caller: Option<Arc<str>>,
}

impl Permit {
    /// A slot in worker `worker`, for a call of function `caller`, if a function calls.
    pub fn new(slots: Arc<dyn Slots>, worker: u32, caller: Option<Arc<str>>) -> Self {
        Self(Some(HeldSlot { slots, worker, caller }))
    }

    /// Drops the permit without freeing the slot: it is gone with its instance, or its owner counts it off.
    pub fn void(&mut self) {
        self.0 = None;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(HeldSlot { slots, worker, caller }) = self.0.take() {
            slots.release(worker, caller.as_ref());
        }
    }
}
