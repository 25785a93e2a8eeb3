//! Instructions a request: the difference between a run with many requests and one with few, divided by the difference of their numbers.
//!
//! `callgrind` runs `serve` for it; `report` prints what comes out.
//!
//! Invariant: start-up, connections and end are in both runs and so in no figure.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::callgrind::{self, Run};
use crate::host::{IO_THREAD, WORKER_THREAD};
use crate::report::{Report, Series};

/// Requests of the shorter run: enough that every path has been taken and every buffer has grown.
const FEW: usize = 2_000;

/// Requests of the longer run.
const MANY: usize = 12_000;

/// How often both runs are made.
const ROUNDS: u32 = 5;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Keep-alive connections: as many requests reach the I/O thread together.
    #[arg(long, default_value_t = crate::CONNECTIONS, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Requests of the shorter run.
    #[arg(long, default_value_t = FEW)]
    few: usize,
    /// Requests of the longer run.
    #[arg(long, default_value_t = MANY)]
    many: usize,
    /// How often both runs are made.
    #[arg(long, default_value_t = ROUNDS, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Keeps callgrind's files of the last round in this folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

impl Default for Args {
    fn default() -> Self {
        Self { connections: crate::CONNECTIONS, few: FEW, many: MANY, rounds: ROUNDS, keep: None }
    }
}

pub fn run(args: &Args) -> Result<()> {
    let valgrind = callgrind::version()?;
    callgrind::pin()?;
    ensure!(args.many >= args.few + usize::from(args.connections), "--many must be larger than --few by a request on each connection");
    let temporary = TempDir::with_prefix("skep-instructions-")?;
    let folder = args.keep.as_deref().unwrap_or(temporary.path());
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut series = Series::default();
    for round in 1..=args.rounds {
        eprintln!("round {round} of {} ...", args.rounds);
        let few = callgrind::run(folder, args.few, args.connections)?;
        let many = callgrind::run(folder, args.many, args.connections)?;
        let of = |wanted: fn(&str) -> bool| per_request(&few, &many, wanted);
        let (io, worker) = (of(|name| name == IO_THREAD), of(|name| name == WORKER_THREAD));
        ensure!(io > 0.0 && worker > 0.0, "no thread is called {IO_THREAD:?}, or none {WORKER_THREAD:?}");
        series.io.push(io);
        series.worker.push(worker);
        series.together.push(io + worker);
        series.others.push(of(|name| ![IO_THREAD, WORKER_THREAD].contains(&name)));
    }
    Report { connections: args.connections, series, few: args.few, many: args.many, valgrind }.print();
    Ok(())
}

/// Instructions a request of the threads with a `wanted` name.
fn per_request(few: &Run, many: &Run, wanted: fn(&str) -> bool) -> f64 {
    let sum = |run: &Run| run.instructions.iter().filter(|(name, _)| wanted(name)).map(|(_, used)| *used).sum::<u64>();
    // Threads that hardly run may use less in the longer run.
    (sum(many) as f64 - sum(few) as f64) / (many.requests - few.requests) as f64
}
