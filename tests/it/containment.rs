//! The levels of the containment ladder as clients and operators see them: who is stopped, who is told what, and who notices nothing.
//!
//! The programs that try to kill the host are in `tests/evil`; here stands what becomes of the requests beside them.
//!
//! Invariant: requests are held in flight by open bodies, and facts are read from answers, the log and `/api/v1/host`, never from a clock.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::{Client, Launch, Project, Request, Response, Skep, eventually};

/// Works, waits, misbehaves. Numbers become JSON in a loop that never checks whether it should stop.
const MIXED: &str = r#"
    //- /mixed/index.js
    const instance = crypto.randomUUID();
    const held = [];
    export default async (request) => {
      switch (new URL(request.url).pathname) {
        case "/spin":
          for (;;);
        case "/wedge":
          return JSON.stringify(new Uint8Array(2 ** 24)).length;
        case "/hoard":
          for (;;) held.push(new Array(4096).fill(0));
        case "/wait":
          console.log("waiting", request.headers.get("x-name"));
          setTimeout(() => {}, 1e6);
          await new Promise((resolve) => held.push(resolve));
          return instance;
        case "/go":
          for (const resolve of held) resolve();
          return instance;
        case "/chunks":
          console.log("chunks");
          return new Response(new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
            pull: () => new Promise(() => setTimeout(() => {}, 1e6)),
          }));
        case "/late":
          setInterval(() => { for (const end = Date.now() + 40; Date.now() < end;); }, 0);
          return instance;
        case "/share": {
          // Computes in slices between awaits, so that no turn is long.
          for (;;) {
            for (const end = Date.now() + 5; Date.now() < end;);
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
        }
      }
      return instance;
    };
    //- /mixed/function.toml
    [limits]
    memory_mb = 64
    cpu_ms = 300
    wall_ms = 60000
    //- /neighbour/index.js
    export default () => "here";
"#;

fn mixed() -> Project {
    Project::new(MIXED)
}

fn single(project: Project) -> Skep {
    Launch::serve(project).arg("--single-process").start()
}

/// A request that waits inside the function under a name.
fn wait_inside(skep: &Skep, method: &str, name: &str) -> Client {
    let mut client = skep.connect();
    client.send(&Request::new(method, "/mixed/wait").header("x-name", name));
    skep.wait_for_line(&[&format!("waiting {name}")]);
    client
}

fn kind(response: &Response) -> String {
    response.json()["error"]["kind"].as_str().unwrap_or("no fault").to_owned()
}

/// Asked again if the engine that took the connection ends before it answers: it may be handing over.
fn host(skep: &Skep) -> Value {
    eventually("an engine answers on the admin address", || {
        let answer = Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/host")).ok()?;
        Some(answer.json())
    })
}

fn count(skep: &Skep, rung: &str) -> u64 {
    host(skep)["containment"][rung].as_u64().expect("a count")
}

#[test]
fn a_safe_request_beside_a_spinner_is_made_again_and_an_unsafe_one_is_told() {
    let skep = Skep::start(mixed());
    let (mut safe, mut unsafe_one) = (wait_inside(&skep, "GET", "safe"), wait_inside(&skep, "POST", "unsafe"));
    let spun = skep.get("/mixed/spin");
    assert_eq!((spun.status, kind(&spun).as_str()), (504, "cpu_limit"), "{spun}");

    let told = unsafe_one.read_response("POST");
    assert_eq!((told.status, kind(&told).as_str()), (503, "instance_lost"), "{told}");
    assert!(told.json()["error"]["message"].as_str().is_some_and(|message| message.contains("may be sent again")), "{told}");

    // The repeated one waits in a new instance until that is told to go on.
    eventually("the repeated request is inside", || (skep.log_text().matches("waiting safe").count() == 2).then_some(()));
    let after = skep.get("/mixed/go");
    let answer = safe.read_response("GET");
    assert_eq!((answer.status, answer.text()), (200, after.text()));
    assert_eq!(skep.get("/neighbour").text(), "here");
}

#[test]
fn a_thread_that_cannot_be_ended_is_frozen_and_its_calls_are_answered() {
    let skep = single(mixed());
    let pid = host(&skep)["pid"].clone();
    let mut beside = wait_inside(&skep, "POST", "beside");
    let mut stream = skep.connect();
    stream.send(&Request::get("/mixed/chunks"));
    skep.wait_for_line(&["chunks"]);

    let wedged = skep.get("/mixed/wedge");
    assert_eq!((wedged.status, kind(&wedged).as_str()), (504, "cpu_limit"), "{wedged}");
    let told = beside.read_response("POST");
    assert_eq!((told.status, kind(&told).as_str()), (503, "instance_lost"), "{told}");
    let cut = stream.read_head("GET");
    assert_eq!(cut.status, 200);
    assert_eq!(stream.read_piece().as_deref(), Some(&b"first"[..]));
    assert!(stream.try_read_piece().is_err(), "a body whose instance is frozen is cut, not ended");

    assert_eq!((count(&skep, "parked"), count(&skep, "interrupted")), (1, 0));
    assert_eq!(host(&skep)["pid"], pid, "one process, and it lives");
    assert_eq!(skep.get("/neighbour").text(), "here");
    assert_eq!(skep.get("/mixed").status, 200, "the function has a new instance");
    let line = skep.wait_for_line(&["frozen", "wedged"]);
    assert!(line.contains("\"function\":\"mixed\""), "{line}");
}

