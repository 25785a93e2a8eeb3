//! The counters behind `/metrics`: of each function, and of the process.
//!
//! Rooms count where something happens; `admin::metrics` reads everything at a scrape, and once a second for the history. There is no second
//! copy: what a room counts anyway for its own decisions is read there.
//!
//! Invariant: counting neither waits nor allocates, but at the first call of a function; labels come from closed lists and from the names of
//! functions that exist.

pub mod registry;
pub mod host;
pub mod function;
pub mod budget;
pub mod exact;
pub mod call;
pub mod labels;
pub mod histogram;
pub mod thread;
pub mod buckets;

pub use call::CallCount;
pub use function::FunctionMetrics;
pub use host::HOST;
pub use registry::FunctionRegistry;
