//! Schedules of real functions on the real clock, with schedules of every second: kills, hand-overs, releases, dialects, operators.
//!
//! A function reports each of its calls to a server of the test, so that no call is lost with a killed process.
//!
//! Invariant: no test waits for a fixed time; it waits until enough calls were seen.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::process::{Finished, Launch, binary, run};
use crate::support::{Client, Project, Request, Skep, Upstream, eventually};

/// A call as the server of the test has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    due_s: i64,
    attempt: u32,
    occurrence: String,
}

/// A function that reports its calls, with this `[[cron]]`.
fn project(upstream: &Upstream, cron: &str) -> Project {
    let address = upstream.address;
    let project = Project::empty();
    project.write(
        "tick/index.js",
        &format!(
            "export default async (request) => {{
               const header = (name) => request.headers.get(`x-skep-${{name}}`);
               const time = Date.parse(header('scheduled-time')) / 1000;
               if (request.headers.get('x-skep-occurrence') !== null) await fetch(`http://{address}/${{time}}/${{header('attempt')}}/${{header('occurrence')}}`);
               return request.method;
             }};"
        ),
    );
    project.write("tick/function.toml", &format!("[net]\nallow = [\"{address}\"]\n{cron}"));
    project
}

const EVERY_SECOND: &str = "[[cron]]\nname = 'tick'\nschedule = '* * * * * *'\noverlap = 'queue'\nmissed = 'all'\npath = '/jobs/tick'\n";

fn seen(upstream: &Upstream) -> Vec<Seen> {
    let read = |request: Request| {
        let parts: Vec<&str> = request.path.split('/').collect();
        let [_, due_s, attempt, occurrence] = parts[..] else { panic!("{}", request.path) };
        Seen { due_s: due_s.parse().expect("a second"), attempt: attempt.parse().expect("a number"), occurrence: occurrence.to_owned() }
    };
    upstream.requests().into_iter().map(read).collect()
}

/// Waits until this many more calls were seen.
fn more(upstream: &Upstream, count: usize) {
    let before = upstream.requests().len();
    eventually("calls of the schedule", || (upstream.requests().len() >= before + count).then_some(()));
}

/// Every second from the first to the last that was seen was called for, and first attempts were made once.
fn complete(seen: &[Seen]) {
    let mut firsts: BTreeMap<i64, usize> = BTreeMap::new();
    let mut ids: BTreeMap<i64, &str> = BTreeMap::new();
    for call in seen {
        *firsts.entry(call.due_s).or_default() += usize::from(call.attempt == 1);
        assert_eq!(*ids.entry(call.due_s).or_insert(&call.occurrence), call.occurrence, "a moment has one id");
    }
    let (first, last) = (*firsts.keys().next().expect("a call"), *firsts.keys().last().expect("a call"));
    let lost: Vec<i64> = (first..=last).filter(|second| !firsts.contains_key(second)).collect();
    assert!(lost.is_empty(), "lost {lost:?} of {first} to {last}: {seen:?}");
    let twice: Vec<_> = firsts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "begun twice {twice:?}: {seen:?}");
}

