//! The settings of metrics and of their history, and how their texts are read.
//!
//! Read by `args` (flags and variables), `file` (keys) and `resolve`; `app` hands the result to `telemetry` and `admin`.
//!
//! Invariant: a list is a text with commas, and the empty text is the empty list, wherever it stands.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use serde::{Deserialize, Deserializer, de};

use super::default::{DEFAULT_HISTORY_MB, DEFAULT_METRICS_SERIES};
use crate::function::NamePattern;

/// The heading in the help.
pub(super) const METRICS: &str = "Metrics";

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = METRICS)]
pub(super) struct MetricsSettings {
    /// Series of all functions together in `/metrics`; functions beyond it share those of `_other`.
    #[arg(long, global = true, env = "SKEP_METRICS_SERIES", value_name = "N", default_value_t = DEFAULT_METRICS_SERIES)]
    pub(super) metrics_series: u64,
    /// Functions that have all series first: names with `*`, separated by commas.
    #[arg(long, global = true, env = "SKEP_METRICS_FULL", value_name = "PATTERNS", default_value_t)]
    pub(super) metrics_full: CommaList<NamePattern>,
    /// Series under the names of other platforms beside Skep's own: `openfaas`, `kubeless`, `knative`, separated by commas.
    #[arg(long, global = true, env = "SKEP_METRICS_COMPAT", value_name = "NAMES", default_value_t)]
    pub(super) metrics_compat: CommaList<MetricsCompat>,
    /// What follows a function's name and a dot in the series of OpenFaaS; nothing if it is empty.
    #[arg(long, global = true, env = "SKEP_OPENFAAS_NAMESPACE", value_name = "NAME", default_value_t, value_parser = parse_namespace)]
    pub(super) openfaas_namespace: String,
    /// Memory for the history of the metrics, in megabytes; 0: none is kept.
    #[arg(long, global = true, env = "SKEP_HISTORY_MB", value_name = "MB", default_value_t = DEFAULT_HISTORY_MB)]
    pub(super) history_mb: u64,
}

/// What of metrics is shown, and how much of them is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsConfig {
    /// Series of all functions together.
    pub series: usize,
    /// Functions that have all series first.
    pub full: Vec<NamePattern>,
    /// Names of other platforms.
    pub compat: Vec<MetricsCompat>,
    /// What follows a function's name in the series of OpenFaaS.
    pub openfaas_namespace: String,
    /// Memory for the history, in bytes.
    pub history_bytes: usize,
}

/// A platform whose names of series are shown too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsCompat {
    /// `gateway_function_…`.
    OpenFaas,
    /// `function_…`, of one function at a time.
    Kubeless,
    /// `kn_…`.
    Knative,
}

impl MetricsCompat {
    const ALL: [Self; 3] = [Self::OpenFaas, Self::Kubeless, Self::Knative];

    fn label(self) -> &'static str {
        match self {
            Self::OpenFaas => "openfaas",
            Self::Kubeless => "kubeless",
            Self::Knative => "knative",
        }
    }
}

impl fmt::Display for MetricsCompat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl ListItem for MetricsCompat {
    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|compat| compat.label() == text);
        known.ok_or_else(|| format!("{text:?} is not `openfaas`, `kubeless` or `knative`"))
    }
}

impl ListItem for NamePattern {
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

/// An item of a list.
pub(super) trait ListItem: fmt::Display + Sized {
    /// Reads it.
    fn read(text: &str) -> Result<Self, String>;
}

/// A list as a text with commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommaList<T>(pub(super) Vec<T>);

impl<T> Default for CommaList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Display> fmt::Display for CommaList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
    }
}

impl<T: ListItem> FromStr for CommaList<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(T::read).collect::<Result<_, _>>().map(Self)
    }
}

impl<'de, T: ListItem> Deserialize<'de> for CommaList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Reads a namespace: a DNS label, or nothing.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_namespace(text: &str) -> Result<String, String> {
    let is_label = text.len() <= 63 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_label { Ok(text.to_owned()) } else { Err(format!("{text:?} is not a namespace: a-z, 0-9 and `-`, such as `openfaas-fn`")) }
}

/// The same in the file.
pub(super) fn deserialize_namespace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    parse_namespace(&String::deserialize(deserializer)?).map(Some).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_a_text_with_commas() {
        let list: CommaList<MetricsCompat> = "openfaas, knative".parse().unwrap();
        assert_eq!(list.0, [MetricsCompat::OpenFaas, MetricsCompat::Knative]);
        assert_eq!(list.to_string(), "openfaas,knative");
        assert_eq!("".parse(), Ok(CommaList::<NamePattern>::default()));
        assert!("openfaas,prometheus".parse::<CommaList<MetricsCompat>>().unwrap_err().contains("prometheus"));
        assert!("shop *".parse::<CommaList<NamePattern>>().is_err());
        assert!(parse_namespace("openfaas-fn").is_ok() && parse_namespace("a.b").is_err());
    }
}
