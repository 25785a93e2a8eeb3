//! `skep top`: the load of each function, second by second.
//!
//! Two samples of the functions and their instances, a second apart, make one picture.
//!
//! Invariant: a rate is the difference of two samples, and a terminal is left as it was found.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::connection::session::Session;
use super::error::RemoteError;
use super::output::{table, terminal};
use crate::api::function::FunctionSummary;
use crate::api::instance::InstanceSummary;
use crate::config::ExitCode;
use crate::config::client_args::TopArgs;
use crate::function::FunctionName;

/// Time between two samples.
const SECOND: Duration = Duration::from_secs(1);
/// Functions whose instances are sampled, the busiest first: each costs a request.
const SAMPLED_MAX: usize = 64;

const HEADS: [&str; 8] = ["NAME", "CALLS/S", "FAULTS/S", "IN FLIGHT", "WAITING", "READY", "MEMORY MB", "CPU %"];

/// The functions and their instances at one moment.
struct Sample {
    at: Instant,
    functions: Vec<FunctionSummary>,
    /// CPU seconds by function and instance.
    cpu: HashMap<FunctionName, HashMap<u32, f64>>,
}

/// One function in the picture.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    name: FunctionName,
    calls_per_s: f64,
    faults_per_s: f64,
    in_flight: usize,
    waiting: usize,
    ready: usize,
    memory_mb: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_percent: Option<f64>,
}

/// Shows until q or Ctrl-C, or once.
pub(in crate::client) fn run(session: &Session, args: &TopArgs) -> Result<ExitCode, RemoteError> {
    session.ctrl_c.ends_well();
    let is_live = !args.once && !session.output.is_json() && std::io::stdout().is_terminal();
    let keys = is_live.then(terminal::take).flatten().map(|(keys, restore)| {
        session.ctrl_c.restore_by(restore);
        keys
    });
    let mut before = sample(session)?;
    loop {
        if pressed_q(keys.as_ref()) {
            break;
        }
        let after = sample(session)?;
        let rows = rows(&before, &after);
        let shown = match (session.output.is_json(), is_live) {
            (true, _) if args.once => session.output.result(&rows, String::new).map(drop),
            (true, _) => session.output.line(&serde_json::to_string(&rows).unwrap_or_default()),
            (false, true) => draw(session, &rows),
            (false, false) if args.once => session.output.line(&picture(&rows)),
            (false, false) => session.output.line(&format!("{}\n", picture(&rows))),
        };
        if let Err(error) = shown {
            session.ctrl_c.restore();
            return Err(error);
        }
        if args.once {
            break;
        }
        before = after;
    }
    session.ctrl_c.restore();
    Ok(ExitCode::Ok)
}

/// A second passes; `true` if q was pressed meanwhile.
fn pressed_q(keys: Option<&Receiver<u8>>) -> bool {
    let until = Instant::now() + SECOND;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let Some(keys) = keys else {
            std::thread::sleep(left);
            return false;
        };
        match keys.recv_timeout(left) {
            Ok(b'q' | b'Q') => return true,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(left);
                return false;
            }
        }
    }
}

fn sample(session: &Session) -> Result<Sample, RemoteError> {
    let functions: Vec<FunctionSummary> = session.client.get("/functions").inspect_err(|_| session.ctrl_c.restore())?;
    let mut busy: Vec<&FunctionSummary> = functions.iter().filter(|function| function.ready + function.booting > 0).collect();
    busy.sort_by_key(|function| std::cmp::Reverse((function.in_flight, function.ready)));
    let mut cpu = HashMap::new();
    for function in busy.into_iter().take(SAMPLED_MAX) {
        // The function may be gone by now.
        let instances: Vec<InstanceSummary> = session.client.get(&format!("/functions/{}/instances", function.name)).unwrap_or_default();
        cpu.insert(function.name.clone(), instances.into_iter().map(|instance| (instance.id, instance.cpu_seconds)).collect());
    }
    Ok(Sample { at: Instant::now(), functions, cpu })
}

