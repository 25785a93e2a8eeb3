//! A deploy that goes well: its steps, its record, what it becomes in the store, and the same source again.
//!
//! Invariant: a record that has ended is the same wherever it is read.

use serde_json::{Value, json};
use skep::release::source::archive::Files;

use super::*;

/// The steps of a release, in the order that the README promises.
const STEPS: [&str; 7] = ["received", "compiled", "booted", "checked", "warmed", "published", "drained"];

fn states(record: &Value) -> Vec<(&str, &str)> {
    let steps = record["functions"][0]["steps"].as_array().expect("steps");
    steps.iter().map(|step| (step["step"].as_str().expect("a name"), step["state"].as_str().expect("a state"))).collect()
}

#[test]
fn a_release_goes_through_every_step_in_order_and_says_when() {
    let skep = alone(Project::empty());
    let first = deploy(&skep, "f", &[("index.js", &says("v1")), ("function.toml", "[check]\npath = '/well'\n")]);
    assert_eq!(call(&skep, "f"), "v1");
    let all_done: Vec<_> = STEPS.iter().map(|step| (*step, "done")).collect();
    assert_eq!(states(&first)[..6], all_done[..6]);
    assert_eq!(step(&first, "drained")["state"], "skipped", "there was nothing before it");
    assert_eq!(step(&first, "checked")["detail"], "GET /well: 200");
    assert_eq!(first["functions"][0]["before"], Value::Null);

    let request = upload("f", "wait=true&note=the%20second", &[("index.js", &says("v2"))]);
    let second = asked(&skep, &request);
    assert_eq!(call(&skep, "f"), "v2");
    assert_eq!(states(&second), all_done, "{second:#}");
    let times: Vec<u64> = STEPS.iter().map(|name| step(&second, name)["began_ms"].as_u64().expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(STEPS.iter().all(|name| step(&second, name)["took_ms"].is_u64()), "{second:#}");
    let within = second["created_ms"].as_u64() <= times.first().copied() && times.last().copied() <= second["ended_ms"].as_u64();
    assert!(within, "{second:#}");
    assert_eq!((&second["purpose"], &second["note"], &second["by"]), (&json!("deploy"), &json!("the second"), &Value::Null));
    assert_eq!(second["functions"][0]["before"], first["functions"][0]["version"]);

    assert_eq!(look(&skep, &format!("/api/v1/releases/{}", second["id"].as_str().unwrap())), second);
    let listed = look(&skep, "/api/v1/releases");
    let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|record| &record["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]], "the newest first");
    let function = json!({ "function": "f", "version": version(&second), "before": version(&first), "steps": [] });
    assert_eq!(listed[0]["functions"], json!([function]), "without its steps");
    assert_eq!(look(&skep, "/api/v1/releases?limit=1"), json!([listed[0]]));
    assert_eq!(look(&skep, &format!("/api/v1/releases?before={}", second["id"].as_str().unwrap())), json!([listed[1]]));
    assert!(second["id"].as_str() > first["id"].as_str(), "later ids sort after earlier ones");
    let versions = look(&skep, "/api/v1/functions/f/versions");
    let listed: Vec<_> =
        versions.as_array().unwrap().iter().map(|one| (one["version"].clone(), one["live"] == true, one["note"].clone())).collect();
    assert_eq!(listed, [(json!(version(&second)), true, json!("the second")), (json!(version(&first)), false, Value::Null)]);
    is_sound(&skep);
}

#[test]
fn the_same_source_in_any_wrapping_is_the_same_version_on_any_host() {
    let skep = alone(Project::empty());
    let files = [
        ("index.ts", "import { text } from './lib/text.ts';\nexport default (): string => text;\n"),
        ("lib/text.ts", "export const text = 'same';\n"),
    ];
    let first = deploy(&skep, "f", &files);
    let id = version(&first);
    assert_eq!(call(&skep, "f"), "same");
    assert_eq!(first["unchanged"], false);

    let found = |folder: &str| files.map(|(path, text)| (format!("{folder}{path}"), text.as_bytes().to_vec()));
    let tar_gz = |folder: &str| Files::gather(found(folder), []).expect("files").to_tar_gz().expect("an archive");
    let wrapped = [
        ("application/gzip", tar_gz("")),
        ("application/gzip", tar_gz("f/")),
        ("application/x-gzip", tar_gz("package/")),
        ("application/zip", zip(&found(""))),
    ];
    for (content_type, archive) in wrapped {
        let request = Request::new("PUT", "/api/v1/functions/f?wait=true").header("content-type", content_type).body(archive);
        let again = asked(&skep, &request);
        assert_eq!((version(&again), &again["unchanged"]), (id.clone(), &json!(true)), "{again:#}");
        assert_eq!(step(&again, "published")["state"], "skipped");
    }
    assert_eq!(stored(&skep, "f"), [format!("{id}.json")]);

    let elsewhere = alone(Project::empty());
    assert_eq!(version(&deploy(&elsewhere, "f", &files)), id);
    let changed = [files[0], ("lib/text.ts", "export const text = 'other';\n")];
    assert_ne!(version(&deploy(&elsewhere, "f", &changed)), id);
    let manifest = [files[0], files[1], ("function.toml", "[limits]\ncpu_ms = 999\n")];
    assert_ne!(version(&deploy(&elsewhere, "f", &manifest)), id, "the manifest is part of a version");
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    use std::io::{Cursor, Write as _};
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        archive.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

#[test]
fn a_release_is_followed_as_events_up_to_its_last_record() {
    let skep = alone(Project::empty());
    let taken_in = ask(&skep, &upload("f", "", &[("index.js", &says("v1"))]));
    assert_eq!(taken_in.status, 202, "{taken_in}");
    let id = taken_in.json()["id"].clone();
    let path = format!("/api/v1/releases/{}/events", id.as_str().unwrap());
    // Ends by itself, or reading it would be a hang.
    let events = ask(&skep, &Request::get(&path));
    assert_eq!((events.status, events.header("content-type")), (200, Some("text/event-stream")));
    let text = events.text();
    let records: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect();
    assert_eq!(text.matches("event: release").count(), records.len());
    let last = records.last().expect("an event");
    assert_eq!(*last, release_becomes(&skep, &id, "it ends", |record| record["status"] == "done"));
    assert!(records.iter().rev().skip(1).all(|record| record["status"] != "done"), "{text}");
    // One that has ended tells its end at once.
    assert_eq!(ask(&skep, &Request::get(&path)).text().matches("data: ").count(), 1);
}

#[test]
fn a_function_that_is_removed_is_gone_with_all_its_versions() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("v1"));
    becomes_live(&skep, "f", &says("v2"));
    becomes_live(&skep, "neighbour", &says("here"));
    assert_eq!(stored(&skep, "f").len(), 2);
    let record = done(&skep, "DELETE", "/api/v1/functions/f", &Value::Null);
    assert_eq!(record["purpose"], "remove");
    assert_eq!(skep.get("/f").fault(), Some("no_such_function"));
    assert_eq!(stored(&skep, "f"), [""; 0]);
    refused(&skep, &Request::get("/api/v1/functions/f"), 404);
    refused(&skep, &Request::new("DELETE", "/api/v1/functions/f"), 404);
    assert_eq!(call(&skep, "neighbour"), "here");
    is_sound(&skep);
    becomes_live(&skep, "f", &says("v3"));
    assert_eq!(call(&skep, "f"), "v3");
}

#[test]
fn a_function_that_is_removed_right_after_its_release_leaves_no_compiled_code() {
    let skep = alone(Project::empty());
    for number in 0..20 {
        becomes_live(&skep, "f", &says(&format!("v{number}")));
        done(&skep, "DELETE", "/api/v1/functions/f", &Value::Null);
    }
    // Ends when everything is written that was to be written.
    assert_eq!(names_below(&stop(skep), "versions"), [""; 0]);
}

#[test]
fn old_versions_are_kept_by_number_and_the_live_one_and_its_predecessor_always() {
    let skep = alone(Project::empty());
    let kept = skep::release::deploy::KEEP.count;
    let versions: Vec<String> = (0..kept + 2).map(|number| becomes_live(&skep, "f", &says(&format!("v{number}")))).collect();
    let mut expected: Vec<String> = versions[2..].iter().map(|id| format!("{id}.json")).collect();
    expected.sort_unstable();
    assert_eq!(stored(&skep, "f"), expected);
    is_sound(&skep);
    refused(&skep, &with_json("POST", "/api/v1/functions/f/rollback", &json!({ "version": versions[0] })), 404);
}

#[test]
fn a_name_that_another_function_has_claimed_can_be_deployed() {
    let skep = alone(Project::empty());
    let routes = "routes = ['/victim', '/victim/*', '/free']";
    let record = deploy(&skep, "evil", &[("index.js", &says("evil")), ("function.toml", routes)]);
    assert_eq!(record["status"], "done", "{record:#}");
    assert_eq!(skep.get("/victim/login").text(), "evil", "no function has the name so far");

    becomes_live(&skep, "victim", &says("victim"));
    for path in ["/victim", "/victim/login"] {
        assert_eq!(skep.get(path).text(), "victim");
    }
    skep.wait_for_line(&["a release takes a route away", "`evil`", "belongs to the function `victim`"]);
    assert_eq!(skep.get("/free").text(), "evil", "its other routes stay");
    becomes_live(&skep, "victim", &says("victim again"));
    assert_eq!(skep.get("/victim/login").text(), "victim again");
}
