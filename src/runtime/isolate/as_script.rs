//! An ES module of an extension, rewritten as a script that `core.loadExtScript` evaluates.
//!
//! It is compiled into the build script (`src/build.rs`), and into the program for its unit tests. deno_core panics where a function is
//! terminated while an ES module loads late; the load of a script returns an error.
//!
//! Invariant: only the syntax that the modules of today use is rewritten. Any other import, export or top-level `await` fails the build.

use std::fmt::Write as _;

/// The sources that a module may import from, and the objects that hold the same names for a script.
const SOURCES: [(&str, &str); 3] = [
    ("ext:core/mod.js", "__bootstrap"),
    ("ext:core/ops", "__bootstrap.core.ops"),
    // The exports of `js-prelude/api/egress.js`; `api/globals.js` puts them there.
    ("ext:skep/api/egress.js", "__bootstrap.internals.egress"),
];

/// Returns the script; it evaluates to an object of the module's exports.
///
/// # Errors
/// The line of the module that cannot be rewritten.
pub(crate) fn as_script(module: &str) -> Result<String, String> {
    let (mut imports, mut body, mut exports) = (String::new(), String::new(), None);
    let mut rest = module;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("import {") {
            let (names, after) = after.split_once('}').ok_or("an import without end")?;
            let (from, after) =
                after.strip_prefix(" from \"").and_then(|after| after.split_once("\";\n")).ok_or("an import without source")?;
            let Some((_, holder)) = SOURCES.iter().find(|(source, _)| *source == from) else {
                return Err(format!("an import from {from}"));
            };
            let names: Vec<String> = pairs(names).map(|(name, alias)| entry(name, alias)).collect();
            writeln!(imports, "const {{ {} }} = {holder};", names.join(", ")).map_err(|error| error.to_string())?;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("export {") {
            let (names, after) = after.split_once("};\n").ok_or("an export without end")?;
            if exports.replace(names).is_some() {
                return Err("two lists of exports".to_owned());
            }
            rest = after;
        } else {
            let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            check(line)?;
            body.push_str(line);
            rest = after;
        }
    }
    let exports: Vec<_> = pairs(exports.ok_or("no list of exports")?).collect();
    if let Some(line) = body.lines().find(|line| exports.iter().any(|(name, _)| is_variable(line, name))) {
        return Err(format!("an export that may change later: {line}"));
    }
    let exports: Vec<String> = exports.into_iter().map(|(name, alias)| entry(alias, name)).collect();
    Ok(format!("(function () {{\n{imports}{body}\nreturn {{ {} }};\n}})();\n", exports.join(", ")))
}

/// The names of a list in braces: each with the name after its `as`, or with itself.
fn pairs(list: &str) -> impl Iterator<Item = (&str, &str)> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| name.split_once(" as ").unwrap_or((name, name)))
}

/// An entry of an object or of a pattern.
fn entry(key: &str, value: &str) -> String {
    if key == value { key.to_owned() } else { format!("{key}: {value}") }
}

/// Refuses a line with syntax that only modules have.
fn check(line: &str) -> Result<(), String> {
    let is_top_level = !line.starts_with([' ', '\t', '/', '*']);
    let is_of_modules =
        line.starts_with("import") || line.starts_with("export") || line.contains("import(") || line.contains("import.meta");
    if is_of_modules || (is_top_level && has_word(line, "await")) {
        return Err(format!("a line that is not rewritten: {}", line.trim_end()));
    }
    Ok(())
}

/// Whether a line at the top level declares `name` as a variable that can change.
fn is_variable(line: &str, name: &str) -> bool {
    (line.starts_with("let ") || line.starts_with("var ")) && has_word(line, name)
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|character: char| !character.is_alphanumeric() && character != '_' && character != '$').any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::as_script;

    #[test]
    fn imports_become_constants_and_exports_an_object() {
        let module = "// A comment.\nimport { core, primordials } from \"ext:core/mod.js\";\nimport {\n  op_a,\n  op_b as b,\n} from \
                      \"ext:core/ops\";\nimport { op_c } from \"ext:skep/api/egress.js\";\nconst A = 1;\nasync function f() {\n  await \
                      b(op_a);\n}\n\nexport {\n  A,\n  f as g,\n};\n";
        let script = "(function () {\nconst { core, primordials } = __bootstrap;\nconst { op_a, op_b: b } = __bootstrap.core.ops;\nconst { \
                      op_c } = __bootstrap.internals.egress;\n// A comment.\nconst A = 1;\nasync function f() {\n  await \
                      b(op_a);\n}\n\n\nreturn { A, g: f };\n})();\n";
        assert_eq!(as_script(module).as_deref(), Ok(script));
    }

    #[test]
    fn other_syntax_of_modules_is_an_error() {
        let end = "export { a };\n";
        for (module, says) in [
            ("const a = 1;\n", "no list of exports"),
            ("import { a } from \"ext:deno_net/03_quic.js\";\n", "an import from ext:deno_net/03_quic.js"),
            ("import a from \"ext:core/mod.js\";\n", "not rewritten: import a"),
            ("import \"ext:core/mod.js\";\n", "not rewritten: import"),
            ("import * as a from \"ext:core/mod.js\";\n", "not rewritten: import *"),
            ("export default 1;\n", "not rewritten: export default"),
            ("export const b = 1;\n", "not rewritten: export const"),
            ("export { b };\n", "two lists of exports"),
            ("const a = await 1;\n", "not rewritten: const a = await 1;"),
            ("const a = () => import(\"b\");\n", "not rewritten"),
            ("  return import.meta.url;\n", "not rewritten"),
            ("let b, a;\n", "may change later: let b, a;"),
            ("var a = 1;\n", "may change later: var a = 1;"),
        ] {
            let whole = if says == "no list of exports" { module.to_owned() } else { format!("{module}{end}") };
            let said = as_script(&whole).expect_err(module);
            assert!(said.contains(says), "{module}: {said}");
        }
    }
}
