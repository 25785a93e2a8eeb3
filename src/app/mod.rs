//! Wires the parts in data order, for every command that runs functions.
//!
//! `Config` in; a running host out. `serve` adds the listeners; `check` and `invoke` go without.
//!
//! Invariant: the only place that knows every part.

mod core;
mod error;
mod ports;
mod host;
mod rate;

use std::io;
use std::sync::Arc;

use crate::admin::tokens::Tokens;
use crate::admin::{self, AdminState, MetricsService};
use crate::config::{Config, LogConfig, LogFormat, Mode};
use crate::ingress::{Dispatch, Ingress};
use crate::live::Live;
use crate::process::engine::{Engine, EngineInfo, SupervisorClient};
use crate::release::{
    Catalog, CatalogDeps, Compilers, Deployments, FunctionsDirectory, OpenError, PoolDeps, Scales, StateDir, TextFiles, Watcher, self_test,
};
use crate::runtime::containment;
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::v8_version;
use crate::runtime::worker::probe;
use crate::shutdown::{Drain, Drained};
use crate::sys::freeze;
use crate::telemetry;
use crate::telemetry::store::{KeepConfig, KeepRules, LogReader};
use crate::trigger::cron::{self, CronClient, CronDeps};
use crate::trigger::jobs::{self, JobsDeps};

pub use core::Core;
pub use error::StartError;
use ports::PortOpener;

/// A host that listens.
pub struct App {
    /// Every function there is.
    pub catalog: Arc<Catalog>,
    /// Everything that is deployed; none in dev.
    pub deployments: Option<Arc<Deployments>>,
    /// Where functions are called.
    pub address: std::net::SocketAddr,
    /// Where it is operated.
    pub admin_address: std::net::SocketAddr,
    /// The way down.
    pub drain: Arc<Drain>,
    /// Instances and prewarmed isolates.
    pub fleet: Arc<Fleet>,
    /// Which engine process this is.
    pub engine_info: Arc<EngineInfo>,
    _ingress: Arc<Ingress>,
    _watcher: Option<Watcher>,
}

impl App {
    /// Registers every function, tries the engine out, and serves on the sockets that `engine` was given.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(config: &Config, engine: Engine) -> Result<Self, StartError> {
        let Engine { main, admin, engine_info, supervisor_client } = engine;
        let (address, admin_address) = (main.address, admin.address);
        let core = Core::start(config)?;
        ask_for_a_successor(&supervisor_client, &engine_info);
        let (drain, drained) = Drain::new();
        // The table first: a client that is early must not hear that its function does not exist.
        core.listeners.0.lock().extend([address, admin_address]);
        let ports = PortOpener::new(core.listeners.clone());
        core.fleet.heed(engine_info.quarantine.clone());
        let compilers = Arc::new(compilers(config, &supervisor_client));
        prepare(&compilers)?;
        let pools = pools(config, &core, compilers, &engine_info);
        let state_dir = match config.mode {
            // Its table follows the functions directory, and nothing else.
            Mode::Dev => None,
            Mode::Serve => open_state(config, &pools)?,
        };
        let catalog = Catalog::new(CatalogDeps {
            main_port: address.port(),
            grants: config.grants.clone(),
            live: core.live.clone(),
            deployed: state_dir.as_ref().map(StateDir::entries).unwrap_or_default(),
            fleet: core.fleet.clone(),
            state: state_dir.is_some().then(|| config.state.clone()),
            on_ports: ports.opener(),
        });
        let directory = FunctionsDirectory::open(&config.functions, catalog.clone(), pools)?;
        self_test::run(&core.fleet)?;
        let dispatch = Dispatch::new(core.invoker.clone(), &config.ingress);
        let ingress = Ingress::start(main, supervisor_client.clone(), &config.ingress, &dispatch, &drained)?;
        ports.serve_with(&ingress, &supervisor_client);
        ask_listeners(&ingress);
        let fleet = core.fleet.clone();
        // The first engine is nobody's successor; any other waits until the one before has let go.
        let deployments = state_dir
            .map(|state_dir| Deployments::open(catalog.clone(), state_dir, config.ingress.drain, engine_info.generation > 1))
            .transpose()?;
        let cron = start_triggers(config, &core, &drained, deployments.is_some())?;
        let watcher = if config.mode == Mode::Dev { start_watcher(&core.live, &directory) } else { None };
        admin::start(
            admin,
            AdminState {
                live: core.live,
                invoker: core.invoker,
                fleet: fleet.clone(),
                deployments: deployments.clone(),
                tokens: Tokens::of(&config.state),
                drained,
                engine_info: engine_info.clone(),
                supervisor_client: supervisor_client.clone(),
                cron,
                logs: LogReader::attached(config.log.folder.as_deref()),
            },
            (&config.ingress, MetricsService::new(config.metrics.clone(), v8_version())),
        )?;
        supervisor_client.ready();
        ports.serves();
        Ok(Self { catalog, deployments, address, admin_address, drain, fleet, engine_info, _ingress: ingress, _watcher: watcher })
    }
}

