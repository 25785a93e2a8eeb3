//! `skep serve` and `skep dev`: serve until told to end, then drain.
//!
//! `skep serve` is two processes: [`supervise`] is the parent, and [`run`] its child, the engine. `skep dev` and `--single-process` are [`run`] alone.
//!
//! Invariant: what is announced is true: an address is printed once it is bound and its functions are registered.

use std::io::Write as _;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{self, App, StartError};
use crate::config::{Config, ExitCode, Mode};
use crate::process::activation;
use crate::process::engine::{self, Engine, Order, Orders};
use crate::process::sockets::Sockets;
use crate::process::systemd::Service;
use crate::release::Report;
use crate::runtime::containment;
use crate::shutdown::Phase;
use crate::supervisor;

/// Functions shown one by one at start; of more, only those with a problem are.
const TABLE_ROWS_MAX: usize = 40;

/// How often a drain looks whether instances still work; nobody tells it, because calls must not pay for that.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Binds the sockets and keeps an engine serving on them, until SIGINT or SIGTERM.
///
/// # Errors
/// If an address is taken, or the system gives no process.
pub fn supervise(config: &Config) -> Result<ExitCode, StartError> {
    app::check_admin(config)?;
    supervisor::raise_file_limit();
    Ok(supervisor::run(config, bind(config)?)?)
}

/// What the service manager passed in, and the rest as configured.
fn bind(config: &Config) -> Result<Sockets, StartError> {
    let threads = config.ingress.threads.get();
    Ok(activation::adopt(threads)?.complete(config.listen, config.admin, threads)?)
}

/// Serves until SIGINT, SIGTERM or the supervisor ends it, then drains.
///
/// # Errors
/// If the host does not start.
pub fn run(config: &Config) -> Result<ExitCode, StartError> {
    if !engine::is_engine() {
        app::check_admin(config)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before anything is announced: whoever reads the address may send a signal at once.
    let signals = runtime.block_on(async { Signals::listen() })?;
    let (engine, orders) = if engine::is_engine() && config.mode == Mode::Serve {
        Engine::inherit(containment::share)?
    } else {
        supervisor::raise_file_limit();
        Engine::alone(bind(config)?)?
    };
    let control = engine.control.clone();
    let app = App::start(config, engine).inspect_err(|error| control.failed(&error.to_string()))?;
    let is_first = app.standing.generation == 1;
    if is_first {
        announce(&format!("listening on http://{}\nadmin on http://{}\n", app.address, app.admin_address));
    }
    let releaser = app.releaser.clone();
    tell_limits(config);
    let threads = config.ingress.threads.get();
    std::thread::Builder::new().name("skep compile".to_owned()).spawn(move || {
        releaser.compile_all(threads, &|done, all| {
            if is_first && done % 1000 == 0 {
                announce(&format!("compiled {done} of {all} functions\n"));
            }
        });
        let reports = releaser.report();
        if is_first {
            announce(&table(&reports));
        } else {
            // Nobody reads the table of a later engine.
            for (name, why) in reports.iter().filter_map(|report| Some((&report.name, report.outcome.as_ref().err()?))) {
                tracing::warn!(entry = name, why, "a function does not load, or an entry of the functions folder is none");
            }
        }
        for clash in releaser.clashes() {
            tracing::warn!("{clash}");
        }
    })?;
    // The supervisor's engines have nobody to tell.
    let service = Service::of_environment();
    service.ready("serves");
    Ok(runtime.block_on(async {
        tokio::spawn(keep_alive(service.clone()));
        Ending { app: &app, config, signals, orders, service }.wait().await
    }))
}

/// Tells the service manager that this process lives, as long as it turns.
async fn keep_alive(service: Service) {
    let mut heartbeat = service.heartbeat();
    loop {
        heartbeat.next().await;
        service.alive();
    }
}

/// What the host may use, and which limit of the kernel is the reason if that is less than what was asked for.
fn tell_limits(config: &Config) {
    let (max_instances, memory_mb) = (config.pool.max_instances, config.pool.memory_bytes >> 20);
    match config.pool.lowered_by {
        Some(limit) => {
            tracing::warn!(max_instances, memory_mb, limit, "the kernel allows fewer instances than --max-instances: raise the limit")
        }
        None => tracing::info!(max_instances, memory_mb, "limits of the host"),
    }
}

/// How a process that serves comes to its end.
struct Ending<'a> {
    app: &'a App,
    config: &'a Config,
    signals: Signals,
    orders: Orders,
    service: Service,
}

