//! One round: a load on one server, and what it cost that server.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::args::Args;
use crate::client::{Client, Sample};
use crate::pin::Plan;
use crate::process;
use crate::servers::{Kind, Server};
use crate::stats::Spread;
use crate::workload::Request;

/// Load before a round that is not counted: connections accepted, code hot, clock frequency up.
const RAMP: Duration = Duration::from_millis(500);

/// The load: as much as it takes, or so much per second.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    Closed,
    Open { rate: f64, poisson: bool },
}

/// What a round gave.
pub struct Round {
    pub sample: Sample,
    pub rps: f64,
    /// User and system time of the server's process tree per right answer.
    pub cpu_us: f64,
    /// CPUs the server used: 1.0 is one CPU all the time.
    pub server_cpu: f64,
    pub generator_cpu: f64,
    /// Share of the server's CPU that neither the server used nor was idle: strangers and the hypervisor.
    pub stolen: f64,
}

impl Round {
    /// Opens fresh connections, warms up, then measures for the length of a round.
    pub fn run(server: &Server, request: &Request, load: Load, args: &Args, plan: Plan) -> Result<Self> {
        let mut client = Client::connect(server.address, args.connections, request)?;
        apply(&mut client, load, RAMP)?;
        let busy = || process::cpu_busy(plan.server);
        let (cpu_before, busy_before) = (process::cpu_time(server.pid()), busy());
        let sample = apply(&mut client, load, args.round())?;
        let (cpu_after, busy_after) = (process::cpu_time(server.pid()), busy());

        let elapsed = sample.elapsed.as_secs_f64();
        let cpu = (cpu_after.saturating_sub(cpu_before)).as_secs_f64();
        let others = (busy_after.0 - busy_before.0).as_secs_f64() - cpu + (busy_after.1 - busy_before.1).as_secs_f64();
        Ok(Self {
            rps: sample.requests as f64 / elapsed,
            cpu_us: cpu * 1e6 / sample.requests as f64,
            server_cpu: cpu / elapsed,
            generator_cpu: sample.generator_cpu.as_secs_f64() / elapsed,
            stolen: if plan.server.is_some() { (others / elapsed).max(0.0) } else { 0.0 },
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

/// Runs `rounds` rounds on each server in turn, so that a noisy stretch of the machine meets both.
pub fn alternate(
    servers: &[(Kind, &Server)],
    request: &Request,
    load: Load,
    args: &Args,
    plan: Plan,
) -> Result<Vec<Vec<Round>>> {
    let mut all: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
    for number in 1..=args.rounds {
        for ((kind, server), rounds) in servers.iter().zip(&mut all) {
            let round = Round::run(server, request, load, args, plan)
                .with_context(|| format!("{kind}, round {number}, {load:?}"))?;
            eprintln!(
                "  {kind:<9} round {number}: {:.0} requests/s, {:.2} µs CPU each, p99 {:.0} µs",
                round.rps,
                round.cpu_us,
                round.p99_us()
            );
            rounds.push(round);
        }
    }
    Ok(all)
}

/// Median and extremes of one figure over rounds.
pub fn spread(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> Spread {
    Spread::of(rounds.iter().map(figure))
}

/// The same figure of two servers, divided round by round: neighbours in time share the noise.
pub fn ratio(above: &[Round], below: &[Round], figure: impl Fn(&Round) -> f64) -> Spread {
    Spread::of(above.iter().zip(below).map(|(above, below)| figure(above) / figure(below)))
}

/// What a reader must know about rounds that did not go cleanly.
pub fn warnings(kind: Kind, rounds: &[Round], saturating: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let errors: u64 = rounds.iter().map(|round| round.sample.errors).sum();
    if let Some(first) = rounds.iter().find_map(|round| round.sample.first_error.as_ref()) {
        notes.push(format!("**{kind}: {errors} wrong answers**, the first: {first}"));
    }
    let (server, generator) =
        (spread(rounds, |round| round.server_cpu).median, spread(rounds, |round| round.generator_cpu).median);
    if saturating && server < 0.95 && generator > server {
        notes.push(format!("{kind}: the generator was the bottleneck ({generator:.2} CPUs against {server:.2}): requests/s is too low, CPU figures hold"));
    } else if saturating && server < 0.90 {
        notes.push(format!("{kind}: the server was not saturated ({server:.2} CPUs): try more --connections"));
    }
    let stolen = spread(rounds, |round| round.stolen).max;
    if stolen > 0.05 {
        notes.push(format!(
            "{kind}: up to {:.0} % of the server's CPU went to others: requests/s and p99 are too bad",
            stolen * 100.0
        ));
    }
    notes
}
