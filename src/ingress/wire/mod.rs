//! A client's bytes before there is a request: they are checked, and every wait for the client has a bound.
//!
//! [`head`] and [`chunks`] read HTTP/1 as bytes; `http1` makes requests of it. Where hyper reads (HTTP/2, the admin listener), the stream is
//! a [`HttpStream`]: in HTTP/1 its [`framer`] follows where heads and bodies begin; in HTTP/2 [`frame_flood`] counts frames that carry
//! nothing.
//!
//! Invariant: a head has one reading, and no byte after any other head is read; no wait for a client that does nothing is longer than
//! [`Timeouts`] allows.

mod stream;
mod framer;
mod head;
mod rejection;
mod chunks;
mod frame_flood;
mod timeouts;
mod charset;

pub use chunks::{ChunkProgress, Chunks};
pub use head::{BodyFraming, HEADERS_MAX, TARGET_BYTES_MAX, WireHead, is_host, read_head};
pub use rejection::{METHOD, Rejection};
pub use stream::{HttpStream, LINGER, LINGER_BYTES_MAX, PREFACE};
pub use timeouts::{ActiveRequests, Timeouts};
