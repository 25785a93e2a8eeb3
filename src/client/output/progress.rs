//! A release while it runs, on standard error: on a terminal lines that are redrawn, elsewhere a line for each step that has ended.
//!
//! `releases::follow` shows each record as it comes; a thread of its own turns the spinner.
//!
//! Invariant: only lines that this file has drawn are redrawn, so that nothing else on the terminal is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::terminal::{can_redraw, has_colors, paint, terminal_size};
use super::text::{clean, span};
use crate::api::release::{FunctionRecord, Record, ReleaseStatus, Step, StepRecord, StepState};
use crate::function::FunctionName;

/// Time between two turns of the spinner.
const TURN: Duration = Duration::from_millis(100);
const SPINNER: [&str; 8] = ["⣾", "⣽", "⣻", "⢿", "⡿", "⣟", "⣯", "⣷"];

/// Shows a release.
pub(in crate::client) enum Display {
    Plain(Mutex<BTreeSet<(FunctionName, Step)>>),
    Live(Arc<Mutex<LiveDisplay>>, SyncSender<()>),
}

/// The lines on the terminal.
#[derive(Default)]
pub(in crate::client) struct LiveDisplay {
    record: Option<Record>,
    began: BTreeMap<(FunctionName, Step), Instant>,
    turns: usize,
    drawn: usize,
    colored: bool,
}

impl Display {
    pub(in crate::client) fn new() -> Self {
        if !can_redraw(std::io::stderr().is_terminal()) {
            return Self::Plain(Mutex::default());
        }
        let live = Arc::new(Mutex::new(LiveDisplay { colored: has_colors(true), ..LiveDisplay::default() }));
        let (stop_tx, stop_rx) = mpsc::sync_channel::<()>(1);
        let turning = live.clone();
        // Without the thread the spinner stands still.
        let _ = std::thread::Builder::new().name("skep spinner".to_owned()).spawn(move || {
            while matches!(stop_rx.recv_timeout(TURN), Err(mpsc::RecvTimeoutError::Timeout)) {
                turning.lock().draw();
            }
        });
        Self::Live(live, stop_tx)
    }

    /// Shows how far the release is.
    pub(in crate::client) fn show(&self, record: &Record) {
        match self {
            Self::Plain(printed) => {
                let mut printed = printed.lock();
                for (function, step) in ended_steps(record) {
                    if printed.insert((function.function.clone(), step.step)) {
                        eprintln!("{}", plain(function, step));
                    }
                }
            }
            Self::Live(live, _) => live.lock().show(record),
        }
    }

    /// Draws the last state, and leaves it.
    pub(in crate::client) fn end(&self) {
        if let Self::Live(live, stop) = self {
            let _ = stop.send(());
            let mut live = live.lock();
            live.draw();
            live.record = None;
        }
    }

    /// Stops the drawing when Ctrl-C ends the process.
    pub(in crate::client) fn eraser(&self) -> impl FnOnce() + Send + 'static {
        let live = match self {
            Self::Plain(_) => None,
            Self::Live(live, _) => Some(live.clone()),
        };
        move || {
            if let Some(live) = live {
                live.lock().record = None;
            }
        }
    }
}

impl LiveDisplay {
    fn show(&mut self, record: &Record) {
        for (function, step) in steps(record).filter(|(_, step)| step.state == StepState::Running) {
            self.began.entry((function.function.clone(), step.step)).or_insert_with(Instant::now);
        }
        self.record = Some(record.clone());
        self.draw();
    }

    fn draw(&mut self) {
        let Some(record) = &self.record else { return };
        self.turns += 1;
        let (width, height) = terminal_size();
        let mut lines = self.lines(record);
        // A line above the top of the terminal cannot be redrawn.
        lines.truncate(height.saturating_sub(1).max(1));
        let mut frame = String::new();
        if self.drawn > 0 {
            frame.push_str(&format!("\x1b[{}A", self.drawn));
        }
        frame.push('\r');
        for (line, color) in &lines {
            let cut: String = line.chars().take(width.saturating_sub(1)).collect();
            frame.push_str(&format!("\x1b[2K{}\r\n", paint(self.colored && !color.is_empty(), color, &cut)));
        }
        frame.push_str("\x1b[J");
        self.drawn = lines.len();
        let mut out = std::io::stderr().lock();
        let _ = out.write_all(frame.as_bytes()).and_then(|()| out.flush());
    }

