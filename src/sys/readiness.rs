//! Sockets that say when a connection waits, without accepting it.

use std::io;
use std::net::TcpListener;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Watches a listener that does not block. Must be called within a runtime.
///
/// # Errors
/// If the runtime cannot watch it.
#[allow(unsafe_code, reason = "the runtime relies on the descriptor staying open")]
pub fn watch(listener: TcpListener) -> io::Result<AsyncFd<TcpListener>> {
    // SAFETY: the `AsyncFd` owns the listener, which keeps its one descriptor open until it is dropped.
    let watched = unsafe { AsyncFd::register_with_interest(listener, Interest::READABLE) };
    watched.map_err(|error| error.into_parts().1)
}
