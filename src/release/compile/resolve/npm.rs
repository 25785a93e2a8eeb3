//! `npm:` and `jsr:` specifiers: the name of a package, the versions that are asked for, and the file in it.
//!
//! `resolve` looks for the package among the installed ones, and asks here whether the installed version is one of those.
//!
//! Invariant: a range that is not understood, such as a tag, excludes no version.

use semver::{Version, VersionReq};

/// A specifier of a registry's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RegistrySpecifier<'s> {
    /// `npm` or `jsr`.
    pub(super) registry: &'s str,
    /// `zod`, `@std/assert`.
    pub(super) name: &'s str,
    /// What follows the `@`.
    pub(super) range: Option<&'s str>,
    /// What follows the name: empty, or a path that begins with `/`.
    subpath: &'s str,
}

impl<'s> RegistrySpecifier<'s> {
    /// `None` for any other specifier.
    pub(super) fn of(specifier: &'s str) -> Option<Self> {
        let (registry, rest) = specifier.split_once(':')?;
        if !matches!(registry, "npm" | "jsr") {
            return None;
        }
        let rest = rest.trim_start_matches('/');
        let slashes = usize::from(rest.starts_with('@'));
        let end = rest.match_indices('/').nth(slashes).map_or(rest.len(), |(at, _)| at);
        let (package, subpath) = rest.split_at_checked(end)?;
        let (name, range) = match package.char_indices().skip(1).find(|(_, character)| *character == '@') {
            Some((at, _)) => (package.get(..at)?, package.get(at + 1..)),
            None => (package, None),
        };
        let range = range.filter(|range| !range.is_empty());
        (!name.is_empty()).then_some(Self { registry, name, range, subpath })
    }

    /// By which specifier the installed package has the file: `npm:zod@3/v4` is `zod/v4`.
    pub(super) fn installed(&self) -> String {
        format!("{}{}", self.name, self.subpath)
    }

    /// The package with its range, as a command to install it names it.
    pub(super) fn with_range(&self) -> String {
        match self.range {
            Some(range) => format!("{}@{range}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// Whether a range of npm holds a version; `None` if one of them is not understood.
pub(super) fn satisfies(range: &str, version: &str) -> Option<bool> {
    let version = Version::parse(version).ok()?;
    let alternatives: Option<Vec<VersionReq>> = range.split("||").map(alternative).collect();
    Some(alternatives?.iter().any(|alternative| alternative.matches(&version)))
}

/// Comparators that must hold together: `>=1.2 <2`, `1.2.x`, `1.2 - 1.4`.
fn alternative(text: &str) -> Option<VersionReq> {
    let text = text.trim();
    if let Some((from, to)) = text.split_once(" - ") {
        return VersionReq::parse(&format!(">={}, <={}", plain(from), plain(to))).ok();
    }
    let mut comparators: Vec<String> = Vec::new();
    for part in text.split_whitespace() {
        match comparators.last_mut() {
            // `>= 1.2` is one comparator.
            Some(last) if last.ends_with(['<', '>', '=', '^', '~']) => last.push_str(part),
            _ => comparators.push(part.to_owned()),
        }
    }
    let comparators: Vec<String> = comparators.iter().map(|comparator| written_out(comparator)).filter(|text| text != "*").collect();
    if comparators.is_empty() {
        return Some(VersionReq::STAR);
    }
    VersionReq::parse(&comparators.join(", ")).ok()
}

/// A comparator as the library reads it: to npm, a version without an operator means itself.
fn written_out(comparator: &str) -> String {
    let digits = comparator.find(|character: char| !matches!(character, '<' | '>' | '=' | '^' | '~')).unwrap_or(comparator.len());
    let (operator, version) = comparator.split_at_checked(digits).unwrap_or((comparator, ""));
    match plain(version) {
        "" => "*".to_owned(),
        version => format!("{}{version}", if operator.is_empty() { "=" } else { operator }),
    }
}

/// Without a leading `v`, and without the parts that stand for any number.
fn plain(version: &str) -> &str {
    let version = version.trim().trim_start_matches('v');
    let end = version.split('.').take_while(|part| !matches!(*part, "x" | "X" | "*" | "")).map(|part| part.len() + 1).sum::<usize>();
    version.get(..end.saturating_sub(1)).unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_has_a_name_a_range_and_a_file() {
        for (specifier, name, range, installed) in [
            ("npm:zod", "zod", None, "zod"),
            ("npm:zod@3", "zod", Some("3"), "zod"),
            ("npm:/zod@^3.1/v4/core", "zod", Some("^3.1"), "zod/v4/core"),
            ("npm:@scope/name@>=1 <2/sub", "@scope/name", Some(">=1 <2"), "@scope/name/sub"),
            ("jsr:@std/assert@1", "@std/assert", Some("1"), "@std/assert"),
            ("npm:zod@", "zod", None, "zod"),
        ] {
            let found = RegistrySpecifier::of(specifier).unwrap();
            assert_eq!((found.name, found.range, found.installed().as_str()), (name, range, installed), "{specifier}");
        }
        for specifier in ["zod", "node:fs", "https://esm.sh/zod", "npm:", "./npm:zod"] {
            assert_eq!(RegistrySpecifier::of(specifier), None, "{specifier}");
        }
    }

    #[test]
    fn ranges_mean_what_they_mean_to_npm() {
        for (range, version, holds) in [
            ("1.2.3", "1.2.3", true),
            ("1.2.3", "1.2.4", false),
            ("=1.2.3", "1.2.3", true),
            ("v1.2.3", "1.2.3", true),
            ("1", "1.9.0", true),
            ("1", "2.0.0", false),
            ("1.2", "1.2.9", true),
            ("1.2", "1.3.0", false),
            ("1.x", "1.9.0", true),
            ("1.2.*", "1.3.0", false),
            ("^1.2", "1.9.0", true),
            ("^0.2.3", "0.3.0", false),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            (">=1.2 <2", "1.9.9", true),
            (">= 1.2 < 2", "2.0.0", false),
            ("1.2 - 1.4", "1.4.9", true),
            ("1.2 - 1.4", "1.5.0", false),
            ("^1 || ^3", "3.1.0", true),
            ("^1 || ^3", "2.0.0", false),
            ("*", "9.9.9", true),
            ("", "9.9.9", true),
            ("^2", "2.0.0-beta.1", false),
            ("2.0.0-beta.1", "2.0.0-beta.1", true),
        ] {
            assert_eq!(satisfies(range, version), Some(holds), "{range} {version}");
        }
        for range in ["latest", "next", "file:../x", "a b"] {
            assert_eq!(satisfies(range, "1.0.0"), None, "{range}");
        }
        assert_eq!(satisfies("1", "not a version"), None);
    }
}
