//! One round: a load on one server, and its cost for that server.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::args::Args;
use crate::client::{Client, Sample};
use crate::pin::Pinning;
use crate::process;
use crate::servers::{Kind, Server};
use crate::single::Single;
use crate::stats::Spread;
use crate::workload::Request;

/// Load before a round that is not counted: connections accepted, code hot, clock frequency up.
const RAMP: Duration = Duration::from_millis(500);
/// A round that lost more of a CPU to other processes is not trusted.
pub const STOLEN_MAX: f64 = 0.05;

/// The load: as much as the server takes, or a number of requests per second.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    Closed,
    Open { rate: f64, poisson: bool },
}

/// The figures of a round.
pub struct Round {
    pub sample: Sample,
    pub rps: f64,
    /// User and system time of the server's process tree per right answer.
    pub cpu_us: f64,
    /// CPUs the server used: 1.0 is one CPU all the time.
    pub server_cpu: f64,
    pub generator_cpu: f64,
    /// Part of the server's or of the generator's CPU that other processes or the hypervisor took, the greater of the two.
    pub stolen: f64,
}

impl Round {
    /// Opens fresh connections, warms up, then measures for the length of a round.
    pub fn run(server: &Server, request: &Request, load: Load, args: &Args, pinning: Pinning) -> Result<Self> {
        let mut client = Client::connect(server.address, args.connections, request)?;
        apply(&mut client, load, RAMP)?;
        let before = Clocks::read(server, pinning);
        let sample = apply(&mut client, load, args.round())?;
        let used = Clocks::read(server, pinning).since(before);
        ensure!(sample.requests > 0, "no right answer: {}", sample.first_error.unwrap_or_default());

        let elapsed = sample.elapsed.as_secs_f64();
        let cpu = used.server.as_secs_f64();
        let generator_cpu = sample.generator_cpu.as_secs_f64();
        let server_side = used.server_side.as_secs_f64() - cpu;
        let generator_side = used.generator_side.as_secs_f64() - generator_cpu;
        Ok(Self {
            rps: sample.requests as f64 / elapsed,
            cpu_us: cpu * 1e6 / sample.requests as f64,
            server_cpu: cpu / elapsed,
            generator_cpu: generator_cpu / elapsed,
            // Without pinning it is not known which process should have been on which CPU.
            stolen: if pinning.server.is_some() { server_side.max(generator_side).max(0.0) / elapsed } else { 0.0 },
            sample,
        })
    }

    /// Requests that one second of CPU time answers: the figure that survives a noisy neighbour.
    pub fn per_cpu_second(&self) -> f64 {
        1e6 / self.cpu_us
    }

    pub fn p50_us(&self) -> f64 {
        self.sample.latency.quantile_us(0.5)
    }

    pub fn p99_us(&self) -> f64 {
        self.sample.latency.quantile_us(0.99)
    }

    pub fn json(&self) -> Value {
        json!({
            "requests": self.sample.requests, "errors": self.sample.errors, "requests_per_second": self.rps, "cpu_us_per_request": self.cpu_us,
            "server_cpu": self.server_cpu, "generator_cpu": self.generator_cpu, "stolen": self.stolen, "p50_us": self.p50_us(), "p99_us": self.p99_us(),
        })
    }
}

fn apply(client: &mut Client, load: Load, length: Duration) -> Result<Sample> {
    match load {
        Load::Closed => client.closed_loop(length),
        Load::Open { rate, poisson } => client.open_loop(rate, length, poisson),
    }
}

/// Readings before and after a round: CPU time of the server, busy time of its CPU and of the generator's.
#[derive(Clone, Copy)]
struct Clocks {
    server: Duration,
    server_side: Duration,
    generator_side: Duration,
}

