//! Whole functions from folder to version, and what their authors are told when that fails.

use std::os::unix::fs::symlink;
use std::sync::Arc;

use tempfile::TempDir;

mod assets;
mod node;
mod settings;

use super::*;
use crate::function::{FunctionName, Module, ModuleKind};
use crate::release::source::tests::{functions, pipe};

fn source(root: &TempDir, entry: &str) -> FunctionSource {
    let path = root.path().canonicalize().unwrap().join(entry);
    let kind = if path.is_dir() { SourceKind::Folder } else { SourceKind::File };
    let name = entry.split('.').next().unwrap();
    FunctionSource { name: FunctionName::parse(name).unwrap(), path, kind }
}

fn compiled(root: &TempDir, entry: &str) -> Compiled {
    compile(&root.path().canonicalize().unwrap(), &source(root, entry))
}

fn version(root: &TempDir, entry: &str) -> Version {
    compiled(root, entry).outcome.unwrap_or_else(|error| panic!("{}", error.diagnostic()))
}

fn refused(root: &TempDir, entry: &str) -> CompileError {
    let error = compiled(root, entry).outcome.expect_err("it compiles");
    let path = root.path().canonicalize().unwrap().display().to_string();
    assert!(!error.diagnostic().contains(&path), "a path of the machine: {}", error.diagnostic());
    assert!(!error.message.contains('\n'), "{}", error.message);
    error
}

fn error_of(files: &[(&str, &str)]) -> CompileError {
    refused(&functions(files), "f")
}

fn module<'v>(version: &'v Version, url: &str) -> &'v Arc<Module> {
    version.modules.get(url).unwrap_or_else(|| panic!("no {url} among {:?}", urls(version)))
}

fn urls(version: &Version) -> Vec<&str> {
    let mut urls: Vec<_> = version.modules.keys().map(String::as_str).collect();
    urls.sort_unstable();
    urls
}

fn code(files: &[(&str, &str)], url: &str) -> String {
    module(&version(&functions(files), "f"), url).code.to_string()
}

#[test]
fn plain_javascript_is_passed_through_unchanged() {
    let text = "// a comment\nexport default { fetch: () => new Response('hi') }\n";
    let root = functions(&[("f/index.js", text)]);
    let version = version(&root, "f");
    let entry = module(&version, "file:///f/index.js");
    assert_eq!(version.entry, "file:///f/index.js");
    assert_eq!(&*entry.code, text);
    assert_eq!(entry.kind, ModuleKind::JavaScript);
    assert!(entry.source_map.is_none());
}

#[test]
fn no_code_keeps_a_source_map_that_its_author_names() {
    let url = "data:application/json;base64,e30=";
    let inline = format!("let x = /* a */ 1; //@\tsourceMappingURL={url}\n`${{x //# sourceMappingURL={url}\n}}`;\n");
    let text = format!("{inline}/*# sourceMappingURL={url} */\nexport default () => x;\n//# sourceMappingURL={url}");
    let javascript = code(&[("f/index.js", &text)], "file:///f/index.js");
    assert_eq!(javascript, text.replace("sourceMappingURL", "sourceMapIgnored"));
    let typescript = code(&[("f/index.ts", &text)], "file:///f/index.ts");
    assert!(!typescript.contains("sourceMappingURL"), "{typescript}");
}

#[test]
fn a_literal_or_a_name_that_reads_like_a_source_map_stays() {
    let text = "export const a = ['//# sourceMappingURL=a', `ü\n//# sourceMappingURL=${1}//# sourceMappingURL=b`, \
                /[/]\\/[/]# sourceMappingURL/];\n//#\nvar sourceMappingURL = 1; // of sourceMappingURL\n";
    assert_eq!(code(&[("f/index.js", text)], "file:///f/index.js"), text);
    let typescript = code(&[("f/index.ts", text)], "file:///f/index.ts");
    assert!(typescript.contains("'//# sourceMappingURL=a'") && typescript.contains("}//# sourceMappingURL=b`"), "{typescript}");
}

