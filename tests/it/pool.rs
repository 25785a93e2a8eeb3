//! Instances: how many requests share one, when another starts, when one is replaced or retired, and what neighbours feel.
//!
//! Each test function gives its instance a random name, so that answers tell which instance made them. Requests are kept in flight
//! by holding back the end of their bodies.
//!
//! Invariant: what is compared is who answered, never how fast.

use std::collections::BTreeSet;

use crate::support::process::Launch;
use crate::support::{Client, Project, Request, Skep, eventually};

/// A function that names its instance, keeps a request as long as its body is open, and can be asked to die.
fn project(scale: &str) -> Project {
    let project = Project::new(
        r#"
        //- /who/index.js
        const instance = crypto.randomUUID();
        console.log("evaluated the module");
        export default async (request) => {
          switch (new URL(request.url).pathname) {
            case "/spin":
              console.log("spinning");
              for (;;);
            case "/hold":
              console.log("holding", await first(request));
          }
          return instance;
        };
        async function first(request) {
          const reader = request.body.getReader();
          const { value } = await reader.read();
          const text = new TextDecoder().decode(value);
          console.log("begun", text);
          while (!(await reader.read()).done);
          return text;
        }
        //- /neighbour/index.js
        export default () => "here";
        "#,
    );
    project.write("/who/function.toml", scale);
    project
}

/// Starts a request of this name and leaves it in flight.
fn hold(skep: &Skep, name: &str) -> Client {
    let client = begin(skep, name);
    skep.wait_for_line(&[&format!("begun {name}.")]);
    client
}

/// Sends a request of this name and leaves its body open, without waiting for an instance to take it.
fn begin(skep: &Skep, name: &str) -> Client {
    let mut client = skep.connect();
    client.open(&Request::post("/who/hold", format!("{name}.")));
    client
}

/// Ends a request that was held; says which instance answered.
fn release(mut client: Client) -> String {
    client.finish();
    let response = client.read_response("POST");
    assert_eq!(response.status, 200, "{response}");
    response.text()
}

#[test]
fn concurrent_requests_share_an_instance() {
    let skep = Skep::start(project("[scale]\nmax = 4\nconcurrency = 16\n"));
    let held: Vec<Client> = (0..16).map(|n| hold(&skep, &format!("request-{n}"))).collect();
    let instances: BTreeSet<String> = held.into_iter().map(release).collect();
    assert_eq!(instances.len(), 1, "{instances:?}");
}

#[test]
fn another_instance_starts_when_one_is_full_and_never_more_than_max() {
    let skep = Skep::start(project("[scale]\nmax = 2\nconcurrency = 1\nqueue = 8\n"));
    let first = hold(&skep, "first");
    let second = hold(&skep, "second");
    let third = begin(&skep, "third"); // queued: both instances are full
    let instances = BTreeSet::from([release(first), release(second)]);
    assert_eq!(instances.len(), 2);
    skep.wait_for_line(&["begun third."]);
    assert!(instances.contains(&release(third)));
    assert_eq!(boots(&skep), 2);
}

#[test]
fn a_burst_at_a_cold_function_starts_what_it_needs_and_loses_nobody() {
    let skep = Skep::start(project("[scale]\nmax = 1\nconcurrency = 64\n"));
    let burst: Vec<Client> = (0..64).map(|n| begin(&skep, &format!("burst-{n}"))).collect();
    let instances: BTreeSet<String> = burst.into_iter().map(release).collect();
    assert_eq!(instances.len(), 1);
    assert_eq!(boots(&skep), 1);
}

#[test]
fn queued_requests_are_answered_when_there_is_room() {
    let skep = Skep::start(project("[scale]\nmax = 1\nconcurrency = 1\nqueue = 16\n"));
    let first = hold(&skep, "first");
    let mut queued: Vec<Client> = (0..16).map(|n| begin(&skep, &format!("queued-{n}"))).collect();
    // They may have arrived in any order, so every body must end before the first answer is waited for.
    queued.iter_mut().for_each(Client::finish);
    let instance = release(first);
    for mut client in queued {
        let response = client.read_response("POST");
        assert_eq!((response.status, response.text()), (200, instance.clone()));
    }
}

#[test]
fn min_instances_are_ready_before_the_first_request() {
    let skep = Skep::start(project("[scale]\nmin = 2\nmax = 2\nconcurrency = 1\n"));
    eventually("two instances have booted without a request", || {
        assert_eq!(skep.get("/neighbour").text(), "here");
        (boots(&skep) == 2).then_some(())
    });
}

#[test]
fn an_idle_instance_is_retired_and_the_next_request_gets_a_new_one() {
    let skep = Skep::start(project("[scale]\nmax = 1\nidle_s = 1\n"));
    let before = skep.get("/who").text();
    skep.wait_for_log("an event that says the instance was retired", |line| {
        line["function"] == "who" && line["event"].as_str().is_some_and(|event| event.starts_with("instance"))
    });
    let after = skep.get("/who").text();
    assert_ne!(before, after);
    eventually("the module was evaluated once more", || (boots(&skep) == 2).then_some(()));
}

#[test]
fn an_instance_that_was_stopped_is_replaced() {
    let skep = Skep::start(project("[limits]\ncpu_ms = 100\n[scale]\nmax = 1\n"));
    let before = skep.get("/who").text();
    assert_eq!(skep.get("/who").text(), before);
    for _ in 0..3 {
        assert_eq!(skep.get("/who/spin").fault(), Some("cpu_limit"));
        let after = skep.get("/who").text();
        assert_ne!(after, before);
    }
}

