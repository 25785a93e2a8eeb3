//! Addresses that only the code of a function names: routes of Netlify and Azure, names of Parse.
//!
//! Invariant: two functions never share one without a word: a release is refused, folders are shown.

use super::*;

const SHOP: &str = "export default async (request, { params }) => Response.json(params);
    export const config = { path: '/v2/items/:id', method: 'GET' };";

/// Another function with the same path, and one more.
const RIVAL: &str = "export default async () => new Response('rival');
    export const config = { path: ['/v2/items/:name', '/v2/other'] };";

fn cloud(name: &str) -> String {
    format!("Parse.Cloud.define('both', () => '{name}'); Parse.Cloud.define('{name}', () => '{name}');")
}

fn conflicts(skep: &Skep, function: &str) -> Value {
    look(skep, &format!("/api/v1/functions/{function}"))["conflicts"].clone()
}

fn run_of_parse(skep: &Skep, name: &str) -> Value {
    skep.send(&Request::post(&format!("/parse/functions/{name}"), "{}").header("x-parse-application-id", "app")).json()
}

#[test]
fn a_route_of_code_is_there_after_a_restart_and_a_second_one_is_refused() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "shop", SHOP);
    assert_eq!(skep.get("/v2/items/7").json(), json!({ "id": "7" }));
    assert_eq!(look(&skep, "/api/v1/functions/shop")["routes"], json!(["GET /v2/items/:id"]));

    let record = deploy(&skep, "rival", &[("index.js", RIVAL)]);
    assert_eq!((&record["status"], &record["failure"]["step"]), (&json!("undone"), &json!("checked")), "{record:#}");
    let why = record["failure"]["reason"].as_str().unwrap();
    assert_eq!(why, "functions `rival` and `shop` both claim the route `GET /v2/items/:id`");
    assert_eq!(skep.get("/v2/other").fault(), Some("no_such_function"));

    let skep = alone(stop(skep));
    assert_eq!(skep.get("/v2/items/8").json(), json!({ "id": "8" }), "the first request finds it");
    // A version without the path gives it up.
    becomes_live(&skep, "shop", &says("no path"));
    assert_eq!(skep.get("/v2/items/9").fault(), Some("no_such_function"));
    assert_eq!(deploy(&skep, "rival", &[("index.js", RIVAL)])["status"], "done");
    assert_eq!(skep.get("/v2/items/9").text(), "rival");
    is_sound(&skep);
}

#[test]
fn a_name_of_parse_that_another_folder_has_is_refused() {
    let skep = alone(Project::empty());
    assert_eq!(deploy(&skep, "one", &[("main.js", &cloud("one"))])["status"], "done");
    let record = deploy(&skep, "two", &[("main.js", &cloud("two"))]);
    assert_eq!((&record["status"], &record["failure"]["step"]), (&json!("undone"), &json!("checked")), "{record:#}");
    assert_eq!(record["failure"]["reason"], json!("functions `one` and `two` both define the Parse function \"both\""));
    assert_eq!(run_of_parse(&skep, "both"), json!({ "result": "one" }));
    let moved = "Parse.Cloud.define('one', () => 'one');";
    assert_eq!(deploy(&skep, "one", &[("main.js", moved)])["status"], "done");
    assert_eq!(deploy(&skep, "two", &[("main.js", &cloud("two"))])["status"], "done");
    assert_eq!(run_of_parse(&skep, "both"), json!({ "result": "two" }));
    assert_eq!(conflicts(&skep, "two"), Value::Null);
    is_sound(&skep);
}

#[test]
fn folders_that_share_an_address_are_shown_with_it() {
    let project = Project::empty();
    for (path, text) in
        [("a/main.js", cloud("a")), ("b/main.js", cloud("b")), ("rival/index.mjs", RIVAL.to_owned()), ("shop/index.mjs", SHOP.to_owned())]
    {
        project.write(path, &text);
    }
    let skep = alone(project);
    assert_eq!(run_of_parse(&skep, "both"), json!({ "result": "a" }));
    assert_eq!(skep.get("/v2/items/7").text(), "rival");
    let name = "both `a` and `b` define the Parse function \"both\"; that of `a` answers";
    let route = "functions `rival` and `shop` both claim the route `GET /v2/items/:id`";
    for (function, why) in [("a", name), ("b", name), ("rival", route), ("shop", route)] {
        assert_eq!(conflicts(&skep, function), json!([why]), "{function}");
    }
    skep.wait_for_line(&["both `a` and `b` define the Parse function"]);
    skep.wait_for_line(&[route]);
}
