//! The commands that operate a running Skep: each is the real binary, beside the real server.
//!
//! A test writes functions into a folder beside the one that is served, and releases them from there.
//!
//! Invariant: exit codes are the ones `skep --help` promises, and with `--json` standard output is JSON.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;

use crate::support::process::{Finished, Launch, binary, run};
use crate::support::{Project, Request, Skep, eventually};

const SERVICES: &str = "
    //- /../services/_shared/greet.ts
    export const greet = (name: string): string => `hello ${name}`;
    //- /../services/hello/index.ts
    import { greet } from '../_shared/greet.ts';
    export default (_request, ctx) => ({ text: greet(ctx.env.WHO ?? 'world'), secret: ctx.env.KEY ?? null });
    //- /../services/two.js
    export default () => 'two';
";

/// A server without functions, and a folder of services beside it.
fn serve() -> Skep {
    Skep::start(Project::new(SERVICES))
}

/// Runs a command against the server.
fn skep(skep: &Skep, args: &[&str]) -> Finished {
    let mut command = binary();
    command.current_dir(skep.project.root()).args(args).arg("--to").arg(format!("http://{}", skep.admin));
    run(command)
}

/// The same with an exit code that is 0 and JSON on standard output.
fn json(server: &Skep, args: &[&str]) -> Value {
    let finished = skep(server, &[args, &["--json"]].concat());
    assert_eq!(finished.code, 0, "{args:?}: {finished}");
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {finished}"))
}

fn ok(server: &Skep, args: &[&str]) -> Finished {
    let finished = skep(server, args);
    assert_eq!(finished.code, 0, "{args:?}: {finished}");
    finished
}

fn service(server: &Skep, path: &str, text: &str) {
    server.project.write(&format!("../services/{path}"), text);
}

/// The live version of a function, as `ls` has it.
fn live(server: &Skep, name: &str) -> Option<String> {
    let functions = json(server, &["ls"]);
    let found = functions.as_array().expect("a list").iter().find(|function| function["name"] == name)?;
    found["version"].as_str().map(str::to_owned)
}

#[test]
fn a_deploy_makes_a_function_live_with_the_shared_code_it_imports() {
    let server = serve();
    let deployed = ok(&server, &["deploy", "services/hello", "services/two.js", "--note", "the first & best"]);
    assert!(deployed.stdout.lines().count() == 2 && deployed.stdout.contains("hello  v"), "{deployed}");
    for step in ["received", "compiled", "booted", "checked", "warmed", "published", "drained"] {
        assert!(deployed.stderr.contains(&format!("hello  {step}")), "{step} is not in {deployed}");
    }
    assert_eq!(server.get("/hello").json()["text"], "hello world");
    assert_eq!(server.get("/two").text(), "two");

    let listed = json(&server, &["ls"]);
    assert_eq!(
        (listed[0]["name"].as_str(), listed[0]["owner"].as_str(), listed[0]["state"].as_str()),
        (Some("hello"), Some("deployed"), Some("live"))
    );
    let again = json(&server, &["deploy", "services/hello"]);
    assert_eq!((again[0]["status"].as_str(), again[0]["unchanged"].as_bool()), (Some("done"), Some(true)));

    let releases = json(&server, &["releases"]);
    assert_eq!(releases.as_array().map(Vec::len), Some(3));
    let id = releases[2]["id"].as_str().expect("an id");
    assert_eq!(releases[2]["note"], "the first & best");
    assert!(ok(&server, &["releases", id]).stdout.contains("published"));
    assert!(ok(&server, &["show", "hello"]).stdout.contains("function    hello"));
    assert_eq!(skep(&server, &["releases", id, "--cancel"]).code, 9, "it has ended");
}

