//! The command line: what it prints, where, and how it ends.
//!
//! Each test runs the binary to its end in a project of its own, or starts it without the flags the other tests use.
//!
//! Invariant: exit codes are the ones `skep --help` promises.

use std::process::Command;

use serde_json::Value;

use crate::support::process::{Finished, binary, run};
use crate::support::{Project, Request, Skep};

const GOOD: &str = "
    //- /hello/index.js
    export default (request) => ({ method: request.method, path: new URL(request.url).pathname });
    //- /echo.ts
    export default async (request: Request): Promise<string> => `you said: ${await request.text()}`;
    //- /thrower.js
    export default () => { throw new Error('on purpose'); };
";

/// Runs a command in the project's folder, on its functions.
fn skep(project: &Project, args: &[&str]) -> Finished {
    let mut command = binary();
    command.current_dir(project.root()).arg("--state").arg(project.state()).args(args);
    run(command)
}

#[test]
fn help_names_every_command_and_version_says_which() {
    let project = Project::empty();
    let help = skep(&project, &["--help"]);
    assert_eq!(help.code, 0);
    for word in [
        "serve",
        "dev",
        "new",
        "import",
        "check",
        "invoke",
        "--functions",
        "--listen",
        "--admin",
        "--state",
        "--config",
        "SKEP_LISTEN",
        "Exit codes",
    ] {
        assert!(help.stdout.contains(word), "{word} is not in\n{}", help.stdout);
    }
    let version = skep(&project, &["--version"]);
    assert_eq!((version.code, version.stdout.trim()), (0, concat!("skep ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_was_meant() {
    let project = Project::empty();
    for (args, advice) in [(&["--lisen", "127.0.0.1:0"][..], "--listen"), (&["serv"], "serve"), (&["invoke"], "NAME")] {
        let finished = skep(&project, args);
        assert_eq!(finished.code, 2, "{finished}");
        assert!(finished.stderr.contains(advice), "{advice} is not in\n{}", finished.stderr);
    }
}

#[test]
fn wrong_configuration_ends_with_3() {
    let project = Project::new(GOOD);
    let missing_file = skep(&project, &["serve", "--config", "nowhere.toml"]);
    assert_eq!(missing_file.code, 3, "{missing_file}");
    assert!(missing_file.stderr.contains("nowhere.toml"), "{missing_file}");

    project.write("../skep.toml", "lisen = '127.0.0.1:0'\n");
    let unknown_key = skep(&project, &["check"]);
    assert_eq!(unknown_key.code, 3, "{unknown_key}");
    assert!(unknown_key.stderr.contains("lisen") && unknown_key.stderr.contains("`listen`"), "{unknown_key}");
}

#[test]
fn an_address_that_is_taken_ends_with_4_and_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    for flag in ["--listen", "--admin"] {
        let other = if flag == "--listen" { "--admin" } else { "--listen" };
        let finished = skep(&Project::new(GOOD), &["serve", flag, &address, other, "127.0.0.1:0"]);
        assert_eq!(finished.code, 4, "{finished}");
        assert!(finished.stderr.contains(&address), "{finished}");
    }
}

#[test]
fn a_missing_functions_folder_ends_with_5_and_is_named() {
    let project = Project::empty();
    for args in [
        &["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--functions", "nowhere"][..],
        &["check", "--functions", "nowhere"],
    ] {
        let finished = skep(&project, args);
        assert_eq!(finished.code, 5, "{finished}");
        assert!(finished.stderr.contains("nowhere"), "{finished}");
    }
}

#[test]
fn check_passes_what_loads() {
    let finished = skep(&Project::new(GOOD), &["check"]);
    assert_eq!(finished.code, 0, "{finished}");
    for name in ["hello", "echo", "thrower"] {
        assert!(finished.stdout.contains(name), "{finished}");
    }
}

#[test]
fn check_names_file_line_and_reason_of_what_does_not_load() {
    let project = Project::new(
        "
        //- /fine.js
        export default () => 'fine';
        //- /syntax/index.ts
        export default () => {
          const const = 1;
        };
        //- /typo/index.ts
        export default () => 'never';
        //- /typo/function.toml
        [limits]
        memroy_mb = 64
        //- /thrower/index.ts
        throw new Error('thrown while loading');
        ",
    );
    let finished = skep(&project, &["check"]);
    assert_eq!(finished.code, 1, "{finished}");
    let said = format!("{}{}", finished.stdout, finished.stderr);
    for part in ["syntax/index.ts:2", "typo/function.toml:2", "memroy_mb", "memory_mb", "thrown while loading", "fine"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn check_prints_json_and_takes_names() {
    let project = Project::new(
        "
        //- /fine.js
        export default () => 'fine';
        //- /broken.js
        export default () => {
        ",
    );
    let all = skep(&project, &["check", "--json"]);
    assert_eq!(all.code, 1, "{all}");
    let report: Value = serde_json::from_str(&all.stdout).unwrap_or_else(|error| panic!("{error}: {all}"));
    let text = report.to_string();
    assert!(text.contains("\"fine\"") && text.contains("\"broken\""), "{text}");

    let one = skep(&project, &["check", "fine", "--json"]);
    assert_eq!(one.code, 0, "{one}");
    assert!(!one.stdout.contains("broken"), "{one}");
}

#[test]
fn check_refuses_two_functions_that_claim_one_route() {
    let project = Project::new(
        "
        //- /one/index.js
        export default () => 'one';
        //- /one/function.toml
        routes = ['/orders/:id']
        //- /two/index.js
        export default () => 'two';
        //- /two/function.toml
        routes = ['/orders/:number']
        ",
    );
    let finished = skep(&project, &["check"]);
    assert_eq!(finished.code, 1, "{finished}");
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(["`one`", "`two`", "/orders/"].iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn check_ends_with_1_for_a_route_below_another_name() {
    let project = Project::new(
        "
        //- /victim/index.js
        export default () => 'victim';
        //- /evil/index.js
        export default () => 'evil';
        //- /evil/function.toml
        routes = ['/victim/login', { host = '127.0.0.1', path = '/*' }]
        ",
    );
    let finished = skep(&project, &["check"]);
    assert_eq!(finished.code, 1, "{finished}");
    let said = "the route `/victim/login` of `evil` lies below `/victim`, which belongs to the function `victim`";
    assert!(finished.stdout.contains(said), "{finished}");
    assert_eq!(finished.stdout.matches("CONFLICT").count(), 1, "a route that only overlaps a name gives way: {finished}");
}

#[test]
fn check_heeds_the_grants_of_the_file() {
    let project = Project::new(
        "
        //- /shop/index.js
        export default () => 'shop';
        //- /shop/function.toml
        routes = [{ host = 'shop.example', path = '/*' }]
        //- /evil/index.js
        export default () => 'evil';
        //- /evil/function.toml
        routes = [{ host = 'shop.example', path = '/login' }]
        ",
    );
    let check = |project: &Project| skep(project, &["check"]);
    assert_eq!(check(&project).code, 0, "{}", check(&project));
    project.write("../skep.toml", "[[grant]]\nfunctions = ['shop']\nhosts = ['shop.example']\n");
    let finished = check(&project);
    assert_eq!(finished.code, 1, "{finished}");
    assert!(finished.stdout.contains("the host of the route `shop.example/login` of `evil` is granted to `shop`"), "{finished}");
    project.write("../skep.toml", "[[grant]]\nhosts = ['shop.example']\n");
    let finished = check(&project);
    assert_eq!(finished.code, 3, "{finished}");
    assert!(finished.stderr.contains("names no function"), "{finished}");
}

#[test]
fn new_makes_a_function_that_works_at_once() {
    let project = Project::empty();
    let made = skep(&project, &["new", "greeter"]);
    assert_eq!(made.code, 0, "{made}");
    assert_eq!(skep(&project, &["check"]).code, 0);

    let again = skep(&project, &["new", "greeter"]);
    assert_ne!(again.code, 0, "a function must not be written over");
    for name in ["Greeter", "../greeter", "_greeter", "-"] {
        assert_ne!(skep(&project, &["new", "--", name]).code, 0, "{name} is no name");
    }

    let skep = Skep::start(project);
    let response = skep.get("/greeter");
    assert_eq!((response.status, response.fault()), (200, None), "{response}");
}

#[test]
fn every_template_of_new_loads() {
    let project = Project::empty();
    let listed = skep(&project, &["new", "--list-templates", "--json"]);
    let templates: Value = serde_json::from_str(&listed.stdout).unwrap_or_else(|error| panic!("{error}: {listed}"));
    let templates = templates.as_array().expect("a list");
    assert!(!templates.is_empty());
    for (n, template) in templates.iter().enumerate() {
        let name = template["name"].as_str().or_else(|| template.as_str()).expect("a name");
        let made = skep(&project, &["new", &format!("function-{n}"), "--template", name]);
        assert_eq!(made.code, 0, "{name}: {made}");
    }
    let checked = skep(&project, &["check"]);
    assert_eq!(checked.code, 0, "{checked}");
}

#[test]
fn invoke_calls_a_function_without_a_server() {
    let project = Project::new(GOOD);
    let called = skep(&project, &["invoke", "hello", "/world"]);
    assert_eq!((called.code, called.stdout.trim()), (0, r#"{"method":"GET","path":"/world"}"#), "{called}");

    let posted = skep(&project, &["invoke", "echo", "--data", "some text"]);
    assert_eq!((posted.code, posted.stdout.trim()), (0, "you said: some text"), "{posted}");

    let method = skep(&project, &["invoke", "hello", "/", "--method", "DELETE"]);
    assert_eq!((method.code, method.stdout.trim()), (0, r#"{"method":"DELETE","path":"/"}"#), "{method}");

    let whole = skep(&project, &["invoke", "hello", "/", "--json"]);
    let whole: Value = serde_json::from_str(&whole.stdout).expect("JSON");
    assert_eq!(whole["status"], 200, "{whole}");
}

#[test]
fn an_event_of_any_source_reaches_a_lambda_as_it_is() {
    let project = Project::new(
        "
        //- /queue/index.js
        exports.handler = async (event) => {
          if (event.fail) throw new Error('no luck');
          return { seen: event.Records.map(({ body }) => body), statusCode: 202 };
        };
        //- /text/index.js
        exports.handler = async (event) => (event === null ? undefined : `${event}`);
        //- /plain/index.js
        export default () => 'plain';
        ",
    );
    let queued = skep(&project, &["invoke", "queue", "--raw-event", "--data", r#"{"Records":[{"body":"a"},{"body":"b"}]}"#]);
    assert_eq!((queued.code, queued.stdout.trim()), (0, r#"{"seen":["a","b"],"statusCode":202}"#), "{queued}");
    let text = skep(&project, &["invoke", "text", "--raw-event", "--data", "[1,2]"]);
    assert_eq!((text.code, text.stdout.trim()), (0, r#""1,2""#), "{text}");
    let nothing = skep(&project, &["invoke", "text", "--raw-event", "--data", "null"]);
    assert_eq!((nothing.code, nothing.stdout.trim()), (0, "null"), "{nothing}");

    let thrown = skep(&project, &["invoke", "queue", "--raw-event", "--data", r#"{"fail":true}"#]);
    assert_eq!(thrown.code, 1, "{thrown}");
    assert!(thrown.stderr.contains("no luck"), "{thrown}");
    let broken = skep(&project, &["invoke", "queue", "--raw-event", "--data", "{"]);
    assert_eq!(broken.code, 1, "{broken}");
    assert!(broken.stderr.contains("malformed_body"), "{broken}");

    let plain = skep(&project, &["invoke", "plain", "--raw-event", "--data", "{}"]);
    assert_eq!(plain.code, 2, "{plain}");
    assert!(plain.stderr.contains("`plain` is a handler of the dialect plain: --raw-event is for those of lambda"), "{plain}");
    assert_eq!(skep(&project, &["invoke", "queue", "--raw-event"]).code, 2, "it needs data");

    // Nobody else can pass an event for a request.
    let forged = skep(&project, &["invoke", "queue", "--header", "x-skep-raw-event:1", "--data", r#"{"Records":[{"body":"a"}]}"#]);
    assert_eq!(forged.code, 1, "the event is that of a request: {forged}");
}

#[test]
fn invoke_ends_with_1_when_the_function_fails_and_with_2_when_there_is_none() {
    let project = Project::new(GOOD);
    let thrown = skep(&project, &["invoke", "thrower"]);
    assert_eq!(thrown.code, 1, "{thrown}");
    assert!(format!("{}{}", thrown.stdout, thrown.stderr).contains("on purpose"), "{thrown}");

    let nobody = skep(&project, &["invoke", "helo"]);
    assert_eq!(nobody.code, 2, "{nobody}");
    assert!(nobody.stderr.contains("hello"), "the nearest name is offered: {nobody}");
}

#[test]
fn every_setting_may_come_from_the_environment() {
    let project = Project::new(GOOD);
    let mut command = binary();
    command.env("SKEP_FUNCTIONS", project.functions()).env("SKEP_STATE", project.state());
    command.env("SKEP_LISTEN", "127.0.0.1:0").env("SKEP_ADMIN", "127.0.0.1:0").env("SKEP_LOG_FORMAT", "json");
    let skep = Skep::spawn(command, project);
    assert_eq!(skep.get("/hello/there").json()["path"], "/there");
    assert_eq!(skep.send(&Request::post("/echo", "hi")).text(), "you said: hi");
}

#[test]
fn a_project_folder_needs_no_flags_but_free_ports() {
    let project = Project::new(GOOD);
    project.write("../skep.toml", "listen = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\n");
    let mut command: Command = binary();
    command.current_dir(project.root());
    let skep = Skep::spawn(command, project);
    assert_eq!(skep.get("/hello").status, 200);
}

#[test]
fn health_and_readiness_are_told_on_the_admin_address_alone() {
    let skep = Skep::start(Project::new(GOOD));
    assert_eq!(skep.admin_status("/healthz"), Some(200));
    crate::support::eventually("it is ready", || (skep.admin_status("/readyz") == Some(200)).then_some(()));
    assert_eq!(skep.get("/healthz").fault(), Some("no_such_function"));
}
