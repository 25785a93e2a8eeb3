//! From saving a file to the first new answer of `skep dev`: a TypeScript function is saved and called at once, over a connection that is
//! open, until the answer is the new one. Compiling, a fresh instance and its first call lie in between.
//!
//! Invariant: time counts from before the file is written to the end of the answer; an answer that is neither the old nor the new one fails
//! the run.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::args::Args;
use crate::pin::Pinning;
use crate::process;
use crate::report::{Report, Table, us};
use crate::servers::Server;
use crate::single::Single;
use crate::stats::Histogram;
use crate::workload::{self, Request};

/// Saves of each kind.
const SAVES: u32 = 50;
/// No author saves faster; the watcher and the prewarmed isolates are done by then.
const PAUSE: Duration = Duration::from_millis(400);
/// Longest wait for a new answer.
const NEW_MAX: Duration = Duration::from_secs(10);
const QUIET_MAX: Duration = Duration::from_secs(60);

/// The ways in which editors save.
#[derive(Clone, Copy, Debug)]
enum Save {
    InPlace,
    Renamed,
}

pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let folder = TempDir::with_prefix("skep-load-")?;
    let functions = folder.path().join("functions");
    workload::write_function(&functions, "greet", "index.ts", &source(0))?;
    let server = Server::skep_dev(args, pinning, &functions)?;
    let mut single = Single::connect(server.address)?;
    let request = Request::get("/greet", None);
    single.ask(&request)?;
    process::wait_until_quiet(server.pid(), Duration::from_secs(1), QUIET_MAX);
    let mut number = 0;
    let mut table = Table::new(&["saved", "saves", "p50", "p90", "p99", "max", "old answers before"]);
    let mut data = Vec::new();
    for (save, name) in [(Save::InPlace, "written in place"), (Save::Renamed, "renamed over the old one")] {
        let (mut times, mut old) = (Histogram::default(), 0);
        for _ in 0..SAVES {
            std::thread::sleep(PAUSE);
            number += 1;
            let (time, olds) =
                saved_to_new(save, number, &functions, &mut single, &request).with_context(|| format!("save {number}, {name}"))?;
            times.record(time);
            old += olds;
        }
        let quantiles = [0.5, 0.9, 0.99, 1.0].map(|quantile| times.quantile_us(quantile));
        eprintln!("  {name}: p50 {}", us(quantiles[0]));
        table.row([name.to_owned(), SAVES.to_string()].into_iter().chain(quantiles.map(us)).chain([old.to_string()]));
        data.push(json!({
            "saved": name, "saves": SAVES, "old_answers": old,
            "p50_us": quantiles[0], "p90_us": quantiles[1], "p99_us": quantiles[2], "max_us": quantiles[3],
        }));
    }
    let notes = vec![format!(
        "one TypeScript function of {} lines, called at once after each save over one open connection, until the answer is new; from before the file \
         is written to the end of that answer; {} ms between saves, so that a prewarmed isolate waits",
        source(0).lines().count(),
        PAUSE.as_millis()
    )];
    Ok(Report { part: "reload", command: args.command("reload"), tables: vec![table], notes, data: Value::Array(data) })
}

/// Returns the time, and how often the old answer came first.
fn saved_to_new(save: Save, number: u32, functions: &Path, single: &mut Single, request: &Request) -> Result<(Duration, u32)> {
    let (file, text, mut old) = (functions.join("greet/index.ts"), source(number), 0);
    let begin = Instant::now();
    match save {
        Save::InPlace => fs::write(&file, text)?,
        Save::Renamed => {
            // Beside the functions directory: on the same disk, and not a source of any function.
            let fresh = functions.with_file_name("saved.ts");
            fs::write(&fresh, text)?;
            fs::rename(&fresh, &file)?;
        }
    }
    loop {
        let answer = single.ask(request)?;
        let (took, text) = (begin.elapsed(), String::from_utf8_lossy(&answer.body).into_owned());
        if answer.status == 200 && text == answer_of(number) {
            return Ok((took, old));
        }
        ensure!(answer.status == 200 && text == answer_of(number - 1), "neither old nor new: status {}, body {text:?}", answer.status);
        ensure!(took < NEW_MAX, "no new answer for {NEW_MAX:?}");
        old += 1;
    }
}

fn source(number: u32) -> String {
    format!(
        "interface Greeting {{\n  text: string;\n  save: number;\n}}\n\nfunction greet(name: string): Greeting {{\n  \
         return {{ text: `hello ${{name}}`, save: {number} }};\n}}\n\n\
         export default (_request: Request): string => {{\n  const greeting: Greeting = greet(\"world\");\n  \
         return `${{greeting.text}}, save ${{greeting.save}}`;\n}};\n"
    )
}

fn answer_of(number: u32) -> String {
    format!("hello world, save {number}")
}
