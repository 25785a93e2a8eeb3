//! The writer, the search and those that follow together: what goes into a ring comes out of the files, once and in order.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use serde_json::Value;

use super::files::LogFolder;
use super::open_files::OpenFiles;
use super::segment::Folder;
use super::writer::{StoreWriter, WriterCommand};
use super::*;
use crate::function::{FunctionName, Level};
use crate::telemetry::log::record::RecordKind;
use crate::telemetry::log::ring::{LogRing, RingProducer};
use crate::telemetry::log::window::LogWindow;
use crate::telemetry::stream::Stream;

const RULES: KeepRules = KeepRules { days: 7, function_bytes: 64 << 20, total_bytes: 2048 << 20 };

/// A writer without a thread, one process that has lines, and a reader.
struct World {
    writer: StoreWriter,
    process: RingProducer,
    reader: LogReader,
}

impl World {
    fn new(folder: Option<&Path>) -> Self {
        Self::after(folder, 1000)
    }

    /// A writer whose first line has the number after this one.
    fn after(folder: Option<&Path>, newest: u64) -> Self {
        let log = folder.map(LogFolder::at);
        let (_, window) = LogWindow::create(newest).unwrap();
        let mut writer = StoreWriter::new(log.clone(), RULES, window.clone(), Duration::ZERO);
        let (_, ring) = LogRing::create().unwrap();
        writer.obey(WriterCommand::Add(1, ring.clone()));
        Self { writer, process: ring.producer(), reader: LogReader::new(log, window) }
    }

    fn say(&mut self, stream: Stream, name: &str, level: Level, more: &str) {
        let line = format!("{{\"time\":\"2026-11-26T17:53:01.250Z\",\"level\":\"{}\",\"event\":\"x\"{more}}}\n", level.label());
        self.process.push(RecordKind::Line(stream), level, name, line.as_bytes());
    }

    fn say_text(&mut self, name: &str, text: &str) {
        self.say(Stream::Business, name, Level::Info, &format!(",\"function\":\"{name}\",\"text\":\"{text}\""));
    }

    fn write(&mut self) {
        while self.writer.turn(now_ms()) {}
    }

    fn search(&self, filter: LogFilter, order: SearchOrder, limit: usize) -> Vec<u64> {
        let outcome = self.reader.search_now(&SearchTask { filter, limit, order }, &AtomicBool::new(true));
        outcome.lines.iter().map(|found| found.seq).collect()
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The numbers of the next lines that a client receives, so many; no more may come soon. Of lines that are gone, their number from the end of
/// all numbers.
fn received(follower: &mut Follower, count: usize) -> Vec<u64> {
    wait(async {
        let number = |event| match event {
            FollowEvent::Line(seq, _) => seq,
            FollowEvent::Missed(count) => u64::MAX - count,
        };
        let mut seqs = Vec::new();
        while seqs.len() < count {
            seqs.push(number(tokio::time::timeout(Duration::from_secs(30), follower.next()).await.expect("a line")));
        }
        let more = tokio::time::timeout(Duration::from_millis(60), follower.next()).await.map(number);
        assert!(more.is_err(), "{more:?} after {seqs:?}");
        seqs
    })
}

fn lines_of(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_line_goes_into_the_file_of_its_function_and_stream_with_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(Some(folder.path()));
    world.say_text("a", "one");
    world.say(Stream::Requests, "a", Level::Warn, ",\"status\":500");
    world.say(Stream::Host, "", Level::Info, "");
    world.say(Stream::Audit, "", Level::Info, "");
    world.say_text("b", "two");
    world.process.push(RecordKind::Line(Stream::Business), Level::Info, "../b", b"{\"time\":\"x\"}\n");
    world.process.push(RecordKind::Line(Stream::Business), Level::Info, "b", b"{\"time\":\"x\",\n\"forged\":1}\n");
    world.write();
    let names = |name: &str| fs::read_dir(folder.path().join(name)).unwrap().count();
    assert_eq!((names("a"), names("b"), names("_host")), (2, 1, 2));
    let written = lines_of(&folder.path().join("a/requests.ndjson"));
    assert_eq!(
        (written[0]["seq"].as_u64(), written[0]["stream"].as_str(), written[0]["status"].as_u64()),
        (Some(1002), Some("requests"), Some(500))
    );
    assert_eq!(world.search(LogFilter::default(), SearchOrder::Oldest, 10), [1001, 1002, 1003, 1004, 1005]);
    assert_eq!(fs::read_to_string(folder.path().join("seq")).unwrap(), "1001006\n");
    // The next writer does not give out a number again, whatever the clock says.
    assert!(LogFolder::at(folder.path()).numbers() > 1005);
}

#[test]
fn one_process_writes_to_a_folder_and_the_next_goes_on_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (World::new(Some(folder.path())), World::after(Some(folder.path()), 5000));
    first.say_text("a", "one");
    first.write();
    second.say_text("a", "not on the disk");
    second.write();
    assert_eq!(second.reader.dropped_lines(), 1);
    assert_eq!(second.search(LogFilter::default(), SearchOrder::Oldest, 10), [1001, 5001], "in memory all the same");
    drop(first);
    second.say_text("a", "two");
    let begun = std::time::Instant::now();
    while lines_of(&folder.path().join("a/business.ndjson")).len() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        second.say_text("a", "two");
        second.write();
        std::thread::yield_now();
    }
}

