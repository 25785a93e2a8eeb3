//! Arrows inside the folders: no ring of files, and in every `mod.rs` a child imports only children that stand below it in the list.
//!
//! An import is a `use` or a path in the code. It leads to the file that defines the name: re-exports are followed, and a `mod.rs` that only
//! declares and re-exports is in no ring.

use std::collections::{BTreeMap, BTreeSet};

use super::none;
use super::source::{Source, places_of, sources};

type Path = Vec<String>;

/// The modules of the program and what their files import.
struct Graph {
    sources: Vec<Source>,
    /// The file of each module, by the module's path.
    files: BTreeMap<Path, usize>,
    /// `pub use`: what a name of a module stands for.
    exports: BTreeMap<Path, Path>,
}

impl Graph {
    fn read() -> Self {
        let sources: Vec<Source> = sources("src")
            .into_iter()
            .filter(|source| !matches!(source.path.as_str(), "main.rs" | "build.rs") && !source.is_test())
            .collect();
        let files = sources.iter().enumerate().map(|(index, source)| (module(source), index)).collect();
        let mut graph = Self { sources, files, exports: BTreeMap::new() };
        for source in &graph.sources {
            let base = module(source);
            for (is_public, tree) in uses(&source.code) {
                for (path, name) in leaves(&tree).into_iter().filter(|_| is_public) {
                    if let Some(target) = graph.absolute(&path, &base) {
                        graph.exports.insert(base.iter().cloned().chain([name]).collect(), target);
                    }
                }
            }
        }
        graph
    }

    /// The path from the crate's root; `None` for another crate's.
    fn absolute(&self, path: &[String], base: &Path) -> Option<Path> {
        let first = path.first()?;
        let mut base = base.clone();
        let rest = match first.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" => &path[1..],
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                base.truncate(base.len().checked_sub(ups)?);
                &path[ups..]
            }
            _ => {
                let child: Path = base.iter().chain([first]).cloned().collect();
                self.files.get(&child)?;
                path
            }
        };
        base.extend(rest.iter().cloned());
        Some(base)
    }

    /// The file that defines what a path names.
    fn file_of(&self, path: &Path, depth: usize) -> Option<usize> {
        for length in (1..=path.len()).rev() {
            if let Some(file) = self.files.get(&path[..length]) {
                let exported = path.get(..=length).and_then(|name| self.exports.get(name)).filter(|target| *target != path && depth > 0);
                return match exported {
                    Some(target) => self.file_of(&target.iter().chain(&path[length + 1..]).cloned().collect(), depth - 1),
                    None => Some(*file),
                };
            }
        }
        None
    }

    /// The files that a file imports.
    fn imports(&self, index: usize) -> BTreeSet<usize> {
        let (source, base) = (&self.sources[index], module(&self.sources[index]));
        let private = uses(&source.code).into_iter().filter(|(is_public, _)| !is_public).flat_map(|(_, tree)| leaves(&tree));
        let paths = private.map(|(path, _)| path).chain(paths_in_code(&source.code));
        let targets = paths.filter_map(|path| self.file_of(&self.absolute(&path, &base)?, 8));
        targets.filter(|target| *target != index).collect()
    }

    fn name(&self, index: usize) -> &str {
        &self.sources[index].path
    }
}

/// `runtime::pool` for `runtime/pool/mod.rs`; nothing for `lib.rs`.
fn module(source: &Source) -> Path {
    let path: Path = source.module().into_iter().map(str::to_owned).collect();
    if path == ["lib"] { Vec::new() } else { path }
}

