//! One trace through everything: requests that interleave, outgoing fetches, calls between functions, work after the answer, the log.
//!
//! An [`Upstream`] outside Skep keeps what `fetch` sent, so that headers are judged from where they arrive.
//!
//! Invariant: every assertion is about ids; which request runs when is left to chance.

use serde_json::Value;

use crate::support::{Client, Project, Request, Skep, Upstream, eventually};

/// A trace id no other request of the test has.
fn trace_id(n: usize) -> String {
    format!("{:032x}", 0x5eed_0000_0000_0000_0000_0000_0000_0000_u128 + n as u128)
}

/// The span of the client.
const PARENT: &str = "00f067aa0ba902b7";

fn traceparent(trace_id: &str) -> String {
    format!("00-{trace_id}-{PARENT}-01")
}

/// Trace id and parent id of a `traceparent` that arrived upstream.
fn parsed(request: &Request) -> (String, String) {
    let header = request.headers.iter().find(|(name, _)| name == "traceparent").unwrap_or_else(|| panic!("no traceparent: {request:?}"));
    let parts: Vec<&str> = header.1.split('-').collect();
    let [version, trace_id, parent, flags] = parts[..] else { panic!("a traceparent, not {header:?}") };
    assert_eq!((version, flags), ("00", "01"));
    (trace_id.to_owned(), parent.to_owned())
}

fn project(upstream: &Upstream) -> Project {
    let project = Project::new(
        r#"
        //- /weave/index.js
        const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        const any = (most) => Math.floor(Math.random() * most);
        export default async (request, ctx) => {
          const n = new URL(request.url).pathname.slice(1);
          const to = (kind) => `http://${ctx.env.UPSTREAM}/${kind}/${n}`;
          await pause(any(20));
          await fetch(to("after-timer"));
          const called = await (await ctx.call("leaf", "/")).json();
          await Promise.all([any(3), any(5), any(7)].map(pause));
          await fetch(to("after-all"), { method: "POST", body: n });
          await new Promise((resolve) => setTimeout(() => fetch(to("from-callback")).then(resolve), any(5)));
          for (let i = 0; i < any(50); i++) await null;
          console.log(`woven ${n}.`);
          ctx.waitUntil(pause(any(5)).then(() => fetch(to("after-answer"))));
          return { own: ctx.trace.traceId, called };
        };
        //- /leaf/index.js
        export default async (_request, ctx) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
          console.log("leaf reached");
          return { traceId: ctx.trace.traceId, requestId: ctx.requestId };
        };
        //- /leaf/function.toml
        [scale]
        max = 1
        "#,
    );
    let address = upstream.address;
    let manifest = format!("env = {{ UPSTREAM = '{address}' }}\nscale = {{ max = 2 }}\nnet = {{ allow = ['{address}'] }}\n");
    project.write("/weave/function.toml", &manifest);
    project
}

#[test]
fn interleaved_requests_keep_their_own_trace_through_awaits_calls_and_fetches() {
    const REQUESTS: usize = 40;
    let upstream = Upstream::start();
    let skep = Skep::start(project(&upstream));

    let mut clients: Vec<Client> = (0..REQUESTS)
        .map(|n| {
            let mut client = skep.connect();
            let request = Request::get(&format!("/weave/{n}"))
                .header("traceparent", &traceparent(&trace_id(n)))
                .header("x-request-id", &format!("request-{n}"));
            client.send(&request);
            client
        })
        .collect();
    for (n, client) in clients.iter_mut().enumerate() {
        let response = client.read_response("GET");
        assert_eq!(response.status, 200, "{response}");
        assert_eq!(response.header("x-trace-id"), Some(trace_id(n).as_str()));
        let body = response.json();
        assert_eq!(body["own"], trace_id(n));
        assert_eq!(body["called"]["traceId"], trace_id(n));
        assert_eq!(body["called"]["requestId"], format!("request-{n}"));
    }

    let fetched = eventually("every fetch has arrived", || {
        assert_eq!(skep.get("/leaf").status, 200);
        let requests = upstream.requests();
        (requests.len() == 4 * REQUESTS).then_some(requests)
    });
    for request in fetched {
        let n: usize = request.path.rsplit('/').next().and_then(|n| n.parse().ok()).expect("a number");
        let (trace, parent) = parsed(&request);
        assert_eq!(trace, trace_id(n), "{} carries the trace of another request", request.path);
        assert_ne!(parent, PARENT, "{} skips the function's own span", request.path);
    }
    for n in 0..REQUESTS {
        let line = skep.wait_for_line(&[&format!("woven {n}.")]);
        assert!(line.contains(&trace_id(n)), "a console line of another trace: {line}");
    }
}

