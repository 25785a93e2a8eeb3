//! Functions for Node: which they are, what becomes of their files, and what is refused.

use super::*;
use crate::function::ModuleKind::{CommonJs, JavaScript, Json};

/// The version of the function `f` of these files.
fn compiled(files: &[(&str, &str)]) -> Version {
    version(&functions(files), "f")
}

fn kinds(version: &Version) -> Vec<(&str, ModuleKind)> {
    let mut kinds: Vec<_> = version.modules.values().map(|module| (module.url.trim_start_matches("file:///"), module.kind)).collect();
    kinds.sort_unstable_by_key(|(url, _)| *url);
    kinds
}

#[test]
fn signs_of_node_make_a_function_one_for_node() {
    for (file, text) in [
        ("f/index.js", "module.exports = () => 1;"),
        ("f/index.js", "exports.handler = () => 1;"),
        ("f/index.js", "const a = require('./a'); Deno.serve(a);"),
        ("f/index.cjs", "module.exports = 1;"),
        ("f/index.js", "export default () => __dirname;\nimport fs from 'node:fs'; fs();"),
        ("f/index.ts", "import { join } from 'path'; export default () => join('a');"),
        ("f/index.js", "export default () => Buffer.from('a');"),
        ("f/index.js", "export default () => process.env.SECRET;"),
        ("f/index.js", "setImmediate(() => {}); export default () => 1;"),
    ] {
        assert!(compiled(&[(file, text), ("f/a.js", "module.exports = 1;")]).node, "{text}");
    }
}

#[test]
fn what_is_no_sign_of_node_leaves_a_function_as_it_is() {
    for text in [
        "Deno.serve(() => new Response())",
        "(function (module, exports, require) { module.exports = require('x'); exports.a = 1; })({}, {}, () => 1); Deno.serve(1);",
        "const module = {}; module.exports = 1;",
        "export default typeof module === 'object' ? module.exports : 1;",
        "export default typeof process === 'object' ? process.version : 1;",
        "const process = { env: {} }; export default () => process.env;",
        "export default ({ global, Buffer }) => [global, Buffer];",
        "export default (x) => x.process.env;",
        "export default () => process.env.NODE_ENV === 'production';",
    ] {
        assert!(!compiled(&[("f/index.js", text)]).node, "{text}");
    }
}

#[test]
fn the_mode_of_a_function_for_the_web_is_known_when_it_is_compiled() {
    let text = "export default () => process.env.NODE_ENV === 'x' ? process\n.env.NODE_ENV : `${process.env.NODE_ENV}`; // é\n";
    let production = code(&[("f/index.js", text)], "file:///f/index.js");
    assert_eq!(production.matches("\"production\"").count(), 3, "{production}");
    assert_eq!((production.lines().count(), production.find("=== 'x'")), (text.lines().count(), text.find("=== 'x'")), "{production}");
    let set = code(&[("f/index.ts", text), ("f/function.toml", "[env]\nNODE_ENV = \"test\"\n")], "file:///f/index.ts");
    assert_eq!(set.matches("\"test\"").count(), 3, "{set}");
}

