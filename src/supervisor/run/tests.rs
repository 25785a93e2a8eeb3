//! Tests of the supervisor with engines of their own: this test binary again, whose arguments say which engine it plays.
//!
//! Invariant: an engine whose expectation fails exits, which its supervisor sees as a death.

use super::*;
use crate::config::CommandLine;
use crate::process::engine;
use crate::process::engine::{Engine, EngineCommand};
use crate::process::upgrade::UpgradeError;

/// Longer than any of the tests takes.
const HANG: Duration = Duration::from_secs(60);

/// A supervisor whose engines run the test of this name.
fn supervisor(engine: &str) -> Supervisor {
    let any = ([127, 0, 0, 1], 0).into();
    let config = Config::load(&CommandLine::read(["skep", "serve"]).unwrap()).unwrap();
    let mut supervisor = Supervisor::new(&config, Sockets::bind(any, any, 1).unwrap(), None).unwrap();
    let itself = std::env::current_exe().unwrap();
    let test = format!("{}::{engine}", module_path!().split_once("::").unwrap().1);
    // The output of an engine's own test runner is of no interest.
    let args = ["-c", "exec \"$0\" \"$@\" >/dev/null", itself.to_str().unwrap(), &test, "--exact", "--nocapture"];
    supervisor.launch = Launch { program: "/bin/sh".into(), args: args.map(Into::into).into(), workers: 1 };
    supervisor.hand_overs = Pauses::new(Duration::from_millis(1), Duration::from_millis(1));
    supervisor.start_engine().unwrap();
    supervisor
}

impl Supervisor {
    /// Runs until a condition holds. No engine that served dies meanwhile.
    async fn run_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let live = async {
            while !is_so(self) {
                assert_eq!(self.step().await, None);
                assert_eq!(self.counted(counters::RESTARTED), 0, "an engine died before {what}");
            }
        };
        tokio::time::timeout(HANG, live).await.unwrap_or_else(|_| panic!("never: {what}"));
    }

    fn serves(&self, generation: u64) -> bool {
        self.engines.iter().any(|engine| engine.generation == generation && engine.stage == EngineStage::Serving)
    }

    fn serves_alone(&self, generation: u64) -> bool {
        self.engines.len() == 1 && self.serves(generation)
    }

    fn counted(&self, level: usize) -> u64 {
        self.counters.1[level].load(Ordering::SeqCst)
    }

    async fn end(mut self) {
        self.stop("the test is over");
        while self.step().await.is_none() {}
    }
}

fn inherit() -> Option<(Engine, engine::EngineCommands)> {
    engine::is_engine().then(|| Engine::inherit(|_| ()).unwrap())
}

/// Ends this process as an engine that does not start.
fn fail(engine: &Engine) -> ! {
    engine.supervisor_client.failed("no room for it");
    std::process::exit(i32::from(ExitCode::Functions.code()))
}

#[tokio::test]
async fn an_engine_that_asks_twice() {
    let Some((engine, mut commands)) = inherit() else { return };
    if engine.engine_info.generation == 2 {
        fail(&engine);
    }
    engine.supervisor_client.ready();
    if engine.engine_info.generation == 1 {
        assert_eq!(engine.supervisor_client.upgrade().await, Err(UpgradeError::Failed("no room for it".to_owned())));
        assert_eq!(engine.supervisor_client.upgrade().await, Ok(()));
        assert_eq!(engine.supervisor_client.upgrade().await, Err(UpgradeError::HandedOver));
        assert_eq!(commands.next().await, EngineCommand::HandOver);
    } else {
        assert!(matches!(commands.next().await, EngineCommand::Stop(_)));
    }
}

#[tokio::test]
async fn whoever_asks_for_an_upgrade_hears_what_came_of_it() {
    let mut supervisor = supervisor("an_engine_that_asks_twice");
    supervisor.run_until("the second successor serves", |supervisor| supervisor.serves_alone(3)).await;
    assert_eq!(supervisor.counted(counters::HANDED_OVER), 1);
    assert!(supervisor.due.is_none() && supervisor.wanted.is_empty());
    supervisor.end().await;
}

#[tokio::test]
async fn an_engine_whose_next_three_do_not_start() {
    let Some((engine, mut commands)) = inherit() else { return };
    if (2..=4).contains(&engine.engine_info.generation) {
        fail(&engine);
    }
    engine.supervisor_client.ready();
    commands.next().await;
}

#[tokio::test]
async fn a_taint_is_tried_until_a_successor_serves() {
    let mut supervisor = supervisor("an_engine_whose_next_three_do_not_start");
    supervisor.run_until("the first engine serves", |supervisor| supervisor.serves(1)).await;
    supervisor.on_taint(0, false);
    supervisor.run_until("the fourth successor serves", |supervisor| supervisor.serves_alone(5)).await;
    supervisor.end().await;
}

