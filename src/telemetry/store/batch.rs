//! Lines that are written together: each with its number, gathered by file.
//!
//! `writer` fills it from the rings, and hands each file its lines at once.
//!
//! Invariant: numbers go up by one from line to line, and so in every file.

use std::ops::Range;

use indexmap::IndexMap;

use super::line::numbered;
use super::open_files::FileKey;
use super::retention::FunctionRules;
use super::segment::Folder;
use crate::function::{FunctionName, Level};
use crate::telemetry::log::record::RecordKind;
use crate::telemetry::log::ring::RingRecord;
use crate::telemetry::log::window::LogWindow;
use crate::telemetry::stream::Stream;

/// Files that are found without a look at all of them.
const RECENT_MAX: usize = 8;

/// Lines by file.
#[derive(Default)]
pub(super) struct LineBatch {
    files: IndexMap<FileKey, FileLines>,
    order: Vec<BatchLine>,
    /// Files by the names that records have for them.
    recent: Vec<(Box<[u8]>, Stream, usize)>,
    /// How functions want their lines kept.
    pub(super) rules: Vec<(FunctionName, FunctionRules)>,
    /// Records that are no lines of the log.
    pub(super) refused: u64,
}

/// The lines of one file.
#[derive(Default)]
pub(super) struct FileLines {
    pub(super) text: Vec<u8>,
    pub(super) count: u64,
}

struct BatchLine {
    seq: u64,
    file: usize,
    range: Range<usize>,
    level: Level,
    stream: Stream,
}

impl LineBatch {
    /// Takes a record in. `seq` is the number of the next line.
    pub(super) fn add(&mut self, record: &RingRecord<'_>, seq: &mut u64) {
        let taken = match record.head.kind {
            RecordKind::Line(stream) => self.add_line(record, stream, *seq),
            RecordKind::Rules => self.add_rules(record),
            RecordKind::Missed | RecordKind::Skip => None,
        };
        match taken {
            Some(()) if matches!(record.head.kind, RecordKind::Line(_)) => *seq += 1,
            Some(()) => {}
            None => self.refused += 1,
        }
    }

    /// The folder comes from another process: it is read as what it must be.
    fn add_line(&mut self, record: &RingRecord<'_>, stream: Stream, seq: u64) -> Option<()> {
        let file = self.file_of(record.name, stream)?;
        let (_, lines) = self.files.get_index_mut(file)?;
        let begin = lines.text.len();
        numbered(record.text, seq, stream, &mut lines.text)?;
        lines.count += 1;
        self.order.push(BatchLine { seq, file, range: begin..lines.text.len() - 1, level: record.head.level, stream });
        Some(())
    }

    /// The place of a file among those of the batch. Most lines are for one of the last few.
    fn file_of(&mut self, name: &[u8], stream: Stream) -> Option<usize> {
        if let Some((.., file)) = self.recent.iter().find(|(known, of, _)| *of == stream && &**known == name) {
            return Some(*file);
        }
        let folder = match name {
            b"" => Folder::Host,
            name => Folder::Function(FunctionName::parse(std::str::from_utf8(name).ok()?).ok()?),
        };
        let entry = self.files.entry((folder, stream));
        let file = entry.index();
        entry.or_default();
        if self.recent.len() == RECENT_MAX {
            self.recent.clear();
        }
        self.recent.push((name.into(), stream, file));
        Some(file)
    }

    fn add_rules(&mut self, record: &RingRecord<'_>) -> Option<()> {
        let function = FunctionName::parse(std::str::from_utf8(record.name).ok()?).ok()?;
        self.rules.push((function, serde_json::from_slice(record.text).ok()?));
        Some(())
    }

    /// Every file with its lines.
    pub(super) fn files(&self) -> impl Iterator<Item = (&FileKey, &FileLines)> {
        self.files.iter().filter(|(_, lines)| lines.count > 0)
    }

    /// Shows the lines to those that follow.
    pub(super) fn publish(&self, window: &LogWindow) {
        for line in &self.order {
            let Some(((folder, _), lines)) = self.files.get_index(line.file) else { continue };
            let name = match folder {
                Folder::Host => "",
                Folder::Function(name) => name.as_str(),
            };
            let text = lines.text.get(line.range.clone()).unwrap_or_default();
            window.append(line.seq, RecordKind::Line(line.stream), line.level, name, text);
        }
    }
}