#[test]
fn a_folder_that_cannot_be_written_costs_lines_on_the_disk_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let mut world = World::new(Some(&file.join("logs")));
    for _ in 0..100 {
        world.say_text("a", "one");
    }
    world.write();
    assert_eq!((world.reader.dropped_lines(), world.search(LogFilter::default(), SearchOrder::Oldest, 1000).len()), (100, 100));
    let mut follower = Follower::after(world.reader.clone(), LogFilter::default(), 1050);
    assert_eq!(received(&mut follower, 50), (1051..=1100).collect::<Vec<_>>());
}

#[test]
fn a_search_stops_where_nothing_can_be_better_and_is_the_same_over_all_forms_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(Some(folder.path()));
    let (log, key) = (LogFolder::at(folder.path()), (Folder::parse("a").unwrap(), Stream::Business));
    // Two segments, which are packed meanwhile, and an open file.
    for round in 0..3 {
        for number in 0..400 {
            world.say_text("a", &format!("{round} {number} {}", "x".repeat(4000)));
        }
        world.write();
        if round < 2 {
            let mut files = OpenFiles::new(log.clone());
            files.roll(&key, now_ms()).unwrap();
            drop(files);
            world.writer = World::after(Some(folder.path()), 1000 + 400 * (round + 1)).writer;
            world.writer.window = world.reader.window.clone();
        }
        let (_, ring) = LogRing::create().unwrap();
        world.writer.obey(WriterCommand::Add(2, ring.clone()));
        world.process = ring.producer();
    }
    let all: Vec<u64> = (1001..2201).collect();
    assert_eq!(world.search(LogFilter::default(), SearchOrder::Oldest, 5000), all);
    assert_eq!(world.search(LogFilter::default(), SearchOrder::Newest, 3), [2200, 2199, 2198]);
    assert_eq!(world.search(LogFilter::default(), SearchOrder::Oldest, 3), [1001, 1002, 1003]);
    let of = |text: &str| LogFilter::default().grep(text).unwrap();
    assert_eq!(world.search(of("\"1 7 x"), SearchOrder::Oldest, 10), [1408]);
    assert_eq!(world.search(of("\"0 399 x"), SearchOrder::Newest, 10), [1400]);
    assert_eq!(world.search(LogFilter { after: Some(1399), before: Some(1403), ..of("x") }, SearchOrder::Newest, 10), [1402, 1401, 1400]);
    let stopped = world.reader.search_now(&SearchTask { limit: 10, ..SearchTask::default() }, &AtomicBool::new(false));
    assert!(stopped.lines.len() < 10 || stopped.lines[0].seq > 1001, "no one waits for it: the files are not read");
}

