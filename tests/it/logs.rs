//! The log on the disk: lines that are said are there, whatever becomes of the engine, the folder or the disk, and they are found and followed.
//!
//! A test reads the log folder as an operator would, and asks the admin address as `skep logs` does.
//!
//! Invariant: a test that looks for lines knows which were said by what was answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::process::{binary, run};
use crate::support::{Client, Launch, Project, Request, Skep, eventually};

/// Says which number it was called with, before it answers.
const SAYS: &str = "
    //- /says/function.toml
    # As much as a test says in a few seconds.
    log.kb_per_10s = 4096
    //- /says/index.js
    export default (request) => {
      const number = new URL(request.url).searchParams.get('n');
      console.log(`said ${number}`);
      return number;
    };
    //- /other/index.js
    export default () => { console.error('other speaks'); return 'other'; };
";

fn folder(skep: &Skep) -> PathBuf {
    skep.project.state().join("logs")
}

/// Every whole line of a stream of a function, in all its files.
fn lines(folder: &Path, function: &str, stream: &str) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(folder.join(function)) else { return Vec::new() };
    let mut all = BTreeMap::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut text = String::new();
        match name.strip_prefix(stream) {
            // One that is packed or removed meanwhile is there under another name.
            Some(rest) if rest.ends_with(".gz") => {
                let Ok(file) = fs::File::open(&path) else { continue };
                flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).expect("gzip");
            }
            Some(rest) if rest.ends_with(".ndjson") => text = fs::read_to_string(&path).unwrap_or_default(),
            _ => continue,
        }
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        for line in text[..whole].lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
            all.insert(line["seq"].as_u64().expect("a number"), line);
        }
    }
    all.into_values().collect()
}

/// The numbers that `says` has said, as its lines have them.
fn said(folder: &Path) -> Vec<u64> {
    let text = |line: &Value| line["text"].as_str()?.strip_prefix("said ")?.parse().ok();
    lines(folder, "says", "business").iter().filter_map(text).collect()
}

fn host(skep: &Skep) -> Option<Value> {
    Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/host")).ok().map(|response| response.json())
}

fn generation(skep: &Skep, wanted: u64) -> Value {
    eventually("the next engine answers", || host(skep).filter(|host| host["generation"].as_u64() >= Some(wanted)))
}

#[allow(unsafe_code, reason = "std can only send SIGKILL to children")]
fn kill(host: &Value) {
    let pid = i32::try_from(host["pid"].as_i64().expect("a pid")).expect("a pid");
    // SAFETY: two integers. The engine is a child of our child.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGKILL) }, 0);
}

/// Calls `says` with one number after the other, from several clients, until `act` has ended. Returns the numbers that were answered.
fn load(skep: &Skep, act: impl FnOnce(&AtomicU64)) -> BTreeSet<u64> {
    let (over, next, count) = (AtomicBool::new(false), AtomicU64::new(1), AtomicU64::new(0));
    let answered = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = skep.connect();
                while !over.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    match client.try_exchange(&Request::get(&format!("/says?n={number}"))) {
                        Ok(response) => {
                            if response.status == 200 {
                                answered.lock().expect("no panic").insert(number);
                                count.fetch_add(1, Ordering::Relaxed);
                            }
                            if response.header("connection") == Some("close") {
                                client = skep.connect();
                            }
                        }
                        Err(_) => client = skep.connect(),
                    }
                }
            });
        }
        let acted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(&count)));
        over.store(true, Ordering::Relaxed);
        acted.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    answered.into_inner().expect("no panic")
}

fn more(count: &AtomicU64, more: u64) {
    let enough = count.load(Ordering::Relaxed) + more;
    eventually("the load is answered", || (count.load(Ordering::Relaxed) >= enough).then_some(()));
}

