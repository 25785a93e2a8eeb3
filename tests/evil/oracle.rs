//! The oracle: what must be true while a program runs and after it.
//!
//! Takes the baseline, the offender's answers, the neighbours' samples and the present host; returns complaints.
//!
//! Invariant: no time decides, except one that only a hang takes; memory, threads and files may take as long to come back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::case::{Case, RUNGS};
use super::host::{Busy, Held, Host, is_running};
use super::neighbours::Sample;
use super::offender::Answer;

/// How long memory, threads, files and calls may take to come back.
const SETTLE: Duration = Duration::from_secs(20);

/// Memory that may be missing afterwards, beside the heaps of instances that are still there.
const RESIDENT_SLACK: u64 = 32 << 20;
/// Memory that an instance holds before its first call.
const FRESH: u64 = 8 << 20;
const THREADS_SLACK: usize = 4;
const FILES_SLACK: usize = 16;
/// Threads and files of one instance, at most.
const THREADS_EACH: usize = 2;
const FILES_EACH: usize = 8;
/// Connections that an instance that lives on may have open.
const FILES_KEPT: usize = 72;

/// The host before the attack.
pub struct Baseline {
    pub held: Held,
    counts: BTreeMap<&'static str, u64>,
    engines: usize,
}

impl Baseline {
    pub fn take(host: &Host) -> Self {
        host.look();
        host.take_peak();
        let counts = RUNGS.into_iter().map(|rung| (rung, host.count(rung))).collect();
        Self { held: host.held().expect("the engine runs"), counts, engines: host.engines().len() }
    }

    /// How often each level acted since, of those that did.
    pub fn moved(&self, host: &Host) -> BTreeMap<&'static str, u64> {
        let since = self.counts.iter().map(|(rung, before)| (*rung, host.count(rung).saturating_sub(*before)));
        since.filter(|(_, acted)| *acted > 0).collect()
    }
}

/// The offender's answers are among those of its case.
pub fn answers(case: &Case, answers: &[Answer], besides: &[&str]) -> Vec<String> {
    let mut wrong = BTreeMap::new();
    for answer in answers {
        let expected = case.answers.contains(&answer.label) || besides.contains(&answer.label.as_str());
        let ordinary = answer.label.parse::<u16>().is_ok();
        let complaint = match (&answer.malformed, &case.expect_body) {
            _ if !expected => {
                let said: String = answer.body.chars().take(200).collect();
                Some(format!("answered {} instead of {:?}: {said}", answer.label, case.answers))
            }
            (Some(malformed), _) => Some(malformed.clone()),
            (None, Some(body)) if ordinary && *body != answer.body => Some(format!("answered {:?} instead of {body:?}", answer.body)),
            _ => None,
        };
        if let Some(complaint) = complaint {
            *wrong.entry(complaint).or_insert(0) += 1;
        }
    }
    wrong.into_iter().map(|(complaint, times)| format!("answer ({times} of {}): {complaint}", answers.len())).collect()
}

/// No neighbour failed. Where the engine is killed, only calls in flight may be lost.
pub fn neighbours(samples: &[Sample], replaced: bool, killed: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let failures: Vec<&String> = samples.iter().filter_map(|sample| sample.failure.as_ref()).collect();
    let unforgivable: Vec<&&String> = failures.iter().filter(|failure| !killed || !is_loss(failure)).collect();
    if let Some(first) = unforgivable.first() {
        wrong.push(format!("neighbours: {} of {} calls failed, first: {first}", unforgivable.len(), samples.len()));
    }
    let retried = samples.iter().filter(|sample| sample.retried).count();
    if retried > 0 && !replaced {
        wrong.push(format!("neighbours: {retried} kept connections were closed"));
    }
    wrong
}

/// The connection broke after it was accepted, or the answer was that the instance was lost.
fn is_loss(failure: &str) -> bool {
    ["reset", "end of file", "Broken pipe", "unexpected", "instance_lost"].iter().any(|word| failure.contains(word))
}

