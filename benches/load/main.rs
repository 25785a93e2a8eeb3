//! The load bench: skep's real release binary beside a raw hyper server, in one run, on one machine.
//!
//! ```text
//! cargo bench --bench load                                      all parts, about four minutes
//! cargo bench --bench load -- throughput [--case hello|echo|headers]
//! cargo bench --bench load -- latency [--poisson]
//! cargo bench --bench load -- cold [--count 200] [--registered 10000]
//! cargo bench --bench load -- memory [--count 200] [--idle 5]
//! cargo bench --bench load -- victim [--neighbour spinner]       beside bad neighbours; about ten minutes, not part of `all`
//! cargo bench --bench load -- churn [--cycles 10000]            instances created and ended; about five minutes, not part of `all`
//! cargo bench --bench load -- releases [--share 0.5]            releases, upgrades and kills under load; about a minute, not part of `all`
//! cargo bench --bench load -- reload                            saved file to new answer in `skep dev`; about a minute, not part of `all`
//! cargo bench --bench load -- raw                               the generator alone, without skep
//! ```
//!
//! cargo's `bench` profile inherits `release` and changes nothing, and the manifest has no `[profile.bench]`: both name the same
//! artefacts, so the binary measured is the very `target/release/skep`, and neither build makes the other's stale. It runs as a child
//! process pinned to one CPU; the generator has another. Loopback only; children die with the bench.
//!
//! Invariant: a figure is printed with the facts that it needs to be believed: machine, command, spread, and any warning.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "a bench that cannot continue ends")]
#![allow(clippy::disallowed_methods, reason = "tests and benches prepare files and wait for processes")]
#![allow(unreachable_pub, reason = "a program of its own: nothing of it is exported")]

mod args;
mod barrage;
mod board;
mod churn;
mod client;
mod cold;
mod facts;
mod http;
mod latency;
mod memory;
mod neighbour;
mod operator;
mod pin;
mod poll;
mod process;
mod raw_hyper;
mod releases;
mod reload;
mod report;
mod round;
mod servers;
mod single;
mod stats;
mod tally;
mod throughput;
mod victim;
mod workload;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use crate::args::{Args, Part};
use crate::facts::Facts;
use crate::pin::Pinning;
use crate::report::Report;

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    if args.part == Some(Part::RawHyper) {
        return raw_hyper::run().map(|()| ExitCode::SUCCESS);
    }
    // `cargo test --benches` starts benches too, with debug binaries and without this flag.
    if !args.bench && args.part.is_none() {
        println!("load: nothing to test; run `cargo bench --bench load`");
        return Ok(ExitCode::SUCCESS);
    }
    stats::self_check();
    let pinning = Pinning::new(args.unpinned)?;
    if let Some(cpu) = pinning.generator {
        pin::pin_self(cpu)?;
    }
    let facts = Facts::gather(&args, pinning);
    if !args.json {
        facts.print();
    }
    let mut reports = Vec::new();
    let mut code = ExitCode::SUCCESS;
    for part in parts(&args) {
        // A part that fails must not lose the figures of the others.
        match measure(part, &args, pinning) {
            Ok(report) => {
                if !args.json {
                    report.print();
                }
                reports.push(report);
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    if args.json {
        report::print_json(&facts, &reports);
    }
    Ok(code)
}

/// The parts that the chosen part stands for.
fn parts(args: &Args) -> Vec<Measure> {
    match args.part.unwrap_or(Part::All) {
        Part::Throughput => vec![Measure::Throughput],
        Part::Latency => vec![Measure::Latency],
        Part::Cold => vec![Measure::Cold],
        Part::Memory => vec![Measure::Memory],
        Part::Victim => vec![Measure::Victim],
        Part::Churn => vec![Measure::Churn],
        Part::Releases => vec![Measure::Releases],
        Part::Reload => vec![Measure::Reload],
        Part::Raw | Part::RawHyper => vec![Measure::RawThroughput, Measure::RawLatency],
        Part::All => vec![Measure::Throughput, Measure::Latency, Measure::Cold, Measure::Memory],
    }
}

#[derive(Clone, Copy, Debug)]
enum Measure {
    Throughput,
    Latency,
    Cold,
    Memory,
    Victim,
    Churn,
    Releases,
    Reload,
    RawThroughput,
    RawLatency,
}

fn measure(measure: Measure, args: &Args, pinning: Pinning) -> Result<Report> {
    eprintln!("{measure:?} ...");
    let report = match measure {
        Measure::Throughput => throughput::run(args, pinning),
        Measure::Latency => latency::run(args, pinning),
        Measure::Cold => cold::run(args, pinning),
        Measure::Memory => memory::run(args, pinning),
        Measure::Victim => victim::run(args, pinning),
        Measure::Churn => churn::run(args, pinning),
        Measure::Releases => releases::run(args, pinning),
        Measure::Reload => reload::run(args, pinning),
        Measure::RawThroughput => throughput::run_raw(args, pinning),
        Measure::RawLatency => latency::run_raw(args, pinning),
    };
    report.with_context(|| format!("{measure:?}"))
}
