//! `tsconfig.json` and `deno.json`: names that they map, files that they extend, and versions that specifiers ask for.

use super::*;

/// Where an import of the entry leads.
fn lead(files: &[(&str, &str)], specifier: &str) -> String {
    module(&version(&functions(files), "f"), "file:///f/index.ts").imports[specifier].clone()
}

#[test]
fn a_tsconfig_has_the_settings_of_those_that_it_extends() {
    let entry = ("f/index.ts", "import a from '@/a'; a();");
    let options = r#"{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}"#;
    for files in [
        &[("f/tsconfig.json", r#"{"extends": "./base"}"#), ("f/base.json", options), ("f/src/a.ts", "")][..],
        &[
            ("f/tsconfig.json", r#"{"extends": "../tsconfig.base.json"}"#),
            ("tsconfig.base.json", r#"{"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}}"#),
            ("f/src/a.ts", ""),
        ],
        &[
            ("f/tsconfig.json", r#"{"extends": ["./one.json", "./two.json"]}"#),
            ("f/one.json", r#"{"compilerOptions": {"paths": {"@/*": ["./gone/*"]}}}"#),
            ("f/two.json", options),
            ("f/src/a.ts", ""),
        ],
        &[
            ("f/tsconfig.json", r#"{"extends": "@x/base/tsconfig.json"}"#),
            ("f/node_modules/@x/base/tsconfig.json", r#"{"compilerOptions": {"baseUrl": "../../../src", "paths": {"@/*": ["*"]}}}"#),
            ("f/src/a.ts", ""),
        ],
        &[
            ("f/tsconfig.json", r#"{"extends": "./base.json", "compilerOptions": {"baseUrl": "src", "paths": {"@/*": ["./*"]}}}"#),
            ("f/base.json", options),
            ("f/src/a.ts", ""),
        ],
        &[("tsconfig.json", r#"{"compilerOptions": {"paths": {"@/*": ["./f/src/*"]}}}"#), ("f/src/a.ts", "")],
    ] {
        assert_eq!(lead(&[&[entry], files].concat(), "@/a"), "file:///f/src/a.ts", "{files:?}");
    }
    let jsx = [
        ("f/index.tsx", "export default <a/>;"),
        ("f/tsconfig.json", r#"{"extends": "./base.json"}"#),
        ("f/base.json", r#"{"compilerOptions": {"jsxFactory": "html"}}"#),
    ];
    assert!(code(&jsx, "file:///f/index.tsx").contains("html(\"a\""));
}

#[test]
fn extends_ends() {
    let entry = ("f/index.ts", "import 'a';");
    for (files, message) in [
        (&[("f/tsconfig.json", r#"{"extends": "./tsconfig.json"}"#)][..], "`extends` leads from `./tsconfig.json` back to this file"),
        (
            &[
                ("f/tsconfig.json", r#"{"extends": "./a"}"#),
                ("f/a.json", r#"{"extends": "./b"}"#),
                ("f/b.json", r#"{"extends": "./a.json"}"#),
            ],
            "back to this file",
        ),
    ] {
        let error = error_of(&[&[entry], files].concat());
        assert!(error.kind == CompileErrorKind::Config && error.message.contains(message), "{error}");
    }
    // Each file extends the next one twice.
    let many: Vec<(String, String)> =
        (0..40).map(|n| (format!("f/{n}.json"), format!("{{\"extends\": [\"./{}\", \"./{}\"]}}", n + 1, n + 1))).collect();
    let mut files: Vec<_> = many.iter().map(|(path, text)| (&**path, &**text)).collect();
    files.extend([entry, ("f/tsconfig.json", r#"{"extends": "./0"}"#)]);
    assert!(error_of(&files).message.contains("extends more than 32 files"), "{}", error_of(&files));
}

#[test]
fn what_cannot_be_read_is_named_where_it_would_count() {
    let outer = [("f/tsconfig.json", r#"{"extends": "../../tsconfig.json"}"#), ("f/a.ts", "")];
    let with = |entry: (&'static str, &'static str)| [&outer[..], &[entry]].concat();
    assert!(!version(&functions(&with(("f/index.ts", "import './a.ts';"))), "f").node, "it does not matter here");
    let unread = "f/tsconfig.json extends `../../tsconfig.json`, which is not a file that this function may read";
    let error = error_of(&with(("f/index.ts", "import '@/a';")));
    assert!(error.diagnostic().contains(&format!("help: {unread}: if it maps this name, copy its `paths`")), "{}", error.diagnostic());
    let error = error_of(&with(("f/index.tsx", "export default <a/>;")));
    assert!(error.message.contains(unread) && error.diagnostic().contains("copy `jsx`"), "{}", error.diagnostic());
    assert!(code(&with(("f/index.tsx", "/** @jsx h */ export default <a/>;")), "file:///f/index.tsx").contains("h(\"a\""));
    let root =
        functions(&[("f/index.ts", "import '@/a';"), ("f/tsconfig.json", r#"{"extends": "./link.json"}"#), ("g/tsconfig.json", "secret")]);
    symlink("../g/tsconfig.json", root.path().join("f/link.json")).unwrap();
    let error = refused(&root, "f");
    assert!(!error.diagnostic().contains("secret") && error.diagnostic().contains("not a file that this function may read"));
}

#[test]
fn scopes_and_built_ins_of_an_import_map() {
    let files = [
        ("f/index.ts", "import a from 'x'; import './old/b.ts'; a();"),
        ("f/old/b.ts", "import 'x';"),
        ("f/one.ts", ""),
        ("f/two.ts", ""),
        ("f/deno.json", r#"{"imports": {"x": "./one.ts"}, "scopes": {"./old/": {"x": "./two.ts"}}}"#),
    ];
    let version = version(&functions(&files), "f");
    assert_eq!(module(&version, "file:///f/index.ts").imports["x"], "file:///f/one.ts");
    assert_eq!(module(&version, "file:///f/old/b.ts").imports["x"], "file:///f/two.ts");

    let mapped =
        [("f/index.ts", "import { join } from 'path-of-node'; join();"), ("f/deno.json", r#"{"imports": {"path-of-node": "node:path"}}"#)];
    let version = super::version(&functions(&mapped), "f");
    assert!(version.node, "a mapped built-in is a sign of Node");
    assert_eq!(module(&version, "file:///f/index.ts").imports["path-of-node"], "node:path");
    let error = error_of(&[&mapped[..], &[("f/function.toml", "[code]\nnode = false\n")]].concat());
    assert!(error.diagnostic().contains("set `[code] node = true`"), "{}", error.diagnostic());
}

#[test]
fn an_installed_package_must_have_a_version_that_the_specifier_asks_for() {
    let installed = [
        ("f/node_modules/zod/package.json", r#"{"version": "4.1.0", "exports": {".": "./esm/index.js", "./v4": "./esm/v4.js"}}"#),
        ("f/node_modules/zod/esm/package.json", r#"{"type": "module"}"#),
        ("f/node_modules/zod/esm/index.js", "export const z = 1;"),
        ("f/node_modules/zod/esm/v4.js", "export const z = 1;"),
    ];
    for specifier in ["npm:zod", "npm:zod@4", "npm:zod@^4.0", "npm:/zod@>=3 <5/v4", "npm:zod@latest", "npm:zod@3 || 4"] {
        let entry = format!("import {{ z }} from '{specifier}'; z();");
        assert!(lead(&[&installed[..], &[("f/index.ts", &entry)]].concat(), specifier).starts_with("file:///f/node_modules/zod/esm/"));
    }
    let with = |entry: &'static str| error_of(&[&installed[..], &[("f/index.ts", entry)]].concat());
    let error = with("import { z } from 'npm:zod@^3'; z();");
    assert_eq!(error.message, "f/index.ts:1:19: `npm:zod@^3` asks for version ^3 of `zod`, and version 4.1.0 is installed");
    assert!(error.diagnostic().ends_with("help: write `npm:zod@4.1.0`, or run `npm install zod@^3`"), "{}", error.diagnostic());
    let error = with("import 'npm:zod@4/gone';");
    assert!(error.message.contains("the package `zod` does not export `./gone`"), "{error}");
    let error =
        error_of(&[&installed[..], &[("f/index.ts", "import 'zod';"), ("f/deno.json", r#"{"imports": {"zod": "npm:zod@3"}}"#)]].concat());
    assert!(error.message.ends_with("version 4.1.0 is installed; deno.json maps `zod` to it"), "{error}");
}

#[test]
fn many_mappings_take_a_short_time() {
    let paths: Vec<String> = (0..10_000).map(|n| format!("\"@{n}/*\": [\"./{n}/*\", \"@{n}/*\"]")).collect();
    let tsconfig = format!("{{\"compilerOptions\": {{\"paths\": {{{}}}}}}}", paths.join(","));
    let imports: String = (0..2_000).map(|n| format!("import '@{n}/x';")).collect();
    let began = std::time::Instant::now();
    let error = error_of(&[("f/index.ts", &imports), ("f/tsconfig.json", &tsconfig)]);
    assert!(error.message.contains("cannot find `@0/x`"), "{error}");
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn an_error_in_a_package_says_by_which_imports_it_was_reached() {
    let error = error_of(&[
        ("f/index.ts", "import './lib.ts';"),
        ("f/lib.ts", "\nimport 'a';"),
        ("f/node_modules/a/index.js", "export * from './deep.js';"),
        ("f/node_modules/a/deep.js", "import 'gone';"),
    ]);
    assert_eq!(
        error.message,
        "f/node_modules/a/deep.js:1:8: cannot find the package `gone`, imported as `gone` (in f/node_modules/a/deep.js, imported by \
         f/node_modules/a/index.js:1:15, imported by f/lib.ts:2:8, imported by f/index.ts:1:8)"
    );
}

#[test]
fn packages_of_a_workspace_are_links() {
    let root = functions(&[
        ("package.json", r#"{"workspaces": ["_packages/*"]}"#),
        ("_packages/lib/package.json", r#"{"name": "@me/lib", "exports": "./src/index.ts"}"#),
        ("_packages/lib/src/index.ts", "import dep from 'dep'; export const lib: number = dep;"),
        ("node_modules/dep/index.js", "export default 1;"),
        ("node_modules/@me/x.txt", ""),
        ("f/index.ts", "import { lib } from '@me/lib'; lib();"),
        ("g/index.ts", "import 'outside'; import 'neighbour';"),
        ("f/node_modules/x.txt", ""),
    ]);
    symlink("../../_packages/lib", root.path().join("node_modules/@me/lib")).unwrap();
    let version = version(&root, "f");
    assert_eq!(module(&version, "file:///f/index.ts").imports["@me/lib"], "file:///_packages/lib/src/index.ts");
    assert_eq!(module(&version, "file:///_packages/lib/src/index.ts").imports["dep"], "file:///node_modules/dep/index.js");

    let outside = functions(&[("lib/index.js", ""), ("lib/package.json", "{}")]);
    symlink(outside.path().join("lib"), root.path().join("node_modules/outside")).unwrap();
    symlink("../f", root.path().join("node_modules/neighbour")).unwrap();
    let error = refused(&root, "g");
    assert_eq!(error.kind, CompileErrorKind::Confinement);
    assert!(error.diagnostic().contains("run `npm install --install-links`, which copies it"), "{}", error.diagnostic());
    assert!(error.diagnostics.len() == 2 && error.diagnostics[1].help.as_deref().unwrap().contains("_shared"), "{}", error.diagnostic());
}
