//! Tests of route patterns: valid and invalid ones, and which of two routes is the narrower one.

use proptest::prelude::*;

use super::*;

fn path(text: &str) -> PathPattern {
    PathPattern::parse(text).unwrap()
}

fn refused_path(text: &str) -> String {
    PathPattern::parse(text).unwrap_err().to_string()
}

#[test]
fn paths_are_read_into_segments_and_written_back() {
    assert_eq!(path("/orders/:id/*").segments(), [Segment::Literal("orders".into()), Segment::Param("id".into()), Segment::Rest]);
    assert!(path("/").segments().is_empty());
    for text in ["/", "/*", "/a", "/a/b", "/a/:b", "/:a/b/*", "/a%20b", "/@scope/x.json", "/a:b"] {
        assert_eq!(path(text).to_string(), text);
    }
}

#[test]
fn a_bad_path_says_what_is_wrong() {
    for (text, why) in [
        ("", "must begin with `/`"),
        ("orders", "must begin with `/`"),
        ("/a//b", "empty segment"),
        ("/a/", "ends in `/`"),
        ("/*/a", "only at the end"),
        ("/a*", "segment of its own"),
        ("/:", "not a parameter"),
        ("/:1a", "not a parameter"),
        ("/:a/:a", "occurs twice"),
        ("/a?b", "query"),
        ("/a b", "percent-encoded"),
        ("/é", "percent-encoded"),
        ("/a/../b", "not allowed as a segment"),
    ] {
        assert!(refused_path(text).contains(why), "{text}: {}", refused_path(text));
    }
    assert!(refused_path(&format!("/{}", "a/".repeat(100) + "b")).contains("64 segments"));
    assert!(refused_path(&format!("/{}", "a".repeat(4000))).contains("too long"));
}

#[test]
fn hosts_are_lowered_and_written_back() {
    assert_eq!(HostPattern::parse("API.Example.com").unwrap(), HostPattern::Exact("api.example.com".into()));
    assert_eq!(HostPattern::parse("*.Example.com.").unwrap(), HostPattern::Wildcard("example.com".into()));
    for text in ["localhost", "127.0.0.1", "[::1]", "a_b.example.com", "*.example.com"] {
        assert_eq!(HostPattern::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn a_bad_host_says_what_is_wrong() {
    for (text, why) in [
        ("", "leave `host` out"),
        ("*", "leave `host` out"),
        ("a.*.com", "first label"),
        ("*a.com", "first label"),
        ("example.com:80", "write the port as `port`"),
        ("http://example.com", "without scheme"),
        ("example.com/x", "without scheme"),
        ("[::zz]", "IPv6"),
        ("a..b", "is not a label"),
        ("-a.com", "is not a label"),
        ("a b.com", "is not a label"),
    ] {
        let error = HostPattern::parse(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn the_narrower_route_is_the_greater_one() {
    let route = |text: &str| Route::of_path(path(text));
    let in_order = ["/*", "/", "/:a/*", "/:a", "/:a/b", "/a/*", "/a", "/a/:b/*", "/a/:b", "/a/b/*", "/a/b"];
    for pair in in_order.windows(2) {
        assert!(route(pair[0]).specificity() < route(pair[1]).specificity(), "{pair:?}");
    }
    let with_host = |host: &str| Route { host: Some(HostPattern::parse(host).unwrap()), ..route("/*") };
    assert!(route("/a/b").specificity() < with_host("*.com").specificity());
    assert!(with_host("*.com").specificity() < with_host("*.b.com").specificity());
    assert!(with_host("*.b.com").specificity() < with_host("b.com").specificity());
    assert!(with_host("a.b.com").specificity() < Route { port: Some(1), ..route("/*") }.specificity());
    assert!(route("/a").specificity() < Route { methods: vec![Method::GET], ..route("/a") }.specificity());
}

#[test]
fn a_route_is_shown_as_one_word() {
    let route = Route {
        host: Some(HostPattern::parse("api.example.com").unwrap()),
        path: path("/v2/*"),
        methods: vec![Method::GET, Method::POST],
        port: Some(9000),
    };
    assert_eq!(route.to_string(), "GET,POST api.example.com:9000/v2/*");
}

proptest! {
    #[test]
    fn reading_a_pattern_never_panics(text in "\\PC{0,80}", path in "[/:*a-b.%?]{0,20}") {
        let _ = PathPattern::parse(&text);
        let _ = HostPattern::parse(&text);
        if let Ok(pattern) = PathPattern::parse(&path) {
            prop_assert_eq!(pattern.to_string(), path);
        }
    }
}
