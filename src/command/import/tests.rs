//! Tests of the parts: units, schedules, patterns, names, paths, trees, and the text of a manifest. Whole imports are cases of `tests/import`.

use proptest::prelude::*;

use super::document::{Syntax, documents};
use super::glob::matches;
use super::names::function_name;
use super::paths::{below, braces, file_and_export};
use super::project::inside;
use super::settings::{ManifestDraft, ManifestTable, ManifestValue};
use super::units::{aws_schedule, body_megabytes, megabytes, milliseconds, schedule};
use crate::function::{FunctionName, Manifest};

#[test]
fn amounts_of_memory_are_whole_megabytes() {
    for (text, expected) in
        [("128Mi", 128), ("128M", 123), ("40m", 39), ("1Gi", 1024), ("1.5G", 1431), ("134217728", 128), ("256MB", 256 - 11), ("0", 0)]
    {
        assert_eq!(megabytes(text), Some(expected), "{text}");
    }
    for text in ["", "Mi", "1Xi", "-1Mi", "1e9", "one", "9".repeat(400).as_str()] {
        assert_eq!(megabytes(text), None, "{text}");
    }
}

#[test]
fn times_are_milliseconds() {
    for (text, expected) in [("180", 180_000), ("1.5", 1500), ("30s", 30_000), ("1m30s", 90_000), ("500ms", 500), ("2h", 7_200_000)] {
        assert_eq!(milliseconds(text), Some(expected), "{text}");
    }
    for text in ["", "0", "-1", "s", "1x", "1m 30s", "NaN", "inf", "1e300"] {
        assert_eq!(milliseconds(text), None, "{text}");
    }
    assert_eq!(body_megabytes("100kb"), Some(0.098));
    assert_eq!(body_megabytes("5mb"), Some(5.0));
    assert_eq!(body_megabytes("5 apples"), None);
}

#[test]
fn schedules_of_aws_and_fission_are_written_in_fields() {
    for (text, expected) in [
        ("rate(1 minute)", "* * * * *"),
        ("rate(5 minutes)", "*/5 * * * *"),
        ("rate(1 hour)", "0 * * * *"),
        ("rate(6 hours)", "0 */6 * * *"),
        ("rate(1 day)", "0 0 * * *"),
        ("rate(7 days)", "0 0 * * 0"),
        ("cron(0 18 ? * MON-FRI *)", "0 18 * * MON-FRI"),
        ("cron(15 10 ? * 6L *)", "15 10 * * FRIL"),
        ("cron(0 8 ? * 2#1 *)", "0 8 * * MON#1"),
        ("cron(0 8 1 * ? *)", "0 8 1 * *"),
        ("cron(0/15 5/6 ? * 1,7 *)", "*/15 5-23/6 * * SUN,SAT"),
        ("cron(0 0 ? 1/3 MON/2 *)", "0 0 * 1-12/3 MON-SAT/2"),
    ] {
        assert_eq!(aws_schedule(text).as_deref(), Ok(expected), "{text}");
    }
    for text in
        ["rate(7 hours)", "rate(0 minutes)", "rate(5)", "rate(5 moons)", "cron(1 2 3)", "cron(0 0 1 1 ? 2030)", "at(2030-01-01T00:00:00)"]
    {
        assert!(aws_schedule(text).is_err(), "{text}");
    }
    assert_eq!(schedule("@every 30s").as_deref(), Ok("*/30 * * * * *"));
    assert_eq!(schedule("@every 1h").as_deref(), Ok("0 * * * *"));
    assert_eq!(schedule("@daily").as_deref(), Ok("@daily"));
    assert_eq!(schedule("0 5/20 1-5/2 * * *").as_deref(), Ok("0 5-59/20 1-5/2 * * *"));
    assert_eq!(schedule("too few").as_deref(), Ok("too few"));
    assert!(schedule("@every 7m").is_err() && schedule("@every moon").is_err());
}

#[test]
fn patterns_match_paths() {
    for (pattern, path) in [
        ("*.js", "a.js"),
        ("./*.js", "a.js"),
        ("**/*.js", "a.js"),
        ("**/*.js", "a/b/c.js"),
        ("a/**", "a/b/c"),
        ("a/**/c", "a/c"),
        ("a?c", "abc"),
        ("{a,b}/*.{js,ts}", "b/x.ts"),
        ("a*b*c", "aXbbYc"),
        ("**", "x/y"),
    ] {
        assert!(matches(pattern, path), "{pattern} {path}");
    }
    for (pattern, path) in [("*.js", "a/b.js"), ("a/*", "a/b/c"), ("a", "ab"), ("", "a"), ("{a,b", "a"), ("*a", "ab"), ("a/**/c", "a/b")] {
        assert!(!matches(pattern, path), "{pattern} {path}");
    }
    // Neither stars nor braces cost more than their length.
    assert!(!matches(&"*a".repeat(400), &"a".repeat(5000).replace("aaaaa", "aaaab")));
    assert!(!matches(&("**/".repeat(300) + "z"), &"a/".repeat(5000)));
    assert!(!matches(&"{a,b}".repeat(100), "x"));
}

