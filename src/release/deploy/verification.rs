//! The verification of the store: one at a time, on a thread of its own, for everyone who asks while it runs.
//!
//! `deployments` asks with the store and the state; the admin API waits for the result.
//!
//! Invariant: however many ask, one thread reads the store, and no thread that releases or uploads need is taken.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::release::store::StoreError;

/// The damage that a verification has found; `None` while it runs.
type Found = Option<Arc<Vec<StoreError>>>;

/// The verification that began last.
#[derive(Default)]
pub(super) struct Verification(Mutex<Option<watch::Receiver<Found>>>);

impl Verification {
    /// Waits for the verification that runs, or for a new one. `None`: none could be begun, or it ended by a bug.
    pub(super) async fn shared(&self, verify: impl FnOnce() -> Vec<StoreError> + Send + 'static) -> Found {
        let mut found_rx = self.join(verify).inspect_err(|error| tracing::error!(%error, "cannot verify the store")).ok()?;
        found_rx.wait_for(Option::is_some).await.ok()?.clone()
    }

    fn join(&self, verify: impl FnOnce() -> Vec<StoreError> + Send + 'static) -> io::Result<watch::Receiver<Found>> {
        let mut last = self.0.lock();
        if let Some(found_rx) = last.as_ref().filter(|found_rx| runs(found_rx)) {
            return Ok(found_rx.clone());
        }
        let (found_tx, found_rx) = watch::channel(None);
        std::thread::Builder::new().name("skep verify".to_owned()).spawn(move || {
            found_tx.send_replace(Some(Arc::new(verify())));
        })?;
        *last = Some(found_rx.clone());
        Ok(found_rx)
    }
}

/// Whether a verification has a thread and no result yet.
fn runs(found_rx: &watch::Receiver<Found>) -> bool {
    found_rx.has_changed().is_ok() && found_rx.borrow().is_none()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn those_who_ask_while_one_runs_share_it_and_the_next_gets_a_new_one() {
        let verification = Verification::default();
        let (go_tx, go_rx) = mpsc::channel();
        let held = move || {
            let () = go_rx.recv().unwrap();
            Vec::new()
        };
        let mut waiting = vec![verification.join(held).unwrap()];
        waiting.extend((0..40).map(|_| verification.join(|| panic!("a second one runs")).unwrap()));
        go_tx.send(()).unwrap();
        for found_rx in &mut waiting {
            assert!(found_rx.wait_for(Option::is_some).await.unwrap().as_ref().is_some_and(|found| found.is_empty()));
        }
        let broken = || vec![StoreError::BrokenIndex { what: "it is new".to_owned() }];
        assert_eq!(verification.shared(broken).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn one_that_ends_by_a_bug_is_not_the_last() {
        let verification = Verification::default();
        assert!(verification.shared(|| panic!("a bug")).await.is_none());
        assert!(verification.shared(Vec::new).await.is_some());
    }
}
