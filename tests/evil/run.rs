//! Runs programs: one on a host of its own, three at once, or one after another on the same host for a time.
//!
//! The steps of a run: neighbours alone, the attack, neighbours alone again, the ordinary call, everything back. The complaints of `oracle`
//! and the figures go to `report`.
//!
//! Invariant: the host that a run started ends with the run.

use std::thread;
use std::time::{Duration, Instant};

use super::case::Case;
use super::host::Host;
use super::neighbours::{Sample, Traffic};
use super::offender::{Answer, attack, call_ordinarily};
use super::oracle::{self, Baseline};
use super::report::{Line, Report};

/// Calls of the neighbours before the attack, and after it.
const QUIET_CALLS: usize = 50;

/// Runs programs at the same time, each called from a thread of its own; returns the complaints.
pub fn together(cases: &[Case], report: &Report) -> Vec<String> {
    let host = Host::start(cases);
    let traffic = Traffic::start(host.skep.listen);
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| case.ok && !case.boot) {
        for function in case.functions() {
            wrong.extend(call_ordinarily(&host, &function).err().map(|error| format!("before: {function}: {error}")));
        }
    }
    traffic.wait_for(QUIET_CALLS);
    let run = one(&host, cases, &traffic, &[]);
    drop(traffic);
    wrong.extend(run.wrong);
    report.add(Line { wrong: wrong.clone(), ..run.line });
    wrong
}

/// Runs programs one after another on one host, until they or the time are over; returns the complaints.
pub fn in_turn(programs: &mut dyn Iterator<Item = Case>, all: &[Case], until: Option<Duration>, report: &Report) -> Vec<String> {
    let host = Host::start(all);
    let traffic = Traffic::start(host.skep.listen);
    traffic.wait_for(QUIET_CALLS);
    let first = Baseline::take(&host);
    let deadline = until.map(|time| Instant::now() + time);
    let mut wrong = Vec::new();
    for case in programs.take_while(|_| deadline.is_none_or(|deadline| Instant::now() < deadline)) {
        // A program that was here before may have been quarantined.
        let run = one(&host, std::slice::from_ref(&case), &traffic, &["quarantined"]);
        wrong.extend(run.wrong.iter().map(|complaint| format!("{}: {complaint}", case.name)));
        report.add(Line { wrong: run.wrong, ..run.line });
        if !host.is_alive() {
            break;
        }
    }
    // The remains of each program must not add up: all that is left belongs to instances that do nothing.
    wrong.extend(oracle::settled(&host, all, &first, true).into_iter().map(|complaint| format!("at the end: {complaint}")));
    wrong
}

/// The outcome of one attack.
struct Run {
    wrong: Vec<String>,
    line: Line,
}

fn one(host: &Host, cases: &[Case], traffic: &Traffic, besides: &[&str]) -> Run {
    let baseline = Baseline::take(host);
    let before = traffic.samples().len();
    let begun = Instant::now();
    let answers: Vec<(&Case, Vec<Answer>)> = thread::scope(|scope| {
        let attacks: Vec<_> = cases.iter().map(|case| (case, scope.spawn(move || attack(host, case)))).collect();
        attacks.into_iter().map(|(case, attack)| (case, attack.join().unwrap_or_default())).collect()
    });
    let ended = Instant::now();
    let peak = host.take_peak();
    traffic.wait_for(QUIET_CALLS);

    let mut wrong: Vec<String> = answers.iter().flat_map(|(case, answers)| oracle::answers(case, answers, besides)).collect();
    // Of several programs it is not known whose memory it is.
    if let [case] = cases {
        wrong.extend(oracle::peak(case, &baseline, peak));
    }
    for case in cases.iter().filter(|case| case.ok && !case.boot && case.kill.is_none()) {
        let next = case.functions().first().map_or(Ok(()), |function| call_ordinarily(host, function));
        wrong.extend(next.err().filter(|error| !besides.contains(&error.as_str())).map(|error| format!("next call: {error}")));
    }
    let all_ended = answers.iter().all(|(_, answers)| oracle::all_ended(answers));
    wrong.extend(oracle::settled(host, cases, &baseline, all_ended));

    let moved = baseline.moved(host);
    let samples = traffic.samples();
    let (quiet, rest) = samples.split_at(before);
    let quiet = quiet.split_at(before.saturating_sub(4 * QUIET_CALLS)).1;
    let during: Vec<Sample> = rest.iter().filter(|sample| sample.due <= ended && sample.done >= begun).cloned().collect();
    let replaced = moved.contains_key("handed_over") || moved.contains_key("restarted");
    wrong.extend(oracle::neighbours(rest, replaced, cases.iter().any(|case| case.kill.is_some())));
    wrong.extend(oracle::rungs(cases, &moved));
    wrong.extend(oracle::engine(host, &baseline, &moved));
    let line = Line {
        name: cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join(" + "),
        answers: answers.into_iter().flat_map(|(_, answers)| answers).collect(),
        moved,
        quiet: quiet.to_vec(),
        during,
        failed: rest.iter().filter(|sample| sample.failure.is_some()).count(),
        resident: baseline.held.resident,
        peak,
        after: host.held().map_or(0, |held| held.resident),
        wrong: Vec::new(),
    };
    Run { wrong, line }
}
