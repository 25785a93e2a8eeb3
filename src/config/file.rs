//! The configuration file: `skep.toml`, or the one `--config` names.
//!
//! Read by `Config::load`; its values go to `resolve`, which puts them below flags and environment. Its keys are the long flags, with
//! `_`, and `[[grant]]`.
//!
//! Invariant: an unknown key is rejected with its line and the nearest known one, so that a misspelt limit never goes unnoticed.
#![allow(clippy::disallowed_methods, reason = "the configuration is a file")]

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use toml::de::DeTable;

use super::ConfigError;
use super::line::clap_command;
use super::metrics::{CommaList, MetricsCompat, deserialize_namespace};
use super::value::{LogFormatChoice, LogStderr, LogsPlace, Threads, deserialize_address, deserialize_level};
use crate::function::route::{HostPattern, PathPattern};
use crate::function::{FunctionName, Level, NamePattern};

/// The one key of the file that is not a setting: no flag or variable can express it.
const GRANT_KEY: &str = "grant";

/// The settings of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) functions: Option<PathBuf>,
    pub(super) state: Option<PathBuf>,
    #[serde(deserialize_with = "deserialize_address")]
    pub(super) listen: Option<SocketAddr>,
    #[serde(deserialize_with = "deserialize_address")]
    pub(super) admin: Option<SocketAddr>,
    pub(super) threads: Option<Threads>,
    pub(super) max_connections: Option<u64>,
    pub(super) max_connections_per_address: Option<u64>,
    pub(super) max_header_kb: Option<u64>,
    pub(super) header_timeout_s: Option<u64>,
    pub(super) keep_alive_s: Option<u64>,
    pub(super) body_timeout_s: Option<u64>,
    pub(super) drain_s: Option<u64>,
    pub(super) trust_proxy: Option<bool>,
    pub(super) warm: Option<u64>,
    pub(super) max_instances: Option<u64>,
    pub(super) host_memory_mb: Option<u64>,
    pub(super) boot_cpu_ms: Option<u64>,
    pub(super) boot_wall_ms: Option<u64>,
    pub(super) compile_memory_mb: Option<u64>,
    pub(super) compile_ms: Option<u64>,
    pub(super) single_process: Option<bool>,
    #[serde(deserialize_with = "deserialize_level")]
    pub(super) log_level: Option<Level>,
    pub(super) log_format: Option<LogFormatChoice>,
    pub(super) log_stderr: Option<LogStderr>,
    pub(super) logs: Option<LogsPlace>,
    pub(super) logs_days: Option<u64>,
    pub(super) logs_function_mb: Option<u64>,
    pub(super) logs_total_mb: Option<u64>,
    pub(super) metrics_series: Option<u64>,
    pub(super) metrics_full: Option<CommaList<NamePattern>>,
    pub(super) metrics_compat: Option<CommaList<MetricsCompat>>,
    #[serde(deserialize_with = "deserialize_namespace")]
    pub(super) openfaas_namespace: Option<String>,
    pub(super) history_mb: Option<u64>,
    pub(super) traces_mb: Option<u64>,
    pub(super) traces_rate: Option<u64>,
    pub(super) traces_slow_ms: Option<u64>,
    pub(super) grant: Vec<RawGrant>,
}

/// A `[[grant]]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawGrant {
    pub(super) functions: Vec<FunctionName>,
    #[serde(deserialize_with = "deserialize_parsed")]
    pub(super) hosts: Vec<HostPattern>,
    #[serde(deserialize_with = "deserialize_parsed")]
    pub(super) prefixes: Vec<PathPattern>,
    pub(super) ports: Vec<u16>,
}

/// Texts, each read by its type's own rules.
fn deserialize_parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(de::Error::custom)).collect()
}

impl RawFile {
    /// Reads the file. A missing file is an error only if a flag or a variable names it.
    pub(super) fn read(path: &Path, named: bool) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => return Ok(Self::default()),
            Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
        };
        let mut file = Self::parse(path, &text)?;
        // Paths in a file mean the same wherever Skep is started.
        let folder = path.parent().unwrap_or(Path::new(""));
        for place in [&mut file.functions, &mut file.state].into_iter().flatten() {
            *place = folder.join(&*place);
        }
        if let Some(LogsPlace::At(place)) = &mut file.logs {
            *place = folder.join(&*place);
        }
        Ok(file)
    }

    /// `path` is for messages only.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let malformed = |error: toml::de::Error| ConfigError::Malformed {
            path: path.to_owned(),
            line: line_of(text, error.span()),
            message: error.message().to_owned(),
        };
        let table = DeTable::parse(text).map_err(malformed)?;
        let known: Vec<String> = keys().into_iter().chain([GRANT_KEY.to_owned()]).collect();
        let unknown = table.get_ref().keys().filter(|key| !known.iter().any(|known| known == key.get_ref()));
        // The first in the file, not the first in the alphabet.
        if let Some(key) = unknown.min_by_key(|key| key.span().start) {
            let name = key.get_ref().to_string();
            let nearest = nearest(&name, &known).map(str::to_owned);
            return Err(ConfigError::UnknownKey { path: path.to_owned(), line: line_of(text, Some(key.span())), key: name, nearest });
        }
        toml::from_str(text).map_err(malformed)
    }
}

