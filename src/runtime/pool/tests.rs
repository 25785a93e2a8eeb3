//! A pool whose workers have no threads: the tests do by hand what the threads would, so every order of events can be had. The last test has
//! real instances.

use std::net::SocketAddr;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method};
use tokio::sync::{Semaphore, oneshot};

use super::warm::TRIES;
use super::*;
use crate::function::message::{Body, CallShape, Request, Response};
use crate::function::trace::TraceContext;
use crate::release::compile::compile;
use crate::release::source::discover;
use crate::runtime::isolate::init_engine;
use crate::runtime::ops::{ConsoleLine, Host, Permit, Places as _, Reply, ReplyTo};
use crate::runtime::worker::{Command, Exit, Owner as _};

/// A host that counts what functions write to their console.
struct Listener(Semaphore);

impl Host for Listener {
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

fn version(source: &str) -> Arc<Version> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::write(root.join("f.js"), source).unwrap();
    let source = discover(&root).unwrap().functions.into_iter().next().unwrap();
    Arc::new(compile(&root, &source).outcome.unwrap_or_else(|error| panic!("{}", error.diagnostic())))
}

fn config(max_instances: usize) -> BlanksConfig {
    let limit = Duration::from_secs(60);
    BlanksConfig { warm: 0, max_instances, memory_bytes: 8 << 40, boot_cpu: limit, boot_wall: limit }
}

fn scale(min: u32, max: u32, concurrency: u32) -> Scale {
    Scale { min, max, concurrency, queue: 8, idle: Duration::from_secs(300) }
}

/// A pool on a host for so many instances.
fn pool_of(max_instances: usize, scale: Scale) -> Arc<Pool> {
    let host = Arc::new(Listener(Semaphore::new(0)));
    let blanks = Arc::new(Blanks::new(config(max_instances), host, Handle::unmanned));
    Pool::with_scale(version("export default () => 'here';\n"), scale, blanks)
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
        headers: HeaderMap::new(),
        trust_forwarded: false,
        trace: TraceContext { trace_id: 1, span_id: 1, flags: 0 },
        request_id: "".into(),
        remote: None,
        hops: 0,
        shape: CallShape::Http,
    })
}

/// Somebody who waits for an answer.
struct Caller(oneshot::Receiver<Reply>);

impl Caller {
    /// Sends a call into the pool, as [`Pool::call`] does.
    fn of(pool: &Pool) -> Result<Self, Kind> {
        let (reply, answer) = ReplyTo::channel();
        let job = Job {
            request: request(Method::POST),
            body: Body::Empty,
            reply,
            tally: Arc::default(),
            admitted: Instant::now(),
            permit: Permit::default(),
        };
        pool.admit(job).map_err(|fault| fault.kind())?;
        Ok(Self(answer))
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
            pool.ready(worker, "plain");
        }
    }
}

/// The calls that a worker was given since this was asked last.
fn calls(worker: &Handle) -> Vec<Job> {
    worker.told().into_iter().filter_map(|command| if let Command::Call(_, job) = command { Some(job) } else { None }).collect()
}

fn was_retired(worker: &Handle) -> bool {
    worker.told().iter().any(|command| matches!(command, Command::Retire))
}

/// A worker's thread ends.
fn end(pool: &Pool, worker: &Arc<Handle>, exit: Exit) {
    let unheard = worker.end().into_iter().filter_map(|command| if let Command::Call(_, job) = command { Some(job) } else { None });
    pool.ended(worker, exit, unheard.collect());
}

/// Runs a future and what happens beside it, whenever the future waits; one that is never woken fails.
fn meanwhile<T>(future: impl Future<Output = T>, events: impl Future<Output = ()>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let both = async { tokio::join!(future, events).0 };
        tokio::time::timeout(Duration::from_secs(20), both).await.expect("nobody woke the one who waits")
    })
}

