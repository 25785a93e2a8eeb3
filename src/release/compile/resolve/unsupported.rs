//! Specifiers that are never resolved: other hosts' schemes, URLs and absolute paths.
//!
//! `resolve` asks before it reads the disk.
//!
//! Invariant: every diagnostic says what to write instead.

use crate::release::compile::error::{CompileErrorKind, Diagnostic};

/// Node's built-in modules, and what functions use in their place; `""`: no particular replacement.
const NODE_BUILT_INS: &[(&str, &str)] = &[
    ("assert", "throw an Error"),
    ("async_hooks", ""),
    ("buffer", "use Uint8Array, TextEncoder and atob/btoa"),
    ("child_process", "a function cannot start processes"),
    ("cluster", "set `[scale]` in function.toml"),
    ("console", "use the global `console`"),
    ("crypto", "use the global `crypto`"),
    ("dgram", ""),
    ("diagnostics_channel", ""),
    ("dns", "use fetch"),
    ("events", "use EventTarget, or install the npm package `events`"),
    ("fs", "a function has no files: import JSON, or use fetch"),
    ("fs/promises", "a function has no files: import JSON, or use fetch"),
    ("http", "use fetch, and export a handler"),
    ("http2", "use fetch, and export a handler"),
    ("https", "use fetch, and export a handler"),
    ("inspector", ""),
    ("module", ""),
    ("net", ""),
    ("os", ""),
    ("path", "use URL, or install the npm package `pathe`"),
    ("perf_hooks", "use the global `performance`"),
    ("process", "use `env`, which the handler is given"),
    ("punycode", "install the npm package `punycode`"),
    ("querystring", "use URLSearchParams"),
    ("readline", ""),
    ("stream", "use ReadableStream, WritableStream and TransformStream"),
    ("stream/promises", "use ReadableStream, WritableStream and TransformStream"),
    ("stream/web", "use the globals ReadableStream, WritableStream and TransformStream"),
    ("string_decoder", "use TextDecoder"),
    ("timers", "use the globals setTimeout and setInterval"),
    ("timers/promises", "use the global setTimeout in a Promise"),
    ("tls", ""),
    ("url", "use the globals URL and URLSearchParams"),
    ("util", "use TextEncoder, TextDecoder and structuredClone"),
    ("v8", ""),
    ("vm", ""),
    ("worker_threads", "set `[scale]` in function.toml"),
    ("zlib", "use CompressionStream and DecompressionStream"),
];

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
        "node" => Some(node_built_in(specifier, rest)),
        "npm" => {
            let rest = rest.trim_start_matches('/');
            let package = without_version(rest);
            wrong(
                format!("`{specifier}`: packages are not fetched from npm at release"),
                format!("run `npm install {rest}` in the function's folder; `{package}` is found by this specifier then, too"),
            )
        }
        "jsr" => {
            let package = without_version(rest.trim_start_matches('/'));
            wrong(
                format!("`{specifier}`: packages are not fetched from JSR at release"),
                format!(
                    "run `npx jsr add {}` in the function's folder; `{package}` is found by this specifier then, too",
                    rest.trim_start_matches('/')
                ),
            )
        }
        "http" | "https" => wrong(
            format!("`{specifier}`: modules are not fetched over the network at release"),
            "install the package with npm, or save the file in the function's folder and import it with a relative path".into(),
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

/// The name by which the package of an `npm:` or `jsr:` specifier is installed: `npm:zod@3/v4` is `zod/v4`.
pub(in crate::release::compile) fn installed_name(specifier: &str) -> Option<String> {
    let (scheme, rest) = specifier.split_once(':')?;
    matches!(scheme, "npm" | "jsr").then(|| without_version(rest.trim_start_matches('/')))
}

/// The diagnostic of a name that no installed package has, if it is one of Node's built-in modules.
pub(in crate::release::compile) fn node_built_in_diagnostic(specifier: &str) -> Option<Diagnostic> {
    NODE_BUILT_INS.iter().any(|(name, _)| *name == specifier).then(|| node_built_in(specifier, specifier))
}

fn node_built_in(specifier: &str, name: &str) -> Diagnostic {
    let instead = NODE_BUILT_INS.iter().find(|(built_in, _)| *built_in == name).map(|(_, instead)| *instead);
    let help = match instead {
        Some("") | None => "use the web-standard globals instead",
        Some(instead) => instead,
    };
    Diagnostic::new(CompileErrorKind::Import, format!("`{specifier}`: Node's built-in modules are not available")).help(help)
}

/// `@scope/name@1.2/sub` is imported as `@scope/name/sub`.
fn without_version(package: &str) -> String {
    let parts = package.split('/').map(|part| match part.char_indices().skip(1).find(|(_, character)| *character == '@') {
        Some((at, _)) => part.get(..at).unwrap_or(part),
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_write_instead() {
        for (specifier, help) in [
            ("node:crypto", "use the global `crypto`"),
            ("node:sqlite", "web-standard globals"),
            ("npm:zod@3", "`npm install zod@3` in the function's folder; `zod` is found"),
            ("npm:@scope/name@^1/sub", "`@scope/name/sub` is found"),
            ("jsr:@std/assert@1", "`npx jsr add @std/assert@1` in the function's folder; `@std/assert` is found"),
            ("https://esm.sh/zod", "save the file"),
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
}
