//! A candidate beside the live version: its share, who stays on which side, and how it ends.
//!
//! Invariant: what is exact is compared exactly; a share that chance decides has bounds of more than five standard deviations.

use serde_json::{Value, json};

use super::*;

/// A host with `v1` live and `v2` as a candidate; their versions.
fn with_candidate(query: &str) -> (Skep, String, String) {
    let skep = alone(Project::empty());
    let v1 = becomes_live(&skep, "f", &says("v1"));
    let record = asked(&skep, &upload("f", &format!("wait=true&{query}"), &[("index.js", &says("v2"))]));
    let v2 = version(&record);
    (skep, v1, v2)
}

/// How many of so many calls the candidate answers.
fn of_candidate(skep: &Skep, calls: usize) -> usize {
    let mut client = skep.connect();
    let answers = (0..calls).map(|_| client.exchange(&Request::get("/f")));
    answers.filter(|answer| matches!((answer.status, answer.text().as_str()), (200, "v2"))).count()
}

fn share(skep: &Skep, body: &Value) {
    done(skep, "PUT", "/api/v1/functions/f/canary", body);
}

fn named(version: &str) -> Request {
    Request::get("/f").header("x-skep-version", version)
}

#[test]
fn a_candidate_gets_its_share_and_whoever_names_it() {
    let (skep, v1, v2) = with_candidate("canary=0");
    assert_eq!(of_candidate(&skep, 60), 0);
    assert_eq!(skep.send(&named(&v2)).text(), "v2");
    assert_eq!(skep.send(&named(&v1)).text(), "v1");
    let invoked = asked(&skep, &with_json("POST", "/api/v1/functions/f/invoke", &json!({ "version": v2 })));
    assert_eq!((&invoked["status"], &invoked["body"], &invoked["version"]), (&json!(200), &json!("v2"), &json!(v2)), "{invoked:#}");
    let unknown = skep.send(&named("v000000000000"));
    assert_eq!((unknown.status, unknown.fault()), (404, Some("no_such_function")), "{unknown}");
    let shown = look(&skep, "/api/v1/functions/f");
    assert_eq!((&shown["version"], &shown["candidate"]["version"]), (&json!(v1), &json!(v2)));
    assert_eq!(shown["candidate"]["percent"], json!(0.0));

    share(&skep, &json!({ "percent": 100 }));
    assert_eq!(of_candidate(&skep, 60), 60);
    assert_eq!(skep.send(&named(&v1)).text(), "v1");
    share(&skep, &json!({ "percent": 30 }));
    let taken = of_candidate(&skep, 600);
    assert!((120..240).contains(&taken), "{taken} of 600 at 30 %");
    let of: std::collections::BTreeSet<String> = look(&skep, "/api/v1/functions/f/instances")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["version"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(of, [v1, v2].into(), "both have instances");
}

#[test]
fn who_is_on_one_side_stays_there() {
    let (skep, _, _) = with_candidate("canary=50&sticky=header:x-user");
    for (sticky, header) in [(None, "x-user"), (Some("cookie:user"), "cookie")] {
        if let Some(sticky) = sticky {
            share(&skep, &json!({ "percent": 50, "sticky": sticky }));
        }
        let side = |user: usize| {
            let value = if header == "cookie" { format!("theme=dark; user={user}") } else { user.to_string() };
            let answers: Vec<String> = (0..4).map(|_| skep.send(&Request::get("/f").header(header, &value)).text()).collect();
            assert!(answers.iter().all(|answer| *answer == answers[0]), "user {user}: {answers:?}");
            answers[0].clone()
        };
        let sides: Vec<String> = (0..40).map(side).collect();
        let taken = sides.iter().filter(|side| *side == "v2").count();
        assert!((4..=36).contains(&taken), "{taken} of 40 users at 50 % by {header}");
    }
    assert_eq!(look(&skep, "/api/v1/functions/f")["candidate"]["sticky"], "cookie:user");
    share(&skep, &json!({ "percent": 10 }));
    assert_eq!(look(&skep, "/api/v1/functions/f")["candidate"]["sticky"], "cookie:user", "what is left out stays");
}

#[test]
fn a_candidate_is_promoted_or_dropped() {
    let (skep, v1, v2) = with_candidate("canary=10");
    let record = done(&skep, "POST", "/api/v1/functions/f/promote", &Value::Null);
    assert_eq!((version(&record), &record["purpose"]), (v2.clone(), &json!("promote")));
    assert_eq!(of_candidate(&skep, 40), 40);
    assert_eq!(look(&skep, "/api/v1/functions/f")["candidate"], Value::Null);
    assert_eq!(skep.send(&named(&v1)).fault(), Some("no_such_function"), "what is not in the table has no calls");
    refused(&skep, &Request::new("POST", "/api/v1/functions/f/promote"), 409);
    let back = done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({}));
    assert_eq!(version(&back), v1);

    let request = upload("f", "wait=true&canary=100", &[("index.js", &says("v3"))]);
    let v3 = version(&asked(&skep, &request));
    assert_eq!(call(&skep, "f"), "v3");
    let dropped = done(&skep, "DELETE", "/api/v1/functions/f/canary", &Value::Null);
    assert_eq!(dropped["purpose"], "canary");
    assert_eq!(call(&skep, "f"), "v1");
    assert_eq!(skep.send(&named(&v3)).fault(), Some("no_such_function"));
    refused(&skep, &Request::new("DELETE", "/api/v1/functions/f/canary"), 409);
    refused(&skep, &with_json("PUT", "/api/v1/functions/f/canary", &json!({ "percent": 5 })), 409);
    is_sound(&skep);
}

