//! Parses the text of `function.toml` into a `Manifest`, key by key.
//!
//! The text comes from `Manifest::parse`; `reader` checks single values and collects the problems, `keys` reports unknown keys.
//!
//! Invariant: every key of `keys` is read here, in `routes`, `cron_keys` or `log`, and nowhere else.

use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::cron_keys::cron;
use super::dialects;
use super::error::ManifestError;
use super::keys::{CHECK_KEYS, CODE_KEYS, LIMITS_KEYS, NET_KEYS, ROLLBACK_KEYS, SCALE_KEYS, TOP_KEYS, unknown_key};
use super::log::log;
use super::net::NetRule;
use super::reader::{DURATION_MS_MAX, Reader, Value, milliseconds, request_path, set};
use super::release::RollbackRule;
use super::routes::routes;
use super::types::{MANIFEST_BYTES_MAX, Manifest};
use crate::function::limits::{Limits, Scale};
use crate::function::node::HOST_MODULES;

/// Longest `check.timeout_ms`, 5 minutes: a release holds a place that others wait for as long as its check lasts.
pub const CHECK_TIMEOUT_MS_MAX: u64 = 300_000;
/// Most instances of a function.
pub const INSTANCES_MAX: u32 = 1024;
/// Most requests in flight in one instance.
pub const CONCURRENCY_MAX: u32 = 10_000;
/// Most requests that wait.
pub const QUEUE_MAX: u32 = 1_000_000;
/// Most patterns in `code.files`.
const PATTERNS_MAX: usize = 100;
/// Longest of them.
const PATTERN_BYTES_MAX: usize = 500;
/// Longest `idle_s`: a year.
pub const IDLE_S_MAX: u64 = 31_536_000;

pub(super) fn manifest(text: &str) -> Result<Manifest, ManifestError> {
    let mut reader = Reader::new(text);
    let mut manifest = Manifest::default();
    if text.len() > MANIFEST_BYTES_MAX {
        reader.report(0..0, format!("the file is larger than {MANIFEST_BYTES_MAX} bytes"));
        return reader.finish(manifest);
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // Values that were recovered from broken syntax would only add problems that do not exist.
        for error in errors {
            reader.report(error.span().unwrap_or_default(), error.message());
        }
        return reader.finish(manifest);
    }
    for (key, value) in document.get_ref() {
        match &**key.get_ref() {
            "entry" => manifest.entry = entry(&mut reader, value),
            "dialect" => manifest.dialects.dialect = dialects::dialect(&mut reader, value),
            "handler" => manifest.dialects.handler = dialects::handler(&mut reader, value),
            "lambda" => dialects::lambda(&mut reader, value, &mut manifest.dialects),
            "parse" => manifest.dialects.parse = dialects::parse(&mut reader, value),
            "firebase" => dialects::firebase(&mut reader, value, &mut manifest.dialects),
            "routes" => manifest.routes = routes(&mut reader, value),
            "limits" => limits(&mut reader, value, &mut manifest.limits),
            "scale" => scale(&mut reader, value, &mut manifest.scale),
            "env" => env(&mut reader, value, &mut manifest),
            "net" => net(&mut reader, value, &mut manifest),
            "code" => code(&mut reader, value, &mut manifest),
            "check" => check(&mut reader, value, &mut manifest),
            "rollback" => manifest.rollback = rollback(&mut reader, value),
            "cron" => manifest.cron = cron(&mut reader, value),
            "log" => manifest.log = log(&mut reader, value),
            _ => unknown_key(&mut reader, key, "at the top", TOP_KEYS),
        }
    }
    reader.finish(manifest)
}

fn entry(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string("entry", value)?;
    let path = text.strip_prefix("./").unwrap_or(text);
    let inside = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    if !path.split('/').all(inside) {
        let message = format!("`entry = {}` must be a path inside the function's folder", reader.written(value.span()));
        reader.report(value.span(), message);
        return None;
    }
    Some(path.to_owned())
}

fn limits(reader: &mut Reader<'_>, value: &Value<'_>, limits: &mut Limits) {
    let Some(table) = reader.table("limits", value) else { return };
    for (key, value) in table {
        match &**key.get_ref() {
            "memory_mb" => set(&mut limits.memory_bytes, reader.megabytes("memory_mb", value, 16..=4096)),
            "body_mb" => set(&mut limits.body_bytes, reader.megabytes("body_mb", value, 0..=10_240)),
            "cpu_ms" => set(&mut limits.cpu, milliseconds(reader, "cpu_ms", value)),
            "wall_ms" => set(&mut limits.wall, milliseconds(reader, "wall_ms", value)),
            _ => unknown_key(reader, key, "in `[limits]`", LIMITS_KEYS),
        }
    }
}

fn scale(reader: &mut Reader<'_>, value: &Value<'_>, scale: &mut Scale) {
    let Some(table) = reader.table("scale", value) else { return };
    let mut min_span = value.span();
    for (key, value) in table {
        match &**key.get_ref() {
            "min" => {
                min_span = value.span();
                set(&mut scale.min, reader.whole("min", value, 0..=INSTANCES_MAX));
            }
            "max" => set(&mut scale.max, reader.whole("max", value, 1..=INSTANCES_MAX)),
            "concurrency" => set(&mut scale.concurrency, reader.whole("concurrency", value, 1..=CONCURRENCY_MAX)),
            "queue" => set(&mut scale.queue, reader.whole("queue", value, 0..=QUEUE_MAX)),
            "idle_s" => set(&mut scale.idle, reader.whole("idle_s", value, 1..=IDLE_S_MAX).map(Duration::from_secs)),
            _ => unknown_key(reader, key, "in `[scale]`", SCALE_KEYS),
        }
    }
    if scale.min > scale.max {
        let default = if table.contains_key("max") { "" } else { " (the default)" };
        let message = format!("`min = {}` is greater than `max = {}`{default}: allowed is min <= max", scale.min, scale.max);
        reader.report(min_span, message);
    }
}

