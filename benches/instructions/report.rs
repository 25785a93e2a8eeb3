//! The figures as a table that is Markdown as it stands, and one row to paste into the README; as the micro bench prints its own.
//!
//! Made by `count`.
//!
//! Invariant: a figure has its lowest and highest value beside it.

/// Instructions a request, a value for each round.
#[derive(Default)]
pub struct Series {
    /// Of the I/O thread.
    pub io: Vec<f64>,
    /// Of the worker's thread.
    pub worker: Vec<f64>,
    /// Of both.
    pub together: Vec<f64>,
    /// Of the host's other threads, of which the log's is one.
    pub others: Vec<f64>,
}

/// The result of `count`.
pub struct Report {
    pub connections: u16,
    pub series: Series,
    pub few: usize,
    pub many: usize,
    pub valgrind: String,
}

impl Report {
    pub fn print(&self) {
        let Self { connections, series, few, many, valgrind } = self;
        println!("versions: skep {}, {valgrind}", env!("CARGO_PKG_VERSION"));
        if cfg!(debug_assertions) {
            println!("warning: built without optimisation; run it with `cargo bench`");
        }
        println!("\n## instructions\n");
        let rows = [
            ("I/O thread", &series.io),
            ("worker's thread", &series.worker),
            ("**together**", &series.together),
            ("log and other threads", &series.others),
        ];
        let titles = [format!("user instructions a request, {connections} connections"), "median".into(), "lowest to highest".into()];
        table(&titles, rows.map(|(name, values)| [name.to_owned(), grouped(median(values)), spread(values)]).as_slice());
        println!();
        println!(
            "- rounds: {}, each of a run with {few} and one with {many} requests; a figure is their difference, by request",
            series.io.len()
        );
        println!(
            "- a Rust function answers in place of an isolate; instructions of the kernel, of V8 and of the client are not in the figures"
        );
        println!(
            "\n| instructions of hello without V8, {connections} connections, I/O thread + worker (`cargo bench --bench instructions`) \
             | {} + {} |",
            grouped(median(&series.io)),
            grouped(median(&series.worker)),
        );
    }
}

fn table<const COLUMNS: usize>(titles: &[String; COLUMNS], rows: &[[String; COLUMNS]]) {
    let width = |column: usize| rows.iter().chain([titles]).map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |cells: &[String; COLUMNS]| {
        // Figures below one another are compared by their right ends.
        let padded: Vec<String> = (cells.iter().zip(widths).enumerate())
            .map(|(column, (cell, width))| if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        println!("| {} |", padded.join(" | "));
    };
    line(titles);
    line(&std::array::from_fn(|column| if column == 0 { "-".repeat(widths[0]) } else { format!("{}:", "-".repeat(widths[column] - 1)) }));
    rows.iter().for_each(line);
}

/// The middle value; the lower one of two.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// `10,201–10,280 (0.8 %)`; the part is of the median.
fn spread(values: &[f64]) -> String {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{}–{} ({:.1} %)", grouped(low), grouped(high), (high - low) / median(values) * 100.0)
}

/// Whole instructions, in groups of three digits.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len() - at;
        if left % 3 == 0 && text.ends_with(|before: char| before.is_ascii_digit()) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
