//! The table against a reference that knows no tree: it compares every route and takes the narrowest that matches.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::tests::{grant, name, route};
use super::*;
use crate::function::route::{HostPattern, PathPattern, Segment, Specificity};

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

/// Every host, prefix and port goes to one of two grants or to none.
fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let granted = vec!["x.com", "*.x.com", "*.com", "/", "/a", "/a/b", "/d", "/functions", "/functions/v1/a", "90"];
    let functions = || subsequence(vec!["a", "b", "c", "functions"], 1..=2);
    (subsequence(granted, 0..=4), vec(any::<bool>(), 4), functions(), functions()).prop_map(|(granted, side, one, other)| {
        let of = |wanted: bool| granted.iter().zip(&side).filter(|(_, side)| **side == wanted).map(|(text, _)| *text).collect::<Vec<_>>();
        vec![grant(&one, &of(true)), grant(&other, &of(false))]
    })
}

fn build(grants: &[Grant], declared: &[Declared]) -> (Table<&'static str>, Vec<Conflict>) {
    let entries = declared.iter().map(|(text, routes)| FunctionEntry { function: name(text), routes, of_code: &[], target: *text });
    Table::build(MAIN, grants, entries)
}

/// `grants`, without numbers and maps.
struct Reference<'a> {
    grants: &'a [Grant],
    known: Vec<Known>,
}

impl Reference<'_> {
    /// The grant of the most specific pattern that `matches`.
    fn host(&self, matches: impl Fn(&HostPattern) -> bool) -> Option<&Grant> {
        let patterns = self.grants.iter().flat_map(|grant| grant.hosts.iter().map(move |host| (host, grant)));
        let width = |host: &HostPattern| match host {
            HostPattern::Exact(_) => usize::MAX,
            HostPattern::Wildcard(parent) => parent.len(),
        };
        patterns.filter(|(host, _)| matches(host)).max_by_key(|(host, _)| width(host)).map(|(_, grant)| grant)
    }

    fn port(&self, port: u16) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.ports.contains(&port))
    }

    /// The functions of the innermost region that begins these segments, and its length; `None` if there is none.
    fn region(&self, segments: &[&str]) -> Option<(usize, Vec<String>, bool)> {
        let named = self
            .known
            .iter()
            .filter(|known| known.built_in)
            .map(|known| (known.route.path.clone(), vec![known.function.to_owned()], false));
        let granted = self.grants.iter().flat_map(|grant| {
            let functions: Vec<String> = grant.functions.iter().map(ToString::to_string).collect();
            grant.prefixes.iter().map(move |prefix| (prefix.clone(), functions.clone(), true))
        });
        let begins = |path: &PathPattern| {
            let parts: Vec<String> = path
                .segments()
                .iter()
                .filter_map(|segment| match segment {
                    Segment::Literal(text) => Some(text.to_string()),
                    _ => None,
                })
                .collect();
            let begins = parts.len() <= segments.len() && parts.iter().zip(segments).all(|(part, segment)| part == segment);
            begins.then_some(parts.len())
        };
        let regions = named.chain(granted).filter_map(|(path, functions, granted)| Some((begins(&path)?, functions, granted)));
        regions.max_by_key(|(length, _, granted)| (*length, *granted))
    }

    /// The reason why a route of a manifest is in no part of the table but its own hosts.
    fn refusal(&self, known: &Known) -> Option<&'static str> {
        let port = known.route.port.filter(|port| *port != MAIN);
        let has = |grant: &Grant| grant.has(&name(known.function));
        if let Some(grant) = port.and_then(|port| self.port(port)) {
            return (!has(grant)).then_some("port");
        }
        let within = |granted: &HostPattern| match (granted, known.route.host.as_ref()) {
            (HostPattern::Exact(granted), Some(HostPattern::Exact(host))) => granted == host,
            (HostPattern::Wildcard(parent), Some(HostPattern::Exact(host))) => host.ends_with(&format!(".{parent}")),
            (HostPattern::Wildcard(parent), Some(HostPattern::Wildcard(host))) => parent == host || host.ends_with(&format!(".{parent}")),
            _ => false,
        };
        if let Some(grant) = self.host(within) {
            return (!has(grant)).then_some("host");
        }
        let literals: Vec<&str> = known
            .route
            .path
            .segments()
            .iter()
            .map_while(|segment| match segment {
                Segment::Literal(text) => Some(&**text),
                _ => None,
            })
            .collect();
        let (_, functions, granted) = self.region(&literals).filter(|_| port.is_none())?;
        let refused = !functions.iter().any(|function| function == known.function);
        refused.then_some(if granted { "prefix" } else { "name" })
    }

    /// The routes that compete on a port, on the hosts of this grant or of none.
    fn standing(&self, port: u16, granted: Option<&Grant>) -> Vec<&Known> {
        let standing = self.known.iter().filter(|known| known.route.port.unwrap_or(MAIN) == port).filter(|known| match granted {
            Some(grant) => !known.built_in && grant.has(&name(known.function)),
            None => self.refusal(known).is_none(),
        });
        standing.collect()
    }
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
        for (prefix, strip) in [(format!("/{function}"), function.len() + 1), (format!("/functions/v1/{function}"), "/functions/v1".len())]
        {
            for path in [prefix.clone(), format!("{prefix}/*")] {
                known.push(Known { function, route: route(&path), strip, built_in: true });
            }
        }
    }
    for (function, routes) in &declared {
        known.extend(routes.iter().map(|route| Known { function, route: route.clone(), strip: 0, built_in: false }));
    }
    known
}

