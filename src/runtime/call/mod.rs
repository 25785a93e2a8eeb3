//! A call inside the process: the message that travels from the caller to an instance and back, and the table of those an instance works on.
//!
//! `pool` makes calls, `worker` carries them, `ops` reads and answers them. Compiled twice: into the program, and into the build script beside `ops`.
//!
//! Invariant: every call is answered or dropped, and either way its caller wakes up and its slot is freed once.

pub mod batch;
mod in_flight;
mod job;
mod reply;

pub use batch::Reply;
pub use in_flight::{ByteStream, CALL_IDS, Charged, Exchanges, Inbound, OUTBOUND_CHUNKS, Outbound, OutboundBody};
pub use job::{CallStats, Job, Loss, Permit, Places};
pub use reply::ReplyTo;
