//! The cost of the prelude's guards: the same JavaScript loops with the guarded methods and with V8's own.
//!
//! The loops of `guards.js` run in two isolates: as a function of Skep, and in an isolate without the prelude. V8 shares the read-only heap
//! of a process's first isolate with all others, so each of the two has processes of its own: this program, started again.
//! The two take turns, and the best take counts, because a neighbour on the machine can only add.
//!
//! Invariant: both run the same text with the same flags on the same V8.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use clap::ValueEnum;
use deno_core::{JsRuntime, RuntimeOptions, v8};
use skep::function::message::Body;
use skep::release::compile::compile;
use skep::release::source::discover;
use skep::runtime::fleet;
use skep::runtime::pool::Pool;
use tempfile::TempDir;

use crate::functions;
use crate::report::{Report, Table};

const LOOPS: &str = include_str!("guards.js");
const LIMITS: &str = "[limits]\ncpu_ms = 600000\nwall_ms = 600000\n";
const TURNS: usize = 5;

/// The two places where the loops run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// V8 as deno_core sets it up.
    Bare,
    /// An instance of a function.
    Guarded,
}

/// Nanoseconds a round, by the name of the loop.
type Figures = BTreeMap<String, f64>;

/// Starts this program for each of the two in turn, and compares.
pub fn run() -> Result<Report> {
    let (mut bare, mut guarded) = (Figures::new(), Figures::new());
    for turn in 0..TURNS {
        eprintln!("  turn {} of {TURNS}", turn + 1);
        keep_best(&mut bare, start(Engine::Bare)?);
        keep_best(&mut guarded, start(Engine::Guarded)?);
    }
    ensure!(bare.len() == guarded.len() && !bare.is_empty(), "the engines ran different loops");
    let mut table = Table::new(["a round of", "V8's own", "guarded", "more"]);
    let mut ratios = Vec::new();
    for (name, own) in &bare {
        let with = guarded.get(name).copied().unwrap_or(f64::NAN);
        table.row(name.clone(), [format!("{own:.1} ns"), format!("{with:.1} ns"), format!("{:+.1} %", (with / own - 1.0) * 100.0)]);
        ratios.push(with / own);
    }
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    Ok(Report {
        part: "guards",
        tables: vec![table],
        row: ("guards, mean over all loops".to_owned(), format!("{:+.1} %", (mean - 1.0) * 100.0)),
        notes: vec![format!("{TURNS} turns of a process each, the best of 40 short takes in each; the mean is geometric")],
    })
}

fn keep_best(best: &mut Figures, new: Figures) {
    for (name, figure) in new {
        best.entry(name).and_modify(|old| *old = old.min(figure)).or_insert(figure);
    }
}

fn start(engine: Engine) -> Result<Figures> {
    let name = engine.to_possible_value().context("an engine without a name")?;
    let output = Command::new(std::env::current_exe()?).args(["--bench", "--engine", name.get_name()]).output()?;
    ensure!(output.status.success(), "{engine:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    serde_json::from_str(text.lines().last().unwrap_or_default()).with_context(|| format!("{engine:?}: {text}"))
}

/// The work of a process that was started for one of the two: prints the figures.
pub fn measure(engine: Engine) -> Result<()> {
    let figures = match engine {
        Engine::Bare => bare()?,
        Engine::Guarded => guarded()?,
    };
    println!("{figures}");
    Ok(())
}

fn bare() -> Result<String> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _entered = tokio.enter();
    let mut js = JsRuntime::new(RuntimeOptions::default());
    give_clock(&mut js)?;
    // In a function, because a module's variables are not properties of the global object either.
    let figures = js.execute_script("guards.js", format!("\"use strict\"; (() => {{ {LOOPS}\nreturn measure(\"\"); }})()"))?;
    deno_core::scope!(scope, &mut js);
    Ok(v8::Local::new(scope, figures).to_rust_string_lossy(scope))
}

/// `performance.now()`, which V8 alone does not have.
fn give_clock(js: &mut JsRuntime) -> Result<()> {
    deno_core::scope!(scope, js);
    let now = |_: &mut v8::PinScope<'_, '_>, _: v8::FunctionCallbackArguments<'_>, mut answer: v8::ReturnValue<'_, v8::Value>| {
        answer.set_double(BEGIN.elapsed().as_secs_f64() * 1e3);
    };
    let now = v8::Function::new(scope, now).context("a function")?;
    let performance = v8::Object::new(scope);
    let [now_key, performance_key] = ["now", "performance"].map(|text| v8::String::new(scope, text).map(v8::Local::<v8::Value>::from));
    performance.set(scope, now_key.context("a string")?, now.into());
    let global = scope.get_current_context().global(scope);
    global.set(scope, performance_key.context("a string")?, performance.into());
    Ok(())
}

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

fn guarded() -> Result<String> {
    let folder = TempDir::with_prefix("skep-micro-")?;
    let function = folder.path().join("loops");
    fs::create_dir(&function)?;
    fs::write(function.join("index.js"), format!("{LOOPS}\nexport default () => measure(\"\");\n"))?;
    fs::write(function.join("function.toml"), LIMITS)?;
    let root = folder.path().canonicalize()?;
    let source = discover(&root)?.functions.into_iter().next().context("no function")?;
    let version = Arc::new(compile(&root, &source).outcome.map_err(|error| anyhow!("{}", error.diagnostic()))?);
    let fleet = fleet::start(functions::stock(0), Arc::new(functions::Silent))?;
    let pool = Pool::new(version, fleet);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let called = runtime.block_on(pool.clone().call(functions::request(), Body::Empty));
    pool.retire();
    match called.reply.map_err(|fault| anyhow!("{fault}"))?.body {
        Body::Full(text) => Ok(String::from_utf8(text.to_vec())?),
        body => Err(anyhow!("answered {body:?}")),
    }
}
