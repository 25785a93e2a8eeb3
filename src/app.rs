//! Wires the parts in data order, for every command that runs functions.
//!
//! `Config` in; a running host out. `serve` adds the listeners; `check` and `invoke` go without.
//!
//! Invariant: the only place that knows every part.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use parking_lot::Mutex;

use crate::admin;
use crate::config::{Config, ConfigError, ExitCode, LogFormat, LogLevel, Mode};
use crate::function::message::{Request, Response};
use crate::ingress::{self, BindError, Dispatch, Ingress, call_in_process};
use crate::live::Live;
use crate::release::{Releaser, SourceError, Watcher};
use crate::runtime::ops::{ConsoleLine, Host, Level};
use crate::runtime::pool::{Blanks, BlanksConfig};
use crate::shutdown::{Drain, Drained};
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
    /// The functions directory cannot be read.
    #[error(transparent)]
    Functions(#[from] SourceError),
    /// The system gives no thread, socket or runtime.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl StartError {
    /// What the shell is told.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(error) => error.exit_code(),
            Self::Bind(_) => ExitCode::Bind,
            Self::Functions(_) => ExitCode::Functions,
            Self::System(_) => ExitCode::Internal,
        }
    }
}

/// The part of a host that runs functions, without listeners.
pub struct Core {
    /// The table.
    pub live: Arc<Live>,
    /// Instances and blank isolates.
    pub blanks: Arc<Blanks>,
}

impl Core {
    /// Starts the runtime with an empty table.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        let live = Arc::new(Live::default());
        let host = Arc::new(AppHost { live: live.clone(), mode: config.mode });
        let blanks = Blanks::start(
            BlanksConfig {
                warm: config.pool.warm,
                max_instances: config.pool.max_instances,
                boot_cpu: config.pool.boot_cpu,
                boot_wall: config.pool.boot_wall,
            },
            host,
        )?;
        Ok(Self { live, blanks })
    }
}

/// A host that listens.
pub struct App {
    /// Turns the directory into the table.
    pub releaser: Arc<Releaser>,
    /// Where functions are called.
    pub address: std::net::SocketAddr,
    /// Where it is operated.
    pub admin_address: std::net::SocketAddr,
    /// The way down.
    pub drain: Arc<Drain>,
    /// Instances and blank isolates.
    pub blanks: Arc<Blanks>,
    _ingress: Arc<Ingress>,
    _watcher: Option<Watcher>,
}

impl App {
    /// Binds, registers every function, and serves.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(config: &Config) -> Result<Self, StartError> {
        let bound = ingress::Bound::bind(config.listen, config.ingress.threads.get())?;
        let admin = admin::Bound::bind(config.admin).map_err(|source| BindError { address: config.admin, source })?;
        let (address, admin_address) = (bound.address(), admin.address());
        let core = Core::start(config)?;
        let (drain, drained) = Drain::new();
        // The table first: a client that is early must not hear that its function does not exist.
        let ports = Ports::default();
        let releaser = Releaser::open(&config.functions, address.port(), core.live.clone(), core.blanks.clone(), ports.opener())?;
        let dispatch = Dispatch::new(core.live.clone(), config.mode, &config.ingress);
        let ingress = Ingress::start(bound, &config.ingress, &dispatch, &drained)?;
        ports.serve_with(&ingress);
        let blanks = core.blanks.clone();
        let watcher = if config.mode == Mode::Dev { watch(&core.live, &releaser) } else { None };
        start_admin(admin, core.live, drained)?;
        Ok(Self { releaser, address, admin_address, drain, blanks, _ingress: ingress, _watcher: watcher })
    }
}

fn start_admin(admin: admin::Bound, live: Arc<Live>, drained: Drained) -> Result<(), StartError> {
    admin.start(live, drained)?;
    Ok(())
}

/// Routes may name ports of their own; each gets its listeners when the table that needs it is published and there are listeners at all.
#[derive(Clone, Default)]
struct Ports(Arc<Mutex<PortState>>);

#[derive(Clone, Default)]
struct PortState {
    wanted: Vec<u16>,
    ingress: Option<Arc<Ingress>>,
}

impl Ports {
    fn opener(&self) -> Box<dyn Fn(Vec<u16>) + Send + Sync> {
        let ports = self.clone();
        Box::new(move |wanted| {
            ports.0.lock().wanted = wanted;
            ports.open();
        })
    }

    fn serve_with(&self, ingress: &Arc<Ingress>) {
        self.0.lock().ingress = Some(ingress.clone());
        self.open();
    }

    fn open(&self) {
        let PortState { wanted, ingress } = self.0.lock().clone();
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
}

impl Host for AppHost {
    fn console(&self, line: ConsoleLine<'_>) {
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

    fn call(&self, name: &str, request: Request) -> BoxFuture<'static, Response> {
        call_in_process(self.live.clone(), self.mode, name.to_owned(), request).boxed()
    }
}
