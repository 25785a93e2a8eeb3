//! Raw arguments: the flags and sub-commands of `skep`, as clap reads them from the command line and the environment.
//!
//! Read once by `main`; `resolve` turns the settings into a [`super::Config`], `command` and `client` carry the sub-commands out.
//!
//! Invariant: nothing here reads a file; each setting has one long flag, one `SKEP_…` variable and one key in the file, of one name.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use http::Method;

use super::client_args::RemoteCommand;
use super::default::*;
use super::metrics::MetricsSettings;
use super::operator_args::{ParseArgs, SystemdArgs, TokenArgs};
use super::value::LogStderr;
use super::value::{Header, LogFormatChoice, LogsPlace, Payload, Threads, parse_address};
use crate::function::Level;

const EXAMPLES: &str = "\
Examples:
  skep new hello              create a first function ...
  skep dev                    ... and serve it: http://127.0.0.1:8000/hello
  skep --listen 0.0.0.0:80    serve ./functions on every interface
  skep check --json           does every function load? For a build server
  skep invoke hello /world    call a function without a server
  skep import stack.yml       make functions of those of another platform

  skep deploy services/hello  release a function to a running `skep serve`
  skep ls                     what runs there; also show, versions, releases
  skep rollback hello         the version before is live again
  skep logs hello -f          its log; also top
  skep ls --to https://ops.example.com --token skep_...
                              the same on another machine

Every setting may also stand in the environment (SKEP_WARM=4) or in skep.toml
(warm = 4). A flag wins over the environment, the environment over the file,
the file over the default.

Exit codes:
  0  done                         6   requests still ran after the drain time
  1  a function failed            7   the state directory is unusable or damaged
  2  the command line is wrong    8   a release was undone
  3  the configuration is wrong   9   the server rejected the request or cannot be reached
  4  an address is taken          70  a bug in Skep
  5  the functions directory      130 Ctrl-C while a command waited
     is unusable";

/// Hosts functions: every folder in ./functions answers HTTP requests, each in an isolate, a thread and a heap of its own.
///
/// `skep` alone is `skep serve`.
#[derive(Debug, Parser)]
#[command(name = "skep", version, after_long_help = EXAMPLES, max_term_width = 120)]
pub(super) struct RawArgs {
    #[command(subcommand)]
    pub(super) command: Option<RawCommand>,
    #[command(flatten)]
    pub(super) settings: Settings,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum RawCommand {
    /// Serve the functions; `skep` without a command does the same.
    Serve,
    /// Serve the functions while they are written: hot reload, error pages with stacks, readable logs.
    Dev,
    /// Create a new function that works at once.
    New(NewArgs),
    /// Make functions of those of another platform: kubeless, OpenFaaS, Fission, Lambda, Netlify, Vercel, Supabase.
    Import(ImportArgs),
    /// Compile and load functions, each within its limits, without serving them.
    Check(CheckArgs),
    /// Call one function, without a server.
    Invoke(InvokeArgs),
    /// Create, list and remove tokens of the admin API, in the state directory of this machine.
    Token(TokenArgs),
    /// Move cloud functions of a Parse Server to Skep, and back.
    Parse(ParseArgs),
    /// Print the units for systemd.
    Systemd(SystemdArgs),
    #[command(flatten)]
    Remote(RemoteCommand),
}

/// `skep new`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct NewArgs {
    /// Name of the function: a-z, 0-9, `-` and `_`, also the first part of its address.
    #[arg(required_unless_present = "list_templates")]
    pub name: Option<String>,
    /// Template to start from; see --list-templates.
    #[arg(long, default_value = DEFAULT_TEMPLATE)]
    pub template: String,
    /// List the templates and create nothing.
    #[arg(long)]
    pub list_templates: bool,
    /// With --list-templates: as JSON.
    #[arg(long, requires = "list_templates")]
    pub json: bool,
}

