//! The resolved configuration: the settings of each stage.
//!
//! Built by `resolve`; `app` hands its parts out.
//!
//! Invariant: plain values, all of them in range.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::metrics::MetricsConfig;
use super::value::LogStderr;
use crate::function::Level;
use crate::function::route::Grant;

/// Everything the process needs to know, final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whom this process serves.
    pub mode: Mode,
    /// Functions directory.
    pub functions: PathBuf,
    /// State directory, for the files that Skep itself writes.
    pub state: PathBuf,
    /// Address where functions are called; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Address where Skep is operated; port 0 takes a free one.
    pub admin: SocketAddr,
    /// The requests that the operator reserves for functions.
    pub grants: Arc<[Grant]>,
    /// For `ingress`.
    pub ingress: IngressConfig,
    /// For `runtime`.
    pub pool: PoolConfig,
    /// For `release::compiler`.
    pub compile: CompileConfig,
    /// Whether the host serves without a supervisor.
    pub single_process: bool,
    /// For `telemetry`.
    pub log: LogConfig,
    /// For `telemetry::metrics`, and for `admin`, which shows them.
    pub metrics: MetricsConfig,
    /// For `telemetry::traces`.
    pub traces: TracesConfig,
}

/// Whom the process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Clients: stable, silent about code.
    Serve,
    /// The author of a function: hot reload, stacks in answers.
    Dev,
}

/// The limits of `ingress` for connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressConfig {
    /// Threads that read and write sockets.
    pub threads: NonZeroUsize,
    /// Connections open at a time.
    pub max_connections: usize,
    /// Connections open at a time from one address; 0: no such limit.
    pub max_connections_per_address: usize,
    /// Largest request head.
    pub max_header_bytes: usize,
    /// Longest time for a request head to arrive.
    pub header_timeout: Duration,
    /// Longest time a connection stays open between requests.
    pub keep_alive: Duration,
    /// Longest time a client may pause while it sends a body or reads an answer.
    pub body_timeout: Duration,
    /// Longest wait at shutdown for requests in flight.
    pub drain: Duration,
    /// Whether incoming `x-forwarded-*` headers are believed.
    pub trust_proxy: bool,
}

/// The limits of `runtime` for all functions together, and for each while it loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Isolates kept prewarmed.
    pub warm: usize,
    /// Instances alive at a time, of all functions together.
    pub max_instances: usize,
    /// The limit of the kernel for which `max_instances` is less than what was asked for.
    pub lowered_by: Option<&'static str>,
    /// Memory the process may use before idle instances are ended and new ones rejected, in bytes.
    pub memory_bytes: u64,
    /// CPU time a function may use to load.
    pub boot_cpu: Duration,
    /// Wall-clock time a function may take to load.
    pub boot_wall: Duration,
}

/// The limits of `release::compiler` for each function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileConfig {
    /// Memory of the process that compiles it, in bytes.
    pub memory_bytes: u64,
    /// CPU time.
    pub cpu: Duration,
}

/// How the process writes its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// The least important line that is written.
    pub level: Level,
    /// The form of each line.
    pub format: LogFormat,
    /// The lines on standard error.
    pub stderr: LogStderr,
    /// The log folder; `None`: lines are kept in memory alone.
    pub folder: Option<PathBuf>,
    /// Days for which lines are kept.
    pub days: u32,
    /// Bytes of one function's files.
    pub function_bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
}

/// Settings of the traces that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TracesConfig {
    /// Bytes of the ring; 0: no trace is kept.
    pub bytes: usize,
    /// Ordinary traces of one function that are kept in a second.
    pub per_second: u32,
    /// A call that takes longer is slow.
    pub slow: Duration,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// For people.
    Pretty,
}
