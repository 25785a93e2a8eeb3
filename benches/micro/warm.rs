//! `Pool::call` of a loaded `hello`: admission, the way into the instance's thread, JavaScript, and the way back, without HTTP.
//!
//! Measured as ingress does it: one current-thread runtime, one task per client. Alone, a call pays two wake-ups of a sleeping thread;
//! with 32 clients they are shared, the more so where the thread installed `runtime::call::batch`, as ingress does. Each way once with both
//! threads on one CPU, as in the load bench, and once with the CPUs the machine has.
//!
//! Invariant: CPU per call is the whole process's, so it includes the CPU of V8's helpers and of the watchdog.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use skep::function::message::Body;
use skep::function::version::Version;
use skep::runtime::call::batch;
use skep::runtime::fleet;
use skep::runtime::pool::Pool;

use crate::clock::{self, process_cpu, thread_cpu};
use crate::functions::{self, Functions, HELLO};
use crate::report::{Report, Table, us, us_spread};
use crate::sample::Samples;

/// Long enough that V8 has optimised all that it is going to optimise.
const WARM_UP: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_millis(400);
const ROUNDS: usize = 9;

/// An idle instance ends at once; one that does not would disturb the next way.
const END_MAX: Duration = Duration::from_secs(5);

/// Clients at a time: as many connections as the load bench opens.
const CLIENTS: usize = 32;

/// One way to call.
#[derive(Clone, Copy)]
struct Way {
    title: &'static str,
    clients: usize,
    batched: bool,
    one_cpu: bool,
}

const WAYS: [Way; 6] = [
    Way { title: "one at a time, one CPU", clients: 1, batched: true, one_cpu: true },
    Way { title: "32 at once, one CPU", clients: CLIENTS, batched: true, one_cpu: true },
    Way { title: "32 at once, one CPU, not batched", clients: CLIENTS, batched: false, one_cpu: true },
    Way { title: "one at a time, any CPU", clients: 1, batched: true, one_cpu: false },
    Way { title: "32 at once, any CPU", clients: CLIENTS, batched: true, one_cpu: false },
    Way { title: "32 at once, any CPU, not batched", clients: CLIENTS, batched: false, one_cpu: false },
];

/// Per call, in microseconds, a sample for each round.
#[derive(Default)]
struct Figures {
    wall_us: Samples,
    cpu_us: Samples,
    caller_us: Samples,
    charged_us: Samples,
}

pub fn run() -> Result<Report> {
    let functions = Functions::prepare()?;
    let version = Arc::new(functions.compile("hello")?);
    let mut table = Table::new(["per call", "time (quartiles)", "CPU (quartiles)", "of it the caller's", "charged to the call"]);
    let mut row = Vec::new();
    for way in WAYS {
        // Batching and the CPU belong to a thread for good, so each way has its own.
        let figures = thread::scope(|scope| scope.spawn(|| measure(way, &version)).join());
        let figures = figures.map_err(|_| anyhow!("a thread panicked"))?.context(way.title)?;
        let cells = [
            us_spread(&figures.wall_us),
            us_spread(&figures.cpu_us),
            us(figures.caller_us.quantile(0.5)),
            us(figures.charged_us.quantile(0.5)),
        ];
        table.row(way.title, cells);
        if way.batched && way.one_cpu {
            row.push(format!("{} ({} CPU)", us(figures.wall_us.quantile(0.5)), us(figures.cpu_us.quantile(0.5))));
        }
    }
    Ok(Report {
        part: "warm",
        tables: vec![table],
        row: ("in-process call of hello, one at a time / 32 at once, on one CPU".to_owned(), row.join(" / ")),
        notes: vec![
            format!(
                "{ROUNDS} rounds of {} ms after {} s of warm-up; time with 32 at once is the round divided by its calls",
                ROUND.as_millis(),
                WARM_UP.as_secs()
            ),
            "CPU: every thread of the process; the caller's: admission, the request and the answer's check included".to_owned(),
            "on any CPU a sleeping thread is woken by an interrupt to another CPU, which is dear in a virtual machine".to_owned(),
        ],
    })
}

fn measure(way: Way, version: &Arc<Version>) -> Result<Figures> {
    if way.one_cpu {
        clock::pin(clock::last_cpu()?)?;
    }
    let fleet = fleet::start(functions::stock(0), Arc::new(functions::Silent))?;
    let pool = Pool::new(version.clone(), fleet.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(async {
        if way.batched {
            tokio::spawn(batch::run());
        }
        round(&pool, way.clients, WARM_UP).await?;
        let mut figures = Figures::default();
        for _ in 0..ROUNDS {
            let (begin, process, caller) = (Instant::now(), process_cpu(), thread_cpu());
            let done = round(&pool, way.clients, ROUND).await?;
            let per_call = |time: Duration| time.as_secs_f64() * 1e6 / done.calls as f64;
            figures.wall_us.push(per_call(begin.elapsed()));
            figures.cpu_us.push(per_call(process_cpu() - process));
            figures.caller_us.push(per_call(thread_cpu() - caller));
            figures.charged_us.push(per_call(Duration::from_nanos(done.charged_ns)));
        }
        anyhow::Ok(figures)
    });
    pool.retire();
    let deadline = Instant::now() + END_MAX;
    while fleet.workers() > 0 {
        ensure!(Instant::now() < deadline, "the instance did not end");
        thread::sleep(Duration::from_millis(1));
    }
    figures
}

/// The work of the clients of one round.
#[derive(Default)]
struct Done {
    calls: u64,
    charged_ns: u64,
}

/// Lets every client call again and again until the time is over.
async fn round(pool: &Arc<Pool>, clients: usize, length: Duration) -> Result<Done> {
    let deadline = Instant::now() + length;
    let clients: Vec<_> = (0..clients).map(|_| tokio::spawn(client(pool.clone(), deadline))).collect();
    let mut all = Done::default();
    for client in clients {
        let done = client.await??;
        all.calls += done.calls;
        all.charged_ns += done.charged_ns;
    }
    Ok(all)
}

async fn client(pool: Arc<Pool>, deadline: Instant) -> Result<Done> {
    let mut done = Done::default();
    while Instant::now() < deadline {
        let outcome = pool.clone().call(functions::request(), Body::Empty).await;
        functions::check(&outcome.reply.map_err(|fault| anyhow!("{fault}"))?, Some(HELLO))?;
        done.calls += 1;
        done.charged_ns += outcome.stats.cpu_ns.load(Ordering::Relaxed);
    }
    Ok(done)
}
