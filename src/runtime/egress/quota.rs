//! How much one instance may ask of the network, and how much of it is in use.
//!
//! `fetch` asks before a request is made and while it waits; `mod` before a WebSocket connects.
//!
//! Invariant: whatever is in use is a guard somebody holds; a request that was refused holds none.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deno_error::JsErrorBox;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests that wait for the head of their answer.
pub(super) const IN_FLIGHT_MAX: usize = 32;
/// Requests that wait for one of those places.
pub(super) const QUEUED_MAX: usize = 256;
/// Answers whose body is neither read to its end, nor cancelled, nor collected: as many as may be asked for at once.
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

/// What is in use.
pub(super) struct Caps {
    places: Arc<Semaphore>,
    pending: Rc<()>,
    bodies: Arc<()>,
    /// Requests so far by call. Calls that are over are forgotten when the map is swept.
    by_call: HashMap<u32, u32>,
    idle_since: Instant,
    idle: u32,
}

/// A request that was let in: it holds its place in the queue until it is dropped.
pub(super) struct Pending {
    places: Arc<Semaphore>,
    bodies: Arc<()>,
    _pending: Rc<()>,
}

/// A body that is not yet at its end.
pub(super) struct OpenBody {
    _body: Arc<()>,
}

impl Caps {
    pub(super) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
            pending: Rc::new(()),
            bodies: Arc::new(()),
            by_call: HashMap::new(),
            idle_since: Instant::now(),
            idle: 0,
        }
    }

    /// Counts a request for its call (`None`: no call is open) and lets it into the queue, or says why not.
    pub(super) fn enter(&mut self, call: Option<u32>, is_open: impl Fn(u32) -> bool) -> Result<Pending, JsErrorBox> {
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
        Ok(Pending { places: self.places.clone(), bodies: self.bodies.clone(), _pending: self.pending.clone() })
    }
}

impl Pending {
    /// Waits for a place among the requests in flight; first come, first served.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().acquire_owned().await.ok()
    }

    /// The answer is here, and has a body.
    pub(super) fn body(self) -> OpenBody {
        OpenBody { _body: self.bodies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(caps: &mut Caps, call: Option<u32>) -> String {
        caps.enter(call, |_| true).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_queue_is_bounded_and_dropping_a_request_makes_room() {
        let mut caps = Caps::new();
        let mut pending: Vec<_> =
            (0..IN_FLIGHT_MAX + QUEUED_MAX).map(|n| caps.enter(Some(n as u32), |_| true).map_err(|_| "full").expect("room")).collect();
        assert!(refusal(&mut caps, Some(1)).starts_with("too many requests at a time"));
        pending.pop();
        assert_eq!(refusal(&mut caps, Some(1)), "");
    }

    #[test]
    fn a_call_has_its_total_and_others_theirs() {
        let mut caps = Caps::new();
        for _ in 0..TOTAL_MAX {
            assert_eq!(refusal(&mut caps, Some(7)), "");
        }
        assert!(refusal(&mut caps, Some(7)).starts_with("1000 requests were made on behalf of one call"));
        assert_eq!(refusal(&mut caps, Some(8)), "");
        for _ in 0..TOTAL_MAX {
            assert_eq!(refusal(&mut caps, None), "");
        }
        assert!(refusal(&mut caps, None).contains("while no call was open"));
    }

    #[test]
    fn calls_that_are_over_are_forgotten() {
        let mut caps = Caps::new();
        for call in 0..5000 {
            drop(caps.enter(Some(call), |other| other == call).map_err(|_| "full").expect("room"));
        }
        assert!(caps.by_call.len() <= 1024);
    }

    #[test]
    fn open_bodies_are_bounded() {
        let mut caps = Caps::new();
        let mut bodies: Vec<_> =
            (0..BODIES_MAX).map(|n| caps.enter(Some(n as u32), |_| true).map_err(|_| "full").expect("room").body()).collect();
        assert!(refusal(&mut caps, Some(1)).contains("response bodies are open"));
        bodies.pop();
        assert_eq!(refusal(&mut caps, Some(1)), "");
    }
}
