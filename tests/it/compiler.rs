//! The compiler processes: what a source does to its own compile, and what neighbours and operators notice of it.
//!
//! Sources are small and take much, or large; processes are found in `/proc` by their environment.
//!
//! Invariant: order is compared, never time; a process that a test kills is one of its own host.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::process::{binary, run};
use crate::support::{Client, Launch, Project, Request, Skep, eventually};

/// An enum whose members double: 369 bytes that are 10 GB of text when they are compiled.
fn doubling() -> String {
    let members: String = (1..30).map(|i| format!(", b{i} = b{} + b{}", i - 1, i - 1)).collect();
    format!("enum E {{ a = 'aaaaaaaaaa', b0 = a + a{members} }}\nexport default () => E.a;\n")
}

/// TypeScript on one line that takes the compiler several times its quantum.
fn long() -> String {
    let part = "namespace n{export enum E{a=1,b=a+1,c=`${a}`.length}export const f=<T,>(x:T)=>x as T;}";
    format!("{}export default () => 'long';\n", part.repeat(6_000))
}

fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::empty();
    files.iter().for_each(|(path, text)| project.write(path, text));
    project
}

/// The compiler processes of the host.
fn compilers(skep: &Skep) -> BTreeSet<i32> {
    let engine = Client::connect(skep.admin).exchange(&Request::get("/api/v1/host")).json()["pid"].as_i64().expect("a pid");
    let stat = fs::read_to_string(format!("/proc/{engine}/stat")).expect("the engine runs");
    let parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1)).expect("a parent").to_owned();
    let owners = [format!("SKEP_COMPILER={engine}\0"), format!("SKEP_COMPILER={parent}\0")];
    let all = fs::read_dir("/proc").expect("/proc").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_compiler = |pid: &i32| {
        let environment = fs::read_to_string(format!("/proc/{pid}/environ")).unwrap_or_default();
        owners.contains(&environment)
    };
    all.filter(is_compiler).collect()
}

fn waiting_compilers(skep: &Skep) -> BTreeSet<i32> {
    eventually("compiler processes wait for jobs", || Some(compilers(skep)).filter(|found| !found.is_empty()))
}

#[allow(unsafe_code, reason = "std can only kill children")]
fn kill(pid: i32) {
    // SAFETY: two integers. The process is a compiler of this test's host.
    unsafe { libc::kill(pid, libc::SIGKILL) };
}

#[test]
fn a_source_that_takes_too_much_memory_names_the_limit_and_its_neighbour_is_answered() {
    let project = project(&[("doubling/index.ts", &doubling()), ("ok/index.js", "export default () => 'ok';")]);
    let skep = Launch::dev(project).arg("--compile-memory-mb=96").start();
    let answer = skep.get("/doubling");
    assert_eq!(answer.fault(), Some("boot_failed"), "{answer}");
    assert!(answer.text().contains("more than 96 MB of memory (--compile-memory-mb)"), "{answer}");
    assert_eq!(skep.get("/ok").text(), "ok");
    // A limit is no verdict for ever: the author mends the source.
    skep.project.write("doubling/index.ts", "export default () => 'mended';");
    assert_eq!(skep.get("/doubling").text(), "mended");
}

#[test]
fn a_source_that_takes_too_long_names_the_limit() {
    let skep = Launch::dev(project(&[("long/index.ts", &long())])).arg("--compile-ms=100").start();
    let answer = skep.get("/long");
    assert_eq!(answer.fault(), Some("boot_failed"), "{answer}");
    assert!(answer.text().contains("more than 100 ms of CPU time (--compile-ms)"), "{answer}");
}

#[test]
fn check_and_deploy_name_the_limit() {
    let project = project(&[("doubling/index.ts", &doubling())]);
    let mut check = binary();
    check.args(["check", "--compile-memory-mb=96", "--functions"]).arg(project.functions());
    let finished = run(check);
    assert_eq!(finished.code, 1, "{finished}");
    assert!(finished.stdout.contains("--compile-memory-mb"), "{finished}");

    let mut deploy = binary();
    deploy.args(["deploy", "--compile-memory-mb=96", "--admin=127.0.0.1:1"]).arg(project.functions().join("doubling"));
    let finished = run(deploy);
    assert_eq!(finished.code, 1, "nothing is sent: {finished}");
    assert!(finished.stderr.contains("--compile-memory-mb"), "{finished}");
}

#[test]
fn a_neighbours_first_call_does_not_wait_for_slow_compiles() {
    const SLOW: usize = 6;
    let project = project(&[("ok/index.js", "export default () => 'ok';")]);
    for number in 0..SLOW {
        project.write(&format!("slow-{number}/index.ts"), &long());
    }
    // The host compiles them in the background as well; a call waits for the compile that runs.
    let skep = Launch::serve(project).arg("--compile-ms=60000").start();
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..SLOW {
            let (skep, done) = (&skep, &done);
            scope.spawn(move || {
                assert_eq!(skep.get(&format!("/slow-{number}")).text(), "long");
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
        assert_eq!(skep.get("/ok").text(), "ok");
        let before = done.load(Ordering::SeqCst);
        assert!(before < SLOW, "{before} of {SLOW} slow ones were compiled first");
    });
}

#[test]
fn a_compiler_that_is_killed_is_replaced_and_the_call_is_answered() {
    let project = project(&[("one/index.js", "export default () => 'one';")]);
    let skep = Launch::dev(project).start();
    for round in 0..3 {
        waiting_compilers(&skep).into_iter().for_each(kill);
        let text = format!("export default () => 'round {round}';");
        skep.project.write("one/index.js", &text);
        assert_eq!(skep.get("/one").text(), format!("round {round}"));
    }
}

#[test]
fn an_engine_that_dies_leaves_no_compiler() {
    let skep = Launch::serve(project(&[("slow/index.ts", &long())])).arg("--compile-ms=60000").start();
    let before = waiting_compilers(&skep);
    let engine = Client::connect(skep.admin).exchange(&Request::get("/api/v1/host")).json()["pid"].as_i64().expect("a pid");
    kill(i32::try_from(engine).expect("a pid"));
    let gone = |pid: &i32| !fs::read_to_string(format!("/proc/{pid}/environ")).unwrap_or_default().contains("SKEP_COMPILER");
    eventually("the compilers of the dead engine have ended", || before.iter().all(gone).then_some(()));
    // The engine that follows has its own.
    assert_eq!(eventually("it is answered", || Some(skep.get("/slow")).filter(|answer| answer.status == 200)).text(), "long");
}

#[test]
fn a_compiler_has_one_socket_and_nothing_of_its_owner() {
    let skep = Launch::serve(project(&[("one/index.js", "export default () => 'one';")])).env("SECRET", "1").start();
    assert_eq!(skep.get("/one").text(), "one");
    for pid in waiting_compilers(&skep) {
        let environment = fs::read_to_string(format!("/proc/{pid}/environ")).expect("it runs");
        assert_eq!(environment.matches('\0').count(), 1, "{environment:?}");
        let open: Vec<_> = fs::read_dir(format!("/proc/{pid}/fd"))
            .expect("it runs")
            .filter_map(|entry| Some(fs::read_link(entry.ok()?.path()).ok()?.to_string_lossy().into_owned()))
            .collect();
        let sockets: BTreeSet<_> = open.iter().filter(|target| target.starts_with("socket:")).collect();
        assert_eq!(sockets.len(), 1, "{open:?}");
        let other = open.iter().filter(|target| !target.starts_with("socket:") && *target != "/dev/null" && !target.ends_with("/statm"));
        assert_eq!(other.count(), 0, "{open:?}");
    }
}
