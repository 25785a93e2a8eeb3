//! The first request to functions that are registered but were never loaded: one connection that is already open, one
//! function after the other, time from sending to the first byte. Once with a prewarmed isolate waiting (a pause lets the pool refill),
//! once with none; and the second request to the same functions for comparison. Then the start of a server with many functions.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::args::Args;
use crate::pin::Pinning;
use crate::process::{self, Usage};
use crate::report::{Report, Table, us};
use crate::servers::Server;
use crate::single::Single;
use crate::stats::Histogram;
use crate::workload::{self, Request};

const QUIET_MAX: Duration = Duration::from_secs(60);

pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let mut report = Report { part: "cold", command: args.command("cold"), tables: Vec::new(), notes: Vec::new(), data: Value::Null };
    let mut table = Table::new(&["request sent → first byte", "requests", "p50", "p90", "p99", "max"]);
    let mut series = Vec::new();
    let pause = Duration::from_millis(args.pause_ms);
    let no_warm: Vec<&str> = args.no_warm.split_whitespace().collect();
    let modes = [("a prewarmed isolate waiting", pause, &[][..]), ("none waiting", Duration::ZERO, no_warm.as_slice())];
    for (mode, pause, more) in modes {
        // A mode that this build does not know must not cost the other figures.
        match first_and_second(args, pinning, pause, more) {
            Ok((first, second)) => {
                add(&mut table, &mut series, &format!("never loaded, {mode}"), &first);
                add(&mut table, &mut series, &format!("second request ({mode})"), &second);
            }
            Err(error) => report.notes.push(format!("**never loaded, {mode}: no figure**: {error:#}")),
        }
    }
    report.tables.push(table);
    report.notes.push(format!(
        "{} functions, {}, one open connection, state folder empty (no code cache); pause {} ms with warm fleet, none (`{}`) without",
        args.count,
        if args.ts { "TypeScript" } else { "JavaScript" },
        args.pause_ms,
        args.no_warm
    ));
    let registered = if args.registered > 0 { Some(start_up(args, pinning, &mut report)?) } else { None };
    report.data = json!({ "series": series, "start_up": registered });
    Ok(report)
}

fn first_and_second(args: &Args, pinning: Pinning, pause: Duration, more: &[&str]) -> Result<(Histogram, Histogram)> {
    let folder = TempDir::with_prefix("skep-load-")?;
    // One function more: its first call pays for what is first in the process, not in a function.
    let requests = workload::write_many(folder.path(), args.count + 1, args.ts)?;
    let server = Server::skep(args, pinning, folder.path(), more)?;
    let (opener, requests) = requests.split_first().context("at least one function")?;
    let mut single = Single::connect(server.address)?;
    single.call(opener)?;
    process::wait_until_quiet(server.pid(), Duration::from_secs(1), QUIET_MAX);
    let first = single.call_all(requests, pause)?;
    let second = single.call_all(requests, Duration::ZERO)?;
    Ok((histogram(&first), histogram(&second)))
}

fn add(table: &mut Table, series: &mut Vec<Value>, name: &str, histogram: &Histogram) {
    eprintln!("  {name}: p50 {}", us(histogram.quantile_us(0.5)));
    let quantiles = [0.5, 0.9, 0.99, 1.0].map(|quantile| histogram.quantile_us(quantile));
    table.row([name.to_owned(), histogram.count().to_string()].into_iter().chain(quantiles.map(us)));
    series.push(json!({
        "series": name, "requests": histogram.count(),
        "p50_us": quantiles[0], "p90_us": quantiles[1], "p99_us": quantiles[2], "max_us": quantiles[3],
    }));
}

/// Starts skep on one function and on many; the difference is the price of a registered function.
fn start_up(args: &Args, pinning: Pinning, report: &mut Report) -> Result<Value> {
    let mut table =
        Table::new(&["registered functions", "`listening on` after", "last function answers after", "quiet after", "RSS", "Pss"]);
    let mut results = Vec::new();
    for count in [1, args.registered] {
        let start = Start::measure(args, pinning, count).with_context(|| format!("start with {count} functions"))?;
        eprintln!("  {count} functions: listening after {:?}", start.listening);
        let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
        let mb = |kb: u64| format!("{:.1} MB", kb as f64 / 1024.0);
        table.row([
            count.to_string(),
            ms(start.listening),
            ms(start.answered),
            ms(start.quiet),
            mb(start.usage.rss_kb),
            mb(start.usage.pss_kb),
        ]);
        results.push(start);
    }
    report.tables.push(table);
    let [one, many] = results.as_slice() else { return Ok(Value::Null) };
    let each_kb =
        |figure: fn(&Usage) -> u64| (figure(&many.usage) as f64 - figure(&one.usage) as f64) / f64::from(args.registered.max(2) - 1);
    let (rss, pss) = (each_kb(|usage| usage.rss_kb), each_kb(|usage| usage.pss_kb));
    report.notes.push(format!("per registered function: {rss:.1} KB RSS, {pss:.1} KB Pss"));
    Ok(json!({
        "functions": args.registered, "listening_ms": many.listening.as_millis() as u64, "first_answer_ms": many.answered.as_millis() as u64,
        "listening_ms_with_one": one.listening.as_millis() as u64, "rss_kb_each": rss, "pss_kb_each": pss,
    }))
}

struct Start {
    listening: Duration,
    answered: Duration,
    quiet: Duration,
    usage: Usage,
}

impl Start {
    fn measure(args: &Args, pinning: Pinning, count: u32) -> Result<Self> {
        let folder = TempDir::with_prefix("skep-load-")?;
        let requests = workload::write_many(folder.path(), count, args.ts)?;
        let begin = Instant::now();
        let server = Server::skep(args, pinning, folder.path(), &[])?;
        // A socket may be open before the functions are known; so the last one is asked until it answers.
        answers(&server, requests.last().context("at least one function")?)?;
        let answered = begin.elapsed();
        process::wait_until_quiet(server.pid(), Duration::from_secs(2), QUIET_MAX);
        Ok(Self { listening: server.start_up, answered, quiet: begin.elapsed(), usage: Usage::of(server.pid()) })
    }
}

fn answers(server: &Server, request: &Request) -> Result<()> {
    let deadline = Instant::now() + QUIET_MAX;
    loop {
        match Single::connect(server.address).and_then(|mut single| single.call(request)) {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn histogram(times: &[Duration]) -> Histogram {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    histogram
}
