//! The manifest: what a function asks for.
//!
//! Parsed from the text of `function.toml`, which `release::compile` reads; part of a `Version`, obeyed by `live` and `runtime`.
//! No file is an empty file: every key has a default.
//!
//! Invariant: a `Manifest` holds valid values only, and what `Display` writes parses back to an equal one.

mod error;
mod keys;
mod net;
mod parse;
mod reader;
mod release;
mod routes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use toml::Value;

use super::limits::{Limits, Scale};
use super::route::Route;

pub use error::{ManifestError, ManifestProblem};
pub use net::{Net, NetHost, NetRule};
pub use parse::{CONCURRENCY_MAX, IDLE_S_MAX, INSTANCES_MAX, QUEUE_MAX};
pub use release::{Check, Return};

/// Largest `function.toml`, in bytes; `[env]` is most of any real one.
pub const MANIFEST_BYTES_MAX: usize = 256 << 10;

/// Everything `function.toml` can say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The entry module, relative to the function's folder, with `/`; `None`: found by name.
    pub entry: Option<String>,
    /// Routes beside `/<name>`.
    pub routes: Vec<Route>,
    /// What one request or one instance may use.
    pub limits: Limits,
    /// How many instances, and how much waits for them.
    pub scale: Scale,
    /// What the handler sees as `env`.
    pub env: BTreeMap<String, String>,
    /// Which addresses outgoing connections may reach.
    pub net: Net,
    /// What its code may do that is closed otherwise.
    pub code: Code,
    /// What a release asks it before it gets traffic.
    pub check: Check,
    /// When a release of it is undone by itself.
    pub returns: Option<Return>,
}

/// `[code]` of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Whether `eval`, `Function` and timers make code from strings.
    pub eval: bool,
}

impl Manifest {
    /// Reads the text of a `function.toml`; the error names every problem, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        parse::manifest(text)
    }
}

/// The canonical text: every key, in the order of the documentation, whatever the file looked like.
impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = &self.entry {
            writeln!(f, "entry = {}", Quoted(entry))?;
        }
        let routes: Vec<_> = self.routes.iter().map(route).collect();
        writeln!(f, "routes = {}", Value::Array(routes))?;
        writeln!(f, "\n[limits]")?;
        writeln!(f, "memory_mb = {}", megabytes(self.limits.memory_bytes))?;
        writeln!(f, "cpu_ms = {}", self.limits.cpu.as_millis())?;
        writeln!(f, "wall_ms = {}", self.limits.wall.as_millis())?;
        writeln!(f, "body_mb = {}", megabytes(self.limits.body_bytes))?;
        writeln!(f, "\n[scale]")?;
        writeln!(f, "min = {}\nmax = {}", self.scale.min, self.scale.max)?;
        writeln!(f, "concurrency = {}", self.scale.concurrency)?;
        writeln!(f, "queue = {}", self.scale.queue)?;
        writeln!(f, "idle_s = {}", self.scale.idle.as_secs())?;
        writeln!(f, "\n[env]")?;
        for (key, value) in &self.env {
            writeln!(f, "{} = {}", Quoted(key), Quoted(value))?;
        }
        writeln!(f, "\n[net]")?;
        writeln!(f, "allow = {}", rules(&self.net.allow))?;
        if let Some(only) = &self.net.only {
            writeln!(f, "only = {}", rules(only))?;
        }
        writeln!(f, "\n[code]")?;
        writeln!(f, "eval = {}", self.code.eval)?;
        write!(f, "\n{}", self.check)?;
        self.returns.iter().try_for_each(|returns| write!(f, "\n{returns}"))
    }
}

/// A basic string on one line, which unlike the other kinds of string may also be a key.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\0'..='\x1f' | '\x7f' => write!(f, "\\u{:04x}", u32::from(character))?,
                _ => write!(f, "{character}")?,
            }
        }
        f.write_str("\"")
    }
}

fn quoted(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn rules(rules: &[NetRule]) -> Value {
    rules.iter().map(|rule| quoted(&rule.to_string())).collect::<Vec<_>>().into()
}

/// Exact: a whole number of bytes below 2^53 divided by a power of two, and Rust prints floats so that they read back the same.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn route(route: &Route) -> Value {
    let mut table = toml::Table::new();
    table.insert("path".into(), quoted(&route.path.to_string()));
    if let Some(host) = &route.host {
        table.insert("host".into(), quoted(&host.to_string()));
    }
    if !route.methods.is_empty() {
        let methods: Vec<_> = route.methods.iter().map(|method| quoted(method.as_str())).collect();
        table.insert("methods".into(), methods.into());
    }
    if let Some(port) = route.port {
        table.insert("port".into(), i64::from(port).into());
    }
    Value::Table(table)
}
