//! Files that are no code: imported as text, bytes and WebAssembly, named by `new URL(…)`, and by `[code] files`.

use super::*;

/// A module of WebAssembly that imports from `imports` and exports a function by each of these names.
fn wasm(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let text = |text: &str| [vec![text.len() as u8], text.as_bytes().to_vec()].concat();
    let section = |id: u8, items: Vec<Vec<u8>>| {
        let body = [vec![items.len() as u8], items.concat()].concat();
        [vec![id, body.len() as u8], body].concat()
    };
    let types = section(1, vec![vec![0x60, 0, 0]]);
    let imported = section(2, imports.iter().map(|module| [text(module), text("f"), vec![0, 0]].concat()).collect());
    let functions = section(3, vec![vec![0]]);
    let exported = section(7, exports.iter().map(|name| [text(name), vec![0, imports.len() as u8]].concat()).collect());
    let code = section(10, vec![vec![2, 0, 0x0b]]);
    [b"\0asm\x01\0\0\0".to_vec(), types, imported, functions, exported, code].concat()
}

/// The functions directory of these files, with `f/x.wasm`.
fn with_wasm(files: &[(&str, &str)], bytes: &[u8]) -> TempDir {
    let root = functions(files);
    std::fs::write(root.path().join("f/x.wasm"), bytes).unwrap();
    root
}

#[test]
fn files_are_imported_as_text_and_bytes() {
    let version = version(
        &functions(&[
            (
                "f/index.ts",
                "import a from './a.sql'; import b from './index.ts' with { type: 'text' }; import c from './c' with { type: 'bytes' };\nimport d from './d.bin'; export default () => [a, b, c, d];",
            ),
            ("f/a.sql", "SELECT 'é'"),
            ("f/c", "\u{1}"),
            ("f/d.bin", "\u{2}"),
        ]),
        "f",
    );
    assert!(!version.node);
    assert_eq!(version.files.keys().map(String::as_str).collect::<Vec<_>>(), ["/f/a.sql", "/f/c", "/f/d.bin", "/f/index.ts"]);
    assert_eq!(&*version.files["/f/a.sql"], "SELECT 'é'".as_bytes());
    assert_eq!(
        &*module(&version, "file:///f/a.sql").code,
        "import text from \"file:///f/a.sql\" with { type: \"text\" };\nexport default text;\n"
    );
    assert!(module(&version, "file:///f/d.bin").code.contains("bytes.buffer"));
    assert_eq!(version.modules.len(), 3, "code and text of one file may be imported: {:?}", urls(&version));
    assert_eq!(module(&version, "file:///f/index.ts").imports["./c"], "file:///f/c");
    let root = functions(&[("f/index.js", "import './a.txt';"), ("f/a.txt", "")]);
    std::fs::write(root.path().join("f/a.txt"), b"\xff").unwrap();
    assert_eq!(refused(&root, "f").message, "f/index.js:1:8: f/a.txt: it is not UTF-8 text");
    let error = error_of(&[("f/index.js", "import './a.css' with { type: 'css' };"), ("f/a.css", "")]);
    assert!(error.diagnostic().contains("help: `type: \"json\"`, `type: \"text\"` and `type: \"bytes\"` are"), "{}", error.diagnostic());
}

#[test]
fn webassembly_is_instantiated_if_an_import_wants_more_than_the_module() {
    let code_of = |import: &str, bytes: &[u8]| {
        let version = version(&with_wasm(&[("f/index.js", import), ("f/env.js", "export const f = () => {};")], bytes), "f");
        assert!(version.files.contains_key("/f/x.wasm"));
        module(&version, "file:///f/x.wasm").code.to_string()
    };
    for import in ["import x from './x.wasm'; x();", "export { default as y } from './x.wasm';", "import source x from './x.wasm'; x();"] {
        let code = code_of(import, &wasm(&["env"], &["add"]));
        assert!(code.contains("new WebAssembly.Module(bytes)") && !code.contains("Instance"), "{import}: {code}");
        assert!(code.ends_with("export default source;\n"), "{code}");
    }
    for import in
        ["import { add } from './x.wasm'; add();", "import * as x from './x.wasm'; x();", "import './x.wasm';", "import('./x.wasm')"]
    {
        let code = code_of(import, &wasm(&["./env.js"], &["add", "a b"]));
        assert!(code.contains("import * as i0 from \"./env.js\";") && code.contains("[\"./env.js\"]: i0"), "{import}: {code}");
        assert!(code.contains("export { e0 as \"add\" };") && code.contains("export { e1 as \"a b\" };"), "{import}: {code}");
    }
    let code = code_of("import { default as x } from './x.wasm'; import * as y from './x.wasm'; x(y);", &wasm(&[], &["default"]));
    assert!(code.contains("export { e0 as \"default\" };") && !code.contains("export default"), "{code}");
    let code = code_of("import * as x from './x.wasm'; x();", &wasm(&["env"], &["add"]));
    assert!(!code.contains("Instance"), "what imports from no module is instantiated by the function: {code}");
}

#[test]
fn the_source_phase_keeps_every_column() {
    let text = "import source mod from './x.wasm'; export default () => mod;\n";
    let version = version(&with_wasm(&[("f/index.js", text)], &wasm(&[], &[])), "f");
    assert_eq!(&*module(&version, "file:///f/index.js").code, text.replace("source", "      "));
    let code = module(&super::version(&with_wasm(&[("f/index.ts", text)], &wasm(&[], &[])), "f"), "file:///f/index.ts").code.to_string();
    assert!(code.starts_with("import mod from"), "{code}");
    let version = super::version(&with_wasm(&[("f/index.js", "export default () => import.source('./x.wasm');")], &wasm(&[], &[])), "f");
    let missing = &module(&version, "file:///f/index.js").missing["./x.wasm"];
    assert!(missing.contains("is not available; write `import source module from"), "{missing}");
}

