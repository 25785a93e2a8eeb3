//! Wires the parts in data order, for every command that runs functions.
//!
//! `Config` in; a running host out. `serve` adds the listeners; `check` and `invoke` go without.
//!
//! Invariant: the only place that knows every part.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use parking_lot::Mutex;

use crate::admin::{self, Operated};
use crate::config::{Config, ConfigError, ExitCode, LogFormat, LogLevel, Mode};
use crate::function::message::{Body, Request, Response};
use crate::ingress::{Dispatch, Ingress, call_in_process};
use crate::live::Live;
use crate::release::store::tokens::{TokenError, Tokens};
use crate::release::{Deployments, Ground, OpenError, Opened, Releaser, SelfTestError, SourceError, Watcher, self_test};
use crate::runtime::containment::refusals;
use crate::runtime::containment::{self, grace, park, probe};
use crate::runtime::ops::{ConsoleLine, Host, Identity, Level};
use crate::runtime::pool::{Blanks, BlanksConfig};
use crate::runtime::worker::watchdog;
use crate::shutdown::Drain;
use crate::supervisor::activation::PassedError;
use crate::supervisor::engine::{Control, Engine, Standing};
use crate::supervisor::quarantine::Quarantine;
use crate::supervisor::sockets::BindError;
use crate::telemetry;

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address is taken or not ours.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// What the service manager passed in is no address to listen on.
    #[error(transparent)]
    Passed(#[from] PassedError),
    /// The functions directory cannot be read.
    #[error(transparent)]
    Functions(#[from] SourceError),
    /// The state folder cannot be used.
    #[error(transparent)]
    State(#[from] OpenError),
    /// Everybody could operate the host.
    #[error(
        "--admin is {0}, which others can reach, and there is no token: make one first (`skep token add NAME --scope admin`), or keep it on 127.0.0.1"
    )]
    OpenAdmin(SocketAddr),
    /// The tokens cannot be read.
    #[error(transparent)]
    Tokens(#[from] TokenError),
    /// The engine does not run the simplest function.
    #[error(transparent)]
    SelfTest(#[from] SelfTestError),
    /// The system gives no thread, socket or runtime.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl StartError {
    /// What the shell is told.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(error) => error.exit_code(),
            Self::Bind(_) | Self::Passed(_) => ExitCode::Bind,
            Self::Functions(_) => ExitCode::Functions,
            Self::State(_) | Self::Tokens(_) => ExitCode::State,
            Self::OpenAdmin(_) => ExitCode::Config,
            Self::SelfTest(_) | Self::System(_) => ExitCode::Internal,
        }
    }
}

/// The part of a host that runs functions, without listeners.
pub struct Core {
    /// The table.
    pub live: Arc<Live>,
    /// Instances and blank isolates.
    pub blanks: Arc<Blanks>,
    listeners: Listeners,
}

impl Core {
    /// Starts the runtime with an empty table.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        grace::allow(usize::try_from(config.pool.memory_bytes / GRACE_SHARE).unwrap_or(usize::MAX).clamp(1, GRACE_MAX));
        if !watchdog::is_running() {
            // Without it nothing would ever be stopped.
            return Err(io::Error::other("no thread for the watchdog").into());
        }
        let live = Arc::new(Live::default());
        let listeners = Listeners::default();
        let host = Arc::new(AppHost { live: live.clone(), mode: config.mode, listeners: listeners.clone() });
        let blanks = Blanks::start(
            BlanksConfig {
                warm: config.pool.warm,
                max_instances: config.pool.max_instances,
                memory_bytes: config.pool.memory_bytes,
                boot_cpu: config.pool.boot_cpu,
                boot_wall: config.pool.boot_wall,
            },
            host,
        )?;
        Ok(Self { live, blanks, listeners })
    }
}

impl Core {
    /// What a command without listeners releases the functions folder on.
    pub fn ground<'a>(&self, config: &'a Config) -> Ground<'a> {
        Ground {
            root: &config.functions,
            main_port: config.listen.port(),
            live: self.live.clone(),
            blanks: self.blanks.clone(),
            quarantine: Arc::default(),
            opened: None,
            on_ports: Box::new(|_| {}),
        }
    }
}

/// Memory of the host for each isolate that may use memory beyond its limit at a time.
const GRACE_SHARE: u64 = 4 * grace::GRACE_BYTES as u64;

