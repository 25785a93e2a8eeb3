//! The effect of a bad neighbour on a function that behaves: a plain hello function is called at a fixed rate (open loop), alone and, a
//! moment later on the same server, with a bad neighbour at work the whole time. All threads of the server share one CPU, the hardest case:
//! with a core to spare the kernel moves the neighbour out of the way.
//!
//! Invariant: each pair of rounds has a fresh server whose victim is hot, so that no neighbour's remains are measured with the next.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::args::Args;
use crate::client::Client;
use crate::neighbour::{self, Callers, Ends, Neighbour};
use crate::pin::Pinning;
use crate::report::{Report, Table, percent, us};
use crate::round::{Load, Round, STOLEN_MAX};
use crate::servers::Server;
use crate::stats::Spread;
use crate::workload::{self, HELLO, Request};

/// Closed-loop load before the first round: the victim's code is optimised by then.
const WARM_UP: Duration = Duration::from_millis(500);

/// The quantiles that are shown.
const QUANTILES: [f64; 3] = [0.5, 0.99, 0.999];

/// The victim alone and beside a neighbour, one after the other.
struct Pair {
    alone: Round,
    beside: Round,
    ends: Ends,
}

pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let folder = TempDir::with_prefix("skep-load-")?;
    workload::write_cases(folder.path())?;
    neighbour::write(folder.path())?;
    let neighbours = if args.neighbour.is_empty() { Neighbour::value_variants() } else { &args.neighbour };
    let mut pairs: Vec<Vec<Pair>> = neighbours.iter().map(|_| Vec::new()).collect();
    let mut repeated = 0;
    // Neighbours take turns, because a noisy machine is noisy in stretches.
    for number in 1..=args.rounds {
        for (neighbour, pairs) in neighbours.iter().zip(&mut pairs) {
            let pair = loop {
                let pair = pair(*neighbour, &folder, args, pinning).with_context(|| format!("round {number}, beside {neighbour:?}"))?;
                if repeated == args.rounds || pair.alone.stolen.max(pair.beside.stolen) < STOLEN_MAX {
                    break pair;
                }
                repeated += 1;
                eprintln!("  round {number} again: something else used the machine");
            };
            pairs.push(pair);
        }
    }
    Ok(report(args, neighbours, &pairs, repeated))
}

fn pair(neighbour: Neighbour, folder: &TempDir, args: &Args, pinning: Pinning) -> Result<Pair> {
    let request = Request { expected: Some(HELLO.to_vec()), ..Request::get("/hello", None) };
    // The neighbour never finishes its calls: there is nothing to wait for at the end.
    let server = Server::skep(args, pinning, folder.path(), &["--drain-s", "1"])?;
    Client::connect(server.address, args.connections, &request)?.closed_loop(WARM_UP)?;
    let load = Load::Open { rate: args.rate, poisson: args.poisson };
    let alone = Round::run(&server, &request, load, args, pinning).context("alone")?;
    let callers = Callers::start(neighbour, server.address)?;
    let beside = Round::run(&server, &request, load, args, pinning)?;
    let ends = callers.stop()?;
    ensure!(alone.sample.errors + beside.sample.errors == 0, "the victim got wrong answers: {:?}", beside.sample.first_error);
    let p99 = |round: &Round| us(round.p99_us());
    eprintln!("  beside {neighbour:?}: p99 {} (alone {}), {ends:?}", p99(&beside), p99(&alone));
    Ok(Pair { alone, beside, ends })
}

fn report(args: &Args, neighbours: &[Neighbour], pairs: &[Vec<Pair>], repeated: u32) -> Report {
    let columns = ["beside", "p50", "p99", "p99.9", "p50 ÷ alone", "p99 ÷ alone", "p99.9 ÷ alone", "server CPU", "neighbour's calls"];
    let mut table = Table::new(&columns);
    let mut data = Vec::new();
    let alone: Vec<&Round> = pairs.iter().flatten().map(|pair| &pair.alone).collect();
    let quantiles =
        |rounds: &[&Round]| QUANTILES.map(|share| Spread::of(rounds.iter().map(|round| round.sample.latency.quantile_us(share))));
    let cpu = |rounds: &[&Round]| percent(Spread::of(rounds.iter().map(|round| round.server_cpu)).median);
    let cells = quantiles(&alone).map(|spread| us(spread.median));
    let none = || std::iter::repeat_n(String::new(), 3);
    table.row(std::iter::once("no neighbour".to_owned()).chain(cells).chain(none()).chain([cpu(&alone), String::new()]));
    for (neighbour, pairs) in neighbours.iter().zip(pairs) {
        let name = neighbour.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let beside: Vec<&Round> = pairs.iter().map(|pair| &pair.beside).collect();
        let ratios = QUANTILES.map(|share| {
            let at = |round: &Round| round.sample.latency.quantile_us(share);
            Spread::of(pairs.iter().map(|pair| at(&pair.beside) / at(&pair.alone)))
        });
        let cells = quantiles(&beside).map(|spread| us(spread.median)).into_iter().chain(ratios.map(Spread::ratio));
        table.row(std::iter::once(name.clone()).chain(cells).chain([cpu(&beside), ended(pairs)]));
        let json = |rounds: Vec<&Round>| rounds.into_iter().map(Round::json).collect::<Vec<Value>>();
        data.push(json!({
            "beside": name, "p50": ratios[0].json(), "p99": ratios[1].json(), "p999": ratios[2].json(),
            "alone": json(pairs.iter().map(|pair| &pair.alone).collect()), "rounds": json(beside),
        }));
    }
    let mut notes = vec![format!(
        "hello at {} requests/s, open loop, {} arrivals, latency from the time a request was due; {} pairs of rounds of {} s per neighbour \
         ({repeated} repeated for noise); medians of rounds, ratios pair by pair with their extremes",
        args.rate,
        if args.poisson { "Poisson" } else { "even" },
        args.rounds,
        args.seconds
    )];
    let lag = Spread::of(pairs.iter().flatten().map(|pair| pair.beside.sample.lag.quantile_us(0.99)));
    notes.push(format!("late (from due to sent, the generator's own share): p99 {}, at most {}", us(lag.median), us(lag.max)));
    let stolen = Spread::of(pairs.iter().flatten().map(|pair| pair.alone.stolen.max(pair.beside.stolen))).max;
    if stolen > STOLEN_MAX {
        notes.push(format!("**up to {:.0} % of a CPU went to others**: latencies are too high, alone and beside", stolen * 100.0));
    }
    Report { part: "victim", command: args.command("victim"), tables: vec![table], notes, data: Value::Array(data) }
}

/// `12 cpu_limit, 1 memory_limit`
fn ended(pairs: &[Pair]) -> String {
    let mut sum = Ends::new();
    pairs.iter().flat_map(|pair| &pair.ends).for_each(|(kind, count)| *sum.entry(kind.clone()).or_default() += count);
    let texts: Vec<String> = sum.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    if texts.is_empty() { "one, still running".to_owned() } else { texts.join(", ") }
}
