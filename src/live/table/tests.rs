//! What the table finds, what it refuses, and what it calls a conflict.

use super::*;
use crate::function::route::{Claim, HostPattern, PathPattern, routes_of_code};

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

/// A grant of hosts (`*.example.com`), prefixes (`/shop`) and ports (`9000`).
pub(in crate::live) fn grant(functions: &[&str], granted: &[&str]) -> Grant {
    let mut grant = Grant { functions: functions.iter().map(|text| name(text)).collect(), hosts: vec![], prefixes: vec![], ports: vec![] };
    for text in granted {
        match (text.starts_with('/'), text.parse()) {
            (true, _) => grant.prefixes.push(PathPattern::parse(text).unwrap()),
            (false, Ok(port)) => grant.ports.push(port),
            (false, Err(_)) => grant.hosts.push(HostPattern::parse(text).unwrap()),
        }
    }
    grant
}

/// A table whose targets are the functions' names, and the texts of its conflicts.
fn build(functions: &[(&str, &[&str])]) -> (Table<String>, Vec<String>) {
    build_with(&[], functions)
}

fn build_with(grants: &[Grant], functions: &[(&str, &[&str])]) -> (Table<String>, Vec<String>) {
    let routes: Vec<Vec<Route>> = functions.iter().map(|(_, routes)| routes.iter().map(|text| route(text)).collect()).collect();
    let entries = functions.iter().zip(&routes).map(|((function, _), routes)| FunctionEntry {
        function: name(function),
        routes,
        of_code: &[],
        target: (*function).to_owned(),
    });
    let (table, conflicts) = Table::build(MAIN, grants, entries);
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
    assert_eq!(get(&table, "/functions/v1/hello"), "hello -/functions/v1");
    assert_eq!(get(&table, "/functions/v1/hello/x"), "hello -/functions/v1");
    assert_eq!(get(&table, "/functions/v1/nobody"), "functions -/functions");
    assert_eq!(get(&table, "/functions/v1/functions"), "functions -/functions/v1");
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
        ("rest", &["/orders/*"]),
        ("one", &["/orders/:id"]),
        ("new", &["/orders/new"]),
        ("lines", &["/orders/:id/lines"]),
        ("below-new", &["/orders/new/*"]),
    ]);
    assert_eq!(get(&table, "/orders/new"), "new -");
    assert_eq!(get(&table, "/orders/7"), "one -");
    assert_eq!(get(&table, "/orders/7/lines"), "lines -");
    assert_eq!(get(&table, "/orders/7/x"), "rest -");
    // The literal decides before what comes after it.
    assert_eq!(get(&table, "/orders/new/lines"), "below-new -");
    assert_eq!(get(&table, "/orders/"), "rest -");
    assert_eq!(get(&table, "/nobody"), "all -");
    assert_eq!(get(&table, "//"), "all -");
}

#[test]
fn a_more_specific_host_wins_over_any_path() {
    let table =
        table(&[("shop", &["/x"]), ("exact", &["api.example.com/*"]), ("sub", &["*.example.com/*"]), ("deep", &["*.api.example.com/*"])]);
    for (host, answer) in [
        ("api.example.com", "exact -"),
        ("API.Example.Com:443", "exact -"),
        ("api.example.com.", "exact -"),
        ("x.example.com", "sub -"),
        ("x.y.example.com", "sub -"),
        ("x.api.example.com", "deep -"),
        ("example.com", "shop -"),
        ("notexample.com", "shop -"),
        ("", "shop -"),
    ] {
        assert_eq!(ask(&table, MAIN, host, "GET", "/x"), answer, "{host}");
    }
    assert_eq!(ask(&table, MAIN, &"x.".repeat(5000), "GET", "/x"), "shop -");
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
    let table = table(&[("reader", &["GET /x/y", "GET api.example.com/*"]), ("shop", &["/x/*"])]);
    assert_eq!(get(&table, "/x/y"), "reader -");
    assert_eq!(ask(&table, MAIN, "h", "POST", "/x/y"), "shop -");
    assert_eq!(ask(&table, MAIN, "api.example.com", "GET", "/x"), "reader -");
    assert_eq!(ask(&table, MAIN, "api.example.com", "POST", "/x"), "shop -");
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
    for (text, region) in [
        ("/shop", "/shop"),
        ("GET /shop/*", "/shop"),
        ("/shop/login", "/shop"),
        ("/shop/:any", "/shop"),
        ("127.0.0.1/shop/login", "/shop"),
        ("*.example.com/shop", "/shop"),
        (":8000/shop/login", "/shop"),
        ("/functions/v1/shop", "/functions/v1/shop"),
        ("/functions/v1/shop/x", "/functions/v1/shop"),
    ] {
        let (table, conflicts) = build(&[("a-thief", &[text]), ("shop", &[])]);
        let text = route(text);
        assert_eq!(conflicts, [format!("the route `{text}` of `a-thief` lies below `{region}`, which belongs to the function `shop`")]);
        for host in ["localhost", "127.0.0.1", "www.example.com"] {
            for path in ["/shop", "/shop/login", "/shop/"] {
                assert_eq!(ask(&table, MAIN, host, "GET", path), "shop -/shop", "{text}: {host}{path}");
            }
            assert_eq!(ask(&table, MAIN, host, "GET", "/functions/v1/shop/x"), "shop -/functions/v1");
        }
    }
}

