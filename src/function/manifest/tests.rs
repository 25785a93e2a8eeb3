//! Tests of manifests: the allowed keys and values, and the messages about all others.

use std::time::Duration;

use http::Method;
use proptest::prelude::*;

use super::keys::{CHECK_KEYS, CODE_KEYS, CRON_KEYS, LIMITS_KEYS, LOG_KEYS, NET_KEYS, ROLLBACK_KEYS, ROUTE_KEYS, SCALE_KEYS, TOP_KEYS};
use super::*;
use crate::function::Dialect;
use crate::function::Level;
use crate::function::limits::{Limits, Scale};
use crate::function::node::HOST_MODULES;
use crate::function::route::Route;
use crate::function::route::{HostPattern, PathPattern, Segment};
use crate::function::schedule::Schedule;

/// Every key of the documentation, as it stands there.
const DOCUMENTED: &str = r#"
entry = "index.ts"
routes = ["/orders/*", { host = "api.example.com", path = "/v2/*", methods = ["GET"], port = 9000 }]
[limits]    # memory counts heap AND ArrayBuffers
memory_mb = 128
cpu_ms = 1000
wall_ms = 30000
body_mb = 10
[scale]
min = 0
max = 4
concurrency = 64
queue = 256
idle_s = 300
[env]
GREETING = "hello"
[net]       # public addresses are open, private and loopback ones closed;
allow = ["10.0.0.7:5432"]          # opened beside them
only = ["api.example.com:443"]     # or: nothing but these
[code]
eval = false
[check]     # before a release gives it traffic
path = "/health"
timeout_ms = 5000
[rollback]  # to the version before, by itself
faults_percent = 20
calls = 20
watch_s = 60
[log]       # never more than the host
level = "info"
kb_per_10s = 256
days = 7
mb = 64
[[cron]]    # one table for each schedule
name = "nightly"
schedule = "0 3 * * MON-FRI"       # 5 or 6 fields, @daily, L # W
zone = "Europe/Berlin"
overlap = "skip"
missed = "latest"
missed_within_s = 3600
jitter_s = 0
retries_ms = [1000, 5000, 30000]
wall_ms = 900000
cpu_ms = 60000
path = "/jobs/nightly"
"#;

fn problems(text: &str) -> Vec<String> {
    Manifest::parse(text).unwrap_err().problems.iter().map(ToString::to_string).collect()
}

fn only_problem(text: &str) -> String {
    let problems = problems(text);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.into_iter().next().unwrap()
}

#[test]
fn the_documented_manifest_is_read_whole() {
    let manifest = Manifest::parse(DOCUMENTED).unwrap();
    assert_eq!(manifest.entry.as_deref(), Some("index.ts"));
    assert_eq!(manifest.routes.len(), 2);
    assert_eq!(manifest.routes[0].path.segments(), [Segment::Literal("orders".into()), Segment::Rest]);
    assert_eq!(manifest.routes[1].host, Some(HostPattern::Exact("api.example.com".into())));
    assert_eq!(manifest.routes[1].methods, [Method::GET]);
    assert_eq!(manifest.routes[1].port, Some(9000));
    assert_eq!(manifest.limits, Limits::default(), "the documentation shows the defaults");
    assert_eq!(manifest.scale, Scale::default(), "the documentation shows the defaults");
    assert_eq!(manifest.env["GREETING"], "hello");
    // Without the key it depends on whether the function is for Node.
    assert_eq!(manifest.code, Code { eval: Some(false), ..Code::default() }, "the documentation shows the defaults");
    assert_eq!(manifest.check, Check { path: Some("/health".into()), ..Check::default() }, "the documentation shows the defaults");
    assert_eq!(manifest.rollback, Some(RollbackRule::default()), "the documentation shows the defaults");
    let log = LogRules { level: Some(Level::Info), days: Some(7), mb: Some(64), ..LogRules::default() };
    assert_eq!(manifest.log, log, "the documentation shows the defaults");
    let nightly = CronRule {
        retries: [1000, 5000, 30_000].map(Duration::from_millis).to_vec(),
        wall: Some(Duration::from_secs(900)),
        cpu: Some(Duration::from_secs(60)),
        path: Some("/jobs/nightly".into()),
        ..CronRule::new("nightly", Schedule::parse("0 3 * * MON-FRI").unwrap().in_zone("Europe/Berlin").unwrap())
    };
    assert_eq!(manifest.cron, [nightly], "the documentation shows the defaults");
    assert_eq!(manifest.net.allow[0].to_string(), "10.0.0.7:5432");
    assert_eq!(manifest.net.only.unwrap()[0].to_string(), "api.example.com:443");
}

