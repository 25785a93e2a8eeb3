//! The supervisor: engines that are killed, replaced and handed over, under load, and what clients see of it.
//!
//! A test gets hold of the engine's process id from the admin address and does to it what a fault would do.
//!
//! Invariant: what may fail is said by the test; everything else that fails is a failure of the supervisor.

use std::fmt::Display;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::http2::Kept;
use crate::support::process;
use crate::support::{Client, Launch, Project, Request, Response, Skep, eventually};

const HELLO: &str = "
    //- /hello/index.js
    export default () => 'hello';
";

const HOLD: &str = "
    //- /hold/index.js
    export default async (request) => {
      console.log('in flight');
      return `finished: ${await request.text()}`;
    };
";

/// What `/api/v1/host` says, if anybody answers.
fn try_host(skep: &Skep) -> Option<Value> {
    let response = Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/host")).ok()?;
    Some(response.json())
}

fn host(skep: &Skep) -> Value {
    eventually("an engine answers on the admin address", || try_host(skep))
}

/// What `/api/v1/host` says once the engine of this generation, or a later one, is the one that answers.
fn generation(skep: &Skep, wanted: u64) -> Value {
    eventually(&format!("engine {wanted} answers"), || try_host(skep).filter(|host| host["generation"].as_u64() >= Some(wanted)))
}

#[allow(unsafe_code, reason = "std can only send SIGKILL, and to children alone")]
fn signal_engine(host: &Value, signal: i32) {
    let pid = i32::try_from(host["pid"].as_i64().expect("a pid")).expect("a pid");
    // SAFETY: two integers. The engine is a child of our child and lives as long as nobody but the test ends it.
    assert_eq!(unsafe { libc::kill(pid, signal) }, 0, "signal {signal} to {pid}");
}

/// Load that goes on until the test has seen enough.
struct Load<'a> {
    skep: &'a Skep,
    over: AtomicBool,
    answered: AtomicUsize,
    /// What became of the others.
    lost: Mutex<Vec<String>>,
}

/// How clients treat their connections.
#[derive(Clone, Copy, Debug)]
enum Habit {
    /// A new one for each request.
    New,
    /// Kept until the server says that it closes it.
    KeepAlive,
    /// HTTP/2, kept until the server says goodbye.
    Http2,
}

