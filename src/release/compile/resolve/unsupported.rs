//! Specifiers that are never resolved: other hosts' schemes, URLs and absolute paths; and Node's built-in modules in a function that is not
//! for Node.
//!
//! `resolve` asks before it reads the disk.
//!
//! Invariant: every diagnostic says what to write instead.

use super::npm::RegistrySpecifier;
use crate::function::node::{NODE_SCHEME, built_in, built_ins};
use crate::release::compile::error::{CompileErrorKind, Diagnostic};

/// What functions for the web use in the place of Node's built-in modules.
const WEB_ALTERNATIVES: &[(&str, &str)] = &[
    ("assert", "throw an Error"),
    ("buffer", "use Uint8Array, TextEncoder and atob/btoa"),
    ("cluster", "set `[scale]` in function.toml"),
    ("console", "use the global `console`"),
    ("crypto", "use the global `crypto`"),
    ("dns", "use fetch"),
    ("events", "use EventTarget, or install the npm package `events`"),
    ("fs", "import the file `with { type: \"text\" }`"),
    ("fs/promises", "import the file `with { type: \"text\" }`"),
    ("http", "use fetch, and export a handler"),
    ("http2", "use fetch, and export a handler"),
    ("https", "use fetch, and export a handler"),
    ("path", "use URL, or install the npm package `pathe`"),
    ("perf_hooks", "use the global `performance`"),
    ("process", "use `env`, which the handler is given"),
    ("punycode", "install the npm package `punycode`"),
    ("querystring", "use URLSearchParams"),
    ("stream", "use ReadableStream, WritableStream and TransformStream"),
    ("stream/promises", "use ReadableStream, WritableStream and TransformStream"),
    ("stream/web", "use the globals ReadableStream, WritableStream and TransformStream"),
    ("string_decoder", "use TextDecoder"),
    ("timers", "use the globals setTimeout and setInterval"),
    ("timers/promises", "use the global setTimeout in a Promise"),
    ("url", "use the globals URL and URLSearchParams"),
    ("util", "use TextEncoder, TextDecoder and structuredClone"),
    ("worker_threads", "set `[scale]` in function.toml"),
    ("zlib", "use CompressionStream and DecompressionStream"),
];

/// Hosts that serve npm's packages as modules: the path of a URL there begins with the name of a package.
const NPM_HOSTS: &[&str] = &["esm.sh", "unpkg.com", "cdn.skypack.dev", "cdn.jsdelivr.net/npm", "esm.run", "jspm.dev"];

/// The standard library of Deno, by its old address.
const DENO_STD: &str = "deno.land/std";

/// Letters by which a name may differ from the one that was meant.
const TYPO_MAX: usize = 2;

/// Why `specifier` can never be imported, whatever the disk holds; `None` if the disk decides.
pub(in crate::release::compile) fn diagnostic(specifier: &str) -> Option<Diagnostic> {
    let wrong = |message: String, help: String| Some(Diagnostic::new(CompileErrorKind::Import, message).help(help));
    if specifier.is_empty() {
        return wrong("an import needs a specifier".into(), "write a relative path or the name of a package".into());
    }
    if specifier.starts_with('/') || specifier.starts_with('\\') {
        return wrong(
            format!("`{specifier}` is an absolute path, and functions do not see the machine's files"),
            "write a path relative to this module, as in `./x.ts`".into(),
        );
    }
    if specifier.contains('\0') {
        return wrong("a specifier cannot hold NUL".into(), "write a relative path or the name of a package".into());
    }
    let (scheme, rest) = specifier.split_once(':')?;
    // A relative path or a package's name may hold a colon, too.
    if !scheme.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '+' | '-')) {
        return None;
    }
    match scheme.to_ascii_lowercase().as_str() {
        "node" => Some(node_built_in(specifier).unwrap_or_else(|| no_such_built_in(specifier, rest))),
        "npm" | "jsr" => Some(registry(specifier)),
        "http" | "https" => wrong(
            format!("Skep fetches nothing: vendor `{specifier}` (deno vendor), or install the package"),
            served_package(rest).unwrap_or_else(|| {
                "install the package with npm, or save the file in the function's folder and import it with a relative path".to_owned()
            }),
        ),
        "file" => wrong(
            format!("`{specifier}` is an absolute path, and functions do not see the machine's files"),
            "write a path relative to this module, as in `./x.ts`".into(),
        ),
        "data" | "blob" => wrong(
            format!("`{scheme}:` modules are not supported"),
            "save the code in a file of the function's folder and import that".into(),
        ),
        "bun" | "cloudflare" | "deno" | "ext" => {
            wrong(format!("`{specifier}` is a module of another host"), "use the web-standard globals instead".into())
        }
        _ => wrong(format!("`{specifier}` has the unknown scheme `{scheme}:`"), "write a relative path or the name of a package".into()),
    }
}

/// The diagnostic of a name that no installed package has, if it is that of one of Node's built-in modules.
pub(in crate::release::compile) fn node_built_in_diagnostic(specifier: &str) -> Option<Diagnostic> {
    node_built_in(specifier).or_else(|| {
        // `sqlite` is no built-in, and `node:sqlite` is one.
        let with_scheme = format!("{NODE_SCHEME}{specifier}");
        built_in(&with_scheme)?;
        let message = format!("cannot find the package `{specifier}`");
        Some(Diagnostic::new(CompileErrorKind::Import, message).help(format!("for Node's built-in module write `{with_scheme}`")))
    })
}

