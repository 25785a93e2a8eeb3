//! `release::compile::compile`: source on the disk to a version, with every file in the page cache.
//!
//! A cold start of a function that was never compiled pays this first; `skep dev` pays it after every save.
//!
//! Invariant: each run compiles from nothing; only the kernel remembers the files.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::clock::process_cpu;
use crate::functions::Functions;
use crate::report::{Report, Table, us, us_spread};
use crate::sample::Samples;

/// The time for which each function is compiled again and again, after a warm-up.
const BUDGET: Duration = Duration::from_secs(3);
const WARM_UP: usize = 10;

struct Figures {
    /// In a process that compiled nothing like it before.
    first_us: f64,
    wall_us: Samples,
    cpu_us: Samples,
    modules: usize,
    code_bytes: usize,
}

pub fn run() -> Result<Report> {
    let functions = Functions::prepare()?;
    let mut table = Table::new(["source → version", "its own source", "modules", "code", "first", "again (quartiles)", "p99", "CPU"]);
    let mut row = Vec::new();
    for (name, title) in [("hello", "hello.js"), ("typescript", "200 lines of TypeScript"), ("hono", "the hono example")] {
        let figures = measure(&functions, name)?;
        let (lines, bytes) = functions.size(name)?;
        let cells = [
            format!("{lines} lines, {bytes} B"),
            figures.modules.to_string(),
            format!("{} B", figures.code_bytes),
            us(figures.first_us),
            us_spread(&figures.wall_us),
            us(figures.wall_us.quantile(0.99)),
            us(figures.cpu_us.quantile(0.5)),
        ];
        table.row(title, cells);
        row.push(us(figures.wall_us.quantile(0.5)));
    }
    Ok(Report {
        part: "compile",
        tables: vec![table],
        row: ("compile hello.js / 200 lines of TypeScript / the hono example".to_owned(), row.join(" / ")),
        notes: vec![format!(
            "one after another, files in the page cache ({}); with the manifest, the import graph, the source maps and the content hash; \
             CPU is the whole process's",
            functions.folder().display()
        )],
    })
}

fn measure(functions: &Functions, name: &str) -> Result<Figures> {
    let begin = Instant::now();
    let version = functions.compile(name)?;
    let first_us = begin.elapsed().as_secs_f64() * 1e6;
    for _ in 0..WARM_UP {
        functions.compile(name)?;
    }
    let (mut wall_us, mut cpu_us) = (Samples::default(), Samples::default());
    let deadline = Instant::now() + BUDGET;
    while Instant::now() < deadline {
        let (begin, cpu) = (Instant::now(), process_cpu());
        let again = functions.compile(name)?;
        wall_us.push_us(begin.elapsed());
        cpu_us.push_us(process_cpu() - cpu);
        anyhow::ensure!(again.id == version.id, "{name} compiled to another version");
    }
    let code_bytes = version.modules.values().map(|module| module.code.len()).sum();
    Ok(Figures { first_us, wall_us, cpu_us, modules: version.modules.len(), code_bytes })
}