impl<'a> Load<'a> {
    /// Runs two clients of each habit beside `act`.
    fn beside(skep: &'a Skep, habits: &[Habit], act: impl FnOnce(&Self)) -> Self {
        let load = Self { skep, over: AtomicBool::new(false), answered: AtomicUsize::new(0), lost: Mutex::default() };
        thread::scope(|scope| {
            for habit in habits.iter().chain(habits) {
                scope.spawn(|| load.run(*habit));
            }
            // However `act` ends, the clients must.
            let acted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(&load)));
            load.over.store(true, Ordering::Relaxed);
            acted.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
        load
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn run(&self, habit: Habit) {
        while !self.is_over() {
            match habit {
                Habit::New => self.one(habit, &mut self.skep.connect()),
                Habit::KeepAlive => {
                    let mut client = self.skep.connect();
                    while !self.is_over() && self.one(habit, &mut client) {}
                    true
                }
                Habit::Http2 => {
                    let mut kept = Kept::connect(self.skep.listen);
                    while !self.is_over() {
                        let Some(answer) = kept.exchange(&Request::get("/hello")) else { break };
                        self.count(habit, answer);
                    }
                    true
                }
            };
        }
    }

    /// One request; says whether the connection may be used again. A connection that is refused ends the test.
    fn one(&self, habit: Habit, client: &mut Client) -> bool {
        let answer = client.try_exchange(&Request::get("/hello"));
        if let Err(error) = &answer {
            assert!(!matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "left hanging: {error}");
        }
        let goes_on = answer.as_ref().is_ok_and(|response| response.header("connection") != Some("close"));
        self.count(habit, answer);
        goes_on
    }

    fn count(&self, habit: Habit, answer: Result<Response, impl Display>) {
        let why = match answer {
            Ok(response) if response.status == 200 => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Ok(response) => response.to_string(),
            Err(error) => error.to_string(),
        };
        self.lost.lock().expect("no panic").push(format!("{habit:?}: {why}"));
    }

    fn lost(&self) -> Vec<String> {
        self.lost.lock().expect("no panic").clone()
    }

    /// Waits for so many more answers.
    fn more_answers(&self, more: usize) {
        let enough = self.answered.load(Ordering::Relaxed) + more;
        eventually("the load is answered", || (self.answered.load(Ordering::Relaxed) >= enough).then_some(()));
    }
}

#[test]
fn an_engine_that_is_killed_is_replaced_and_nobody_is_refused() {
    let skep = Skep::start(Project::new(HELLO));
    let first = host(&skep);
    assert_eq!((first["generation"].as_u64(), first["supervised"].as_bool()), (Some(1), Some(true)));
    // `connect` fails the test when it is refused.
    let load = Load::beside(&skep, &[Habit::New, Habit::KeepAlive], |load| {
        load.more_answers(100);
        for killed in 1..=3 {
            signal_engine(&generation(&skep, killed), libc::SIGKILL);
            let host = generation(&skep, killed + 1);
            assert_eq!(host["containment"]["restarted"].as_u64(), Some(killed));
            load.more_answers(100);
        }
    });
    assert_ne!(host(&skep)["pid"], first["pid"]);
    // Four clients with one request each: more than those in flight cannot be lost. A kept connection may also have been between two requests.
    let lost = load.lost();
    assert!(lost.len() <= 3 * 4, "in 3 deaths, with 4 clients: {lost:?}");
    let line = skep.wait_for_log("the death is told", |line| line["event"] == "the engine died");
    assert_eq!(line["how"], "SIGKILL");
}

#[test]
fn a_hand_over_loses_no_request() {
    let skep = Skep::start(Project::new(HELLO));
    let first = host(&skep);
    let load = Load::beside(&skep, &[Habit::New, Habit::KeepAlive, Habit::Http2], |load| {
        load.more_answers(100);
        for next in 2..=4 {
            skep.signal(libc::SIGHUP);
            generation(&skep, next);
            load.more_answers(200);
        }
    });
    assert_eq!(load.lost(), [""; 0], "beside {} answers", load.answered.load(Ordering::Relaxed));
    let last = host(&skep);
    assert_ne!(last["pid"], first["pid"]);
    let counts = &last["containment"];
    assert_eq!((counts["handed_over"].as_u64(), counts["restarted"].as_u64()), (Some(3), Some(0)));
    skep.wait_for_line(&["the old engine has ended", "exit code 0"]);
}

#[test]
fn what_is_in_flight_is_finished_by_the_engine_that_began_it() {
    let mut skep = Skep::start(Project::new(HOLD));
    let mut held = skep.connect();
    held.open(&Request::post("/hold", "all "));
    skep.wait_for_line(&["in flight"]);
    skep.signal(libc::SIGHUP);
    skep.wait_for_line(&["handing over"]);
    held.chunk(b"of it");
    held.finish();
    let answer = held.read_response("POST");
    assert_eq!((answer.text().as_str(), answer.header("connection")), ("finished: all of it", Some("close")));
    held.expect_close();
    skep.wait_for_line(&["the old engine has ended", "exit code 0"]);
    skep.signal(libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn a_connection_that_was_idle_gets_one_more_answer() {
    let skep = Skep::start(Project::new(HELLO));
    let mut idle = skep.connect();
    assert_eq!(idle.exchange(&Request::get("/hello")).header("connection"), None);
    skep.signal(libc::SIGHUP);
    skep.wait_for_line(&["handing over"]);
    let answer = idle.exchange(&Request::get("/hello"));
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    idle.expect_close();
}

#[test]
fn a_shutdown_in_the_middle_of_a_hand_over_finishes_both_engines() {
    let mut skep = Skep::start(Project::new(HOLD));
    let hold = |skep: &Skep| {
        let mut held = skep.connect();
        held.open(&Request::post("/hold", "all "));
        held
    };
    let in_flight = |count| {
        eventually("requests are in flight", || (skep.log_text().matches("in flight").count() == count).then_some(()));
    };
    let mut old = hold(&skep);
    in_flight(1);
    skep.signal(libc::SIGHUP);
    // The old one accepts no more: what comes now is the new one's.
    skep.wait_for_line(&["handing over"]);
    let mut new = hold(&skep);
    in_flight(2);
    skep.signal(libc::SIGTERM);
    skep.wait_for_line(&["\"cause\":\"SIGTERM\""]);
    for held in [&mut old, &mut new] {
        held.chunk(b"of it");
        held.finish();
        assert_eq!(held.read_response("POST").text(), "finished: all of it");
    }
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn a_second_signal_ends_every_process_at_once() {
    let mut skep = Skep::start(Project::new(HOLD));
    let mut held = skep.connect();
    held.open(&Request::post("/hold", "all "));
    skep.wait_for_line(&["in flight"]);
    skep.signal(libc::SIGTERM);
    skep.wait_for_line(&["draining"]);
    skep.signal(libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(6));
}

#[test]
fn a_supervisor_that_is_killed_leaves_an_engine_that_finishes_and_ends() {
    let mut skep = Skep::start(Project::new(HOLD));
    let mut held = skep.connect();
    held.open(&Request::post("/hold", "all "));
    skep.wait_for_line(&["in flight"]);
    skep.signal(libc::SIGKILL);
    skep.wait_for_line(&["draining"]);
    held.chunk(b"of it");
    held.finish();
    assert_eq!(held.read_response("POST").text(), "finished: all of it");
    // Returns only when every process that holds its output has ended.
    skep.wait_for_exit();
}

#[test]
fn an_engine_that_cannot_start_is_tried_again_while_clients_wait() {
    let skep = Skep::start(Project::new(HELLO));
    let (functions, aside) = (skep.project.functions(), skep.project.root().join("aside"));
    assert_eq!(skep.get("/hello").text(), "hello");
    std::fs::rename(&functions, &aside).expect("renamed");

    // A hand-over that fails changes nothing.
    skep.signal(libc::SIGHUP);
    let line =
        skep.wait_for_log("the failure is told", |line| line["event"].as_str().is_some_and(|text| text.contains("the old one stays")));
    assert_eq!(line["how"], "exit code 5");
    assert_eq!(host(&skep)["generation"].as_u64(), Some(1));
    assert_eq!(skep.get("/hello").text(), "hello");

    // With no engine at all, clients wait to be accepted.
    signal_engine(&host(&skep), libc::SIGKILL);
    skep.wait_for_log("the death is told", |line| line["event"] == "the engine died" && line["how"] == "SIGKILL");
    let mut waiting = skep.connect();
    waiting.send(&Request::get("/hello"));
    skep.wait_for_log("another attempt fails", |line| line["event"] == "the engine died" && line["how"] == "exit code 5");
    assert!(waiting.is_silent());
    std::fs::rename(&aside, &functions).expect("renamed");
    assert_eq!(waiting.read_response("GET").text(), "hello");
}

#[test]
fn a_program_that_is_replaced_serves_from_the_next_hand_over_on() {
    let project = Project::new(HELLO);
    let (program, replaced) = (project.root().join("skep"), project.root().join("skep.new"));
    // By another process: a file that this one has open for writing cannot be executed, and neither can one that a child just started inherited.
    let copy = |to| assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_skep")).arg(to).status().expect("cp").success());
    copy(&program);
    copy(&replaced);
    let file_of = |host: &Value| std::fs::metadata(format!("/proc/{}/exe", host["pid"])).expect("its program").ino();
    let (old, new) = (std::fs::metadata(&program).expect("a file").ino(), std::fs::metadata(&replaced).expect("a file").ino());

    let launch = Launch::serve(project);
    let command = launch.command(process::program(&program));
    let skep = launch.start_by(command);
    assert_eq!(file_of(&host(&skep)), old);
    std::fs::rename(&replaced, &program).expect("renamed");
    skep.signal(libc::SIGHUP);
    assert_eq!(file_of(&generation(&skep, 2)), new);

    // Without a program there is no successor, and the engine that serves stays.
    std::fs::remove_file(&program).expect("removed");
    skep.signal(libc::SIGHUP);
    skep.wait_for_line(&["given up", "No such file"]);
    assert_eq!(host(&skep)["generation"].as_u64(), Some(2));
    assert_eq!(skep.get("/hello").text(), "hello");
}

#[test]
fn a_port_of_a_route_stays_open_from_engine_to_engine_until_no_route_names_it() {
    // A route cannot ask for any free port, so one is found that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let project = Project::new(HELLO);
    project.write("/hello/function.toml", &format!("routes = [{{ path = \"/own\", port = {port} }}]"));
    let skep = Skep::start(project);
    let own = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let asked = || Client::connect(own).exchange(&Request::get("/own")).text();
    assert_eq!(asked(), "hello");
    skep.signal(libc::SIGHUP);
    generation(&skep, 2);
    assert_eq!(asked(), "hello");
    skep.wait_for_line(&["the old engine has ended"]);
    // The engine that follows has received its sockets, and no use for them.
    skep.project.write("/hello/function.toml", "");
    signal_engine(&host(&skep), libc::SIGKILL);
    generation(&skep, 3);
    let is_closed = || std::net::TcpStream::connect(own).is_err();
    eventually("the port is closed", || is_closed().then_some(()));
    // The next one has none to hand on.
    skep.project.write("/hello/function.toml", &format!("routes = [{{ path = \"/own\", port = {port} }}]"));
    skep.signal(libc::SIGHUP);
    generation(&skep, 4);
    eventually("the port is open again", || (!is_closed()).then_some(()));
    assert_eq!(asked(), "hello");
}

const SPIN: &str = "
    //- /hello/index.js
    export default () => 'hello';
    //- /spin/index.js
    export default (request) => {
      if (request.url.endsWith('/well')) return 'well';
      console.log('spinning');
      for (;;);
    };
    //- /spin/function.toml
    [limits]
    cpu_ms = 60000
    wall_ms = 60000
";

/// Lets the function spin in the engine of this generation; the client that waits for it, and what `/api/v1/host` says of the engine.
fn spin(skep: &Skep, generation_of_engine: usize) -> (Client, Value) {
    // The engine that the test killed last may still accept.
    generation(skep, generation_of_engine as u64);
    assert_eq!(skep.get("/spin/well").text(), "well");
    let mut spinning = skep.connect();
    spinning.send(&Request::get("/spin"));
    eventually("it spins", || (skep.log_text().matches("spinning").count() == generation_of_engine).then_some(()));
    (spinning, generation(skep, generation_of_engine as u64))
}

/// Sends a signal to the thread of this name in the engine.
#[allow(unsafe_code, reason = "std sends no signals to threads")]
fn signal_thread(host: &Value, name: &str, signal: i32) {
    let pid = host["pid"].as_i64().expect("a pid");
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
    let mut ids = tasks.map(|task| task.expect("a thread").file_name().to_string_lossy().into_owned());
    let is_named = |id: &String| {
        let named = std::fs::read_to_string(format!("/proc/{pid}/task/{id}/comm"));
        named.is_ok_and(|named| named.trim_end() == name)
    };
    let id = ids.find(is_named).unwrap_or_else(|| panic!("no thread is called {name:?}"));
    let id: i64 = id.parse().expect("a thread's id");
    // SAFETY: integers. The engine is a child of our child and lives as long as nobody but the test ends it.
    assert_eq!(unsafe { libc::syscall(libc::SYS_tgkill, pid, id, signal) }, 0, "signal {signal} to thread {id} of {pid}");
}

#[test]
fn a_version_that_merely_ran_when_engines_died_is_not_quarantined() {
    let skep = Skep::start(Project::new(SPIN));
    for death in 1..=3 {
        let (_spinning, host) = spin(&skep, death);
        signal_engine(&host, libc::SIGKILL);
    }
    let host = generation(&skep, 4);
    assert!(host["quarantined"].as_array().is_none_or(Vec::is_empty), "{host}");
    assert_eq!((skep.get("/spin/well").text(), skep.get("/hello").text()), ("well".to_owned(), "hello".to_owned()));
    skep.wait_for_line(&["suspects of the engine's death", "spin"]);
}

#[test]
fn a_signal_is_blamed_on_the_version_of_its_thread_alone() {
    let skep = Skep::start(Project::new(SPIN));
    // The log's thread works for no function: the one that runs meanwhile is not to blame.
    for death in 1..=2 {
        let (_spinning, host) = spin(&skep, death);
        signal_thread(&host, "skep log", libc::SIGSEGV);
    }
    let host = generation(&skep, 3);
    assert!(host["quarantined"].as_array().is_none_or(Vec::is_empty), "{host}");
    for death in 3..=4 {
        let (_spinning, host) = spin(&skep, death);
        signal_thread(&host, "spin", libc::SIGSEGV);
    }
    let host = generation(&skep, 5);
    assert_eq!(host["quarantined"][0]["function"], "spin", "{host}");
    let answer = skep.get("/spin/well");
    assert_eq!((answer.status, answer.fault()), (503, Some("quarantined")), "{answer}");
    assert!(answer.text().contains("2 times") && answer.text().contains("SIGSEGV"), "{answer}");
    let listed = Client::connect(skep.admin).exchange(&Request::get("/api/v1/functions")).json();
    assert_eq!(listed[1]["state"], "quarantined", "{listed}");
    assert_eq!(skep.get("/hello").text(), "hello");

    // Another version is another story.
    skep.project.write("/spin/index.js", "export default () => 'changed';");
    skep.signal(libc::SIGHUP);
    // Until the old engine has heard of it, both accept.
    eventually("the new version answers", || (skep.get("/spin/well").text() == "changed").then_some(()));
}

#[test]
fn without_a_supervisor_there_is_one_process() {
    let mut skep = Launch::serve(Project::new(HELLO)).arg("--single-process").start();
    let host = host(&skep);
    assert_eq!((host["supervised"].as_bool(), host["generation"].as_u64()), (Some(false), Some(1)));
    assert_eq!(skep.get("/hello").text(), "hello");
    signal_engine(&host, libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn the_supervisor_is_small() {
    let skep = Skep::start(Project::new(HELLO));
    assert_eq!(skep.get("/hello").text(), "hello");
    let supervisor = skep.private_bytes_of_first();
    assert!(supervisor < 16 << 20, "{supervisor} bytes that it shares with nobody");
}