#[test]
fn nodes_rule_decides_which_file_is_common_js() {
    let version = compiled(&[
        (
            "f/index.js",
            "const a = require('./a'), b = require('./b.json'), c = require('x'), d = require('y'); module.exports = import('./e.js');",
        ),
        ("f/a.js", "this.a = 1;"),
        ("f/b.json", "{}"),
        ("f/e.js", "export const e = 1;"),
        ("f/node_modules/x/index.js", "globalThis.x = 1;"),
        ("f/node_modules/y/package.json", r#"{"type": "module", "exports": {"require": "./r.cjs", "import": "./i.js"}}"#),
        ("f/node_modules/y/r.cjs", "module.exports = require('./i.js');"),
        ("f/node_modules/y/i.js", "export default 1;"),
    ]);
    assert_eq!(
        kinds(&version),
        [
            ("f/a.js", CommonJs),
            ("f/b.json", Json),
            ("f/e.js", JavaScript),
            ("f/index.js", CommonJs),
            ("f/node_modules/x/index.js", CommonJs),
            ("f/node_modules/y/i.js", JavaScript),
            ("f/node_modules/y/r.cjs", CommonJs),
        ]
    );
    let entry = module(&version, "file:///f/index.js");
    assert_eq!(entry.requires["y"], "file:///f/node_modules/y/r.cjs", "under the condition `require`");
    assert_eq!(entry.imports["./e.js"], "file:///f/e.js");
}

#[test]
fn a_package_for_node_and_for_the_web_gives_each_function_its_own_files() {
    let package = [
        ("f/node_modules/x/package.json", r#"{"exports": {"node": "./node.mjs", "workerd": "./web.mjs"}}"#),
        ("f/node_modules/x/node.mjs", "export default 1;"),
        ("f/node_modules/x/web.mjs", "export default 2;"),
    ];
    for (text, file) in
        [("import x from 'x'; export default x;", "web.mjs"), ("import x from 'x'; import 'fs'; export default x;", "node.mjs")]
    {
        let mut files = vec![("f/index.js", text)];
        files.extend(package);
        assert_eq!(module(&compiled(&files), "file:///f/index.js").imports["x"], format!("file:///f/node_modules/x/{file}"), "{text}");
    }
    let mut files = vec![("f/index.js", "import x from 'x'; export default x;"), ("f/function.toml", "[code]\nnode = true\n")];
    files.extend(package);
    assert!(compiled(&files).node, "the manifest says so");
}

#[test]
fn names_of_common_js_can_be_imported() {
    let version = compiled(&[
        ("f/index.mjs", "import { a, b, c } from './x.cjs'; export default () => [a, b, c];"),
        ("f/x.cjs", "exports.a = 1; Object.defineProperty(exports, 'b', { value: 2 }); __exportStar(require('./y.cjs'), exports);"),
        ("f/y.cjs", "module.exports = { c: 3 };"),
    ]);
    assert_eq!(module(&version, "file:///f/x.cjs").names, ["a", "b", "c"]);
}

#[test]
fn typescript_may_be_common_js_and_has_a_syntax_of_its_own_for_it() {
    let version = compiled(&[
        ("f/index.ts", "const a: number = require('./a').a;\nmodule.exports = (): number => a;\n"),
        ("f/a.cts", "interface A { a: number }\nexports.a = 1 as A['a'];\n"),
    ]);
    assert_eq!(kinds(&version), [("f/a.cts", CommonJs), ("f/index.ts", CommonJs)]);
    let entry = module(&version, "file:///f/index.ts");
    assert!(!entry.code.contains("number") && entry.source_map.is_some(), "{}", entry.code);
    let files = [("f/index.ts", "import a = require('./a');\nexport = (): number => a.b;\n"), ("f/a.ts", "export default { b: 1 };")];
    let version = compiled(&files);
    assert!(!version.node, "the syntax alone is no sign of Node");
    let code = &module(&version, "file:///f/index.ts").code;
    assert!(code.contains("import a from") && code.contains("as \"module.exports\""), "{code}");
}

#[test]
fn what_a_call_cannot_find_is_an_error_of_the_call() {
    let version = compiled(&[
        ("f/index.js", "try { require('gone'); } catch {}\nimport('also-gone').catch(() => {});\nmodule.exports = require('x');"),
        ("f/node_modules/x/index.js", "module.exports = () => require('peer');"),
    ]);
    let entry = module(&version, "file:///f/index.js");
    assert!(entry.missing["gone"].contains("cannot find the package `gone`"), "{:?}", entry.missing);
    assert!(entry.missing["also-gone"].contains("npm install also-gone"), "{:?}", entry.missing);
    assert!(module(&version, "file:///f/node_modules/x/index.js").missing.contains_key("peer"));
    let error = error_of(&[("f/index.js", "const a = 1;\nmodule.exports = require('./gone');")]);
    assert_eq!(error.message, "f/index.js:2:26: cannot find `./gone`", "a mistake of one's own is found when it is compiled");
    let lazy = "module.exports = () => require('./gone');\nclass A { b() { return require('./gone-too.json'); } }\nconst c = function () { require('pg-gone') };";
    let version = compiled(&[("f/index.js", lazy)]);
    let entry = module(&version, "file:///f/index.js");
    assert!(["./gone", "./gone-too.json", "pg-gone"].iter().all(|gone| entry.missing.contains_key(*gone)), "{:?}", entry.missing);
    let error = error_of(&[("f/index.js", "try { require('../g/secret'); } catch {}"), ("g/secret.js", "")]);
    assert_eq!(error.kind, CompileErrorKind::Confinement, "{error}");
}

#[test]
fn a_native_add_on_is_refused_with_an_alternative() {
    let version = compiled(&[
        ("f/index.js", "module.exports = require('bcrypt');"),
        ("f/node_modules/bcrypt/index.js", "module.exports = [require('./x.node'), require('bindings')('x')];"),
        ("f/node_modules/bcrypt/x.node", "ELF"),
        ("f/node_modules/bindings/index.js", "module.exports = () => 1;"),
    ]);
    let missing = &module(&version, "file:///f/node_modules/bcrypt/index.js").missing;
    for specifier in ["./x.node", "bindings"] {
        assert!(missing[specifier].contains("native add-on") && missing[specifier].contains("bcryptjs"), "{missing:?}");
    }
}

#[test]
fn a_function_that_is_not_for_node_says_so() {
    let error = error_of(&[("f/index.js", "module.exports = 1;"), ("f/function.toml", "[code]\nnode = false\n")]);
    assert_eq!(error.kind, CompileErrorKind::CommonJs);
    assert!(
        error.diagnostic().contains("`[code] node = false`") && error.diagnostic().contains("export default"),
        "{}",
        error.diagnostic()
    );
    let error = error_of(&[("f/index.js", "import 'fs';"), ("f/function.toml", "[code]\nnode = false\n")]);
    assert!(error.message.contains("Node's built-in modules"), "{error}");
}

#[test]
fn the_files_of_the_folder_are_part_of_the_version() {
    let files = [
        ("f/index.js", "module.exports = require('fs').readFileSync(__dirname + '/views/a.html'); require('x');"),
        ("f/views/a.html", "<p>é</p>"),
        ("f/.env", "SECRET=1"),
        ("f/function.toml", "[limits]\ncpu_ms = 10\n"),
        ("f/node_modules/x/package.json", r#"{"name": "x"}"#),
        ("f/node_modules/x/index.js", ""),
        ("f/node_modules/x/data.txt", "large"),
        ("g/secret.txt", "a neighbour's"),
    ];
    let version = compiled(&files);
    assert_eq!(version.files.keys().map(String::as_str).collect::<Vec<_>>(), ["/f/node_modules/x/package.json", "/f/views/a.html"]);
    assert_eq!(&*version.files["/f/views/a.html"], "<p>é</p>".as_bytes());
    let mut other = files;
    other[1].1 = "<p>changed</p>";
    assert_ne!(compiled(&other).id, version.id);
    assert!(compiled(&[("f/index.js", "export default 1;"), ("f/a.html", "")]).files.is_empty(), "one for the web has none");
}
