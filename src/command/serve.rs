//! `skep serve` and `skep dev`: serve until a signal, then drain.
//!
//! Invariant: what is announced is true: an address is printed once it is bound and its functions are registered.

use std::io::Write as _;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{App, StartError};
use crate::config::{Config, ExitCode, Mode};
use crate::release::Report;

/// Functions shown one by one at start; of more, only those with a problem are.
const TABLE_ROWS_MAX: usize = 40;

/// How often a drain looks whether instances still work; nobody tells it, because calls must not pay for that.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Serves until SIGINT or SIGTERM, then drains.
///
/// # Errors
/// If the host does not start.
pub fn run(config: &Config) -> Result<ExitCode, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before anything is announced: whoever reads the address may send a signal at once.
    let mut signals = runtime.block_on(async { Signals::listen() })?;
    let app = App::start(config)?;
    announce(&format!("listening on http://{}\nadmin on http://{}\n", app.address, app.admin_address));
    let releaser = app.releaser.clone();
    let threads = config.ingress.threads.get();
    std::thread::Builder::new().name("skep compile".to_owned()).spawn(move || {
        releaser.compile_all(threads, &|done, all| {
            if done % 1000 == 0 {
                announce(&format!("compiled {done} of {all} functions\n"));
            }
        });
        announce(&table(&releaser.report()));
        for clash in releaser.clashes() {
            tracing::warn!("{clash}");
        }
    })?;
    Ok(runtime.block_on(until_drained(&app, config, &mut signals)))
}

async fn until_drained(app: &App, config: &Config, signals: &mut Signals) -> ExitCode {
    let name = signals.next().await;
    tracing::info!(signal = name, "draining: requests in flight finish, new ones are refused");
    if config.mode == Mode::Dev {
        announce("\n");
    }
    app.drain.begin();
    let deadline = config.ingress.drain;
    let finished = tokio::select! {
        finished = tokio::time::timeout(deadline, nothing_is_left(app)) => finished.is_ok(),
        name = signals.next() => {
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

/// Waits until every connection is closed and every instance is idle, background work included.
async fn nothing_is_left(app: &App) {
    app.drain.finished().await;
    while app.blanks.in_flight() > 0 {
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
