//! `skep serve` and `skep dev`: serve until told to end, then drain.
//!
//! `skep serve` is two processes: [`supervise`] is the parent, and [`run`] its child, the engine. `skep dev` and `--single-process` are
//! [`run`] alone.
//!
//! Invariant: what is announced is true: an address is printed once it is bound and its functions are registered.

mod drain;
mod startup;

use crate::app::{self, App, StartError};
use crate::config::{Config, ExitCode, Mode};
use crate::process::activation;
use crate::process::engine::{self, Engine};
use crate::process::sockets::Sockets;
use crate::process::systemd::Service;
use crate::runtime::containment;
use crate::supervisor;
use crate::telemetry;
use crate::telemetry::store::LogKeeper;

use drain::{EndSignals, Shutdown};
use startup::{announce, log_limits, table};

/// Binds the sockets and keeps an engine serving on them, until SIGINT or SIGTERM.
///
/// # Errors
/// If an address is taken, or the system cannot spawn a process.
pub fn supervise(config: &Config) -> Result<ExitCode, StartError> {
    app::check_admin(config)?;
    supervisor::raise_file_limit();
    let sockets = bind(config)?;
    Ok(supervisor::run(config, sockets, keep_log(config))?)
}

/// Keeps the log's lines from now on. A host that cannot keep them serves all the same.
fn keep_log(config: &Config) -> Option<LogKeeper> {
    let started = LogKeeper::start(&app::keep_config(config));
    started.inspect_err(|error| tracing::warn!(%error, "log lines are not kept (--logs)")).ok()
}

/// The sockets that the service manager passed in, and the others as configured.
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
    // Before anything is announced: a script that reads the address may send a signal at once.
    let signals = runtime.block_on(async { EndSignals::listen() })?;
    let (engine, commands) = if engine::is_engine() && config.mode == Mode::Serve {
        Engine::inherit(containment::use_shared_counters)?
    } else {
        supervisor::raise_file_limit();
        Engine::alone(bind(config)?)?
    };
    // Without a supervisor, and under one of an earlier release, this process writes its lines itself.
    let _keeper = if telemetry::log::is_attached() { None } else { keep_log(config) };
    let supervisor_client = engine.supervisor_client.clone();
    let app = App::start(config, engine).inspect_err(|error| supervisor_client.failed(&error.to_string()))?;
    let is_first = app.engine_info.generation == 1;
    if is_first {
        announce(&format!("listening on http://{}\nadmin on http://{}\n", app.address, app.admin_address));
        if config.mode == Mode::Dev {
            announce(&format!("dashboard on http://{}/ui/\n", app.admin_address));
        }
    }
    let catalog = app.catalog.clone();
    log_limits(config);
    let threads = config.ingress.threads.get();
    std::thread::Builder::new().name("skep compile".to_owned()).spawn(move || {
        catalog.compile_all(threads, &|done, all| {
            if is_first && done % 1000 == 0 {
                announce(&format!("compiled {done} of {all} functions\n"));
            }
        });
        let reports = catalog.report();
        if is_first {
            announce(&table(&reports));
        } else {
            // The table of a later engine has no reader.
            for (name, why) in reports.iter().filter_map(|report| Some((&report.name, report.outcome.as_ref().err()?))) {
                tracing::warn!(entry = name, why, "a function does not load, or an entry of the functions directory is not a function");
            }
        }
        for conflict in catalog.conflicts() {
            tracing::warn!("{conflict}");
        }
    })?;
    // An engine of the supervisor does not have the variable: the supervisor notifies.
    let service = Service::of_environment();
    service.ready("serves");
    Ok(runtime.block_on(async {
        tokio::spawn(keep_alive(service.clone()));
        Shutdown { app: &app, config, signals, commands, service }.wait().await
    }))
}

/// Notifies the service manager that this process lives, as long as its event loop runs.
async fn keep_alive(service: Service) {
    let mut heartbeat = service.heartbeat();
    loop {
        heartbeat.next().await;
        service.alive();
    }
}