#[test]
fn no_file_and_an_empty_file_are_the_same() {
    assert_eq!(Manifest::parse("").unwrap(), Manifest::default());
    assert_eq!(Manifest::parse("# nothing\n").unwrap(), Manifest::default());
}

#[test]
fn megabytes_may_be_fractions() {
    let manifest = Manifest::parse("limits = { memory_mb = 16.5, body_mb = 0.25 }").unwrap();
    assert_eq!(manifest.limits.memory_bytes, 33 << 19);
    assert_eq!(manifest.limits.body_bytes, 1 << 18);
    assert_eq!(Manifest::parse("limits.body_mb = 0").unwrap().limits.body_bytes, 0);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    assert_eq!(
        only_problem("[limits]\nmemry_mb = 64\n"),
        "line 2, column 1: unknown key `memry_mb` in `[limits]`; did you mean `memory_mb`?"
    );
    assert!(only_problem("rotues = []").contains("did you mean `routes`?"));
    assert!(only_problem("[scale]\nmxn = 1").contains("did you mean `min`?"));
    assert!(only_problem("[scale]\nman = 1").contains("did you mean `min` or `max`?"));
    assert!(only_problem("Entry = 'x'").contains("did you mean `entry`?"));
    assert!(only_problem("memory_mb = 64").contains("it belongs in `[limits]`"));
    assert!(only_problem("[scale]\nroutes = []").contains("it belongs at the top"));
    assert!(only_problem("colour = 1").contains("known are `entry`, `routes`"));
    assert!(only_problem("routes = [{ path = '/', hots = 'a' }]").contains("did you mean `host`?"));
}

