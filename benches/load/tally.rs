//! The tables of `releases`: the times of the operations, and the outcome of the calls meanwhile.
//!
//! Reads the diary of the operations and the samples of the load.
//!
//! Invariant: every failure is in the table or in a note, whenever it happened.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::args::Args;
use crate::barrage::{ALONE_EVERY, Break, Sample};
use crate::releases::{Diary, KILLS, PHASES, Phase, Series};
use crate::report::{Report, Table, grouped, percent, us};
use crate::round::STOLEN_MAX;
use crate::stats::Histogram;

/// Longest time that the kernel takes to close the connections of a killed process: it frees the memory first.
const CLOSED_MAX: Duration = Duration::from_secs(2);

/// Failures of one phase, by kind.
struct Failures {
    wrong: u64,
    broken: usize,
    /// Connections of a killed process, with a call in flight.
    lost: usize,
    /// Calls among them that were written when the process was dead and its connections were not closed yet.
    late: usize,
}

impl Failures {
    fn of(sample: &Sample, kills: &[(Instant, Instant)]) -> Self {
        let is_of = |broken: &Break, (before, after): &(Instant, Instant)| {
            broken.opened <= *after && broken.at >= *before && broken.at - *before < CLOSED_MAX
        };
        let (mut lost, mut late) = (0, 0);
        for broken in &sample.breaks {
            if let Some((_, after)) = kills.iter().find(|kill| is_of(broken, kill)) {
                lost += 1;
                late += usize::from(broken.sent > *after);
            }
        }
        Self { wrong: sample.wrong, broken: sample.breaks.len() - lost, lost, late }
    }

    fn failed(&self) -> u64 {
        self.wrong + self.broken as u64
    }
}

/// The tables of a run.
pub fn report(args: &Args, diary: &Diary, samples: &[Sample], saturation: f64) -> Report {
    let mut operations = Table::new(&["operation, from the order to its end", "times", "p50", "p99", "max"]);
    for Series { what, times: series } in &diary.series {
        let cells = [0.5, 0.99, 1.0].map(|quantile| us(series.quantile_us(quantile)));
        operations.row([(*what).to_owned(), series.count().to_string()].into_iter().chain(cells));
    }
    let columns = [
        "meanwhile",
        "requests",
        "failed",
        "lost",
        "reconnects",
        "told to close",
        "p50",
        "p99",
        "p50 ÷ quiet",
        "p99 ÷ quiet",
        "server CPU",
    ];
    let mut calls = Table::new(&columns);
    let (mut notes, mut data) = (notes(args, diary, samples, saturation), Vec::new());
    let quantile = |sample: &Sample, share: f64| sample.latency.quantile_us(share);
    for (spent, sample) in diary.spent.iter().filter_map(|spent| Some((spent, samples.get(spent.phase.number())?))) {
        let failures = Failures::of(sample, &diary.kills);
        let ratio = |share| samples.get(Phase::Quiet.number()).map_or(f64::NAN, |quiet| quantile(sample, share) / quantile(quiet, share));
        let requests = sample.right + failures.failed() + failures.lost as u64;
        let counts = [failures.failed(), failures.lost as u64, sample.reconnects, sample.told_to_close].map(|count| count.to_string());
        let latencies =
            [0.5, 0.99].map(|share| us(quantile(sample, share))).into_iter().chain([0.5, 0.99].map(|share| times(ratio(share))));
        let cells = [spent.phase.to_string(), grouped(requests as f64)].into_iter().chain(counts).chain(latencies);
        calls.row(cells.chain([percent(spent.cpu)]));
        data.push(json!({
            "meanwhile": spent.phase.to_string(), "requests": requests, "on_new_connections": sample.alone, "wrong": failures.wrong,
            "broken": failures.broken, "lost": failures.lost, "lost_after_the_kill": failures.late, "reconnects": sample.reconnects, "told_to_close": sample.told_to_close,
            "p50_us": quantile(sample, 0.5), "p99_us": quantile(sample, 0.99), "max_us": quantile(sample, 1.0), "server_cpu": spent.cpu,
        }));
    }
    for (number, sample) in samples.iter().enumerate() {
        let failures = Failures::of(sample, &diary.kills);
        if failures.failed() > 0 {
            let why = sample.first_wrong.as_deref().or_else(|| sample.breaks.first().map(|broken| broken.why.as_str())).unwrap_or_default();
            let phase = PHASES.iter().find(|phase| phase.number() == number).map_or("between phases".to_owned(), Phase::to_string);
            notes.push(format!("**{phase}: {} wrong answers, {} connections broken**, the first: {why}", failures.wrong, failures.broken));
        }
    }
    let series: Vec<Value> = diary.series.iter().map(|Series { what, times }| {
        json!({ "operation": what, "times": times.count(), "p50_us": times.quantile_us(0.5), "p99_us": times.quantile_us(0.99), "max_us": times.quantile_us(1.0) })
    }).collect();
    let data = json!({ "saturation": saturation, "rate": saturation * args.share, "operations": series, "phases": data });
    Report { part: "releases", command: args.command("releases"), tables: vec![operations, calls], notes, data }
}

fn notes(args: &Args, diary: &Diary, samples: &[Sample], saturation: f64) -> Vec<String> {
    let mut notes = vec![format!(
        "{} requests/s offered, {} of the {} that it takes at most, open loop, even arrivals, latency from the time a request was due; one in {ALONE_EVERY} on a \
         connection of its own, the others on {} that are kept alive; four functions, half of the calls for the one that is released alone; releases follow each other at once, \
         upgrades and kills when the last one is over and its backlog answered",
        grouped(saturation * args.share),
        percent(args.share),
        grouped(saturation),
        args.connections
    )];
    notes.push(
        "failed: not 200, by no version that may be live, or the connection broke before the answer; after a release has ended, an older version counts as failed \
         too. lost: the connection broke before the answer because its process was killed"
            .to_owned(),
    );
    notes.push(
        "reconnects: idle kept-alive connections that the server had closed before a request was written: it was sent on a new one, and is no failure. told to \
         close: the answer said `connection: close`, as at a hand-over"
            .to_owned(),
    );
    if let Some(killed) = samples.get(Phase::Kills.number()) {
        let failures = Failures::of(killed, &diary.kills);
        notes.push(format!(
            "{KILLS} kills broke {} connections: {} with a request in flight, of which {} were written after the kill, before the kernel had closed the \
             connection; {} kept-alive ones that were idle; the supervisor waits 0, 100, 200, 400, 800 ms before \
             it starts the next engine; between kills everything is released anew, for a version that ran at two deaths is quarantined",
            failures.lost as u64 + killed.reconnects,
            failures.lost,
            failures.late,
            killed.reconnects
        ));
    }
    let late = samples.iter().fold(Histogram::default(), |mut late, sample| {
        late.merge(&sample.lag);
        late
    });
    let calls: u64 = samples.iter().map(|sample| sample.right).sum();
    notes.push(format!(
        "late (from due to sent: the generator's own share, and the wait for a free connection): p99 {}; {} right answers in all, between the phases too",
        us(late.quantile_us(0.99)),
        grouped(calls as f64)
    ));
    for spent in diary.spent.iter().filter(|spent| spent.stolen > STOLEN_MAX) {
        notes.push(format!(
            "**{}: {} of the server's CPU went to others**: times and latencies are too high",
            spent.phase,
            percent(spent.stolen)
        ));
    }
    notes
}

/// A ratio with as many digits as mean something.
fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { grouped(ratio) }
}