#[test]
fn warming_waits_until_so_many_instances_are_ready() {
    let pool = pool(scale(0, 4, 1));
    let warmed = meanwhile(pool.warm(3), async {
        assert_eq!(states(&pool), [InstanceState::Booting; 3]);
        load_all(&pool);
    });
    assert_eq!(warmed.unwrap(), 3);
    assert_eq!(meanwhile(pool.warm(2), async {}).unwrap(), 3, "they are there already");
}

#[test]
fn warming_makes_no_more_than_max() {
    let pool = pool(scale(0, 2, 1));
    assert_eq!(meanwhile(pool.warm(100), async { load_all(&pool) }).unwrap(), 2);
}

#[test]
fn a_version_that_does_not_load_says_so_to_whoever_warms_it() {
    let pool = pool(scale(0, 4, 1));
    let fault = || Fault::new(Kind::BootFailed, "on purpose");
    let booted = meanwhile(pool.boot_one(), async {
        let worker = workers(&pool).remove(0);
        pool.boot_failed(&worker, fault());
        end(&pool, &worker, Exit::NotLoaded);
    });
    assert_eq!(booted.unwrap_err().facts().message, "on purpose");
    assert_eq!(meanwhile(pool.boot_one(), async {}).unwrap_err().kind(), Kind::BootFailed, "it is not booted again so soon");
    assert_eq!(states(&pool), []);
}

#[test]
fn warming_tells_how_many_there_are_if_the_host_has_room_for_no_more() {
    let pool = pool_of(2, scale(0, 4, 1));
    assert_eq!(meanwhile(pool.warm(4), async { load_all(&pool) }).unwrap(), 2);
    let full = pool_of(0, scale(0, 4, 1));
    assert_eq!(meanwhile(full.warm(4), async {}).unwrap_err().kind(), Kind::Overloaded);
}