#[test]
fn a_value_out_of_range_is_named_with_the_allowed_range() {
    for (text, message) in [
        ("[limits]\nmemory_mb = 8", "line 2, column 13: `memory_mb = 8` is out of range: allowed is 16 to 4096"),
        ("[limits]\nmemory_mb = 4096.5", "line 2, column 13: `memory_mb = 4096.5` is out of range: allowed is 16 to 4096"),
        ("[limits]\nmemory_mb = nan", "line 2, column 13: `memory_mb = nan` is out of range: allowed is 16 to 4096"),
        ("[limits]\nbody_mb = -1", "line 2, column 11: `body_mb = -1` is out of range: allowed is 0 to 10240"),
        ("[limits]\ncpu_ms = 0", "line 2, column 10: `cpu_ms = 0` is out of range: allowed is 1 to 86400000"),
        ("[limits]\nwall_ms = 86400001", "line 2, column 11: `wall_ms = 86400001` is out of range: allowed is 1 to 86400000"),
        ("[scale]\nconcurrency = 0", "line 2, column 15: `concurrency = 0` is out of range: allowed is 1 to 10000"),
        ("[scale]\nqueue = 1_000_001", "line 2, column 9: `queue = 1_000_001` is out of range: allowed is 0 to 1000000"),
        ("[scale]\nmax = 0", "line 2, column 7: `max = 0` is out of range: allowed is 1 to 1024"),
        ("[scale]\nidle_s = 0", "line 2, column 10: `idle_s = 0` is out of range: allowed is 1 to 31536000"),
        ("[scale]\nmin = 5", "line 2, column 7: `min = 5` is greater than `max = 4` (the default): allowed is min <= max"),
        ("[scale]\nmin = 5\nmax = 3", "line 2, column 7: `min = 5` is greater than `max = 3`: allowed is min <= max"),
        ("[check]\ntimeout_ms = 300001", "line 2, column 14: `timeout_ms = 300001` is out of range: allowed is 1 to 300000"),
        ("routes = [{ path = '/', port = 0 }]", "line 1, column 32: `port = 0` is out of range: allowed is 1 to 65535"),
    ] {
        let problems = problems(text);
        assert_eq!(problems, [message], "{text}");
    }
    let huge = only_problem("[scale]\nqueue = 9223372036854775808123");
    assert!(huge.contains("out of range"), "{huge}");
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_the_right_one() {
    for (text, message) in [
        ("entry = 1", "`entry` must be a string, not a whole number"),
        ("limits = 1", "`limits` must be a table (write `[limits]` on a line of its own), not a whole number"),
        ("[[limits]]\ncpu_ms = 1", "`limits` must be a table (write `[limits]` on a line of its own), not an array"),
        ("limits.cpu_ms = 1.5", "`cpu_ms` must be a whole number from 1 to 86400000, not a fraction"),
        ("limits.memory_mb = '64'", "`memory_mb` must be a number from 16 to 4096, not a string"),
        ("routes = '/a'", "`routes` must be an array of paths or tables, not a string"),
        ("routes = [1]", "`routes[]` must be a path or a table with `path`, not a whole number"),
        ("net.allow = 'a'", "`allow` must be an array of strings, not a string"),
        ("net.allow = [1]", "`allow[]` must be a string, not a whole number"),
        ("env.PORT = 80", "`PORT` must be a string: write `PORT = \"80\"`"),
        ("code.eval = 1", "`eval` must be `true` or `false`, not a whole number"),
        ("env.LIST = []", "`LIST` must be a string, not an array"),
    ] {
        assert!(only_problem(text).ends_with(message), "{text}: {}", only_problem(text));
    }
}

#[test]
fn bad_routes_entries_and_rules_say_why() {
    for (text, message) in [
        ("routes = ['orders']", "must begin with `/`"),
        ("routes = [{ host = 'a.com' }]", "a route needs a `path`"),
        ("routes = [{ path = '/', host = '*' }]", "leave `host` out"),
        ("routes = [{ path = '/', methods = ['get'] }]", "'get' is not allowed: allowed are GET, HEAD"),
        ("routes = [{ path = '/', methods = ['GET', 'GET'] }]", "listed twice"),
        ("routes = [{ path = '/', methods = [] }]", "leave it out to answer every method"),
        ("entry = '../x.ts'", "must be a path inside the function's folder"),
        ("entry = '/x.ts'", "must be a path inside the function's folder"),
        ("entry = ''", "must be a path inside the function's folder"),
        ("net.only = ['a:0']", "from 1 to 65535"),
        ("net.only = ['*']", "too wide"),
        ("net.only = ['http://a']", "without scheme"),
        ("net.only = ['10.0.0.0/33']", "from 0 to 32"),
        ("net.only = ['a.com/8']", "only an IP address"),
        ("env.'A=B' = 'x'", "not a name for a variable"),
    ] {
        assert!(only_problem(text).contains(message), "{text}: {}", only_problem(text));
    }
}

#[test]
fn a_schedule_that_cannot_be_kept_says_why() {
    let one = |rest: &str| format!("[[cron]]\nname = 'n'\nschedule = '@daily'\n{rest}");
    for (text, message) in [
        (
            "cron = 1".to_owned(),
            "line 1, column 8: `cron` must be an array of tables (write `[[cron]]` on a line of its own), not a whole number",
        ),
        ("[cron]\nname = 'n'".to_owned(), "write `[[cron]]` on a line of its own), not a table"),
        ("cron = [1]".to_owned(), "`cron[]` must be a table with `name` and `schedule`"),
        ("[[cron]]\nschedule = '@daily'".to_owned(), "line 1, column 1: a `[[cron]]` needs a `name`"),
        ("[[cron]]\nname = 'n'".to_owned(), "a `[[cron]]` needs a `schedule`"),
        (
            "[[cron]]\nname = 'n'\nschedule = '0 25 * * *'".to_owned(),
            "line 3, column 12: `schedule = '0 25 * * *'` is not a cron expression",
        ),
        ("[[cron]]\nname = ''\nschedule = '@daily'".to_owned(), "line 2, column 8: `name = ''`: it must have 1 to 64 letters"),
        (one("zone = 'Berlin'"), "line 4, column 8: `zone = 'Berlin'`: there is no zone of this name; did you mean `Europe/Berlin`?"),
        (one("overlap = 'skp'"), "line 4, column 11: `overlap = 'skp'`: allowed are `skip`, `queue`, `allow`; did you mean `skip`?"),
        (one("missed = 'none'"), "allowed are `skip`, `latest`, `all`"),
        (one("missed_within_s = 0"), "allowed is 1 to 604800"),
        (one("jitter_s = 3601"), "allowed is 0 to 3600"),
        (one("retries_ms = 5"), "`retries_ms` must be an array of milliseconds"),
        (one("retries_ms = [-1]"), "`retries_ms[] = -1` is out of range"),
        (one("wall_ms = 0"), "allowed is 1 to 86400000"),
        (one("path = 'jobs'"), "must be a path that begins with `/`"),
        (one("zome = 'UTC'"), "line 4, column 1: unknown key `zome` in `[[cron]]`; did you mean `zone`?"),
        (one("[[cron]]\nname = 'n'\nschedule = '@hourly'"), "line 5, column 8: `name = \"n\"`: another `[[cron]]` has this name"),
    ] {
        assert!(only_problem(&text).contains(message), "{text}: {}", only_problem(&text));
    }
    let many: String = (0..65).map(|number| format!("[[cron]]\nname = 'n{number}'\nschedule = '@daily'\n")).collect();
    assert!(only_problem(&many).contains("at most 64"));
}

#[test]
fn every_problem_is_reported_in_the_order_of_the_text() {
    let problems = problems("entry = 1\n[scale]\nmaxx = 1\nqueue = -1\n[limits]\ncpu_ms = 'a'\n");
    let lines: Vec<_> = problems.iter().map(|problem| problem.split(',').next().unwrap()).collect();
    assert_eq!(lines, ["line 1", "line 3", "line 4", "line 6"]);
}

#[test]
fn broken_toml_is_reported_where_it_breaks() {
    let error = Manifest::parse("entry = 'a'\n[limits\ncpu_ms = 1").unwrap_err();
    assert_eq!(error.problems[0].line, 2, "{error}");
    assert!(only_problem("entry = 'a'\nentry = 'b'").starts_with("line 2"));
}

#[test]
fn rules_of_the_net_are_read_and_written_back() {
    for text in ["10.0.0.7:5432", "10.0.0.0/8", "10.0.0.0/8:80", "::1", "[::1]:80", "fd00::/8", "[fd00::/8]:80", "db", "*.a.com:1"] {
        assert_eq!(NetRule::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(NetRule::parse("[::1]").unwrap(), NetRule::parse("::1").unwrap());
}

#[test]
fn an_entry_may_begin_with_a_dot_slash() {
    assert_eq!(Manifest::parse("entry = './src/main.ts'").unwrap().entry.as_deref(), Some("src/main.ts"));
}

/// One letter changed, added, taken away or swapped with its neighbour.
fn typo(key: &str, place: usize, letter: char, how: u8) -> String {
    let mut letters: Vec<char> = key.chars().collect();
    let place = place % letters.len();
    match how {
        0 => letters[place] = letter,
        1 => letters.insert(place, letter),
        2 => {
            letters.remove(place);
        }
        _ => {
            let next = (place + 1) % letters.len();
            if next > place {
                letters.swap(place, next);
            }
        }
    }
    letters.into_iter().collect()
}

fn in_section(section: &str, key: &str) -> String {
    match section {
        "" => format!("{key} = 1"),
        "route" => format!("routes = [{{ path = '/', {key} = 1 }}]"),
        "cron" => format!("[[cron]]\nname = 'n'\nschedule = '@daily'\n{key} = 1"),
        section => format!("[{section}]\n{key} = 1"),
    }
}

fn any_rule() -> impl Strategy<Value = NetRule> {
    let host = prop_oneof![
        "[a-z]{1,5}\\.[a-z]{2}".prop_map(|name| NetTarget::Name(HostPattern::parse(&name).unwrap())),
        (any::<[u8; 4]>(), 0u8..=32).prop_map(|(address, prefix)| NetTarget::Network { address: address.into(), prefix }),
        (any::<[u8; 16]>(), 0u8..=128).prop_map(|(address, prefix)| NetTarget::Network { address: address.into(), prefix }),
    ];
    (host, proptest::option::of(1..=u16::MAX)).prop_map(|(host, port)| NetRule { host, port })
}

fn any_route() -> impl Strategy<Value = Route> {
    let path = "(/[a-z:]?[a-z0-9]{1,4}){0,3}/\\*".prop_filter_map("a pattern", |text| PathPattern::parse(&text).ok());
    let host = proptest::option::of("(\\*\\.)?[a-z]{1,5}\\.[a-z]{2}".prop_map(|text| HostPattern::parse(&text).unwrap()));
    let methods = proptest::sample::subsequence(vec![Method::GET, Method::POST, Method::DELETE], 0..=3);
    (host, path, methods, proptest::option::of(1..=u16::MAX)).prop_map(|(host, path, methods, port)| Route { host, path, methods, port })
}

fn any_rule_of_cron() -> impl Strategy<Value = CronRule> {
    const EXPRESSIONS: [&str; 5] = ["@daily", "0 3 * * MON-FRI", "*/5 * * * * *", "0 0 L * *", "30 2 15W * *"];
    let schedule = (proptest::sample::select(&EXPRESSIONS[..]), proptest::sample::select(&["UTC", "Europe/Berlin", "Asia/Tokyo"][..]))
        .prop_map(|(expression, zone)| Schedule::parse(expression).unwrap().in_zone(zone).unwrap());
    let words = (proptest::sample::select(&OverlapRule::WORDS[..]), proptest::sample::select(&MissedRule::WORDS[..]));
    let times = (1..=604_800u64, 0..=3600u64, prop::collection::vec(0..=86_400_000u64, 0..4));
    let limits = (proptest::option::of(1..=86_400_000u64), proptest::option::of(1..=86_400_000u64));
    let path = proptest::option::of("/[a-z/]{0,9}(\\?[a-z]{1,3})?");
    ("[a-z]{1,5}", schedule, words, times, limits, path).prop_map(
        |(name, schedule, ((_, overlap), (_, missed)), (missed_within, jitter, retries), (wall, cpu), path)| CronRule {
            name,
            schedule,
            overlap,
            missed,
            missed_within: Duration::from_secs(missed_within),
            jitter: Duration::from_secs(jitter),
            retries: retries.into_iter().map(Duration::from_millis).collect(),
            wall: wall.map(Duration::from_millis),
            cpu: cpu.map(Duration::from_millis),
            path,
        },
    )
}

fn any_dialects() -> impl Strategy<Value = DialectSettings> {
    let dialect = proptest::option::of(proptest::sample::select(Dialect::ALL));
    let event =
        proptest::sample::select(vec![LambdaEvent::FunctionUrl, LambdaEvent::GatewayV2, LambdaEvent::GatewayV1, LambdaEvent::LoadBalancer]);
    let ranges = "([0-9]{1,2}\\.){3}[0-9]{1,2}/([0-9]|[12][0-9])";
    let parse = (
        "(/[a-zA-Z0-9_-]{1,4}){1,3}",
        proptest::option::of("[^\0]{1,9}"),
        proptest::option::of("https?://[a-z]{1,4}\\.org(:[1-9][0-9]{1,3})?(/[a-z]{1,3})?"),
        proptest::collection::vec(ranges, 0..3),
        (1..=86_400_000u64, 1..=86_400_000u64),
        proptest::collection::vec("(job:)?[a-z]{1,5}", 0..3),
    );
    let parse = parse.prop_map(|(mount, app_id, server_url, ranges, (wall, cpu), idempotent)| ParseSettings {
        mount,
        app_id,
        server_url,
        master_key_ips: ranges.iter().filter_map(|text| AddressRange::parse(text)).collect(),
        job_wall: Duration::from_millis(wall),
        job_cpu: Duration::from_millis(cpu),
        idempotent,
    });
    let handler = proptest::option::of("[a-z]{1,5}(\\.[a-z\"']{1,5}){0,2}");
    (dialect, handler, event, proptest::option::of(parse), any::<bool>()).prop_map(
        |(dialect, handler, lambda_event, parse, ignore_auth)| DialectSettings { dialect, handler, lambda_event, parse, ignore_auth },
    )
}

#[test]
fn settings_of_dialects_say_what_they_may_be() {
    assert!(only_problem("dialect = 'lamda'").contains("did you mean `lambda`?"));
    assert!(only_problem("dialect = 'php-cgi-handler'").contains("known are `azure`"));
    assert!(only_problem("handler = '../x.y'").contains("must be `file.export`"));
    assert!(only_problem("lambda.event = 'sqs'").contains("must be one of `function-url`"));
    assert!(only_problem("parse.mount = 'parse'").contains("must be a path such as `/parse`"));
    assert!(only_problem("parse.server_url = 'parse.example.org'").contains("must be the address of a Parse Server"));
    assert!(only_problem("parse.master_key_ips = ['10.0.0.0/33']").contains("is neither an address nor a range"));
    assert!(only_problem("code.own_modules = ['express']").contains("is no module that Skep has itself"));
    assert!(only_problem("event = 'alb'").contains("it belongs in `[lambda]`"));
    let written: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.label()).collect();
    assert_eq!(written, super::keys::DIALECT_LABELS);
}

#[test]
fn a_range_of_addresses_holds_what_it_says() {
    let holds = |range: &str, address: &str| AddressRange::parse(range).unwrap().contains(address.parse().unwrap());
    assert!(
        holds("127.0.0.0/8", "127.9.9.9")
            && holds("127.0.0.0/8", "::ffff:127.0.0.1")
            && holds("::/0", "::1")
            && holds("0.0.0.0/0", "1.2.3.4")
    );
    assert!(
        !holds("127.0.0.0/8", "128.0.0.1")
            && !holds("10.0.0.1", "10.0.0.2")
            && !holds("::/0", "1.2.3.4")
            && holds("::ffff:10.0.0.0/104", "10.9.9.9")
    );
}

fn any_manifest() -> impl Strategy<Value = Manifest> {
    let limits = (16u64 << 20..=4096 << 20, 1..=86_400_000u64, 1..=86_400_000u64, 0..=10_240u64 << 20).prop_map(
        |(memory_bytes, cpu, wall, body_bytes)| Limits {
            memory_bytes,
            cpu: Duration::from_millis(cpu),
            wall: Duration::from_millis(wall),
            body_bytes,
        },
    );
    let scale =
        (0..=1024u32, 1..=1024u32, 1..=10_000u32, 0..=1_000_000u32, 1..=31_536_000u64).prop_map(|(min, max, concurrency, queue, idle)| {
            Scale { min: min.min(max), max, concurrency, queue, idle: Duration::from_secs(idle) }
        });
    let rules = || proptest::collection::vec(any_rule(), 0..3);
    let net = (rules(), proptest::option::of(rules())).prop_map(|(allow, only)| Net { allow, only });
    let env = proptest::collection::btree_map("[^=\0]{1,10}", "[^\0]{0,20}", 0..4);
    let entry = proptest::option::of("[a-z]{1,5}(/[ a-z\"']{1,5}\\.ts)?");
    let files = prop::collection::vec("(\\.\\./_)?[a-z*?]{1,8}(/[ a-zä*?.-]{3,8}){0,3}", 0..3);
    let own_modules =
        proptest::sample::subsequence(HOST_MODULES.to_vec(), 0..3).prop_map(|names| names.into_iter().map(str::to_owned).collect());
    let code = (any::<Option<bool>>(), any::<Option<bool>>(), files, own_modules).prop_map(|(eval, node, files, own_modules)| Code {
        eval,
        node,
        files,
        own_modules,
    });
    let check = (proptest::option::of("/[a-z/]{0,9}(\\?[a-z]{1,3})?"), 1..=CHECK_TIMEOUT_MS_MAX)
        .prop_map(|(path, timeout)| Check { path, timeout: Duration::from_millis(timeout) });
    let rollback = (0..=100u32, 1..=1_000_000u64, 1..=86_400u64).prop_map(|(faults_percent, calls, watch)| RollbackRule {
        faults_percent,
        calls,
        watch: Duration::from_secs(watch),
    });
    let cron = prop::collection::vec(any_rule_of_cron(), 0..3).prop_map(|mut rules| {
        rules.iter_mut().enumerate().for_each(|(index, rule)| rule.name.push_str(&index.to_string()));
        rules
    });
    let log = (any_level(), 0..=4096_u32, proptest::option::of(1..=3650_u32), proptest::option::of(1..=1_u32 << 20))
        .prop_map(|(level, kb_per_10s, days, mb)| LogRules { level, kb_per_10s, days, mb });
    let release_keys = (check, proptest::option::of(rollback), any_dialects(), cron, log);
    (entry, proptest::collection::vec(any_route(), 0..4), limits, scale, env, net, code, release_keys).prop_map(
        |(entry, routes, limits, scale, env, net, code, (check, rollback, dialects, cron, log))| Manifest {
            entry,
            routes,
            limits,
            scale,
            env,
            dialects,
            net,
            code,
            check,
            rollback,
            cron,
            log,
        },
    )
}

fn any_level() -> impl Strategy<Value = Option<Level>> {
    proptest::option::of(proptest::sample::select(Level::ALL.to_vec()))
}

#[test]
fn a_check_path_is_one_the_function_could_see() {
    for wrong in ["health", "", "http://x/", "/a b"] {
        assert!(only_problem(&format!("check = {{ path = {wrong:?} }}")).contains("must be a path that begins with `/`"), "{wrong}");
    }
    assert_eq!(Manifest::parse("rollback = {}").unwrap().rollback, Some(RollbackRule::default()));
    assert!(only_problem("return.calls = 5").contains("unknown key `return` at the top; it is called `rollback` now"));
    assert!(only_problem("return.calls = 5").contains("unknown key `return` at the top; it is called `rollback` now"));
    assert_eq!(Manifest::parse("").unwrap().rollback, None, "nothing is undone by itself unless it is asked for");
}

proptest! {
    #[test]
    fn reading_arbitrary_text_never_panics(text in "\\PC{0,200}", lines in proptest::collection::vec("[\\[\\]{}a-z_=\"'0-9.,# -]{0,20}", 0..12)) {
        let _ = Manifest::parse(&text);
        let _ = Manifest::parse(&lines.join("\n"));
    }

    #[test]
    fn reading_a_damaged_manifest_never_panics(cut in 0..DOCUMENTED.len(), length in 0usize..20, filler in "\\PC{0,5}") {
        let end = (cut + length).min(DOCUMENTED.len());
        let _ = Manifest::parse(&format!("{}{filler}{}", &DOCUMENTED[..cut], &DOCUMENTED[end..]));
    }

    #[test]
    fn what_is_written_reads_back_the_same(manifest in any_manifest()) {
        let text = manifest.to_string();
        let read = Manifest::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read, manifest, "{}", text);
    }

    #[test]
    fn a_typo_of_any_key_is_answered_with_that_key(place in 0usize..12, letter in proptest::char::range('a', 'z'), how in 0u8..4) {
        let sections = [("", TOP_KEYS), ("limits", LIMITS_KEYS), ("scale", SCALE_KEYS), ("net", NET_KEYS), ("code", CODE_KEYS), ("check", CHECK_KEYS), ("rollback", ROLLBACK_KEYS), ("cron", CRON_KEYS), ("log", LOG_KEYS), ("route", ROUTE_KEYS)];
        for (section, keys) in sections {
            for key in keys {
                let typo = typo(key, place, letter, how);
                // A key of another section is answered with that section.
                if sections.iter().any(|(_, keys)| keys.contains(&typo.as_str())) || typo.is_empty() {
                    continue;
                }
                let problems = problems(&in_section(section, &typo)).join("\n");
                prop_assert!(problems.contains(&format!("unknown key `{typo}`")), "{}", problems);
                prop_assert!(problems.contains(&format!("`{key}`")), "{} should be {}: {}", typo, key, problems);
            }
        }
    }
}
