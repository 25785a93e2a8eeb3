//! The table against a reference that knows no tree: it compares every route and takes the narrowest that matches.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::tests::{name, route};
use super::*;
use crate::function::route::{HostPattern, Segment, Specificity};

const MAIN: u16 = 8000;

/// A function and its manifest's routes.
type Declared = (&'static str, Vec<Route>);

/// A route as the reference keeps it.
struct Known {
    function: &'static str,
    route: Route,
    strip: usize,
    built_in: bool,
}

fn declared() -> impl Strategy<Value = Vec<Declared>> {
    let names = subsequence(vec!["a", "b", "c", "functions", "v1"], 0..=5).prop_shuffle();
    names.prop_flat_map(|names| names.into_iter().map(|name| (Just(name), vec(a_route(), 0..4))).collect::<Vec<_>>())
}

fn a_route() -> impl Strategy<Value = Route> {
    let segments = vec(select(vec!["a", "b", "functions", "v1", ":p", ":q"]), 0..4);
    let methods = subsequence(vec!["GET", "HEAD", "POST"], 0..=2);
    let host = select(vec!["", "", "", "x.com", "y.x.com", "*.x.com", "*.com"]);
    let port = select(vec!["", "", "", ":8000", ":90"]);
    (methods, host, port, segments, any::<bool>()).prop_map(|(methods, host, port, mut segments, rest)| {
        // A parameter may not occur twice.
        for parameter in [":p", ":q"] {
            let mut seen = false;
            segments.retain(|segment| *segment != parameter || !std::mem::replace(&mut seen, true));
        }
        segments.extend(rest.then_some("*"));
        route(&format!("{} {host}{port}/{}", methods.join(","), segments.join("/")))
    })
}

fn a_request() -> impl Strategy<Value = (u16, &'static str, Method, String)> {
    let port = select(vec![MAIN, MAIN, MAIN, 90, 91]);
    let host = select(vec!["localhost", "x.com", "Y.x.com:8000", "z.y.x.com.", "z.com", "com"]);
    let method = select(vec![Method::GET, Method::HEAD, Method::POST]);
    let path = vec(select(vec!["a", "b", "c", "functions", "v1", "d", ""]), 0..5);
    (port, host, method, path).prop_map(|(port, host, method, path)| (port, host, method, format!("/{}", path.join("/"))))
}

fn build(declared: &[Declared]) -> (Table<&'static str>, Vec<Conflict>) {
    let entries = declared.iter().map(|(text, routes)| FunctionEntry { function: name(text), routes, target: *text });
    Table::build(MAIN, entries)
}

fn methods(route: &Route) -> Vec<Method> {
    let mut methods = route.methods.clone();
    if methods.contains(&Method::GET) {
        methods.push(Method::HEAD);
    }
    methods
}

fn takes(route: &Route, method: &Method) -> bool {
    route.methods.is_empty() || methods(route).contains(method)
}

fn compete(one: &Route, other: &Route) -> bool {
    let place = |route: &Route| {
        let path = route.path.to_string().replace(":p", ":").replace(":q", ":");
        (route.port.unwrap_or(MAIN), route.host.clone(), path)
    };
    let common = [Method::GET, Method::HEAD, Method::POST].iter().any(|method| takes(one, method) && takes(other, method));
    place(one) == place(other) && common
}

/// Every route in order of preference.
fn known(declared: &[Declared]) -> Vec<Known> {
    let mut declared: Vec<_> = declared.to_vec();
    declared.sort_by_key(|(function, _)| *function);
    let mut known = Vec::new();
    for (function, _) in &declared {
        for prefix in [format!("/{function}"), format!("/functions/v1/{function}")] {
            for path in [prefix.clone(), format!("{prefix}/*")] {
                known.push(Known { function, route: route(&path), strip: prefix.len(), built_in: true });
            }
        }
    }
    for (function, routes) in &declared {
        known.extend(routes.iter().map(|route| Known { function, route: route.clone(), strip: 0, built_in: false }));
    }
    known
}

fn reference_conflicts(known: &[Known]) -> Vec<(&'static str, &'static str)> {
    let pairs = known.iter().enumerate().flat_map(|(index, one)| known[..index].iter().map(move |other| (other, one)));
    pairs
        .filter(|(other, one)| other.function != one.function && compete(&other.route, &one.route))
        .map(|(other, one)| (other.function, one.function))
        .collect()
}

fn matches(route: &Route, port: u16, host: &str, path: &str) -> bool {
    let host = host.to_lowercase();
    let host = host.split(':').next().unwrap().trim_end_matches('.');
    let host_matches = match &route.host {
        None => true,
        Some(HostPattern::Exact(exact)) => **exact == *host,
        Some(HostPattern::Wildcard(parent)) => host.ends_with(&format!(".{parent}")),
    };
    let sent: Vec<&str> = if path == "/" { vec![] } else { path[1..].split('/').collect() };
    let pattern = route.path.segments();
    let rest = pattern.last() == Some(&Segment::Rest);
    let fixed = &pattern[..pattern.len() - usize::from(rest)];
    route.port.unwrap_or(MAIN) == port
        && host_matches
        && (sent.len() == fixed.len() || rest && sent.len() > fixed.len())
        && fixed.iter().zip(&sent).all(|(segment, sent)| match segment {
            Segment::Literal(text) => **text == **sent,
            Segment::Param(_) => !sent.is_empty(),
            Segment::Rest => false,
        })
}

/// Port and methods decide whether a route matches, not how narrow it is.
fn specificity(route: &Route) -> Specificity {
    Route { port: None, methods: vec![], ..route.clone() }.specificity()
}

/// `function strip`, `405 methods` or `404`.
fn reference(declared: &[Declared], port: u16, host: &str, method: &Method, path: &str) -> String {
    let known = known(declared);
    let loses = |index: usize| {
        let one = &known[index];
        known[..index].iter().any(|other| other.function != one.function && compete(&other.route, &one.route))
    };
    let matching: Vec<&Known> = (0..known.len())
        .filter(|index| !loses(*index))
        .map(|index| &known[index])
        .filter(|known| matches(&known.route, port, host, path))
        .collect();
    let taking = matching.iter().filter(|known| takes(&known.route, method));
    match taking.max_by_key(|known| (specificity(&known.route), !known.built_in)) {
        Some(found) => format!("{} {}", found.function, found.strip),
        None if matching.is_empty() => "404".into(),
        None => {
            let allowed: BTreeSet<_> = matching.iter().flat_map(|known| methods(&known.route)).map(|method| method.to_string()).collect();
            format!("405 {}", Vec::from_iter(allowed).join(", "))
        }
    }
}

fn ask(table: &Table<&'static str>, port: u16, host: &str, method: &Method, path: &str) -> String {
    match table.resolve(port, host, method, path) {
        Resolution::Found(found) => format!("{} {}", found.target, found.strip),
        Resolution::MethodNotAllowed { allow } => format!("405 {allow}"),
        Resolution::NotFound => "404".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_table_answers_as_the_reference_does(declared in declared(), requests in vec(a_request(), 1..30)) {
        let (table, _) = build(&declared);
        for (port, host, method, path) in requests {
            let expected = reference(&declared, port, host, &method, &path);
            prop_assert_eq!(ask(&table, port, host, &method, &path), expected, "{} {} {}:{}", method, path, host, port);
        }
    }

    #[test]
    fn the_order_of_the_entries_never_matters(
        (one, other) in declared().prop_flat_map(|declared| (Just(declared.clone()), Just(declared).prop_shuffle())),
        requests in vec(a_request(), 1..30),
    ) {
        let ((one, conflicts), (other, other_conflicts)) = (build(&one), build(&other));
        prop_assert_eq!(conflicts, other_conflicts);
        for (port, host, method, path) in requests {
            prop_assert_eq!(ask(&one, port, host, &method, &path), ask(&other, port, host, &method, &path));
        }
    }

    #[test]
    fn exactly_the_functions_that_compete_are_in_conflict(declared in declared()) {
        let (_, conflicts) = build(&declared);
        let reported: BTreeSet<_> = conflicts.iter().map(|conflict| (conflict.holder.as_str(), conflict.refused.as_str())).collect();
        prop_assert_eq!(reported, BTreeSet::from_iter(reference_conflicts(&known(&declared))));
    }

    #[test]
    fn no_request_brings_the_table_down(
        declared in declared(), host in "\\PC{0,20}", path in "\\PC{0,20}", bracket in "[\\[\\]:.a]{0,8}", port in option::of(any::<u16>()),
    ) {
        let (table, _) = build(&declared);
        for host in [&host, &bracket] {
            if let Resolution::Found(found) = table.resolve(port.unwrap_or(MAIN), host, &Method::GET, &path) {
                prop_assert!(path.get(found.strip..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
            }
            table.nearest(&path);
        }
    }
}