#[test]
fn one_who_follows_sees_each_line_once_from_the_disk_and_then_as_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(Some(folder.path()));
    let text = "x".repeat(9000);
    let say = |world: &mut World, count: u64| {
        for _ in 0..count {
            world.say_text("a", &text);
            world.say_text("b", &text);
            world.write();
        }
    };
    say(&mut world, 10);
    let function = FunctionName::parse("a").ok();
    let filter = LogFilter { function, ..LogFilter::default() };
    let mut from_now = wait(Follower::from_now(world.reader.clone(), filter.clone()));
    let mut slow = Follower::after(world.reader.clone(), filter.clone(), 0);
    assert_eq!(received(&mut slow, 10), (1001..1020).step_by(2).collect::<Vec<_>>());
    // More than the window holds.
    say(&mut world, 400);
    assert_eq!(received(&mut from_now, 400), (1021..1820).step_by(2).collect::<Vec<_>>());
    assert_eq!(received(&mut slow, 400), (1021..1820).step_by(2).collect::<Vec<_>>());
    say(&mut world, 1);
    assert_eq!((received(&mut slow, 1), received(&mut from_now, 1)), (vec![1821], vec![1821]));
    // A client that comes again, in the middle, at the end, and with a number that there never was.
    for (seen, next) in [(1009, 1011), (1800, 1801), (1820, 1821)] {
        let expected: Vec<u64> = (next..=1821).step_by(2).collect();
        assert_eq!(received(&mut Follower::after(world.reader.clone(), filter.clone(), seen), expected.len()), expected);
    }
    let mut ahead = Follower::after(world.reader.clone(), filter, u64::MAX);
    assert_eq!(received(&mut ahead, 0), [0; 0]);
    say(&mut world, 1);
    assert_eq!(received(&mut ahead, 1), [1823]);
}

#[test]
fn where_lines_are_in_memory_alone_one_who_is_slow_hears_how_many_are_gone() {
    let mut world = World::new(None);
    let mut slow = Follower::after(world.reader.clone(), LogFilter::default(), 1000);
    let text = "x".repeat(9000);
    for _ in 0..1000 {
        world.say_text("a", &text);
        world.write();
    }
    let kept = world.search(LogFilter::default(), SearchOrder::Oldest, 1000);
    let missed = u64::MAX - (kept[0] - 1001);
    assert!(kept[0] > 1001 && kept.ends_with(&[1999, 2000]), "{kept:?}");
    assert_eq!(received(&mut slow, kept.len() + 1), [vec![missed], kept].concat());
}

#[test]
fn lines_that_found_no_room_are_told_to_those_that_follow() {
    let mut world = World::new(None);
    let mut follower = wait(Follower::from_now(world.reader.clone(), LogFilter::default()));
    let text = "x".repeat(100_000);
    for _ in 0..100 {
        world.say_text("a", &text);
    }
    world.writer.turn(now_ms());
    let lines = world.search(LogFilter::default(), SearchOrder::Oldest, 1000).len();
    let got = received(&mut follower, lines + 1);
    let missed = u64::MAX - got.last().unwrap();
    assert!(missed > 0 && missed < 100, "{missed}");
}

/// What the conditions mean, by reading every line as JSON.
fn naive(lines: &[Value], function: Option<&str>, least: Option<Level>, trace: Option<&str>, text: Option<&str>) -> Vec<u64> {
    let holds = |line: &&Value| {
        function.is_none_or(|function| line["function"] == function)
            && least.is_none_or(|least| Level::of_label(line["level"].as_str().unwrap()).unwrap() as u8 <= least as u8)
            && trace.is_none_or(|trace| line["trace_id"] == trace)
            && text.is_none_or(|text| line["text"].as_str().unwrap_or_default().contains(text))
    };
    lines.iter().filter(holds).map(|line| line["seq"].as_u64().unwrap()).collect()
}

/// What is said in a random world: function, level, trace and text by their numbers.
type Said = (usize, usize, usize, String);

const NAMES: [&str; 3] = ["a", "b", "ab"];

