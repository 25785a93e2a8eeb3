//! What the table finds, what it refuses, and what it calls a conflict.

use super::*;
use crate::function::route::{HostPattern, PathPattern};

const MAIN: u16 = 8000;

pub(in crate::live) fn name(text: &str) -> FunctionName {
    FunctionName::parse(text).unwrap()
}

/// `GET,POST api.example.com:9000/v2/*`, as `Route` shows itself.
pub(in crate::live) fn route(text: &str) -> Route {
    let (methods, address) = text.split_once(' ').unwrap_or(("", text));
    let slash = address.find('/').unwrap();
    let (authority, path) = address.split_at(slash);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().unwrap())),
        None => (authority, None),
    };
    Route {
        host: (!host.is_empty()).then(|| HostPattern::parse(host).unwrap()),
        path: PathPattern::parse(path).unwrap(),
        methods: methods.split(',').filter(|method| !method.is_empty()).map(|method| method.parse().unwrap()).collect(),
        port,
    }
}

/// A table whose targets are the functions' names, and the texts of its conflicts.
fn build(functions: &[(&str, &[&str])]) -> (Table<String>, Vec<String>) {
    let routes: Vec<Vec<Route>> = functions.iter().map(|(_, routes)| routes.iter().map(|text| route(text)).collect()).collect();
    let entries = functions.iter().zip(&routes).map(|((function, _), routes)| FunctionEntry {
        function: name(function),
        routes,
        target: (*function).to_owned(),
    });
    let (table, conflicts) = Table::build(MAIN, entries);
    (table, conflicts.iter().map(ToString::to_string).collect())
}

fn table(functions: &[(&str, &[&str])]) -> Table<String> {
    let (table, conflicts) = build(functions);
    assert_eq!(conflicts, Vec::<String>::new());
    table
}

/// `function -prefix`, `405 methods` or `404`.
fn ask(table: &Table<String>, port: u16, host: &str, method: &str, path: &str) -> String {
    match table.resolve(port, host, &method.parse().unwrap(), path) {
        Resolution::Found(found) => {
            assert_eq!(found.target, found.function.as_str());
            format!("{} -{}", found.target, &path[..found.strip])
        }
        Resolution::MethodNotAllowed { allow } => format!("405 {allow}"),
        Resolution::NotFound => "404".into(),
    }
}

fn get(table: &Table<String>, path: &str) -> String {
    ask(table, MAIN, "localhost", "GET", path)
}

#[test]
fn every_function_answers_at_its_name() {
    let table = table(&[("hello", &[]), ("hello-2", &[])]);
    assert_eq!(get(&table, "/hello"), "hello -/hello");
    assert_eq!(get(&table, "/hello/"), "hello -/hello");
    assert_eq!(get(&table, "/hello/a/b"), "hello -/hello");
    assert_eq!(get(&table, "/hello//b"), "hello -/hello");
    assert_eq!(get(&table, "/hello-2"), "hello-2 -/hello-2");
    assert_eq!(ask(&table, MAIN, "any.example:1", "PURGE", "/hello"), "hello -/hello");
}

#[test]
fn the_path_is_taken_as_it_was_sent() {
    let table = table(&[("hello", &[])]);
    for path in ["/", "", "//hello", "//", "/%68ello", "/Hello", "/hell", "/helloo", "hello", "*", "/./hello", "/hello?x"] {
        assert_eq!(get(&table, path), "404", "{path}");
    }
}

#[test]
fn supabase_clients_find_functions_further_down() {
    let table = table(&[("hello", &[]), ("functions", &[])]);
    assert_eq!(get(&table, "/functions/v1/hello"), "hello -/functions/v1/hello");
    assert_eq!(get(&table, "/functions/v1/hello/x"), "hello -/functions/v1/hello");
    assert_eq!(get(&table, "/functions/v1/nobody"), "functions -/functions");
    assert_eq!(get(&table, "/functions/v1/functions"), "functions -/functions/v1/functions");
    assert_eq!(get(&table, "/functions/v2"), "functions -/functions");
}

#[test]
fn a_manifest_route_sees_the_path_as_sent() {
    let table = table(&[("shop", &["/orders/*", "/"])]);
    for path in ["/orders", "/orders/", "/orders/1/lines", "/"] {
        assert_eq!(get(&table, path), "shop -", "{path}");
    }
    assert_eq!(get(&table, "/shop/orders"), "shop -/shop");
    assert_eq!(get(&table, "/order"), "404");
}

