//! `[[cron]]`: the schedules on which a function is called.
//!
//! Read by `cron_keys`; `trigger::cron` calls the live version by them.
//!
//! Invariant: the names of a function's schedules differ, and every schedule is due at some time.

use std::fmt;
use std::time::Duration;

use super::quoted::Quoted;
use crate::function::schedule::Schedule;

/// What becomes of a moment that comes while the call of an earlier one still runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlapRule {
    /// It is left out.
    #[default]
    Skip,
    /// It waits.
    Queue,
    /// It runs beside the other, up to four at a time.
    Allow,
}

/// What becomes of moments at which no host ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedRule {
    /// They are left out.
    Skip,
    /// The latest of them is made up for.
    #[default]
    Latest,
    /// All of them are, up to a hundred.
    All,
}

/// One `[[cron]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronRule {
    /// Its name, unlike those of the function's others.
    pub name: String,
    /// When it is due.
    pub schedule: Schedule,
    /// What becomes of a moment that comes too early.
    pub overlap: OverlapRule,
    /// What becomes of moments that nobody saw.
    pub missed: MissedRule,
    /// How old a moment may be that is made up for.
    pub missed_within: Duration,
    /// Calls begin up to this much later, each by an amount of its own.
    pub jitter: Duration,
    /// The pauses before a failed call is repeated; none: it is not.
    pub retries: Vec<Duration>,
    /// In place of `limits.wall_ms`.
    pub wall: Option<Duration>,
    /// In place of `limits.cpu_ms`.
    pub cpu: Option<Duration>,
    /// The path that gets a POST; `None`: the dialect's own handler is called.
    pub path: Option<String>,
}

impl OverlapRule {
    /// Every rule, by its word.
    pub const WORDS: [(&str, Self); 3] = [("skip", Self::Skip), ("queue", Self::Queue), ("allow", Self::Allow)];

    /// The word.
    pub fn label(self) -> &'static str {
        word(&Self::WORDS, self)
    }
}

impl MissedRule {
    /// Every rule, by its word.
    pub const WORDS: [(&str, Self); 3] = [("skip", Self::Skip), ("latest", Self::Latest), ("all", Self::All)];

    /// The word.
    pub fn label(self) -> &'static str {
        word(&Self::WORDS, self)
    }
}

fn word<R: PartialEq>(words: &[(&'static str, R)], rule: R) -> &'static str {
    words.iter().find(|(_, known)| *known == rule).map_or("", |(word, _)| word)
}

impl CronRule {
    /// How old a moment may be that is made up for, if the manifest does not say.
    pub const MISSED_WITHIN: Duration = Duration::from_secs(3600);

    /// A rule of this name and schedule, with every default.
    pub fn new(name: impl Into<String>, schedule: Schedule) -> Self {
        Self {
            name: name.into(),
            schedule,
            overlap: OverlapRule::default(),
            missed: MissedRule::default(),
            missed_within: Self::MISSED_WITHIN,
            jitter: Duration::ZERO,
            retries: Vec::new(),
            wall: None,
            cpu: None,
            path: None,
        }
    }
}

impl fmt::Display for CronRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[cron]]\nname = {}", Quoted(&self.name))?;
        writeln!(f, "schedule = {}\nzone = {}", Quoted(self.schedule.expression()), Quoted(self.schedule.zone()))?;
        writeln!(f, "overlap = {}\nmissed = {}", Quoted(self.overlap.label()), Quoted(self.missed.label()))?;
        writeln!(f, "missed_within_s = {}\njitter_s = {}", self.missed_within.as_secs(), self.jitter.as_secs())?;
        if !self.retries.is_empty() {
            let pauses: Vec<_> = self.retries.iter().map(|pause| pause.as_millis().to_string()).collect();
            writeln!(f, "retries_ms = [{}]", pauses.join(", "))?;
        }
        if let Some(wall) = self.wall {
            writeln!(f, "wall_ms = {}", wall.as_millis())?;
        }
        if let Some(cpu) = self.cpu {
            writeln!(f, "cpu_ms = {}", cpu.as_millis())?;
        }
        self.path.iter().try_for_each(|path| writeln!(f, "path = {}", Quoted(path)))
    }
}