/// Writes lines, rolls after some of them, and packs every second segment. Returns the lines as they are written.
fn write_all(log: &LogFolder, said: &[Said], rolls: &[usize]) -> Vec<Value> {
    let mut files = OpenFiles::new(log.clone());
    let mut all: Vec<Value> = Vec::new();
    for (number, (name, level, trace, text)) in said.iter().enumerate() {
        let mut json = Vec::new();
        crate::telemetry::format::json_string(&mut json, text);
        let (name, level) = (NAMES[*name], Level::ALL[*level].label());
        let text = String::from_utf8(json).unwrap();
        let head = format!("{{\"time\":\"2026-11-26T17:53:01.250Z\",\"level\":\"{level}\",\"event\":\"console\"");
        let line = format!("{head},\"function\":\"{name}\",\"trace_id\":\"t{trace}\",\"text\":{text}}}\n");
        let mut written = Vec::new();
        line::numbered(line.as_bytes(), number as u64 + 1, Stream::Business, &mut written).unwrap();
        all.push(serde_json::from_slice(&written).unwrap());
        let key = (Folder::parse(name).unwrap(), Stream::Business);
        files.append(&key, &written, now_ms()).unwrap();
        if rolls.contains(&number) {
            files.roll(&key, now_ms()).unwrap();
        }
    }
    for folder in log.folders() {
        for listed in log.list(&folder) {
            if let Some(name) = listed.file.segment().filter(|name| name.number % 2 == 0) {
                pack::pack(log, &folder, name).unwrap();
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_search_finds_what_a_reading_of_every_line_finds(
        said in proptest::collection::vec((0_usize..3, 0_usize..5, 0_usize..6, "[jkz\"\\\\\u{e9}]{0,6}"), 1..60),
        rolls in proptest::collection::vec(0_usize..60, 0..4),
        function in proptest::option::of(0_usize..3),
        least in proptest::option::of(0_usize..5),
        trace in proptest::option::of(0_usize..6),
        // Letters that stand nowhere else in a line.
        text in proptest::option::of("[jkz\u{e9}]{1,2}"),
        limit in 1_usize..70,
    ) {
        let place = tempfile::tempdir().unwrap();
        let log = LogFolder::at(place.path());
        let all = write_all(&log, &said, &rolls);
        let reader = LogReader::new(Some(log), LogWindow::create(0).unwrap().1);
        let (function, least) = (function.map(|name| NAMES[name]), least.map(|level| Level::ALL[level]));
        let trace = trace.map(|trace| format!("t{trace}"));
        let expected = naive(&all, function, least, trace.as_deref(), text.as_deref());
        let mut filter = LogFilter { function: function.map(|name| FunctionName::parse(name).unwrap()), level: least, ..LogFilter::default() };
        filter = trace.iter().fold(filter, |filter, trace| filter.trace_id(trace));
        filter = text.iter().fold(filter, |filter, text| filter.grep(text).unwrap());
        let found = |order, limit| -> Vec<u64> {
            let task = SearchTask { filter: filter.clone(), limit, order };
            reader.search_now(&task, &AtomicBool::new(true)).lines.iter().map(|found| found.seq).collect()
        };
        let newest: Vec<u64> = expected.iter().rev().copied().collect();
        prop_assert_eq!(found(SearchOrder::Oldest, 10_000), expected.clone());
        prop_assert_eq!(found(SearchOrder::Newest, 10_000), newest.clone());
        prop_assert_eq!(found(SearchOrder::Oldest, limit), expected.into_iter().take(limit).collect::<Vec<_>>());
        prop_assert_eq!(found(SearchOrder::Newest, limit), newest.into_iter().take(limit).collect::<Vec<_>>());
    }
}

#[test]
fn the_rules_of_a_function_reach_the_disk_and_wrong_ones_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(Some(folder.path()));
    let mut batch = batch::LineBatch::default();
    let (_, ring) = LogRing::create().unwrap();
    let mut producer = ring.producer();
    producer.push(RecordKind::Rules, Level::Info, "a", br#"{"days":2,"bytes":1000}"#);
    producer.push(RecordKind::Rules, Level::Info, "a", b"{");
    producer.push(RecordKind::Rules, Level::Info, "", b"{}");
    let mut seq = 1;
    ring.consumer().read(usize::MAX, |record| batch.add(&record, &mut seq)).unwrap();
    let expected = HashMap::from([(FunctionName::parse("a").unwrap(), FunctionRules { days: Some(2), bytes: Some(1000) })]);
    assert_eq!((batch.rules.drain(..).collect::<HashMap<_, _>>(), batch.refused, seq), (expected, 2, 1));
    world.write();
}
