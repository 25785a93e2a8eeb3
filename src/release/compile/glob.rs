//! Patterns of `[code] files`: which paths below a folder they mean.
//!
//! `files` walks folders with them.
//!
//! Invariant: matching takes time that is linear in the pattern and the path for each `*`, and a pattern never leads up.

/// The part that stands for any folders, and for none.
const ANY_FOLDERS: &str = "**";

/// A pattern, as its parts between slashes.
#[derive(Clone, Debug)]
pub(super) struct Glob<'g>(Vec<&'g str>);

impl<'g> Glob<'g> {
    /// The folders that the pattern names without a wildcard, and the rest as a pattern.
    pub(super) fn split(pattern: &'g str) -> (Vec<&'g str>, Self) {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let is_plain = |part: &&str| !part.contains(['*', '?']);
        let fixed = parts.iter().take_while(|part| is_plain(part)).count();
        // The last part names a file, with or without a wildcard.
        let fixed = fixed.min(parts.len().saturating_sub(1));
        let (folders, rest) = parts.split_at_checked(fixed).unwrap_or((&[], &parts));
        (folders.to_vec(), Self(rest.to_vec()))
    }

    /// The states of the pattern before the first part of a path: positions of parts that may come next.
    pub(super) fn start(&self) -> Vec<usize> {
        self.with_skipped(vec![0])
    }

    /// The states after a part of a path.
    pub(super) fn after(&self, states: &[usize], name: &str) -> Vec<usize> {
        let mut next = Vec::new();
        for state in states {
            match self.0.get(*state) {
                // A name that begins with a dot must be named so.
                Some(part) if *part == ANY_FOLDERS && !name.starts_with('.') => next.push(*state),
                Some(part) if *part != ANY_FOLDERS && matches(part, name) => next.push(state + 1),
                _ => {}
            }
        }
        next.sort_unstable();
        next.dedup();
        self.with_skipped(next)
    }

    /// Whether a file may end in one of the states.
    pub(super) fn is_file(&self, states: &[usize]) -> bool {
        states.contains(&self.0.len()) || self.0.last() == Some(&ANY_FOLDERS) && states.contains(&(self.0.len() - 1))
    }

    /// `**` stands for no folder as well.
    fn with_skipped(&self, mut states: Vec<usize>) -> Vec<usize> {
        let mut at = 0;
        while let Some(state) = states.get(at).copied() {
            let next = state + 1;
            let may_skip = self.0.get(state) == Some(&ANY_FOLDERS) && next < self.0.len();
            if may_skip && !states.contains(&next) {
                states.push(next);
            }
            at += 1;
        }
        states
    }
}

/// Whether a part without slashes matches a name: `*` is any text, `?` one character.
fn matches(part: &str, name: &str) -> bool {
    if name.starts_with('.') && !part.starts_with('.') {
        return false;
    }
    let (part, name): (Vec<char>, Vec<char>) = (part.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    // The last `*`, and where its text ends so far.
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match (part.get(at), name.get(in_name)) {
            (Some('*'), _) => {
                star = Some((at, in_name));
                at += 1;
            }
            (Some('?'), _) => (at, in_name) = (at + 1, in_name + 1),
            (Some(expected), Some(found)) if expected == found => (at, in_name) = (at + 1, in_name + 1),
            _ => match star {
                Some((star_at, end)) => {
                    star = Some((star_at, end + 1));
                    (at, in_name) = (star_at + 1, end + 1);
                }
                None => return false,
            },
        }
    }
    part.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(pattern: &str, path: &str) -> bool {
        let (folders, glob) = Glob::split(pattern);
        let rest = folders.iter().try_fold(path, |rest, folder| rest.strip_prefix(folder)?.strip_prefix('/'));
        let Some(rest) = rest else { return false };
        let states = rest.split('/').fold(glob.start(), |states, name| glob.after(&states, name));
        glob.is_file(&states)
    }

    #[test]
    fn patterns_match_as_in_other_tools() {
        for (pattern, path, expected) in [
            ("views/**", "views/a.html", true),
            ("views/**", "views/deep/er/a.html", true),
            ("views/**", "other/a.html", false),
            ("views/*.html", "views/a.html", true),
            ("views/*.html", "views/deep/a.html", false),
            ("**/*.sql", "a.sql", true),
            ("**/*.sql", "x/y/a.sql", true),
            ("x/**/y/*.js", "x/y/a.js", true),
            ("x/**/y/*.js", "x/1/2/y/a.js", true),
            ("x/**/y/*.js", "x/1/2/a.js", false),
            ("data.bin", "data.bin", true),
            ("data.bin", "data.bi", false),
            ("./a/?.txt", "a/b.txt", true),
            ("a/?.txt", "a/bc.txt", false),
            ("**", ".env", false),
            ("**", ".git/config", false),
            (".well-known/*", ".well-known/a", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
        ] {
            assert_eq!(holds(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_of_many_wildcards_ends_soon() {
        let pattern = format!("{}b", "*a".repeat(200));
        assert!(!holds(&pattern, &"a".repeat(255)));
        let folders = format!("{}x", "**/".repeat(200));
        assert!(!holds(&folders, &"a/".repeat(32)));
    }
}
