//! The settings of a version for its dialect, as JSON: what `dialects/detect.js` and the dialects read.
//!
//! `ops::settings` asks when the prelude does.
//!
//! Invariant: it holds what the version is made of, and no secret: variables are in the environment.

use std::time::Duration;

use serde_json::{Value, json};

use crate::function::Version;
use crate::function::manifest::{DialectSettings, ParseSettings};

/// Whether something is known about the dialect of a version before it loads.
pub(super) fn has_settings(version: &Version) -> bool {
    version.hint.is_some() || version.manifest.dialects != DialectSettings::default()
}

/// The settings of a version.
pub(super) fn settings_of(version: &Version) -> Value {
    let limits = &version.manifest.limits;
    let dialects = &version.manifest.dialects;
    let file = version.entry.rsplit('/').next().unwrap_or_default();
    let megabytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    json!({
        "function": version.function.as_str(),
        "version": version.id.as_str(),
        "file": file,
        "entry": version.entry,
        "folder": format!("/{}", version.function),
        "dialect": dialects.dialect.map(|dialect| dialect.label()),
        "handler": dialects.handler,
        "hint": version.hint.map(|hint| hint.label()),
        "lambda": { "event": dialects.lambda_event.label() },
        "parse": dialects.parse.as_ref().map(parse),
        "firebase": { "ignoreAuth": dialects.ignore_auth },
        "limits": {
            "cpuMs": milliseconds(limits.cpu),
            "wallMs": milliseconds(limits.wall),
            "memoryMb": megabytes(limits.memory_bytes),
            "bodyMb": megabytes(limits.body_bytes),
        },
    })
}

fn parse(parse: &ParseSettings) -> Value {
    json!({
        "mount": parse.mount,
        "appId": parse.app_id,
        "serverUrl": parse.server_url,
        "masterKeyIps": parse.master_key_ips.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "jobWallMs": milliseconds(parse.job_wall),
        "jobCpuMs": milliseconds(parse.job_cpu),
        "idempotent": parse.idempotent,
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