#[test]
fn a_supervised_engine_with_a_frozen_thread_is_replaced() {
    let skep = Skep::start(mixed());
    let old = host(&skep);
    assert_eq!(skep.get("/mixed/wedge").status, 504);
    let new = eventually("another engine", || Some(host(&skep)).filter(|new| new["pid"] != old["pid"]));
    assert_eq!(eventually("the act is counted", || Some(count(&skep, "handed_over")).filter(|acts| *acts > 0)), 1);
    assert_eq!(new["generation"], 2);
    assert_eq!(count(&skep, "parked"), 1, "the counts go on in the next engine");
    assert_eq!(skep.get("/mixed").status, 200);
    assert_eq!(skep.get("/neighbour").text(), "here");
}

/// Built-ins over a long typed array: V8 interrupts none of them, and collects garbage all the while.
const COLLECTING: &[(&str, &str)] = &[
    ("for-in", "let n = 0; for (const key in new Uint8Array(2 ** 25)) n++; return String(n);"),
    ("entries", "return String(Object.entries(new Uint8Array(2 ** 25)).length);"),
    ("spread", "return String(Object.keys({ ...new Uint8Array(2 ** 25) }).length);"),
    ("json", "return String(JSON.stringify(new Uint8Array(2 ** 25)).length);"),
];

#[test]
fn a_thread_is_never_frozen_in_the_middle_of_a_collection() {
    // A thread that is frozen there holds a lock that the collections of all others wait for: the engine would find itself broken.
    let mut fixture = "//- /neighbour/index.js\nexport default () => 'here';\n".to_owned();
    for (name, body) in COLLECTING {
        fixture.push_str(&format!("//- /{name}/index.js\nexport default () => {{ {body} }};\n"));
        fixture.push_str(&format!("//- /{name}/function.toml\n[limits]\nmemory_mb = 64\ncpu_ms = 500\nwall_ms = 5000\n"));
    }
    let skep = Skep::start(Project::new(&fixture));
    for (name, _) in COLLECTING {
        let ended = skep.get(&format!("/{name}"));
        assert!(matches!(ended.fault(), Some("cpu_limit" | "memory_limit" | "wall_limit")), "{name}: {ended}");
        assert_eq!(skep.get("/neighbour").text(), "here", "beside {name}");
    }
    assert_eq!(count(&skep, "restarted"), 0, "{}", skep.log_text());
}

#[test]
fn a_version_that_is_frozen_twice_is_quarantined_until_it_changes() {
    let skep = Skep::start(mixed());
    for taints in 1..=2 {
        assert_eq!(skep.get("/mixed/wedge").status, 504);
        eventually("another engine serves alone", || (skep.log_text().matches("the old engine has ended").count() == taints).then_some(()));
    }
    let refused = skep.get("/mixed");
    assert_eq!((refused.status, kind(&refused).as_str()), (503, "quarantined"), "{refused}");
    assert_eq!(skep.get("/neighbour").text(), "here");
    assert_eq!(host(&skep)["quarantined"][0]["function"], "mixed");
}

#[test]
fn a_process_without_a_supervisor_quarantines_by_itself() {
    let skep = single(mixed());
    for _ in 0..2 {
        // The second one may find no memory to wedge with: the first keeps the permit for what goes beyond the limit.
        let wedged = skep.get("/mixed/wedge");
        assert!(matches!(wedged.fault(), Some("cpu_limit" | "memory_limit")), "{wedged}");
    }
    let refused = skep.get("/mixed");
    assert_eq!((refused.status, kind(&refused).as_str()), (503, "quarantined"), "{refused}");
    assert!(refused.text().contains("2 times"), "{refused}");
    assert_eq!(skep.get("/neighbour").text(), "here");
    assert_eq!(host(&skep)["quarantined"][0]["function"], "mixed");
}

