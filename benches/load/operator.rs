//! The operator's side of `releases`: deploys, rolls back, upgrades and asks which engine serves, over the admin API as any client would.
//!
//! Invariant: every request has a connection of its own, because the engine that answers may be another one the next time; an operation
//! that did not end as it should is an error.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;

/// More than a release may take with its boot, checks and drain, and a start of the engine.
const ANSWER_MAX: Duration = Duration::from_secs(150);
const POLL: Duration = Duration::from_millis(2);

/// A client of the admin address.
pub struct Operator {
    agent: Agent,
    base: String,
}

/// How a release ended.
pub struct Ended {
    pub took: Duration,
    pub status: String,
    /// The step that it failed at.
    pub failed_at: Option<String>,
}

/// The engine that serves.
#[derive(Clone, Copy, Debug)]
pub struct Serving {
    pub pid: u32,
    pub generation: u64,
    pub quarantined: usize,
}

impl Operator {
    pub fn new(admin: SocketAddr) -> Self {
        // No proxy of the environment: the requests go to this machine.
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_MAX)).proxy(None).max_idle_connections(0);
        Self { agent: config.build().into(), base: format!("http://{admin}/api/v1") }
    }

    /// Deploys one function of one file.
    pub fn deploy(&self, function: &str, source: &str) -> Result<Ended> {
        self.release("PUT", &format!("functions/{function}"), &json!({ "files": { "index.ts": source } }))
    }

    /// Deploys functions of one file each, all or none.
    pub fn deploy_group(&self, sources: &[(&str, String)]) -> Result<Ended> {
        let files: serde_json::Map<String, Value> =
            sources.iter().map(|(function, source)| (format!("{function}/index.ts"), Value::from(source.as_str()))).collect();
        self.release("POST", "releases", &json!({ "files": files }))
    }

    /// Rolls a function back to the version that was live before.
    pub fn roll_back(&self, function: &str) -> Result<Ended> {
        self.release("POST", &format!("functions/{function}/rollback"), &json!({}))
    }

    /// Hands over to a fresh engine; returns when that serves.
    pub fn upgrade(&self) -> Result<Duration> {
        let begin = Instant::now();
        self.ask("POST", "upgrade", Some(&json!({})))?;
        Ok(begin.elapsed())
    }

    /// The engine that answers.
    pub fn serving(&self) -> Result<Serving> {
        let host = self.ask("GET", "host", None)?;
        let pid = host["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).context("a process id")?;
        let generation = host["generation"].as_u64().context("a generation")?;
        Ok(Serving { pid, generation, quarantined: host["quarantined"].as_array().map_or(0, Vec::len) })
    }

    /// Waits for an engine after that generation.
    pub fn successor(&self, generation: u64) -> Result<Serving> {
        let deadline = Instant::now() + ANSWER_MAX;
        loop {
            // The engine that leaves answers what it has accepted; one that was killed answers nothing.
            match self.serving() {
                Ok(serving) if serving.generation > generation => return Ok(serving),
                Ok(_) | Err(_) if Instant::now() < deadline => std::thread::sleep(POLL),
                Ok(serving) => return Err(anyhow::anyhow!("generation {} still serves after {ANSWER_MAX:?}", serving.generation)),
                Err(error) => return Err(error),
            }
        }
    }

    fn release(&self, method: &str, path: &str, body: &Value) -> Result<Ended> {
        let begin = Instant::now();
        let record = self.ask(method, &format!("{path}?wait=true"), Some(body))?;
        Ok(Ended {
            took: begin.elapsed(),
            status: record["status"].as_str().context("a status")?.to_owned(),
            failed_at: record["failure"]["step"].as_str().map(str::to_owned),
        })
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let url = format!("{}/{path}", self.base);
        let sent = match (method, body) {
            ("PUT", Some(body)) => self.agent.put(&url).content_type("application/json").send(body.to_string()),
            (_, Some(body)) => self.agent.post(&url).content_type("application/json").send(body.to_string()),
            (_, None) => self.agent.get(&url).call(),
        };
        let mut response = sent.with_context(|| format!("{method} /{path}"))?;
        let text = response.body_mut().read_to_string()?;
        ensure!(response.status() == 200, "{method} /{path}: {} {text}", response.status());
        serde_json::from_str(&text).with_context(|| format!("{method} /{path}: {text}"))
    }
}
