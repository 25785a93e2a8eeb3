//! The three forms of `/metrics`, and which of them a client reads.
//!
//! `route` asks for one; the bytes are written family by family, so that no form is in memory as a whole before it is compressed.
//!
//! Invariant: a client that accepts nothing that is known here gets the text form, which every Prometheus reads.

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use flate2::Compression;
use flate2::write::GzEncoder;
use prometheus_client::encoding::{prometheus_protobuf, prometheus_text, text};
use prometheus_client::registry::Registry;

use super::family::{Family, FamilyAt};
use super::snapshot::Snapshot;

/// A form of `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricsForm {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Messages of `io.prometheus.client`, with native histograms.
    Protobuf,
    /// Prometheus' text form 0.0.4.
    Text,
}

impl MetricsForm {
    /// The form that a client with this `Accept` likes best.
    pub(super) fn of(accept: &str) -> Self {
        let ranges = accept.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next()?.to_ascii_lowercase();
            let (mut quality, mut parameters) = (1.0, Vec::new());
            for (key, value) in parts.filter_map(|part| part.split_once('=')) {
                let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
                if key == "q" {
                    quality = value.parse().unwrap_or(0.0);
                } else {
                    parameters.push((key, value.to_owned()));
                }
            }
            let form = Self::of_range(&name, &parameters)?;
            (quality > 0.0).then_some((form, quality))
        });
        // Of equal ones the first counts.
        let best = ranges.reduce(|best: (Self, f64), next| if next.1 > best.1 { next } else { best });
        best.map_or(Self::Text, |(form, _)| form)
    }

    fn of_range(name: &str, parameters: &[(String, String)]) -> Option<Self> {
        let is = |key: &str, allowed: &[&str]| {
            let value = parameters.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
            value.is_none_or(|value| allowed.contains(&value))
        };
        match name {
            "application/openmetrics-text" if is("version", &["1.0.0", "0.0.1"]) => Some(Self::OpenMetrics),
            "application/vnd.google.protobuf"
                if is("proto", &["io.prometheus.client.MetricFamily"]) && is("encoding", &["delimited"]) && !parameters.is_empty() =>
            {
                Some(Self::Protobuf)
            }
            "text/plain" if is("version", &["0.0.4"]) => Some(Self::Text),
            "text/*" | "*/*" => Some(Self::Text),
            _ => None,
        }
    }

    /// Its `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Protobuf => "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
            Self::Text => prometheus_text::CONTENT_TYPE,
        }
    }

    /// Writes no family.
    ///
    /// # Errors
    /// If the library cannot write.
    pub(super) fn write_nothing(self, is_gzip: bool) -> Result<Vec<u8>, fmt::Error> {
        let mut out = Output::new(is_gzip);
        self.end(&mut out)?;
        out.finish()
    }

    fn end(self, out: &mut Output) -> fmt::Result {
        if self == Self::OpenMetrics { text::encode_eof(out) } else { Ok(()) }
    }

    /// Writes the families at this moment, one after the other.
    ///
    /// # Errors
    /// If the library cannot write one.
    pub(super) fn write(self, snapshot: &Arc<Snapshot>, families: &[&'static Family], is_gzip: bool) -> Result<Vec<u8>, fmt::Error> {
        let mut out = Output::new(is_gzip);
        let series = Arc::new(AtomicUsize::new(0));
        for family in families.iter().copied() {
            let mut registry = Registry::default();
            registry.register_collector(Box::new(FamilyAt { family, snapshot: snapshot.clone(), series: series.clone() }));
            match self {
                Self::OpenMetrics => text::encode_registry(&mut out, &registry)?,
                Self::Text => prometheus_text::encode(&mut out, &registry)?,
                Self::Protobuf => out.put(&prometheus_protobuf::encode_to_vec(&registry).map_err(|_| fmt::Error)?)?,
            }
            snapshot.service.note_series(&series);
        }
        self.end(&mut out)?;
        out.finish()
    }
}

/// Bytes, compressed or not.
enum Output {
    Plain(Vec<u8>),
    Gzip(GzEncoder<Vec<u8>>),
}

impl Output {
    fn new(is_gzip: bool) -> Self {
        if is_gzip { Self::Gzip(GzEncoder::new(Vec::new(), Compression::fast())) } else { Self::Plain(Vec::new()) }
    }

    fn put(&mut self, bytes: &[u8]) -> fmt::Result {
        match self {
            Self::Plain(out) => out.extend_from_slice(bytes),
            Self::Gzip(out) => out.write_all(bytes).map_err(|_| fmt::Error)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, fmt::Error> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Gzip(out) => out.finish().map_err(|_| fmt::Error),
        }
    }
}

impl fmt::Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Prometheus 2.40 and 3 send.
    const WITH_NATIVE: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
        application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    const PLAIN: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,\
        text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    #[test]
    fn a_client_gets_the_form_that_it_likes_best() {
        let cases = [
            (WITH_NATIVE, MetricsForm::Protobuf),
            (PLAIN, MetricsForm::OpenMetrics),
            ("", MetricsForm::Text),
            ("*/*", MetricsForm::Text),
            ("text/html,application/xhtml+xml,*/*;q=0.8", MetricsForm::Text),
            ("application/openmetrics-text", MetricsForm::OpenMetrics),
            ("application/openmetrics-text; version=2.0.0, text/plain", MetricsForm::Text),
            ("application/openmetrics-text;q=0.1,text/plain", MetricsForm::Text),
            ("application/openmetrics-text;q=0", MetricsForm::Text),
            ("application/vnd.google.protobuf", MetricsForm::Text),
            ("application/vnd.google.protobuf;proto=other;encoding=delimited", MetricsForm::Text),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"", MetricsForm::OpenMetrics),
        ];
        for (accept, form) in cases {
            assert_eq!(MetricsForm::of(accept), form, "{accept}");
        }
    }

    proptest! {
        #[test]
        fn no_accept_is_too_strange(accept in ".{0,200}") {
            let _ = MetricsForm::of(&accept);
        }
    }
}
