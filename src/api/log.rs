//! The log as the admin API streams it, and its level.
//!
//! `telemetry` writes the lines as JSON and `admin::api` passes them on as they are; `skep logs` reads them.
//!
//! Invariant: a line has a time, a level and an event; every other field may be missing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use crate::function::{FunctionName, Level};

/// The name of the event that carries a [`LogRecord`] in the stream of the log.
pub const LINE_EVENT: &str = "line";

/// The name of the event that carries the number of lines that were written faster than read.
pub const MISSED_EVENT: &str = "missed";

/// Which lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Only lines about this function.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    pub function: Option<FunctionName>,
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
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl LogRecord {
    /// Reads a line of JSON; `None` if it is not a line of the log.
    pub fn parse(line: &str) -> Option<Self> {
        // By way of a value: a field of a message may have the name of one of the line's own, and the last one counts.
        let value: Value = serde_json::from_str(line).ok()?;
        let WrittenRecord { time, level, event, function, fields } = serde_json::from_value(value).ok()?;
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
    fn of_two_fields_with_one_name_the_last_one_counts() {
        let record = LogRecord::parse(r#"{"time":"t","level":"info","event":"x","level":"error"}"#).unwrap();
        assert_eq!(record.level, Level::Error);
    }
}
