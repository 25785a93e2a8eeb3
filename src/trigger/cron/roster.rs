//! Which schedules there are: those of the live versions.
//!
//! Compares the live table with the one seen last. A version that is not compiled yet, or whose code may register schedules and was never
//! loaded, is asked again; what code says is remembered by version, so that a restart need not load it.
//!
//! Invariant: nothing is compiled here, and an instance is started only for a version whose code mentions schedules and that was never loaded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::function::manifest::CronRule;
use crate::function::{FunctionName, ModuleSchedules, Version};
use crate::live::{Live, LiveTable, Track};
use crate::runtime::pool::Pool;

/// Words of which one stands in code that registers schedules. A version with one of them, in whatever sense, is loaded once.
const WORDS: [&str; 4] = ["cron", "schedule", "Schedule", "app.timer"];

/// Versions that are loaded at a time, to learn of their schedules.
const LOADING_MAX: usize = 2;

/// Time between two looks at versions that are not ready.
const LOOK_EVERY_MS: i64 = 250;

/// The first pause before a version is compiled or loaded for its schedules once more; it doubles up to the longest.
const LOAD_PAUSE_MS: i64 = 30_000;
const LOAD_PAUSE_MS_MAX: i64 = 3_600_000;

/// Remembered versions of a function.
const REMEMBERED_MAX: usize = 10;

/// News about the schedules of a function.
#[derive(Debug)]
pub(super) enum RosterNews {
    /// The live version has these. `complete`: and no others.
    Has { function: FunctionName, rules: Vec<CronRule>, complete: bool },
    /// There is no such function.
    Gone(FunctionName),
    /// What the code of a version says, to be remembered.
    Learned { function: String, version: String, schedules: ModuleSchedules },
    /// What was remembered of a version that is long gone.
    Unlearn { function: String, version: String },
}

/// The schedules of the live versions.
pub(super) struct Roster {
    live: Arc<Live>,
    table: Option<Arc<LiveTable>>,
    tracks: HashMap<FunctionName, Arc<Track>>,
    /// Live versions of which not everything is known.
    pending: BTreeMap<FunctionName, PendingVersion>,
    learned: BTreeMap<(String, String), ModuleSchedules>,
    looked_ms: i64,
    /// A copy for each version that is being compiled or loaded.
    loading: Arc<()>,
}

struct PendingVersion {
    track: Arc<Track>,
    /// When it may be compiled or loaded for its schedules, and the pause after that.
    load_at_ms: i64,
    load_pause_ms: i64,
    /// Whether the manifest's schedules are reported.
    is_reported: bool,
    /// Whether its code mentions schedules, once that was looked for.
    mentions: Option<bool>,
}

impl Roster {
    /// Nothing is known of the table yet; `learned` is what was remembered.
    pub(super) fn new(live: Arc<Live>, learned: BTreeMap<(String, String), String>) -> Self {
        let learned = learned.into_iter().filter_map(|(key, text)| Some((key, ModuleSchedules::from_text(&text)?))).collect();
        Self { live, table: None, tracks: HashMap::new(), pending: BTreeMap::new(), learned, looked_ms: i64::MIN, loading: Arc::default() }
    }

    /// What has changed since the last call. Must run inside a tokio runtime.
    pub(super) fn news(&mut self, now_ms: i64) -> Vec<RosterNews> {
        let mut news = Vec::new();
        let table = self.live.table().clone();
        let is_new = !self.table.as_ref().is_some_and(|known| Arc::ptr_eq(known, &table));
        if is_new {
            self.compare(&table, now_ms, &mut news);
            self.table = Some(table);
        }
        if !self.pending.is_empty() && (is_new || now_ms.abs_diff(self.looked_ms) >= LOOK_EVERY_MS.unsigned_abs()) {
            self.looked_ms = now_ms;
            let pending = std::mem::take(&mut self.pending);
            for (function, version) in pending {
                if let Some(still) = self.look(&function, version, now_ms, &mut news) {
                    self.pending.insert(function, still);
                }
            }
        }
        news
    }

    fn compare(&mut self, table: &LiveTable, now_ms: i64, news: &mut Vec<RosterNews>) {
        for (function, endpoint) in table.iter() {
            let track = &endpoint.live;
            if self.tracks.get(function).is_some_and(|known| Arc::ptr_eq(known, track)) {
                continue;
            }
            self.tracks.insert(function.clone(), track.clone());
            let pending = PendingVersion {
                track: track.clone(),
                // Every function is compiled at the start anyway.
                load_at_ms: now_ms + LOAD_PAUSE_MS,
                load_pause_ms: LOAD_PAUSE_MS,
                is_reported: false,
                mentions: None,
            };
            self.pending.insert(function.clone(), pending);
        }
        let gone: Vec<FunctionName> = self.tracks.keys().filter(|function| table.get(function.as_str()).is_none()).cloned().collect();
        for function in gone {
            self.tracks.remove(&function);
            self.pending.remove(&function);
            let of_function = self.learned.keys().filter(|(name, _)| name == function.as_str()).cloned();
            for (function, version) in of_function.collect::<Vec<_>>() {
                self.learned.remove(&(function.clone(), version.clone()));
                news.push(RosterNews::Unlearn { function, version });
            }
            news.push(RosterNews::Gone(function));
        }
    }