fn host(skep: &Skep) -> Value {
    eventually("an engine answers on the admin address", || {
        Some(Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/host")).ok()?.json())
    })
}

#[allow(unsafe_code, reason = "std can only send SIGKILL, and to children alone")]
fn kill_engine(skep: &Skep) {
    let pid = i32::try_from(host(skep)["pid"].as_i64().expect("a pid")).expect("a pid");
    // SAFETY: two integers. The engine is a child of our child and lives as long as nobody but the test ends it.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGKILL) }, 0);
}

/// Runs a command against the server.
fn command(skep: &Skep, args: &[&str]) -> Finished {
    let mut command = binary();
    command.current_dir(skep.project.root()).args(args).arg("--to").arg(format!("http://{}", skep.admin)).arg("--json");
    run(command)
}

fn json(skep: &Skep, args: &[&str]) -> Value {
    let finished = command(skep, args);
    assert_eq!(finished.code, 0, "{args:?}: {finished}");
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {finished}"))
}

/// The schedule of this name, once it is listed.
fn listed(skep: &Skep, name: &str) -> Value {
    eventually(&format!("the schedule {name} is listed"), || {
        let response = Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/cron")).ok()?;
        let list = response.json();
        list.as_array()?.iter().find(|schedule| schedule["name"] == name).cloned()
    })
}

#[test]
fn a_killed_engine_loses_no_moment() {
    let upstream = Upstream::start();
    let skep = Skep::start(project(&upstream, EVERY_SECOND));
    for _ in 0..4 {
        more(&upstream, 2);
        kill_engine(&skep);
    }
    more(&upstream, 4);
    complete(&seen(&upstream));
}

#[test]
fn a_host_that_is_killed_and_started_again_makes_up_for_what_it_missed() {
    let upstream = Upstream::start();
    let mut project = project(&upstream, EVERY_SECOND);
    for arg in ["--log-level=info", "--single-process"] {
        for _ in 0..2 {
            let skep = Launch::serve(project).arg(arg).start();
            more(&upstream, 3);
            // Dropping it kills every process of it.
            project = skep.into_project();
        }
    }
    let skep = Skep::start(project);
    more(&upstream, 4);
    complete(&seen(&upstream));
    drop(skep);
}

#[test]
fn a_hand_over_neither_repeats_nor_loses_a_moment() {
    let upstream = Upstream::start();
    let skep = Skep::start(project(&upstream, EVERY_SECOND));
    for generation in 2..=4 {
        more(&upstream, 2);
        skep.signal(libc::SIGHUP);
        eventually("the next engine", || (host(&skep)["generation"].as_u64() >= Some(generation)).then_some(()));
    }
    more(&upstream, 3);
    let seen = seen(&upstream);
    complete(&seen);
    assert!(seen.iter().all(|call| call.attempt == 1), "{seen:?}");
}

#[test]
fn a_call_that_outlives_a_hand_over_is_not_made_again() {
    let upstream = Upstream::start();
    let project = project(&upstream, "[[cron]]\nname = 'tick'\nschedule = '* * * * * *'\npath = '/'\n");
    let slow = format!(
        "export default async (request) => {{
           const part = (name) => request.headers.get(`x-skep-${{name}}`);
           console.log('begun', part('occurrence'), part('attempt'));
           await new Promise((resolve) => setTimeout(resolve, 4000));
           await fetch(`http://{}/${{Date.parse(part('scheduled-time')) / 1000}}/${{part('attempt')}}/${{part('occurrence')}}`);
         }};",
        upstream.address
    );
    project.write("tick/index.js", &slow);
    let skep = Launch::serve(project).arg("--drain-s=20").start();
    skep.wait_for_line(&["begun"]);
    skep.signal(libc::SIGHUP);
    more(&upstream, 2);
    let seen = seen(&upstream);
    assert!(seen.iter().all(|call| call.attempt == 1), "{seen:?}");
    assert!(seen[1].due_s > seen[0].due_s, "{seen:?}");
}

#[test]
fn each_dialect_has_its_own_handler() {
    let skep = Skep::start(Project::new(
        "
        //- /worker/index.js
        export default {
          fetch: () => new Response('worker'),
          scheduled(controller, env, ctx) {
            console.log('worker', controller.cron, typeof controller.scheduledTime, controller.type, env.WHO);
            ctx.waitUntil(new Promise((resolve) => setTimeout(() => { console.log('worker waited'); resolve(); }, 10)));
          },
        };
        //- /worker/function.toml
        [env]
        WHO = 'me'
        [[cron]]
        name = 'each'
        schedule = '* * * * * *'
        //- /deno/index.js
        Deno.cron('say hello', '* * * * * *', { timezone: 'Europe/Berlin' }, () => console.log('deno cron'));
        //- /val/index.js
        export default (interval) => console.log('val', interval.lastRunAt instanceof Date || interval.lastRunAt, interval.name);
        //- /val/function.toml
        [[cron]]
        name = 'val'
        schedule = '* * * * * *'
        //- /broken/index.js
        import http from 'node:http';
        http.createServer((_, response) => response.end()).listen(8080);
        //- /broken/function.toml
        [[cron]]
        name = 'nothing'
        schedule = '@daily'
        ",
    ));
    skep.wait_for_line(&["worker * * * * * * number scheduled me"]);
    skep.wait_for_line(&["worker waited"]);
    skep.wait_for_line(&["deno cron"]);
    skep.wait_for_line(&["val true val"]);
    let done = skep.wait_for_log("a call is logged", |line| line["event"] == "request done" && line["function"] == "worker");
    assert_eq!((&done["origin"], &done["status"]), (&"cron".into(), &200.into()), "{done}");
    assert_eq!(done["request_id"].as_str().map(str::len), Some(32), "{done}");
    assert_eq!(listed(&skep, "say hello")["zone"], "Europe/Berlin");
    assert_eq!(skep.get("/worker").text(), "worker");
    // A schedule that nothing answers keeps the version from loading, and says so.
    assert_eq!(skep.get("/broken").fault(), Some("boot_failed"));
    skep.wait_for_line(&["has no `path`", "nothing"]);
}

