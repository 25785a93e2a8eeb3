//! Deployed functions: what is held of them, and the releases that change it.
//!
//! Opened by `app` on the state folder; the admin API submits orders and reads records; `transaction` carries an order out.
//!
//! One engine writes at a time: the lock of the store goes from the old engine of a hand-over to the fresh one, which then reads what was released
//! last.
//!
//! Invariant: the state in memory is the one on the disk; whoever changes it commits first.

pub mod auto_rollback;
pub mod function;
pub mod order;
pub mod plan;
pub mod queue;
pub mod record;
pub mod registry;
pub mod rescale;
pub mod state_dir;
pub mod stored;
pub mod transaction;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::function::FunctionName;
use crate::release::Releaser;
use crate::release::catalog::publish::Swap;
use crate::release::store::{Held, Keep, State, StoreError, WriterLock};
use order::{Order, Refused, What};
use queue::Ticket;
use record::{FunctionRecord, Record, Status};
use registry::{Entry, Ledger, end, now_ms, remembered};
use state_dir::{OpenError, Opened};
use stored::Maker;
use transaction::Transaction;

/// Versions of a function that are kept, beside the live one, its predecessor and the candidate, and for how long.
pub const KEEP: Keep = Keep { count: 10, age: Duration::from_secs(90 * 86_400) };

/// Everything that was deployed.
pub struct Deployments {
    pub(in crate::release) releaser: Arc<Releaser>,
    pub(in crate::release) maker: Maker,
    pub(in crate::release) drain: Duration,
    state: Mutex<State>,
    writer: watch::Sender<Option<Arc<WriterLock>>>,
    ledger: Mutex<Ledger>,
    closed: watch::Sender<bool>,
    runtime: tokio::runtime::Runtime,
    /// A receiver is held by every release that has not ended.
    busy: watch::Sender<()>,
}

