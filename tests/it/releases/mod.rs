//! Releases over the admin API: what a deploy does to traffic, to the state folder and to whoever asks.
//!
//! A test deploys over raw HTTP with `?wait=true`, reads the record that comes back, and calls the function beside it. `death` kills the process
//! at every step, `traffic` calls while releases go on; the other modules are named after what is asked for.
//!
//! Invariant: what a record says is compared with what a client of the function sees, never taken for it.

mod addresses;
mod canary;
mod death;
mod deploy;
mod door;
mod gate;
mod group;
mod hostile;
mod queue;
mod restart;
mod settings;
mod shares;
mod traffic;
mod undo;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Client, Launch, Project, Request, Response, Skep, eventually};

/// A function that answers `text`.
fn says(text: &str) -> String {
    format!("export default () => {text:?};\n")
}

/// A function that answers `text`, at the end of the body if one is sent.
fn holds(text: &str) -> String {
    format!(
        "export default async (request) => {{
           if (request.method === 'POST') {{
             console.log('holding', {text:?});
             await request.text();
           }}
           return {text:?};
         }};\n"
    )
}

/// One engine without a supervisor, on a project.
fn alone(project: Project) -> Skep {
    Launch::serve(project).arg("--single-process").start()
}

/// The answer of the admin API, on a connection of its own.
fn ask(skep: &Skep, request: &Request) -> Response {
    Client::connect(skep.admin).exchange(request)
}

/// The same for a request that is carried out: what it answers.
fn asked(skep: &Skep, request: &Request) -> Value {
    let response = ask(skep, request);
    assert!((200..300).contains(&response.status), "{} {}: {response}", request.method, request.path);
    if response.body.is_empty() { Value::Null } else { response.json() }
}

/// `GET path` of the admin API.
fn look(skep: &Skep, path: &str) -> Value {
    asked(skep, &Request::get(path))
}

/// The kind and the message of a request that is refused with `status`.
fn refused(skep: &Skep, request: &Request, status: u16) -> (String, String) {
    let response = ask(skep, request);
    assert_eq!(response.status, status, "{} {}: {response}", request.method, request.path);
    let text = |key: &str| response.json()["error"][key].as_str().unwrap_or_else(|| panic!("no {key}: {response}")).to_owned();
    (text("kind"), text("message"))
}

/// A request with a JSON body.
fn with_json(method: &str, path: &str, body: &Value) -> Request {
    Request::new(method, path).header("content-type", "application/json").body(body.to_string())
}

/// An upload of one function, with a query.
fn upload(name: &str, query: &str, files: &[(&str, &str)]) -> Request {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    with_json("PUT", &format!("/api/v1/functions/{name}?{query}"), &json!({ "files": files }))
}

/// Deploys files and waits; the record.
fn deploy(skep: &Skep, name: &str, files: &[(&str, &str)]) -> Value {
    asked(skep, &upload(name, "wait=true", files))
}

/// Deploys one file of code, which must become live; its version.
fn becomes_live(skep: &Skep, name: &str, code: &str) -> String {
    version(&deploy(skep, name, &[("index.js", code)]))
}

/// Deploys a group and waits; the record.
fn deploy_group(skep: &Skep, files: &[(&str, &str)]) -> Value {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    asked(skep, &with_json("POST", "/api/v1/releases?wait=true", &json!({ "files": files })))
}

/// The version that a release has brought.
fn version(record: &Value) -> String {
    assert_eq!(record["status"], "done", "{record:#}");
    record["functions"][0]["version"].as_str().expect("a version").to_owned()
}

/// An operation that waits for its release, which must be done.
fn done(skep: &Skep, method: &str, path: &str, body: &Value) -> Value {
    let path = format!("{path}?wait=true");
    let request = if body.is_null() { Request::new(method, &path) } else { with_json(method, &path, body) };
    let record = asked(skep, &request);
    assert_eq!(record["status"], "done", "{record:#}");
    record
}

/// One step of the first function of a record.
fn step<'r>(record: &'r Value, name: &str) -> &'r Value {
    let steps = record["functions"][0]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["step"] == name).unwrap_or_else(|| panic!("no step {name}: {record:#}"))
}

/// Waits until a release satisfies `wanted`; the record.
fn release_becomes(skep: &Skep, id: &Value, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/releases/{}", id.as_str().expect("an id"));
    eventually(what, || Some(look(skep, &path)).filter(|record| wanted(record)))
}

/// The body of `GET /<name>`, which must be answered well.
fn call(skep: &Skep, name: &str) -> String {
    let response = skep.get(&format!("/{name}"));
    assert_eq!(response.status, 200, "{response}");
    response.text()
}

/// Begins a call that stays in flight until its body ends.
fn hold(skep: &Skep, name: &str, text: &str) -> Client {
    let mut client = skep.connect();
    client.open(&Request::post(&format!("/{name}"), "held"));
    skep.wait_for_line(&["holding", text]);
    client
}

/// Ends a call that was held; its answer.
fn let_go(mut client: Client) -> String {
    client.finish();
    let response = client.read_response("POST");
    assert_eq!(response.status, 200, "{response}");
    response.text()
}

/// Ends the host as an operator does; its project.
fn stop(mut skep: Skep) -> Project {
    skep.signal(libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
    skep.into_project()
}

/// The names in a folder below the state folder.
fn names_below(project: &Project, folder: &str) -> Vec<String> {
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect()
    }
    let mut names = names(&project.state().join(folder));
    names.sort_unstable();
    names
}

/// The stored versions of a function, compiled code not counted, nor code that is being written.
fn stored(skep: &Skep, name: &str) -> Vec<String> {
    let names = names_below(&skep.project, &format!("versions/{name}"));
    names.into_iter().filter(|name| !name.ends_with(".code") && !name.ends_with(".tmp")).collect()
}

/// The store holds what it says and nothing half done.
fn is_sound(skep: &Skep) {
    assert_eq!(look(skep, "/api/v1/store")["problems"], json!([]));
    assert_eq!(names_below(&skep.project, "staging"), [""; 0]);
}

/// Instances of the whole host.
fn instances(skep: &Skep) -> u64 {
    look(skep, "/api/v1/host")["budget"]["instances"].as_u64().expect("a number")
}
