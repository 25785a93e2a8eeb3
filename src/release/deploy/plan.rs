//! What the state and the table become when a release is published.
//!
//! Asked by `transaction`; the answers are written down and swapped in there.
//!
//! Invariant: pure but for making tracks; nothing here changes what is live.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::function::Lane;
use super::order::{Share, Trouble, Variables, What};
use super::record::Record;
use super::stored::{Deployed, Maker, write_routes};
use crate::function::FunctionName;
use crate::live::{Candidate, Endpoint, Sticky, Track};
use crate::release::store::{Held, HeldCandidate, Kept, State};
use crate::runtime::pool::Pool;

/// What is held of the lane's function afterwards; `None`: nothing.
pub(in crate::release) fn held(lane: &Lane, before: Option<&Held>, now_ms: u64, note: Option<&str>) -> Option<Held> {
    let mut held = before.cloned().unwrap_or_default();
    match &lane.what {
        What::Deploy(Some(share)) => {
            keep(&mut held, lane, now_ms, note);
            held.candidate = lane.version.as_ref().map(|version| candidate(version.id.to_string(), share));
        }
        What::Deploy(None) | What::Return(_) | What::ReturnFrom { .. } | What::Promote => {
            keep(&mut held, lane, now_ms, note);
            held.candidate = None;
            let new = lane.version.as_ref().map(|version| version.id.to_string());
            let old = std::mem::replace(&mut held.live, new);
            // The one that goes was live a moment ago, the one that comes is from now on: that tells the predecessor.
            for (id, when) in [(old, now_ms.saturating_sub(1)), (held.live.clone(), now_ms)] {
                if let Some(kept) = held.versions.iter_mut().find(|kept| Some(&kept.version) == id.as_ref()) {
                    kept.live_ms = Some(when);
                }
            }
        }
        What::Weigh(share) => {
            if let Some(known) = held.candidate.take() {
                let sticky = share.sticky.clone().or(known.sticky);
                held.candidate = Some(HeldCandidate { version: known.version, share: share.parts, sticky });
            }
        }
        What::DropCandidate => held.candidate = None,
        What::Configure(variables) => configure(&mut held, variables),
        What::Remove => return None,
    }
    Some(held)
}

fn candidate(version: String, share: &Share) -> HeldCandidate {
    HeldCandidate { version, share: share.parts, sticky: share.sticky.clone() }
}

fn keep(held: &mut Held, lane: &Lane, now_ms: u64, note: Option<&str>) {
    let Some(version) = &lane.version else { return };
    if held.kept(version.id.as_str()).is_none() {
        held.versions.push(Kept {
            version: version.id.to_string(),
            stored_ms: now_ms,
            live_ms: None,
            bytes: lane.bytes,
            modules: version.modules.len(),
            note: note.map(str::to_owned),
            routes: write_routes(&version.manifest.routes),
        });
    }
}

/// Sets and takes away variables.
pub(in crate::release) fn configure(held: &mut Held, variables: &Variables) {
    change(&mut held.env, &mut held.secrets, &variables.env);
    change(&mut held.secrets, &mut held.env, &variables.secrets);
}

/// A name is a variable or a secret, never both.
fn change(known: &mut BTreeMap<String, String>, other: &mut BTreeMap<String, String>, changes: &BTreeMap<String, Option<String>>) {
    for (name, value) in changes {
        match value {
            Some(value) => {
                other.remove(name);
                known.insert(name.clone(), value.clone());
            }
            None => drop(known.remove(name)),
        }
    }
}

/// What the table gets for the lane's function; `None`: nothing.
pub(in crate::release) fn deployed(
    lane: &Lane,
    before: Option<&Deployed>,
    held: Option<&Held>,
    maker: &Maker,
) -> Result<Option<Arc<Deployed>>, Trouble> {
    let Some(held) = held else { return Ok(None) };
    let gone = || Trouble::new(format!("`{}` is not live any more", lane.function));
    let version = lane.version.as_ref();
    let fresh = || lane.pool.clone().map(Track::of).ok_or_else(gone);
    let old = || before.map(|before| &before.endpoint).ok_or_else(gone);
    let (live, candidate) = match &lane.what {
        What::Deploy(Some(_)) => (old()?.live.clone(), Some(fresh()?)),
        What::Deploy(None) | What::Return(_) | What::ReturnFrom { .. } => (fresh()?, None),
        What::Promote => (old()?.candidate.as_ref().ok_or_else(gone)?.track.clone(), None),
        What::Weigh(_) => (old()?.live.clone(), old()?.candidate.as_ref().map(|candidate| candidate.track.clone())),
        What::DropCandidate => (old()?.live.clone(), None),
        // A candidate gets the new variables as well, when it is called next.
        What::Configure(_) => (fresh()?, held.candidate.as_ref().map(|candidate| maker.track(&lane.function, &candidate.version, held))),
        What::Remove => return Ok(None),
    };
    let candidate = candidate.zip(held.candidate.as_ref()).and_then(|(track, held)| {
        Some(Candidate {
            track,
            version: crate::function::VersionId::parse(&held.version)?,
            share: held.share,
            sticky: held.sticky.as_deref().and_then(|sticky| Sticky::parse(sticky).ok()),
        })
    });
    let routes = match (&lane.what, version) {
        (What::Deploy(None) | What::Return(_) | What::ReturnFrom { .. } | What::Promote | What::Configure(_), Some(version)) => {
            version.manifest.routes.clone()
        }
        _ => before.map(|before| before.routes.clone()).unwrap_or_default(),
    };
    let endpoint = Arc::new(Endpoint { name: lane.function.clone(), live, candidate });
    Ok(Some(Arc::new(Deployed { endpoint, routes })))
}