/// The lines of an answer of the admin API.
fn found(skep: &Skep, query: &str) -> Vec<Value> {
    let answer = Client::connect(skep.admin).exchange(&Request::get(&format!("/api/v1/logs?{query}")));
    assert_eq!(answer.status, 200, "{answer}");
    answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_line_whose_request_was_answered_is_there_once_although_the_engine_is_killed() {
    let skep = Skep::start(Project::new(SAYS));
    let answered = load(&skep, |count| {
        more(count, 200);
        for round in 1..=6 {
            kill(&generation(&skep, round));
            generation(&skep, round + 1);
            more(count, 150);
        }
    });
    let folder = folder(&skep);
    let all = |said: &[u64]| answered.iter().all(|number| said.contains(number));
    let said = eventually("the last lines are written", || Some(said(&folder)).filter(|said| all(said)));
    let once: BTreeSet<u64> = said.iter().copied().collect();
    // A call whose engine died may be made again, and says its number again; but not one that was answered by the engine that died.
    let twice = said.len() - once.len();
    assert!(twice <= 6 * 4, "{twice} of {}", said.len());
    let requests = lines(&folder, "says", "requests");
    let ids: BTreeSet<&str> = requests.iter().filter_map(|line| line["request_id"].as_str()).collect();
    assert_eq!(ids.len(), requests.len(), "each request has one line");
    // The line about a request comes with the last byte of its answer: of those that were under way at a death it may be missing.
    assert!(requests.iter().filter(|line| line["status"] == 200).count() + 6 * 4 >= answered.len());
    skep.wait_for_line(&["an engine died: what it had logged is written"]);
}

#[test]
fn a_client_that_follows_sees_each_line_once_over_hand_overs() {
    let skep = Skep::start(Project::new(SAYS));
    let (over, begun) = (AtomicBool::new(false), AtomicBool::new(false));
    let (seen, answered) = thread::scope(|scope| {
        let following = scope.spawn(|| follow(&skep, &over, &begun));
        eventually("the client follows", || begun.load(Ordering::Relaxed).then_some(()));
        let answered = load(&skep, |count| {
            more(count, 100);
            for next in 2..=4 {
                skep.signal(libc::SIGHUP);
                generation(&skep, next);
                more(count, 150);
            }
            kill(&generation(&skep, 4));
            generation(&skep, 5);
            more(count, 100);
        });
        let last = *answered.last().expect("answers");
        assert_eq!(skep.get("/says?n=0").text(), "0");
        let folder = folder(&skep);
        eventually("the end is written", || (said(&folder).contains(&last) && said(&folder).contains(&0)).then_some(()));
        over.store(true, Ordering::Relaxed);
        (following.join().expect("it followed"), answered)
    });
    let written: Vec<u64> = lines(&folder(&skep), "says", "business").iter().map(|line| line["seq"].as_u64().expect("a number")).collect();
    let numbers: Vec<u64> = seen.iter().map(|line| line["seq"].as_u64().expect("a number")).collect();
    assert!(answered.len() > 500);
    assert_eq!(numbers, written, "no gap, no repeat, in order");
}

/// The lines of `says` as a client gets them that connects again with the last id, until the line `said 0` came.
fn follow(skep: &Skep, over: &AtomicBool, begun: &AtomicBool) -> Vec<Value> {
    let (mut seen, mut last) = (Vec::<Value>::new(), None::<String>);
    loop {
        let Ok(mut client) = Client::try_connect(skep.admin) else { continue };
        let mut request = Request::get("/api/v1/logs?follow=true&function=says&stream=business");
        if let Some(last) = &last {
            request = request.header("last-event-id", last);
        }
        client.send(&request);
        if client.try_read_head("GET").is_err() {
            continue;
        }
        let mut text = String::new();
        while let Ok(Some(piece)) = client.try_read_piece() {
            text.push_str(&String::from_utf8(piece).expect("UTF-8"));
            while let Some((event, rest)) = text.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
                last = field("id:").or(last);
                begun.store(true, Ordering::Relaxed);
                assert_ne!(field("event:").as_deref(), Some("missed"));
                if field("event:").as_deref() == Some("line") {
                    seen.push(serde_json::from_str(&field("data:").expect("a line")).expect("JSON"));
                }
                text = rest.to_owned();
            }
            if over.load(Ordering::Relaxed) && seen.iter().any(|line| line["text"] == "said 0") {
                return seen;
            }
        }
    }
}

#[test]
fn lines_are_found_by_what_they_say() {
    let skep = Skep::start(Project::new(SAYS));
    let first = "the-first-request";
    assert_eq!(skep.send(&Request::get("/says?n=1").header("x-request-id", first)).text(), "1");
    assert_eq!(skep.get("/says?n=2").text(), "2");
    assert_eq!(skep.get("/other").status, 200);
    assert_eq!(skep.get("/nothing").status, 404);
    eventually("all are written", || (found(&skep, "stream=requests").len() == 4).then_some(()));
    let texts = |query: &str| -> Vec<String> {
        found(&skep, query).iter().map(|line| line["text"].as_str().or(line["event"].as_str()).expect("a text").to_owned()).collect()
    };
    assert_eq!(texts("function=says&stream=business"), ["said 2", "said 1"]);
    assert_eq!(texts("function=says&stream=business&order=asc&limit=1"), ["said 1"]);
    assert_eq!(texts(&format!("request_id={first}&order=asc")), ["said 1", "request done"]);
    assert_eq!(texts("grep=said%202"), ["said 2"]);
    assert_eq!(texts("regex=sa.d%20%5B12%5D&order=asc"), ["said 1", "said 2"]);
    assert_eq!(texts("level=error&stream=business"), ["other speaks"]);
    assert_eq!(found(&skep, "field.status=404").len(), 1);
    assert_eq!(texts("grep=said&since=1h&order=asc"), ["said 1", "said 2"]);
    assert!(texts("grep=said&until=1h").is_empty());
    let trace = found(&skep, &format!("request_id={first}"))[0]["trace_id"].as_str().expect("a trace").to_owned();
    assert_eq!(found(&skep, &format!("trace_id={trace}")).len(), 2);
    for wrong in ["limit=0", "limit=10001", "regex=(", "since=yesterday", "stream=other", "level=loud", "follow=maybe", "x=1", "instance=a"]
    {
        let answer = Client::connect(skep.admin).exchange(&Request::get(&format!("/api/v1/logs?{wrong}")));
        assert_eq!(answer.status, 400, "{wrong}: {answer}");
    }
    let folder = folder(&skep);
    assert_eq!(fs::metadata(folder.join("says/business.ndjson")).expect("a file").permissions().mode() & 0o777, 0o600);
    assert!(!folder.join("nothing").exists(), "a name that a client made up makes no folder");
}

