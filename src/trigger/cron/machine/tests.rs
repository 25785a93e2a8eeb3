//! The machine by the clock: overlaps, missed moments, restarts, hand-overs, repetitions, pauses, edits, clocks that are set.
//!
//! A world has a machine, what is on its disk, the time, and the calls that run. A restart forgets the machine and keeps the disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::bounds::{INTERRUPTIONS_MAX, ROOM_PAUSE_MS_MAX};
use super::*;
use crate::function::FunctionName;
use crate::function::manifest::{CronRule, MissedRule, OverlapRule};
use crate::function::schedule::Schedule;
use crate::trigger::cron::record::{CallEnd, Effects, LastRun, RunOutcome, ScheduleKey, Start, StoredSchedules};

const MINUTE: i64 = 60_000;

struct World {
    machine: ScheduleMachine,
    disk: StoredSchedules,
    now_ms: i64,
    rules: Vec<CronRule>,
    running: Vec<Start>,
    /// Every call that was begun: the second of its moment, its attempt, and when it began.
    calls: Vec<(i64, u32, i64)>,
    processes: u32,
}

fn function() -> FunctionName {
    FunctionName::parse("f").unwrap()
}

fn key() -> ScheduleKey {
    ScheduleKey { function: function(), name: "s".into() }
}

fn rule(expression: &str) -> CronRule {
    CronRule::new("s", Schedule::parse(expression).unwrap())
}

fn answered(status: u16) -> CallEnd {
    CallEnd::Answered { status, fault: None, no_retry: false }
}

impl World {
    /// A world at the time 0 whose function has this schedule.
    fn new(rule: CronRule) -> Self {
        let machine = ScheduleMachine::new("p0".into(), StoredSchedules::default(), 0);
        let mut world = Self {
            machine,
            disk: StoredSchedules::default(),
            now_ms: 0,
            rules: vec![rule],
            running: Vec::new(),
            calls: Vec::new(),
            processes: 0,
        };
        world.know();
        world
    }

    fn know(&mut self) {
        let rules = self.rules.clone();
        self.act(|machine, now_ms, effects| machine.know(&function(), rules, true, now_ms, effects));
    }

    /// Does something to the machine, then what the scheduler does.
    fn act<T>(&mut self, act: impl FnOnce(&mut ScheduleMachine, i64, &mut Effects) -> T) -> T {
        let mut effects = Effects::default();
        let result = act(&mut self.machine, self.now_ms, &mut effects);
        self.machine.tick(self.now_ms, &mut effects);
        self.disk.apply(&effects);
        for start in effects.starts {
            self.calls.push((start.occurrence.due_ms / 1000, start.occurrence.attempts, self.now_ms));
            self.running.push(start);
        }
        result
    }

    /// Lets the time pass, moment by moment.
    fn until(&mut self, at_ms: i64) {
        while let Some(wake) = self.machine.next_wake().filter(|wake| *wake <= at_ms) {
            self.now_ms = wake.max(self.now_ms);
            self.act(|_, _, _| ());
        }
        self.now_ms = at_ms;
        self.act(|_, _, _| ());
    }

    /// The call for the moment at this second ends.
    fn end(&mut self, due_s: i64, end: CallEnd) {
        let at =
            self.running.iter().position(|start| start.occurrence.due_ms == due_s * 1000).unwrap_or_else(|| panic!("{due_s} does not run"));
        let id = self.running.remove(at).occurrence.id;
        self.act(|machine, now_ms, effects| machine.ended(&id, end, now_ms, effects));
    }

    /// Every call ends well, one after the other, until none runs.
    fn settle(&mut self) {
        while let Some(start) = self.running.first() {
            self.end(start.occurrence.due_ms / 1000, answered(200));
        }
    }

    /// The process is killed; another begins at this time.
    fn restart(&mut self, at_ms: i64) {
        self.running.clear();
        self.now_ms = at_ms;
        self.processes += 1;
        let owner: Arc<str> = format!("p{}", self.processes).into();
        self.machine = ScheduleMachine::new(owner, self.disk.clone(), at_ms);
        let gone = self.machine.other_owners();
        for owner in gone {
            self.act(|machine, now_ms, effects| machine.owner_is_gone(&owner, now_ms, effects));
        }
        self.know();
    }

    fn called(&self) -> Vec<i64> {
        self.calls.iter().map(|(due_s, ..)| *due_s).collect()
    }

