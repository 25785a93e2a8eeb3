//! The evil corpus: programs that try to end the host or to hurt other functions, run against the real binary. See README.md here.
//!
//! The environment variable `EVIL` chooses the programs: unset for the quick dozen, `all`, `shared`, `trio`, `soak`, or parts of names.
//!
//! Invariant: one evil host at a time; a trial fails if the oracle has a complaint.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests and benches prepare files and wait for processes")]
#![allow(unreachable_pub, reason = "a program of its own: nothing of it is exported")]

#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the kit of the integration tests; some of it is for them only")]
mod support;

mod case;
mod host;
mod neighbours;
mod offender;
mod oracle;
mod peer;
mod random;
mod report;
mod run;

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};

use case::Case;
use random::Random;
use report::Report;

fn main() {
    let mut arguments = Arguments::from_args();
    // Two hosts under attack would blame each other.
    arguments.test_threads = Some(1);
    let report = Arc::new(Report::default());
    let trials = trials(&case::corpus(), &report);
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !report.is_empty() {
        println!("{}\nthe table lies in {}", report.table(), Report::path().display());
    }
    conclusion.exit();
}

fn trials(corpus: &[Case], report: &Arc<Report>) -> Vec<Trial> {
    match std::env::var("EVIL").as_deref() {
        Err(_) => corpus.iter().filter(|case| case.quick).map(|case| alone(case, report)).collect(),
        Ok("all") => corpus.iter().map(|case| alone(case, report)).collect(),
        Ok("trio") => trios(&sociable(corpus), report),
        Ok("shared") => {
            let all = sociable(corpus);
            vec![trial("shared", report, move |report| run::in_turn(&mut all.clone().into_iter(), &all, None, report))]
        }
        Ok("soak") => vec![soak(sociable(corpus), report)],
        Ok(parts) => {
            let named = |case: &&Case| parts.split(',').any(|part| case.name.contains(part));
            let trials: Vec<Trial> = corpus.iter().filter(named).map(|case| alone(case, report)).collect();
            assert!(!trials.is_empty(), "EVIL is `all`, `shared`, `trio`, `soak` or parts of names, not {parts:?}");
            trials
        }
    }
}

fn sociable(corpus: &[Case]) -> Vec<Case> {
    corpus.iter().filter(|case| case.is_sociable()).cloned().collect()
}

/// One program on a host of its own.
fn alone(case: &Case, report: &Arc<Report>) -> Trial {
    let case = case.clone();
    trial(&case.name.clone(), report, move |report| {
        let mut wrong = run::together(std::slice::from_ref(&case), report);
        if !wrong.is_empty() {
            wrong.insert(0, format!("{} (row {})", case.about, case.row));
        }
        wrong
    })
}

/// `EVIL_ROUNDS` times three random programs at once.
fn trios(corpus: &[Case], report: &Arc<Report>) -> Vec<Trial> {
    let mut random = Random::from_environment();
    let trio = |_| {
        let cases = random.pick(corpus, 3);
        let name = cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join("+");
        trial(&name, report, move |report| run::together(&cases, report))
    };
    (0..number("EVIL_ROUNDS", 1)).map(trio).collect()
}

/// Random programs on one host for `EVIL_SECONDS`.
fn soak(all: Vec<Case>, report: &Arc<Report>) -> Trial {
    let time = Duration::from_secs(number("EVIL_SECONDS", 600));
    trial("soak", report, move |report| {
        let mut random = Random::from_environment();
        let mut programs = std::iter::repeat_with(|| random.pick(&all, 1)).flatten();
        run::in_turn(&mut programs, &all, Some(time), report)
    })
}

fn trial(name: &str, report: &Arc<Report>, body: impl FnOnce(&Report) -> Vec<String> + Send + 'static) -> Trial {
    let report = Arc::clone(report);
    Trial::test(name, move || {
        let wrong = body(&report);
        if wrong.is_empty() { Ok(()) } else { Err(Failed::from(wrong.join("\n"))) }
    })
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}
