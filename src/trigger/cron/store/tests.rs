//! What one process writes, the next one reads; what runs in the one before is heard.

use super::keeper::RECORDS;
use super::*;
use crate::function::FunctionName;
use crate::trigger::cron::record::{CallEnd, Effects, OccurrenceRecord, ScheduleKey, ScheduleRecord, StoredSchedules};

fn key(name: &str) -> ScheduleKey {
    ScheduleKey { function: FunctionName::parse("f").unwrap(), name: name.into() }
}

fn effects() -> Effects {
    let record =
        ScheduleRecord { expression: "@daily".to_owned(), zone: "UTC".to_owned(), watermark_s: 60, paused: true, last: None, skipped: 3 };
    let occurrence = OccurrenceRecord { owner: Some("a".into()), ..OccurrenceRecord::new("1".into(), key("x"), 60_000) };
    let mut effects = Effects::default();
    effects.schedules.insert(key("x"), Some(record));
    effects.occurrences.insert("1".into(), Some(occurrence));
    effects.learned.insert(("f".to_owned(), "v1".to_owned()), Some("text".to_owned()));
    effects
}

#[test]
fn what_is_written_is_read_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, stored) = ScheduleStore::open(folder.path(), &"a".into()).unwrap();
    assert_eq!(stored, StoredSchedules::default());
    store.commit(&effects()).unwrap();
    let mut notes = store.hand_over().unwrap();
    let (mut next, stored) = ScheduleStore::open(folder.path(), &"b".into()).unwrap();
    let mut expected = StoredSchedules::default();
    expected.apply(&effects());
    assert_eq!(stored, expected);
    let mut other = next.other("a");
    assert_eq!(other.read(), (Vec::new(), true), "it lives, and its call runs");
    notes.write("1", &CallEnd::Interrupted);
    assert_eq!(other.read(), (vec![("1".to_owned(), CallEnd::Interrupted)], true));
    notes.write("2", &CallEnd::NoFunction);
    drop(notes);
    assert_eq!(other.read(), (vec![("2".to_owned(), CallEnd::NoFunction)], false), "it is gone, and was heard to the end");
    other.remove();
    assert_eq!(next.other("a").read(), (Vec::new(), false));
    let mut removal = effects();
    removal.schedules.values_mut().for_each(|record| *record = None);
    removal.occurrences.values_mut().for_each(|record| *record = None);
    removal.learned.values_mut().for_each(|text| *text = None);
    next.commit(&removal).unwrap();
    drop(next);
    assert_eq!(ScheduleStore::open(folder.path(), &"c".into()).unwrap().1, StoredSchedules::default());
}

#[test]
fn damaged_records_are_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(RECORDS), "no records at all").unwrap();
    let (mut store, stored) = ScheduleStore::open(folder.path(), &"a".into()).unwrap();
    assert_eq!(stored, StoredSchedules::default());
    store.commit(&effects()).unwrap();
    assert!(folder.path().join("schedules.redb.damaged").exists());
}
