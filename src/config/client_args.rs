//! Raw arguments of the commands that talk to a running Skep.
//!
//! Part of `args`; `client` carries the commands out.
//!
//! Invariant: nothing is checked here that the server has to check.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use crate::config::value::{Moment, Percent, VariableChange};
use crate::function::Level;

/// The commands that operate a running Skep.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum RemoteCommand {
    /// Release functions to a running Skep: compiled here, sent, checked there, and live without a lost request.
    Deploy(DeployArgs),
    /// List the functions of a running Skep.
    Ls(ListArgs),
    /// Show everything about one function.
    Show(NamedArgs),
    /// List the versions of a function that are kept.
    Versions(NamedArgs),
    /// List releases, show one with its steps, or cancel one.
    Releases(ReleasesArgs),
    /// Make a kept version live again; without VERSION the one before.
    Rollback(RollbackArgs),
    /// Give the candidate of a function another part of the calls, make it live, or drop it.
    Canary(CanaryArgs),
    /// Show or change the scale of a function, without a release.
    Scale(ScaleArgs),
    /// List the instances of a function, or recycle one.
    Instances(InstancesArgs),
    /// List the schedules of functions, run one now, pause or resume one.
    #[command(subcommand)]
    Cron(CronCommand),
    /// List, set and remove variables of a function.
    Env(VariablesArgs),
    /// The same for variables whose values only the function can read.
    Secret(VariablesArgs),
    /// Follow the log from now on, of all functions or one, until Ctrl-C; or show what is kept of it.
    Logs(LogsArgs),
    /// List the traces that are kept: faults, errors, slow calls, and some others.
    Traces(TracesArgs),
    /// Show one trace: what its calls did, and when.
    Trace(TraceArgs),
    /// List faults by function, kind and place in the code, those that came last first.
    Faults(FaultsArgs),
    /// Show the activity of each function, second by second, until q or Ctrl-C.
    Top(TopArgs),
    /// Print the address of the dashboard, and open it in a browser.
    Ui(UiArgs),
    /// Remove deployed functions with all their versions.
    Rm(RmArgs),
    /// Hand over to a fresh engine, started from the program's file as it is now.
    Upgrade(ListArgs),
    /// Check every version that is kept against its checksum.
    Verify(ListArgs),
}

/// The server, and the form of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// The admin address of a Skep as a URL, or the name of a profile in skep/servers.toml below $XDG_CONFIG_HOME or ~/.config; left out,
    /// the --admin address of this machine.
    #[arg(long, env = "SKEP_TO", hide_env_values = true, value_name = "URL|PROFILE")]
    pub to: Option<String>,
    /// The secret that `skep token add` has shown; wins over the profile's.
    #[arg(long, env = "SKEP_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Print the result as JSON, and nothing else on standard output.
    #[arg(long)]
    pub json: bool,
}