#[test]
fn the_command_shows_what_is_kept() {
    let skep = Skep::start(Project::new(SAYS));
    assert_eq!(skep.get("/says?n=7").text(), "7");
    let show = |args: &[&str]| {
        let mut command = binary();
        command.arg("logs").args(args).arg("--to").arg(format!("http://{}", skep.admin));
        let done = run(command);
        assert_eq!(done.code, 0, "{done}");
        done.stdout
    };
    eventually("it is written", || show(&["says", "--since", "1h", "--stream", "requests"]).contains("GET /says").then_some(()));
    let both = show(&["says", "--since", "1h"]);
    let (said, done) = (both.find("said 7").expect("the line"), both.find("200 GET").expect("the request"));
    assert!(said < done && !both.contains("seq="), "{both}");
    let line: Value = serde_json::from_str(show(&["--grep", "said 7", "--json"]).trim()).expect("one line of JSON");
    assert_eq!((line["stream"].as_str(), line["text"].as_str()), (Some("business"), Some("said 7")));
    let trace = line["trace_id"].as_str().expect("a trace");
    assert_eq!(show(&["--trace", trace]).lines().count(), 2);
}

#[test]
fn a_deleted_folder_comes_back_and_one_that_cannot_be_written_stops_no_one() {
    let skep = Skep::start(Project::new(SAYS));
    let folder = folder(&skep);
    assert_eq!(skep.get("/says?n=1").text(), "1");
    eventually("the first line is written", || (said(&folder) == [1]).then_some(()));
    fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(skep.get("/says?n=2").text(), "2");
    eventually("the next line is written", || (said(&folder) == [2]).then_some(()));
    let project = skep.into_project();
    // No folder can be made below a file.
    let logs = project.root().join("file");
    fs::write(&logs, "no folder").expect("written");
    let skep = Launch::serve(project).arg("--logs").arg(logs.join("logs").to_str().expect("UTF-8")).start();
    assert_eq!(skep.get("/says?n=3").text(), "3");
    skep.wait_for_line(&["log lines are not on the disk"]);
    eventually("it is found in memory", || (found(&skep, "grep=said").len() == 1).then_some(()));
}

#[test]
fn a_single_process_and_one_in_dev_keep_lines_too() {
    let mut skep = Launch::serve(Project::new(SAYS)).arg("--single-process").start();
    assert_eq!(skep.get("/says?n=1").text(), "1");
    let folder = folder(&skep);
    skep.signal(libc::SIGTERM);
    skep.wait_for_exit();
    assert_eq!(said(&folder), [1], "written at the exit");
    let skep = Skep::dev(skep.into_project());
    assert_eq!(skep.get("/says?n=2").text(), "2");
    let texts = eventually("it is found", || Some(found(&skep, "grep=said")).filter(|lines| !lines.is_empty()));
    assert_eq!((texts.len(), texts[0]["text"].as_str()), (1, Some("said 2")), "dev reads and writes no file");
    assert_eq!(said(&folder), [1]);
}

#[test]
fn what_operators_do_is_written_down_and_the_rest_of_standard_error_can_be_silent() {
    let skep = Launch::serve(Project::new(SAYS)).arg("--log-stderr=host").start();
    assert_eq!(skep.get("/says?n=1").text(), "1");
    let set = Request::new("PUT", "/api/v1/log-level").body(r#"{"level":"info"}"#).header("content-type", "application/json");
    assert_eq!(Client::connect(skep.admin).exchange(&set).status, 200);
    let lines = eventually("it is written", || Some(found(&skep, "stream=audit")).filter(|lines| !lines.is_empty()));
    assert_eq!(lines[0]["operation"], "PUT /api/v1/log-level");
    assert_eq!(lines[0]["status"], "200");
    assert_eq!(found(&skep, "grep=said%201").len(), 1);
    skep.wait_for_line(&["the level of the log was set"]);
    assert!(!skep.log_text().contains("said 1"));
}

#[test]
fn a_function_says_which_lines_of_it_are_written() {
    let skep = Skep::start(Project::new(
        "
        //- /quiet/function.toml
        [log]
        level = 'warn'
        //- /quiet/index.js
        export default () => { console.log('chatter'); console.warn('trouble'); return 'quiet'; };
    ",
    ));
    assert_eq!(skep.get("/quiet").text(), "quiet");
    eventually("it is written", || (found(&skep, "function=quiet&stream=business").len() == 1).then_some(()));
    assert_eq!(found(&skep, "function=quiet&grep=trouble").len(), 1);
    assert!(found(&skep, "function=quiet&grep=chatter").is_empty() && found(&skep, "stream=requests").is_empty());
}
