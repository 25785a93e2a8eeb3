//! The log as the admin API shows and streams it, and its level.
//!
//! `telemetry` writes the lines as JSON and `admin::api` passes them on as they are; `skep logs` reads them.
//!
//! Invariant: a line has a time, a level and an event; every other field may be missing.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use crate::function::{FunctionName, Level};

/// The name of the event that carries a [`LogRecord`] in the stream of the log.
pub const LINE_EVENT: &str = "line";

/// The name of the event that a stream of the log begins with: the number after which it begins.
pub const BEGIN_EVENT: &str = "begin";

/// The name of the event that carries the number of lines that were written faster than read.
pub const MISSED_EVENT: &str = "missed";

/// Lines of an answer, if the query does not say.
pub const LOG_LINES_DEFAULT: usize = 1000;

/// What the name of a parameter begins with that asks for a field of a line.
const FIELD_PREFIX: &str = "field.";

/// Which lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Only lines about this function.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    pub function: Option<FunctionName>,
    /// Only lines of these streams, with commas: `business` (consoles of functions), `requests`, `host`, `audit`.
    pub stream: Option<String>,
    /// Only lines as urgent as this, or more.
    #[param(value_type = Option<String>)]
    pub level: Option<Level>,
    /// Only lines from then on: RFC 3339, milliseconds since 1970, or a time ago such as `15m`, `1h`, `7d`.
    pub since: Option<String>,
    /// Only lines before.
    pub until: Option<String>,
    /// Only lines with this text, as the line is written or as JSON reads it.
    pub grep: Option<String>,
    /// Only lines in which this expression finds something.
    pub regex: Option<String>,
    /// Only lines of this request.
    pub request_id: Option<String>,
    /// Only lines of this trace.
    pub trace_id: Option<String>,
    /// Only lines of this version.
    pub version: Option<String>,
    /// Only lines of this instance.
    #[serde(deserialize_with = "from_text")]
    pub instance: Option<u32>,
    /// Only lines of requests that ended in this fault.
    pub fault: Option<String>,
    /// Only lines whose number (`seq`) is greater.
    #[serde(deserialize_with = "from_text")]
    pub after: Option<u64>,
    /// Only lines whose number is smaller.
    #[serde(deserialize_with = "from_text")]
    pub before: Option<u64>,
    /// Lines at most: 1 to 10,000; 1000 if it is left out.
    #[serde(deserialize_with = "from_text")]
    pub limit: Option<usize>,
    /// `desc`: the newest, newest first; `asc`: the oldest, oldest first. `desc` if it is left out.
    #[param(inline)]
    pub order: Option<LogOrder>,
    /// Whether to send each line as an event, from now on, or from `since` or `after` on.
    #[serde(deserialize_with = "from_text")]
    pub follow: Option<bool>,
    /// Only lines that have these fields with these values: `field.NAME=VALUE`.
    #[serde(skip)]
    pub fields: Vec<(String, String)>,
}

/// The order of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogOrder {
    /// The oldest, oldest first.
    Asc,
    /// The newest, newest first.
    #[default]
    Desc,
}

impl LogQuery {
    /// Reads the parameters of a query.
    ///
    /// # Errors
    /// Which of them is wrong.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, String> {
        let (mut known, mut fields) = (Map::new(), Vec::new());
        for (name, value) in pairs {
            match name.strip_prefix(FIELD_PREFIX) {
                Some(field) => fields.push((field.to_owned(), value)),
                None if known.contains_key(&name) => return Err(format!("`{name}` is given twice")),
                None => drop(known.insert(name, Value::String(value))),
            }
        }
        let query: Self = serde_json::from_value(Value::Object(known)).map_err(|error| error.to_string())?;
        Ok(Self { fields, ..query })
    }
}

/// A number or a truth value in a query, where everything is text.
fn from_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|error| de::Error::custom(format!("`{text}` is not valid: {error}")))
}

/// An event of a stream of server-sent events.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the document names it: `axum` writes events, `client::connection::sse` reads them")]
pub struct StreamedEvent {
    /// Its name.
    event: String,
    /// JSON, or a number.
    data: String,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    /// When it was written, as RFC 3339 says.
    pub time: String,
    /// How urgent it is.
    pub level: Level,
    /// The function it is about, if it is about one.
    pub function: Option<String>,
    /// The event that it reports.
    pub event: LogEvent,
}

