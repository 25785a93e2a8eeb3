//! The settings of dialects: which one a function is written in, and what its peer keeps outside the file.
//!
//! Read from `dialect`, `handler`, `[lambda]`, `[parse]` and `[firebase]` of the manifest. They go with the version to the prelude, and to
//! the routes.
//!
//! Invariant: the canonical text holds what differs from the defaults and nothing else, so versions without these keys keep their ids.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::keys::{DIALECT_LABELS, FIREBASE_KEYS, LAMBDA_KEYS, PARSE_KEYS, nearest, unknown_key};
use super::quoted::Quoted;
use super::reader::{Reader, Value};
use crate::function::Dialect;

/// Longest `job_wall_ms` and `job_cpu_ms`: a day.
const JOB_MS_MAX: u64 = 86_400_000;
/// Longest `handler`.
const HANDLER_BYTES_MAX: usize = 200;

/// The settings of dialects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialectSettings {
    /// `dialect`; `None`: the module shows it.
    pub dialect: Option<Dialect>,
    /// `handler`: `file.export`, or `export`.
    pub handler: Option<String>,
    /// `[lambda] event`.
    pub lambda_event: LambdaEvent,
    /// `[parse]`.
    pub parse: Option<ParseSettings>,
    /// `[firebase] ignore_auth`: whether a call with a token is answered, although no one checks it.
    pub ignore_auth: bool,
}

/// The event that a Lambda handler gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LambdaEvent {
    /// That of a function URL.
    #[default]
    FunctionUrl,
    /// API Gateway, payload 2.0.
    GatewayV2,
    /// API Gateway, payload 1.0.
    GatewayV1,
    /// An application load balancer.
    LoadBalancer,
}

impl LambdaEvent {
    const ALL: [Self; 4] = [Self::FunctionUrl, Self::GatewayV2, Self::GatewayV1, Self::LoadBalancer];

    /// Its name in the manifest.
    pub fn label(self) -> &'static str {
        match self {
            Self::FunctionUrl => "function-url",
            Self::GatewayV2 => "apigw-v2",
            Self::GatewayV1 => "apigw-v1",
            Self::LoadBalancer => "alb",
        }
    }
}

/// `[parse]`: the application that the folder is, or a part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseSettings {
    /// The path below which its clients call: `/parse`.
    pub mount: String,
    /// The id that clients must send; `None`: any.
    pub app_id: Option<String>,
    /// The Parse Server that has the data.
    pub server_url: Option<String>,
    /// The addresses from which the master key is taken.
    pub master_key_ips: Vec<AddressRange>,
    /// The longest run of a job.
    pub job_wall: Duration,
    /// The CPU time of a job.
    pub job_cpu: Duration,
    /// The functions, and jobs as `job:NAME`, for which a request id counts once.
    pub idempotent: Vec<String>,
}

impl Default for ParseSettings {
    fn default() -> Self {
        let loopback = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
        Self {
            mount: "/parse".to_owned(),
            app_id: None,
            server_url: None,
            master_key_ips: vec![AddressRange { address: loopback[0], bits: 8 }, AddressRange { address: loopback[1], bits: 128 }],
            job_wall: Duration::from_mins(15),
            job_cpu: Duration::from_mins(1),
            idempotent: Vec::new(),
        }
    }
}

/// An address, or a range of them: `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    address: IpAddr,
    bits: u8,
}

impl AddressRange {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(all), |bits| bits.parse().ok().filter(|bits| *bits <= all))?;
        Some(Self { address, bits })
    }

    /// Whether the address is in the range. An IPv4 address that is written as IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let bits = if self.address.is_ipv4() { self.bits } else { self.bits.saturating_sub(96) };
                same_head(u128::from(own.to_bits()) << 96, u128::from(other.to_bits()) << 96, bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same_head(own.to_bits(), other.to_bits(), self.bits),
            _ => false,
        }
    }
}