#[test]
fn the_most_specific_path_wins() {
    let table = table(&[
        ("all", &["/*"]),
        ("orders", &[]),
        ("one", &["/orders/:id"]),
        ("new", &["/orders/new"]),
        ("lines", &["/orders/:id/lines"]),
        ("below-new", &["/orders/new/*"]),
    ]);
    assert_eq!(get(&table, "/orders/new"), "new -");
    assert_eq!(get(&table, "/orders/7"), "one -");
    assert_eq!(get(&table, "/orders/7/lines"), "lines -");
    assert_eq!(get(&table, "/orders/7/x"), "orders -/orders");
    // The literal decides before what comes after it.
    assert_eq!(get(&table, "/orders/new/lines"), "below-new -");
    assert_eq!(get(&table, "/orders/"), "orders -/orders");
    assert_eq!(get(&table, "/nobody"), "all -");
    assert_eq!(get(&table, "//"), "all -");
}

#[test]
fn a_more_specific_host_wins_over_any_path() {
    let table =
        table(&[("shop", &[]), ("exact", &["api.example.com/*"]), ("sub", &["*.example.com/*"]), ("deep", &["*.api.example.com/*"])]);
    for (host, answer) in [
        ("api.example.com", "exact -"),
        ("API.Example.Com:443", "exact -"),
        ("api.example.com.", "exact -"),
        ("x.example.com", "sub -"),
        ("x.y.example.com", "sub -"),
        ("x.api.example.com", "deep -"),
        ("example.com", "shop -/shop"),
        ("notexample.com", "shop -/shop"),
        ("", "shop -/shop"),
    ] {
        assert_eq!(ask(&table, MAIN, host, "GET", "/shop"), answer, "{host}");
    }
    assert_eq!(ask(&table, MAIN, &"x.".repeat(5000), "GET", "/shop"), "shop -/shop");
}

#[test]
fn a_host_that_has_no_fitting_route_falls_back_to_any_host() {
    let table = table(&[("shop", &[]), ("exact", &["api.example.com/v2/*"])]);
    assert_eq!(ask(&table, MAIN, "api.example.com", "GET", "/shop"), "shop -/shop");
    assert_eq!(ask(&table, MAIN, "api.example.com", "GET", "/v2"), "exact -");
}

#[test]
fn a_port_shows_only_the_routes_that_name_it() {
    let table = table(&[("shop", &["/orders"]), ("metrics", &[":9000/orders", ":9000/shop"])]);
    assert_eq!(ask(&table, 9000, "x", "GET", "/orders"), "metrics -");
    assert_eq!(ask(&table, 9000, "x", "GET", "/shop"), "metrics -");
    assert_eq!(ask(&table, 9000, "x", "GET", "/metrics"), "404");
    assert_eq!(get(&table, "/orders"), "shop -");
    assert_eq!(ask(&table, 9001, "x", "GET", "/shop"), "404");
    assert_eq!(table.ports(), BTreeSet::from([9000]));
}

#[test]
fn a_route_that_names_the_main_port_is_like_one_that_names_none() {
    let table = table(&[("shop", &[":8000/orders"])]);
    assert_eq!(get(&table, "/orders"), "shop -");
    assert!(table.ports().is_empty());
    let (_, conflicts) = build(&[("a", &["/x"]), ("b", &[":8000/x"])]);
    assert_eq!(conflicts, ["functions `a` and `b` both claim the route `:8000/x`"]);
}

#[test]
fn a_method_nobody_takes_is_answered_with_those_that_are() {
    let table = table(&[("reader", &["GET /x"]), ("writer", &["POST,PUT /x"]), ("below", &["DELETE /x/*"])]);
    assert_eq!(ask(&table, MAIN, "h", "GET", "/x"), "reader -");
    assert_eq!(ask(&table, MAIN, "h", "HEAD", "/x"), "reader -");
    assert_eq!(ask(&table, MAIN, "h", "PUT", "/x"), "writer -");
    assert_eq!(ask(&table, MAIN, "h", "DELETE", "/x"), "below -");
    assert_eq!(ask(&table, MAIN, "h", "PATCH", "/x"), "405 DELETE, GET, HEAD, POST, PUT");
    assert_eq!(ask(&table, MAIN, "h", "PATCH", "/x/y"), "405 DELETE");
    assert_eq!(ask(&table, MAIN, "h", "PATCH", "/y"), "404");
}

#[test]
fn a_route_for_other_methods_gives_way_to_a_wider_one() {
    let table = table(&[("reader", &["GET /shop/x", "GET api.example.com/*"]), ("shop", &[])]);
    assert_eq!(get(&table, "/shop/x"), "reader -");
    assert_eq!(ask(&table, MAIN, "h", "POST", "/shop/x"), "shop -/shop");
    assert_eq!(ask(&table, MAIN, "api.example.com", "POST", "/shop"), "shop -/shop");
}