#[test]
fn a_route_that_only_overlaps_a_name_gives_way_there_on_every_host() {
    let table = table(&[("thief", &["/*", "/:a/login", "127.0.0.1/*", "*.example.com/:a/*", "GET example.com/*"]), ("shop", &[])]);
    for host in ["localhost", "127.0.0.1", "www.example.com", "example.com"] {
        for path in ["/shop", "/shop/login", "/shop/", "/functions/v1/shop"] {
            assert!(ask(&table, MAIN, host, "GET", path).starts_with("shop -/"), "{host}{path}");
        }
        assert_eq!(ask(&table, MAIN, host, "GET", "/shops"), "thief -");
    }
    // Its own name it may answer by any route of its own.
    let table = self::table(&[("shop", &["shop.example.com/*", "GET shop.example.com/shop/x"])]);
    assert_eq!(ask(&table, MAIN, "shop.example.com", "GET", "/shop"), "shop -");
}

#[test]
fn the_methods_of_a_hidden_route_are_not_named() {
    let table = table(&[("shop", &[]), ("other", &["POST /x"]), ("thief", &["PUT example.com/*"])]);
    assert_eq!(ask(&table, MAIN, "example.com", "GET", "/x"), "405 POST, PUT");
    let grants = [grant(&["other"], &["/x"])];
    let (table, _) = build_with(&grants, &[("other", &["POST /x"]), ("thief", &["PUT example.com/*"])]);
    assert_eq!(ask(&table, MAIN, "example.com", "GET", "/x"), "405 POST");
    assert_eq!(ask(&table, MAIN, "example.com", "PUT", "/y"), "thief -");
}

#[test]
fn on_a_granted_host_only_the_routes_of_the_grantees_answer() {
    let grants = [grant(&["shop", "cart"], &["shop.example", "*.shop.example"]), grant(&["api"], &["api.shop.example"])];
    let functions: &[(&str, &[&str])] =
        &[("all", &["/*", "*.example/*"]), ("api", &["/*"]), ("cart", &["shop.example/cart/*"]), ("shop", &["/*", "/about"])];
    let (table, conflicts) = build_with(&grants, functions);
    // Elsewhere the routes without a host compete as they always did.
    let both = |one: &str, other: &str| format!("functions `{one}` and `{other}` both claim the route `/*`");
    assert_eq!(conflicts, [both("all", "api"), both("all", "shop"), both("api", "shop")]);
    for (host, path, answer) in [
        ("shop.example", "/x", "shop -"),
        ("Shop.Example.:8000", "/about", "shop -"),
        ("shop.example", "/cart/1", "cart -"),
        ("www.shop.example", "/cart/1", "shop -"),
        ("api.shop.example", "/x", "api -"),
        // No name has an address there.
        ("shop.example", "/all", "shop -"),
        ("api.shop.example", "/shop", "api -"),
        ("example", "/x", "all -"),
        ("www.example", "/x", "all -"),
        ("www.example", "/shop", "shop -/shop"),
    ] {
        assert_eq!(ask(&table, MAIN, host, "GET", path), answer, "{host}{path}");
    }
    let (table, conflicts) =
        build_with(&grants, &[("evil", &["shop.example/*", "a.shop.example/x", "*.b.shop.example:90/"]), ("shop", &[])]);
    assert_eq!(conflicts.len(), 3, "{conflicts:?}");
    assert_eq!(conflicts[1], "the host of the route `a.shop.example/x` of `evil` is granted to `shop`, `cart`");
    assert_eq!(ask(&table, MAIN, "a.shop.example", "GET", "/x"), "404");
    assert!(table.ports().is_empty());
}

