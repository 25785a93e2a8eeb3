//! What the code of a version says about schedules: those that it registers while it loads, and whether it has a handler for any other.
//!
//! The prelude lists them when a module has loaded; the pool keeps the list, `trigger::cron` follows it and remembers it by version.
//!
//! Invariant: a schedule in the list is valid, like one of a manifest.

use std::time::Duration;

use super::Manifest;
use super::manifest::{CronRule, SCHEDULES_MAX};
use super::schedule::{Schedule, name_problem};

/// Lines that the prelude writes for one schedule: its name, its expression, its zone, the pauses before repetitions.
const LINES: usize = 4;

/// The first line, if the module has a handler for schedules of the manifest.
const HAS_HANDLER: &str = "handler";

/// Longest pause before a repetition, a day, and the most of them: a manifest's too.
const PAUSE_MS_MAX: u64 = 86_400_000;
const PAUSES_MAX: usize = 20;

/// What the code of a version says about schedules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleSchedules {
    /// Schedules that the module registers, each with a handler of its own.
    pub rules: Vec<CronRule>,
    /// Whether it exports a handler for schedules that it does not register.
    pub has_handler: bool,
}

impl ModuleSchedules {
    /// Reads what the prelude lists.
    ///
    /// # Errors
    /// Why one of the schedules is not valid, with its name.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.split('\n');
        let has_handler = lines.next() == Some(HAS_HANDLER);
        let lines: Vec<&str> = lines.collect();
        let count = lines.len() / LINES;
        if count > SCHEDULES_MAX {
            return Err(format!("the module registers {count} schedules; at most {SCHEDULES_MAX} are allowed"));
        }
        let mut rules: Vec<CronRule> = Vec::new();
        for chunk in lines.chunks_exact(LINES) {
            let [name, expression, zone, pauses] = chunk else { continue };
            let rule = rule(name, expression, zone, pauses).map_err(|why| format!("the schedule {name:?}: {why}"))?;
            if rules.iter().any(|other| other.name == rule.name) {
                return Err(format!("two schedules are called {name:?}"));
            }
            rules.push(rule);
        }
        Ok(Self { rules, has_handler })
    }

    /// Every schedule of a version: those of its manifest, which win, and those of its code.
    pub fn with_manifest(&self, manifest: &Manifest) -> Vec<CronRule> {
        let own = self.rules.iter().filter(|rule| !manifest.cron.iter().any(|known| known.name == rule.name));
        manifest.cron.iter().chain(own).cloned().collect()
    }

    /// The schedule of the manifest that nothing would answer, if there is one.
    pub fn unanswered<'m>(&self, manifest: &'m Manifest) -> Option<&'m CronRule> {
        let answers = |rule: &CronRule| self.has_handler || self.rules.iter().any(|known| known.name == rule.name);
        manifest.cron.iter().find(|rule| rule.path.is_none() && !answers(rule))
    }

    /// As text that [`ModuleSchedules::from_text`] reads.
    pub fn to_text(&self) -> String {
        let rules: String = self.rules.iter().map(|rule| format!("{rule}\n")).collect();
        format!("{}\n{rules}", if self.has_handler { HAS_HANDLER } else { "" })
    }

    /// Reads what [`ModuleSchedules::to_text`] has written; `None` for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        let (first, rules) = text.split_once('\n')?;
        Some(Self { rules: Manifest::parse(rules).ok()?.cron, has_handler: first == HAS_HANDLER })
    }
}

fn rule(name: &str, expression: &str, zone: &str, pauses: &str) -> Result<CronRule, String> {
    if let Some(why) = name_problem(name) {
        return Err(format!("its name: {why}"));
    }
    let schedule = Schedule::parse(expression).map_err(|why| format!("{expression:?} is not a cron expression: {why}"))?;
    let schedule = if zone.is_empty() { schedule } else { schedule.in_zone(zone).map_err(|why| format!("{zone:?}: {why}"))? };
    let pause = |pause: &str| pause.parse().ok().filter(|ms| *ms <= PAUSE_MS_MAX).map(Duration::from_millis);
    let pauses: Option<Vec<Duration>> = pauses.split(',').filter(|pause| !pause.is_empty()).map(pause).collect();
    let retries = pauses.filter(|pauses| pauses.len() <= PAUSES_MAX);
    let retries =
        retries.ok_or_else(|| format!("at most {PAUSES_MAX} pauses of 0 to {PAUSE_MS_MAX} ms are allowed between repetitions"))?;
    Ok(CronRule { retries, ..CronRule::new(name, schedule) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_prelude_lists_is_read_and_survives_as_text() {
        let read = ModuleSchedules::read("handler\na b\n0 3 * * *\nEurope/Berlin\n100,1000\nc\n@daily\n\n").unwrap();
        assert_eq!(read.rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["a b", "c"]);
        assert_eq!(read.rules[0].schedule.zone(), "Europe/Berlin");
        assert_eq!(read.rules[0].retries, [Duration::from_millis(100), Duration::from_millis(1000)]);
        assert!(read.has_handler);
        assert_eq!(ModuleSchedules::from_text(&read.to_text()), Some(read));
        let none = ModuleSchedules::read("").unwrap();
        assert_eq!(none, ModuleSchedules::default());
        assert_eq!(ModuleSchedules::from_text(&none.to_text()), Some(none));
    }

    #[test]
    fn a_schedule_that_is_not_one_is_named() {
        for (text, why) in [
            ("\nx\n0 25 * * *\n\n", "\"x\": \"0 25 * * *\" is not a cron expression"),
            ("\nx\n@daily\nNowhere\n", "no zone"),
            ("\nx/y\n@daily\n\n", "its name"),
            ("\nx\n@daily\n\n1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", "at most 20 pauses"),
            ("\nx\n@daily\n\n86400001", "at most 20 pauses"),
            ("\nx\n@daily\n\n\nx\n@hourly\n\n", "two schedules"),
        ] {
            let error = ModuleSchedules::read(text).expect_err(text);
            assert!(error.contains(why), "{text:?}: {error}");
        }
        // None of them is parsed.
        let many = format!("\n{}", "x\nnonsense\n\n\n".repeat(SCHEDULES_MAX + 1));
        assert!(ModuleSchedules::read(&many).unwrap_err().contains("registers 65 schedules"));
    }

    #[test]
    fn the_manifest_wins_and_needs_a_handler() {
        let manifest = Manifest::parse("[[cron]]\nname = 'x'\nschedule = '@daily'").unwrap();
        let mut code = ModuleSchedules::default();
        assert_eq!(code.unanswered(&manifest).map(|rule| rule.name.as_str()), Some("x"));
        code.rules = vec![CronRule::new("x", Schedule::parse("@hourly").unwrap()), CronRule::new("y", Schedule::parse("@hourly").unwrap())];
        assert_eq!(code.unanswered(&manifest), None);
        let both = code.with_manifest(&manifest);
        assert_eq!(
            both.iter().map(|rule| (rule.name.as_str(), rule.schedule.expression())).collect::<Vec<_>>(),
            [("x", "@daily"), ("y", "@hourly")]
        );
    }
}
