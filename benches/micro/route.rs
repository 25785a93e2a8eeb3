//! `Table::resolve`: the function that answers a request, for tables of 10, 1,000 and 10,000 functions.
//!
//! Requests go through a thousand different addresses, because a table that is asked for one address stays in the first cache and
//! measures only that. Two tables: one of names alone, as most are, and one in which every manifest claims three routes, one of them with
//! a host; as soon as one route of a table names a host, every request's authority is read.
//!
//! Invariant: every address was resolved once and found the function that it names, before any is timed.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use http::Method;

use skep::function::FunctionName;
use skep::function::route::{HostPattern, PathPattern, Route};
use skep::live::table::{FunctionEntry, Resolution, Table as Routes};

use crate::report::{Report, Table, digits, ns_spread};
use crate::sample::{Samples, Spread, per_call};

const MAIN_PORT: u16 = 8000;
const COUNTS: [u32; 3] = [10, 1_000, 10_000];

/// A power of two, so that the next one is found by masking.
const ADDRESSES: usize = 1024;

/// A stride that shares no factor with the counts, so that neighbours in time are not neighbours in memory.
const STRIDE: u32 = 7_919;

/// The address of a request: the host and the path of function `f00042`, and whether a function answers there.
struct Case {
    title: &'static str,
    manifests: bool,
    address: fn(&str) -> (String, String),
    found: bool,
}

const CASES: [Case; 8] = [
    Case { title: "/<name>", manifests: false, address: |name| local(format!("/{name}")), found: true },
    Case { title: "/<name>/a/b", manifests: false, address: |name| local(format!("/{name}/a/b")), found: true },
    Case { title: "miss", manifests: false, address: |name| local(format!("/no-{name}")), found: false },
    Case { title: "/<name>, manifests", manifests: true, address: |name| local(format!("/{name}")), found: true },
    Case { title: "miss, manifests", manifests: true, address: |name| local(format!("/no-{name}")), found: false },
    Case { title: "/api/<name>/:id", manifests: true, address: |name| local(format!("/api/{name}/42")), found: true },
    Case {
        title: "<name>.example.com/v1/items/:id",
        manifests: true,
        address: |name| (format!("{name}.example.com"), "/v1/items/42".to_owned()),
        found: true,
    },
    Case {
        title: "*.<name>.example.org/v1/*",
        manifests: true,
        address: |name| (format!("a.{name}.example.org:8000"), "/v1/a/b".to_owned()),
        found: true,
    },
];

fn local(path: String) -> (String, String) {
    ("localhost:8000".to_owned(), path)
}

pub fn run() -> Result<Report> {
    let titles: Vec<String> = COUNTS.iter().map(|count| format!("{count} functions")).collect();
    let mut table = Table::new(["resolve (median, quartiles)"].into_iter().chain(titles.iter().map(String::as_str)));
    let tables = COUNTS.iter().map(|count| Ok([build(*count, false)?, build(*count, true)?])).collect::<Result<Vec<_>>>()?;
    let mut largest = Vec::new();
    for case in CASES {
        let mut cells = Vec::new();
        for (count, [names, manifests]) in COUNTS.iter().zip(&tables) {
            let built = if case.manifests { manifests } else { names };
            let spread = measure(&built.routes, *count, &case)?;
            cells.push(ns_spread(spread));
            if Some(count) == COUNTS.last() {
                largest.push(digits(spread.median));
            }
        }
        table.row(case.title, cells);
    }
    table.row("build, names alone", tables.iter().map(|[names, _]| format!("{} ms", digits(names.ms))));
    table.row("build, manifests", tables.iter().map(|[_, manifests]| format!("{} ms", digits(manifests.ms))));
    Ok(Report {
        part: "route",
        tables: vec![table],
        row: (
            "resolve among 10,000 functions: `/<name>` / miss / manifest's path / manifest's host".to_owned(),
            [0, 2, 5, 6].map(|case: usize| format!("{} ns", largest.get(case).map_or("?", String::as_str))).join(" / "),
        ),
        notes: vec![format!(
            "GET, {ADDRESSES} addresses in turn; every name has its four built-in routes, in \"manifests\" three of its own beside them"
        )],
    })
}

/// A table and the milliseconds it took, as the median of five.
struct Built {
    routes: Routes<u32>,
    ms: f64,
}

fn build(count: u32, manifests: bool) -> Result<Built> {
    let names = (0..count).map(|number| Ok(FunctionName::parse(&name(number))?)).collect::<Result<Vec<_>>>()?;
    let own = (0..count).map(|number| if manifests { routes(&name(number)) } else { Ok(Vec::new()) }).collect::<Result<Vec<_>>>()?;
    let mut times = Samples::default();
    let mut built = None;
    for _ in 0..5 {
        let entries = names.iter().zip(&own).zip(0..);
        let entries: Vec<_> =
            entries.map(|((name, routes), target)| FunctionEntry { function: name.clone(), routes, of_code: &[], target }).collect();
        let begin = Instant::now();
        let (table, conflicts) = Routes::build(MAIN_PORT, &[], entries);
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(conflicts.is_empty(), "{} routes conflict", conflicts.len());
        built = Some(table);
    }
    Ok(Built { routes: built.context("five builds")?, ms: times.quantile(0.5) })
}

fn name(number: u32) -> String {
    format!("f{number:05}")
}

fn routes(name: &str) -> Result<Vec<Route>> {
    let route = |host: Option<HostPattern>, path: &str| Ok::<_, anyhow::Error>(Route { host, ..Route::of_path(PathPattern::parse(path)?) });
    Ok(vec![
        route(None, &format!("/api/{name}/:id"))?,
        route(Some(HostPattern::parse(&format!("{name}.example.com"))?), "/v1/items/:id")?,
        route(Some(HostPattern::parse(&format!("*.{name}.example.org"))?), "/v1/*")?,
    ])
}

fn measure(routes: &Routes<u32>, count: u32, case: &Case) -> Result<Spread> {
    let numbers = (0..).step_by(STRIDE as usize).take(ADDRESSES).map(|number: u32| number % count);
    let addresses: Vec<_> = numbers.map(|number| (number, (case.address)(&name(number)))).collect();
    for (number, (host, path)) in &addresses {
        let target = match routes.resolve(MAIN_PORT, host, &Method::GET, path) {
            Resolution::Found(found) => Some(*found.target),
            _ => None,
        };
        ensure!(target == case.found.then_some(*number), "{host}{path} resolved to {target:?}");
    }
    Ok(per_call(|number| {
        let (_, (host, path)) = &addresses[number & (ADDRESSES - 1)];
        matches!(routes.resolve(MAIN_PORT, black_box(host), &Method::GET, black_box(path)), Resolution::Found(_))
    }))
}
