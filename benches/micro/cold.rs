//! A cold start by phase: the steps between "there is no instance" and its first answer.
//!
//! Each sample is a thread of its own that does what a worker's thread does (`runtime/worker/event_loop.rs`), with a clock read between
//! the steps: the thread, its tokio runtime, the isolate from the snapshot with the prelude's bootstrap (what a prewarmed worker waits
//! with), assign, module load and evaluate, the first call, a second one for comparison, and the end. Loading is measured with the module's
//! text new to the process, and again with the code cache that the first time left behind.
//!
//! Invariant: one after another; nothing of a sample is alive when the next one begins, but one prewarmed worker is alive all the time,
//! because with the last isolate of a process V8 also drops the read-only heap that all of them share.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};

use skep::function::message::Body;
use skep::function::version::Version;
use skep::runtime::call::{Permit, QueuedInvocation, ReplyTo};
use skep::runtime::fleet;
use skep::runtime::isolate::{Assignment, Isolate};
use skep::runtime::ops::Identity;
use skep::runtime::worker::PREWARMED_HEAP_BYTES;

use crate::clock::Moment;
use crate::functions::{self, Functions, HELLO};
use crate::report::{Report, Table, us};
use crate::sample::Samples;

/// As a worker's.
const STACK_BYTES: usize = 8 << 20;

/// The first isolates of a process pay for the parts that all share: V8's read-only heap, pages of the snapshot, the prelude's code cache.
const WARM_UP: u32 = 20;

const PHASES: [&str; 8] = [
    "thread spawn",
    "tokio runtime",
    "isolate from snapshot, bootstrap",
    "assign",
    "load and evaluate",
    "first call",
    "second call",
    "end of isolate and thread",
];
const PREWARMED: usize = 2;
const LOAD: usize = 4;
const FIRST_CALL: usize = 5;
const SECOND_CALL: usize = 6;

/// The ends of every phase but the last, as the new thread sees them.
type Moments = [Moment; PHASES.len() - 1];

/// One phase over all samples.
#[derive(Default)]
struct Phase {
    wall_us: Samples,
    cpu_us: Samples,
}

#[derive(Default)]
struct Figures {
    phases: [Phase; PHASES.len()],
    /// Spawn to first answer.
    answer_us: Samples,
    /// The same without the steps that a prewarmed isolate has behind it.
    assigned_us: Samples,
}

pub fn run(count: u32) -> Result<Report> {
    let functions = Functions::prepare()?;
    let resident = fleet::start(functions::stock(1), Arc::new(functions::Silent))?;
    let titles = ["load and evaluate", "first call", "second call", "assign to first answer", "spawn to first answer"];
    let mut by_phase = Table::new(["hello, code cache", "p50", "p99", "CPU p50"]);
    let mut by_module = Table::new(["p50 / p99"].into_iter().chain(titles));
    let mut row = String::new();
    for (name, expected) in [("hello", Some(HELLO)), ("hono", None)] {
        let version = functions.compile(name)?;
        let versions: Vec<Arc<Version>> = (0..count).map(|number| functions::altered(&version, number)).collect();
        series(&versions[..versions.len().min(WARM_UP as usize)], expected)?;
        // The warm-up left their code behind: other texts again.
        let versions: Vec<Arc<Version>> = (count..2 * count).map(|number| functions::altered(&version, number)).collect();
        let first = series(&versions, expected).context("first time")?;
        let again = series(&versions, expected).context("with the code cache")?;
        by_module.row(format!("{name}, first time"), modules(&first));
        by_module.row(format!("{name}, code cache"), modules(&again));
        if name == "hello" {
            phases(&mut by_phase, &again);
            row = format!("{} / {}", both(&again.assigned_us), both(&again.answer_us));
        }
    }
    drop(resident);
    Ok(Report {
        part: "cold",
        tables: vec![by_phase, by_module],
        row: ("an instance of hello, assign to first answer / spawn to first answer, p50, p99".to_owned(), row),
        notes: vec![
            format!("{count} instances of each case, one after another, each on a thread of its own; no compiling, no pool, no HTTP"),
            "CPU is the new thread's; `DENO_STARTUP_PHASES=1` makes deno_core report its steps within `isolate from snapshot`".to_owned(),
        ],
    })
}