    fn last(&self) -> LastRun {
        self.machine.shown(None).remove(0).record.last.expect("a call has ended")
    }
}

/// Moments of every minute from `first` to `last`, in seconds.
fn minutes(first: i64, last: i64) -> Vec<i64> {
    (first..=last).map(|minute| minute * 60).collect()
}

#[test]
fn overlaps_missed_moments_and_restarts() {
    use MissedRule as M;
    use OverlapRule as O;
    // The call of minute 1 runs on while minutes 2 and 3 come due. The process dies, and begins again in time for minute 13 or too late.
    for in_time in [true, false] {
        for (overlap, before) in [(O::Skip, vec![60]), (O::Queue, vec![60, 120, 180]), (O::Allow, vec![60, 120, 180])] {
            for missed in [M::Skip, M::Latest, M::All] {
                let mut world = World::new(CronRule { overlap, missed, ..rule("* * * * *") });
                world.until(185_000);
                let first = if overlap == O::Allow { before.clone() } else { vec![60] };
                assert_eq!(world.called(), first, "{overlap:?}");
                world.restart(if in_time { 785_000 } else { 805_000 });
                world.settle();
                let made_up = match (missed, in_time) {
                    (M::Skip, _) | (M::Latest, true) => vec![],
                    (M::Latest, false) => vec![780],
                    (M::All, true) => minutes(4, 12),
                    (M::All, false) => minutes(4, 13),
                };
                // The moment that is in time finds the others open.
                let last = match (overlap, in_time) {
                    (O::Queue, true) => vec![780],
                    (O::Allow, true) if missed != M::All => vec![780],
                    _ => vec![],
                };
                let mut expected = [before.clone(), made_up, last].concat();
                let mut after = world.called().split_off(first.len());
                after.sort_unstable();
                expected.sort_unstable();
                assert_eq!(after, expected, "{overlap:?} {missed:?} in time {in_time}");
                assert!(world.disk.occurrences.is_empty());
                // What ran when the process died is called again, everything else once.
                let begun_twice = world.calls.iter().filter(|(_, attempt, _)| *attempt == 2).map(|(due_s, ..)| *due_s).collect::<Vec<_>>();
                assert_eq!(begun_twice, first, "{overlap:?} {missed:?}");
            }
        }
    }
}

#[test]
fn no_more_calls_run_beside_each_other_than_the_rule_allows() {
    for (overlap, most) in [(OverlapRule::Skip, 1), (OverlapRule::Queue, 1), (OverlapRule::Allow, 4)] {
        let mut world = World::new(CronRule { overlap, ..rule("* * * * * *") });
        world.until(300_000);
        assert_eq!(world.running.len(), most, "{overlap:?}");
        let open = world.disk.occurrences.len();
        assert_eq!(open, if overlap == OverlapRule::Queue { 101 } else { most }, "waiting moments are bounded");
        assert_eq!(world.machine.shown(None)[0].record.skipped, 300 - open as u64);
    }
}

#[test]
fn a_restart_in_time_loses_nothing_and_repeats_nothing() {
    for missed in [MissedRule::Skip, MissedRule::Latest, MissedRule::All] {
        let mut world = World::new(CronRule { overlap: OverlapRule::Queue, missed, ..rule("* * * * * *") });
        for at in 1..=60 {
            world.until(at * 1000 + 500);
            world.settle();
            world.restart(at * 1000 + 900);
        }
        assert_eq!(world.called(), (1..=60).collect::<Vec<_>>(), "{missed:?}");
    }
}

#[test]
fn old_moments_are_made_up_for_up_to_a_limit() {
    let all = CronRule { missed: MissedRule::All, overlap: OverlapRule::Queue, ..rule("* * * * *") };
    let mut world = World::new(all.clone());
    world.restart(30 * 86_400_000 + 30_000);
    world.settle();
    // Of a month, the last hour: `missed_within_s`.
    assert_eq!(world.called().len(), 60);
    let mut world = World::new(CronRule { missed_within: Duration::from_secs(7 * 86_400), ..all });
    world.restart(30 * 86_400_000 + 30_000);
    world.settle();
    assert_eq!(world.called().len(), 100, "and never more than a hundred");
    assert_eq!(world.called().last(), Some(&(30 * 86_400)));
}

