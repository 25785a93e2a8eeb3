//! Releases that fail: at which step, because of what, and that nothing of them is left.
//!
//! Invariant: after each failure the old version is called, and the state folder is as it was before.

use serde_json::{Value, json};

use super::*;

/// A way to fail: what it is, files, the step, and what the reason has in it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

const CASES: &[Case<'static>] = &[
    ("no code", &[("README.md", "hello")], "received", "no entry module"),
    ("the entry is missing", &[("function.toml", "entry = 'main.ts'")], "compiled", "main.ts"),
    ("broken syntax", &[("index.ts", "export default (")], "compiled", "index.ts"),
    ("an import of nothing", &[("index.js", "import './nothing.js'; export default () => 1;")], "compiled", "nothing.js"),
    ("an unknown key", &[("index.js", "export default () => 1;"), ("function.toml", "[limits]\nmemory = 1")], "compiled", "memory"),
    ("it throws at its top", &[("index.js", "throw new Error('no luck');")], "booted", "no luck"),
    ("it spins at its top", &[("index.js", "for (;;);")], "booted", "boot"),
    ("it waits for ever at its top", &[("index.js", "await new Promise(() => {}); export default () => 1;")], "booted", ""),
    ("no handler", &[("index.js", "export const handler = 1;")], "booted", "handler"),
    ("check() is false", &[("index.js", "export default () => 1; export const check = () => false;")], "checked", "returned false"),
    (
        "check() throws",
        &[("index.js", "export default () => 1; export const check = () => { throw new Error('unwell'); };")],
        "checked",
        "unwell",
    ),
    (
        "check() rejects",
        &[("index.js", "export default () => 1; export const check = async () => { throw new Error('unwell'); };")],
        "checked",
        "unwell",
    ),
    (
        "check() says 503",
        &[("index.js", "export default () => 1; export const check = () => new Response('', { status: 503 });")],
        "checked",
        "503",
    ),
    (
        "check() takes too long",
        &[
            ("index.js", "export default () => 1; export const check = () => new Promise((later) => setTimeout(later, 60000));"),
            ("function.toml", "[check]\ntimeout_ms = 100"),
        ],
        "checked",
        "timeout_ms (100 ms)",
    ),
    (
        "check() spins",
        &[("index.js", "export default () => 1; export const check = () => { for (;;); };"), ("function.toml", "[limits]\ncpu_ms = 100")],
        "checked",
        "cpu",
    ),
    (
        "the path says 500",
        &[("index.js", "export default () => new Response('', { status: 500 });"), ("function.toml", "[check]\npath = '/health'")],
        "checked",
        "GET /health answered 500",
    ),
    (
        "the path throws",
        &[("index.js", "export default () => { throw new Error('sick'); };"), ("function.toml", "[check]\npath = '/health'")],
        "checked",
        "sick",
    ),
    (
        "a route of a folder function",
        &[("index.js", "export default () => 1;"), ("function.toml", "routes = ['/of-folder/*']")],
        "checked",
        "folder",
    ),
    (
        "a route below another function's name",
        &[("index.js", "export default () => 1;"), ("function.toml", "routes = ['/neighbour/login']")],
        "checked",
        "belongs to the function `neighbour`",
    ),
    (
        "a route of a deployed function",
        &[("index.js", "export default () => 1;"), ("function.toml", "routes = ['/of-neighbour']")],
        "checked",
        "neighbour",
    ),
];