/// The probe of the engine asks the listeners too.
fn ask_listeners(ingress: &Arc<Ingress>) {
    let listening = ingress.clone();
    probe::ask_also(move || listening.ping(probe::DEADLINE));
}

/// The parts that every version and its pool need. `skep dev` keeps all code in memory: it writes nothing to the disk.
fn pools(config: &Config, core: &Core, compilers: Arc<Compilers>, engine_info: &EngineInfo) -> PoolDeps {
    PoolDeps {
        compilers,
        fleet: core.fleet.clone(),
        quarantine: engine_info.quarantine.clone(),
        scales: Scales::default(),
        texts: match config.mode {
            Mode::Dev => TextFiles::none(),
            Mode::Serve => TextFiles::in_directory(config.state.clone()),
        },
    }
}

/// The deployed functions. Where there are none and there cannot be any (a read-only image), the functions directory is served alone.
fn open_state(config: &Config, pools: &PoolDeps) -> Result<Option<StateDir>, OpenError> {
    match StateDir::read(&config.state, pools.clone()) {
        Ok(state_dir) => Ok(Some(state_dir)),
        Err(error) if !config.state.exists() => {
            tracing::warn!(%error, "nothing can be deployed to this host");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Starts jobs and schedules. `skep dev`, and a host that can keep no state, forget them when they end.
fn start_triggers(config: &Config, core: &Core, drained: &Drained, has_state: bool) -> io::Result<CronClient> {
    let state = has_state.then(|| config.state.clone());
    jobs::start(JobsDeps { jobs: core.jobs.clone(), invoker: core.invoker.clone(), drained: drained.clone(), state: state.clone() })?;
    cron::start(CronDeps { live: core.live.clone(), invoker: core.invoker.clone(), drained: drained.clone(), state })
}

/// The supervisor starts the compiler processes, so that the engine, with its many threads and its memory, starts none. An engine without
/// one starts them by itself.
fn compilers(config: &Config, supervisor_client: &SupervisorClient) -> Compilers {
    if !supervisor_client.gives_compilers() {
        return Compilers::local(config.compile);
    }
    let supervisor_client = supervisor_client.clone();
    Compilers::new(config.compile, Box::new(move || supervisor_client.open_compiler()))
}

/// Starts the compiler processes beside the rest of the start: the first calls find them.
fn prepare(compilers: &Arc<Compilers>) -> io::Result<()> {
    let compilers = compilers.clone();
    let prepare = move || {
        if let Err(error) = compilers.prepare() {
            tracing::warn!("{error}");
        }
    };
    std::thread::Builder::new().name("skep compilers".to_owned()).spawn(prepare).map(drop)
}

/// A process with a frozen thread goes on serving, but its supervisor is to replace it.
fn ask_for_a_successor(supervisor_client: &SupervisorClient, engine_info: &EngineInfo) {
    if engine_info.supervised {
        freeze::outlive_checks();
    }
    let supervisor_client = supervisor_client.clone();
    containment::on_taint(move |taint| {
        let offender = taint.function.as_deref().zip(taint.version.as_deref());
        supervisor_client.tainted(taint.cause.label(), offender, taint.urgent);
    });
}

fn start_watcher(live: &Live, directory: &Arc<FunctionsDirectory>) -> Option<Watcher> {
    live.refresh_with(directory.clone());
    match Watcher::start(directory.clone()) {
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
    let form = match config.log.format {
        LogFormat::Json => telemetry::log::Form::Json,
        LogFormat::Pretty => telemetry::log::Form::Pretty,
    };
    telemetry::init(config.log.level, form, config.log.stderr);
    telemetry::traces::init(config.traces);
}

/// Where log lines are kept, and how long.
pub fn keep_config(config: &Config) -> KeepConfig {
    let LogConfig { folder, days, function_bytes, total_bytes, .. } = &config.log;
    KeepConfig { folder: folder.clone(), rules: KeepRules { days: *days, function_bytes: *function_bytes, total_bytes: *total_bytes } }
}