/// `skep import`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ImportArgs {
    /// Files of the other platform: kubeless or Fission YAML, stack.yml, serverless.yml, a SAM template, netlify.toml, vercel.json,
    /// supabase/config.toml. Their content says which they are. A folder stands for the YAML files in it.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Directory for the functions; the --functions directory if left out.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The code of an object that takes it from an address, downloaded: Skep fetches nothing.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Replace functions that are there already, each as a whole.
    #[arg(long)]
    pub force: bool,
    /// Say what would be made, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print what became of every object as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `skep check`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CheckArgs {
    /// Functions to check; all of them if none is named.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `skep invoke`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct InvokeArgs {
    /// The function to call.
    pub name: String,
    /// Path and query as the function sees them.
    #[arg(default_value = "/")]
    pub path: String,
    /// Method; POST if there is data, GET otherwise.
    #[arg(long)]
    pub method: Option<Method>,
    /// A request header; may be given several times.
    #[arg(long = "header", value_name = "NAME:VALUE")]
    pub headers: Vec<Header>,
    /// Request body: a text, @FILE, or - for the standard input.
    #[arg(long, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    pub data: Option<Payload>,
    /// Pass the data, which is JSON, to a Lambda handler as its event: that of a queue or a bucket. What it returns is the answer, as JSON.
    #[arg(long, requires = "data")]
    pub raw_event: bool,
    /// Print status, headers, body and time as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Every setting, by the stage it is for. Each may also stand in the environment and, but for `config`, in the file.
