// How the dashboard is built: one page, one script, one style sheet, and the licences of the libraries in them.
//
// Reads this folder, writes ../dist, which is checked in, and ../files.rs, by which the binary embeds it.
//
// Invariant: the same sources and the same lock file give the same bytes; no name, date or path of a machine is in them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/** The libraries whose code is in the bundle. Their licences ask to be passed on with it. */
const LIBRARIES = ['preact', '@preact/signals', '@preact/signals-core', 'uplot'];

/** Writes licenses.txt, and fails if a library brings no licence. */
function licences() {
  const text = (name) => {
    const folder = join(here, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
  };
  return {
    name: 'licences',
    generateBundle() {
      const head = 'The dashboard of Skep contains these libraries.\n';
      const source = [head, ...LIBRARIES.map(text)].join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
    },
  };
}

/** Writes the list of the files, in Rust. */
function list() {
  const head = [
    '//! The files of the dashboard, as Vite has built them into `dist/`.',
    '//!',
    '//! Written by `app/vite.config.mjs`; `assets` serves them.',
    '//!',
    '//! Invariant: every file of `dist/` stands here once.',
    '',
    '/// Names below `/ui/`, and contents.',
    'pub(super) const FILES: &[(&str, &[u8])] = &[',
  ];
  return {
    name: 'list',
    closeBundle() {
      const dist = join(here, '..', 'dist');
      const entries = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const names = entries.map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1)).sort();
      const lines = names.map((name) => `    ("${name}", include_bytes!("dist/${name}")),`);
      writeFileSync(join(here, '..', 'files.rs'), [...head, ...lines, '];', ''].join('\n'));
    },
  };
}

export default defineConfig({
  root: here,
  base: '/ui/',
  plugins: [licences(), list()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // The page's content security policy forbids inline scripts and data addresses, so nothing is inlined.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    sourcemap: false,
    reportCompressedSize: false,
  },
});