/// A command without arguments of its own.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ListArgs {
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep ui`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct UiArgs {
    /// Only print the address.
    #[arg(long)]
    pub no_open: bool,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// A command about one function.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct NamedArgs {
    /// The function.
    pub name: String,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// The arguments of every command that releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct WaitArgs {
    /// Do not wait for the completion of the release.
    #[arg(long)]
    pub no_wait: bool,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep deploy`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct DeployArgs {
    /// Folders of functions, or single files, as a functions directory holds them; the `_` folders beside them that they import go along.
    #[arg(required = true, value_name = "DIR")]
    pub sources: Vec<PathBuf>,
    /// One release for all of them: all become live, or none.
    #[arg(long)]
    pub group: bool,
    /// Make each a candidate that gets this part of the calls, beside the live version.
    #[arg(long, value_name = "PERCENT")]
    pub canary: Option<Percent>,
    /// Callers with the same value stay on one side: header:NAME or cookie:NAME.
    #[arg(long, value_name = "header:NAME|cookie:NAME", requires = "canary")]
    pub sticky: Option<String>,
    /// Note to keep with the release.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Waiting, and which server.
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// `skep releases`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ReleasesArgs {
    /// The release to show.
    pub id: Option<String>,
    /// Cancel it; only before it is published.
    #[arg(long, requires = "id")]
    pub cancel: bool,
    /// How many to list, the newest first: 1 to 200. 50 if it is left out.
    #[arg(long, value_name = "N", conflicts_with = "id")]
    pub limit: Option<u32>,
    /// List only those that were asked for before this one.
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    pub before: Option<String>,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep rollback`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct RollbackArgs {
    /// The function.
    pub name: String,
    /// A version that `skep versions` lists.
    pub version: Option<String>,
    /// Note to keep with the release.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Waiting, and which server.
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// `skep canary`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["percent", "promote", "drop"]))]
pub struct CanaryArgs {
    /// The function.
    pub name: String,
    /// Part of the calls that the candidate gets, 0 to 100.
    pub percent: Option<Percent>,
    /// Callers with the same value stay on one side: header:NAME or cookie:NAME.
    #[arg(long, value_name = "header:NAME|cookie:NAME", requires = "percent")]
    pub sticky: Option<String>,
    /// Make the candidate the live version.
    #[arg(long)]
    pub promote: bool,
    /// Drop the candidate.
    #[arg(long)]
    pub drop: bool,
    /// Waiting, and which server.
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// `skep scale`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ScaleArgs {
    /// The function.
    pub name: String,
    /// Instances kept even without traffic.
    #[arg(long, value_name = "N")]
    pub min: Option<u32>,
    /// Most instances.
    #[arg(long, value_name = "N")]
    pub max: Option<u32>,
    /// Requests in flight in one instance.
    #[arg(long, value_name = "N")]
    pub concurrency: Option<u32>,
    /// Requests that wait when every instance is full.
    #[arg(long, value_name = "N")]
    pub queue: Option<u32>,
    /// Seconds after which an instance without a request is ended.
    #[arg(long, value_name = "S")]
    pub idle_s: Option<u64>,
    /// Undo earlier changes; function.toml counts again.
    #[arg(long)]
    pub reset: bool,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep instances`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct InstancesArgs {
    /// The function.
    pub name: String,
    /// Let this instance finish its requests and exit.
    #[arg(long, value_name = "ID")]
    pub recycle: Option<u32>,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep cron`.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum CronCommand {
    /// List schedules, with their next moment and the result of the last call.
    Ls(CronLsArgs),
    /// Call a function for a schedule now.
    Run(CronRunArgs),
    /// Leave out what comes due, until it is resumed.
    Pause(NamedScheduleArgs),
    /// End a pause; nothing is made up for.
    Resume(NamedScheduleArgs),
}

impl CronCommand {
    /// The server.
    pub fn server(&self) -> &ServerArgs {
        match self {
            Self::Ls(args) => &args.server,
            Self::Run(args) => &args.schedule.server,
            Self::Pause(args) | Self::Resume(args) => &args.server,
        }
    }
}

/// `skep traces`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TracesArgs {
    /// Only those whose first call was to this function.
    pub name: Option<String>,
    /// Only those with a fault of this kind; without a kind, with any.
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "any")]
    pub fault: Option<String>,
    /// Only those with this status.
    #[arg(long, value_name = "STATUS")]
    pub status: Option<u16>,
    /// Only those that took at least this many milliseconds.
    #[arg(long, value_name = "MS")]
    pub min_ms: Option<u64>,
    /// Only those with this text in their name, request id or trace id.
    #[arg(short, long = "query", value_name = "TEXT")]
    pub query: Option<String>,
    /// How many at most.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep trace`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TraceArgs {
    /// The trace id: that of `x-trace-id` in an answer, and of `trace_id` in the log.
    pub id: String,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep faults`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct FaultsArgs {
    /// Only those of this function.
    pub name: Option<String>,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep cron ls`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CronLsArgs {
    /// The function; of all functions if it is left out.
    pub name: Option<String>,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// A command about one schedule.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct NamedScheduleArgs {
    /// The function.
    pub name: String,
    /// The name of the schedule.
    pub schedule: String,
    /// The server.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep cron run`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CronRunArgs {
    /// Which schedule.
    #[command(flatten)]
    pub schedule: NamedScheduleArgs,
    /// The moment to call for, such as 2026-11-26T03:00:00+01:00: the call has its id. Now, if it is left out.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Moment>,
}

/// `skep env` and `skep secret`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct VariablesArgs {
    /// The function.
    pub name: String,
    /// KEY=VALUE sets a variable, KEY- removes it; for a secret KEY=- reads the value from standard input. None: list them.
    #[arg(value_name = "KEY=VALUE|KEY-")]
    pub changes: Vec<VariableChange>,
    /// Waiting, and which server.
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// `skep logs`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct LogsArgs {
    /// Only lines about this function.
    pub name: Option<String>,
    /// Follow until Ctrl-C, from --since on if it is given; the default without any condition.
    #[arg(short, long)]
    pub follow: bool,
    /// Only lines from then on: 15m, 1h, 7d ago, or a time such as 2026-11-26T17:53:01Z.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only lines before then.
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    pub until: Option<String>,
    /// Only lines with this text.
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,
    /// Only lines in which this expression finds something.
    #[arg(long, value_name = "EXPRESSION")]
    pub regex: Option<String>,
    /// Only lines of this trace.
    #[arg(long, value_name = "ID")]
    pub trace: Option<String>,
    /// Only lines of this request.
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    /// Only lines of these streams: business (consoles of functions), requests, host, audit.
    #[arg(long, value_name = "STREAM,…")]
    pub stream: Option<String>,
    /// Only lines as urgent as this, or more.
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub level: Option<Level>,
    /// The newest lines, so many at most: 1 to 10,000. 1000 if it is left out.
    #[arg(long, value_name = "N", conflicts_with = "follow")]
    pub limit: Option<usize>,
    /// The server; with --json the lines as they are.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep top`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct TopArgs {
    /// Print the activity of one second, and exit.
    #[arg(long)]
    pub once: bool,
    /// The server; with --json one object per second.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `skep rm`.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct RmArgs {
    /// Functions that were deployed.
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Do not ask for confirmation. Needed where there is no terminal.
    #[arg(long)]
    pub yes: bool,
    /// Waiting, and which server.
    #[command(flatten)]
    pub wait: WaitArgs,
}
