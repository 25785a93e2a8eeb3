//! Texts, words, times and sizes for people.
//!
//! Invariant: a text of a server or a function passes [`clean`] or [`clean_lines`] before a terminal sees it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::function::text;

/// A text of a server or a function on one line, without control characters.
pub(crate) fn clean(text: &str) -> String {
    text::clean(text).into_owned()
}

/// The same with its line ends.
pub(crate) fn clean_lines(text: &str) -> String {
    text.lines().map(|line| clean(&line.replace('\t', "    "))).collect::<Vec<_>>().join("\n")
}

/// A word of a closed list, as the API spells it.
pub(crate) fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// How long ago, roughly.
pub(crate) fn ago(then_ms: u64, now_ms: u64) -> String {
    format!("{} ago", span(Duration::from_millis(now_ms.saturating_sub(then_ms))))
}

/// A time for people.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A size for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::release::ReleaseStatus;

    #[test]
    fn control_characters_of_others_stay_away_from_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(clean_lines("one\n\ttwo\x07"), "one\n    two\u{fffd}");
    }

    #[test]
    fn a_word_is_the_one_of_the_api() {
        assert_eq!(word(ReleaseStatus::Superseded), "superseded");
    }

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(span(Duration::from_millis(12)), "12 ms");
        assert_eq!(span(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(span(Duration::from_secs(59)), "59 s");
        assert_eq!(span(Duration::from_secs(3600)), "60 min");
        assert_eq!(ago(0, 86_400_000 * 3), "3 d ago");
        assert_eq!(ago(5, 1), "0 ms ago", "clocks differ");
        assert_eq!((size(12).as_str(), size(1234).as_str(), size(2_500_000).as_str()), ("12 B", "1.2 KB", "2.5 MB"));
    }
}
