//! What the store reads from a line without parsing all of it: number, time, level and ids.
//!
//! Lines are the host's own JSON: the first `"level"` is the line's, and a key never stands inside of a text, where its quotes are escaped.
//!
//! Invariant: bytes that are no line of the log have no number.

use std::io::Write as _;

use chrono::{DateTime, NaiveDate};
use memchr::memmem;

use crate::function::Level;
use crate::telemetry::stream::Stream;

/// The line's number, which the writer has put at its end.
pub(super) fn seq(line: &[u8]) -> Option<u64> {
    let after = after_last(line, b",\"seq\":")?;
    let digits = after.get(..after.iter().position(|byte| !byte.is_ascii_digit())?)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Puts number and stream at the end of a line of the log. `None` if it is not one.
pub(super) fn numbered(line: &[u8], seq: u64, stream: Stream, out: &mut Vec<u8>) -> Option<()> {
    let object = line.strip_suffix(b"\n").unwrap_or(line).strip_suffix(b"}")?;
    if !object.starts_with(b"{\"time\":\"") || memchr::memchr(b'\n', object).is_some() {
        return None;
    }
    out.extend_from_slice(object);
    // Writing to memory cannot fail.
    let _ = writeln!(out, ",\"seq\":{seq},\"stream\":\"{}\"}}", stream.label());
    Some(())
}

/// When it was written, in milliseconds since 1970.
pub(super) fn time_ms(line: &[u8]) -> Option<i64> {
    let text = line.strip_prefix(b"{\"time\":\"")?.get(..24)?;
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    let moment = date.and_hms_milli_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 23)?)?;
    Some(moment.and_utc().timestamp_millis())
}

/// Its level.
pub(super) fn level(line: &[u8]) -> Option<Level> {
    Level::of_label(std::str::from_utf8(text_of(line, b"\"level\":\"")?).ok()?)
}

/// The ids that lines are looked up by: those of the trace and of the request.
pub(super) fn ids(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    [b",\"trace_id\":\"".as_slice(), b",\"request_id\":\""].into_iter().filter_map(move |key| text_of(line, key))
}

/// The text that follows the first `key`, as it is written.
pub(super) fn text_of<'l>(line: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    let after = line.get(memmem::find(line, key)? + key.len()..)?;
    let mut end = 0;
    loop {
        match after.get(end)? {
            b'"' => return after.get(..end),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
}

fn after_last<'l>(line: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    line.get(memmem::rfind(line, key)? + key.len()..)
}

/// A moment as RFC 3339, as milliseconds since 1970, or as a time before `now_ms` such as `90s`, `15m`, `1h`, `7d`.
pub fn moment_ms(text: &str, now_ms: i64) -> Option<i64> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.timestamp_millis());
    }
    if let Ok(moment) = text.parse::<i64>() {
        return Some(moment);
    }
    let unit_ms = match text.as_bytes().last()? {
        b's' => 1000,
        b'm' => 60_000,
        b'h' => 3_600_000,
        b'd' => 86_400_000,
        _ => return None,
    };
    let count: i64 = text.get(..text.len() - 1)?.parse().ok().filter(|count| *count >= 0)?;
    now_ms.checked_sub(count.checked_mul(unit_ms)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = br#"{"time":"2026-11-26T17:53:01.250Z","level":"warn","event":"console","text":",\"seq\":7,\"trace_id\":\"no\"","trace_id":"t1","request_id":"r\"1"}"#;

    #[test]
    fn a_line_says_its_number_time_level_and_ids() {
        let mut line = Vec::new();
        numbered(LINE, 42, Stream::Business, &mut line).unwrap();
        assert!(line.ends_with(b",\"seq\":42,\"stream\":\"business\"}\n"));
        assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
        assert_eq!((seq(&line), time_ms(&line), level(&line)), (Some(42), Some(1_795_715_581_250), Some(Level::Warn)));
        assert_eq!(ids(&line).collect::<Vec<_>>(), [b"t1".as_slice(), br#"r\"1"#]);
        assert_eq!(seq(LINE), None, "what a text says is no number");
    }

    #[test]
    fn what_is_no_line_gets_no_number() {
        for wrong in [b"{}".as_slice(), b"", b"{\"time\":\"a\n\"}", b"{\"time\":\"unfinished", b"[1]"] {
            assert_eq!(numbered(wrong, 1, Stream::Host, &mut Vec::new()), None, "{wrong:?}");
        }
        assert_eq!((time_ms(b"{\"time\":\"2026-13-01T00:00:00.000Z\"}"), time_ms(b"{\"time\":\"2026\"}")), (None, None));
    }

    #[test]
    fn a_moment_is_a_date_a_number_or_a_time_ago() {
        let now = 10_000_000;
        assert_eq!(moment_ms("1970-01-01T01:00:00+01:00", now), Some(0));
        assert_eq!(moment_ms("5", now), Some(5));
        assert_eq!(
            (moment_ms("90s", now), moment_ms("1m", now), moment_ms("1h", now)),
            (Some(9_910_000), Some(9_940_000), Some(6_400_000))
        );
        for wrong in ["", "h", "-1h", "1x", "yesterday", "99999999999999999d", "ü"] {
            assert_eq!(moment_ms(wrong, now), None, "{wrong}");
        }
    }
}
