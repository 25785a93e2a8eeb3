//! The network quota of one instance, and the used part of it.
//!
//! `fetch` asks before a request is sent and while it waits; `instance` asks before a WebSocket connects.
//!
//! Invariant: everything in use is a guard that its user holds; a request that was denied holds none.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deno_error::JsErrorBox;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests that wait for the head of their answer.
pub(super) const IN_FLIGHT_MAX: usize = 32;
/// Requests that wait for one of those slots.
pub(super) const QUEUED_MAX: usize = 256;
/// Answers whose body is neither read to its end, nor cancelled, nor collected: as many as requests at once.
pub(super) const BODIES_MAX: usize = IN_FLIGHT_MAX + QUEUED_MAX;
/// Requests, redirects included, on behalf of one call; and in one [`IDLE_WINDOW`] outside of open calls.
pub(super) const TOTAL_MAX: u32 = 1000;
const IDLE_WINDOW: Duration = Duration::from_secs(60);
/// WebSockets that are open or connecting.
pub(super) const SOCKETS_MAX: usize = 32;
/// Headers of one outgoing request, and the bytes of their names and values.
pub(super) const HEADERS_MAX: usize = 1000;
pub(super) const HEADER_BYTES_MAX: usize = 256 * 1024;
/// A decompressed body may be this many times its compressed size once it is larger than [`RATIO_FREE_BYTES`].
pub(super) const RATIO_MAX: u64 = 100;
pub(super) const RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// Longest wait for the head of an answer, connecting included.
pub(super) const HEAD_MAX: Duration = Duration::from_secs(300);

/// Whether a request's headers, given by their lengths, are few and small enough.
pub(super) fn check_size(lengths: impl ExactSizeIterator<Item = usize>) -> Result<(), JsErrorBox> {
    if lengths.len() > HEADERS_MAX {
        return Err(JsErrorBox::type_error(format!("more than {HEADERS_MAX} request headers")));
    }
    if lengths.sum::<usize>() > HEADER_BYTES_MAX {
        return Err(JsErrorBox::type_error(format!("more than {} KB of request headers", HEADER_BYTES_MAX / 1024)));
    }
    Ok(())
}

/// Bytes of all bodies that an instance is reading whole, and their limit.
pub(super) struct BufferedBodies {
    total: Cell<usize>,
    limit: usize,
    on_refusal: Box<dyn Fn()>,
}

impl BufferedBodies {
    /// Accounts for one body of which the host held `own` bytes and holds `bytes` now.
    pub(super) fn hold(&self, own: &Cell<usize>, bytes: usize) -> Result<(), JsErrorBox> {
        let others = self.total.get() - own.get();
        let total = others.saturating_add(bytes);
        if total > self.limit {
            (self.on_refusal)();
            return Err(JsErrorBox::range_error("the response bodies that are being read whole are larger than memory_mb"));
        }
        own.set(bytes);
        self.total.set(total);
        Ok(())
    }

    /// A body of which the host held `bytes` is gone.
    pub(super) fn release(&self, bytes: usize) {
        self.total.set(self.total.get() - bytes);
    }

    pub(super) fn new(limit: usize, on_refusal: Box<dyn Fn()>) -> Self {
        Self { total: Cell::new(0), limit, on_refusal }
    }
}

/// The used part of an instance's quota.
pub(super) struct Quota {
    slots: Arc<Semaphore>,
    pending: Rc<()>,
    bodies: Arc<()>,
    /// Requests so far by call. Calls that are over are forgotten when the map is swept.
    by_call: HashMap<u32, u32>,
    idle_since: Instant,
    idle: u32,
}

/// A request that was admitted: it holds its place in the queue until it is dropped.
pub(super) struct PendingRequest {
    slots: Arc<Semaphore>,
    bodies: Arc<()>,
    _pending: Rc<()>,
}

/// A body that is not yet at its end.
pub(super) struct OpenBody {
    _body: Arc<()>,
}

