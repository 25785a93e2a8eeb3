//! The level of a line of the log: the one level type, of console lines, log lines and the settings that choose among them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// From the most urgent to the least: a line is written if its level is not behind the one that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Failures.
    Error,
    /// Conditions that may soon lead to failures.
    Warn,
    /// Ordinary events.
    Info,
    /// The causes of events.
    Debug,
    /// Every step on the way.
    Trace,
}

impl Level {
    /// Every level, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// Its name in lines and settings.
    pub fn label(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The level of this name.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.label() == label)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