#[test]
fn typescript_loses_its_types_and_gains_a_map_to_the_source() {
    let root = functions(&[("f.ts", "interface A { b: number }\nenum E { X = 1 }\nexport default (a: A): number => a.b + E.X;\n")]);
    let version = version(&root, "f.ts");
    let entry = module(&version, "file:///f.ts");
    assert!(!entry.code.contains("interface") && !entry.code.contains(": number"), "{}", entry.code);
    let map: serde_json::Value = serde_json::from_slice(entry.source_map.as_deref().unwrap()).unwrap();
    assert_eq!(map["sources"], serde_json::json!(["file:///f.ts"]));
    assert!(!map["mappings"].as_str().unwrap().is_empty());
}

#[test]
fn the_graph_holds_every_module_that_can_be_reached_and_no_other() {
    let root = functions(&[
        ("f/index.ts", "import { a } from './lib/a'; export { b } from \"./b.js\"; export default () => import('./late.mts').then(a);"),
        ("f/lib/a.ts", "import '../../_shared/db.ts'; import '../../_types.ts'; export const a = 1;"),
        ("f/b.ts", "export const b = 1; export * from './dir';"),
        ("f/dir/index.tsx", "export const c = 1;"),
        ("f/late.mts", "import './index.ts'; const later = import(`./b`);"),
        ("f/unused.ts", "syntax error here"),
        ("_shared/db.ts", "export {};"),
        ("_types.ts", "export {};"),
    ]);
    let version = version(&root, "f");
    assert_eq!(
        urls(&version),
        [
            "file:///_shared/db.ts",
            "file:///_types.ts",
            "file:///f/b.ts",
            "file:///f/dir/index.tsx",
            "file:///f/index.ts",
            "file:///f/late.mts",
            "file:///f/lib/a.ts",
        ]
    );
    let imports = &module(&version, "file:///f/index.ts").imports;
    assert_eq!(imports["./lib/a"], "file:///f/lib/a.ts");
    assert_eq!(imports["./b.js"], "file:///f/b.ts");
    assert_eq!(imports["./late.mts"], "file:///f/late.mts");
    assert_eq!(module(&version, "file:///f/late.mts").imports["./b"], "file:///f/b.ts");
}

#[test]
fn imports_of_types_vanish() {
    let root = functions(&[(
        "f/index.ts",
        "import type { A } from './gone'; import { type B } from './gone2'; import { C } from './gone3'; import D from 'gone4';\n\
         export type { E } from './gone5'; export type * from './gone6'; import type X = require('./gone7');\n\
         const c: C | D | A | B = 1; export default c;",
    )]);
    let version = version(&root, "f");
    let entry = module(&version, "file:///f/index.ts");
    assert!(entry.imports.is_empty(), "{:?}", entry.imports);
    assert!(!entry.code.contains("gone"), "{}", entry.code);
}

