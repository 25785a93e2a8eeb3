//! Reads `[[cron]]`: an array of tables, each a schedule.
//!
//! Called by `parse`; `function::schedule` parses expressions and zones.
//!
//! Invariant: a schedule with a problem is left out, never guessed.

use std::ops::Range;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::cron::{CronRule, MissedRule, OverlapRule};
use super::keys::{CRON_KEYS, nearest, unknown_key};
use super::reader::{Reader, Value, milliseconds, request_path, set};
use crate::function::schedule::{Schedule, name_problem};

/// Most schedules of a function's manifest.
pub const SCHEDULES_MAX: usize = 64;
/// Most pauses in `retries_ms`.
const RETRIES_MAX: usize = 20;
/// Longest `missed_within_s`, a week: what is older is looked at by a person.
const MISSED_WITHIN_S_MAX: u64 = 604_800;
/// Longest `jitter_s`, an hour.
const JITTER_S_MAX: u64 = 3600;
/// Longest pause before a repetition, a day.
const PAUSE_MS_MAX: u64 = 86_400_000;

pub(super) fn cron(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<CronRule> {
    let DeValue::Array(array) = value.get_ref() else {
        reader.wrong_type("cron", value, "an array of tables (write `[[cron]]` on a line of its own)");
        return Vec::new();
    };
    let mut rules: Vec<CronRule> = Vec::new();
    for item in array.iter() {
        let DeValue::Table(table) = item.get_ref() else {
            reader.wrong_type("cron[]", item, "a table with `name` and `schedule`");
            continue;
        };
        if rules.len() >= SCHEDULES_MAX {
            reader.report(item.span(), format!("a function has at most {SCHEDULES_MAX} `[[cron]]`"));
            break;
        }
        let Some(rule) = rule(reader, table, item.span()) else { continue };
        if rules.iter().any(|other| other.name == rule.name) {
            let span = table.get("name").map_or(item.span(), toml::Spanned::span);
            reader.report(span, format!("`name = \"{}\"`: another `[[cron]]` has this name", rule.name));
        } else {
            rules.push(rule);
        }
    }
    rules
}

fn rule(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Range<usize>) -> Option<CronRule> {
    let mut rule = CronRule::new("", Schedule::parse("@daily").ok()?);
    let (mut name, mut schedule, mut zone) = (None, None, None);
    for (key, value) in table {
        match &**key.get_ref() {
            "name" => name = rule_name(reader, value),
            "schedule" => schedule = expression(reader, value),
            "zone" => zone = reader.string("zone", value).map(|zone| (zone, value)),
            "overlap" => set(&mut rule.overlap, word(reader, "overlap", value, &OverlapRule::WORDS)),
            "missed" => set(&mut rule.missed, word(reader, "missed", value, &MissedRule::WORDS)),
            "missed_within_s" => {
                set(&mut rule.missed_within, reader.whole("missed_within_s", value, 1..=MISSED_WITHIN_S_MAX).map(Duration::from_secs));
            }
            "jitter_s" => set(&mut rule.jitter, reader.whole("jitter_s", value, 0..=JITTER_S_MAX).map(Duration::from_secs)),
            "retries_ms" => rule.retries = pauses(reader, value),
            "wall_ms" => rule.wall = milliseconds(reader, "wall_ms", value),
            "cpu_ms" => rule.cpu = milliseconds(reader, "cpu_ms", value),
            "path" => rule.path = request_path(reader, value),
            _ => unknown_key(reader, key, "in `[[cron]]`", CRON_KEYS),
        }
    }
    for needed in ["name", "schedule"] {
        if !table.contains_key(needed) {
            reader.report(span.clone(), format!("a `[[cron]]` needs a `{needed}`"));
        }
    }
    let schedule = match (schedule?, zone) {
        (schedule, None) => schedule,
        (schedule, Some((zone, value))) => match schedule.in_zone(zone) {
            Ok(schedule) => schedule,
            Err(why) => {
                let written = reader.written(value.span());
                reader.report(value.span(), format!("`zone = {written}`: {why}"));
                return None;
            }
        },
    };
    Some(CronRule { name: name?, schedule, ..rule })
}

fn rule_name(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let name = reader.string("name", value)?;
    if let Some(why) = name_problem(name) {
        let written = reader.written(value.span());
        reader.report(value.span(), format!("`name = {written}`: {why}"));
        return None;
    }
    Some(name.to_owned())
}

fn expression(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Schedule> {
    let text = reader.string("schedule", value)?;
    match Schedule::parse(text) {
        Ok(schedule) => Some(schedule),
        Err(why) => {
            let written = reader.written(value.span());
            reader.report(value.span(), format!("`schedule = {written}` is not a cron expression: {why}"));
            None
        }
    }
}

fn word<R: Copy>(reader: &mut Reader<'_>, key: &str, value: &Value<'_>, words: &[(&'static str, R)]) -> Option<R> {
    let text = reader.string(key, value)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, rule)| *rule);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let near = nearest(text, &known).first().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let written = reader.written(value.span());
        reader.report(value.span(), format!("`{key} = {written}`: allowed are `{}`{near}", known.join("`, `")));
    }
    found
}

fn pauses(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Duration> {
    let DeValue::Array(array) = value.get_ref() else {
        reader.wrong_type("retries_ms", value, "an array of milliseconds");
        return Vec::new();
    };
    if array.len() > RETRIES_MAX {
        reader.report(value.span(), format!("`retries_ms`: at most {RETRIES_MAX} pauses are allowed"));
        return Vec::new();
    }
    array.iter().filter_map(|item| reader.whole("retries_ms[]", item, 0..=PAUSE_MS_MAX)).map(Duration::from_millis).collect()
}
