//! The runtime: which instance takes a call, the instance's thread, its isolate, and the host calls of its JavaScript.
//!
//! `invoke` sends calls to the pools that `live` holds; `release` brings the versions. Answers go back to the caller that waits for them.
//!
//! The rooms, in the order of the flow:
//!
//! - `pool`: the instances of one version: admission, scaling, drain.
//! - `fleet`: all pools together: the host's budget, prewarmed isolates, the sweep.
//! - `worker`: one OS thread with one isolate: mailbox, event loop, watchdog.
//! - `containment`: the acts against functions that misbehaved, counted per level; the probe of the process.
//! - `isolate`: V8: snapshot, module loader, heap, samples, termination.
//! - `egress`: every connection that a function makes.
//! - `ops`: the host calls of JavaScript.
//! - `call`: the messages between a caller and an instance, and the table of the calls in flight.
//! - `limits`: decisions about CPU time and memory, without V8 and without a clock.
//!
//! Invariant: only `isolate`, `egress` and `ops` name deno_core or V8.
//!
//! # Lock order
//!
//! Every lock of the runtime stands in one of these lines. A thread that holds a lock takes only locks of later lines.
//!
//! 1. The state of a pool (`Pool::state`). Under it, a pool takes workers and sends commands. The budget evicts an instance of another pool
//!    under it; it takes that pool's state with `try_lock` and never waits for it.
//! 2. `Fleet::prewarmed`, `Fleet::members`, `Fleet::served`, the watchdog's list (`Watchdog::watched`) and the queue of a mailbox (`Mailbox::queue`): taken
//!    under a pool's state or alone, and never two of them at a time. `worker::spawn` takes the watchdog's list under the state of the pool
//!    that needs the worker.
//! 3. The weight of a thread (`CpuWeight` in `sys::scheduling`): taken under the watchdog's list, or alone by the thread itself.
//!
//! These locks are taken while no other lock of the runtime is held, and released before the next one is taken: `Handle::listener`,
//! `ReplyBatch::queue`, `AnswerBytes::functions`, the permits for headroom (`PERMITS` in `limits::headroom`), the entries of
//! `isolate::code_cache`, and `THROTTLE` in `containment::guard_hits`.
//!
//! Three are taken under any lock, and nothing is taken under them: the quarantine of `process`, `FROZEN` in `containment::frozen`, and the list of
//! functions in `telemetry::metrics`. The
//! quarantine calls the fleet after its own lock is released, and its caller holds none.
//!
//! Three rules follow:
//!
//! - The fleet calls a pool only after it has released its own locks.
//! - Dropping a [`Permit`](call::Permit) takes the state of its pool. So no permit is dropped under a lock: it is voided first, or its call
//!   is moved out of the queue and dropped later.
//! - A listener is called only after `Handle::listener` is released, because a pool's listener takes the state of the pool.
//!
//! One path breaks the order. If `worker::abandon` cannot spawn its thread, the watchdog answers the calls of the frozen worker while it
//! holds its list: there it takes that worker's mailbox and listener, `PERMITS`, and the state of its pool.

pub mod pool;
pub mod fleet;
pub mod worker;
pub mod isolate;
pub mod containment;
pub mod egress;
pub mod ops;
pub mod call;
pub mod limits;
