//! Schedules that modules of Netlify, Azure and Firebase have in their code: found at the load, called as their own host calls them.
//!
//! `skep cron run` makes the calls, so that no test waits for a moment.
//!
//! Invariant: what a test asserts about a handler, the handler has logged.

use serde_json::Value;

use crate::support::process::{binary, run};
use crate::support::{Client, Project, Request, Skep, eventually};

/// The schedule of this function and name, once it is listed.
fn listed(skep: &Skep, function: &str, name: &str) -> Value {
    eventually(&format!("the schedule {name} of {function} is listed"), || {
        let response = Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/cron")).ok()?;
        let list = response.json();
        list.as_array()?.iter().find(|schedule| schedule["function"] == function && schedule["name"] == name).cloned()
    })
}

/// Calls the function for its schedule now, and returns how that ended.
fn ended(skep: &Skep, function: &str, name: &str) -> Value {
    listed(skep, function, name);
    let mut command = binary();
    command
        .current_dir(skep.project.root())
        .args(["cron", "run", function, name, "--to"])
        .arg(format!("http://{}", skep.admin))
        .arg("--json");
    let finished = run(command);
    assert_eq!(finished.code, 0, "{function} {name}: {finished}");
    let started: Value = serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{function} {name}: {error}: {finished}"));
    eventually("the call has ended", || {
        Some(listed(skep, function, name)["last"].clone()).filter(|last| last["occurrence"] == started["occurrence"])
    })
}

/// Expression and zone of a schedule.
fn when(skep: &Skep, function: &str, name: &str) -> (String, String) {
    let schedule = listed(skep, function, name);
    let text = |key: &str| schedule[key].as_str().unwrap_or_default().to_owned();
    (text("schedule"), text("zone"))
}

fn is(expression: &str, zone: &str) -> (String, String) {
    (expression.to_owned(), zone.to_owned())
}

#[test]
fn functions_of_netlify_are_called_as_netlify_calls_them() {
    let skep = Skep::start(Project::new(
        "
        //- /digest/index.mjs
        export default async (request, context) => {
          const { next_run } = await request.json();
          context.waitUntil(new Promise((resolve) => setTimeout(() => { console.log('digest waited'); resolve(); }, 10)));
          console.log('digest', request.method, request.headers.get('x-nf-event'), new Date(next_run).toISOString() === next_run, next_run.slice(11));
          return new Response('ignored', { status: 302 });
        };
        export const config = { schedule: '@hourly' };
        //- /digest/function.toml
        dialect = 'netlify'
        //- /old/index.js
        const { schedule } = require('@netlify/functions');
        exports.handler = schedule('0 4 * * 1', async (event) => {
          console.log('old', event.httpMethod, event.path, JSON.parse(event.body).next_run.slice(11));
          return { statusCode: 500 };
        });
        //- /both/index.mjs
        export default (request) => { console.log('both', request.method); };
        //- /both/function.toml
        dialect = 'netlify'
        [[cron]]
        name = 'by toml'
        schedule = '@yearly'
        ",
    ));
    assert_eq!(when(&skep, "digest", "digest"), is("@hourly", "UTC"));
    assert_eq!(when(&skep, "old", "old"), is("0 4 * * 1", "UTC"));
    assert_eq!(ended(&skep, "digest", "digest")["outcome"], "succeeded");
    skep.wait_for_line(&["digest POST schedule true", ":00:00.000Z"]);
    skep.wait_for_line(&["digest waited"]);
    // The status of an error is the only part of an answer that counts.
    assert_eq!(ended(&skep, "old", "old")["fault"], "threw");
    skep.wait_for_line(&["old POST /.netlify/functions/old 04:00:00.000Z"]);
    assert_eq!(ended(&skep, "both", "by toml")["outcome"], "succeeded");
    skep.wait_for_line(&["both POST"]);
    assert_eq!(skep.get("/digest").status, 404);
    assert_eq!(skep.get("/both").status, 204);
}