#[test]
fn json_is_imported_with_and_without_saying_so() {
    let files = [("f/a.json", r#"{"a": 1}"#), ("f/b.json", "[]"), ("f/c.json", "1")];
    let text =
        "import a from './a.json';\nimport b from './b.json' with { type: 'json' };\nexport default [a, b, () => import('./c.json')];\n";
    for entry in ["f/index.js", "f/index.ts"] {
        let mut files = files.to_vec();
        files.push((entry, text));
        let version = version(&functions(&files), "f");
        assert_eq!(module(&version, "file:///f/a.json").kind, ModuleKind::Json);
        assert_eq!(&*module(&version, "file:///f/a.json").code, r#"{"a": 1}"#);
        assert_eq!(version.modules.len(), 4);
        let code = module(&version, &format!("file:///{entry}")).code.replace(['\n', ' '], "").replace('\'', "\"");
        assert!(code.contains(r#"from"./a.json"with{type:"json"}"#), "{code}");
        assert!(code.contains(r#"from"./b.json"with{type:"json"};"#), "{code}");
        assert!(code.contains(r#"import("./c.json",{with:{type:"json"}})"#), "{code}");
    }
    let error = error_of(&[("f/index.js", "import './a.json'"), ("f/a.json", "{\n  \"a\": x\n}")]);
    assert_eq!(error.message, "f/a.json:2:8: invalid JSON: expected value");
}

#[test]
fn jsx_is_classic_unless_an_import_source_is_given() {
    assert!(code(&[("f/index.jsx", "export default <a>b</a>;")], "file:///f/index.jsx").contains("React.createElement(\"a\""));
    assert!(code(&[("f/index.tsx", "/** @jsx h */ export default <a>b</a>;")], "file:///f/index.tsx").contains("h(\"a\""));
    let preact = [
        ("f/node_modules/preact/package.json", r#"{"exports": {"./jsx-runtime": "./jsx.js"}}"#),
        ("f/node_modules/preact/jsx.js", "export const jsx = 1;"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&preact[..], more].concat();
    for files in [
        with(&[("f/index.tsx", "/** @jsxImportSource preact */ export default <a>b</a>;")]),
        with(&[("f/index.tsx", "export default <a>b</a>;"), ("f/deno.json", r#"{"compilerOptions": {"jsxImportSource": "preact"}}"#)]),
        with(&[
            ("f/index.tsx", "export default <a>b</a>;"),
            ("f/tsconfig.json", "{ // comment\n \"compilerOptions\": {\"jsx\": \"react-jsx\", \"jsxImportSource\": \"preact\",} }"),
        ]),
    ] {
        let version = version(&functions(&files), "f");
        let entry = module(&version, "file:///f/index.tsx");
        assert_eq!(entry.imports["preact/jsx-runtime"], "file:///f/node_modules/preact/jsx.js");
        assert!(entry.code.contains("preact/jsx-runtime"), "{}", entry.code);
    }
    let factory = [("f/index.tsx", "export default <a/>;"), ("f/tsconfig.json", r#"{"compilerOptions": {"jsxFactory": "html"}}"#)];
    assert!(code(&factory, "file:///f/index.tsx").contains("html(\"a\""));
    let error = error_of(&[("f/index.ts", "export {}"), ("f/deno.json", "{\n  \"a\": }")]);
    assert_eq!((error.kind, &*error.message), (CompileErrorKind::Config, "f/deno.json:2:8: expected value"));
    let error = error_of(&[("f/index.tsx", "/** @jsxImportSource gone */ export default <a/>;")]);
    assert_eq!(error.message, "f/index.tsx:1:1: cannot find the package `gone`, imported as `gone/jsx-runtime`");
}

#[test]
fn decorators_are_transpiled_because_no_engine_knows_them() {
    let text = "function d(a: any, b: any) {} export class A { @d m() {} }";
    assert!(!code(&[("f/index.ts", text)], "file:///f/index.ts").contains("@d"));
    let legacy = code(
        &[("f/index.ts", text), ("f/tsconfig.json", r#"{"compilerOptions": {"experimentalDecorators": true}}"#)],
        "file:///f/index.ts",
    );
    assert!(legacy.contains("_ts_decorate") && !legacy.contains("import "), "{legacy}");
}

#[test]
fn packages_are_found_in_the_function_and_beside_it() {
    let root = functions(&[
        ("f/index.ts", "import 'own'; import 'beside/sub'; import '@s/both'; import 'main'; import '#internal';"),
        ("f/package.json", r##"{"imports": {"#internal": "./inner.ts"}}"##),
        ("f/inner.ts", ""),
        ("f/node_modules/own/package.json", r#"{"exports": {"node": "./node.js", "worker": "./worker.js", "default": "./d.js"}}"#),
        ("f/node_modules/own/worker.js", "import './deep';"),
        ("f/node_modules/own/deep/package.json", r#"{"main": "x.js"}"#),
        ("f/node_modules/own/deep/x.js", "export {}"),
        ("node_modules/beside/package.json", r#"{"exports": {"./sub": {"import": "./sub.mjs", "require": "./sub.cjs"}}}"#),
        ("node_modules/beside/sub.mjs", ""),
        ("f/node_modules/@s/both/package.json", r#"{"module": "m.js", "main": "c.js"}"#),
        ("f/node_modules/@s/both/m.js", "export {}"),
        ("node_modules/main/package.json", r#"{"main": "lib"}"#),
        ("node_modules/main/lib/index.js", "export {}"),
    ]);
    let version = version(&root, "f");
    let imports = &module(&version, "file:///f/index.ts").imports;
    assert_eq!(imports["own"], "file:///f/node_modules/own/worker.js");
    assert_eq!(imports["beside/sub"], "file:///node_modules/beside/sub.mjs");
    assert_eq!(imports["@s/both"], "file:///f/node_modules/@s/both/m.js");
    assert_eq!(imports["main"], "file:///node_modules/main/lib/index.js");
    assert_eq!(imports["#internal"], "file:///f/inner.ts");
    assert!(version.modules.contains_key("file:///f/node_modules/own/deep/x.js"));
}

#[test]
fn packages_above_the_functions_directory_are_not_seen() {
    let outer = functions(&[("functions/f/index.js", "import 'zod'"), ("node_modules/zod/index.js", "")]);
    let root = outer.path().canonicalize().unwrap().join("functions");
    let function = FunctionSource { name: FunctionName::parse("f").unwrap(), path: root.join("f"), kind: SourceKind::Folder };
    let compiled = compile(&root, &function);
    let diagnostic = compiled.outcome.unwrap_err().diagnostic();
    assert!(diagnostic.contains("cannot find the package `zod`") && diagnostic.contains("none beside it is read"), "{diagnostic}");
    assert!(compiled.watched.iter().all(|path| path.starts_with(&root)), "{:?}", compiled.watched);
}

#[test]
fn an_import_that_leads_nowhere_says_where_it_stands_and_what_to_do() {
    let error = error_of(&[("f/index.ts", "const a = 1;\n\nimport db from './database';\ndb(a);\n"), ("f/databse.ts", "")]);
    assert_eq!(error.kind, CompileErrorKind::Import);
    assert_eq!(error.message, "f/index.ts:3:16: cannot find `./database`");
    assert_eq!(
        error.diagnostic(),
        "error: cannot find `./database`\n --> f/index.ts:3:16\n  |\n1 | const a = 1;\n2 | \n3 | import db from './database';\n  \
         |                ^^^^^^^^^^^^\n4 | db(a);\n5 | \nhelp: there is a file named `databse.ts`"
    );
    for (specifier, message, help) in [
        ("zod", "cannot find the package `zod`", "`npm install zod` in `f/`"),
        ("@a/b/c", "cannot find the package `@a/b`, imported as `@a/b/c`", "npm install @a/b"),
        ("node:nothing", "Node has no built-in module of this name", "without `node:` it is the name of a package"),
        ("npm:zod@3", "not fetched from npm", "`npm install zod@3`"),
        ("https://esm.sh/zod", "Skep fetches nothing: vendor", "write `\"zod\"`"),
        ("https://example.com/x.js", "Skep fetches nothing: vendor", "save the file"),
        ("/etc/passwd", "absolute path", "relative to this module"),
        ("./style.css", "not code: a file that ends in `.css`", "with { type: \"text\" }"),
        ("@/db", "cannot find the package `@/db`", "write `paths` in the function's tsconfig.json"),
        ("#gone", "cannot find `#gone`", "`imports` in package.json"),
        ("pack/gone", "the package `pack` does not export `./gone`", "workerd, worker, import"),
    ] {
        let files = [
            ("f/index.ts", format!("import x from '{specifier}';\nx();")),
            ("f/style.css", String::new()),
            ("f/node_modules/pack/package.json", r#"{"exports": {".": "./x.js"}}"#.to_owned()),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        let error = error_of(&files);
        let diagnostic = &error.diagnostics[0];
        assert!(diagnostic.message.contains(message), "{diagnostic}");
        assert!(diagnostic.help.as_deref().unwrap_or_default().contains(help), "{diagnostic}");
        assert_eq!(diagnostic.place.as_ref().map(|place| (place.line, place.column)), Some((1, 15)), "{diagnostic}");
    }
}

#[test]
fn every_bad_import_is_reported_at_once() {
    let error =
        error_of(&[("f/index.ts", "import './a';\nimport './b';\nimport './c';\n"), ("f/b.ts", "import 'd';"), ("f/c.ts", "let = ;")]);
    assert_eq!(error.diagnostics.len(), 3, "{}", error.diagnostic());
    assert_eq!(error.message, "f/index.ts:1:8: cannot find `./a` (and 2 more)");
}

#[test]
fn an_import_may_not_leave_the_allowed_places() {
    let outside = functions(&[("secret.ts", "export const secret = 1;"), ("pack/package.json", "{}"), ("pack/index.js", "")]);
    let root = functions(&[
        (
            "f/index.ts",
            "import '../g/index.ts';\nimport '../g/gone.ts';\nimport './link.ts';\nimport '../../../../../../etc/passwd';\nimport '../_x/link.ts';\nimport 'pack';\nimport 'packed';",
        ),
        ("g/index.ts", ""),
        ("_x/y.ts", ""),
        ("f/node_modules/y/index.js", ""),
    ]);
    symlink(outside.path().join("secret.ts"), root.path().join("f/link.ts")).unwrap();
    symlink("../g/index.ts", root.path().join("_x/link.ts")).unwrap();
    symlink(outside.path().join("pack"), root.path().join("f/node_modules/pack")).unwrap();
    symlink("../../g", root.path().join("f/node_modules/packed")).unwrap();
    let error = refused(&root, "f");
    assert_eq!(error.kind, CompileErrorKind::Confinement);
    let messages: Vec<_> = error.diagnostics.iter().map(|diagnostic| &*diagnostic.message).collect();
    let places: Vec<_> = messages.iter().map(|message| message.split(" leads to ").nth(1).unwrap().split(',').next().unwrap()).collect();
    let out = "(outside the functions directory)";
    assert_eq!(places, ["g/index.ts", "g/gone.ts", out, out, "g/index.ts", out, "g/index.ts"], "{}", error.diagnostic());
    let help = error.diagnostics[0].help.as_deref().unwrap();
    assert!(help.starts_with("allowed are `f/`, folders and files whose name begins with `_`, and `node_modules`"), "{help}");
    assert!(error.diagnostic().contains("1 | import '../g/index.ts';"));
    assert!(!error.diagnostic().contains("secret = 1"));
}

#[test]
fn a_package_json_that_is_a_pipe_or_too_large_is_no_package() {
    let root = functions(&[
        ("f/index.ts", "import 'pack'; import 'large';"),
        ("f/node_modules/pack/index.js", "export {}"),
        ("f/node_modules/large/index.js", "export {}"),
    ]);
    pipe(&root.path().join("f/node_modules/pack/package.json"));
    std::fs::File::create(root.path().join("f/node_modules/large/package.json")).unwrap().set_len(8 << 30).unwrap();
    let version = version(&root, "f");
    assert_eq!(urls(&version), ["file:///f/index.ts", "file:///f/node_modules/large/index.js", "file:///f/node_modules/pack/index.js"]);
}

#[test]
fn a_package_json_of_another_function_is_not_read() {
    let root = functions(&[
        ("f/index.ts", "import 'pack'; import 'known';"),
        ("f/node_modules/pack/index.js", "export {}"),
        ("f/node_modules/pack/other.js", "export {}"),
        ("g/package.json", r#"{ "exports": "./other.js" }"#),
        ("f/node_modules/known/index.js", "export {}"),
        ("f/node_modules/known/other.js", "export {}"),
        ("package.json", r#"{ "exports": "./other.js" }"#),
    ]);
    symlink("../../../g/package.json", root.path().join("f/node_modules/pack/package.json")).unwrap();
    symlink("../../../package.json", root.path().join("f/node_modules/known/package.json")).unwrap();
    let version = version(&root, "f");
    assert_eq!(urls(&version), ["file:///f/index.ts", "file:///f/node_modules/known/other.js", "file:///f/node_modules/pack/index.js"]);
}

#[test]
fn a_manifest_that_is_no_file_is_named() {
    let root = functions(&[("f/index.ts", "")]);
    pipe(&root.path().join("f/function.toml"));
    let error = refused(&root, "f");
    assert_eq!((error.kind, &*error.message), (CompileErrorKind::Manifest, "f/function.toml: it is not a regular file"));
}

#[test]
fn a_functions_directory_that_is_gone_is_unreadable() {
    let root = functions(&[("f/index.ts", "")]);
    let (path, source) = (root.path().canonicalize().unwrap(), source(&root, "f"));
    drop(root);
    let compiled = compile(&path, &source);
    assert_eq!(compiled.outcome.unwrap_err().kind, CompileErrorKind::Unreadable);
    assert!(compiled.watched.contains(&source.path));
}

#[test]
fn the_help_names_no_file_of_another_function() {
    let root = functions(&[("f.ts", "import './_utl.ts'; import './_ecret.ts';"), ("_util.ts", ""), ("secret.ts", ""), ("_s/x.ts", "")]);
    let error = refused(&root, "f.ts");
    assert!(error.diagnostic().contains("there is a file named `_util.ts`"), "{}", error.diagnostic());
    assert!(!error.diagnostic().contains("secret"), "{}", error.diagnostic());
}

#[test]
fn links_inside_the_allowed_places_are_followed() {
    let root = functions(&[
        ("f/index.ts", "import './link.ts'; import 'pack';"),
        ("_shared/x.ts", ""),
        ("f/node_modules/.pnpm/pack/node_modules/pack/index.js", "export {}"),
    ]);
    symlink("../_shared/x.ts", root.path().join("f/link.ts")).unwrap();
    symlink(".pnpm/pack/node_modules/pack", root.path().join("f/node_modules/pack")).unwrap();
    symlink("f", root.path().join("alias")).unwrap();
    let version = version(&root, "alias");
    assert_eq!(version.function.as_str(), "alias");
    assert_eq!(
        urls(&version),
        ["file:///_shared/x.ts", "file:///f/index.ts", "file:///f/node_modules/.pnpm/pack/node_modules/pack/index.js"]
    );
}

#[test]
fn a_syntax_error_shows_the_code() {
    let error = error_of(&[("f/index.ts", "const a = {\n  b: 1,\n  c: ;\n};\n")]);
    assert_eq!(error.kind, CompileErrorKind::Syntax);
    assert!(error.message.starts_with("f/index.ts:3:6: "), "{error}");
    assert!(error.diagnostic().contains("3 |   c: ;\n  |      ^"), "{}", error.diagnostic());
    let error = error_of(&[("f/index.js", "export default 1;\nlet x = `abc")]);
    assert_eq!(error.kind, CompileErrorKind::Syntax);
    let error = error_of(&[("f/index.tsx", "/** @jsxRuntime automatic */\n/** @jsx h */\nexport default <a/>;")]);
    assert_eq!(error.kind, CompileErrorKind::Syntax, "{}", error.diagnostic());
    let error = error_of(&[("f/index.ts", &"[".repeat(100_000))]);
    assert_eq!((error.kind, error.message.len() < 200), (CompileErrorKind::TooLarge, true), "{error}");
}

#[test]
fn a_manifest_error_shows_the_manifest() {
    let error = error_of(&[("f/index.ts", ""), ("f/function.toml", "[limits]\nmemory_mbb = 64\ncpu_ms = 0\n")]);
    assert_eq!(error.kind, CompileErrorKind::Manifest);
    assert_eq!(error.message, "f/function.toml:2:1: unknown key `memory_mbb` in `[limits]`; did you mean `memory_mb`? (and 1 more)");
    assert!(error.diagnostic().contains("2 | memory_mbb = 64\n  | ^^^^^^^^^^\n"), "{}", error.diagnostic());
    assert!(error.diagnostic().contains("3 | cpu_ms = 0\n  |          ^"), "{}", error.diagnostic());
}

#[test]
fn an_entry_that_is_missing_or_no_code_is_refused() {
    for (files, message) in [
        (&[("f/readme.md", "")][..], "f: there is no entry module: add an `index.ts`"),
        (&[("f/function.toml", "entry = 'a.ts'")], "f: `entry = \"a.ts\"` in function.toml names a file that does not exist"),
        (&[("f/function.toml", "entry = 'a.css'"), ("f/a.css", "")], "the entry f/a.css is not code"),
        (&[("f/package.json", "{")], "f: package.json is not valid JSON"),
    ] {
        let error = error_of(files);
        assert!(error.kind == CompileErrorKind::Entry && error.message.starts_with(message), "{error}");
    }
    let outside = functions(&[("secret.ts", "")]);
    let root = functions(&[("f/x.md", "")]);
    symlink(outside.path().join("secret.ts"), root.path().join("f/index.ts")).unwrap();
    assert_eq!(refused(&root, "f").kind, CompileErrorKind::Confinement);
}

#[test]
fn too_many_modules_too_much_source_and_too_deep_graphs_are_refused() {
    let chain: Vec<_> = (0..=201).map(|index| (format!("f/m{index}.js"), format!("import './m{}.js';", index + 1))).collect();
    let mut files: Vec<_> = chain.iter().map(|(path, text)| (&**path, &**text)).collect();
    files.extend([("f/m202.js", ""), ("f/index.js", "import './m0.js';")]);
    assert!(error_of(&files).message.ends_with("imports are nested more than 200 deep"));

    let leaves: Vec<_> = (0..graph::MODULES_MAX).map(|index| format!("f/m{index}.js")).collect();
    let all: String = (0..graph::MODULES_MAX).map(|index| format!("import './m{index}.js';\n")).collect();
    let mut files: Vec<_> = leaves.iter().map(|path| (&**path, "")).collect();
    files.push(("f/index.js", &all));
    assert!(error_of(&files).message.contains("f/index.js:2000:8: the function has more than 2000 modules"));

    let large = format!("// {}", "x".repeat(11 << 20));
    let error = error_of(&[("f/index.js", "import './a.js'; import './b.js';"), ("f/a.js", &large), ("f/b.js", &large)]);
    assert_eq!(error.kind, CompileErrorKind::TooLarge);
    assert_eq!(error.message, "f/index.js:1:25: the function's source is larger than 20 MB in all, f/b.js included");
}

#[test]
fn the_same_source_has_the_same_id_and_any_other_another() {
    let files =
        [("f/index.ts", "import './a.ts'; import './b.ts';"), ("f/a.ts", "export {}"), ("f/b.ts", "export {}"), ("f/function.toml", "")];
    let id = |changed: &[(&'static str, &'static str)]| {
        let mut files: Vec<_> = files.iter().filter(|(path, _)| changed.iter().all(|(other, _)| path != other)).copied().collect();
        files.extend(changed);
        files.reverse();
        version(&functions(&files), "f").id
    };
    let first = id(&[]);
    assert_eq!(first, id(&[]));
    assert_eq!(first, id(&[("f/function.toml", "# a comment\n[limits]\nmemory_mb = 128.0\n")]), "the text of the manifest does not matter");
    assert_eq!(first, id(&[("f/unused.ts", "1")]));
    assert_ne!(first, id(&[("f/function.toml", "[limits]\nmemory_mb = 64")]));
    assert_ne!(first, id(&[("f/a.ts", "export const a = 1")]));
    let (plain, typed) = (id(&[("f/a.ts", "export const a = 1")]), id(&[("f/a.ts", "type A = 1;\nexport const a = 1")]));
    assert_ne!(plain, typed, "the code is the same, but stack traces would be wrong");
    assert!(first.as_str().starts_with('v') && first.as_str().len() == 13);
}

#[test]
fn what_was_read_and_what_was_missing_is_watched() {
    let root = functions(&[("f/index.js", "import './lib/a'; import 'gone';"), ("f/lib/a.js", "")]);
    let compiled = compiled(&root, "f");
    assert!(compiled.outcome.is_err());
    let root = root.path().canonicalize().unwrap();
    for path in
        ["f", "f/function.toml", "f/index.ts", "f/index.js", "f/lib/a", "f/lib/a.ts", "f/lib/a.js", "f/node_modules", "node_modules"]
    {
        assert!(compiled.watched.contains(&root.join(path)), "{path} is not among {:#?}", compiled.watched);
    }
}

#[test]
fn urls_are_escaped_and_hold_no_path_of_the_machine() {
    let root = functions(&[("f/index.ts", "import './a b/ü%20#?.ts';"), ("f/a b/ü%20#?.ts", "export const x: number = 1;")]);
    let version = version(&root, "f");
    let other = module(&version, "file:///f/a%20b/%C3%BC%2520%23%3F.ts");
    assert_eq!(module(&version, "file:///f/index.ts").imports["./a b/ü%20#?.ts"], other.url);
    for module in version.modules.values() {
        let map = String::from_utf8_lossy(module.source_map.as_deref().unwrap_or_default());
        assert!(!map.contains("/tmp") && !module.code.contains("/tmp"), "{map}");
        assert_eq!(deno_ast::ModuleSpecifier::parse(&module.url).unwrap().as_str(), module.url);
    }
}

#[test]
fn a_byte_order_mark_and_a_hashbang_are_no_errors() {
    version(&functions(&[("f/index.ts", "\u{feff}#!/usr/bin/env skep\nexport default 1;")]), "f");
    version(&functions(&[("f/index.js", "\u{feff}#!/usr/bin/env skep\nexport default 1;")]), "f");
}

#[test]
fn functions_are_compiled_in_parallel() {
    fn is_send<T: Send>(_: &T) {}
    let root = functions(&[("a/index.ts", "export default 1 as number;"), ("b/index.ts", "export default 2 as number;")]);
    std::thread::scope(|scope| {
        let threads: Vec<_> = ["a", "b"].map(|name| (name, scope.spawn(|| compiled(&root, name)))).into();
        for (name, thread) in threads {
            let compiled = thread.join().unwrap();
            is_send(&compiled);
            assert_eq!(compiled.outcome.unwrap().entry, format!("file:///{name}/index.ts"));
        }
    });
}

#[test]
fn source_that_takes_parsers_forever_is_refused_in_time() {
    for (file, text) in [
        ("f/index.ts", format!("export default {}1;", "a ? (b) : c => ".repeat(40))),
        ("f/index.ts", format!("export default {}1;", "a ? (b = c) : d => ".repeat(40))),
        ("f/index.js", format!("export default {}a{};", "class extends ".repeat(60), "{}".repeat(60))),
        ("f/index.js", format!("export default {}1;", "!".repeat(200_000))),
    ] {
        assert_eq!(error_of(&[(file, &text)]).kind, CompileErrorKind::TooLarge, "{text:.40}");
    }
    let jsx = format!("export default {}a{};", "<a>".repeat(60), "</a>".repeat(60));
    version(&functions(&[("f/index.tsx", &jsx)]), "f");
    let error = error_of(&[("f/index.js", &format!("{}x = !", "a;".repeat(10_000)))]);
    assert_eq!(error.kind, CompileErrorKind::Syntax, "a large file that ends too early is no bug of the compiler");
}

#[test]
fn a_mapping_leads_no_further_than_any_other_import() {
    let map = |target: &str| format!(r#"{{"imports": {{"x": "{target}"}}}}"#);
    for (target, kind, message) in [
        ("../other/secret.ts", CompileErrorKind::Confinement, "`x` leads to other/secret.ts"),
        ("../../../etc/passwd", CompileErrorKind::Confinement, "leads to"),
        ("./gone.ts", CompileErrorKind::Import, "cannot find `x`"),
        ("https://esm.sh/x", CompileErrorKind::Import, "Skep fetches nothing: vendor"),
        ("npm:gone@1", CompileErrorKind::Import, "`npm:gone@1`"),
    ] {
        let error = error_of(&[("f/index.ts", "import 'x';"), ("f/deno.json", &map(target)), ("other/secret.ts", "secret")]);
        assert_eq!(error.kind, kind, "{target}: {}", error.message);
        assert!(error.message.contains(message), "{target}: {}", error.message);
    }
    let paths = r#"{"compilerOptions": {"paths": {"x": ["../other/secret.ts"], "y/*": ["./src/*"]}}}"#;
    let error = error_of(&[("f/index.ts", "import 'x';"), ("f/tsconfig.json", paths), ("other/secret.ts", "secret")]);
    assert_eq!(error.kind, CompileErrorKind::Confinement, "{}", error.message);
    let error = error_of(&[("f/index.ts", "import 'y/gone';"), ("f/tsconfig.json", paths)]);
    let help = error.diagnostics[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("`paths` of tsconfig.json maps it to `f/src/gone`"), "{help}");
    let error = error_of(&[("f/index.js", "import 'x';"), ("f/deno.json", "{ \"imports\": {\n \"x\": 1 } }")]);
    assert_eq!((error.kind, error.message.split(':').next()), (CompileErrorKind::Config, Some("f/deno.json")), "{}", error.message);
    let error = error_of(&[("f/index.ts", "import 'x';"), ("f/deno.json", r#"{"importMap": "./gone.json"}"#)]);
    assert!(error.message.contains("`importMap` names `./gone.json`"), "{}", error.message);
    // A package's own imports know nothing of it.
    let package = [
        ("f/index.ts", "import 'p';"),
        ("f/deno.json", r#"{"imports": {"x": "./x.ts"}}"#),
        ("f/x.ts", ""),
        ("f/node_modules/p/package.json", r#"{"main": "i.js", "type": "module"}"#),
        ("f/node_modules/p/i.js", "import 'x';"),
    ];
    assert!(error_of(&package).message.contains("cannot find the package `x`"));
}
