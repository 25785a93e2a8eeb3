//! Upgrades that an engine asked for: each ends with a hand-over or with the reason why there is no successor.
//!
//! `SupervisorClient::upgrade` asks and waits; the thread that receives the supervisor's messages reports the outcome. If no caller waits,
//! the outcome is kept and has no other effect.
//!
//! Invariant: one outcome is kept, the last; a caller that waits sees the first one that is about its question or a later one.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;

/// The longest wait: for engines that leave, for one that boots, and for the successor.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// Why there is no successor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpgradeError {
    /// This process has no supervisor.
    #[error("there is no supervisor that could start another engine")]
    NoSupervisor,
    /// Another engine serves already, or is about to.
    #[error("this engine already hands over: ask the engine that serves now")]
    HandedOver,
    /// The successor did not start, or started and does not serve.
    #[error("the new engine does not serve: {0}")]
    Failed(String),
    /// The host ends.
    #[error("the host ends: {0}")]
    Ending(String),
    /// No outcome arrived in time.
    #[error("no new engine reported for {} s", WAIT_MAX.as_secs())]
    TimedOut,
}

/// Questions and their outcome.
pub(crate) struct Upgrades {
    asked: Mutex<u64>,
    settled_tx: watch::Sender<Settled>,
}

/// The outcome of every question up to this one.
struct Settled {
    up_to: u64,
    outcome: Result<(), UpgradeError>,
}

impl Default for Upgrades {
    fn default() -> Self {
        Self { asked: Mutex::new(0), settled_tx: watch::Sender::new(Settled { up_to: 0, outcome: Ok(()) }) }
    }
}

impl Upgrades {
    /// Sends a question by `send`, with its number, and waits for its outcome.
    pub(crate) async fn ask(&self, send: impl FnOnce(u64) -> Result<(), UpgradeError>) -> Result<(), UpgradeError> {
        self.ask_within(WAIT_MAX, send).await
    }

    async fn ask_within(&self, wait_max: Duration, send: impl FnOnce(u64) -> Result<(), UpgradeError>) -> Result<(), UpgradeError> {
        let mut settled_rx = self.settled_tx.subscribe();
        // Held while it is sent, so that questions arrive in the order of their numbers.
        let question = {
            let mut asked = self.asked.lock();
            match &*settled_rx.borrow() {
                Settled { up_to: u64::MAX, outcome: Ok(()) } => return Err(UpgradeError::HandedOver),
                Settled { up_to: u64::MAX, outcome } => return outcome.clone(),
                Settled { .. } => {}
            }
            *asked += 1;
            send(*asked)?;
            *asked
        };
        let settled = tokio::time::timeout(wait_max, settled_rx.wait_for(|settled| settled.up_to >= question)).await;
        // Their sender is this value itself.
        settled.ok().and_then(Result::ok).map_or(Err(UpgradeError::TimedOut), |settled| settled.outcome.clone())
    }

    /// The successor that questions up to this one asked for does not serve.
    pub(crate) fn failed(&self, question: u64, why: String) {
        self.settle(question, Err(UpgradeError::Failed(why)));
    }

    /// A successor serves.
    pub(crate) fn handed_over(&self) {
        self.settle(u64::MAX, Ok(()));
    }

    /// There will be no successor.
    pub(crate) fn ending(&self, cause: &str) {
        self.settle(u64::MAX, Err(UpgradeError::Ending(cause.to_owned())));
    }

    /// A later outcome replaces an earlier one; a final outcome stays.
    fn settle(&self, up_to: u64, outcome: Result<(), UpgradeError>) {
        self.settled_tx.send_if_modified(|settled| {
            let is_new = settled.up_to < up_to;
            if is_new {
                *settled = Settled { up_to, outcome };
            }
            is_new
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_failure_answers_the_questions_that_it_is_about() {
        let upgrades = Arc::new(Upgrades::default());
        let ask = |upgrades: Arc<Upgrades>| tokio::spawn(async move { upgrades.ask(|_| Ok(())).await });
        let (first, second) = (ask(upgrades.clone()), ask(upgrades.clone()));
        while *upgrades.asked.lock() < 2 {
            tokio::task::yield_now().await;
        }
        upgrades.failed(1, "exit code 5".to_owned());
        assert_eq!(first.await.unwrap(), Err(UpgradeError::Failed("exit code 5".to_owned())));
        assert!(!second.is_finished(), "it asked for another");
        upgrades.handed_over();
        assert_eq!(second.await.unwrap(), Ok(()));
        // The exit of an engine that has handed over is not a failure.
        upgrades.ending("SIGTERM");
        assert_eq!(ask(upgrades).await.unwrap(), Err(UpgradeError::HandedOver));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever_and_nothing_is_kept_for_those_who_left() {
        let upgrades = Upgrades::default();
        assert_eq!(upgrades.ask_within(Duration::from_millis(1), |_| Ok(())).await, Err(UpgradeError::TimedOut));
        assert_eq!(upgrades.settled_tx.receiver_count(), 0);
        assert_eq!(upgrades.ask(|_| Err(UpgradeError::NoSupervisor)).await, Err(UpgradeError::NoSupervisor));
        upgrades.ending("SIGTERM");
        assert_eq!(upgrades.ask(|_| Ok(())).await, Err(UpgradeError::Ending("SIGTERM".to_owned())));
    }
}
