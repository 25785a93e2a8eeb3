//! A call inside the process: the message from a caller to an instance and back, and the table of the calls that an instance works on.
//!
//! `pool` creates calls, `worker` carries them, `ops` reads and answers them. The room is compiled twice: into the program, and into
//! the build script beside `ops`.
//!
//! Invariant: every call is answered or dropped, and either way its caller wakes up and its slot is freed once.

mod in_flight;
mod job;
mod reply;
mod answer_bytes;
mod kept_bytes;
pub mod batch;
pub mod deadlines;

pub use answer_bytes::{AnswerBytes, FunctionBytes, StreamBytes, UNCOUNTED_BYTES};
pub use batch::Reply;
pub use in_flight::{ByteStream, CALL_IDS, InFlightTable, Inbound, InboundRefused, OUTBOUND_CHUNKS, Outbound, OutboundBody, Overruns};
pub use job::{CallSpans, CallStats, FaultListener, LostSignal, Permit, QueuedInvocation, Slots};
pub use kept_bytes::{ByteKeeper, KeptBytes};
pub use reply::ReplyTo;
