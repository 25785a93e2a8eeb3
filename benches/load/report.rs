//! The report of a part, and its two forms: Markdown that can be pasted into the README, or JSON.

use serde_json::{Value, json};

use crate::facts::Facts;

/// The figures of one part.
pub struct Report {
    pub part: &'static str,
    /// The command that repeats them.
    pub command: String,
    pub tables: Vec<Table>,
    /// Warnings and remarks without which the figures could mislead.
    pub notes: Vec<String>,
    /// The same figures, unrounded.
    pub data: Value,
}

/// One Markdown table.
pub struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Report {
    pub fn print(&self) {
        println!("\n## {}\n\n`{}`", self.part, self.command);
        for table in &self.tables {
            table.print();
        }
        if !self.notes.is_empty() {
            println!();
        }
        for note in &self.notes {
            println!("- {note}");
        }
    }
}

impl Table {
    pub fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn print(&self) {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(self.columns[column].chars().count())
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &[String]| {
            let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("| {} |", padded.join(" | "));
        };
        println!();
        line(&self.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        line(&widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>());
        self.rows.iter().for_each(|row| line(row));
    }
}

/// All parts as one JSON document.
pub fn print_json(facts: &Facts, reports: &[Report]) {
    let parts: Vec<Value> = reports
        .iter()
        .map(|report| json!({ "part": report.part, "command": report.command, "notes": report.notes, "data": report.data }))
        .collect();
    println!("{:#}", json!({ "machine": facts.json(), "parts": parts }));
}

/// `12,345`
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

/// Microseconds with as many digits as mean something.
pub fn us(value: f64) -> String {
    if value < 100.0 {
        format!("{value:.1} µs")
    } else if value < 10_000.0 {
        format!("{value:.0} µs")
    } else {
        format!("{:.1} ms", value / 1e3)
    }
}

/// `97 %`
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