#[test]
fn instances_that_die_as_soon_as_they_are_ready_are_not_made_for_ever() {
    let pool = pool(scale(0, 4, 1));
    let warmed = meanwhile(pool.warm(1), async {
        for _ in 0..TRIES {
            let worker = workers(&pool).remove(0);
            pool.ready(&worker, "plain");
            end(&pool, &worker, Exit::Crashed);
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(warmed.unwrap_err().kind(), Kind::InstanceLost);
    assert_eq!(states(&pool), []);
}

#[test]
fn a_recycled_instance_takes_no_more_calls_and_finishes_those_it_has() {
    let pool = pool(scale(0, 4, 10));
    let _first = Caller::of(&pool).unwrap();
    load_all(&pool);
    let old = workers(&pool).remove(0);
    let job = calls(&old).remove(0);
    assert!(pool.recycle(old.id));
    assert!(was_retired(&old));
    assert!(!old.is_condemned(), "nothing of it is cut");
    assert_eq!(states(&pool), [InstanceState::Ending, InstanceState::Booting], "it had a call, so another one is made ahead");
    assert!(!pool.recycle(old.id), "it ends already");
    assert!(!pool.recycle(u32::MAX), "there is no such instance");
    load_all(&pool);
    let _second = Caller::of(&pool).unwrap();
    assert_eq!((calls(&old).len(), calls(&workers(&pool)[1]).len()), (0, 1));
    drop(job);
    end(&pool, &old, Exit::Retired);
    assert_eq!(states(&pool), [InstanceState::Ready]);
}

#[test]
fn an_idle_instance_that_nobody_would_miss_is_recycled_without_another_one() {
    let pool = pool(scale(0, 4, 10));
    pool.prewarm();
    load_all(&pool);
    assert!(pool.recycle(workers(&pool)[0].id));
    assert_eq!(states(&pool), [InstanceState::Ending]);
}

#[test]
fn min_is_kept_when_an_instance_is_recycled() {
    let pool = pool(scale(2, 2, 10));
    pool.fill_to_min();
    load_all(&pool);
    assert!(pool.recycle(workers(&pool)[0].id));
    assert_eq!(states(&pool), [InstanceState::Ending, InstanceState::Ready, InstanceState::Booting]);
}

#[test]
fn an_instance_that_is_recycled_while_it_loads_never_takes_a_call() {
    let pool = pool(scale(0, 4, 10));
    let mut caller = Caller::of(&pool).unwrap();
    let loading = workers(&pool).remove(0);
    assert!(pool.recycle(loading.id));
    pool.ready(&loading, "plain");
    assert_eq!(states(&pool), [InstanceState::Ending, InstanceState::Booting], "the call that waits gets another one");
    load_all(&pool);
    assert_eq!((calls(&loading).len(), calls(&workers(&pool)[1]).len()), (0, 1));
    assert_eq!(caller.fault(), None);
}

#[test]
fn more_concurrency_places_what_waits() {
    let pool = pool(scale(0, 1, 1));
    let callers: Vec<Caller> = (0..3).map(|_| Caller::of(&pool).unwrap()).collect();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let mut jobs = calls(&worker);
    assert_eq!((jobs.len(), pool.status().waiting), (1, 2));
    pool.rescale(scale(0, 1, 8));
    jobs.extend(calls(&worker));
    assert_eq!((jobs.len(), pool.status().waiting), (3, 0));
    assert_eq!(pool.scale().concurrency, 8);
    drop((callers, jobs));
}

#[test]
fn a_larger_max_makes_instances_for_what_waits_and_a_larger_min_for_nobody() {
    let pool = pool(scale(0, 1, 1));
    let callers: Vec<Caller> = (0..3).map(|_| Caller::of(&pool).unwrap()).collect();
    assert_eq!(workers(&pool).len(), 1);
    pool.rescale(scale(0, 8, 1));
    assert_eq!(workers(&pool).len(), 3);
    pool.rescale(scale(5, 8, 1));
    assert_eq!(workers(&pool).len(), 5);
    drop(callers);
}

#[test]
fn a_smaller_max_ends_idle_instances_at_once_and_busy_ones_when_they_are_done() {
    let pool = pool(scale(0, 4, 1));
    let callers: Vec<Caller> = (0..3).map(|_| Caller::of(&pool).unwrap()).collect();
    load_all(&pool);
    let jobs: Vec<Job> = workers(&pool).iter().flat_map(|worker| calls(worker)).collect();
    meanwhile(pool.warm(4), async { load_all(&pool) }).unwrap();
    pool.rescale(scale(0, 1, 1));
    let (ready, ending) = (InstanceState::Ready, InstanceState::Ending);
    assert_eq!(states(&pool), [ready, ready, ready, ending]);
    pool.sweep(Instant::now(), &mut 0);
    assert_eq!(states(&pool).iter().filter(|state| **state == ready).count(), 1);
    assert!(workers(&pool).iter().all(|worker| !worker.is_condemned()));
    drop((callers, jobs));
}

#[test]
fn traffic_has_instances_made_ahead_and_minutes_without_any_ends_them() {
    let pool = pool(scale(0, 8, 10));
    let callers: Vec<Caller> = (0..30).map(|_| Caller::of(&pool)).filter_map(Result::ok).collect();
    load_all(&pool);
    let now = Instant::now();
    pool.sweep(now, &mut 0);
    // As many as are needed to be 70 % full.
    let wanted = callers.len().div_ceil(7);
    assert_eq!((pool.status().wanted, workers(&pool).len()), (wanted, wanted));
    load_all(&pool);
    let jobs: Vec<Job> = workers(&pool).iter().flat_map(|worker| calls(worker)).collect();
    drop((callers, jobs));
    let sweep = |second: u64| pool.sweep(now + Duration::from_secs(second), &mut 0);
    (1..60).for_each(sweep);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Ready).count(), wanted, "{:?}", pool.status());
    (60..130).for_each(sweep);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Ready).count(), 1);
    (130..302).for_each(sweep);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Ready).count(), 0);
}

#[test]
fn the_scaler_never_makes_the_first_instance() {
    let pool = pool(scale(0, 8, 10));
    let caller = Caller::of(&pool).unwrap();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    pool.sweep(Instant::now(), &mut 0);
    let jobs = calls(&worker);
    drop((caller, jobs));
    end(&pool, &worker, Exit::Crashed);
    pool.sweep(Instant::now(), &mut 0);
    assert_eq!((pool.status().wanted, workers(&pool).len()), (1, 0));
}

