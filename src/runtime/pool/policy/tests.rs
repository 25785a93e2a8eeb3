//! The policy over traces of load, second by second, in a model of a pool.
//!
//! In the model, admission creates an instance for a call that finds no room; the policy creates others ahead and ends those that are too
//! many.

use proptest::prelude::*;

use super::*;

const CONCURRENCY: u32 = 10;

/// One second of a model pool.
#[derive(Clone, Copy, Debug)]
struct Second {
    load: u32,
    /// Instances at its end.
    instances: u32,
    /// Instances that calls had to wait for.
    late: u32,
    decision: Decision,
}

fn scale(min: u32, max: u32, idle_s: u64) -> Scale {
    Scale { min, max, concurrency: CONCURRENCY, queue: 1000, idle: Duration::from_secs(idle_s) }
}

/// Runs a trace of concurrent calls. Instances that are created in one second are ready in the next.
fn run(trace: impl IntoIterator<Item = u32>, scale: &Scale) -> Vec<Second> {
    let start = Instant::now();
    let (mut scaler, mut ready, mut booting, mut called) = (Scaler::default(), 0, scale.min, start);
    let mut seconds = Vec::new();
    for (second, load) in trace.into_iter().enumerate() {
        let at = start + Duration::from_secs(second as u64);
        ready += std::mem::take(&mut booting);
        if load > 0 {
            called = at;
        }
        let late = load.div_ceil(CONCURRENCY).min(scale.max).saturating_sub(ready);
        booting += late;
        let decision = scaler.decide(LoadSample { at, concurrency: load, peak: load, ready, idle: at - called }, scale);
        let alive = ready + booting;
        if (1..decision.wanted).contains(&alive) {
            booting += decision.wanted - alive;
        }
        ready -= alive.saturating_sub(decision.keep).min(ready);
        seconds.push(Second { load, instances: ready + booting, late, decision });
    }
    check(&seconds, scale);
    seconds
}

/// Checks the properties of every trace.
fn check(seconds: &[Second], scale: &Scale) {
    for second in seconds {
        let Decision { wanted, keep } = second.decision;
        assert!(scale.min <= wanted && wanted <= keep && keep <= scale.max, "{second:?}");
        assert!(second.instances >= scale.min && second.instances <= scale.max, "{second:?}");
        assert!(second.instances * CONCURRENCY >= second.load.min(scale.max * CONCURRENCY), "the work is covered: {second:?}");
        assert!(wanted > 0 || second.load == 0, "no instance is wanted only without calls: {second:?}");
    }
}

