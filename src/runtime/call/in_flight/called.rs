//! The calls that a call makes of other functions, and the bodies of their answers.
//!
//! `ops/call` asks before it calls and hands the answer in; `ops/body` reads it.
//!
//! Invariant: a call keeps few places of other functions: those whose answer it awaits, and those whose answer streams and is not read to its
//! end. When the call is over it keeps none, even if the answer comes later. A whole answer is the caller's: its function holds no bytes of
//! it any more.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{CALL_IDS, InFlight, InFlightTable, Inbound};
use crate::function::message::Body;
use crate::runtime::call::{KeptBytes, Permit, UNCOUNTED_BYTES};

/// Calls of other functions whose answer one call awaits at a time; more wait for these. As many as the default `concurrency` of the function
/// that is called: one request then never fills more than one of its instances.
const CALLS_MAX: usize = 64;

/// Answers of other functions that stream and that one call has neither read to the end nor cancelled. Each holds a place of the function that
/// answers. A whole answer holds none.
const ANSWERS_MAX: usize = 64;

/// Whole answers that one call has not read: their bytes count as the caller's memory, and so does the entry of each.
const WHOLE_ANSWERS_MAX: usize = 1024;

/// Bytes that count for an answer beside its own.
const ENTRY_BYTES: usize = 512;

/// Why the body of an answer is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboundRefused {
    /// The call that asked is over.
    CallerIsOver,
    /// It has `ANSWERS_MAX` open answers that stream, or `WHOLE_ANSWERS_MAX` whole ones.
    TooMany,
}

impl InFlightTable {
    /// The permits for calls that `caller` may await at a time. `None`: it is over.
    pub(in crate::runtime) fn outgoing_calls(&mut self, caller: u32) -> Option<Arc<Semaphore>> {
        let caller = self.map.get_mut(&caller)?;
        Some(caller.calls.get_or_insert_with(|| Arc::new(Semaphore::new(CALLS_MAX))).clone())
    }

    /// Whether `caller` may open another answer.
    pub(in crate::runtime) fn admits_answer(&self, caller: u32) -> Result<(), InboundRefused> {
        self.admits(caller, ANSWERS_MAX, |inbound| matches!(inbound, Inbound::Stream(_) | Inbound::Reading))
    }

    fn admits_whole_answer(&self, caller: u32) -> Result<(), InboundRefused> {
        self.admits(caller, WHOLE_ANSWERS_MAX, |inbound| matches!(inbound, Inbound::Full(_)))
    }

    fn admits(&self, caller: u32, most: usize, counts: impl Fn(&Inbound) -> bool) -> Result<(), InboundRefused> {
        let caller = self.map.get(&caller).ok_or(InboundRefused::CallerIsOver)?;
        if caller.called.len() < most {
            return Ok(());
        }
        let open = caller.called.iter().filter(|id| self.map.get(id).is_some_and(|answer| counts(&answer.inbound)));
        if open.count() < most { Ok(()) } else { Err(InboundRefused::TooMany) }
    }

    /// An entry that only carries an inbound body: the answer of a function that call `caller` has called. It leaves with its caller.
    ///
    /// # Errors
    /// If the caller is over, or has too many of them. The body is dropped then: its function gets its place back.
    pub(in crate::runtime) fn insert_inbound(&mut self, caller: u32, body: Body) -> Result<u32, InboundRefused> {
        let (body, kept) = match body {
            Body::Full(bytes) => {
                self.admits_whole_answer(caller)?;
                let kept = self.keep(ENTRY_BYTES + bytes.len());
                // A copy of its own: what the function has answered is counted for that as long as it exists.
                let is_counted = bytes.len() > UNCOUNTED_BYTES;
                (Body::Full(if is_counted { Bytes::copy_from_slice(&bytes) } else { bytes }), kept)
            }
            body => {
                self.admits_answer(caller)?;
                (body, self.keep(ENTRY_BYTES))
            }
        };
        let id = self.insert_answer(InFlight::of_answer(body, kept));
        let mut called = self.map.get_mut(&caller).map(|caller| std::mem::take(&mut caller.called)).unwrap_or_default();
        called.retain(|id| self.map.contains_key(id));
        called.push(id);
        if let Some(caller) = self.map.get_mut(&caller) {
            caller.called = called;
        }
        Ok(id)
    }

    fn insert_answer(&mut self, answer: InFlight) -> u32 {
        loop {
            self.last = (self.last + 1) % CALL_IDS;
            let id = CALL_IDS + self.last;
            if let Entry::Vacant(place) = self.map.entry(id) {
                place.insert(answer);
                return id;
            }
        }
    }
}

