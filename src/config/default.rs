//! Defaults: the values of settings that neither flag, environment nor file names.
//!
//! Read by `args`, which shows them in the help, and so by `resolve`.
//!
//! Invariant: every default of the host stands here, with its unit; defaults of a function stand in `function::limits`.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use super::value::{LogFormatChoice, LogStderr, Threads};
use crate::function::Level;

/// Functions directory.
pub const DEFAULT_FUNCTIONS: &str = "functions";
/// State directory, for the files that Skep itself writes: compiled versions, history.
pub const DEFAULT_STATE: &str = ".skep";
/// Configuration file, which need not exist.
pub const DEFAULT_CONFIG: &str = "skep.toml";
/// Address where functions are called: this machine alone, until the operator decides otherwise.
pub const DEFAULT_LISTEN: SocketAddr = local(8000);
/// Address where Skep is operated.
pub const DEFAULT_ADMIN: SocketAddr = local(8001);

/// Connections open at a time.
pub const DEFAULT_MAX_CONNECTIONS: u64 = 10_000;
/// Connections open at a time from one address; 0 is no limit. Generous: a proxy in front, or a household, is one address.
pub const DEFAULT_MAX_CONNECTIONS_PER_ADDRESS: u64 = 1024;
/// Largest request head, in kilobytes of 1024 bytes.
pub const DEFAULT_MAX_HEADER_KB: u64 = 32;
/// Longest time a request head may take to arrive, in seconds.
pub const DEFAULT_HEADER_TIMEOUT_S: u64 = 10;
/// Longest time a connection may stay open between requests, in seconds.
pub const DEFAULT_KEEP_ALIVE_S: u64 = 60;
/// Longest time a client may pause while it sends a body or reads an answer, in seconds.
pub const DEFAULT_BODY_TIMEOUT_S: u64 = 30;
/// Longest time requests in flight are waited for at shutdown, in seconds.
pub const DEFAULT_DRAIN_S: u64 = 30;
/// Whether incoming `x-forwarded-*` headers are believed.
pub const DEFAULT_TRUST_PROXY: bool = false;

/// Threads that read and write sockets.
pub const DEFAULT_THREADS: Threads = Threads::Cores;
/// Prewarmed isolates kept ready, so that a first request need not wait for one to start.
pub const DEFAULT_WARM: u64 = 2;
/// Instances alive at a time, of all functions together.
pub const DEFAULT_MAX_INSTANCES: u64 = 1024;
/// Memory the process may use, in megabytes; 0 is three quarters of what the machine (or the control group) has, or less if
/// `vm.max_map_count` allows less.
pub const DEFAULT_HOST_MEMORY_MB: u64 = 0;
/// CPU time a function's modules may use while they load, in milliseconds.
pub const DEFAULT_BOOT_CPU_MS: u64 = 1000;
/// Wall-clock time a function's modules may take to load, in milliseconds.
pub const DEFAULT_BOOT_WALL_MS: u64 = 5000;
/// See `--compile-memory-mb`: twice what the largest module takes that the compiler lets through, 3.2 MB of TypeScript.
pub const DEFAULT_COMPILE_MEMORY_MB: u64 = 512;
/// See `--compile-ms`: twice what that module takes.
pub const DEFAULT_COMPILE_MS: u64 = 10_000;
/// Some thousands of traces.
pub const DEFAULT_TRACES_MB: u64 = 32;
/// Enough to see what a function usually does.
pub const DEFAULT_TRACES_RATE: u64 = 10;
/// A second.
pub const DEFAULT_TRACES_SLOW_MS: u64 = 1_000;

/// Whether there is no supervisor.
pub const DEFAULT_SINGLE_PROCESS: bool = false;

/// Least important log line that is still written.
pub const DEFAULT_LOG_LEVEL: Level = Level::Info;
/// Form of log lines: `json` in serve, `pretty` in dev.
pub const DEFAULT_LOG_FORMAT: LogFormatChoice = LogFormatChoice::Auto;

/// Series of all functions together in `/metrics`, counted as its text form has them.
pub const DEFAULT_METRICS_SERIES: u64 = 160_000;
/// Memory of the history of the metrics, in megabytes; 0: none is kept.
pub const DEFAULT_HISTORY_MB: u64 = 32;
/// Log lines on standard error.
pub const DEFAULT_LOG_STDERR: LogStderr = LogStderr::All;
/// Days for which lines are kept.
pub const DEFAULT_LOGS_DAYS: u64 = 7;
/// Megabytes of one function's lines.
pub const DEFAULT_LOGS_FUNCTION_MB: u64 = 64;
/// Megabytes of all lines.
pub const DEFAULT_LOGS_TOTAL_MB: u64 = 2048;

/// Template that `skep new` starts from.
pub const DEFAULT_TEMPLATE: &str = "typescript";

const fn local(port: u16) -> SocketAddr {
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
}
