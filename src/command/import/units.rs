//! Quantities of other platforms in Skep's units: memory, times, sizes and schedules.
//!
//! Invariant: a text that is not understood is `None`, never a guess.

/// `128Mi`, `1.5G`, `256MB`, `134217728`: whole megabytes (of 2^20 bytes), rounded up.
pub(super) fn megabytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let number: f64 = number.parse().ok()?;
    let unit = unit.trim().to_ascii_lowercase();
    let bytes = match unit.strip_suffix('b').unwrap_or(&unit) {
        "" => 1.0,
        "k" => 1e3,
        "ki" => 1024.0,
        // Docker's `40m` as well as Kubernetes's `40M`: no function has 40 thousandths of a byte.
        "m" => 1e6,
        "mi" => 1024.0 * 1024.0,
        "g" => 1e9,
        "gi" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let megabytes = (number * bytes / f64::from(1 << 20)).ceil();
    (megabytes.is_finite() && (0.0..1e9).contains(&megabytes)).then_some(megabytes as u64)
}

/// `30`, `30s`, `1m30s`, `500ms`: milliseconds. A number alone is seconds.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return in_milliseconds(seconds * 1e3);
    }
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let factor = match unit {
            "ms" => 1.0,
            "s" => 1e3,
            "m" => 6e4,
            "h" => 3.6e6,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    in_milliseconds(sum)
}

fn in_milliseconds(number: f64) -> Option<u64> {
    (number.is_finite() && (1.0..1e12).contains(&number)).then_some(number.round() as u64)
}

/// `100kb`, `1mb`, as Node's body parsers write sizes: megabytes with at most three decimals.
pub(super) fn body_megabytes(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let bytes = match unit.trim() {
        "" | "b" => 1.0,
        "kb" => 1024.0,
        "mb" => 1024.0 * 1024.0,
        "gb" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let megabytes = number.parse::<f64>().ok()? * bytes / f64::from(1 << 20);
    let rounded = (megabytes * 1e3).ceil() / 1e3;
    (0.0..=10_240.0).contains(&rounded).then_some(rounded)
}

/// A schedule of Fission or a five-field one: as it is, or `@every 5m` in fields.
///
/// # Errors
/// Why the schedule cannot be written in fields.
pub(super) fn schedule(text: &str) -> Result<String, String> {
    let text = text.trim();
    let Some(every) = text.strip_prefix("@every ") else { return Ok(with_ranges(text)) };
    let milliseconds = milliseconds(every).ok_or_else(|| format!("`{text}` is no schedule"))?;
    every_seconds(milliseconds / 1000).ok_or_else(|| format!("`{text}` cannot be written in the fields of cron"))
}

/// A schedule that fires every so many seconds, if the clock can show it.
fn every_seconds(seconds: u64) -> Option<String> {
    match seconds {
        1..60 if 60 % seconds == 0 => Some(format!("*/{seconds} * * * * *")),
        0 => None,
        60 => Some("* * * * *".to_owned()),
        _ if !seconds.is_multiple_of(60) => None,
        _ => match seconds / 60 {
            minutes @ 2..60 if 60 % minutes == 0 => Some(format!("*/{minutes} * * * *")),
            60 => Some("0 * * * *".to_owned()),
            1440 => Some("0 0 * * *".to_owned()),
            minutes if minutes.is_multiple_of(60) && minutes < 1440 && 1440 % minutes == 0 => Some(format!("0 */{} * * *", minutes / 60)),
            10_080 => Some("0 0 * * 0".to_owned()),
            _ => None,
        },
    }
}

/// `rate(5 minutes)`, `cron(0 3 * * ? *)` of AWS, or five fields.
///
/// # Errors
/// Why the schedule cannot be written in the fields of cron.
pub(super) fn aws_schedule(text: &str) -> Result<String, String> {
    let text = text.trim();
    let inner = |name: &str| text.strip_prefix(name).and_then(|rest| rest.strip_suffix(')'));
    if let Some(rate) = inner("rate(") {
        let (number, unit) = rate.trim().split_once(' ').ok_or_else(|| format!("`{text}` is no rate"))?;
        let number: u64 = number.parse().map_err(|_| format!("`{text}` is no rate"))?;
        let factor = match unit.trim().trim_end_matches('s') {
            "minute" => 60,
            "hour" => 3600,
            "day" => 86_400,
            _ => return Err(format!("`{text}` has an unknown unit")),
        };
        return every_seconds(number.saturating_mul(factor)).ok_or_else(|| format!("`{text}` cannot be written in the fields of cron"));
    }
    if text.starts_with("at(") {
        return Err(format!("`{text}` fires once; a schedule repeats"));
    }
    let Some(cron) = inner("cron(") else { return Ok(text.to_owned()) };
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = fields.as_slice() else { return Err(format!("`{text}` has not six fields")) };
    if *year != "*" {
        return Err(format!("`{text}` names a year"));
    }
    let any = |field: &str| if field == "?" { "*".to_owned() } else { field.to_owned() };
    Ok(with_ranges(&[any(minute), any(hour), any(day), any(month), weekdays(&any(weekday))].join(" ")))
}

/// `5/15` as `5-59/15`: other crons take a step behind a number alone, which Skep's takes for a slip.
fn with_ranges(expression: &str) -> String {
    /// The last value of each of six fields.
    const LAST: &[&str] = &["59", "59", "23", "31", "12", "6"];
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let Some(lasts) = LAST.len().checked_sub(fields.len()).filter(|without| *without <= 1).and_then(|without| LAST.get(without..)) else {
        return expression.to_owned();
    };
    let one = |part: &str, last: &str| match part.split_once('/') {
        Some(("0", step)) => format!("*/{step}"),
        Some((from, step)) if from != "*" && !from.contains('-') => {
            let last = if from.starts_with(|first: char| first.is_ascii_alphabetic()) && last == "6" { "SAT" } else { last };
            format!("{from}-{last}/{step}")
        }
        _ => part.to_owned(),
    };
    let field = |(field, last): (&&str, &&str)| field.split(',').map(|part| one(part, last)).collect::<Vec<_>>().join(",");
    fields.iter().zip(lasts).map(field).collect::<Vec<_>>().join(" ")
}

/// AWS counts days of the week from 1, Sunday; names mean the same everywhere.
fn weekdays(field: &str) -> String {
    const NAMES: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let named = |part: &str| {
        let name = part.parse::<usize>().ok().and_then(|number| NAMES.get(number.checked_sub(1)?));
        name.map_or_else(|| part.to_owned(), |name| (*name).to_owned())
    };
    let one = |part: &str| {
        // `2#1` is the first Monday, `6L` the last Friday, `MON/2` a step.
        if let Some((day, after)) = part.split_once(['#', '/']) {
            let mark = if part.contains('#') { '#' } else { '/' };
            return format!("{}{mark}{after}", named(day));
        }
        match part.split_once('-') {
            Some((from, to)) => format!("{}-{}", named(from), named(to)),
            None => part.strip_suffix('L').map_or_else(|| named(part), |day| format!("{}L", named(day))),
        }
    };
    field.split(',').map(one).collect::<Vec<_>>().join(",")
}
