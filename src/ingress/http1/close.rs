//! The end of a connection: what the client still sends is read and discarded for a while.
//!
//! A socket that is closed with unread bytes resets the connection, and the client may lose the last answer.
//!
//! Invariant: neither the time nor the bytes that a client sends without being heard are without a bound.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::socket::ClientSocket;
use crate::ingress::wire::{LINGER, LINGER_BYTES_MAX};

/// Closes the write side, and waits for the client to close its own if it is in the middle of something.
pub(super) async fn close<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut ClientSocket<S>, sends_more: bool) -> io::Result<()> {
    poll_fn(|cx| Pin::new(&mut socket.stream).poll_shutdown(cx)).await?;
    socket.waits.set(Instant::now() + LINGER);
    let mut bytes = 0;
    poll_fn(|cx| {
        loop {
            socket.input.clear();
            match socket.poll_fill(cx) {
                Poll::Ready(Ok(read)) if read > 0 && bytes < LINGER_BYTES_MAX => bytes += read,
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending if bytes == 0 && !sends_more => return Poll::Ready(()),
                Poll::Pending => return socket.waits.poll_due(cx),
            }
        }
    })
    .await;
    Ok(())
}
