//! Hand-overs: requests for a successor (a taint, a SIGHUP, an upgrade), and the reports if there is none.
//!
//! Part of the supervisor; `plan` decides which hand-overs are tried again.
//!
//! Invariant: a hand-over is wanted, in progress, fulfilled or answered; none is forgotten.

use std::time::{Duration, Instant};

use super::super::plan::{self, UpgradeRequest};
use super::{StartReason, Supervisor};
use crate::process::message::{ToEngine, short};
use crate::supervisor::engines::EngineStage;

impl Supervisor {
    pub(super) fn on_hang_up(&mut self) {
        if self.stopping.is_some() {
            return;
        }
        tracing::info!("SIGHUP: a fresh engine takes over");
        if !self.is_reloading() {
            self.service.reloading();
        }
        self.wanted.hang_up = Some(0);
        self.want(StartReason::HandOver, Duration::ZERO);
    }

    pub(super) fn on_upgrade(&mut self, question: UpgradeRequest) {
        tracing::info!(generation = question.generation, "an upgrade is asked for: a fresh engine takes over");
        self.wanted.upgrade = Some(question);
        self.want(StartReason::HandOver, Duration::ZERO);
    }

    /// An urgent taint brings a hand-over forward that waits for its time; a few in a row.
    pub(super) fn on_taint(&mut self, index: usize, urgent: bool) {
        let Some(engine) = self.engines.get_mut(index) else { return };
        engine.tainted = true;
        engine.urgent |= urgent;
        match engine.stage {
            // Remembered until it serves: before that there is nothing to replace.
            EngineStage::Booting => {}
            EngineStage::Serving => {
                let lived = engine.born.elapsed();
                if self.is_booting() {
                    return;
                }
                if self.due.is_none() {
                    let pause = self.hand_overs.after(lived);
                    self.want(StartReason::HandOver, pause);
                }
                let waits = self.due.is_some_and(|(due, _)| due > Instant::now());
                if urgent && waits && self.urgent_hand_overs.may_follow(lived) {
                    self.want(StartReason::HandOver, Duration::ZERO);
                }
            }
            // It exits soon anyway.
            EngineStage::Leaving => {}
        }
    }

    pub(super) fn on_failed(&mut self, index: usize, why: String) {
        if let Some(engine) = self.engines.get_mut(index) {
            engine.why = Some(why);
        }
    }

    /// A successor does not serve, and the engine that it was to replace does. Another attempt follows if a hand-over still needs one.
    pub(super) fn on_no_successor(&mut self, why: &str, lived: Duration) {
        self.on_handover_failed(why);
        if self.wanted.is_empty() && !self.is_tainted() {
            self.hand_overs.forget();
            return;
        }
        let pause = self.hand_overs.after(lived);
        tracing::warn!(again_in_ms = pause.as_millis() as u64, "another attempt to hand over follows");
        self.want(StartReason::HandOver, pause);
    }

    /// The hand-overs that the last engine was started for have failed.
    pub(super) fn on_handover_failed(&mut self, why: &str) {
        let outcome = std::mem::take(&mut self.in_progress).fail();
        self.wanted = self.wanted.and(outcome.left);
        if let Some(question) = outcome.answered {
            tracing::error!(generation = question.generation, why, "the upgrade failed");
            let answer = ToEngine::UpgradeFailed { question: question.number, why: short(why) };
            let asked = self.engines.iter_mut().filter(|engine| engine.generation == question.generation);
            // An engine that cannot be reached exits soon.
            asked.for_each(|engine| drop(engine.send(&answer)));
        }
        if outcome.gave_up {
            tracing::error!(attempts = plan::ATTEMPTS_MAX, why, "SIGHUP: no fresh engine serves: given up");
            if !self.is_reloading() {
                self.notify_ready();
            }
        }
    }

    pub(super) fn is_tainted(&self) -> bool {
        self.engines.iter().any(|engine| engine.stage == EngineStage::Serving && engine.tainted)
    }

    pub(super) fn is_reloading(&self) -> bool {
        self.wanted.hang_up.or(self.in_progress.hang_up).is_some()
    }
}
