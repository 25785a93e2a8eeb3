//! The host that is counted, in this process: `skep serve` without the supervisor, the admin API and V8.
//!
//! The settings are the program's own defaults with one I/O thread. No other file of this bench names an item of the crate.
//!
//! Invariant: from the socket to the worker's turn, and back, everything is the code of production.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, header};

use skep::app;
use skep::config::{CommandLine, Config};
use skep::function::message::{Body, Request, Response};
use skep::function::{FunctionName, Manifest, Version, VersionId};
use skep::ingress::{Dispatch, Ingress};
use skep::invoke::Invoker;
use skep::live::table::{FunctionEntry, Table};
use skep::live::{AllAddressNotes, Endpoint, Live, Track};
use skep::process::engine::Engine;
use skep::process::sockets::Sockets;
use skep::runtime::call::Reply;
use skep::runtime::fleet::{self, FleetConfig, SpawnWorker};
use skep::runtime::ops::{ConsoleLine, HostApi, Identity};
use skep::runtime::pool::Pool;
use skep::runtime::worker::stand_in;
use skep::shutdown::Drain;
use skep::sys::malloc;

/// The name of the I/O thread.
pub const IO_THREAD: &str = "skep io 0";

/// The name of the worker's thread.
pub const WORKER_THREAD: &str = stand_in::THREAD_NAME;

/// The function that answers; its address is `/hello`.
pub const FUNCTION: &str = "hello";

/// What it answers.
pub const HELLO: &[u8] = br#"{"hello":"world"}"#;

/// The defaults with one I/O thread, free ports, no isolate made ahead, and a log line for each request in the form that a server writes.
const COMMAND_LINE: &[&str] = &[
    "skep",
    "serve",
    "--threads",
    "1",
    "--listen",
    "127.0.0.1:0",
    "--admin",
    "127.0.0.1:0",
    "--warm",
    "0",
    "--log-level",
    "info",
    "--log-format",
    "json",
];

/// A host that serves until it is dropped with its process.
pub struct Host {
    /// Where the function is called.
    pub address: SocketAddr,
    /// Without it the listeners end.
    _drain: Arc<Drain>,
    _ingress: Arc<Ingress>,
}

impl Host {
    /// Starts it, and its one instance; the first requests may wait for that.
    pub fn start() -> Result<Self> {
        // Before any thread, as in `main`.
        malloc::bound();
        let line = CommandLine::read(COMMAND_LINE)?;
        let config = Config::load(&line).context("the settings")?;
        app::init_log(&config);
        let spawn: SpawnWorker = |host, _heap_bytes, on_gone| stand_in::spawn(host, on_gone, hello);
        let fleet = fleet::start_with(limits(&config), Arc::new(Silent), spawn)?;
        let name = FunctionName::parse(FUNCTION)?;
        let pool = Pool::new(version(&name), fleet);
        let sockets = Sockets::bind(config.listen, config.admin, config.ingress.threads.get())?;
        let (Engine { main, supervisor_client, .. }, _commands) = Engine::alone(sockets)?;
        let address = main.address;
        let live = Arc::new(Live::default());
        let endpoint = Endpoint::new(name.clone(), Track::of(pool.clone()));
        let (table, conflicts) =
            Table::build(address.port(), &[], [FunctionEntry { function: name, routes: &[], of_code: &[], target: endpoint }]);
        ensure!(conflicts.is_empty(), "the table has conflicts");
        live.publish(table, AllAddressNotes::default());
        let (drain, drained) = Drain::new();
        let dispatch = Dispatch::new(Invoker::new(live, config.mode), &config.ingress);
        let ingress = Ingress::start(main, supervisor_client, &config.ingress, &dispatch, &drained)?;
        pool.fill_to_min();
        Ok(Self { address, _drain: drain, _ingress: ingress })
    }
}

fn limits(config: &Config) -> FleetConfig {
    FleetConfig {
        warm: config.pool.warm,
        max_instances: config.pool.max_instances,
        memory_bytes: config.pool.memory_bytes,
        boot_cpu: config.pool.boot_cpu,
        boot_wall: config.pool.boot_wall,
    }
}

/// Has one instance for good, so that one thread does all of the workers' part.
fn version(function: &FunctionName) -> Arc<Version> {
    let mut manifest = Manifest::default();
    manifest.scale.min = 1;
    manifest.scale.max = 1;
    Arc::new(Version {
        id: VersionId::from_digest(&[7; 32]),
        function: function.clone(),
        entry: "file:///hello/index.js".to_owned(),
        modules: HashMap::new(),
        manifest,
        hint: None,
        node: false,
        files: BTreeMap::new(),
    })
}

/// The same answer that the ops make of `Response.json({ hello: "world" })`.
fn hello(_request: &Request) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Response { status: 200, headers, body: Body::Full(Bytes::copy_from_slice(HELLO)) })
}

/// Does nothing: there is no JavaScript that could ask.
struct Silent;

impl HostApi for Silent {
    fn console(&self, _line: ConsoleLine<'_>) {}

    fn refused(&self, _identity: Option<&Identity>, _what: &str) {}

    fn listens_on(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    fn call(&self, _name: &str, _request: Request, _body: Body) -> BoxFuture<'static, Response> {
        std::future::ready(Response { status: 404, ..Response::default() }).boxed()
    }
}
