//! Jobs of Parse applications: their statuses outlive the process, their limits are those of `[parse]`, a schedule runs them; and
//! `skep parse adopt` against a stand-in of a Parse Server's hooks.
//!
//! Invariant: no test waits for a fixed time; it waits for a status.

use serde_json::{Value, json};

use crate::support::process::{Finished, binary, run};
use crate::support::{Client, Project, Request, Skep, Upstream, eventually};

const MASTER: [(&str, &str); 2] = [("x-parse-application-id", "app"), ("x-parse-master-key", "m")];

fn project() -> Project {
    let project = Project::empty();
    project.write(
        "parse/cloud/main.js",
        "Parse.Cloud.job('say', async ({ params, message }) => { await message('half'); return `said ${params.what}`; });
         Parse.Cloud.job('throw', () => { throw new Error('no'); });
         Parse.Cloud.job('wait', ({ message }) => message('waits').then(() => new Promise((resolve) => setTimeout(resolve, 3600000))));
         Parse.Cloud.job('spin', async ({ message }) => { await message('spins'); for (;;); });
         Parse.Cloud.job('nightly', () => 'done at night');
         Parse.Cloud.job('date', ({ params }) => `${params.at instanceof Date} ${params.at.getTime()}`);
         Parse.Cloud.define('env', () => Object.keys(process.env).filter((name) => name.startsWith('PARSE_')));",
    );
    project.write(
        "parse/function.toml",
        "[parse]\napp_id = 'app'\njob_cpu_ms = 300\njob_wall_ms = 60000\n[env]\nPARSE_MASTER_KEY = 'm'\n\
         [[cron]]\nname = 'nightly'\nschedule = '@yearly'\n[[cron]]\nname = 'by path'\nschedule = '@yearly'\npath = '/parse/jobs/say'\n",
    );
    project
}

fn ask(skep: &Skep, request: Request) -> Value {
    let request = MASTER.iter().fold(request, |request, (name, value)| request.header(name, value));
    skep.send(&request.header("content-type", "application/json")).json()
}

fn start(skep: &Skep, job: &str, body: &Value) -> String {
    let request = MASTER
        .iter()
        .fold(Request::post(&format!("/parse/jobs/{job}"), body.to_string()), |request, (name, value)| request.header(name, value));
    let response = skep.send(&request.header("content-type", "application/json"));
    assert_eq!(response.status, 200, "{}", response.text());
    response.header("x-parse-job-status-id").expect("an id").to_owned()
}

/// The status of a job, once it is as it should be.
fn status(skep: &Skep, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || Some(ask(skep, Request::get(&format!("/parse/classes/_JobStatus/{id}")))).filter(&wanted))
}

fn ended(skep: &Skep, id: &str) -> (String, String) {
    let status = status(skep, id, "the job has ended", |status| status["status"] != "running" && status["finishedAt"].is_object());
    let text = |key: &str| status[key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("message"))
}

#[test]
fn statuses_outlive_the_process_and_what_ran_has_failed() {
    let skep = Skep::start(project());
    let said = start(&skep, "say", &json!({ "what": "it" }));
    assert_eq!(ended(&skep, &said), ("succeeded".into(), "said it".into()));
    let thrown = start(&skep, "throw", &json!({}));
    assert_eq!(ended(&skep, &thrown), ("failed".into(), "no".into()));
    let waits = start(&skep, "wait", &json!({}));
    status(&skep, &waits, "it waits", |status| status["message"] == "waits");
    let mut project = skep.into_project();
    for _ in 0..2 {
        let skep = Skep::start(project);
        assert_eq!(ended(&skep, &said), ("succeeded".into(), "said it".into()));
        assert_eq!(ended(&skep, &thrown), ("failed".into(), "no".into()));
        assert_eq!(ended(&skep, &waits), ("failed".into(), "the host was stopped".into()));
        let all = ask(&skep, Request::get("/parse/classes/_JobStatus"));
        assert_eq!(all["results"].as_array().map(Vec::len), Some(3), "{all}");
        project = skep.into_project();
    }
}

#[test]
fn a_job_has_limits_of_its_own() {
    let skep = Skep::start(project());
    let spins = start(&skep, "spin", &json!({}));
    assert_eq!(ended(&skep, &spins), ("failed".into(), "cpu_limit: the job used more than 300 ms".into()));
    let date = start(&skep, "date", &json!({ "at": { "__type": "Date", "iso": "2026-01-01T00:00:00.000Z" } }));
    assert_eq!(ended(&skep, &date).1, "true 1767225600000", "its parameters are decoded as those of a function");
    let log = skep.wait_for_log("the call of the job", |line| line["origin"] == "job" && line["request_id"] == *date);
    assert_eq!((&log["function"], &log["path"]), (&"parse".into(), &"/parse/jobs/date".into()));
}

#[test]
fn a_schedule_runs_the_job_of_its_name_and_needs_no_key() {
    let skep = Skep::start(project());
    let cron = |name: &str| {
        let mut command = binary();
        command.current_dir(skep.project.root()).args(["cron", "run", "parse", name, "--to"]).arg(format!("http://{}", skep.admin));
        run(command)
    };
    eventually("the schedule is there", || (cron("nightly").code == 0).then_some(()));
    let has = |message: &str| {
        eventually("the job has run", || {
            let all = ask(&skep, Request::get("/parse/classes/_JobStatus"));
            all["results"].as_array()?.iter().find(|status| status["message"] == message).cloned()
        })
    };
    let nightly = has("done at night");
    assert_eq!((&nightly["source"], &nightly["status"]), (&"schedule".into(), &"succeeded".into()));
    assert_eq!(cron("by path").code, 0);
    assert_eq!(has("said undefined")["source"], "api");
}

#[test]
fn the_keys_are_the_hosts() {
    let skep = Skep::start(project());
    assert_eq!(ask(&skep, Request::post("/parse/functions/env", "{}"))["result"], json!([]));
}

/// Runs `skep parse adopt` against a stand-in.
fn adopt(upstream: &Upstream, args: &[&str]) -> Finished {
    let mut command = binary();
    command.env("PARSE_MASTER_KEY", "m").args(["parse", "adopt", "--app-id", "app", "--json"]).args(args);
    command.arg("--server").arg(format!("http://{}/parse/", upstream.address));
    run(command)
}

#[test]
fn a_parse_server_is_told_where_to_call() {
    let upstream = Upstream::start();
    let done = adopt(&upstream, &["add", "ä b", "--self", "http://10.0.0.7:8000/parse/"]);
    let requests = upstream.requests();
    assert!(!requests.is_empty(), "{done}");
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/parse/hooks/functions"));
    let body: Value = serde_json::from_slice(requests[0].body.as_deref().unwrap_or_default()).expect("JSON");
    assert_eq!(body, json!({ "functionName": "add", "url": "http://10.0.0.7:8000/parse/webhooks/add" }));
    let header = |name: &str| requests[0].headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((header("x-parse-application-id"), header("x-parse-master-key")), (Some("app"), Some("m")));
    assert!(!done.stdout.contains("\"m\""), "no key is printed: {done}");
    for wrong in [&["add"][..], &["a/b", "--self", "http://x/parse"], &["add", "--self", "ftp://x/parse"]] {
        assert_eq!(adopt(&upstream, wrong).code, 2, "{wrong:?}");
    }
    assert!(Client::try_connect(upstream.address).is_ok());
}