#[test]
fn tracestate_and_baggage_travel_with_the_trace() {
    let upstream = Upstream::start();
    let skep = Skep::start(project(&upstream));
    let request = Request::get("/weave/0").header("traceparent", &traceparent(&trace_id(0))).header("tracestate", "vendor=value,other=1");
    assert_eq!(skep.send(&request).status, 200);
    for request in upstream.requests() {
        let tracestate = request.headers.iter().find(|(name, _)| name == "tracestate");
        assert_eq!(tracestate.map(|(_, value)| value.as_str()), Some("vendor=value,other=1"), "{}", request.path);
    }
}

#[test]
fn a_function_that_sets_its_own_traceparent_is_taken_at_its_word() {
    let upstream = Upstream::start();
    let project = Project::new(
        "
        //- /own/index.js
        export default async (_request, ctx) => {
          const own = '00-11111111111111111111111111111111-2222222222222222-01';
          return (await fetch(`http://${ctx.env.UPSTREAM}/`, { headers: { traceparent: own } })).text();
        };
        ",
    );
    let address = upstream.address;
    project.write("/own/function.toml", &format!("env = {{ UPSTREAM = '{address}' }}\nnet = {{ allow = ['{address}'] }}\n"));
    let skep = Skep::start(project);
    assert_eq!(skep.get("/own").text(), "ok");
    assert_eq!(parsed(&upstream.requests()[0]), ("1".repeat(32), "2".repeat(16)));
}

#[test]
fn each_request_is_one_line_in_the_log_with_everything_about_it() {
    let skep = Skep::start(Project::new(
        "
        //- /fine/index.js
        export default () => 'fine';
        //- /thrower/index.js
        export default () => { throw new Error('on purpose'); };
        ",
    ));
    let traced = |path: &str, n| Request::post(path, "x").header("traceparent", &traceparent(&trace_id(n)));
    skep.send(&traced("/fine/path?secret=1", 1).header("x-request-id", "mine"));
    skep.send(&traced("/thrower", 2));
    skep.send(&traced("/nobody", 3));

    let done =
        |n: usize| skep.wait_for_log("the line of the request", |line| line["event"] == "request done" && line["trace_id"] == trace_id(n));
    let fine = done(1);
    assert_eq!((&fine["function"], &fine["method"], &fine["status"]), (&"fine".into(), &"POST".into(), &200.into()), "{fine}");
    assert_eq!((&fine["request_id"], &fine["fault"]), (&"mine".into(), &Value::Null), "{fine}");
    assert!(fine["path"].as_str().is_some_and(|path| path.contains("/path")), "{fine}");
    assert!(fine["version"].as_str().is_some_and(|version| version.starts_with('v')), "{fine}");
    assert!(!fine["instance"].is_null(), "{fine}");
    for time in ["queue_us", "wall_us", "cpu_us"] {
        assert!(fine[time].is_u64(), "{time} in {fine}");
    }
    assert_eq!((&done(2)["status"], &done(2)["fault"]), (&500.into(), &"threw".into()));
    assert_eq!((&done(3)["status"], &done(3)["fault"]), (&404.into(), &"no_such_function".into()));

    let lines = skep.log().iter().filter(|line| line["event"] == "request done").count();
    assert_eq!(lines, 3, "one line for each request");
}

#[test]
fn a_query_never_reaches_the_log() {
    let skep = Skep::start(Project::new(
        "
        //- /fine/index.js
        export default () => 'fine';
        ",
    ));
    skep.send(&Request::get("/fine/path?token=very-secret").header("x-request-id", "asked-with-a-token"));
    skep.wait_for_line(&["request done", "asked-with-a-token"]);
    assert!(!skep.log_text().contains("very-secret"), "{}", skep.log_text());
}