/// Every `use`: whether it is public, and its tree.
fn uses(code: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for at in places_of(code, "use") {
        let line = code[..at].rsplit('\n').next().unwrap_or_default().trim();
        let is_public = line.starts_with("pub");
        if line.is_empty() || is_public {
            let tree = code[at + 3..].split(';').next().unwrap_or_default();
            found.push((is_public, tree.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    found
}

/// Each name that a `use` brings in: its path, and what it is called from then on.
fn leaves(tree: &str) -> Vec<(Path, String)> {
    let mut found = Vec::new();
    leaves_below(&[], tree, &mut found);
    found
}

fn leaves_below(prefix: &[String], tree: &str, found: &mut Vec<(Path, String)>) {
    let tree = tree.trim();
    if let Some((before, group)) = tree.split_once('{') {
        let parts = before.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
        let prefix: Path = prefix.iter().cloned().chain(parts).collect();
        let group = group.strip_suffix('}').unwrap_or(group);
        let (mut depth, mut from) = (0, 0);
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    leaves_below(&prefix, &group[from..at], found);
                    from = at + 1;
                }
                _ => {}
            }
        }
        leaves_below(&prefix, &group[from..], found);
    } else if !tree.is_empty() {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
        let mut path: Path = prefix.iter().cloned().chain(path.split("::").map(|part| part.trim().to_owned())).collect();
        if path.last().is_some_and(|last| last == "self" || last == "*") {
            path.pop();
        }
        let name = alias.map(str::to_owned).or_else(|| path.last().cloned()).unwrap_or_default();
        found.push((path, name));
    }
}

/// Paths outside of `use` that begin with `crate`, `super` or `self`, and those that begin with the name of a module.
fn paths_in_code(code: &str) -> Vec<Path> {
    let mut found = Vec::new();
    let mut rest = code;
    let mut before = ' ';
    while let Some(start) = rest.find(|character: char| character.is_alphabetic() || character == '_') {
        before = rest[..start].chars().next_back().unwrap_or(before);
        rest = &rest[start..];
        let mut path = Vec::new();
        loop {
            let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
            path.push(rest[..end].to_owned());
            rest = &rest[end..];
            match rest.strip_prefix("::") {
                Some(after) if after.starts_with(|character: char| character.is_alphabetic() || character == '_') => rest = after,
                _ => break,
            }
        }
        // `pub(in crate::room)` imports nothing, and what follows a dot is a field or a method.
        let is_use = path.len() == 1 && path[0] == "use";
        if is_use {
            rest = rest.split_once(';').map_or("", |(_, after)| after);
        } else if path.len() == 1 && path[0] == "in" {
            rest = rest.split_once(')').map_or("", |(_, after)| after);
        } else if path.len() > 1 && before != '.' && before != ':' {
            found.push(path);
        }
        before = ' ';
    }
    found
}

#[test]
fn no_files_import_each_other_in_a_ring() {
    let graph = Graph::read();
    let imports: Vec<BTreeSet<usize>> = (0..graph.sources.len()).map(|index| graph.imports(index)).collect();
    let wrong: Vec<String> = rings(&imports)
        .into_iter()
        .map(|ring| {
            let inside = |index: usize| imports[index].iter().filter(|target| ring.contains(target)).map(move |target| (index, *target));
            let arrows = ring.iter().flat_map(|index| inside(*index));
            let arrows: Vec<String> = arrows.map(|(from, to)| format!("  {} -> {}", graph.name(from), graph.name(to))).collect();
            format!("a ring of {} files:\n{}", ring.len(), arrows.join("\n"))
        })
        .collect();
    none(&wrong);
}

#[test]
fn children_import_only_what_stands_below_them() {
    let graph = Graph::read();
    let mut wrong = Vec::new();
    for (parent, index) in graph.files.iter().filter(|(parent, _)| !parent.is_empty()) {
        let listed = children(&graph.sources[*index].code);
        let place = |file: usize| {
            let path = module(&graph.sources[file]);
            path.strip_prefix(parent.as_slice()).and_then(|below| listed.iter().position(|child| Some(child) == below.first()))
        };
        for file in 0..graph.sources.len() {
            let Some(here) = place(file) else { continue };
            for target in graph.imports(file) {
                if place(target).is_some_and(|there| there < here) {
                    let (from, to) = (graph.name(file), graph.name(target));
                    wrong.push(format!(
                        "src/{}: `{}` stands below `{}`, but {from} imports {to}",
                        graph.name(*index),
                        listed[here],
                        listed[place(target).unwrap_or(0)]
                    ));
                }
            }
        }
    }
    none(&wrong);
}

/// The children that a `mod.rs` lists, in its order.
fn children(code: &str) -> Vec<String> {
    let declared = places_of(code, "mod").into_iter().filter_map(|at| code[at + 3..].split_once(';'));
    declared
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| name.chars().all(|character| character.is_alphanumeric() || character == '_'))
        .collect()
}

/// Strongly connected parts of more than one file (Kosaraju).
fn rings(imports: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let mut importers = vec![BTreeSet::new(); imports.len()];
    for (from, targets) in imports.iter().enumerate() {
        for to in targets {
            importers[*to].insert(from);
        }
    }
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for start in 0..imports.len() {
        visit(start, imports, &mut seen, &mut order);
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for start in order.into_iter().rev() {
        let mut part = Vec::new();
        visit(start, &importers, &mut seen, &mut part);
        if part.len() > 1 {
            found.push(part.into_iter().collect());
        }
    }
    found
}

/// Adds everything that can be reached from `start` and was not seen before to `order`, the farthest first.
fn visit(start: usize, edges: &[BTreeSet<usize>], seen: &mut BTreeSet<usize>, order: &mut Vec<usize>) {
    if !seen.insert(start) {
        return;
    }
    for next in &edges[start] {
        visit(*next, edges, seen, order);
    }
    order.push(start);
}

#[test]
fn the_reader_of_imports_sees_what_is_imported() {
    let tree = leaves("crate::a::{self, b::{C, d as e}, f::*}");
    let tree: Vec<(String, &str)> = tree.iter().map(|(path, name)| (path.join("::"), name.as_str())).collect();
    assert_eq!(
        tree,
        [("crate::a".into(), "a"), ("crate::a::b::C".into(), "C"), ("crate::a::b::d".into(), "e"), ("crate::a::f".into(), "f")]
    );
    let paths = paths_in_code("use crate::no; pub(in crate::no::no) fn f() { crate::yes::g(); self.no::<T>(); child::h(); x.no }");
    assert_eq!(paths.iter().map(|path| path.join("::")).collect::<Vec<_>>(), ["crate::yes::g", "child::h"]);
    let ring = rings(&[BTreeSet::from([1]), BTreeSet::from([2]), BTreeSet::from([0]), BTreeSet::from([0])]);
    assert_eq!(ring, [BTreeSet::from([0, 1, 2])]);
}
