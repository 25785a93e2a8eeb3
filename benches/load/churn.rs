//! Whether an instance that ended returns its resources: 10,000 instances are created and ended in one server, and its memory, threads,
//! descriptors and maps are read along the way. A quarter each ends by `cpu_ms` and by `memory_mb`; half are retired, as the idlest, for
//! others.
//!
//! Invariant: it is read only when nothing runs and the same number of instances is idle; the first reading comes after a warm-up.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::args::Args;
use crate::http::{self, Parsed};
use crate::pin::Pinning;
use crate::process::{self, Usage};
use crate::report::{Report, Table, grouped};
use crate::servers::Server;
use crate::workload;

/// Cycles before the first reading: allocators and caches have their shape by then.
const WARM_UP: u32 = 200;
/// Readings after the first.
const READINGS: u32 = 10;
/// Callers at a time, each with a connection: this many instances begin and end together.
const CALLERS: u32 = 4;
/// Instances that stay, the callers' own included; every other call of a plain function ends the idlest for its sake.
const INSTANCES_MAX: &str = "12";
/// Plain functions, called in turn; more than there may be instances, so that each call is a cold start.
const PLAIN: u32 = 48;
/// V8 keeps the pages of an isolate that has ended for 8 to 16 seconds, for the next one.
const SETTLE: Duration = Duration::from_secs(20);
const QUIET_MAX: Duration = Duration::from_secs(60);
/// The growth from the start to the end that is allowed.
const GROWTH_MAX: f64 = 0.10;

pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let folder = TempDir::with_prefix("skep-load-")?;
    workload::write_many(folder.path(), PLAIN, false)?;
    write_offenders(folder.path())?;
    let server = Server::skep(args, pinning, folder.path(), &["--max-instances", INSTANCES_MAX])?;
    let mut readings = Vec::new();
    cycle(server.address, 0..WARM_UP)?;
    readings.push((0, read(&server)));
    let (begin, mut resting) = (Instant::now(), Duration::ZERO);
    for number in 1..=READINGS {
        let at = |number: u32| WARM_UP + args.cycles / READINGS * number;
        cycle(server.address, at(number - 1)..at(number)).with_context(|| format!("reading {number}"))?;
        let paused = Instant::now();
        readings.push((at(number) - WARM_UP, read(&server)));
        resting += paused.elapsed();
    }
    report(args, &readings, begin.elapsed().saturating_sub(resting))
}

fn write_offenders(folder: &Path) -> Result<()> {
    workload::write_function(folder, "cpu", "index.js", "export default () => { for (;;); };\n")?;
    workload::write_function(folder, "cpu", "function.toml", "[limits]\ncpu_ms = 1\n[scale]\nconcurrency = 1\n")?;
    let hoard = "export default () => { const kept = []; for (;;) kept.push(new Array(1000).fill(0.5)); };\n";
    workload::write_function(folder, "memory", "index.js", hoard)?;
    workload::write_function(folder, "memory", "function.toml", "[limits]\nmemory_mb = 16\n[scale]\nconcurrency = 1\n")
}

/// Waits until everything has settled, then reads.
fn read(server: &Server) -> Usage {
    process::wait_until_quiet(server.pid(), SETTLE, QUIET_MAX);
    let usage = Usage::of(server.pid());
    eprintln!("  {} KB RSS, {} KB Pss, {} threads, {} fds, {} maps", usage.rss_kb, usage.pss_kb, usage.threads, usage.fds, usage.maps);
    usage
}

/// Creates and ends an instance for each number.
fn cycle(address: SocketAddr, numbers: std::ops::Range<u32>) -> Result<()> {
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let numbers = numbers.clone().filter(move |number| number % CALLERS == caller);
                scope.spawn(move || call_all(address, numbers))
            })
            .collect();
        callers.into_iter().try_for_each(|caller| caller.join().map_err(|_| anyhow::anyhow!("a caller panicked"))?)
    })
}

fn call_all(address: SocketAddr, numbers: impl Iterator<Item = u32>) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    for number in numbers {
        // The callers' numbers are 4 apart: the kind must not follow from the caller.
        let (path, status) = match number / CALLERS % 4 {
            0 => ("cpu".to_owned(), 504),
            1 => ("memory".to_owned(), 507),
            _ => (format!("f{:05}", number % PLAIN), 200),
        };
        let answer = call(&mut stream, &path).with_context(|| format!("cycle {number}, /{path}"))?;
        ensure!(answer.0 == status, "cycle {number}, /{path}: status {} instead of {status}: {}", answer.0, answer.1);
    }
    Ok(())
}

fn call(stream: &mut TcpStream, path: &str) -> Result<(u16, String)> {
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())?;
    let (mut buffer, mut filled) = (vec![0; 16 * 1024], 0);
    loop {
        let count = stream.read(&mut buffer[filled..])?;
        ensure!(count > 0, "the server closed the connection");
        filled += count;
        if let Parsed::Whole { status, body, .. } = http::parse(&buffer[..filled])? {
            return Ok((status, String::from_utf8_lossy(body).into_owned()));
        }
    }
}

fn report(args: &Args, readings: &[(u32, Usage)], took: Duration) -> Result<Report> {
    let mut table = Table::new(&["instances created and ended", "RSS", "÷ start", "Pss", "private dirty", "threads", "fds", "maps"]);
    let (first, last) = (readings.first().context("a first reading")?.1, readings.last().context("a last reading")?.1);
    let mb = |kb: u64| format!("{:.1} MB", kb as f64 / 1024.0);
    let mut data = Vec::new();
    for (cycles, usage) in readings {
        table.row([
            grouped(f64::from(*cycles)),
            mb(usage.rss_kb),
            format!("{:.3}", usage.rss_kb as f64 / first.rss_kb as f64),
            mb(usage.pss_kb),
            mb(usage.private_dirty_kb),
            usage.threads.to_string(),
            usage.fds.to_string(),
            usage.maps.to_string(),
        ]);
        data.push(json!({
            "cycles": cycles, "rss_kb": usage.rss_kb, "pss_kb": usage.pss_kb, "private_dirty_kb": usage.private_dirty_kb,
            "threads": usage.threads, "fds": usage.fds, "maps": usage.maps,
        }));
    }
    let growth = last.rss_kb as f64 / first.rss_kb as f64 - 1.0;
    let mut notes = vec![format!(
        "after {} cycles RSS is {:+.1} % of the start ({} cycles of warm-up before it); {:.1} ms a cycle; supervisor and engine together",
        args.cycles,
        growth * 100.0,
        WARM_UP,
        took.as_secs_f64() * 1e3 / f64::from(args.cycles)
    )];
    notes.push("a quarter each ended by cpu_ms and by memory_mb, half retired for others; read when quiet, ten instances idle".to_owned());
    if growth > GROWTH_MAX {
        notes.push(format!("**more than {:.0} % above the start: instances leave something behind**", GROWTH_MAX * 100.0));
    }
    Ok(Report { part: "churn", command: args.command("churn"), tables: vec![table], notes, data: Value::Array(data) })
}
