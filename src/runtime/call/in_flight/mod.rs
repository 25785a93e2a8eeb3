//! The exchanges of one instance: every request it works on, with its way back.
//!
//! `worker` inserts a [`Job`], JavaScript reads and answers it through the ops of this folder, and dropping an exchange frees its place in
//! the pool.
//!
//! Invariant: an exchange is answered at most once, and leaves the map exactly when nothing of it is open any more.

mod background;
mod body;
mod charging;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::fault::{Fault, Kind};
use crate::function::message::{Body, CallShape, Request};
use crate::runtime::call::ReplyTo;
use crate::runtime::call::{CallStats, Job, Permit, Reply};

pub use body::{ByteStream, Inbound, OUTBOUND_CHUNKS, Outbound, OutboundBody};
pub use charging::Charged;

/// Callers number their calls 1..CALL_IDS; bodies that this side opens are numbered from there on. Both are V8 small integers, and 0
/// means "no body" to JavaScript.
pub const CALL_IDS: u32 = 1 << 29;

/// What JavaScript is told about a request before it asks: whether it has a body, or is none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body: `request.body` is null.
    None = 0,
    /// There is one.
    Some = 1,
    /// A release asks for an exported `check()`.
    Check = 2,
}

/// A request an instance works on.
pub struct Exchange {
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
    stats: Option<Arc<CallStats>>,
    _permit: Permit,
}

impl Exchange {
    /// Whether the caller has its answer (or its fault).
    pub fn is_answered(&self) -> bool {
        self.reply.is_none()
    }

    fn is_over(&self) -> bool {
        self.reply.is_none() && self.outbound.is_none() && self.background == 0
    }
}

/// An answer that waits for the end of the turn.
struct Answered {
    id: u32,
    reply: Reply,
    to: ReplyTo,
    stats: Option<Arc<CallStats>>,
}

/// Every exchange of one instance, by id.
#[derive(Default)]
pub struct Exchanges {
    map: HashMap<u32, Exchange, BuildHasherDefault<IdHasher>>,
    last: u32,
    /// Answers leave together: their callers' threads are woken once a turn, and the turn's CPU time is charged before they go.
    outbox: Vec<Answered>,
    /// The latest calls that other functions made, and how many functions were behind each: what such a call began may go on after it.
    called: VecDeque<(u32, u8)>,
}

/// How many of them are remembered.
const CALLED_MAX: usize = 256;

impl Exchanges {
    /// Takes a job in under the id its caller chose. Returns its method and whether it has a body.
    pub fn begin(&mut self, id: u32, job: Job) -> (http::Method, BodyKind) {
        let Job { request, body, reply, stats, admitted, permit } = job;
        stats.queue_ns.store(u64::try_from(admitted.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        if request.hops > 0 {
            self.called.truncate(CALLED_MAX - 1);
            self.called.push_front((id, request.hops));
        }
        let method = request.method.clone();
        let kind = match (request.shape, &body) {
            (CallShape::Check, _) => BodyKind::Check,
            (CallShape::Http, Body::Empty) => BodyKind::None,
            (CallShape::Http, _) => BodyKind::Some,
        };
        let exchange = Exchange {
            head: Some(request),
            inbound: Inbound::new(body),
            outbound: None,
            reply: Some(reply),
            background: 0,
            answered: None,
            called: Vec::new(),
            stats: Some(stats),
            _permit: permit,
        };
        self.map.insert(id, exchange);
        (method, kind)
    }

    /// An exchange that only carries an inbound body: the answer of a function that call `caller` has called. It leaves with its caller.
    pub(in crate::runtime) fn insert_inbound(&mut self, caller: u32, body: Body) -> u32 {
        let exchange = Exchange {
            head: None,
            inbound: Inbound::new(body),
            outbound: None,
            reply: None,
            background: 0,
            answered: None,
            called: Vec::new(),
            stats: None,
            _permit: Permit::default(),
        };
        loop {
            self.last = (self.last + 1) % CALL_IDS;
            let id = CALL_IDS + self.last;
            if let Entry::Vacant(place) = self.map.entry(id) {
                place.insert(exchange);
                if let Some(caller) = self.map.get_mut(&caller) {
                    caller.called.push(id);
                }
                return id;
            }
        }
    }

    /// The exchange, if anything of it is still open.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut Exchange> {
        self.map.get_mut(&id)
    }

    pub(in crate::runtime) fn get(&self, id: u32) -> Option<&Exchange> {
        self.map.get(&id)
    }

    /// Whether anything of a call is open.
    pub fn is_open(&self, id: u32) -> bool {
        self.map.contains_key(&id)
    }

    /// How many functions called each other until call `id` came, whether it is still open or not.
    pub fn hops(&self, id: u32) -> u8 {
        match self.map.get(&id).and_then(|exchange| exchange.head.as_ref()) {
            Some(request) => request.hops,
            None => self.called.iter().find(|(called, _)| *called == id).map_or(0, |(_, hops)| *hops),
        }
    }

    /// Answers a call; unknown ids (answered, or given up by a limit) and second answers are ignored. Leaves with [`Exchanges::end_turn`].
    pub fn answer(&mut self, id: u32, reply: Reply) {
        if let Some(exchange) = self.map.get_mut(&id)
            && let Some(to) = exchange.reply.take()
        {
            if exchange.background > 0 || exchange.outbound.is_some() {
                exchange.answered = Some(Instant::now());
            }
            self.outbox.push(Answered { id, reply, to, stats: exchange.stats.clone() });
            self.forget_if_over(id);
        }
    }

    /// Drops the exchange if nothing of it is open.
    pub fn forget_if_over(&mut self, id: u32) {
        if self.map.get(&id).is_some_and(Exchange::is_over)
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
        if let Some(exchange) = self.map.get_mut(&id) {
            exchange.reply = None;
            exchange.outbound = None;
            exchange.answered.get_or_insert_with(Instant::now);
            self.forget_if_over(id);
        }
    }

    /// Calls without an answer so far.
    pub fn unanswered(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.map.iter().filter(|(_, exchange)| !exchange.is_answered()).map(|(id, _)| *id)
    }

    /// Whether any call is open. Bodies of called functions that nobody reads do not count.
    pub fn is_idle(&self) -> bool {
        self.map.values().all(|exchange| exchange.head.is_none())
    }

    /// Lets the answers of a turn go.
    pub fn end_turn(&mut self) {
        let mut wake_later = Vec::new();
        for answered in self.outbox.drain(..) {
            answered.to.send_batched(answered.reply, &mut wake_later);
        }
        for returns in wake_later {
            returns.wake();
        }
    }

    /// Ends every call with a fault made for its id, and cuts what still streams.
    pub fn fail_all(&mut self, mut fault: impl FnMut(u32) -> Fault) {
        let mut broken = Vec::new();
        for (id, exchange) in self.map.drain() {
            if let Some(outbound) = exchange.outbound {
                outbound.cut("the instance ended");
                broken.push(id);
            }
            if let Some(to) = exchange.reply {
                self.outbox.push(Answered { id, reply: Err(fault(id)), to, stats: None });
            }
        }
        for answered in self.outbox.drain(..) {
            // Terminated code may still have run its `catch` and answered with what it found there.
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
