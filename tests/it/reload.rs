//! Hot reload in `skep dev`: every way in which an editor changes files, and what clients see meanwhile.
//!
//! A test changes a file and asks until the answer is new; what matters is which answers may come on the way there.
//!
//! Invariant: between an old and a new answer there is never a fault, unless what was saved is broken.

use crate::support::process::{binary, run};
use crate::support::{Client, Project, Request, Response, Skep, eventually};

const ONE: &str = "
    //- /one/index.ts
    export default (): string => 'old';
";

/// Asks until the answer is `text`.
fn becomes(skep: &Skep, path: &str, text: &str) {
    eventually(&format!("{path} answers {text:?}"), || (skep.get(path).text() == text).then_some(()));
}

/// Asks until the answer is `new`; until then it must be `old`, and afterwards it must stay.
fn turns(skep: &Skep, path: &str, old: &str, new: &str) {
    eventually(&format!("{path} answers {new:?}"), || {
        let response = skep.get(path);
        assert_eq!(response.status, 200, "{response}");
        let text = response.text();
        assert!(text == old || text == new, "neither {old:?} nor {new:?}: {text:?}");
        (text == new).then_some(())
    });
    for _ in 0..5 {
        assert_eq!(skep.get(path).text(), new);
    }
}

/// Asks until the function does not load.
fn breaks(skep: &Skep, request: &Request) -> Response {
    eventually("the broken save is noticed", || {
        let response = skep.send(request);
        (response.fault() == Some("boot_failed")).then_some(response)
    })
}

#[test]
fn a_file_written_in_place_is_reloaded() {
    let skep = Skep::dev(Project::new(ONE));
    becomes(&skep, "/one", "old");
    skep.project.write("/one/index.ts", "export default (): string => 'new';");
    turns(&skep, "/one", "old", "new");
}

#[test]
fn a_port_is_closed_when_no_route_names_it_and_opened_again() {
    // A route cannot ask for any free port, so one is found that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let own = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let names_it = format!("routes = [{{ path = \"/own\", port = {port} }}]");
    let project = Project::new("//- /one/index.js\nexport default () => 'old';");
    project.write("/one/function.toml", &names_it);
    let skep = Skep::dev(project);
    let mut open = Client::connect(own);
    assert_eq!(open.exchange(&Request::get("/own")).text(), "old");
    let is_closed = || std::net::TcpStream::connect(own).is_err();
    for _ in 0..2 {
        skep.project.write("/one/function.toml", "");
        eventually("the port is closed", || is_closed().then_some(()));
        // Who is connected is served to the end.
        assert_eq!(open.exchange(&Request::get("/own")).fault(), Some("no_such_function"));
        skep.project.write("/one/function.toml", &names_it);
        eventually("the port is open", || (!is_closed()).then_some(()));
        assert_eq!(Client::connect(own).exchange(&Request::get("/own")).text(), "old");
    }
    assert_eq!(skep.get("/one").text(), "old");
}

#[test]
fn a_file_renamed_over_the_old_one_is_reloaded() {
    let skep = Skep::dev(Project::new(ONE));
    becomes(&skep, "/one", "old");
    skep.project.replace("/one/index.ts", "export default (): string => 'new';");
    turns(&skep, "/one", "old", "new");
    skep.project.replace("/one/index.ts", "export default (): string => 'newer';");
    turns(&skep, "/one", "new", "newer");
}

#[test]
fn the_last_of_many_quick_saves_wins() {
    let skep = Skep::dev(Project::new(ONE));
    becomes(&skep, "/one", "old");
    for save in 1..=30 {
        skep.project.write("/one/index.ts", &format!("export default (): string => 'save {save}';"));
    }
    becomes(&skep, "/one", "save 30");
    for _ in 0..20 {
        assert_eq!(skep.get("/one").text(), "save 30");
    }
}

#[test]
fn an_imported_file_reloads_every_function_that_imports_it() {
    let skep = Skep::dev(Project::new(
        "
        //- /_shared/word.ts
        export const word: string = 'old';
        //- /one/index.ts
        import { word } from '../_shared/word.ts';
        export default () => word;
        //- /two/index.ts
        import { word } from './deeper/word.ts';
        export default () => word;
        //- /two/deeper/word.ts
        export { word } from '../../_shared/word.ts';
        ",
    ));
    becomes(&skep, "/one", "old");
    becomes(&skep, "/two", "old");
    skep.project.write("/_shared/word.ts", "export const word: string = 'new';");
    turns(&skep, "/one", "old", "new");
    turns(&skep, "/two", "old", "new");
}

