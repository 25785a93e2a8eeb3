//! The table of a run: a line per program, printed as it ends and kept in a file.
//!
//! Takes the figures of `run`; writes `evil.md` into the folder that cargo keeps for tests.
//!
//! Invariant: the table decides nothing; `oracle` does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::neighbours::{Sample, percentile};
use super::offender::Answer;

/// The figures of one run.
#[derive(Default)]
pub struct Line {
    pub name: String,
    pub answers: Vec<Answer>,
    pub moved: BTreeMap<&'static str, u64>,
    /// The neighbours' calls before the attack.
    pub quiet: Vec<Sample>,
    /// Those that an attack could have hurt.
    pub during: Vec<Sample>,
    /// Number of neighbours' calls that failed, then or afterwards.
    pub failed: usize,
    /// Memory before, at its highest and afterwards.
    pub resident: u64,
    pub peak: u64,
    pub after: u64,
    pub wrong: Vec<String>,
}

/// The lines so far.
#[derive(Default)]
pub struct Report {
    lines: Mutex<Vec<String>>,
}

const HEADING: &str = "| program | answered | longest ms | rungs | neighbours failed | p50/p99 ms quiet | p50/p99 ms during | RSS MB before/peak/after | wrong |\n|---|---|---|---|---|---|---|---|---|";

impl Report {
    pub fn add(&self, line: Line) {
        let row = line.row();
        println!("\n{row}");
        lock(&self.lines).push(row);
        let path = Self::path();
        if let Err(error) = std::fs::write(&path, self.table()) {
            println!("{}: {error}", path.display());
        }
    }

    /// Path of the table.
    pub fn path() -> PathBuf {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("evil.md")
    }

    /// The whole table.
    pub fn table(&self) -> String {
        format!("{HEADING}\n{}\n", lock(&self.lines).join("\n"))
    }

    pub fn is_empty(&self) -> bool {
        lock(&self.lines).is_empty()
    }
}

impl Line {
    fn row(&self) -> String {
        let labels: BTreeSet<&str> = self.answers.iter().map(|answer| answer.label.as_str()).collect();
        let labels: Vec<String> = labels.into_iter().map(|label| self.counted(label)).collect();
        let longest = self.answers.iter().map(|answer| answer.took).max().unwrap_or_default();
        let rungs: Vec<String> = self.moved.iter().map(|(rung, times)| format!("{rung} {times}")).collect();
        let wrong: Vec<&str> = self.wrong.iter().filter_map(|complaint| complaint.split(':').next()).collect();
        let cells = [
            self.name.clone(),
            labels.join(", "),
            longest.as_millis().to_string(),
            rungs.join(", "),
            format!("{} of {}", self.failed, self.during.len()),
            latency(&self.quiet),
            latency(&self.during),
            format!("{}/{}/{}", self.resident >> 20, self.peak >> 20, self.after >> 20),
            if wrong.is_empty() { "-".to_owned() } else { wrong.join("; ") },
        ];
        format!("| {} |", cells.join(" | "))
    }

    fn counted(&self, label: &str) -> String {
        match self.answers.iter().filter(|answer| answer.label == label).count() {
            1 => label.to_owned(),
            times => format!("{label} x{times}"),
        }
    }
}

fn latency(samples: &[Sample]) -> String {
    let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
    format!("{}/{}", ms(percentile(samples, 0.5)), ms(percentile(samples, 0.99)))
}

fn lock(lines: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