#[test]
fn a_neighbour_answers_while_one_function_spins() {
    let skep = Skep::start(project("[limits]\ncpu_ms = 600000\nwall_ms = 600000\n"));
    let mut spinner = skep.connect();
    spinner.send(&Request::get("/who/spin"));
    skep.wait_for_line(&["spinning"]);
    for _ in 0..20 {
        assert_eq!(skep.get("/neighbour").text(), "here");
    }
    assert!(spinner.is_silent(), "the spinner was to be spinning all the while");
    assert_eq!(skep.admin_status("/healthz"), Some(200));
}

#[test]
fn a_function_that_spins_is_still_called_on_another_instance() {
    let skep = Skep::start(project("[limits]\ncpu_ms = 600000\nwall_ms = 600000\n[scale]\nmax = 2\nconcurrency = 1\n"));
    let mut spinner = skep.connect();
    spinner.send(&Request::get("/who/spin"));
    skep.wait_for_line(&["spinning"]);
    assert_eq!(skep.get("/who").status, 200);
    assert!(spinner.is_silent());
}

#[test]
fn a_full_function_does_not_fill_its_neighbour() {
    let skep = Skep::start(project("[scale]\nmax = 1\nconcurrency = 1\nqueue = 0\n"));
    let held = hold(&skep, "held");
    assert_eq!(skep.get("/who").fault(), Some("overloaded"));
    assert_eq!(skep.get("/neighbour").text(), "here");
    release(held);
    assert_eq!(skep.get("/who").status, 200);
}

#[test]
fn every_request_of_a_dying_instance_is_answered_with_a_fault() {
    let skep = Skep::start(project("[limits]\ncpu_ms = 100\n[scale]\nmax = 1\nconcurrency = 16\n"));
    let held: Vec<Client> = (0..8).map(|n| hold(&skep, &format!("victim-{n}"))).collect();
    assert_eq!(skep.get("/who/spin").fault(), Some("cpu_limit"));
    for mut client in held {
        client.finish();
        let response = client.read_response("POST");
        assert_eq!((response.status, response.fault()), (503, Some("instance_lost")), "{response}");
    }
    assert_eq!(skep.get("/who").status, 200);
}

/// How often the module of `who` was evaluated.
fn boots(skep: &Skep) -> usize {
    skep.log_text().matches("evaluated the module").count()
}

#[test]
fn one_function_leaves_an_instance_to_a_neighbour_that_has_none() {
    let skep = Launch::serve(project("[scale]\nmax = 64\nconcurrency = 1\n")).arg("--max-instances=8").start();
    // More calls than the host may run instances: one place is the neighbour's, and a prewarmed isolate may just take shape in another.
    let held: Vec<Client> = (0..6).map(|n| hold(&skep, &format!("request-{n}"))).collect();
    let waiting: Vec<Client> = (0..8).map(|n| begin(&skep, &format!("waiting-{n}"))).collect();
    let response = skep.get("/neighbour");
    assert_eq!((response.status, response.text()), (200, "here".to_owned()));
    let instances: BTreeSet<String> = held.into_iter().map(release).collect();
    assert_eq!(instances.len(), 6);
    waiting.into_iter().map(release).for_each(drop);
}

/// A function whose answers stream and are long, and one that keeps them without reading.
fn keeper(scale_of_long: &str) -> Project {
    let project = Project::new(
        r#"
        //- /long/index.js
        export default () => new Response(new ReadableStream({
          start(controller) {
            for (let i = 0; i < 40; i++) controller.enqueue(new Uint8Array(4096));
            controller.close();
          },
        }));
        //- /keeper/index.js
        const kept = [];
        export default async (request, ctx) => {
          const path = new URL(request.url).pathname;
          if (path === "/ask") return String((await (await ctx.call("long", "/")).arrayBuffer()).byteLength);
          let refused = "";
          const settled = [];
          for (let i = 0; i < 300; i++) {
            settled.push(ctx.call("long", "/").then((answer) => kept.push(answer), (error) => refused = error.message));
          }
          if (path === "/leave") return "left";
          await Promise.all(settled);
          console.log("keeps", kept.length);
          const reader = request.body.getReader();
          while (!(await reader.read()).done);
          return refused;
        };
        //- /keeper/function.toml
        [limits]
        wall_ms = 10000
        "#,
    );
    project.write("/long/function.toml", scale_of_long);
    project
}

#[test]
fn answers_that_a_caller_does_not_read_leave_places_to_clients() {
    let skep = Skep::start(keeper(""));
    let mut client = skep.connect();
    client.open(&Request::post("/keeper", "begin"));
    skep.wait_for_line(&["keeps 64"]);
    assert_eq!(skep.get("/long").body.len(), 40 * 4096);
    client.finish();
    let response = client.read_response("POST");
    assert_eq!(response.text(), "too many answers of other functions are open: read or cancel some first");
}

#[test]
fn answers_for_a_request_that_is_over_are_not_kept() {
    // Other functions have four places of eight.
    let skep = Skep::start(keeper("[scale]\nmax = 1\nconcurrency = 8\n"));
    assert_eq!(skep.get("/keeper/leave").text(), "left");
    // Its calls are answered, and give back the places that they had: the next request would wait for one until `wall_ms`.
    let response = skep.get("/keeper/ask");
    assert_eq!((response.status, response.text()), (200, (40 * 4096).to_string()), "{response}");
}
