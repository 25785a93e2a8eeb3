//! The limits of one compile, and the errors of a source that exceeds one.
//!
//! `config` sets them; `child` holds them inside the process, and the process's owner holds the wall-clock time.
//!
//! Invariant: each error names its limit, the setting that changes it, and the amount that was used.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::CompileConfig;
use crate::release::compile::{CompileErrorKind, Diagnostic};

/// The wall-clock time of a compile, as a multiple of its CPU time: others may need the cores, and a disk may be slow.
const WALL_TIMES: u32 = 3;

/// Largest version that a compiler process returns, in bytes: the largest source, its source maps and the escapes of JSON.
pub(super) const OUTPUT_BYTES_MAX: usize = 96 << 20;

/// The limit that a compile has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReachedLimit {
    /// Memory, and the bytes that were used.
    Memory(u64),
    /// CPU time, and the milliseconds that were used.
    Cpu(u64),
    /// The size of the version, in bytes.
    Output(u64),
}

/// The longest time that a compile may take.
pub(super) fn wall(limits: &CompileConfig) -> Duration {
    limits.cpu * WALL_TIMES
}

/// The error of a source that reaches a limit.
pub(super) fn error(limits: &CompileConfig, reached: ReachedLimit) -> Diagnostic {
    let split = "split the module, or compute its constants when it runs";
    match reached {
        ReachedLimit::Memory(used) => {
            let most = limits.memory_bytes >> 20;
            limit(format!("compiling it takes more than {most} MB of memory (--compile-memory-mb): {} MB were used", used >> 20))
                .help(split)
        }
        ReachedLimit::Cpu(used) => {
            let most = limits.cpu.as_millis();
            limit(format!("compiling it takes more than {most} ms of CPU time (--compile-ms): {used} ms were used")).help(split)
        }
        ReachedLimit::Output(bytes) => {
            let (most, used) = (OUTPUT_BYTES_MAX >> 20, bytes.div_ceil(1 << 20));
            limit(format!("it compiles to more than {most} MB of code and source maps: {used} MB"))
        }
    }
}

fn limit(message: String) -> Diagnostic {
    Diagnostic::new(CompileErrorKind::Limit, message)
}
