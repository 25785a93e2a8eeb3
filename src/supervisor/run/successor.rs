//! Hand-overs: who asks for a successor (a taint, a SIGHUP, an upgrade), and who hears of it if there is none.
//!
//! Part of the supervisor; which wishes are tried again is decided in `plan`.
//!
//! Invariant: a wish for a successor is wanted, under way, fulfilled or answered; none is forgotten.

use std::time::Duration;

use super::super::plan::{self, Question};
use super::{BOOT_MAX, Purpose, Supervisor};
use crate::process::message::{ToEngine, short};
use crate::supervisor::engines::{Member, Stage};

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
        self.want(Purpose::HandOver, Duration::ZERO);
    }

    pub(super) fn on_upgrade(&mut self, question: Question) {
        tracing::info!(generation = question.generation, "an upgrade is asked for: a fresh engine takes over");
        self.wanted.upgrade = Some(question);
        self.want(Purpose::HandOver, Duration::ZERO);
    }

    pub(super) fn on_taint(&mut self, index: usize) {
        let Some(member) = self.members.get_mut(index) else { return };
        member.tainted = true;
        match member.stage {
            // Remembered until it serves: before that there is nothing to replace.
            Stage::Booting => {}
            Stage::Serving => {
                let lived = member.born.elapsed();
                if self.due.is_none() && !self.is_booting() {
                    let pause = self.hand_overs.after(lived);
                    self.want(Purpose::HandOver, pause);
                }
            }
            // It is on its way out.
            Stage::Leaving => {}
        }
    }

    pub(super) fn on_failed(&mut self, index: usize, why: String) {
        if let Some(member) = self.members.get_mut(index) {
            member.why = Some(why);
        }
    }

    /// A successor does not serve, and the engine that it was to replace does. Another attempt follows if anybody still wants one.
    pub(super) fn on_no_successor(&mut self, why: &str, lived: Duration) {
        self.disappoint(why);
        if self.wanted.is_empty() && !self.is_tainted() {
            self.hand_overs.forget();
            return;
        }
        let pause = self.hand_overs.after(lived);
        tracing::warn!(again_in_ms = pause.as_millis() as u64, "another attempt to hand over follows");
        self.want(Purpose::HandOver, pause);
    }

    /// What the last engine was started for did not come about.
    pub(super) fn disappoint(&mut self, why: &str) {
        let outcome = std::mem::take(&mut self.underway).disappoint();
        self.wanted = self.wanted.and(outcome.left);
        if let Some(question) = outcome.answered {
            tracing::error!(generation = question.generation, why, "the upgrade failed");
            let answer = ToEngine::UpgradeFailed { question: question.number, why: short(why) };
            let asked = self.members.iter_mut().filter(|member| member.generation == question.generation);
            // One that does not hear is on its way out.
            asked.for_each(|member| drop(member.tell(&answer)));
        }
        if outcome.gave_up {
            tracing::error!(attempts = plan::ATTEMPTS_MAX, why, "SIGHUP: no fresh engine serves: given up");
            if !self.is_reloading() {
                self.tell_ready();
            }
        }
    }

    pub(super) fn is_tainted(&self) -> bool {
        self.members.iter().any(|member| member.stage == Stage::Serving && member.tainted)
    }

    pub(super) fn is_reloading(&self) -> bool {
        self.wanted.hang_up.or(self.underway.hang_up).is_some()
    }
}

/// Why an engine does not come to serve, for whoever asked for it.
pub(super) fn reason(member: &Member, how: &str) -> String {
    match &member.why {
        Some(why) => why.clone(),
        None if member.was_killed => format!("it took longer than {} s", BOOT_MAX.as_secs()),
        None => format!("it ended with {how}, and the log says why"),
    }
}