#[test]
fn a_function_that_was_not_touched_keeps_its_state() {
    let skep = Skep::dev(Project::new(
        "
        //- /one/index.ts
        export default (): string => 'old';
        //- /counter/index.ts
        let calls = 0;
        export default () => `call ${++calls}`;
        //- /counter/function.toml
        [scale]
        max = 1
        ",
    ));
    becomes(&skep, "/one", "old");
    assert_eq!(skep.get("/counter").text(), "call 1");
    skep.project.write("/one/index.ts", "export default (): string => 'new';");
    becomes(&skep, "/one", "new");
    assert_eq!(skep.get("/counter").text(), "call 2");
}

#[test]
fn a_changed_manifest_is_a_new_version() {
    let skep = Skep::dev(Project::new(
        "
        //- /one/index.ts
        export default (_request: Request, ctx: { env: Record<string, string> }) => ctx.env.WORD;
        //- /one/function.toml
        env = { WORD = 'old' }
        ",
    ));
    becomes(&skep, "/one", "old");
    skep.project.write("/one/function.toml", "routes = ['/elsewhere']\nenv = { WORD = 'new' }\n");
    turns(&skep, "/one", "old", "new");
    assert_eq!(skep.get("/elsewhere").text(), "new");
    skep.project.remove("/one/function.toml");
    eventually("the route is gone", || (skep.get("/elsewhere").status == 404).then_some(()));
}

#[test]
fn a_function_can_be_added_and_deleted() {
    let skep = Skep::dev(Project::new(ONE));
    becomes(&skep, "/one", "old");
    assert_eq!(skep.get("/two").fault(), Some("no_such_function"));

    skep.project.write("/two/index.ts", "export default (): string => 'added';");
    becomes(&skep, "/two", "added");
    skep.project.write("/three.ts", "export default (): string => 'a single file';");
    becomes(&skep, "/three", "a single file");

    skep.project.remove("/two");
    skep.project.remove("/three.ts");
    for path in ["/two", "/three"] {
        eventually("the function is gone", || (skep.get(path).fault() == Some("no_such_function")).then_some(()));
    }
    assert_eq!(skep.get("/one").text(), "old");
}