#[test]
fn timers_of_azure_are_schedules() {
    let skep = Skep::start(Project::new(
        "
        //- /jobs/index.js
        const { app } = require('@azure/functions');
        app.timer('nightly', {
          schedule: '%NIGHTLY%',
          retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { milliseconds: 20 } },
          handler: async (timer, context) => {
            context.log('nightly', timer.isPastDue, timer.schedule.adjustForDST, typeof timer.scheduleStatus.next, context.retryContext?.retryCount);
            if (context.retryContext === undefined) throw new Error('the first time');
          },
        });
        app.timer('span', { schedule: '00:05:00', handler() {} });
        app.timer('first-monday', { schedule: '0 0 9 1-7 * Mon', handler() {} });
        app.timer('from-five', { schedule: '0 5/15 * * * *', handler() {} });
        //- /jobs/function.toml
        [env]
        NIGHTLY = '0 30 2 * * Mon-Fri'
        WEBSITE_TIME_ZONE = 'Europe/Berlin'
        //- /past/index.js
        const { app } = require('@azure/functions');
        app.timer('seven', { schedule: '00:07:00', handler() {} });
        ",
    ));
    assert_eq!(when(&skep, "jobs", "nightly"), is("0 30 2 * * 1-5", "Europe/Berlin"));
    assert_eq!(when(&skep, "jobs", "span").0, "*/5 * * * *");
    // Azure wants a day to fit both of its fields.
    assert_eq!(when(&skep, "jobs", "first-monday").0, "0 0 9 1-7 * +1");
    assert_eq!(when(&skep, "jobs", "from-five").0, "0 5-50/15 * * * *");
    let last = ended(&skep, "jobs", "nightly");
    assert_eq!((&last["outcome"], &last["attempts"]), (&"succeeded".into(), &2.into()), "{last}");
    skep.wait_for_line(&["nightly false true string undefined"]);
    skep.wait_for_line(&["nightly false true string 1"]);
    assert_eq!(skep.get("/jobs/nightly").status, 404);
    // Nobody asks for a module that only schedules call: the log says why it does not load.
    skep.wait_for_line(&["cannot be loaded to learn of its schedules", "cron cannot say", "00:07:00"]);
}

#[test]
fn functions_of_firebase_are_schedules() {
    let skep = Skep::start(Project::new(
        "
        //- /fire/index.js
        const { onSchedule } = require('firebase-functions/v2/scheduler');
        const { defineString } = require('firebase-functions/params');
        const v1 = require('firebase-functions/v1');
        exports.nightly = onSchedule({ schedule: 'every day 03:30', timeZone: 'Europe/Berlin', retryCount: 2, minBackoffSeconds: 0.01 }, async (event) => {
          console.log('nightly', event.jobName, !Number.isNaN(Date.parse(event.scheduleTime)));
          throw new RangeError('of the handler');
        });
        exports.old = v1.pubsub.schedule('every 5 minutes').onRun((context) => {
          console.log('old', context.eventType, context.eventId.length);
          return null;
        });
        exports.group = { inner: onSchedule(defineString('WHEN'), () => console.log('inner')) };
        //- /fire/function.toml
        [env]
        WHEN = '1st,third monday of month 09:00'
        //- /seven/index.js
        const { onSchedule } = require('firebase-functions/v2/scheduler');
        exports.seven = onSchedule('every 7 minutes', () => console.log('seven ran'));
        //- /seven/function.toml
        [[cron]]
        name = 'seven'
        schedule = '*/7 * * * *'
        ",
    ));
    assert_eq!(when(&skep, "fire", "nightly"), is("30 3 * * *", "Europe/Berlin"));
    // The two generations differ in the zone of a schedule that names none.
    assert_eq!(when(&skep, "fire", "old"), is("*/5 * * * *", "America/Los_Angeles"));
    assert_eq!(when(&skep, "fire", "group-inner"), is("0 9 * * 1#1,1#3", "UTC"));
    let last = ended(&skep, "fire", "nightly");
    assert_eq!((&last["fault"], &last["attempts"]), (&"threw".into(), &3.into()), "{last}");
    skep.wait_for_line(&["nightly firebase-schedule-nightly true"]);
    skep.wait_for_line(&["request done", "RangeError: of the handler"]);
    assert_eq!(ended(&skep, "fire", "old")["outcome"], "succeeded");
    skep.wait_for_line(&["old google.pubsub.topic.publish 32"]);
    assert_eq!(ended(&skep, "fire", "group-inner")["outcome"], "succeeded");
    // What cron cannot say stands in function.toml, and the file stays as it is.
    assert_eq!(ended(&skep, "seven", "seven")["outcome"], "succeeded");
    skep.wait_for_line(&["seven ran"]);
    assert_eq!(skep.get("/fire/nightly").status, 404);
}
