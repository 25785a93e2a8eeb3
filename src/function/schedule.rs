//! A schedule: a cron expression on the wall clock of a zone, and the moments at which it is due.
//!
//! Read from manifests, and from what a module registers when it loads; `trigger::cron` asks for the next moment.
//!
//! A clock that jumps: a schedule with one fixed second, minute and hour runs once, right after a gap that holds its time, and once, the
//! first time, where the time comes twice. Any other follows the wall clock: what the gap holds does not exist, what comes twice runs twice.
//!
//! Invariant: no clock is read here; a schedule that was read is due at some time.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// Longest cron expression: one that lists every minute has 170.
pub const EXPRESSION_BYTES_MAX: usize = 200;

/// Longest name of a schedule, in characters.
pub const SCHEDULE_NAME_MAX: usize = 64;

/// Names that stand for expressions.
const NICKNAMES: [(&str, &str); 6] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// The years in which a schedule is due; west of Greenwich time begins in 1969. `croner` would note each of five thousand years, which is most of the time that parsing takes.
const YEARS: &str = "1969-2199";

/// Where the search for a moment begins that shows that there is one.
const FIRST_YEAR: i32 = 2026;

/// A moment within these years, or the expression is refused: the rarest one, 29 February on a given weekday, comes every 28 years, or after
/// 40 where a century is no leap year.
const SEARCHED_YEARS: i32 = 50;

/// A cron expression and its zone.
///
/// The parsed form of an expression has 6 KB, and parsing it takes microseconds: it is parsed where it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Schedule {
    expression: Arc<str>,
    zone: Tz,
}

/// A schedule, parsed: for many questions in a row.
pub struct Evaluator {
    cron: Cron,
    zone: Tz,
}

impl Schedule {
    /// A schedule of this expression, in UTC.
    ///
    /// # Errors
    /// Why it is none, without repeating the expression.
    pub fn parse(expression: &str) -> Result<Self, String> {
        let cron = parse(expression)?;
        if !is_ever_due(&cron) {
            return Err(format!("no moment within {SEARCHED_YEARS} years fits it"));
        }
        Ok(Self { expression: expression.trim().into(), zone: Tz::UTC })
    }

    /// The same on the wall clock of this zone.
    ///
    /// # Errors
    /// If there is no zone of this name; names that resemble it are suggested.
    pub fn in_zone(self, zone: &str) -> Result<Self, String> {
        let zone = zone.parse().map_err(|_| unknown_zone(zone))?;
        Ok(Self { zone, ..self })
    }

    /// The expression as it was written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The name of the zone.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// The parsed form. `None` cannot happen: the expression was parsed before.
    pub fn evaluator(&self) -> Option<Evaluator> {
        Some(Evaluator { cron: parse(&self.expression).ok()?, zone: self.zone })
    }

    /// The first moment after this one, both in seconds since 1970; `None` if there is none.
    pub fn next_after(&self, second: i64) -> Option<i64> {
        self.evaluator()?.next_after(second)
    }
}

impl Evaluator {
    /// The first moment after this one, both in seconds since 1970; `None` if there is none.
    pub fn next_after(&self, second: i64) -> Option<i64> {
        let from = DateTime::<Utc>::from_timestamp(second, 0)?.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&from, false).ok()?.timestamp();
        // Whatever the library does at the edges of a jump: time moves forward.
        (next > second).then_some(next)
    }

    /// The moments after `from` up to and with `until`, the earliest first, at most `most` of them.
    pub fn between(&self, from: i64, until: i64, most: usize) -> Vec<i64> {
        let moments = std::iter::successors(self.next_after(from), |last| self.next_after(*last));
        moments.take_while(|moment| *moment <= until).take(most).collect()
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {}", self.expression, self.zone.name())
    }
}

fn parse(expression: &str) -> Result<Cron, String> {
    let text = expression.trim();
    if text.len() > EXPRESSION_BYTES_MAX {
        return Err(format!("it is longer than {EXPRESSION_BYTES_MAX} bytes"));
    }
    if !text.is_ascii() {
        return Err("it holds characters that are not ASCII".to_owned());
    }
    let nickname = NICKNAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(text)).map(|(_, meant)| *meant);
    if text.starts_with('@') && nickname.is_none() {
        return Err(format!("known are {}", NICKNAMES.map(|(known, _)| known).join(", ")));
    }
    let fields: Vec<&str> = nickname.unwrap_or(text).split_ascii_whitespace().collect();
    let seconds = match fields.len() {
        5 => "0 ",
        6 => "",
        count => {
            return Err(format!("it has {count} fields, and must have 5 (minute hour day month weekday), or 6 with the second first"));
        }
    };
    let parser = CronParser::builder().seconds(Seconds::Required).year(Year::Required).build();
    let parsed = parser.parse(&format!("{seconds}{} {YEARS}", fields.join(" ")));
    parsed.map_err(|error| error.to_string().trim_end_matches('.').to_owned())
}