#[test]
fn a_broken_save_shows_its_error_until_it_is_fixed() {
    let skep = Skep::dev(Project::new(ONE));
    becomes(&skep, "/one", "old");
    skep.project.write("/one/index.ts", "export default (): string => {\n  return 'unfinished;\n};\n");

    let for_programs = breaks(&skep, &Request::get("/one").header("accept", "application/json"));
    assert_eq!(for_programs.status, 503);
    assert_eq!(for_programs.json()["error"]["kind"], "boot_failed");
    let text = for_programs.text();
    assert!(text.contains("index.ts") && text.contains(":2"), "where is it wrong? {text}");

    let for_browsers = skep.send(&Request::get("/one").header("accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
    assert_eq!(for_browsers.status, 503);
    assert!(for_browsers.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{for_browsers}");
    assert!(for_browsers.text().contains("index.ts"), "where is it wrong? {for_browsers}");
    assert!(for_browsers.text().contains("unfinished"), "what is wrong? {for_browsers}");

    skep.project.write("/one/index.ts", "export default (): string => 'fixed';");
    becomes(&skep, "/one", "fixed");
}

#[test]
fn a_function_that_was_broken_from_the_start_can_be_fixed() {
    let skep = Skep::dev(Project::new(
        "
        //- /one/index.ts
        import { missing } from './missing.ts';
        export default (): string => missing;
        //- /neighbour.ts
        export default (): string => 'here';
        ",
    ));
    breaks(&skep, &Request::get("/one"));
    assert_eq!(skep.get("/neighbour").text(), "here");
    skep.project.write("/one/missing.ts", "export const missing: string = 'found';");
    becomes(&skep, "/one", "found");
}

#[test]
fn a_request_in_flight_finishes_on_the_code_it_began_with() {
    let skep = Skep::dev(Project::new(
        "
        //- /one/index.ts
        const version = 'old';
        export default async (request: Request) => {
          if (request.method === 'GET') return version;
          console.log('in flight');
          return `${version}: ${await request.text()}`;
        };
        ",
    ));
    let mut client = skep.connect();
    client.open(&Request::post("/one", "half a body, "));
    skep.wait_for_line(&["in flight"]);

    skep.project.write("/one/index.ts", "export default (): string => 'new';");
    turns(&skep, "/one", "old", "new");

    client.chunk(b"and the other half");
    client.finish();
    assert_eq!(client.read_response("POST").text(), "old: half a body, and the other half");
}

#[test]
fn files_that_no_function_imports_reload_nothing() {
    let skep = Skep::dev(Project::new(
        "
        //- /counter/index.ts
        let calls = 0;
        export default () => `call ${++calls}`;
        //- /counter/function.toml
        [scale]
        max = 1
        //- /one/index.ts
        export default (): string => 'old';
        ",
    ));
    assert_eq!(skep.get("/counter").text(), "call 1");
    skep.project.write("/counter/notes.txt", "not code");
    skep.project.write("/counter/.index.ts.swp", "an editor's own file");
    // The watcher sees changes in order: once this one has had its effect, the ones before it have had theirs.
    skep.project.write("/one/index.ts", "export default (): string => 'new';");
    becomes(&skep, "/one", "new");
    assert_eq!(skep.get("/counter").text(), "call 2");
}

#[test]
fn a_function_does_not_control_the_terminal() {
    let skep = Skep::dev(Project::new(
        r"
        //- /evil/index.js
        const words = '\x1b[2J\x1b]0;title\x07 \r forged \u009b1m \u007f';
        export default () => {
          console.log(`the words: ${words}`);
          throw new Error(words);
        };
        ",
    ));
    assert_eq!(skep.get("/evil").fault(), Some("threw"));
    skep.wait_for_line(&["the words: "]);
    skep.wait_for_log("the call", |line| line["fault"] == "threw");
    let log = skep.log_text();
    let control = log.chars().find(|character| character.is_control() && *character != '\n');
    assert_eq!(control, None, "{log}");
}

/// Creates a pipe below `functions/`.
fn pipe(project: &Project, path: &str) {
    use rustix::fs::{CWD, Mode, mkfifoat};
    mkfifoat(CWD, project.functions().join(path), Mode::RUSR | Mode::WUSR).expect("a pipe");
}

const TWO: &str = "
    //- /one/index.ts
    export default (): string => 'old';
    //- /one/function.toml
    env = { WORD = 'old' }
    //- /neighbour/index.ts
    export default (): string => 'here';
";

#[test]
fn a_manifest_that_becomes_a_pipe_holds_up_no_neighbour() {
    let skep = Skep::dev(Project::new(TWO));
    becomes(&skep, "/one", "old");
    becomes(&skep, "/neighbour", "here");
    skep.project.remove("/one/function.toml");
    pipe(&skep.project, "one/function.toml");
    let response = breaks(&skep, &Request::get("/one").header("accept", "application/json"));
    assert!(response.text().contains("one/function.toml: it is not a regular file"), "{response}");
    assert_eq!(skep.get("/neighbour").text(), "here");
    skep.project.remove("/one/function.toml");
    becomes(&skep, "/one", "old");
}

#[test]
fn a_host_starts_with_a_manifest_that_is_a_pipe() {
    let project = Project::new(TWO);
    project.remove("/one/function.toml");
    pipe(&project, "one/function.toml");
    let skep = Skep::start(project);
    assert_eq!(skep.get("/neighbour").text(), "here");
    assert_eq!(skep.get("/one").fault(), Some("boot_failed"));
}

#[test]
fn check_names_a_manifest_that_is_no_file() {
    let project = Project::new(TWO);
    project.remove("/one/function.toml");
    pipe(&project, "one/function.toml");
    let mut command = binary();
    command.current_dir(project.root()).arg("--state").arg(project.state()).arg("check");
    let finished = run(command);
    assert_eq!(finished.code, 1, "{finished}");
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(said.contains("one/function.toml: it is not a regular file"), "{said}");
}

#[test]
fn a_link_to_the_whole_machine_delays_no_reload() {
    let project = Project::new(ONE);
    std::os::unix::fs::symlink("/", project.functions().join("one/all")).expect("a link");
    let skep = Skep::dev(project);
    becomes(&skep, "/one", "old");
    skep.project.write("/one/index.ts", "export default (): string => 'new';");
    turns(&skep, "/one", "old", "new");
}
