//! `skep top`: what each function does, second by second.
//!
//! Two looks at the functions and their instances, a second apart, make one picture.
//!
//! Invariant: a number is what changed between two looks, and a terminal is left as it was found.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde::{Deserialize, Serialize};

use super::connection::error::RemoteError;
use super::connection::session::Session;
use super::output::progress::terminal_size;
use super::output::table;
use crate::config::ExitCode;
use crate::config::client::args::TopArgs;

/// Between two looks.
const SECOND: Duration = Duration::from_secs(1);
/// Functions whose instances are looked at, those with the most instances first: each is a request.
const LOOKED_AT_MAX: usize = 64;

const HEADS: [&str; 8] = ["NAME", "CALLS/S", "FAULTS/S", "IN FLIGHT", "WAITING", "READY", "MEMORY MB", "CPU %"];

#[derive(Clone, Debug, Deserialize)]
struct Function {
    name: String,
    ready: u64,
    booting: u64,
    in_flight: u64,
    waiting: u64,
    heap_bytes: u64,
    external_bytes: u64,
    calls: u64,
    faults: u64,
}

#[derive(Debug, Deserialize)]
struct Instance {
    id: u32,
    cpu_seconds: f64,
}

/// One look.
struct Look {
    at: Instant,
    functions: Vec<Function>,
    /// CPU seconds by function and instance.
    cpu: HashMap<String, HashMap<u32, f64>>,
}

/// One function in the picture.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    name: String,
    calls_per_s: f64,
    faults_per_s: f64,
    in_flight: u64,
    waiting: u64,
    ready: u64,
    memory_mb: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_percent: Option<f64>,
}

/// Shows until q or Ctrl-C, or once.
pub(in crate::client) fn run(session: &Session, args: &TopArgs) -> Result<ExitCode, RemoteError> {
    session.interruption.ends_well();
    let is_live = !args.once && !session.output.is_json() && std::io::stdout().is_terminal();
    let keys = if is_live { watch_keys(session) } else { None };
    let mut before = look(session)?;
    loop {
        if pressed_q(keys.as_ref()) {
            break;
        }
        let after = look(session)?;
        let rows = rows(&before, &after);
        let shown = match (session.output.is_json(), is_live) {
            (true, _) if args.once => session.output.result(&rows, String::new).map(drop),
            (true, _) => session.output.line(&serde_json::to_string(&rows).unwrap_or_default()),
            (false, true) => draw(session, &rows),
            (false, false) if args.once => session.output.line(&picture(&rows)),
            (false, false) => session.output.line(&format!("{}\n", picture(&rows))),
        };
        if let Err(error) = shown {
            session.interruption.restore();
            return Err(error);
        }
        if args.once {
            break;
        }
        before = after;
    }
    session.interruption.restore();
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

/// Takes the terminal: another screen, keys one by one and unseen. Ctrl-C stays what it is.
fn watch_keys(session: &Session) -> Option<Receiver<u8>> {
    let stdin = std::io::stdin();
    let found = tcgetattr(&stdin).ok()?;
    let mut changed = found.clone();
    changed.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Now, &changed).ok()?;
    print!("\x1b[?1049h\x1b[?25l");
    session.interruption.restore_by(move || {
        print!("\x1b[?25h\x1b[?1049l");
        let _ = std::io::stdout().flush();
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &found);
    });
    let (keys_tx, keys_rx) = mpsc::sync_channel(16);
    let read = move || {
        for key in std::io::stdin().lock().bytes().map_while(Result::ok) {
            if keys_tx.send(key).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("skep keys".to_owned()).spawn(read).ok()?;
    Some(keys_rx)
}

fn look(session: &Session) -> Result<Look, RemoteError> {
    let functions: Vec<Function> = session.client.get("/functions").inspect_err(|_| session.interruption.restore())?;
    let mut busy: Vec<&Function> = functions.iter().filter(|function| function.ready + function.booting > 0).collect();
    busy.sort_by_key(|function| std::cmp::Reverse((function.in_flight, function.ready)));
    let mut cpu = HashMap::new();
    for function in busy.into_iter().take(LOOKED_AT_MAX) {
        // It may be gone by now.
        let instances: Vec<Instance> = session.client.get(&format!("/functions/{}/instances", function.name)).unwrap_or_default();
        cpu.insert(function.name.clone(), instances.into_iter().map(|instance| (instance.id, instance.cpu_seconds)).collect());
    }
    Ok(Look { at: Instant::now(), functions, cpu })
}

/// What has changed, the busiest function first.
fn rows(before: &Look, after: &Look) -> Vec<Row> {
    let seconds = after.at.saturating_duration_since(before.at).as_secs_f64().max(0.001);
    let earlier: HashMap<&str, &Function> = before.functions.iter().map(|function| (function.name.as_str(), function)).collect();
    let mut rows: Vec<Row> =
        after.functions.iter().map(|function| row(function, earlier.get(function.name.as_str()).copied(), seconds)).collect();
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

fn row(function: &Function, before: Option<&Function>, seconds: f64) -> Row {
    // Counters begin anew with another version or engine.
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
        std::iter::once(row.name.clone()).chain(rates).chain(numbers).chain(rest).collect::<Vec<_>>()
    };
    table(&HEADS, &rows.iter().map(cells).collect::<Vec<_>>())
}

fn draw(session: &Session, rows: &[Row]) -> Result<(), RemoteError> {
    let (width, height) = terminal_size();
    let text = format!("{}  {} functions  q ends\n\n{}", session.client.url(), rows.len(), picture(rows));
    let lines = text.lines().take(height.saturating_sub(1)).map(|line| line.chars().take(width).collect::<String>());
    let frame = lines.map(|line| format!("{line}\x1b[K\r\n")).collect::<String>();
    let mut out = std::io::stdout().lock();
    write!(out, "\x1b[H{frame}\x1b[J").and_then(|()| out.flush()).map_err(|_| RemoteError::Closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, calls: u64) -> Function {
        let name = name.to_owned();
        Function { name, ready: 1, booting: 0, in_flight: 0, waiting: 0, heap_bytes: 1_500_000, external_bytes: 0, calls, faults: 0 }
    }

    fn look_of(at: Instant, functions: Vec<Function>, cpu: f64) -> Look {
        let cpu = functions.iter().map(|function| (function.name.clone(), HashMap::from([(7, cpu)]))).collect();
        Look { at, functions, cpu }
    }

    #[test]
    fn a_row_is_what_changed_in_a_second_and_the_busiest_stands_first() {
        let now = Instant::now();
        let before = look_of(now, vec![function("a", 10), function("b", 100)], 1.0);
        let after = look_of(now + Duration::from_secs(2), vec![function("a", 10), function("b", 300)], 1.5);
        let rows = rows(&before, &after);
        assert_eq!((rows[0].name.as_str(), rows[0].calls_per_s, rows[0].cpu_percent), ("b", 100.0, Some(25.0)));
        assert_eq!((rows[1].calls_per_s, rows[1].memory_mb), (0.0, 1.5));
        assert!(picture(&rows).lines().nth(1).unwrap().starts_with("b     100.0"), "{}", picture(&rows));
    }

    #[test]
    fn counters_that_begin_anew_are_not_negative() {
        let now = Instant::now();
        let before = look_of(now, vec![function("a", 1000)], 9.0);
        let after = look_of(now + Duration::from_secs(1), vec![function("a", 5)], 0.5);
        let rows = rows(&before, &after);
        assert_eq!((rows[0].calls_per_s, rows[0].cpu_percent), (5.0, Some(0.0)));
    }
}
