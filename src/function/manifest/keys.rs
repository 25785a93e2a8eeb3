//! The keys that a manifest may have, and the messages about any other key.
//!
//! `parse` and `routes` match on these names and report unknown keys here.
//!
//! Invariant: a key that is not in the tables of this file is an error that names the nearest one that is.

use toml::Spanned;
use toml::de::DeString;

use super::reader::Reader;

pub(super) const TOP_KEYS: &[&str] = &[
    "entry", "routes", "dialect", "handler", "limits", "scale", "env", "net", "code", "check", "rollback", "lambda", "parse", "firebase",
    "cron", "log",
];
pub(super) const LIMITS_KEYS: &[&str] = &["memory_mb", "cpu_ms", "wall_ms", "body_mb"];
pub(super) const SCALE_KEYS: &[&str] = &["min", "max", "concurrency", "queue", "idle_s"];
pub(super) const NET_KEYS: &[&str] = &["allow", "only"];
pub(super) const CODE_KEYS: &[&str] = &["eval", "node", "files", "own_modules"];
pub(super) const LAMBDA_KEYS: &[&str] = &["event"];
pub(super) const PARSE_KEYS: &[&str] = &["mount", "app_id", "server_url", "master_key_ips", "job_wall_ms", "job_cpu_ms", "idempotent"];
pub(super) const FIREBASE_KEYS: &[&str] = &["ignore_auth"];
/// The names of dialects: those of `Dialect`.
pub(super) const DIALECT_LABELS: &[&str] = &[
    "azure", "deno", "firebase", "fission", "gcf", "kubeless", "lambda", "netlify", "node", "openfaas", "parse", "plain", "vercel",
    "workers",
];
pub(super) const CHECK_KEYS: &[&str] = &["path", "timeout_ms"];
pub(super) const ROLLBACK_KEYS: &[&str] = &["faults_percent", "calls", "watch_s"];
pub(super) const CRON_KEYS: &[&str] =
    &["name", "schedule", "zone", "overlap", "missed", "missed_within_s", "jitter_s", "retries_ms", "wall_ms", "cpu_ms", "path"];
pub(super) const LOG_KEYS: &[&str] = &["level", "kb_per_10s", "days", "mb"];
pub(super) const ROUTE_KEYS: &[&str] = &["host", "path", "methods", "port"];

/// A longer key is not a misspelt one, and comparing it costs its length.
const TYPO_BYTES_MAX: usize = 40;

/// Reports an unknown key, with the table where it belongs, or else the keys that it resembles.
pub(super) fn unknown_key(reader: &mut Reader<'_>, key: &Spanned<DeString<'_>>, place: &str, known: &[&str]) {
    let name = reader.written(key.span());
    let homes = [
        (LIMITS_KEYS, "in `[limits]`"),
        (SCALE_KEYS, "in `[scale]`"),
        (NET_KEYS, "in `[net]`"),
        (CODE_KEYS, "in `[code]`"),
        (CHECK_KEYS, "in `[check]`"),
        (PARSE_KEYS, "in `[parse]`"),
        (LAMBDA_KEYS, "in `[lambda]`"),
        (FIREBASE_KEYS, "in `[firebase]`"),
        (ROLLBACK_KEYS, "in `[rollback]`"),
        (LOG_KEYS, "in `[log]`"),
        (TOP_KEYS, "at the top"),
        (CRON_KEYS, "in `[[cron]]`"),
    ];
    let home = homes.into_iter().find(|(keys, _)| keys.contains(&&**key.get_ref()));
    let advice = match (home, nearest(key.get_ref(), known).as_slice()) {
        _ if &**key.get_ref() == "return" && known == TOP_KEYS => "it is called `rollback` now".to_owned(),
        (Some((_, home)), _) => format!("it belongs {home}"),
        (None, []) => format!("known are `{}`", known.join("`, `")),
        (None, near) => format!("did you mean `{}`?", near.join("` or `")),
    };
    reader.report(key.span(), format!("unknown key `{name}` {place}; {advice}"));
}

/// The known keys that are closest to `key`, if any is close enough to have been meant.
pub(super) fn nearest<'k>(key: &str, known: &[&'k str]) -> Vec<&'k str> {
    if key.len() > TYPO_BYTES_MAX {
        return Vec::new();
    }
    let key = key.to_lowercase();
    let distances = known.iter().filter_map(|candidate| {
        let distance = strsim::damerau_levenshtein(&key, candidate);
        (distance <= 1 + key.len().max(candidate.len()) / 4).then_some((distance, *candidate))
    });
    let mut distances: Vec<_> = distances.collect();
    let Some(best) = distances.iter().map(|(distance, _)| *distance).min() else { return Vec::new() };
    distances.retain(|(distance, _)| *distance == best);
    distances.into_iter().map(|(_, candidate)| candidate).collect()
}