#[test]
fn a_functions_own_route_wins_over_its_built_in_one() {
    let table = table(&[("shop", &["GET /shop/*"])]);
    assert_eq!(get(&table, "/shop/x"), "shop -");
    assert_eq!(ask(&table, MAIN, "h", "POST", "/shop/x"), "shop -/shop");
    assert_eq!(get(&table, "/shop"), "shop -/shop");
}

#[test]
fn two_functions_with_the_same_route_are_in_conflict() {
    for (one, other) in [
        ("/x", "/x"),
        ("/x/:a", "/x/:b"),
        ("/*", "/*"),
        ("GET,POST /x", "POST /x"),
        ("GET /x", "/x"),
        ("GET /x", "HEAD /x"),
        ("A.com/x", "a.com/x"),
        ("*.a.com:90/x", "GET *.a.com:90/x"),
    ] {
        let (table, conflicts) = build(&[("b", &[other]), ("a", &[one])]);
        assert_eq!(conflicts, [format!("functions `a` and `b` both claim the route `{}`", route(other))]);
        // Neither loses its built-in route.
        assert_eq!((get(&table, "/a"), get(&table, "/b")), ("a -/a".into(), "b -/b".into()));
    }
    for (one, other) in
        [("/x", "/x/*"), ("/x/:a", "/x/b"), ("GET /x", "POST /x"), ("/x", ":90/x"), ("a.com/x", "*.com/x"), ("/x", "a.com/x")]
    {
        assert_eq!(build(&[("a", &[one]), ("b", &[other])]).1, Vec::<String>::new(), "{one} and {other}");
    }
}

#[test]
fn a_name_belongs_to_its_function() {
    for text in ["/shop", "GET /shop/*", "/functions/v1/shop"] {
        let (table, conflicts) = build(&[("a-thief", &[text]), ("shop", &[])]);
        assert_eq!(conflicts, [format!("functions `shop` and `a-thief` both claim the route `{text}`")]);
        assert_eq!(get(&table, "/shop/x"), "shop -/shop");
        assert_eq!(get(&table, "/functions/v1/shop"), "shop -/functions/v1/shop");
    }
}

#[test]
fn every_pair_of_rivals_is_reported() {
    let (table, conflicts) = build(&[("a", &["/x"]), ("b", &["/x"]), ("c", &["/x"])]);
    assert_eq!(conflicts.len(), 3, "{conflicts:?}");
    assert_eq!(get(&table, "/x"), "a -");
}

#[test]
fn one_function_may_claim_a_route_twice() {
    let table = table(&[("a", &["/x", "GET /x", "/x"])]);
    assert_eq!(ask(&table, MAIN, "h", "POST", "/x"), "a -");
}

#[test]
fn functions_are_listed_and_found_by_name() {
    let table = table(&[("b", &[]), ("a", &["/x"]), ("c", &[])]);
    assert_eq!(table.iter().map(|(function, _)| function.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(table.get("b").map(String::as_str), Some("b"));
    assert_eq!(table.get("d"), None);
    assert_eq!(get(&Table::default(), "/a"), "404");
}

#[test]
fn the_nearest_name_is_found_when_asked_for() {
    let table = table(&[("hello", &[]), ("orders", &[]), ("o", &[])]);
    let nearest = |path: &str| table.nearest(path).map(ToString::to_string);
    assert_eq!(nearest("/helo"), Some("hello".into()));
    assert_eq!(nearest("/oredrs/7"), Some("orders".into()));
    assert_eq!(nearest("/functions/v1/ordes"), Some("orders".into()));
    assert_eq!(nearest("Hello"), Some("hello".into()));
    assert_eq!(nearest("/weather"), None);
    assert_eq!(nearest(&"/hello".repeat(1000)), Some("hello".into()));
    assert_eq!(nearest(&format!("/{}", "x".repeat(100_000))), None);
}

/// `cargo test --lib -- --ignored --nocapture a_plain_call`: the time is for reading, machines differ too much to assert it.
#[test]
#[ignore = "measures"]
fn a_plain_call_is_found_fast_among_thousands() {
    let names: Vec<_> = (0..10_000).map(|index| format!("function-{index}")).collect();
    let begun = std::time::Instant::now();
    let entries = names.iter().map(|text| FunctionEntry { function: name(text), routes: &[], target: () });
    let (table, _) = Table::build(MAIN, entries);
    eprintln!("built in {:?}", begun.elapsed());
    let paths: Vec<_> = (0..1024).map(|index| format!("/function-{}", index * 7919 % 10_000)).collect();
    let begun = std::time::Instant::now();
    for path in paths.iter().cycle().take(1 << 20) {
        let found = std::hint::black_box(table.resolve(MAIN, "localhost:8000", &Method::GET, path));
        assert!(matches!(found, Resolution::Found(_)));
    }
    eprintln!("resolved in {:?} each", begun.elapsed() / (1 << 20));
}