/// The most of them.
const GRACE_MAX: usize = 2;

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
    pub blanks: Arc<Blanks>,
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
        let ports = Ports { listeners: core.listeners.clone(), ..Ports::default() };
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
            blanks: core.blanks.clone(),
            quarantine,
            opened: opened.as_ref(),
            on_ports: ports.opener(),
        })?;
        self_test::run(&core.blanks)?;
        let dispatch = Dispatch::new(core.live.clone(), config.mode, &config.ingress);
        let ingress = Ingress::start(main, control.clone(), &config.ingress, &dispatch, &drained)?;
        ports.serve_with(&ingress, &control);
        let listening = ingress.clone();
        probe::ask_also(move || listening.pulse(probe::DEADLINE));
        let blanks = core.blanks.clone();
        // The first engine is nobody's successor; any other waits until the one before has let go.
        let deployments =
            opened.map(|opened| Deployments::open(releaser.clone(), opened, config.ingress.drain, standing.generation > 1)).transpose()?;
        let watcher = if config.mode == Mode::Dev { watch(&core.live, &releaser) } else { None };
        admin::start(
            admin,
            Operated {
                live: core.live,
                blanks: blanks.clone(),
                deployments: deployments.clone(),
                tokens: Tokens::of(&config.state),
                drained,
                standing: standing.clone(),
                control: control.clone(),
            },
            &config.ingress,
        )?;
        control.ready();
        Ok(Self { releaser, deployments, address, admin_address, drain, blanks, standing, _ingress: ingress, _watcher: watcher })
    }
}

/// What was deployed. Where there is nothing, and cannot be anything (a read-only image), the functions folder is served alone.
fn open_state(config: &Config, core: &Core, quarantine: &Arc<Quarantine>) -> Result<Option<Opened>, OpenError> {
    match Opened::read(&config.state, core.blanks.clone(), quarantine.clone()) {
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
        park::outlive_checks();
    }
    let control = control.clone();
    containment::on_taint(move |taint| {
        let culprit = taint.function.as_deref().zip(taint.version.as_deref());
        control.tainted(taint.cause.label(), culprit);
    });
}

/// Routes may name ports of their own; each gets its listeners when the table that needs it is published and there are listeners at all.
#[derive(Clone, Default)]
struct Ports {
    state: Arc<Mutex<PortState>>,
    listeners: Listeners,
}

/// Where the host listens, the main address first: functions must not call it there.
#[derive(Clone, Default)]
struct Listeners(Arc<Mutex<Vec<SocketAddr>>>);

#[derive(Clone, Default)]
struct PortState {
    wanted: Vec<u16>,
    ingress: Option<Arc<Ingress>>,
}

impl Ports {
    fn opener(&self) -> Box<dyn Fn(Vec<u16>) + Send + Sync> {
        let ports = self.clone();
        Box::new(move |wanted| {
            ports.state.lock().wanted = wanted;
            ports.open();
        })
    }

    fn serve_with(&self, ingress: &Arc<Ingress>, control: &Control) {
        let mut state = self.state.lock();
        // Whether a route still names them or not: their sockets are open, and somebody has to answer.
        state.wanted.extend(control.handed_ports());
        state.ingress = Some(ingress.clone());
        drop(state);
        self.open();
    }

    fn open(&self) {
        let PortState { wanted, ingress } = self.state.lock().clone();
        let mut listeners = self.listeners.0.lock();
        if let Some(main) = listeners.first().copied() {
            for address in wanted.iter().map(|port| SocketAddr::new(main.ip(), *port)) {
                if !listeners.contains(&address) {
                    listeners.push(address);
                }
            }
        }
        drop(listeners);
        for error in ingress.iter().flat_map(|ingress| ingress.open_ports(wanted.iter().copied())) {
            tracing::error!("a route's port is not served: {error}");
        }
    }
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

/// What instances may ask of the process.
struct AppHost {
    live: Arc<Live>,
    mode: Mode,
    listeners: Listeners,
}

impl Host for AppHost {
    fn console(&self, line: ConsoleLine<'_>) {
        let _held_off = park::hold_off();
        let level = match line.level {
            Level::Debug => tracing::Level::DEBUG,
            Level::Info => tracing::Level::INFO,
            Level::Warn => tracing::Level::WARN,
            Level::Error => tracing::Level::ERROR,
        };
        telemetry::console::ConsoleLine {
            writer: line.identity.map(|identity| (&*identity.function, &*identity.version, identity.instance)),
            request: line.request,
            level,
            text: line.text,
            cut: line.cut,
        }
        .tell();
    }

    fn refused(&self, identity: Option<&Identity>, what: &str) {
        let _held_off = park::hold_off();
        let who = identity.map_or(("", "", 0), |identity| (&*identity.function, &*identity.version, identity.instance));
        refusals::refused(who, what);
    }

    fn listens_on(&self) -> Vec<SocketAddr> {
        let _held_off = park::hold_off();
        self.listeners.0.lock().clone()
    }

    fn call(&self, name: &str, request: Request, body: Body) -> BoxFuture<'static, Response> {
        call_in_process(self.live.clone(), self.mode, name.to_owned(), request, body).boxed()
    }
}
