//! Reads `routes`: an array of paths, and of tables where a path is not enough.
//!
//! Called by `parse`; `function::route` parses hosts and paths.
//!
//! Invariant: a route with a problem is left out, never guessed.

use std::ops::Range;

use http::Method;
use toml::de::{DeTable, DeValue};

use super::keys::{ROUTE_KEYS, unknown_key};
use super::reader::{Reader, Value};
use crate::function::route::{HostPattern, PathPattern, Route};

const METHODS: &[Method] =
    &[Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE];

pub(super) fn routes(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Route> {
    let DeValue::Array(array) = value.get_ref() else {
        reader.wrong_type("routes", value, "an array of paths or tables");
        return Vec::new();
    };
    let mut routes = Vec::new();
    for item in array.iter() {
        let route = match item.get_ref() {
            DeValue::String(text) => path(reader, "routes", text, item.span()).map(Route::of_path),
            DeValue::Table(table) => route(reader, table, item.span()),
            _ => {
                reader.wrong_type("routes[]", item, "a path or a table with `path`");
                None
            }
        };
        routes.extend(route);
    }
    routes
}

fn route(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Range<usize>) -> Option<Route> {
    let (mut route_path, mut host, mut methods, mut port) = (None, None, Vec::new(), None);
    for (key, value) in table {
        match &**key.get_ref() {
            "path" => {
                route_path = reader.string("path", value).and_then(|text| path(reader, "path", text, value.span()));
            }
            "host" => {
                host = reader.string("host", value).and_then(|text| match HostPattern::parse(text) {
                    Ok(host) => Some(host),
                    Err(why) => {
                        reader.report(value.span(), format!("`host`: {why}"));
                        None
                    }
                });
            }
            "methods" => methods = route_methods(reader, value),
            "port" => port = reader.whole("port", value, 1..=u16::MAX),
            _ => unknown_key(reader, key, "in a route", ROUTE_KEYS),
        }
    }
    if !table.contains_key("path") {
        reader.report(span, "a route needs a `path`; `path = \"/*\"` is every path");
    }
    Some(Route { host, path: route_path?, methods, port })
}

fn path(reader: &mut Reader<'_>, key: &str, text: &str, span: Range<usize>) -> Option<PathPattern> {
    match PathPattern::parse(text) {
        Ok(path) => Some(path),
        Err(why) => {
            reader.report(span, format!("`{key}`: {why}"));
            None
        }
    }
}

fn route_methods(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    let strings = reader.strings("methods", value);
    if matches!(value.get_ref(), DeValue::Array(array) if array.is_empty()) {
        reader.report(value.span(), "`methods = []` would answer nothing; leave it out to answer every method");
    }
    for (text, span) in strings {
        match METHODS.iter().find(|method| method.as_str() == text) {
            Some(method) if methods.contains(method) => reader.report_item("methods", span, "it is listed twice"),
            Some(method) => methods.push(method.clone()),
            None => {
                let known: Vec<_> = METHODS.iter().map(Method::as_str).collect();
                reader.report_item("methods", span, &format!("allowed are {}", known.join(", ")));
            }
        }
    }
    methods
}