    /// Lines with their colours: one for each function and step if they fit, else one for each function.
    fn lines(&self, record: &Record) -> Vec<(String, &'static str)> {
        let spinner = SPINNER.get(self.turns % SPINNER.len()).copied().unwrap_or("*");
        let elapsed = |function: &FunctionRecord, step: &StepRecord| {
            self.began.get(&(function.function.clone(), step.step)).map(Instant::elapsed).filter(|_| step.state == StepState::Running)
        };
        let (_, height) = terminal_size();
        if record.functions.len() * (Step::ALL.len() + 1) < height {
            let of_one = |function: &FunctionRecord| {
                let version = function.version.as_ref().map(ToString::to_string).unwrap_or_default();
                let head = (format!("{}  {version}", function.function), "1");
                let steps = function.steps.iter().map(|step| {
                    let (line, color) = step_line(step, spinner, elapsed(function, step), record.status);
                    (format!("  {line}"), color)
                });
                std::iter::once(head).chain(steps).collect::<Vec<_>>()
            };
            return record.functions.iter().flat_map(of_one).collect();
        }
        let of_one = |function: &FunctionRecord| {
            let at = function.steps.iter().rev().find(|step| step.state != StepState::Pending).or(function.steps.first());
            at.map(|step| {
                let (line, color) = step_line(step, spinner, elapsed(function, step), record.status);
                (format!("{line}  {}", function.function), color)
            })
        };
        record.functions.iter().filter_map(of_one).collect()
    }
}

/// A step on a terminal, with its colour.
fn step_line(step: &StepRecord, spinner: &str, elapsed: Option<Duration>, status: ReleaseStatus) -> (String, &'static str) {
    let (sign, color) = match step.state {
        StepState::Pending => (" ", "2"),
        StepState::Running if status.is_end() => (" ", "2"),
        StepState::Running => (spinner, "36"),
        StepState::Done => ("✓", "32"),
        StepState::Skipped => ("-", "2"),
        StepState::Failed => ("✗", "31"),
    };
    let time = step.took_ms.map(Duration::from_millis).or(elapsed).map(span).unwrap_or_default();
    let detail = step.detail.as_deref().map(clean).unwrap_or_default();
    (format!("{sign} {:<9}  {time:>7}  {detail}", step.step.label()).trim_end().to_owned(), color)
}

/// A step that has ended, for a log.
fn plain(function: &FunctionRecord, step: &StepRecord) -> String {
    let state = match step.state {
        StepState::Failed => "failed",
        StepState::Skipped => "skipped",
        StepState::Done | StepState::Running | StepState::Pending => "done",
    };
    let time = step.took_ms.map(|ms| span(Duration::from_millis(ms))).unwrap_or_default();
    let detail = step.detail.as_deref().map(clean).unwrap_or_default();
    format!("{}  {:<9}  {state:<7}  {time:>7}  {detail}", function.function, step.step.label()).trim_end().to_owned()
}

fn steps(record: &Record) -> impl Iterator<Item = (&FunctionRecord, &StepRecord)> {
    record.functions.iter().flat_map(|function| function.steps.iter().map(move |step| (function, step)))
}

fn ended_steps(record: &Record) -> impl Iterator<Item = (&FunctionRecord, &StepRecord)> {
    steps(record).filter(|(_, step)| matches!(step.state, StepState::Done | StepState::Skipped | StepState::Failed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::releases::summary::tests::record;

    #[test]
    fn a_step_says_its_name_state_time_and_detail() {
        let mut record = record(ReleaseStatus::Running, &["hello"]);
        let function = record.function_mut(&FunctionName::parse("hello").unwrap()).unwrap();
        function.set(Step::Received, StepState::Running, 100, None);
        function.set(Step::Received, StepState::Done, 112, None);
        function.set(Step::Compiled, StepState::Failed, 120, Some("no\x1b[2J".into()));
        let ended: Vec<_> = ended_steps(&record).map(|(function, step)| plain(function, step)).collect();
        assert_eq!(ended, ["hello  received   done       12 ms", "hello  compiled   failed      0 ms  no\u{fffd}[2J"]);
        let live = LiveDisplay::default();
        let lines: Vec<_> = live.lines(&record).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines.len(), 1 + Step::ALL.len());
        assert_eq!(lines[1], "  ✓ received     12 ms");
        assert!(lines[2].starts_with("  ✗ compiled"), "{lines:?}");
    }

    #[test]
    fn many_functions_get_a_line_each() {
        let names: Vec<String> = (0..50).map(|number| format!("f{number}")).collect();
        let record = record(ReleaseStatus::Running, &names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(LiveDisplay::default().lines(&record).len(), 50);
    }
}
