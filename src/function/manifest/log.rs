//! `[log]`: which lines of a function are written, and how they are kept.
//!
//! Read by `parse`; `runtime::ops::log` and `invoke` apply the level and the volume, `telemetry::store` the rest.
//!
//! Invariant: it takes away and never adds: the host's settings hold, too.

use std::fmt;

use toml::de::DeTable;

use super::keys::{LOG_KEYS, unknown_key};
use super::quoted::Quoted;
use super::reader::{Reader, Value, set};
use crate::function::level::Level;

/// Kilobytes that an instance may log in 10 s, if the manifest does not say.
const LOG_KB_DEFAULT: u32 = 256;

/// The most it may say.
const LOG_KB_MAX: u32 = 4096;

/// `[log]` of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRules {
    /// The least urgent line that is written; `None`: as the host's.
    pub level: Option<Level>,
    /// Kilobytes that an instance may log in 10 s.
    pub kb_per_10s: u32,
    /// Days for which lines are kept; `None`: as the host's.
    pub days: Option<u32>,
    /// Megabytes that are kept; `None`: as the host's.
    pub mb: Option<u32>,
}

impl Default for LogRules {
    fn default() -> Self {
        Self { level: None, kb_per_10s: LOG_KB_DEFAULT, days: None, mb: None }
    }
}

impl LogRules {
    /// Whether a line of this level is written.
    pub fn writes(&self, level: Level) -> bool {
        self.level.is_none_or(|least| level <= least)
    }
}

pub(super) fn log(reader: &mut Reader<'_>, value: &Value<'_>) -> LogRules {
    let mut log = LogRules::default();
    if let Some(table) = reader.table("log", value) {
        read(reader, table, &mut log);
    }
    log
}

fn read(reader: &mut Reader<'_>, table: &DeTable<'_>, log: &mut LogRules) {
    for (key, value) in table {
        match &**key.get_ref() {
            "level" => log.level = level(reader, value),
            "kb_per_10s" => set(&mut log.kb_per_10s, reader.whole("kb_per_10s", value, 0..=LOG_KB_MAX)),
            "days" => log.days = reader.whole("days", value, 1..=3650),
            "mb" => log.mb = reader.whole("mb", value, 1..=1 << 20),
            _ => unknown_key(reader, key, "in `[log]`", LOG_KEYS),
        }
    }
}

fn level(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Level> {
    let text = reader.string("level", value)?;
    let level = Level::of_label(text);
    if level.is_none() {
        let known = Level::ALL.map(Level::label).join("`, `");
        let written = reader.written(value.span());
        reader.report(value.span(), format!("`level = {written}` is none of `{known}`"));
    }
    level
}

impl fmt::Display for LogRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[log]")?;
        self.level.iter().try_for_each(|level| writeln!(f, "level = {}", Quoted(level.label())))?;
        writeln!(f, "kb_per_10s = {}", self.kb_per_10s)?;
        self.days.iter().try_for_each(|days| writeln!(f, "days = {days}"))?;
        self.mb.iter().try_for_each(|mb| writeln!(f, "mb = {mb}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Manifest;
    use super::*;

    #[test]
    fn what_is_said_is_read_and_written_again() {
        let manifest = Manifest::parse("[log]\nlevel = 'warn'\nkb_per_10s = 64\ndays = 2\nmb = 10").unwrap();
        assert_eq!(manifest.log, LogRules { level: Some(Level::Warn), kb_per_10s: 64, days: Some(2), mb: Some(10) });
        assert!(manifest.log.writes(Level::Error) && manifest.log.writes(Level::Warn) && !manifest.log.writes(Level::Info));
        assert_eq!(Manifest::parse(&manifest.to_string()).unwrap(), manifest);
        assert!(!Manifest::default().to_string().contains("[log]"), "versions keep the ids that they had");
        for (wrong, why) in
            [("level = 'loud'", "none of"), ("days = 0", "1 to 3650"), ("kb_per_10s = 5000", "0 to 4096"), ("size = 1", "unknown key")]
        {
            let error = Manifest::parse(&format!("[log]\n{wrong}")).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
