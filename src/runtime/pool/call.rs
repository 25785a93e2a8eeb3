//! One call, from admission to the last byte of its answer.
//!
//! The caller awaits [`Pool::call`]. Dropping that future, or the body of the answer, notifies the instance that the caller left.
//!
//! Invariant: `wall_ms` is kept here, on the caller's side, so that no JavaScript can hold a caller longer.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt as _;
use http_body::Frame;

use super::Pool;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, BodyError, Request};
use crate::runtime::call::{CallStats, Permit, QueuedInvocation, Reply, ReplyTo, deadlines};

/// A call's answer and its costs.
pub struct CallOutcome {
    /// The answer or the fault.
    pub reply: Reply,
    /// Costs; still growing while the body streams.
    pub stats: Arc<CallStats>,
}

impl Pool {
    /// Calls the function. The answer's head comes within `wall_ms`, or a fault does. A call that was lost because of another one is sent
    /// once more, if it is safe (RFC 9110, section 9.2.1) and has no body.
    pub async fn call(self: Arc<Self>, request: Arc<Request>, body: Body) -> CallOutcome {
        let may_repeat = matches!(body, Body::Empty) && request.method.is_safe();
        let wall = request.own_wall().unwrap_or(self.version.manifest.limits.wall);
        let admitted = Instant::now();
        let until = admitted + wall;
        let mut called = self.clone().call_once(request.clone(), body, admitted, (wall, until)).await;
        if may_repeat && called.reply.as_ref().is_err_and(|fault| fault.kind() == Kind::InstanceLost) {
            tracing::debug!(function = %self.version.function, request_id = &*request.request_id, "a lost call is sent again");
            called = self.clone().call_once(request, Body::Empty, Instant::now(), (wall, until)).await;
        }
        called
    }

    /// Counts an answer as traffic.
    pub fn count(&self, reply: &Reply) {
        self.counters.note(reply);
    }

    async fn call_once(
        self: Arc<Self>,
        request: Arc<Request>,
        body: Body,
        admitted: Instant,
        (wall, until): (Duration, Instant),
    ) -> CallOutcome {
        let (reply, mut reply_rx) = ReplyTo::channel();
        let stats = Arc::new(CallStats::default());
        let invocation = QueuedInvocation { request, body, reply, stats: stats.clone(), admitted, permit: Permit::default() };
        if let Err(fault) = self.admit(invocation) {
            return CallOutcome { reply: Err(fault), stats };
        }
        let mut caller = CallerGuard { pool: self, stats: stats.clone(), present: true };
        let answered = poll_fn(|cx| match reply_rx.poll_unpin(cx) {
            Poll::Ready(answered) => Poll::Ready(Ok(answered)),
            Poll::Pending => stats.lost_signal.poll(cx).map(Err),
        });
        let reply = match deadlines::within(until, answered).await {
            Some(Ok(Ok(reply))) => caller.settle(reply),
            Some(Ok(Err(_dropped))) => {
                caller.present = false;
                Err(Fault::new(Kind::InstanceLost, "the instance ended before it answered"))
            }
            Some(Err(fault)) => {
                caller.present = false;
                Err(fault)
            }
            None => Err(Fault::new(Kind::WallLimit, "the function did not answer within wall_ms")
                .with_limit(format!("{} ms", wall.as_millis()), format!("> {} ms", wall.as_millis()))),
        };
        CallOutcome { reply, stats }
    }
}

/// Notifies the instance when the caller leaves.
struct CallerGuard {
    pool: Arc<Pool>,
    stats: Arc<CallStats>,
    present: bool,
}

impl CallerGuard {
    /// The answer is here. A body that streams keeps the caller present until it ends.
    fn settle(mut self, reply: Reply) -> Reply {
        let mut response = reply.inspect_err(|_| self.present = false)?;
        match std::mem::take(&mut response.body) {
            Body::Stream(body) => response.body = Body::Stream(Box::pin(WatchedBody { body, caller: self })),
            whole => {
                response.body = whole;
                self.present = false;
            }
        }
        Ok(response)
    }
}

impl Drop for CallerGuard {
    fn drop(&mut self) {
        if self.present {
            self.pool.cancel(&self.stats);
        }
    }
}

/// A streaming body whose drop before its end means that the caller left.
struct WatchedBody {
    body: Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>,
    caller: CallerGuard,
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut polled = self.body.as_mut().poll_frame(cx);
        if polled.is_pending()
            && let Poll::Ready(fault) = self.caller.stats.lost_signal.poll(cx)
        {
            polled = Poll::Ready(Some(Err(fault.into())));
        }
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.caller.present = false;
        }
        polled
    }
}