#[tokio::test]
async fn a_hang_up_is_tried_three_times_and_an_upgrade_once() {
    let mut supervisor = supervisor("an_engine_whose_next_three_do_not_start");
    supervisor.run_until("the first engine serves", |supervisor| supervisor.serves(1)).await;
    let is_over = |supervisor: &Supervisor| supervisor.due.is_none() && !supervisor.is_booting();
    supervisor.on_upgrade(UpgradeRequest { generation: 1, number: 1 });
    supervisor.run_until("the upgrade has failed", is_over).await;
    assert_eq!(supervisor.generation, 2);
    supervisor.generation = 1;
    supervisor.on_hang_up();
    supervisor.run_until("the hang-up is given up", is_over).await;
    assert!(supervisor.serves_alone(1) && !supervisor.is_reloading());
    assert_eq!(supervisor.generation, 4);
    // Another SIGHUP starts anew.
    supervisor.on_hang_up();
    supervisor.run_until("a successor serves", |supervisor| supervisor.serves_alone(5)).await;
    supervisor.end().await;
}

#[tokio::test]
async fn a_program_that_is_gone_is_no_successor() {
    let mut supervisor = supervisor("an_engine_whose_next_three_do_not_start");
    supervisor.run_until("the first engine serves", |supervisor| supervisor.serves(1)).await;
    supervisor.launch.program = "/nowhere/skep".into();
    supervisor.on_hang_up();
    supervisor.run_until("it is given up", |supervisor| !supervisor.is_reloading()).await;
    assert!(supervisor.serves_alone(1) && supervisor.due.is_none());
    supervisor.end().await;
}

#[tokio::test]
async fn an_engine_that_hands_over() {
    let Some((engine, mut commands)) = inherit() else { return };
    engine.supervisor_client.ready();
    commands.next().await;
}

#[tokio::test]
async fn an_urgent_taint_waits_for_no_pause() {
    let mut supervisor = supervisor("an_engine_that_hands_over");
    supervisor.hand_overs = Pauses::new(HANG * 2, HANG * 2);
    supervisor.run_until("the first engine serves", |supervisor| supervisor.serves(1)).await;
    supervisor.on_taint(0, false);
    supervisor.run_until("the first taint is followed at once", |supervisor| supervisor.serves_alone(2)).await;
    supervisor.on_taint(0, false);
    assert!(supervisor.due.is_some_and(|(due, _)| due > Instant::now() + HANG), "the second one waits");
    for generation in 3..3 + u64::from(plan::URGENT_MAX) {
        supervisor.on_taint(0, true);
        supervisor.on_taint(0, true);
        supervisor.run_until("an urgent one is followed at once", |supervisor| supervisor.serves_alone(generation)).await;
    }
    supervisor.on_taint(0, true);
    assert!(supervisor.due.is_some_and(|(due, _)| due > Instant::now() + HANG), "enough in a row");
    supervisor.end().await;
}

#[tokio::test]
async fn an_engine_that_learns_of_offenders() {
    let Some((engine, mut commands)) = inherit() else { return };
    let quarantine = &engine.engine_info.quarantine;
    if engine.engine_info.generation == 1 {
        engine.supervisor_client.ready();
        while quarantine.reason("twice", "v1").is_none() {
            tokio::task::yield_now().await;
        }
    }
    // One that offended once elsewhere is in with its first offence here.
    assert!(quarantine.reason("once", "v1").is_none());
    quarantine.offend("once", "v1", "SIGSEGV", Instant::now());
    assert!(quarantine.reason("once", "v1").is_some() && quarantine.reason("twice", "v1").is_some());
    if engine.engine_info.generation == 1 {
        assert_eq!(engine.supervisor_client.upgrade().await, Ok(()));
    } else {
        engine.supervisor_client.ready();
    }
    commands.next().await;
}

#[tokio::test]
async fn engines_that_run_and_those_to_come_learn_of_offenders() {
    let mut supervisor = supervisor("an_engine_that_learns_of_offenders");
    supervisor.run_until("the first engine serves", |supervisor| supervisor.serves(1)).await;
    let note = |function: &str| [SlotState { function: function.into(), version: "v1".into(), signal: Some(11) }];
    supervisor.quarantine("SIGSEGV", &note("once"), None);
    supervisor.quarantine("SIGSEGV", &note("own"), Some(1));
    for _ in 0..2 {
        supervisor.quarantine("SIGSEGV", &note("twice"), None);
    }
    supervisor.run_until("the second engine serves", |supervisor| supervisor.serves_alone(2)).await;
    supervisor.end().await;
}
