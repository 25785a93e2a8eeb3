//! The layer between a socket and hyper: it checks a client's bytes before there is a request, and bounds every wait for the client.
//!
//! `connection` and the admin listener wrap their streams in a [`HttpStream`]; hyper reads and writes through it. In HTTP/1 the [`framer`]
//! follows where heads and bodies begin, [`head`] and [`chunks`] check them; in HTTP/2 [`frame_flood`] counts frames that carry nothing.
//!
//! Invariant: hyper sees only heads that have one reading, and no byte after any other head; no wait for a client that does nothing is
//! longer than [`Timeouts`] allows.

mod stream;
mod framer;
mod head;
mod rejection;
mod chunks;
mod frame_flood;
mod timeouts;

pub use head::{HEADERS_MAX, TARGET_BYTES_MAX, is_host};
pub use rejection::Rejection;
pub use stream::HttpStream;
pub use timeouts::{ActiveRequests, Timeouts};
