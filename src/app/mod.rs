//! Wires the parts in data order, for every command that runs functions.
//!
//! `Config` in; a running host out. `serve` adds the listeners; `check` and `invoke` go without.
//!
//! Invariant: the only place that knows every part.

mod core;
mod error;
mod host;
mod ports;

use std::sync::Arc;

use crate::admin::tokens::Tokens;
use crate::admin::{self, Operated};
use crate::config::{Config, LogFormat, LogLevel, Mode};
use crate::ingress::{Dispatch, Ingress};
use crate::live::Live;
use crate::process::engine::{Control, Engine, Standing};
use crate::process::quarantine::Quarantine;
use crate::release::{Deployments, Ground, OpenError, Opened, Releaser, Watcher, self_test};
use crate::runtime::containment::{self, freeze, probe};
use crate::runtime::fleet::Fleet;
use crate::shutdown::Drain;
use crate::telemetry;

pub use core::Core;
pub use error::StartError;
use ports::Ports;

/// A host that listens.
pub struct App {
    /// Turns the directory into the table.
    pub releaser: Arc<Releaser>,
    /// What was deployed; none in dev.
    pub deployments: Option<Arc<Deployments>>,
    /// Where functions are called.
    pub address: std::net::SocketAddr,
    /// Where it is operated.
    pub admin_address: std::net::SocketAddr,
    /// The way down.
    pub drain: Arc<Drain>,
    /// Instances and blank isolates.
    pub fleet: Arc<Fleet>,
    /// Which engine process this is.
    pub standing: Arc<Standing>,
    _ingress: Arc<Ingress>,
    _watcher: Option<Watcher>,
}

impl App {
    /// Registers every function, tries the engine out, and serves on the sockets that `engine` was given.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(config: &Config, engine: Engine) -> Result<Self, StartError> {
        let Engine { main, admin, standing, control } = engine;
        let (address, admin_address) = (main.address, admin.address);
        let core = Core::start(config)?;
        ask_for_a_successor(&control, &standing);
        let (drain, drained) = Drain::new();
        // The table first: a client that is early must not hear that its function does not exist.
        core.listeners.0.lock().extend([address, admin_address]);
        let ports = Ports::new(core.listeners.clone());
        let quarantine = standing.quarantine.clone();
        let opened = match config.mode {
            // Its table follows the functions folder, and nothing else.
            Mode::Dev => None,
            Mode::Serve => open_state(config, &core, &quarantine)?,
        };
        let releaser = Releaser::open(Ground {
            root: &config.functions,
            main_port: address.port(),
            live: core.live.clone(),
            fleet: core.fleet.clone(),
            quarantine,
            opened: opened.as_ref(),
            on_ports: ports.opener(),
        })?;
        self_test::run(&core.fleet)?;
        let dispatch = Dispatch::new(core.invoker.clone(), &config.ingress);
        let ingress = Ingress::start(main, control.clone(), &config.ingress, &dispatch, &drained)?;
        ports.serve_with(&ingress, &control);
        let listening = ingress.clone();
        probe::ask_also(move || listening.pulse(probe::DEADLINE));
        let fleet = core.fleet.clone();
        // The first engine is nobody's successor; any other waits until the one before has let go.
        let deployments =
            opened.map(|opened| Deployments::open(releaser.clone(), opened, config.ingress.drain, standing.generation > 1)).transpose()?;
        let watcher = if config.mode == Mode::Dev { watch(&core.live, &releaser) } else { None };
        admin::start(
            admin,
            Operated {
                live: core.live,
                invoker: core.invoker,
                fleet: fleet.clone(),
                deployments: deployments.clone(),
                tokens: Tokens::of(&config.state),
                drained,
                standing: standing.clone(),
                control: control.clone(),
            },
            &config.ingress,
        )?;
        control.ready();
        Ok(Self { releaser, deployments, address, admin_address, drain, fleet, standing, _ingress: ingress, _watcher: watcher })
    }
}

/// What was deployed. Where there is nothing, and cannot be anything (a read-only image), the functions folder is served alone.
fn open_state(config: &Config, core: &Core, quarantine: &Arc<Quarantine>) -> Result<Option<Opened>, OpenError> {
    match Opened::read(&config.state, core.fleet.clone(), quarantine.clone()) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if !config.state.exists() => {
            tracing::warn!(%error, "nothing can be deployed to this host");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A process with a parked thread goes on serving, but its supervisor is to replace it.
fn ask_for_a_successor(control: &Control, standing: &Standing) {
    if standing.supervised {
        freeze::outlive_checks();
    }
    let control = control.clone();
    containment::on_taint(move |taint| {
        let culprit = taint.function.as_deref().zip(taint.version.as_deref());
        control.tainted(taint.cause.label(), culprit);
    });
}

fn watch(live: &Live, releaser: &Arc<Releaser>) -> Option<Watcher> {
    live.refresh_with(releaser.clone());
    match Watcher::start(releaser.clone()) {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            // Calls still compare the stamps; only the message in the terminal waits for the next call.
            tracing::warn!("{error}");
            None
        }
    }
}

/// Refuses an admin address that others can reach while nobody needs a token there.
///
/// # Errors
/// If it is so, or the tokens cannot be read.
pub fn check_admin(config: &Config) -> Result<(), StartError> {
    let is_open = !config.admin.ip().is_loopback() && Tokens::of(&config.state).list()?.is_empty();
    if is_open { Err(StartError::OpenAdmin(config.admin)) } else { Ok(()) }
}

/// Sets the log up as configured.
pub fn init_log(config: &Config) {
    let level = match config.log.level {
        LogLevel::Error => tracing::Level::ERROR,
        LogLevel::Warn => tracing::Level::WARN,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Trace => tracing::Level::TRACE,
    };
    let form = match config.log.format {
        LogFormat::Json => telemetry::log::Form::Json,
        LogFormat::Pretty => telemetry::log::Form::Pretty,
    };
    telemetry::log::init(level, form);
}