#[test]
fn a_release_that_fails_says_why_and_leaves_nothing() {
    let project = Project::new(
        "
        //- /folder/index.js
        export default () => 'folder';
        //- /folder/function.toml
        routes = ['/of-folder/*']
        ",
    );
    let launch = Launch::serve(project).arg("--single-process").arg("--warm=0").arg("--boot-cpu-ms=200");
    let skep = launch.start();
    deploy(&skep, "neighbour", &[("index.js", &says("neighbour")), ("function.toml", "routes = ['/of-neighbour']")]);
    let v1 = becomes_live(&skep, "f", &says("v1"));
    let before = eventually("only what serves is there", || Some(instances(&skep)).filter(|count| *count == 2));

    for (what, files, at, reason) in CASES {
        let record = deploy(&skep, "f", files);
        assert_eq!(record["status"], "undone", "{what}: {record:#}");
        let failure = &record["failure"];
        assert_eq!((failure["step"].as_str(), failure["function"].as_str()), (Some(*at), Some("f")), "{what}: {record:#}");
        assert!(failure["reason"].as_str().is_some_and(|text| text.contains(reason) && !text.contains('\n')), "{what}: {failure:#}");
        assert_eq!((&step(&record, at)["state"], &step(&record, at)["detail"]), (&json!("failed"), &failure["reason"]), "{what}");
        assert_eq!(step(&record, "published")["state"], "pending", "{what}");
        assert_eq!(call(&skep, "f"), "v1", "{what}");
        assert_eq!(stored(&skep, "f"), [format!("{v1}.json")], "{what}");
        is_sound(&skep);
        let state = skep.project.state().to_string_lossy().into_owned();
        assert!(!record.to_string().contains(&state), "{what}: where the host keeps its state is nobody's business: {record:#}");
    }
    assert_eq!(call(&skep, "neighbour"), "neighbour");
    assert_eq!(skep.get("/of-folder/x").text(), "folder");
    eventually("no instance of a failed version is left", || (instances(&skep) <= before + 1).then_some(()));
    // A first release that fails leaves no function.
    let record = deploy(&skep, "fresh", &[("index.js", "throw new Error('no luck');")]);
    assert_eq!(record["status"], "undone");
    assert_eq!(skep.get("/fresh").fault(), Some("no_such_function"));
    assert_eq!(names_below(&skep.project, "versions"), ["f", "neighbour"]);
    let undone = look(&skep, "/api/v1/releases");
    assert_eq!(undone.as_array().unwrap().iter().filter(|record| record["status"] == "undone").count(), CASES.len() + 1);
}

#[test]
fn a_deploy_over_a_function_of_the_folder_is_refused_and_says_who_owns_it() {
    let skep = alone(Project::new(
        "
        //- /mine/index.js
        export default () => 'folder';
    ",
    ));
    let (kind, message) = refused(&skep, &upload("mine", "wait=true", &[("index.js", &says("deployed"))]), 409);
    assert_eq!(kind, "conflict");
    assert!(message.contains("`mine`") && message.contains("functions directory"), "{message}");
    refused(&skep, &Request::new("DELETE", "/api/v1/functions/mine"), 409);
    assert_eq!(call(&skep, "mine"), "folder");
    assert_eq!(look(&skep, "/api/v1/releases"), json!([]));
}

#[test]
fn rollback_makes_a_kept_version_live_again_through_the_same_checks() {
    let skep = alone(Project::empty());
    let versions: Vec<String> = ["v1", "v2", "v3"].iter().map(|text| becomes_live(&skep, "f", &says(text))).collect();
    let back = done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({ "note": "too loud" }));
    assert_eq!((version(&back), &back["purpose"], &back["note"]), (versions[1].clone(), &json!("rollback"), &json!("too loud")));
    assert_eq!((&step(&back, "booted")["state"], &step(&back, "checked")["state"]), (&json!("done"), &json!("done")));
    assert_eq!(call(&skep, "f"), "v2");
    done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({ "version": versions[0] }));
    assert_eq!(call(&skep, "f"), "v1");
    done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({}));
    assert_eq!(call(&skep, "f"), "v2", "the predecessor is what was live before, not what was deployed before");

    let back_to = |version: &str| with_json("POST", "/api/v1/functions/f/rollback", &json!({ "version": version }));
    refused(&skep, &back_to("v000000000000"), 404);
    refused(&skep, &back_to("yesterday"), 400);
    refused(&skep, &back_to(&versions[1]), 409);
    let (kind, _) = refused(&skep, &with_json("POST", "/api/v1/functions/nobody/rollback", &json!({})), 404);
    assert_eq!(kind, "not_found");
    becomes_live(&skep, "fresh", &says("only"));
    refused(&skep, &with_json("POST", "/api/v1/functions/fresh/rollback", &json!({})), 409);
    assert_eq!(call(&skep, "f"), "v2");
    is_sound(&skep);
}

