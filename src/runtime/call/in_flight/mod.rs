//! The calls in flight in one instance: every request it works on, with its way back.
//!
//! `worker` inserts a [`QueuedInvocation`], JavaScript reads and answers it through `ops`, and dropping an entry frees its slot in the
//! pool.
//!
//! Invariant: a call is answered at most once, and leaves the map exactly when nothing of it is open any more.

mod background;
mod called;
mod body;
mod charging;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use http::HeaderValue;

use crate::fault::{Fault, Kind};
use crate::function::message::{Body, CallShape, Request};
use crate::runtime::call::{ByteKeeper, CallStats, KeptBytes, Permit, QueuedInvocation, Reply, ReplyTo};

pub use body::{ByteStream, Inbound, OUTBOUND_CHUNKS, Outbound, OutboundBody};
pub use called::InboundRefused;
pub use charging::Overruns;

/// Callers number their calls 1..CALL_IDS; bodies that this side opens are numbered from there on. Both are V8 small integers, and 0
/// means "no body" to JavaScript.
pub const CALL_IDS: u32 = 1 << 29;

/// The kind of a request, which JavaScript gets with the dispatch: without a body, with one, the check of a release, or a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body: `request.body` is null.
    None = 0,
    /// There is one.
    Some = 1,
    /// A release asks for an exported `check()`.
    Check = 2,
    /// A schedule is due: the dialect's own handler for that is called.
    Scheduled = 3,
}

/// A request an instance works on.
pub struct InFlight {
    /// The request without its body; `None` for the answer of a called function.
    pub(in crate::runtime) head: Option<Arc<Request>>,
    pub(in crate::runtime) inbound: Inbound,
    pub(in crate::runtime) outbound: Option<Outbound>,
    reply: Option<ReplyTo>,
    background: u32,
    /// When the caller got its answer.
    answered: Option<Instant>,
    /// Bodies of functions that this call has called.
    called: Vec<u32>,
    /// The fault of a function that this call has called last: an answer may pass it on.
    pub(in crate::runtime) passed_fault: Option<HeaderValue>,
    /// Permits for the calls that it may await at a time; created with its first one.
    calls: Option<Arc<Semaphore>>,
    pub(in crate::runtime) stats: Option<Arc<CallStats>>,
    /// Bytes that the instance keeps of the whole answer of a called function.
    pub(in crate::runtime) kept: KeptBytes,
    _permit: Permit,
}

impl InFlight {
    /// Whether the caller has its answer (or its fault).
    pub fn is_answered(&self) -> bool {
        self.reply.is_none()
    }

    /// The CPU time that the call may use, if it is not the function's limit.
    fn own_cpu(&self) -> Option<Duration> {
        self.head.as_ref()?.own_cpu()
    }

    fn is_over(&self) -> bool {
        self.reply.is_none() && self.outbound.is_none() && self.background == 0
    }
}

/// An answer that waits for the end of the turn.
struct OutgoingReply {
    id: u32,
    reply: Reply,
    to: ReplyTo,
    stats: Option<Arc<CallStats>>,
}

/// Every call in flight in one instance, by id.
#[derive(Default)]
pub struct InFlightTable {
    map: HashMap<u32, InFlight, BuildHasherDefault<IdHasher>>,
    last: u32,
    /// Answers leave together: their callers' threads are woken once a turn, and the turn's CPU time is charged before they go.
    outbox: Vec<OutgoingReply>,
    /// The latest calls that other functions made, and how many functions were behind each: the work of such a call may continue after it.
    called: VecDeque<(u32, u8)>,
    /// Counts what the calls keep outside V8.
    keeper: Option<Arc<dyn ByteKeeper>>,
}

/// How many calls of other functions are remembered.
const CALLED_MAX: usize = 256;