/// How often the number of instances changed its direction.
fn turns(seconds: &[Second]) -> usize {
    let counts: Vec<u32> = seconds.iter().map(|second| second.instances).collect();
    let changes: Vec<bool> = counts.windows(2).filter(|pair| pair[0] != pair[1]).map(|pair| pair[0] < pair[1]).collect();
    changes.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Instances that calls had to wait for, of the whole trace.
fn late(seconds: &[Second]) -> u32 {
    seconds.iter().map(|second| second.late).sum()
}

fn hold(load: u32, seconds: usize) -> Vec<u32> {
    vec![load; seconds]
}

#[test]
fn a_steady_load_gets_its_instances_once() {
    let seconds = run(hold(35, 600), &scale(0, 100, 300));
    // 35 calls at a time are five instances that are 70 % full.
    assert!(seconds[1..].iter().all(|second| second.instances == 5), "{seconds:?}");
    assert_eq!(late(&seconds), 4, "only the first calls have waited");
}

#[test]
fn a_step_up_gets_room_to_spare_within_seconds() {
    let seconds = run([hold(10, 120), hold(100, 180)].concat(), &scale(0, 100, 300));
    assert_eq!(seconds[119].instances, 2);
    assert!(seconds[120 + 6..].iter().all(|second| second.instances >= 10 && second.late == 0));
    assert!(seconds[120 + 60..].iter().all(|second| second.instances == 15));
    assert_eq!(turns(&seconds), 0, "never down");
}

#[test]
fn a_load_that_grows_steadily_is_met_ahead() {
    let seconds = run([hold(10, 60), (2..60).map(|second| second * 5).collect()].concat(), &scale(0, 100, 300));
    assert_eq!(late(&seconds[70..]), 0, "{:?}", &seconds[60..]);
    assert_eq!(turns(&seconds), 0, "never down");
}

#[test]
fn a_spike_is_kept_for_a_minute_after_it_is_over_and_then_forgotten() {
    let seconds = run([hold(5, 120), hold(200, 10), hold(5, 300)].concat(), &scale(0, 100, 300));
    let spike_ends = 130;
    assert!(seconds[120 + 6..spike_ends + 59].iter().all(|second| second.instances >= 20), "{seconds:?}");
    assert!(seconds[spike_ends + 130..].iter().all(|second| second.instances == 1), "{seconds:?}");
    assert_eq!(turns(&seconds), 1, "up, and down again");
}

#[test]
fn a_burst_is_scaled_to_at_once_and_not_down_before_it_is_over_for_a_minute() {
    let scale = scale(0, 100, 300);
    let start = Instant::now();
    let mut scaler = Scaler::default();
    let mut decide = |second: u64, concurrency: u32| {
        let at = start + Duration::from_secs(second);
        scaler.decide(LoadSample { at, concurrency, peak: concurrency, ready: 2, idle: Duration::ZERO }, &scale)
    };
    assert_eq!((0..60).map(|second| decide(second, 10).wanted).max(), Some(2));
    // (5 × 10 + 130) ÷ 6 calls are five instances: more than twice those that are ready.
    assert_eq!(decide(60, 130).wanted, 5);
    assert_eq!(decide(61, 130).wanted, 8);
    assert_eq!((62..72).map(|second| decide(second, 130).wanted).last(), Some(19));
    // Its last five seconds are still seen for five more.
    let after: Vec<u32> = (72..200).map(|second| decide(second, 1).wanted).collect();
    let kept = after.iter().take_while(|wanted| **wanted == 19).count();
    assert!((60..=66).contains(&kept), "{kept} seconds: {after:?}");
    assert!(after[kept..].iter().all(|wanted| *wanted <= 3), "{after:?}");
}

#[test]
fn a_sawtooth_faster_than_the_window_does_not_flap() {
    let tooth = || (0..20).map(|second| 5 * second);
    let seconds = run((0..60).flat_map(|_| tooth()), &scale(0, 100, 300));
    let settled = &seconds[180..];
    assert!(settled.iter().all(|second| second.instances == settled[0].instances && second.late == 0), "{settled:?}");
    assert!(settled[0].instances * CONCURRENCY >= 95);
}

#[test]
fn a_sawtooth_slower_than_the_window_goes_up_and_down_once_a_tooth() {
    let tooth = || (0..200).map(|second| second / 2).chain(hold(1, 200));
    let seconds = run((0..4).flat_map(|_| tooth()), &scale(0, 100, 600));
    assert!(turns(&seconds) <= 2 * 4, "{} turns", turns(&seconds));
    assert!(late(&seconds[400..]) <= 4, "only the start of a tooth may be late: {}", late(&seconds[400..]));
}

#[test]
fn a_load_that_wavers_around_a_step_does_not_flap() {
    // 7 calls are one instance at its target, 8 are two.
    let seconds = run((0..1200).map(|second| 7 + u32::from(second % 90 < 45)), &scale(0, 100, 300));
    assert!(turns(&seconds) <= 1, "{} turns", turns(&seconds));
}

#[test]
fn a_slow_decline_is_followed_down_without_a_late_call() {
    let seconds = run((0..1000).rev().map(|left| left / 10), &scale(0, 100, 300));
    assert_eq!(late(&seconds[1..]), 0);
    assert_eq!(turns(&seconds), 0, "only down");
    assert!(seconds[999].instances <= 3, "{:?}", seconds[999]);
}

#[test]
fn a_long_idle_time_ends_the_last_instance_after_idle_s_and_keeps_min() {
    for min in [0, 2] {
        let seconds = run([hold(3, 30), hold(0, 600)].concat(), &scale(min, 100, 300));
        assert!(seconds[..29 + 300].iter().all(|second| second.instances >= 1), "min {min}");
        assert!(seconds[29 + 300..].iter().all(|second| second.instances == min), "min {min}: {:?}", &seconds[325..]);
    }
}

#[test]
fn an_idle_time_shorter_than_the_window_ends_instances_too() {
    let seconds = run([hold(50, 90), hold(0, 30)].concat(), &scale(0, 100, 5));
    assert!(seconds[..89 + 5].iter().all(|second| second.instances >= 5));
    assert!(seconds[89 + 5..].iter().all(|second| second.instances == 0), "{:?}", &seconds[85..]);
}

#[test]
fn a_rare_call_keeps_one_instance() {
    let seconds = run((0..1000).map(|second| u32::from(second % 100 == 0)), &scale(0, 100, 300));
    assert_eq!(late(&seconds), 1);
    assert!(seconds.iter().all(|second| second.instances == 1));
}

#[test]
fn more_load_than_max_can_take_gets_max() {
    let seconds = run(hold(500, 100), &scale(0, 4, 300));
    assert!(seconds.iter().all(|second| second.instances == 4));
}

#[test]
fn samples_in_quick_succession_are_not_kept_without_bound() {
    let (mut scaler, start) = (Scaler::default(), Instant::now());
    for tick in 0..100_000 {
        let at = start + Duration::from_micros(tick);
        scaler.decide(LoadSample { at, concurrency: 1, peak: 1, ready: 1, idle: Duration::ZERO }, &scale(0, 4, 300));
    }
    assert!(scaler.past.len() <= SAMPLES_MAX);
}

fn any_scale() -> impl Strategy<Value = Scale> {
    (0_u32..8, 0_u32..20, 1_u32..100, 1_u64..400).prop_map(|(min, more, concurrency, idle_s)| Scale {
        min,
        max: (min + more).max(1),
        concurrency,
        queue: 256,
        idle: Duration::from_secs(idle_s),
    })
}

/// Concurrency, how much more of it, instances that are ready, milliseconds since the sample before.
fn any_trace() -> impl Strategy<Value = Vec<(u32, u32, u32, u64)>> {
    let load = prop_oneof![Just(0), 0_u32..40, 0_u32..2000];
    prop::collection::vec((load, prop_oneof![Just(0), 0_u32..500], 0_u32..25, 1_u64..5000), 1..150)
}

proptest! {
    /// For any load the bounds hold, and no instance is wanted only after `idle_s` without calls.
    #[test]
    fn the_bounds_hold(scale in any_scale(), trace in any_trace()) {
        let (mut scaler, mut at) = (Scaler::default(), Instant::now());
        let mut called = at;
        for (concurrency, _, ready, pause_ms) in trace {
            at += Duration::from_millis(pause_ms);
            if concurrency > 0 {
                called = at;
            }
            let idle = at - called;
            let Decision { wanted, keep } = scaler.decide(LoadSample { at, concurrency, peak: concurrency, ready, idle }, &scale);
            prop_assert!(scale.min <= wanted && wanted <= keep && keep <= scale.max);
            prop_assert_eq!(wanted == 0, scale.min == 0 && concurrency == 0 && idle >= scale.idle);
        }
    }

    /// More calls at every moment never get fewer instances.
    #[test]
    fn more_calls_get_more_instances(scale in any_scale(), trace in any_trace()) {
        let (mut less, mut more, mut at) = (Scaler::default(), Scaler::default(), Instant::now());
        let mut called = at;
        for (concurrency, extra, ready, pause_ms) in trace {
            at += Duration::from_millis(pause_ms);
            if concurrency > 0 {
                called = at;
            }
            let sample = LoadSample { at, concurrency, peak: concurrency, ready, idle: at - called };
            let few = less.decide(sample, &scale);
            let many = more.decide(LoadSample { concurrency: concurrency + extra, peak: concurrency + extra, ..sample }, &scale);
            prop_assert!(few.wanted <= many.wanted && few.keep <= many.keep, "{:?} and {:?}", few, many);
        }
    }

    /// Any trace in the model pool, where `check` checks every second.
    #[test]
    fn any_load_is_covered(loads in prop::collection::vec((0_u32..300, 1_usize..90), 1..12), min in 0_u32..3, idle_s in 1_u64..400) {
        run(loads.into_iter().flat_map(|(load, seconds)| hold(load, seconds)), &scale(min, 25, idle_s));
    }
}
