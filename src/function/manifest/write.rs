//! The canonical text of a manifest: every key, in the order of the documentation, whatever the form of the file.
//!
//! Invariant: it parses back to an equal manifest.

use std::fmt;

use toml::Value;

use super::log::LogRules;
use super::net::NetRule;
use super::quoted::Quoted;
use super::types::Manifest;
use crate::function::route::Route;

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = &self.entry {
            writeln!(f, "entry = {}", Quoted(entry))?;
        }
        self.dialects.write_top(f)?;
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
        if let Some(eval) = self.code.eval {
            writeln!(f, "eval = {eval}")?;
        }
        if let Some(node) = self.code.node {
            writeln!(f, "node = {node}")?;
        }
        if !self.code.files.is_empty() {
            let files: Vec<_> = self.code.files.iter().map(|pattern| quoted(pattern)).collect();
            writeln!(f, "files = {}", Value::Array(files))?;
        }
        if !self.code.own_modules.is_empty() {
            let names: Vec<_> = self.code.own_modules.iter().map(|name| quoted(name)).collect();
            writeln!(f, "own_modules = {}", Value::Array(names))?;
        }
        self.dialects.write_tables(f)?;
        write!(f, "\n{}", self.check)?;
        self.rollback.iter().try_for_each(|rollback| write!(f, "\n{rollback}"))?;
        // A manifest without the table is written as before there was one: the text is a part of a version's id.
        if self.log != LogRules::default() {
            write!(f, "\n{}", self.log)?;
        }
        self.cron.iter().try_for_each(|rule| write!(f, "\n{rule}"))
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