#[test]
fn a_candidate_that_makes_no_sense_is_refused() {
    let (skep, _, _) = with_candidate("canary=0");
    let deploy = |name: &str, query: &str| upload(name, query, &[("index.js", &says("v3"))]);
    let (_, message) = refused(&skep, &deploy("fresh", "canary=5"), 409);
    assert!(message.contains("`fresh`"), "{message}");
    refused(&skep, &deploy("f", "canary=101"), 400);
    refused(&skep, &deploy("f", "canary=-1"), 400);
    refused(&skep, &deploy("f", "canary=NaN"), 400);
    refused(&skep, &deploy("f", "sticky=header:x-user"), 400);
    refused(&skep, &deploy("f", "canary=5&sticky=nonsense"), 400);
    refused(&skep, &with_json("PUT", "/api/v1/functions/f/canary", &json!({ "percent": 5, "sticky": "cookie:a b" })), 400);
    // The live version cannot be its own candidate, and the release says so.
    let record = asked(&skep, &upload("f", "wait=true&canary=5", &[("index.js", &says("v1"))]));
    assert_eq!((&record["status"], &record["failure"]["step"]), (&json!("undone"), &json!("compiled")), "{record:#}");
    assert_eq!(call(&skep, "f"), "v1");
}

#[test]
fn a_plain_deploy_takes_the_place_of_live_version_and_candidate() {
    let (skep, _, v2) = with_candidate("canary=50");
    becomes_live(&skep, "f", &says("v3"));
    assert_eq!(of_candidate(&skep, 20), 0);
    assert_eq!(call(&skep, "f"), "v3");
    assert_eq!(skep.send(&named(&v2)).fault(), Some("no_such_function"));
    // The candidate was stored: it can still be made live.
    done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({ "version": v2 }));
    assert_eq!(call(&skep, "f"), "v2");
}

#[test]
fn variables_and_scale_reach_the_candidate_as_well() {
    let (skep, _, _) = with_candidate("canary=0");
    let code = "export default (request, ctx) => ctx.env.A ?? 'unset';";
    let v3 = version(&asked(&skep, &upload("f", "wait=true&canary=0", &[("index.js", code)])));
    assert_eq!(skep.send(&named(&v3)).text(), "unset");
    done(&skep, "PATCH", "/api/v1/functions/f/variables", &json!({ "env": { "A": "set" } }));
    assert_eq!(skep.send(&named(&v3)).text(), "set");
    assert_eq!(call(&skep, "f"), "v1");
    asked(&skep, &with_json("PATCH", "/api/v1/functions/f/scale", &json!({ "max": 7 })));
    done(&skep, "POST", "/api/v1/functions/f/promote", &Value::Null);
    assert_eq!(look(&skep, "/api/v1/functions/f")["scale"]["max"], json!(7));
    assert_eq!(call(&skep, "f"), "set");
}
