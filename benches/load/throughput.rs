//! Closed loop at saturation: requests per second, and per second of CPU time. Skep's figure is quoted as a ratio to raw hyper in
//! the same run, because only that survives a change of machine.

use anyhow::Result;
use serde_json::json;

use crate::args::Args;
use crate::pin::Pinning;
use crate::report::{Report, Table, grouped, percent, us};
use crate::round::{self, Load, Round, Rounds};
use crate::servers::{Kind, Server};
use crate::workload::Request;

/// Skep beside raw hyper.
pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let raw = Server::raw_hyper(args, pinning)?;
    let skep = Server::skep_with_cases(args, pinning)?;
    let servers = [(Kind::RawHyper, &raw), (Kind::Skep, &skep)];
    measure("throughput", &servers, args, pinning)
}

/// Raw hyper alone.
pub fn run_raw(args: &Args, pinning: Pinning) -> Result<Report> {
    let raw = Server::raw_hyper(args, pinning)?;
    measure("raw", &[(Kind::RawHyper, &raw)], args, pinning)
}

fn measure(part: &'static str, servers: &[(Kind, &Server)], args: &Args, pinning: Pinning) -> Result<Report> {
    let Rounds { lists, repeated } = round::alternate(servers, &Request::of(args), Load::Closed, args, pinning)?;
    let mut table = Table::new(&["server", "requests/s", "CPU µs/request", "requests/CPU-s", "p50", "p99", "server CPU", "generator CPU"]);
    let mut notes = Vec::new();
    let mut data = serde_json::Map::new();
    for ((kind, _), rounds) in servers.iter().zip(&lists) {
        let median = |figure: fn(&Round) -> f64| round::spread(rounds, figure).median;
        table.row([
            kind.to_string(),
            grouped(median(|round| round.rps)),
            format!("{:.2}", median(|round| round.cpu_us)),
            grouped(median(Round::per_cpu_second)),
            us(median(Round::p50_us)),
            us(median(Round::p99_us)),
            percent(median(|round| round.server_cpu)),
            percent(median(|round| round.generator_cpu)),
        ]);
        notes.extend(round::warnings(*kind, rounds, true));
        data.insert(kind.to_string(), rounds.iter().map(Round::json).collect());
    }
    if let [raw, skep] = lists.as_slice() {
        let ratio = |figure: fn(&Round) -> f64| round::ratio(skep, raw, figure);
        let (rps, cpu, per_cpu) = (ratio(|round| round.rps), ratio(|round| round.cpu_us), ratio(Round::per_cpu_second));
        let (p50, p99) = (ratio(Round::p50_us), ratio(Round::p99_us));
        let cells = [rps, cpu, per_cpu, p50, p99].map(|spread| spread.ratio());
        table.row(["skep ÷ raw".to_owned()].into_iter().chain(cells).chain([String::new(), String::new()]));
        data.insert(
            "ratio".into(),
            json!({ "requests_per_second": rps.json(), "requests_per_cpu_second": per_cpu.json(), "p99": p99.json() }),
        );
    }
    notes.push(format!(
        "{:?}, {} connections, medians of {} rounds of {} s ({repeated} repeated for noise); ratios are taken round by round, with their extremes in brackets",
        args.case, args.connections, args.rounds, args.seconds
    ));
    Ok(Report { part, command: args.command(part), tables: vec![table], notes, data: data.into() })
}