/// The difference of two samples, the busiest function first.
fn rows(before: &Sample, after: &Sample) -> Vec<Row> {
    let seconds = after.at.saturating_duration_since(before.at).as_secs_f64().max(0.001);
    let earlier: HashMap<&FunctionName, &FunctionSummary> = before.functions.iter().map(|function| (&function.name, function)).collect();
    let mut rows: Vec<Row> = after.functions.iter().map(|function| row(function, earlier.get(&function.name).copied(), seconds)).collect();
    for row in &mut rows {
        row.cpu_percent = after.cpu.get(&row.name).map(|now| {
            let then = before.cpu.get(&row.name);
            let used = now.iter().map(|(id, cpu)| (cpu - then.and_then(|then| then.get(id)).copied().unwrap_or(0.0)).max(0.0));
            tenth(used.sum::<f64>() * 100.0 / seconds)
        });
    }
    rows.sort_by(|one, other| {
        let key = |row: &Row| (row.calls_per_s, row.cpu_percent.unwrap_or_default(), row.in_flight as f64, row.ready as f64);
        key(other).partial_cmp(&key(one)).unwrap_or(std::cmp::Ordering::Equal).then_with(|| one.name.cmp(&other.name))
    });
    rows
}

fn row(function: &FunctionSummary, before: Option<&FunctionSummary>, seconds: f64) -> Row {
    // Counters start again from zero with another version or engine.
    let rate = |now: u64, then: Option<u64>| {
        let then = then.filter(|then| *then <= now).unwrap_or(0);
        tenth((now - then) as f64 / seconds)
    };
    Row {
        name: function.name.clone(),
        calls_per_s: rate(function.calls, before.map(|before| before.calls)),
        faults_per_s: rate(function.faults, before.map(|before| before.faults)),
        in_flight: function.in_flight,
        waiting: function.waiting,
        ready: function.ready,
        memory_mb: tenth((function.heap_bytes + function.external_bytes) as f64 / 1e6),
        cpu_percent: None,
    }
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn picture(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "there is no function yet".to_owned();
    }
    let cells = |row: &Row| {
        let numbers = [row.in_flight, row.waiting, row.ready].map(|number| number.to_string());
        let rates = [row.calls_per_s, row.faults_per_s].map(|number| format!("{number:.1}"));
        let rest = [format!("{:.1}", row.memory_mb), row.cpu_percent.map(|cpu| format!("{cpu:.1}")).unwrap_or_default()];
        std::iter::once(row.name.to_string()).chain(rates).chain(numbers).chain(rest).collect::<Vec<_>>()
    };
    table(&HEADS, &rows.iter().map(cells).collect::<Vec<_>>())
}

fn draw(session: &Session, rows: &[Row]) -> Result<(), RemoteError> {
    let (width, height) = terminal::terminal_size();
    let text = format!("{}  {} functions  q ends\n\n{}", session.client.url(), rows.len(), picture(rows));
    let lines = text.lines().take(height.saturating_sub(1)).map(|line| line.chars().take(width).collect::<String>());
    let frame = lines.map(|line| format!("{line}\x1b[K\r\n")).collect::<String>();
    let mut out = std::io::stdout().lock();
    write!(out, "\x1b[H{frame}\x1b[J").and_then(|()| out.flush()).map_err(|_| RemoteError::Closed)
}

#[cfg(test)]
mod tests {
    use super::super::functions::ls::tests::summary;
    use super::*;

    fn function(name: &str, calls: u64) -> FunctionSummary {
        FunctionSummary { calls, ..summary(name) }
    }

    fn sample_of(at: Instant, functions: Vec<FunctionSummary>, cpu: f64) -> Sample {
        let cpu = functions.iter().map(|function| (function.name.clone(), HashMap::from([(7, cpu)]))).collect();
        Sample { at, functions, cpu }
    }

    #[test]
    fn a_row_is_the_difference_of_two_samples_and_the_busiest_stands_first() {
        let now = Instant::now();
        let before = sample_of(now, vec![function("a", 10), function("b", 100)], 1.0);
        let after = sample_of(now + Duration::from_secs(2), vec![function("a", 10), function("b", 300)], 1.5);
        let rows = rows(&before, &after);
        assert_eq!((rows[0].name.as_str(), rows[0].calls_per_s, rows[0].cpu_percent), ("b", 100.0, Some(25.0)));
        assert_eq!((rows[1].calls_per_s, rows[1].memory_mb), (0.0, 1.5));
        assert!(picture(&rows).lines().nth(1).unwrap().starts_with("b     100.0"), "{}", picture(&rows));
    }

    #[test]
    fn counters_that_start_again_give_no_negative_rate() {
        let now = Instant::now();
        let before = sample_of(now, vec![function("a", 1000)], 9.0);
        let after = sample_of(now + Duration::from_secs(1), vec![function("a", 5)], 0.5);
        let rows = rows(&before, &after);
        assert_eq!((rows[0].calls_per_s, rows[0].cpu_percent), (5.0, Some(0.0)));
    }
}
