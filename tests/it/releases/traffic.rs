//! Clients that call while releases go on: every answer is one of a version that was live, and what was begun is finished.
//!
//! Invariant: the test goes on when the clients have been answered often enough, so that no release happens without traffic.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::*;

/// Clients of `/f`, one with a connection for each call and one that keeps its connection.
#[derive(Default)]
struct Callers {
    over: AtomicBool,
    answered: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

impl Callers {
    /// Calls beside `act`; returns what went wrong.
    fn beside(skep: &Skep, is_right: impl Fn(&str) -> bool + Sync, act: impl FnOnce(&Self)) -> Vec<String> {
        let callers = Self::default();
        thread::scope(|scope| {
            for keeps in [false, true] {
                let (callers, is_right) = (&callers, &is_right);
                scope.spawn(move || callers.run(skep, keeps, is_right));
            }
            let acted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(&callers)));
            callers.over.store(true, Ordering::SeqCst);
            acted.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
        callers.wrong.into_inner().expect("no panic")
    }

    fn run(&self, skep: &Skep, keeps: bool, is_right: &(impl Fn(&str) -> bool + Sync)) {
        let mut client = skep.connect();
        while !self.over.load(Ordering::SeqCst) {
            if !keeps {
                client = skep.connect();
            }
            let wrong = match client.try_exchange(&Request::get("/f")) {
                Ok(response) if response.status == 200 && is_right(&response.text()) => None,
                Ok(response) => Some(response.to_string()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(wrong) = wrong {
                self.wrong.lock().expect("no panic").push(wrong);
                client = skep.connect();
            }
            self.answered.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn more_answers(&self, more: usize) {
        let enough = self.answered.load(Ordering::SeqCst) + more;
        eventually("the clients are answered", || (self.answered.load(Ordering::SeqCst) >= enough).then_some(()));
    }
}

#[test]
fn releases_and_rollbacks_under_traffic_lose_no_request() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("v0"));
    let is_version = |text: &str| text.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok_and(|number| number <= 20));
    let wrong = Callers::beside(&skep, is_version, |callers| {
        callers.more_answers(20);
        for number in 1..=20 {
            becomes_live(&skep, "f", &says(&format!("v{number}")));
            assert_eq!(call(&skep, "f"), format!("v{number}"), "once it is published, no old answer is given");
            callers.more_answers(10);
        }
        for expected in ["v19", "v20", "v19", "v20", "v19"] {
            done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({}));
            assert_eq!(call(&skep, "f"), expected);
            callers.more_answers(10);
        }
    });
    assert_eq!(wrong, [""; 0]);
    is_sound(&skep);
}

#[test]
fn releases_that_fail_and_changes_of_the_share_lose_no_request_either() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("v0"));
    let wrong = Callers::beside(
        &skep,
        |text| matches!(text, "v0" | "candidate"),
        |callers| {
            callers.more_answers(20);
            for number in 0..4 {
                let bad = format!("export default () => 'bad {number}';\nexport const check = () => false;\n");
                assert_eq!(deploy(&skep, "f", &[("index.js", &bad)])["status"], "undone");
                let request = upload("f", "wait=true&canary=50", &[("index.js", &says("candidate"))]);
                assert_eq!(asked(&skep, &request)["status"], "done");
                callers.more_answers(10);
                done(&skep, "PUT", "/api/v1/functions/f/canary", &json!({ "percent": 100 }));
                callers.more_answers(10);
                done(&skep, "PATCH", "/api/v1/functions/f/variables", &json!({ "env": { "NUMBER": number.to_string() } }));
                callers.more_answers(10);
                done(&skep, "DELETE", "/api/v1/functions/f/canary", &Value::Null);
                callers.more_answers(10);
            }
        },
    );
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_call_in_flight_is_finished_by_its_version_and_holds_up_no_further_release() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &holds("v1"));
    let held = hold(&skep, "f", "v1");
    let second = asked(&skep, &upload("f", "", &[("index.js", &holds("v2"))]));
    let draining = release_becomes(&skep, &second["id"], "it waits for its drain", |record| step(record, "drained")["state"] == "running");
    assert_eq!((&draining["status"], &step(&draining, "published")["state"]), (&json!("running"), &json!("done")));
    assert_eq!(call(&skep, "f"), "v2");
    refused(&skep, &Request::new("POST", &format!("/api/v1/releases/{}/cancel", second["id"].as_str().unwrap())), 409);

    let third = deploy(&skep, "f", &[("index.js", &holds("v3"))]);
    assert_eq!(third["status"], "done", "{third:#}");
    assert_eq!(call(&skep, "f"), "v3");
    let still = look(&skep, &format!("/api/v1/releases/{}", second["id"].as_str().unwrap()));
    assert_eq!(still["status"], "running", "{still:#}");
    assert_eq!(let_go(held), "v1");
    let ended = release_becomes(&skep, &second["id"], "it ends", |record| record["status"] == "done");
    assert_eq!((&step(&ended, "drained")["state"], &step(&ended, "drained")["detail"]), (&json!("done"), &Value::Null));
    assert_eq!(call(&skep, "f"), "v3");
}

#[test]
fn a_call_that_outlasts_the_drain_is_cut_and_the_release_says_so() {
    let skep = Launch::serve(Project::empty()).arg("--single-process").arg("--drain-s=1").start();
    becomes_live(&skep, "f", &holds("v1"));
    let mut held = hold(&skep, "f", "v1");
    let second = deploy(&skep, "f", &[("index.js", &holds("v2"))]);
    assert_eq!(second["status"], "done");
    let detail = step(&second, "drained")["detail"].as_str().expect("a detail");
    assert!(detail.contains("1 request"), "{detail}");
    held.finish();
    let cut = held.read_response("POST");
    assert_eq!((cut.status, cut.fault()), (503, Some("draining")), "{cut}");
    assert_eq!(call(&skep, "f"), "v2");
}