fn phases(table: &mut Table, figures: &Figures) {
    for (phase, name) in figures.phases.iter().zip(PHASES) {
        table.row(name, [us(phase.wall_us.quantile(0.5)), us(phase.wall_us.quantile(0.99)), us(phase.cpu_us.quantile(0.5))]);
    }
    for (name, samples) in [("assign to first answer", &figures.assigned_us), ("spawn to first answer", &figures.answer_us)] {
        table.row(format!("**{name}**"), [us(samples.quantile(0.5)), us(samples.quantile(0.99)), String::new()]);
    }
}

fn modules(figures: &Figures) -> impl Iterator<Item = String> {
    let phases = [LOAD, FIRST_CALL, SECOND_CALL].map(|phase| &figures.phases[phase].wall_us);
    phases.into_iter().chain([&figures.assigned_us, &figures.answer_us]).map(both)
}

fn both(samples: &Samples) -> String {
    format!("{}, {}", us(samples.quantile(0.5)), us(samples.quantile(0.99)))
}

/// One instance of each version.
fn series(versions: &[Arc<Version>], expected: Option<&[u8]>) -> Result<Figures> {
    let mut figures = Figures::default();
    for (version, number) in versions.iter().zip(1..) {
        let spawned = Instant::now();
        let life = thread::scope(|scope| {
            let thread = thread::Builder::new().name("micro cold".to_owned()).stack_size(STACK_BYTES);
            thread.spawn_scoped(scope, || live(version, number, expected)).map(|thread| thread.join())
        });
        let ended = Instant::now();
        let moments = life?.map_err(|_| anyhow!("an instance panicked"))??;
        figures.add(spawned, &moments, ended);
    }
    Ok(figures)
}

impl Figures {
    fn add(&mut self, spawned: Instant, moments: &Moments, ended: Instant) {
        let [running, .., called] = moments;
        self.phases[0].wall_us.push_us(running.wall - spawned);
        self.phases[0].cpu_us.push_us(running.cpu);
        for (phase, ends) in self.phases[1..].iter_mut().zip(moments.windows(2)) {
            phase.wall_us.push_us(ends[1].wall - ends[0].wall);
            phase.cpu_us.push_us(ends[1].cpu - ends[0].cpu);
        }
        let [.., end] = &mut self.phases;
        end.wall_us.push_us(ended - called.wall);
        let [answered, prewarmed] = [FIRST_CALL, PREWARMED].map(|phase| moments[phase].wall);
        self.answer_us.push_us(answered - spawned);
        self.assigned_us.push_us(answered - prewarmed);
    }
}

/// The work of a worker's thread, step by step.
fn live(version: &Arc<Version>, number: u32, expected: Option<&[u8]>) -> Result<Moments> {
    let running = Moment::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build()?;
    let entered = Moment::now();
    let moments = runtime.block_on(async {
        let mut isolate = Isolate::prewarmed(Arc::new(functions::Silent), Arc::default(), PREWARMED_HEAP_BYTES)?;
        let prewarmed = Moment::now();
        let identity = Identity { function: version.function.as_str().into(), version: version.id.as_str().into(), instance: number };
        isolate.assign(&Assignment { identity, version: version.clone() })?;
        let assigned = Moment::now();
        let id = isolate.link(&version.entry).await?;
        isolate.evaluate(id, &version.entry).await?;
        let loaded = Moment::now();
        call(&mut isolate, 1, expected).await?;
        let first = Moment::now();
        call(&mut isolate, 2, expected).await?;
        anyhow::Ok([running, entered, prewarmed, assigned, loaded, first, Moment::now()])
    })?;
    runtime.shutdown_background();
    Ok(moments)
}

/// A call that answers at once, and the turn of the event loop that follows it, as in `worker`.
async fn call(isolate: &mut Isolate, id: u32, expected: Option<&[u8]>) -> Result<()> {
    let (reply, mut reply_rx) = ReplyTo::channel();
    let invocation = QueuedInvocation {
        request: functions::request(),
        body: Body::Empty,
        reply,
        stats: Arc::default(),
        admitted: Instant::now(),
        permit: Permit::default(),
    };
    isolate.dispatch(id, invocation);
    if let Poll::Ready(Err(error)) = poll_fn(|cx| Poll::Ready(isolate.poll(cx))).await {
        return Err(error.into());
    }
    isolate.with_in_flight(|table| table.end_turn());
    let reply = reply_rx.try_recv().context("no answer in the same turn")?;
    functions::check(&reply.map_err(|fault| anyhow!("{fault}"))?, expected)
}
