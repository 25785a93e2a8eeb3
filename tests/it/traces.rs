//! Kept traces and groups of faults: what the host shows of a call that is over.
//!
//! Invariant: spans are judged by their ids and their nesting, never by their length.

use serde_json::{Value, json};

use crate::support::{Client, Launch, Project, Request, Skep, Upstream, eventually};

fn ask(skep: &Skep, path: &str) -> Value {
    let response = Client::connect(skep.admin).exchange(&Request::get(path));
    assert_eq!(response.status, 200, "{path}: {response}");
    response.json()
}

/// The kept trace with this id, once it is there: the record of a call ends after its answer.
fn kept(skep: &Skep, id: &str) -> Value {
    eventually(&format!("the trace {id} is kept"), || {
        let response = Client::connect(skep.admin).exchange(&Request::get(&format!("/api/v1/traces/{id}")));
        (response.status == 200).then(|| response.json())
    })
}

fn span<'a>(trace: &'a Value, name: &str) -> &'a Value {
    let spans = trace["spans"].as_array().expect("spans");
    spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("no span {name}: {trace:#}"))
}

#[test]
fn a_trace_has_the_calls_and_the_fetches_of_its_functions() {
    const PARENT: &str = "00f067aa0ba902b7";
    let upstream = Upstream::start();
    let project = Project::new(
        "
        //- /outer/index.js
        export default async (_request, ctx) => {
          await fetch(`http://user:word@${ctx.env.UPSTREAM}/path?secret=1`, { method: 'POST', body: 'x' });
          return (await ctx.call('inner', '/')).text();
        };
        //- /inner/index.js
        export default async () => 'inner';
        ",
    );
    let address = upstream.address;
    project.write("/outer/function.toml", &format!("env = {{ UPSTREAM = '{address}' }}\nnet = {{ allow = ['{address}'] }}\n"));
    let skep = Skep::start(project);
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = Request::get("/outer/a?key=1").header("traceparent", &format!("00-{id}-{PARENT}-01"));
    assert_eq!(skep.send(&request).text(), "inner");
    let trace = kept(&skep, id);
    assert_eq!((&trace["spans"][0]["name"], &trace["kept"]), (&json!("GET /outer/*"), &json!("sampled")), "{trace:#}");
    let (whole, outer) = (span(&trace, "GET /outer/*"), span(&trace, "handler outer"));
    let (fetch, call, inner) = (span(&trace, "POST"), span(&trace, "call inner"), span(&trace, "handler inner"));
    assert_eq!((&whole["parent_id"], &whole["kind"]), (&json!(PARENT), &json!("server")));
    for (child, parent) in [(outer, whole), (fetch, outer), (call, outer), (inner, call)] {
        assert_eq!(child["parent_id"], parent["span_id"], "{child:#} is not below {parent:#}");
    }
    assert_eq!(whole["attributes"]["url.path"], "/outer/a");
    assert_eq!(fetch["attributes"]["url.full"], format!("http://{address}/path"));
    assert_eq!((&fetch["attributes"]["http.response.status_code"], &fetch["function"]), (&json!("200"), &json!("outer")));
    // What the other side sees as its parent is the span of the fetch.
    let sent = upstream.requests()[0].headers.iter().find(|(name, _)| name == "traceparent").cloned().expect("a traceparent");
    assert_eq!(sent.1, format!("00-{id}-{}-01", fetch["span_id"].as_str().expect("an id")));
    assert!(!trace.to_string().contains("secret") && !trace.to_string().contains("word"), "{trace:#}");
}

#[test]
fn a_fault_is_kept_at_any_rate_and_counted_with_those_of_its_place() {
    let project = Project::new(
        "
        //- /broken/index.ts
        interface Order { total: number }
        const total = (order?: Order): number => order!.total;
        export default () => total(undefined);
        //- /slow/index.js
        export default () => new Promise((resolve) => setTimeout(resolve, 60, 'slow'));
        //- /hello/index.js
        export default () => 'hello';
        ",
    );
    let skep = Launch::serve(project).arg("--traces-rate=0").arg("--traces-slow-ms=50").start();
    for _ in 0..3 {
        assert_eq!(skep.get("/broken").fault(), Some("threw"));
    }
    assert_eq!((skep.get("/hello").text(), skep.get("/slow").text()), ("hello".to_owned(), "slow".to_owned()));
    let listed = eventually("four traces", || {
        let listed = ask(&skep, "/api/v1/traces");
        (listed.as_array().map(Vec::len) == Some(4)).then_some(listed)
    });
    let reasons: Vec<_> = listed.as_array().expect("a list").iter().map(|trace| trace["kept"].clone()).collect();
    assert_eq!(reasons, ["slow", "fault", "fault", "fault"], "{listed:#}");
    assert_eq!(ask(&skep, "/api/v1/traces?fault=threw&limit=2").as_array().map(Vec::len), Some(2));
    assert_eq!(ask(&skep, "/api/v1/traces?function=slow&min_ms=50").as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&skep, "/api/v1/traces?status=418"), json!([]));
    let faults = ask(&skep, "/api/v1/faults");
    assert_eq!(faults.as_array().map(Vec::len), Some(1), "{faults:#}");
    let group = &faults[0];
    assert_eq!((&group["function"], &group["kind"], &group["count"]), (&json!("broken"), &json!("threw"), &json!(3)));
    assert!(group["frame"].as_str().is_some_and(|frame| frame.contains("index.ts:2")), "{group:#}");
    let newest = group["traces"][0].as_str().expect("a trace");
    let trace = kept(&skep, newest);
    assert_eq!(trace["spans"][0]["error_type"], "threw");
    let missing = Client::connect(skep.admin).exchange(&Request::get("/api/v1/traces/xyz"));
    assert_eq!(missing.status, 404, "{missing}");
}

#[test]
fn without_a_ring_nothing_is_kept() {
    let skep = Launch::serve(Project::new("//- /broken/index.js\nexport default () => { throw new Error('no'); };\n"))
        .arg("--traces-mb=0")
        .start();
    assert_eq!(skep.get("/broken").status, 500);
    skep.wait_for_log("the record", |line| line["event"] == "request done");
    assert_eq!((ask(&skep, "/api/v1/traces"), ask(&skep, "/api/v1/faults")), (json!([]), json!([])));
}