/// Every setting that the file may have: all but the one that names the file.
pub(super) fn keys() -> Vec<String> {
    let command = clap_command();
    let settings = command.get_arguments().filter(|arg| arg.is_global_set());
    settings.map(|arg| arg.get_id().to_string()).filter(|id| id != "config").collect()
}

/// A key half of whose letters differ is another key, not a misspelt one.
pub(super) fn nearest<'k>(key: &str, known: &'k [String]) -> Option<&'k str> {
    let key = key.to_lowercase().replace('-', "_");
    let distances = known.iter().map(|known| (strsim::osa_distance(&key, known), known.as_str()));
    distances.min().filter(|(distance, known)| distance * 2 < known.len()).map(|(_, known)| known)
}

pub(super) fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        RawFile::parse(Path::new("skep.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn every_setting_but_config_may_stand_in_the_file_with_its_default() {
        let command = clap_command();
        for key in keys() {
            let arg = command.get_arguments().find(|arg| arg.get_id() == key.as_str()).unwrap();
            let default = arg.get_default_values().first().unwrap().to_str().unwrap();
            let parse = |value: &str| RawFile::parse(Path::new("skep.toml"), &format!("{key} = {value}"));
            parse(default).or_else(|_| parse(&format!("{default:?}"))).unwrap();
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_one() {
        assert_eq!(error("warm = 1\n\nmax-conections = 5"), "skep.toml:3: unknown key `max-conections`; did you mean `max_connections`?");
        assert!(error("[ingress]\nthreads = 1").starts_with("skep.toml:1: unknown key `ingress`"));
        assert!(error("config = 'other.toml'").contains("unknown key `config`"));
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_line() {
        assert!(error("warm = 1\nlisten = ':80'").starts_with("skep.toml:2: expected IP:PORT"));
        assert!(error("warm = -1").starts_with("skep.toml:1: "));
        assert!(error("\nthreads = 'many'").starts_with("skep.toml:2: expected a number above 0"));
        assert!(error("warm = ").starts_with("skep.toml:1: "));
        assert!(error("warm = 1\nwarm = 2").starts_with("skep.toml:2: duplicate key"));
    }

    #[test]
    fn a_grant_is_read_by_the_rules_of_routes_and_names() {
        let text = "warm = 1\n[[grant]]\nfunctions = ['shop']\nhosts = ['*.Shop.example']\nprefixes = ['/a/b']\nports = [9000]\n";
        let file = RawFile::parse(Path::new("skep.toml"), text).unwrap();
        let [RawGrant { functions, hosts, prefixes, ports }] = &file.grant[..] else { panic!("one grant") };
        assert_eq!((functions[0].as_str(), hosts[0].to_string().as_str()), ("shop", "*.shop.example"));
        assert_eq!((prefixes[0].to_string().as_str(), ports.as_slice()), ("/a/b", &[9000][..]));
        for (line, why) in [
            ("hosts = ['a.*.com']", "first label"),
            ("prefixes = ['shop']", "must begin with `/`"),
            ("functions = ['Shop']", "Shop"),
            ("ports = [70000]", "70000"),
            ("host = 'a.com'", "unknown field `host`"),
        ] {
            let error = error(&format!("[[grant]]\n{line}\n"));
            assert!(error.starts_with("skep.toml:") && error.contains(why), "{line}: {error}");
        }
        assert!(error("grants = 1").contains("did you mean `grant`?"));
    }

    #[test]
    fn paths_in_the_file_are_relative_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skep.toml");
        std::fs::write(&path, "functions = 'code'\nstate = '/var/skep'").unwrap();
        let file = RawFile::read(&path, true).unwrap();
        assert_eq!(file.functions, Some(folder.path().join("code")));
        assert_eq!(file.state, Some("/var/skep".into()));
    }

    #[test]
    fn only_a_named_file_must_exist() {
        let missing = Path::new("/nowhere/skep.toml");
        assert!(RawFile::read(missing, false).unwrap().warm.is_none());
        assert!(RawFile::read(missing, true).unwrap_err().to_string().contains("/nowhere/skep.toml"));
    }
}