#[test]
fn below_a_granted_prefix_only_the_grantees_answer() {
    let grants = [grant(&["shop"], &["/shop-api", "/api/shop"])];
    let functions: &[(&str, &[&str])] = &[
        ("all", &["/*", "/:a/:b/*", "h.example/*"]),
        ("api", &[]),
        ("evil", &["/shop-api/login", "h.example/shop-api"]),
        ("shop", &["/shop-api/*", "POST /api/shop"]),
    ];
    let (table, conflicts) = build_with(&grants, functions);
    let evil = |route: &str| format!("the route `{route}` of `evil` lies below `/shop-api`, which is granted to `shop`");
    let name = "the calls of `api` below `/api/shop` are granted to `shop`".to_owned();
    assert_eq!(conflicts, [name, evil("/shop-api/login"), evil("h.example/shop-api")]);
    for host in ["localhost", "h.example"] {
        for (path, answer) in [
            ("/shop-api", "shop -"),
            ("/shop-api/login", "shop -"),
            ("/shop-apis", "all -"),
            ("/api/shop", "405 POST"),
            ("/api/shop/x", "404"),
            ("/api/x", "api -/api"),
            ("/shop", "shop -/shop"),
        ] {
            assert_eq!(ask(&table, MAIN, host, "GET", path), answer, "{host}{path}");
        }
    }
}

#[test]
fn a_granted_prefix_beats_a_name_and_a_longer_name_beats_it() {
    let grants = [grant(&["front"], &["/", "/shop"])];
    let (table, conflicts) = build_with(&grants, &[("front", &["/*", "GET /shop/*"]), ("shop", &[]), ("evil", &["/x"]), ("fine", &[])]);
    assert_eq!(
        conflicts,
        [
            "the calls of `shop` below `/shop` are granted to `front`",
            "the route `/x` of `evil` lies below `/`, which is granted to `front`",
        ]
    );
    assert_eq!(get(&table, "/shop/x"), "front -");
    assert_eq!(ask(&table, MAIN, "h", "POST", "/shop/x"), "front -");
    assert_eq!(get(&table, "/x"), "front -");
    assert_eq!(get(&table, "/fine"), "fine -/fine");
    assert_eq!(get(&table, "/functions/v1/shop"), "shop -/functions/v1");
}

#[test]
fn a_granted_port_shows_only_the_routes_of_the_grantees() {
    let grants = [grant(&["shop"], &["9000"]), grant(&["shop"], &["shop.example"])];
    let (table, conflicts) =
        build_with(&grants, &[("evil", &[":9000/x", ":9001/*", "*.example:9001/x"]), ("shop", &["shop.example:9001/y", ":9000/*"])]);
    assert_eq!(conflicts, ["the port of the route `:9000/x` of `evil` is granted to `shop`"]);
    assert_eq!(ask(&table, 9000, "h", "GET", "/x"), "shop -");
    assert_eq!(ask(&table, 9001, "h", "GET", "/x"), "evil -");
    // Cookies know no ports: the host stays with its grantees.
    assert_eq!(ask(&table, 9001, "shop.example", "GET", "/x"), "404");
    assert_eq!(ask(&table, 9001, "shop.example", "GET", "/y"), "shop -");
}

#[test]
fn the_ports_of_routes_are_bounded() {
    let ports = |from: u16, count: u16| (from..from + count).map(|port| format!(":{port}/x")).collect::<Vec<_>>();
    let grants = [grant(&["f0"], &["1", "2"])];
    let routes: Vec<Vec<String>> = (0..9).map(|n| ports(n * 100 + 1, if n == 0 { 12 } else { 8 })).collect();
    let routes: Vec<Vec<&str>> = routes.iter().map(|routes| routes.iter().map(String::as_str).collect()).collect();
    let names: Vec<String> = (0..9).map(|n| format!("f{n}")).collect();
    let functions: Vec<(&str, &[&str])> = names.iter().map(String::as_str).zip(routes.iter().map(Vec::as_slice)).collect();
    let (table, conflicts) = build_with(&grants, &functions);
    assert_eq!(table.ports().len(), 64 + 2);
    assert_eq!(conflicts.iter().filter(|text| text.starts_with("`f0` names more than 8 ports")).count(), 2, "{conflicts:?}");
    assert_eq!(conflicts.iter().filter(|text| text.contains("more than 64 ports") && text.contains("`f8`")).count(), 8, "{conflicts:?}");
}