fn env(reader: &mut Reader<'_>, value: &Value<'_>, manifest: &mut Manifest) {
    let Some(table) = reader.table("env", value) else { return };
    for (key, value) in table {
        let name = &**key.get_ref();
        if name.is_empty() || name.contains(['=', '\0']) {
            reader.report(key.span(), format!("{name:?} is not a name for a variable: it may hold neither `=` nor NUL, nor be empty"));
        }
        match value.get_ref() {
            DeValue::String(text) => {
                manifest.env.insert(name.to_owned(), text.to_string());
            }
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                let written = reader.written(value.span());
                reader.report(value.span(), format!("`{name}` must be a string: write `{name} = \"{written}\"`"));
            }
            DeValue::Array(_) | DeValue::Table(_) => reader.wrong_type(name, value, "a string"),
        }
    }
}

fn net(reader: &mut Reader<'_>, value: &Value<'_>, manifest: &mut Manifest) {
    let Some(table) = reader.table("net", value) else { return };
    for (key, value) in table {
        match &**key.get_ref() {
            "allow" => manifest.net.allow = net_rules(reader, "allow", value),
            "only" => manifest.net.only = Some(net_rules(reader, "only", value)),
            _ => unknown_key(reader, key, "in `[net]`", NET_KEYS),
        }
    }
}

fn code(reader: &mut Reader<'_>, value: &Value<'_>, manifest: &mut Manifest) {
    let Some(table) = reader.table("code", value) else { return };
    for (key, value) in table {
        match &**key.get_ref() {
            "eval" => manifest.code.eval = reader.boolean("eval", value),
            "node" => manifest.code.node = reader.boolean("node", value),
            "files" => manifest.code.files = patterns(reader, value),
            "own_modules" => manifest.code.own_modules = own_modules(reader, value),
            _ => unknown_key(reader, key, "in `[code]`", CODE_KEYS),
        }
    }
}

fn own_modules(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, span) in reader.strings("own_modules", value) {
        if HOST_MODULES.contains(&name) {
            names.push(name.to_owned());
        } else {
            reader.report_item(
                "own_modules",
                span,
                &format!("is no module that Skep has itself; those are `{}`", HOST_MODULES.join("`, `")),
            );
        }
    }
    names
}

fn patterns(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<String> {
    let mut patterns = Vec::new();
    for (text, span) in reader.strings("files", value) {
        let pattern = text.strip_prefix("./").unwrap_or(text);
        let inside = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0', '[', ']', '{', '}', '!']);
        // Shared code lies beside the function's folder.
        let below = pattern.strip_prefix("../_").unwrap_or(pattern);
        if patterns.len() >= PATTERNS_MAX {
            reader.report_item("files", span, &format!("are more than {PATTERNS_MAX} patterns"));
            break;
        } else if pattern.len() > PATTERN_BYTES_MAX || !below.split('/').all(inside) {
            let why = "is not a pattern of paths below the function's folder or below `../_…`, such as `views/**` or `node_modules/x/data/*.json`";
            reader.report_item("files", span, why);
        } else {
            patterns.push(pattern.to_owned());
        }
    }
    patterns
}

fn check(reader: &mut Reader<'_>, value: &Value<'_>, manifest: &mut Manifest) {
    let Some(table) = reader.table("check", value) else { return };
    for (key, value) in table {
        match &**key.get_ref() {
            "path" => manifest.check.path = request_path(reader, value),
            "timeout_ms" => {
                let timeout = reader.whole("timeout_ms", value, 1..=CHECK_TIMEOUT_MS_MAX);
                set(&mut manifest.check.timeout, timeout.map(Duration::from_millis));
            }
            _ => unknown_key(reader, key, "in `[check]`", CHECK_KEYS),
        }
    }
}

fn rollback(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<RollbackRule> {
    let table = reader.table("rollback", value)?;
    let mut rollback = RollbackRule::default();
    for (key, value) in table {
        match &**key.get_ref() {
            "faults_percent" => set(&mut rollback.faults_percent, reader.whole("faults_percent", value, 0..=100)),
            "calls" => set(&mut rollback.calls, reader.whole("calls", value, 1..=1_000_000)),
            "watch_s" => set(&mut rollback.watch, reader.whole("watch_s", value, 1..=DURATION_MS_MAX / 1000).map(Duration::from_secs)),
            _ => unknown_key(reader, key, "in `[rollback]`", ROLLBACK_KEYS),
        }
    }
    Some(rollback)
}

fn net_rules(reader: &mut Reader<'_>, key: &str, value: &Value<'_>) -> Vec<NetRule> {
    let mut rules = Vec::new();
    for (text, span) in reader.strings(key, value) {
        match NetRule::parse(text) {
            Ok(rule) => rules.push(rule),
            Err(why) => reader.report_item(key, span, &why),
        }
    }
    rules
}