/// Whether there is a moment at all: without a zone, whose jumps cost time to look up.
fn is_ever_due(cron: &Cron) -> bool {
    let Some(first) = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0)) else { return false };
    let last = NaiveDate::from_ymd_opt(FIRST_YEAR + SEARCHED_YEARS, 1, 1);
    let found: Option<NaiveDateTime> = cron.find_next_occurrence(&first, true).ok();
    found.zip(last).is_some_and(|(found, last)| found.date() < last)
}

fn unknown_zone(zone: &str) -> String {
    let wanted = zone.to_lowercase();
    let short = wanted.len() <= 40;
    let distance = |name: &str| strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
    let city = |name: &str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(zone));
    let near = TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|_| short);
    let near = near.map(|name| (if city(name) { 0 } else { distance(name) }, name)).min_by_key(|(distance, _)| *distance);
    match near {
        Some((distance, name)) if distance <= 1 + wanted.len() / 4 => format!("there is no zone of this name; did you mean `{name}`?"),
        _ => "there is no zone of this name; write one of the IANA names, such as `Europe/Berlin`".to_owned(),
    }
}

/// Why a name is not one for a schedule; `None` if it is.
pub fn name_problem(name: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte);
    let fits = (1..=SCHEDULE_NAME_MAX).contains(&name.len()) && name.bytes().all(allowed) && name.trim() == name;
    (!fits).then(|| format!("it must have 1 to {SCHEDULE_NAME_MAX} letters, digits, `-`, `_`, `.` and spaces, and no space at its ends"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_five_or_six_fields_or_a_nickname() {
        for good in [
            "0 3 * * MON-FRI",
            "*/5 * * * * *",
            "@daily",
            "@HOURLY",
            "0 0 L * *",
            "0 0 15W * *",
            "0 0 * * 5#2",
            "0 0 29 2 *",
            " 0 0 * * 7 ",
        ] {
            assert!(Schedule::parse(good).is_ok(), "{good}: {:?}", Schedule::parse(good));
        }
        for (bad, why) in [
            ("", "0 fields"),
            ("* * * *", "4 fields"),
            ("0 0 0 1 1 * 2030", "7 fields"),
            ("@reboot", "known are @yearly"),
            ("60 * * * *", ""),
            ("0 25 * * *", ""),
            ("0 0 30 2 *", "no moment"),
            ("ü * * * *", "ASCII"),
        ] {
            let error = Schedule::parse(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
        assert!(Schedule::parse(&"0,".repeat(200)).is_err());
    }

    #[test]
    fn a_zone_that_does_not_exist_is_answered_with_the_nearest() {
        let daily = Schedule::parse("@daily").unwrap();
        assert_eq!(daily.clone().in_zone("Europe/Berlin").unwrap().zone(), "Europe/Berlin");
        assert!(daily.clone().in_zone("Europe/Berln").unwrap_err().contains("`Europe/Berlin`"));
        assert!(daily.clone().in_zone("Tokyo").unwrap_err().contains("`Asia/Tokyo`"));
        assert!(daily.in_zone("nowhere at all, really").unwrap_err().contains("IANA"));
    }

    #[test]
    fn moments_follow_one_another() {
        let evaluator = Schedule::parse("*/10 * * * * *").unwrap().evaluator().unwrap();
        assert_eq!(evaluator.between(0, 35, 10), [10, 20, 30]);
        assert_eq!(evaluator.between(0, 35, 2), [10, 20]);
        assert_eq!(evaluator.next_after(30), Some(40));
    }

    /// One line of the table of `tests/cron/oracle.py`.
    #[derive(serde::Deserialize)]
    struct Case {
        schedule: String,
        zone: String,
        from: i64,
        until: i64,
        due: Vec<i64>,
    }

    #[test]
    fn moments_are_those_of_pythons_zoneinfo() {
        let mut wrong = Vec::new();
        let table = include_str!("../../tests/cron/table.jsonl");
        for line in table.lines() {
            let case: Case = serde_json::from_str(line).unwrap();
            let schedule = Schedule::parse(&case.schedule).unwrap().in_zone(&case.zone).unwrap();
            let due = schedule.evaluator().unwrap().between(case.from, case.until, usize::MAX);
            if due != case.due {
                let differ = |a: &[i64], b: &[i64]| a.iter().filter(|moment| !b.contains(moment)).copied().collect::<Vec<_>>();
                wrong.push(format!(
                    "{schedule:?} after {}: too many {:?}, missing {:?}",
                    case.from,
                    differ(&due, &case.due),
                    differ(&case.due, &due)
                ));
            }
        }
        assert!(table.lines().count() >= 200);
        assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), table.lines().count(), wrong.join("\n"));
    }

    #[test]
    fn names_fit_into_a_header_and_a_line() {
        for good in ["nightly", "a", "Clean up 2.0", "a-b_c"] {
            assert_eq!(name_problem(good), None);
        }
        for bad in ["", " a", "a ", "a\nb", "ü", "a/b", &"x".repeat(65)] {
            assert!(name_problem(bad).is_some(), "{bad:?}");
        }
    }
}