impl Quota {
    pub(super) fn new() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
            pending: Rc::new(()),
            bodies: Arc::new(()),
            by_call: HashMap::new(),
            idle_since: Instant::now(),
            idle: 0,
        }
    }

    /// Counts a request for its call (`None`: no call is open) and admits it to the queue, or returns why not.
    pub(super) fn enter(&mut self, call: Option<u32>, is_open: impl Fn(u32) -> bool) -> Result<PendingRequest, JsErrorBox> {
        if Rc::strong_count(&self.pending) > IN_FLIGHT_MAX + QUEUED_MAX {
            return Err(JsErrorBox::type_error(format!(
                "too many requests at a time: {IN_FLIGHT_MAX} are in flight and {QUEUED_MAX} wait; await some of them first"
            )));
        }
        if Arc::strong_count(&self.bodies) > BODIES_MAX {
            return Err(JsErrorBox::type_error(format!("{BODIES_MAX} response bodies are open: read or cancel them")));
        }
        let total = match call {
            Some(call) => {
                if self.by_call.len() >= 1024 {
                    self.by_call.retain(|call, _| is_open(*call));
                }
                self.by_call.entry(call).or_default()
            }
            None => {
                if self.idle_since.elapsed() > IDLE_WINDOW {
                    (self.idle_since, self.idle) = (Instant::now(), 0);
                }
                &mut self.idle
            }
        };
        if *total >= TOTAL_MAX {
            return Err(JsErrorBox::type_error(match call {
                Some(_) => format!("{TOTAL_MAX} requests were made on behalf of one call: that is the most"),
                None => format!("{TOTAL_MAX} requests were made within a minute while no call was open: that is the most"),
            }));
        }
        *total += 1;
        Ok(PendingRequest { slots: self.slots.clone(), bodies: self.bodies.clone(), _pending: self.pending.clone() })
    }
}

impl PendingRequest {
    /// Waits for a slot among the requests in flight; first come, first served.
    pub(super) async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        self.slots.clone().acquire_owned().await.ok()
    }

    /// The answer is here, and has a body.
    pub(super) fn body(self) -> OpenBody {
        OpenBody { _body: self.bodies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(quota: &mut Quota, call: Option<u32>) -> String {
        quota.enter(call, |_| true).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_queue_is_bounded_and_dropping_a_request_makes_room() {
        let mut quota = Quota::new();
        let mut pending: Vec<_> =
            (0..IN_FLIGHT_MAX + QUEUED_MAX).map(|n| quota.enter(Some(n as u32), |_| true).map_err(|_| "full").expect("room")).collect();
        assert!(denied(&mut quota, Some(1)).starts_with("too many requests at a time"));
        pending.pop();
        assert_eq!(denied(&mut quota, Some(1)), "");
    }

    #[test]
    fn a_call_has_its_total_and_others_theirs() {
        let mut quota = Quota::new();
        for _ in 0..TOTAL_MAX {
            assert_eq!(denied(&mut quota, Some(7)), "");
        }
        assert!(denied(&mut quota, Some(7)).starts_with("1000 requests were made on behalf of one call"));
        assert_eq!(denied(&mut quota, Some(8)), "");
        for _ in 0..TOTAL_MAX {
            assert_eq!(denied(&mut quota, None), "");
        }
        assert!(denied(&mut quota, None).contains("while no call was open"));
    }

    #[test]
    fn calls_that_are_over_are_forgotten() {
        let mut quota = Quota::new();
        for call in 0..5000 {
            drop(quota.enter(Some(call), |other| other == call).map_err(|_| "full").expect("room"));
        }
        assert!(quota.by_call.len() <= 1024);
    }

    #[test]
    fn open_bodies_are_bounded() {
        let mut quota = Quota::new();
        let mut bodies: Vec<_> =
            (0..BODIES_MAX).map(|n| quota.enter(Some(n as u32), |_| true).map_err(|_| "full").expect("room").body()).collect();
        assert!(denied(&mut quota, Some(1)).contains("response bodies are open"));
        bodies.pop();
        assert_eq!(denied(&mut quota, Some(1)), "");
    }
}
