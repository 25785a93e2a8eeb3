//! The counted process: a host, a client of its own on the first thread, and at the end the list of its threads.
//!
//! `count` starts it under callgrind; a person may start it under `perf`.
//!
//! Invariant: no thread ends before the list is printed, so that the order of threads is the order in which they began.

use std::fs;

use anyhow::{Context, Result};

use crate::client::Client;
use crate::host::{FUNCTION, HELLO, Host};

/// Begins the line with the number of answered requests.
pub const REQUESTS: &str = "requests ";

/// Begins the line of each thread; the lines are in the order in which the threads began.
pub const THREAD: &str = "thread ";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Requests in all; rounded up to whole rounds over the connections.
    #[arg(long)]
    requests: usize,
    /// Keep-alive connections, with one request at a time on each.
    #[arg(long, default_value_t = crate::CONNECTIONS, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
}

pub fn run(args: &Args) -> Result<()> {
    let host = Host::start().context("the host")?;
    let connections = usize::from(args.connections);
    let mut client = Client::connect(host.address, connections, FUNCTION, HELLO)?;
    let rounds = args.requests.div_ceil(connections);
    for _ in 0..rounds {
        client.round()?;
    }
    println!("{REQUESTS}{}", rounds * connections);
    for name in threads()? {
        println!("{THREAD}{name}");
    }
    Ok(())
}

/// The names of this process's threads, the first one first: the kernel numbers them as they begin.
fn threads() -> Result<Vec<String>> {
    let mut threads = Vec::new();
    for task in fs::read_dir("/proc/self/task").context("the list of threads")? {
        let task = task?;
        let number: u32 = task.file_name().to_string_lossy().parse().context("the number of a thread")?;
        threads.push((number, fs::read_to_string(task.path().join("comm"))?.trim().to_owned()));
    }
    threads.sort();
    Ok(threads.into_iter().map(|(_, name)| name).collect())
}