    /// Looks at a version of which not everything is known. Returns it if that stays so.
    fn look(
        &mut self,
        function: &FunctionName,
        mut pending: PendingVersion,
        now_ms: i64,
        news: &mut Vec<RosterNews>,
    ) -> Option<PendingVersion> {
        let pool = match pending.track.made() {
            None => {
                let track = pending.track.clone();
                self.begin_loading(&mut pending, now_ms, async move { drop(track.pool().await) });
                return Some(pending);
            }
            // It does not compile: what was scheduled before stays, and its calls say why they fail.
            Some(Err(_)) => return None,
            Some(Ok(pool)) => pool.clone(),
        };
        let version = pool.version().clone();
        let mentions = *pending.mentions.get_or_insert_with(|| mentions_schedules(&version));
        let known = self.schedules_of(function, &pool, mentions, news);
        let complete = known.is_some();
        if complete || !pending.is_reported {
            let mut rules = known.unwrap_or_default().with_manifest(&version.manifest);
            limit_as_jobs(&version, &mut rules);
            news.push(RosterNews::Has { function: function.clone(), rules, complete });
        }
        if complete {
            return None;
        }
        if !std::mem::replace(&mut pending.is_reported, true) {
            pending.load_at_ms = now_ms;
        }
        self.begin_loading(&mut pending, now_ms, load(pool));
        Some(pending)
    }

    /// What the code of a version says: heard, remembered, or nothing if it does not mention schedules. `None`: nobody knows yet.
    fn schedules_of(
        &mut self,
        function: &FunctionName,
        pool: &Pool,
        mentions: bool,
        news: &mut Vec<RosterNews>,
    ) -> Option<ModuleSchedules> {
        let key = (function.to_string(), pool.version().id.to_string());
        let remembered = self.learned.get(&key);
        match pool.loaded().map(|loaded| &loaded.schedules) {
            Some(said) if mentions && remembered != Some(said) => {
                self.learn(key, said, news);
                Some(said.clone())
            }
            Some(said) => Some(said.clone()),
            None if mentions => remembered.cloned(),
            None => Some(ModuleSchedules::default()),
        }
    }

    fn learn(&mut self, key: (String, String), said: &ModuleSchedules, news: &mut Vec<RosterNews>) {
        let of_function: Vec<(String, String)> = self.learned.keys().filter(|known| known.0 == key.0 && **known != key).cloned().collect();
        // Which of them go does not matter much: one that comes back is loaded again.
        let surplus = (of_function.len() + 1).saturating_sub(REMEMBERED_MAX);
        for (function, version) in of_function.into_iter().take(surplus) {
            self.learned.remove(&(function.clone(), version.clone()));
            news.push(RosterNews::Unlearn { function, version });
        }
        self.learned.insert(key.clone(), said.clone());
        let (function, version) = key;
        news.push(RosterNews::Learned { function, version, schedules: said.clone() });
    }

    /// Begins work that compiles or loads a version, if it is time and not enough of it is under way.
    fn begin_loading(&self, pending: &mut PendingVersion, now_ms: i64, work: impl Future<Output = ()> + Send + 'static) {
        if now_ms < pending.load_at_ms || Arc::strong_count(&self.loading) > LOADING_MAX {
            return;
        }
        pending.load_at_ms = now_ms + pending.load_pause_ms;
        pending.load_pause_ms = (pending.load_pause_ms * 2).min(LOAD_PAUSE_MS_MAX);
        let place = self.loading.clone();
        tokio::spawn(async move {
            work.await;
            drop(place);
        });
    }
}

async fn load(pool: Arc<Pool>) {
    if let Err(fault) = pool.boot_one().await {
        let detail = fault.facts().detail.as_deref().unwrap_or_default();
        tracing::warn!(function = %pool.version().function, version = %pool.version().id, %fault, detail, "a version cannot be loaded to learn of its schedules");
    }
}

/// Whether code of the version may register schedules.
fn mentions_schedules(version: &Version) -> bool {
    version.modules.values().any(|module| WORDS.iter().any(|word| module.code.contains(word)))
}

/// A schedule of a Parse function without a path runs the job of its name, with the limits of a job.
fn limit_as_jobs(version: &Version, rules: &mut [CronRule]) {
    let Some(settings) = version.parse_settings() else { return };
    for rule in rules.iter_mut().filter(|rule| rule.path.is_none()) {
        rule.wall.get_or_insert(settings.job_wall);
        rule.cpu.get_or_insert(settings.job_cpu);
    }
}
