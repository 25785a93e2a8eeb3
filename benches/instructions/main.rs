//! The instruction bench: user instructions that a request costs Skep itself, without V8, counted by callgrind.
//!
//! ```text
//! cargo bench --bench instructions                               counts; about a minute
//! cargo bench --bench instructions -- count --connections 1      one request at a time: nothing is batched
//! cargo bench --bench instructions -- count --keep DIR           keeps callgrind's files, for callgrind_annotate
//! cargo bench --bench instructions -- serve --requests 100000    the counted process alone, for perf; its log is on standard error
//! ```
//!
//! Times of two equal runs on a shared machine differ by half; instructions do not. `serve` is one process with everything between the
//! socket and the isolate as in production: an I/O thread, HTTP, dispatch, pool, mailbox, a worker's turns and accounts, batched answers,
//! the log line. A Rust function answers in place of an isolate (`worker::stand_in`). `count` runs `serve` under callgrind twice, with few
//! and with many requests. The difference divided by the number of further requests is the cost of one request, without start-up and end.
//! callgrind writes a file for each thread, so the client, which is the first thread, is not in the figures.
//!
//! Invariant: every answer is checked, and a figure is printed with its spread.
#![allow(clippy::disallowed_methods, reason = "tests and benches prepare files and wait for processes")]
#![allow(unreachable_pub, reason = "a program of its own: nothing of it is exported")]

mod callgrind;
mod client;
mod count;
mod host;
mod report;
mod serve;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// As many connections as the load bench opens.
const CONNECTIONS: u16 = 32;

/// Instruction bench: what a request costs without V8, counted by callgrind.
#[derive(Debug, Parser)]
#[command(name = "instructions", bin_name = "cargo bench --bench instructions --", disable_version_flag = true)]
struct Args {
    #[command(subcommand)]
    mode: Option<Mode>,
    /// Given by `cargo bench`, absent under `cargo test --benches`.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Counts the instructions of a request; needs valgrind [default].
    Count(count::Args),
    /// Serves requests that it sends to itself, then lists its threads and ends.
    Serve(serve::Args),
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.mode {
        None if !args.bench => {
            println!("instructions: nothing to test; run `cargo bench --bench instructions`");
            Ok(())
        }
        None => count::run(&count::Args::default()),
        Some(Mode::Count(args)) => count::run(&args),
        Some(Mode::Serve(args)) => serve::run(&args),
    };
    end(done)
}

fn end(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error is the log's, and `count` discards that.
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