#[test]
fn a_change_is_refused_only_for_conflicts_that_concern_its_function() {
    let concerned = |functions: &[(&str, &[&str])]| {
        let routes: Vec<Vec<Route>> = functions.iter().map(|(_, routes)| routes.iter().map(|text| route(text)).collect()).collect();
        let entries = functions.iter().zip(&routes);
        let entries = entries.map(|((function, _), routes)| FunctionEntry { function: name(function), routes, of_code: &[], target: () });
        let (_, conflicts) = Table::build(MAIN, &[], entries);
        let names = functions.iter().map(|(function, _)| *function);
        names.filter(|function| conflicts[0].concerns(&name(function))).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(concerned(&[("a", &["/x"]), ("b", &["/x"])]), ["a", "b"]);
    assert_eq!(concerned(&[("evil", &["/victim/x"]), ("victim", &[])]), ["evil"]);
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

/// The routes of code: `GET /a/:b`, and after it, with a space between, the expressions of what it takes alone and of what it leaves.
fn code_routes(texts: &[(&str, &str, &str)]) -> Vec<CodeRoute> {
    let claims = texts.iter().map(|(path, only, excluded)| Claim {
        path: (*path).to_owned(),
        only: (*only).to_owned(),
        excluded: Some((*excluded).to_owned()).into_iter().filter(|text| !text.is_empty()).collect(),
        methods: Vec::new(),
    });
    routes_of_code(&claims.collect::<Vec<_>>())
}

#[test]
fn routes_of_code_come_after_those_of_manifests_and_take_only_what_they_say() {
    let of_pictures = code_routes(&[("/img/:x", r"^/img/[^/]+\.png$", ""), ("/shop/:id", "", ""), ("/taken/x", "", "")]);
    let of_site = code_routes(&[("/*", "", r"^/.*\.css$"), ("/img/:y", r"^/img/[^/]+\.jpg$", ""), ("/kept", "", ""), ("/api/:id", "", "")]);
    let kept = [route("/kept")];
    let entries = [
        FunctionEntry { function: name("pictures"), routes: &[], of_code: &of_pictures, target: "pictures".to_owned() },
        FunctionEntry { function: name("site"), routes: &[], of_code: &of_site, target: "site".to_owned() },
        FunctionEntry { function: name("zoo"), routes: &kept, of_code: &[], target: "zoo".to_owned() },
        FunctionEntry { function: name("taken"), routes: &[], of_code: &[], target: "taken".to_owned() },
    ];
    let (table, conflicts) = Table::build(MAIN, &[], entries);
    let conflicts: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
    assert_eq!(
        conflicts,
        [
            "functions `zoo` and `site` both claim the route `/kept`",
            "the route `/taken/x` of `pictures` lies below `/taken`, which belongs to the function `taken`",
        ]
    );
    for (path, answer) in [
        ("/img/a.png", "pictures -"),
        ("/img/a.jpg", "site -"),
        ("/img/a.gif", "site -"),
        ("/shop/7", "pictures -"),
        ("/kept", "zoo -"),
        ("/a/b", "site -"),
        ("/a/b.css", "404"),
        ("/pictures/x", "pictures -/pictures"),
    ] {
        assert_eq!(get(&table, path), answer, "{path}");
    }
}

/// `cargo test --lib -- --ignored --nocapture a_plain_call`: the time is for reading, machines differ too much to assert it.
#[test]
#[ignore = "measures"]
fn a_plain_call_is_found_fast_among_thousands() {
    let names: Vec<_> = (0..10_000).map(|index| format!("function-{index}")).collect();
    let begun = std::time::Instant::now();
    let entries = names.iter().map(|text| FunctionEntry { function: name(text), routes: &[], of_code: &[], target: () });
    let (table, _) = Table::build(MAIN, &[], entries);
    eprintln!("built in {:?}", begun.elapsed());
    let paths: Vec<_> = (0..1024).map(|index| format!("/function-{}", index * 7919 % 10_000)).collect();
    let begun = std::time::Instant::now();
    for path in paths.iter().cycle().take(1 << 20) {
        let found = std::hint::black_box(table.resolve(MAIN, "localhost:8000", &Method::GET, path));
        assert!(matches!(found, Resolution::Found(_)));
    }
    eprintln!("resolved in {:?} each", begun.elapsed() / (1 << 20));
}
