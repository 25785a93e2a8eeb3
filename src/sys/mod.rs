//! Calls of the operating system and the C library that the standard library does not have, behind safe functions.
//!
//! Every room uses it; it knows none of them.
//!
//! Invariant: all unsafe code that does not concern V8 lives here.

pub mod cpu_clock;
pub mod environment;
pub mod exit;
pub mod file_size;
pub mod freeze;
pub mod global_alloc;
pub mod helper_process;
pub mod inherited;
pub mod process_facts;
pub mod kernel;
pub mod malloc;
pub mod map_bound;
pub mod mapped_file;
pub mod process_memory;
pub mod readiness;
pub mod scheduling;
pub mod shared_memory;
pub mod thread;
pub mod wall_timer;