fn registry(specifier: &str) -> Diagnostic {
    let Some(package) = RegistrySpecifier::of(specifier) else {
        return Diagnostic::new(CompileErrorKind::Import, format!("`{specifier}` names no package"))
            .help("write the name of a package behind the colon, as in `npm:zod@4`");
    };
    let command = match package.registry {
        "jsr" => "npx jsr add",
        _ => "npm install",
    };
    let message = match package.registry {
        "jsr" => format!("Skep fetches nothing: vendor `{specifier}` (deno vendor), or install the package"),
        _ => format!("`{specifier}`: packages are not fetched from npm at release"),
    };
    Diagnostic::new(CompileErrorKind::Import, message).help(format!(
        "run `{command} {}` in the function's folder; `{}` is found by this specifier then, too",
        package.with_range(),
        package.installed()
    ))
}

/// What to do in the place of the URL of a module that is a package.
fn served_package(rest: &str) -> Option<String> {
    let address = rest.trim_start_matches('/');
    let address = address.split(['?', '#']).next().unwrap_or(address);
    if let Some(file) = address.strip_prefix(DENO_STD) {
        let package = file.split('/').nth(1).filter(|name| !name.is_empty())?;
        let package = package.split('.').next().unwrap_or(package);
        return Some(format!("run `npx jsr add @std/{package}` in the function's folder, and write `\"@std/{package}\"`"));
    }
    let path = NPM_HOSTS.iter().find_map(|host| address.strip_prefix(host)?.strip_prefix('/'))?;
    let named = format!("npm:{}", path.trim_start_matches("jsr/"));
    let package = RegistrySpecifier::of(&named).filter(|package| is_package_name(package.name))?;
    Some(format!("run `npm install {}` in the function's folder, and write `\"{}\"`", package.with_range(), package.name))
}

fn is_package_name(name: &str) -> bool {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '@' | '/' | '-' | '_' | '.');
    !name.is_empty() && name.chars().all(is_allowed)
}

/// A built-in module of Node, in a function that is not for Node.
fn node_built_in(specifier: &str) -> Option<Diagnostic> {
    let name = built_in(specifier)?;
    let instead = WEB_ALTERNATIVES.iter().find(|(built_in, _)| *built_in == name).map(|(_, instead)| *instead);
    let instead = instead.unwrap_or("use the web-standard globals instead");
    let message = format!("`{specifier}`: Node's built-in modules are not available, because function.toml has `[code] node = false`");
    Some(Diagnostic::new(CompileErrorKind::Import, message).help(format!("set `[code] node = true`, or {instead}")))
}

/// What only looks like a built-in module of Node.
fn no_such_built_in(specifier: &str, name: &str) -> Diagnostic {
    let near = built_ins().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    let help = match near {
        Some((distance, known)) if distance <= TYPO_MAX => format!("did you mean `{NODE_SCHEME}{known}`?"),
        _ => "without `node:` it is the name of a package; for a file write a relative path".to_owned(),
    };
    Diagnostic::new(CompileErrorKind::Import, format!("`{specifier}`: Node has no built-in module of this name")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_write_instead() {
        for (specifier, help) in [
            ("node:crypto", "use the global `crypto`"),
            ("node:sqlite", "set `[code] node = true`, or use the web-standard globals"),
            ("node:nothing", "without `node:` it is the name of a package"),
            ("node:pth", "did you mean `node:path`?"),
            ("npm:zod@3", "`npm install zod@3` in the function's folder; `zod` is found"),
            ("npm:@scope/name@^1/sub", "`npm install @scope/name@^1` in the function's folder; `@scope/name/sub` is found"),
            ("npm:", "write the name of a package"),
            ("jsr:@std/assert@1", "`npx jsr add @std/assert@1` in the function's folder; `@std/assert` is found"),
            ("https://esm.sh/zod@3.2?target=es2022", "run `npm install zod@3.2` in the function's folder, and write `\"zod\"`"),
            ("https://cdn.jsdelivr.net/npm/@scope/a@1/+esm", "run `npm install @scope/a@1`"),
            ("https://deno.land/std@0.2/path/mod.ts", "run `npx jsr add @std/path` in the function's folder, and write `\"@std/path\"`"),
            ("https://example.com/x.js", "save the file"),
            ("http://x", "save the file"),
            ("data:text/javascript,1", "save the code"),
            ("file:///etc/passwd", "relative to this module"),
            ("/etc/passwd", "relative to this module"),
            ("C:\\x.ts", "relative path"),
            ("cloudflare:workers", "web-standard globals"),
            ("", "relative path"),
        ] {
            let diagnostic = diagnostic(specifier).unwrap_or_else(|| panic!("{specifier} is let through"));
            assert!(diagnostic.help.as_deref().unwrap_or_default().contains(help), "{specifier}: {diagnostic}");
        }
    }

    #[test]
    fn names_and_relative_paths_are_still_to_be_seen() {
        for specifier in ["zod", "@scope/name", "@scope/na:me", "./a:b.ts", "../x", ".", "#internal", "fs", "lodash/fp"] {
            assert_eq!(diagnostic(specifier), None, "{specifier}");
        }
    }

    #[test]
    fn alternatives_are_those_of_built_ins() {
        for (name, _) in WEB_ALTERNATIVES {
            assert_eq!(built_in(name), Some(*name));
        }
        assert!(node_built_in_diagnostic("sqlite").is_some_and(|diagnostic| diagnostic.to_string().contains("write `node:sqlite`")));
        assert_eq!(node_built_in_diagnostic("nothing"), None);
    }
}