impl Ending<'_> {
    async fn wait(mut self) -> ExitCode {
        let cause = tokio::select! {
            name = self.signals.next() => name.to_owned(),
            order = self.orders.next() => match order {
                Order::Stop(cause) => cause,
                Order::HandOver => match self.hand_over().await {
                    Some(cause) => cause,
                    None => return ExitCode::Ok,
                },
            },
        };
        self.stop(&cause).await
    }

    /// Finishes what is open while another engine serves. Returns the cause if the host is to end before that.
    async fn hand_over(&mut self) -> Option<String> {
        let deadline = self.config.ingress.drain;
        self.app.drain.begin(Phase::HandingOver);
        tracing::info!("handing over: what is open is finished here, what is new goes to the next engine");
        let finished = tokio::select! {
            finished = tokio::time::timeout(deadline, nothing_is_left(self.app)) => finished.is_ok(),
            name = self.signals.next() => return Some(name.to_owned()),
            order = self.orders.next() => match order {
                Order::Stop(cause) => return Some(cause),
                Order::HandOver => true,
            },
        };
        match (finished, self.app.fleet.in_flight()) {
            (true, _) => tracing::info!("handed over"),
            (false, 0) => tracing::info!(deadline_s = deadline.as_secs(), "handed over: connections that were idle to the end are closed"),
            (false, cut) => {
                tracing::warn!(deadline_s = deadline.as_secs(), cut, "requests were still in flight at the deadline and are cut")
            }
        }
        None
    }

    async fn stop(&mut self, cause: &str) -> ExitCode {
        self.app.drain.begin(Phase::Stopping);
        self.service.stopping();
        tracing::info!(cause, "draining: requests in flight finish, new ones are refused");
        if self.config.mode == Mode::Dev {
            announce("\n");
        }
        let deadline = self.config.ingress.drain;
        let finished = tokio::select! {
            finished = tokio::time::timeout(deadline, nothing_is_left(self.app)) => finished.is_ok(),
            name = self.signals.insist(&self.orders) => {
                tracing::warn!(signal = name, "ending at once");
                return ExitCode::DrainTimeout;
            }
        };
        if finished {
            tracing::info!("drained");
            // Answers that left last may still be in a socket buffer of ours; closing is the kernel's affair.
            return ExitCode::Ok;
        }
        tracing::warn!(deadline_s = deadline.as_secs(), "requests were still in flight at the deadline and are cut");
        ExitCode::DrainTimeout
    }
}

/// Waits until every connection is closed and every instance is idle, background work included.
async fn nothing_is_left(app: &App) {
    // A release that was taken in is finished here; the engine that takes over reads what came of it.
    if let Some(deployments) = &app.deployments {
        deployments.close().await;
    }
    app.drain.finished().await;
    while app.fleet.in_flight() > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// SIGINT and SIGTERM.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for one of them; returns its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }

    /// Waits for one that somebody sent to hurry a drain. The death of the supervisor is a SIGTERM as well, once, and no reason to hurry.
    async fn insist(&mut self, orders: &Orders) -> &'static str {
        let name = self.next().await;
        if name == "SIGTERM" && orders.is_orphaned() {
            return self.next().await;
        }
        name
    }
}

/// Standard output is for people and scripts that wait for the address; the log is on standard error.
fn announce(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed standard output is no reason to stop serving.
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// The start-up table.
fn table(reports: &[Report]) -> String {
    let broken = reports.iter().filter(|report| report.outcome.is_err()).count();
    let mut text = String::new();
    let all = reports.len() <= TABLE_ROWS_MAX;
    let shown: Vec<&Report> = reports.iter().filter(|report| all || report.outcome.is_err()).collect();
    let width = shown.iter().map(|report| report.name.len() + 1).max().unwrap_or(0);
    for report in &shown {
        let name = format!("/{}", report.name);
        let line = match &report.outcome {
            Ok(version) => format!("  {name:width$}  {version}  {}\n", report.routes.join(" ")),
            Err(why) => format!("  {name:width$}  DOES NOT LOAD  {why}\n"),
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let ready = reports.len() - broken;
    match (reports.len(), broken) {
        (0, _) => text.push_str("no functions yet: `skep new NAME` makes one\n"),
        (_, 0) => text.push_str(&format!("{ready} functions\n")),
        _ => text.push_str(&format!("{ready} functions, {broken} that do not load\n")),
    }
    text
}