#[test]
fn a_mistake_shows_here_with_its_frame_and_nothing_is_sent() {
    let server = serve();
    service(&server, "bad/index.ts", "export default () => {\n  const const = 1;\n};\n");
    let refused = skep(&server, &["deploy", "services/hello", "services/bad"]);
    assert_eq!(refused.code, 1, "{refused}");
    assert!(refused.stderr.contains("bad/index.ts:2:9") && refused.stderr.contains("const const"), "{refused}");
    assert_eq!(json(&server, &["ls"]), Value::Array(Vec::new()), "hello compiles, and was not sent either");

    let refused = skep(&server, &["deploy", "services/bad", "--json"]);
    let report: Value = serde_json::from_str(&refused.stdout).expect("JSON");
    assert_eq!((refused.code, report["error"]["kind"].as_str(), report["error"]["function"].as_str()), (1, Some("compile"), Some("bad")));
    for wrong in [&["deploy", "services/nothing"][..], &["deploy", "services/_shared"], &["deploy"]] {
        assert_eq!(skep(&server, wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_release_that_is_undone_ends_with_8_and_says_why() {
    let server = serve();
    ok(&server, &["deploy", "services/two.js"]);
    let before = live(&server, "two");
    service(&server, "two.js", "export default () => 'three'; export const check = () => { throw new Error('no database'); };");
    let undone = skep(&server, &["deploy", "services/two.js", "services/hello"]);
    assert_eq!(undone.code, 8, "{undone}");
    for part in ["step `checked` of `two`", "no database", "1 of 2 were not sent"] {
        assert!(undone.stderr.contains(part), "{part} is not in {undone}");
    }
    assert_eq!(server.get("/two").text(), "two");

    let group = skep(&server, &["deploy", "services/hello", "services/two.js", "--group", "--json"]);
    let records: Value = serde_json::from_str(&group.stdout).expect("JSON");
    assert_eq!((group.code, records[0]["status"].as_str(), records[0]["failure"]["function"].as_str()), (8, Some("undone"), Some("two")));
    assert_eq!((live(&server, "hello"), live(&server, "two")), (None, before), "all of a group, or none");
}

#[test]
fn a_group_is_of_one_folder_and_becomes_live_together() {
    let server = serve();
    service(&server, "../elsewhere/far.js", "export default () => 'far';");
    let refused = skep(&server, &["deploy", "services/hello", "elsewhere/far.js", "--group"]);
    assert_eq!(refused.code, 2, "{refused}");
    let records = json(&server, &["deploy", "services/hello", "services/two.js", "--group"]);
    assert_eq!((records.as_array().map(Vec::len), records[0]["functions"].as_array().map(Vec::len)), (Some(1), Some(2)));
    ok(&server, &["deploy", "services/hello", "elsewhere/far.js"]);
    assert_eq!(server.get("/far").text(), "far");
}

#[test]
fn a_rollback_brings_the_version_before_back() {
    let server = serve();
    ok(&server, &["deploy", "services/two.js"]);
    let first = live(&server, "two").expect("a version");
    service(&server, "two.js", "export default () => 'second';");
    ok(&server, &["deploy", "services/two.js"]);
    assert_eq!(server.get("/two").text(), "second");
    ok(&server, &["rollback", "two", "--note", "back"]);
    assert_eq!((server.get("/two").text(), live(&server, "two")), ("two".to_owned(), Some(first.clone())));
    let versions = json(&server, &["versions", "two"]);
    assert_eq!(versions.as_array().map(Vec::len), Some(2));
    assert!(ok(&server, &["versions", "two"]).stdout.contains(&first));
    let nowhere = skep(&server, &["rollback", "two", "v000000000000"]);
    assert_eq!(nowhere.code, 9, "{nowhere}");
    assert!(nowhere.stderr.contains("skep versions two"), "{nowhere}");
}

#[test]
fn a_canary_is_weighed_promoted_and_dropped() {
    let server = serve();
    ok(&server, &["deploy", "services/two.js"]);
    service(&server, "two.js", "export default () => 'candidate';");
    ok(&server, &["deploy", "services/two.js", "--canary", "0"]);
    assert_eq!(server.get("/two").text(), "two");
    let candidate = json(&server, &["show", "two"])["candidate"].clone();
    let version = candidate["version"].as_str().expect("a candidate");
    assert_eq!(server.send(&Request::get("/two").header("x-skep-version", version)).text(), "candidate");
    ok(&server, &["canary", "two", "12.5", "--sticky", "header:x-user"]);
    assert!(ok(&server, &["ls"]).stdout.contains("12.5 % by header:x-user"));
    ok(&server, &["canary", "two", "--promote"]);
    assert_eq!(server.get("/two").text(), "candidate");

    service(&server, "two.js", "export default () => 'another';");
    ok(&server, &["deploy", "services/two.js", "--canary=100"]);
    assert_eq!(server.get("/two").text(), "another");
    ok(&server, &["canary", "two", "--drop"]);
    assert_eq!(server.get("/two").text(), "candidate");
    assert_eq!(skep(&server, &["canary", "two", "--drop"]).code, 9, "there is none any more");
    assert_eq!(skep(&server, &["canary", "two"]).code, 2);
}

#[test]
fn the_scale_is_shown_changed_and_reset_and_an_instance_recycled() {
    let server = serve();
    ok(&server, &["deploy", "services/two.js"]);
    assert_eq!(json(&server, &["scale", "two"])["max"], 4);
    assert_eq!(json(&server, &["scale", "two", "--max", "2", "--min", "1"])["max"], 2);
    assert!(ok(&server, &["scale", "two"]).stdout.contains("min 1, max 2"));
    assert_eq!(json(&server, &["scale", "two", "--reset"])["max"], 4);
    assert_eq!(skep(&server, &["scale", "two", "--max", "0"]).code, 9, "out of range");

    assert_eq!(server.get("/two").text(), "two");
    let id = json(&server, &["instances", "two"])[0]["id"].as_u64().expect("an id");
    assert!(ok(&server, &["instances", "two"]).stdout.contains("ready"));
    ok(&server, &["instances", "two", "--recycle", &id.to_string()]);
    eventually("it has ended", || {
        let left = json(&server, &["instances", "two"]);
        left.as_array().expect("a list").iter().all(|instance| instance["id"] != id).then_some(())
    });
    let top = json(&server, &["top", "--once"]);
    assert_eq!((top[0]["name"].as_str(), top[0]["calls_per_s"].as_f64()), (Some("two"), Some(0.0)));
}

#[test]
fn variables_and_secrets_are_set_listed_and_taken_away() {
    let server = serve();
    ok(&server, &["deploy", "services/hello"]);
    ok(&server, &["env", "hello", "WHO=ada"]);
    assert_eq!(server.get("/hello").json()["text"], "hello ada");
    assert_eq!(ok(&server, &["env", "hello"]).stdout.trim(), "WHO=ada");

    let mut command = binary();
    command.current_dir(server.project.root()).args(["secret", "hello", "KEY=-", "--to"]).arg(format!("http://{}", server.admin));
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(b"hunter2\n").expect("it reads");
    let set = child.wait_with_output().expect("an end");
    assert!(set.status.success(), "{set:?}");
    assert_eq!(server.get("/hello").json()["secret"], "hunter2");
    for args in [&["secret", "hello"][..], &["secret", "hello", "--json"], &["show", "hello", "--json"]] {
        let listed = ok(&server, args);
        assert!(listed.stdout.contains("KEY") && !listed.stdout.contains("hunter2"), "{listed}");
    }
    ok(&server, &["secret", "hello", "KEY-"]);
    ok(&server, &["env", "hello", "WHO-"]);
    let body = server.get("/hello").json();
    assert_eq!((body["text"].as_str(), body["secret"].is_null()), (Some("hello world"), true));
    assert_eq!(skep(&server, &["env", "hello", "WHO"]).code, 2);
}

#[test]
fn a_function_is_removed_only_with_a_yes() {
    let server = serve();
    ok(&server, &["deploy", "services/two.js"]);
    let unasked = skep(&server, &["rm", "two"]);
    assert_eq!(unasked.code, 2, "{unasked}");
    assert!(unasked.stderr.contains("--yes"), "{unasked}");
    assert_eq!(server.get("/two").status, 200);
    ok(&server, &["rm", "two", "--yes"]);
    assert_eq!(server.get("/two").fault(), Some("no_such_function"));
    assert_eq!(skep(&server, &["rm", "two", "--yes"]).code, 9);
    assert_eq!(json(&server, &["verify"])["problems"], Value::Array(Vec::new()));
}

#[test]
fn a_token_opens_and_closes_the_server_at_once() {
    let server = serve();
    let token = |args: &[&str]| {
        let mut command = binary();
        command.arg("token").args(args).arg("--state").arg(server.project.state());
        run(command)
    };
    assert!(token(&["ls"]).stdout.contains("no token"));
    let made = token(&["add", "reader", "--scope", "read", "--json"]);
    let secret = serde_json::from_str::<Value>(&made.stdout).expect("JSON")["secret"].as_str().expect("a secret").to_owned();

    let without = skep(&server, &["ls"]);
    assert_eq!(without.code, 9, "{without}");
    assert!(without.stderr.contains("SKEP_TOKEN"), "{without}");
    let wrong = skep(&server, &["ls", "--token", "skep_wrong"]);
    assert!(wrong.code == 9 && wrong.stderr.contains("this token is not valid"), "{wrong}");
    ok(&server, &["ls", "--token", &secret]);
    let too_far = skep(&server, &["deploy", "services/two.js", "--token", &secret]);
    assert!(too_far.code == 9 && too_far.stderr.contains("scope"), "{too_far}");

    let folder = server.project.root().join("config");
    std::fs::create_dir_all(folder.join("skep")).expect("a folder");
    let profile = format!("[here]\nurl = 'http://{}'\ntoken = '{secret}'\n", server.admin);
    std::fs::write(folder.join("skep/servers.toml"), profile).expect("written");
    let by_profile = |name: &str| {
        let mut command = binary();
        command.env("XDG_CONFIG_HOME", &folder).env("SKEP_TO", name).arg("ls");
        run(command)
    };
    let found = by_profile("here");
    assert!(found.code == 0 && found.stderr.contains("chmod 600"), "{found}");
    let misspelt = by_profile("heer");
    assert!(misspelt.code == 2 && misspelt.stderr.contains("did you mean `here`?"), "{misspelt}");

    assert_eq!(token(&["rm", "reader"]).code, 0);
    assert_eq!(token(&["rm", "reader"]).code, 2);
    let closed = skep(&server, &["ls"]);
    assert_eq!(closed.code, 9, "the last token that goes opens nothing: {closed}");
}

#[test]
fn a_server_that_is_none_ends_with_9_and_is_told_apart() {
    let server = serve();
    let ask = |to: &str| {
        let mut command = binary();
        command.args(["ls", "--json", "--to", to]);
        let finished = run(command);
        assert_eq!(finished.code, 9, "{finished}");
        let report: Value = serde_json::from_str(&finished.stdout).expect("JSON");
        let text = |key: &str| report["error"][key].as_str().unwrap_or_default().to_owned();
        (text("kind"), text("message"))
    };
    let (kind, message) = ask(&format!("http://{}", server.listen));
    assert!(kind == "not_skep" && message.contains("functions are called there"), "{message}");

    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let (kind, message) = ask(&format!("http://{free}"));
    assert!(kind == "unreachable" && message.contains("skep serve"), "{message}");

    let page = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = page.local_addr().expect("an address");
    let answers = std::thread::spawn(move || {
        let (mut stream, _) = page.accept().expect("a client");
        let mut line = String::new();
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            line.clear();
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>").expect("sent");
    });
    let (kind, _) = ask(&format!("http://{address}"));
    assert_eq!(kind, "not_skep");
    answers.join().expect("it answered");
}

#[test]
fn a_release_is_followed_over_the_hand_over_to_another_engine() {
    let server = Launch::serve(Project::new(SERVICES)).start();
    service(
        &server,
        "slow.js",
        "export default () => 'slow'; export const check = () => new Promise((done) => setTimeout(done, 1500, true));",
    );
    let mut command = binary();
    command.current_dir(server.project.root()).args(["deploy", "services/slow.js", "--to"]).arg(format!("http://{}", server.admin));
    let deploying = std::thread::spawn(move || run(command));
    eventually("it runs", || (json(&server, &["releases"])[0]["status"] == "running").then_some(()));
    ok(&server, &["upgrade"]);
    let deployed = deploying.join().expect("it ended");
    assert_eq!(deployed.code, 0, "{deployed}");
    eventually("the fresh engine has it", || (server.get("/slow").status == 200).then_some(()));
}

#[test]
fn the_log_is_followed_as_it_is_written() {
    let server = serve();
    ok(&server, &["deploy", "services/two.js", "services/hello"]);
    let mut command = binary();
    command.args(["logs", "two", "--json", "--to"]).arg(format!("http://{}", server.admin));
    let mut following = command.spawn().expect("it starts");
    let mut said = String::new();
    BufReader::new(following.stderr.take().expect("piped")).read_line(&mut said).expect("it says that it follows");
    assert!(said.contains("following"), "{said}");
    assert_eq!((server.get("/hello").status, server.get("/two").status), (200, 200));
    let mut line = String::new();
    BufReader::new(following.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((line["event"].as_str(), line["function"].as_str()), (Some("request done"), Some("two")));
    following.kill().and_then(|()| following.wait()).expect("it ends");
}
