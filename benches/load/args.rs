//! The command line of the bench, and the command that is printed so that a reader can repeat a run.
//! Every option has a default that makes `cargo bench --bench load` finish by itself in a few minutes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::neighbour::Neighbour;

/// Which figures to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Closed loop: requests per second and per CPU second, against raw hyper.
    Throughput,
    /// Open loop at 10 % and 50 % of saturation, against raw hyper.
    Latency,
    /// First request to functions that were never loaded; start with many registered functions.
    Cold,
    /// Memory per idle instance.
    Memory,
    /// A function at a fixed rate, alone and beside each kind of bad neighbour.
    Victim,
    /// Memory while instances are created and ended.
    Churn,
    /// Releases, rollbacks, upgrades and kills under load: failed requests and latencies.
    Releases,
    /// From saving a file to the first new answer of `skep dev`.
    Reload,
    /// Throughput, latency, cold and memory, one after the other.
    All,
    /// Only raw hyper, to test the generator itself; needs no working skep.
    Raw,
    /// The child process that serves as the yardstick; not for people.
    #[value(hide = true)]
    RawHyper,
}

/// The request of `throughput` and `latency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// `GET /hello` → `{"hello":"world"}`.
    Hello,
    /// `POST /echo` with 1 KB, which comes back.
    Echo,
    /// `GET /headers` with ten request headers, of which the function reads three.
    Headers,
}

/// Load bench: the real skep binary beside a raw hyper server, each pinned to one CPU, the generator on another.
#[derive(Clone, Debug, Parser)]
#[command(name = "load", bin_name = "cargo bench --bench load --", disable_version_flag = true)]
pub struct Args {
    /// Which figures to take [default: all].
    pub part: Option<Part>,
    /// Length of one measured round in seconds.
    #[arg(long, default_value_t = 4.0, value_parser = seconds)]
    pub seconds: f64,
    /// Rounds per server; raw and skep take turns, because a noisy machine is noisy in stretches.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
    /// Kept-alive connections of the generator.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub connections: u32,
    /// The request of `throughput` and `latency`.
    #[arg(long, value_enum, default_value_t = Case::Hello)]
    pub case: Case,
    /// Serve this folder instead of the bench's own functions; needs --path.
    #[arg(long, requires = "path")]
    pub functions: Option<PathBuf>,
    /// Call this path instead of the case's own; only the status is checked then.
    #[arg(long)]
    pub path: Option<String>,
    /// Random (Poisson) arrivals in `latency` instead of even ones.
    #[arg(long)]
    pub poisson: bool,
    /// Functions in `cold` and `memory`.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=5000))]
    pub count: u32,
    /// Functions in the start-up series of `cold`; 0 leaves it out.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub registered: u32,
    /// Pause between first calls in `cold`, so that the next prewarmed isolate is ready.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(0..=10_000))]
    pub pause_ms: u64,
    /// Idle time in seconds before memory is read.
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    pub idle: f64,
    /// Requests per second of the victim in `victim`.
    #[arg(long, default_value_t = 200.0, value_parser = rate)]
    pub rate: f64,
    /// Only this neighbour in `victim`; may be repeated [default: all].
    #[arg(long, value_enum)]
    pub neighbour: Vec<Neighbour>,
    /// Instances created and ended in `churn`, in tens.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub cycles: u32,
    /// Load of `releases`, as a part of skep's saturation.
    #[arg(long, default_value_t = 0.5, value_parser = share)]
    pub share: f64,
    /// Write functions as TypeScript in `cold` and `memory`.
    #[arg(long)]
    pub ts: bool,
    /// The skep binary to measure, for comparing builds [default: the one cargo built].
    #[arg(long)]
    pub skep: Option<PathBuf>,
    /// A further argument for `skep serve`; may be repeated.
    #[arg(long, allow_hyphen_values = true)]
    pub skep_arg: Vec<String>,
    /// Arguments with which skep keeps no prewarmed isolate.
    #[arg(long, default_value = "--warm 0", allow_hyphen_values = true)]
    pub no_warm: String,
    /// Let servers and generator run on any CPU.
    #[arg(long)]
    pub unpinned: bool,
    /// One JSON document instead of Markdown.
    #[arg(long)]
    pub json: bool,
    /// Show the servers' stderr.
    #[arg(long)]
    pub verbose: bool,
    /// Given by `cargo bench`, absent under `cargo test --benches`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Args {
    /// Length of one measured round.
    pub fn round(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// The command that repeats this run for one part, as printed beside its figures.
    pub fn command(&self, part: &str) -> String {
        let given: Vec<String> =
            std::env::args().skip(1).filter(|arg| arg != "--bench" && arg != "--json" && Part::from_str(arg, true).is_err()).collect();
        let tail = if given.is_empty() { String::new() } else { format!(" {}", given.join(" ")) };
        format!("cargo bench --bench load -- {part}{tail}")
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (1.0..=100_000.0).contains(&value) => Ok(value),
        _ => Err("a number of requests per second from 1 to 100000".into()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.01..=1.0).contains(&value) => Ok(value),
        _ => Err("a part from 0.01 to 1".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.1..=600.0).contains(&value) => Ok(value),
        _ => Err("a number of seconds from 0.1 to 600".into()),
    }
}
