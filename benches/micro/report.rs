//! The report of a part: tables aligned for reading, which are valid Markdown, and one row to paste into the README.
//!
//! Built by the parts, printed by `main`.
//!
//! Invariant: a figure has at most three digits that mean something, and its unit stands beside it.

use crate::sample::{Samples, Spread};

/// The figures of one part.
pub struct Report {
    pub part: &'static str,
    pub tables: Vec<Table>,
    /// The name and the figure, for a table of two columns.
    pub row: (String, String),
    /// Remarks without which the figures could mislead.
    pub notes: Vec<String>,
}

/// One Markdown table.
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Report {
    pub fn print(&self) {
        println!("\n## {}", self.part);
        self.tables.iter().for_each(Table::print);
        println!();
        for note in &self.notes {
            println!("- {note}");
        }
        println!("\n| {} (`cargo bench --bench micro -- {}`) | {} |", self.row.0, self.part, self.row.1);
    }
}

impl Table {
    pub fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self { columns: columns.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    pub fn row(&mut self, name: impl Into<String>, cells: impl IntoIterator<Item = String>) {
        self.rows.push([name.into()].into_iter().chain(cells).collect());
    }

    fn print(&self) {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(self.columns.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &[String]| {
            let mut padded = Vec::with_capacity(cells.len());
            for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                // Figures below one another are compared by their right ends.
                padded.push(if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") });
            }
            println!("| {} |", padded.join(" | "));
        };
        println!();
        line(&self.columns);
        let rules = widths
            .iter()
            .enumerate()
            .map(|(column, width)| if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) });
        line(&rules.collect::<Vec<_>>());
        self.rows.iter().for_each(|row| line(row));
    }
}

/// Nanoseconds: `41.3 ns (41.0–42.1)`.
pub fn ns_spread(spread: Spread) -> String {
    let Spread { median, low, high } = spread;
    format!("{} ns ({}–{})", digits(median), digits(low), digits(high))
}

/// Microseconds: `41.3 µs (41.0–42.1)`.
pub fn us_spread(samples: &Samples) -> String {
    let Spread { median, low, high } = Spread::of(samples);
    format!("{} µs ({}–{})", digits(median), digits(low), digits(high))
}

/// Microseconds with three digits, `1.42 µs`, `142 µs`, `1420 µs`; nothing where there is no figure.
pub fn us(value: f64) -> String {
    if value.is_nan() { String::new() } else { format!("{} µs", digits(value)) }
}

/// Three digits; more of them mean nothing here.
pub fn digits(value: f64) -> String {
    match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}