#[test]
fn a_client_cannot_pretend_to_be_a_schedule() {
    let upstream = Upstream::start();
    let skep = Skep::start(project(&upstream, "[[cron]]\nname = 'tick'\nschedule = '@yearly'\npath = '/jobs'\n"));
    let forged = Request::get("/tick").header("x-skep-occurrence", "1").header("x-skep-attempt", "1");
    assert_eq!(skep.send(&forged).text(), "GET");
    assert!(upstream.requests().is_empty());
}

#[test]
fn a_failed_call_is_repeated_and_told() {
    let project = Project::new(
        "
        //- /flaky/index.js
        export default { fetch() {}, scheduled(controller) { if (controller.cron === '@yearly') controller.noRetry(); throw new Error('no'); } };
        //- /flaky/function.toml
        [[cron]]
        name = 'often'
        schedule = '@monthly'
        retries_ms = [10, 10]
        [[cron]]
        name = 'once'
        schedule = '@yearly'
        retries_ms = [10, 10]
        ",
    );
    let skep = Skep::start(project);
    for (name, attempts) in [("often", 3), ("once", 1)] {
        listed(&skep, name);
        let occurrence = json(&skep, &["cron", "run", "flaky", name])["occurrence"].clone();
        let last = eventually("the calls have ended", || {
            Some(listed(&skep, name)["last"].clone()).filter(|last| last["occurrence"] == occurrence)
        });
        assert_eq!((&last["attempts"], &last["outcome"], &last["fault"]), (&attempts.into(), &"failed".into(), &"threw".into()), "{last}");
    }
}

#[test]
fn limits_of_a_schedule_take_the_place_of_the_functions() {
    let project = Project::new(
        "
        //- /long/index.js
        export default { fetch: () => new Response(''), scheduled({ cron }) {
          const until = cron === '@weekly' ? Infinity : Date.now() + 1500;
          while (Date.now() < until);
          if (cron === '@daily') return new Promise((resolve) => setTimeout(resolve, 60000));
        } };
        //- /long/function.toml
        [limits]
        cpu_ms = 200
        wall_ms = 25000
        [[cron]]
        name = 'fits'
        schedule = '@monthly'
        cpu_ms = 30000
        wall_ms = 30000
        [[cron]]
        name = 'slow'
        schedule = '@daily'
        cpu_ms = 30000
        wall_ms = 3000
        [[cron]]
        name = 'default'
        schedule = '@weekly'
        ",
    );
    let skep = Skep::start(project);
    for (name, fault) in [("fits", Value::Null), ("slow", "wall_limit".into()), ("default", "cpu_limit".into())] {
        listed(&skep, name);
        let occurrence = json(&skep, &["cron", "run", "long", name])["occurrence"].clone();
        let last =
            eventually("the call has ended", || Some(listed(&skep, name)["last"].clone()).filter(|last| last["occurrence"] == occurrence));
        assert_eq!(last["fault"], fault, "{name}: {last}");
    }
}