#[test]
fn a_schedule_that_is_read_late_after_a_start_is_late_and_not_missed() {
    let mut world = World::new(CronRule { missed: MissedRule::Skip, ..rule("* * * * *") });
    world.until(50_000);
    world.now_ms = 55_000;
    world.machine = ScheduleMachine::new("p1".into(), world.disk.clone(), world.now_ms);
    // The function is compiled two minutes after the process has begun.
    world.now_ms = 175_000;
    world.know();
    assert_eq!(world.called(), [60], "and the next finds it open");
    assert_eq!(world.machine.shown(None)[0].record.skipped, 1);
}

#[test]
fn a_clock_that_is_set_repeats_nothing() {
    let mut world = World::new(rule("* * * * *"));
    world.until(600_000);
    world.settle();
    let before = world.calls.len();
    // Back by five minutes: nothing until the time is where it was.
    world.now_ms = 300_000;
    world.until(599_000);
    assert_eq!(world.calls.len(), before);
    world.until(660_000);
    world.settle();
    assert_eq!(world.called().last(), Some(&660));
    // Forth by six hours: the latest is made up for.
    world.until(720_000);
    world.settle();
    let before = world.calls.len();
    world.now_ms += 6 * 3_600_000 + 30_000;
    world.act(|_, _, _| ());
    world.settle();
    assert_eq!(world.calls.len(), before + 1);
    // Back by four hours: that is the time now.
    world.now_ms -= 4 * 3_600_000;
    world.act(|_, _, _| ());
    world.until(world.now_ms + 3 * MINUTE);
    world.settle();
    assert!(world.calls.len() > before + 1, "the schedule follows the clock");
}