fn same_head(own: u128, other: u128, bits: u8) -> bool {
    bits == 0 || (own ^ other) >> (128 - u32::from(bits.min(128))) == 0
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

pub(super) fn dialect(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Dialect> {
    let text = reader.string("dialect", value)?;
    let found = Dialect::of_label(text);
    if found.is_none() {
        let near = nearest(text, DIALECT_LABELS);
        let advice = match near.as_slice() {
            [] => format!("known are `{}`", DIALECT_LABELS.join("`, `")),
            near => format!("did you mean `{}`?", near.join("` or `")),
        };
        reader.report(value.span(), format!("`dialect = {}` is unknown; {advice}", reader.written(value.span())));
    }
    found
}

pub(super) fn handler(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string("handler", value)?;
    let is_path = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    let is_name = text.len() <= HANDLER_BYTES_MAX && text.split('/').all(is_path) && !text.starts_with('.') && !text.ends_with('.');
    if !is_name {
        let message = format!("`handler = {}` must be `file.export`, or the name of an export", reader.written(value.span()));
        reader.report(value.span(), message);
        return None;
    }
    Some(text.to_owned())
}

pub(super) fn lambda(reader: &mut Reader<'_>, value: &Value<'_>, settings: &mut DialectSettings) {
    let Some(table) = reader.table("lambda", value) else { return };
    for (key, value) in table {
        match &**key.get_ref() {
            "event" => {
                let Some(text) = reader.string("event", value) else { continue };
                match LambdaEvent::ALL.into_iter().find(|event| event.label() == text) {
                    Some(event) => settings.lambda_event = event,
                    None => {
                        let known: Vec<_> = LambdaEvent::ALL.iter().map(|event| event.label()).collect();
                        reader.report(value.span(), format!("`event` must be one of `{}`", known.join("`, `")));
                    }
                }
            }
            _ => unknown_key(reader, key, "in `[lambda]`", LAMBDA_KEYS),
        }
    }
}

pub(super) fn firebase(reader: &mut Reader<'_>, value: &Value<'_>, settings: &mut DialectSettings) {
    let Some(table) = reader.table("firebase", value) else { return };
    for (key, value) in table {
        match &**key.get_ref() {
            "ignore_auth" => settings.ignore_auth = reader.boolean("ignore_auth", value).unwrap_or_default(),
            _ => unknown_key(reader, key, "in `[firebase]`", FIREBASE_KEYS),
        }
    }
}

pub(super) fn parse(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<ParseSettings> {
    let table = reader.table("parse", value)?;
    let mut parse = ParseSettings::default();
    for (key, value) in table {
        match &**key.get_ref() {
            "mount" => parse.mount = mount(reader, value).unwrap_or(parse.mount),
            "app_id" => parse.app_id = reader.string("app_id", value).map(str::to_owned),
            "server_url" => parse.server_url = server_url(reader, value),
            "master_key_ips" => parse.master_key_ips = ranges(reader, value),
            "job_wall_ms" => parse.job_wall = milliseconds(reader, "job_wall_ms", value).unwrap_or(parse.job_wall),
            "job_cpu_ms" => parse.job_cpu = milliseconds(reader, "job_cpu_ms", value).unwrap_or(parse.job_cpu),
            "idempotent" => parse.idempotent = reader.strings("idempotent", value).into_iter().map(|(text, _)| text.to_owned()).collect(),
            _ => unknown_key(reader, key, "in `[parse]`", PARSE_KEYS),
        }
    }
    Some(parse)
}

fn milliseconds(reader: &mut Reader<'_>, key: &str, value: &Value<'_>) -> Option<Duration> {
    reader.whole(key, value, 1..=JOB_MS_MAX).map(Duration::from_millis)
}

fn mount(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string("mount", value)?;
    let is_segment = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    let is_path = text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(|part| is_segment(part) && !matches!(part, "." | "..")));
    if !is_path {
        let message = format!("`mount = {}` must be a path such as `/parse`, without a slash at its end", reader.written(value.span()));
        reader.report(value.span(), message);
        return None;
    }
    Some(text.to_owned())
}

fn server_url(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string("server_url", value)?;
    let uri: Option<http::Uri> = text.parse().ok();
    let is_server = |uri: &http::Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none();
    if !uri.as_ref().is_some_and(is_server) {
        let message = format!(
            "`server_url = {}` must be the address of a Parse Server: `https://parse.example.org/parse`",
            reader.written(value.span())
        );
        reader.report(value.span(), message);
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn ranges(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<AddressRange> {
    let mut ranges = Vec::new();
    for (text, span) in reader.strings("master_key_ips", value) {
        match AddressRange::parse(text) {
            Some(range) => ranges.push(range),
            None => reader.report_item("master_key_ips", span, "is neither an address nor a range such as `10.0.0.0/8`"),
        }
    }
    ranges
}

impl DialectSettings {
    /// The keys at the top of the manifest.
    pub(super) fn write_top(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(dialect) = self.dialect {
            writeln!(f, "dialect = \"{dialect}\"")?;
        }
        self.handler.iter().try_for_each(|handler| writeln!(f, "handler = {}", Quoted(handler)))
    }

    /// The tables.
    pub(super) fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lambda_event != LambdaEvent::default() {
            writeln!(f, "\n[lambda]\nevent = \"{}\"", self.lambda_event.label())?;
        }
        if let Some(parse) = &self.parse {
            write_parse(f, parse)?;
        }
        if self.ignore_auth {
            writeln!(f, "\n[firebase]\nignore_auth = true")?;
        }
        Ok(())
    }
}

fn write_parse(f: &mut fmt::Formatter<'_>, parse: &ParseSettings) -> fmt::Result {
    let list = |texts: Vec<String>| toml::Value::Array(texts.into_iter().map(toml::Value::String).collect());
    writeln!(f, "\n[parse]\nmount = {}", Quoted(&parse.mount))?;
    if let Some(id) = &parse.app_id {
        writeln!(f, "app_id = {}", Quoted(id))?;
    }
    if let Some(url) = &parse.server_url {
        writeln!(f, "server_url = {}", Quoted(url))?;
    }
    writeln!(f, "master_key_ips = {}", list(parse.master_key_ips.iter().map(ToString::to_string).collect()))?;
    writeln!(f, "job_wall_ms = {}\njob_cpu_ms = {}", parse.job_wall.as_millis(), parse.job_cpu.as_millis())?;
    writeln!(f, "idempotent = {}", list(parse.idempotent.clone()))
}
