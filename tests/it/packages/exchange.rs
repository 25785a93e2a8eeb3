//! One request and the answer that node gave, as `tests/packages/expected` holds them.
//!
//! `UPDATE_EXPECT=1` asks node again, with the same function, servers and request, and writes down what it says.
//!
//! Invariant: status, headers and every byte of the body are compared; only headers that HTTP itself or Skep adds are left out.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data;
use super::world::World;
use crate::support::npm::finish;
use crate::support::process::program;
use crate::support::{Request, Response};

/// Headers of a connection, of the moment, and of Skep.
const OTHERS: &[&str] = &["connection", "content-length", "date", "keep-alive", "transfer-encoding", "x-request-id", "x-trace-id"];

/// A file of `expected` is a list of these.
#[derive(Serialize, Deserialize)]
struct Exchange {
    request: Asked,
    /// The fault that Skep has, with the status of node's answer, where node tells its client of an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    answer: Answer,
}

#[derive(Serialize, Deserialize)]
struct Asked {
    #[serde(default = "get")]
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, Value>,
    body: Value,
}

fn get() -> String {
    "GET".to_owned()
}

/// Sends each request of the folder's file to Skep and compares the answer with node's.
pub fn compare(world: &World, folder: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        ask_node(world, folder);
    }
    let text = std::fs::read_to_string(file(folder)).unwrap_or_else(|error| panic!("{folder}: {error}; run tests/packages/expected.sh"));
    let exchanges: Vec<Exchange> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{folder}: {error}"));
    assert!(!exchanges.is_empty(), "{folder}: nothing to compare");
    for Exchange { request, fault, answer } in exchanges {
        let mut sent = Request::new(&request.method, &format!("/{folder}{}", request.path));
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        if let Some(body) = &request.body {
            sent = sent.body(body.as_bytes());
        }
        let response = world.skep.send(&sent);
        let given = answer_of(&response);
        let (given_text, answer_text) = (given.body.to_string(), answer.body.to_string());
        let is_same = match fault.as_deref() {
            Some(fault) => (response.status, response.fault()) == (answer.status, Some(fault)),
            // Two values may be equal although their members have another order.
            None => given == answer && given_text == answer_text,
        };
        assert!(
            is_same,
            "{folder}: {} {}\nSkep: {}\nnode: {}\n{}",
            request.method,
            request.path,
            pretty(&given),
            pretty(&answer),
            response.fault().unwrap_or_default()
        );
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

fn answer_of(response: &Response) -> Answer {
    let mut headers: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in response.headers.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str())) {
        match headers.get_mut(name) {
            Some(Value::Array(values)) => values.push(value.as_str().into()),
            Some(first) => *first = vec![first.clone(), value.as_str().into()].into(),
            None => drop(headers.insert(name.clone(), value.as_str().into())),
        }
    }
    Answer { status: response.status, headers, body: body_of(response) }
}

/// JSON that is no text as a value, if its text is that of the value; everything else as text. Compressed bodies are unpacked, since two
/// compressors need not write the same bytes.
fn body_of(response: &Response) -> Value {
    let mut bytes = response.body.clone();
    if response.header("content-encoding") == Some("gzip") {
        bytes.clear();
        flate2::read::GzDecoder::new(response.body.as_slice()).read_to_end(&mut bytes).expect("gzip");
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let is_json = response.header("content-type").is_some_and(|kind| kind.contains("json"));
    let value: Option<Value> = is_json.then(|| serde_json::from_str(&text).ok()).flatten();
    let is_written_so = |value: &Value| {
        let written = value.to_string();
        written == text
    };
    value.filter(|value| !value.is_string() && is_written_so(value)).unwrap_or(Value::String(text))
}

/// Has `answers.mjs` write the file anew, with the requests that are in it.
fn ask_node(world: &World, folder: &str) {
    let mut node = program("node");
    node.current_dir(&world.directory.functions).envs(world.variables.clone());
    node.arg("_servers/answers.mjs").arg(folder).arg(file(folder));
    finish(&mut node).unwrap_or_else(|error| panic!("{folder}: {error}"));
}

fn file(folder: &str) -> PathBuf {
    data("expected").join(format!("{folder}.json"))
}
