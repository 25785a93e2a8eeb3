//! What `/metrics` says against what was sent: calls, faults, instances, forms, limits of series, and the history beside it.
//!
//! Invariant: figures are compared with what this side counted; no test waits for a time, only for facts.

mod forms;
mod history;
mod text;

use text::Scrape;

use crate::support::{Launch, Project, Request, Skep, eventually};

fn functions() -> Project {
    Project::new(
        r#"
        //- /hello/index.js
        export default async (request, ctx) => {
          const url = new URL(request.url);
          if (url.pathname === "/missing") return new Response("no", { status: 404 });
          if (url.pathname === "/call") return await (await ctx.call("other", "/")).text();
          if (url.pathname === "/log") console.warn("a line");
          if (url.pathname === "/stream") {
            return new Response(new ReadableStream({
              start(controller) {
                controller.enqueue(new TextEncoder().encode("12345"));
                controller.close();
              },
            }));
          }
          return `read ${(await request.text()).length}`;
        };
        //- /other/index.js
        export default () => "other";
        //- /never/index.js
        export default () => "never called";
        "#,
    )
}

const LIVE: &str = r#"function="hello",track="live""#;

#[test]
fn calls_are_those_that_were_sent() {
    let skep = Skep::start(functions());
    let mut client = skep.connect();
    for _ in 0..7 {
        assert_eq!(client.exchange(&Request::get("/hello")).status, 200);
    }
    for _ in 0..3 {
        assert_eq!(client.exchange(&Request::get("/hello/missing")).status, 404);
    }
    assert_eq!(client.exchange(&Request::post("/hello", "x".repeat(1000))).text(), "read 1000");
    assert_eq!(client.exchange(&Request::post("/hello", "y".repeat(10)).chunked()).text(), "read 10");
    assert_eq!(client.exchange(&Request::get("/hello/call")).text(), "other");
    assert_eq!(client.exchange(&Request::get("/hello/stream")).text(), "12345");
    assert_eq!(client.exchange(&Request::get("/hello/log")).status, 200);
    let scrape = eventually("the stream is counted", || {
        let scrape = Scrape::of(&skep);
        (scrape.value(&format!("skep_calls_total{{{LIVE},trigger=\"http\",status=\"2xx\"}}")) >= 12.0).then_some(scrape)
    });
    assert_eq!(scrape.value(&format!("skep_calls_total{{{LIVE},trigger=\"http\",status=\"2xx\"}}")), 12.0);
    assert_eq!(scrape.value(&format!("skep_calls_total{{{LIVE},trigger=\"http\",status=\"4xx\"}}")), 3.0);
    assert_eq!(scrape.value(r#"skep_calls_total{function="other",track="live",trigger="call",status="2xx"}"#), 1.0);
    assert_eq!(scrape.value(&format!("skep_call_duration_seconds_count{{{LIVE}}}")), 15.0);
    assert_eq!(scrape.value(r#"skep_call_queue_seconds_count{function="hello"}"#), 15.0);
    assert_eq!(scrape.value(r#"skep_call_head_seconds_count{function="hello"}"#), 15.0);
    assert_eq!(scrape.value(r#"skep_request_body_bytes_total{function="hello"}"#), 1010.0);
    let answers =
        7 * "read 0".len() + 3 * "no".len() + "read 1000".len() + "read 10".len() + "other".len() + "12345".len() + "read 0".len();
    assert_eq!(scrape.value(r#"skep_response_body_bytes_total{function="hello"}"#), answers as f64);
    assert_eq!(scrape.value(r#"skep_log_lines_total{function="hello",level="warn"}"#), 1.0);
    assert!(scrape.sum("skep_cpu_seconds_total", &[r#"function="hello""#, r#"use="call""#]) > 0.0);
    assert!(scrape.sum("skep_cpu_seconds_total", &[r#"function="hello""#, r#"use="boot""#]) > 0.0);
    assert_eq!(scrape.sum("skep_instances", &[r#"function="hello""#]), 1.0);
    assert_eq!(scrape.sum("skep_instances_started_total", &[r#"function="hello""#]), 1.0);
    assert!(scrape.value(r#"skep_heap_bytes{function="hello"}"#) > 0.0);
    assert_eq!(scrape.with(&["skep_function_info{", r#"function="hello""#, r#"owner="folder""#, r#"dialect=""#]).len(), 1);
    assert!(scrape.with(&["never"]).is_empty(), "a function that was never called has no series");
}

#[test]
fn histograms_and_counters_have_the_types_and_the_order_that_prometheus_wants() {
    let skep = Skep::start(functions());
    skep.get("/hello");
    let scrape = Scrape::of(&skep);
    for (family, kind) in [
        ("skep_calls_total", "counter"),
        ("skep_call_duration_seconds", "histogram"),
        ("skep_cold_start_seconds", "histogram"),
        ("skep_instances", "gauge"),
        ("skep_load_ratio", "gauge"),
        ("skep_build_info", "gauge"),
        ("process_cpu_seconds_total", "counter"),
        ("process_resident_memory_bytes", "gauge"),
    ] {
        assert_eq!(scrape.types.get(family).map(String::as_str), Some(kind), "{family}");
    }
    let buckets = scrape.with(&["skep_call_duration_seconds_bucket", LIVE]);
    assert_eq!(buckets.len(), 16);
    let inf = format!("skep_call_duration_seconds_bucket{{{LIVE},le=\"+Inf\"}}");
    assert_eq!(scrape.value(&inf), scrape.value(&format!("skep_call_duration_seconds_count{{{LIVE}}}")));
    assert!(scrape.value("skep_tokio_tasks{runtime=\"io\"}") > 0.0);
    assert!(scrape.value("skep_connections{listener=\"main\",protocol=\"http1\"}") <= 1.0);
    assert!(scrape.value("process_threads") > 3.0 && scrape.value("process_open_fds") > 3.0);
    assert!(scrape.value("skep_maps") > 0.0 && scrape.value("skep_maps_max") > scrape.value("skep_maps"));
    for phase in ["thread", "isolate", "assign", "compile", "evaluate", "first_call", "total"] {
        assert_eq!(scrape.sum("skep_cold_start_seconds_count", &[&format!("phase=\"{phase}\"")]), 1.0, "{phase}");
    }
    let written = scrape.series.len() as f64;
    assert_eq!(scrape.value("skep_metrics_series"), written);
}

fn faulty() -> Project {
    Project::new(
        r#"
        //- /threw/index.js
        export default () => { throw new Error("thrown"); };
        //- /bad_response/index.js
        export default () => undefined;
        //- /never_settles/index.js
        export default () => new Promise(() => {});
        //- /wall_limit/index.js
        export default () => new Promise((resolve) => setTimeout(resolve, 600_000));
        //- /wall_limit/function.toml
        [limits]
        wall_ms = 200
        //- /cpu_limit/index.js
        export default () => { for (;;); };
        //- /cpu_limit/function.toml
        [limits]
        cpu_ms = 100
        //- /memory_limit/index.js
        export default () => { const kept = []; for (;;) kept.push(new Array(100).fill({})); };
        //- /memory_limit/function.toml
        [limits]
        memory_mb = 64
        cpu_ms = 60000
        //- /body_too_large/index.js
        export default () => "fine";
        //- /body_too_large/function.toml
        [limits]
        body_mb = 1
        //- /boot_failed/index.js
        export default 1 +;
        //- /overloaded/index.js
        export default async (request) => { console.log("busy"); return await request.text(); };
        //- /overloaded/function.toml
        [scale]
        max = 1
        concurrency = 1
        queue = 0
        //- /crashed/index.js
        export default async () => (await import("./never.js")).default;
        //- /crashed/never.js
        await new Promise(() => {});
        export default 1;
        "#,
    )
}

/// The series of faults that moved, and the status and fault of the answer.
fn provoked(skep: &Skep, request: &Request) -> (Vec<(String, f64)>, String) {
    let before = Scrape::of(skep);
    let answer = skep.send(request);
    let fault = answer.fault().unwrap_or_else(|| panic!("no fault: {answer}")).to_owned();
    (Scrape::of(skep).grown(&before, "skep_faults_total"), fault)
}

#[test]
fn every_fault_moves_its_series_and_no_other() {
    let skep = Skep::start(faulty());
    for kind in ["threw", "bad_response", "never_settles", "wall_limit", "cpu_limit", "memory_limit", "boot_failed", "crashed"] {
        let (grown, fault) = provoked(&skep, &Request::get(&format!("/{kind}")));
        assert_eq!(fault, kind);
        assert_eq!(grown, [(format!("skep_faults_total{{function=\"{kind}\",track=\"live\",kind=\"{kind}\"}}"), 1.0)]);
    }
    let (grown, _) = provoked(&skep, &Request::post("/body_too_large", vec![b'x'; 2 << 20]));
    assert_eq!(grown, [(r#"skep_faults_total{function="body_too_large",track="live",kind="body_too_large"}"#.to_owned(), 1.0)]);
    let (grown, _) = provoked(&skep, &Request::get("/there-is-none"));
    assert_eq!(grown, [(r#"skep_faults_total{function="",track="",kind="no_such_function"}"#.to_owned(), 1.0)]);
    let (grown, _) = provoked(&skep, &Request::get("/threw").header("x-large", &"x".repeat(40 << 10)));
    assert_eq!(grown, [(r#"skep_faults_total{function="",track="",kind="headers_too_large"}"#.to_owned(), 1.0)]);

    let mut held = skep.connect();
    held.open(&Request::post("/overloaded", "half").chunked());
    skep.wait_for_line(&["busy"]);
    let (grown, _) = provoked(&skep, &Request::get("/overloaded"));
    assert_eq!(grown, [(r#"skep_faults_total{function="overloaded",track="live",kind="overloaded"}"#.to_owned(), 1.0)]);
    let scrape = Scrape::of(&skep);
    assert_eq!(scrape.value(r#"skep_calls_in_flight{function="overloaded"}"#), 1.0);
    assert_eq!(scrape.value(r#"skep_instances{function="overloaded",state="busy"}"#), 1.0);
}

#[test]
fn limits_and_failures_end_instances_for_reasons_that_are_counted() {
    let skep = Skep::start(faulty());
    for (kind, reason) in [("cpu_limit", "limit"), ("memory_limit", "limit"), ("crashed", "fault")] {
        skep.get(&format!("/{kind}"));
        let series = format!("skep_instances_ended_total{{function=\"{kind}\",reason=\"{reason}\"}}");
        eventually(&series, || (Scrape::of(&skep).value(&series) == 1.0).then_some(()));
    }
    let scrape = Scrape::of(&skep);
    assert!(scrape.value(r#"skep_containment_total{rung="L1",act="interrupted"}"#) >= 1.0, "{:?}", scrape.with(&["containment"]));
    assert!(scrape.value(r#"skep_gc_seconds_total{kind="major"}"#) > 0.0);
}

#[test]
fn what_is_no_request_is_counted_by_its_reason() {
    let skep = Skep::start(functions());
    let mut client = skep.connect();
    client.write(b"GET /hello HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n");
    assert_eq!(client.read_response("GET").status, 400);
    let scrape = Scrape::of(&skep);
    assert_eq!(scrape.value(r#"skep_requests_refused_total{reason="hosts"}"#), 1.0);
    assert!(scrape.with(&["skep_calls_total", r#"function="hello""#]).is_empty());
}

#[test]
fn a_function_that_is_removed_is_gone_at_the_next_scrape() {
    let skep = Skep::dev(functions());
    skep.get("/hello");
    skep.get("/other");
    assert!(!Scrape::of(&skep).with(&[r#"function="other""#]).is_empty());
    std::fs::remove_dir_all(skep.project.functions().join("other")).expect("its folder");
    // In dev the table follows the disk before a call is looked up.
    assert_eq!(skep.get("/other").status, 404);
    let scrape = Scrape::of(&skep);
    assert!(scrape.with(&[r#"function="other""#]).is_empty(), "{:?}", scrape.with(&["other"]));
    assert!(!scrape.with(&[r#"function="hello""#]).is_empty());
}

#[test]
fn functions_beyond_the_limit_share_one_set_of_series() {
    let files: String = (0..14).map(|n| format!("//- /f{n:02}/index.js\nexport default () => \"{n}\";\n")).collect();
    let skep = Launch::serve(Project::new(&files)).arg("--metrics-series=100").arg("--metrics-full=f13").start();
    // The one that goes first takes 75, two others 10 each, the rest share.
    for n in [13, 0, 1].into_iter().chain(2..13) {
        assert_eq!(skep.get(&format!("/f{n:02}")).status, 200);
    }
    let scrape = Scrape::of(&skep);
    assert_eq!(scrape.with(&["skep_call_duration_seconds_bucket", r#"function="f13""#]).len(), 16);
    assert_eq!(scrape.with(&["skep_call_duration_seconds_bucket", r#"function="f00""#]).len(), 1, "only the one without an end");
    assert_eq!(scrape.sum("skep_calls_total", &[r#"function="f01""#]), 1.0);
    assert!(scrape.with(&["skep_call_queue_seconds_count", r#"function="f01""#]).is_empty());
    assert!(scrape.with(&[r#"function="f05""#]).is_empty());
    assert_eq!(scrape.sum("skep_calls_total", &[r#"function="_other""#]), 11.0);
    assert_eq!(scrape.sum("skep_instances", &[r#"function="_other""#]), 11.0);
    assert_eq!(scrape.value("skep_metrics_folded_functions"), 11.0);
    assert_eq!(scrape.sum("skep_calls_total", &[]), 14.0);
}
