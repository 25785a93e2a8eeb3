//! The micro bench: the parts of a request and of a release, each alone, in this process, without HTTP.
//!
//! ```text
//! cargo bench --bench micro                       all parts, about a minute
//! cargo bench --bench micro -- route              the table: hit, miss, manifest routes, with 10 / 1,000 / 10,000 functions
//! cargo bench --bench micro -- compile            source to version: hello.js, 200 lines of TypeScript, the hono example
//! cargo bench --bench micro -- warm               a call of a loaded function: one at a time and 32 at once
//! cargo bench --bench micro -- guards            the cost of the prelude's guards, method by method; about three minutes
//! cargo bench --bench micro -- cold [--count 200] an instance by phase, from its thread to its first answer
//! ```
//!
//! It takes apart the figures of the load bench. Timing is done here and not by a framework: most of the measured work needs a thread, an
//! isolate or a process clock of its own, which a framework's closures cannot hold.
//!
//! Invariant: the answer is checked before it is timed, and a figure is printed with its spread.
#![allow(clippy::disallowed_methods, reason = "tests and benches prepare files and wait for processes")]
#![allow(unreachable_pub, reason = "a program of its own: nothing of it is exported")]

mod clock;
mod cold;
mod compile;
mod facts;
mod functions;
mod guards;
mod report;
mod route;
mod sample;
mod warm;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use crate::report::Report;

/// Which figures to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// `Table::resolve`.
    Route,
    /// `release::compile::compile`.
    Compile,
    /// `Pool::call` on a loaded function.
    Warm,
    /// An instance, phase by phase.
    Cold,
    /// Guarded methods beside V8's own.
    Guards,
}

/// Micro bench: route table, compiler, warm calls and cold starts, in this process.
#[derive(Debug, Parser)]
#[command(name = "micro", bin_name = "cargo bench --bench micro --", disable_version_flag = true)]
struct Args {
    /// Which figures to take [default: all].
    parts: Vec<Part>,
    /// Instances of each case in `cold`.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=1000))]
    count: u32,
    /// The measurement of a process that `guards` started.
    #[arg(long, hide = true)]
    engine: Option<guards::Engine>,
    /// Given by `cargo bench`, absent under `cargo test --benches`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    // Before any thread: see the function.
    skep::runtime::isolate::init_v8();
    let args = Args::parse();
    if !args.bench && args.parts.is_empty() {
        println!("micro: nothing to test; run `cargo bench --bench micro`");
        return ExitCode::SUCCESS;
    }
    if let Some(engine) = args.engine {
        return match guards::measure(engine) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        };
    }
    sample::self_check();
    facts::print();
    let parts = if args.parts.is_empty() { Part::value_variants() } else { &args.parts };
    let mut code = ExitCode::SUCCESS;
    for part in parts {
        // A part that fails must not lose the figures of the others.
        match measure(*part, &args) {
            Ok(report) => report.print(),
            Err(error) => {
                eprintln!("error: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn measure(part: Part, args: &Args) -> Result<Report> {
    eprintln!("{part:?} ...");
    let report = match part {
        Part::Route => route::run(),
        Part::Compile => compile::run(),
        Part::Warm => warm::run(),
        Part::Cold => cold::run(args.count),
        Part::Guards => guards::run(),
    };
    report.with_context(|| format!("{part:?}"))
}