#[test]
fn a_retired_pool_is_drained_when_its_last_instance_is_gone() {
    let pool = pool(scale(0, 1, 1));
    let callers: Vec<Caller> = (0..2).map(|_| Caller::of(&pool).unwrap()).collect();
    load_all(&pool);
    pool.retire();
    assert!(pool.drained().now_or_never().is_none());
    let worker = workers(&pool).remove(0);
    meanwhile(pool.drained(), async {
        for _ in 0..2 {
            calls(&worker).into_iter().for_each(|job| job.reply.send(Ok(Response::default())));
        }
        assert_eq!(states(&pool), [InstanceState::Ending]);
        end(&pool, &worker, Exit::Retired);
    });
    drop(callers);
}

#[test]
fn a_cut_ends_everything_and_answers_everybody() {
    let pool = pool(scale(0, 2, 1));
    let mut callers: Vec<Caller> = (0..4).map(|_| Caller::of(&pool).unwrap()).collect();
    let (loaded, loading) = (workers(&pool).remove(0), workers(&pool).remove(1));
    pool.ready(&loaded, "plain");
    pool.retire();
    assert_eq!(pool.cut(), 4);
    assert!(loaded.is_condemned());
    assert!(!loading.is_condemned(), "a module that loads must not be terminated");
    assert!(was_retired(&loading));
    assert_eq!(callers[1..].iter_mut().map(Caller::fault).collect::<Vec<_>>(), [Some(Kind::Draining); 3]);
    assert_eq!(Caller::of(&pool).err(), Some(Kind::Draining), "a call that still comes");
    assert_eq!(pool.warm(1).now_or_never().unwrap().unwrap_err().kind(), Kind::Draining);
    meanwhile(pool.drained(), async {
        // The first one never heard of its call.
        end(&pool, &loaded, Exit::Interrupted(crate::runtime::isolate::Reason::Shutdown));
        pool.ready(&loading, "plain");
        end(&pool, &loading, Exit::Retired);
    });
    assert_eq!(callers[0].fault(), Some(Kind::Draining));
}

#[test]
fn calls_do_not_wait_for_a_version_that_does_not_load() {
    let pool = pool(scale(0, 2, 1));
    let mut callers: Vec<Caller> = (0..3).map(|_| Caller::of(&pool).unwrap()).collect();
    let (loaded, broken) = (workers(&pool).remove(0), workers(&pool).remove(1));
    pool.ready(&loaded, "plain");
    pool.boot_failed(&broken, Fault::new(Kind::BootFailed, "on purpose"));
    end(&pool, &broken, Exit::NotLoaded);
    assert_eq!(callers[1].fault(), None, "the first instance may still take it");
    let jobs = calls(&loaded);
    end(&pool, &loaded, Exit::Crashed);
    assert_eq!(callers[1..].iter_mut().map(Caller::fault).collect::<Vec<_>>(), [Some(Kind::BootFailed); 2]);
    drop(jobs);
}

#[test]
fn what_an_instance_did_is_seen() {
    let pool = pool(scale(0, 2, 2));
    let callers: Vec<Caller> = (0..2).map(|_| Caller::of(&pool).unwrap()).collect();
    assert_eq!(states(&pool), [InstanceState::Booting]);
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let mut jobs = calls(&worker);
    let status = pool.instances().remove(0);
    assert_eq!((status.id, status.requests, status.in_flight, status.idle), (worker.id, 2, 2, Duration::ZERO));
    jobs.pop();
    assert_eq!(pool.instances()[0].in_flight, 1);
    jobs.pop();
    let status = pool.instances().remove(0);
    assert_eq!((status.requests, status.in_flight), (2, 0));
    assert!(status.idle > Duration::ZERO && status.age >= status.idle);
    drop(callers);
}

