//! Jobs of Parse applications: a caller has its answer at once, and the host calls the function for the job itself.
//!
//! `handle` is what instances ask through the host: it notes a job (`record`) and orders its call. `runner` is the thread that makes the calls
//! through `invoke`, under the limits of `[parse]`, and writes every state to the state folder (`store`), where the next process reads it.
//!
//! Invariant: a job that was accepted has an end in its record: what its function returns or throws, the fault of its call, or that the host
//! was stopped.

mod runner;
mod handle;
mod store;
mod record;

pub use handle::{JobOrder, JobRefusal, Jobs};
pub use record::JobStatus;
pub use runner::{JobsDeps, message_of, start};