#[derive(Clone, Debug, Args)]
pub(super) struct Settings {
    #[command(flatten)]
    pub(super) places: PlaceSettings,
    #[command(flatten)]
    pub(super) addresses: AddressSettings,
    #[command(flatten)]
    pub(super) connections: ConnectionSettings,
    #[command(flatten)]
    pub(super) instances: InstanceSettings,
    #[command(flatten)]
    pub(super) process: ProcessSettings,
    #[command(flatten)]
    pub(super) log: LogSettings,
    #[command(flatten)]
    pub(super) metrics: MetricsSettings,
    #[command(flatten)]
    pub(super) traces: TraceSettings,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Places")]
pub(super) struct PlaceSettings {
    /// Functions directory: a folder or a file for each function.
    #[arg(long, global = true, env = "SKEP_FUNCTIONS", value_name = "DIR", default_value = DEFAULT_FUNCTIONS)]
    pub(super) functions: PathBuf,
    /// State directory: the files that Skep itself writes.
    #[arg(long, global = true, env = "SKEP_STATE", value_name = "DIR", default_value = DEFAULT_STATE)]
    pub(super) state: PathBuf,
    /// Configuration file; must exist only if it is named.
    #[arg(long, global = true, env = "SKEP_CONFIG", value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub(super) config: PathBuf,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = ADDRESSES)]
pub(super) struct AddressSettings {
    /// Address where functions are called; port 0 takes a free one and prints it.
    #[arg(long, global = true, env = "SKEP_LISTEN", value_name = "IP:PORT", default_value_t = DEFAULT_LISTEN, value_parser = parse_address)]
    pub(super) listen: SocketAddr,
    /// Address of the admin API and of health checks, for `skep deploy` and the like. Not for the public.
    #[arg(long, global = true, env = "SKEP_ADMIN", value_name = "IP:PORT", default_value_t = DEFAULT_ADMIN, value_parser = parse_address)]
    pub(super) admin: SocketAddr,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = CONNECTIONS)]
pub(super) struct ConnectionSettings {
    /// Threads that read and write sockets: a number, or `cores` for one per core.
    #[arg(long, global = true, env = "SKEP_THREADS", value_name = "N", default_value_t = DEFAULT_THREADS)]
    pub(super) threads: Threads,
    /// Connections open at a time; more wait to be accepted.
    #[arg(long, global = true, env = "SKEP_MAX_CONNECTIONS", value_name = "N", default_value_t = DEFAULT_MAX_CONNECTIONS)]
    pub(super) max_connections: u64,
    /// Connections open at a time from one address (in IPv6, one /64 network); more are closed. 0: no such limit.
    #[arg(long, global = true, env = "SKEP_MAX_CONNECTIONS_PER_ADDRESS", value_name = "N", default_value_t = DEFAULT_MAX_CONNECTIONS_PER_ADDRESS)]
    pub(super) max_connections_per_address: u64,
    /// Largest request head, in KB.
    #[arg(long, global = true, env = "SKEP_MAX_HEADER_KB", value_name = "KB", default_value_t = DEFAULT_MAX_HEADER_KB)]
    pub(super) max_header_kb: u64,
    /// Longest time for a request head to arrive, from its first byte, in seconds.
    #[arg(long, global = true, env = "SKEP_HEADER_TIMEOUT_S", value_name = "S", default_value_t = DEFAULT_HEADER_TIMEOUT_S)]
    pub(super) header_timeout_s: u64,
    /// Longest time a connection stays open between requests, in seconds.
    #[arg(long, global = true, env = "SKEP_KEEP_ALIVE_S", value_name = "S", default_value_t = DEFAULT_KEEP_ALIVE_S)]
    pub(super) keep_alive_s: u64,
    /// Longest time a client may pause while it sends a body or reads an answer, in seconds.
    #[arg(long, global = true, env = "SKEP_BODY_TIMEOUT_S", value_name = "S", default_value_t = DEFAULT_BODY_TIMEOUT_S)]
    pub(super) body_timeout_s: u64,
    /// Longest wait at shutdown for requests in flight, in seconds.
    #[arg(long, global = true, env = "SKEP_DRAIN_S", value_name = "S", default_value_t = DEFAULT_DRAIN_S)]
    pub(super) drain_s: u64,
    /// Believe incoming x-forwarded-* headers; only behind a proxy that sets them.
    #[arg(long, global = true, env = "SKEP_TRUST_PROXY", value_name = "BOOL", default_value_t = DEFAULT_TRUST_PROXY,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    pub(super) trust_proxy: bool,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = INSTANCES)]
pub(super) struct InstanceSettings {
    /// Isolates kept prewarmed for functions that are called for the first time.
    #[arg(long, global = true, env = "SKEP_WARM", value_name = "N", default_value_t = DEFAULT_WARM)]
    pub(super) warm: u64,
    /// Instances alive at a time, of all functions together.
    #[arg(long, global = true, env = "SKEP_MAX_INSTANCES", value_name = "N", default_value_t = DEFAULT_MAX_INSTANCES)]
    pub(super) max_instances: u64,
    /// Memory the process may use before idle instances are ended and new ones rejected, in megabytes; 0 is three quarters of the
    /// machine's, or less if `vm.max_map_count` allows less.
    #[arg(long, global = true, env = "SKEP_HOST_MEMORY_MB", value_name = "MB", default_value_t = DEFAULT_HOST_MEMORY_MB)]
    pub(super) host_memory_mb: u64,
    /// CPU time a function may use to load, in milliseconds.
    #[arg(long, global = true, env = "SKEP_BOOT_CPU_MS", value_name = "MS", default_value_t = DEFAULT_BOOT_CPU_MS)]
    pub(super) boot_cpu_ms: u64,
    /// Wall-clock time a function may take to load, in milliseconds.
    #[arg(long, global = true, env = "SKEP_BOOT_WALL_MS", value_name = "MS", default_value_t = DEFAULT_BOOT_WALL_MS)]
    pub(super) boot_wall_ms: u64,
    /// Memory that compiling a function may take, in megabytes, in a process of its own.
    #[arg(long, global = true, env = "SKEP_COMPILE_MEMORY_MB", value_name = "MB", default_value_t = DEFAULT_COMPILE_MEMORY_MB)]
    pub(super) compile_memory_mb: u64,
    /// CPU time that compiling a function may take, in milliseconds; it may take three times that on the clock.
    #[arg(long, global = true, env = "SKEP_COMPILE_MS", value_name = "MS", default_value_t = DEFAULT_COMPILE_MS)]
    pub(super) compile_ms: u64,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = PROCESSES)]
pub(super) struct ProcessSettings {
    /// Serve in one process, without a supervisor: if the engine dies, the host ends. `skep dev` always does.
    #[arg(long, global = true, env = "SKEP_SINGLE_PROCESS", value_name = "BOOL", default_value_t = DEFAULT_SINGLE_PROCESS,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    pub(super) single_process: bool,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = LOGS)]
pub(super) struct LogSettings {
    /// Least important log line that is written.
    #[arg(long, global = true, env = "SKEP_LOG_LEVEL", value_name = "LEVEL", value_enum, default_value_t = DEFAULT_LOG_LEVEL)]
    pub(super) log_level: Level,
    /// Form of log lines; `auto` is pretty in dev and json otherwise.
    #[arg(long, global = true, env = "SKEP_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = DEFAULT_LOG_FORMAT)]
    pub(super) log_format: LogFormatChoice,
    /// Log lines on standard error: `all`, those of the `host` without those of functions and requests, or `none`.
    #[arg(long, global = true, env = "SKEP_LOG_STDERR", value_name = "LINES", value_enum, default_value_t = DEFAULT_LOG_STDERR)]
    pub(super) log_stderr: LogStderr,
    /// Log folder, with a folder for each function; `auto` is `logs` in the state directory, and none in dev; `none` keeps lines in memory alone.
    #[arg(long, global = true, env = "SKEP_LOGS", value_name = "DIR", default_value_t = LogsPlace::Auto)]
    pub(super) logs: LogsPlace,
    /// Days for which lines are kept in the log folder.
    #[arg(long, global = true, env = "SKEP_LOGS_DAYS", value_name = "DAYS", default_value_t = DEFAULT_LOGS_DAYS)]
    pub(super) logs_days: u64,
    /// Megabytes that the files of one function may have in the log folder; the oldest go first.
    #[arg(long, global = true, env = "SKEP_LOGS_FUNCTION_MB", value_name = "MB", default_value_t = DEFAULT_LOGS_FUNCTION_MB)]
    pub(super) logs_function_mb: u64,
    /// Megabytes that all files may have in the log folder. In any case 5 % of its disk stay free.
    #[arg(long, global = true, env = "SKEP_LOGS_TOTAL_MB", value_name = "MB", default_value_t = DEFAULT_LOGS_TOTAL_MB)]
    pub(super) logs_total_mb: u64,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = LOGS)]
pub(super) struct TraceSettings {
    /// Memory for the traces that are kept: faults, errors, slow calls and some others, in MB. 0: none is kept.
    #[arg(long, global = true, env = "SKEP_TRACES_MB", value_name = "MB", default_value_t = DEFAULT_TRACES_MB)]
    pub(super) traces_mb: u64,
    /// Ordinary traces of one function that are kept in a second.
    #[arg(long, global = true, env = "SKEP_TRACES_RATE", value_name = "N", default_value_t = DEFAULT_TRACES_RATE)]
    pub(super) traces_rate: u64,
    /// Time after which a call is slow, and its trace kept, in milliseconds.
    #[arg(long, global = true, env = "SKEP_TRACES_SLOW_MS", value_name = "MS", default_value_t = DEFAULT_TRACES_SLOW_MS)]
    pub(super) traces_slow_ms: u64,
}

/// Headings that some commands leave out of their help, because they use none of the settings below them.
pub(super) const ADDRESSES: &str = "Addresses";
pub(super) const CONNECTIONS: &str = "Connections";
pub(super) const INSTANCES: &str = "Instances";
pub(super) const PROCESSES: &str = "Processes";
pub(super) const LOGS: &str = "Logs";
