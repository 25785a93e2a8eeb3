//! The dashboard as its browser sees it: files and headers, sessions, who is refused, and what functions see of its cookie.
//!
//! `tests/ui` opens the pages themselves in a browser; here is what no honest browser would send.
//!
//! Invariant: a request that is refused has had no effect.

use serde_json::{Value, json};

use crate::support::process::{binary, run};
use crate::support::{Client, Launch, Project, Request, Response, Skep, eventually, http2};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Shows the cookies that it gets, and sets some.
const FUNCTIONS: &str = "
    //- /echo/index.js
    export default (request) => {
      const headers = new Headers();
      for (const line of ['a=1; Path=/', 'skep_8001=forged; Path=/', '=skep_8001=forged', '__Host-skep_9=forged; Secure; Path=/', 'b=2']) headers.append('set-cookie', line);
      return new Response(String(request.headers.get('cookie')), { headers });
    };
";

fn alone(project: Project) -> Skep {
    Launch::serve(project).arg("--single-process").start()
}

fn ask(skep: &Skep, request: &Request) -> Response {
    Client::connect(skep.admin).exchange(request)
}

fn get(skep: &Skep, path: &str) -> Response {
    ask(skep, &Request::get(path))
}

fn token(skep: &Skep, by: Option<&str>, name: &str, scope: &str) -> String {
    let body = json!({ "name": name, "scope": scope }).to_string();
    let mut request = Request::post("/api/v1/tokens", body).header("content-type", "application/json");
    if let Some(secret) = by {
        request = request.header("authorization", &format!("Bearer {secret}"));
    }
    let answer = ask(skep, &request);
    answer.json()["secret"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// As the page itself sends it.
fn own(skep: &Skep, request: Request) -> Request {
    own_by("http", &skep.admin.to_string(), request)
}

fn own_by(scheme: &str, host: &str, request: Request) -> Request {
    request.header("origin", &format!("{scheme}://{host}")).header("sec-fetch-site", "same-origin").header("x-skep-ui", "1")
}

fn signing_in(secret: &str) -> Request {
    Request::post("/ui/session", json!({ "token": secret }).to_string()).header("content-type", "application/json")
}

/// Name and value of the cookie of a new session.
fn sign_in(skep: &Skep, secret: &str) -> String {
    let answer = ask(skep, &own(skep, signing_in(secret)));
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn with_cookie(cookie: &str, request: Request) -> Request {
    request.header("cookie", cookie)
}

#[test]
fn every_answer_of_the_dashboard_has_its_headers() {
    let skep = alone(Project::empty());
    for (path, status) in [
        ("/ui/", 200),
        ("/ui", 307),
        ("/ui/functions/hello/versions", 200),
        ("/ui/licenses.txt", 200),
        ("/ui/assets/missing.js", 404),
        ("/ui/session", 200),
        ("/ui/%2e%2e/index.html", 404),
    ] {
        let answer = get(&skep, path);
        assert_eq!(answer.status, status, "{path}: {answer}");
        let expected = [
            ("content-security-policy", POLICY),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ];
        for (name, value) in expected {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
    }
    let page = get(&skep, "/ui/");
    assert_eq!(page.body, get(&skep, "/ui/traces/0af7651916cd43dd8448eb211c80319c").body, "every view is the page");
    assert_eq!((page.header("content-type"), page.header("cache-control")), (Some("text/html; charset=utf-8"), Some("no-cache")));
    assert!(page.text().contains("<noscript>") && page.text().contains("skep ls"));
    assert_eq!(ask(&skep, &Request::post("/ui/", "x")).status, 405);
}

#[test]
fn files_are_sent_once() {
    let skep = alone(Project::empty());
    let page = get(&skep, "/ui/").text();
    let script = page.split('"').find(|part| part.starts_with("/ui/assets/") && part.ends_with(".js")).expect("a script");
    let plain = get(&skep, script);
    assert_eq!((plain.status, plain.header("cache-control")), (200, Some("public, max-age=31536000, immutable")));
    let gzip = ask(&skep, &Request::get(script).header("accept-encoding", "gzip, br"));
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    assert!(gzip.body.len() * 2 < plain.body.len(), "{} of {}", gzip.body.len(), plain.body.len());
    let tag = gzip.header("etag").expect("a tag");
    let again = ask(&skep, &Request::get(script).header("accept-encoding", "gzip").header("if-none-match", tag));
    assert_eq!((again.status, again.body.len()), (304, 0));
    let head = ask(&skep, &Request::new("HEAD", script));
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn browsers_are_led_to_the_page_and_others_are_not() {
    let skep = alone(Project::empty());
    let browser = ask(&skep, &Request::get("/").header("accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
    assert_eq!((browser.status, browser.header("location")), (307, Some("/ui/")));
    for request in [Request::get("/"), Request::get("/").header("accept", "*/*"), Request::post("/", "").header("accept", "text/html")] {
        assert_eq!(ask(&skep, &request).json()["error"]["kind"], "not_found");
    }
}

#[test]
fn a_session_is_a_cookie_that_ends_with_its_token() {
    let skep = alone(Project::empty());
    assert_eq!(get(&skep, "/ui/session").json(), json!({ "token": null, "scope": "admin" }));
    let early = ask(&skep, &own(&skep, signing_in("skep_x")));
    assert_eq!(early.status, 409, "there is nothing to sign in with: {early}");
    let boss = token(&skep, None, "boss", "admin");
    let reader = token(&skep, Some(&boss), "reader", "read");
    assert_eq!((get(&skep, "/ui/session").status, get(&skep, "/api/v1/functions").status), (401, 401));

    let signed_in = ask(&skep, &own(&skep, signing_in(&reader)));
    assert_eq!((signed_in.status, signed_in.json()), (200, json!({ "token": "reader", "scope": "read" })));
    let cookie = signed_in.header("set-cookie").expect("a cookie").to_owned();
    let (pair, attributes) = cookie.split_once(';').expect("attributes");
    let (name, value) = pair.split_once('=').expect("a value");
    assert_eq!((name, value.len()), (format!("skep_{}", skep.admin.port()).as_str(), 64));
    assert_eq!(attributes, " HttpOnly; SameSite=Strict; Path=/; Max-Age=43200");

    let read = || with_cookie(pair, Request::get("/api/v1/functions"));
    assert_eq!(ask(&skep, &read()).status, 200);
    assert_eq!(ask(&skep, &with_cookie(pair, Request::get("/ui/session"))).json()["token"], "reader");
    assert_eq!(ask(&skep, &with_cookie(pair, Request::get("/api/v1/tokens"))).status, 403, "its scope is that of the token");
    let removed = ask(&skep, &Request::new("DELETE", "/api/v1/tokens/reader").header("authorization", &format!("Bearer {boss}")));
    assert_eq!(removed.status, 204, "{removed}");
    assert_eq!(ask(&skep, &read()).status, 401, "the session ends with its token");
    let again = token(&skep, Some(&boss), "reader", "admin");
    assert_eq!(ask(&skep, &read()).status, 401, "another token of the name is another one");

    let cookie = sign_in(&skep, &again);
    let out = ask(&skep, &own(&skep, with_cookie(&cookie, Request::new("DELETE", "/ui/session"))));
    assert_eq!((out.status, out.header("set-cookie").map(|line| line.contains("Max-Age=0"))), (204, Some(true)), "{out}");
    assert_eq!(ask(&skep, &with_cookie(&cookie, Request::get("/api/v1/functions"))).status, 401);
    let log = skep.log_text();
    assert!(!log.contains(value) && !log.contains(&again) && !log.contains(&boss), "a secret is in the log");
}

#[test]
fn guessing_is_slowed_down_here_too() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    let statuses: Vec<u16> = (0..12).map(|_| ask(&skep, &own(&skep, signing_in("skep_wrong"))).status).collect();
    assert_eq!((statuses.first(), statuses.last()), (Some(&401), Some(&429)), "{statuses:?}");
    assert_eq!(ask(&skep, &own(&skep, signing_in(&boss))).status, 200, "a right one is never delayed");
}

#[test]
fn another_page_changes_nothing_with_the_cookie() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    let cookie = sign_in(&skep, &boss);
    let (admin, listen) = (format!("http://{}", skep.admin), format!("http://{}", skep.listen));
    let (admin, listen) = (admin.as_str(), listen.as_str());
    let level = |skep: &Skep| ask(skep, &with_cookie(&cookie, Request::get("/api/v1/log-level"))).json()["level"].clone();
    let change = || {
        let request = Request::new("PUT", "/api/v1/log-level")
            .header("content-type", "application/json")
            .body(json!({ "level": "error" }).to_string());
        with_cookie(&cookie, request)
    };
    let headers = [
        // A form, or a script that sends no header of its own.
        vec![],
        vec![("origin", admin), ("sec-fetch-site", "same-origin")],
        vec![("origin", admin), ("x-skep-ui", "1")],
        vec![("sec-fetch-site", "same-origin"), ("x-skep-ui", "1")],
        // The page of a function on another port is of the same site.
        vec![("origin", listen), ("sec-fetch-site", "same-site"), ("x-skep-ui", "1")],
        vec![("origin", listen), ("sec-fetch-site", "same-origin"), ("x-skep-ui", "1")],
        vec![("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("x-skep-ui", "1")],
        vec![("origin", "null"), ("sec-fetch-site", "same-origin"), ("x-skep-ui", "1")],
    ];
    for headers in headers {
        let request = headers.iter().fold(change(), |request, (name, value)| request.header(name, value));
        let answer = ask(&skep, &request);
        assert_eq!((answer.status, &answer.json()["error"]["kind"]), (403, &json!("forbidden")), "{headers:?}");
        assert_eq!(level(&skep), "info", "{headers:?}");
    }
    for site in ["same-site", "cross-site"] {
        let request = with_cookie(&cookie, Request::get("/api/v1/functions")).header("sec-fetch-site", site);
        assert_eq!(ask(&skep, &request).status, 403, "{site}");
    }
    // Without a session too: nobody is signed in to somebody else's.
    assert_eq!(
        ask(&skep, &signing_in(&boss).header("origin", listen).header("sec-fetch-site", "same-site").header("x-skep-ui", "1")).status,
        403
    );
    assert_eq!(ask(&skep, &own(&skep, change())).status, 200);
    assert_eq!(level(&skep), "error");
}

#[test]
fn a_cookie_opens_the_api_alone() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    let cookie = sign_in(&skep, &boss);
    for path in ["/metrics", "/metrics/functions/x", "/v1/traces", "/v1/logs"] {
        let answer = ask(&skep, &with_cookie(&cookie, Request::get(path)));
        assert!(matches!(answer.status, 401 | 403 | 404 | 405), "{path}: {answer}");
    }
    assert_eq!(ask(&skep, &with_cookie(&cookie, Request::get("/api/v1/functions"))).status, 200);
}

#[test]
fn behind_a_proxy_that_is_believed_the_cookie_is_secure() {
    let skep = Launch::serve(Project::empty()).arg("--single-process").arg("--trust-proxy").start();
    let boss = token(&skep, None, "boss", "admin");
    let proxied = |request: Request| request.header("x-forwarded-proto", "https").header("x-forwarded-host", "skep.example");
    let answer = ask(&skep, &own_by("https", "skep.example", proxied(signing_in(&boss))));
    let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("{answer}"));
    assert!(cookie.starts_with(&format!("__Host-skep_{}=", skep.admin.port())) && cookie.ends_with("; Secure"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    assert_eq!(ask(&skep, &proxied(with_cookie(pair, Request::get("/api/v1/functions")))).status, 200);
    assert_eq!(ask(&skep, &with_cookie(pair, Request::get("/api/v1/functions"))).status, 401, "it is for TLS alone");
}

#[test]
fn no_function_sees_or_sets_the_cookie() {
    let skep = alone(Project::new(FUNCTIONS));
    let boss = token(&skep, None, "boss", "admin");
    let cookie = sign_in(&skep, &boss);
    let line = format!("first=1; {cookie}; last=2");
    let by_http1 = skep.send(&Request::get("/echo").header("cookie", &line));
    let by_http2 = http2::exchange(skep.listen, &[Request::get("/echo").header("cookie", &line)]).remove(0);
    for answer in [by_http1, by_http2] {
        assert_eq!((answer.status, answer.text().as_str()), (200, "first=1; last=2"), "{answer}");
        assert_eq!(answer.header_all("set-cookie"), ["a=1; Path=/", "b=2"], "{answer}");
    }
    assert_eq!(skep.send(&Request::get("/echo").header("cookie", &cookie)).text(), "null");
    assert_eq!(skep.send(&Request::get("/echo").header("cookie", "theme=dark; skep=1")).text(), "theme=dark; skep=1");
    assert_eq!(skep.get("/echo").text(), "null");
    let stolen = skep.send(&with_cookie(&cookie, Request::get("/api/v1/functions")));
    assert_eq!(stolen.status, 404, "the functions' address has no API: {stolen}");
}

#[test]
fn a_call_by_an_operator_names_its_request_and_its_trace() {
    let skep = alone(Project::new(FUNCTIONS));
    let request = Request::post("/api/v1/functions/echo/invoke", "{}").header("content-type", "application/json");
    let answer = ask(&skep, &request).json();
    let (request_id, trace_id) = (answer["request_id"].as_str().expect("an id"), answer["trace_id"].as_str().expect("an id"));
    eventually("the line of the call", || {
        let lines = skep.log();
        lines
            .iter()
            .any(|line| line["request_id"] == request_id && line["trace_id"] == trace_id && line["event"] == "request done")
            .then_some(())
    });
    let limits = get(&skep, "/api/v1/functions/echo").json()["limits"].clone();
    assert_eq!(limits, json!({ "memory_bytes": 128 << 20, "cpu_ms": 1000, "wall_ms": 30_000, "body_bytes": 10 << 20 }));
}

#[test]
fn the_command_prints_the_address_and_dev_names_it() {
    let skep = Skep::dev(Project::empty());
    skep.wait_for_printed(&[format!("dashboard on http://{}/ui/", skep.admin).as_str()]);
    let url = format!("http://{}", skep.admin);
    let mut command = binary();
    command.args(["ui", "--to", &url]);
    assert_eq!(run(command).stdout, format!("{url}/ui/\n"));
    let mut command = binary();
    command.args(["ui", "--json", "--to", &url]);
    let printed: Value = serde_json::from_str(&run(command).stdout).expect("JSON");
    assert_eq!(printed, json!({ "address": format!("{url}/ui/") }));
}
