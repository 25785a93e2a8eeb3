//! What lies between a socket and hyper: everything a client may do wrong before there is a request, and every wait for it.
//!
//! `connection` and the admin listener wrap their streams in a [`Gate`]; hyper reads and writes through it. In HTTP/1 the [`framer`] follows
//! where heads and bodies begin, [`head`] and [`chunks`] check them; in HTTP/2 the [`meter`] counts frames that carry nothing.
//!
//! Invariant: hyper sees only heads that have one reading, and no byte after one that has not; a client that does nothing is not waited for
//! longer than [`Patience`] says.

mod chunks;
mod frame_flood;
mod framer;
mod head;
mod rejection;
mod stream;
mod timeouts;

pub use head::{HEADERS_MAX, TARGET_BYTES_MAX, is_host};
pub use rejection::Rejection;
pub use stream::Gate;
pub use timeouts::{Busy, Patience};