/// The pools that the table has now and will not have any more.
pub(in crate::release) fn leaving(before: Option<&Deployed>, after: Option<&Deployed>) -> Vec<Arc<Pool>> {
    let stays = |track: &Arc<Track>| after.is_some_and(|after| after.endpoint.tracks().any(|stays| Arc::ptr_eq(stays, track)));
    let leaving = before.into_iter().flat_map(|before| before.endpoint.tracks()).filter(|track| !stays(track));
    leaving.filter_map(|track| track.made()?.as_ref().ok().cloned()).collect()
}

/// The versions of functions that are not there any more.
pub(in crate::release) fn removed(before: &State, after: &State) -> Vec<(FunctionName, String)> {
    let gone = before.functions.iter().filter(|(name, _)| !after.functions.contains_key(*name));
    gone.filter_map(|(name, held)| Some((FunctionName::parse(name).ok()?, held)))
        .flat_map(|(name, held)| held.versions.iter().map(move |kept| (name.clone(), kept.version.clone())))
        .collect()
}

/// Writes the record into the state, in place of what was known of the release.
pub(in crate::release) fn remember(state: &mut State, record: &Record) {
    let Ok(value) = serde_json::to_value(record) else { return };
    state.releases.retain(|known| known.get("id").and_then(|id| id.as_str()) != Some(record.id.as_str()));
    state.remember(value);
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::function::{Manifest, Version, VersionId};
    use crate::release::deploy::order::Change;

    fn version(number: u8) -> Arc<Version> {
        Arc::new(Version {
            id: VersionId::from_digest(&[number; 32]),
            function: FunctionName::parse("f").unwrap(),
            entry: "file:///f/index.js".to_owned(),
            modules: HashMap::new(),
            manifest: Manifest::default(),
        })
    }

    fn lane(what: What, number: u8) -> Lane {
        let mut lane = Lane::new(Change { function: FunctionName::parse("f").unwrap(), what });
        lane.version = Some(version(number));
        lane
    }

    fn id(number: u8) -> String {
        version(number).id.to_string()
    }

    fn share(parts: u16) -> Share {
        Share { parts, sticky: None }
    }

    #[test]
    fn the_predecessor_is_what_was_live_last_whatever_was_deployed_before() {
        let mut now = 1_000;
        let mut state: Option<Held> = None;
        let mut next = |what: What, number: u8| {
            now += 10;
            state = held(&lane(what, number), state.as_ref(), now, None);
            let state = state.as_ref().unwrap();
            (state.live.clone(), state.predecessor().map(|kept| kept.version.clone()))
        };
        assert_eq!(next(What::Deploy(None), 1), (Some(id(1)), None));
        assert_eq!(next(What::Deploy(None), 2), (Some(id(2)), Some(id(1))));
        assert_eq!(next(What::Deploy(None), 3), (Some(id(3)), Some(id(2))));
        assert_eq!(next(What::Return(None), 2), (Some(id(2)), Some(id(3))), "a return can be taken back");
        assert_eq!(next(What::Return(None), 1), (Some(id(1)), Some(id(2))));
        assert_eq!(next(What::Deploy(Some(share(500))), 4), (Some(id(1)), Some(id(2))), "a candidate was never live");
        assert_eq!(next(What::Promote, 4), (Some(id(4)), Some(id(1))));
    }

    #[test]
    fn a_candidate_keeps_what_decides_for_it_until_it_is_given_another() {
        let sticky = Share { parts: 500, sticky: Some("header:x-user".to_owned()) };
        let one = held(&lane(What::Deploy(None), 1), None, 1, None);
        let two = held(&lane(What::Deploy(Some(sticky)), 2), one.as_ref(), 2, None);
        let weighed = held(&lane(What::Weigh(share(9_000)), 2), two.as_ref(), 3, None).unwrap();
        assert_eq!(weighed.candidate, Some(HeldCandidate { version: id(2), share: 9_000, sticky: Some("header:x-user".into()) }));
        assert_eq!(held(&lane(What::DropCandidate, 2), Some(&weighed), 4, None).unwrap().candidate, None);
        assert_eq!(held(&lane(What::Deploy(None), 3), Some(&weighed), 4, None).unwrap().candidate, None, "it was measured against another");
        assert_eq!(held(&lane(What::Remove, 3), Some(&weighed), 4, None), None);
    }

    #[test]
    fn a_name_is_a_variable_or_a_secret() {
        let changes = |pairs: &[(&str, Option<&str>)]| -> BTreeMap<String, Option<String>> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
        };
        let mut state = Held::default();
        configure(&mut state, &Variables { env: changes(&[("A", Some("1")), ("B", Some("2"))]), secrets: changes(&[("C", Some("3"))]) });
        configure(&mut state, &Variables { env: changes(&[("C", Some("4")), ("B", None)]), secrets: changes(&[("A", Some("5"))]) });
        assert_eq!(state.env, BTreeMap::from([("C".to_owned(), "4".to_owned())]));
        assert_eq!(state.secrets, BTreeMap::from([("A".to_owned(), "5".to_owned())]));
    }
}
