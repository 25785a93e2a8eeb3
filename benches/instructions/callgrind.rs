//! One run of `serve` under callgrind, and the instructions of each of its threads.
//!
//! With `--separate-threads` callgrind writes a file for each thread and numbers the threads as they begin; `serve` prints their names in
//! that order. The kernel's instructions are not counted.
//!
//! A request in a large batch costs less than one in a small batch, so all batches must have one size. valgrind runs one thread at a time
//! and may change to another one at a system call. On two CPUs the I/O thread begins at any of the client's writes: 6 to 18 wake-ups for
//! 100 requests, up to 3 % between two rounds. On one CPU, with `--fair-sched`, the client writes to all its connections first: 32
//! requests in each batch of the worker, up to 0.7 % between two rounds.
//!
//! Invariant: as many files as threads, or there is no result.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::serve::{REQUESTS, THREAD};

/// The cost of one run.
pub struct Run {
    /// Requests that were answered.
    pub requests: u64,
    /// Instructions of each thread of the host, by its name; the client's thread is not among them.
    pub instructions: BTreeMap<String, u64>,
}

/// The version of valgrind that is installed.
///
/// # Errors
/// How to install it.
pub fn version() -> Result<String> {
    let output = Command::new("valgrind").arg("--version").output();
    let output =
        output.map_err(|error| anyhow!("valgrind cannot be run ({error}): install it, on Debian with `apt-get install valgrind`"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Pins the calling thread, and the processes that it starts, to the last CPU that it may use.
pub fn pin() -> Result<()> {
    let allowed = sched_getaffinity(None)?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| allowed.is_set(*cpu)).context("a CPU")?;
    let mut only = CpuSet::new();
    only.set(last);
    Ok(sched_setaffinity(None, &only)?)
}

/// Serves `requests` under callgrind, whose files go to `folder`.
pub fn run(folder: &Path, requests: usize, connections: u16) -> Result<Run> {
    let out = folder.join(format!("requests-{requests}"));
    let log = out.with_extension("log");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes", "--fair-sched=yes"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(format!("--log-file={}", log.display()))
        .arg(std::env::current_exe()?)
        .args(["serve", "--requests", &requests.to_string(), "--connections", &connections.to_string()])
        // The log of the host, which is written as on a server.
        .stderr(Stdio::null())
        .output()
        .context("valgrind")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let log = fs::read_to_string(&log).unwrap_or_default();
        bail!("the counted process failed ({}): {}\n{log}", output.status, said.trim());
    }
    let requests = said.lines().find_map(|line| line.strip_prefix(REQUESTS)).context("the number of requests")?.parse()?;
    let names: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix(THREAD)).collect();
    let mut instructions = BTreeMap::new();
    // The first thread is the client.
    for (name, number) in names.iter().zip(1..).skip(1) {
        *instructions.entry((*name).to_owned()).or_default() += total(&of_thread(&out, number))?;
    }
    ensure!(!of_thread(&out, names.len() + 1).exists(), "there were more threads than {names:?}");
    Ok(Run { requests, instructions })
}

/// The file of the thread that began as the `number`th.
fn of_thread(out: &Path, number: usize) -> PathBuf {
    PathBuf::from(format!("{}-{number:02}", out.display()))
}

/// The instructions in one of callgrind's files; they stand above everything else.
fn total(file: &Path) -> Result<u64> {
    let lines = BufReader::new(File::open(file).with_context(|| file.display().to_string())?).lines();
    for line in lines {
        if let Some(sum) = line?.strip_prefix("summary: ") {
            return Ok(sum.trim().parse()?);
        }
    }
    bail!("{} has no summary", file.display())
}