#[test]
fn an_operator_lists_runs_pauses_and_resumes() {
    let upstream = Upstream::start();
    let skep = Skep::start(project(&upstream, "[[cron]]\nname = 'a b'\nschedule = '0 3 1 1 *'\nzone = 'Europe/Berlin'\npath = '/'\n"));
    let schedule = listed(&skep, "a b");
    assert_eq!(
        (&schedule["schedule"], &schedule["zone"], &schedule["overlap"]),
        (&"0 3 1 1 *".into(), &"Europe/Berlin".into(), &"skip".into())
    );
    assert_eq!(schedule["next_ms"].as_array().map(Vec::len), Some(3), "{schedule}");
    let started = json(&skep, &["cron", "run", "tick", "a b", "--at", "2026-01-01T03:00:00+01:00"]);
    let call = eventually("the call", || seen(&upstream).pop());
    assert_eq!((call.due_s, call.attempt), (1_767_232_800, 1));
    assert_eq!(started["occurrence"], call.occurrence);
    eventually("the end of the call is kept", || (listed(&skep, "a b")["last"]["outcome"] == "succeeded").then_some(()));
    assert_eq!(json(&skep, &["cron", "pause", "tick", "a b"])["paused"], true);
    let skep = Skep::start(skep.into_project());
    let paused = listed(&skep, "a b");
    assert_eq!(
        (&paused["paused"], paused["next_ms"].as_array().map(Vec::len)),
        (&true.into(), Some(0)),
        "a pause outlives a restart: {paused}"
    );
    assert_eq!(paused["last"]["outcome"], "succeeded");
    assert_eq!(json(&skep, &["cron", "resume", "tick", "a b"])["paused"], false);
    assert_eq!(json(&skep, &["cron", "ls", "tick"]).as_array().map(Vec::len), Some(1));
    assert_eq!(command(&skep, &["cron", "run", "tick", "c"]).code, command(&skep, &["show", "nothing"]).code);
    assert_eq!(command(&skep, &["cron", "run", "tick", "a b", "--at", "yesterday"]).code, 2);
}

#[test]
fn schedules_follow_the_live_version_and_no_candidate() {
    let skep = Skep::start(Project::new(
        "
        //- /../services/hello/index.js
        export default { fetch: () => new Response('1'), scheduled: () => console.log('called 1') };
        //- /../services/hello/function.toml
        [[cron]]
        name = 'tick'
        schedule = '* * * * * *'
        ",
    ));
    assert_eq!(command(&skep, &["deploy", "services/hello"]).code, 0);
    skep.wait_for_line(&["called 1"]);
    let two = "export default { fetch: () => new Response('2'), scheduled: () => console.log('called 2') };";
    skep.project.write("../services/hello/index.js", two);
    skep.project.write("../services/hello/function.toml", "[[cron]]\nname = 'tock'\nschedule = '*/2 * * * * *'\n");
    assert_eq!(command(&skep, &["deploy", "services/hello", "--canary", "50"]).code, 0);
    assert_eq!(listed(&skep, "tick")["schedule"], "* * * * * *");
    let before = skep.log_text().matches("called 1").count();
    eventually("the live version is called on", || (skep.log_text().matches("called 1").count() > before + 1).then_some(()));
    assert!(!skep.log_text().contains("called 2"), "a candidate is called by no schedule");
    assert_eq!(command(&skep, &["canary", "hello", "--promote"]).code, 0);
    skep.wait_for_line(&["called 2"]);
    assert_eq!(listed(&skep, "tock")["schedule"], "*/2 * * * * *");
    assert_eq!(json(&skep, &["cron", "ls", "hello"]).as_array().map(Vec::len), Some(1));
    assert_eq!(command(&skep, &["rm", "hello", "--yes"]).code, 0);
    eventually("its schedules are gone", || json(&skep, &["cron", "ls"]).as_array()?.is_empty().then_some(()));
}

#[test]
fn schedules_are_kept_in_dev_too_and_follow_the_files() {
    let upstream = Upstream::start();
    let skep = Skep::dev(project(&upstream, EVERY_SECOND));
    more(&upstream, 2);
    let manifest = EVERY_SECOND.replace("name = 'tick'", "name = 'tack'");
    skep.project.write("tick/function.toml", &format!("[net]\nallow = [\"{}\"]\n{manifest}", upstream.address));
    listed(&skep, "tack");
    more(&upstream, 2);
    assert!(!skep.project.state().join("schedules.redb").exists(), "nothing is written");
}
