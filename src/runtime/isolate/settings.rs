//! The settings of a version for its dialect, as JSON: what `dialects/detect.js` and the dialects read.
//!
//! `ops::settings` asks when the prelude does.
//!
//! Invariant: it holds what the version is made of, and no secret: variables are in the environment.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use crate::function::manifest::{CronRule, DialectSettings, Net, NetRule, ParseSettings};
use crate::function::{Manifest, Version};
use crate::runtime::ops::{Identity, ParseApplication};
use crate::sys::freeze;
use crate::telemetry;
use crate::telemetry::store::FunctionRules;

/// Whether something is known about the dialect of a version before it loads.
pub(super) fn has_settings(version: &Version) -> bool {
    version.hint.is_some() || version.manifest.dialects != DialectSettings::default()
}

/// The Parse application that a version is a part of.
pub(super) fn application_of(version: &Version, identity: &Identity) -> Option<ParseApplication> {
    let settings = version.parse_settings()?;
    let (function, mount) = (identity.function.clone(), settings.mount.as_str().into());
    Some(ParseApplication { function, mount, job_wall: settings.job_wall, job_cpu: settings.job_cpu })
}

/// Tells the store of the log how the lines of a function are kept, if its manifest says.
pub(super) fn keep_lines_by(version: &Version) {
    let log = &version.manifest.log;
    let rules = FunctionRules { days: log.days, bytes: log.mb.map(|mb| u64::from(mb) << 20) };
    if rules != FunctionRules::default() {
        let _held_off = freeze::hold_off();
        telemetry::store::keep_by(&version.function, rules);
    }
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
        "schedules": version.manifest.cron.iter().map(schedule).collect::<Vec<_>>(),
        "limits": {
            "cpuMs": milliseconds(limits.cpu),
            "wallMs": milliseconds(limits.wall),
            "memoryMb": megabytes(limits.memory_bytes),
            "bodyMb": megabytes(limits.body_bytes),
        },
    })
}

fn schedule(rule: &CronRule) -> Value {
    json!({ "name": rule.name, "expression": rule.schedule.expression(), "path": rule.path })
}

/// The addresses that a version may connect to: those of its manifest, and its Parse Server.
pub(super) fn net_of(manifest: &Manifest) -> Cow<'_, Net> {
    let server = manifest.dialects.parse.as_ref().and_then(|parse| parse.server_url.as_deref());
    let Some(rule) = server.and_then(server_rule) else { return Cow::Borrowed(&manifest.net) };
    let mut net = manifest.net.clone();
    net.only.iter_mut().for_each(|only| only.push(rule.clone()));
    net.allow.push(rule);
    Cow::Owned(net)
}

fn server_rule(url: &str) -> Option<NetRule> {
    let url: http::Uri = url.parse().ok()?;
    let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("https") { 443 } else { 80 });
    NetRule::parse(&format!("{}:{port}", url.host()?)).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parse_server_is_open_to_its_function_alone_and_beside_what_the_manifest_says() {
        let net = |text: &str| net_of(&Manifest::parse(text).unwrap()).into_owned();
        let rules = |text: &str| NetRule::parse(text).unwrap();
        let opened = net("parse.server_url = 'http://127.0.0.1:1337/parse'\nnet.only = ['example.org']");
        assert_eq!(opened.allow, [rules("127.0.0.1:1337")]);
        assert_eq!(opened.only, Some(vec![rules("example.org"), rules("127.0.0.1:1337")]));
        assert_eq!(net("parse.server_url = 'https://parse.example.org'").allow, [rules("parse.example.org:443")]);
        assert_eq!(net("parse.server_url = 'https://[::1]/parse'").allow.len(), 1);
        assert_eq!(net("parse = {}"), Net::default());
    }
}
