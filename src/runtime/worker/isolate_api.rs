//! The part of an isolate that a turn uses, so that a worker without V8 has the same turns.
//!
//! `turn` calls it; [`Isolate`] implements it for production, `stand_in` for the instruction bench.
//!
//! Invariant: the methods of [`Isolate`] are called and nothing else is done; their meaning is written there.

use std::task::{Context, Poll};

use crate::runtime::call::{InFlightTable, QueuedInvocation};
use crate::runtime::isolate::{BootError, Isolate, MemoryUse};

/// An isolate, or what stands in for one.
pub(super) trait IsolateApi {
    /// [`Isolate::dispatch`]
    fn dispatch(&mut self, id: u32, invocation: QueuedInvocation);

    /// [`Isolate::poll`]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BootError>>;

    /// [`Isolate::with_in_flight`]
    fn with_in_flight<T>(&mut self, work: impl FnOnce(&mut InFlightTable) -> T) -> T;

    /// [`Isolate::abort`]
    fn abort(&mut self, id: u32);

    /// [`Isolate::settle`]
    fn settle(&mut self, id: u32);

    /// [`Isolate::give_up`]
    fn give_up(&mut self, id: u32);

    /// [`Isolate::trim`]
    fn trim(&mut self);

    /// [`Isolate::check_memory`]
    fn check_memory(&mut self) -> MemoryUse;
}

impl IsolateApi for Isolate {
    fn dispatch(&mut self, id: u32, invocation: QueuedInvocation) {
        Isolate::dispatch(self, id, invocation);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BootError>> {
        Isolate::poll(self, cx)
    }

    fn with_in_flight<T>(&mut self, work: impl FnOnce(&mut InFlightTable) -> T) -> T {
        Isolate::with_in_flight(self, work)
    }

    fn abort(&mut self, id: u32) {
        Isolate::abort(self, id);
    }

    fn settle(&mut self, id: u32) {
        Isolate::settle(self, id);
    }

    fn give_up(&mut self, id: u32) {
        Isolate::give_up(self, id);
    }

    fn trim(&mut self) {
        Isolate::trim(self);
    }

    fn check_memory(&mut self) -> MemoryUse {
        Isolate::check_memory(self)
    }
}
