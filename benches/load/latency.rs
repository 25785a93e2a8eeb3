//! Open loop: latency at 10 % and 50 % of skep's saturation, counted from the time a request was due. Both servers are offered the
//! same number of requests per second, so raw hyper has the more idle CPU of the two: a user would compare them so.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::args::Args;
use crate::pin::Pinning;
use crate::report::{Report, Table, grouped, percent, us};
use crate::round::{self, Load, Round, Rounds};
use crate::servers::{Kind, Server};
use crate::stats::{Histogram, Spread};
use crate::workload::Request;

const SHARES: [f64; 2] = [0.10, 0.50];

/// Skep beside raw hyper.
pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let raw = Server::raw_hyper(args, pinning)?;
    let skep = Server::skep_with_cases(args, pinning)?;
    measure("latency", &[(Kind::RawHyper, &raw), (Kind::Skep, &skep)], args, pinning)
}

/// Raw hyper alone.
pub fn run_raw(args: &Args, pinning: Pinning) -> Result<Report> {
    let raw = Server::raw_hyper(args, pinning)?;
    measure("raw", &[(Kind::RawHyper, &raw)], args, pinning)
}

fn measure(part: &'static str, servers: &[(Kind, &Server)], args: &Args, pinning: Pinning) -> Result<Report> {
    let request = Request::of(args);
    let (kind, measured) = servers.last().context("no server to measure")?;
    let saturation = saturation(measured, &request, args, pinning)?;
    eprintln!("  {kind} saturates at {saturation:.0} requests/s");

    let mut table = Table::new(&["server", "offered/s", "p50", "p90", "p99", "max", "server CPU", "late p99"]);
    let (mut notes, mut data) = (Vec::new(), Vec::new());
    for share in SHARES {
        let rate = saturation * share;
        let Rounds { lists, repeated } = round::alternate(servers, &request, Load::Open { rate, poisson: args.poisson }, args, pinning)?;
        for ((kind, _), rounds) in servers.iter().zip(&lists) {
            let latency = merged(rounds, |round| &round.sample.latency);
            let lag = merged(rounds, |round| &round.sample.lag);
            let server_cpu = round::spread(rounds, |round| round.server_cpu).median;
            let quantiles = [0.5, 0.9, 0.99, 1.0].map(|quantile| latency.quantile_us(quantile));
            let cells = quantiles.map(us).into_iter().chain([percent(server_cpu), us(lag.quantile_us(0.99))]);
            table.row([kind.to_string(), format!("{} ({})", grouped(rate), percent(share))].into_iter().chain(cells));
            notes.extend(round::warnings(*kind, rounds, false));
            data.push(json!({
                "server": kind.to_string(), "share": share, "rate": rate, "requests": latency.count(), "server_cpu": server_cpu,
                "p50_us": quantiles[0], "p90_us": quantiles[1], "p99_us": quantiles[2], "max_us": quantiles[3],
                "late_p99_us": lag.quantile_us(0.99), "rounds": rounds.iter().map(Round::json).collect::<Vec<_>>(),
            }));
        }
        if repeated > 0 {
            notes.push(format!("{repeated} rounds at {} repeated for noise", percent(share)));
        }
        if let [raw, skep] = lists.as_slice() {
            let ratios = [0.5, 0.9, 0.99, 1.0].map(|quantile| ratio(raw, skep, quantile));
            let cells = ratios.map(|spread| spread.ratio()).into_iter().chain([String::new(), String::new()]);
            table.row(["skep ÷ raw".to_owned(), String::new()].into_iter().chain(cells));
            data.push(json!({ "ratio": { "share": share, "p50": ratios[0].json(), "p99": ratios[2].json() } }));
        }
    }
    notes.push(format!(
        "open loop, {} arrivals, latency from the time a request was due; {kind} saturates at {} requests/s; {} rounds of {} s per server and rate, \
         quantiles over all of them, ratios round by round; late = from due to sent",
        if args.poisson { "Poisson" } else { "even" }, grouped(saturation), args.rounds, args.seconds
    ));
    Ok(Report { part, command: args.command(part), tables: vec![table], notes, data: Value::Array(data) })
}

/// The best of three rounds: noise only ever takes away, and a rate that is too low makes every latency look good.
fn saturation(server: &Server, request: &Request, args: &Args, pinning: Pinning) -> Result<f64> {
    (0..3).try_fold(0.0, |best: f64, _| Ok(best.max(Round::run(server, request, Load::Closed, args, pinning)?.rps)))
}

fn ratio(raw: &[Round], skep: &[Round], quantile: f64) -> Spread {
    round::ratio(skep, raw, |round| round.sample.latency.quantile_us(quantile))
}

fn merged<'a>(rounds: &'a [Round], of: impl Fn(&'a Round) -> &'a Histogram) -> Histogram {
    let mut whole = Histogram::default();
    rounds.iter().for_each(|round| whole.merge(of(round)));
    whole
}
