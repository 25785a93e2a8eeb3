//! The forms of `/metrics`, who may read it, one function alone, and the names of other platforms.
//!
//! Python's own parsers read what is written where `prometheus_client` is installed; on CI it is.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::MetricFamily;
use prost::Message as _;

use super::functions;
use super::text::Scrape;
use crate::support::process::{binary, run};
use crate::support::{Client, Launch, Request, Response, Skep};

const OPENMETRICS: &str = "application/openmetrics-text;version=1.0.0";
const PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

fn scrape(skep: &Skep, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(name, value));
    Client::connect(skep.admin).exchange(&request)
}

#[test]
fn the_three_forms_say_the_same() {
    let skep = Skep::start(functions());
    for _ in 0..5 {
        skep.get("/hello");
    }
    let text = Scrape::of(&skep);
    let open = scrape(&skep, "/metrics", &[("accept", OPENMETRICS)]);
    assert_eq!(open.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    let open = open.text();
    assert!(open.ends_with("# EOF\n") && open.contains("# UNIT skep_call_duration_seconds seconds\n"));
    let calls = r#"skep_calls_total{function="hello",track="live",trigger="http",status="2xx"} 5"#;
    assert!(open.lines().any(|line| line == calls), "{open}");
    assert_eq!(text.value(calls.trim_end_matches(" 5")), 5.0);

    let answer = scrape(&skep, "/metrics", &[("accept", PROTOBUF)]);
    let mut bytes = &answer.body[..];
    let mut families = Vec::new();
    while !bytes.is_empty() {
        families.push(MetricFamily::decode_length_delimited(&mut bytes).expect("a family"));
    }
    let durations = families.iter().find(|family| family.name == "skep_call_duration_seconds").expect("durations");
    let histogram = durations.metric.first().and_then(|metric| metric.histogram.as_ref()).expect("a histogram");
    assert_eq!((histogram.schema, histogram.sample_count, histogram.bucket.len()), (3, 5, 16));
    let (mut in_native, mut bucket) = (histogram.zero_count as i64, 0);
    for delta in &histogram.positive_delta {
        bucket += delta;
        in_native += bucket;
    }
    assert_eq!(in_native, 5, "every call is in a native bucket");
    assert_eq!(histogram.positive_span.iter().map(|span| span.length as usize).sum::<usize>(), histogram.positive_delta.len());
}

#[test]
fn a_client_that_takes_gzip_gets_it() {
    let skep = Skep::start(functions());
    skep.get("/hello");
    let answer = scrape(&skep, "/metrics", &[("accept-encoding", "gzip")]);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&answer.body[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(Scrape::parse(&text).sum("skep_calls_total", &[r#"function="hello""#]), 1.0);
}

#[test]
fn a_token_of_scope_metrics_reads_metrics_and_nothing_else() {
    let skep = Skep::start(functions());
    let add = |name: &str, scope: &str| {
        let mut command = binary();
        command.args(["token", "add", name, "--scope", scope, "--json", "--state"]).arg(skep.project.state());
        let finished = run(command);
        assert_eq!(finished.code, 0, "{finished}");
        let made: serde_json::Value = serde_json::from_str(&finished.stdout).expect("JSON");
        format!("Bearer {}", made["secret"].as_str().expect("a secret"))
    };
    let (metrics, read) = (add("prometheus", "metrics"), add("reader", "read"));
    let status = |path: &str, token: &str| scrape(&skep, path, &[("authorization", token)]).status;
    for path in ["/metrics", "/api/v1/sd/prometheus"] {
        assert_eq!((status(path, &metrics), status(path, &read)), (200, 200), "{path}");
    }
    for path in ["/api/v1/functions", "/api/v1/overview", "/api/v1/history", "/api/v1/openapi.json"] {
        assert_eq!((status(path, &metrics), status(path, &read)), (403, 200), "{path}");
    }
    assert_eq!(scrape(&skep, "/metrics", &[]).status, 401);
}

#[test]
fn one_function_has_a_scrape_of_its_own() {
    let skep = Skep::start(functions());
    skep.get("/hello");
    skep.get("/other");
    let answer = |path| scrape(&skep, path, &[]);
    let scrape = Scrape::at(&skep, "/metrics/functions/hello");
    assert_eq!(scrape.sum("skep_calls_total", &[]), 1.0);
    assert!(scrape.with(&["other"]).is_empty() && scrape.with(&["process_"]).is_empty());
    assert!(Scrape::at(&skep, "/metrics/functions/never").series.is_empty());
    assert_eq!(answer("/metrics/functions/none").status, 404);
    let targets = answer("/api/v1/sd/prometheus").json();
    let paths: Vec<_> = targets.as_array().expect("a list").iter().map(|target| target["labels"]["__metrics_path__"].clone()).collect();
    assert_eq!(paths, ["/metrics/functions/hello", "/metrics/functions/other"]);
    assert_eq!(targets[0]["targets"][0], skep.admin.to_string());
}

#[test]
fn other_platforms_find_their_names() {
    let skep = Launch::serve(functions()).arg("--metrics-compat=openfaas,kubeless,knative").arg("--openfaas-namespace=fn").start();
    for _ in 0..2 {
        skep.get("/hello");
    }
    skep.get("/hello/missing");
    skep.send(&Request::post("/hello", "a"));
    let scrape = Scrape::of(&skep);
    let openfaas = |code: &str| scrape.value(&format!("gateway_function_invocation_total{{function_name=\"hello.fn\",code=\"{code}\"}}"));
    assert_eq!((openfaas("200"), openfaas("404")), (3.0, 1.0));
    assert_eq!(scrape.value(r#"gateway_function_invocation_started{function_name="hello.fn"}"#), 4.0);
    assert_eq!(scrape.value(r#"gateway_functions_seconds_count{function_name="hello.fn",code="200"}"#), 3.0);
    assert_eq!(scrape.value(r#"gateway_service_count{function_name="hello.fn"}"#), 1.0);
    let knative = scrape.with(&["kn_serving_invocation_duration_seconds_count", r#"kn_service_name="hello",kn_revision_name="v"#]);
    assert_eq!(knative.len(), 1);
    assert!(scrape.with(&["kn_serving_queue_depth", "hello"]).len() == 1 && scrape.with(&["kn_revision_request_concurrency"]).len() == 1);
    assert!(scrape.with(&["function_duration_seconds"]).is_empty(), "kubeless has no label for a function");
    let one = Scrape::at(&skep, "/metrics/functions/hello");
    assert_eq!(one.value(r#"function_calls_total{method="GET"}"#), 3.0);
    assert_eq!(one.value(r#"function_calls_total{method="POST"}"#), 1.0);
    assert_eq!(one.value(r#"function_failures_total{method="GET"}"#), 0.0);
    assert_eq!(one.value(r#"function_duration_seconds_count{method="GET"}"#), 3.0);

    let plain = Skep::start(functions());
    plain.get("/hello");
    let scrape = Scrape::of(&plain);
    assert!(scrape.with(&["gateway_"]).is_empty() && scrape.with(&["kn_"]).is_empty());
}

/// A Python that has `prometheus_client`; `None`: this machine has none, and is not CI.
fn python() -> Option<PathBuf> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let tools = std::env::var_os("SKEP_VENV").map_or(home.join(".cache/skep-ci/venv"), PathBuf::from);
    let has =
        |python: &PathBuf| Command::new(python).args(["-c", "import prometheus_client"]).output().is_ok_and(|out| out.status.success());
    let found = [tools.join("bin/python"), PathBuf::from("python3")].into_iter().find(has);
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "tests/api/run.sh installs prometheus_client");
    found
}

#[test]
fn pythons_parsers_read_both_text_forms() {
    let Some(python) = python() else { return eprintln!("skipped: no Python with prometheus_client") };
    let skep = Launch::serve(functions()).arg("--metrics-compat=openfaas,knative").start();
    for path in ["/hello", "/hello/missing", "/hello/call", "/none", "/hello/log"] {
        skep.get(path);
    }
    for (accept, parser) in [("text/plain", "parser"), (OPENMETRICS, "openmetrics.parser")] {
        let text = scrape(&skep, "/metrics", &[("accept", accept)]).text();
        let script = format!(
            "import sys\nfrom prometheus_client.{parser} import text_string_to_metric_families as read\n\
             print(float(sum(s.value for f in read(sys.stdin.read()) for s in f.samples if s.name == 'skep_calls_total')))"
        );
        let mut child =
            Command::new(&python).args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
        child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
        let out = child.wait_with_output().expect("its output");
        assert!(out.status.success(), "{parser}");
        assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "6.0", "{parser}: five calls, and one of them calls another function");
    }
}
