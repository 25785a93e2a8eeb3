//! The one way a function is called: whatever causes a call, the same limits, one record, the same counters.
//!
//! HTTP, `ctx.call`, the admin API, `skep invoke` and a release's check call the same functions.
//!
//! Invariant: what one way refuses, counts or records, every way does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::process::{binary, run};
use crate::support::{Client, Launch, Project, Request, Response, Skep, eventually};

/// 40 bytes, for a function that takes ten.
const BODY: &str = "a body of forty bytes, no more, no less.";

const FUNCTIONS: &str = "
    //- /small/index.js
    export default async (request) => `read ${(await request.text()).length}`;
    //- /small/function.toml
    [limits]
    body_mb = 0.00001
    //- /caller/index.js
    export default async (request, ctx) => {
      const answer = await ctx.call('small', new Request('http://small/', { method: 'POST', body: await request.text() }));
      return new Response(await answer.text(), { status: answer.status, headers: { 'x-its-fault': answer.headers.get('x-skep-fault') } });
    };
";

fn admin(skep: &Skep, request: &Request) -> Response {
    Client::connect(skep.admin).exchange(request)
}

fn with_json(method: &str, path: &str, body: &Value) -> Request {
    Request::new(method, path).header("content-type", "application/json").body(body.to_string())
}

fn alone(project: Project) -> Skep {
    Launch::serve(project).arg("--single-process").start()
}

/// The lines of calls that ended, by what caused them.
fn recorded(skep: &Skep, origin: &Value) -> usize {
    let lines = skep.log_text();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["event"] == "request done" && line["origin"] == *origin).count()
}

#[test]
fn a_body_over_its_limit_is_refused_whatever_causes_the_call() {
    let skep = alone(Project::new(FUNCTIONS));
    let over_http = skep.connect().exchange(&Request::post("/small", BODY));
    assert_eq!((over_http.status, over_http.header("x-skep-fault")), (413, Some("body_too_large")), "{over_http}");

    let by_function = skep.connect().exchange(&Request::post("/caller", BODY));
    assert_eq!((by_function.status, by_function.header("x-its-fault")), (413, Some("body_too_large")), "{by_function}");

    let call = json!({ "method": "POST", "body": BODY });
    let by_operator = admin(&skep, &with_json("POST", "/api/v1/functions/small/invoke", &call)).json();
    assert_eq!(by_operator["fault"]["kind"], "body_too_large", "{by_operator}");

    let mut command = binary();
    command.current_dir(skep.project.root()).arg("--state").arg(skep.project.state()).args(["invoke", "small", "--data", BODY]);
    let by_command = run(command);
    assert_eq!(by_command.code, 1, "{by_command}");
    assert!(by_command.stderr.contains("body_too_large"), "{by_command}");

    let fits = json!({ "method": "POST", "body": "ten bytes!" });
    assert_eq!(admin(&skep, &with_json("POST", "/api/v1/functions/small/invoke", &fits)).json()["body"], "read 10");
}

#[test]
fn every_call_is_recorded_once() {
    let skep = alone(Project::new(FUNCTIONS));
    assert_eq!(skep.connect().exchange(&Request::post("/caller", "short")).text(), "read 5");
    let called = admin(&skep, &with_json("POST", "/api/v1/functions/small/invoke", &json!({ "method": "POST", "body": BODY })));
    assert_eq!(called.status, 200, "{called}");
    let origins = [Value::Null, json!("function"), json!("operator")];
    let counts = || origins.iter().map(|origin| recorded(&skep, origin)).collect::<Vec<_>>();
    eventually("each call has its line", || (counts() == [1, 1, 1]).then_some(()));
    let operators = skep.log_text();
    let operators = operators.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|line| line["origin"] == "operator");
    let operators = operators.expect("the operator's line");
    assert_eq!(
        (&operators["function"], &operators["status"], &operators["fault"]),
        (&json!("small"), &json!(413), &json!("body_too_large"))
    );
}

#[test]
fn the_check_of_a_release_is_not_traffic() {
    let skep = alone(Project::empty());
    let files: BTreeMap<&str, &str> =
        BTreeMap::from([("index.js", "export default () => 'here';"), ("function.toml", "[check]\npath = \"/ready\"\n")]);
    let record = admin(&skep, &with_json("PUT", "/api/v1/functions/f?wait=true", &json!({ "files": files }))).json();
    assert_eq!(record["status"], "done", "{record:#}");
    let calls = || admin(&skep, &Request::get("/api/v1/functions/f")).json()["calls"].clone();
    assert_eq!(calls(), 0);
    assert_eq!(skep.get("/f").text(), "here");
    assert_eq!(calls(), 1);
}
