//! Patterns of paths, as Fission's archives, Serverless's packages and Vercel's functions have them: `*`, `?`, `**`, `{a,b}`.
//!
//! Invariant: matching takes at most the length of the pattern times the length of the path.

/// Most patterns that the braces of one stand for; the rest of them matches nothing.
const ALTERNATIVES_MAX: usize = 64;
/// A longer pattern matches nothing.
const PATTERN_BYTES_MAX: usize = 1000;

/// Whether a path with `/` matches.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    if pattern.len() > PATTERN_BYTES_MAX {
        return false;
    }
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let mut patterns = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(next) = patterns.pop() {
        match expand(&next) {
            Some(alternatives) if patterns.len() + done.len() + alternatives.len() <= ALTERNATIVES_MAX => patterns.extend(alternatives),
            Some(_) => {}
            None => done.push(next),
        }
    }
    let path: Vec<&str> = path.split('/').collect();
    done.iter().any(|pattern| matches_parts(&pattern.split('/').collect::<Vec<_>>(), &path))
}

/// The pattern once for each text of its first braces.
fn expand(pattern: &str) -> Option<Vec<String>> {
    let (before, rest) = pattern.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    Some(inner.split(',').map(|one| format!("{before}{one}{after}")).collect())
}

/// Row by row over the pattern: which beginnings of the path it matches so far.
fn matches_parts(pattern: &[&str], path: &[&str]) -> bool {
    let mut reached = vec![true];
    reached.resize(path.len() + 1, false);
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        if *part == "**" {
            let mut any = false;
            for (now, then) in reached.iter().zip(&mut next) {
                any |= *now;
                *then = any;
            }
        } else {
            for (at, name) in path.iter().enumerate() {
                if reached.get(at) == Some(&true)
                    && matches_name(part.as_bytes(), name.as_bytes())
                    && let Some(then) = next.get_mut(at + 1)
                {
                    *then = true;
                }
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

/// One name: a `*` takes the shortest text first, and the last `*` is tried again where the rest does not fit.
fn matches_name(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(in_name) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                in_name = taken + 1;
            }
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}