impl Deployments {
    /// Takes over what the store holds. `waits`: another engine of this host may still write, and will let go of the lock.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(releaser: Arc<Releaser>, opened: Opened, drain: Duration, waits: bool) -> Result<Arc<Self>, OpenError> {
        let Opened { maker, state, path } = opened;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(4)
            .thread_name("skep release")
            .enable_all()
            .build()?;
        let ledger = Ledger::of(&state);
        let deployments = Arc::new(Self {
            releaser,
            maker,
            drain,
            state: Mutex::new(state),
            writer: watch::Sender::new(None),
            ledger: Mutex::new(ledger),
            closed: watch::Sender::new(false),
            runtime,
            busy: watch::Sender::new(()),
        });
        if waits {
            let waiting = deployments.clone();
            std::thread::Builder::new().name("skep writer".to_owned()).spawn(move || waiting.take_over())?;
        } else {
            let failed = |error| OpenError::Store { path: path.clone(), error };
            let lock = deployments.maker.store.try_lock().map_err(failed)?.ok_or_else(|| OpenError::InUse(path.clone()))?;
            deployments.begin_writing(lock).map_err(failed)?;
        }
        Ok(deployments)
    }

    fn take_over(&self) {
        let taken = self.maker.store.lock().and_then(|lock| self.begin_writing(lock));
        if let Err(error) = taken {
            tracing::error!(%error, "this engine cannot release anything");
        }
    }

    /// From now on this process writes. What another one has released since the state was read becomes live here.
    fn begin_writing(&self, lock: WriterLock) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        let newer = self.maker.store.reload()?;
        if newer.serial != state.serial {
            let swaps = self.differences(&state, &newer);
            self.releaser.scales.replace(&newer);
            self.follow(&swaps);
            self.ledger.lock().entries.extend(remembered(&newer));
            *state = newer;
        }
        self.releaser.scales.replace(&state);
        drop(state);
        self.writer.send_replace(Some(Arc::new(lock)));
        Ok(())
    }

    /// Makes live what another engine has released; of several, one that clashes with this engine's functions folder takes no other with it.
    fn follow(&self, swaps: &[Swap]) {
        tracing::info!(functions = swaps.len(), "what the engine before has released last becomes live here as well");
        if self.releaser.swap(swaps, || Ok(())).is_err() {
            for swap in swaps {
                if let Err(error) = self.releaser.swap(std::slice::from_ref(swap), || Ok(())) {
                    tracing::error!(function = %swap.0, %error, "what the engine before has released last cannot become live here");
                }
            }
        }
        let tracks = swaps.iter().filter_map(|(_, deployed)| deployed.as_ref()).flat_map(|deployed| deployed.endpoint.tracks());
        for pool in tracks.filter_map(|track| track.make().as_ref().ok()) {
            pool.fill_to_min();
        }
    }

    fn differences(&self, old: &State, new: &State) -> Vec<Swap> {
        let names = old.functions.keys().chain(new.functions.keys().filter(|name| !old.functions.contains_key(*name)));
        let changed = names.filter(|name| old.functions.get(*name) != new.functions.get(*name));
        changed
            .filter_map(|name| {
                let parsed = FunctionName::parse(name).ok()?;
                let deployed = new.functions.get(name).and_then(|held| self.maker.deployed(&parsed, held)).map(Arc::new);
                Some((parsed, deployed))
            })
            .collect()
    }

    /// Takes an order in. Returns the record of the release as it is now.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn submit(self: &Arc<Self>, order: Order) -> Result<Arc<Record>, Refused> {
        if *self.closed.borrow() {
            return Err(Refused::Closed);
        }
        let functions = order.functions();
        if functions.is_empty() || functions.len() != order.changes.len() {
            return Err(Refused::Invalid("a release names at least one function, and each once".to_owned()));
        }
        self.look_ahead(&order)?;
        let mut ledger = self.ledger.lock();
        let id = ledger.next_id(now_ms());
        let submitted = ledger
            .queue
            .submit(Ticket { id: id.clone(), functions, replaceable: order.is_replaceable() })
            .map_err(|full| Refused::Busy(full.to_string()))?;
        let record = Arc::new(Record {
            id: id.clone(),
            purpose: order.purpose,
            status: Status::Waiting,
            note: order.note.clone(),
            by: order.by.clone(),
            created_ms: now_ms(),
            ended_ms: None,
            unchanged: false,
            functions: order.changes.iter().map(|change| FunctionRecord::new(change.function.as_str())).collect(),
            failure: None,
        });
        let entry = Arc::new(Entry {
            record: watch::Sender::new(record.clone()),
            cancelled: watch::Sender::new(false),
            order: Mutex::new(Some(order)),
        });
        ledger.entries.insert(id.clone(), entry.clone());
        for older in submitted.superseded.iter().filter_map(|older| ledger.entries.get(older)) {
            drop(older.order.lock().take());
            older.update(|record| end(record, Status::Superseded));
        }
        ledger.forget_oldest();
        drop(ledger);
        if submitted.runs {
            self.start(entry);
        }
        Ok(record)
    }

    /// What can be said at once, before anything is queued.
    fn look_ahead(&self, order: &Order) -> Result<(), Refused> {
        let state = self.state.lock();
        for change in &order.changes {
            let name = change.function.as_str();
            let held = state.functions.get(name).filter(|held| held.live.is_some());
            match (&change.what, held) {
                (What::Deploy(share), held) => {
                    if self.releaser.is_of_folder(name) {
                        return Err(Refused::Conflict(format!(
                            "`{name}` belongs to the functions folder: change it there, or remove it there before it is deployed"
                        )));
                    }
                    if share.is_some() && held.is_none() {
                        return Err(Refused::Conflict(format!("`{name}` has no live version beside which there could be a candidate")));
                    }
                }
                (_, None) if self.releaser.is_of_folder(name) => {
                    return Err(Refused::Conflict(format!("`{name}` belongs to the functions folder: change it there")));
                }
                (_, None) => return Err(Refused::NotFound(format!("there is no deployed function `{name}`"))),
                (What::Return(Some(version)), Some(held)) if held.kept(version.as_str()).is_none() => {
                    return Err(Refused::NotFound(format!(
                        "`{name}` has no version {version}; `skep versions {name}` lists those that are kept"
                    )));
                }
                (What::Return(Some(version)), Some(held)) if held.live.as_deref() == Some(version.as_str()) => {
                    return Err(Refused::Conflict(format!("version {version} of `{name}` is live already")));
                }
                (What::Return(None), Some(held)) if held.predecessor().is_none() => {
                    return Err(Refused::Conflict(format!("`{name}` has no version that was live before")));
                }
                (What::Promote | What::Weigh(_) | What::DropCandidate, Some(held)) if held.candidate.is_none() => {
                    return Err(Refused::Conflict(format!("`{name}` has no candidate")));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn start(self: &Arc<Self>, entry: Arc<Entry>) {
        let Some(order) = entry.order.lock().take() else { return };
        let (deployments, busy) = (self.clone(), self.busy.subscribe());
        self.runtime.spawn(async move {
            let id = entry.record.borrow().id.clone();
            let carried_out = std::panic::AssertUnwindSafe(Transaction::new(&deployments, &entry, order).run());
            if carried_out.catch_unwind().await.is_err() {
                tracing::error!(release = id, "a bug of ours ended the release");
                entry.update(|record| end(record, Status::Undone));
            }
            deployments.finish(&id);
            drop(busy);
        });
    }

    /// A release is published, or has ended: whoever waited for its functions may begin. Told twice, it counts once.
    pub(in crate::release) fn finish(self: &Arc<Self>, id: &str) {
        let started: Vec<Arc<Entry>> = {
            let mut ledger = self.ledger.lock();
            let started = ledger.queue.end(id);
            started.iter().filter_map(|id| ledger.entries.get(id).cloned()).collect()
        };
        for entry in started {
            self.start(entry);
        }
    }

    /// Cancels a release that is not published yet.
    ///
    /// # Errors
    /// If there is none, or it is too late.
    pub fn cancel(self: &Arc<Self>, id: &str) -> Result<Arc<Record>, Refused> {
        let entry = self.entry(id)?;
        let record = entry.record.borrow().clone();
        if record.status.is_end() || record.is_published() {
            return Err(Refused::Conflict(format!("release {id} cannot be cancelled any more: it is published or has ended")));
        }
        entry.cancelled.send_replace(true);
        if entry.order.lock().take().is_some() {
            // It had not begun: nobody else will end it.
            entry.update(|record| end(record, Status::Cancelled));
            self.finish(id);
        }
        Ok(entry.record.borrow().clone())
    }

    /// Refuses new orders, and waits until those that were taken in have ended; then another process may write.
    pub async fn close(&self) {
        self.closed.send_replace(true);
        self.busy.closed().await;
        self.writer.send_replace(None);
    }

    /// Waits until the process is on its way down.
    pub(in crate::release) async fn closing(&self) {
        // The sender lives as long as this.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// The record of a release, and every change of it.
    ///
    /// # Errors
    /// If there is none.
    pub fn watch(&self, id: &str) -> Result<watch::Receiver<Arc<Record>>, Refused> {
        Ok(self.entry(id)?.record.subscribe())
    }

    fn entry(&self, id: &str) -> Result<Arc<Entry>, Refused> {
        self.ledger.lock().entries.get(id).cloned().ok_or_else(|| Refused::NotFound(format!("there is no release {id:?}")))
    }

    /// Records, newest first.
    pub fn records(&self) -> Vec<Arc<Record>> {
        self.ledger.lock().entries.values().rev().map(|entry| entry.record.borrow().clone()).collect()
    }

    /// What is held of a function.
    pub fn held(&self, function: &str) -> Option<Held> {
        self.state.lock().functions.get(function).cloned()
    }

    pub(in crate::release) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// The right to write, once this process has it.
    pub(in crate::release) async fn writer(&self) -> Option<Arc<WriterLock>> {
        let mut writer = self.writer.subscribe();
        writer.wait_for(Option::is_some).await.ok().and_then(|lock| lock.clone())
    }

    /// The right to write, if this process has it.
    ///
    /// # Errors
    /// If another engine of this host still has it.
    pub(in crate::release) fn writer_now(&self) -> Result<Arc<WriterLock>, Refused> {
        self.writer.borrow().clone().ok_or(Refused::Closed)
    }

    /// A task beside the releases.
    pub(in crate::release) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// Checks every version that is kept against its checksum.
    pub fn verify(&self) -> Vec<StoreError> {
        let state = self.state.lock().clone();
        self.maker.store.verify(&state)
    }
}
