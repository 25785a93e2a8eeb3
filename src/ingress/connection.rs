//! One connection: HTTP/1, or HTTP/2 with prior knowledge, from accept to close.
//!
//! Streams come from `listener`; each request goes to `dispatch`.
//!
//! Invariant: every wait for the client has a bound; a drain lets the running requests finish. A shutdown closes what is idle; a hand-over
//! cannot in HTTP/1, or it would lose the request that is on its way just then.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::dispatch::Dispatch;
use super::http1::{self, Served};
use super::http2::{self, Http2Context};
use super::request::Peer;
use super::wire::Timeouts;
use crate::config::IngressConfig;
use crate::shutdown::Drained;
use crate::telemetry::metrics::HOST;
use crate::telemetry::metrics::host::OpenConnection;
use crate::telemetry::metrics::labels::ConnectionEnd;

/// Serves a connection until it closes.
pub(crate) async fn serve(
    stream: TcpStream,
    peer: Peer,
    config: IngressConfig,
    (dispatch, mut open): (Arc<Dispatch>, OpenConnection),
    drained: Drained,
) {
    let timeouts = timeouts(&config);
    let served = {
        let (dispatch, drained) = (&*dispatch, &drained);
        http1::serve(stream, timeouts, drained, move |head, body| dispatch.answer(head, body, peer, drained)).await
    };
    let ended = match served {
        Ok(Served::Whole) => Ok(()),
        // Boxed: hardly any connection needs the room.
        Ok(Served::Http2(stream, read)) => {
            open.is_http2();
            Box::pin(http2::serve(stream, read, timeouts, Http2Context { dispatch, drained, peer, config })).await
        }
        Err(error) => Err(error),
    };
    HOST.connection_ended(end_of(&ended));
    if let Err(error) = ended {
        // Clients that vanish or send nonsense are ordinary.
        tracing::debug!(remote = %peer.remote, %error, "connection failed");
    }
}

fn end_of(ended: &io::Result<()>) -> ConnectionEnd {
    match ended {
        Ok(()) => ConnectionEnd::Closed,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => ConnectionEnd::Timeout,
        Err(_) => ConnectionEnd::ClientLeft,
    }
}

fn timeouts(config: &IngressConfig) -> Timeouts {
    Timeouts {
        head: config.header_timeout,
        idle: config.keep_alive,
        write: config.body_timeout,
        // Twice the limit: the client of a head just over it learns the size of the head and the limit.
        head_bytes: config.max_header_bytes * 2,
    }
}