/// Reason, holders and the refused function of every conflict.
fn reference_conflicts(reference: &Reference<'_>) -> BTreeSet<(&'static str, String)> {
    let mut conflicts = BTreeSet::new();
    let hosts = reference.grants.iter().filter(|grant| !grant.hosts.is_empty());
    let places = [(MAIN, None), (90, None)].into_iter().chain(hosts.map(|grant| (MAIN, Some(grant))));
    for (port, granted) in places {
        let standing = reference.standing(port, granted);
        for (index, one) in standing.iter().enumerate() {
            let rivals = standing[..index].iter().filter(|other| other.function != one.function && compete(&other.route, &one.route));
            conflicts.extend(rivals.map(|other| ("same", format!("{} {}", other.function, one.function))));
        }
    }
    for known in &reference.known {
        if !known.built_in {
            conflicts.extend(reference.refusal(known).map(|reason| (reason, known.function.to_owned())));
        }
        for grant in reference.grants.iter().filter(|grant| !grant.has(&name(known.function))) {
            let own = known.route.path.to_string();
            let taken = grant.prefixes.iter().any(|prefix| format!("{prefix}/").starts_with(&format!("{own}/")));
            conflicts.extend((known.built_in && taken).then(|| ("granted name", known.function.to_owned())));
        }
    }
    conflicts
}

fn reported(conflict: &Conflict) -> (&'static str, String) {
    let reason = match &conflict.kind {
        ConflictKind::SameRoute(holder) => return ("same", format!("{holder} {}", conflict.refused)),
        ConflictKind::OwnName(..) => "name",
        ConflictKind::GrantedHost(_) => "host",
        ConflictKind::GrantedPrefix(..) => "prefix",
        ConflictKind::GrantedPort(_) => "port",
        ConflictKind::GrantedName(_) => "granted name",
        ConflictKind::PortsOfFunction | ConflictKind::PortsOfHost => "ports",
    };
    (reason, conflict.refused.to_string())
}

fn canonical(host: &str) -> String {
    host.to_lowercase().split(':').next().unwrap().trim_end_matches('.').to_owned()
}

fn is_host_of(pattern: &HostPattern, host: &str) -> bool {
    match pattern {
        HostPattern::Exact(exact) => **exact == *host,
        HostPattern::Wildcard(parent) => host.ends_with(&format!(".{parent}")),
    }
}