#[test]
fn webassembly_that_cannot_be_imported_says_why() {
    let import = "import { add } from './x.wasm';\nadd();";
    let error = refused(&with_wasm(&[("f/index.js", import)], &wasm(&["env"], &["add"])), "f");
    assert_eq!(error.message, "f/index.js:1:21: `./x.wasm` cannot be instantiated: it imports from `env`, which is not a module");
    for bytes in [b"not wasm".as_slice(), b"", b"\0asm\x0d\0\x01\0", b"\0asm\x01\0\0\0\x07\xff\xff\xff\xff\x0f"] {
        let error = refused(&with_wasm(&[("f/index.js", import)], bytes), "f");
        assert!(error.message.starts_with("f/index.js:1:21: f/x.wasm is not a WebAssembly module"), "{error}");
    }
}

#[test]
fn a_file_that_a_url_names_is_part_of_the_version() {
    let version = version(
        &functions(&[
            (
                "f/index.js",
                "export default () => [new URL('./a.dat', import.meta.url), new URL('b.dat?x#y', import.meta.url), new URL('./gone', import.meta.url), new URL('../g/secret', import.meta.url), new URL('./a', 'https://x'), new URL('/etc/passwd', import.meta.url), new URL('.', import.meta.url)];",
            ),
            ("f/a.dat", "a"),
            ("f/b.dat", "b"),
            ("f/other.dat", "c"),
            ("g/secret", "a neighbour's"),
        ]),
        "f",
    );
    assert_eq!(version.files.keys().map(String::as_str).collect::<Vec<_>>(), ["/f/a.dat", "/f/b.dat"]);
}

#[test]
fn patterns_name_more_files() {
    let files = [
        ("f/index.js", "module.exports = (name) => require(name);"),
        ("f/function.toml", "[code]\nfiles = [\"node_modules/x/data/**\", \"../_views/*.html\", \".hidden/*\"]\n"),
        ("f/plugins/a.js", "exports.a = require('./b');"),
        ("f/plugins/b.js", "exports.b = 1;"),
        ("f/plugins/broken.js", "this is ("),
        ("f/plugins/gone.js", "require('./nowhere'); exports.c = 1;"),
        ("f/.hidden/key", "k"),
        ("f/.env", "SECRET=1"),
        ("node_modules/x/data/deep/a.json", "{}"),
        ("node_modules/x/data/b.js", "exports.b = 2;"),
        ("node_modules/x/other.js", "exports.c = 3;"),
        ("_views/a.html", "<p>"),
        ("_views/a.txt", "text"),
    ];
    let version = version(&functions(&files), "f");
    let named: Vec<_> = version.files.keys().map(String::as_str).collect();
    assert_eq!(named, ["/_views/a.html", "/f/.hidden/key", "/f/plugins/broken.js"], "the text of a module is not kept twice");
    assert_eq!(
        urls(&version),
        [
            "file:///f/index.js",
            "file:///f/plugins/a.js",
            "file:///f/plugins/b.js",
            "file:///f/plugins/gone.js",
            "file:///node_modules/x/data/b.js",
            "file:///node_modules/x/data/deep/a.json"
        ]
    );
    assert!(module(&version, "file:///f/plugins/gone.js").missing.contains_key("./nowhere"));
    let mut literal = files;
    literal[0].1 = "module.exports = () => require('./plugins/b');";
    assert!(!super::version(&functions(&literal), "f").modules.contains_key("file:///f/plugins/a.js"), "nothing is computed");

    for (pattern, why) in [
        ("views/**", "names no folder that the function may read"),
        ("plugins/*.txt", "names no file"),
        ("../g/**", "is not allowed"),
        ("/etc/*", "is not allowed"),
        ("a/../../g/*", "is not allowed"),
    ] {
        let manifest = format!("[code]\nfiles = [\"{pattern}\"]\n");
        let mut files = files.to_vec();
        files[1].1 = &manifest;
        files.push(("g/secret", ""));
        let error = error_of(&files);
        assert!(error.kind == CompileErrorKind::Manifest && error.message.contains(why), "{pattern}: {error}");
    }
}

#[test]
fn a_pattern_that_matches_very_many_files_is_refused() {
    let root = functions(&[("f/index.js", "export default 1;"), ("f/function.toml", "[code]\nfiles = [\"data/**\"]\n"), ("f/data/x", "")]);
    for number in 0..3_000 {
        std::fs::write(root.path().join(format!("f/data/{number}")), "").unwrap();
    }
    assert!(refused(&root, "f").message.contains("names more than 2000 files"));
    std::fs::write(root.path().join("f/function.toml"), "[code]\nfiles = [\"data/1*9\"]\n").unwrap();
    assert_eq!(version(&root, "f").files.len(), 111);
    symlink("..", root.path().join("f/data/loop")).unwrap();
    std::fs::write(root.path().join("f/function.toml"), "[code]\nfiles = [\"**/1*9\"]\n").unwrap();
    assert_eq!(version(&root, "f").files.len(), 111, "what leads back is not followed");
}

#[test]
fn the_text_of_a_module_is_kept_if_its_code_differs() {
    let version =
        version(&functions(&[("f/index.js", "#!/usr/bin/env node\nmodule.exports = require('./a');"), ("f/a.js", "exports.a = 1;")]), "f");
    assert_eq!(version.files.keys().map(String::as_str).collect::<Vec<_>>(), ["/f/index.js"]);
    assert!(version.files["/f/index.js"].starts_with(b"#!"));
}
