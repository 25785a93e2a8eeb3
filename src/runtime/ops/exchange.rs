//! The exchanges of one instance: every request it works on, with its way back.
//!
//! `worker` inserts a [`Job`], JavaScript reads and answers it through the ops of this folder, and dropping an exchange frees its place in
//! the pool.
//!
//! Invariant: an exchange is answered at most once, and leaves the map exactly when nothing of it is open any more.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use http::HeaderMap;
use tokio::sync::oneshot;

use super::body::{Inbound, Outbound};
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Request, Response};
use crate::function::trace::TraceContext;

/// Callers number their calls 1..CALL_IDS; bodies that this side opens are numbered from there on. Both are V8 small integers, and 0
/// means "no body" to JavaScript.
pub const CALL_IDS: u32 = 1 << 29;

/// What goes back to the caller.
pub type Reply = Result<Response, Fault>;

/// What one call cost; written by the instance's thread, read by whoever logs the call.
#[derive(Debug, Default)]
pub struct Tally {
    /// CPU time charged to the call, in nanoseconds.
    pub cpu_ns: AtomicU64,
    /// Time from admission to the instance's thread, in nanoseconds.
    pub queue_ns: AtomicU64,
    /// The instance that took the call; 0 while none has.
    pub instance: AtomicU32,
}

/// One call on its way into an instance.
pub struct Job {
    /// What was asked.
    pub request: Request,
    /// The way back.
    pub reply: oneshot::Sender<Reply>,
    /// What it cost.
    pub tally: Arc<Tally>,
    /// When the call was admitted.
    pub admitted: std::time::Instant,
    /// The place in the pool; dropped when nothing of the call is open any more.
    pub permit: Box<dyn Send>,
}

/// The parts of a request that JavaScript may ask for.
pub struct Head {
    /// As sent.
    pub headers: HeaderMap,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Host and port the client named.
    pub authority: String,
    /// What the function sees.
    pub path_and_query: String,
    /// This hop.
    pub trace: TraceContext,
    /// Echoed as `x-request-id`.
    pub request_id: String,
    /// Peer, if the call came over a socket.
    pub remote: Option<SocketAddr>,
    /// Functions that called one another to get here.
    pub hops: u8,
}

/// What JavaScript is told about a request's body before it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body: `request.body` is null.
    None = 0,
    /// There is one.
    Some = 1,
}

/// A request an instance works on.
pub struct Exchange {
    pub(super) head: Option<Head>,
    pub(super) inbound: Inbound,
    pub(super) outbound: Option<Outbound>,
    reply: Option<oneshot::Sender<Reply>>,
    background: u32,
    tally: Option<Arc<Tally>>,
    _permit: Option<Box<dyn Send>>,
}

impl Exchange {
    /// Whether the caller has its answer (or its fault).
    pub fn is_answered(&self) -> bool {
        self.reply.is_none()
    }

    /// Sends the answer. A second one is dropped: the first stands.
    pub fn answer(&mut self, reply: Reply) {
        if let Some(tx) = self.reply.take() {
            // The caller may have left; then nobody waits for this.
            let _ = tx.send(reply);
        }
    }

    /// What the call has cost so far.
    pub fn tally(&self) -> Option<&Tally> {
        self.tally.as_deref()
    }

    fn is_over(&self) -> bool {
        self.reply.is_none() && self.outbound.is_none() && self.background == 0
    }
}

/// Every exchange of one instance, by id.
#[derive(Default)]
pub struct Exchanges {
    map: HashMap<u32, Exchange, BuildHasherDefault<IdHasher>>,
    last: u32,
    background: u32,
}