/// The event that a line of the log reports.
#[derive(Clone, Debug, PartialEq)]
pub enum LogEvent {
    /// A function wrote to its console.
    Console(ConsoleFields),
    /// A request was answered.
    RequestDone(RequestDoneFields),
    /// Anything else: its name, and its fields.
    Other(String, Map<String, Value>),
}

/// The fields of a line that a function wrote to its console.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ConsoleFields {
    /// The text.
    pub text: String,
}

/// The fields of the line about a request that people read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RequestDoneFields {
    /// As sent.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The status that the client saw.
    pub status: u16,
    /// The name of the fault, if there was one.
    pub fault: Option<String>,
    /// The whole diagnostic.
    pub detail: Option<String>,
    /// Wall-clock time, in microseconds.
    pub wall_us: f64,
    /// CPU time, in microseconds.
    pub cpu_us: f64,
}

/// A line as it is written.
#[derive(Deserialize)]
struct WrittenRecord {
    time: String,
    level: Level,
    event: String,
    function: Option<String>,
    #[serde(rename = "seq")]
    _seq: Option<u64>,
    #[serde(rename = "stream")]
    _stream: Option<String>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl LogRecord {
    /// Reads a line of JSON; `None` if it is not a line of the log.
    pub fn parse(line: &str) -> Option<Self> {
        // By way of a value: a field of a message may have the name of one of the line's own, and the last one counts.
        let value: Value = serde_json::from_str(line).ok()?;
        let WrittenRecord { time, level, event, function, fields, .. } = serde_json::from_value(value).ok()?;
        let known = match event.as_str() {
            "console" => serde_json::from_value(Value::Object(fields.clone())).map(LogEvent::Console).ok(),
            "request done" => serde_json::from_value(Value::Object(fields.clone())).map(LogEvent::RequestDone).ok(),
            _ => None,
        };
        Some(Self { time, level, function, event: known.unwrap_or(LogEvent::Other(event, fields)) })
    }
}

/// The level of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogLevelBody {
    /// The least urgent level that is written.
    #[schema(schema_with = level_schema)]
    pub level: Level,
}

/// The names of the levels. `function::level` is a part of the build script, which has no OpenAPI.
fn level_schema() -> Object {
    let names = Level::ALL.map(Level::label);
    ObjectBuilder::new().schema_type(Type::String).description(Some("How urgent a line is.")).enum_values(Some(names)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_by_its_event() {
        let parse = |line: &str| LogRecord::parse(line).map(|record| record.event);
        let console = parse(r#"{"time":"t","level":"info","event":"console","function":"a","instance":1,"text":"hello"}"#);
        assert_eq!(console, Some(LogEvent::Console(ConsoleFields { text: "hello".to_owned() })));
        let message = parse(r#"{"time":"t","level":"warn","event":"release undone","release":"r1"}"#);
        let Some(LogEvent::Other(event, fields)) = message else { panic!("{message:?}") };
        assert_eq!((event.as_str(), fields.get("release")), ("release undone", Some(&Value::from("r1"))));
        assert_eq!(parse("no JSON"), None);
        assert_eq!(parse(r#"{"event":"console"}"#), None, "a line has a time and a level");
    }

    #[test]
    fn a_query_is_read_name_by_name() {
        let pairs = |pairs: &[(&str, &str)]| {
            LogQuery::from_pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let read =
            pairs(&[("function", "a"), ("limit", "5"), ("follow", "true"), ("order", "asc"), ("level", "warn"), ("field.user", "x")]);
        let expected = LogQuery {
            function: FunctionName::parse("a").ok(),
            limit: Some(5),
            follow: Some(true),
            order: Some(LogOrder::Asc),
            level: Some(Level::Warn),
            fields: vec![("user".to_owned(), "x".to_owned())],
            ..LogQuery::default()
        };
        assert_eq!(read, Ok(expected));
        for wrong in [
            ("limit", "many"),
            ("follow", "1"),
            ("order", "up"),
            ("fnuction", "a"),
            ("level", "loud"),
            ("function", "A"),
            ("instance", "-1"),
        ] {
            assert!(pairs(&[wrong]).is_err(), "{wrong:?}");
        }
        assert!(pairs(&[("grep", "a"), ("grep", "b")]).is_err());
    }

    #[test]
    fn of_two_fields_with_one_name_the_last_one_counts() {
        let record = LogRecord::parse(r#"{"time":"t","level":"info","event":"x","level":"error"}"#).unwrap();
        assert_eq!(record.level, Level::Error);
    }
}
