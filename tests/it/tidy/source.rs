//! Rust files as the tidy tests read them: the text, and the code without comments, strings and unit tests, line for line.

use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file.
pub(super) struct Source {
    /// Below the folder that was asked for.
    pub(super) path: String,
    pub(super) text: String,
    /// The text with comments, strings and inline unit tests blanked out, line for line.
    pub(super) code: String,
}

/// Every file below a folder.
pub(super) fn files_below(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// Every Rust file below a folder of the repository.
pub(super) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    for path in files_below(&root).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        let code = without_tests(&without_comments_and_strings(&text));
        sources.push(Source { path, text, code });
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

impl Source {
    /// `runtime` for `runtime/pool/mod.rs`, `app` for `app.rs`.
    pub(super) fn part(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or("");
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Files above every part.
    pub(super) fn is_root(&self) -> bool {
        matches!(self.path.as_str(), "lib.rs" | "main.rs" | "build.rs")
    }

    pub(super) fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.contains("/tests/")
    }

    pub(super) fn test_lines(&self) -> usize {
        let plain = without_comments_and_strings(&self.text);
        plain.lines().zip(self.code.lines()).filter(|(before, after)| before != after).count()
    }

    /// The path of the module this file is.
    pub(super) fn module(&self) -> Vec<&str> {
        let path = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
    }

    /// Which part of the crate each `crate::…` and `super::…` leads to, with its line.
    pub(super) fn crate_imports(&self) -> Vec<(usize, String)> {
        let depth = self.module().len();
        let climbs = climbs(&self.code).into_iter().filter(|(_, ups, _)| *ups == depth).map(|(at, _, name)| (at, name));
        let all = paths_below(&self.code, "crate").into_iter().chain(climbs);
        all.map(|(at, name)| (line_of(&self.code, at), name)).collect()
    }

    /// Lines of code that have one of the words in them.
    pub(super) fn lines_with<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> + 'a {
        self.code.lines().enumerate().flat_map(move |(index, line)| {
            words.iter().filter(move |word| !places_of(line, word).is_empty()).map(move |word| (index + 1, *word))
        })
    }
}

pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where a word stands that is not part of a longer one.
pub(super) fn places_of(text: &str, word: &str) -> Vec<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
        .collect()
}

/// What follows `root::` wherever it stands: one name, or every first name of a group in braces.
pub(super) fn paths_below(code: &str, root: &str) -> Vec<(usize, String)> {
    places_of(code, root)
        .into_iter()
        .filter_map(|at| Some((at, code[at + root.len()..].trim_start().strip_prefix("::")?)))
        .flat_map(|(at, after)| first_names(after).into_iter().map(move |name| (at, name)))
        .collect()
}

/// What follows each chain of `super::`, with the length of the chain.
pub(super) fn climbs(code: &str) -> Vec<(usize, usize, String)> {
    let mut climbs = Vec::new();
    for at in places_of(code, "super").into_iter().filter(|at| !code[..*at].trim_end().ends_with("super::")) {
        let mut ups = 0;
        let mut rest = &code[at..];
        while let Some(after) = rest.strip_prefix("super").and_then(|rest| rest.trim_start().strip_prefix("::")) {
            ups += 1;
            rest = after.trim_start();
        }
        if ups > 0 {
            climbs.extend(first_names(rest).into_iter().map(|name| (at, ups, name)));
        }
    }
    climbs
}

pub(super) fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![name(path)] };
    let mut names = vec![name(group)];
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Blanks out `#[cfg(test)] mod … { … }`.
pub(super) fn without_tests(code: &str) -> String {
    let mut rest = code;
    let mut kept = String::with_capacity(code.len());
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        let is_inline = after.trim_start().starts_with("mod ") && after.find('{') < after.find(';');
        let end = if is_inline { block_end(after) } else { 0 };
        kept.extend(after[..end].chars().filter(|c| *c == '\n'));
        rest = &after[end..];
    }
    kept.push_str(rest);
    kept
}

/// Where the first block in braces ends.
pub(super) fn block_end(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Blanks out comments and the insides of strings and characters; line ends stay.
pub(super) fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment_end(rest),
            '"' => string_end(rest, 1),
            'r' | 'b' | 'c' if !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') => raw_string_end(rest).unwrap_or(0),
            '\'' => character_end(rest).unwrap_or(0),
            _ => 0,
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            rest = &rest[skipped..];
        }
    }
    code
}

pub(super) fn comment_end(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            match rest.chars().next() {
                Some(c) => at += c.len_utf8(),
                None => break,
            }
        }
    }
    text.len()
}

/// Where a string ends whose inside begins at `from`.
pub(super) fn string_end(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `c"…"`.
pub(super) fn raw_string_end(text: &str) -> Option<usize> {
    let prefix = text.len() - text.trim_start_matches(['b', 'c', 'r']).len();
    let hashes = text[prefix..].len() - text[prefix..].trim_start_matches('#').len();
    let inside = text[prefix + hashes..].strip_prefix('"')?;
    let from = text.len() - inside.len();
    if !text[..prefix].contains('r') {
        return (hashes == 0).then(|| string_end(text, from));
    }
    let end = format!("\"{}", "#".repeat(hashes));
    Some(inside.find(&end).map_or(text.len(), |at| from + at + end.len()))
}

/// A character literal; `None` for a lifetime.
pub(super) fn character_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (at, _) = chars.skip(1).find(|(_, c)| *c == '\'')?;
        return Some(at + 1);
    }
    let (at, second) = chars.next()?;
    (second == '\'').then_some(at + 1)
}

#[test]
fn the_reader_of_sources_sees_code_and_nothing_else() {
    let text = r##"
        // crate::comment
        use crate::{one::{a, b}, two};
        /* crate::block /* nested */ crate::still */
        let text = "crate::string \" crate::same"; let raw = r#"crate::raw"#; let byte = b"crate::byte";
        let quote = '"'; let lifetime: &'static str = crate::three::X; let escaped = '\'';
        pub(crate) fn f() {}
        #[cfg(test)]
        mod tests { use crate::four; fn g() { { } } }
        use std::{fs, io};
    "##;
    let code = without_tests(&without_comments_and_strings(text));
    let names = |root| paths_below(&code, root).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(names("crate"), ["one", "two", "three"]);
    assert_eq!(names("std"), ["fs", "io"]);
    assert_eq!(text.lines().count(), code.lines().count());
}

#[test]
fn a_path_through_super_is_followed_to_the_top() {
    let source = |path: &str, code: &str| Source { path: path.into(), text: String::new(), code: code.into() };
    let imports = |path, code| source(path, code).crate_imports().into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(imports("live/mod.rs", "use super::app::App;"), ["app"]);
    assert_eq!(imports("runtime/pool/mod.rs", "use super::worker; use super::super::{app, live};"), ["app", "live"]);
    assert_eq!(imports("fault.rs", "use super::live;"), ["live"]);
}
