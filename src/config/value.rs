//! Values of flags, variables and keys of the file, and how their texts are read.
//!
//! Read by `args` (flags and variables) and `file` (keys), so that every source accepts the same texts.
//!
//! Invariant: the error for a rejected text shows one that would be accepted.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer, de};

use crate::function::Level;

/// The number of threads that read and write sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// One for each core of the machine.
    Cores,
    /// This many.
    Count(NonZeroUsize),
}

impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cores => f.write_str("cores"),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl FromStr for Threads {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "cores" {
            return Ok(Self::Cores);
        }
        text.parse().map(Self::Count).map_err(|_| "expected a number above 0, or `cores` for one thread per core".to_owned())
    }
}

impl<'de> Deserialize<'de> for Threads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a number above 0, or \"cores\"")]
        enum Either {
            Number(NonZeroUsize),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(count) => Ok(Self::Count(count)),
            Either::Text(text) => text.parse().map_err(de::Error::custom),
        }
    }
}

/// The least important log line that is still written, as the file names it.
pub(super) fn deserialize_level<'de, D: de::Deserializer<'de>>(deserializer: D) -> Result<Option<Level>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let names = || Level::ALL.map(Level::label).join(", ");
    Level::of_label(&text).map(Some).ok_or_else(|| de::Error::custom(format!("unknown log level `{text}`, expected one of {}", names())))
}

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Error => "Failures",
            Self::Warn => "Also signs of failures to come",
            Self::Info => "Also ordinary events",
            Self::Debug => "Also the causes of events",
            Self::Trace => "Also every step on the way",
        };
        Some(PossibleValue::new(self.label()).help(help))
    }
}

/// The log lines that stand on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogStderr {
    /// All of them.
    All,
    /// What the host says about itself.
    Host,
    /// None.
    None,
}

/// The choices for the form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormatChoice {
    /// `pretty` in `skep dev`, `json` otherwise.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Where log lines are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LogsPlace {
    /// `logs` in the state directory; nowhere in dev.
    Auto,
    /// In memory alone.
    None,
    /// In this folder.
    At(PathBuf),
}

impl fmt::Display for LogsPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::None => f.write_str("none"),
            Self::At(path) => path.display().fmt(f),
        }
    }
}

impl FromStr for LogsPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "" => return Err("expected a folder, `auto` for one in the state directory, or `none`".to_owned()),
            "auto" => Self::Auto,
            "none" => Self::None,
            path => Self::At(path.into()),
        })
    }
}

impl<'de> Deserialize<'de> for LogsPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Reads `IP:PORT`; `localhost` stands for 127.0.0.1. Names are not looked up: an address has to mean one thing.
pub(super) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| {
        let port = text.trim_start_matches(':');
        match port.parse::<u16>() {
            Ok(port) => format!("expected IP:PORT, such as 127.0.0.1:{port}, or 0.0.0.0:{port} for every interface"),
            Err(_) => "expected IP:PORT, such as 127.0.0.1:8000, 0.0.0.0:8000 or [::1]:8000".to_owned(),
        }
    })
}

/// The same for a key of the file.
pub(super) fn deserialize_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_address(&text).map(Some).map_err(de::Error::custom)
}

/// One header of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Before the colon.
    pub name: HeaderName,
    /// After it, without the spaces around.
    pub value: HeaderValue,
}

impl FromStr for Header {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("expected NAME:VALUE, such as accept:application/json")?;
        let name = name.trim().parse().map_err(|_| format!("`{}` is not a header name", name.trim()))?;
        let value = value.trim().parse().map_err(|_| "the value has characters that a header cannot carry".to_owned())?;
        Ok(Self { name, value })
    }
}

/// The body of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The argument itself.
    Text(String),
    /// The file named after `@`.
    File(PathBuf),
    /// `-`: the text of the standard input.
    Stdin,
}

impl FromStr for Payload {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix('@')) {
            ("-", _) => Ok(Self::Stdin),
            (_, Some("")) => Err("expected a file name after `@`".to_owned()),
            (_, Some(file)) => Ok(Self::File(file.into())),
            (_, None) => Ok(Self::Text(text.to_owned())),
        }
    }
}