#[test]
fn names_are_kept_or_lowered_and_never_repaired() {
    let name = |text: &str| function_name(text).map(|(name, note)| (name.to_string(), note.is_some()));
    assert_eq!(name("hello-1_x"), Ok(("hello-1_x".into(), false)));
    assert_eq!(name("createUser"), Ok(("create-user".into(), true)));
    assert_eq!(name("HTTPServer2.api"), Ok(("http-server2-api".into(), true)));
    for text in ["", "..", "../x", "a/b", "a b", "/etc", "a..b", "é", "_", &"x".repeat(64)] {
        assert!(name(text).is_err(), "{text}");
    }
}

#[test]
fn paths_of_a_manifest_stay_inside() {
    for (text, expected) in [("", ""), (".", ""), ("./a//b/", "a/b"), ("a/../b", "b"), ("a/./b", "a/b")] {
        assert_eq!(inside(text).as_deref(), Ok(expected), "{text}");
    }
    for text in ["..", "../a", "a/../../b", "/a", "~/a", "a\\b", "s3://a/b", "a\0b"] {
        assert!(inside(text).is_err(), "{text}");
    }
}

#[test]
fn paths_of_routes_are_written_as_skep_has_them() {
    for (text, expected) in [
        ("/", "/"),
        ("", "/"),
        ("users", "/users"),
        ("/users/{id}/", "/users/:id"),
        ("/users/{id:[0-9]{1,3}}/x", "/users/:id/x"),
        ("/a/{x:b/c}/d", "/a/:x/d"),
        ("/{proxy+}", "/*"),
        ("/a/{rest:.*}", "/a/*"),
        ("/{1}/{a-b}/{a_b}", "/:p1/:a_b/:a_b_"),
    ] {
        assert_eq!(braces(text).as_deref(), Ok(expected), "{text}");
    }
    for text in ["/a{x}", "/{x}b", "/{a+}/b", "/{x:.*}/b"] {
        assert!(braces(text).is_err(), "{text}");
    }
    assert_eq!((below("/a").as_str(), below("/").as_str(), below("/a/*").as_str()), ("/a/*", "/*", "/a/*"));
    assert_eq!(file_and_export("src/a.b.c"), ("src/a".to_owned(), Some("b.c")));
    assert_eq!(file_and_export("../a"), ("../a".to_owned(), None));
}

#[test]
fn a_tree_keeps_spellings_tags_and_lines() {
    let text = "a: 1.10\nb: !Ref Table\nc: &c {x: yes, y: null, z: ''}\nd:\n  <<: *c\n  x: 0755\n---\n- !!str 12\n- \"q\"\n";
    let (syntax, nodes) = documents("x.yaml", text).unwrap();
    assert_eq!((syntax, nodes.len()), (Syntax::Yaml, 2));
    let root = &nodes[0];
    assert_eq!(root.text_of("a"), Some("1.10"));
    let reference = root.get("b").unwrap();
    assert_eq!((reference.text(), reference.shown().as_str(), reference.line), (None, "!Ref Table", 2));
    assert_eq!(root.at(&["d", "x"]).and_then(|node| node.text()), Some("0755"));
    assert!(root.at(&["d", "y"]).is_none());
    assert_eq!(root.at(&["d", "z"]).and_then(|node| node.text()), Some(""));
    assert_eq!(nodes[1].texts(), ["12", "q"]);
}

#[test]
fn a_manifest_holds_any_text_as_a_text() {
    let hostile = "\"\"\"\n[net]\nallow = [\"10.0.0.1\"]\n\u{1b}[2J\u{7f}\u{202e}\\ é\t'";
    let mut settings = ManifestDraft::new(hostile.to_owned());
    let key = hostile.replace('=', "");
    settings.set(ManifestTable::Env, &key, ManifestValue::Text(hostile.to_owned()), hostile);
    settings.set(ManifestTable::Limits, "memory_mb", ManifestValue::Whole(64), hostile);
    let manifest = Manifest::parse(&settings.render()).unwrap();
    assert_eq!(manifest.env.get(&key).map(String::as_str), Some(hostile));
    assert!(manifest.net.allow.is_empty());
    assert_eq!(manifest.limits.memory_bytes, 64 << 20);
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,200}") {
        let _ = documents("x", &text);
        let _ = (megabytes(&text), milliseconds(&text), body_megabytes(&text), aws_schedule(&text), schedule(&text));
        let _ = (braces(&text), matches(&text, &text));
        if let Ok((name, _)) = function_name(&text) {
            prop_assert!(FunctionName::parse(name.as_str()).is_ok());
        }
        if let Ok(path) = inside(&text) {
            prop_assert!(!path.split('/').any(|part| part == "..") && !path.starts_with('/'));
        }
    }

    #[test]
    fn yaml_of_its_own_signs_makes_no_reader_panic(text in "[-:?,\\[\\]{}#&*!|>'\"%@` \n\ta<~]{0,60}") {
        let _ = documents("x", &text);
    }

    #[test]
    fn any_value_is_read_back(key in "\\PC{1,20}", value in any::<String>()) {
        prop_assume!(!key.contains('='));
        let mut settings = ManifestDraft::new(value.clone());
        settings.set(ManifestTable::Env, &key, ManifestValue::Text(value.clone()), value.as_str());
        let manifest = Manifest::parse(&settings.render()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(manifest.env.get(&key), Some(&value));
    }
}