fn matches(route: &Route, port: u16, host: &str, path: &str) -> bool {
    let host_matches = route.host.as_ref().is_none_or(|pattern| is_host_of(pattern, &canonical(host)));
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
fn expected(reference: &Reference<'_>, port: u16, host: &str, method: &Method, path: &str) -> String {
    let host_grant = reference.host(|pattern| is_host_of(pattern, &canonical(host)));
    let standing = reference.standing(port, host_grant.filter(|_| port == MAIN));
    let segments: Vec<&str> = path[1..].split('/').collect();
    let may = |known: &Known| match (port == MAIN, reference.port(port), host_grant) {
        (false, None, Some(grant)) => grant.has(&name(known.function)),
        (false, _, _) | (true, _, Some(_)) => true,
        (true, _, None) => {
            reference.region(&segments).is_none_or(|(_, functions, _)| functions.iter().any(|function| function == known.function))
        }
    };
    let loses = |index: usize| {
        let one = standing[index];
        standing[..index].iter().any(|other| other.function != one.function && compete(&other.route, &one.route))
    };
    let matching: Vec<&Known> = (0..standing.len())
        .filter(|index| !loses(*index))
        .map(|index| standing[index])
        .filter(|known| matches(&known.route, port, host, path) && may(known))
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
    fn the_table_answers_as_the_reference_does(grants in grants(), declared in declared(), requests in vec(a_request(), 1..30)) {
        let (table, _) = build(&grants, &declared);
        let reference = Reference { grants: &grants, known: known(&declared) };
        for (port, host, method, path) in requests {
            let expected = expected(&reference, port, host, &method, &path);
            prop_assert_eq!(ask(&table, port, host, &method, &path), expected, "{} {} {}:{}", method, path, host, port);
        }
    }

    #[test]
    fn without_grants_a_name_is_answered_by_its_function_alone(declared in declared(), requests in vec(a_request(), 1..30)) {
        let (table, _) = build(&[], &declared);
        for (_, host, method, path) in requests {
            let first = path[1..].split('/').next().unwrap();
            let is_other = path.starts_with("/functions/v1/");
            if let Some(owner) = declared.iter().map(|(function, _)| *function).find(|function| *function == first && !is_other) {
                let found = ask(&table, MAIN, host, &method, &path);
                prop_assert_eq!(found.split(' ').next(), Some(owner), "{} {} {}", method, path, host);
            }
        }
    }

    #[test]
    fn the_order_of_the_entries_never_matters(
        grants in grants(),
        (one, other) in declared().prop_flat_map(|declared| (Just(declared.clone()), Just(declared).prop_shuffle())),
        requests in vec(a_request(), 1..30),
    ) {
        let ((one, conflicts), (other, other_conflicts)) = (build(&grants, &one), build(&grants, &other));
        prop_assert_eq!(conflicts, other_conflicts);
        for (port, host, method, path) in requests {
            prop_assert_eq!(ask(&one, port, host, &method, &path), ask(&other, port, host, &method, &path));
        }
    }

    #[test]
    fn exactly_the_functions_that_compete_are_in_conflict(grants in grants(), declared in declared()) {
        let (_, conflicts) = build(&grants, &declared);
        let expected = reference_conflicts(&Reference { grants: &grants, known: known(&declared) });
        prop_assert_eq!(conflicts.iter().map(reported).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn no_request_brings_the_table_down(
        grants in grants(), declared in declared(), host in "\\PC{0,20}", path in "\\PC{0,20}", bracket in "[\\[\\]:.a]{0,8}",
        port in option::of(any::<u16>()),
    ) {
        let (table, _) = build(&grants, &declared);
        for host in [&host, &bracket] {
            if let Resolution::Found(found) = table.resolve(port.unwrap_or(MAIN), host, &Method::GET, &path) {
                prop_assert!(path.get(found.strip..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
            }
            table.nearest(&path);
        }
    }
}
