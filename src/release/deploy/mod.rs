//! Deploys: orders change deployed functions, each as a transaction that happens whole or not at all.
//!
//! `state_dir` reads what is deployed at start. `deployments` takes orders from the admin API and queues them, `transaction` carries one
//! out step by step, and `publish` makes its outcome live. `auto_rollback` watches a new version and orders its rollback.
//!
//! One engine writes at a time: the writer lock goes from the old engine of a hand-over to the fresh one, which then makes the last
//! releases of the old one live (`takeover`).
//!
//! Lock order: the state of `context` before the catalog's; the registry is locked alone. No lock is held across an `await`.
//!
//! Invariant: the state in memory is the one on the disk; a change is committed before it is live.

mod deployments;
mod auto_rollback;
mod transaction;
mod drain;
mod publish;
mod plan;
mod compile_step;
mod function;
mod staged;
mod rescale;
mod precheck;
mod takeover;
mod verification;
mod context;
pub(crate) mod registry;
mod state_dir;
mod stored;
pub mod order;
pub mod queue;
mod record;
pub mod counted;

pub use context::KEEP;
pub use deployments::Deployments;
pub use state_dir::{OpenError, StateDir};