#[test]
fn a_failed_call_is_repeated_after_the_pauses_of_its_schedule() {
    let retries = vec![Duration::from_secs(1), Duration::from_secs(5)];
    let mut world = World::new(CronRule { retries, ..rule("@hourly") });
    world.until(3_600_000);
    for (wait, status) in [(1000, 500), (5000, 404)] {
        world.end(3600, answered(status));
        assert!(world.running.is_empty());
        world.until(world.now_ms + wait - 1);
        assert!(world.running.is_empty());
        world.until(world.now_ms + 1);
        assert_eq!(world.running.len(), 1);
    }
    world.end(3600, CallEnd::Answered { status: 500, fault: Some("threw".to_owned()), no_retry: false });
    assert_eq!(world.calls.iter().map(|(_, attempt, _)| *attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(world.last().outcome, RunOutcome::Failed { status: 500, fault: Some("threw".to_owned()) });
    assert!(world.disk.occurrences.is_empty());
    world.until(7_200_000);
    world.end(7200, CallEnd::Answered { status: 500, fault: Some("threw".to_owned()), no_retry: true });
    assert_eq!(world.last().attempts, 1, "the function asked for no repetition");
}

#[test]
fn a_call_without_room_is_no_attempt() {
    let mut world = World::new(rule("@hourly"));
    world.until(3_600_000);
    for _ in 0..10 {
        world.end(3600, CallEnd::Shed { after_ms: 0 });
        world.until(world.now_ms + ROOM_PAUSE_MS_MAX);
    }
    assert!(world.calls.iter().all(|(_, attempt, _)| *attempt == 1));
    world.end(3600, answered(204));
    assert_eq!((world.last().attempts, world.last().outcome), (1, RunOutcome::Succeeded { status: 204 }));
    // It is tried for an hour.
    let mut world = World::new(rule("0 0 1 * *"));
    let due_s = 31 * 86_400;
    world.until(due_s * 1000);
    while !world.running.is_empty() {
        world.end(due_s, CallEnd::Shed { after_ms: 60_000 });
        world.until(world.now_ms + 60_000);
    }
    assert_eq!(world.last().outcome, RunOutcome::Failed { status: 503, fault: Some("overloaded".to_owned()) });
    assert_eq!((world.now_ms - due_s * 1000) / MINUTE, 62);
}

#[test]
fn a_call_that_takes_its_process_with_it_is_made_a_few_times() {
    let mut world = World::new(rule("@hourly"));
    world.until(3_600_000);
    let mut restarts = 0;
    while !world.running.is_empty() {
        restarts += 1;
        world.restart(world.now_ms + 1000);
    }
    assert_eq!(restarts, INTERRUPTIONS_MAX + 1);
    assert_eq!(world.calls.len() as u32, INTERRUPTIONS_MAX + 1);
}

#[test]
fn jitter_delays_a_call_by_the_same_time_after_a_restart() {
    let mut world = World::new(CronRule { jitter: Duration::from_secs(30), ..rule("* * * * *") });
    world.until(10 * MINUTE);
    let delays: Vec<i64> = world.disk.occurrences.values().map(|occurrence| occurrence.not_before_ms - occurrence.due_ms).collect();
    assert!(delays.iter().all(|delay| (0..30_000).contains(delay)));
    let mut world = World::new(CronRule { jitter: Duration::from_secs(30), ..rule("@hourly") });
    world.until(3_600_000);
    let at = world.disk.occurrences.values().next().expect("accepted").not_before_ms;
    world.restart(3_600_000);
    world.until(at - 1);
    assert!(world.calls.is_empty());
    world.until(at);
    assert_eq!(world.calls, [(3600, 1, at)]);
}

#[test]
fn a_pause_leaves_moments_out_and_outlives_a_restart() {
    let mut world = World::new(CronRule { overlap: OverlapRule::Queue, missed: MissedRule::All, ..rule("* * * * *") });
    world.until(3 * MINUTE);
    world.act(|machine, now_ms, effects| machine.pause(&key(), true, now_ms, effects)).unwrap();
    world.settle();
    assert_eq!(world.called(), [60], "what waits is dropped");
    world.until(6 * MINUTE);
    world.restart(7 * MINUTE);
    assert!(world.machine.shown(None)[0].record.paused);
    world.until(8 * MINUTE + 30_000);
    world.act(|machine, now_ms, effects| machine.pause(&key(), false, now_ms, effects)).unwrap();
    world.until(9 * MINUTE);
    assert_eq!(world.called(), [60, 540]);
    let other = ScheduleKey { name: "other".into(), ..key() };
    assert_eq!(world.act(|machine, now_ms, effects| machine.pause(&other, true, now_ms, effects)), Err(OrderError::NoSchedule));
}

#[test]
fn an_operator_may_run_a_schedule_beside_its_calls() {
    let mut world = World::new(rule("* * * * *"));
    world.until(MINUTE);
    assert_eq!(world.running.len(), 1);
    world.act(|machine, now_ms, effects| machine.run(&key(), None, now_ms, effects)).unwrap();
    assert_eq!(world.running.len(), 2, "the call of the schedule still runs");
    let id = world.act(|machine, now_ms, effects| machine.run(&key(), Some(-3_600_000), now_ms, effects)).unwrap();
    assert_eq!(id, key().occurrence_id(-3600), "it is that moment's call");
    assert_eq!(world.act(|machine, now_ms, effects| machine.run(&key(), Some(60_000), now_ms, effects)), Err(OrderError::Open));
    world.until(2 * MINUTE);
    assert_eq!(world.machine.shown(None)[0].record.skipped, 1);
}

#[test]
fn an_edit_neither_repeats_nor_orphans() {
    let mut world = World::new(CronRule { overlap: OverlapRule::Queue, ..rule("* * * * *") });
    world.until(3 * MINUTE);
    // Another expression: its moments begin now.
    world.rules = vec![CronRule { missed: MissedRule::All, ..rule("*/2 * * * *") }];
    world.know();
    world.settle();
    assert_eq!(world.called(), [60, 120, 180], "what was accepted is called");
    world.until(4 * MINUTE);
    world.settle();
    assert_eq!(world.called().last(), Some(&240));
    // The schedule is gone: a call that runs may end.
    world.until(6 * MINUTE);
    world.rules.clear();
    world.know();
    assert_eq!(world.running.len(), 1);
    assert_eq!(world.disk.schedules.len(), 1);
    world.end(360, answered(500));
    assert_eq!(world.disk, StoredSchedules::default());
    assert_eq!(world.machine.next_wake(), None);
    // It is back: nothing is made up for.
    world.until(20 * MINUTE + 30_000);
    world.rules = vec![CronRule { missed: MissedRule::All, ..rule("* * * * *") }];
    world.know();
    world.until(21 * MINUTE);
    assert_eq!(world.called().last(), Some(&1260));
    assert_eq!(world.called().len(), 6);
}

#[test]
fn a_hand_over_waits_for_the_calls_of_the_process_before() {
    let retries = vec![Duration::from_secs(1)];
    let mut world = World::new(CronRule { retries, overlap: OverlapRule::Queue, ..rule("* * * * *") });
    world.until(MINUTE);
    let id = world.running.remove(0).occurrence.id;
    // The next process has the schedules; the call runs in the one before.
    world.machine = ScheduleMachine::new("p1".into(), world.disk.clone(), world.now_ms);
    assert_eq!(world.machine.other_owners().into_iter().collect::<Vec<_>>(), ["p0".into()]);
    // It fails before the function is read there: whether it is repeated depends on the schedule.
    world.act(|machine, now_ms, effects| machine.ended(&id, answered(500), now_ms, effects));
    world.know();
    world.until(MINUTE + 1000);
    assert_eq!(world.calls.iter().map(|(due_s, attempt, _)| (*due_s, *attempt)).collect::<Vec<_>>(), [(60, 1), (60, 2)]);
    // The next one waits while it runs.
    world.until(2 * MINUTE);
    assert_eq!(world.running.len(), 1);
    world.settle();
    assert_eq!(world.called(), [60, 60, 120]);
}

#[test]
fn ten_thousand_schedules_cost_little() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = crate::trigger::cron::store::ScheduleStore::open(folder.path(), &"p".into()).unwrap();
    let mut machine = ScheduleMachine::new("p".into(), StoredSchedules::default(), 0);
    let mut effects = Effects::default();
    for number in 0..10_000 {
        let zone = ["UTC", "Europe/Berlin", "America/New_York"][number % 3];
        let schedule = Schedule::parse(&format!("{} * * * * *", number % 60)).unwrap().in_zone(zone).unwrap();
        machine.know(&FunctionName::parse(&format!("f{number}")).unwrap(), vec![CronRule::new("s", schedule)], true, 0, &mut effects);
    }
    machine.tick(0, &mut effects);
    store.commit(&effects).unwrap();
    let (began, began_ns) = (Instant::now(), crate::sys::cpu_clock::own_cpu_ns());
    let (mut calls, seconds) = (0, 120);
    for second in 1..=seconds {
        let mut effects = Effects::default();
        machine.tick(second * 1000, &mut effects);
        store.commit(&effects).unwrap();
        calls += effects.starts.len();
        let mut ends = Effects::default();
        for start in effects.starts {
            machine.ended(&start.occurrence.id, answered(200), second * 1000 + 5, &mut ends);
        }
        machine.tick(second * 1000 + 5, &mut ends);
        store.commit(&ends).unwrap();
    }
    let used = Duration::from_nanos(crate::sys::cpu_clock::own_cpu_ns() - began_ns);
    let part = used.as_secs_f64() / seconds as f64;
    eprintln!("10,000 schedules, {calls} calls in {seconds} s: {:.2} % of a core; {:?} in all", part * 100.0, began.elapsed());
    assert_eq!(calls, 20_000);
    // Each is due every minute, and each call is written twice. 0.8 % in a debug build; the rest is for a busy machine.
    assert!(part < 0.02, "{:.2} % of a core", part * 100.0);
}

proptest! {
    /// Whatever ends, waits and dies when: every moment is called for, in order, and once unless its process died under it.
    #[test]
    fn every_moment_is_called_for(steps in prop::collection::vec((0_i64..90_000, 0_u8..4), 1..60)) {
        let mut world = World::new(CronRule { overlap: OverlapRule::Queue, missed: MissedRule::All, ..rule("* * * * *") });
        for (wait_ms, act) in steps {
            match act {
                0 => world.restart(world.now_ms + wait_ms),
                1 => if let Some(start) = world.running.first() { world.end(start.occurrence.due_ms / 1000, answered(200)) },
                2 => if let Some(start) = world.running.first() { world.end(start.occurrence.due_ms / 1000, CallEnd::Shed { after_ms: 0 }) },
                _ => world.until(world.now_ms + wait_ms),
            }
        }
        let last_s = world.now_ms / 1000;
        world.settle();
        while !world.disk.occurrences.is_empty() {
            world.until(world.now_ms + 1000);
            world.settle();
        }
        let mut called = world.called();
        called.dedup();
        let (whole, _): (Vec<i64>, Vec<i64>) = called.into_iter().partition(|due_s| *due_s <= last_s);
        let interrupted_to_death = world.calls.iter().any(|(_, attempt, _)| *attempt > INTERRUPTIONS_MAX);
        if !interrupted_to_death {
            prop_assert_eq!(whole, minutes(1, last_s / 60));
        }
    }
}