impl InFlight {
    /// The answer of a called function: a body and nothing else.
    fn of_answer(body: Body, kept: KeptBytes) -> Self {
        Self {
            head: None,
            inbound: Inbound::new(body),
            outbound: None,
            reply: None,
            background: 0,
            answered: None,
            called: Vec::new(),
            passed_fault: None,
            calls: None,
            stats: None,
            kept,
            _permit: Permit::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use futures::FutureExt as _;
    use http::Method;
    use http::uri::PathAndQuery;

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::function::message::{CallShape, Request};
    use crate::runtime::call::{AnswerBytes, ByteKeeper, Outbound, QueuedInvocation, ReplyTo};

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl ByteKeeper for Counter {
        fn keep(&self, bytes: usize) {
            self.0.fetch_add(bytes, Ordering::Relaxed);
        }

        fn let_go(&self, bytes: usize) {
            self.0.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// A table with one call.
    fn table() -> InFlightTable {
        let mut table = InFlightTable::default();
        let request = Request::made_here(Method::GET, PathAndQuery::from_static("/"), "", CallShape::Http);
        let (reply, _) = ReplyTo::channel();
        let invocation = QueuedInvocation {
            request: Arc::new(request),
            body: Body::Empty,
            reply,
            stats: Arc::default(),
            admitted: Instant::now(),
            permit: Permit::default(),
        };
        table.begin(1, invocation);
        table
    }

    /// An answer that streams, and the end that its function writes to.
    fn stream() -> (Outbound, Body) {
        let (outbound, body) = Outbound::channel(None);
        (outbound, Body::Stream(Box::pin(body)))
    }

    #[test]
    fn a_whole_answer_is_the_callers_memory_until_it_is_read_or_the_call_is_over() {
        let mut table = table();
        let counter = Arc::new(Counter::default());
        table.keep_with(counter.clone());
        let kept = || counter.0.load(Ordering::Relaxed);
        let host = AnswerBytes::new(1 << 20);
        let callee = host.of(&Arc::from("callee"));
        let answer = |length: usize| Body::Full(callee.whole(&vec![7; length]).unwrap());
        let read = table.insert_inbound(1, answer(100_000)).unwrap();
        assert_eq!((kept(), host.held()), (100_000 + ENTRY_BYTES, 0), "the function that answered holds nothing");
        table.forget(read);
        assert_eq!(kept(), 0);
        for _ in 0..WHOLE_ANSWERS_MAX {
            table.insert_inbound(1, answer(1)).unwrap();
        }
        assert_eq!(kept(), WHOLE_ANSWERS_MAX * (1 + ENTRY_BYTES));
        assert_eq!(table.insert_inbound(1, answer(1)), Err(InboundRefused::TooMany));
        table.give_up(1);
        assert_eq!(kept(), 0);
    }

    #[test]
    fn a_call_keeps_few_answers_that_stream_and_more_whole_ones() {
        let mut table = table();
        let mut writers = Vec::new();
        let mut ids = Vec::new();
        for _ in 0..ANSWERS_MAX {
            let (writer, body) = stream();
            writers.push(writer);
            ids.push(table.insert_inbound(1, body).unwrap());
        }
        let (refused, body) = stream();
        assert_eq!(table.insert_inbound(1, body), Err(InboundRefused::TooMany));
        assert!(refused.tx.is_closed(), "its function is free of it");
        assert!(table.insert_inbound(1, Body::Full(Bytes::from_static(b"whole"))).is_ok());
        table.forget(ids[0]);
        assert!(table.insert_inbound(1, stream().1).is_ok(), "one was read");
    }

    #[test]
    fn an_answer_for_a_call_that_is_over_is_not_kept() {
        let mut table = table();
        let (open, body) = stream();
        table.insert_inbound(1, body).unwrap();
        table.give_up(1);
        assert!(open.tx.is_closed());
        let (late, body) = stream();
        assert_eq!(table.insert_inbound(1, body), Err(InboundRefused::CallerIsOver));
        assert!(late.tx.is_closed());
        assert_eq!(table.insert_inbound(1, Body::Full(Bytes::from_static(b"whole"))), Err(InboundRefused::CallerIsOver));
        assert!(table.outgoing_calls(1).is_none());
    }

    #[test]
    fn a_call_awaits_few_others_at_a_time() {
        let mut table = table();
        let calls = table.outgoing_calls(1).unwrap();
        let awaited: Vec<_> = (0..CALLS_MAX).map(|_| calls.clone().acquire_owned().now_or_never().unwrap().unwrap()).collect();
        assert!(table.outgoing_calls(1).unwrap().acquire_owned().now_or_never().is_none());
        drop(awaited);
        assert!(table.outgoing_calls(1).unwrap().acquire_owned().now_or_never().is_some());
    }
}