impl InFlightTable {
    /// Takes an invocation in under the id its caller chose. Returns its method and whether it has a body.
    pub fn begin(&mut self, id: u32, invocation: QueuedInvocation) -> (http::Method, BodyKind) {
        let QueuedInvocation { request, body, reply, stats, admitted, permit } = invocation;
        stats.queue_ns.store(u64::try_from(admitted.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        if request.hops > 0 {
            self.called.truncate(CALLED_MAX - 1);
            self.called.push_front((id, request.hops));
        }
        let method = request.method.clone();
        let kind = match (request.shape, &body) {
            (CallShape::Check, _) => BodyKind::Check,
            (CallShape::Scheduled, _) => BodyKind::Scheduled,
            (CallShape::Http | CallShape::Parse | CallShape::RawEvent, Body::Empty) => BodyKind::None,
            (CallShape::Http | CallShape::Parse | CallShape::RawEvent, _) => BodyKind::Some,
        };
        let in_flight = InFlight {
            head: Some(request),
            inbound: Inbound::new(body),
            outbound: None,
            reply: Some(reply),
            background: 0,
            answered: None,
            called: Vec::new(),
            passed_fault: None,
            calls: None,
            stats: Some(stats),
            kept: KeptBytes::default(),
            _permit: permit,
        };
        self.map.insert(id, in_flight);
        (method, kind)
    }

    /// `keeper` counts from now on what the calls keep outside V8.
    pub(in crate::runtime) fn keep_with(&mut self, keeper: Arc<dyn ByteKeeper>) {
        self.keeper = Some(keeper);
    }

    /// Counts bytes that a call keeps outside V8.
    pub(in crate::runtime) fn keep(&self, bytes: usize) -> KeptBytes {
        KeptBytes::new(self.keeper.as_ref(), bytes)
    }

    /// The call, if anything of it is still open.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut InFlight> {
        self.map.get_mut(&id)
    }

    pub(in crate::runtime) fn get(&self, id: u32) -> Option<&InFlight> {
        self.map.get(&id)
    }

    /// Whether anything of a call is open.
    pub fn is_open(&self, id: u32) -> bool {
        self.map.contains_key(&id)
    }

    /// How many functions called each other until call `id` came, whether it is still open or not.
    pub fn hops(&self, id: u32) -> u8 {
        match self.map.get(&id).and_then(|in_flight| in_flight.head.as_ref()) {
            Some(request) => request.hops,
            None => self.called.iter().find(|(called, _)| *called == id).map_or(0, |(_, hops)| *hops),
        }
    }

    /// Answers a call; unknown ids (answered, or given up by a limit) and second answers are ignored. Leaves with
    /// [`InFlightTable::end_turn`].
    pub fn answer(&mut self, id: u32, reply: Reply) {
        if let Some(in_flight) = self.map.get_mut(&id)
            && let Some(to) = in_flight.reply.take()
        {
            if in_flight.background > 0 || in_flight.outbound.is_some() {
                in_flight.answered = Some(Instant::now());
            }
            self.outbox.push(OutgoingReply { id, reply, to, stats: in_flight.stats.clone() });
            self.forget_if_over(id);
        }
    }

    /// Drops the call if nothing of it is open.
    pub fn forget_if_over(&mut self, id: u32) {
        if self.map.get(&id).is_some_and(InFlight::is_over)
            && let Some(over) = self.map.remove(&id)
        {
            for body in over.called {
                self.map.remove(&body);
            }
        }
    }

    pub(in crate::runtime) fn forget(&mut self, id: u32) {
        self.map.remove(&id);
    }

    /// The caller left: nothing of the call is kept, except for background work it still does.
    pub fn give_up(&mut self, id: u32) {
        if let Some(in_flight) = self.map.get_mut(&id) {
            in_flight.reply = None;
            in_flight.outbound = None;
            in_flight.answered.get_or_insert_with(Instant::now);
            self.forget_if_over(id);
        }
    }

    /// Calls without an answer so far.
    pub fn unanswered(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.map.iter().filter(|(_, in_flight)| !in_flight.is_answered()).map(|(id, _)| *id)
    }

    /// Whether no call is open. Unread bodies of called functions do not count.
    pub fn is_idle(&self) -> bool {
        self.map.values().all(|in_flight| in_flight.head.is_none())
    }

    /// Sends the answers of a turn.
    pub fn end_turn(&mut self) {
        let mut wake_later = Vec::new();
        for answered in self.outbox.drain(..) {
            answered.to.send_batched(answered.reply, &mut wake_later);
        }
        for batch in wake_later {
            batch.wake();
        }
    }

    /// Answers every call with the fault that `fault` returns for its id, and cuts the bodies that still stream.
    pub fn fail_all(&mut self, mut fault: impl FnMut(u32) -> Fault) {
        let mut broken = Vec::new();
        for (id, in_flight) in self.map.drain() {
            if let Some(outbound) = in_flight.outbound {
                outbound.cut("the instance ended");
                broken.push(id);
            }
            if let Some(to) = in_flight.reply {
                self.outbox.push(OutgoingReply { id, reply: Err(fault(id)), to, stats: None });
            }
        }
        for answered in self.outbox.drain(..) {
            // Terminated code may still have run its `catch` and answered with the error that it found there.
            let reply = match answered.reply {
                // Nothing of it has left yet: better a fault than a body that breaks off at its first byte.
                Ok(_) if broken.contains(&answered.id) => Err(fault(answered.id)),
                Err(said) if matches!(said.kind(), Kind::Threw | Kind::BadResponse | Kind::NeverSettles) => {
                    let meant = fault(answered.id);
                    Err(if meant.kind() == Kind::InstanceLost { said } else { meant })
                }
                reply => reply,
            };
            answered.to.send(reply);
        }
    }

    /// An answer's body failed. If the answer has not left yet, the fault goes in its place.
    pub(in crate::runtime) fn retract(&mut self, id: u32, why: &str) {
        if let Some(answered) = self.outbox.iter_mut().find(|answered| answered.id == id && answered.reply.is_ok()) {
            answered.reply = Err(Fault::new(Kind::BadResponse, "the body of the answer failed before its first byte").with_detail(why));
        }
    }
}

/// Ids are sequential: they are their own hash, spread by one multiplication.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, id: u32) {
        self.0 = u64::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