impl Exchanges {
    /// Takes a job in under the id its caller chose. Returns its method and whether it has a body.
    pub fn begin(&mut self, id: u32, job: Job) -> (http::Method, BodyKind) {
        let Request { method, scheme, authority, path_and_query, headers, body, trace, request_id, remote, hops, .. } = job.request;
        job.tally.queue_ns.store(u64::try_from(job.admitted.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let kind = if matches!(body, Body::Empty) { BodyKind::None } else { BodyKind::Some };
        let head = Head { headers, scheme, authority, path_and_query, trace, request_id, remote, hops };
        let exchange = Exchange {
            head: Some(head),
            inbound: Inbound::new(body),
            outbound: None,
            reply: Some(job.reply),
            background: 0,
            tally: Some(job.tally),
            _permit: Some(job.permit),
        };
        self.map.insert(id, exchange);
        (method, kind)
    }

    /// An exchange that only carries an inbound body: the answer of a function this one called.
    pub(super) fn insert_inbound(&mut self, body: Body) -> u32 {
        let exchange = Exchange {
            head: None,
            inbound: Inbound::new(body),
            outbound: None,
            reply: None,
            background: 0,
            tally: None,
            _permit: None,
        };
        loop {
            self.last = (self.last + 1) % CALL_IDS;
            let id = CALL_IDS + self.last;
            if !self.map.contains_key(&id) {
                self.map.insert(id, exchange);
                return id;
            }
        }
    }

    /// The exchange, if anything of it is still open.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut Exchange> {
        self.map.get_mut(&id)
    }

    pub(super) fn get(&self, id: u32) -> Option<&Exchange> {
        self.map.get(&id)
    }

    /// Answers a call; unknown ids (answered, or given up by a limit) are ignored.
    pub fn answer(&mut self, id: u32, reply: Reply) {
        if let Some(exchange) = self.map.get_mut(&id) {
            exchange.answer(reply);
            self.forget_if_over(id);
        }
    }

    /// Drops the exchange if nothing of it is open.
    pub fn forget_if_over(&mut self, id: u32) {
        if self.map.get(&id).is_some_and(Exchange::is_over) {
            self.map.remove(&id);
        }
    }

    pub(super) fn forget(&mut self, id: u32) {
        self.map.remove(&id);
    }

    /// The caller left: nothing of the call is kept, except for background work it still does.
    pub fn give_up(&mut self, id: u32) {
        if let Some(exchange) = self.map.get_mut(&id) {
            exchange.reply = None;
            exchange.outbound = None;
            self.forget_if_over(id);
        }
    }

    /// A `waitUntil` promise begins or ends.
    pub(super) fn background(&mut self, id: u32, begins: bool) {
        if let Some(exchange) = self.map.get_mut(&id) {
            if begins {
                exchange.background += 1;
                self.background += 1;
            } else if exchange.background > 0 {
                exchange.background -= 1;
                self.background = self.background.saturating_sub(1);
            }
            self.forget_if_over(id);
        }
    }

    /// Calls without an answer so far.
    pub fn unanswered(&self) -> impl Iterator<Item = u32> + '_ {
        self.map.iter().filter(|(_, exchange)| !exchange.is_answered()).map(|(id, _)| *id)
    }

    /// Calls that still have a body in transit or background work, answered or not.
    pub fn open(&self) -> usize {
        self.map.values().filter(|exchange| exchange.head.is_some()).count()
    }

    /// Whether anything is open.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Adds CPU time to every open call, in equal parts.
    pub fn charge(&mut self, cpu_ns: u64) {
        let open = self.map.values().filter(|exchange| exchange.tally.is_some()).count() as u64;
        for tally in self.map.values().filter_map(Exchange::tally) {
            tally.cpu_ns.fetch_add(cpu_ns / open.max(1), Ordering::Relaxed);
        }
    }

    /// Ends every call with a fault made for its id, and cuts what still streams.
    pub fn fail_all(&mut self, mut fault: impl FnMut(u32) -> Fault) {
        for (id, mut exchange) in self.map.drain() {
            if let Some(outbound) = exchange.outbound.take() {
                outbound.cut("the instance ended");
            }
            if !exchange.is_answered() {
                exchange.answer(Err(fault(id)));
            }
        }
        self.background = 0;
    }

    /// Ends every unanswered call because no promise of this instance can settle any more.
    pub fn fail_unsettled(&mut self) {
        let ids: Vec<u32> = self.unanswered().collect();
        for id in ids {
            self.answer(
                id,
                Err(Fault::new(
                    Kind::NeverSettles,
                    "the handler waits for a promise that nothing can settle: no timer, fetch or other work of this instance is left",
                )),
            );
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