#[test]
fn a_version_that_fails_too_often_gives_way_to_the_one_before_by_itself() {
    let skep = alone(Project::empty());
    let v1 = becomes_live(&skep, "f", &holds("v1"));
    // The one before may need long for its end; nobody waits for that.
    let held = hold(&skep, "f", "v1");
    let bad = [
        ("index.js", "export default () => { throw new Error('bad day'); };"),
        ("function.toml", "[rollback]\nfaults_percent = 20\ncalls = 5\nwatch_s = 600\n"),
    ];
    let begun = asked(&skep, &upload("f", "", &bad));
    let published = release_becomes(&skep, &begun["id"], "it is published", |record| step(record, "published")["state"] == "done");
    let v2 = published["functions"][0]["version"].as_str().expect("a version").to_owned();
    eventually("the old version is live again", || {
        let response = skep.get("/f");
        assert!(response.status == 500 || response.text() == "v1", "{response}");
        (response.status == 200).then_some(())
    });
    let returned = eventually("the return is in the records", || {
        let records = look(&skep, "/api/v1/releases");
        records.as_array()?.iter().find(|record| record["purpose"] == "automatic_rollback" && record["status"] == "done").cloned()
    });
    assert_eq!(version(&returned), v1);
    let note = returned["note"].as_str().expect("a reason");
    assert!(note.contains(&v2) && note.contains("faults"), "{note}");
    assert_eq!(returned["by"], Value::Null);
    skep.wait_for_line(&["automatic rollback", &v2]);
    assert_eq!(let_go(held), "v1");
}

#[test]
fn a_stored_version_that_was_damaged_is_found_out_and_repaired_by_its_source() {
    let skep = alone(Project::empty());
    let v1 = becomes_live(&skep, "f", &says("v1"));
    let v2 = becomes_live(&skep, "f", &says("v2"));
    becomes_live(&skep, "neighbour", &says("here"));
    let damage = |project: &Project, version: &str| {
        let file = project.state().join(format!("versions/f/{version}.json"));
        let text = std::fs::read_to_string(&file).expect("a version");
        std::fs::write(&file, text.replace("v1", "w1").replace("v2", "w2")).expect("written");
    };
    damage(&skep.project, &v1);
    let problems = look(&skep, "/api/v1/store")["problems"].clone();
    assert!(problems[0].as_str().is_some_and(|problem| problem.contains(&v1)) && problems[1].is_null(), "{problems}");
    let request = with_json("POST", "/api/v1/functions/f/rollback?wait=true", &json!({ "version": v1 }));
    let record = asked(&skep, &request);
    assert_eq!((&record["status"], &record["failure"]["step"]), (&json!("undone"), &json!("compiled")), "{record:#}");
    assert_eq!(call(&skep, "f"), "v2");

    // The live one, of which a fresh process has nothing but the file.
    let project = stop(skep);
    damage(&project, &v2);
    let skep = alone(project);
    let answer = skep.get("/f");
    assert_eq!((answer.status, answer.fault()), (503, Some("boot_failed")), "{answer}");
    assert_eq!(call(&skep, "neighbour"), "here");
    assert_eq!(becomes_live(&skep, "f", &says("v2")), v2);
    assert_eq!(call(&skep, "f"), "v2");
    becomes_live(&skep, "f", &says("v1"));
    assert_eq!(call(&skep, "f"), "v1");
    is_sound(&skep);
}