/// A part of all calls, in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(u16);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent: Option<f64> = text.trim_end_matches('%').parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
        // In range by the filter.
        percent
            .map(|percent| Self((percent * 100.0).round() as u16))
            .ok_or_else(|| "expected a number from 0 to 100, such as 5 or 12.5".to_owned())
    }
}

impl Percent {
    /// As the admin API takes it.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// A moment, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub i64);

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = chrono::DateTime::parse_from_rfc3339(text);
        read.map(|at| Self(at.timestamp_millis()))
            .map_err(|_| "expected a time with its offset, such as 2026-11-26T03:00:00+01:00".to_owned())
    }
}

/// A change of a variable of a function.
#[derive(Clone, PartialEq, Eq)]
pub struct VariableChange {
    /// Its name.
    pub name: String,
    /// Its new value; `None`: the variable is removed.
    pub value: Option<String>,
}

impl FromStr for VariableChange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match (text.split_once('='), text.strip_suffix('-')) {
            (Some((name, value)), _) => (name, Some(value.to_owned())),
            (None, Some(name)) => (name, None),
            (None, None) => return Err("expected KEY=VALUE to set it, or KEY- to remove it".to_owned()),
        };
        if name.is_empty() {
            return Err("expected a name before the `=` or the `-`".to_owned());
        }
        Ok(Self { name: name.to_owned(), value })
    }
}

/// The value may be a secret.
impl fmt::Debug for VariableChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VariableChange").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_ip_and_a_port_and_a_refusal_shows_how_to_write_it() {
        assert_eq!(parse_address("localhost:0").unwrap().to_string(), "127.0.0.1:0");
        assert_eq!(parse_address("[::1]:80").unwrap().to_string(), "[::1]:80");
        assert!(parse_address("8080").unwrap_err().contains("127.0.0.1:8080"));
        assert!(parse_address(":8080").unwrap_err().contains("0.0.0.0:8080"));
        assert!(parse_address("example.com:80").unwrap_err().contains("[::1]:8000"));
        assert!(parse_address("127.0.0.1").is_err());
    }

    #[test]
    fn threads_are_counted_or_as_many_as_cores() {
        assert_eq!("cores".parse(), Ok(Threads::Cores));
        assert_eq!("3".parse::<Threads>().unwrap().to_string(), "3");
        assert!("0".parse::<Threads>().unwrap_err().contains("cores"));
    }

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let header: Header = "X-Token:  a:b ".parse().unwrap();
        assert_eq!((header.name.as_str(), header.value.to_str().unwrap()), ("x-token", "a:b"));
        assert!("x-token".parse::<Header>().unwrap_err().contains("NAME:VALUE"));
        assert!("a b:c".parse::<Header>().unwrap_err().contains("`a b`"));
        assert!("a:b\nc".parse::<Header>().is_err());
    }

    #[test]
    fn a_payload_is_text_a_file_or_the_standard_input() {
        assert_eq!("-".parse(), Ok(Payload::Stdin));
        assert_eq!("@a.json".parse(), Ok(Payload::File("a.json".into())));
        assert_eq!("{\"a\":1}".parse(), Ok(Payload::Text("{\"a\":1}".into())));
        assert!("@".parse::<Payload>().is_err());
    }
    #[test]
    fn a_percentage_is_from_0_to_100_and_keeps_two_places() {
        assert_eq!("12.5".parse::<Percent>().unwrap().value(), 12.5);
        assert_eq!("5%".parse::<Percent>().unwrap().value(), 5.0);
        for wrong in ["101", "-1", "NaN", "half", ""] {
            assert!(wrong.parse::<Percent>().unwrap_err().contains("0 to 100"), "{wrong}");
        }
    }

    #[test]
    fn an_assignment_sets_or_takes_away_and_never_shows_its_value() {
        let parse = |text: &str| text.parse::<VariableChange>().map(|change| (change.name, change.value));
        assert_eq!(parse("A=b=c"), Ok(("A".into(), Some("b=c".into()))));
        assert_eq!(parse("A="), Ok(("A".into(), Some(String::new()))));
        assert_eq!(parse("A-"), Ok(("A".into(), None)));
        assert_eq!(parse("A=-"), Ok(("A".into(), Some("-".into()))));
        assert!(parse("A").unwrap_err().contains("KEY=VALUE") && parse("=b").is_err() && parse("-").is_err());
        assert!(!format!("{:?}", "A=hidden".parse::<VariableChange>()).contains("hidden"));
    }
}