/// Ends what waits for it, also when a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn functions_that_freeze_are_quarantined_and_what_they_keep_is_bounded() {
    const FUNCTIONS: usize = 6;
    let mut fixture = "//- /neighbour/index.js\nexport default () => 'here';\n".to_owned();
    for number in 0..FUNCTIONS {
        // Its keys alone are a quarter of a gigabyte, in one piece.
        let body = "for (const key in new Uint8Array(2 ** 25)) key; return 'done';";
        fixture.push_str(&format!("//- /e{number}/index.js\nexport default () => {{ {body} }};\n"));
        fixture.push_str(&format!("//- /e{number}/function.toml\n[limits]\nmemory_mb = 64\ncpu_ms = 300\n"));
    }
    let skep = Skep::start(Project::new(&fixture));
    assert_eq!(skep.get("/neighbour").text(), "here");
    let (over, most, ran) = (AtomicBool::new(false), AtomicU64::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                most.fetch_max(skep.resident_bytes(), Ordering::SeqCst);
                assert_eq!(skep.get("/neighbour").text(), "here");
            }
        });
        let _over = Over(&over);
        for _ in 0..3 {
            thread::scope(|scope| {
                for number in 0..FUNCTIONS {
                    let (skep, ran) = (&skep, &ran);
                    scope.spawn(move || {
                        let answer = skep.get(&format!("/e{number}"));
                        assert!(matches!(answer.fault(), Some("cpu_limit" | "memory_limit" | "quarantined")), "e{number}: {answer}");
                        ran.fetch_add(usize::from(answer.fault() != Some("quarantined")), Ordering::SeqCst);
                    });
                }
            });
        }
    });
    // A function may run once more while the news of its second time is on its way between the processes.
    for number in 0..FUNCTIONS {
        let quarantined = || (skep.get(&format!("/e{number}")).fault() == Some("quarantined")).then_some(());
        eventually(&format!("e{number} is quarantined"), quarantined);
    }
    let (ran, most) = (ran.into_inner(), most.into_inner() >> 20);
    assert!(ran <= 3 * FUNCTIONS, "they ran {ran} times");
    // Frozen threads may keep an eighth of the host's memory (8 GB at most here), and each of the six that run at a time a quarter of a gigabyte.
    // Pages that come from the program's file are counted once for each process.
    assert!(most < 2700, "{most} MB");
    assert_eq!(count(&skep, "restarted"), 0, "{}", skep.log_text());
}

#[test]
fn a_request_that_waits_does_not_pay_for_one_that_computes() {
    let skep = Skep::start(mixed());
    // Both in one instance: the one waits, the other uses up its CPU time in slices.
    let mut waiting = wait_inside(&skep, "POST", "waiting");
    let computed = skep.get("/mixed/share");
    assert_eq!((computed.status, kind(&computed).as_str()), (504, "cpu_limit"), "{computed}");
    let over = computed.json();
    let used: u64 =
        over["error"]["used"].as_str().and_then(|used| used.trim_start_matches("> ").strip_suffix(" ms")?.parse().ok()).expect("a number");
    assert!(used >= 300, "{over}");

    // It still computes after its fault, so the instance is ended for it; the one that waited is told that it was not its fault.
    let told = waiting.read_response("POST");
    assert_eq!((told.status, kind(&told).as_str()), (503, "instance_lost"), "{told}");
}

#[test]
fn work_that_nobody_waits_for_is_ended_too() {
    let skep = Skep::start(mixed());
    let first = skep.get("/mixed/late").text();
    skep.wait_for_log("the end of the instance", |line| line["event"] == "instance ended" && line["exit"] == "Interrupted(Cpu)");
    assert_ne!(skep.get("/mixed").text(), first);
    assert_eq!(count(&skep, "interrupted"), 1);
}

#[test]
fn memory_beyond_the_limit_is_granted_to_end_the_instance() {
    let skep = Skep::start(mixed());
    let hoarded = skep.get("/mixed/hoard");
    assert_eq!((hoarded.status, kind(&hoarded).as_str()), (507, "memory_limit"), "{hoarded}");
    let error = &hoarded.json()["error"];
    assert_eq!(error["limit"], "64 MB", "{error}");
    assert_eq!(skep.get("/mixed").status, 200);
    let counted =
        eventually("the instance is counted", || Some(count(&skep, "graced") + count(&skep, "interrupted")).filter(|counted| *counted > 0));
    assert_eq!((counted, count(&skep, "parked")), (1, 0));
}

#[test]
fn the_operator_learns_where_a_function_was_and_the_client_does_not() {
    let skep = Skep::start(mixed());
    let spun = skep.get("/mixed/spin");
    assert!(!spun.text().contains("index.js"), "{spun}");
    let line = skep.wait_for_line(&["where it was seen last", "\"function\":\"mixed\""]);
    assert!(line.contains("mixed/index.js:"), "{line}");
}

#[test]
fn an_idle_instance_makes_room_for_another_function() {
    let project = Project::new(
        "
        //- /a/index.js
        export default () => 'a';
        //- /b/index.js
        export default () => 'b';
        //- /c/index.js
        export default () => 'c';
        ",
    );
    let skep = Launch::serve(project).arg("--max-instances").arg("2").arg("--warm").arg("0").start();
    for name in ["a", "b", "c", "a", "b", "c"] {
        assert_eq!(skep.get(&format!("/{name}")).text(), name);
    }
    let alive = eventually("no more than two instances are left", || {
        Some(host(&skep)["budget"]["instances"].as_u64()?).filter(|alive| *alive <= 2)
    });
    assert!(alive >= 1);
}