impl Clocks {
    fn read(server: &Server, pinning: Pinning) -> Self {
        Self {
            server: process::cpu_time(server.pid()),
            server_side: process::cpu_busy(pinning.server),
            generator_side: process::cpu_busy(pinning.generator),
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            server_side: self.server_side.saturating_sub(before.server_side),
            generator_side: self.generator_side.saturating_sub(before.generator_side),
        }
    }
}

/// The rounds that count, one list per server, and how many pairs were run again.
pub struct Rounds {
    pub lists: Vec<Vec<Round>>,
    pub repeated: u32,
}

/// Runs the chosen number of rounds on each server in turn, so that a noisy stretch of the machine meets both. A turn in
/// which another process took part of a CPU is run again, at most as often as there are rounds: the choice depends on that
/// process, never on the result.
pub fn alternate(servers: &[(Kind, &Server)], request: &Request, load: Load, args: &Args, pinning: Pinning) -> Result<Rounds> {
    for (kind, server) in servers {
        // A wrong answer is better found here than a thousand times per round.
        Single::connect(server.address)?.call(request).with_context(|| format!("{kind}: a first call"))?;
    }
    let mut rounds = Rounds { lists: servers.iter().map(|_| Vec::new()).collect(), repeated: 0 };
    for number in 1..=args.rounds {
        let turn = loop {
            let turn = turn(servers, request, load, args, pinning).with_context(|| format!("round {number}, {load:?}"))?;
            if rounds.repeated == args.rounds || turn.iter().all(|round| round.stolen < STOLEN_MAX) {
                break turn;
            }
            rounds.repeated += 1;
            eprintln!("  round {number} again: something else used the machine");
        };
        for (round, list) in turn.into_iter().zip(&mut rounds.lists) {
            list.push(round);
        }
    }
    Ok(rounds)
}

fn turn(servers: &[(Kind, &Server)], request: &Request, load: Load, args: &Args, pinning: Pinning) -> Result<Vec<Round>> {
    let one = |(kind, server): &(Kind, &Server)| {
        let round = Round::run(server, request, load, args, pinning).with_context(|| kind.to_string())?;
        let (rps, cpu, p99) = (round.rps, round.cpu_us, round.p99_us());
        eprintln!("  {kind:<9} {rps:.0} requests/s, {cpu:.2} µs CPU each, p99 {p99:.0} µs");
        Ok(round)
    };
    servers.iter().map(one).collect()
}

/// Median and extremes of one figure over rounds.
pub fn spread(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> Spread {
    Spread::of(rounds.iter().map(figure))
}

/// The same figure of two servers, divided round by round: neighbours in time share the noise.
pub fn ratio(above: &[Round], below: &[Round], figure: impl Fn(&Round) -> f64) -> Spread {
    Spread::of(above.iter().zip(below).map(|(above, below)| figure(above) / figure(below)))
}

/// Notes for the reader about rounds that were disturbed.
pub fn warnings(kind: Kind, rounds: &[Round], saturating: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let errors: u64 = rounds.iter().map(|round| round.sample.errors).sum();
    if let Some(first) = rounds.iter().find_map(|round| round.sample.first_error.as_ref()) {
        notes.push(format!("**{kind}: {errors} wrong answers**, the first: {first}"));
    }
    let (server, generator) = (spread(rounds, |round| round.server_cpu).median, spread(rounds, |round| round.generator_cpu).median);
    let stolen = spread(rounds, |round| round.stolen).max;
    if stolen > STOLEN_MAX {
        notes.push(format!(
            "**{kind}: up to {:.0} % of a CPU went to others**: requests/s is too low and latency too high; CPU figures hold better",
            stolen * 100.0
        ));
    } else if saturating && server < 0.95 && generator > server {
        notes.push(format!(
            "{kind}: the generator was the bottleneck ({generator:.2} CPUs against {server:.2}): requests/s is too low, CPU figures hold"
        ));
    } else if saturating && server < 0.95 {
        notes.push(format!("{kind}: the server was not saturated ({server:.2} CPUs): try more --connections"));
    }
    notes
}
