//! `skep show`: everything about one function.
//!
//! Invariant: no value of a secret is shown; the server does not send any.

use super::{ls, versions};
use crate::api::function::{FunctionDetail, FunctionLimits};
use crate::api::instance::EffectiveScale;
use crate::client::connection::path::function_path;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::output::{clean, clean_lines, now_ms, size, word};
use crate::config::ExitCode;
use crate::config::client_args::NamedArgs;

/// Shows.
pub(in crate::client) fn run(session: &Session, args: &NamedArgs) -> Result<ExitCode, RemoteError> {
    let shown: FunctionDetail = session.client.get(&function_path(&args.name, "")?)?;
    session.output.result(&shown, || render(&shown, now_ms()))
}

/// A scale in one line.
pub(in crate::client) fn scale(scale: &EffectiveScale) -> String {
    let EffectiveScale { min, max, concurrency, queue, idle_s } = scale;
    format!("min {min}, max {max}, concurrency {concurrency}, queue {queue}, idle_s {idle_s}")
}

/// Limits as they are written in `function.toml`.
fn limits(limits: &FunctionLimits) -> String {
    let FunctionLimits { memory_bytes, cpu_ms, wall_ms, body_bytes } = limits;
    format!("memory_mb {}, cpu_ms {cpu_ms}, wall_ms {wall_ms}, body_mb {}", memory_bytes >> 20, body_bytes >> 20)
}

fn render(shown: &FunctionDetail, now_ms: u64) -> String {
    let mut text = String::new();
    for (name, value) in rows(shown).iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("{name:<10}  {value}\n"));
    }
    if !shown.versions.is_empty() {
        text.push_str(&format!("\n{}", versions::render(&shown.versions, now_ms)));
    }
    text
}

/// The lines about the function itself; an empty one is left out.
fn rows(shown: &FunctionDetail) -> Vec<(&'static str, String)> {
    let function = &shown.function;
    let list = |texts: &[String]| texts.iter().map(|text| clean(text)).collect::<Vec<_>>().join(", ");
    let env = shown.env.iter().map(|(name, value)| format!("{}={}", clean(name), clean(value))).collect::<Vec<_>>().join(", ");
    let (heap, outside) = (size(function.heap_bytes as u64), size(function.external_bytes as u64));
    vec![
        ("function", function.name.to_string()),
        ("owner", word(function.owner)),
        ("state", word(function.state)),
        ("version", function.version.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("reason", clean_lines(function.reason.as_deref().unwrap_or_default()).replace('\n', "\n            ")),
        ("dialect", dialect(shown)),
        ("candidate", function.candidate.as_ref().map(|candidate| clean(&ls::candidate(candidate))).unwrap_or_default()),
        ("scale", shown.scale.as_ref().map(scale).unwrap_or_default()),
        ("limits", shown.limits.as_ref().map(limits).unwrap_or_default()),
        ("instances", format!("{} ready, {} booting, {} wanted", function.ready, function.booting, function.wanted)),
        ("memory", format!("{heap} heap, {outside} outside")),
        (
            "calls",
            format!("{}, {} faults, {} in flight, {} waiting", function.calls, function.faults, function.in_flight, function.waiting),
        ),
        ("routes", list(&shown.routes)),
        ("conflicts", function.conflicts.iter().map(|conflict| clean(conflict)).collect::<Vec<_>>().join("\n            ")),
        ("env", env),
        ("secrets", list(&shown.secrets)),
    ]
}

fn dialect(shown: &FunctionDetail) -> String {
    let Some(dialect) = &shown.dialect else { return String::new() };
    match shown.dialect_from.as_deref() {
        None | Some("") => clean(dialect),
        Some(from) => format!("{}, found by {}", clean(dialect), clean(from)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::ls::tests::summary;
    use super::*;

    #[test]
    fn a_function_is_shown_without_the_lines_that_are_empty() {
        let shown = FunctionDetail {
            function: summary("a"),
            dialect: Some("lambda".to_owned()),
            dialect_from: Some("its export handler".to_owned()),
            limits: Some(FunctionLimits { memory_bytes: 128 << 20, cpu_ms: 1000, wall_ms: 30_000, body_bytes: 10 << 20 }),
            scale: Some(EffectiveScale { min: 0, max: 4, concurrency: 64, queue: 256, idle_s: 300 }),
            routes: Vec::new(),
            env: BTreeMap::from([("A".to_owned(), "b\u{1b}[2J".to_owned())]),
            secrets: vec!["KEY".to_owned()],
            versions: Vec::new(),
        };
        let text = render(&shown, 0);
        let parts = [
            "function    a\n",
            "dialect     lambda, found by its export handler\n",
            "env         A=b\u{fffd}[2J\n",
            "secrets     KEY\n",
            "min 0, max 4, concurrency 64, queue 256, idle_s 300",
            "limits      memory_mb 128, cpu_ms 1000, wall_ms 30000, body_mb 10\n",
            "memory      1.5 MB heap, 0 B outside\n",
        ];
        for part in parts {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("routes") && !text.contains("candidate"), "{text}");
    }
}
