//! Tests of a pool whose workers have no threads.
//!
//! The tests do by hand what the threads would do, so they can try every order of events. `real` has real threads.
//!
//! Invariant: nothing here waits for time to pass.

mod end;
mod forbidden;
mod real;
mod scale;
mod shares;
mod warm;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Method;
use http::uri::PathAndQuery;
use tokio::sync::{Semaphore, oneshot};

use super::*;
use crate::function::Dialect;
use crate::function::message::{Body, CallShape, Request, Response};
use crate::function::trace::TraceContext;
use crate::function::{FunctionName, Headers, Manifest, Module, ModuleKind, VersionId};
use crate::runtime::call::{Permit, Reply, ReplyTo};
use crate::runtime::fleet::FleetConfig;
use crate::runtime::isolate::Loaded;
use crate::runtime::ops::{ConsoleLine, HostApi};
use crate::runtime::worker::{Exit, InstanceListener as _, WorkerCommand};

/// A host that counts what functions write to their console.
struct RecordingListener(Semaphore);

impl HostApi for RecordingListener {
    fn console(&self, _: ConsoleLine<'_>) {
        self.0.add_permits(1);
    }

    fn refused(&self, _: Option<&Identity>, _: &str) {}

    fn listens_on(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    fn call(&self, _: &str, _: Request, _: Body) -> BoxFuture<'static, Response> {
        std::future::pending().boxed()
    }
}

fn version(code: &str) -> Arc<Version> {
    let url = "file:///f.js".to_owned();
    let module = Module { url: url.clone(), kind: ModuleKind::JavaScript, code: code.into(), ..Module::default() };
    Arc::new(Version {
        id: VersionId::from_digest(&[7; 32]),
        function: FunctionName::parse("f").unwrap(),
        entry: url.clone(),
        modules: HashMap::from([(url, Arc::new(module))]),
        manifest: Manifest::default(),
        hint: None,
        node: false,
        files: BTreeMap::new(),
    })
}

fn config(max_instances: usize) -> FleetConfig {
    let limit = Duration::from_secs(60);
    FleetConfig { warm: 0, max_instances, memory_bytes: 8 << 40, boot_cpu: limit, boot_wall: limit, metrics: Arc::default() }
}

fn scale(min: u32, max: u32, concurrency: u32) -> Scale {
    Scale { min, max, concurrency, queue: 8, idle: Duration::from_secs(300) }
}

/// A pool on a host for `max_instances` instances.
fn pool_of(max_instances: usize, scale: Scale) -> Arc<Pool> {
    let host = Arc::new(RecordingListener(Semaphore::new(0)));
    let fleet = Arc::new(Fleet::new(config(max_instances), host, Handle::unmanned));
    Pool::with_scale(version("export default () => 'here';\n"), scale, fleet)
}

fn pool(scale: Scale) -> Arc<Pool> {
    pool_of(1000, scale)
}

fn request(method: Method) -> Arc<Request> {
    Arc::new(Request {
        method,
        scheme: "http",
        authority: None,
        path_and_query: PathAndQuery::from_static("/"),
        strip: 0,
        pattern: None,
        headers: Headers::default(),
        trust_forwarded: false,
        trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
        request_id: "".into(),
        remote: None,
        hops: 0,
        caller: None,
        shape: CallShape::Http,
        occurrence: None,
        job: None,
        spans: None,
    })
}

/// A caller that waits for an answer.
struct TestCaller(oneshot::Receiver<Reply>);

impl TestCaller {
    /// Sends a call into the pool, as [`Pool::call`] does.
    fn of(pool: &Pool) -> Result<Self, Kind> {
        Self::sends(pool, request(Method::POST))
    }

    fn sends(pool: &Pool, request: Arc<Request>) -> Result<Self, Kind> {
        let (reply, reply_rx) = ReplyTo::channel();
        let invocation = QueuedInvocation {
            request,
            body: Body::Empty,
            reply,
            stats: Arc::default(),
            admitted: Instant::now(),
            permit: Permit::default(),
        };
        pool.admit(invocation).map_err(|fault| fault.kind())?;
        Ok(Self(reply_rx))
    }

    /// The fault it was answered with, if it has an answer.
    fn fault(&mut self) -> Option<Kind> {
        self.0.try_recv().ok().and_then(Result::err).map(|fault| fault.kind())
    }
}

/// The workers of a pool, the oldest first.
fn workers(pool: &Pool) -> Vec<Arc<Handle>> {
    pool.state.lock().instances.iter().map(|instance| instance.worker.clone()).collect()
}

fn states(pool: &Pool) -> Vec<InstanceState> {
    pool.instances().into_iter().map(|instance| instance.state).collect()
}

/// Every worker that loads has loaded.
fn load_all(pool: &Pool) {
    for (worker, state) in workers(pool).iter().zip(states(pool)) {
        if state == InstanceState::Booting {
            pool.ready(worker, Loaded::of(Dialect::Plain));
        }
    }
}

/// The calls that were assigned to a worker since the last call of this function.
fn calls(worker: &Handle) -> Vec<QueuedInvocation> {
    worker
        .take_commands()
        .into_iter()
        .filter_map(|command| if let WorkerCommand::Call(_, invocation) = command { Some(invocation) } else { None })
        .collect()
}

fn was_retired(worker: &Handle) -> bool {
    worker.take_commands().iter().any(|command| matches!(command, WorkerCommand::Retire))
}

/// A worker's thread ends.
fn end(pool: &Pool, worker: &Arc<Handle>, exit: Exit) {
    let unheard = worker
        .end()
        .into_iter()
        .filter_map(|command| if let WorkerCommand::Call(_, invocation) = command { Some(invocation) } else { None });
    pool.ended(worker, exit, unheard.collect());
}

/// Runs a future and what happens beside it, whenever the future waits; one that is never woken fails.
fn meanwhile<T>(future: impl Future<Output = T>, events: impl Future<Output = ()>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let both = async { tokio::join!(future, events).0 };
        tokio::time::timeout(Duration::from_secs(20), both).await.expect("nothing woke the future")
    })
}
