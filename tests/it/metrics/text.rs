//! The text form of `/metrics`, read line by line, as strictly as its description allows.
//!
//! Invariant: what is not a comment, a sample of the family above it, or a repeated series fails the test.

use std::collections::BTreeMap;

use crate::support::{Client, Request, Skep};

/// The series of one scrape, by their text.
pub struct Scrape {
    pub series: BTreeMap<String, f64>,
    pub types: BTreeMap<String, String>,
}

/// A sample of a family has one of these behind the family's name.
const SUFFIXES: [&str; 4] = ["", "_bucket", "_sum", "_count"];

impl Scrape {
    /// Scrapes the admin address.
    pub fn of(skep: &Skep) -> Self {
        Self::at(skep, "/metrics")
    }

    /// Scrapes a path of the admin address.
    pub fn at(skep: &Skep, path: &str) -> Self {
        let answer = Client::connect(skep.admin).exchange(&Request::get(path));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")), "{answer}");
        Self::parse(&answer.text())
    }

    pub fn parse(text: &str) -> Self {
        let (mut series, mut types) = (BTreeMap::new(), BTreeMap::new());
        let mut family = None;
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                assert!(help.split_once(' ').is_some_and(|(_, help)| !help.is_empty()), "no help: {line}");
            } else if let Some(typed) = line.strip_prefix("# TYPE ") {
                let (name, kind) = typed.split_once(' ').unwrap_or_else(|| panic!("no type: {line}"));
                assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "the family {name} comes twice");
                family = Some(name.to_owned());
            } else {
                let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
                let value = value.parse().unwrap_or_else(|_| panic!("no value: {line}"));
                let (base, labels) = name.split_once('{').unwrap_or((name, "}"));
                let family = family.as_deref().unwrap_or_else(|| panic!("a sample before any family: {line}"));
                let suffix = base.strip_prefix(family).unwrap_or_else(|| panic!("a sample of another family than {family}: {line}"));
                assert!(SUFFIXES.contains(&suffix) && labels.ends_with('}'), "{line}");
                assert!(series.insert(name.to_owned(), value).is_none(), "a series comes twice: {line}");
            }
        }
        Self { series, types }
    }

    /// The value of a series; 0 if it is not there.
    pub fn value(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or(0.0)
    }

    /// The series whose text contains all of these.
    pub fn with(&self, parts: &[&str]) -> Vec<&str> {
        self.series.keys().filter(|name| parts.iter().all(|part| name.contains(part))).map(String::as_str).collect()
    }

    /// The sum of the series of a family whose labels contain all of these.
    pub fn sum(&self, family: &str, parts: &[&str]) -> f64 {
        let of_family = self.series.iter().filter(|(name, _)| name.split('{').next() == Some(family));
        of_family.filter(|(name, _)| parts.iter().all(|part| name.contains(part))).map(|(_, value)| value).sum()
    }

    /// What a family has more than in `before`, by series.
    pub fn grown(&self, before: &Self, family: &str) -> Vec<(String, f64)> {
        let of_family = self.series.iter().filter(|(name, _)| name.split('{').next() == Some(family));
        let grown = of_family.map(|(name, value)| (name.clone(), value - before.value(name)));
        grown.filter(|(_, more)| *more != 0.0).collect()
    }
}
