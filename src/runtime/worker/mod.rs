//! One OS thread with one isolate: an instance, or a prewarmed isolate that waits to become one.
//!
//! `pool` spawns workers and sends them commands; answers leave through the in-flight table, events through [`InstanceListener`].
//!
//! Invariant: [`Handle`] may be held anywhere, the isolate never leaves its thread, and the listener is
//! notified of the end exactly once.

pub mod watchdog;
mod abandon;
pub mod probe;
pub mod stand_in;
mod event_loop;
mod turn;
mod isolate_api;
mod boot;
mod cold_start;
mod panic_barrier;
mod faults;
mod handle;
mod mailbox;

use std::io;
use std::sync::Arc;

use crate::runtime::ops::HostApi;

pub use handle::{BootLimits, BootRequest, Exit, Handle, InstanceListener, PREWARMED_HEAP_BYTES, WorkerCommand};

/// V8 takes 984 KiB of it; the rest is for native recursion. Virtual: pages are touched as they are used.
const STACK_BYTES: usize = 8 << 20;

/// Starts a worker with a prewarmed isolate. `on_gone` is called when its thread ends.
///
/// # Errors
/// If the system cannot spawn a thread.
pub fn spawn(host: Arc<dyn HostApi>, heap_bytes: usize, on_gone: Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Handle>> {
    let handle = Handle::new(host, on_gone);
    let inner = handle.clone();
    std::thread::Builder::new()
        .name("skep prewarmed".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || event_loop::run(&inner, |left| event_loop::live(&inner, heap_bytes, left)))?;
    watchdog::watch(&handle);
    Ok(handle)
}