#[test]
fn answers_are_counted_and_faults_of_the_function_apart() {
    let pool = pool(scale(0, 1, 8));
    pool.prewarm();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let answers = [Ok(Response::default()), Err(Kind::Threw), Err(Kind::InstanceLost), Err(Kind::CpuLimit)];
    for answer in answers {
        let call = pool.clone().call(request(Method::POST), Body::Empty);
        meanwhile(call, async {
            let job = calls(&worker).remove(0);
            job.reply.send(answer.map_err(|kind| Fault::new(kind, "on purpose")));
        });
    }
    assert_eq!(pool.counts(), Counts { answered: 4, function_faults: 2 });
    let left = pool.clone().call(request(Method::POST), Body::Empty).now_or_never();
    assert!(left.is_none());
    assert_eq!(pool.counts().answered, 4, "who left has no answer");
}

#[test]
fn a_place_that_is_freed_twice_is_counted_once() {
    let pool = pool(scale(0, 1, 8));
    let _caller = Caller::of(&pool).unwrap();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    drop(calls(&worker));
    pool.release(worker.id);
    assert_eq!(pool.status().in_flight, 0);
}

/// Runs JavaScript, which only one test of a process may do: it has a process of its own.
#[test]
fn real_instances_are_warmed_recycled_drained_and_cut() {
    const ALONE: &str = "SKEP_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let name = "runtime::pool::tests::real_instances_are_warmed_recycled_drained_and_cut";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let output = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    init_engine();
    let host = Arc::new(Listener(Semaphore::new(0)));
    let blanks = Blanks::start(config(16), host.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(60), recycle_for_real(&blanks)).await.expect("in time");
        tokio::time::timeout(Duration::from_secs(60), cut_for_real(&blanks, &host)).await.expect("in time");
    });
}

async fn text(pool: &Arc<Pool>) -> Result<String, Kind> {
    match pool.clone().call(request(Method::GET), Body::Empty).await.reply {
        Ok(Response { body: Body::Full(text), .. }) => Ok(String::from_utf8(text.to_vec()).unwrap()),
        Ok(response) => panic!("{response:?}"),
        Err(fault) => Err(fault.kind()),
    }
}

async fn recycle_for_real(blanks: &Arc<Blanks>) {
    let counter = "let calls = 0; export default () => { const until = Date.now() + 5; while (Date.now() < until); return String(++calls); };\n";
    let pool = Pool::with_scale(version(counter), scale(0, 4, 8), blanks.clone());
    assert_eq!(pool.warm(2).await.unwrap(), 2);
    assert_eq!((text(&pool).await, text(&pool).await), (Ok("1".to_owned()), Ok("2".to_owned())));
    let used = pool.instances().remove(0);
    assert_eq!((used.requests, used.state, used.in_flight), (2, InstanceState::Ready, 0));
    assert!(used.cpu >= Duration::from_millis(5) && used.heap_bytes > 0, "{used:?}");
    assert!(pool.recycle(used.id));
    assert_eq!(text(&pool).await, Ok("1".to_owned()), "the other one");
    pool.retire();
    pool.drained().await;
    assert_eq!(pool.counts(), Counts { answered: 3, function_faults: 0 });
}

async fn cut_for_real(blanks: &Arc<Blanks>, host: &Listener) {
    let source = "export default () => { console.log('begun'); return new Promise((answer) => setTimeout(answer, 600_000)); };\n";
    let pool = Pool::with_scale(version(source), scale(0, 1, 2), blanks.clone());
    pool.boot_one().await.unwrap();
    // Two that the function has, one that waits, and the one that cuts.
    let (first, second, waits, cut) = tokio::join!(text(&pool), text(&pool), text(&pool), async {
        pool.retire();
        host.0.acquire_many(2).await.expect("open").forget();
        pool.cut()
    });
    assert_eq!((first, second, waits, cut), (Err(Kind::Draining), Err(Kind::Draining), Err(Kind::Draining), 3));
    pool.drained().await;
    assert_eq!(text(&pool).await, Err(Kind::Draining));
    assert_eq!(pool.counts(), Counts { answered: 4, function_faults: 0 });
}
