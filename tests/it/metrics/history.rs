//! History and overview: what was called is there within a second, and bad questions are refused.

use serde_json::Value;

use super::functions;
use crate::support::{Client, Launch, Request, Skep, eventually};

fn read(skep: &Skep, path: &str) -> (u16, Value) {
    let answer = Client::connect(skep.admin).exchange(&Request::get(&format!("/api/v1{path}")));
    (answer.status, answer.json())
}

/// The sum of the points of a figure.
fn sum(history: &Value, figure: &str) -> u64 {
    history[figure].as_array().expect("points").iter().filter_map(Value::as_u64).sum()
}

#[test]
fn what_was_called_is_in_the_overview_and_in_the_history() {
    let skep = Skep::start(functions());
    // Its history begins with the first sample after its first call.
    skep.get("/hello");
    eventually("hello has a history", || (!read(&skep, "/history?function=hello").1.as_array()?.is_empty()).then_some(()));
    for _ in 0..5 {
        skep.get("/hello");
    }
    let of = |overview: &Value, name: &str| {
        overview["functions"].as_array().expect("functions").iter().find(|function| function["name"] == name).expect("a function").clone()
    };
    let overview = eventually("five calls in the last minute", || {
        let (_, overview) = read(&skep, "/overview");
        (of(&overview, "hello")["calls_1m"] == 5).then_some(overview)
    });
    let hello = of(&overview, "hello");
    assert_eq!((&hello["state"], &hello["faults_1m"], &hello["instances"]), (&"ok".into(), &0.into(), &1.into()), "{hello}");
    assert!(hello["p50_us"].as_u64() > Some(0) && hello["p99_us"].as_u64() >= hello["p50_us"].as_u64(), "{hello}");
    assert!(hello["memory_bytes"].as_u64() > Some(0) && hello["version"].is_string(), "{hello}");
    let never = of(&overview, "never");
    assert_eq!((&never["state"], &never["calls_1m"], &never["p50_us"]), (&"idle".into(), &0.into(), &Value::Null));
    assert_eq!(overview["host"]["functions"], 3);
    assert!(overview["host"]["load_ratio"].as_f64() > Some(0.0));

    let (status, history) = read(&skep, "/history?function=hello");
    assert_eq!((status, sum(&history[0], "calls"), &history[0]["step_s"]), (200, 5, &1.into()));
    for (range, points) in [("5m", 300), ("1h", 360), ("24h", 1440)] {
        let (_, history) = read(&skep, &format!("/history?range={range}"));
        assert_eq!(history[0]["function"], Value::Null);
        for figure in ["calls", "faults", "p50_us", "p99_us", "cpu_us", "memory_bytes", "in_flight", "instances"] {
            assert_eq!(history[0][figure].as_array().map(Vec::len), Some(points), "{range} {figure}");
        }
    }
    assert!(sum(&read(&skep, "/history").1[0], "calls") >= 5);
    assert_eq!(read(&skep, "/history?function=never").1, Value::Array(Vec::new()), "it was never called");
}

#[test]
fn a_question_that_makes_no_sense_is_refused() {
    let skep = Skep::start(functions());
    let many = vec!["function=hello"; 65].join("&");
    for (query, status) in [("range=2h", 400), ("unknown=1", 400), (&many, 400), ("function=none", 404), ("function=HELLO", 400)] {
        assert_eq!(read(&skep, &format!("/history?{query}")).0, status, "{query}");
    }
}

#[test]
fn without_memory_there_is_no_history() {
    let skep = Launch::serve(functions()).arg("--history-mb=0").start();
    skep.get("/hello");
    let (status, overview) = read(&skep, "/overview");
    assert_eq!((status, &overview["host"]["calls_1m"]), (200, &Value::Null));
    assert_eq!(read(&skep, "/history"), (200, Value::Array(Vec::new())));
}