/// Only expected levels acted, and one of them did.
pub fn rungs(cases: &[Case], moved: &BTreeMap<&'static str, u64>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (rung, times) in moved {
        if !cases.iter().any(|case| case.allows(rung)) {
            wrong.push(format!("rung: {rung} acted {times} times"));
        }
    }
    // Of several programs it is not known which made a level act.
    if let [case] = cases
        && !case.rungs.contains("none")
        && moved.is_empty()
    {
        wrong.push(format!("rung: none of {:?} acted", case.rungs));
    }
    wrong
}

/// The engine is the one of before, or was replaced as often as the counters of the levels say.
pub fn engine(host: &Host, baseline: &Baseline, moved: &BTreeMap<&'static str, u64>) -> Vec<String> {
    let replaced = host.engines().len() - baseline.engines;
    let told: u64 = ["handed_over", "restarted"].iter().filter_map(|rung| moved.get(rung)).sum();
    if !host.is_alive() {
        return vec![format!("process: the engine is dead, its last words:\n{}", host.last_words())];
    }
    if replaced as u64 != told {
        return vec![format!("process: {replaced} new engines, and the counts tell of {told}")];
    }
    Vec::new()
}

/// Whether every answer means that its instance ended, so that the instances afterwards are new.
pub fn all_ended(answers: &[Answer]) -> bool {
    answers.iter().all(|answer| ["cpu_limit", "memory_limit", "crashed"].contains(&answer.label.as_str()))
}

/// Waits until everything is back; returns what is missing.
pub fn settled(host: &Host, cases: &[Case], baseline: &Baseline, all_ended: bool) -> Vec<String> {
    let functions: Vec<String> = cases.iter().flat_map(Case::functions).collect();
    let deadline = Instant::now() + SETTLE;
    loop {
        let missing = missing(host, cases, &functions, baseline, all_ended);
        if missing.is_empty() || Instant::now() > deadline || !host.is_alive() {
            return missing;
        }
        host.pause();
    }
}

fn missing(host: &Host, cases: &[Case], functions: &[String], baseline: &Baseline, all_ended: bool) -> Vec<String> {
    let mut missing = Vec::new();
    host.look();
    let Some((held, busy)) = host.held().zip(host.busy(functions)) else {
        return vec!["process: no engine answers on the admin address".to_owned()];
    };
    let engines = host.engines();
    let old = engines.split_last().map_or(&[][..], |(_, old)| old);
    if let Some(pid) = old.iter().find(|pid| is_running(**pid)) {
        missing.push(format!("process: engine {pid} was replaced and does not end"));
    }
    // A frozen thread stays with its engine; a new engine has none.
    let frozen = if old.is_empty() { usize::try_from(host.count("parked")).unwrap_or(0) } else { 0 };
    let kept = busy.instances + frozen;
    let memory = cases.iter().map(|case| case.memory << 20).max().unwrap_or(0);
    // An instance that lives on may use what its limit allows.
    let of_instances = if all_ended { FRESH } else { memory } * busy.instances as u64 + memory * frozen as u64;
    let limits = Held {
        resident: baseline.held.resident + RESIDENT_SLACK + of_instances,
        threads: baseline.held.threads + THREADS_SLACK + THREADS_EACH * kept,
        files: baseline.held.files + FILES_SLACK + (FILES_EACH + if all_ended { 0 } else { FILES_KEPT }) * kept,
    };
    missing.extend(too_much(held, limits, busy));
    missing
}

fn too_much(held: Held, limits: Held, busy: Busy) -> Vec<String> {
    let mut missing = Vec::new();
    if busy.calls > 0 {
        missing.push(format!("calls: {} are still in flight or waiting", busy.calls));
    }
    if held.resident > limits.resident {
        missing.push(format!("memory: {} MB, at most {} MB expected", held.resident >> 20, limits.resident >> 20));
    }
    if held.threads > limits.threads {
        missing.push(format!("threads: {}, at most {} expected", held.threads, limits.threads));
    }
    if held.files > limits.files {
        missing.push(format!("files: {}, at most {} expected", held.files, limits.files));
    }
    missing
}

/// The highest memory while the program ran is what the case allows.
pub fn peak(case: &Case, baseline: &Baseline, peak: u64) -> Option<String> {
    let risen = peak.saturating_sub(baseline.held.resident) >> 20;
    let allowed = case.peak_mb?;
    (risen > allowed).then(|| format!("memory: rose by {risen} MB, at most {allowed} MB expected"))
}
