//! Runs one case: copies it, starts a Skep on the copy, sends step after step, stops at the first one that fails.
//!
//! Takes a `Case`, gives the answers to `judge`, and turns what it finds into one readable failure.
//!
//! Invariant: a case shares no process, folder or connection with another.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::case::{Case, Mode, OneOrMany, Step};
use super::judge;
use crate::support::{Client, Launch, Project, Request, Response, Skep};

/// Runs the case in this folder; the failure names the step, the request and each difference.
pub(super) fn run(folder: &Path) -> Result<(), String> {
    let case = Case::read(folder)?;
    let project = Project::copied_from(folder);
    for (at, to) in &case.links {
        project.link(at, to);
    }
    let own_port = case.steps.iter().any(|step| step.own_port).then(free_port);
    if let Some(port) = own_port {
        fill(project.root(), &port.to_string());
    }
    let configuration = project.root().join("skep.toml");
    let launch = match case.mode {
        Mode::Serve => Launch::serve(project),
        Mode::Dev => Launch::dev(project),
    };
    let launch = if configuration.is_file() { launch.arg("--config").arg(&configuration.to_string_lossy()) } else { launch };
    let mut run = Run { skep: launch.start(), folder, own_port, connection: None, held: HashMap::new() };
    for (index, step) in case.steps.iter().enumerate() {
        run.step(step).map_err(|failure| format!("step {}\n{failure}", index + 1))?;
    }
    Ok(())
}

/// A port that was free a moment ago: neither a route nor a grant can ask for any free one.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// Puts the port into every TOML file of the project.
fn fill(folder: &Path, port: &str) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            fill(&path, port);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).expect("a text");
            fs::write(&path, text.replace("{own_port}", port)).expect("written");
        }
    }
}

struct Run<'a> {
    skep: Skep,
    folder: &'a Path,
    own_port: Option<u16>,
    /// Kept from step to step, as long as the server keeps it.
    connection: Option<Client>,
    /// Requests whose bodies are still open, by name.
    held: HashMap<String, (Client, Request)>,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        let request = self.request(step);
        if let Some(name) = &step.hold {
            let mut client = self.skep.connect();
            client.open(&request);
            self.held.insert(name.clone(), (client, request));
            self.wait_for(step);
            return Ok(());
        }
        let (request, response) = if let Some(name) = &step.release {
            let (mut client, request) = self.held.remove(name).unwrap_or_else(|| panic!("nothing is held as {name:?}"));
            client.finish();
            let response = client.read_response(&request.method);
            (request, response)
        } else {
            let response = match self.own_port.filter(|_| step.own_port) {
                Some(port) => Client::connect(SocketAddr::new(self.skep.listen.ip(), port)).exchange(&request),
                None => self.exchange(&request),
            };
            (request, response)
        };
        let differences = judge::differences(&step.expect, &response, self.folder);
        if !differences.is_empty() {
            return Err(report(&request, &response, &differences, &self.skep));
        }
        self.wait_for(step);
        Ok(())
    }

    fn exchange(&mut self, request: &Request) -> Response {
        let mut client = self.connection.take().unwrap_or_else(|| self.skep.connect());
        let response = client.exchange(request);
        let says_close = response.header_all("connection").iter().any(|value| value.eq_ignore_ascii_case("close"));
        // A server that refuses to read a request to its end has to close, whether it says so or not.
        if !says_close && !matches!(response.status, 413 | 431) {
            self.connection = Some(client);
        }
        response
    }

    fn wait_for(&self, step: &Step) {
        if let Some(text) = &step.until_log {
            self.skep.wait_for_line(&[text]);
        }
        if !step.expect.log.is_empty() {
            let texts: Vec<&str> = step.expect.log.iter().map(String::as_str).collect();
            self.skep.wait_for_line(&texts);
        }
    }

    fn request(&self, step: &Step) -> Request {
        let listen = self.skep.listen.to_string();
        let fill = |text: &str| text.replace("{listen}", &listen).replace("{40k}", &"x".repeat(40 << 10));
        let mut request = Request::new(&step.method, &fill(&step.path));
        for (name, values) in &step.headers {
            let values = match values {
                OneOrMany::One(value) => std::slice::from_ref(value),
                OneOrMany::Many(values) => values,
            };
            for value in values {
                request = request.header(name, &fill(value));
            }
        }
        if let Some(body) = body(step) {
            request = request.body(body);
        }
        if step.chunked { request.chunked() } else { request }
    }
}

fn body(step: &Step) -> Option<Vec<u8>> {
    let given = [
        step.body.clone().map(String::into_bytes),
        step.body_json.as_ref().map(|value| value.to_string().into_bytes()),
        step.body_hex.as_ref().map(|digits| bytes_of(digits)),
        step.body_size.map(|size| vec![b'x'; size]),
    ];
    let mut given = given.into_iter().flatten();
    let body = given.next();
    assert!(given.next().is_none(), "a step has one body");
    body
}

fn bytes_of(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit");
    digits.as_bytes().chunks(2).map(|pair| (digit(pair[0]) << 4 | digit(pair[1])) as u8).collect()
}

fn report(request: &Request, response: &Response, differences: &[String], skep: &Skep) -> String {
    let mut report = format!("  {} {}\n", request.method, start(&request.path));
    for (name, value) in &request.headers {
        writeln!(report, "  {name}: {}", start(value)).expect("text");
    }
    for difference in differences {
        writeln!(report, "- {difference}").expect("text");
    }
    writeln!(report, "the whole answer:\n{}", start(&response.to_string())).expect("text");
    write!(report, "the log:\n{}", skep.log_text()).expect("text");
    report
}

/// Enough to understand it.
fn start(text: &str) -> String {
    text.chars().take(4000).collect()
}
