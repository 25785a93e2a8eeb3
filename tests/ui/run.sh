#!/usr/bin/env bash
# The dashboard in a real browser, against the real program: every page and every action, by roles and names.
#
#   tests/ui/run.sh [PROGRAM] [PART]      PROGRAM: target/debug/skep; left out, it is built. PART: run only cases whose name has it
#
# Needs node, npm and Chromium (BROWSER, or chromium-headless-shell, chromium, google-chrome on the path). The packages of package-lock.json are
# installed below the target directory.
#
# Invariant: whatever happens, no process and no folder of a run outlives it.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-${here}/../../target}"

program="${1:-}"
if [[ -z "${program}" ]]; then
    (cd "${here}/../.." && cargo build --locked --bin skep)
    program="${target}/debug/skep"
fi
program="$(realpath "${program}")"

browser="${BROWSER:-}"
for name in chromium-headless-shell chromium google-chrome; do
    [[ -n "${browser}" ]] || browser="$(command -v "${name}" || true)"
done
if [[ -z "${browser}" ]]; then
    echo "no Chromium: install chromium-headless-shell, or name one in BROWSER" >&2
    exit 1
fi

# Scripts and packages in one place, outside of the sources.
room="${target}/ui-tests"
mkdir -p "${room}"
cp "${here}"/*.mjs "${here}/package.json" "${here}/package-lock.json" "${room}/"
cd "${room}"
if ! cmp --silent package-lock.json installed.json; then
    npm ci --ignore-scripts --no-audit --no-fund --silent
    cp package-lock.json installed.json
fi
exec node main.mjs "${program}" "${browser}" "${2:-}"
